"""Who is with a caller, how calls reach people of the centre, whom they can ring, what a supervisor has switched on."""

import uuid6
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.conference import Device, Kind, Mode, Presence
from calls.models.words import NAME_CHARS_MAX, REASON_CHARS_MAX, SID_CHARS_MAX

ADDRESS_CHARS_MAX = 200  # a SIP address
LINE_STATE_CHARS_MAX = 20
DEVICE_NAMES = {"browser": _("Browser"), "phone": _("Desk phone"), "sip": _("SIP telephone")}


class Participant(models.Model):
    """One leg in the conference of a call: the caller, a dispatcher, a third party, a supervisor.

    What the provider has told stands in `leg_status` … `muted`; `wants_*` is what people here have asked for. The job
    that makes the one the other may run twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="participants")
    kind = models.CharField(_("kind"), max_length=12)
    name = models.CharField(_("name"), max_length=NAME_CHARS_MAX, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    device = models.CharField(_("device"), max_length=10, blank=True)
    address = models.CharField(_("rung at"), max_length=ADDRESS_CHARS_MAX, blank=True)
    mode = models.CharField(max_length=10, blank=True)  # of a supervisor

    leg_sid = models.CharField(max_length=SID_CHARS_MAX, blank=True)
    leg_status = models.CharField(max_length=20, blank=True)
    conference_sid = models.CharField(max_length=SID_CHARS_MAX, blank=True)
    sequence = models.BigIntegerField(default=-1)
    told_at = models.DateTimeField(null=True, blank=True)
    is_in = models.BooleanField(null=True, blank=True)
    held = models.BooleanField(default=False)
    muted = models.BooleanField(default=False)
    presence = models.CharField(_("state"), max_length=10, default=Presence.CALLING)

    wants_held = models.BooleanField(default=False)
    wants_muted = models.BooleanField(default=False)
    dismissed_at = models.DateTimeField(null=True, blank=True)  # somebody here let them go
    added_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in Kind]), name="calls_participant_kind"
            ),
            models.CheckConstraint(
                condition=Q(presence__in=[one.value for one in Presence]),
                name="calls_participant_presence",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["", *(one.value for one in Mode)]),
                name="calls_participant_mode",
            ),
        ]
        indexes = [models.Index(fields=["call", "added_at"], name="calls_participant_of_call")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Seat(models.Model):
    """How calls reach one person of the centre, and what their browser has last said of its line."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    device = models.CharField(
        _("rung at"), max_length=10, choices=DEVICE_NAMES, default=Device.BROWSER
    )
    phone = models.CharField(_("desk phone"), max_length=20, blank=True)
    sip = models.CharField(_("SIP address"), max_length=ADDRESS_CHARS_MAX, blank=True)
    line_state = models.CharField(max_length=LINE_STATE_CHARS_MAX, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.CheckConstraint(
                condition=Q(device__in=[one.value for one in Device]), name="calls_seat_device"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Contact(models.Model):
    """Somebody whom a dispatcher brings into a call: a hospital, an interpreter, an agency without units here."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    name = models.CharField(_("name"), max_length=NAME_CHARS_MAX)
    phone = models.CharField(_("telephone"), max_length=20)
    note = models.CharField(_("what for"), max_length=REASON_CHARS_MAX, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("phone book")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class VoiceSwitch(models.Model):
    """What a supervisor has switched on for every caller. One row for each switch; missing means off."""

    ASK_FIRST = "ask_for_key_first"

    name = models.CharField(primary_key=True, max_length=30)
    is_on = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        verbose_name = _("switch")
        verbose_name_plural = _("switches")

    def __str__(self) -> str:
        return self.name
