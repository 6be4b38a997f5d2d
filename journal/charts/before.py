"""The 48 hours before a cramp as a strip: what happened, in lanes, on the clock of the place.

Time runs evenly, as it passed: over a change of the clocks the hours on the wall stand nearer together or
farther apart, and 48 hours stay 48 hours.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from journal.calc.days import ONE_DAY

SPAN = timedelta(hours=48)
WORDS, NO_WORDS = 46.0, 4.0
"""Room over the lanes: for the words of a mark, or for none. [px]"""
LANE = 26.0
DATES = 20.0
"""Room for dates, below the lanes. [px]"""
THICK = 12.0
"""Height of something that lasts. [px]"""
EVERY = 6
"""Hours on the wall that have a line."""
DUSK, DAWN = time(22), time(6)
"""What is shaded as night (product choice): the diary holds no sleep."""
SHORTEST = 0.8
"""Width of something that lasts, at least. [%]"""


@dataclass(frozen=True)
class Event:
    """Something that happened. `key` leads back to what it was."""

    lane: str
    key: Hashable
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Mark:
    key: Hashable
    x: float
    width: float
    """0: a moment. [%]"""
    y: float
    """Of its middle."""

    @property
    def top(self) -> float:
        """Of something that lasts."""
        return self.y - THICK / 2


@dataclass(frozen=True)
class Lane:
    name: str
    y: float
    """Of its middle."""
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Hour:
    """A line at an hour of the wall's clock; at midnight its day begins."""

    at: datetime
    x: float

    @property
    def is_midnight(self) -> bool:
        return self.at.hour == 0


@dataclass(frozen=True)
class Night:
    x: float
    width: float


@dataclass(frozen=True)
class Strip:
    lanes: tuple[Lane, ...]
    hours: tuple[Hour, ...]
    nights: tuple[Night, ...]
    top: float
    base: float

    @property
    def depth(self) -> float:
        """Of all lanes together."""
        return self.base - self.top

    @property
    def dates_y(self) -> float:
        return self.base + DATES - 4

    @property
    def height(self) -> float:
        return self.base + DATES


def strip(
    cramp: datetime, tz: tzinfo, events: Iterable[Event], lanes: Sequence[str], top: float = WORDS
) -> Strip:
    """Lay out what happened in the 48 hours before a cramp; what did not reach into them is left out.

    Raises
    ------
    ValueError
        If an event's lane is none of `lanes`.
    """
    cramp = cramp.astimezone(UTC)  # hours on a wall would be taken off otherwise
    begin = cramp - SPAN
    inside = [one for one in events if (one.until or one.at) >= begin and one.at < cramp]
    if strange := {one.lane for one in inside} - set(lanes):
        raise ValueError(f"no such lane: {sorted(strange)}")
    return Strip(
        lanes=tuple(_lane(top + (i + 0.5) * LANE, name, inside, begin) for i, name in enumerate(lanes)),
        hours=tuple(Hour(at, x(at, begin)) for at in wall_hours(begin, cramp, tz)),
        nights=tuple(_nights(begin, cramp, tz)),
        top=top,
        base=top + len(lanes) * LANE,
    )


def x(moment: datetime, begin: datetime) -> float:
    """Where a moment stands between the beginning of the strip and the cramp. [%]"""
    share = (moment - begin) / SPAN
    return round(100 * min(max(share, 0.0), 1.0), 3)


def _lane(y: float, name: str, events: Sequence[Event], begin: datetime) -> Lane:
    mine = sorted((one for one in events if one.lane == name), key=lambda one: one.at)
    return Lane(name, y, tuple(_mark(one, begin, y) for one in mine))


def _mark(one: Event, begin: datetime, y: float) -> Mark:
    start = x(one.at, begin)
    width = 0.0 if one.until is None else max(round(x(one.until, begin) - start, 3), SHORTEST)
    return Mark(one.key, start, min(width, round(100 - start, 3)), y)


def wall_hours(begin: datetime, end: datetime, tz: tzinfo) -> list[datetime]:
    """The moments between two at which clocks in `tz` show 0, 6, 12 or 18 o'clock."""
    day, last = begin.astimezone(tz).date(), end.astimezone(tz).date()
    found = []
    while day <= last:
        found += [_on_the_wall(day, time(hour), tz) for hour in range(0, 24, EVERY)]
        day += ONE_DAY
    return [at.astimezone(tz) for at in found if begin <= at <= end]


def _nights(begin: datetime, end: datetime, tz: tzinfo) -> list[Night]:
    day, last = begin.astimezone(tz).date() - ONE_DAY, end.astimezone(tz).date()
    found = []
    while day <= last:
        dusk, dawn = _on_the_wall(day, DUSK, tz), _on_the_wall(day + ONE_DAY, DAWN, tz)
        if dusk < end and dawn > begin:
            start = x(dusk, begin)
            found.append(Night(start, round(x(dawn, begin) - start, 3)))
        day += ONE_DAY
    return found


def _on_the_wall(day: date, hour: time, tz: tzinfo) -> datetime:
    return datetime.combine(day, hour, tzinfo=tz).astimezone(UTC)
