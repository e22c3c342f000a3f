"""Every page of the admin opens for administrators and for nobody else; a saved form reaches the open boards."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

import units.selectors
from dispatch.accounts.models import ApiToken, User
from dispatch.accounts.viewers import viewer_of_token
from dispatch.models import IncidentType
from realtime import eventlog
from realtime.protocol import Role
from tests import factories

pytestmark = pytest.mark.django_db

ALL_MODELS = sorted(
    f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry
)
# What came in is looked at, never edited.
RECORDS = {
    "calls/call",
    "maps/arrivalspread",
    "maps/closure",
    "maps/speedprofile",
    "calls/callerrestriction",
    "calls/mediaaccess",
    "calls/message",
    "calls/notice",
    "calls/reconciliation",
    "calls/recording",
    "calls/sharelink",
    "calls/transcriptline",
    "calls/webhookrecord",
    "maps/importrun",
    "realtime/quarantinedjob",
}
MODELS = [model for model in ALL_MODELS if model not in RECORDS]


@pytest.fixture
def desk(root):
    client = Client()
    client.force_login(root.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def events_named(name):
    return [event for event in eventlog.events_after(0) if event.name == name]


def test_the_admin_holds_reference_data_and_people_and_nothing_of_the_libraries():
    apps_seen = {name.split("/")[0] for name in MODELS}

    assert apps_seen <= {"units", "accounts", "dispatch", "maps", "calls"}
    assert apps_seen >= {"units", "accounts", "dispatch"}


@pytest.mark.parametrize("model", sorted(RECORDS & set(ALL_MODELS)))
def test_records_are_read_and_never_made_or_changed(desk, model):
    assert desk.get(f"/admin/{model}/").status_code == 200
    assert desk.get(f"/admin/{model}/add/").status_code == 403


@pytest.mark.parametrize("page", ["", "add/", "export/", "import/"])
@pytest.mark.parametrize("model", MODELS)
def test_every_page_opens_for_an_administrator(desk, model, page):
    answer = desk.get(f"/admin/{model}/{page}")

    opened = 403 if (model, page) == ("accounts/apitoken", "import/") else 200
    assert answer.status_code == opened


@pytest.mark.parametrize("role", [None, Role.DISPATCHER, Role.SUPERVISOR, Role.CREW])
@pytest.mark.parametrize("model", ALL_MODELS)
def test_no_page_opens_for_anybody_else(engine, model, role):
    client = Client()
    if role:
        user = factories.person("eve", role, unit_id=engine if role == Role.CREW else None).user
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    for page in ("", "add/", "export/", "import/"):
        assert client.get(f"/admin/{model}/{page}").status_code in {302, 403}


@pytest.mark.parametrize("model", ["units.Unit", "units.Station", "accounts.User"])
def test_a_row_opens_with_its_form_and_can_be_searched(desk, crew, model):
    rows = apps.get_model(model).objects.all()
    opts = rows.model._meta
    base = f"/admin/{opts.app_label}/{opts.model_name}/"

    assert desk.get(f"{base}{rows[0].pk}/change/").status_code == 200
    assert desk.get(f"{base}?q=damkar").status_code == 200


def test_every_model_in_the_admin_stands_in_the_navigation(desk):
    page = desk.get("/admin/").content.decode()

    for model in ALL_MODELS:
        assert f'href="/admin/{model}/"' in page


# --- units -------------------------------------------------------------------------------------


def unit_form(**changes):
    station = apps.get_model("units.Station").objects.get()
    return {
        "callsign": "DAMKAR-1",
        "agency": station.agency_id,
        "kind": "engine",
        "travels_by": "road",
        "station": station.pk,
        "capabilities": ["fire_attack"],
        "is_active": "on",
        **changes,
    }


def test_a_changed_unit_reaches_the_open_boards_with_its_new_capabilities(desk, root, engine):
    desk.post(
        f"/admin/units/unit/{engine}/change/",
        unit_form(capabilities=["fire_attack", "rescue"]),
    )

    event = events_named("reference.changed")[-1]
    assert event.data["what"] == "unit"
    assert event.data["set"]["units"][0]["capabilities"] == ["fire_attack", "rescue"]
    assert event.by == str(root.user.pk)


def test_a_unit_taken_out_of_use_leaves_the_open_boards(desk, engine):
    desk.post(f"/admin/units/unit/{engine}/change/", unit_form(is_active=""))

    assert events_named("reference.changed")[-1].data["gone"] == {"units": [str(engine)]}


def test_a_new_unit_is_off_duty_until_somebody_says_otherwise(desk, engine):
    desk.post("/admin/units/unit/add/", unit_form(callsign="damkar-2"))

    state = units.selectors.unit_by_callsign("DAMKAR-2")
    assert (state.callsign, state.status) == ("DAMKAR-2", "off_duty")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"callsign": "DAMKAR 2"}, "callsign"),
        ({"callsign": ""}, "callsign"),
        ({"kind": "tank"}, "kind"),
        ({"kind": "boat"}, "travels_by"),
        ({"agency": ""}, "agency"),
    ],
)
def test_a_wrong_unit_is_refused_at_the_field_that_is_wrong(desk, engine, changes, field):
    answer = desk.post(f"/admin/units/unit/{engine}/change/", unit_form(**changes))

    assert answer.context["adminform"].form.errors[field]
    assert events_named("reference.changed") == []


def test_a_station_of_another_agency_is_refused_with_what_to_do(desk, engine, ambulance):
    foreign = apps.get_model("units.Station").objects.get(agency__code="PSC119")
    own = apps.get_model("units.Station").objects.get(agency__code="DAMKAR")

    answer = desk.post(
        f"/admin/units/unit/{engine}/change/",
        {
            "callsign": "DAMKAR-1",
            "agency": own.agency_id,
            "kind": "engine",
            "travels_by": "road",
            "station": foreign.pk,
        },
    )

    assert "DAMKAR" in str(answer.context["adminform"].form.errors["station"])


def test_a_station_that_moves_on_the_map_moves_the_home_of_its_units(desk, engine):
    station = apps.get_model("units.Station").objects.get()

    desk.post(
        f"/admin/units/station/{station.pk}/change/",
        {
            "name": station.name,
            "agency": station.agency_id,
            "point": '{"type": "Point", "coordinates": [104.5, 0.9]}',
        },
    )

    home = events_named("reference.changed")[-1].data["set"]["units"][0]["home"]
    assert home == {"lat": 0.9, "lng": 104.5}


# --- files -------------------------------------------------------------------------------------


def import_file(desk, model, text):
    """Both steps of an import; returns the answer of the first when it shows what is wrong."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = SimpleUploadedFile("rows.csv", text.encode(), content_type="text/csv")
    first = desk.post(
        f"/admin/{model}/import/", {"import_file": upload, "format": "0", "resource": ""}
    )
    confirm = first.context.get("confirm_form")
    if confirm is None:
        return first
    return desk.post(f"/admin/{model}/process_import/", confirm.initial)


