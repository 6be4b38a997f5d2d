"""The revision of a diary: what orders its changes, so that a phone can ask for what came after one.

Every change takes it forward on the diarist's row, which stays locked until the change is stored. So a
revision that anybody can read is the last of those that are stored, and none below it is still to come.
"""

from collections.abc import Collection

from django.db import connection

from journal.models import Diarist


def hold(diarist_id: int) -> None:
    """Let one writer at a time change this diary, until the transaction ends.

    SQLite has one writer at a time as it is: our transactions begin as writers there.
    """
    if not connection.features.has_select_for_update:
        return
    Diarist.objects.select_for_update().only("pk").get(pk=diarist_id)


def forward(diarist: Diarist) -> int:
    """Take the revision forward, and tell the diarist at hand of it."""
    diarist.revision = next_of(diarist.pk)
    return diarist.revision


def next_of(diarist_id: int) -> int:
    """Take the revision forward on the row and return what it is now, in one statement."""
    return forward_all([diarist_id])[diarist_id]


def forward_all(diarist_ids: Collection[int]) -> dict[int, int]:
    """Take the revisions of many diaries forward, in one statement; returns what each is now.

    The caller holds them, if they are more than one: two that take the same ones forward in another order
    would wait for each other.
    """
    if not diarist_ids:
        return {}
    table = connection.ops.quote_name(Diarist._meta.db_table)
    places = ", ".join(["%s"] * len(diarist_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET revision = revision + 1 WHERE id IN ({places}) RETURNING id, revision",
            list(diarist_ids),
        )
        return dict(cursor.fetchall())
