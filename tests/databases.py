"""Test databases: one template for the run, made once, and a copy of it for each test process.

The template has every migration and the whole food table. A copy takes a fraction of a second, so
a test that commits gets a new one afterwards.
"""

import contextlib
import fcntl
import os
import sqlite3
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

RUN_DIR = Path(settings.RUN_DIR)
TEMPLATE = "test_spasmlog_template"


def renew() -> None:
    """Give the default connection a database that is as the template is."""
    connections.close_all()
    with _alone():
        if not _made().exists():
            _make_template()
            _made().touch()
    own = settings.DATABASES["default"]["NAME"]
    if connection.vendor == "sqlite":
        _copy_file(_template_file(), Path(own))
    else:
        _copy_database(own)


def _made() -> Path:
    return RUN_DIR / "template-made"


def _template_file() -> Path:
    return RUN_DIR / "template.sqlite3"


@contextlib.contextmanager
def _alone():
    """Only one test process at a time."""
    with (RUN_DIR / "template-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_template() -> None:
    from nutrients import loading

    own = connection.settings_dict["NAME"]
    if connection.vendor == "postgresql":
        _administer(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)', f'CREATE DATABASE "{TEMPLATE}"')
    try:
        connection.settings_dict["NAME"] = _template_file() if connection.vendor == "sqlite" else TEMPLATE
        call_command("migrate", verbosity=0, interactive=False)
        loading.load_everything(progress=False)
        connections.close_all()
    finally:
        connection.settings_dict["NAME"] = own
    if connection.vendor == "sqlite":
        with contextlib.closing(sqlite3.connect(_template_file())) as template:
            template.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copy_file(template: Path, own: Path) -> None:
    """Write the template over a database that threads or processes of the test before may still have open.

    SQLite does it, page by page. A file put in its place would be damaged by the first of them that
    closes: it takes the write-ahead log of that name away with it.
    """
    with (
        contextlib.closing(sqlite3.connect(template)) as source,
        contextlib.closing(sqlite3.connect(own, timeout=30)) as target,
    ):
        source.backup(target)


def _copy_database(own: str) -> None:
    _administer(
        f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)', f'CREATE DATABASE "{own}" TEMPLATE "{TEMPLATE}"'
    )


def _administer(*statements: str) -> None:
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as administration:
        for statement in statements:
            administration.execute(statement)
