"""The longest texts that are kept, and the names under which a person reads our words."""

from django.utils.translation import gettext_lazy as _

TEXT_CHARS_MAX = 10_000
NAME_CHARS_MAX = 150
RAW_CHARS_MAX = 300
SID_CHARS_MAX = 100
REASON_CHARS_MAX = 300
LABEL_CHARS_MAX = 300
URL_CHARS_MAX = 1_000
ERROR_CHARS_MAX = 100
NOTICE_CHARS_MAX = 600
TEMPLATE_NAME_CHARS_MAX = 60
TEMPLATE_CHARS_MAX = 1_000
QUICK_REPLY_CHARS_MAX = 320

CHANNEL_NAMES = {
    "voice": _("Voice"),
    "sms": _("SMS"),
    "whatsapp": _("WhatsApp"),
    "pbx": _("Telephone exchange"),
    "app": _("App"),
}
NOTICE_CHANNEL_NAMES = {"sms": _("SMS"), "voice": _("Voice")}
STATUS_NAMES = {
    "ringing": _("Ringing"),
    "queued": _("Waiting"),
    "answered": _("Answered"),
    "ended": _("Ended"),
    "abandoned": _("Abandoned"),
}
DISPOSITION_NAMES = {
    "emergency": _("Emergency"),
    "non_emergency_transferred": _("Not an emergency, transferred"),
    "information": _("Information"),
    "prank": _("Prank"),
    "ghost": _("Silent"),
    "abandoned": _("Hung up before answer"),
    "misdial": _("Wrong number"),
    "duplicate": _("Duplicate"),
    "test": _("Test"),
}
MESSAGE_KIND_NAMES = {
    "text": _("Free words"),
    "template": _("Approved template"),
    "location_request": _("Request for the position"),
}
LANGUAGE_NAMES = {"id": _("Bahasa Indonesia"), "en": _("English")}
# kept: from before media were fetched; lost: could not be fetched; refused: will not be shown; removed: its time is up
MEDIA_STATES = {
    "kept": _("Left at the provider"),
    "waiting": _("Being fetched"),
    "ready": _("Stored"),
    "refused": _("Not shown"),
    "lost": _("Could not be fetched"),
    "removed": _("Removed"),
}
MEDIA_KINDS = {"picture": _("Picture"), "sound": _("Voice note"), "film": _("Video")}
