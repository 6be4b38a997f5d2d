"""Notice that the pool of a worker takes no more tasks, and end the worker so that it can be started again.

The processes of a pool wait in turn for the next task: the one whose turn it is holds a lock. If it is killed
from outside at that moment (by a kernel that is out of memory, say), nobody gives the lock back: the worker
looks well, answers a ping, and does nothing any more. Nothing is lost by ending it, because the database
remembers which days wait for a review. It is started again by `spasmlog.keep`, or by Docker's restart policy.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterable
from typing import Any

import structlog
from celery import bootsteps

log = structlog.get_logger(__name__)

LOOKS_EVERY = 2.0
"""[s]"""
WAITS_AT_MOST = 10.0
"""How long a task may wait while every process of the pool is free. [s]"""
LASTS_AT_MOST = 60.0
"""How long after its own time limit a task may still count as running. [s]"""
ENDED_STUCK = 75
"""Exit code: a temporary failure, try again (EX_TEMPFAIL)."""


class Patience:
    """For how long tasks have been waiting for a pool that has nothing to do, or are said to run.

    Times are of a clock that never jumps, in seconds.
    """

    def __init__(self, time_limit: float):
        self.longest = time_limit + LASTS_AT_MOST
        self.seen: tuple[frozenset[str], int] = (frozenset(), 0)
        self.waiting_since = 0.0
        self.running_since: dict[str, float] = {}

    def is_over(self, reserved: Iterable[str], running: Iterable[str], accepted: int, now: float) -> bool:
        """Look at the ids of tasks at hand and of those that run; `accepted` counts all that ever ran."""
        self.running_since = {one: self.running_since.get(one, now) for one in running}
        waiting = frozenset(reserved) - self.running_since.keys()
        if self.running_since or (waiting, accepted) != self.seen:
            self.seen, self.waiting_since = (waiting, accepted), now
        stuck = bool(waiting) and now - self.waiting_since > WAITS_AT_MOST
        return stuck or any(now - since > self.longest for since in self.running_since.values())


class WatchThePool(bootsteps.StartStopStep):
    """Look after the pool of this worker from a thread of its main process."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any):
        super().__init__(worker, **options)
        self.ended = threading.Event()

    def start(self, worker: Any) -> None:
        threading.Thread(target=self.watch, args=(worker,), name="watch-the-pool", daemon=True).start()

    def stop(self, worker: Any) -> None:
        self.ended.set()

    def watch(self, worker: Any) -> None:
        from celery.worker import state  # web processes, which import the application, need nothing of it

        patience = Patience(float(worker.app.conf.task_time_limit))
        while not self.ended.wait(LOOKS_EVERY):
            reserved = [one.id for one in list(state.reserved_requests)]
            running = [one.id for one in list(state.active_requests)]
            if patience.is_over(reserved, running, state.all_total_count[0], time.monotonic()):
                log.error("pool_is_stuck", reserved=len(reserved), running=len(running))
                end_with_pool(worker)


def end_with_pool(worker: Any) -> None:
    """End this worker at once. Its processes wait for a lock that nobody holds: they cannot be asked."""
    pool = getattr(worker.pool, "_pool", None)
    for process in list(getattr(pool, "_pool", ())):
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    sys.stderr.flush()
    os._exit(ENDED_STUCK)
