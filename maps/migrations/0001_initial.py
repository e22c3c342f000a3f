import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import uuid6
from django.contrib.postgres.operations import CreateExtension, TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        CreateExtension("postgis"),
        TrigramExtension(),
        migrations.CreateModel(
            name='MapVersion',
            fields=[
                ('layer', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='RoadNode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True, verbose_name='key')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('point', django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name='position')),
                ('is_demo_position', models.BooleanField(default=True, verbose_name='position made up for the demonstration')),
            ],
            options={
                'verbose_name': 'road node',
                'verbose_name_plural': 'road nodes',
            },
        ),
        migrations.CreateModel(
            name='Surface',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True, verbose_name='key')),
                ('kind', models.CharField(choices=[('land', 'land'), ('water', 'water on land')], max_length=5, verbose_name='kind')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('area', django.contrib.gis.db.models.fields.MultiPolygonField(srid=4326, verbose_name='area')),
                ('is_approximate', models.BooleanField(default=True, verbose_name='approximate outline')),
            ],
            options={
                'verbose_name': 'outline',
                'verbose_name_plural': 'outlines',
            },
        ),
        migrations.CreateModel(
            name='District',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('subdistrict_code', models.CharField(max_length=20, verbose_name='code of the kecamatan')),
                ('subdistrict', models.CharField(max_length=80, verbose_name='kecamatan')),
                ('area', django.contrib.gis.db.models.fields.MultiPolygonField(srid=4326, verbose_name='area')),
                ('centre', django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name='centre')),
                ('is_approximate', models.BooleanField(default=True, help_text='Drawn by hand or generated; not the official border.', verbose_name='approximate border')),
            ],
            options={
                'verbose_name': 'kelurahan',
                'verbose_name_plural': 'kelurahan',
                'ordering': ('subdistrict_code', 'code'),
                'constraints': [models.UniqueConstraint(fields=('subdistrict_code', 'name'), name='maps_district_name'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='maps_district_named')],
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=80, unique=True, verbose_name='key')),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('kind', models.CharField(choices=[('kecamatan', 'subdistrict (kecamatan)'), ('kelurahan', 'urban village (kelurahan)'), ('neighbourhood', 'neighbourhood, hamlet'), ('street', 'street'), ('junction', 'junction (simpang)'), ('km_marker', 'stretch by kilometre (Batu)'), ('fire_station', 'fire station'), ('police', 'police'), ('hospital', 'hospital'), ('clinic', 'health centre (puskesmas)'), ('government', 'government office'), ('rescue', 'search and rescue, disaster agency'), ('pier', 'pier, port'), ('airport', 'airport'), ('school', 'school, university'), ('worship', 'place of worship'), ('market', 'market, shop, mall'), ('landmark', 'landmark'), ('island', 'island'), ('bridge', 'bridge')], db_index=True, max_length=20, verbose_name='kind')),
                ('point', django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name='position')),
                ('shape', django.contrib.gis.db.models.fields.GeometryField(blank=True, null=True, srid=4326, verbose_name='line or area')),
                ('radius_m', models.PositiveIntegerField(help_text='How far from the position the place may reach.', verbose_name='radius in metres')),
                ('certainty', models.CharField(choices=[('exact', 'published position'), ('near', 'published, within 300 m'), ('approximate', 'approximate position for the demonstration'), ('kelurahan', 'only the kelurahan is known')], max_length=12, verbose_name='certainty')),
                ('is_demo_position', models.BooleanField(default=False, help_text='The place exists, its published position is not known. Never send a crew by it.', verbose_name='position made up for the demonstration')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='places', to='maps.district', verbose_name='kelurahan')),
            ],
            options={
                'verbose_name': 'place',
                'verbose_name_plural': 'places',
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='PlaceName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('written', models.CharField(max_length=160, verbose_name='name')),
                ('normal', models.CharField(editable=False, max_length=160, verbose_name='searched as')),
                ('squashed', models.CharField(db_index=True, editable=False, max_length=160, verbose_name='searched without spaces as')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='names', to='maps.place', verbose_name='place')),
            ],
            options={
                'verbose_name': 'name of a place',
                'verbose_name_plural': 'names of places',
            },
        ),
        migrations.CreateModel(
            name='RoadEdge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=140, unique=True, verbose_name='key')),
                ('mode', models.CharField(choices=[('road', 'road'), ('boat', 'boat')], max_length=4, verbose_name='travelled by')),
                ('road_class', models.CharField(choices=[('r1', 'main road'), ('r2', 'connecting road'), ('r3', 'side road, path'), ('ferry', 'crossing by boat')], max_length=5, verbose_name='class')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('length_m', models.FloatField(verbose_name='length in metres')),
                ('speed_kph', models.FloatField(blank=True, help_text='Of an emergency drive. Empty: by the class.', null=True, verbose_name='speed in km/h')),
                ('oneway', models.BooleanField(default=False, verbose_name='one way')),
                ('line', django.contrib.gis.db.models.fields.LineStringField(srid=4326, verbose_name='line')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='maps.roadnode', verbose_name='from')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='maps.roadnode', verbose_name='to')),
            ],
            options={
                'verbose_name': 'road',
                'verbose_name_plural': 'roads',
            },
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='maps_place_named'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(('radius_m__gte', 5), ('radius_m__lte', 50000)), name='maps_place_radius'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(('is_demo_position', False), ('certainty__in', ('approximate', 'kelurahan')), _connector='OR'), name='maps_place_demo_is_not_exact'),
        ),
        migrations.AddIndex(
            model_name='placename',
            index=django.contrib.postgres.indexes.GinIndex(fields=['normal'], name='maps_placename_normal_trgm', opclasses=('gin_trgm_ops',)),
        ),
        migrations.AddIndex(
            model_name='placename',
            index=django.contrib.postgres.indexes.GinIndex(fields=['squashed'], name='maps_placename_squash_trgm', opclasses=('gin_trgm_ops',)),
        ),
        migrations.AddConstraint(
            model_name='placename',
            constraint=models.UniqueConstraint(fields=('place', 'normal'), name='maps_placename_once'),
        ),
        migrations.AddConstraint(
            model_name='placename',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('normal', ''), _negated=True), models.Q(('squashed', ''), _negated=True)), name='maps_placename_searchable'),
        ),
        migrations.AddConstraint(
            model_name='roadedge',
            constraint=models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='maps_roadedge_no_loop'),
        ),
        migrations.AddConstraint(
            model_name='roadedge',
            constraint=models.CheckConstraint(condition=models.Q(('length_m__gt', 0)), name='maps_roadedge_length'),
        ),
        migrations.AddConstraint(
            model_name='roadedge',
            constraint=models.CheckConstraint(condition=models.Q(('speed_kph', None), models.Q(('speed_kph__gte', 1), ('speed_kph__lte', 160)), _connector='OR'), name='maps_roadedge_speed'),
        ),
        migrations.AddConstraint(
            model_name='roadedge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mode', 'boat'), ('road_class', 'ferry')), models.Q(('mode', 'road'), models.Q(('road_class', 'ferry'), _negated=True)), _connector='OR'), name='maps_roadedge_class_of_mode'),
        ),
    ]
