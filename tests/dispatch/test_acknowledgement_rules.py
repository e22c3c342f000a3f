"""The thresholds of the ladder in the admin: what makes no sense is refused with a sentence."""

from __future__ import annotations

import pytest
from django.test import Client

from dispatch.models import AcknowledgementRule

pytestmark = pytest.mark.django_db
PAGE = "/admin/dispatch/acknowledgementrule/"


@pytest.fixture
def desk(root):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(root.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def save(desk, **fields):
    return desk.post(f"{PAGE}add/", {"sms_after_s": "", "call_after_s": "", **fields})


def errors(answer):
    return answer.context["adminform"].form.errors


def test_a_rule_that_makes_sense_is_saved(desk):
    answer = save(desk, priority="1", sms_after_s="15", call_after_s="30", alarm_after_s="60")

    assert answer.status_code == 302
    rule = AcknowledgementRule.objects.get()
    assert (rule.priority, rule.sms_after_s, rule.alarm_after_s) == (1, 15, 60)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"sms_after_s": "50", "call_after_s": "45", "alarm_after_s": "75"}, "call_after_s"),
        ({"sms_after_s": "80", "alarm_after_s": "75"}, "alarm_after_s"),
        ({"sms_after_s": "1", "alarm_after_s": "75"}, "sms_after_s"),
        ({"sms_after_s": "20", "alarm_after_s": ""}, "alarm_after_s"),
    ],
)
def test_a_rule_that_makes_none_is_refused_at_its_field(desk, fields, field):
    answer = save(desk, **fields)

    assert answer.status_code == 200
    assert list(errors(answer)) == [field]
    assert AcknowledgementRule.objects.count() == 0


def test_two_rules_for_the_same_are_refused(desk):
    save(desk, alarm_after_s="60")

    answer = save(desk, alarm_after_s="90")

    assert answer.status_code == 200
    assert errors(answer)
