"""The provider asks again when an answer is late: the same request at two workers in the same instant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.failure.harness.provider import Provider
from tests.failure.harness.stack import Stack

pytestmark = [pytest.mark.failure, pytest.mark.timeout(120, func_only=True)]
ROUNDS = 10
SMS = "/twilio/messages/incoming"


@pytest.fixture(scope="module")
def stack(start_stack: Callable[..., Stack], provider: Provider) -> Stack:
    return start_stack(provider=provider, one_listener=False, job_worker=False)


def five(stack: Stack, provider: Provider, path: str, params: dict[str, str]) -> list[str]:
    first, second = stack.urls
    answers = provider.repeats(path, params, base_urls=[first, second, first, second, first])
    assert [answer.status for answer in answers] == [answers[0].status] * 5
    assert answers[0].is_good
    return [answer.body for answer in answers]


def test_a_call_told_five_times_at_once_is_one_call_and_five_equal_answers(
    stack: Stack, provider: Provider
) -> None:
    for number in range(ROUNDS):
        params = {
            "CallSid": f"CA{number:032x}",
            "From": f"+62812345{number:04}",
            "To": provider.number,
            "CallStatus": "ringing",
            "Direction": "inbound",
        }
        documents = five(stack, provider, "/twilio/voice/incoming", params)
        assert "<Enqueue" in documents[0]
        assert set(documents) == {documents[0]}
        five(stack, provider, "/twilio/voice/status", {**params, "CallStatus": "completed"})

    kept = stack.rows("SELECT status, count(*) FROM calls_call WHERE channel = 'voice' GROUP BY 1")
    assert kept == [("abandoned", ROUNDS)]
    events = dict(stack.rows("SELECT name, count(*) FROM realtime_event GROUP BY 1"))
    assert (events["call.received"], events["call.abandoned"]) == (ROUNDS, ROUNDS)


def test_a_message_told_five_times_at_once_is_one_message_in_one_conversation(
    stack: Stack, provider: Provider
) -> None:
    for number in range(ROUNDS):
        params = {
            "MessageSid": f"SM{number:032x}",
            "From": f"+62812999{number:04}",
            "To": provider.number,
            "Body": "tolong",
            "NumMedia": "0",
        }
        assert len(set(five(stack, provider, SMS, params))) == 1

    assert stack.rows("SELECT count(*), count(DISTINCT call_id) FROM calls_message") == [
        (ROUNDS, ROUNDS)
    ]
