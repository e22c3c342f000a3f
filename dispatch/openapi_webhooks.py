"""The part of the API's description that is for machines outside: the provider, the exchange, telephones, the share page.

Each address says how it is signed. What is described here exists, and what exists is described: tests look at both.
"""

from __future__ import annotations

from typing import Any

SECURITY_SCHEMES: dict[str, Any] = {
    "twilio": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Twilio-Signature",
        "description": "HMAC-SHA1 with the account's token over the address (PUBLIC_BASE_URL and the path) and the"
        " sorted parameters, in base64",
    },
    "partner": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Siaga-Signature",
        "description": "`t=<seconds>,v1=<hex>`: HMAC-SHA256 with the agreed key over time and body; refused when the time"
        " is more than 300 s from ours (deploy/pbx/README.md)",
    },
    "aml": {
        "type": "apiKey",
        "in": "query",
        "name": "hmac",
        "description": "The last field of the form's body: HMAC-SHA1 in hex with AML_HMAC_KEY over everything before it."
        " Without a key reports are taken unsigned and marked so",
    },
    "share_code": {
        "type": "apiKey",
        "in": "query",
        "name": "code",
        "description": "The ten digits in the path are the secret; no cookie, no account",
    },
}

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_XML = "text/xml"

# path -> what it is for, the fields that it reads, whether it answers with a document
_TWILIO: dict[str, tuple[str, tuple[str, ...], bool]] = {
    "/twilio/voice/incoming": (
        "A call comes in; answers with a document that greets and queues",
        ("CallSid", "From", "To", "CallStatus", "CallerName"),
        True,
    ),
    "/twilio/voice/retry": ("A caller who was held asks again", ("CallSid", "From"), True),
    "/twilio/voice/key": ("The key that a caller pressed", ("CallSid", "Digits"), True),
    "/twilio/voice/ask/{call_id}": ("Ask a silent caller for a key", ("CallSid",), True),
    "/twilio/voice/silent-key/{call_id}": (
        "The key of a silent caller",
        ("CallSid", "Digits"),
        True,
    ),
    "/twilio/voice/call-back/{call_id}": (
        "How a call of ours to a citizen goes",
        ("CallSid", "CallStatus", "SequenceNumber"),
        False,
    ),
    "/twilio/voice/status": (
        "A call has changed",
        ("CallSid", "CallStatus", "SequenceNumber", "Timestamp", "Direction"),
        False,
    ),
    "/twilio/voice/recording": (
        "A recording of a leg exists",
        ("RecordingSid", "CallSid", "RecordingStatus", "RecordingUrl", "RecordingDuration"),
        False,
    ),
    "/twilio/voice/recording/{call_id}": (
        "A recording of the conference of a call exists",
        ("RecordingSid", "ConferenceSid", "RecordingStatus", "RecordingUrl", "RecordingDuration"),
        False,
    ),
    "/twilio/voice/transcription/{call_id}": (
        "What was said, or how the listening goes; each SequenceId of a TranscriptionSid once",
        (
            "TranscriptionSid",
            "TranscriptionEvent",
            "SequenceId",
            "Timestamp",
            "Track",
            "TranscriptionData",
            "Final",
            "LanguageCode",
            "TranscriptionErrorCode",
        ),
        False,
    ),
    "/twilio/voice/wait": ("What is heard in the queue", ("CallSid",), True),
    "/twilio/voice/left-queue": (
        "A caller has left the queue",
        ("CallSid", "QueueResult"),
        True,
    ),
    "/twilio/voice/join/{call_id}": (
        "Into the call's conference",
        ("CallSid", "Direction"),
        True,
    ),
    "/twilio/voice/requeue/{call_id}": ("Back into the queue", ("CallSid",), True),
    "/twilio/voice/conference/{call_id}": (
        "Who has entered or left the conference of a call",
        ("ConferenceSid", "StatusCallbackEvent", "ParticipantLabel", "SequenceNumber"),
        False,
    ),
    "/twilio/voice/participant/{participant_id}": (
        "How the ringing of somebody who was called in goes",
        ("CallSid", "CallStatus", "SequenceNumber"),
        False,
    ),
    "/twilio/voice/held": ("What is heard while held", ("CallSid",), True),
    "/twilio/messages/incoming": (
        "An SMS or a WhatsApp message, with media or a pin",
        (
            "MessageSid",
            "From",
            "To",
            "Body",
            "NumMedia",
            "MediaUrl0",
            "MediaContentType0",
            "Latitude",
            "Longitude",
            "Label",
            "Address",
            "ProfileName",
        ),
        True,
    ),
    "/twilio/messages/status": (
        "How a message of ours goes",
        ("MessageSid", "MessageStatus", "ErrorCode"),
        False,
    ),
    "/twilio/notices/{notice_id}/voice": ("What a crew is read", ("CallSid",), True),
    "/twilio/notices/{notice_id}/key": (
        "The key that a crew pressed",
        ("CallSid", "Digits"),
        True,
    ),
    "/twilio/notices/{notice_id}/status": (
        "How a notice to a crew goes",
        ("CallStatus", "MessageStatus"),
        False,
    ),
}

