from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0001_initial'),
    ]

    operations = [
        # A running number of more than fourteen digits did not fit behind the year.
        migrations.AlterField(
            model_name='incident',
            name='number',
            field=models.CharField(max_length=30, unique=True),
        ),
    ]
