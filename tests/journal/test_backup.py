"""`manage.py backup` and `restore`, on the engine that the suite talks to."""

import os
import re
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from journal import entries, verifying
from journal.models import Diarist, WaterIntake
from tests.conftest import SLOWER, environment, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]

only_postgres = pytest.mark.servers
PIPE = 65536
"""What a pipe holds while nobody reads it. [bytes]"""


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


def run(*command, before=(), most=resource.RLIM_INFINITY, **more):
    """The command as a process of its own, that nobody answers; no file of its may grow beyond `most`."""
    return subprocess.run(
        [*before, sys.executable, "manage.py", *map(str, command)],
        env=environment(**more), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60 * SLOWER,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )  # fmt: skip


def refusal(*command, **more):
    """What a command says that refuses: a sentence and no traceback."""
    said = run(*command, **more)
    assert said.returncode and "Traceback" not in said.stderr, said.stderr
    return said.stderr


def address(**parts):
    """That of the test's database on PostgreSQL, with other parts."""
    whole = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(whole._replace(**parts))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def bound():
    """What comes before a command that no permission is waived for, as it is for root."""
    if os.geteuid():
        return ()
    waived = "-dac_override,-dac_read_search"
    return (shutil.which("setpriv"), f"--bounding-set={waived}", f"--inh-caps={waived}")


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


# What was asked for ---------------------------------------------------------------------------


def test_it_is_looked_at_before_anyone_is_asked(tmp_path, alice):
    (tmp_path / "text").write_bytes(b"hello" * 100)
    said = run("restore", tmp_path / "text")
    assert "no backup of this kind" in said.stderr and "Type yes" not in said.stdout


def test_where_nobody_answers_nothing_is_changed(backup, alice):
    entries.log_water(alice, 500)
    assert "Nothing was changed" in refusal("restore", backup)
    assert drunk() == [250, 500]


def test_a_folder_is_no_name_for_a_backup(tmp_path, alice):
    for command in ("backup", "restore"):
        for folder in (tmp_path, ".", "/"):
            with pytest.raises(CommandError, match="is a folder: give a file's name"):
                call_command(command, folder, **({"yes": True} if command == "restore" else {}))


def test_it_names_the_database_that_it_copied(tmp_path, alice, capsys):
    call_command("backup", tmp_path / "all.backup")
    assert str(connection.settings_dict["NAME"]) in capsys.readouterr().out


def test_a_database_that_is_not_spasmlogs_is_not_copied(tmp_path, alice):
    if connection.vendor == "sqlite":
        where, elsewhere = str(tmp_path / "elsewhere"), {"SPASMLOG_DATA": str(tmp_path / "elsewhere")}
    else:
        server = urlsplit(os.environ["TEST_DATABASE_URL"])
        secret = server._replace(netloc=f"{server.username}:hidden@{server.hostname}:{server.port}")
        where, elsewhere = f"postgres at {server.hostname}", {"DATABASE_URL": urlunsplit(secret)}

    said = refusal("backup", tmp_path / "all.backup", **elsewhere)

    assert where in said and "SPASMLOG_DATA or DATABASE_URL" in said and "hidden" not in said
    assert not list(tmp_path.rglob("*.sqlite3")) and not (tmp_path / "all.backup").exists()


# Where it cannot be ---------------------------------------------------------------------------


def test_on_a_full_disk_nothing_is_left_behind(tmp_path, alice):
    said = refusal("backup", tmp_path / "all.backup", most=200_000)
    assert re.search("all.backup was not written: |pg_dump failed: .*too large", said)
    assert names(tmp_path) == []


def test_an_impossible_place_is_told(tmp_path, alice, bound):
    assert "name too long" in refusal("backup", tmp_path / ("x" * 300))
    assert "There is no folder" in refusal("backup", tmp_path / "none" / "all.backup")
    tmp_path.chmod(0o500)
    assert "Permission denied" in refusal("backup", tmp_path / "all.backup", before=bound)
    tmp_path.chmod(0o700)
    assert names(tmp_path) == []


def test_a_backup_that_may_not_be_read_is_told(backup, alice, bound):
    backup.chmod(0)
    assert "all.backup cannot be read: Permission denied" in refusal("restore", backup, before=bound)


# SQLite ---------------------------------------------------------------------------------------


@pytest.mark.once  # of a file
def test_a_backup_is_one_plain_file_and_the_database_keeps_its_log(backup, alice):
    assert backup.read_bytes()[18:20] == b"\1\1"  # the versions to write and read it: 1 rollback, 2 WAL
    restore(backup)
    assert names(backup.parent) == [backup.name]
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.once  # of a file
def test_an_older_backup_is_put_back_from_a_folder_that_nobody_may_write_in(backup, alice, bound):
    entries.log_water(alice, 500)
    with closing(sqlite3.connect(backup)) as older:
        older.execute("PRAGMA journal_mode=WAL")
    assert names(backup.parent) == [backup.name]
    backup.parent.chmod(0o500)
    said = run("restore", backup, "--yes", before=bound)
    backup.parent.chmod(0o700)
    assert said.returncode == 0, said.stderr
    assert drunk() == [250] and names(backup.parent) == [backup.name]


