from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "calls"
    verbose_name = _("Calls")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing the effects registers them with the job queue, whose application is ready by now.
        from calls import commands, effects, housekeeping, replay
        from realtime.registry import register_companion

        assert effects.send_message
        assert housekeeping.TRIES_MAX > 1
        commands.register()
        register_companion("journal", replay.watch)
