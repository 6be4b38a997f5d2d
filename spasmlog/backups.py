"""The whole database as one file, and back: SQLite by its own backup, PostgreSQL by pg_dump and psql.

    write(target) -> int    while people use the site; the bytes written
    look_at(source)         refuses what cannot be put back
    put_back(source)        all or nothing; what the database held before is gone

A backup holds everybody's health data: only its owner may read the file.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Collection
from contextlib import closing, suppress
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from spasmlog import versions

LITE = b"SQLite format 3\0"
"""How a database of SQLite begins."""
DUMP = b"PGDMP"
"""How a file of pg_dump's own format begins."""
ANEW = "BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public"
PLAINLY = ("--no-owner", "--no-privileges")
"""Whoever puts it back owns it."""
PATIENTLY = "-c client_min_messages=warning -c statement_timeout=0 -c lock_timeout=0"
"""What people's requests are limited to is no limit here, and what a restore takes away is no news."""


class BackupError(Exception):
    """Says what is wrong and what to do. Nothing was changed."""


def where() -> str:
    """The database, as an operator is told of it: never with the password."""
    said = connection.settings_dict
    return f"{said['NAME']} at {said['HOST'] or 'this machine'}" if _is_served() else str(said["NAME"])


def write(target: Path) -> int:
    """Write everything as it is at one moment. Appears under its name once it is whole."""
    try:
        _check_free(target)
        _check_holds_diaries()
        _write_whole(target)
        return target.stat().st_size
    except FileExistsError:
        raise BackupError(f"{target} exists already. Choose another name.") from None
    except (OSError, sqlite3.Error) as wrong:
        raise BackupError(f"{target} was not written: {_reason(wrong)}.") from wrong


def _write_whole(target: Path) -> None:
    """Under another name until it is."""
    part = target.with_name(f"{target.name}.part")
    _remove(part)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        (_write_postgres if _is_served() else _write_sqlite)(part)
        os.link(part, target)  # unlike a rename, this never takes the place of another file
    finally:
        _remove(part)


def look_at(source: Path) -> None:
    """Refuse what cannot be put back: a damaged file, one of another kind or of a newer SpasmLog."""
    try:
        _check_begins(source)
    except OSError as wrong:
        raise BackupError(f"{source} cannot be read: {_reason(wrong)}.") from wrong
    _check_known(source, (_migrations_in_dump if _is_served() else _migrations_in_file)(source))


def put_back(source: Path) -> None:
    """Have the database hold what a backup holds, and no more.

    Migrations that came since are not applied by this: run `migrate` afterwards.
    """
    look_at(source)
    (_put_back_postgres if _is_served() else _put_back_sqlite)(source)


# SQLite ---------------------------------------------------------------------------------------


def _write_sqlite(part: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(part)) as backup:
        connection.connection.backup(backup)
        backup.execute("PRAGMA journal_mode=DELETE")  # one file: the database's own mode needs two beside it
        if not _is_whole(backup, part):
            raise BackupError(f"{where()} is damaged: no backup was written. Put back an earlier one.")


def _put_back_sqlite(source: Path) -> None:
    """Page by page into the database itself, in one transaction: others see it before or after."""
    try:
        with closing(_opened(source)) as backup:
            connection.ensure_connection()
            backup.backup(connection.connection)
    except (sqlite3.Error, DatabaseError) as wrong:
        raise BackupError(f"{where()} cannot be written: {wrong}.") from wrong
    connection.close()


def _migrations_in_file(source: Path) -> list[tuple[str, str]]:
    try:
        with closing(_opened(source)) as backup:
            if not _is_whole(backup, source):
                raise _damaged(source)
            if not backup.execute("SELECT 1 FROM sqlite_master WHERE name = 'django_migrations'").fetchone():
                raise _not_ours(source)
            return backup.execute("SELECT app, name FROM django_migrations").fetchall()
    except sqlite3.DatabaseError as wrong:
        raise _damaged(source) from wrong


def _opened(source: Path) -> sqlite3.Connection:
    """To read. Nobody writes in a backup, so nothing is made beside it, unless there is a log to read."""
    source = source.resolve()
    is_done = not any(log.exists() and log.stat().st_size for log in _beside(source))
    return sqlite3.connect(f"{source.as_uri()}?mode=ro&immutable={is_done:d}", uri=True)


def _is_whole(database: sqlite3.Connection, path: Path) -> bool:
    """SQLite itself takes a last page that was cut as one that ends in zeros."""
    page = database.execute("PRAGMA page_size").fetchone()[0]
    return path.stat().st_size % page == 0 and database.execute("PRAGMA quick_check").fetchone() == ("ok",)


def _beside(path: Path) -> list[Path]:
    """The files that SQLite may keep beside a database."""
    return [path.with_name(f"{path.name}-{kind}") for kind in ("journal", "wal", "shm")]


# PostgreSQL -----------------------------------------------------------------------------------


