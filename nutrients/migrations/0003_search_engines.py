"""What each database keeps beside the words of foods to find them fast."""

from django.db import migrations

from nutrients.search import postgres, sqlite

ENGINES = {"sqlite": sqlite, "postgresql": postgres}


def make(apps, schema_editor):
    for statement in ENGINES[schema_editor.connection.vendor].MAKE:
        schema_editor.execute(statement, params=None)


def unmake(apps, schema_editor):
    for statement in ENGINES[schema_editor.connection.vendor].UNMAKE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("nutrients", "0002_foodwords")]

    operations = [migrations.RunPython(make, unmake)]
