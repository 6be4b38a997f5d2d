"""Ten thousand diarists x 90 days x 20 nutrients: verdicts from wide day totals, beside reading those rows.

Three times in one run: (a) the rows streamed from the database and thrown away; (b) the bare means of numpy
over arrays that are in memory; and ours, which streams the same rows into arrays and judges every nutrient of
every diarist. `SPASMLOG_BENCH_DIARISTS` sets how many diarists.
"""

import os
import time
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from django.db import connection

from benchmarks.house import Line
from journal.calc.days import USABLE
from journal.calc.many import Comparison, WideDays, assess_many
from journal.calc.resampling import seed_of
from journal.calc.windows import AI, EAR, RESAMPLING, RULES, SKEWED, Rule
from nutrients.codes import CODES

DIARISTS = int(os.environ.get("SPASMLOG_BENCH_DIARISTS", "10000"))
DAYS, BATCH = 90, 500
MOST_TIMES = 3.0
"""Ours may take at most so many times what streaming takes."""
FIRST = date(2026, 8, 3)
TABLE = "bench_daily_intake"
"""A copy of the columns of the real table, without its owner, so that no ten thousand accounts are needed."""
PARTS = ("", "_added", "_share")
COLUMNS = [f"{code}{part}" for part in PARTS for code in CODES]
USUAL = {"potassium_mg": (2600, 851), "water_g": (2700, 800), "sodium_mg": (1500, 1230)}


def measure() -> list[Line]:
    _furnish()
    _stream()  # the first reading warms the machine's memory for all that follow
    before = _timed(_stream)
    started = time.perf_counter()
    judged = sum(len(bands) for bands in _assessed())
    ours = time.perf_counter() - started
    assert judged == DIARISTS * len(CODES)
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
    levels = np.array([_level(code)[0] for code in CODES]) * rng.uniform(0.5, 1.7, (people, 1, len(CODES)))
    amount = levels * rng.gamma(6, 1 / 6, (people, DAYS, len(CODES)))
    share = np.where(rng.random(amount.shape) < 0.15, rng.uniform(0.4, 1, amount.shape), 1.0)
    added = np.where(rng.random(amount.shape) < 0.05, amount * 0.3, 0.0)
    status = np.where(rng.random((people, DAYS)) < 0.8, USABLE[0], "incomplete")
    days = [(FIRST + timedelta(days=i)).isoformat() for i in range(DAYS)]
    numbers = np.concatenate([amount, added, share], axis=-1).tolist()
    for i in range(people):
        for k in range(DAYS):
            yield first + i, days[k], str(status[i, k]), *numbers[i][k]


def _level(code: str) -> tuple[float, float]:
    """What a nutrient is set beside here, and its spread from day to day; made up beyond the seven."""
    known = {
        "magnesium_mg": (265, 86),
        "calcium_mg": (800, 325),
        "vitamin_d_ug": (10, 0),
        "vitamin_b12_ug": (2, 0),
    }
    return {**known, **USUAL}.get(code, (100.0, 35.0))


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


def _assessed() -> Iterator[np.ndarray]:
    """The bands of every nutrient, batch by batch."""
    dates = [FIRST + timedelta(days=i) for i in range(DAYS)]
    weekend = np.array([day.weekday() >= 5 for day in dates])
    for rows, people in _batches():
        seeds = np.array([seed_of(one, FIRST.toordinal(), DAYS) for one in people], dtype=np.uint64)
        found = assess_many(_wide(rows, len(people), weekend), CODES, _comparisons(), seeds=seeds)
        for judged in found.values():
            yield judged.band


def _wide(rows: list[tuple], people: int, weekend: np.ndarray) -> WideDays:
    numbers = np.array([row[2:] for row in rows], dtype=float)
    amount, added, share = numbers.reshape(people, DAYS, len(PARTS), len(CODES)).transpose(2, 0, 3, 1)
    usable = np.isin(np.array([row[1] for row in rows]), USABLE).reshape(people, DAYS)
    return WideDays(*(np.ascontiguousarray(part) for part in (amount, added, share)), usable, weekend)


def _comparisons() -> list[Comparison]:
    return [_comparison(code) for code in CODES]


def _comparison(code: str) -> Comparison:
    level, sd = _level(code)
    method = RESAMPLING if code in SKEWED else AI if code in USUAL else EAR
    return Comparison(code, method, level, RULES.get(code, Rule(28, 7, 10)), prior_sd=sd)
