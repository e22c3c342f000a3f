"""Webhook and fallback have both failed: the provider does nothing more, and yet nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from calls.telephony.emulator.records import now
from tests.failure.harness.bots import ConsoleBot
from tests.failure.harness.provider import Provider
from tests.failure.harness.stack import Stack

pytestmark = [pytest.mark.failure, pytest.mark.timeout(120, func_only=True)]
FOUND_S = 30  # with a comparison every two seconds, on a busy machine


def test_what_no_webhook_could_hand_over_is_on_the_console_once_and_marked(
    start_stack: Callable[..., Stack], console: Callable[..., ConsoleBot], provider: Provider
) -> None:
    stack = start_stack(provider=provider, through={"web"}, settings={"RECONCILE_EVERY_S": "2"})
    ada = console(stack, url=stack.urls[0])  # her line is not the one that is cut
    provider.fallback_base_url = "http://127.0.0.1:1"
    # A minute ago: what is younger than half a minute may still be on its way, and the test need not wait for that.
    earlier = now() - timedelta(minutes=1)

    stack.proxies["web"].cut()
    lost_call = provider.rings("+628123450001", at=earlier)
    provider.static_fallback = "<Response><Dial>+62771112</Dial></Response>"
    diverted = provider.rings("+628123450002", at=earlier)
    lost_text = provider.writes("+628123450003", "kebakaran di pasar", at=earlier)
    assert not any(one.documents[0].is_good for one in (lost_call, diverted, lost_text))
    assert lost_call.documents[0].by_fallback
    stack.proxies["web"].heal()
    kept = provider.rings("+628123450004")

    ada.wait_for(lambda bot: len(bot.calls()) == 4, FOUND_S, what="two calls and a message found")
    # The list may have been read before the provider had noted the end; the next comparison finds that.
    ada.wait_for(
        lambda bot: bot.calls(caller="+628123450001")[0]["status"] == "abandoned",
        FOUND_S,
        what="the call that ended is over",
    )
    by_caller = {row["caller"]: row for row in ada.calls()}
    assert by_caller["+628123450002"]["status"] == "queued"
    assert by_caller["+628123450003"]["messages"][0]["text"] == "kebakaran di pasar"
    assert [row["recovered"] for _, row in sorted(by_caller.items())] == [True, True, True, False]
    ada.wait_for(
        lambda bot: bot.alarms("calls_not_received") and bot.alarms("messages_not_received"),
        FOUND_S,
        what="the alarms",
    )
    # The calls are on the board before the comparison that found them is over and counted.
    ada.wait_for(
        lambda bot: (
            [one["facts"] for one in bot.alarms("calls_not_received")]
            == [{"added": 2, "missing": 0}]
        ),
        FOUND_S,
        what="the alarm counts both",
    )

    # Found again and again, and added once.
    compared = "SELECT min(succeeded_at) FROM calls_reconciliation"
    [(before,)] = stack.rows(compared)
    ada.wait_for(
        lambda _: stack.rows(compared)[0][0] > before + timedelta(seconds=4),
        FOUND_S,
        what="two more comparisons",
    )
    sids = [
        sid
        for (sid,) in stack.rows("SELECT provider_sid FROM calls_call WHERE provider_sid <> ''")
    ]
    assert provider.journal.judge("call", sids, all_offered=True).is_clean
    sids = [sid for (sid,) in stack.rows("SELECT provider_sid FROM calls_message")]
    assert provider.journal.judge("message", sids, all_offered=True).is_clean
    assert kept.documents[0].is_good
    assert ada.is_whole
