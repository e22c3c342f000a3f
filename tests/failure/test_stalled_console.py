"""A console that does not read, over real TCP: the others lose nothing and the server's memory stays where it is."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import httpx
import pytest
import websockets
from django.db import connection

from tests.load.serving import Service, database_url, serving

pytestmark = [
    pytest.mark.failure,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]
GOOD = 8
EVENTS = 800
NOTE = "x" * 9_000  # an event of about 20 kB: 16 MB in all, more than the kernel's buffers take
GROWTH_KB_MAX = 40_000
WITHIN_S = 120


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def deaf_socket() -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return sock


async def joined(service: Service, token: str, **options):
    client = await websockets.connect(
        f"ws://127.0.0.1:{service.port}/ws/v1/",
        additional_headers={"Authorization": f"Bearer {token}"},
        max_size=None,
        proxy=None,
        **options,
    )
    await client.send('{"id":1,"type":"hello","protocol":1}')
    return client, json.loads(await client.recv())["seq"]


async def hears(client, seq: int) -> list[int]:
    """The numbers that come, up to the last event."""
    numbers: list[int] = []
    while len(numbers) < EVENTS:
        frame = json.loads(await client.recv())
        if frame["type"] == "event":
            numbers.append(frame["seq"] - seq)
    return numbers


async def stalled_beside_good(service: Service, token: str) -> tuple[list[list[int]], int]:
    sock = deaf_socket()
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", service.port))
    # max_queue: the library itself stops reading after one frame that nobody takes.
    stalled, _seq = await joined(service, token, sock=sock, max_queue=1, ping_interval=None)
    good = [await joined(service, token) for _ in range(GOOD)]
    before_kb = resident_kb(service.process.pid)
    hearing = [asyncio.create_task(hears(client, seq)) for client, seq in good]
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(trust_env=False, headers=headers, timeout=30) as sender:
        for _ in range(EVENTS):
            answer = await sender.post(
                f"{service.base_url}/api/v1/commands/incident.open", json={"note": NOTE}
            )
            assert answer.json()["ok"], answer.text
    async with asyncio.timeout(WITHIN_S):
        heard = await asyncio.gather(*hearing)
    growth_kb = resident_kb(service.process.pid) - before_kb
    for client, _seq in good:
        await client.close()
    stalled.transport.abort()
    return heard, growth_kb


def test_a_console_that_does_not_read_costs_the_others_nothing(ada, tmp_path):
    service = Service(tmp_path, database_url(connection.settings_dict))
    service.write_credentials([])
    with serving(service):
        heard, growth_kb = asyncio.run(stalled_beside_good(service, ada.token))

    assert heard == [list(range(1, EVENTS + 1))] * GOOD
    assert growth_kb < GROWTH_KB_MAX
