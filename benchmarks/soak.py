"""`make soak MINUTES=60`: the whole product at work for long, on PostgreSQL and Redis; its memory stays flat.

    python -m benchmarks.soak [--minutes 60] [--people 60] [--clients 4] [--pause 0.2] [--warm-up 4000]

People log, remove, search, look and sync through two gunicorn processes, while worker and scheduler review
what they log. After `--warm-up` requests at full speed, in which everything is loaded that is loaded once,
memory (proportional set size) of the web processes, and of the worker with its pool, is looked at every few
seconds: its slope, as the median of the slopes between any two looks, may come to `MOST_GROWTH` at most over
the whole time. At the end every diary is verified.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks import house, load

MOST_GROWTH = 6.0
"""Of all processes of a role together, over the whole time. [MB]"""
LOOKS = 400
"""In all, so that a run of any length is judged by about as many."""
CAUGHT_UP = 120.0
"""Until everything is reviewed, after the last entry. [s]"""
DAYS = 14


@dataclass
class Memory:
    """What the processes of a role used, look after look."""

    processes: Callable[[], Sequence[int]]
    looks: list[tuple[float, float]] = field(default_factory=list)
    """Since the start [s], and memory [MB]."""

    def look(self, begun: float) -> None:
        try:
            used = sum(house.own_mb(process) for process in self.processes())
        except OSError:
            return  # one of them has just ended
        self.looks.append((time.monotonic() - begun, used))

    def growth(self) -> float:
        """Slope times the time. [MB]"""
        looks = self.looks
        slopes = [
            (later[1] - one[1]) / (later[0] - one[0])
            for n, one in enumerate(looks) for later in looks[n + 1 :]
        ]  # fmt: skip
        return statistics.median(slopes) * (looks[-1][0] - looks[0][0])


def main() -> int:
    said = _said()
    with house.on_servers():
        from benchmarks.web import gunicorn

        port = house.free_port()
        with gunicorn(port, **house.NO_LIMITS) as web, load.background() as (worker, _beat):
            return run(port, web, worker.pid, said)


def _said() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.2, help="of each client between two acts [s]")
    parser.add_argument("--warm-up", type=int, default=4000, help="requests before memory is looked at")
    return parser.parse_args()


def run(port: int, web: Callable[[], list[int]], worker: int, said: argparse.Namespace) -> int:
    from benchmarks import crowd

    people = crowd.move_in(said.people, DAYS)
    acts = crowd.Acts([str(food.pk) for food in crowd.eaten()], crowd.typed_words(), removes=True)
    roles = {"web": Memory(web), "worker": Memory(lambda: [worker, *house.children(worker)])}
    errors = _warm_up(port, people, acts, said)
    seconds, begun = said.minutes * 60, time.monotonic()

    def look() -> None:
        for memory in roles.values():
            memory.look(begun)

    outcome = crowd.turn_loose(
        port, people, acts, crowd.MIX, clients=said.clients, seconds=seconds, pause=said.pause,
        meanwhile=look, every=max(0.5, seconds / LOOKS),
    )  # fmt: skip
    load.tell(outcome, said)
    wrong = [*errors[:10], *outcome.errors[:10], *_not_flat(roles), *_not_right()]
    for one in wrong:
        print(one, file=sys.stderr)
    print("Failed." if wrong else "Held.")
    return 1 if wrong else 0


def _warm_up(port: int, people: list, acts, said: argparse.Namespace) -> list[str]:
    from benchmarks import crowd

    done, errors = 0, []
    while done < said.warm_up and not errors:
        outcome = crowd.turn_loose(port, people, acts, crowd.MIX, clients=8, seconds=10)
        done, errors = done + outcome.number, outcome.errors
    print(f"warmed up by {done} requests", flush=True)
    return errors


def _not_flat(roles: dict[str, Memory]) -> list[str]:
    wrong = []
    for role, memory in roles.items():
        growth, (first, *_others, last) = memory.growth(), memory.looks
        hours = (last[0] - first[0]) / 3600
        print(f"{role}: {first[1]:.1f} MB after warming up, {last[1]:.1f} MB at the end, "
              f"slope {growth / hours:+.1f} MB/h, at most {MOST_GROWTH / hours:.1f}")  # fmt: skip
        if growth > MOST_GROWTH:
            wrong.append(f"The memory of {role} is not flat: {growth:.1f} MB more.")
    return wrong


def _not_right() -> list[str]:
    """Wait until all is reviewed, then compute every diary anew and compare."""
    from django.core.management import CommandError, call_command

    from journal.models import StaleDay

    last = time.monotonic() + CAUGHT_UP
    while StaleDay.objects.exists() and time.monotonic() < last:
        time.sleep(0.5)
    waiting = StaleDay.objects.count()
    try:
        call_command("verify", verbosity=0)
    except CommandError as error:
        return [str(error)]
    return [f"{waiting} days still wait for their review."] if waiting else []


if __name__ == "__main__":
    sys.exit(main())
