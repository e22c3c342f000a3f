"""Sign-in, the page of each role, language, theme, passwords and the door that closes."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from dispatch.accounts.models import User
from realtime.protocol import Role
from tests import factories

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
HOMES = {
    Role.DISPATCHER: "/console/",
    Role.SUPERVISOR: "/supervisor/",
    Role.CREW: "/tablet/",
    Role.ADMIN: "/admin/",
}


def password_of(username):
    return f"{username}-Xq7-lamp-9321"


def sign_in(client, username, password=None, **extra):
    fields = {"username": username, "password": password or password_of(username), **extra}
    return client.post(LOGIN, fields)


def someone(role, engine):
    return factories.person("eve", role, unit_id=engine if role == Role.CREW else None)


@pytest.mark.parametrize(("role", "home"), HOMES.items())
def test_each_role_lands_on_its_own_page(engine, role, home):
    someone(role, engine)

    answer = sign_in(Client(), "eve")

    assert (answer.status_code, answer["Location"]) == (302, home)


@pytest.mark.parametrize("page", ["/console/", "/admin/", "/admin/units/unit/", "/admin/login/"])
def test_the_page_of_another_role_is_refused_with_a_page_that_leads_home(crew, page):
    client = Client()
    sign_in(client, "crew.damkar-1")

    answer = client.get(page, follow=True)

    assert answer.status_code == 403
    assert "crew.damkar-1" in answer.content.decode()


@pytest.mark.parametrize("page", ["/console/", "/tablet/", "/supervisor/", "/admin/"])
def test_nobody_signed_in_is_led_to_the_sign_in_and_back(page):
    answer = Client().get(page, follow=True)

    assert answer.redirect_chain[-1][0] == f"{LOGIN}?next={page}"


def test_the_way_back_never_leads_to_another_site(ada):
    answer = sign_in(Client(), "ada", next="https://example.org/")

    assert answer["Location"] == "/console/"


@pytest.mark.parametrize("password", ["wrong", "", "\x00", "x" * 100_000])
def test_a_wrong_password_signs_nobody_in(ada, password):
    client = Client()

    answer = client.post(LOGIN, {"username": "ada", "password": password})

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_person_who_left_cannot_sign_in(ada):
    User.objects.filter(username="ada").update(is_active=False)

    assert sign_in(Client(), "ada").status_code == 200


def test_a_wrong_password_is_answered_in_one_plain_sentence_and_the_name_stays(ada):
    page = sign_in(Client(), "ada", "wrong").content.decode()

    assert "Nama atau sandi tidak benar." in page
    assert 'value="ada"' in page


def test_signing_out_needs_a_post_and_ends_the_session(ada):
    client = Client()
    sign_in(client, "ada")

    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert client.get("/console/").status_code == 302


# --- language and theme ------------------------------------------------------------------------


def test_everybody_starts_in_indonesian_whatever_the_browser_prefers(ada):
    answer = Client(headers={"Accept-Language": "en"}).get(LOGIN)

    assert answer["Content-Language"] == "id"


def test_the_choice_of_a_language_is_kept_for_this_screen_and_for_the_person(ada):
    client = Client()
    sign_in(client, "ada")

    client.post("/accounts/language/", {"language": "en", "next": "/console/"})

    assert client.get("/accounts/password/")["Content-Language"] == "en"
    assert User.objects.get(username="ada").language == "en"
    elsewhere = Client()
    sign_in(elsewhere, "ada")
    assert elsewhere.get("/accounts/password/")["Content-Language"] == "en"


@pytest.mark.parametrize("language", ["xx", "", "\x00", "en-US"])
def test_a_language_that_is_not_offered_changes_nothing(ada, language):
    client = Client()
    sign_in(client, "ada")

    client.post("/accounts/language/", {"language": language})

    assert User.objects.get(username="ada").language == ""


@pytest.mark.parametrize(("theme", "kept"), [("day", True), ("sun", True), ("neon", False)])
def test_a_theme_is_kept_in_a_cookie_when_it_is_offered(ada, theme, kept):
    client = Client()

    client.post("/accounts/theme/", {"theme": theme})

    assert ("theme" in client.cookies) is kept


def test_a_choice_never_leads_to_another_site(ada):
    answer = Client().post(
        "/accounts/language/", {"language": "en", "next": "https://example.org/"}
    )

    assert answer["Location"] == "/"


@pytest.mark.parametrize("path", ["/accounts/language/", "/accounts/theme/", "/accounts/logout/"])
def test_a_choice_from_a_foreign_page_is_refused(path):
    assert Client(enforce_csrf_checks=True).post(path, {"theme": "day"}).status_code == 403


# --- passwords ---------------------------------------------------------------------------------


def test_a_person_changes_the_password_and_stays_signed_in_here_only(ada):
    here, elsewhere = Client(), Client()
    sign_in(here, "ada")
    sign_in(elsewhere, "ada")
    assert here.get("/accounts/password/").status_code == 200

    here.post(
        "/accounts/password/",
        {
            "old_password": password_of("ada"),
            "new_password1": "kabo-mitu-sela-7294",
            "new_password2": "kabo-mitu-sela-7294",
        },
    )

    assert here.get("/accounts/password/").status_code == 200
    assert elsewhere.get("/accounts/password/").status_code == 302
    assert sign_in(Client(), "ada", "kabo-mitu-sela-7294").status_code == 302


def test_a_weak_password_is_refused(ada):
    client = Client()
    sign_in(client, "ada")

    answer = client.post(
        "/accounts/password/",
        {"old_password": password_of("ada"), "new_password1": "12345", "new_password2": "12345"},
    )

    assert answer.context["form"].errors["new_password2"]


@pytest.fixture
def guarded(settings):
    settings.AXES_ENABLED = True


def fail_until_closed(username):
    return [
        sign_in(Client(), username, "wrong").status_code
        for _attempt in range(django_settings.AXES_FAILURE_LIMIT)
    ]


def test_too_many_wrong_passwords_close_the_door_with_a_page_that_explains(guarded, ada):
    statuses = fail_until_closed("ada")

    assert statuses[:-1] == [200] * (len(statuses) - 1)
    closed = sign_in(Client(), "ada")
    assert closed.status_code == 429
    assert "menit" in closed.content.decode()


def test_the_closed_door_is_one_persons_and_opens_by_itself(guarded, ada, bo):
    fail_until_closed("ada")

    assert sign_in(Client(), "bo").status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert sign_in(Client(), "ada").status_code == 302
