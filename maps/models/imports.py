"""What was imported into the map, when, by whom, and what came of it."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One import that was written. What was refused or only tried leaves no row."""

    files = models.JSONField(_("files"), help_text=_("Name, size and SHA-256 of each."))
    begun_at = models.DateTimeField(_("begun at"), db_index=True)
    ended_at = models.DateTimeField(_("ended at"))
    by = models.CharField(_("by"), max_length=150)
    counts = models.JSONField(_("counts"))
    problems = models.JSONField(_("problems"))

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-begun_at",)

    def __str__(self) -> str:
        return ", ".join(file["name"] for file in self.files)
