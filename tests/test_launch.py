"""`make run`, as a person meets it: processes of their own, a folder of their own, real signals."""

import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from spasmlog import launch
from tests import databases
from tests.conftest import SLOWER, environment, until

ON_POSTGRES = settings.TEST_ENGINE == "postgres"


class Start:
    """One `make run` in a process of its own, with what it printed."""

    def __init__(self, folder, **more):
        self.folder, self.port = folder, free_port()
        self.said_in = folder / f"said-{self.port}.log"
        told = {
            "SPASMLOG_DATA": str(folder), "PORT": str(self.port), "SPASMLOG_DEMO": "0", "WORKERS": "1",
            "SPASMLOG_STATIC": f"{settings.RUN_DIR}/static-{settings.LANE}",  # compressing it takes seconds
        }  # fmt: skip
        with self.said_in.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "spasmlog.launch"],
                env=environment(**{**told, **more}),
                cwd=settings.BASE_DIR, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    @property
    def said(self):
        return self.said_in.read_text()

    def ready(self, within=60):
        until(lambda: "is ready" in self.said or self.process.poll() is not None, within=within)
        assert self.process.poll() is None, self.said
        return self

    def page(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def processes(self):
        """Ids of every process that works on this start's folder, the launcher too."""
        return [
            int(found.name)
            for found in Path("/proc").glob("[0-9]*")
            if f"SPASMLOG_DATA={self.folder}\0" in read(found / "environ")
        ]

    def service(self, word):
        """The id of the first process whose command holds `word`."""
        return next(p for p in sorted(self.processes()) if word in read(Path(f"/proc/{p}/cmdline")))


def others_may_read(folder):
    written = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("said-")]
    assert written
    return [path.name for path in written if path.stat().st_mode & 0o077]


def read(path):
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def folder(tmp_path, transactional_db):
    """A data folder whose database is loaded already: the copy of the template, or the test's PostgreSQL."""
    if not ON_POSTGRES:
        shutil.copyfile(databases._template_file(), tmp_path / "spasmlog.sqlite3")
        (tmp_path / "spasmlog.sqlite3").chmod(0o600)
    return tmp_path


def newer(folder):
    """Have the database say that a migration was applied which is not known here."""
    row = (
        "INSERT INTO django_migrations (app, name, applied) VALUES ('journal', '0099_to_come', '2030-01-01')"
    )
    if ON_POSTGRES:
        with connection.cursor() as sql:
            sql.execute(row)
    else:
        with contextlib.closing(sqlite3.connect(folder / "spasmlog.sqlite3")) as database, database:
            database.execute(row)


@pytest.fixture
def start(folder):
    """A function that starts, and what it started is ended with the test."""
    started = []

    def begin(**more):
        started.append(Start(folder, **more))
        return started[-1]

    yield begin
    for one in started:
        for process in one.processes():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        one.process.wait()


