"""The log is append-only by the database, too: a row that is there is never changed or deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION realtime_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only';
END $$;
CREATE TRIGGER realtime_event_append_only BEFORE UPDATE OR DELETE ON realtime_event
    FOR EACH ROW EXECUTE FUNCTION realtime_event_is_append_only();
"""
BACKWARD = """
DROP TRIGGER realtime_event_append_only ON realtime_event;
DROP FUNCTION realtime_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("realtime", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
