"""Day totals and foods of meals in one table each, beside the same in parts by diarist.

    python -m benchmarks.partitions --diarists 1000 --parts 16

On a PostgreSQL of its own, with the diaries of made-up people. `manage.py partition` divides the product's
tables and joins them again, by turns; what people and workers do is done on both, and the best of each is
told. Keep what wins on your machine; see docs/operations.md.
"""

import argparse
import io
import random
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from benchmarks.scale import server

ROUNDS, ASKS, WRITERS, MANY = 3, 400, 40, 200


class Work(NamedTuple):
    """Something that is done, as often as there are values to do it with."""

    name: str
    unit: str
    do: Callable
    values: Iterable


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--diarists", type=int, default=1000)
    asked.add_argument("--days", type=int, default=90)
    asked.add_argument("--parts", type=int, default=16)
    said = asked.parse_args()
    with server():
        from journal import population

        population.make(said.diarists, said.days, 12, seed=1)
        people = _prepared()
        population.make(said.diarists, said.days, 12, seed=2, totals_only=True)
        counted = _shuffled(besides=people)
        best: dict[tuple[str, int], float] = {}
        for _ in range(ROUNDS):
            for parts in (1, said.parts):
                divided = _divided(parts)
                for name, took in [*_timed(_works(people, counted)), *divided]:
                    best[name, parts] = min(took, best.get((name, parts), took))
        print(f"\n{said.diarists} people, {said.days} days; the best of {ROUNDS}")
        print(f"{'':46}{'one table':>12}{said.parts:>6} parts{'ratio':>8}")
        for name in dict.fromkeys(name for name, _parts in best):
            whole, parted = best[name, 1], best[name, said.parts]
            print(f"{name:46}{whole:>12.3g}{parted:>12.3g}{parted / whole:>8.2f}")
    return 0


def _shuffled(besides: Iterable = ()) -> list:
    """Everybody else in an order of chance."""
    from journal.models import Diarist

    others = Diarist.objects.exclude(pk__in=[one.pk for one in besides])
    people = list(others.select_related("user").order_by("pk"))
    random.Random(3).shuffle(people)
    return people


def _prepared() -> list:
    """Some people whose whole past is reviewed: from then on a review is that of a day."""
    from journal import review

    people = _shuffled()
    for one in people[:WRITERS]:
        review.review_stale(one.pk)
    return people


def _divided(parts: int) -> list[tuple[str, float]]:
    """Both tables in so many parts; how long it took, of those that were not."""
    from django.core.management import call_command
    from django.db import connection

    from journal.management.commands.partition import LARGEST
    from spasmlog.parts import of, rows_and_bytes

    said = []
    if any(of(model) != parts for model in LARGEST):
        begun = time.perf_counter()
        call_command("partition", parts=parts, verbosity=0, stdout=io.StringIO())
        rows = sum(rows_and_bytes(model)[0] for model in LARGEST)
        said.append(("make the tables so, s for a million rows", (time.perf_counter() - begun) / rows * 1e6))
    with connection.cursor() as sql:
        sql.execute("VACUUM ANALYZE")
    return said


def _timed(works: Iterable[Work]) -> Iterable[tuple[str, float]]:
    """Each work by name and unit, and what one takes."""
    for work in works:
        values = list(work.values)
        begun = time.perf_counter()
        for value in values:
            work.do(value)
        took = (time.perf_counter() - begun) / len(values)
        yield f"{work.name}, {work.unit}", took * (1000 if work.unit == "ms" else 1)


def _works(people: list, counted: list) -> list[Work]:
    """`people` have entries, and `counted` day totals alone."""
    from django.db import connection

    from journal import eaten, entries, findings, habits, review, timeline
    from journal.models import DailyIntake
    from nutrients.models import Food

    day = entries.today(people[0]) - timedelta(days=3)
    some, writers, many = people[:ASKS], people[:WRITERS], people[:MANY]
    a_crowd = [one.pk for one in counted[:MANY]]
    foods = list(Food.objects.filter(owner=None).order_by("pk")[:4])

    def tidy(_day: date) -> None:
        tenth = [one.pk for one in counted[::10]]
        DailyIntake.objects.filter(diarist__in=tenth).update(drinks_ml=1000)
        with connection.cursor() as sql:
            sql.execute(f"VACUUM {DailyIntake._meta.db_table}")

    def log(one) -> None:
        entries.log_meal(one, [(food, 100) for food in foods])

    def totals(one) -> None:
        findings.daily(one, day - timedelta(days=89), day)

    return [
        Work("read the page of a day", "ms", lambda one: timeline.day_page(one, day), some),
        Work("read what was eaten lately", "ms", lambda one: habits.history(one, "lunch"), some),
        Work("read 90 day totals", "ms", totals, counted[:ASKS]),
        Work("log a meal of four foods", "ms", log, writers * 5),
        Work("review a day of one diary", "ms", lambda one: review.review_stale(one.pk), writers),
        Work(f"read a day's foods of {MANY}", "ms", lambda day: eaten.portions(many, [day]), [day] * 5),
        Work(
            f"read 90 day totals of {MANY}", "ms",
            lambda _: list(DailyIntake.objects.filter(diarist__in=a_crowd).values_list()), [day] * 3,
        ),
        Work("change a tenth of the totals, and vacuum", "s", tidy, [day]),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
