"""The socket as design section 6 draws it: hello, resume, commands, limits, rights."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest

from dispatch.accounts.models import ApiToken
from realtime import answers, consumers, eventlog, hub, subscriber
from realtime.protocol import CloseCode
from tests import factories
from tests.realtime.sockets import as_, connected, do

pytestmark = pytest.mark.django_db(transaction=True)


def opened(person, **changes):
    return person.done("incident.open", **{"type": "fire", "location": factories.PLACE, **changes})


async def test_hello_without_a_number_gets_the_whole_board(ada, engine):
    incident = await do(opened, ada)

    async with as_(ada) as client:
        first = await client.hello()

    assert first["type"] == "snapshot"
    assert [row["id"] for row in first["state"]["incidents"]] == [incident["incident_id"]]
    assert first["seq"] == await do(eventlog.head_seq)


async def test_what_happens_after_hello_arrives_once_and_in_order(ada):
    async with as_(ada) as client:
        head = (await client.hello())["seq"]
        for note in ("satu", "dua", "tiga"):
            await do(opened, ada, note=note)
        frames = [await client.next("event") for _ in range(3)]

    assert [frame["seq"] for frame in frames] == [head + 1, head + 2, head + 3]
    assert {frame["name"] for frame in frames} == {"incident.opened"}
    assert frames[2]["data"]["set"]["incidents"][0]["note"] == "tiga"


async def test_a_cut_socket_resumes_without_holes_or_duplicates(ada):
    async with as_(ada) as client:
        head = (await client.hello())["seq"]
        await do(opened, ada)
        assert (await client.next("event"))["seq"] == head + 1
    await do(opened, ada)
    await do(opened, ada)

    async with as_(ada) as client:
        resumed = await client.hello(since=head + 1)
        await do(opened, ada)
        live = await client.next("event")

    assert resumed["type"] == "events"
    assert [event["seq"] for event in resumed["events"]] == [head + 2, head + 3]
    assert resumed["seq"] == head + 3
    assert live["seq"] == head + 4


@pytest.mark.parametrize("since", [-1, 10**9])
async def test_a_number_the_log_does_not_know_gets_a_snapshot(ada, since):
    async with as_(ada) as client:
        assert (await client.hello(since=since))["type"] == "snapshot"


async def test_too_far_behind_gets_a_snapshot_instead_of_a_long_run(ada, monkeypatch):
    monkeypatch.setattr(answers, "RESUME_EVENTS_MAX", 2)
    for _ in range(3):
        await do(opened, ada)

    async with as_(ada) as client:
        assert (await client.hello(since=0))["type"] == "snapshot"


async def test_a_crew_gets_a_skip_for_what_it_may_not_see(ada, crew, engine):
    async with as_(crew) as client:
        head = (await client.hello())["seq"]
        incident = await do(opened, ada)
        skip = await client.next("skip", "event")
        await do(ada.done, "unit.assign", incident_id=incident["incident_id"], unit_id=str(engine))
        event = await client.next("skip", "event")

    assert skip == {"type": "skip", "seq": head + 1}
    assert event["seq"] == head + 2
    assert event["name"] == "unit.assigned"
    assert event["data"]["set"]["incidents"][0]["number"] == incident["number"]


async def test_a_crew_resuming_gets_skips_so_that_its_numbers_have_no_hole(ada, crew):
    await do(opened, ada)

    async with as_(crew) as client:
        run = await client.hello(since=0)

    assert run["events"] == [{"type": "skip", "seq": 1}]


async def test_every_command_gets_exactly_one_reply_and_its_event_like_all_others(ada):
    request_id = str(uuid.uuid4())
    async with as_(ada) as client:
        await client.hello()
        await client.send({"id": 5, "type": "incident.open", "request_id": request_id, "type_": 1})
        bad = await client.next("result")
        await client.send(
            {"id": 6, "type": "incident.open", "request_id": str(uuid.uuid4()), "priority": 2}
        )
        # The event and the reply come in any order: the one through the hub, the other from the command.
        both = [await client.next("result", "event") for _ in range(2)]
    event, good = sorted(both, key=lambda frame: frame["type"])

    assert (bad["id"], bad["ok"], bad["code"]) == (5, False, "invalid")
    assert (good["id"], good["ok"]) == (6, True)
    assert good["seq"] == event["seq"]


async def test_the_type_of_an_incident_survives_the_socket_whose_frames_have_a_type_too(ada):
    async with as_(ada) as client:
        await client.hello()
        done = await client.command("incident.open", body={"type": "fire"})
        incident_id = done["result"]["incident_id"]
        await client.command("incident.update", body={"incident_id": incident_id, "type": "flood"})
    opened_, changed = await do(eventlog.events_after, 0)

    assert opened_.data["set"]["incidents"][0]["type"] == "fire"
    assert changed.data["set"]["incidents"][0]["type"] == "flood"


async def test_a_body_that_is_no_object_is_refused_in_words(ada):
    async with as_(ada) as client:
        await client.hello()
        refused = await client.command("incident.open", body=["fire"])

    assert (refused["ok"], refused["code"]) == (False, "invalid")


async def test_the_same_request_twice_acts_once_over_socket_and_http(ada, client):
    request_id = str(uuid.uuid4())
    async with as_(ada) as socket:
        await socket.hello()
        first = await socket.command("incident.open", request_id=request_id, note="x")
    again = await do(
        client.post,
        "/api/v1/commands/incident.open",
        json.dumps({"request_id": request_id, "note": "x"}),
        content_type="application/json",
        headers=ada.bearer,
    )

    assert again.status_code == 200
    assert again.json() == {key: first[key] for key in ("ok", "seq", "result")}
    assert len(await do(eventlog.events_after, 0)) == 1


async def test_an_unknown_command_is_refused_not_swallowed(ada):
    async with as_(ada) as client:
        await client.hello()
        reply = await client.command("incident.explode")

    assert (reply["ok"], reply["code"]) == (False, "unknown_command")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", CloseCode.BAD_FRAME),
        ("[1]", CloseCode.BAD_FRAME),
        ('{"type": 3}', CloseCode.BAD_FRAME),
        ('{"type": "hello", "protocol": 99}', CloseCode.BAD_FRAME),
        ('{"type": "hello", "protocol": 1, "since": "x"}', CloseCode.BAD_FRAME),
        ('{"type": "unit.assign"}', CloseCode.HELLO_EXPECTED),
        ("[" * 30_000, CloseCode.BAD_FRAME),
        ('{"type": "hello", "x": "' + "y" * consumers.FRAME_BYTES_MAX + '"}', CloseCode.BAD_FRAME),
    ],
)
async def test_a_frame_that_makes_no_sense_closes_the_socket_with_its_code(ada, frame, code):
    async with as_(ada) as client:
        await client.raw.send_to(text_data=frame)
        assert await client.closed_with() == code


async def test_too_many_frames_close_the_socket(ada):
    async with as_(ada) as client:
        await client.hello()
        for number in range(consumers.FRAMES_BURST_MAX + 10):
            await client.send({"id": number, "type": "position"})
        assert await client.closed_with() == CloseCode.TOO_MANY_FRAMES


async def test_a_socket_that_says_no_hello_is_closed(ada, monkeypatch):
    monkeypatch.setattr(consumers, "HELLO_WITHIN_S", 0.05)
    async with as_(ada) as client:
        assert await client.closed_with() == CloseCode.HELLO_EXPECTED


async def test_more_commands_at_once_than_the_limit_are_each_answered_and_the_socket_lives(
    ada, monkeypatch
):
    monkeypatch.setattr(consumers, "COMMANDS_PENDING_MAX", 2)
    async with as_(ada) as client:
        await client.hello()
        for number in range(10, 20):
            await client.send({"id": number, "type": "incident.open"})
        replies = [await client.next("result") for _ in range(10)]
        again = await client.command("incident.open")

    refused = [reply["code"] for reply in replies if not reply["ok"]]
    assert sorted(reply["id"] for reply in replies) == list(range(10, 20))
    assert refused
    assert set(refused) == {"too_many_commands"}
    assert again["ok"]


async def test_a_socket_that_does_not_read_is_closed_at_its_limit_and_costs_the_others_nothing(
    ada, bo, monkeypatch
):
    monkeypatch.setattr(subscriber, "SOCKET_QUEUE_MAX", 3)
    async with as_(ada) as client:
        head = (await client.hello())["seq"]
        slow = await hub.hub().subscribe(await do(lambda: bo.viewer), "control")  # never read
        for _ in range(5):
            await do(opened, ada)
        seen = [(await client.next("event"))["seq"] for _ in range(5)]

    assert slow.closed == CloseCode.TOO_SLOW
    assert seen == list(range(head + 1, head + 6))


# --- who may come, and how long -----------------------------------------------------------------


async def test_nobody_without_a_sign_in():
    async with connected({}) as client:
        assert await client.closed_with() == CloseCode.NOT_SIGNED_IN


async def test_a_wrong_token_is_nobody(types):
    async with connected({"Authorization": "Bearer nonsense"}) as client:
        assert await client.closed_with() == CloseCode.NOT_SIGNED_IN


@pytest.mark.parametrize(
    ("origin", "comes_in"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("https://evil.example", False),
        ("null", False),
        ("", False),
    ],
)
async def test_a_cookie_counts_only_with_an_origin_of_ours(ada, client, origin, comes_in):
    await do(client.force_login, ada.user)
    cookie = client.cookies["sessionid"].value
    headers = {"Cookie": f"sessionid={cookie}", "Host": "localhost"}
    if origin:
        headers["Origin"] = origin

    async with connected(headers) as socket:
        if comes_in:
            assert (await socket.hello())["type"] == "snapshot"
        else:
            assert await socket.closed_with() == CloseCode.NOT_SIGNED_IN


async def test_a_revoked_token_closes_its_socket(ada, monkeypatch):
    monkeypatch.setattr(hub, "RIGHTS_CHECK_S", 0.05)
    async with as_(ada) as client:
        await client.hello()
        await do(ApiToken.objects.filter(user=ada.user).update, revoked_at="2026-01-01T00:00:00Z")
        assert await client.closed_with() == CloseCode.NOT_SIGNED_IN


async def test_a_command_after_the_rights_have_gone_does_not_act(ada, monkeypatch):
    monkeypatch.setattr(hub, "RIGHTS_CHECK_S", 3600)  # the check by the clock has not come yet
    async with as_(ada) as client:
        await client.hello()
        await do(ApiToken.objects.filter(user=ada.user).update, revoked_at="2026-01-01T00:00:00Z")
        reply = await client.command("incident.open")

        assert (reply["ok"], reply["code"]) == (False, "not_signed_in")
        assert await client.closed_with() == CloseCode.NOT_SIGNED_IN
    assert await do(eventlog.head_seq) == 0


async def test_a_new_role_closes_the_socket_of_the_old_one(ada, monkeypatch):
    monkeypatch.setattr(hub, "RIGHTS_CHECK_S", 0.05)
    async with as_(ada) as client:
        await client.hello()
        ada.user.role = "supervisor"
        await do(ada.user.save)
        assert await client.closed_with() == CloseCode.NOT_SIGNED_IN


async def test_signing_out_closes_the_sockets_of_the_session(ada, client, monkeypatch):
    monkeypatch.setattr(hub, "RIGHTS_CHECK_S", 0.05)
    await do(client.force_login, ada.user)
    cookie = client.cookies["sessionid"].value
    headers = {"Cookie": f"sessionid={cookie}", "Host": "localhost", "Origin": "http://localhost"}
    async with connected(headers) as socket:
        await socket.hello()
        await do(client.logout)
        assert await socket.closed_with() == CloseCode.NOT_SIGNED_IN


async def test_positions_reach_the_centre_and_the_unit_itself_but_no_other_crew(
    ada, crew, dee, engine, monkeypatch
):
    monkeypatch.setattr(hub, "TELEMETRY_S", 0.05)
    async with as_(ada) as centre, as_(crew) as own, as_(dee) as other:
        for client in (centre, own, other):
            await client.hello()
        await own.send({"type": "position", "lat": 0.92, "lng": 104.46, "speed_kph": 40})
        seen = [await client.next("telemetry") for client in (centre, own)]
        incident = await do(opened, ada)
        assert incident
        foreign = await other.next("telemetry", "skip")

    assert [frame["units"][0]["id"] for frame in seen] == [str(engine)] * 2
    assert seen[0]["units"][0]["lat"] == 0.92
    assert foreign["type"] == "skip"


async def test_a_console_opened_in_a_quiet_hour_sees_units_where_they_are_now(
    ada, bo, engine, client, monkeypatch
):
    monkeypatch.setattr(answers, "BOARD_AGE_S_MAX", 0.0)

    def moves() -> None:
        row = {"unit_id": str(engine), "lat": 0.92, "lng": 104.46}
        client.post(
            "/api/v1/positions",
            json.dumps({"positions": [row]}),
            content_type="application/json",
            headers=ada.bearer,
        )

    async with as_(ada) as first:
        early = await first.hello()
        await do(moves)
        async with as_(bo) as second:
            late = await second.hello()

    assert early["state"]["units"][0]["position"] is None
    assert late["state"]["units"][0]["position"]["lat"] == 0.92


async def test_a_hub_that_is_rung_while_it_stops_does_stop(ada):
    async with as_(ada) as client:
        await client.hello()
        hub.hub().rung.set()
        async with asyncio.timeout(5):
            await hub.stop_hub()
