from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchConfig(AppConfig):
    name = "dispatch"
    verbose_name = _("Incidents")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing the jobs registers them with the queue.
        from dispatch import board, commands, housekeeping
        from dispatch.accounts import viewers
        from dispatch.services import alarms, capacity, reconciliation_alarms
        from realtime import registry

        assert housekeeping.check_capacity
        for kind, load in board.LOADERS.items():
            registry.register_entity(kind, load)
        registry.register_expansion(board.expand)
        registry.register_audience(board.audience)
        registry.register_projection(board.project)
        registry.register_snapshot(board.snapshot)
        registry.register_people(
            viewer_of_session=viewers.viewer_of_session,
            viewer_of_token=viewers.viewer_of_token,
            still_valid=viewers.still_valid,
        )
        registry.register_reaction("webhook.rejected", alarms.on_webhook_rejected)
        registry.register_reaction("webhook.failed", alarms.on_webhook_failed)
        registry.register_reaction("effect.failed", alarms.on_effect_failed)
        registry.register_reaction("sockets.full", capacity.on_sockets_full)
        registry.register_reaction("reconciliation.done", reconciliation_alarms.on_done)
        registry.register_reaction("reconciliation.failed", reconciliation_alarms.on_failed)
        commands.register()