@pytest.mark.once  # of a file
def test_a_copy_with_its_log_beside_it_is_read_with_the_log(backup, alice):
    restore(backup)
    with closing(sqlite3.connect(backup)) as open_copy:
        open_copy.execute("PRAGMA journal_mode=WAL")
        open_copy.execute("UPDATE journal_waterintake SET amount_ml = 300")
        open_copy.commit()
        restore(backup)
        assert drunk() == [300]


@pytest.mark.once  # of a file
def test_a_backup_cut_anywhere_is_called_damaged(backup, alice):
    whole = backup.read_bytes()
    for length in (50, 4096, 5000, len(whole) // 2, len(whole) - 10):
        backup.write_bytes(whole[:length])
        with pytest.raises(CommandError, match="is damaged"):
            restore(backup)


# PostgreSQL -----------------------------------------------------------------------------------


@pytest.fixture
def lesser():
    """A role that may connect and owns nothing."""
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as administration:
        name = f"lesser_{connection.settings_dict['NAME']}"
        administration.execute(f'CREATE ROLE "{name}" LOGIN')
        yield name
        administration.execute(f'DROP ROLE "{name}"')


@only_postgres
@pytest.mark.timeout(120)
def test_what_postgres_refuses_is_told_at_once(backup, lesser):
    assert backup.stat().st_size > PIPE
    place = urlsplit(os.environ["DATABASE_URL"])
    theirs = address(netloc=f"{lesser}@{place.hostname}:{place.port}")
    said = refusal("restore", backup, "--yes", DATABASE_URL=theirs)
    assert "must be owner of schema public" in said and "Nothing was changed" in said
    assert drunk() == [250]


@only_postgres
def test_options_of_the_address_hold_for_the_programs_too(backup, tmp_path, monkeypatch):
    options = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(options, "sslmode", "verify-full")
    monkeypatch.setitem(options, "sslrootcert", str(tmp_path / "none.crt"))
    connection.ensure_connection()  # before they were there
    with pytest.raises(CommandError, match=r"pg_dump failed: .*(SSL|root certificate)"):
        call_command("backup", tmp_path / "plain.backup")
    with pytest.raises(CommandError, match=r"psql failed: .*(SSL|root certificate)"):
        restore(backup)


@only_postgres
def test_an_address_with_tls_is_never_read_without(tmp_path, alice):
    strict = address(query=f"sslmode=verify-full&sslrootcert={tmp_path / 'none.crt'}")
    said = refusal("backup", tmp_path / "all.backup", DATABASE_URL=strict)
    assert re.search("SSL|root certificate", said) and names(tmp_path) == []


@only_postgres
def test_options_that_are_djangos_or_no_variable_do_no_harm(backup, tmp_path):
    more = address(query="keepalives_idle=30&application_name=copied&connect_timeout=9")
    for command in (("backup", tmp_path / "pooled.backup"), ("restore", tmp_path / "pooled.backup", "--yes")):
        said = run(*command, DATABASE_URL=more, DATABASE_POOL="4")
        assert said.returncode == 0, said.stderr


@only_postgres
def test_a_damaged_backup_is_told_in_pg_restores_words(backup, alice):
    whole = bytearray(backup.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 2000] = bytes(2000)
    backup.write_bytes(whole)
    entries.log_water(alice, 500)

    said = refusal("restore", backup, "--yes")

    assert "pg_restore failed: " in said and "Nothing was changed" in said
    assert "NOTICE" not in said and "drop cascades" not in said and len(said.splitlines()) < 4
    assert drunk() == [250, 500]


def asked(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0] if cursor.description else None


def backup_that_fills_a_pipe(folder):
    """One whose SQL has a statement end just where a pipe that nobody reads is full."""
    asked("COMMENT ON TABLE account_emailaddress IS 'x'")  # the first table of all
    call_command("backup", folder / "measured.backup")
    told = ["pg_restore", "--no-owner", "--no-privileges", "--file=-", folder / "measured.backup"]
    sql = subprocess.run(told, capture_output=True, check=True).stdout
    short = PIPE - (sql.rindex(b";\n\n", 0, PIPE) + 3)
    asked(f"COMMENT ON TABLE account_emailaddress IS '{'x' * (1 + short)}'")
    call_command("backup", folder / "full.backup")
    return folder / "full.backup"


@only_postgres
@pytest.mark.timeout(120)
def test_a_restore_that_is_killed_changes_nothing(tmp_path, alice):
    """What psql was fed until then looks like a file of SQL that is whole."""
    file = backup_that_fills_a_pipe(tmp_path)
    entries.log_water(alice, 500)
    other = begin_elsewhere()  # the restore has to wait for it
    killed = subprocess.Popen([sys.executable, "manage.py", "restore", str(file), "--yes"], env=environment())
    theirs = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'psql'"
    )
    until(lambda: asked(f"{theirs} AND wait_event_type = 'Lock'"), within=30)
    time.sleep(1)  # the pipe fills
    killed.kill()
    killed.wait()
    other.rollback()
    other.close()
    until(lambda: not asked(theirs), within=30)
    assert drunk() == [500]