class Program:
    """A program of PostgreSQL at work on our database. It does not outlive its `with`."""

    def __init__(self, name: str, *arguments: str, fed: bool = False):
        if not shutil.which(name):
            raise BackupError(f"{name} is not installed here. It comes with PostgreSQL's client programs.")
        self.name = name
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed at its end
        self.process = subprocess.Popen(
            [name, *arguments], env={**os.environ, **_named_to_postgres()}, stdout=subprocess.PIPE,
            stdin=subprocess.PIPE if fed else subprocess.DEVNULL, stderr=self.complaints,
            restore_signals=False,  # one that meets a limit tells of it, and is not ended without a word
        )  # fmt: skip

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()  # whoever has ended is left alone
        self._close_input()
        with self.process, self.complaints:
            pass

    def end(self) -> None:
        """Wait for its end. Raises if it failed, with what it said."""
        self._close_input()
        if failed := self.process.wait():
            self.complaints.seek(0)
            said = self.complaints.read().decode(errors="replace").strip()
            raise BackupError(f"{self.name} failed: {said or f'it ended with {failed}.'}")

    def _close_input(self) -> None:
        if self.process.stdin:
            with suppress(BrokenPipeError):  # it has given up before all was said, and tells why
                self.process.stdin.close()


def _named_to_postgres() -> dict[str, str]:
    """Where the database is. By the environment, as others on the machine see arguments."""
    said = _known_to_libpq()
    said["options"] = f"{said.get('options', os.environ.get('PGOPTIONS', ''))} {PATIENTLY}"
    variables = {known.keyword.decode(): known.envvar for known in Conninfo.get_defaults()}
    return {variables[name].decode(): str(value) for name, value in said.items() if variables[name]}


def _unnamed() -> str:
    """What libpq reads from no variable, such as `keepalives_idle`, as an argument. No secrets."""
    shown = {
        known.keyword.decode() for known in Conninfo.get_defaults() if not (known.envvar or known.dispchar)
    }
    return f"--dbname={make_conninfo(**{k: v for k, v in _known_to_libpq().items() if k in shown})}"


def _known_to_libpq() -> dict:
    """Django's parameters of a connection without those that are its own or psycopg's."""
    names = {known.keyword.decode() for known in Conninfo.get_defaults()}
    return {name: value for name, value in connection.get_connection_params().items() if name in names}


def _write_postgres(part: Path) -> None:
    with Program("pg_dump", "--format=custom", *PLAINLY, f"--file={part}", _unnamed()) as writing:
        writing.end()


def _put_back_postgres(source: Path) -> None:
    """As SQL in one transaction, that first takes away what is there.

    Its last word comes from here: where a program or this process ends before, nothing is stored.
    """
    connection.close()
    alone = ("--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--command={ANEW}", "--file=-")
    with (
        Program("pg_restore", *PLAINLY, "--file=-", str(source)) as reading,
        Program("psql", *alone, _unnamed(), fed=True) as writing,
    ):
        with suppress(BrokenPipeError):  # psql has given up, and tells why at its end
            shutil.copyfileobj(reading.process.stdout, writing.process.stdin)
            reading.end()
            writing.process.stdin.write(b"COMMIT;\n")
        writing.end()


def _migrations_in_dump(source: Path) -> list[tuple[str, str]]:
    asked = ("--data-only", "--table=django_migrations", "--file=-")
    with Program("pg_restore", *asked, str(source)) as reading:
        rows = [line.decode().split("\t") for line in reading.process.stdout if line.count(b"\t") == 3]
        reading.end()
    return [(app, name) for _id, app, name, _applied in rows]


# Either ---------------------------------------------------------------------------------------


def _is_served() -> bool:
    return connection.vendor == "postgresql"


def _check_free(target: Path) -> None:
    if target.is_dir():
        raise _folder(target)
    if target.exists():
        raise FileExistsError
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent}.")


def _check_holds_diaries() -> None:
    """An empty database is copied without a fault, and found out on the day that the backup is needed."""
    try:
        is_there = _is_served() or Path(connection.settings_dict["NAME"]).exists()  # or SQLite makes it
        applied = MigrationRecorder(connection).applied_migrations() if is_there else ()
    except DatabaseError as wrong:
        raise BackupError(f"{where()} cannot be read: {' '.join(str(wrong).split())}.") from wrong
    if not _is_ours(applied):
        raise BackupError(f"{where()} is no database of SpasmLog. Check SPASMLOG_DATA or DATABASE_URL.")


def _check_begins(source: Path) -> None:
    if source.is_dir():
        raise _folder(source)
    if not source.is_file():
        raise BackupError(f"There is no file {source}.")
    kind = DUMP if _is_served() else LITE
    with source.open("rb") as begun:
        if begun.read(len(kind)) != kind:
            raise _not_ours(source)


def _check_known(source: Path, applied: Collection[tuple[str, str]]) -> None:
    if not _is_ours(applied):
        raise _not_ours(source)
    if unknown := versions.unknown(applied):
        raise BackupError(f"This backup is of another or a newer SpasmLog: {unknown[0]} is not known here.")


def _is_ours(applied: Collection[tuple[str, str]]) -> bool:
    return any(app == "journal" for app, _name in applied)


def _remove(part: Path) -> None:
    for path in (part, *_beside(part)):
        path.unlink(missing_ok=True)


def _reason(wrong: Exception) -> str:
    """An OSError without its number and path."""
    return getattr(wrong, "strerror", None) or str(wrong)


def _folder(path: Path) -> BackupError:
    return BackupError(f"{path} is a folder: give a file's name.")


def _damaged(source: Path) -> BackupError:
    return BackupError(f"{source} is damaged. Use another backup.")


def _not_ours(source: Path) -> BackupError:
    return BackupError(f"{source} is no backup of this kind of database.")
