from django.conf import settings
from django.db import migrations, models

from spasmlog.live import DropIndexOfKeyLive

KINDS = (
    "advice", "bodyweight", "conditionanswer", "dailyintake", "daymark", "dose", "exercise", "favourite",
    "keptanswer", "meal", "nutrientgap", "personallink", "personaltarget", "spasmepisode", "staleday",
    "suggestion", "supplement", "toldgaps", "warningsigns", "waterintake",
)  # fmt: skip
"""Tables with another index that begins with the diarist."""


def without_index(kind):
    key = models.ForeignKey("journal.diarist", models.CASCADE, editable=False, db_index=False)
    return DropIndexOfKeyLive(kind, "diarist", key)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("journal", "0012_nights_and_deletions")]

    operations = [
        *map(without_index, KINDS),
        DropIndexOfKeyLive(
            "accountevent",
            "user",
            models.ForeignKey(
                settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="account_events"
            ),
        ),
    ]
