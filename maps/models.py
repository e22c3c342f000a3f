"""Districts, places, roads and outlines. Geometry is SRID 4326 at rest; metres come from geography or a metric grid."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

RADIUS_M_MAX = 50_000


class PlaceKind(models.TextChoices):
    SUBDISTRICT = "kecamatan", _("subdistrict (kecamatan)")
    VILLAGE = "kelurahan", _("urban village (kelurahan)")
    NEIGHBOURHOOD = "neighbourhood", _("neighbourhood, hamlet")
    STREET = "street", _("street")
    JUNCTION = "junction", _("junction (simpang)")
    KM_MARKER = "km_marker", _("stretch by kilometre (Batu)")
    FIRE_STATION = "fire_station", _("fire station")
    POLICE = "police", _("police")
    HOSPITAL = "hospital", _("hospital")
    CLINIC = "clinic", _("health centre (puskesmas)")
    GOVERNMENT = "government", _("government office")
    RESCUE = "rescue", _("search and rescue, disaster agency")
    PIER = "pier", _("pier, port")
    AIRPORT = "airport", _("airport")
    SCHOOL = "school", _("school, university")
    WORSHIP = "worship", _("place of worship")
    MARKET = "market", _("market, shop, mall")
    LANDMARK = "landmark", _("landmark")
    ISLAND = "island", _("island")
    BRIDGE = "bridge", _("bridge")


class Certainty(models.TextChoices):
    EXACT = "exact", _("published position")
    NEAR = "near", _("published, within 300 m")
    APPROXIMATE = "approximate", _("approximate position for the demonstration")
    VILLAGE = "kelurahan", _("only the kelurahan is known")


class TravelMode(models.TextChoices):
    ROAD = "road", _("road")
    BOAT = "boat", _("boat")


class RoadClass(models.TextChoices):
    R1 = "r1", _("main road")
    R2 = "r2", _("connecting road")
    R3 = "r3", _("side road, path")
    FERRY = "ferry", _("crossing by boat")


class District(models.Model):
    """A kelurahan with its area. The kecamatan it belongs to is written out: names of the two overlap."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    subdistrict_code = models.CharField(_("code of the kecamatan"), max_length=20)
    subdistrict = models.CharField(_("kecamatan"), max_length=80)
    area = models.MultiPolygonField(_("area"))
    centre = models.PointField(_("centre"))
    is_approximate = models.BooleanField(
        _("approximate border"),
        default=True,
        help_text=_("Drawn by hand or generated; not the official border."),
    )

    class Meta:
        verbose_name = _("kelurahan")
        verbose_name_plural = _("kelurahan")
        ordering = ("subdistrict_code", "code")
        constraints = (
            models.UniqueConstraint(
                fields=("subdistrict_code", "name"),
                name="maps_district_name",
                violation_error_message=_("This kecamatan already has a kelurahan of that name."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="maps_district_named"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.subdistrict})"


class Place(models.Model):
    """Anything that a caller may name: a point with a radius, or also a line or an area."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(_("key"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=20, choices=PlaceKind.choices, db_index=True)
    point = models.PointField(_("position"))
    shape = models.GeometryField(_("line or area"), null=True, blank=True)
    radius_m = models.PositiveIntegerField(
        _("radius in metres"),
        help_text=_("How far from the position the place may reach."),
    )
    district = models.ForeignKey(
        District,
        verbose_name=_("kelurahan"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="places",
    )
    certainty = models.CharField(_("certainty"), max_length=12, choices=Certainty.choices)
    is_demo_position = models.BooleanField(
        _("position made up for the demonstration"),
        default=False,
        help_text=_(
            "The place exists, its published position is not known. Never send a crew by it."
        ),
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="maps_place_named"),
            models.CheckConstraint(
                condition=Q(radius_m__gte=5) & Q(radius_m__lte=RADIUS_M_MAX),
                name="maps_place_radius",
                violation_error_message=_("The radius must be between 5 and 50 000 metres."),
            ),
            models.CheckConstraint(
                condition=Q(is_demo_position=False)
                | Q(certainty__in=("approximate", "kelurahan")),
                name="maps_place_demo_is_not_exact",
                violation_error_message=_(
                    "A position made up for the demonstration cannot be a published one. Choose another certainty."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name


class PlaceName(models.Model):
    """One way to say a place, as it is written and as it is searched (see geocoding.normalise)."""

    place = models.ForeignKey(
        Place, verbose_name=_("place"), on_delete=models.CASCADE, related_name="names"
    )
    written = models.CharField(_("name"), max_length=160)
    normal = models.CharField(_("searched as"), max_length=160, editable=False)
    squashed = models.CharField(
        _("searched without spaces as"), max_length=160, editable=False, db_index=True
    )

    class Meta:
        verbose_name = _("name of a place")
        verbose_name_plural = _("names of places")
        constraints = (
            models.UniqueConstraint(fields=("place", "normal"), name="maps_placename_once"),
            models.CheckConstraint(
                condition=~Q(normal="") & ~Q(squashed=""),
                name="maps_placename_searchable",
            ),
        )
        indexes = (
            GinIndex(
                fields=("normal",),
                opclasses=("gin_trgm_ops",),
                name="maps_placename_normal_trgm",
            ),
            GinIndex(
                fields=("squashed",),
                opclasses=("gin_trgm_ops",),
                name="maps_placename_squash_trgm",
            ),
        )

    def __str__(self) -> str:
        return self.written


class RoadNode(models.Model):
    """Where roads or crossings meet. A pier is one node of both networks."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    point = models.PointField(_("position"))
    is_demo_position = models.BooleanField(
        _("position made up for the demonstration"), default=True
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


class Surface(models.Model):
    """Land and lakes, for the drawn map only: nothing is decided by them."""

    class Kind(models.TextChoices):
        LAND = "land", _("land")
        WATER = "water", _("water on land")

    key = models.SlugField(_("key"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=120, blank=True)
    area = models.MultiPolygonField(_("area"))
    is_approximate = models.BooleanField(_("approximate outline"), default=True)

    class Meta:
        verbose_name = _("outline")
        verbose_name_plural = _("outlines")

    def __str__(self) -> str:
        return self.name or self.key


class MapVersion(models.Model):
    """The number of the present content of a table, set by triggers, so that no writer can forget it.

    Numbers come from a sequence, which a rollback does not turn back: two contents never share a number,
    and what a process has cached under a number stays right.
    """

    layer = models.CharField(max_length=20, primary_key=True)
    number = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.layer} {self.number}"
