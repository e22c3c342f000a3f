"""What a person on the emulated telephone hears and what the service is asked, verb by verb."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import closing

import pytest

from calls.telephony.emulator import grammar, twiml
from calls.telephony.emulator.records import Callee, Leg
from tests.calls import twiml as library
from tests.calls.scripted_centre import Centre, serving
from tests.failure.harness.background import Background
from tests.failure.harness.provider import Provider

INCOMING = "/twilio/voice/incoming"
CALLER = "+6281277000001"


@pytest.fixture
def centre() -> Iterator[Centre]:
    with serving() as one:
        yield one


@pytest.fixture
def phone(background: Background, centre: Centre) -> Iterator[Provider]:
    made = Provider(background, public_base_url=centre.url, calls_per_s=100.0)
    with closing(made) as running:
        yield running


def over(centre: Centre, leg: Leg) -> Leg:
    centre.wait(lambda: leg.is_over and centre.at("/twilio/voice/status"), "the call ends")
    return leg


def heard(phone: Provider, centre: Centre, words: str) -> list[str]:
    """Everything that is heard of this document, from the first word to the end of the call."""
    centre.says(INCOMING, words)
    return over(centre, phone.rings(CALLER)).heard


# --- what is heard -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("<Say>halo</Say>", ["halo"]),
        ("<Say loop='3'>halo</Say>", ["halo", "halo", "halo"]),
        ("<Say>se<emphasis>ka</emphasis>rang</Say>", ["sekarang"]),
        ("<Say/>", [""]),
        ("<Play>https://a.example/m.wav</Play>", ["https://a.example/m.wav"]),
        ("<Play digits='1w2'/>", ["1w2"]),
        ("<Pause length='2'/><Say>lalu</Say>", ["lalu"]),
        ("<Pause length='x'/><Say>lalu</Say>", ["lalu"]),
        ("<Say>satu</Say><Hangup/><Say>dua</Say>", ["satu"]),
        ("<Say>satu</Say><Reject/><Say>dua</Say>", ["satu"]),
        ("<Leave/><Say>dua</Say>", ["dua"]),
        (
            "<Gather timeout='1'><Say>tekan</Say></Gather><Say>tidak ada</Say>",
            ["tekan", "tidak ada"],
        ),
        ("<Gather timeout='1'/><Say>tidak ada</Say>", ["tidak ada"]),
        ("<Record timeout='1'/><Say>tidak ada</Say>", ["beep", "tidak ada"]),
        ("<Stop><Transcription/></Stop><Say>lalu</Say>", ["lalu"]),
        ("", []),
    ],
)
def test_a_verb_is_obeyed_and_the_next_one_follows(phone, centre, words, expected) -> None:
    assert heard(phone, centre, words) == expected
    assert phone.warnings == type(phone.warnings)()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("<Shout>halo</Shout><Say>lalu</Say>", "<Shout> is not allowed in <Response>"),
        ("<Say tone='loud'>halo</Say><Say>lalu</Say>", "tone is no attribute of <Say>"),
        ("<Number>+62</Number><Say>lalu</Say>", "<Number> is not allowed in <Response>"),
        ("<Gather timeout='0'><Dial>+62</Dial></Gather><Say>lalu</Say>", "<Dial> is not allowed in <Gather>"),
        ("<Pay/><Say>lalu</Say>", "<Pay> is not emulated"),
        ("<Start><Stream url='wss://a'/></Start><Say>lalu</Say>", "<Stream> is not emulated"),
        ("<Start><Transcription/></Start><Say>lalu</Say>", "a transcription without statusCallbackUrl is heard by nobody"),
    ],
)  # fmt: skip
def test_what_the_provider_does_not_know_is_complained_about_and_passed_over(
    phone, centre, words, complaint
) -> None:
    assert heard(phone, centre, words)[-1] == "lalu"
    assert [one.text for one in phone.warnings] == [complaint]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Response><Say>halo</Response>", twiml.BROKEN),
        ("", twiml.BROKEN),
        ("<Say>halo</Say>", twiml.BROKEN),
        ("halo", twiml.BROKEN),
        ('<!DOCTYPE x [<!ENTITY a "b">]><Response><Say>&a;</Say></Response>', twiml.BROKEN),
        (f"<Response><Say>{'x' * twiml.DOCUMENT_BYTES_MAX}</Say></Response>", twiml.TOO_LARGE),
    ],
)
def test_a_document_that_is_none_ends_the_call_with_an_apology(
    phone, centre, document, code
) -> None:
    centre.documents[INCOMING] = document

    assert over(centre, phone.rings(CALLER)).heard == [twiml.APPLICATION_ERROR]
    assert [one.code for one in phone.warnings] == [code]


def test_an_answer_that_calls_itself_something_else_is_none(phone, centre) -> None:
    centre.says(INCOMING, "<Say>halo</Say>")
    centre.content_types[INCOMING] = "application/json"

    assert over(centre, phone.rings(CALLER)).heard == [twiml.APPLICATION_ERROR]
    assert [one.code for one in phone.warnings] == [twiml.WRONG_TYPE]


# --- from document to document -------------------------------------------------------------------


def test_a_redirect_is_followed_and_relative_to_its_document(phone, centre) -> None:
    centre.says("/a/first", "<Say>satu</Say><Redirect>second?x=1</Redirect><Say>nie</Say>")
    centre.says("/a/second", "<Say>dua</Say>")

    assert heard(phone, centre, "<Redirect>/a/first</Redirect>") == ["satu", "dua"]
    assert centre.at("/a/second")[0]["x"] == "1"


def test_a_redirect_by_get_carries_its_parameters_in_the_address(phone, centre) -> None:
    centre.says("/next", "<Say>dua</Say>")

    assert heard(phone, centre, '<Redirect method="GET">/next</Redirect>') == ["dua"]
    asked = next(one for one in centre.heard if one.path == "/next")
    assert (asked.method, asked.params["From"], asked.signed) == ("GET", CALLER, True)


def test_documents_that_lead_to_each_other_without_a_word_come_to_an_end(
    phone, centre, monkeypatch
) -> None:
    monkeypatch.setattr(twiml, "SILENT_DOCUMENTS_MAX", 4)
    monkeypatch.setattr(twiml, "REDIRECT_S_MIN", 0.0)

    assert heard(phone, centre, f"<Redirect>{INCOMING}</Redirect>") == [twiml.APPLICATION_ERROR]
    assert len(centre.at(INCOMING)) == 4
    assert [one.code for one in phone.warnings] == [twiml.SPINS]


def test_documents_that_say_something_may_go_on_for_hours(phone, centre, monkeypatch) -> None:
    monkeypatch.setattr(twiml, "SILENT_DOCUMENTS_MAX", 4)
    monkeypatch.setattr(twiml, "REDIRECT_S_MIN", 0.0)
    centre.says(INCOMING, f"<Say>tunggu</Say><Redirect>{INCOMING}</Redirect>")

    leg = phone.rings(CALLER)
    centre.wait(lambda: leg.hearings > 12, "the twelfth round")
    phone.hangs_up(leg)

    assert twiml.APPLICATION_ERROR not in leg.heard


def test_a_second_document_that_cannot_be_had_is_tried_again_and_then_an_apology(
    phone, centre
) -> None:
    centre.statuses["/next"] = 500

    assert heard(phone, centre, "<Redirect>/next</Redirect>") == [twiml.APPLICATION_ERROR]
    tokens = [one.token for one in centre.heard if one.path == "/next"]
    assert len(tokens) == 2
    assert len(set(tokens)) == 1


# --- keys and words ------------------------------------------------------------------------------


def test_a_key_while_the_sentence_is_read_cuts_it_short(phone, centre) -> None:
    centre.says(INCOMING, '<Gather numDigits="1" action="/key"><Say loop="0">tekan</Say></Gather>')
    centre.says("/key", "<Say>terima kasih</Say>")
    leg = phone.rings(CALLER)
    centre.wait(lambda: leg.heard, "the sentence")

    assert phone.pressed(leg, "5")

    over(centre, leg)
    assert leg.heard[-1] == "terima kasih"
    assert centre.at("/key")[0]["Digits"] == "5"


@pytest.mark.parametrize(
    ("attributes", "pressed", "digits"),
    [
        ('numDigits="3"', "12345", "123"),
        ("", "12#9", "12"),
        ('finishOnKey="*"', "1#*", "1#"),
        ('timeout="2"', "77", "77"),
        ('finishOnKey=""  timeout="2"', "7#", "7#"),
    ],
)
def test_keys_are_collected_as_the_document_asks(
    phone, centre, attributes, pressed, digits
) -> None:
    centre.says(INCOMING, f'<Gather action="/key" {attributes}><Say loop="0">tekan</Say></Gather>')
    leg = phone.rings(CALLER)
    centre.wait(lambda: leg.heard, "the sentence")
    phone.pressed(leg, pressed)
    over(centre, leg)

    assert centre.at("/key")[0]["Digits"] == digits


def test_a_key_that_nobody_waits_for_is_lost(phone, centre) -> None:
    centre.says(INCOMING, "<Say>halo</Say><Pause length='60'/>")
    leg = phone.rings(CALLER)
    centre.wait(lambda: leg.heard, "the greeting")

    assert not phone.pressed(leg, "5")


def test_no_key_asks_the_address_only_where_that_is_wanted(phone, centre) -> None:
    words = '<Gather action="/key" timeout="1" actionOnEmptyResult="true"/>'
    heard(phone, centre, words)

    assert centre.at("/key")[0]["Digits"] == ""


def test_words_are_taken_where_the_document_listens_for_them(phone, centre) -> None:
    centre.says(
        INCOMING, '<Gather input="speech dtmf" action="/said"><Say loop="0">?</Say></Gather>'
    )
    leg = phone.rings(CALLER)
    centre.wait(lambda: leg.heard, "the question")

    assert phone.says(leg, "kebakaran") == 1

    over(centre, leg)
    assert centre.at("/said")[0]["SpeechResult"] == "kebakaran"


# --- a queue -------------------------------------------------------------------------------------


def test_whoever_waits_hears_the_wait_document_again_and_again_with_their_place(
    phone, centre
) -> None:
    centre.says(INCOMING, '<Enqueue waitUrl="/wait" action="/left">emergency</Enqueue>')
    centre.says("/wait", "<Say>tunggu</Say>")
    first, second = phone.rings(CALLER), phone.rings("+6281277000002")
    centre.wait(lambda: len(second.heard) > 2, "the third round")

    assert {one["QueuePosition"] for one in centre.at("/wait")} == {"1", "2"}
    phone.hangs_up(first)
    phone.hangs_up(second)
    centre.wait(lambda: len(centre.at("/left")) == 2, "both are told")
    assert [one["QueueResult"] for one in centre.at("/left")] == ["hangup", "hangup"]


def test_a_wait_document_can_let_somebody_go(phone, centre) -> None:
    centre.says("/wait", "<Say>tunggu</Say><Leave/>")
    centre.says("/left", "<Say>selesai</Say>")
    words = '<Enqueue waitUrl="/wait" action="/left">emergency</Enqueue><Say>nie</Say>'

    assert heard(phone, centre, words) == ["tunggu", "selesai"]
    assert centre.at("/left")[0]["QueueResult"] == "leave"


def test_a_full_queue_says_so(phone, centre) -> None:
    words = '<Enqueue waitUrl="/wait" action="/left" maxQueueSize="0">emergency</Enqueue>'
    centre.says("/left", "<Say>penuh</Say>")

    assert heard(phone, centre, words) == ["penuh"]
    assert centre.at("/left")[0]["QueueResult"] == "queue-full"


def test_who_dials_the_queue_talks_with_whoever_waits_longest(phone, centre) -> None:
    centre.says(INCOMING, '<Enqueue waitUrl="/wait" action="/left">emergency</Enqueue>')
    waiting = phone.rings(CALLER)
    centre.wait(lambda: waiting.is_queued, "the caller waits")
    centre.says(INCOMING, '<Dial action="/after"><Queue>emergency</Queue></Dial>')
    desk = phone.rings("+6277123")
    centre.wait(lambda: desk.peer is waiting, "both talk")

    assert phone.says(waiting, "tolong") == 1
    phone.hangs_up(waiting)

    centre.wait(lambda: centre.at("/after"), "the dial is over")
    assert centre.at("/after")[0]["DialCallSid"] == waiting.sid
    assert desk.heard == ["tolong"]


# --- telephones that are rung --------------------------------------------------------------------


def test_the_first_to_answer_talks_and_the_others_stop_ringing(phone, centre) -> None:
    phone.callees = {"+62771": Callee(after_s=5.0), "sip:a@b": Callee(outcome="busy")}
    words = (
        '<Dial action="/after"><Number>+62771</Number><Client statusCallback="/leg" statusCallbackEvent='
        '"initiated ringing answered completed">d1</Client><Sip>sip:a@b</Sip></Dial>'
    )
    centre.says(INCOMING, words)
    leg = phone.rings(CALLER)
    centre.wait(lambda: leg.peer is not None, "they talk")

    assert leg.peer is not None
    assert leg.peer.to == "client:d1"
    phone.hangs_up(leg.peer)

    over(centre, leg)
    centre.wait(lambda: len(centre.at("/leg")) == 4, "all is told")
    assert [one["CallStatus"] for one in centre.at("/leg")] == [
        "initiated", "ringing", "in-progress", "completed",
    ]  # fmt: skip
    told = centre.at("/after")[0]
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "true")
    ended = {one.to: one.status for one in phone.legs.values() if one.parent == leg.sid}
    assert ended == {"+62771": "canceled", "client:d1": "completed", "sip:a@b": "busy"}


def test_nobody_answers_and_the_next_sentence_follows(phone, centre) -> None:
    phone.callees = {"+62771": Callee(outcome="no-answer")}
    words = '<Dial timeout="2">+62771</Dial><Say>tidak dijawab</Say>'

    assert heard(phone, centre, words) == ["dials +62771", "tidak dijawab"]


def test_a_caller_who_hangs_up_takes_the_ringing_telephones_along(phone, centre) -> None:
    phone.callees = {"+62771": Callee(after_s=60.0)}
    centre.says(INCOMING, "<Dial>+62771</Dial>")
    leg = phone.rings(CALLER)
    centre.wait(lambda: any(one.parent for one in phone.legs.values()), "it rings")
    phone.hangs_up(leg)

    child = next(one for one in phone.legs.values() if one.parent == leg.sid)
    centre.wait(lambda: child.is_over, "it rings no more")
    assert child.status == "canceled"


def test_a_call_that_is_rejected_is_never_answered(phone, centre) -> None:
    centre.says(INCOMING, '<Reject reason="busy"/>')

    leg = phone.rings(CALLER)

    assert (leg.status, leg.answered_at, leg.heard) == ("busy", None, [])


# --- recordings and transcripts ------------------------------------------------------------------


def test_what_is_said_after_the_beep_is_recorded_until_a_key(phone, centre) -> None:
    centre.says(
        INCOMING, '<Record action="/recorded" recordingStatusCallback="/rec" timeout="60"/>'
    )
    leg = phone.rings(CALLER)
    centre.wait(lambda: "words" in leg.listens_to, "the beep")
    phone.says(leg, "tolong saya")
    centre.wait(leg.words.empty, "it is heard")
    phone.pressed(leg, "#")

    over(centre, leg)
    told = centre.at("/recorded")[0]
    assert (told["Digits"], told["RecordingStatus"]) == ("#", "completed")
    assert int(told["RecordingDuration"]) >= 1
    centre.wait(lambda: centre.at("/rec"), "the recording is told")
    assert [one["RecordingStatus"] for one in centre.at("/rec")] == ["completed"]


def test_a_transcript_grows_word_by_word_and_ends_with_the_call(phone, centre) -> None:
    centre.says(
        INCOMING,
        '<Start><Transcription name="t" statusCallbackUrl="/tr" languageCode="id-ID" partialResults="true"'
        ' track="inbound_track"/></Start><Say loop="0">ya</Say>',
    )
    leg = phone.rings(CALLER)
    centre.wait(lambda: leg.transcriptions, "it listens")
    phone.says(leg, "rumah saya terbakar")
    phone.hangs_up(leg)
    centre.wait(lambda: len(centre.at("/tr")) == 5, "all of it is told")

    events = [(one["TranscriptionEvent"], one.get("Final")) for one in centre.at("/tr")]
    assert events == [
        ("transcription-started", None),
        ("transcription-content", "false"),
        ("transcription-content", "false"),
        ("transcription-content", "true"),
        ("transcription-stopped", None),
    ]
    assert [one["SequenceId"] for one in centre.at("/tr")] == ["1", "2", "3", "4", "5"]
    assert '"rumah saya terbakar"' in centre.at("/tr")[3]["TranscriptionData"]
    assert {one["LanguageCode"] for one in centre.at("/tr")} == {"id-ID"}


# --- signatures and the order of reports ---------------------------------------------------------


def test_every_request_is_signed_as_twilios_own_library_checks_it(phone, centre) -> None:
    centre.says(
        INCOMING, '<Gather action="/key?a=1&amp;b=2" timeout="1" actionOnEmptyResult="true"/>'
    )
    centre.says(
        "/key", '<Dial action="/after"><Number statusCallback="/leg">+62771</Number></Dial>'
    )
    phone.callees = {"+62771": Callee(outcome="busy")}
    over(centre, phone.rings("anonymous"))

    assert {one.path for one in centre.heard} >= {INCOMING, "/key", "/leg", "/after"}
    assert [one.path for one in centre.heard if not one.signed] == []


def test_the_signature_is_the_published_example() -> None:
    from calls.signing import signature

    pairs = [("Digits", "1234"), ("To", "+18005551212"), ("From", "+14158675309"),
             ("Caller", "+14158675309"), ("CallSid", "CA1234567890ABCDE")]  # fmt: skip
    url = "https://example.com/myapp.php?foo=1&bar=2"
    text = url + "".join(f"{name}{value}" for name, value in sorted(pairs))
    expected = base64.b64encode(hmac.new(b"12345", text.encode(), hashlib.sha1).digest())

    assert signature(token="12345", url=url, pairs=pairs) == expected.decode()


# --- the table of words --------------------------------------------------------------------------


def test_the_table_of_words_is_the_one_of_twilios_library() -> None:
    """The library writes the text of an element as an attribute of its method; and it has what is not emulated."""
    texts = {
        "message",
        "name",
        "number",
        "phoneNumber",
        "identity",
        "sipUrl",
        "simSid",
        "applicationSid",
        "clientIdentity",
    }
    differing = {}
    for element, children in grammar.ALLOWED.items():
        for child, attributes in children.items():
            theirs = library.VOICE.get(element, {}).get(child)
            if theirs is None or child in {
                "Pay",
                "Prompt",
                "Queue",
                "Transcription",
                "Task",
                "Siprec",
            }:
                continue
            if missing := theirs - attributes - texts - {"url"}:
                differing[child] = missing
            if invented := attributes - theirs:
                differing[f"{child} invented"] = invented
    assert differing == {}
    assert set(library.VOICE["Response"]) <= set(grammar.ALLOWED["Response"])
    assert set(library.VOICE["Dial"]) <= set(grammar.ALLOWED["Dial"])
