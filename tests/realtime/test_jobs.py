"""The job queue's frame: retries, what is given up, workers that die, the pace of the provider."""

from __future__ import annotations

import itertools
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app

from dispatch.models import Alarm
from realtime import clock, pacing
from realtime import jobs as frame
from realtime.job_watch import STANDSTILL_S, Watch
from realtime.models import Pace, QuarantinedJob
from tests import jobs


class OutsideError(Exception):
    """What a provider's adapter raises."""

    def __init__(self, *, permanent: bool) -> None:
        super().__init__("status 503")
        self.permanent = permanent


@pytest.mark.parametrize(
    ("attempts", "permanent", "least_ms", "most_ms"),
    [
        (0, False, 400, 600),
        (1, False, 800, 1_200),
        (2, False, 1_600, 2_400),
        (3, False, 3_200, 4_800),
        (4, False, None, None),
        (0, True, None, None),
    ],
)
def test_retries_back_off_with_jitter_and_end(attempts, permanent, least_ms, most_ms):
    waits = [
        frame.retry_after_ms(attempts=attempts, permanent=permanent, chance=chance)
        for chance in (0.0, 0.5, 1.0)
    ]

    assert (waits[0], waits[2]) == (least_ms, most_ms)
    if least_ms is not None:
        assert waits[0] < waits[1] < waits[2]


@pytest.fixture
def failing():
    """A task that fails as it is told; it leaves the application with the test."""
    tried = []

    @frame.job("tests.failing", expected=(OutsideError,))
    def failing(*, how: str) -> None:
        tried.append(how)
        if how == "bug":
            secret = {"caller": "+628127011001"}
            raise KeyError(secret["nothing"])
        raise OutsideError(permanent=how == "permanent")

    yield SimpleNamespace(run=failing.func, tried=tried)
    del app.tasks["tests.failing"]


def attempt(number: int, job_id: int = 7) -> SimpleNamespace:
    job = SimpleNamespace(
        id=job_id, task_name="tests.failing", task_kwargs={"how": "x"}, attempts=number
    )
    return SimpleNamespace(job=job)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("how", "number", "given_up"),
    [
        ("temporary", 0, False),
        ("temporary", 3, False),
        ("temporary", 4, True),
        ("permanent", 0, True),
        ("bug", 3, False),
        ("bug", 4, True),
    ],
)
def test_a_person_is_told_once_a_job_is_given_up(failing, how, number, given_up):
    for _ in range(2):
        with pytest.raises((OutsideError, frame.JobFailed)) as error:
            failing.run(attempt(number), how=how)

    assert "+62" not in str(error.value)
    assert QuarantinedJob.objects.count() == Alarm.objects.count() == int(given_up)
    if given_up:
        alarm = Alarm.objects.get()
        assert (alarm.kind, alarm.facts["task"]) == ("job_failed", "tests.failing")
        assert "+62" not in QuarantinedJob.objects.get().error


@pytest.fixture
def desk(root):
    client = Client()
    client.force_login(root.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def failed_job(task: str = "tests.no_such_task") -> int:
    frame.defer(task, value="1")
    (row,) = jobs.waiting(task)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [row["id"]])
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [row["id"]]
        )
    return int(row["id"])


@pytest.mark.django_db
def test_a_job_that_failed_where_nobody_looked_is_found_and_a_person_runs_it_once_more(desk):
    job_id = failed_job()

    Watch().look()
    Watch().look()

    assert [row.job_id for row in QuarantinedJob.objects.all()] == [job_id]
    assert Alarm.objects.get().cleared_at is None
    page = "/admin/realtime/quarantinedjob/"
    key = QuarantinedJob.objects.get().pk
    assert b"tests.no_such_task" in desk.get(page).content
    answer = desk.post(page, {"action": "run_again", "_selected_action": [key]})
    assert answer.status_code == 302
    assert [row["id"] for row in jobs.waiting("tests.no_such_task")] == [job_id]
    assert Alarm.objects.get().cleared_at is not None


