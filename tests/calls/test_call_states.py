from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.domain import (
    LIVE,
    MESSAGE_RANK,
    OVER,
    PROVIDER_RANK,
    STEPS,
    AddressKind,
    CallStatus,
    Channel,
    Happening,
    ProviderState,
    address_of,
    aml_belongs,
    limited,
    next_message_status,
    next_status,
    step,
    storable,
)

S, H = CallStatus, Happening
EXPECTED = {
    (S.RINGING, H.QUEUE): S.QUEUED,
    (S.RINGING, H.ANSWER): S.ANSWERED,
    (S.RINGING, H.RELEASE): None,
    (S.RINGING, H.HANG_UP): S.ABANDONED,
    (S.QUEUED, H.QUEUE): S.QUEUED,
    (S.QUEUED, H.ANSWER): S.ANSWERED,
    (S.QUEUED, H.RELEASE): None,
    (S.QUEUED, H.HANG_UP): S.ABANDONED,
    (S.ANSWERED, H.QUEUE): S.ANSWERED,
    (S.ANSWERED, H.ANSWER): None,
    (S.ANSWERED, H.RELEASE): S.QUEUED,
    (S.ANSWERED, H.HANG_UP): S.ENDED,
    (S.ENDED, H.QUEUE): S.ENDED,
    (S.ENDED, H.ANSWER): None,
    (S.ENDED, H.RELEASE): None,
    (S.ENDED, H.HANG_UP): S.ENDED,
    (S.ABANDONED, H.QUEUE): S.ABANDONED,
    (S.ABANDONED, H.ANSWER): None,
    (S.ABANDONED, H.RELEASE): None,
    (S.ABANDONED, H.HANG_UP): S.ABANDONED,
}
STATUSES = st.sampled_from(list(CallStatus))
REPORTS = st.lists(
    st.tuples(
        st.one_of(st.sampled_from(sorted(PROVIDER_RANK)), st.text(max_size=8)),
        st.one_of(st.none(), st.integers(0, 2**53)),
    ),
    max_size=8,
)


@pytest.mark.parametrize(("status", "happening"), list(itertools.product(CallStatus, Happening)))
def test_every_status_has_an_answer_to_everything_that_may_happen(status, happening):
    assert step(status, happening) == EXPECTED[status, happening]


def test_the_table_has_every_status_and_every_happening():
    assert set(STEPS) == set(CallStatus)
    assert all(set(row) == set(Happening) for row in STEPS.values())


def run(reports, start=S.RINGING):
    state = ProviderState(start)
    for word, sequence in reports:
        state = next_status(state, word, sequence)
    return state


FIVE = [("queued", 0), ("initiated", 1), ("ringing", 2), ("in-progress", 3), ("completed", 4)]


def test_all_120_orders_of_five_callbacks_end_in_the_same_state():
    ends = {run(order) for order in itertools.permutations(FIVE)}

    assert ends == {ProviderState(S.ABANDONED, "completed", 4)}


@given(status=STATUSES, reports=REPORTS, data=st.data())
def test_the_order_and_repetition_of_callbacks_does_not_matter(status, reports, data):
    shuffled = data.draw(st.permutations(reports + reports[:2]))

    assert run(reports, status) == run(shuffled, status)


@given(status=STATUSES, reports=REPORTS)
def test_a_call_that_is_over_stays_over(status, reports):
    after = run(reports, status).status

    assert after == status if status in OVER else after in LIVE | OVER


@given(reports=REPORTS)
def test_the_provider_never_takes_an_answered_call_back(reports):
    assert run(reports, S.ANSWERED).status in {S.ANSWERED, S.ENDED}


@given(words=st.lists(st.sampled_from(sorted(MESSAGE_RANK)), min_size=1, max_size=6))
def test_the_status_of_a_message_does_not_depend_on_the_order(words):
    ends = set()
    for order in itertools.islice(itertools.permutations(words), 50):
        state = ""
        for word in order:
            state = next_message_status(state, word)
        ends.add(state)

    assert len(ends) == 1


@pytest.mark.parametrize(
    ("raw", "kind", "text", "channel"),
    [
        ("", AddressKind.NONE, "", None),
        ("   ", AddressKind.NONE, "", None),
        ("Anonymous", AddressKind.NONE, "", None),
        ("anonymous", AddressKind.NONE, "", None),
        ("unavailable", AddressKind.NONE, "", None),
        ("+266696687", AddressKind.NONE, "", None),
        ("+6281234567890", AddressKind.NUMBER, "+6281234567890", None),
        ("0812-3456", AddressKind.NUMBER, "0812-3456", None),
        ("client:ada", AddressKind.CLIENT, "client:ada", None),
        ("sip:112@pbx.example", AddressKind.SIP, "sip:112@pbx.example", None),
        ("whatsapp:+6281234567890", AddressKind.NUMBER, "+6281234567890", Channel.WHATSAPP),
        ("WhatsApp:+6281234567890", AddressKind.NUMBER, "+6281234567890", Channel.WHATSAPP),
        ("whatsapp:US.1234", AddressKind.USER, "US.1234", Channel.WHATSAPP),
        ("whatsapp:", AddressKind.NONE, "", Channel.WHATSAPP),
        ("\u202e+62812", AddressKind.NUMBER, "+62812", None),
        ("\x00", AddressKind.NONE, "", None),
    ],
)
def test_who_calls_is_read_from_what_the_provider_writes(raw, kind, text, channel):
    address = address_of(raw)

    assert (address.kind, address.text, address.channel) == (kind, text, channel)


@given(st.text())
def test_no_address_raises(raw):
    assert len(address_of(raw).text) <= 200


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300), st.integers(10, 100))
def test_what_is_stored_is_short_enough_and_has_no_nul(text, chars_max):
    kept = limited(text, chars_max)

    assert len(kept) <= chars_max
    assert "\x00" not in kept
    assert kept.encode("utf-8").decode("utf-8") == kept


def test_a_cut_text_says_that_it_is_cut():
    assert limited("x" * 100, 20).endswith("[…]")
    assert limited("x" * 20, 20) == "x" * 20
    assert storable("a\x00b") == "a\ufffdb"


@pytest.mark.parametrize(
    ("after_s", "belongs"),
    [(-61, False), (-60, True), (0, True), (600, True), (601, False)],
)
def test_a_position_belongs_to_the_call_from_a_minute_before_to_ten_after(after_s, belongs):
    call_at = datetime(2026, 11, 24, tzinfo=UTC)

    aml_at = call_at + timedelta(seconds=after_s)

    assert aml_belongs(aml_at=aml_at, call_at=call_at) is belongs
