from django.db import migrations, models

TRIGGER = """
CREATE FUNCTION mealitem_names_its_diarist() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT diarist_id INTO NEW.diarist_id FROM journal_meal WHERE id = NEW.meal_id;
    RETURN NEW;
END $$;
CREATE TRIGGER mealitem_names_its_diarist BEFORE INSERT ON journal_mealitem
    FOR EACH ROW WHEN (NEW.diarist_id IS NULL) EXECUTE FUNCTION mealitem_names_its_diarist();
"""
AWAY = "DROP FUNCTION IF EXISTS mealitem_names_its_diarist() CASCADE"


def speak_for_the_version_before(apps, schema_editor):
    """It goes on logging meals for a moment and names no diarist. SQLite has one version at a time."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(TRIGGER)


def fall_silent(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(AWAY)


class Migration(migrations.Migration):
    dependencies = [("journal", "0014_cards_by_rule")]

    safe_because = {"run_python": "It makes a trigger and touches no row."}

    operations = [
        migrations.AddField(
            "mealitem",
            "diarist",
            models.ForeignKey(
                "journal.diarist",
                models.DO_NOTHING,
                null=True,
                editable=False,
                db_index=False,
                db_constraint=False,
                related_name="+",
            ),
        ),
        migrations.RunPython(speak_for_the_version_before, fall_silent),
    ]
