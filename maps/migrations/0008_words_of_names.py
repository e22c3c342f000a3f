"""The search by words: an inverted index over the words of names, and the keys of words that are misspelled.

Both are made by the database, at statement level, whoever writes a name.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

# One key for the spellings of a word that sound alike or leave out its vowels: "Soetomo" and "Sutomo", "pamedan" and
# "pmdn". The other keys are the word with each one letter left out: two words that share a key are one or two typing
# errors apart. maps/geocoding/words.py asks with the same keys; a test holds the two together.
FUNCTIONS = """
CREATE FUNCTION maps_word_sound(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT '~' || left(folded, 1)
    || regexp_replace(regexp_replace(substr(folded, 2), '[aeiou]', '', 'g'), '(.)\\1+', '\\1', 'g')
  FROM (SELECT replace(replace(replace(replace(replace(replace(replace(word,
    'oe', 'u'), 'dj', 'j'), 'tj', 'c'), 'sj', 'sy'), 'ph', 'f'), 'v', 'f'), 'th', 't') AS folded) AS f
$$;
CREATE FUNCTION maps_word_keys(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN length(word) < 4 OR word ~ '[0-9]' THEN ARRAY[]::text[] ELSE (
    SELECT array_agg(DISTINCT key) FROM (
      SELECT word AS key UNION ALL SELECT maps_word_sound(word)
      UNION ALL SELECT left(word, n - 1) || substr(word, n + 1) FROM generate_series(1, length(word)) AS n
    ) AS k
  ) END
$$;
CREATE FUNCTION maps_collect_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- In the order of words, so that two writers never wait for each other crosswise.
  INSERT INTO maps_nameword (word, keys)
  SELECT word, maps_word_keys(word) FROM (
    SELECT DISTINCT w.word FROM written, unnest(string_to_array(written.normal, ' ')) AS w(word)
    WHERE w.word <> '' AND NOT EXISTS (SELECT 1 FROM maps_nameword AS known WHERE known.word = w.word)
  ) AS fresh ORDER BY word
  ON CONFLICT (word) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER maps_placename_words_new AFTER INSERT ON maps_placename REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION maps_collect_words();
CREATE TRIGGER maps_placename_words_changed AFTER UPDATE ON maps_placename REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION maps_collect_words();
INSERT INTO maps_nameword (word, keys)
SELECT DISTINCT w.word, maps_word_keys(w.word) FROM maps_placename, unnest(string_to_array(normal, ' ')) AS w(word)
WHERE w.word <> '';
"""
# A street as it is compared: "Jl. Merdeka", "Jalan Merdeka" and "MERDEKA" are one. House numbers and pieces of road are
# found by it.
STREETS = """
CREATE FUNCTION maps_street_key(street text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT regexp_replace(regexp_replace(lower(street), '^\\s*(jalan|jln|jl)[.\\s]+', ''), '[^a-z0-9]+', '', 'g')
$$;
CREATE INDEX maps_place_house ON maps_place (maps_street_key(street)) WHERE house_number <> '';
CREATE INDEX maps_place_postcode ON maps_place (postcode) WHERE postcode <> '';
CREATE INDEX maps_roadedge_street ON maps_roadedge (maps_street_key(name)) WHERE name <> '';
"""
NO_FUNCTIONS = """
DROP TRIGGER maps_placename_words_new ON maps_placename;
DROP TRIGGER maps_placename_words_changed ON maps_placename;
DROP FUNCTION maps_collect_words(), maps_word_keys(text), maps_word_sound(text);
"""
NO_STREETS = """
DROP INDEX maps_roadedge_street, maps_place_postcode, maps_place_house;
DROP FUNCTION maps_street_key(text);
"""


class Migration(migrations.Migration):
    dependencies = [("maps", "0007_imports")]
    operations = [
        migrations.RemoveIndex(model_name="placename", name="maps_placename_normal_trgm"),
        migrations.RemoveIndex(model_name="placename", name="maps_placename_squash_trgm"),
        migrations.AddField(
            model_name="placename",
            name="words",
            field=models.GeneratedField(
                db_persist=True,
                editable=False,
                expression=models.Func(
                    models.Func(
                        models.Func(models.F("normal"), models.Value(" "), function="string_to_array"),
                        models.Value("", output_field=models.TextField()),
                        function="array_remove",
                    ),
                    function="array_to_tsvector",
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="placename",
            index=django.contrib.postgres.indexes.GinIndex(fields=["words"], name="maps_placename_words"),
        ),
        migrations.CreateModel(
            name="NameWord",
            fields=[
                ("word", models.CharField(max_length=160, primary_key=True, serialize=False)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=160), size=None
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["keys"], name="maps_nameword_keys")
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RunSQL(STREETS, NO_STREETS),
    ]
