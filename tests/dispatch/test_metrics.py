"""/metrics as the city's monitoring reads it: the numbers of now, over all processes, and none of a dead one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families

from dispatch import metrics
from tests import factories

SPEAKER = """
import realtime.metrics as metrics, sys
metrics.SOCKETS.labels("control").inc(int(sys.argv[1]))
metrics.HEAD_SEQ.labels("web").set(int(sys.argv[2]))
metrics.DOORBELL_FAILURES.inc(int(sys.argv[1]))
print("said", flush=True)
sys.stdin.read()
"""
BYSTANDER = "import realtime.metrics; print('said', flush=True); import sys; sys.stdin.read()"


def numbers():
    found = {}
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        for sample in family.samples:
            found[sample.name, *sample.labels.values()] = sample.value
    return found


@pytest.fixture
def shared(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    running = []

    def start(program, *words):
        process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, words)],
            env=os.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        running.append(process)
        assert process.stdout.readline() == b"said\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.mark.django_db
def test_two_workers_are_added_up_and_a_killed_one_has_no_sockets_any_more(shared):
    shared(SPEAKER, 2, 40)
    dies = shared(SPEAKER, 3, 30)
    both = numbers()

    dies.kill()
    dies.wait()
    one = numbers()

    assert both["siaga_sockets", "control"] == 5
    assert both["siaga_hub_head_seq", "web"] == 30
    assert one["siaga_sockets", "control"] == 2
    assert one["siaga_hub_head_seq", "web"] == 40
    assert one["siaga_doorbell_failures_total",] == 5, "what was counted stays counted"


@pytest.mark.django_db
def test_a_process_without_a_hub_is_not_taken_for_the_slowest(shared):
    shared(SPEAKER, 1, 30)
    shared(BYSTANDER)

    assert numbers()["siaga_hub_head_seq", "web"] == 30


@pytest.mark.django_db
def test_calls_and_jobs_that_are_gone_are_gone_from_the_numbers(ada):
    call_id = factories.ring()
    before = numbers()

    ada.done("call.answer", call_id=call_id)
    answered = numbers()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    after = numbers()

    assert before["siaga_calls_waiting", "voice"] == 1
    assert before["siaga_event_head_seq",] >= 1
    assert answered["siaga_calls_waiting", "voice"] == 0
    assert answered["siaga_jobs", "effects", "todo"] >= 1
    assert after["siaga_jobs", "effects", "todo"] == 0
    assert after["siaga_database_up",] == 1


@pytest.mark.django_db
def test_what_was_written_this_month_is_counted_in_messages_and_in_parts(ada):
    before = numbers()
    call_id = factories.text("tolong")
    ada.done("call.reply", call_id=call_id, text="Kami datang")

    after = numbers()

    assert (
        after["siaga_messages_month", "whatsapp"] == before["siaga_messages_month", "whatsapp"] + 1
    )
    assert after["siaga_message_parts_month", "sms"] == 0
