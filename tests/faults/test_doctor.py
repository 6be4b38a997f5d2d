"""`manage.py doctor` beside real faults: it names each, and says how to mend it."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from journal import entries, review
from journal.models import StaleDay
from nutrients.models import FoodWords
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

    said, _content = doctor(capsys)
    assert "a day has waited 7 minutes for its review. Start worker and beat." in said
    assert "no food can be found by its name. python manage.py load_foods --again" in said
    assert f"others on this machine may read {tmp_path}/secret_key. chmod 600" in said


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
    assert "ok     data folder" in said.stdout
