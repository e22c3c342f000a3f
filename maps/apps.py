from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MapsConfig(AppConfig):
    name = "maps"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Map")

    def ready(self) -> None:
        from maps import commands, effects

        assert effects.lift_closure  # importing it makes the task known to the job queue
        commands.register()
