"""What was written, what came with it, and what became of what we wrote."""

import uuid6
from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from calls.models.words import SID_CHARS_MAX, TEXT_CHARS_MAX, URL_CHARS_MAX


class Message(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=3)
    text = models.CharField(max_length=TEXT_CHARS_MAX, blank=True)
    at = models.DateTimeField()
    provider = models.CharField(max_length=20)
    provider_sid = models.CharField(max_length=SID_CHARS_MAX, blank=True)
    provider_status = models.CharField(max_length=30, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    recovered = models.BooleanField(_("found afterwards"), default=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=["in", "out"]), name="calls_message_direction_word"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_sid"],
                condition=~Q(provider_sid=""),
                name="calls_message_once_per_provider_sid",
            ),
        ]
        indexes = [models.Index(fields=["call", "-at"], name="calls_message_newest")]


class Media(models.Model):
    """A picture, film or voice note that came with a message, as a reference: nothing is fetched here."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="media")
    url = models.CharField(max_length=URL_CHARS_MAX)
    content_type = models.CharField(max_length=100, blank=True)
    size_bytes = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "media"
        ordering = ["id"]


class MessageStatus(models.Model):
    """One report of the provider about a message of ours; kept although its message may be unknown."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, blank=True, related_name="statuses"
    )
    provider = models.CharField(max_length=20)
    provider_sid = models.CharField(max_length=SID_CHARS_MAX)
    status = models.CharField(max_length=30)
    error_code = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_sid", "status"], name="calls_messagestatus_once"
            )
        ]
