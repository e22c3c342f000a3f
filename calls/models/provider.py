"""What a provider has told and what it keeps for us."""

import uuid6
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from calls.models.words import ERROR_CHARS_MAX, SID_CHARS_MAX, URL_CHARS_MAX


class Recording(models.Model):
    """The provider's word that a recording exists; the sound itself stays with the provider."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, null=True, blank=True, related_name="recordings"
    )
    provider = models.CharField(max_length=20)
    provider_sid = models.CharField(max_length=SID_CHARS_MAX)
    call_sid = models.CharField(max_length=SID_CHARS_MAX, blank=True)
    status = models.CharField(max_length=20, blank=True)
    url = models.CharField(max_length=URL_CHARS_MAX, blank=True)
    duration_s = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_sid"], name="calls_recording_once"
            )
        ]


class Reconciliation(models.Model):
    """How the last comparison with one list of a provider went; one row for each list."""

    id = models.BigAutoField(primary_key=True)
    provider = models.CharField(_("provider"), max_length=20)
    what = models.CharField(_("list"), max_length=10)
    began_at = models.DateTimeField()
    tried_at = models.DateTimeField(_("last try"), null=True, blank=True)
    succeeded_at = models.DateTimeField(_("last success"), null=True, blank=True)
    offered = models.PositiveIntegerField(_("offered"), default=0)
    missing = models.PositiveIntegerField(_("still missing"), default=0)
    error = models.CharField(_("error"), max_length=ERROR_CHARS_MAX, blank=True)

    class Meta:
        verbose_name = _("comparison with the provider")
        verbose_name_plural = _("comparisons with the provider")
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=["calls", "messages"]), name="calls_reconciliation_what"
            ),
            models.UniqueConstraint(
                fields=["provider", "what"], name="calls_reconciliation_one_per_list"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.what}"


class WebhookRecord(models.Model):
    """Every request a provider has made, refused ones too, as it came: the last resort when something is lost."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("kind"), max_length=40)
    path = models.CharField(_("path"), max_length=300)
    verified = models.BooleanField(_("signature valid"))
    provider_sid = models.CharField("SID", max_length=SID_CHARS_MAX, blank=True)
    idempotency_token = models.CharField(max_length=100, blank=True)
    # Pairs, not an object: a repeated parameter and its place are kept.
    params = models.JSONField(_("parameters"), default=list)
    body_sha256 = models.CharField(max_length=64)
    body_bytes = models.PositiveIntegerField(default=0)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    # Set when it came by way of the journal: the same entry replayed twice is one record.
    journal_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["at"], name="calls_webhook_at"),
            models.Index(fields=["provider_sid"], name="calls_webhook_sid"),
            models.Index(
                fields=["at"], condition=Q(verified=False), name="calls_webhook_rejected"
            ),
        ]
