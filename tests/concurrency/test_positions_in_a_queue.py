"""A batch of positions that finds its unit held does not wait behind it for minutes."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.units.test_positions import row, send
from units import ingest

WAIT_S = 30


@pytest.mark.django_db(transaction=True)
def test_a_batch_behind_a_held_unit_is_refused_in_time_and_taken_afterwards(ada, engine):
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT FROM units_unit WHERE id = %s FOR UPDATE", [engine])
                held.set()
                let_go.wait(WAIT_S)
        finally:
            connection.close()

    report = row(unit_id=str(engine), at=timezone.now().isoformat())
    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(WAIT_S)
    begun_s = time.monotonic()
    refused = send(ada, [report])
    waited_s = time.monotonic() - begun_s
    let_go.set()
    holder.join(WAIT_S)

    assert refused.status_code == 503
    assert ingest.LOCK_WAIT_S_MAX <= waited_s < WAIT_S
    assert send(ada, [report]).json()["refused"] == []
