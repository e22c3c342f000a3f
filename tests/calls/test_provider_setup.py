"""What is wrong with the provider's settings, over the whole table, and never more than that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.provider_setup import (
    SANDBOX_WHATSAPP,
    SENDER_NAMES,
    SERVICE_NAMES,
    SMS_NAMES,
    VOICE_NAMES,
    Advice,
    Found,
    Holder,
    Needs,
    Number,
    Place,
    Row,
    Sender,
    State,
    compare,
    corrections,
    is_right,
    provider_can_reach,
)

BASE = "https://112.example.go.id"
SECOND = "https://second.example.net"
NEEDS = Needs(
    base_url=BASE,
    voice_url=f"{BASE}/twilio/voice/incoming",
    voice_status_url=f"{BASE}/twilio/voice/status",
    messages_url=f"{BASE}/twilio/messages/incoming",
    voice_fallback_url=f"{SECOND}/voice.xml",
    messages_fallback_url=f"{SECOND}/messages.xml",
)
VOICE = dict(
    zip(
        VOICE_NAMES,
        (
            NEEDS.voice_url,
            "POST",
            NEEDS.voice_fallback_url,
            "POST",
            NEEDS.voice_status_url,
            "POST",
        ),
        strict=True,
    )
)
WRITTEN = (NEEDS.messages_url, "POST", NEEDS.messages_fallback_url, "POST")
SMS = dict(zip(SMS_NAMES, WRITTEN, strict=True))
NUMBER = Number(
    sid="PN1", number="+622155500112", settings={**VOICE, **SMS}, speaks=True, writes=True
)
SENDER = Sender(NUMBER.number, "ONLINE", dict(zip(SENDER_NAMES, WRITTEN, strict=True)))
FOUND = Found(number=NUMBER, sender=SENDER)


def with_settings(**changed: str) -> Found:
    return replace(FOUND, number=replace(NUMBER, settings={**NUMBER.settings, **changed}))


def wrong(needs: Needs, found: Found) -> list[Row]:
    return [row for row in compare(needs, found) if row.state == State.WRONG]


def told(needs: Needs, found: Found) -> list[tuple[str, Advice]]:
    return [(row.setting, row.advice) for row in compare(needs, found) if row.advice]


def test_an_account_that_is_set_up_right_has_nothing_to_change() -> None:
    rows = compare(NEEDS, FOUND)

    assert is_right(rows)
    assert {row.state for row in rows} == {State.RIGHT}
    assert {row.setting for row in rows} >= {*VOICE_NAMES, *SMS_NAMES, *SENDER_NAMES}
    assert corrections(rows) == {}


@pytest.mark.parametrize("name", [*VOICE, *SMS])
def test_each_setting_that_differs_is_named_alone_with_what_is_wanted(name: str) -> None:
    other = "GET" if name.endswith("Method") else "https://other.example/hook"

    [row] = wrong(NEEDS, with_settings(**{name: other}))

    assert (row.place, row.setting, row.found) == (Place.NUMBER, name, other)
    assert row.advice == Advice.SET
    assert corrections([row]) == {name: NUMBER.settings[name]}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://112.example.go.id/twilio/voice/incoming/",
        "http://112.example.go.id/twilio/voice/incoming",
        "https://112.example.go.id/twilio/voice/incoming?x=1",
        "https://112.Example.go.id/twilio/voice/incoming",
        "https://112.example.go.id:443/twilio/voice/incoming",
        "https://112.example.go.id/twilio/voice/incomin",
        "#rc=2",
    ],
)
def test_an_address_counts_letter_by_letter_for_it_is_signed(address: str) -> None:
    assert [row.setting for row in wrong(NEEDS, with_settings(VoiceUrl=address))] == ["VoiceUrl"]


def test_how_long_the_provider_waits_and_tries_may_stand_behind_the_address() -> None:
    address = f"{NEEDS.voice_url}#rc=2&rp=all&ct=2000"
    assert wrong(NEEDS, with_settings(VoiceUrl=address)) == []


def test_no_method_means_the_providers_own_and_its_letters_may_be_small() -> None:
    assert wrong(NEEDS, with_settings(VoiceMethod="", SmsMethod="post")) == []


def test_a_fallback_that_nobody_has_named_is_wrong_whatever_stands_there() -> None:
    needs = replace(NEEDS, voice_fallback_url="")

    [row] = wrong(needs, FOUND)

    assert (row.setting, row.advice) == ("VoiceFallbackUrl", Advice.NAME_FALLBACK)
    assert corrections([row]) == {}


def test_a_second_host_that_knows_get_alone_is_asked_by_get() -> None:
    needs = replace(NEEDS, fallback_method="GET")
    names = {"VoiceFallbackMethod", "SmsFallbackMethod"}

    assert {row.setting for row in wrong(needs, FOUND)} == {*names, "PROVIDER_FALLBACK_METHOD"}
    got = with_settings(**dict.fromkeys(names, "GET"))
    assert wrong(needs, replace(got, sender=None)) == []
    # A WhatsApp sender cannot: its fallback stays a thing that POST must reach.
    assert told(needs, got) == [("PROVIDER_FALLBACK_METHOD", Advice.SENDER_NEEDS_POST)]


# --- what answers in the number's place ----------------------------------------------------------


def test_a_trunk_is_named_and_nothing_else_of_the_calls_is_judged() -> None:
    found = replace(FOUND, number=replace(NUMBER, settings=SMS, trunk_sid="TK1"))

    assert told(NEEDS, found) == [("TrunkSid", Advice.REMOVE_TRUNK)]
    assert corrections(compare(NEEDS, found)) == {}


def test_an_application_counts_in_place_of_the_number() -> None:
    number = replace(NUMBER, settings=SMS, voice_application_sid="AP1")
    good = replace(FOUND, number=number, voice_application=Holder("AP1", VOICE))
    bad = replace(
        good, voice_application=Holder("AP1", {**VOICE, "VoiceUrl": "https://x.example"})
    )
    gone = replace(good, voice_application=Holder("AP1", None))

    assert wrong(NEEDS, good) == []
    [row] = wrong(NEEDS, bad)
    assert (row.place, row.subject, row.setting) == (Place.APPLICATION, "AP1", "VoiceUrl")
    assert corrections([row]) == {}, "somebody made the application for a reason"
    assert told(NEEDS, gone) == [("VoiceApplicationSid", Advice.APPLICATION_GONE)]


def test_an_application_for_sms_counts_too() -> None:
    number = replace(NUMBER, settings=VOICE, sms_application_sid="AP2")
    good = replace(FOUND, number=number, sms_application=Holder("AP2", SMS))

    assert wrong(NEEDS, good) == []
    gone = replace(good, sms_application=Holder("AP2", None))
    assert told(NEEDS, gone) == [("SmsApplicationSid", Advice.APPLICATION_GONE)]


def test_a_messaging_service_swallows_what_the_number_would_have_got() -> None:
    right = Holder("MG1", dict(zip(SERVICE_NAMES, WRITTEN, strict=True)))

    assert wrong(NEEDS, replace(FOUND, service=right)) == []
    rows = wrong(NEEDS, replace(FOUND, service=Holder("MG1", {})))
    assert [(row.place, row.setting) for row in rows] == [
        (Place.SERVICE, "InboundRequestUrl"),
        (Place.SERVICE, "FallbackUrl"),
    ]


@pytest.mark.parametrize(
    ("change", "setting", "advice"),
    [
        ({"speaks": False}, "Capabilities.voice", Advice.NO_VOICE),
        ({"receives": "fax"}, "VoiceReceiveMode", Advice.RECEIVE_VOICE),
    ],
)
def test_a_number_that_cannot_be_rung_is_named(change, setting, advice) -> None:
    found = replace(FOUND, number=replace(NUMBER, **change))
    assert [(row.setting, row.advice) for row in wrong(NEEDS, found)] == [(setting, advice)]


def test_a_number_without_sms_as_in_indonesia_needs_none() -> None:
    number = replace(NUMBER, settings=VOICE, writes=False)
    rows = compare(NEEDS, replace(FOUND, number=number))

    assert is_right(rows)
    assert [row.advice for row in rows if row.state == State.NOT_NEEDED] == [Advice.NO_SMS]


# --- WhatsApp ------------------------------------------------------------------------------------

UNREAD = frozenset({Place.SENDER})


@pytest.mark.parametrize(
    ("named", "unreadable", "state", "advice"),
    [
        ("", frozenset(), State.NOT_NEEDED, Advice.SENDER_NONE),
        ("", UNREAD, State.BY_HAND, Advice.SENDER_UNREADABLE),
        ("+628001", frozenset(), State.WRONG, Advice.SENDER_MISSING),
        ("+628001", UNREAD, State.BY_HAND, Advice.SENDER_UNREADABLE),
        (SANDBOX_WHATSAPP, frozenset(), State.BY_HAND, Advice.SENDER_SANDBOX),
        (SANDBOX_WHATSAPP, UNREAD, State.BY_HAND, Advice.SENDER_UNREADABLE),
    ],
)
def test_without_a_sender_it_is_said_why_and_where_to_look(
    named, unreadable, state, advice
) -> None:
    needs = replace(NEEDS, whatsapp_number=named)
    found = replace(FOUND, sender=None, unreadable=unreadable)

    [row] = [row for row in compare(needs, found) if row.advice]
    assert (row.place, row.state, row.advice) == (Place.SENDER, state, advice)


@pytest.mark.parametrize(
    ("status", "right"),
    [("ONLINE", True), ("ONLINE:UPDATING", True), ("OFFLINE", False), ("", False)],
)
def test_a_sender_must_be_online(status: str, right: bool) -> None:
    assert is_right(compare(NEEDS, replace(FOUND, sender=replace(SENDER, status=status)))) is right


def test_services_that_may_not_be_read_are_looked_at_by_hand() -> None:
    found = replace(FOUND, unreadable=frozenset({Place.SERVICE}))
    assert told(NEEDS, found) == [("Messaging Service", Advice.SERVICES_UNREADABLE)]
    assert is_right(compare(NEEDS, found))


# --- the public address --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("https://112.example.go.id", True),
        ("https://1.1.1.1", True),
        ("http://112.example.go.id", False),
        ("https://127.0.0.1:8000", False),
        ("https://10.1.2.3", False),
        ("https://[::1]", False),
        ("https://localhost", False),
        ("https://centre.local", False),
        ("https://", False),
    ],
)
def test_an_address_of_this_machine_or_this_house_is_none_for_the_provider(address, reached):
    assert provider_can_reach(address) is reached
    rows = wrong(replace(NEEDS, base_url=address), FOUND)
    assert [row.setting for row in rows] == ([] if reached else ["PUBLIC_BASE_URL"])


# --- properties ----------------------------------------------------------------------------------

words = st.sampled_from(
    ["", "GET", "POST", "post", "https://other.example", *VOICE.values(), *SMS.values()]
)
settings = st.fixed_dictionaries({}, optional=dict.fromkeys([*VOICE, *SMS], words))
numbers = st.builds(
    Number,
    sid=st.just("PN1"),
    number=st.just(NUMBER.number),
    settings=settings,
    speaks=st.sampled_from([None, True, False]),
    writes=st.sampled_from([None, True, False]),
    receives=st.sampled_from(["", "voice", "fax"]),
    trunk_sid=st.sampled_from(["", "TK1"]),
    voice_application_sid=st.sampled_from(["", "AP1"]),
    sms_application_sid=st.sampled_from(["", "AP2"]),
)
founds = st.builds(
    Found,
    number=numbers,
    voice_application=st.none() | st.builds(Holder, st.just("AP1"), st.none() | settings),
    sms_application=st.none() | st.builds(Holder, st.just("AP2"), st.none() | settings),
    service=st.none() | st.builds(Holder, st.just("MG1"), st.just({})),
    sender=st.none() | st.just(SENDER),
    unreadable=st.frozensets(st.sampled_from([Place.SERVICE, Place.SENDER])),
)
needings = st.builds(
    replace,
    st.just(NEEDS),
    voice_fallback_url=st.sampled_from(["", NEEDS.voice_fallback_url]),
    messages_fallback_url=st.sampled_from(["", NEEDS.messages_fallback_url]),
    fallback_method=st.sampled_from(["GET", "POST"]),
    whatsapp_number=st.sampled_from(["", NUMBER.number, SANDBOX_WHATSAPP]),
)


@given(needings, founds)
def test_whatever_is_found_what_is_amiss_says_what_to_do_and_what_is_right_does_not(needs, found):
    rows = compare(needs, found)

    assert rows
    for row in rows:
        assert bool(row.advice) is (row.state != State.RIGHT)


@given(needings, founds)
def test_what_is_written_is_only_what_differs_and_afterwards_nothing_of_it_is_wrong(needs, found):
    before = compare(needs, found)
    changes = corrections(before)
    number = replace(found.number, settings={**found.number.settings, **changes})
    after = compare(needs, replace(found, number=number))

    assert all(found.number.settings.get(name, "") != value for name, value in changes.items())
    assert corrections(after) == {}
    untouched = {row.setting: row for row in before if row.setting not in changes}
    assert {row.setting: row for row in after if row.setting not in changes} == untouched


@given(needings, founds)
def test_nothing_empty_is_ever_written(needs, found):
    """An empty address would take the calls away from whoever has them now."""
    assert all(corrections(compare(needs, found)).values())
