"""Agencies, stations, capabilities, units and where the units were."""

import uuid6
from django.contrib.gis.db import models
from django.core.validators import MaxValueValidator, RegexValidator
from django.db.models.functions import Upper
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from units.domain import TravelsBy, UnitKind, UnitStatus

CALLSIGN_CHARS_MAX = 20
READY_S_MAX = 3_600
KIND_NAMES = {
    "engine": _("Fire engine"),
    "tanker": _("Water tanker"),
    "ladder": _("Ladder"),
    "rescue": _("Rescue vehicle"),
    "ambulance": _("Ambulance"),
    "motorcycle": _("Motorcycle"),
    "patrol": _("Patrol car"),
    "pickup": _("Pickup"),
    "boat": _("Boat"),
    "ambulance_boat": _("Ambulance boat"),
    "command": _("Command vehicle"),
}
TRAVEL_NAMES = {"road": _("by road"), "boat": _("by boat"), "air": _("by air")}
STATUS_NAMES = {
    "available": _("Available"),
    "assigned": _("Assigned"),
    "acknowledged": _("Acknowledged"),
    "en_route": _("En route"),
    "staged": _("Staged"),
    "on_scene": _("On scene"),
    "at_patient": _("At patient"),
    "transporting": _("Transporting"),
    "at_destination": _("At destination"),
    "returning": _("Returning"),
    "available_on_scene": _("Available on scene"),
    "move_up": _("Move up"),
    "out_of_service": _("Out of service"),
    "off_duty": _("Off duty"),
    "mayday": _("MAYDAY"),
}
RANK_MAX = 9  # of the cascade of response areas


class Agency(models.Model):
    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]+$", _("Use capital letters and digits only."))],
    )
    name = models.CharField(_("name"), max_length=100)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class Station(models.Model):
    name = models.CharField(_("name"), max_length=100)
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="stations"
    )
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    is_approximate = models.BooleanField(
        _("position is approximate"),
        default=False,
        help_text=_("Tick when nobody has checked the place on the map."),
    )
    address = models.CharField(_("address"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("station")
        verbose_name_plural = _("stations")
        ordering = ["agency", "name"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "name"], name="units_station_name")
        ]

    def __str__(self) -> str:
        return self.name


class ResponseArea(models.Model):
    """Where an agency answers, and which of its stations is due first, second … there (the cascade).

    An agency without any area answers everywhere. Areas of one rank of an agency should neither overlap nor leave
    gaps; units.coverage finds where they do.
    """

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.CASCADE, related_name="response_areas"
    )
    name = models.CharField(_("name"), max_length=100)
    rank = models.PositiveSmallIntegerField(
        _("rank"),
        default=1,
        choices=[(number, str(number)) for number in range(1, RANK_MAX + 1)],
        help_text=_("1: due first. A greater number answers when those before cannot."),
    )
    station = models.ForeignKey(
        Station,
        verbose_name=_("station"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="response_areas",
        help_text=_("Empty: any station of the agency."),
    )
    area = models.MultiPolygonField(_("area"), srid=4326)
    is_approximate = models.BooleanField(
        _("approximate border"),
        default=False,
        help_text=_("Drawn by hand or computed; nobody has decided it."),
    )

    class Meta:
        verbose_name = _("response area")
        verbose_name_plural = _("response areas")
        ordering = ["agency__order", "rank", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "rank", "name"],
                name="units_responsearea_name",
                violation_error_message=_(
                    "This agency has an area of that name and rank already."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(rank__gte=1, rank__lte=RANK_MAX), name="units_responsearea_rank"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Capability(models.Model):
    key = models.CharField(
        _("key"),
        primary_key=True,
        max_length=40,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")],
    )
    name_id = models.CharField(_("name in Indonesian"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)

    class Meta:
        verbose_name = _("capability")
        verbose_name_plural = _("capabilities")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_id


class Unit(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    callsign = models.CharField(
        _("callsign"),
        max_length=CALLSIGN_CHARS_MAX,
        validators=[
            RegexValidator(
                r"^[A-Z0-9]+(-[A-Z0-9]+)*$",
                _("Use capital letters, digits and hyphens, like DAMKAR-1."),
            )
        ],
    )
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="units"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=list(KIND_NAMES.items()))
    station = models.ForeignKey(
        Station,
        verbose_name=_("station"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="units",
    )
    capabilities = models.ManyToManyField(
        Capability, verbose_name=_("capabilities"), blank=True, related_name="units"
    )
    travels_by = models.CharField(
        _("travels"), max_length=5, default=TravelsBy.ROAD, choices=list(TRAVEL_NAMES.items())
    )
    phone = models.CharField(
        _("telephone of the crew"),
        max_length=16,
        blank=True,
        validators=[
            RegexValidator(
                r"^\+[1-9][0-9]{6,14}$",
                _(
                    "Write the number with its country code and without spaces, like +628100000001."
                ),
            )
        ],
        help_text=_(
            "Rung when the tablet does not acknowledge. Without it the crew can be reached by tablet and radio alone."
        ),
    )
    ready_s = models.PositiveSmallIntegerField(
        _("seconds until it leaves"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(READY_S_MAX)],
        help_text=_("From the order to leaving. Empty: by its kind; a boat needs three minutes."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    status = models.CharField(max_length=20, default=UnitStatus.OFF_DUTY, editable=False)
    status_at = models.DateTimeField(_("status since"), editable=False)
    status_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    position = models.PointField(srid=4326, null=True, blank=True, editable=False)
    position_at = models.DateTimeField(_("position of"), null=True, blank=True, editable=False)
    position_received_at = models.DateTimeField(null=True, blank=True, editable=False)
    accuracy_m = models.FloatField(null=True, blank=True, editable=False)
    speed_kph = models.FloatField(null=True, blank=True, editable=False)
    heading = models.FloatField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["agency__order", "callsign"]
        constraints = [
            models.UniqueConstraint(Upper("callsign"), name="units_unit_callsign"),
            models.CheckConstraint(
                condition=models.Q(status__in=[*UnitStatus]), name="units_unit_status"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="out_of_service") | ~models.Q(status_reason=""),
                name="units_unit_out_of_service_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[*UnitKind]), name="units_unit_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(travels_by__in=[*TravelsBy]), name="units_unit_travels_by"
            ),
            models.CheckConstraint(
                condition=models.Q(heading__isnull=True)
                | models.Q(heading__gte=0, heading__lt=360),
                name="units_unit_heading",
            ),
            models.CheckConstraint(
                condition=models.Q(position__isnull=True, position_at__isnull=True)
                | models.Q(position__isnull=False, position_at__isnull=False),
                name="units_unit_position_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.callsign
