from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchConfig(AppConfig):
    name = "dispatch"
    verbose_name = _("Incidents")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing the jobs registers them with the queue.
        from dispatch import board, commands, housekeeping, jobs
        from dispatch.accounts import viewers
        from dispatch.services import (
            alarms,
            assignments,
            capacity,
            ladder,
            premises,
            reconciliation_alarms,
        )
        from realtime import clock, registry

        assert housekeeping.check_capacity
        assert housekeeping.learn_speeds
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
        registry.register_reaction("sockets.full", capacity.on_sockets_full)
        registry.register_reaction("voice.key_first", alarms.on_key_first)
        registry.register_reaction("reconciliation.done", reconciliation_alarms.on_done)
        registry.register_reaction("reconciliation.failed", reconciliation_alarms.on_failed)
        registry.register_reaction("job.given_up", alarms.on_job_given_up)
        registry.register_reaction("job.settled", alarms.on_job_settled)
        registry.register_reaction("message.not_delivered", alarms.on_message_not_delivered)
        registry.register_reaction("message.arrived", alarms.on_message_arrived)
        registry.register_reaction("clock.jumped", alarms.on_clock_jumped)
        registry.register_reaction("notice.accepted", assignments.accept_by_call)
        registry.register_reaction("premises.edited", premises.on_edited)
        clock.register_shift(ladder.shift)
        assert jobs.climb_ladder  # importing it makes its tasks known to the queue
        commands.register()
