"""Where the measuring is done: a data folder of its own with the foods, the demo diary and its findings."""

import contextlib
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


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


@contextlib.contextmanager
def furnished() -> Iterator[None]:
    """Django on a temporary SQLite folder, filled by the product's own verbs."""
    with tempfile.TemporaryDirectory(prefix="spasmlog-bench-") as folder:
        os.environ.update(SPASMLOG_DATA=folder, DATABASE_URL="", REDIS_URL="", LOG_LEVEL="WARNING", DEBUG="")
        os.environ["DJANGO_SETTINGS_MODULE"] = "spasmlog.settings"
        import django

        django.setup()
        from django.core.management import call_command

        from journal import demo, review
        from nutrients import loading
        from spasmlog import launch

        call_command("migrate", verbosity=0)
        loading.load_everything(progress=sys.stderr.isatty())
        with_demo = demo.make()
        review.recompute(with_demo)
        launch.collect_static()
        yield


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


def processor_s(process: int) -> float:
    """Processor time that a process has used so far. [s]"""
    with open(f"/proc/{process}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
