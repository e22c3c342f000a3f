"""Signed voice webhook in → the caller's line painted on a console in a real browser, one call after the other.

By hand: DATABASE_URL=… REDIS_URL=… .venv/bin/python -m tests.load.bench_screen_pop [--calls 100] [--waiting 20]
See tests/load/README.md for what the columns mean.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")

import httpx
from playwright.async_api import Page, async_playwright
from rich.console import Console
from rich.table import Table

from dispatch.training.access import Access, access_of
from dispatch.training.provider import new_sid, signed, voice
from dispatch.training.replay_verdict import quantile
from tests.load.bench_database import measured_service
from tests.load.serving import Service

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SHOWN_WITHIN_MS = 20_000
INCOMING, STATUS = "/twilio/voice/incoming", "/twilio/voice/status"
SIZE = {"width": 1280, "height": 800}

# Notes when each caller's line was first painted: after the frame that changed it, by the clock of the machine.
WATCH = """() => {
  window.painted = new Map();
  const look = () => {
    for (const row of document.querySelectorAll("#calls .call")) {
      const digits = row.querySelector(".no")?.textContent.replace(/\\D/g, "");
      if (digits && !window.painted.has(digits.slice(-8))) {
        window.painted.set(digits.slice(-8), null);
        requestAnimationFrame(() => setTimeout(() => window.painted.set(digits.slice(-8), Date.now())));
      }
    }
  };
  new MutationObserver(look).observe(document.querySelector("#calls"),
    { childList: true, subtree: true, characterData: true });
}"""


class Caller:
    def __init__(self, client: httpx.AsyncClient, access: Access) -> None:
        self._client, self._access = client, access

    async def rings(self, number: str) -> str:
        sid = new_sid("CA")
        await self._tell(INCOMING, voice(sid, number, "ringing"))
        return sid

    async def hangs_up(self, sid: str, number: str) -> None:
        await self._tell(STATUS, voice(sid, number, "completed"))

    async def _tell(self, path: str, params: dict[str, str]) -> None:
        headers, body = signed(path, params, access=self._access)
        answer = await self._client.post(
            self._access.base_url + path, content=body, headers=headers
        )
        answer.raise_for_status()


async def sign_in(page: Page, service: Service) -> None:
    person = next(one for one in service.credentials["users"] if one["role"] == "dispatcher")
    await page.goto(f"{service.base_url}/accounts/login/")
    await page.fill("#id_username", person["username"])
    await page.fill("#id_password", person["password"])
    await page.keyboard.press("Enter")
    await page.wait_for_selector("html[data-link=live]", state="attached")
    await page.evaluate(WATCH)


async def one_call(page: Page, caller: Caller, number: str) -> tuple[float, float]:
    """(seconds until the provider had its answer, seconds until the line was painted)"""
    begun_s = time.time()
    sid = await caller.rings(number)
    answered_s = time.time()
    told = await page.wait_for_function(
        "(key) => window.painted.get(key)", arg=number[-8:], timeout=SHOWN_WITHIN_MS
    )
    painted_ms = float(await told.json_value())
    await caller.hangs_up(sid, number)
    return answered_s - begun_s, painted_ms / 1000 - begun_s


async def measure(service: Service, arguments: argparse.Namespace) -> None:
    numbers = (f"+62812{number:08d}" for number in range(10_000_000, 10**8))
    async with (
        httpx.AsyncClient(trust_env=False, timeout=SHOWN_WITHIN_MS / 1000) as client,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--no-proxy-server"]
        )
        page = await browser.new_page(viewport=SIZE)
        caller = Caller(client, access_of(service.credentials))
        await sign_in(page, service)
        for _ in range(arguments.waiting):
            await caller.rings(next(numbers))
        for _ in range(5):
            await one_call(page, caller, next(numbers))
        rows = [await one_call(page, caller, next(numbers)) for _ in range(arguments.calls)]
        await browser.close()
    table = Table("", "p50 ms", "p99 ms", "most ms")
    for name, values in (
        ("the provider has its answer", [answered for answered, _ in rows]),
        ("painted on the console", [painted for _, painted in rows]),
    ):
        figures = (quantile(values, 0.5), quantile(values, 0.99), max(values))
        table.add_row(name, *(f"{1000 * (value or 0):.0f}" for value in figures))
    Console(highlight=False).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--waiting", type=int, default=20, help="others on the board meanwhile")
    arguments = parser.parse_args()
    with measured_service(city="demo") as service:
        service.start()
        asyncio.run(measure(service, arguments))


if __name__ == "__main__":
    main()
