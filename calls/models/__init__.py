"""The tables of this package; only calls/ imports them."""

from calls.models.accesses import MediaAccess
from calls.models.call import Call, CallerRestriction
from calls.models.conferences import (
    ADDRESS_CHARS_MAX,
    DEVICE_NAMES,
    LINE_STATE_CHARS_MAX,
    Contact,
    Participant,
    Seat,
    VoiceSwitch,
)
from calls.models.messages import (
    Media,
    Message,
    MessageStatus,
    MessageTemplate,
    QuickReply,
)
from calls.models.notices import Notice
from calls.models.places import AmlReport, Location
from calls.models.provider import Reconciliation, Recording, WebhookRecord
from calls.models.share import SharedPhone, SharedPicture, ShareLink
from calls.models.transcripts import Transcription, TranscriptLine
from calls.models.words import (
    CHANNEL_NAMES,
    DISPOSITION_NAMES,
    ERROR_CHARS_MAX,
    LABEL_CHARS_MAX,
    NAME_CHARS_MAX,
    NOTICE_CHANNEL_NAMES,
    NOTICE_CHARS_MAX,
    RAW_CHARS_MAX,
    REASON_CHARS_MAX,
    SID_CHARS_MAX,
    STATUS_NAMES,
    TEXT_CHARS_MAX,
    URL_CHARS_MAX,
)

__all__ = [
    "ADDRESS_CHARS_MAX",
    "CHANNEL_NAMES",
    "DEVICE_NAMES",
    "DISPOSITION_NAMES",
    "ERROR_CHARS_MAX",
    "LABEL_CHARS_MAX",
    "LINE_STATE_CHARS_MAX",
    "NAME_CHARS_MAX",
    "NOTICE_CHANNEL_NAMES",
    "NOTICE_CHARS_MAX",
    "RAW_CHARS_MAX",
    "REASON_CHARS_MAX",
    "SID_CHARS_MAX",
    "STATUS_NAMES",
    "TEXT_CHARS_MAX",
    "URL_CHARS_MAX",
    "AmlReport",
    "Call",
    "CallerRestriction",
    "Contact",
    "Location",
    "Media",
    "MediaAccess",
    "Message",
    "MessageStatus",
    "MessageTemplate",
    "Notice",
    "Participant",
    "QuickReply",
    "Reconciliation",
    "Recording",
    "Seat",
    "ShareLink",
    "SharedPhone",
    "SharedPicture",
    "TranscriptLine",
    "Transcription",
    "VoiceSwitch",
    "WebhookRecord",
]
