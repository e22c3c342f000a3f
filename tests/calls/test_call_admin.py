from __future__ import annotations

import pytest
from django.urls import reverse

from calls.models import Call, WebhookRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, root):
    client.force_login(root.user)
    return client


def test_an_admin_reads_calls_and_webhooks_and_finds_them(page, ring):
    ring()
    call, record = Call.objects.get(), WebhookRecord.objects.get()

    for url in (
        reverse("admin:calls_call_changelist") + "?q=6281234567890",
        reverse("admin:calls_call_change", args=[call.pk]),
        reverse("admin:calls_webhookrecord_changelist") + "?q=CA1",
        reverse("admin:calls_webhookrecord_change", args=[record.pk]),
    ):
        assert page.get(url).status_code == 200, url


def test_nobody_changes_what_happened(page, ring):
    ring()

    for url in (
        reverse("admin:calls_call_add"),
        reverse("admin:calls_call_delete", args=[Call.objects.get().pk]),
        reverse("admin:calls_webhookrecord_add"),
        reverse("admin:calls_webhookrecord_delete", args=[WebhookRecord.objects.get().pk]),
    ):
        assert page.post(url).status_code == 403, url
