"""What the tests that break things share: servers that may be stopped, and the product's own processes."""

import subprocess

import pytest

from nutrients.models import Food, food_id
from tests import engines
from tests.conftest import until
from tests.faults.running import Web, kill, started


@pytest.fixture
def banana(transactional_db):
    return Food.objects.get(pk=food_id("fndds", "63107010"))  # 28 mg of magnesium in 100 g


@pytest.fixture
def token(alice, phone):
    return phone._credentials["HTTP_X_SESSION_TOKEN"]


@pytest.fixture
def start_web(transactional_db, tmp_path):
    """`start_web(NAME=...)`: the web server; a name in capitals is a setting of its environment."""
    running = []

    def start(*before, **more):
        running.append(Web(tmp_path, *before, **more))
        return running[-1]

    yield start
    for web in running:
        web.end()


@pytest.fixture
def start_beat(tmp_path):
    """`start_beat()`: the scheduler, whose `log` says what it asks for. All keep their times in one file."""
    log, running = tmp_path / "beat.log", []

    def start(*before, **more):
        beat = started(
            log, *before, "celery", "-A", "spasmlog", "beat", "--pidfile", "", "--loglevel", "INFO",
            "--schedule", str(tmp_path / "beat-schedule"), **more,
        )  # fmt: skip
        beat.log = log
        running.append(beat)
        return beat

    yield start
    for beat in running:
        if beat.poll() is None:
            kill(beat)


@pytest.fixture
def set_clock(tmp_path):
    """`set_clock(seconds)`: how far ahead the clock of processes is that `tests.faults.clock` runs."""

    def ahead(seconds):
        part = ahead.path.with_suffix(".part")
        part.write_text(str(seconds))
        part.rename(ahead.path)

    ahead.path = tmp_path / "clock"
    ahead(0)
    return ahead


@pytest.fixture
def own_redis(tmp_path):
    """A Redis-compatible server of this test's own, which may be stopped and started again."""

    class Server:
        def __init__(self):
            running = []
            self.url = engines.redis(tmp_path, running)
            ((self.process, _ending),) = running

        def stop(self):
            self.process.terminate()
            self.process.wait(timeout=10)

        def start(self):
            port = int(self.url.rpartition(":")[2])
            self.process = subprocess.Popen(self.process.args, stdout=subprocess.DEVNULL)
            until(lambda: engines._redis_answers(port))

    server = Server()
    yield server
    server.stop()
