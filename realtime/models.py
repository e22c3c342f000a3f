"""The append-only log, its counter row, and the receipts that make a command act once."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


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


class TimerClock(models.Model):
    """One row: the database's wall clock when the machine's steady clock stood at zero. Timers run on the sum of both."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    boot_id = models.CharField(max_length=40)  # a machine started anew has another steady clock
    base_s = models.FloatField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="realtime_timerclock_one_row")
        ]


class Pace(models.Model):
    """When the provider takes the next request of a kind, and when whoever must wait asks again."""

    name = models.CharField(max_length=40, primary_key=True)
    next_at = models.DateTimeField()
    tail_at = models.DateTimeField()


class QuarantinedJob(models.Model):
    """A job that has been given up. A person decides: run it once more, or put it away."""

    job_id = models.BigIntegerField(_("job"), unique=True)
    task = models.CharField(_("what"), max_length=128)
    arguments = models.JSONField(_("with"), default=dict)
    attempts = models.PositiveIntegerField(_("tries"))
    error = models.CharField(_("error"), max_length=300)
    at = models.DateTimeField(_("given up"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_how = models.CharField(_("how"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("job given up")
        verbose_name_plural = _("jobs given up")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.task} {self.job_id}"
