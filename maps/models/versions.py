"""Which content of the map is the present one."""

from __future__ import annotations

from django.contrib.gis.db import models


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
