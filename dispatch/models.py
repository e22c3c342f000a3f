"""Incidents, assignments and alarms: fields, constraints, no behaviour."""

import uuid6
from django.contrib.gis.db import models
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dispatch.engine.assignments import ACTIVE, AssignmentStatus
from dispatch.engine.incidents import INCIDENT_DISPOSITIONS, IncidentStatus

ADDRESS_CHARS_MAX = 300
NOTE_CHARS_MAX = 10_000
NUMBER_CHARS_MAX = 30  # the year and a running number of 64 bits


def validate_needs(value: object) -> None:
    """`{"1": [{"capability": "fire_attack", "count": 2}], …, "default": […]}`."""
    sentence = _('Write it as {"1": [{"capability": "fire_attack", "count": 2}], "default": []}.')
    if not isinstance(value, dict) or set(value) - {"1", "2", "3", "4", "default"}:
        raise ValidationError(sentence)
    for needs in value.values():
        if not isinstance(needs, list):
            raise ValidationError(sentence)
        for need in needs:
            if not (
                isinstance(need, dict)
                and set(need) == {"capability", "count"}
                and isinstance(need["capability"], str)
                and isinstance(need["count"], int)
                and 1 <= need["count"] <= 20
            ):
                raise ValidationError(sentence)


class IncidentType(models.Model):
    key = models.CharField(
        _("key"),
        primary_key=True,
        max_length=40,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")],
    )
    name_id = models.CharField(_("name in Indonesian"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    icon = models.CharField(_("symbol"), max_length=40, blank=True)
    default_priority = models.PositiveSmallIntegerField(
        _("usual priority"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
    )
    needs = models.JSONField(
        _("what it needs"),
        default=dict,
        blank=True,
        validators=[validate_needs],
        help_text=_("How many units of which capability, by priority."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("incident type")
        verbose_name_plural = _("incident types")
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_id


class IncidentCounter(models.Model):
    """The last running number of a year; a locked row, so numbers have no gaps and never repeat."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.BigIntegerField(default=0)


class Incident(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    number = models.CharField(max_length=NUMBER_CHARS_MAX, unique=True)
    type = models.ForeignKey(IncidentType, null=True, blank=True, on_delete=models.PROTECT)
    priority = models.PositiveSmallIntegerField(null=True, blank=True)
    status = models.CharField(max_length=10, default=IncidentStatus.OPEN)
    location = models.PointField(null=True, blank=True, srid=4326)
    location_radius_m = models.FloatField(null=True, blank=True)
    location_source = models.CharField(max_length=20, blank=True)
    location_label = models.CharField(max_length=ADDRESS_CHARS_MAX, blank=True)
    address = models.CharField(max_length=ADDRESS_CHARS_MAX, blank=True)
    landmark = models.CharField(max_length=ADDRESS_CHARS_MAX, blank=True)
    note = models.TextField(max_length=NOTE_CHARS_MAX, blank=True)
    district = models.CharField(max_length=80, blank=True)
    district_certain = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    disposition = models.CharField(max_length=40, blank=True)
    # Written on paper while the service was dead, and entered then; the other times are the real ones.
    paper_entered_at = models.DateTimeField(null=True, blank=True)
    paper_entered_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=[*IncidentStatus]), name="dispatch_incident_status"
            ),
            models.CheckConstraint(
                condition=models.Q(priority__isnull=True) | models.Q(priority__range=(1, 4)),
                name="dispatch_incident_priority",
            ),
            models.CheckConstraint(
                condition=models.Q(status="open", closed_at__isnull=True, disposition="")
                | models.Q(
                    status="closed",
                    closed_at__isnull=False,
                    disposition__in=INCIDENT_DISPOSITIONS,
                ),
                name="dispatch_incident_closed_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(location_radius_m__isnull=True)
                | models.Q(location_radius_m__gte=0),
                name="dispatch_incident_radius",
            ),
        ]
        indexes = [
            models.Index(
                fields=["opened_at"],
                name="dispatch_incident_open",
                condition=models.Q(status="open"),
            ),
            models.Index(fields=["opened_at", "priority"], name="dispatch_incident_opened_at"),
        ]

    def __str__(self) -> str:
        return self.number


class Assignment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, default=AssignmentStatus.ASSIGNED)
    assigned_at = models.DateTimeField()
    # On the tablet, seen by a person there, accepted: three instants, and the middle one may stay unknown.
    notified_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    en_route_at = models.DateTimeField(null=True, blank=True)
    on_scene_at = models.DateTimeField(null=True, blank=True)
    transporting_at = models.DateTimeField(null=True, blank=True)
    at_destination_at = models.DateTimeField(null=True, blank=True)
    clear_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    # What the tablet's own clock said at each step it sent later; the server's time orders and is reported.
    device_times = models.JSONField(default=dict, blank=True)
    assigned_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_by_name = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=ADDRESS_CHARS_MAX, blank=True)
    eta_s = models.PositiveIntegerField(null=True, blank=True)
    eta_by = models.CharField(max_length=5, blank=True)
    eta_p90_s = models.PositiveIntegerField(null=True, blank=True)
    eta_distance_m = models.PositiveIntegerField(null=True, blank=True)
    paper_entered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(status__in=sorted(ACTIVE)),
                name="dispatch_one_active_assignment_per_unit",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[*AssignmentStatus]),
                name="dispatch_assignment_status",
            ),
        ]
        indexes = [
            models.Index(
                fields=["incident"],
                name="dispatch_assignment_active",
                condition=models.Q(status__in=sorted(ACTIVE)),
            ),
            models.Index(fields=["assigned_at"], name="dispatch_assignment_at"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.status}"


class AcknowledgementRule(models.Model):
    """After how many seconds a crew that does not acknowledge is reached another way."""

    agency = models.ForeignKey(
        "units.Agency",
        verbose_name=_("agency"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: for every agency that has no rule of its own."),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        null=True,
        blank=True,
        choices=[(number, str(number)) for number in range(1, 5)],
        help_text=_("Empty: for every priority that has no rule of its own."),
    )
    sms_after_s = models.PositiveSmallIntegerField(
        _("SMS after (s)"), null=True, blank=True, help_text=_("Empty: no SMS.")
    )
    call_after_s = models.PositiveSmallIntegerField(
        _("voice call after (s)"), null=True, blank=True, help_text=_("Empty: no voice call.")
    )
    alarm_after_s = models.PositiveSmallIntegerField(
        _("alarm after (s)"), help_text=_("The dispatcher is always told at last.")
    )

    class Meta:
        verbose_name = _("acknowledgement rule")
        verbose_name_plural = _("acknowledgement rules")
        ordering = ["agency__order", "priority"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "priority"],
                nulls_distinct=False,
                name="dispatch_one_acknowledgement_rule",
                violation_error_message=_(
                    "There is a rule for this agency and priority already. Change that one."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id or '*'} {self.priority or '*'}"


class AssignmentLadder(models.Model):
    """How far one assignment's ladder has been climbed. Times on the timers' clock; the rule is copied when it begins."""

    assignment = models.OneToOneField(
        Assignment, primary_key=True, on_delete=models.PROTECT, related_name="ladder"
    )
    started_at = models.DateTimeField()
    sms_after_s = models.PositiveSmallIntegerField(null=True)
    call_after_s = models.PositiveSmallIntegerField(null=True)
    alarm_after_s = models.PositiveSmallIntegerField()
    sms_at = models.DateTimeField(null=True)
    call_at = models.DateTimeField(null=True)
    alarm_at = models.DateTimeField(null=True)
    # Whether there was a telephone to write to and to ring.
    phone_known = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["started_at"],
                name="dispatch_ladder_open",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return str(self.assignment_id)


class Alarm(models.Model):
    class Severity(models.TextChoices):
        MAYDAY = "mayday"
        CRITICAL = "critical"
        WARNING = "warning"
        NOTICE = "notice"

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    kind = models.CharField(max_length=40)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_id = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(severity__in=["mayday", "critical", "warning", "notice"]),
                name="dispatch_alarm_severity",
            ),
            # A condition that lasts is one alarm, not a heap of equal ones.
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=models.Q(cleared_at__isnull=True),
                name="dispatch_one_open_alarm_per_subject",
            ),
        ]
        indexes = [
            models.Index(
                fields=["raised_at"],
                name="dispatch_alarm_open",
                condition=models.Q(cleared_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.severity}"


class Heartbeat(models.Model):
    """Written by the readiness check, so that "ready" means "a call could be stored now"."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
