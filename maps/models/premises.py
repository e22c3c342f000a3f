"""What a crew should know of a place before it gets there."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from maps.models.places import Place

PREMISE_TEXT_CHARS_MAX = 500


class PremiseKind(models.TextChoices):
    HAZARD = "hazard", _("hazard")
    ACCESS = "access", _("access")
    CONTACT = "contact", _("who to call")
    NOTE = "note", _("note")


class PremiseSeverity(models.TextChoices):
    DANGER = "danger", _("danger to life")
    CAUTION = "caution", _("take care")
    INFO = "info", _("good to know")


class PremiseNote(models.Model):
    """A note tied to an area, with who answers for it and until when it holds.

    Neither area nor words are changed afterwards: whoever has read it has read what stands there. It is withdrawn, and
    another one written.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=PremiseKind.choices)
    severity = models.CharField(_("severity"), max_length=8, choices=PremiseSeverity.choices)
    text = models.CharField(_("note"), max_length=PREMISE_TEXT_CHARS_MAX)
    place = models.ForeignKey(
        Place,
        verbose_name=_("place"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="premise_notes",
    )
    area = models.PolygonField(_("area"))
    owner = models.CharField(
        _("who answers for it"),
        max_length=120,
        help_text=_("A person or an office that can be asked whether it is still true."),
    )
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(
        _("valid until"), null=True, blank=True, help_text=_("Empty: until it is withdrawn.")
    )
    noted_by = models.CharField(_("noted by"), max_length=150, editable=False)
    noted_at = models.DateTimeField(_("noted at"), editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    withdrawn_by = models.CharField(_("withdrawn by"), max_length=150, blank=True, editable=False)
    withdrawn_why = models.CharField(_("why withdrawn"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("premise note")
        verbose_name_plural = _("premise notes")
        ordering = ("-noted_at",)
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="maps_premise_says_something"),
            models.CheckConstraint(condition=~Q(owner=""), name="maps_premise_has_owner"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="maps_premise_validity",
                violation_error_message=_("It must end after it begins."),
            ),
        )

    def __str__(self) -> str:
        return self.text
