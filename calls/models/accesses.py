"""Who has seen or heard what was kept of a call."""

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call


class MediaAccess(models.Model):
    """Who listened, looked or read, and when. Requests of a player within minutes are one."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    call = models.ForeignKey(
        Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="+"
    )
    what = models.CharField(
        _("what"),
        max_length=12,
        choices={
            "recording": _("Recording"),
            "transcript": _("Transcript"),
            "picture": _("Picture"),
            "media": _("Picture, film or voice note of a message"),
            "thumb": _("Small picture of a message"),
        },
    )
    subject_id = models.UUIDField(_("which"))
    first_at = models.DateTimeField(_("from"))
    last_at = models.DateTimeField(_("until"))
    requests = models.PositiveIntegerField(_("requests"), default=1)

    class Meta:
        verbose_name = _("access to a recording or picture")
        verbose_name_plural = _("accesses to recordings and pictures")
        ordering = ["-first_at"]
        indexes = [models.Index(fields=["subject_id", "person"], name="calls_access_subject")]
