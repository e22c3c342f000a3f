"""Each change of map data gives its layer a new number, whoever writes: the admin, an import, SQL by hand."""

from django.db import migrations

LAYERS = {
    "maps_district": "districts",
    "maps_place": "places",
    "maps_placename": "places",
    "maps_roadnode": "roads",
    "maps_roadedge": "roads",
    "maps_surface": "surfaces",
}

# TRUNCATE counts too. The numbers come from a sequence, which neither a rollback nor a TRUNCATE turns back.
FUNCTION = """
CREATE SEQUENCE maps_version_seq;
CREATE FUNCTION maps_bump_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO maps_mapversion (layer, number) VALUES (TG_ARGV[0], nextval('maps_version_seq'))
  ON CONFLICT (layer) DO UPDATE SET number = excluded.number;
  RETURN NULL;
END $$;
"""


def _triggers() -> str:
    return "".join(
        f"CREATE TRIGGER {table}_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION maps_bump_version('{layer}');\n"
        for table, layer in LAYERS.items()
    )


def _drop() -> str:
    return "".join(
        f"DROP TRIGGER {table}_version ON {table};\n" for table in LAYERS
    ) + ("DROP FUNCTION maps_bump_version();\nDROP SEQUENCE maps_version_seq;\n")


class Migration(migrations.Migration):
    dependencies = [("maps", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION + _triggers(), _drop())]
