"""Which reports a file of real incidents holds, what is wrong in it, and what is right about what became of them."""

import gzip
from datetime import UTC, datetime

import pytest

from dispatch.training.replay import numbered
from dispatch.training.replay_rows import Report, Unreadable, read_reports
from dispatch.training.replay_verdict import judge, quantile
from maps.geo import LatLng
from tests import shared_data

SFFD_HEAD = "Call Number,Unit ID,Incident Number,Received DtTm,Location\n"
SFFD_ROW = '1,B04,16146559,12/31/2016 12:01:04 AM,"(37.7925424050227, -122.420238276265)"\n'
PETABENCANA_HEAD = "created_at,source,lon,lat,flood_depth_cm,local_area_id,title,text\n"
HERE = LatLng(0.914, 104.45)


@pytest.fixture
def file(tmp_path):
    def write(text, name="rows.csv"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
        return path

    return write


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz", "packed-without-its-ending.gz"])
def test_a_fire_call_is_a_voice_call_at_its_own_time_and_place(file, name):
    reading = read_reports(file(SFFD_HEAD + SFFD_ROW, name))

    report = reading.reports[0]
    assert (reading.format, report.channel) == ("sffd", "voice")
    assert report.at == datetime(2016, 12, 31, 8, 1, 4, tzinfo=UTC)
    assert report.position == LatLng(37.7925424050227, -122.420238276265)


def test_further_units_of_the_same_incident_are_not_further_calls(file):
    reading = read_reports(file(SFFD_HEAD + SFFD_ROW + SFFD_ROW.replace("B04", "E41")))

    assert (len(reading.reports), reading.repeated) == (1, 1)


def test_a_flood_report_is_a_whatsapp_message_with_a_pin(file):
    row = '2017-02-20T07:58:22.262,grasp,106.94,-6.27,77.0,null,,"Banjir, dua meter"\n'

    report = read_reports(file(PETABENCANA_HEAD + row)).reports[0]

    assert (report.channel, report.text) == ("whatsapp", "Banjir, dua meter")
    assert report.at == datetime(2017, 2, 20, 7, 58, 22, 262000, tzinfo=UTC)
    assert report.position == LatLng(-6.27, 106.94)


def test_reports_come_in_the_order_of_their_time(file):
    rows = "".join(f"2017-02-20T0{hour}:00:00,qlue,106,-6,,,,at {hour}\n" for hour in (7, 5, 6))

    reading = read_reports(file(PETABENCANA_HEAD + rows))

    assert [report.text for report in reading.reports] == ["at 5", "at 6", "at 7"]


def test_bad_rows_are_counted_with_their_line_and_a_sentence(file):
    bad = [
        SFFD_ROW.replace("12/31", "31/12"),
        SFFD_ROW.replace("(37.79", "37.79").replace("265)", "265"),
        SFFD_ROW.replace("37.7925424050227", "97.79"),
        "1,2\n",
        SFFD_ROW.strip() + ",one too many\n",
    ]

    reading = read_reports(file(SFFD_HEAD + "".join(bad) + SFFD_ROW))

    assert [line for line, _why in reading.bad] == [2, 3, 4, 5, 6]
    assert all(len(why) > 20 for _line, why in reading.bad)
    assert len(reading.reports) == 1


@pytest.mark.parametrize(
    ("text", "format_", "sentence"),
    [
        ("", "auto", "empty"),
        ("a,b\n1,2\n", "auto", "no known format"),
        (PETABENCANA_HEAD, "sffd", "Incident Number"),
        ("\x00\xff", "auto", "no known format"),
    ],
)
def test_a_file_that_cannot_be_replayed_is_refused_with_a_sentence(file, text, format_, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read_reports(file(text), format_=format_)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x1f\x8b\x08broken"])
def test_bytes_that_are_no_text_are_refused_with_a_sentence(tmp_path, content):
    path = tmp_path / "rows.csv"
    path.write_bytes(content)

    with pytest.raises(Unreadable, match=r"rows\.csv"):
        read_reports(path)


def test_a_missing_file_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(Unreadable, match="cannot be read"):
        read_reports(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("name", "format_", "reports", "repeated"),
    [
        ("incidents/sffd_2016-12-31_2017-01-07.csv.gz", "sffd", 3560, 4144),
        ("texts/petabencana_jakarta_flood_reports_2017-02.csv", "petabencana", 603, 0),
    ],
)
def test_every_row_of_the_published_files_is_used(name, format_, reports, repeated):
    reading = read_reports(shared_data.path(name))

    assert reading.format == format_
    assert (len(reading.reports), reading.repeated, reading.bad) == (reports, repeated, [])


# --- the verdict -------------------------------------------------------------------------------


def report(channel="whatsapp", text="banjir"):
    return Report(2, datetime(2017, 2, 20, tzinfo=UTC), channel, HERE, text, "+6281200000001")


def call(**changes):
    place = {"lat": HERE.lat, "lng": HERE.lng, "source": "whatsapp"}
    row = {
        "caller": "+6281200000001",
        "channel": "whatsapp",
        "locations": [place],
        "messages": [{"direction": "in", "text": "banjir"}],
    }
    return row | changes


def place(lat, lng, source="whatsapp"):
    return {"lat": lat, "lng": lng, "source": source}


def test_what_arrived_as_it_was_sent_is_right():
    verdict = judge([report()], [call()])

    assert verdict.is_good
    assert (verdict.expected, verdict.found, verdict.farthest_m) == (1, 1, 0.0)


def test_a_place_guessed_from_the_words_beside_the_pin_is_no_mistake():
    assert judge(
        [report()], [call(locations=[place(1.5, 104, "text"), place(0.914, 104.45)])]
    ).is_good


@pytest.mark.parametrize(
    ("kind", "calls"),
    [
        ("missing", []),
        ("missing", [call(caller="+6281200000002")]),
        ("duplicated", [call(), call()]),
        ("wrong_channel", [call(channel="sms")]),
        ("wrong_location", [call(locations=[])]),
        ("wrong_location", [call(locations=[place(0.9146, 104.45)])]),
        ("wrong_location", [call(locations=[place(0.914, 104.45, "text")])]),
        ("wrong_location", [call(locations=[place(0.914, 104.45), place(0.914, 104.45)])]),
        ("wrong_text", [call(messages=[])]),
        ("wrong_text", [call(messages=[{"direction": "in", "text": "Banjir"}])]),
        ("wrong_text", [call(messages=call()["messages"] * 2)]),
    ],
)
def test_every_kind_of_mistake_is_found_and_counted(kind, calls):
    verdict = judge([report()], calls)

    assert not verdict.is_good
    assert {name for name, count in verdict.wrong.items() if count} == {kind}
    assert verdict.examples == [(kind, 2)]


def test_every_report_gets_a_telephone_of_its_own_even_past_the_last_number():
    numbers = [one.number for one in numbered([report()] * 5, base=10**8 - 2)]

    assert len(set(numbers)) == 5
    assert {len(number) for number in numbers} == {len("+6281200000001")}


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1), (0.001, 1)]
)
def test_a_quantile_is_a_value_that_was_measured(share, value):
    assert quantile(list(range(100, 0, -1)), share) == value
    assert quantile([], share) is None
