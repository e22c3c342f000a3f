"""The append-only log, its counter row, and the receipts that make a command act once."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class LogHead(models.Model):
    """One row: the last number given. Updated as the last thing before commit, so numbers follow commits."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="realtime_loghead_one_row")
        ]


class Event(models.Model):
    seq = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    by_name = models.CharField(max_length=150)
    topics = ArrayField(models.CharField(max_length=60))
    # The entities touched, for the history of one incident, unit or call.
    subjects = ArrayField(models.CharField(max_length=60))
    data = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="realtime_event_at"),
            GinIndex(fields=["subjects"], name="realtime_event_subjects"),
        ]


class CommandReceipt(models.Model):
    """The answer given to one request_id of one person: the same request again gets the same answer."""

    actor = models.CharField(max_length=60)
    request_id = models.UUIDField()
    command = models.CharField(max_length=60)
    status = models.SmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "request_id"], name="realtime_receipt_once_per_actor"
            )
        ]
        indexes = [models.Index(fields=["at"], name="realtime_receipt_at")]
