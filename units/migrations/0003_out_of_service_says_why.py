
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('units', '0002_position_history'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'out_of_service'), _negated=True), models.Q(('status_reason', ''), _negated=True), _connector='OR'), name='units_unit_out_of_service_says_why'),
        ),
    ]
