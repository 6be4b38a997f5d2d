"""The whole database as one file, and back: SQLite by its own backup, PostgreSQL by pg_dump and psql.

    write(target) -> int    while people use the site; the bytes written
    put_back(source)        all or nothing; what the database held before is gone

A backup holds everybody's health data: only its owner may read the file.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

DUMP = b"PGDMP"
"""How a file of pg_dump's own format begins."""
ANEW = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
PLAINLY = ("--no-owner", "--no-privileges")
"""Whoever puts it back owns it."""


class BackupError(Exception):
    """Says what is wrong and what to do. Nothing was changed."""


def write(target: Path) -> int:
    """Write everything as it is at one moment. Appears under its name once it is whole."""
    if target.exists():
        raise BackupError(f"{target} exists already. Choose another name.")
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent}.")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        (_write_sqlite if connection.vendor == "sqlite" else _write_postgres)(part)
        os.link(part, target)  # unlike a rename, this never takes the place of another file
    except FileExistsError:
        raise BackupError(f"{target} exists already. Choose another name.") from None
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def put_back(source: Path) -> None:
    """Have the database hold what a backup holds, and no more. One of a newer SpasmLog is refused.

    Migrations that came since are not applied by this: run `migrate` afterwards.
    """
    if not source.is_file():
        raise BackupError(f"There is no file {source}.")
    (_put_back_sqlite if connection.vendor == "sqlite" else _put_back_postgres)(source)


# SQLite ---------------------------------------------------------------------------------------


def _write_sqlite(part: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(part)) as backup:
        connection.connection.backup(backup)
        _check_whole(backup, part)


def _put_back_sqlite(source: Path) -> None:
    """Page by page into the database itself, in one transaction: others see it before or after."""
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as backup:
        try:
            _check_whole(backup, source)
            rows = backup.execute("SELECT app, name FROM django_migrations").fetchall()
        except sqlite3.DatabaseError:
            raise _not_ours(source) from None
        _check_known(rows)
        connection.ensure_connection()
        backup.backup(connection.connection)
    connection.close()


def _check_whole(database: sqlite3.Connection, path: Path) -> None:
    if database.execute("PRAGMA quick_check").fetchone() != ("ok",):
        raise BackupError(f"{path} is damaged. Use another backup.")


# PostgreSQL -----------------------------------------------------------------------------------


class Program:
    """A program of PostgreSQL at work on our database."""

    def __init__(self, name: str, *arguments: str, fed: bool = False):
        if not shutil.which(name):
            raise BackupError(f"{name} is not installed here. It comes with PostgreSQL's client programs.")
        self.name = name
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed at its end
        self.process = subprocess.Popen(
            [name, *arguments], env={**os.environ, **_named_to_postgres()}, stdout=subprocess.PIPE,
            stdin=subprocess.PIPE if fed else subprocess.DEVNULL, stderr=self.complaints,
        )  # fmt: skip

    def end(self) -> None:
        """Wait for its end. Raises if it failed, with what it said."""
        with self.process, self.complaints:
            if self.process.stdin:
                with suppress(BrokenPipeError):  # it has given up before all was said, and tells why
                    self.process.stdin.close()
            if self.process.wait():
                self.complaints.seek(0)
                said = self.complaints.read().decode(errors="replace").strip()
                raise BackupError(f"{self.name} failed: {said}")


def _named_to_postgres() -> dict[str, str]:
    """Where the database is. By the environment, as others on the machine see arguments."""
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    said = connection.settings_dict
    return {name: str(said[key]) for name, key in names.items() if said.get(key)}


def _write_postgres(part: Path) -> None:
    Program("pg_dump", "--format=custom", *PLAINLY, f"--file={part}").end()


def _put_back_postgres(source: Path) -> None:
    """As SQL in one transaction, that first takes away what is there."""
    with source.open("rb") as begun:
        if begun.read(len(DUMP)) != DUMP:
            raise _not_ours(source)
    _check_known(_migrations_in(source))
    connection.close()
    reading = Program("pg_restore", *PLAINLY, "--file=-", str(source))
    alone = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
    writing = Program("psql", *alone, f"--command={ANEW}", "--file=-", fed=True)
    try:
        with suppress(BrokenPipeError):  # psql has given up, and tells why at its end
            shutil.copyfileobj(reading.process.stdout, writing.process.stdin)
        reading.end()
    except BackupError:
        writing.process.kill()  # at the end of its input it would store half of a backup
        raise
    finally:
        writing.end()


def _migrations_in(source: Path) -> list[tuple[str, str]]:
    reading = Program("pg_restore", "--data-only", "--table=django_migrations", "--file=-", str(source))
    rows = [line.decode().split("\t") for line in reading.process.stdout if line.count(b"\t") == 3]
    reading.end()
    if not rows:
        raise _not_ours(source)
    return [(app, name) for _id, app, name, _applied in rows]


# Either ---------------------------------------------------------------------------------------


def _check_known(applied: Iterable[tuple[str, str]]) -> None:
    """Squashed migrations stand for those that they replaced."""
    loader = MigrationLoader(None)
    known = {
        *loader.disk_migrations,
        *(old for new in loader.disk_migrations.values() for old in new.replaces),
    }
    if unknown := sorted(set(applied) - known):
        app, name = unknown[0]
        raise BackupError(f"This backup is of another or a newer SpasmLog: {app}.{name} is not known here.")


def _not_ours(source: Path) -> BackupError:
    return BackupError(f"{source} is no backup of this kind of database.")
