from django.db import migrations, models

from spasmlog.live import AddIndexLive

KINDS = ("bodyweight", "daymark", "dose", "exercise", "favourite", "meal", "spasmepisode", "supplement",
         "warningsigns", "waterintake")  # fmt: skip


def deleted(model, name):
    """The tombstones of a table."""
    only = models.Q(("deleted_at__isnull", False))
    return AddIndexLive(model, models.Index(fields=["deleted_at"], condition=only, name=f"{name}_deleted"))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("journal", "0011_review_chunks"),
    ]

    operations = [
        AddIndexLive(
            "diarist", models.Index(fields=["time_zone", "day_start", "id"], name="diarist_night")
        ),
        *(deleted(kind, kind) for kind in KINDS),
        deleted("toldgaps", "told_gaps"),
    ]
