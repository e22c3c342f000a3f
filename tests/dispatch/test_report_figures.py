"""The report's SQL gives the figures of the pure functions: on generated incidents and on a real week."""

from __future__ import annotations

import csv
import gzip
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import uuid6

from calls.models import Call
from dispatch.analytics.intervals import Stamps, chain, share_within, summarise
from dispatch.analytics.selectors import Filters, Period, report
from dispatch.analytics.standards import standard_for
from dispatch.engine.assignments import ACTIVE
from dispatch.models import Assignment, Incident
from tests import factories, shared_data

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
START = datetime(2026, 11, 1, tzinfo=UTC)
PERIOD = Period(START, START + timedelta(days=7))
FLEET = {"DAMKAR-1": "DAMKAR", "DAMKAR-2": "DAMKAR", "AMB-1": "PSC119", "POL-1": "POLRESTA"}


@dataclass
class Sent:
    """One unit's work on one incident, as a row of the truth the report is compared with."""

    agency: str
    priority: int | None
    incident: int
    stamps: dict[str, datetime | None]
    status: str


class City:
    """Writes incidents into the tables and keeps the same facts for the pure functions."""

    def __init__(self, fleet: dict[str, str]) -> None:
        self.units = {
            callsign: factories.make_unit(callsign, agency=agency, station=f"Pos {agency}")
            for callsign, agency in fleet.items()
        }
        self.fleet = fleet
        self.sent: list[Sent] = []
        self.rows: list[Incident | Call | Assignment] = []

    def incident(
        self,
        number: int,
        *,
        opened_at: datetime,
        priority: int | None,
        call: tuple[datetime, datetime | None] | None,
        units: Iterable[tuple[str, str, dict[str, datetime | None]]],
        disposition: str = "emergency",
    ) -> None:
        incident = Incident(
            id=uuid6.uuid7(),
            number=f"2026-{number:06d}",
            type_id="fire",
            priority=priority,
            opened_at=opened_at,
        )
        self.rows.append(incident)
        received_at, answered_at = call or (None, None)
        if received_at:
            self.rows.append(a_call(received_at, answered_at, disposition, incident.pk))
        for callsign, status, stamps in units:
            self.rows.append(
                Assignment(
                    incident_id=incident.pk, unit_id=self.units[callsign], status=status, **stamps
                )
            )
            known = {"received_at": received_at, "answered_at": answered_at, **stamps}
            self.sent.append(Sent(self.fleet[callsign], priority, number, known, status))

    def write(self) -> None:
        for model in (Incident, Call, Assignment):
            model.objects.bulk_create([row for row in self.rows if isinstance(row, model)])

    def values(self) -> dict[tuple[str, int | None, str], list[float | None]]:
        """The intervals by agency, priority and name, put together without SQL."""
        by_incident = defaultdict(list)
        for one in self.sent:
            by_incident[one.incident].append(one)
        values = defaultdict(list)
        for whole in by_incident.values():
            first_assigned_at = min(one.stamps["assigned_at"] for one in whole)
            for agency in {one.agency for one in whole}:
                own = [one for one in whole if one.agency == agency]
                for name, value in response(own, first_assigned_at):
                    values[agency, own[0].priority, name].append(value)
        return values


def response(own: list[Sent], first_assigned_at: datetime) -> list[tuple[str, float | None]]:
    """What one agency did for one incident: the call's part once, each unit's part for itself."""
    arrivals = [one.stamps["on_scene_at"] for one in own if one.stamps["on_scene_at"]]
    common = Stamps(
        received_at=own[0].stamps["received_at"],
        answered_at=own[0].stamps["answered_at"],
        first_assigned_at=first_assigned_at,
        first_on_scene_at=min(arrivals, default=None),
    )
    figures = []
    if common.received_at:
        figures += [(name, chain(common)[name]) for name in ("answer", "processing")]
        if arrivals or any(one.status == "clear" for one in own):
            figures.append(("total", chain(common)["total"]))
    for one in own:
        names = ("assigned_at", "en_route_at", "on_scene_at")
        unit = chain(Stamps(**{name: one.stamps[name] for name in names}))
        if one.status == "clear" or one.stamps["en_route_at"]:
            figures.append(("turnout", unit["turnout"]))
        if one.status == "clear" or unit["travel"] is not None:
            figures.append(("travel", unit["travel"]))
    return figures


