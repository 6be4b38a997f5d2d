"""Cramps as pages show them: which days had one, at which hour, in which muscle, and the latest.

    days_seen(diarist, first, last, today) -> dict[date, DaySeen]    2 queries
    lately(diarist, today) -> Lately                                 the last 12 weeks; 1 query
    latest(diarist, most) -> list[SpasmEpisode]                      1 query

A cramp belongs to the diary day it was logged on; its hour is that of the clocks of the place.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from journal import tracked
from journal.calc import days
from journal.charts.month import DaySeen, day_seen
from journal.models import Diarist, SpasmEpisode

SPAN = 84
"""Days over which hours and muscles are counted: twelve weeks, as the charts of nutrients. [d]"""


@dataclass(frozen=True)
class Lately:
    """Counts of some weeks of cramps."""

    first: date
    last: date
    count: int
    hours: Counter[int]
    """By the hour on the wall in which they began."""
    places: list[tuple[str, str]]
    """Muscle and side of each; "" where not told."""

    @property
    def with_muscle(self) -> int:
        return sum(bool(site) for site, _side in self.places)

    @property
    def with_side(self) -> int:
        return sum(bool(side) for _site, side in self.places)


def days_seen(diarist: Diarist, first: date, last: date, today: date) -> dict[date, DaySeen]:
    """What is known of each day from `first` to `last`, both included."""
    worst: dict[date, list[int | None]] = defaultdict(list)
    episodes = SpasmEpisode.objects.of(diarist).live().between(first, last).order_by()
    for day, intensity in episodes.values_list("local_date", "intensity"):
        worst[day].append(intensity)
    without = set(tracked.said_without(diarist, first, last))
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {day: day_seen(day, today, worst[day], day in without) for day in span}


def lately(diarist: Diarist, today: date) -> Lately:
    """Count the cramps of the days that end with today."""
    first, last = days.window(today, SPAN)
    episodes = SpasmEpisode.objects.of(diarist).live().between(first, last).order_by()
    rows = list(episodes.values_list("occurred_at", "utc_offset_min", "site", "side"))
    hours = Counter((at + timedelta(minutes=offset)).hour for at, offset, _site, _side in rows)
    return Lately(first, last, len(rows), hours, [(site, side) for _at, _offset, site, side in rows])


def latest(diarist: Diarist, most: int) -> list[SpasmEpisode]:
    """The latest cramps, the newest first."""
    return list(SpasmEpisode.objects.of(diarist).live()[:most])
