"""People and programs are recognised, and the loss of a right is seen."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from dispatch.accounts import selectors, services, viewers
from dispatch.accounts.models import ApiToken, User
from realtime.protocol import Role
from tests import factories

pytestmark = pytest.mark.django_db


def session_of(person):
    client = Client()
    client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
    return client, client.session.session_key


def test_a_token_is_stored_as_its_digest_alone(ada):
    assert not ApiToken.objects.filter(digest=ada.token).exists()
    assert viewers.viewer_of_token(ada.token).username == "ada"


@pytest.mark.parametrize("token", ["", "wrong", "\x00", "é🚒", "x" * 10_000])
def test_an_odd_token_belongs_to_nobody(ada, token):
    assert viewers.viewer_of_token(token) is None


@pytest.mark.parametrize("key", ["", "wrong", "\x00", "é🚒", "x" * 10_000])
def test_an_odd_session_belongs_to_nobody(ada, key):
    assert viewers.viewer_of_session(key) is None


def test_a_session_is_recognised_with_two_queries_and_a_token_with_one(
    ada, django_assert_num_queries
):
    _client, key = session_of(ada)

    with django_assert_num_queries(2):
        assert viewers.viewer_of_session(key).username == "ada"
    with django_assert_num_queries(1):
        viewers.viewer_of_token(ada.token)


def test_a_revoked_token_and_a_person_who_left_are_nobody(ada, bo):
    services.revoke_token(token_id=ada.viewer.token_id, now=timezone.now())
    User.objects.filter(username="bo").update(is_active=False)

    assert viewers.viewer_of_token(ada.token) is None
    assert viewers.viewer_of_token(bo.token) is None


def change_password(person):
    person.user.set_password("kabo-mitu-sela-7294")
    person.user.save()


LOSSES = {
    "left": lambda person: User.objects.filter(pk=person.user.pk).update(is_active=False),
    "another role": lambda person: User.objects.filter(pk=person.user.pk).update(
        role="supervisor"
    ),
    "new password": change_password,
    "token revoked": lambda person: services.revoke_token(
        token_id=person.viewer.token_id, now=timezone.now()
    ),
    "person gone": lambda person: person.user.delete(),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
def test_an_open_socket_of_whoever_loses_a_right_is_no_longer_valid(ada, bo, loss):
    open_sockets = [ada.viewer, bo.viewer]
    assert viewers.still_valid(open_sockets) == [True, True]

    loss(ada)

    assert viewers.still_valid(open_sockets) == [False, True]


def test_a_sign_out_is_seen_and_other_sessions_stay(ada):
    client, key = session_of(ada)
    _other, other_key = session_of(ada)
    open_sockets = [viewers.viewer_of_session(one) for one in (key, other_key)]

    client.post("/accounts/logout/")

    assert viewers.still_valid(open_sockets) == [False, True]


def test_a_crew_that_gets_another_unit_is_seen(crew, ambulance):
    before = crew.viewer

    User.objects.filter(pk=crew.user.pk).update(unit=ambulance)

    assert viewers.still_valid([before]) == [False]


def test_many_sockets_are_checked_with_three_queries(types, django_assert_num_queries):
    people = [factories.person(f"ada{number}") for number in range(8)]
    programs = [person.viewer for person in people]
    screens = [viewers.viewer_of_session(session_of(person)[1]) for person in people]

    with django_assert_num_queries(3):
        assert viewers.still_valid([*programs, *screens] * 10) == [True] * 160


@pytest.mark.parametrize(
    ("role", "with_unit", "good"),
    [
        (role, with_unit, (role == Role.CREW) is with_unit)
        for role in Role
        for with_unit in (True, False)
    ],
)
def test_crews_have_a_unit_and_nobody_else_has(engine, role, with_unit, good):
    unit_id = engine if with_unit else None

    if good:
        factories.person("eve", role, unit_id=unit_id)
    else:
        with pytest.raises(ValidationError):
            factories.person("eve", role, unit_id=unit_id)


def test_sql_refuses_a_crew_without_a_unit_and_an_unknown_role(crew):
    for change in ({"unit": None}, {"role": "boss"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=crew.user.pk).update(**change)


@pytest.mark.parametrize("role", Role)
def test_only_administrators_get_the_rights_of_the_admin(engine, role):
    user = factories.person("eve", role, unit_id=engine if role == Role.CREW else None).user

    assert user.is_staff is user.is_superuser is (role == Role.ADMIN)


def test_a_superuser_made_on_the_command_line_is_an_administrator(db):
    user = User.objects.create_superuser("first", password="kabo-mitu-sela-7294")

    assert (user.role, user.is_staff) == (Role.ADMIN, True)


def test_the_database_knows_whether_anybody_is_there(types):
    assert not selectors.has_people()
    factories.person("ada")
    assert selectors.has_people()