@pytest.mark.django_db
def test_what_was_put_away_does_not_come_back(desk):
    failed_job()
    Watch().look()
    key = QuarantinedJob.objects.get().pk

    desk.post("/admin/realtime/quarantinedjob/", {"action": "put_away", "_selected_action": [key]})
    Watch().look()

    assert QuarantinedJob.objects.get().settled_how == "put_away"
    assert Alarm.objects.filter(cleared_at=None).count() == 0
    assert jobs.waiting() == []


def doing(attempts: int = 0) -> tuple[int, int]:
    """A job that a worker runs, and the worker."""
    frame.defer("tests.work", value="1")
    (row,) = jobs.waiting("tests.work")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        worker = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE id = %s",
            [worker, attempts, row["id"]],
        )
    return int(row["id"]), worker


@pytest.mark.django_db
def test_jobs_of_a_worker_whose_heart_stands_still_are_taken_back(monkeypatch):
    job_id, _ = doing()
    watch, now_s = Watch(), [100.0]
    monkeypatch.setattr("realtime.job_watch.clock.steady_s", lambda: now_s[0])
    monkeypatch.setattr("realtime.job_watch.clock.correct", lambda: None)

    watch.look()
    now_s[0] += STANDSTILL_S - 0.1
    watch.look()
    assert jobs.waiting("tests.work") == [], "not before its time"
    now_s[0] += 0.2
    watch.look()

    (row,) = jobs.waiting("tests.work")
    assert (row["id"], row["attempts"]) == (job_id, 1)


@pytest.mark.django_db
def test_a_heart_that_beats_is_not_taken_for_dead_whatever_its_clock_says(monkeypatch):
    _, worker = doing()
    watch, now_s = Watch(), [100.0]
    monkeypatch.setattr("realtime.job_watch.clock.steady_s", lambda: now_s[0])
    monkeypatch.setattr("realtime.job_watch.clock.correct", lambda: None)

    for hours in (0, -5, 3, 1):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = %s WHERE id = %s",
                [timezone.now() + timedelta(hours=hours), worker],
            )
        watch.look()
        now_s[0] += STANDSTILL_S - 0.1

    assert jobs.waiting("tests.work") == []


@pytest.mark.django_db
def test_a_job_that_ends_its_worker_each_time_is_set_apart():
    job_id, worker = doing(attempts=4)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers WHERE id = %s", [worker])

    Watch().look()

    assert QuarantinedJob.objects.get().job_id == job_id
    assert jobs.waiting("tests.work") == []


@pytest.mark.django_db
def test_calls_due_at_the_same_instant_start_at_least_a_second_apart():
    waits = [pacing.turn("voice", per_s=1) for _ in range(4)]

    assert waits[0] == 0
    assert 0.5 < waits[1] <= 1.06
    for earlier, later in itertools.pairwise(waits[1:]):
        assert later - earlier > 0.5, "each who waits gets a second of its own"


@pytest.mark.django_db
def test_a_turn_comes_and_an_urgent_call_waits_for_nobody_but_counts():
    assert pacing.turn("voice", per_s=1) == 0
    Pace.objects.update(next_at=clock.timer_now() - timedelta(milliseconds=1))
    assert pacing.turn("voice", per_s=1) == 0

    pacing.take("voice", per_s=1)

    assert 1.0 < pacing.turn("voice", per_s=1) <= 2.2


@pytest.mark.django_db
def test_a_crew_call_that_must_wait_is_a_job_for_later_and_no_failed_try(ada, types, monkeypatch):
    from calls import effects
    from calls.models import Notice

    asked = []
    monkeypatch.setattr(
        effects,
        "telephony",
        lambda: SimpleNamespace(
            name="x", is_metered=True, call_crew=lambda call: asked.append(call) or "CA1"
        ),
    )
    for number in (1, 2):
        notice = Notice.objects.create(
            key=f"k{number}",
            channel="voice",
            to="+628100000001",
            text="x",
            subject_id="s",
            created_at=timezone.now(),
        )
        frame.defer("calls.send_notice", notice_id=str(notice.pk))

    jobs.run_all("calls.send_notice")

    assert len(asked) == 1
    (row,) = jobs.waiting("calls.send_notice")
    assert 0 < row["in_s"] <= 1.06
    assert row["attempts"] == 0
