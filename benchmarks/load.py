"""`make load`: people who log, search, look and sync at once, on PostgreSQL and Redis; how long they wait.

    python -m benchmarks.load [--seconds 30] [--people 24] [--clients 8]

Two gunicorn processes of four threads serve it, as compose starts them. First ours and a bare view of the
same server take turns, without a worker: how many of either four clients get done. Then everybody does
everything while worker and scheduler run beside it; an error of any kind fails the run.

The peer is the best-known open nutrition diary, as measured in November 2026 on a machine of two cores with
as many processes and clients: an entry of one row 334 times a second, a minimal view 669 times; a search
21 ms, at the 95th percentile 37 ms; 124 to 133 MB for each web process.
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain

from benchmarks import house
from benchmarks.house import Line

ROUNDS = 4
"""Ours and the bare view take turns, so that both meet the same weather; the best round of each counts."""
ROUND = 3.0
"""[s]"""
CLIENTS_OF_PEER = 4
FEWEST_OF_BARE = 0.5
"""Throughput of logging a meal of four foods, as a share of the bare view's."""
PEER_OF_BARE, AHEAD = 334 / 669, 1.5
"""The peer's entry of one row as a share of its minimal view, and by how much ours is to be ahead of it."""
PEER_SEARCH = (21.0, 37.0)
"""p50 and p95. [ms]"""
PEER_MEMORY = 124.0
"""[MB]"""
DAYS = 28


def main() -> int:
    said = _said()
    with house.on_servers():
        from benchmarks.web import gunicorn

        port = house.free_port()
        served = {"DJANGO_SETTINGS_MODULE": "benchmarks.served", "SPASMLOG_API_RATE": "1000000/min"}
        with gunicorn(port, **served) as workers:
            lines, errors = measure(port, workers, said)
    print(f"\n{'':44}{'ours':>12}{'allowed':>12}{'bare/peer':>12}{'ratio':>8}")
    for line in lines:
        print(line)
    for error in errors[:10]:
        print(error, file=sys.stderr)
    broken = [line.what for line in lines if line.broken]
    print(f"\nErrors: {len(errors)}. Not held: {'; '.join(broken) or 'nothing'}.")
    return 1 if errors or broken else 0


def _said() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="of everybody doing everything")
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--clients", type=int, default=8)
    return parser.parse_args()


def measure(
    port: int, workers: Callable[[], list[int]], said: argparse.Namespace
) -> tuple[list[Line], list[str]]:
    from benchmarks import crowd

    people = crowd.move_in(said.people, DAYS)
    acts = crowd.Acts([str(food.pk) for food in crowd.eaten()], crowd.typed_words())
    turns, errors = _turns(port, people, acts)
    with background():
        outcome = crowd.turn_loose(port, people, acts, crowd.MIX, clients=said.clients, seconds=said.seconds)
    tell(outcome, said)
    search = outcome.took["search"]
    lines = [
        *turns,
        Line("a search among all this, p50; peer's", statistics.median(search), "ms", None, PEER_SEARCH[0]),
        Line("a search among all this, p95; peer's", house.p95(search), "ms", None, PEER_SEARCH[1]),
        Line("memory of a web process; peer's", max(map(house.own_mb, workers())), "MB", None, PEER_MEMORY),
    ]
    return lines, errors + outcome.errors


def _turns(port: int, people: list, acts) -> tuple[list[Line], list[str]]:
    """The best round of each act, as the time that a request takes its turn of it."""
    from django.utils import timezone

    from benchmarks import crowd

    best: dict[str, float] = {}
    errors = []
    for _round in range(ROUNDS):
        for act in ("meal", "bare_meal", "water", "bare_water"):
            begun = timezone.now()
            outcome = crowd.turn_loose(port, people, acts, {act: 1}, clients=CLIENTS_OF_PEER, seconds=ROUND)
            taken = outcome.seconds / outcome.number * 1000
            best[act] = min(taken, best.get(act, taken))
            errors += outcome.errors
            crowd.forget_since(begun)
    meal, bare, drink, bare_drink = best.values()
    ahead = bare_drink / PEER_OF_BARE / AHEAD
    return [
        Line("a meal of 4 foods; bare: inserting them", meal, "ms", bare / FEWEST_OF_BARE, bare),
        Line("a drink, one row; bare: inserting it", drink, "ms", ahead, bare_drink),
        Line("drinks a second; peer's entries", 1000 / drink, "/s", None, 334.0),
    ], errors


@contextmanager
def background() -> Iterator[list]:
    """Worker and scheduler as compose starts them; yields their processes."""
    from django.conf import settings

    from spasmlog.celery import app

    app.control.purge()  # what was asked for while nobody was there
    celery = [sys.executable, "-m", "celery", "-A", "spasmlog"]
    times = str(settings.DATA_DIR / "beat-schedule")
    with house.running(
        [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"],
        [*celery, "beat", "--pidfile", "", "--schedule", times, "--loglevel", "WARNING"],
    ) as processes:
        yield processes


def tell(outcome, said: argparse.Namespace) -> None:
    """Print what clients saw of each act."""
    print(f"\n{said.people} people, {said.clients} clients, {outcome.seconds:.0f} s: "
          f"{outcome.number / outcome.seconds:.0f} requests/s, {len(outcome.errors)} errors")  # fmt: skip
    print(f"{'':10}{'requests':>10}{'p50':>10}{'p95':>10}{'p99':>10}   ms")
    for act, taken in sorted({**outcome.took, "all": [*chain(*outcome.took.values())]}.items()):
        cuts = statistics.quantiles(taken, n=100)
        print(f"{act:10}{len(taken):>10}{cuts[49]:>10.1f}{cuts[94]:>10.1f}{cuts[98]:>10.1f}")


if __name__ == "__main__":
    sys.exit(main())