# path -> what it is for, the document that says every field
_PARTNERS = {
    "/pbx/calls": ("An event of the telephone exchange", "deploy/pbx/README.md"),
    "/pbx/notices": ("How a call of the exchange to a crew goes", "deploy/pbx/README.md"),
    "/sms/messages": ("A message, or how one goes, by the gateway of SMS", "deploy/pbx/SMS.md"),
}
_AML = (
    "v",
    "device_number",
    "device_imei",
    "location_latitude",
    "location_longitude",
    "location_accuracy",
    "location_confidence",
    "location_time",
    "location_source",
    "hmac",
)
_POINT = {
    "type": "object",
    "required": ["n", "lat", "lng"],
    "properties": {
        "n": {"type": "integer", "minimum": 1, "description": "Rises with each point of a page"},
        "lat": {"type": "number"},
        "lng": {"type": "number"},
        "accuracy": {"type": "number", "description": "Metres"},
        "age_ms": {"type": "number", "description": "How long ago it was measured"},
    },
}
_KEY = {"type": "string", "pattern": "^[0-9A-Za-z-]{1,40}$"}


def paths() -> dict[str, Any]:
    return {**_of_twilio(), **_of_partners(), **_of_aml(), **_of_share_page()}


def _of_twilio() -> dict[str, Any]:
    return {
        path: _post(
            summary,
            scheme="twilio",
            path=path,
            body={_FORM: _strings(fields)},
            answers={"200": _document()} if has_document else {"204": {"description": "taken"}},
        )
        for path, (summary, fields, has_document) in _TWILIO.items()
    }


def _of_partners() -> dict[str, Any]:
    return {
        path: _post(
            summary,
            scheme="partner",
            path=path,
            body={_JSON: {"type": "object", "description": f"Every field: {document}"}},
            answers={"200": {"description": "taken"}},
        )
        for path, (summary, document) in _PARTNERS.items()
    }


def _of_aml() -> dict[str, Any]:
    operation = _post(
        "A telephone's own position (Advanced Mobile Location over HTTPS)",
        scheme="aml",
        path="/aml",
        body={_FORM: _strings(_AML)},
        answers={"204": {"description": "always: the sender can do nothing with an error"}},
    )
    operation["post"]["responses"] = {"204": operation["post"]["responses"]["204"]}
    return {"/aml": operation}


def _of_share_page() -> dict[str, Any]:
    told = {
        "200": {"description": "taken; how far help is"},
        "404": {"description": "no such link"},
        "409": {"description": "other telephones use it"},
        "410": {"description": "the link has ended"},
        "422": {"description": "cannot be read"},
        "429": {"description": "too much at once; Retry-After says when"},
        "503": {"description": "the database is away: keep it and send it again"},
    }
    positions = {
        "type": "object",
        "required": ["device", "page", "points"],
        "properties": {
            "device": _KEY,
            "page": _KEY,
            "points": {"type": "array", "items": _POINT},
        },
    }
    words = {
        "type": "object",
        "required": ["key", "text"],
        "properties": {"key": _KEY, "text": {"type": "string"}},
    }
    device = {"type": "object", "properties": {"device": _KEY}}

    def post(way: str, summary: str, body: dict[str, Any]) -> dict[str, Any]:
        path = f"/l/{{code}}{way}"
        return _post(summary, scheme="share_code", path=path, body=body, answers=told)

    page = post("", "Positions of a citizen's telephone", {_JSON: positions})
    page["get"] = {
        "summary": "The page on which a citizen shares the position",
        "parameters": _parameters("/l/{code}"),
        "security": [{"share_code": []}],
        "responses": {"200": {"description": "HTML, all of it in one answer"}},
    }
    picture = {"image/jpeg": {"type": "string", "format": "binary"}}
    sent = post("/picture", "A photo, as bytes", picture)
    sent["post"]["parameters"].append(
        {"name": "key", "in": "query", "required": True, "schema": _KEY}
    )
    state = {
        "summary": "How far help is: a word and minutes",
        "parameters": _parameters("/l/{code}/state"),
        "security": [{"share_code": []}],
        "responses": told,
    }
    return {
        "/l/{code}": page,
        "/l/{code}/words": post("/words", "Where the citizen is, in words", {_JSON: words}),
        "/l/{code}/picture": sent,
        "/l/{code}/stop": post("/stop", "The citizen shares no longer", {_JSON: device}),
        "/l/{code}/state": {"get": state},
    }


def _post(
    summary: str, *, scheme: str, path: str, body: dict[str, Any], answers: dict[str, Any]
) -> dict[str, Any]:
    content = {kind: {"schema": schema} for kind, schema in body.items()}
    refused = {"403": {"description": "not signed, or wrongly"}} if scheme != "share_code" else {}
    return {
        "post": {
            "summary": summary,
            "security": [{scheme: []}],
            "parameters": _parameters(path),
            "requestBody": {"required": True, "content": content},
            "responses": {**answers, **refused},
        }
    }


def _parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    digits = {"type": "string", "pattern": "^[0-9]{10}$"}
    uuid = {"type": "string", "format": "uuid"}
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": digits if name == "code" else uuid,
        }
        for name in names
    ]


def _strings(names: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}}


def _document() -> dict[str, Any]:
    return {"description": "TwiML", "content": {_XML: {"schema": {"type": "string"}}}}
