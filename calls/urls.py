"""Addresses that providers and telephones call. Mounted at the root: the paths are part of the boundary."""

from django.urls import path

from calls import (
    conference_webhooks,
    kept_calls_webhooks,
    notice_webhooks,
    pbx_webhooks,
    sms_webhooks,
    views,
    webhooks,
)

urlpatterns = [
    path("twilio/voice/incoming", webhooks.voice_incoming, name="twilio-voice-incoming"),
    path("twilio/voice/retry", webhooks.voice_retry, name="twilio-voice-retry"),
    path("twilio/voice/hold-music.wav", webhooks.voice_hold_music, name="twilio-voice-hold-music"),
    path("twilio/voice/key", webhooks.voice_key, name="twilio-voice-key"),
    path("twilio/voice/ask/<uuid:call_id>", webhooks.voice_ask, name="twilio-voice-ask"),
    path(
        "twilio/voice/silent-key/<uuid:call_id>",
        webhooks.voice_silent_key,
        name="twilio-voice-silent-key",
    ),
    path(
        "twilio/voice/call-back/<uuid:call_id>",
        webhooks.voice_call_back,
        name="twilio-voice-call-back",
    ),
    path("twilio/voice/status", webhooks.voice_status, name="twilio-voice-status"),
    path(
        "twilio/voice/recording",
        kept_calls_webhooks.voice_recording,
        name="twilio-voice-recording",
    ),
    path(
        "twilio/voice/recording/<uuid:call_id>",
        kept_calls_webhooks.voice_recording_of,
        name="twilio-voice-recording-of",
    ),
    path(
        "twilio/voice/transcription/<uuid:call_id>",
        kept_calls_webhooks.voice_transcription,
        name="twilio-voice-transcription",
    ),
    path("twilio/voice/wait", webhooks.voice_wait, name="twilio-voice-wait"),
    path("twilio/voice/left-queue", webhooks.voice_left_queue, name="twilio-voice-left-queue"),
    path("twilio/voice/join/<uuid:call_id>", webhooks.voice_join, name="twilio-voice-join"),
    path(
        "twilio/voice/requeue/<uuid:call_id>", webhooks.voice_requeue, name="twilio-voice-requeue"
    ),
    path(
        "twilio/voice/conference/<uuid:call_id>",
        conference_webhooks.voice_conference,
        name="twilio-voice-conference",
    ),
    path(
        "twilio/voice/participant/<uuid:participant_id>",
        conference_webhooks.voice_participant,
        name="twilio-voice-participant",
    ),
    path("twilio/voice/held", conference_webhooks.voice_held, name="twilio-voice-held"),
    path("twilio/messages/incoming", webhooks.messages_incoming, name="twilio-messages-incoming"),
    path("twilio/messages/status", webhooks.messages_status, name="twilio-messages-status"),
    path(
        "twilio/notices/<uuid:notice_id>/voice",
        notice_webhooks.notice_voice,
        name="twilio-notice-voice",
    ),
    path(
        "twilio/notices/<uuid:notice_id>/key", notice_webhooks.notice_key, name="twilio-notice-key"
    ),
    path(
        "twilio/notices/<uuid:notice_id>/status",
        notice_webhooks.notice_status,
        name="twilio-notice-status",
    ),
    path("pbx/calls", pbx_webhooks.pbx_calls, name="pbx-calls"),
    path("pbx/notices", pbx_webhooks.pbx_notices, name="pbx-notices"),
    path("sms/messages", sms_webhooks.sms_messages, name="sms-messages"),
    path("aml", webhooks.aml, name="aml"),
    path("api/v1/conversation", views.conversation, name="api-conversation"),
]
