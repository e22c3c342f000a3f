from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "calls"
    verbose_name = _("Calls")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing the effects registers them with the job queue, whose application is ready by now.
        from calls import commands, effects

        assert effects.send_message
        commands.register()
