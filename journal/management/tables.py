"""Whether the database of a command was ever prepared: an empty one is mostly another than was meant."""

from django.core.management.base import CommandError
from django.db import connection

from journal.models import Diarist


def must_be_there() -> None:
    """Refuse to go on without the product's tables, and name the database that was looked at."""
    if Diarist._meta.db_table not in connection.introspection.table_names():
        raise CommandError(
            f"The database {_named()} has no tables yet. Check SPASMLOG_DATA or DATABASE_URL; "
            "`manage.py migrate` makes the tables."
        )


def _named() -> str:
    """The file of SQLite; elsewhere the name and the server, without user and password."""
    said = connection.settings_dict
    return f"{said['NAME']} at {said['HOST']}" if said["HOST"] else str(said["NAME"])
