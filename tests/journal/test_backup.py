"""`manage.py backup` and `restore`, on the engine that the suite talks to."""

import os
import sqlite3
import stat
import subprocess
import sys

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from journal import entries, verifying
from journal.models import Diarist, WaterIntake
from tests.conftest import environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]


@pytest.fixture
def backup(alice, tmp_path):
    """Alice has drunk once when the backup is written."""
    entries.log_water(alice, 250)
    call_command("backup", tmp_path / "all.backup")
    return tmp_path / "all.backup"


def drunk():
    return sorted(float(drink.amount_ml) for drink in WaterIntake.objects.all())


def restore(file, **options):
    call_command("restore", file, yes=True, **options)


def test_what_was_there_is_back_and_what_came_later_is_gone(backup, alice):
    entries.log_water(alice, 500)
    get_user_model().objects.create(username="later")
    before = Diarist.objects.get(pk=alice.pk).history

    restore(backup)

    assert drunk() == [250]
    assert not get_user_model().objects.filter(username="later").exists()
    assert Diarist.objects.get(pk=alice.pk).history != before  # phones read everything anew
    assert verifying.look_at(Diarist.objects.get(pk=alice.pk)).is_right


def test_it_is_for_its_owner_alone_and_takes_no_other_files_place(backup):
    assert stat.S_IMODE(os.stat(backup).st_mode) == 0o600
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", backup)
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


def test_a_backup_that_was_cut_short_changes_nothing(backup, alice):
    whole = backup.read_bytes()
    backup.write_bytes(whole[: len(whole) // 2])
    entries.log_water(alice, 500)
    with pytest.raises(CommandError, match="Nothing was changed"):
        restore(backup)
    assert drunk() == [250, 500]


def test_a_file_of_another_kind_is_refused(tmp_path, alice):
    for name, content in (("text", b"hello" * 100), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CommandError, match="no backup of this kind"):
            restore(tmp_path / name)
    with pytest.raises(CommandError, match="There is no file"):
        restore(tmp_path / "nothing")


def test_a_backup_of_a_newer_version_is_refused(backup, alice, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('journal', '9999_later', %s)",
            [timezone.now()],
        )
    call_command("backup", tmp_path / "newer.backup")
    with pytest.raises(CommandError, match=r"newer SpasmLog: journal\.9999_later"):
        restore(tmp_path / "newer.backup")


def test_it_asks_before_it_replaces_everything(backup, alice):
    entries.log_water(alice, 500)
    said = subprocess.run(
        [sys.executable, "manage.py", "restore", str(backup)],
        input="no\n", env=environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode and "Nothing was changed" in said.stderr
    assert drunk() == [250, 500]


def begin_elsewhere():
    """A connection of somebody else, who has begun to write and has not said that it is done."""
    if connection.vendor == "sqlite":
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg.connect(os.environ["TEST_DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    other.execute("UPDATE journal_waterintake SET amount_ml = 999")
    return other


def test_it_is_written_while_somebody_writes(backup, tmp_path):
    other = begin_elsewhere()
    call_command("backup", tmp_path / "meanwhile.backup")
    other.rollback()
    other.close()
    restore(tmp_path / "meanwhile.backup")
    assert drunk() == [250]