def test_units_come_from_a_file_and_reach_the_open_boards(desk, engine):
    import_file(
        desk,
        "units/unit",
        "callsign,agency,kind,station,capabilities,travels_by,is_active\n"
        "DAMKAR-1,DAMKAR,tanker,Mako,water_supply,road,1\n"
        "DAMKAR-9,DAMKAR,boat,Mako,boat_rescue boat_transport,boat,1\n",
    )

    boat = units.selectors.unit_by_callsign("DAMKAR-9")
    assert boat.capabilities == {"boat_rescue", "boat_transport"}
    assert units.selectors.unit_by_callsign("DAMKAR-1").kind == "tanker"
    changed = events_named("reference.changed")[-1].data["set"]["units"]
    assert [row["callsign"] for row in changed] == ["DAMKAR-1", "DAMKAR-9"]


def test_a_file_that_a_spreadsheet_has_saved_with_semicolons_is_read(desk, engine):
    import_file(
        desk,
        "units/unit",
        "\ufeffcallsign;agency;kind;station;capabilities;travels_by;is_active\n"
        "DAMKAR-9;DAMKAR;tanker;Mako;water_supply;road;1\n",
    )

    assert units.selectors.unit_by_callsign("DAMKAR-9").kind == "tanker"


def test_a_file_with_an_unknown_agency_changes_nothing_and_names_it(desk, engine):
    answer = import_file(
        desk,
        "units/unit",
        "callsign,agency,kind,station,capabilities,travels_by,is_active\n"
        "DAMKAR-9,ATLANTIS,engine,,,road,1\n",
    )

    assert "ATLANTIS" in answer.content.decode()
    assert units.selectors.unit_by_callsign("DAMKAR-9") is None


@pytest.mark.parametrize("place", ["0,0", "91,104", "north,104", "0.9,"])
def test_a_station_from_a_file_never_gets_an_impossible_place(desk, engine, place):
    import_file(
        desk,
        "units/station",
        f"agency,name,lat,lng,is_approximate,address\nDAMKAR,Baru,{place},0,\n",
    )

    assert not apps.get_model("units.Station").objects.filter(name="Baru").exists()


def test_a_station_without_a_place_stays_unknown(desk, engine):
    import_file(
        desk,
        "units/station",
        "agency,name,lat,lng,is_approximate,address\nDAMKAR,Baru,,,0,\nDAMKAR,Lama,0.9,104.5,1,\n",
    )

    stations = apps.get_model("units.Station").objects
    assert stations.get(name="Baru").point is None
    assert stations.get(name="Lama").point.coords == (104.5, 0.9)


def test_an_export_can_be_read_again(desk, engine):
    answer = desk.post(
        "/admin/units/unit/export/",
        {
            "format": "0",
            "resource": "",
            **{
                f"unitresource_{name}": "on"
                for name in ("callsign", "agency", "kind", "station", "capabilities")
            },
        },
    )

    rows = answer.content.decode("utf-8-sig").splitlines()
    # With the separator at which a spreadsheet set to Indonesian cuts its columns.
    assert rows[0].split(";")[:3] == ["callsign", "agency", "kind"]
    assert "DAMKAR-1;DAMKAR;engine;Mako;fire_attack" in rows[1]


