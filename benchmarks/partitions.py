"""Items and day totals in one table each, beside the same in parts by a hash of the diarist.

    python -m benchmarks.partitions --diarists 1000

On a PostgreSQL of its own, with the rows of made-up people. Each kind of work is done on both in turns, three
times; the best of each is told. What would win here would be worth a migration; see docs/operations.md.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable

from benchmarks.scale import server

PARTS = 16
ROUNDS, ASKS = 3, 1500
PLAIN, PARTED = "plain", "parted"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--diarists", type=int, default=1000)
    asked.add_argument("--days", type=int, default=90)
    said = asked.parse_args()
    with server():
        from journal import population

        population.make(said.diarists, said.days, 12, seed=1)
        population.make(said.diarists, said.days, 12, seed=2, totals_only=True)
        _furnish()
        people = _people()
        print(f"\n{said.diarists} people, {said.days} days, {PARTS} parts; the best of {ROUNDS}")
        print(f"{'':44}{'one table':>12}{'parts':>12}{'ratio':>8}")
        for what, unit, work in _works(people):
            best = {kind: min(_timed(work, kind) for _ in range(ROUNDS)) for kind in (PLAIN, PARTED)}
            ratio = best[PARTED] / best[PLAIN]
            print(f"{what:44}{best[PLAIN]:>9.3g} {unit:<2}{best[PARTED]:>9.3g} {unit:<2}{ratio:>8.2f}")
    return 0


def _timed(work: Callable[[str], float | None], kind: str) -> float:
    begun = time.perf_counter()
    times = work(kind) or 1
    return (time.perf_counter() - begun) * (1000 / times if times > 1 else 1)


def _sql(statement: str, values: list | None = None) -> list:
    from django.db import connection

    with connection.cursor() as sql:
        sql.execute(statement, values)
        return sql.fetchall() if sql.description else []


def _furnish() -> None:
    for kind in (PLAIN, PARTED):
        by = "PARTITION BY HASH (diarist_id)" if kind == PARTED else ""
        _sql(f"CREATE TABLE {kind}_items (LIKE journal_mealitem, diarist_id bigint NOT NULL, day date) {by}")
        _sql(f"CREATE TABLE {kind}_days (LIKE journal_dailyintake) {by}")
        for table in (f"{kind}_items", f"{kind}_days"):
            for part in range(PARTS if by else 0):
                _sql(
                    f"CREATE TABLE {table}_{part} PARTITION OF {table} "
                    f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
                )
        _sql(f"ALTER TABLE {kind}_items ADD PRIMARY KEY (diarist_id, id)")
        _sql(f"CREATE INDEX ON {kind}_items (diarist_id, day)")
        _sql(f"CREATE INDEX ON {kind}_items (meal_id)")
        _sql(f"ALTER TABLE {kind}_days ADD PRIMARY KEY (diarist_id, date)")
        _sql(
            f"INSERT INTO {kind}_items SELECT i.*, m.diarist_id, m.local_date FROM journal_mealitem i "
            "JOIN journal_meal m ON m.id = i.meal_id"
        )
        _sql(f"INSERT INTO {kind}_days SELECT * FROM journal_dailyintake")
    _sql("VACUUM ANALYZE")


def _but_id() -> str:
    """The other columns of items, in their order; the id is the first."""
    names = _sql(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'journal_mealitem' "
        "ORDER BY ordinal_position"
    )
    assert names[0] == ("id",)
    return ", ".join(name for (name,) in names[1:])


def _people() -> dict[str, list[int]]:
    return {
        table: [pk for (pk,) in _sql(f"SELECT DISTINCT diarist_id FROM {PLAIN}_{table} ORDER BY 1")]
        for table in ("items", "days")
    }


def _works(people: dict[str, list[int]]) -> list[tuple[str, str, Callable[[str], float | None]]]:
    """What is done, in which unit it is told, and the doing: it returns how often, if more than once."""
    dice = random.Random(3)
    writers, counted = dice.choices(people["items"], k=ASKS), dice.choices(people["days"], k=ASKS)
    first = people["days"][0]

    def a_day(kind: str) -> float:
        for one in writers:
            _sql(f"SELECT * FROM {kind}_items WHERE diarist_id = %s AND day = current_date - 3", [one])
        return ASKS

    def a_window(kind: str) -> float:
        for one in counted:
            _sql(f"SELECT * FROM {kind}_days WHERE diarist_id = %s ORDER BY date", [one])
        return ASKS

    def many_windows(kind: str) -> None:
        _sql(f"SELECT * FROM {kind}_days WHERE diarist_id BETWEEN %s AND %s", [first, first + 199])

    def write_a_day(kind: str) -> float:
        for one in counted:
            _sql(
                f"UPDATE {kind}_days SET energy_kcal = energy_kcal + 1 WHERE diarist_id = %s "
                "AND date = (SELECT max(date) FROM " + f"{kind}_days WHERE diarist_id = %s)",
                [one, one],
            )
        return ASKS

    def add_items(kind: str) -> None:
        _sql(
            f"INSERT INTO {kind}_items SELECT gen_random_uuid(), {_but_id()}, diarist_id, day "
            f"FROM {kind}_items LIMIT 100000"
        )

    def tidy(kind: str) -> None:
        _sql(f"UPDATE {kind}_days SET drinks_ml = drinks_ml + 1 WHERE diarist_id % 10 = 0")
        _sql(f"VACUUM {kind}_days")

    return [
        ("read the items of one person's day", "ms", a_day),
        ("read the day totals of one person", "ms", a_window),
        ("read the day totals of 200 people", "s", many_windows),
        ("write one day's totals", "ms", write_a_day),
        ("insert 100,000 items", "s", add_items),
        ("change a tenth of the totals, and vacuum", "s", tidy),
    ]


if __name__ == "__main__":
    sys.exit(main())
