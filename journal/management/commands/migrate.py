"""`manage.py migrate`, Django's own, that waits for no lock so long that people wait behind it."""

import time
from contextlib import suppress

from django.core.management.commands import migrate
from django.db import DatabaseError, OperationalError, connections

WAITS_FOR_A_LOCK = "3s"
"""Whoever wants the same table waits behind a migration that waits."""
ATTEMPTS = 10
PAUSE = 2.0
"""Between attempts: what holds the lock is mostly over by then. [s]"""


class Command(migrate.Command):
    def handle(self, *args, database, **options):
        connection = connections[database]
        if connection.vendor != "postgresql":
            return super().handle(*args, database=database, **options)
        with connection.cursor() as sql:
            sql.execute(f"SET lock_timeout = '{WAITS_FOR_A_LOCK}'")
            sql.execute("SET statement_timeout = 0")
        try:
            return self._patiently(connection, *args, database=database, **options)
        finally:
            with suppress(DatabaseError), connection.cursor() as sql:
                sql.execute("RESET lock_timeout")
                sql.execute("RESET statement_timeout")

    def _patiently(self, connection, *args, **options):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return super().handle(*args, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") != "55P03" or attempt == ATTEMPTS:
                    raise
                self.stderr.write("A table is in use; the migration lets others go first and tries again.")
                time.sleep(PAUSE)
