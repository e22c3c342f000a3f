"""Whether a hospital takes patients now."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maps.models.places import Place

BEDS_MAX = 10_000


class HospitalState(models.TextChoices):
    OPEN = "open", _("takes patients")
    BUSY = "busy", _("busy, call first")
    FULL = "full", _("full")
    CLOSED = "closed", _("takes nobody")


class HospitalCapacity(models.Model):
    """The last word that somebody gave; what nobody has said is unknown, and a screen shows how old it is."""

    place = models.OneToOneField(
        Place,
        verbose_name=_("hospital"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="capacity",
    )
    state = models.CharField(_("state"), max_length=6, choices=HospitalState.choices)
    beds_free = models.PositiveIntegerField(_("free beds"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    said_by = models.CharField(_("said by"), max_length=150)
    said_at = models.DateTimeField(_("said at"))

    class Meta:
        verbose_name = _("capacity of a hospital")
        verbose_name_plural = _("capacity of hospitals")
        constraints = (
            models.CheckConstraint(
                condition=Q(beds_free=None) | Q(beds_free__lte=BEDS_MAX), name="maps_capacity_beds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.place_id} {self.state}"
