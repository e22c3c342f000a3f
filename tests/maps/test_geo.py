"""Positions as people write them, and what is not a position."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.geo import (
    LatLng,
    distance_m,
    find_positions,
    heading_deg,
    point_along,
    position_or_none,
    unread_links,
)

CITY = LatLng(0.918, 104.466)
HERE = (0.9186, 104.4665)
latitudes = st.floats(-85, 85).filter(lambda value: abs(value) > 0.001)
longitudes = st.floats(-179, 179).filter(lambda value: abs(value) > 0.001)


@pytest.mark.parametrize(
    ("lat", "lng"),
    [(0, 0), (91, 0), (-91, 0), (0, 181), (math.nan, 1), (1, math.inf), (1e-7, -1e-7)],
)
def test_what_is_no_position_is_refused(lat, lng):
    with pytest.raises(ValueError, match="position"):
        LatLng(lat, lng)
    assert position_or_none(lat, lng) is None


def test_unknown_stays_unknown():
    assert position_or_none(None, 104.0) is None
    assert position_or_none(0.9, None) is None


WRITTEN = {
    "0.9186, 104.4665": 11.1,
    "0.9186,104.4665": 11.1,
    "0,9186 104,4665": 11.1,
    "0,9186, 104,4665": 11.1,
    "0,9186; 104,4665": 11.1,
    "104.4665, 0.9186": 11.1,
    "lat: 0.9186 lng: 104.4665": 11.1,
    "lng 104.4665 lat 0.9186": 11.1,
    "lintang 0,9186 bujur 104,4665": 11.1,
    "0.9186 N 104.4665 E": 11.1,
    "N 0.9186, E 104.4665": 11.1,
    "0.9186N,104.4665E": 11.1,
    "0.9186 LU, 104.4665 BT": 11.1,
    "0.9186° N, 104.4665° E": 11.1,
    "0°55'06.96\"N 104°27'59.4\"E": 10.0,
    "0° 55' 06,96\" LU, 104° 27' 59,4\" BT": 10.0,
    "0°55.116'N 104°27.990'E": 10.0,
    "0°55′06.96″N 104°27′59.40″E": 10.0,
    "geo:0.9186,104.4665": 11.1,
    "geo:0.9186,104.4665;u=250": 250.0,
    "geo:0,0?q=0.9186,104.4665(Rumah)": 11.1,
    "https://maps.google.com/?q=0.9186,104.4665": 11.1,
    "https://maps.google.com/maps?q=0.9186%2C104.4665&z=17&hl=id": 11.1,
    "https://www.google.com/maps?q=loc:0.9186,104.4665": 11.1,
    "https://www.google.com/maps/search/?api=1&query=0.9186,104.4665": 11.1,
    "https://www.google.com/maps/search/0.9186,+104.4665?entry=tts": 11.1,
    "https://www.google.com/maps/dir/?api=1&destination=0.9186,104.4665": 11.1,
    "https://www.google.com/maps/place/X/@0.9,104.4,17z/data=!4m5!3m4!8m2!3d0.9186!4d104.4665": 11.1,
    "maps.google.com/?q=0.9186,104.4665": 11.1,
    "https://waze.com/ul?ll=0.9186%2C104.4665&navigate=yes": 11.1,
    "https://www.waze.com/live-map/directions?to=ll.0.9186%2C104.4665": 11.1,
    "https://www.openstreetmap.org/?mlat=0.9186&mlon=104.4665#map=17/0.91/104.46": 11.1,
    "https://maps.apple.com/?ll=0.9186,104.4665&q=Rumah": 11.1,
    "https://share.here.com/l/0.9186,104.4665,Rumah?z=16": 11.1,
    "https://bing.com/maps?cp=0.9186~104.4665": 11.1,
    "https://www.google.com/maps/@0.9186,104.4665,17z": 358.3,
    "https://www.openstreetmap.org/#map=17/0.9186/104.4665": 358.3,
    "Tolong pak, saya di 0.9186,104.4665 dekat pasar": 11.1,
    "0.918600, 104.466500": 10.0,
    "latitude=0.9186&longitude=104.4665": 11.1,
    "N 00 55.116 E 104 27.990": 10.0,
    "00-55-06,96 LU, 104-27-59,4 BT": 10.0,
    "00.55.116 N 104.27.990 E": 10.0,
    "https://www.google.com/maps/place/0%C2%B055'06.96%22N+104%C2%B027'59.4%22E/@0.9186,104.4639,17z": 10.0,
    "https://osmand.net/go?lat=0.9186&lon=104.4665&z=16": 11.1,
    "https://osmand.net/map?pin=0.9186,104.4665#16/0.95/104.40": 11.1,
    "https://wego.here.com/?map=0.9186,104.4665,16,normal": 11.1,
    "https://yandex.com/maps/?ll=104.4665%2C0.9186&z=16": 11.1,
    "https://2gis.com/geo/104.4665%2C0.9186": 11.1,
}


@pytest.mark.parametrize("text", WRITTEN)
def test_each_written_form_is_read_with_the_radius_of_its_precision(text):
    found = find_positions(text, near=CITY)
    assert found, text
    assert found[0].position.lat == pytest.approx(HERE[0], abs=2e-5)
    assert found[0].position.lng == pytest.approx(HERE[1], abs=2e-5)
    assert found[0].radius_m == pytest.approx(WRITTEN[text], abs=0.1)


def test_two_decimals_with_letters_are_degrees_not_minutes():
    assert find_positions("0.55 N 104.27 E")[0].position == LatLng(0.55, 104.27)


def test_two_bare_numbers_are_turned_when_only_then_they_lie_near_the_city():
    delft = LatLng(52.01, 4.36)
    assert find_positions("4.3571, 52.0116", near=delft)[0].position == LatLng(52.0116, 4.3571)
    assert find_positions("52.0116, 4.3571", near=delft)[0].position == LatLng(52.0116, 4.3571)
    assert find_positions("4.3571, 52.0116")[0].position == LatLng(4.3571, 52.0116)
    assert find_positions("lat 4.3571 lng 52.0116", near=delft)[0].position == LatLng(
        4.3571, 52.0116
    )


def test_three_decimals_say_about_a_hundred_metres():
    assert find_positions("0.918, 104.466")[0].radius_m == pytest.approx(111.2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tolong",
        "jam 12.30, 13.45",
        "harga 25.500, 30.250",
        "nomor 0812345678.123",
        "0,0",
        "0.0000, 0.0000",
        "geo:0,0",
        "https://maps.google.com/?q=0,0",
        "https://maps.google.com/?q=Tanjungpinang",
        "https://maps.google.com/?q=91.5,200.1",
        "http://[::1",
        "https://maps.google.com/?q=nan,inf",
        "0°75'99\"N 104°27'59\"E",
        "0.9186 N 104.4665 N",
        "blok B 12 no 3 gang T 4",
        "N 00 75.116 E 104 27.990",
    ],
)
def test_what_holds_no_position_gives_none(text):
    assert find_positions(text, near=CITY) == []


def test_a_marked_place_beats_the_view_of_the_map():
    link = "https://www.google.com/maps/place/X/@0.95,104.40,15z/data=!3d0.9186!4d104.4665"
    assert [item.form for item in find_positions(link)] == ["link_marker"]


@pytest.mark.parametrize(
    "link",
    [
        "https://maps.app.goo.gl/AbC123",
        "https://goo.gl/maps/xyz",
        "https://waze.com/ul/hw2k5",
        "https://osm.org/go/abc",
    ],
)
def test_a_short_link_is_reported_and_never_guessed(link):
    assert find_positions(link) == []
    assert unread_links(f"saya di {link} pak") == [link]


def test_a_southern_and_western_position_keeps_its_sign():
    assert find_positions("0.9186 LS, 104.4665 BB")[0].position == LatLng(-0.9186, -104.4665)
    assert find_positions("-6.2088, 106.8456")[0].position == LatLng(-6.2088, 106.8456)


@given(st.text(max_size=300))
def test_no_text_raises(text):
    find_positions(text, near=CITY)
    unread_links(text)


@given(
    st.text(alphabet="0123456789.,°'\"NSEWLUBT -+;:/@!#?=&%geohtpsmaqlz\x00\u202e", max_size=200)
)
def test_no_text_of_coordinate_signs_raises(text):
    find_positions(text)
    find_positions("https://maps.google.com/" + text)


@given(latitudes, longitudes)
def test_what_is_written_is_what_is_read(lat, lng):
    found = find_positions(f"https://maps.google.com/?q={lat:.6f},{lng:.6f}")
    assert found[0].position == LatLng(round(lat, 6), round(lng, 6))


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_symmetric_and_never_longer_than_half_the_earth(a, b, c, d):
    first, second = LatLng(a, b), LatLng(c, d)
    assert distance_m(first, second) == pytest.approx(distance_m(second, first))
    assert 0 <= distance_m(first, second) <= 20_040_000


@given(latitudes, longitudes, latitudes, longitudes, latitudes, longitudes)
def test_a_detour_is_never_shorter(a, b, c, d, e, f):
    one, two, three = LatLng(a, b), LatLng(c, d), LatLng(e, f)
    assert distance_m(one, three) <= distance_m(one, two) + distance_m(two, three) + 1e-3


def test_one_degree_is_a_hundred_and_eleven_kilometres():
    assert distance_m(LatLng(1, 104), LatLng(2, 104)) == pytest.approx(111_195, rel=1e-3)


def test_a_point_along_a_path_ends_where_the_path_ends():
    path = [LatLng(1, 104), LatLng(1, 104.01), LatLng(1.01, 104.01)]
    assert point_along(path, -5) == path[0]
    assert point_along(path, 1e9) == path[-1]
    assert point_along(path, 556).lng == pytest.approx(104.005, abs=1e-4)
    assert heading_deg(path[0], path[1]) == pytest.approx(90, abs=0.1)
