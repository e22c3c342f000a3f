"""Calls and conversations, and the numbers that have a later place in the queue."""

import uuid6
from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from calls.domain import Channel, Disposition
from calls.models.words import (
    CHANNEL_NAMES,
    DISPOSITION_NAMES,
    NAME_CHARS_MAX,
    RAW_CHARS_MAX,
    REASON_CHARS_MAX,
    SID_CHARS_MAX,
    STATUS_NAMES,
)

_LIVE = ("ringing", "queued", "answered")
_TEXT = ("sms", "whatsapp", "app")


class Call(models.Model):
    """One voice call, or one conversation by text. `answered_at` is the first answer and stays when released."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    channel = models.CharField(_("channel"), max_length=10, choices=CHANNEL_NAMES)
    direction = models.CharField(
        _("direction"), max_length=3, choices={"in": _("in"), "out": _("out")}, default="in"
    )
    status = models.CharField(_("status"), max_length=10, choices=STATUS_NAMES)
    caller = models.CharField(_("caller"), max_length=20, blank=True)  # E.164; empty: unknown
    # What identifies the other end even without a number; empty: anonymous.
    party = models.CharField(_("other end"), max_length=200, blank=True)
    caller_raw = models.CharField(_("caller as received"), max_length=RAW_CHARS_MAX, blank=True)
    caller_name = models.CharField(_("caller's name"), max_length=NAME_CHARS_MAX, blank=True)
    to_number = models.CharField(_("called number"), max_length=RAW_CHARS_MAX, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    imei = models.CharField("IMEI", max_length=20, blank=True)
    # How many calls of the same number came in the hours before, counted when this one came.
    repeats = models.PositiveIntegerField(_("earlier calls"), default=0)
    # What was known of the number when it called (calls/reputation.py, History.wire); empty: nothing worth saying.
    history = models.JSONField(
        _("history of the number"),
        default=dict,
        # A worker of the version before, still running while this one starts, does not name the column.
        db_default=Value({}, models.JSONField()),
        blank=True,
    )
    # The number was restricted when it called, and is still: a later place in the queue, never a refusal.
    restricted = models.BooleanField(_("restricted"), default=False, db_default=False)
    # The number calls again and again: it is asked for a key, and with one it has the place of everybody else.
    burst = models.BooleanField(_("calls again and again"), default=False, db_default=False)
    key_pressed_at = models.DateTimeField(_("key pressed"), null=True, blank=True)
    # The line ended while a dispatcher was on it and nobody here had hung up: done, or cut in the middle.
    left_by_caller = models.BooleanField(_("left by the caller"), default=False, db_default=False)
    # Whoever had it was lost (a browser died, a telephone was put down): the caller waits before all others.
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)
    returned_from = models.CharField(
        _("returned from"), max_length=NAME_CHARS_MAX, blank=True, default="", db_default=""
    )
    # The dispatcher has left the caller to a third party; the line still runs through here.
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    call_back_of = models.ForeignKey(
        "self",
        verbose_name=_("call back of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # The citizen's last written word; the provider's refusal of free words since; when we asked where they are.
    last_inbound_at = models.DateTimeField(_("last message"), null=True, blank=True)
    window_closed_at = models.DateTimeField(_("free words refused"), null=True, blank=True)
    location_asked_at = models.DateTimeField(_("asked for the position"), null=True, blank=True)
    # Its webhook never came; it was found in the provider's list afterwards.
    recovered = models.BooleanField(_("found afterwards"), default=False)

    provider = models.CharField(max_length=20)
    provider_sid = models.CharField(max_length=SID_CHARS_MAX, blank=True)
    provider_status = models.CharField(max_length=20, blank=True)
    provider_sequence = models.BigIntegerField(null=True, blank=True)
    provider_at = models.DateTimeField(null=True, blank=True)

    received_at = models.DateTimeField(_("received"))
    queued_at = models.DateTimeField(_("in the queue"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    disposition = models.CharField(
        _("disposition"), max_length=30, choices=DISPOSITION_NAMES, blank=True
    )
    disposition_reason = models.CharField(_("reason"), max_length=REASON_CHARS_MAX, blank=True)
    disposed_at = models.DateTimeField(null=True, blank=True)
    disposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    incident = models.ForeignKey(
        "dispatch.Incident",
        verbose_name=_("incident"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="calls",
    )

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-received_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=[one.value for one in Channel]),
                name="calls_call_channel_word",
            ),
            models.CheckConstraint(
                condition=Q(direction__in=["in", "out"]), name="calls_call_direction_word"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["ringing", "queued"], ended_at=None, answered_by=None)
                | Q(
                    status="answered",
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    ended_at=None,
                )
                | Q(status__in=["ended", "abandoned"], ended_at__isnull=False),
                name="calls_call_status_has_its_times",
            ),
            models.CheckConstraint(
                condition=Q(disposition="", disposed_at=None)
                | Q(disposition__in=[one.value for one in Disposition], disposed_at__isnull=False),
                name="calls_call_disposition_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(caller="") | Q(caller__startswith="+"), name="calls_call_caller_e164"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_sid"],
                condition=~Q(provider_sid=""),
                name="calls_call_once_per_provider_sid",
            ),
            models.UniqueConstraint(
                fields=["channel", "party"],
                condition=Q(status__in=_LIVE, channel__in=_TEXT) & ~Q(party=""),
                name="calls_call_one_open_conversation",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=Q(status__in=["ringing", "queued"]),
                name="calls_call_queue",
            ),
            models.Index(
                fields=["received_at"],
                condition=Q(disposed_at=None),
                name="calls_call_undisposed",
            ),
            models.Index(fields=["status"], condition=Q(status__in=_LIVE), name="calls_call_live"),
            models.Index(fields=["caller", "-received_at"], name="calls_call_by_caller"),
            models.Index(fields=["received_at"], name="calls_call_received"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class CallerRestriction(models.Model):
    """A number that has a later place in the queue and is asked to press a key, until it ends by itself or is lifted."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    number = models.CharField(_("number"), max_length=20)
    reason = models.CharField(_("reason"), max_length=REASON_CHARS_MAX, blank=True)
    begun_at = models.DateTimeField(_("since"))
    ends_at = models.DateTimeField(_("until"))
    begun_by = models.CharField(
        _("by"), max_length=150
    )  # a person's name, or what did it by itself
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.CharField(_("lifted by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("restricted number")
        verbose_name_plural = _("restricted numbers")
        ordering = ["-begun_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(lifted_at=None), name="calls_restriction_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.begun_at:%Y-%m-%d %H:%M}"
