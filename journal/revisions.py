"""The revision of a diary: what orders its changes, so that a phone can ask for what came after one.

Every change takes it forward on the diarist's row, which stays locked until the change is stored. So a
revision that anybody can read is the last of those that are stored, and none below it is still to come.
"""

from django.db import connection

from journal.models import Diarist


def hold(diarist_id: int) -> None:
    """Let one writer at a time change this diary, until the transaction ends."""
    Diarist.objects.select_for_update().only("pk").get(pk=diarist_id)


def forward(diarist: Diarist) -> int:
    """Take the revision forward, and tell the diarist at hand of it."""
    diarist.revision = next_of(diarist.pk)
    return diarist.revision


def next_of(diarist_id: int) -> int:
    """Take the revision forward on the row and return what it is now, in one statement."""
    table = connection.ops.quote_name(Diarist._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET revision = revision + 1 WHERE id = %s RETURNING revision", [diarist_id]
        )
        return cursor.fetchone()[0]
