"""Calls, their messages and positions, and every request a provider has made."""

import uuid6
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from calls.domain import Channel, Disposition, LocationSource

TEXT_CHARS_MAX = 10_000
NAME_CHARS_MAX = 150
RAW_CHARS_MAX = 300
SID_CHARS_MAX = 100
REASON_CHARS_MAX = 300
LABEL_CHARS_MAX = 300
URL_CHARS_MAX = 1_000
ERROR_CHARS_MAX = 100
NOTICE_CHARS_MAX = 600

CHANNEL_NAMES = {
    "voice": _("Voice"),
    "sms": _("SMS"),
    "whatsapp": _("WhatsApp"),
    "pbx": _("Telephone exchange"),
    "app": _("App"),
}
NOTICE_CHANNEL_NAMES = {"sms": _("SMS"), "voice": _("Voice")}
STATUS_NAMES = {
    "ringing": _("Ringing"),
    "queued": _("Waiting"),
    "answered": _("Answered"),
    "ended": _("Ended"),
    "abandoned": _("Abandoned"),
}
DISPOSITION_NAMES = {
    "emergency": _("Emergency"),
    "non_emergency_transferred": _("Not an emergency, transferred"),
    "information": _("Information"),
    "prank": _("Prank"),
    "ghost": _("Silent"),
    "abandoned": _("Hung up before answer"),
    "misdial": _("Wrong number"),
    "duplicate": _("Duplicate"),
    "test": _("Test"),
}
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
    call_back_of = models.ForeignKey(
        "self",
        verbose_name=_("call back of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
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


class AmlReport(models.Model):
    """What a telephone itself said about where it is; kept also without a position, and before its call."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, null=True, blank=True, related_name="aml_reports"
    )
    number = models.CharField(max_length=20, blank=True)
    imei = models.CharField(max_length=20, blank=True)
    received_at = models.DateTimeField()
    measured_at = models.DateTimeField(null=True, blank=True)
    point = models.PointField(srid=4326, null=True, blank=True)
    radius_m = models.FloatField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    method = models.CharField(max_length=20, blank=True)
    warnings = models.JSONField(default=list)
    route = models.CharField(max_length=10)  # sms or https
    provider_sid = models.CharField(max_length=SID_CHARS_MAX, blank=True)
    raw = models.CharField(max_length=TEXT_CHARS_MAX)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider_sid"],
                condition=~Q(provider_sid=""),
                name="calls_amlreport_once_per_sid",
            )
        ]
        indexes = [
            models.Index(fields=["number", "received_at"], name="calls_aml_by_number"),
            models.Index(fields=["imei", "received_at"], name="calls_aml_by_imei"),
        ]


class Location(models.Model):
    """Where the caller may be, according to one source at one time. `at` is when it was measured or said."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="locations")
    point = models.PointField(srid=4326)
    radius_m = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=12)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    confidence = models.FloatField(null=True, blank=True)
    label = models.CharField(max_length=LABEL_CHARS_MAX, blank=True)
    place_id = models.CharField(max_length=60, blank=True)
    method = models.CharField(max_length=20, blank=True)
    warnings = models.JSONField(default=list)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["received_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=[one.value for one in LocationSource]),
                name="calls_location_source_word",
            ),
            models.CheckConstraint(
                condition=Q(radius_m=None) | Q(radius_m__gte=0), name="calls_location_radius"
            ),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=0, confidence__lte=1),
                name="calls_location_confidence",
            ),
            # Null Island is what broken devices send; no citizen calls from there.
            models.CheckConstraint(
                condition=~Q(point__dwithin=(Point(0, 0, srid=4326), 0.000001)),
                name="calls_location_not_null_island",
            ),
        ]


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