def a_call(
    received_at: datetime,
    answered_at: datetime | None,
    disposition: str = "emergency",
    incident_id=None,
    channel: str = "voice",
) -> Call:
    ended_at = (answered_at or received_at) + timedelta(minutes=2)
    return Call(
        id=uuid6.uuid7(),
        channel=channel,
        status="ended" if answered_at else "abandoned",
        provider="emulator",
        received_at=received_at,
        answered_at=answered_at,
        ended_at=ended_at,
        disposition=disposition,
        disposed_at=ended_at if disposition else None,
        incident_id=incident_id,
    )


def check(city: City, period: Period) -> None:
    rows = report(period, Filters(), now=NOW)["intervals"]
    truth = city.values()

    assert {(row["agency"], row["priority"], row["name"]) for row in rows} == set(truth)
    for row in rows:
        values = truth[row["agency"], row["priority"], row["name"]]
        summary = summarise(values)
        assert (row["n"], row["missing"], row["negative"]) == (
            summary.n,
            summary.missing,
            summary.negative,
        )
        assert row["mean_s"] == pytest.approx(summary.mean_s)
        assert row["p50_s"] == pytest.approx(summary.p50_s)
        assert row["p90_s"] == pytest.approx(summary.p90_s)
        standard = standard_for(agency=row["agency"], interval=row["name"])
        if standard and standard.limit_s is not None:
            assert row["within_share"] == pytest.approx(share_within(values, standard.limit_s))
        else:
            assert row["within_share"] is None


def generated(city: City, chance: random.Random, number: int) -> None:
    """An incident with anything that happens: no call, lost stamps, wrong clocks, units still at work."""

    def later(moment: datetime | None, most: int) -> datetime | None:
        if moment is None or chance.random() < 0.12:
            return None
        return moment + timedelta(seconds=chance.uniform(-8, most))

    opened_at = PERIOD.start + timedelta(seconds=chance.uniform(0, 7 * 86_400 - 1))
    received_at = opened_at - timedelta(seconds=chance.uniform(5, 90))
    call = (received_at, later(received_at, 30)) if chance.random() < 0.9 else None
    units = []
    for callsign in chance.sample(sorted(city.fleet), chance.randint(0, len(city.fleet))):
        assigned_at = opened_at + timedelta(seconds=chance.uniform(1, 120))
        en_route_at = later(assigned_at, 120)
        on_scene_at = later(en_route_at or assigned_at, 900)
        stamps = {
            "assigned_at": assigned_at,
            "en_route_at": en_route_at,
            "on_scene_at": on_scene_at,
        }
        status = chance.choice(["clear", "clear", "cancelled", "refused", "on_scene", "en_route"])
        held = {row.unit_id for row in city.rows if getattr(row, "status", "") in ACTIVE}
        if city.units[callsign] in held and status in ACTIVE:
            status = "clear"  # one active assignment for each unit
        units.append((callsign, status, stamps))
    city.incident(
        number,
        opened_at=opened_at,
        priority=chance.choice([1, 2, 3, 4, None]),
        call=call,
        units=units,
    )


@pytest.mark.parametrize("seed", range(6))
def test_generated_incidents_have_the_same_figures_in_sql_and_in_the_pure_functions(
    types, seed: int
) -> None:
    chance = random.Random(seed)
    city = City(FLEET)
    for number in range(120):
        generated(city, chance, number)
    city.write()

    check(city, PERIOD)


