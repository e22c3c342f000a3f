"""What the centre tells a crew by telephone."""

import uuid6
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.models.words import NOTICE_CHANNEL_NAMES, NOTICE_CHARS_MAX, SID_CHARS_MAX


class Notice(models.Model):
    """What the centre tells a crew by telephone: an SMS, or a call that is read out and takes a key.

    `key` says what it is for: the same notice asked for twice is one.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    key = models.CharField(max_length=80, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=NOTICE_CHANNEL_NAMES)
    subject_id = models.CharField(max_length=60)  # what it is about, for the package that asked
    to = models.CharField(_("to"), max_length=20)
    text = models.CharField(_("text"), max_length=NOTICE_CHARS_MAX)
    created_at = models.DateTimeField(_("asked for"))
    taken_at = models.DateTimeField(_("taken by the provider"), null=True, blank=True)
    answered_at = models.DateTimeField(_("key pressed"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("no longer needed"), null=True, blank=True)
    provider = models.CharField(max_length=20, blank=True)
    provider_sid = models.CharField(max_length=SID_CHARS_MAX, blank=True)
    provider_status = models.CharField(_("status"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("notice to a crew")
        verbose_name_plural = _("notices to crews")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=["sms", "voice"]), name="calls_notice_channel_word"
            ),
            models.CheckConstraint(condition=Q(to__startswith="+"), name="calls_notice_to_e164"),
        ]
        indexes = [models.Index(fields=["subject_id"], name="calls_notice_subject")]

    def __str__(self) -> str:
        return self.key
