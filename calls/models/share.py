"""The link by which a citizen shares the position, the telephones that opened it, and the pictures they sent."""

import uuid6
from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from calls.models.places import Location
from calls.models.words import NAME_CHARS_MAX


class ShareLink(models.Model):
    """One link of a call. The code stands here as it is: the message that carried it does, too, and it soon ends."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey(
        Call, verbose_name=_("call"), on_delete=models.CASCADE, related_name="share_links"
    )
    code = models.CharField(_("code"), max_length=10, unique=True)
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    sent_by = models.CharField(
        _("sent by"), max_length=10, blank=True
    )  # a channel; empty: read aloud
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    expires_at = models.DateTimeField(_("ends"))
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    revoked_by = models.CharField(_("withdrawn by"), max_length=NAME_CHARS_MAX, blank=True)

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["call"], condition=Q(revoked_at=None), name="calls_sharelink_one_of_a_call"
            )
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.created_at:%Y-%m-%d %H:%M}"


class SharedPhone(models.Model):
    """One telephone on which the link was opened and the position shared. `location` is where it is now."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="phones")
    device = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()  # the first telephone is 1
    location = models.ForeignKey(
        Location, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    began_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    pages = models.JSONField(
        default=dict
    )  # {page: number of its last point}: what comes again is not a second
    trail = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["link", "device"], name="calls_sharedphone_device"),
            models.UniqueConstraint(fields=["link", "number"], name="calls_sharedphone_number"),
        ]


class SharedPicture(models.Model):
    """A picture of a call. The file lies in the media folder of the home, written anew (calls/pictures.py)."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="pictures")
    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="pictures")
    client_key = models.CharField(max_length=40)
    at = models.DateTimeField(_("received"))
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size_bytes = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("shared picture")
        verbose_name_plural = _("shared pictures")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["link", "client_key"], name="calls_sharedpicture_once")
        ]
