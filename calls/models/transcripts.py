"""What was said, as the provider wrote it down, and who looked at or listened to what was kept of a call."""

import uuid6
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from calls.models.words import SID_CHARS_MAX, TEXT_CHARS_MAX


class Transcription(models.Model):
    """One session of the provider's writing down; a call that went back to the queue has several."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="transcriptions")
    provider = models.CharField(max_length=20)
    provider_sid = models.CharField(max_length=SID_CHARS_MAX)
    status = models.CharField(max_length=10)
    language = models.CharField(max_length=20, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_sid"], name="calls_transcription_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["started", "stopped", "failed"]),
                name="calls_transcription_status_word",
            ),
        ]


class TranscriptLine(models.Model):
    """One thing that was said. `at` is the provider's time for it, `places` are those it may mean."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="transcript")
    provider = models.CharField(max_length=20)
    provider_sid = models.CharField(max_length=SID_CHARS_MAX)
    sequence = models.BigIntegerField()
    speaker = models.CharField(_("speaker"), max_length=10)
    text = models.CharField(_("text"), max_length=TEXT_CHARS_MAX)
    language = models.CharField(_("language"), max_length=20, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    at = models.DateTimeField(_("said"))
    received_at = models.DateTimeField()
    places = models.JSONField(default=list)

    class Meta:
        verbose_name = _("line of a transcript")
        verbose_name_plural = _("lines of transcripts")
        ordering = ["at", "sequence", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_sid", "sequence"], name="calls_transcriptline_once"
            ),
            models.CheckConstraint(
                condition=Q(speaker__in=["caller", "centre"]), name="calls_transcriptline_speaker"
            ),
        ]
        indexes = [models.Index(fields=["call", "-at"], name="calls_transcript_newest")]
