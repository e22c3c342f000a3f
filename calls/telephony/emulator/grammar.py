"""What a TwiML document may hold. What it holds besides is complained about, as Twilio's debugger does, and passed over.

There is no published schema; tests hold this table against the classes of Twilio's own library.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

_CALLBACK = "statusCallback statusCallbackMethod"
_PROGRESS = f"{_CALLBACK} statusCallbackEvent"
_RECORDING = "recordingStatusCallback recordingStatusCallbackEvent recordingStatusCallbackMethod"
_MACHINE = (
    "machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSilenceTimeout"
    " machineDetectionSpeechEndThreshold amdStatusCallback amdStatusCallbackMethod"
)
_TRANSCRIPTION = (
    "name track statusCallbackUrl statusCallbackMethod languageCode inboundTrackLabel outboundTrackLabel partialResults"
    " transcriptionEngine profanityFilter speechModel hints enableAutomaticPunctuation intelligenceService"
)
_STREAM = f"{_CALLBACK} name connectorName url track audioFormat sampleRate"
_SAY, _PLAY, _PAUSE = "voice language loop", "loop digits", "length"


def _table(**children: str) -> Mapping[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in children.items()}


ALLOWED: Mapping[str, Mapping[str, frozenset[str]]] = {  # element -> child -> attributes
    "Response": _table(
        Say=_SAY,
        Play=_PLAY,
        Pause=_PAUSE,
        Redirect="method",
        Hangup="",
        Reject="reason",
        Leave="",
        Gather=(
            "action method input timeout numDigits finishOnKey actionOnEmptyResult language hints speechTimeout"
            " speechModel maxSpeechTime bargeIn profanityFilter partialResultCallback partialResultCallbackMethod"
            " enhanced debug"
        ),
        Enqueue="action method waitUrl waitUrlMethod maxQueueSize workflowSid",
        Dial=(
            f"action method timeout callerId hangupOnStar timeLimit record trim answerOnBridge ringTone {_RECORDING}"
            " recordingTrack recordingConfigurationId sequential referUrl referMethod events passports"
        ),
        Record=(
            f"action method timeout finishOnKey maxLength playBeep trim transcribe transcribeCallback {_RECORDING}"
            " recordingConfigurationId"
        ),
        Start="action method",
        Stop="",
        Connect="action method",
        Echo="",
        Pay="action method",
        Prompt="",
        Queue="",
        Refer="action method",
        Sms="action method to from statusCallback",
    ),
    "Gather": _table(Say=_SAY, Play=_PLAY, Pause=_PAUSE),
    "Dial": _table(
        Number=f"method url sendDigits byoc {_PROGRESS} {_MACHINE}",
        Client=f"method url {_PROGRESS}",
        Sip=f"method url username password {_PROGRESS} {_MACHINE}",
        Conference=(
            f"muted beep startConferenceOnEnter endConferenceOnExit participantLabel waitUrl waitMethod maxParticipants"
            f" record region coach trim jitterBufferSize eventCallbackUrl {_PROGRESS} {_RECORDING}"
            " recordingConfigurationId"
        ),
        Queue="url method reservationSid postWorkActivitySid",
        Sim="",
        WhatsApp=f"method url {_PROGRESS}",
        Application=f"method url customerId copyParentTo {_PROGRESS}",
    ),
    "Client": _table(Identity="", Parameter="name value"),
    "Enqueue": _table(Task="priority timeout"),
    "Start": _table(
        Transcription=_TRANSCRIPTION,
        Recording=f"channels track trim recordingConfigurationId {_RECORDING}",
        Stream=_STREAM,
        Siprec=f"{_CALLBACK} name connectorName track",
    ),
    "Stop": _table(
        Transcription=_TRANSCRIPTION,
        Stream=_STREAM,
        Siprec=f"{_CALLBACK} name connectorName track",
    ),
}
# Inside these, words of other languages may stand (SSML, parameters): none of our business.
_OPEN = frozenset({"Say", "Connect", "Stream", "Siprec", "Pay", "Prompt", "Task", "Transcription"})


def complaints(root: Element) -> Iterator[str]:
    for child in root:
        attributes = ALLOWED.get(root.tag, {}).get(child.tag)
        if attributes is None:
            yield f"<{child.tag}> is not allowed in <{root.tag}>"
            continue
        for name in child.attrib:
            if name not in attributes:
                yield f"{name} is no attribute of <{child.tag}>"
        if child.tag not in _OPEN:
            yield from complaints(child)


def is_known(verb: str) -> bool:
    return verb in ALLOWED["Response"]
