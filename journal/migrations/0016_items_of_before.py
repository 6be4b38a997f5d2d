import structlog
from django.db import migrations, transaction

log = structlog.get_logger(__name__)
OFTEN = 10_000
"""People, between two lines of the log."""

NAME = """
UPDATE journal_mealitem
SET diarist_id = (SELECT diarist_id FROM journal_meal WHERE journal_meal.id = meal_id)
WHERE diarist_id IS NULL AND meal_id IN (SELECT id FROM journal_meal WHERE diarist_id = %s)
"""


def name_the_diarist(apps, schema_editor):
    """Diary by diary, each as a writer would hold it: nobody waits for more than their own foods, and what was
    broken off goes on where it was."""
    Diarist = apps.get_model("journal", "Diarist")
    everybody = list(Diarist.objects.order_by("pk").values_list("pk", flat=True))
    for number, one in enumerate(everybody, start=1):
        with transaction.atomic(), schema_editor.connection.cursor() as sql:
            if schema_editor.connection.vendor == "postgresql":
                sql.execute("SET LOCAL lock_timeout = 0")  # nobody but this person waits behind it
            if Diarist.objects.select_for_update().filter(pk=one).first():
                sql.execute(NAME, [one])
        if number % OFTEN == 0:
            log.info("items_named", diaries=number, of=len(everybody))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("journal", "0015_items_name_their_diarist")]

    operations = [migrations.RunPython(name_the_diarist, migrations.RunPython.noop)]
