from django.db import migrations, models

from spasmlog.live import AddIndexLive

KINDS = ("bodyweight", "daymark", "dose", "exercise", "favourite", "meal", "spasmepisode", "supplement",
         "warningsigns", "waterintake")  # fmt: skip


def deleted(model, name):
    """The tombstones of a table."""
    only = models.Q(("deleted_at__isnull", False))
    return AddIndexLive(model, models.Index(fields=["deleted_at"], condition=only, name=f"{name}_deleted"))


def index_addresses(apps, schema_editor):
    """Signing in by an address looks for it in Django's own table, which has no index of it."""
    how = "CONCURRENTLY " if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"CREATE INDEX {how}IF NOT EXISTS auth_user_address ON auth_user (email)")


def forget_addresses(apps, schema_editor):
    schema_editor.execute("DROP INDEX IF EXISTS auth_user_address")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("journal", "0011_review_chunks"),
    ]

    operations = [
        AddIndexLive(
            "diarist", models.Index(fields=["time_zone", "day_start", "id"], name="diarist_night")
        ),
        *(deleted(kind, kind) for kind in KINDS),
        deleted("toldgaps", "told_gaps"),
        migrations.RunPython(index_addresses, forget_addresses),
    ]
