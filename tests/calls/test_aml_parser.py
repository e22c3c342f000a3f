from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls import aml
from tests import shared_data

NOW = datetime(2026, 11, 24, tzinfo=UTC)
EXPECT = {
    "lat": lambda report: report.lat,
    "lon": lambda report: report.lng,
    "radius_m": lambda report: report.radius_m,
    "confidence": lambda report: round(report.confidence * 100),
    "method": lambda report: report.method,
    "alt_m": lambda report: report.altitude_m,
    "valt_acc_m": lambda report: report.altitude_radius_m,
    "lang": lambda report: report.language,
    "time": lambda report: report.at.isoformat().replace("+00:00", "Z"),
}


def vectors():
    return json.loads(shared_data.path("standards/aml_vectors.json").read_text())


def test_every_published_text_is_read_as_expected():
    for vector in vectors()["sms_text"]:
        report = aml.from_text(vector["t"], now=NOW)

        for name, expected in vector["expect"].items():
            if name == "location":
                assert (report.lat, report.lng) == (None, None), vector["id"]
            elif name == "warn":
                assert expected in report.warnings, vector["id"]
            else:
                assert EXPECT[name](report) == expected, (vector["id"], name)


def test_packed_seven_bit_text_is_read_like_plain_text():
    for vector in vectors()["sms_data_7bit"]:
        assert aml.unpack_7bit(vector["hex"]) == vector["decoded_here"]
        assert aml.from_text(vector["hex"], now=NOW) == aml.from_text(
            vector["decoded_here"], now=NOW
        )


def test_https_forms_are_read_and_their_hmac_is_checked():
    old, signed = vectors()["https"]

    report = aml.from_form(dict(parse_qsl(old["body"], keep_blank_values=True)), now=NOW)

    assert (report.lat, report.lng, report.radius_m) == (55.85732, -4.26325, 10.4)
    assert report.confidence == pytest.approx(0.83)
    assert report.at == datetime(2016, 10, 11, 12, 37, 24, 435000, tzinfo=UTC)
    assert report.number == "+447477593102"
    assert aml.hmac_valid(signed["body"].encode(), key=signed["hmac_key_ascii"])
    assert not aml.hmac_valid(signed["body"].encode(), key="another")
    assert not aml.hmac_valid(old["body"].encode(), key="AML")


def test_a_wrong_length_is_a_warning_and_no_refusal():
    text = 'A"ML=1;lt=+0.91800;lg=+104.46600;rd=20;top=20261123235900;pm=G;ml=99'

    report = aml.from_text(text, now=NOW)

    assert report.warnings == ("ml",)
    assert (report.lat, report.lng) == (0.918, 104.466)


@pytest.mark.parametrize(
    ("fields", "warning"),
    [("lt=91;lg=104", "range"), ("lt=0.9;lg=181", "range"), ("lt=999;lg=999", "range")],
)
def test_only_an_impossible_coordinate_is_refused(fields, warning):
    report = aml.from_text(f'A"ML=1;{fields};ei=123456789012345', now=NOW)

    assert report.lat is None
    assert warning in report.warnings
    assert report.imei == "123456789012345"


@pytest.mark.parametrize("fields", ["lt=0;lg=0;rd=10;pm=G", "lt=1;lg=2;rd=N", "lt=1;lg=2;pm=N"])
def test_no_location_is_unknown_and_never_null_island(fields):
    report = aml.from_text(f'A"ML=1;{fields}', now=NOW)

    assert (report.lat, report.lng) == (None, None)


@pytest.mark.parametrize(
    ("age", "warning"), [(timedelta(minutes=11), "old"), (timedelta(minutes=-3), "clock")]
)
def test_an_old_or_future_position_says_so(age, warning):
    top = (NOW - age).strftime("%Y%m%d%H%M%S")

    report = aml.from_text(f"AML=1;lt=0.9;lg=104.4;top={top}", now=NOW)

    assert warning in report.warnings


def test_an_ordinary_text_is_no_aml():
    assert aml.from_text("tolong kebakaran di Jl. Merdeka", now=NOW) is None
    assert aml.from_text("", now=NOW) is None
    assert aml.from_text("deadbeef" * 6, now=NOW) is None


@given(st.text())
def test_the_text_parser_never_raises_and_never_says_null_island(text):
    for candidate in (text, f'A"ML=1;{text}', f'A"ML=2;{text}', text.encode().hex()):
        report = aml.from_text(candidate, now=NOW)
        assert report is None or report.lat is None or (report.lat, report.lng) != (0, 0)


@given(st.sampled_from("123"), st.lists(st.tuples(st.sampled_from(
    ["lt", "lg", "rd", "top", "lc", "pm", "ei", "lo", "lz", "et", "ml"]),
    st.one_of(st.text(max_size=12), st.floats().map(str), st.integers().map(str)))))  # fmt: skip
def test_fields_of_any_value_never_raise(version, fields):
    body = ";".join(f"{name}={value}" for name, value in fields)

    report = aml.from_text(f'A"ML={version};{body}', now=NOW)

    assert report is not None
    assert (report.lat is None) == (report.lng is None)


@given(st.dictionaries(st.sampled_from(
    ["location_latitude", "location_longitude", "location_time", "time", "location_accuracy",
     "location_confidence", "location_certainty", "location_floor", "device_imei", "device_number"]),
    st.one_of(st.text(max_size=20), st.floats().map(str), st.integers().map(str))))  # fmt: skip
def test_a_form_of_any_value_never_raises(fields):
    report = aml.from_form(fields, now=NOW)

    assert report.confidence is None or 0 <= report.confidence <= 1
