"""Where a row of the map comes from, which says who may change it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    """An import writes over what an import has written, and never over what a person has entered or edited."""

    DEMO = "demo", _("demonstration")
    IMPORT = "import", _("imported")
    HAND = "hand", _("entered by hand")