def test_the_form_of_an_export_names_the_columns_as_the_forms_do(desk):
    page = desk.get("/admin/units/unit/export/").content.decode()

    assert "Tanda panggil (callsign)" in page
    assert "Travels By" not in page


def test_units_are_filtered_by_the_words_of_their_status(desk, engine, ambulance):
    page = desk.get("/admin/units/unit/?status=available").content.decode()

    assert "Di lokasi" in page
    assert "at_destination</" not in page
    assert "DAMKAR-1" not in desk.get("/admin/units/unit/?status=on_scene").content.decode()


def test_capabilities_and_types_are_called_by_their_names(desk, engine):
    from units.models import Capability

    Capability.objects.update_or_create(
        key="fire_attack", defaults={"name_id": "Pompa pemadam", "name_en": "Fire attack"}
    )
    unit = units.selectors.unit_by_callsign("DAMKAR-1")

    page = desk.get(f"/admin/units/unit/{unit.id}/change/").content.decode()

    assert "Pompa pemadam" in page
    assert 'name="capabilities"' in page
    assert '<select name="capabilities"' not in page  # boxes to tick


def test_an_export_of_tokens_never_holds_what_recognises_them(desk, ada):
    page = desk.get("/admin/accounts/apitoken/export/").content.decode()

    assert "digest" not in page


# --- incident types, people, tokens ------------------------------------------------------------


def type_form(**changes):
    return {
        "name_id": "Kebakaran",
        "name_en": "Fire",
        "default_priority": "1",
        "needs": '{"default": [{"capability": "fire_attack", "count": 1}]}',
        "order": "10",
        "is_active": "on",
        **changes,
    }


def test_a_changed_incident_type_tells_the_open_screens_to_read_again(desk):
    desk.post("/admin/dispatch/incidenttype/fire/change/", type_form(name_id="Api"))

    assert IncidentType.objects.get(key="fire").name_id == "Api"
    assert events_named("reference.changed")[-1].data["what"] == "incidenttype"


@pytest.mark.parametrize(
    "needs",
    [
        '{"default": [{"capability": "dragon", "count": 1}]}',
        '{"default": [{"capability": "fire_attack", "count": 0}]}',
        '{"5": []}',
        "[1]",
        "{",
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_a_sentence(desk, needs):
    answer = desk.post("/admin/dispatch/incidenttype/fire/change/", type_form(needs=needs))

    assert answer.context["adminform"].form.errors["needs"]


def person_form(user, **changes):
    return {"username": user.username, "role": user.role, "is_active": "on", **changes}


def test_a_person_who_becomes_administrator_may_come_in_and_back_out(desk, ada):
    page = f"/admin/accounts/user/{ada.user.pk}/change/"

    desk.post(page, person_form(ada.user, role="admin"))
    assert User.objects.get(username="ada").is_staff
    desk.post(page, person_form(ada.user, role="dispatcher"))
    assert not User.objects.get(username="ada").is_staff


@pytest.mark.parametrize("change", [{"role": "dispatcher"}, {"is_active": ""}])
def test_administrators_cannot_shut_themselves_out(desk, root, change):
    desk.post(f"/admin/accounts/user/{root.user.pk}/change/", person_form(root.user, **change))

    kept = User.objects.get(username="root")
    assert (kept.role, kept.is_active) == ("admin", True)


def test_a_crew_needs_a_unit_and_the_form_says_so(desk, ada):
    answer = desk.post(
        f"/admin/accounts/user/{ada.user.pk}/change/", person_form(ada.user, role="crew")
    )

    assert answer.context["adminform"].form.errors["unit"]


def test_a_new_person_can_sign_in(desk, engine):
    word = "kabo-mitu-sela-7294"
    desk.post(
        "/admin/accounts/user/add/",
        {
            "username": "crew.new",
            "role": "crew",
            "unit": str(engine),
            "password1": word,
            "password2": word,
            "usable_password": "true",
        },
    )

    assert (
        Client().post("/accounts/login/", {"username": "crew.new", "password": word})["Location"]
        == "/tablet/"
    )


def test_nobody_is_deleted_because_what_they_did_keeps_their_name(desk, ada):
    assert desk.get(f"/admin/accounts/user/{ada.user.pk}/delete/").status_code == 403


def test_a_new_token_is_shown_once_and_works(desk, ada):
    answer = desk.post(
        "/admin/accounts/apitoken/add/",
        {"user": str(ada.user.pk), "label": "tracker"},
        follow=True,
    )

    shown = [str(message) for message in answer.context["messages"] if ":" in str(message)]
    assert viewer_of_token(shown[0].rsplit(" ", 1)[1]).username == "ada"
    assert shown[0].rsplit(" ", 1)[1] not in desk.get("/admin/accounts/apitoken/").content.decode()


def test_a_revoked_token_is_nobody(desk, ada):
    token = ApiToken.objects.get(user=ada.user)

    desk.post(
        "/admin/accounts/apitoken/", {"action": "revoke", "_selected_action": [str(token.pk)]}
    )

    assert viewer_of_token(ada.token) is None
