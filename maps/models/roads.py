"""The network of roads and crossings that travel times are made of."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maps.models.origin import Origin


class TravelMode(models.TextChoices):
    ROAD = "road", _("road")
    BOAT = "boat", _("boat")


class RoadClass(models.TextChoices):
    R1 = "r1", _("main road")
    R2 = "r2", _("connecting road")
    R3 = "r3", _("side road")
    PATH = "path", _("path, alley")
    FERRY = "ferry", _("crossing by boat")


class RoadSurface(models.TextChoices):
    PAVED = "paved", _("paved")
    UNPAVED = "unpaved", _("unpaved")
    UNKNOWN = "unknown", _("unknown")


class Access(models.TextChoices):
    """Who may drive there on the way to an emergency. Each kind of unit has its own set (maps.routing)."""

    OPEN = "open", _("open to every vehicle")
    EMERGENCY = "emergency", _("closed to others: private, gated, buses only")
    NARROW = "narrow", _("motorcycles and carts only")
    FOOT = "foot", _("on foot only")


class RoadNode(models.Model):
    """Where roads or crossings meet. A pier is one node of both networks."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    point = models.PointField(_("position"))
    is_demo_position = models.BooleanField(
        _("position made up for the demonstration"), default=True
    )
    origin = models.CharField(
        _("comes from"), max_length=6, choices=Origin.choices, default=Origin.HAND
    )

    class Meta:
        verbose_name = _("road node")
        verbose_name_plural = _("road nodes")

    def __str__(self) -> str:
        return self.name or self.key


class RoadEdge(models.Model):
    key = models.SlugField(_("key"), max_length=140, unique=True)
    source = models.ForeignKey(
        RoadNode, verbose_name=_("from"), on_delete=models.CASCADE, related_name="+"
    )
    target = models.ForeignKey(
        RoadNode, verbose_name=_("to"), on_delete=models.CASCADE, related_name="+"
    )
    mode = models.CharField(_("travelled by"), max_length=4, choices=TravelMode.choices)
    road_class = models.CharField(_("class"), max_length=5, choices=RoadClass.choices)
    name = models.CharField(_("name"), max_length=120, blank=True)
    length_m = models.FloatField(_("length in metres"))
    speed_kph = models.FloatField(
        _("speed in km/h"),
        null=True,
        blank=True,
        help_text=_("Of an emergency drive. Empty: by the class."),
    )
    oneway = models.BooleanField(_("one way"), default=False)
    surface = models.CharField(
        _("surface"), max_length=7, choices=RoadSurface.choices, default=RoadSurface.UNKNOWN
    )
    access = models.CharField(
        _("open to"),
        max_length=9,
        choices=Access.choices,
        default=Access.OPEN,
        help_text=_(
            "Of a crossing: every vehicle where a ferry carries vehicles, else on foot only."
        ),
    )
    is_bridge = models.BooleanField(_("bridge"), default=False)
    duration_s = models.PositiveIntegerField(
        _("duration in seconds"),
        null=True,
        blank=True,
        help_text=_("Of a crossing whose time is known. Empty: by length and speed."),
    )
    origin = models.CharField(
        _("comes from"), max_length=6, choices=Origin.choices, default=Origin.HAND
    )
    line = models.LineStringField(_("line"))

    class Meta:
        verbose_name = _("road")
        verbose_name_plural = _("roads")
        constraints = (
            models.CheckConstraint(
                condition=~Q(source=F("target")),
                name="maps_roadedge_no_loop",
                violation_error_message=_("A road must lead from one node to another."),
            ),
            models.CheckConstraint(condition=Q(length_m__gt=0), name="maps_roadedge_length"),
            models.CheckConstraint(
                condition=Q(speed_kph=None) | (Q(speed_kph__gte=1) & Q(speed_kph__lte=160)),
                name="maps_roadedge_speed",
                violation_error_message=_("The speed must be between 1 and 160 km/h, or empty."),
            ),
            models.CheckConstraint(
                condition=Q(mode="boat", road_class="ferry")
                | (Q(mode="road") & ~Q(road_class="ferry")),
                name="maps_roadedge_class_of_mode",
                violation_error_message=_(
                    "A crossing by boat has the class “crossing by boat”, and no road has it."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name or f"{self.source_id}-{self.target_id}"


class TurnRestriction(models.Model):
    """At a node, coming from one road, another one may not ("no"), or alone may ("only"), be taken."""

    class Kind(models.TextChoices):
        NO = "no", _("this turn is forbidden")
        ONLY = "only", _("only this turn is allowed")

    key = models.SlugField(_("key"), max_length=140, unique=True)
    from_edge = models.ForeignKey(
        RoadEdge, verbose_name=_("from road"), on_delete=models.CASCADE, related_name="+"
    )
    via = models.ForeignKey(
        RoadNode, verbose_name=_("at node"), on_delete=models.CASCADE, related_name="+"
    )
    to_edge = models.ForeignKey(
        RoadEdge, verbose_name=_("to road"), on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    binds_emergency = models.BooleanField(
        _("also for emergency vehicles"),
        default=True,
        help_text=_("Not ticked: a sign that a crew on its way to an emergency may pass."),
    )
    origin = models.CharField(
        _("comes from"), max_length=6, choices=Origin.choices, default=Origin.HAND
    )

    class Meta:
        verbose_name = _("turn restriction")
        verbose_name_plural = _("turn restrictions")
        constraints = (
            models.UniqueConstraint(
                fields=("from_edge", "via", "to_edge"), name="maps_turnrestriction_once"
            ),
        )

    def __str__(self) -> str:
        return self.key
