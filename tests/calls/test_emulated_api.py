"""The emulated API, asked by Twilio's own library and held against Twilio's published description."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from calls.telephony.emulator.records import Callee, Leg
from calls.telephony.emulator.requests import Disorder
from tests.calls import twilio_spec
from tests.calls.scripted_centre import Centre, serving
from tests.failure.harness.background import Background
from tests.failure.harness.provider import Provider

CALLER, DOCTOR = "+6281277000001", "+6281277000002"
ROOT = "/2010-04-01/Accounts/AC" + "1" * 32
EVENTS = "start end join leave mute hold modify announcement"
JOIN = (
    '<Dial><Conference participantLabel="caller" waitUrl="" statusCallback="/room" statusCallbackEvent="'
    f'{EVENTS}">room</Conference></Dial>'
)


@pytest.fixture
def centre() -> Iterator[Centre]:
    with serving() as one:
        one.says("/twilio/voice/incoming", JOIN)
        one.says("/music", "<Say>musik</Say>")
        yield one


@pytest.fixture
def phone(background: Background, centre: Centre) -> Iterator[Provider]:
    made = Provider(background, public_base_url=centre.url, calls_per_s=100.0)
    with closing(made) as running:
        yield running


@pytest.fixture
def twilio(phone: Provider) -> Client:
    class StandIn(TwilioHttpClient):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            there = url.replace("https://api.twilio.com", phone.url)
            return super().request(method, there, *args, **kwargs)

    return Client(phone.account, phone.token, http_client=StandIn(timeout=5))


@pytest.fixture
def caller(phone: Provider, centre: Centre) -> Leg:
    """In the conference, alone."""
    leg = phone.rings(CALLER)
    centre.wait(lambda: leg.conference == "room", "the caller is in the conference")
    return leg


def join(twilio: Client, centre: Centre, label: str, **more: Any) -> Any:
    """Ring somebody into the conference; comes back when they are in it."""
    made = twilio.conferences("room").participants.create(
        from_="+62112", to=f"client:{label}", label=label, **more
    )
    centre.wait(
        lambda: any(one.get("ParticipantLabel") == label for one in centre.at("/room")),
        f"{label} is in the conference",
    )
    return made


def told(centre: Centre) -> list[tuple[str, str]]:
    return [
        (one["StatusCallbackEvent"].removeprefix("participant-"), one.get("ParticipantLabel", ""))
        for one in centre.at("/room")
    ]


def refused(act: Any) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as raised:
        act()
    return raised.value.status, raised.value.code


# --- conferences -----------------------------------------------------------------------------------


def test_a_conference_begins_with_the_second_and_is_reported_in_order(
    twilio, centre, caller
) -> None:
    join(twilio, centre, "ada")
    centre.wait(lambda: len(centre.at("/room")) == 3, "all is told")

    assert told(centre) == [("join", "caller"), ("join", "ada"), ("conference-start", "")]
    assert [one["SequenceNumber"] for one in centre.at("/room")] == ["1", "2", "3"]
    assert all(one.signed for one in centre.heard)


def test_three_talk_and_one_listens(phone, twilio, centre, caller) -> None:
    for label in ("ada", "doctor"):
        join(twilio, centre, label)
    join(twilio, centre, "cy", muted=True)
    ada, cy = (
        next(one for one in phone.legs.values() if one.to == f"client:{label}")
        for label in ("ada", "cy")
    )

    assert phone.says(ada, "dengan 112") == 3
    assert phone.says(cy, "tidak terdengar") == 0
    assert caller.heard == ["dengan 112"]


def test_a_supervisor_whispers_to_the_dispatcher_alone_and_then_barges_in(
    phone, twilio, centre, caller
) -> None:
    ada = join(twilio, centre, "ada")
    join(twilio, centre, "cy", coaching=True, call_sid_to_coach=ada.call_sid)
    cy = next(one for one in phone.legs.values() if one.to == "client:cy")
    phone.says(cy, "tanya alamatnya")
    twilio.conferences("room").participants("cy").update(coaching=False)
    phone.says(cy, "saya bantu")

    assert phone.legs[ada.call_sid].heard == ["tanya alamatnya", "saya bantu"]
    assert caller.heard == ["saya bantu"]
    centre.wait(lambda: ("modify", "cy") in told(centre), "the change is told")
    assert centre.at("/room")[-1]["Coaching"] == "false"


def test_hold_plays_the_document_until_it_ends_and_mute_silences(
    phone, twilio, centre, caller
) -> None:
    join(twilio, centre, "ada")
    there = twilio.conferences("room").participants("caller")

    assert there.update(hold=True, hold_url=f"{centre.url}/music", hold_method="GET").hold is True
    centre.wait(lambda: caller.heard.count("musik") > 2, "music")
    assert phone.says(caller, "halo?") == 0
    assert there.update(hold=False).hold is False
    there.update(muted=True)
    assert phone.says(caller, "halo?") == 0
    there.update(muted=False)
    assert phone.says(caller, "halo?") == 1
    centre.wait(lambda: len(centre.at("/room")) == 7, "all is told")

    assert [event for event, _ in told(centre)][3:] == ["hold", "unhold", "mute", "unmute"]
    assert {one.method for one in centre.heard if one.path == "/music"} == {"GET"}


def test_an_announcement_is_heard_by_the_one_or_by_all(phone, twilio, centre, caller) -> None:
    ada = join(twilio, centre, "ada")
    room = twilio.conferences("room")
    room.participants("caller").update(announce_url=f"{centre.url}/music")
    centre.wait(lambda: caller.heard == ["musik"], "the caller hears it")
    sid = twilio.conferences.list(friendly_name="room", status="in-progress")[0].sid
    twilio.conferences(sid).update(announce_url=f"{centre.url}/music")
    centre.wait(lambda: phone.legs[ada.call_sid].heard == ["musik"], "all hear it")

    ends = {("announcement-end", ""), ("announcement-end", "caller")}
    centre.wait(lambda: ends <= set(told(centre)), "both are told")


@pytest.mark.parametrize(
    ("ends", "status", "reason"),
    [
        (True, "completed", "participant-with-end-conference-on-exit-left"),
        (False, "in-progress", None),
    ],
)
def test_who_leaves_ends_the_conference_only_where_that_was_asked_for(
    phone, twilio, centre, caller, ends, status, reason
) -> None:
    ada = join(twilio, centre, "ada", end_conference_on_exit=ends)
    sid = twilio.conferences.list(friendly_name="room")[0].sid
    phone.hangs_up(phone.legs[ada.call_sid])

    found = twilio.conferences(sid).fetch()
    assert (found.status, found.reason_conference_ended) == (status, reason)
    centre.wait(lambda: caller.is_over == ends, "the caller stays, or not")
    assert caller.conference == (None if ends else "room")


def test_a_warm_transfer_leaves_caller_and_doctor_alone_together(
    phone, twilio, centre, caller
) -> None:
    ada = join(twilio, centre, "ada")
    join(twilio, centre, "doctor")
    twilio.conferences("room").participants("ada").delete()
    centre.wait(lambda: phone.legs[ada.call_sid].is_over, "ada is out")

    people = twilio.conferences("room").participants.list()
    assert [one.label for one in people] == ["caller", "doctor"]
    centre.wait(lambda: ("leave", "ada") in told(centre), "that ada left is told")


def test_whoever_does_not_answer_is_told_as_gone(phone, twilio, centre, caller) -> None:
    phone.callees[DOCTOR] = Callee(outcome="busy")
    join(twilio, centre, "ada")
    join_sid = (
        twilio.conferences("room").participants.create(from_="+62112", to=DOCTOR, label="doctor").call_sid
    )  # fmt: skip
    centre.wait(lambda: ("leave", "doctor") in told(centre), "the doctor is busy")

    last = centre.at("/room")[-1]
    assert (last["ParticipantCallStatus"], last["ReasonParticipantLeft"]) == (
        "busy",
        "participant_add_failed",
    )
    assert phone.legs[join_sid].status == "busy"


def test_a_redirected_caller_leaves_the_room_and_obeys_the_new_document(
    twilio, centre, caller
) -> None:
    join(twilio, centre, "ada")
    twilio.calls(caller.sid).update(url=f"{centre.url}/music", method="POST")
    centre.wait(lambda: caller.heard == ["musik"], "the new document is heard")

    centre.wait(lambda: ("leave", "caller") in told(centre), "the way out is told")
    assert centre.at("/room")[-1]["ReasonParticipantLeft"] == "participant_updated_via_api"


# --- calls, recordings, transcripts ------------------------------------------------------------------


def test_progress_is_told_only_of_the_events_that_were_asked_for(phone, twilio, centre) -> None:
    centre.says("/hello", "<Say>halo</Say>")
    for to, events in ((CALLER, ["ringing", "completed"]), (DOCTOR, None)):
        twilio.calls.create(
            to=to, from_="+62112", url=f"{centre.url}/hello", status_callback=f"{centre.url}/of{to}",
            **({"status_callback_event": events} if events else {}),
        )  # fmt: skip
    centre.wait(lambda: all(one.is_over for one in phone.legs.values()), "both calls end")
    centre.wait(
        lambda: centre.at(f"/of{DOCTOR}") and len(centre.at(f"/of{CALLER}")) == 2, "all is told"
    )

    assert [one["CallStatus"] for one in centre.at(f"/of{CALLER}")] == ["ringing", "completed"]
    assert [one["CallStatus"] for one in centre.at(f"/of{DOCTOR}")] == ["completed"]
    assert centre.at(f"/of{DOCTOR}")[0]["CallDuration"] == "0"


def test_in_disorder_reports_come_late_and_twice_but_none_is_lost(
    background, centre, twilio, phone, caller
) -> None:
    phone.out.disorder = Disorder(late_share=0.5, late_s=0.3, repeated_share=0.5)
    for _ in range(6):
        twilio.conferences("room").participants("caller").update(muted=True)
        twilio.conferences("room").participants("caller").update(muted=False)
    centre.wait(
        lambda: len({one["SequenceNumber"] for one in centre.at("/room")}) == 13, "all are told"
    )

    numbers = [int(one["SequenceNumber"]) for one in centre.at("/room")]
    assert numbers != sorted(numbers)
    assert phone.out.repeated > 0


def test_a_call_is_recorded_paused_ended_and_its_sound_can_be_had(
    phone, twilio, centre, caller
) -> None:
    made = twilio.calls(caller.sid).recordings.create(
        recording_channels="dual",
        recording_status_callback=f"{centre.url}/rec",
        recording_status_callback_event=["in-progress", "completed"],
    )
    assert twilio.calls(caller.sid).recordings(made.sid).update(status="paused").status == "paused"
    phone.hangs_up(caller)
    centre.wait(lambda: len(centre.at("/rec")) == 2, "begin and end are told")

    end = centre.at("/rec")[1]
    sound = httpx.get(f"{end['RecordingUrl']}.wav", auth=(phone.account, phone.token))
    with wave.open(io.BytesIO(sound.content)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8_000)
    assert httpx.get(f"{end['RecordingUrl']}.wav").status_code == 401
    assert [one.sid for one in twilio.recordings.list(call_sid=caller.sid)] == [made.sid]


def test_a_transcription_is_begun_and_ended_by_the_api(phone, twilio, centre, caller) -> None:
    made = twilio.calls(caller.sid).transcriptions.create(
        status_callback_url=f"{centre.url}/tr", language_code="id-ID", track="inbound_track"
    )
    phone.says(caller, "banjir")
    assert twilio.calls(caller.sid).transcriptions(made.sid).update(status="stopped").status == "stopped"  # fmt: skip
    phone.says(caller, "tidak lagi")
    centre.wait(lambda: len(centre.at("/tr")) == 3, "all is told")

    assert [one["TranscriptionEvent"].removeprefix("transcription-") for one in centre.at("/tr")] == [
        "started", "content", "stopped",
    ]  # fmt: skip


def test_a_machine_that_stops_listening_says_so(phone, twilio, centre, caller, background) -> None:
    twilio.calls(caller.sid).transcriptions.create(status_callback_url=f"{centre.url}/tr")

    async def fail() -> None:
        phone.listening.fail(caller, 32_655, "engine not available")

    background.ask(fail())
    centre.wait(lambda: len(centre.at("/tr")) == 2, "the failure is told")
    assert centre.at("/tr")[1]["TranscriptionErrorCode"] == "32655"


# --- messages ----------------------------------------------------------------------------------------


def test_a_photo_can_be_fetched_where_the_webhook_says(phone, twilio, centre) -> None:
    text = phone.writes(f"whatsapp:{CALLER}", "lihat", media=[("image/png", b"\x89PNG")])

    params = centre.at("/twilio/messages/incoming")[0]
    assert (params["NumMedia"], params["MediaContentType0"]) == ("1", "image/png")
    got = httpx.get(params["MediaUrl0"], auth=(phone.account, phone.token))
    assert (got.content, got.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert [one.content_type for one in twilio.messages(text.sid).media.list()] == ["image/png"]


def test_whatsapp_lets_free_words_through_only_after_the_citizen_has_written(
    phone, twilio, centre
) -> None:
    def write() -> str:
        return twilio.messages.create(
            to=f"whatsapp:{CALLER}", from_="whatsapp:+62112", body="halo",
            status_callback=f"{centre.url}/st",
        ).sid  # fmt: skip

    write()
    centre.wait(lambda: centre.at("/st"), "the failure is told")
    assert (centre.at("/st")[0]["MessageStatus"], centre.at("/st")[0]["ErrorCode"]) == ("failed", "63016")  # fmt: skip
    phone.writes(f"whatsapp:{CALLER}", "tolong")
    write()
    centre.wait(lambda: len(centre.at("/st")) == 3, "the delivery is told")
    assert [one["MessageStatus"] for one in centre.at("/st")] == ["failed", "sent", "delivered"]


# --- what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (lambda t, c: t.calls("CA" + "0" * 32).fetch(), (404, 20_404)),
        (lambda t, c: t.calls.create(to="", from_="+62", url=c), (400, 21_201)),
        (lambda t, c: t.calls.create(to="+62", from_="+62"), (400, 21_205)),
        (lambda t, c: t.calls.create(to="+62", from_="+62", url="/path"), (400, 21_502)),
        (lambda t, c: t.messages.create(to="+62", from_="+62"), (400, 21_602)),
        (lambda t, c: t.messages.create(to="+62", from_="+62", body="x" * 1_601), (400, 21_617)),
        (lambda t, c: t.conferences("nowhere").participants("x").update(muted=True), (404, 20_404)),
        (lambda t, c: t.recordings("RE" + "0" * 32).fetch(), (404, 20_404)),
    ],
)  # fmt: skip
def test_what_twilio_refuses_is_refused_with_its_code(twilio, centre, act, expected) -> None:
    assert refused(lambda: act(twilio, centre.url)) == expected


def test_a_call_that_is_over_cannot_be_redirected_but_ended_once_more(
    phone, twilio, centre, caller
) -> None:
    phone.hangs_up(caller)

    assert refused(lambda: twilio.calls(caller.sid).update(url=centre.url)) == (400, 21_220)
    assert twilio.calls(caller.sid).update(status="completed").status == "completed"


# --- the published description -----------------------------------------------------------------------


def test_every_answer_is_what_twilio_describes(phone, twilio, centre, caller) -> None:
    """Every property that the description has, in its form, and none that it has not."""
    ada = join(twilio, centre, "ada")
    recording = twilio.calls(caller.sid).recordings.create()
    text = phone.writes(f"whatsapp:{CALLER}", "lihat", media=[("image/png", b"x")])
    room = twilio.conferences.list(friendly_name="room")[0].sid
    call, message = f"{ROOT}/Calls/{caller.sid}", f"{ROOT}/Messages/{text.sid}"
    asked = [
        ("GET", f"{ROOT}/Calls.json", {}),
        ("GET", f"{call}.json", {}),
        ("POST", f"{ROOT}/Calls.json", {"To": DOCTOR, "From": "+62112", "Url": centre.url}),
        ("GET", f"{call}/Recordings.json", {}),
        ("GET", f"{call}/Recordings/{recording.sid}.json", {}),
        ("POST", f"{call}/Transcriptions.json", {"StatusCallbackUrl": f"{centre.url}/tr"}),
        ("GET", f"{ROOT}/Recordings.json", {}),
        ("GET", f"{ROOT}/Recordings/{recording.sid}.json", {}),
        ("GET", f"{ROOT}/Messages.json", {}),
        ("GET", f"{message}.json", {}),
        ("POST", f"{ROOT}/Messages.json", {"To": DOCTOR, "From": "+62112", "Body": "x"}),
        ("GET", f"{message}/Media.json", {}),
        ("GET", f"{message}/Media/{text.media[0].sid}.json", {}),
        ("GET", f"{ROOT}/Conferences.json", {}),
        ("GET", f"{ROOT}/Conferences/{room}.json", {}),
        ("GET", f"{ROOT}/Conferences/{room}/Participants.json", {}),
        ("GET", f"{ROOT}/Conferences/{room}/Participants/{ada.call_sid}.json", {}),
        ("POST", f"{ROOT}/Conferences/{room}/Participants/{ada.call_sid}.json", {"Muted": "true"}),
        ("POST", f"{ROOT}/Conferences/{room}/Participants.json", {"To": DOCTOR, "From": "+62112"}),
        ("POST", f"{ROOT}/Conferences/{room}.json", {"Status": "completed"}),
    ]
    found = {}
    for method, path, params in asked:
        answer = httpx.request(
            method, phone.url + path, data=params or None, auth=(phone.account, phone.token)
        )
        assert answer.is_success, (method, path, answer.text)
        errors = twilio_spec.request_errors(method, path, {}, params)
        if errors := errors + twilio_spec.answer_errors(method, path, answer.json()):
            found[f"{method} {path.removeprefix(ROOT)}"] = errors
    assert found == {}
