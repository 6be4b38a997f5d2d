"""PostgreSQL with its connections cut, one of its processes killed, and restarted, while phones log."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection, connections

from journal import findings, tasks
from tests import engines
from tests.conftest import until
from tests.faults.running import People, stand
from tests.faults.test_worker import waited_long

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.timeout(240), pytest.mark.processes,
    pytest.mark.servers, pytest.mark.faults,
]  # fmt: skip

MEALS_EACH = 90


class Server:
    """A PostgreSQL of this test's own, with a copy of the test's database."""

    def __init__(self, folder):
        self.folder, running = folder, []
        place = urlsplit(engines.postgres(folder, running, {}))
        ((self.process, _ending),) = running
        self.port, self.name = place.port, connection.settings_dict["NAME"]
        self.url = urlunsplit(place._replace(path=f"/{self.name}"))
        with psycopg.connect(urlunsplit(place), autocommit=True) as administration:
            administration.execute(f'CREATE DATABASE "{self.name}"')
            # As by default, and unlike the server of the tests: what was answered for survives a crash.
            administration.execute(f'ALTER DATABASE "{self.name}" SET synchronous_commit = on')

    def ask(self, statement):
        with psycopg.connect(self.url, autocommit=True) as line:
            return line.execute(statement).fetchall()

    def meals(self):
        """How many are stored; none that can be seen while it recovers."""
        try:
            return self.ask("SELECT count(*) FROM journal_meal")[0][0]
        except psycopg.OperationalError:
            return 0

    def processes(self):
        """Ids of those that serve connections to the database."""
        others = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in self.ask(others)]

    def cut(self):
        """End every connection to the database."""
        self.ask(f"SELECT pg_terminate_backend(pid) FROM unnest(ARRAY{self.processes()}::int[]) AS one(pid)")

    def fill(self, url):
        """Copy what another database holds."""
        reading = subprocess.Popen(["pg_dump", url], stdout=subprocess.PIPE)
        subprocess.run(
            ["psql", "-q", "-v", "ON_ERROR_STOP=1", self.url], stdin=reading.stdout, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert reading.wait() == 0

    def stop(self):
        self.process.send_signal(signal.SIGINT)  # "fast": whoever is connected is cut off
        self.process.wait(timeout=20)

    def start(self):
        home = self.folder / "postgres"
        self.process = engines._start(self.process.args, engines._lesser_account(), home, home / "log")
        until(lambda: engines._postgres_answers(self.port), within=20)


@pytest.fixture
def own_postgres(transactional_db):
    """The test and the processes that it starts use this server until the test ends."""
    folder = Path(tempfile.mkdtemp(prefix="spasmlog-postgres-"))
    folder.chmod(0o711)  # the server's own account has to get in
    server = Server(folder)
    before = connection.settings_dict["PORT"]
    try:
        server.fill(os.environ["DATABASE_URL"])
        connections.close_all()
        connection.settings_dict["PORT"] = server.port
        yield server
    finally:
        connections.close_all()
        connection.settings_dict["PORT"] = before
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def alice(own_postgres, alice):
    return alice


def test_meals_arrive_once_while_connections_are_cut_and_the_server_dies_and_comes_back(
    own_postgres, alice, token, start_web, real_worker, foods
):
    place = {"DATABASE_URL": own_postgres.url}
    web, worker = start_web(**place), real_worker(**place)
    people = People(web, token, foods, MEALS_EACH)

    def logged(meals):
        until(lambda: own_postgres.meals() >= meals, within=60, every=0.01)

    logged(20)
    for _each in range(10):
        own_postgres.cut()
        time.sleep(0.1)
    logged(120)
    os.kill(max(own_postgres.processes()), signal.SIGKILL)  # the server ends all others, and recovers
    logged(200)
    own_postgres.stop()
    time.sleep(0.5)
    status, said = web.phone().ask("GET", "/health/ready")
    assert (status, said["database"], said["broker"]) == (503, False, True)
    assert web.phone().ask("GET", "/health/live")[0] == 200
    assert all(thread.is_alive() for thread in people.threads), "stopped in the middle"
    own_postgres.start()
    until(lambda: web.phone().ask("GET", "/health/ready")[0] == 200, within=20, every=0.2)

    ids = people.end()
    assert people.refused and not people.broken  # "not now" is said in words
    connections.close_all()  # ours were cut, too
    waited_long(alice)
    tasks.sweep.delay()
    until(lambda: not findings.is_stale(alice), within=30, every=0.2)
    assert worker.poll() is None, worker.log.read_text()
    assert stand(ids)