def test_a_real_week_of_a_fire_department_has_the_same_figures(types) -> None:
    zone = ZoneInfo("America/Los_Angeles")

    def moment(text: str) -> datetime | None:
        if not text:
            return None
        return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=zone)

    file = shared_data.path("incidents/sffd_2016-12-31_2017-01-07.csv.gz")
    with gzip.open(file, "rt", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["Dispatch DtTm"]]
    by_incident = defaultdict(list)
    for row in rows:
        by_incident[row["Incident Number"]].append(row)
    medical = {"MEDIC", "PRIVATE"}
    city = City(
        {
            f"U-{row['Unit ID']}": "PSC119" if row["Unit Type"] in medical else "DAMKAR"
            for row in rows
        }
    )
    for number, sent in by_incident.items():
        city.incident(
            int(number),
            opened_at=moment(sent[0]["Entry DtTm"]),
            priority=1 if sent[0]["Final Priority"] == "3" else 2,
            call=(moment(sent[0]["Received DtTm"]), moment(sent[0]["Entry DtTm"])),
            units=[
                (
                    f"U-{row['Unit ID']}",
                    "clear",
                    {
                        "assigned_at": moment(row["Dispatch DtTm"]),
                        "en_route_at": moment(row["Response DtTm"]),
                        "on_scene_at": moment(row["On Scene DtTm"]),
                    },
                )
                for row in sent
            ],
        )
    city.write()

    assert len(city.sent) > 7_000
    check(city, Period(datetime(2016, 12, 30, tzinfo=zone), datetime(2017, 1, 9, tzinfo=zone)))


def test_an_incident_belongs_to_the_period_in_which_it_was_opened_and_its_end_is_not_part_of_it(
    types,
) -> None:
    city = City({"DAMKAR-1": "DAMKAR"})
    for number, opened_at in enumerate([PERIOD.start, PERIOD.end]):
        stamps = {"assigned_at": opened_at, "en_route_at": None, "on_scene_at": None}
        city.incident(
            number,
            opened_at=opened_at,
            priority=1,
            call=(opened_at, opened_at),
            units=[("DAMKAR-1", "clear", stamps)],
        )
    city.write()

    assert [case["number"] for case in report(PERIOD, Filters(), now=NOW)["cases"]] == [
        "2026-000000"
    ]


def test_tests_and_training_are_left_out_and_counted(types) -> None:
    city = City({"DAMKAR-1": "DAMKAR"})
    at = PERIOD.start + timedelta(hours=1)
    city.incident(
        1,
        opened_at=at,
        priority=1,
        call=(at, at),
        disposition="test",
        units=[
            ("DAMKAR-1", "clear", {"assigned_at": at, "en_route_at": at, "on_scene_at": at}),
        ],
    )
    city.write()

    found = report(PERIOD, Filters(), now=NOW)

    assert found["intervals"] == found["cases"] == []
    assert found["tests_left_out"] == found["calls_total"] == 1
    assert found["answers"]["calls"] == 0


def test_calls_are_counted_by_channel_and_disposition_and_their_answer_times_by_voice_alone(
    types,
) -> None:
    at = PERIOD.start + timedelta(hours=1)
    Call.objects.bulk_create(
        [
            a_call(at, at + timedelta(seconds=10)),
            a_call(at, at + timedelta(seconds=20), "prank"),
            a_call(at, None, "abandoned"),
            a_call(at, at + timedelta(seconds=300), channel="sms"),
            a_call(PERIOD.end, at, "ghost"),
        ]
    )

    found = report(PERIOD, Filters(), now=NOW)

    assert {(row["channel"], row["disposition"]): row["n"] for row in found["calls"]} == {
        ("voice", "emergency"): 1,
        ("voice", "prank"): 1,
        ("voice", "abandoned"): 1,
        ("sms", "emergency"): 1,
    }
    answers = found["answers"]
    assert (answers["calls"], answers["n"], answers["abandoned"]) == (3, 2, 1)
    assert (answers["within_share"], answers["p50_s"]) == (0.5, 15.0)


def test_demand_is_counted_in_the_hours_of_the_city(types) -> None:
    # Monday 2 November 2026, 23:30 in Tanjungpinang, is 16:30 in UTC.
    opened_at = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)
    city = City({"DAMKAR-1": "DAMKAR"})
    city.incident(1, opened_at=opened_at, priority=1, call=None, units=[])
    city.write()

    demand = report(PERIOD, Filters(), now=NOW)["demand"]

    assert demand[0][23] == 1
    assert sum(map(sum, demand)) == 1
