"""Ten thousand diarists x 90 days x 20 nutrients: gaps from wide day totals, beside reading those rows.

Three times in one run: (a) the rows streamed from the database and thrown away; (b) the bare means of numpy
over arrays that are in memory; and ours, which streams the same rows into arrays and assesses every nutrient
of every diarist as a night does: means and sources, and where the product judges, the verdict beside the
diarist's own reference, in words. `SPASMLOG_BENCH_DIARISTS` sets how many diarists.
"""

import os
import time
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from django.db import connection

from benchmarks.house import Line
from journal import frames
from journal.calc.days import USABLE
from journal.calc.gaps import Assessment, DaysInWindow, Someone, assess_days
from journal.review import no_search_for_cycles
from nutrients.calc.requirement import Need, Person, needs
from nutrients.codes import CODES, LifeStage

DIARISTS = int(os.environ.get("SPASMLOG_BENCH_DIARISTS", "10000"))
DAYS, BATCH = 90, 500
PERSONS = [(sex, year) for sex in ("female", "male", None) for year in range(1940, 2010, 5)]
"""Sexes and years of birth, in turn."""
MOST_TIMES = 3.0
"""Ours may take at most so many times what streaming takes."""
FIRST = date(2026, 8, 3)
TABLE = "bench_daily_intake"
"""A copy of the columns of the real table, without its owner, so that no ten thousand accounts are needed."""
PARTS = ("", "_added", "_share", "_unknown")
COLUMNS = [f"{code}{part}" for part in PARTS for code in CODES]
LEVELS = {
    "magnesium_mg": 265.0, "potassium_mg": 2600.0, "calcium_mg": 800.0, "vitamin_d_ug": 10.0,
    "vitamin_b12_ug": 2.0, "sodium_mg": 1500.0, "water_g": 2700.0,
}  # fmt: skip


def measure() -> list[Line]:
    _furnish()
    _stream()  # the first reading warms the machine's memory for all that follow
    before = _timed(_stream)
    started = time.perf_counter()
    with no_search_for_cycles():  # as a night does
        told = sum(len({gap.nutrient for gap in one.nutrients}) for one in _assessed())
    ours = time.perf_counter() - started
    assert told == DIARISTS * len(CODES)
    streaming = min(before, _timed(_stream))
    amounts = np.random.default_rng(2).gamma(4, 75, (BATCH, len(CODES), DAYS))
    bare = _timed(lambda: np.nanmean(amounts, axis=-1)) * DIARISTS / BATCH
    return [
        Line(f"assess {DIARISTS} diarists; bare: streaming", ours, "s", MOST_TIMES * streaming, streaming),
        Line(f"assess {DIARISTS} diarists; bare: numpy means", ours, "s", None, bare),
    ]


def _timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _furnish() -> None:
    """Fill the table with days of which no two are alike."""
    names = ", ".join(f"{name} double precision" for name in COLUMNS)
    with connection.cursor() as sql:
        sql.execute(f"DROP TABLE IF EXISTS {TABLE}")
        sql.execute(
            f"CREATE TABLE {TABLE} (diarist_id integer, date text, status text, {names}, "
            "PRIMARY KEY (diarist_id, date))"
        )
        places = ", ".join(["%s"] * (len(COLUMNS) + 3))
        for first in range(0, DIARISTS, BATCH):
            sql.executemany(f"INSERT INTO {TABLE} VALUES ({places})", _rows(first))


def _rows(first: int) -> Iterator[tuple]:
    rng = np.random.default_rng(first)
    people = min(BATCH, DIARISTS - first)
    levels = np.array([_level(code) for code in CODES]) * rng.uniform(0.5, 1.7, (people, 1, len(CODES)))
    amount = levels * rng.gamma(6, 1 / 6, (people, DAYS, len(CODES)))
    share = np.where(rng.random(amount.shape) < 0.15, rng.uniform(0.4, 1, amount.shape), 1.0)
    added = np.where(rng.random(amount.shape) < 0.05, amount * 0.3, 0.0)
    status = np.where(rng.random((people, DAYS)) < 0.8, USABLE[0], "incomplete")
    days = [(FIRST + timedelta(days=i)).isoformat() for i in range(DAYS)]
    unknown = (share < 1).astype(float)
    numbers = np.concatenate([amount, added, share, unknown], axis=-1).tolist()
    for i in range(people):
        for k in range(DAYS):
            yield first + i, days[k], str(status[i, k]), *numbers[i][k]


def _level(code: str) -> float:
    """About what people take in of the nutrients that are judged; made up beyond those."""
    return LEVELS.get(code, 100.0)


def _stream() -> None:
    with connection.cursor() as sql:
        sql.execute(
            f"SELECT {', '.join(['diarist_id', 'status', *COLUMNS])} FROM {TABLE} ORDER BY diarist_id, date"
        )
        while sql.fetchmany(BATCH * DAYS):
            pass


def _batches() -> Iterator[tuple[list[tuple], range]]:
    """The same rows, a batch of whole diarists at a time."""
    with connection.cursor() as sql:
        sql.execute(
            f"SELECT {', '.join(['diarist_id', 'status', *COLUMNS])} FROM {TABLE} ORDER BY diarist_id, date"
        )
        first = 0
        while rows := sql.fetchmany(BATCH * DAYS):
            people = range(first, first + len(rows) // DAYS)
            yield rows, people
            first = people.stop


def _assessed() -> Iterator[Assessment]:
    """All gaps of everybody, batch by batch."""
    dates = [FIRST + timedelta(days=i) for i in range(DAYS)]
    persons = [_needs(sex, year, dates[-1]) for sex, year in PERSONS]
    for rows, people in _batches():
        who = [Someone(one, dates[-1], persons[one % len(persons)]) for one in people]
        yield from assess_days(_wide(rows, len(people), dates), who, CODES)


def _needs(sex: str | None, year: int, day: date) -> dict[str, Need]:
    references, variations, _steps = frames.tables("nasem", LifeStage.GENERAL)
    return needs(references, variations, Person(date(year, 5, 1), sex), day)


def _wide(rows: list[tuple], people: int, dates: list[date]) -> DaysInWindow:
    numbers = np.array([row[2:] for row in rows], dtype=float)
    parts = numbers.reshape(people, DAYS, len(PARTS), len(CODES)).transpose(2, 0, 3, 1)
    amount, added, share, unknown = (np.ascontiguousarray(part) for part in parts)
    status = np.array([row[1] for row in rows]).reshape(people, DAYS)
    nothing = np.zeros_like(amount)
    return DaysInWindow(
        status,
        np.broadcast_to([day.weekday() >= 5 for day in dates], status.shape),
        amount[:, CODES.index("energy_kcal")],
        amount, added, share, unknown,
        {"fortified": nothing, "medicine": nothing},
        None,
    )  # fmt: skip
