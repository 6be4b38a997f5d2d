from itertools import islice

from django.db import migrations, models

AT_ONCE = 1000


def have_every_day_reviewed(apps, schema_editor):
    """Stored days do not tell the water of food: their next review adds it up from the entries."""
    DailyIntake, StaleDay = (apps.get_model("journal", name) for name in ("DailyIntake", "StaleDay"))
    days = DailyIntake.objects.values_list("diarist_id", "date", "diarist__revision").order_by()
    stale = (
        StaleDay(diarist_id=diarist, date=date, version=version) for diarist, date, version in days.iterator()
    )
    while some := list(islice(stale, AT_ONCE)):
        StaleDay.objects.bulk_create(some, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0007_account_deletion"),
    ]

    operations = [
        migrations.AddField(
            model_name="dailyintake",
            name="food_water_g",
            field=models.FloatField(null=True),
        ),
        migrations.RunPython(have_every_day_reviewed, migrations.RunPython.noop),
    ]
