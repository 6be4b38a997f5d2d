"""Where the measuring is done: a data folder of its own with the foods, the demo diary and its findings."""

import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg


@dataclass(frozen=True)
class Line:
    """One measured claim. `bare` is the machine's own limit for the same kind of work."""

    what: str
    ours: float
    unit: str
    allowed: float | None = None
    bare: float | None = None

    @property
    def broken(self) -> bool:
        return self.allowed is not None and self.ours > self.allowed

    def __str__(self) -> str:
        def shown(value: float | None) -> str:
            return "" if value is None else f"{value:.4g} {self.unit}"

        ratio = f"{self.ours / self.bare:.1f}x" if self.bare else ""
        mark = "  NOT HELD" if self.broken else ""
        figures = "".join(f"{shown(one):>12}" for one in (self.ours, self.allowed, self.bare))
        return f"{self.what:44}{figures}{ratio:>8}{mark}"


NO_LIMITS = dict.fromkeys(("SPASMLOG_API_RATE", "SPASMLOG_SEARCH_RATE"), "1000000/min")
"""Settings of a server whose clients ask for more than any person does."""


@contextlib.contextmanager
def furnished() -> Iterator[None]:
    """Django on a temporary SQLite folder, filled by the product's own verbs."""
    with _empty(DATABASE_URL="", REDIS_URL=""):
        from journal import demo, review

        with_demo = demo.make()
        review.recompute(with_demo)
        yield


@contextlib.contextmanager
def on_servers() -> Iterator[None]:
    """Django on a PostgreSQL and a Redis of its own, with the foods and nobody's diary yet.

    The servers are found and started as those of the tests are, and end with this process. What they hold is
    not kept on disk with the care of real ones, for ours and for what is bare alike.
    """
    from tests import engines

    os.environ.update(engines.provide("postgres"))
    database, redis = (os.environ[name] for name in ("TEST_DATABASE_URL", "TEST_REDIS_URL"))
    name = f"spasmlog_bench_{os.getpid()}"
    with psycopg.connect(database, autocommit=True) as administration:
        administration.execute(f"CREATE DATABASE {name}")
        try:
            with _empty(DATABASE_URL=urlsplit(database)._replace(path=f"/{name}").geturl(), REDIS_URL=redis):
                yield
        finally:
            administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def _empty(**servers: str) -> Iterator[None]:
    """Django with a data folder and a database of its own, in which there are foods alone."""
    with tempfile.TemporaryDirectory(prefix="spasmlog-bench-") as folder:
        os.environ.update(SPASMLOG_DATA=folder, LOG_LEVEL="WARNING", DEBUG="", **servers)
        os.environ["DJANGO_SETTINGS_MODULE"] = "spasmlog.settings"
        import django

        django.setup()
        from django.core.management import call_command

        from nutrients import loading
        from spasmlog import launch

        call_command("migrate", verbosity=0)
        loading.load_everything(progress=sys.stderr.isatty())
        launch.collect_static()
        yield


@contextlib.contextmanager
def running(*commands: list[str]) -> Iterator[list[subprocess.Popen]]:
    """Processes for as long as the block lasts."""
    processes = [subprocess.Popen(command, start_new_session=True) for command in commands]
    try:
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def milliseconds(work: Callable[[], object], times: int = 50) -> list[float]:
    """How long `work` took, each time, after a first one that does not count. [ms]"""
    work()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def median(taken: list[float]) -> float:
    return statistics.median(taken)


def p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


def own_mb(process: int) -> float:
    """Memory of a process, with its part of what it shares with others (proportional set size). [MB]"""
    with open(f"/proc/{process}/smaps_rollup") as rollup:
        kilobytes = next(line.split()[1] for line in rollup if line.startswith("Pss:"))
    return int(kilobytes) * 1024 / 1e6


def children(process: int) -> list[int]:
    """Ids of the processes that a process has started."""
    with open(f"/proc/{process}/task/{process}/children") as ids:
        return [int(one) for one in ids.read().split()]


def processor_s(process: int) -> float:
    """Processor time that a process has used so far. [s]"""
    with open(f"/proc/{process}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
