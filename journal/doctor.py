"""What may be wrong with an installation, and how to mend it. Looks only; changes nothing."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from journal.models import StaleDay
from nutrients.models import Activity, Food, FoodWords
from spasmlog import backups, health, versions
from spasmlog.celery import app

LATE = timedelta(minutes=2)
"""A review that was asked for is done in seconds; the sweep comes every 20 s."""
FEWEST_FREE = 500_000_000
"""A backup and a migration of a household's diaries need no more. [bytes]"""
WORKER_ANSWERS = 5.0
"""More than a worker that is busy needs to say that it is there. [s]"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    wrong: str = ""
    """What is wrong; nothing if all is well."""
    mend: str = ""
    """What to do then."""
    where: str = ""
    """What was looked at, where there might be another one."""


def examine() -> Iterator[Finding]:
    """Each check in turn. Without a database those that need one are left out."""
    yield data_folder()
    yield secret_key()
    yield disk()
    there = database()
    yield there
    if not there.wrong:
        there = migrations()
        yield there
    if not there.wrong:  # of an older version a table may be missing
        yield from (check() for check in OF_THE_TABLES)
    yield broker()
    yield worker()


def data_folder() -> Finding:
    folder = Path(settings.DATA_DIR)
    if not os.access(folder, os.W_OK):
        return Finding(
            "data folder", f"{folder} cannot be written to", "Give it to the user that runs SpasmLog."
        )
    if folder.stat().st_mode & 0o077:
        return Finding("data folder", f"others on this machine may look into {folder}", f"chmod 700 {folder}")
    return Finding("data folder", where=str(folder))


def secret_key() -> Finding:
    path = Path(settings.DATA_DIR) / "secret_key"
    if path.exists() and path.stat().st_mode & 0o077:
        return Finding("secret key", f"others on this machine may read {path}", f"chmod 600 {path}")
    return Finding("secret key")


def disk() -> Finding:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < FEWEST_FREE:
        return Finding("disk", f"{free / 1e6:,.0f} MB are free", "Make room: a full disk refuses entries.")
    return Finding("disk")


def database() -> Finding:
    if connection.vendor == "sqlite":
        return _database_file(Path(connection.settings_dict["NAME"]))
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        said = " ".join(str(error).split()).rstrip("?")
        return Finding("database", said, "Start it, or check DATABASE_URL.")
    return Finding("database", where=backups.where())


def _database_file(path: Path) -> Finding:
    if not path.exists():
        return Finding("database", f"there is none at {path}", "Start SpasmLog once, or set SPASMLOG_DATA.")
    if not os.access(path, os.R_OK | os.W_OK):
        return Finding("database", f"{path} cannot be written to", "Give it to the user that runs SpasmLog.")
    try:
        with connection.cursor() as sql:
            sql.execute("PRAGMA quick_check(1)")
            whole = sql.fetchone() == ("ok",)
    except OperationalError as busy:  # or its folder, or the disk: it may be as sound as ever
        return Finding("database", f"{path} cannot be used: {busy}", "Look at its folder, and ask again.")
    except DatabaseError:
        whole = False
    if not whole:
        return Finding("database", f"{path} is damaged", "Stop SpasmLog and restore a backup.")
    return Finding("database", where=str(path))


def migrations() -> Finding:
    if newer := versions.unknown(MigrationRecorder(connection).applied_migrations()):
        return Finding(
            "migrations", f"the database is of a newer version, which did {newer[0]}", "Start that version."
        )
    if not health.migrated():
        return Finding("migrations", "the database is of an older version", "python manage.py migrate")
    return Finding("migrations")


def foods() -> Finding:
    if not (Food.objects.filter(owner=None).exists() and Activity.objects.exists()):
        return Finding("foods", "the food table is empty", "python manage.py load_foods")
    if not FoodWords.objects.filter(owner=None).exists():
        return Finding("foods", "no food can be found by its name", "python manage.py load_foods --again")
    return Finding("foods")


def reviews() -> Finding:
    age = oldest_stale()
    if age and age > LATE:
        minutes = int(age.total_seconds() // 60)
        return Finding(
            "reviews", f"a day has waited {minutes} minutes for its review", "Start worker and beat."
        )
    return Finding("reviews")


def broker() -> Finding:
    if not health.broker_answers():
        return Finding(
            "broker", "Redis does not answer", "Start it, or check REDIS_URL. Entries are stored meanwhile."
        )
    return Finding("broker")


def worker() -> Finding:
    try:
        there = app.control.ping(timeout=WORKER_ANSWERS, limit=1)
    except Exception as error:  # kombu's and redis' errors have no ancestor in common
        return Finding("worker", f"it cannot be asked ({type(error).__name__})", "See the broker.")
    if not there:
        return Finding(
            "worker", "no worker answers", "Start one: `make run`, or `docker compose up --detach worker`."
        )
    return Finding("worker")


OF_THE_TABLES: tuple[Callable[[], Finding], ...] = (foods, reviews)


def oldest_stale() -> timedelta | None:
    """How long the oldest day has waited for its review; None if none does."""
    since = StaleDay.objects.order_by("since").values_list("since", flat=True).first()
    return timezone.now() - since if since else None