def refusal(**told):
    """What a start says that ends before it has begun."""
    done = subprocess.run(
        [sys.executable, "-m", "spasmlog.launch"], env=environment(**told), cwd=settings.BASE_DIR,
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_taken_port_is_named_with_the_command_that_helps(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refusal(SPASMLOG_DATA=str(tmp_path), PORT=str(port))
    assert f"port {port} is taken" in said
    assert "make run PORT=" in said
    assert not (tmp_path / "spasmlog.sqlite3").exists()


def test_a_python_that_is_too_old_is_named_with_what_is_needed(tmp_path):
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ntest "$1" = --version && echo "Python 3.9.2"\n')  # fails when it is asked
    old.chmod(0o755)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    said = subprocess.run(
        ["make", "run", f"PYTHON={old}", f"VENV={tmp_path}/venv"],
        cwd=settings.BASE_DIR, env=plain, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert said.returncode != 0
    assert "SpasmLog needs Python 3.11 or newer" in said.stderr and "is Python 3.9.2" in said.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1"])
def test_a_port_that_cannot_be_is_refused_in_words(tmp_path, port):
    assert "from 1 to 65535" in refusal(SPASMLOG_DATA=str(tmp_path), PORT=port)


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    said = refusal(SPASMLOG_DATA=str(tmp_path / "file" / "data"), PORT=str(free_port()))
    assert "cannot be written" in said
    assert "file/data" in said


def test_a_folder_that_a_file_names_is_the_one_that_is_kept_for_one_start(tmp_path):
    (tmp_path / "named").write_text(f"{tmp_path}/diaries\n")
    with socket.create_server(("127.0.0.1", 0)) as other:
        refusal(SPASMLOG_DATA_FILE=str(tmp_path / "named"), PORT=str(other.getsockname()[1]))
    assert (tmp_path / "diaries" / "running").exists()
    assert "PORT_FILE names a file that cannot be read" in refusal(PORT_FILE=str(tmp_path / "none"))
    (tmp_path / "empty").touch()
    assert "the file that PORT_FILE names is empty" in refusal(PORT_FILE=str(tmp_path / "empty"))


def test_what_stands_in_the_way_of_the_preparation_is_told_in_a_line(tmp_path):
    told = {"SPASMLOG_DATA": str(tmp_path), "PORT": str(free_port())}
    nowhere = refusal(**told, DATABASE_URL="postgres://spasmlog@127.0.0.1:9/nothing")
    assert "SpasmLog cannot start: the database cannot be used: " in nowhere
    assert "a setting must be mended: SECRET_KEY is too short" in refusal(**told, SECRET_KEY="short")
    (tmp_path / "spasmlog.sqlite3").write_text("no database " * 100)
    assert "the database cannot be used: file is not a database" in refusal(**told, DATABASE_URL="")


def test_a_database_of_a_newer_version_is_not_opened(folder):
    newer(folder)
    said = refusal(SPASMLOG_DATA=str(folder), PORT=str(free_port()))
    assert "the database is of a newer version, which did journal.0099_to_come." in said


@pytest.mark.processes
def test_it_starts_greets_refuses_a_second_and_ctrl_c_ends_all(start):
    first = start().ready()
    assert first.page("/health/ready")[0] == 200
    assert others_may_read(first.folder) == []
    assert f"http://127.0.0.1:{first.port}/" in first.said
    assert "sign up at" in first.said
    assert (
        len(first.processes()) >= 7
    )  # launcher and its three keepers, web, worker, beat (and their children)

    second = start()
    assert second.process.wait(timeout=20 * SLOWER) == 1
    assert "already runs" in second.said
    assert str(first.process.pid) in second.said

    assert first.end(signal.SIGINT) == 0
    assert "SpasmLog has stopped." in first.said
    assert first.processes() == []


@pytest.mark.processes
def test_a_second_start_makes_nothing_again(start):
    start().ready().end(signal.SIGTERM)
    again = start().ready()
    for word in ("Preparing", "Loading", "Writing", "Collecting"):
        assert word not in again.said
    assert again.page("/health/ready")[0] == 200


@pytest.mark.processes
def test_one_process_that_dies_ends_all_and_is_named(start):
    running = start().ready()
    os.kill(running.service("beat"), signal.SIGKILL)
    assert running.process.wait(timeout=30) != 0
    assert "because its beat process ended" in running.said
    assert running.processes() == []


@pytest.mark.slow
@pytest.mark.processes
def test_what_a_killed_start_left_behind_is_ended_by_the_next(start):
    killed = start().ready()
    killed.process.kill()
    killed.process.wait()
    orphans = set(killed.processes())
    assert orphans

    again = start().ready()
    assert "left over from an earlier start" in again.said
    assert not orphans & set(again.processes())


def test_an_id_used_again_by_a_stranger_is_left_alone():
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        launch._end_leftover([stranger.pid])
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.slow
def test_the_first_start_fills_an_empty_folder_and_lets_the_demo_in(tmp_path):
    running = Start(tmp_path, SPASMLOG_DEMO="", SPASMLOG_STATIC="", DATABASE_URL="", REDIS_URL="")
    try:
        running.ready(within=200)
        assert "foods" in running.said  # the progress bar
        address, password = re.search(r"sign in as (\S+), password (\S+)", running.said).groups()
        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/accounts/login/") as sign_in:
            assert address in sign_in.read().decode()
        assert signed_in(running, address, password)
        with_a_sign = re.search(r"A warning sign: +sign in as (\S+), same password", running.said).group(1)
        assert signed_in(running, with_a_sign, password)
        with sqlite3.connect(tmp_path / "spasmlog.sqlite3") as database:
            (days,) = database.execute("SELECT count(DISTINCT local_date) FROM journal_meal").fetchone()
        assert days > 60  # ten weeks, less a few days on which nothing was logged
    finally:
        running.end()
    assert running.processes() == []


def signed_in(running, address, password):
    """Whether the sign-in form lets this person in, cookies and all."""
    import http.cookiejar
    import urllib.parse

    web = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = web.open(f"http://127.0.0.1:{running.port}/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "login": address, "password": password})
    answer = web.open(f"http://127.0.0.1:{running.port}/accounts/login/", form.encode())
    return answer.status == 200 and "/accounts/login" not in answer.url
