"""A process of the worker's pool that is killed: if the pool stops, the worker is ended and started again."""

import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from journal import entries, findings, review, tasks
from nutrients.models import Food, food_id
from spasmlog.pool import ENDED_STUCK, LASTS_AT_MOST, WAITS_AT_MOST, Patience
from tests.conftest import environment, until
from tests.faults.running import children

KEPT_WORKER = [
    sys.executable, "-m", "spasmlog.keep", sys.executable, "-m", "celery", "-A", "spasmlog", "worker",
    "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle",
]  # fmt: skip


# When patience ends ---------------------------------------------------------------------------


def test_patience_ends_when_tasks_wait_for_a_pool_that_does_nothing():
    patience = Patience(time_limit=300)
    assert not patience.is_over(["a"], [], 0, now=100)
    assert not patience.is_over(["a"], [], 0, now=100 + WAITS_AT_MOST)
    assert patience.is_over(["a"], [], 0, now=101 + WAITS_AT_MOST)


@pytest.mark.parametrize(
    ("reserved", "running", "accepted"),
    [(["a"], ["b"], 1), (["b"], [], 1), (["a"], [], 1), ([], [], 0)],
    ids=["another one runs", "another one waits", "one ran in between", "none waits"],
)
def test_patience_begins_anew_with_whatever_the_pool_does(reserved, running, accepted):
    patience = Patience(time_limit=300)
    patience.is_over(["a"], [], 0, now=0)
    assert not patience.is_over(reserved, running, accepted, now=WAITS_AT_MOST + 5)
    assert not patience.is_over(["a"], [], 1, now=WAITS_AT_MOST + 10)


def test_a_task_may_run_as_long_as_its_own_limit_and_no_dead_one_runs_for_ever():
    patience = Patience(time_limit=300)
    assert not patience.is_over(["a"], ["a"], 1, now=0)
    assert not patience.is_over(["a"], ["a"], 1, now=300 + LASTS_AT_MOST)
    assert patience.is_over(["a"], ["a"], 1, now=301 + LASTS_AT_MOST)
    assert not patience.is_over(["c"], ["c"], 2, now=302 + LASTS_AT_MOST)


# Real processes -------------------------------------------------------------------------------


def of(process, word):
    """Whether a process was started with a word in its command."""
    try:
        return word.encode() in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


class KeptWorker:
    """A worker under the keeper of `make run`."""

    def __init__(self, log):
        self.log = log
        with log.open("w") as output:
            self.keeper = subprocess.Popen(
                KEPT_WORKER, env=environment(LOG_LEVEL="INFO", CELERY_LOG_LEVEL="INFO"),
                stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    @property
    def said(self):
        return self.log.read_text()

    @property
    def worker(self):
        return next(iter(children(self.keeper.pid)), 0)

    @property
    def pool(self):
        return [one for one in children(self.worker) if of(one, "celery")]

    def kill_one(self):
        """Kill a process of the pool, and wait for the one that takes its place."""
        before = set(self.pool)
        os.kill(min(before), signal.SIGKILL)
        until(lambda: len(self.pool) == len(before) and set(self.pool) != before, within=20)

    def end(self):
        self.keeper.terminate()
        try:
            return self.keeper.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self.keeper.pid, signal.SIGKILL)
            raise


@pytest.fixture
def kept_worker(transactional_db, tmp_path):
    from spasmlog.celery import app

    app.control.purge()
    worker = KeptWorker(tmp_path / "worker.log")
    try:
        until(lambda: "ready." in worker.said, within=30)
        yield worker
    finally:
        worker.end()


def swept(diarist):
    """Ask for the sweep as often as the scheduler would, until nothing of the diary is stale."""
    asked = time.monotonic()

    def fresh():
        nonlocal asked
        if time.monotonic() - asked > settings.CELERY_BEAT_SCHEDULE["sweep-stale-days"]["schedule"]:
            asked = time.monotonic()
            tasks.sweep.delay()
        return not findings.is_stale(diarist)

    return fresh


@pytest.mark.faults
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_meals_are_reviewed_whichever_processes_of_the_pool_were_killed(alice, kept_worker):
    banana = Food.objects.get(pk=food_id("fndds", "63107010"))  # 28 mg of magnesium in 100 g
    review.review_stale(alice.pk)
    worker = kept_worker.worker
    for meals in (1, 2):
        for _one in range(2):
            kept_worker.kill_one()
        entries.log_meal(alice, [(banana, Decimal(100))])
        until(swept(alice), within=WAITS_AT_MOST + 60, every=0.5)
        assert findings.day_totals(alice, findings.today(alice)).magnesium_mg == 28 * meals
    if (
        settings.TEST_ENGINE == "sqlite"
    ):  # with Redis each process has a pipe of its own, and no lock to take along
        assert f"({ENDED_STUCK}) and is started again" in kept_worker.said
        assert kept_worker.worker != worker
    assert review.recompute(alice).total == 0


@pytest.mark.processes
def test_a_kept_service_is_started_again_and_ends_when_told(tmp_path):
    log = tmp_path / "log"
    with log.open("w") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-c", "import spasmlog.keep as k; k.TOO_SOON = 0.2; import sys; "
             "sys.exit(k.Keeper(['sleep', '60']).run())"],
            env=environment(), stdout=output, stderr=output,
        )  # fmt: skip
    first = until(lambda: children(keeper.pid), within=10)[0]
    time.sleep(0.5)
    os.kill(first, signal.SIGKILL)
    second = until(lambda: [one for one in children(keeper.pid) if one != first], within=10)[0]
    assert "ended by itself (-9) and is started again" in log.read_text()

    keeper.terminate()
    assert keeper.wait(timeout=10) == 128 + signal.SIGTERM
    assert not Path(f"/proc/{second}").exists()


@pytest.mark.processes
def test_a_service_that_cannot_start_is_not_tried_for_ever():
    done = subprocess.run(
        [sys.executable, "-m", "spasmlog.keep", sys.executable, "-c", "raise SystemExit(3)"],
        env=environment(), timeout=20,
    )  # fmt: skip
    assert done.returncode == 3
