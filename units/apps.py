from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    name = "units"
    verbose_name = _("Units")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from realtime.registry import (
            register_position_handler,
            register_position_reader,
            register_rejection,
        )
        from units import effects, ingest

        assert effects.keep_position_days  # importing it makes the task known to the job queue
        register_position_handler(ingest.take_position)
        register_position_reader(ingest.positions_since)
        for code, words in {
            "status_not_possible": _("This status is not possible now."),
            "reason_needed": _("Say why."),
            "position_invalid": _("This position is not possible."),
            "device_clock": _("The device's clock is too far off."),
        }.items():
            register_rejection(code, words)
