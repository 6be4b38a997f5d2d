"""The suite says which servers it ran on; these tests find out whether that is true."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from spasmlog.celery import app
from tests import engines
from tests.conftest import environment, until

ON_POSTGRES = settings.TEST_ENGINE == "postgres"


def test_the_database_is_the_one_the_run_was_asked_for(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()" if ON_POSTGRES else "SELECT sqlite_version()")
        (version,) = cursor.fetchone()
    assert connection.vendor == ("postgresql" if ON_POSTGRES else "sqlite")
    assert version.startswith("PostgreSQL ") == ON_POSTGRES


def test_sqlite_takes_its_write_lock_at_the_start_and_lets_readers_go_on(db):
    if ON_POSTGRES:
        assert settings.DATABASE_URL
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
    assert connection.transaction_mode == "IMMEDIATE"


def test_the_broker_is_a_real_redis_on_postgres_and_a_folder_elsewhere():
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1)
        kind = broker.transport.driver_type
        if ON_POSTGRES:
            assert broker.default_channel.client.info("server")["redis_version"]
    assert kind == ("redis" if ON_POSTGRES else "filesystem")


def test_what_is_cached_is_found_again_on_every_engine():
    cache.set("pear", "ripe", 30)
    assert cache.get("pear") == "ripe"
    assert ("Redis" in settings.CACHES["default"]["BACKEND"]) == ON_POSTGRES


def test_the_database_is_a_test_database_of_this_process_alone():
    name = str(settings.DATABASES["default"]["NAME"])
    assert settings.LANE in name
    assert name.startswith("test_") if ON_POSTGRES else name.startswith(settings.RUN_DIR)


@pytest.mark.parametrize("ending", ["closes", "is killed"])
def test_no_server_and_no_folder_outlives_a_run_that(ending):
    run = subprocess.Popen(
        [sys.executable, "-c",
         "import os, sys; from tests import engines; told = engines.provide(sys.argv[1]);"
         "print(told['SPASMLOG_TEST_DIR'], flush=True); sys.stdin.read()", settings.TEST_ENGINE],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR,
        env={k: v for k, v in os.environ.items() if not k.startswith(("TEST_", "SPASMLOG_TEST"))},
    )  # fmt: skip
    folder = Path(run.stdout.readline().strip())
    assert folder.is_dir()
    assert bool(_processes_in(folder)) == ON_POSTGRES

    if ending == "is killed":
        run.kill()
    run.stdin.close()
    run.wait()

    until(lambda: not folder.exists() and not _processes_in(folder), within=15)


@pytest.mark.thorough
def test_the_wheels_hold_a_postgresql_and_a_redis_for_machines_without(monkeypatch):
    monkeypatch.setattr(engines, "_postgres_programs", engines._postgres_from_wheel)
    monkeypatch.setattr(engines.shutil, "which", lambda program: None)
    folder, running, told = Path(tempfile.mkdtemp(prefix="spasmlog-wheels-")), [], {}
    folder.chmod(0o711)
    try:
        with psycopg.connect(engines.postgres(folder, running, told), autocommit=True) as database:
            (version,) = database.execute("SELECT version()").fetchone()
            database.execute("CREATE EXTENSION pg_trgm")
            at = f"--port={database.info.port}"
            dump = [
                f"{told['PATH'].split(os.pathsep)[0]}/pg_dump",
                "-h",
                "127.0.0.1",
                "-U",
                "spasmlog",
                at,
                "postgres",
            ]
            assert (
                b"pg_trgm" in subprocess.run(dump, capture_output=True, check=True).stdout
            )  # backups need it
        with redis.Redis.from_url(engines.redis(folder, running)) as broker:
            program = Path(broker.info("server")["executable"]).resolve()
        assert program.is_relative_to(Path(sys.prefix).resolve())
        assert version.startswith("PostgreSQL 18")  # as pinned in requirements-dev.txt
    finally:
        for process, ending in running:
            engines._end(process, ending)
        shutil.rmtree(folder)


def _processes_in(folder):
    """Ids of the processes that work in `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(process / "cwd")).is_relative_to(folder):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def test_the_foods_are_there_again_after_a_test_that_committed(transactional_db, foods):
    assert foods.count() > 13_000  # 5 431 of FNDDS 2021-2023 and 8 618 of SR28 (the rest are for industry)


SHARED = """
import threading
import django
django.setup()
from django.db import connection

seen = set()

def ask():
    with connection.cursor() as sql:
        sql.execute("SELECT pg_backend_pid(), pg_sleep(0.1)")
        seen.add(sql.fetchone()[0])
    connection.close()

threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(seen))
"""


@pytest.mark.servers
@pytest.mark.parametrize(("pool", "connections"), [("2", "2"), ("", "8")])
def test_threads_share_as_many_connections_as_they_are_given(db, pool, connections):
    said = subprocess.run(
        [sys.executable, "-c", SHARED], env=environment(DATABASE_POOL=pool), capture_output=True, text=True
    )
    assert said.stdout.strip() == connections, said.stderr
