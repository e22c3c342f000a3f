"""What changes the travel times of the roads as drawn: closures, and how fast units have been."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from maps.domain import FACTOR_MAX, FACTOR_MIN, Group
from maps.models.roads import RoadClass

REASON_CHARS_MAX = 300

GROUP_NAMES = {
    Group.ENGINE: _("fire engines"),
    Group.RESCUE: _("rescue vehicles"),
    Group.AMBULANCE: _("ambulances"),
    Group.CAR: _("cars and pickups"),
    Group.MOTORCYCLE: _("motorcycles"),
    Group.BOAT: _("boats"),
}
GROUPS = [(group.value, name) for group, name in GROUP_NAMES.items()]


class ClosureKind(models.TextChoices):
    CLOSED = "closed", _("closed")
    FLOODED = "flooded", _("flooded")
    SLOW = "slow", _("slow")


class Closure(models.Model):
    """Roads that a dispatcher has drawn as closed, flooded or slow. Never deleted: lifted, by whom and why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=7, choices=ClosureKind.choices)
    reason = models.CharField(_("reason"), max_length=REASON_CHARS_MAX)
    geometry = models.GeometryField(_("as drawn"))
    area = models.GeometryField(_("what lies in it"))  # of a line a strip along it
    speed_share = models.FloatField(_("share of the usual speed"), null=True)
    valid_from = models.DateTimeField(_("from"))
    valid_to = models.DateTimeField(_("until"), null=True)
    drawn_at = models.DateTimeField(_("drawn"))
    drawn_by = models.CharField(max_length=60)
    drawn_by_name = models.CharField(_("drawn by"), max_length=150)
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lifted_by = models.CharField(max_length=60, blank=True)
    lifted_by_name = models.CharField(_("lifted by"), max_length=150, blank=True)
    lift_reason = models.CharField(_("why lifted"), max_length=REASON_CHARS_MAX, blank=True)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ("-drawn_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=ClosureKind.values), name="maps_closure_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="slow", speed_share__gt=0, speed_share__lte=1)
                | (~Q(kind="slow") & Q(speed_share=None)),
                name="maps_closure_slow_has_share",
            ),
        )
        indexes = (
            models.Index(
                fields=("drawn_at",), name="maps_closure_open", condition=Q(lifted_at=None)
            ),
        )

    def __str__(self) -> str:
        return self.reason


class KindFactor(models.Model):
    """How fast a group of kinds drives beside an ambulance; without a row the product's own figure counts."""

    group = models.CharField(_("kinds"), max_length=10, choices=GROUPS, unique=True)
    factor = models.FloatField(
        _("speed beside an ambulance"),
        help_text=_("1 is as fast as an ambulance, 0.85 is 15 % slower."),
    )
    reason = models.CharField(_("where the figure comes from"), max_length=REASON_CHARS_MAX)

    class Meta:
        verbose_name = _("speed of a kind of unit")
        verbose_name_plural = _("speeds of kinds of units")
        ordering = ("group",)
        constraints = (
            models.CheckConstraint(
                condition=Q(factor__gte=FACTOR_MIN, factor__lte=FACTOR_MAX),
                name="maps_kindfactor_factor",
                violation_error_message=_("The factor must be between 0.2 and 3."),
            ),
        )

    def __str__(self) -> str:
        return self.get_group_display()


class SpeedProfile(models.Model):
    """Learnt from own drives: how fast a group of kinds is on a class of road at a time of the week."""

    group = models.CharField(_("kinds"), max_length=10, choices=GROUPS)
    road_class = models.CharField(_("class"), max_length=5, choices=RoadClass.choices)
    is_weekend = models.BooleanField(_("weekend"))
    band = models.PositiveSmallIntegerField(_("from hour"))
    ratio = models.FloatField(
        _("ratio"), help_text=_("Median of real speed over the speed of the map.")
    )
    spread = models.FloatField(
        _("spread"), help_text=_("Median distance of the drives from that ratio.")
    )
    samples = models.PositiveIntegerField(_("drives"))
    learnt_at = models.DateTimeField(_("learnt"))

    class Meta:
        verbose_name = _("learnt speed")
        verbose_name_plural = _("learnt speeds")
        ordering = ("group", "road_class", "is_weekend", "band")
        constraints = (
            models.UniqueConstraint(
                fields=("group", "road_class", "is_weekend", "band"), name="maps_speedprofile_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.group} {self.road_class} {self.band}"


class ArrivalSpread(models.Model):
    """Learnt from finished drives: how many times the expected time nine of ten drives have kept."""

    by = models.CharField(_("travels"), max_length=5)
    band_m = models.PositiveIntegerField(_("from metres"))
    median = models.FloatField(_("median"), help_text=_("Real time over expected time."))
    p90 = models.FloatField(_("nine of ten"))
    samples = models.PositiveIntegerField(_("drives"))
    learnt_at = models.DateTimeField(_("learnt"))

    class Meta:
        verbose_name = _("learnt spread of arrivals")
        verbose_name_plural = _("learnt spreads of arrivals")
        ordering = ("by", "band_m")
        constraints = (
            models.UniqueConstraint(fields=("by", "band_m"), name="maps_arrivalspread_once"),
        )

    def __str__(self) -> str:
        return f"{self.by} {self.band_m}"
