from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "calls"
    verbose_name = _("Calls")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing the effects registers them with the job queue, whose application is ready by now.
        from calls import (
            commands,
            conference_commands,
            conference_effects,
            conference_webhooks,
            delivery,
            effects,
            evidence_commands,
            housekeeping,
            kept_calls_webhooks,
            lines,
            lost_seats,
            notice_webhooks,
            pbx_webhooks,
            replay,
            sms_webhooks,
            webhooks,
        )
        from realtime.registry import register_companion, register_reaction

        assert effects.send_message
        assert housekeeping.TRIES_MAX > 1
        commands.register()
        evidence_commands.register()
        conference_commands.register()
        assert conference_effects.ring
        assert conference_webhooks.voice_held
        # The journal is replayed by workers that have not served a request yet, too: without their webhooks they would
        # take every entry for damaged.
        assert webhooks.voice_incoming
        assert kept_calls_webhooks.voice_transcription
        assert notice_webhooks.notice_key
        assert pbx_webhooks.pbx_calls
        assert sms_webhooks.sms_messages
        register_companion("journal", replay.watch)
        register_reaction("job.given_up", delivery.on_job_given_up)
        register_reaction("job.given_up", lines.on_job_given_up)
        register_companion("lost_seats", lost_seats.watch)
