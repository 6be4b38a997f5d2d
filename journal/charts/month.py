"""A month of days: with cramps, without, and those of which nobody knows.

A day without a word is not a day without a cramp: the two never look alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from journal.calc.days import ONE_DAY, week_start

CRAMPS, WITHOUT, UNKNOWN, RUNNING, TO_COME = "cramps", "without", "unknown", "running", "to_come"
MOST = 10
"""The worst a cramp can be."""


@dataclass(frozen=True)
class DaySeen:
    """What is known of one diary day."""

    state: str
    cramps: int = 0
    worst: int | None = None
    """Of those whose intensity was told, 0 to 10."""


@dataclass(frozen=True)
class Cell:
    day: date
    seen: DaySeen
    bar: float | None
    """Width of the bar of the worst intensity; None: not told. [%]"""


Week = tuple[Cell | None, ...]


def day_seen(day: date, today: date, worst: Sequence[int | None], said_without: bool) -> DaySeen:
    """Tell what is known of a day from its cramps' intensities and from what was said of it.

    A cramp that was logged outweighs a mark that there was none.
    """
    if worst:
        told = [one for one in worst if one is not None]
        return DaySeen(CRAMPS, len(worst), max(told) if told else None)
    if day > today:
        return DaySeen(TO_COME)
    if said_without:
        return DaySeen(WITHOUT)
    return DaySeen(RUNNING if day == today else UNKNOWN)


def month_weeks(first: date, seen: Mapping[date, DaySeen], first_weekday: int = 0) -> list[Week]:
    """Lay out a month in weeks of seven; days of other months are None.

    Raises
    ------
    KeyError
        If a day of the month is not in `seen`.
    """
    last = last_of_month(first)
    start, weeks = week_start(first, first_weekday), []
    while start <= last:
        days = [start + n * ONE_DAY for n in range(7)]
        weeks.append(tuple(_cell(day, seen) if first <= day <= last else None for day in days))
        start += timedelta(days=7)
    return weeks


def last_of_month(first: date) -> date:
    return next_month(first) - ONE_DAY


def next_month(first: date) -> date:
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_before(first: date) -> date:
    return (first.replace(day=1) - ONE_DAY).replace(day=1)


def _cell(day: date, seen: Mapping[date, DaySeen]) -> Cell:
    worst = seen[day].worst
    return Cell(day, seen[day], None if worst is None else 100.0 * worst / MOST)
