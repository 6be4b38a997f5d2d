"""Days with a cramp, days without one, and days of which nobody knows. Standard library alone: pages count.

Day d of an outcome runs from noon to noon: a cramp in the night counts for the day that led up to it. A day
is without a cramp only if the diarist said so: nothing logged is not known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from journal.calc.days import ONE_DAY

NOON = 12
FEWEST_DAYS = 42
"""Known days before links are looked for at all (product choice). [d]"""
FEWEST_CRAMPS = 10
"""Days with a cramp before any number is shown (product choice). [d]"""
FEWEST_OF_A_KIND = 5
"""Exposed days, and others, that the strata used must hold (product choice). [d]"""
FALSE_FINDS = 0.10
"""Benjamini-Hochberg q up to which a pattern is called unusual by chance (product choice). [-]"""
CRAMPS_TO_SHOW = 20
"""Days with a cramp before a link is called worth watching (product choice). [d]"""
DAYS_BETWEEN = 14
"""From one look to the next: who looks often finds something by chance (product choice). [d]"""
BLOCK = timedelta(days=28)
"""Length of the blocks within which days are compared (Janes et al., 2005). [d]"""
SATURDAY = 5


def exposure_day(clock: datetime) -> date:
    """Return the day that led up to a cramp, from the time on the wall when it began.

    From noon on it is that date, before noon the date before.
    """
    return clock.date() if clock.hour >= NOON else clock.date() - ONE_DAY


def has_begun(day: date, clock: datetime) -> bool:
    """Whether anything can be said of a day's cramps yet: it begins at noon."""
    return exposure_day(clock) >= day


def outcomes(cramps: Iterable[date], without: Iterable[date]) -> dict[date, bool]:
    """Return whether each known day had a cramp. One that was logged outweighs a mark that there was none."""
    return {**dict.fromkeys(without, False), **dict.fromkeys(cramps, True)}


class Count(NamedTuple):
    """How many days are known, and how many of them had a cramp. [d]"""

    known: int
    cramps: int

    @property
    def is_enough(self) -> bool:
        """Whether links may be looked for."""
        return self.known >= FEWEST_DAYS and self.cramps >= FEWEST_CRAMPS


def count(known: Mapping[date, bool]) -> Count:
    return Count(len(known), sum(known.values()))


class Running(NamedTuple):
    """The day, from noon to noon, that is not over: it does not count yet, whatever was said of it."""

    ends_on: date
    """It counts from noon of this day on."""
    has_cramp: bool


class Place(NamedTuple):
    """A stratum: a series, a block of 28 days in it, and working days or weekend."""

    series: int
    block: int
    weekend: bool


@dataclass(frozen=True)
class Calendar:
    """The strata of a diary, laid out before anybody looks at what the days held.

    A series begins with the first known day, and anew with the first known day from each change on: a
    medicine started or stopped, a pregnancy. Within it blocks of 28 days are counted from that day.
    """

    starts: tuple[date, ...]
    """The first known day of each series, in order."""
    ends: tuple[date, ...]
    """The last day of each series."""

    @classmethod
    def of(cls, known: Iterable[date], changes: Iterable[date], last: date) -> "Calendar":
        days = sorted(known)
        cuts = [date.min, *sorted({change for change in changes if change <= last}), last + ONE_DAY]
        spans = [
            (min(inside), end - ONE_DAY)
            for begin, end in pairwise(cuts)
            if (inside := [day for day in days if begin <= day < end])
        ]
        return cls(tuple(start for start, _end in spans), tuple(end for _start, end in spans))

    def place(self, day: date) -> Place:
        """The stratum of a day. A day before the first series, or in none, is the caller's mistake."""
        series = max(i for i, start in enumerate(self.starts) if start <= day)
        return Place(series, (day - self.starts[series]) // BLOCK, day.weekday() >= SATURDAY)

    def days_in(self, place: Place) -> int:
        """How many days a stratum has, known or not; the last block may still be running. [d]"""
        first = self.starts[place.series] + place.block * BLOCK
        last = min(first + BLOCK - ONE_DAY, self.ends[place.series])
        span = (first + n * ONE_DAY for n in range((last - first).days + 1))
        return sum((day.weekday() >= SATURDAY) == place.weekend for day in span)
