"""The ceiling of the webhooks: a bare ASGI application that stores each body with one INSERT. Started by bench_webhook."""

from __future__ import annotations

import os
from typing import Any

from psycopg_pool import AsyncConnectionPool

POOL = 8
CREATE = "CREATE TABLE IF NOT EXISTS bare_ingest (id bigserial PRIMARY KEY, body text NOT NULL)"
INSERT = "INSERT INTO bare_ingest (body) VALUES (%s)"
TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'

pool = AsyncConnectionPool(os.environ["BARE_DATABASE"], min_size=POOL, max_size=POOL, open=False)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    async with pool.connection() as connection:
        await connection.execute(INSERT, [body.decode()])
    headers = [(b"content-type", b"text/xml"), (b"content-length", b"%d" % len(TWIML))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": TWIML})


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await pool.open(wait=True)
            async with pool.connection() as connection:
                await connection.execute(CREATE)
            await send({"type": "lifespan.startup.complete"})
        else:
            await pool.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
