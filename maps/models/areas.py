"""Districts, and the outlines of land and water that are only drawn."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maps.models.origin import Origin


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
    origin = models.CharField(
        _("comes from"), max_length=6, choices=Origin.choices, default=Origin.HAND
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
