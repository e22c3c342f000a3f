
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('units', '0003_out_of_service_says_why'),
    ]

    operations = [
        migrations.AlterField(
            model_name='unit',
            name='position_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='position of'),
        ),
        migrations.AlterField(
            model_name='unit',
            name='status_at',
            field=models.DateTimeField(editable=False, verbose_name='status since'),
        ),
        migrations.AlterField(
            model_name='unit',
            name='status_reason',
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name='reason'),
        ),
    ]
