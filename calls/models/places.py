"""Where a caller may be."""

import uuid6
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.domain import LocationSource
from calls.models.call import Call
from calls.models.words import LABEL_CHARS_MAX, SID_CHARS_MAX, TEXT_CHARS_MAX


class AmlReport(models.Model):
    """What a telephone itself said about where it is; kept also without a position, and before its call."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, null=True, blank=True, related_name="aml_reports"
    )
    number = models.CharField(max_length=20, blank=True)
    imei = models.CharField(max_length=20, blank=True)
    received_at = models.DateTimeField()
    measured_at = models.DateTimeField(null=True, blank=True)
    point = models.PointField(srid=4326, null=True, blank=True)
    radius_m = models.FloatField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    method = models.CharField(max_length=20, blank=True)
    warnings = models.JSONField(default=list)
    route = models.CharField(max_length=10)  # sms or https
    provider_sid = models.CharField(max_length=SID_CHARS_MAX, blank=True)
    raw = models.CharField(max_length=TEXT_CHARS_MAX)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider_sid"],
                condition=~Q(provider_sid=""),
                name="calls_amlreport_once_per_sid",
            )
        ]
        indexes = [
            models.Index(fields=["number", "received_at"], name="calls_aml_by_number"),
            models.Index(fields=["imei", "received_at"], name="calls_aml_by_imei"),
        ]


class Location(models.Model):
    """Where the caller may be, according to one source at one time. `at` is when it was measured or said."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="locations")
    # The message that carried it, as a pin or in a picture.
    message = models.ForeignKey(
        "calls.Message", on_delete=models.CASCADE, null=True, blank=True, related_name="locations"
    )
    point = models.PointField(srid=4326)
    radius_m = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=12)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    confidence = models.FloatField(null=True, blank=True)
    label = models.CharField(max_length=LABEL_CHARS_MAX, blank=True)
    place_id = models.CharField(max_length=60, blank=True)
    method = models.CharField(max_length=20, blank=True)
    warnings = models.JSONField(default=list)
    # What a dispatcher has said of it (calls/estimate.py, Verdict); empty: nothing.
    verdict = models.CharField(_("verdict"), max_length=10, blank=True, default="", db_default="")
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["received_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=[one.value for one in LocationSource]),
                name="calls_location_source_word",
            ),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(verdict__in=["confirmed", "rejected"]),
                name="calls_location_verdict_word",
            ),
            models.CheckConstraint(
                condition=Q(radius_m=None) | Q(radius_m__gte=0), name="calls_location_radius"
            ),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=0, confidence__lte=1),
                name="calls_location_confidence",
            ),
            # Null Island is what broken devices send; no citizen calls from there.
            models.CheckConstraint(
                condition=~Q(point__dwithin=(Point(0, 0, srid=4326), 0.000001)),
                name="calls_location_not_null_island",
            ),
        ]
