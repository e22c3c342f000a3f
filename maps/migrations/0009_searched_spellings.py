"""The searched spelling has learnt new words: the stored names are written in it again."""

from django.db import migrations

from maps.geocoding.normalise import normalise, squash

BATCH = 5_000


def write_again(apps, schema_editor):
    names = apps.get_model("maps", "PlaceName").objects.using(schema_editor.connection.alias)
    changed, seen = [], set()
    for name in names.order_by("pk").only("place_id", "written", "normal").iterator(chunk_size=BATCH):
        normal = normalise(name.written)
        if not normal or normal == name.normal:
            seen.add((name.place_id, name.normal))
            continue
        changed.append((name.pk, name.place_id, normal))
    for at in range(0, len(changed), BATCH):
        rows, doubled = [], []
        for pk, place_id, normal in changed[at : at + BATCH]:
            if (place_id, normal) in seen:
                doubled.append(pk)  # two ways to say it have become one
                continue
            seen.add((place_id, normal))
            rows.append(names.model(pk=pk, normal=normal, squashed=squash(normal)))
        names.filter(pk__in=doubled).delete()
        names.bulk_update(rows, ["normal", "squashed"])


class Migration(migrations.Migration):
    dependencies = [("maps", "0008_words_of_names")]
    operations = [migrations.RunPython(write_again, migrations.RunPython.noop)]
