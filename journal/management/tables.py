"""Whether the database of a command was ever prepared: an empty one is mostly another than was meant."""

from django.core.management.base import CommandError
from django.db import connection

from journal.models import Diarist
from spasmlog.backups import where


def must_be_there() -> None:
    """Refuse to go on without the product's tables, and name the database that was looked at."""
    if Diarist._meta.db_table not in connection.introspection.table_names():
        raise CommandError(
            f"The database {where()} has no tables yet. Check SPASMLOG_DATA or DATABASE_URL; "
            "`manage.py migrate` makes the tables."
        )
