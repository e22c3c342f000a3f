"""The history of positions: partitioned by the day of receipt, so that old days are dropped, not deleted."""

from django.db import migrations

FORWARD = """
CREATE TABLE units_positionsample (
    unit_id uuid NOT NULL,
    verdict text NOT NULL,
    lat double precision NOT NULL,
    lng double precision NOT NULL,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    accuracy_m double precision,
    speed_kph double precision,
    heading double precision
) PARTITION BY RANGE (received_at);
CREATE INDEX units_positionsample_unit_at ON units_positionsample (unit_id, at);
CREATE INDEX units_positionsample_received ON units_positionsample USING brin (received_at);
CREATE TABLE units_positionsample_rest PARTITION OF units_positionsample DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("units", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, "DROP TABLE units_positionsample")]
