"""`manage.py doctor` beside real faults: it names each, and says how to mend it."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from journal import entries, review
from journal.models import StaleDay
from nutrients.models import FoodWords
from spasmlog import health
from tests.conftest import environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes, pytest.mark.faults]


def doctor(capsys):
    """What it says, and whether it is content."""
    try:
        call_command("doctor")
    except CommandError as wrong:
        return f"{capsys.readouterr().out}{wrong}", False
    return capsys.readouterr().out, True


def test_with_a_worker_that_answers_all_is_well(alice, real_worker, capsys):
    real_worker()
    said, content = doctor(capsys)
    assert content and "WRONG" not in said and "ok     worker" in said


def test_a_worker_that_was_killed_is_missed(alice, real_worker, capsys):
    worker = real_worker()
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    said, content = doctor(capsys)
    assert not content
    assert "WRONG  worker: no worker answers. Start one:" in said


def test_each_fault_is_named_with_its_remedy(alice, capsys, settings, tmp_path):
    entries.log_water(alice, 250)
    StaleDay.objects.update(since=timezone.now() - timedelta(minutes=7, seconds=5))
    FoodWords.objects.all().delete()
    settings.DATA_DIR = tmp_path
    (tmp_path / "secret_key").write_text("x")
    (tmp_path / "secret_key").chmod(0o644)
    tmp_path.chmod(0o755)

    said, _content = doctor(capsys)
    assert "a day has waited 7 minutes for its review. Start worker and beat." in said
    assert "no food can be found by its name. python manage.py load_foods --again" in said
    assert f"others on this machine may read {tmp_path}/secret_key. chmod 600" in said
    assert f"others on this machine may look into {tmp_path}. chmod 700 {tmp_path}" in said


def test_a_day_that_was_just_touched_is_no_fault(alice, capsys):
    review.review_stale(alice.pk)
    entries.log_water(alice, 250)
    said, _content = doctor(capsys)
    assert "ok     reviews" in said


def test_without_a_database_it_still_speaks(tmp_path):
    """The file is no database; the server is at a port where nobody listens."""
    (tmp_path / "spasmlog.sqlite3").write_text("no database " * 100)
    nowhere = "postgres://spasmlog@127.0.0.1:9/nothing" if connection.vendor == "postgresql" else ""
    said = subprocess.run(
        [sys.executable, "manage.py", "doctor"], capture_output=True, text=True,
        env=environment(SPASMLOG_DATA=str(tmp_path), DATABASE_URL=nowhere),
    )  # fmt: skip
    assert said.returncode == 1
    assert "WRONG  database: " in said.stdout and "Traceback" not in said.stderr
    assert f"ok     data folder ({tmp_path})" in said.stdout


def test_of_a_database_without_tables_it_says_so_and_looks_at_the_rest(tmp_path):
    empty = os.environ["TEST_DATABASE_URL"] if connection.vendor == "postgresql" else ""
    (tmp_path / "spasmlog.sqlite3").touch()
    said = subprocess.run(
        [sys.executable, "manage.py", "doctor"], capture_output=True, text=True,
        env=environment(SPASMLOG_DATA=str(tmp_path), DATABASE_URL=empty),
    )  # fmt: skip
    assert "ok     database (" in said.stdout and "Traceback" not in said.stderr
    assert "WRONG  migrations: the database is of an older version. python manage.py migrate" in said.stdout
    assert "broker" in said.stdout and "worker" in said.stdout


def test_a_database_of_a_newer_version_is_named_and_serves_on_while_that_comes_up(
    alice, client, capsys, monkeypatch
):
    monkeypatch.setattr(health, "_migrated", False)
    MigrationRecorder(connection).record_applied("journal", "0099_to_come")
    said, _content = doctor(capsys)
    assert "WRONG  migrations: the database is of a newer version, which did journal.0099_to_come" in said
    assert client.get("/health/ready").status_code == 200


@pytest.mark.once  # of a file
def test_a_database_that_is_not_there_or_damaged_is_told_with_its_place(tmp_path):
    def asked():
        env = environment(SPASMLOG_DATA=str(tmp_path), DATABASE_URL="")
        told = [sys.executable, "manage.py", "doctor"]
        return subprocess.run(told, capture_output=True, text=True, env=env).stdout

    path = tmp_path / "spasmlog.sqlite3"
    assert f"WRONG  database: there is none at {path}. Start SpasmLog once, or set SPASMLOG_DATA." in asked()
    assert not path.exists()
    connection.close()
    with path.open("w+b") as copy:
        copy.write(Path(connection.settings_dict["NAME"]).read_bytes())
        copy.seek(copy.tell() // 2)
        copy.write(b"no page " * 50_000)
    assert f"WRONG  database: {path} is damaged. Stop SpasmLog and restore a backup." in asked()


@pytest.mark.once  # of a file
def test_a_sound_database_that_is_locked_is_not_called_damaged(tmp_path):
    path = tmp_path / "plain.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE one (number)")
        other.execute("BEGIN EXCLUSIVE")
        env = environment(SPASMLOG_DATA=str(tmp_path), DATABASE_URL=f"sqlite:///{path}")
        told = [sys.executable, "manage.py", "doctor"]
        said = subprocess.run(told, capture_output=True, text=True, env=env).stdout
    assert "database is locked. Look at its folder, and ask again." in said and "damaged" not in said
