import atexit
import gc

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RealtimeConfig(AppConfig):
    name = "realtime"
    verbose_name = _("System")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # A process that ends has its memory taken by the system. Python would first look through all of it for
        # cycles, seconds long with a city's roads in it on a busy machine: it was killed for not stopping.
        atexit.register(gc.freeze)
