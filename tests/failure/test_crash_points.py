"""kill -9 between any two steps of the write path: nothing is lost, nothing is there twice, the log has no hole."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest

from realtime import failpoints
from tests.failure.harness.provider import Provider
from tests.failure.harness.stack import Stack, wait_for

pytestmark = [pytest.mark.failure, pytest.mark.long, pytest.mark.timeout(300)]

DEAD_WITHIN_S = 30.0
THERE_WITHIN_S = 30.0
numbers = itertools.count(1)
OF_A_WEBHOOK = [
    name for name in failpoints.POINTS if name.partition(".")[0] in {"webhook", "change"}
]
OF_THE_JOURNAL = [name for name in failpoints.POINTS if name.startswith("journal.")]
OF_AN_EFFECT = [name for name in failpoints.POINTS if name.startswith("effect.")]


def a_number() -> str:
    return f"+62813900{next(numbers):05d}"


@pytest.fixture(scope="module")
def one_worker(start_stack: Callable[..., Stack], provider: Provider) -> Stack:
    return start_stack(provider=provider, workers=1, through={"database"})


@pytest.fixture
def stack(one_worker: Stack) -> Iterator[Stack]:
    yield one_worker
    one_worker.proxies["database"].heal()
    disarm(one_worker)


def arm(stack: Stack, point: str) -> None:
    """Restart the worker so that it ends the first time it passes this place."""
    stack.web[0].stop()
    stack.web[0].service.env[failpoints.SETTING] = point  # type: ignore[index]
    stack.web[0].start()
    stack.wait_until_ready()


def disarm(stack: Stack) -> None:
    stack.web[0].service.env.pop(failpoints.SETTING, None)  # type: ignore[attr-defined]
    if not stack.web[0].is_running:
        stack.web[0].start()
        stack.wait_until_ready()


def died_there(stack: Stack) -> None:
    wait_for(lambda: not stack.web[0].is_running, DEAD_WITHIN_S, what="the worker is dead")
    assert stack.web[0].process is not None
    assert stack.web[0].process.returncode == failpoints.STATUS


def is_whole(stack: Stack) -> None:
    """The log has every number once, and the counter stands at the last."""
    ((count, highest, head),) = stack.rows(
        "SELECT count(*), coalesce(max(seq), 0), (SELECT seq FROM realtime_loghead) FROM realtime_event"
    )
    assert count == highest == head


def test_every_place_is_gone_through() -> None:
    assert {*OF_A_WEBHOOK, *OF_THE_JOURNAL, *OF_AN_EFFECT} == set(failpoints.POINTS)


@pytest.mark.parametrize("point", OF_A_WEBHOOK)
def test_a_worker_that_dies_in_a_webhook_loses_no_message_and_doubles_none(
    stack: Stack, provider: Provider, point: str
) -> None:
    arm(stack, point)
    sender, sid = a_number(), f"SM{uuid.uuid4().hex}"
    message = {"MessageSid": sid, "From": sender, "To": provider.number, "Body": "api"}

    with pytest.raises(httpx.HTTPError):
        provider.repeats("/twilio/messages/incoming", message, base_urls=[stack.base_url])
    died_there(stack)
    disarm(stack)
    again = provider.repeats("/twilio/messages/incoming", message, base_urls=[stack.base_url])

    assert again[0].is_good
    assert stack.rows("SELECT text FROM calls_message WHERE provider_sid = %s", sid) == [("api",)]
    assert len(stack.rows("SELECT 1 FROM calls_call WHERE caller = %s", sender)) == 1
    is_whole(stack)


@pytest.mark.parametrize("point", [name for name in OF_A_WEBHOOK if name.startswith("change.")])
def test_a_worker_that_dies_in_a_command_acts_once_when_it_is_repeated(
    stack: Stack, point: str
) -> None:
    arm(stack, point)
    request = {"request_id": str(uuid.uuid4()), "type": "fire", "priority": 1, "note": point}

    with pytest.raises(httpx.HTTPError):
        command(stack, "incident.open", request)
    died_there(stack)
    disarm(stack)
    answer = command(stack, "incident.open", request)
    repeated = command(stack, "incident.open", request)

    assert answer["ok"]
    assert repeated == answer
    assert len(stack.rows("SELECT 1 FROM dispatch_incident WHERE note = %s", point)) == 1
    is_whole(stack)


@pytest.mark.parametrize("point", OF_THE_JOURNAL)
def test_a_worker_that_dies_over_its_journal_loses_no_caller_and_doubles_none(
    stack: Stack, provider: Provider, point: str
) -> None:
    arm(stack, point)
    stack.proxies["database"].cut()
    leg = provider.rings(a_number())
    if point == "journal.replayed":
        stack.proxies["database"].heal()
    died_there(stack)
    stack.proxies["database"].heal()
    disarm(stack)
    if not leg.documents[-1].is_good:  # never on the disk: the provider asks again, as it does
        provider.repeats(
            "/twilio/voice/incoming",
            {"CallSid": leg.sid, "From": leg.from_, "To": leg.to, "CallStatus": "ringing"},
            base_urls=[stack.base_url],
        )

    def there() -> list[tuple[object, ...]]:
        return stack.rows("SELECT 1 FROM calls_call WHERE caller = %s", leg.from_)

    wait_for(there, THERE_WITHIN_S, what="the caller is on the board")
    wait_for(
        lambda: not list(stack.places.home.glob("journal/*.request.json")),
        THERE_WITHIN_S,
        what="the journal is empty",
    )
    assert len(there()) == 1
    assert (
        len(
            stack.rows(
                "SELECT 1 FROM realtime_event e, calls_call c WHERE c.caller = %s"
                " AND e.name = 'call.received' AND e.data->>'call_id' = c.id::text",
                leg.from_,
            )
        )
        == 1
    )
    is_whole(stack)


@pytest.mark.parametrize("point", OF_AN_EFFECT)
def test_a_job_worker_that_dies_over_a_message_sends_it_all_the_same(
    stack: Stack, provider: Provider, point: str
) -> None:
    """Between the provider's answer and our note of it nothing can tell a repetition: twice is better than never."""
    citizen = a_number()
    provider.writes(f"whatsapp:{citizen}", "tolong")
    ((call_id,),) = stack.rows("SELECT id::text FROM calls_call WHERE caller = %s", citizen)
    command(stack, "call.answer", {"request_id": str(uuid.uuid4()), "call_id": call_id})
    assert stack.jobs
    stack.jobs.stop()
    stack.jobs.service.env[failpoints.SETTING] = point  # type: ignore[index]
    stack.jobs.start()
    reply = {"request_id": str(uuid.uuid4()), "call_id": call_id, "text": f"kami datang {point}"}
    assert command(stack, "call.reply", reply)["ok"]
    wait_for(lambda: not stack.jobs.is_running, DEAD_WITHIN_S, what="the job worker is dead")

    stack.jobs.service.env.pop(failpoints.SETTING)  # type: ignore[attr-defined]
    stack.jobs.start()

    def noted() -> list[tuple[object, ...]]:
        return stack.rows(
            "SELECT 1 FROM calls_message WHERE text = %s AND provider_sid <> ''", reply["text"]
        )

    wait_for(noted, THERE_WITHIN_S, what="the message has gone out and is noted")
    sent = [one for one in provider.texts.values() if one.body == reply["text"]]
    assert len(sent) == (1 if point == "effect.noted" else 2)


def command(stack: Stack, name: str, body: dict[str, object]) -> dict[str, object]:
    answer = httpx.post(
        f"{stack.base_url}/api/v1/commands/{name}",
        json=body,
        headers={"Authorization": f"Bearer {stack.token()}"},
        timeout=15,
        trust_env=False,
    )
    return dict(answer.json())
