"""What a caller may name: a point with a radius, and all the ways to say it."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Func, Q, TextField, Value
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from maps.models.areas import District
from maps.models.origin import Origin

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
    HOUSING = "housing", _("housing estate (perumahan)")
    ALLEY = "alley", _("alley (gang)")
    ADDRESS = "address", _("house number")
    BUILDING = "building", _("building")
    HYDRANT = "hydrant", _("fire hydrant")
    AED = "aed", _("defibrillator (AED)")
    FUEL = "fuel", _("fuel station")
    POSTCODE = "postcode", _("postcode")


class Certainty(models.TextChoices):
    EXACT = "exact", _("published position")
    NEAR = "near", _("published, within 300 m")
    APPROXIMATE = "approximate", _("approximate position for the demonstration")
    VILLAGE = "kelurahan", _("only the kelurahan is known")


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
    street = models.CharField(_("street"), max_length=120, blank=True)
    house_number = models.CharField(_("house number"), max_length=20, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    origin = models.CharField(
        _("comes from"), max_length=6, choices=Origin.choices, default=Origin.HAND
    )
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
    # The words of `normal`: the inverted index of the search. Made by the database, so that no writer can forget it.
    words = models.GeneratedField(
        expression=Func(
            Func(
                Func(F("normal"), Value(" "), function="string_to_array"),
                Value("", output_field=TextField()),
                function="array_remove",
            ),
            function="array_to_tsvector",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
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
        indexes = (GinIndex(fields=("words",), name="maps_placename_words"),)

    def __str__(self) -> str:
        return self.written


class NameWord(models.Model):
    """A word that occurs in names, with the keys by which its misspellings are found (migration 0020).

    Written by triggers of PlaceName alone: by statement, so that an import of a million names pays once. A word that no
    name holds any more leads nowhere; it stays.
    """

    word = models.CharField(max_length=160, primary_key=True)
    keys = ArrayField(models.CharField(max_length=160))

    class Meta:
        default_permissions = ()
        indexes = (GinIndex(fields=("keys",), name="maps_nameword_keys"),)

    def __str__(self) -> str:
        return self.word
