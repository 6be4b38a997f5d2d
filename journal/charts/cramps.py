"""Cramps by the hour of the diary day, and by muscle and side: counts alone, however few."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from journal.charts.plane import Column, Scale, Tick, column

HOURS = 24
HEIGHT = 190
TOP, BASE = 50.0, 160.0
NIGHT = (22, 6)
"""Hours by the clock that are shaded as night (product choice)."""


@dataclass(frozen=True)
class HourColumn:
    """One hour by the clock on the wall, and the cramps that began in it."""

    hour: int
    count: int
    at: Column
    y: float
    height: float
    is_night: bool

    @property
    def until(self) -> int:
        return (self.hour + 1) % HOURS


@dataclass(frozen=True)
class HoursChart:
    columns: tuple[HourColumn, ...]
    ticks: tuple[Tick, ...]


def hours_chart(counts: Mapping[int, int], first_hour: int) -> HoursChart:
    """Lay out the hours of a day that begins at `first_hour`."""
    scale = Scale(max(max(counts.values(), default=0), 1) * 1.0, TOP, BASE)
    hours = [(first_hour + n) % HOURS for n in range(HOURS)]
    return HoursChart(
        columns=tuple(_hour(i, hour, counts.get(hour, 0), scale) for i, hour in enumerate(hours)),
        ticks=tuple(tick for tick in scale.ticks() if tick.amount == int(tick.amount)),
    )


def _hour(i: int, hour: int, count: int, scale: Scale) -> HourColumn:
    night = hour >= NIGHT[0] or hour < NIGHT[1]
    return HourColumn(hour, count, column(i, HOURS), scale.y(count), scale.height(count), night)


# By muscle --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Segment:
    """The cramps of one side. Across in per cent of the longest row."""

    side: str
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class MuscleRow:
    """The cramps of one muscle; "" where none was told."""

    site: str
    count: int
    segments: tuple[Segment, ...]


def muscle_rows(cramps: Iterable[tuple[str, str]], sides: Sequence[str]) -> list[MuscleRow]:
    """Count (muscle, side) of each cramp; the most frequent muscle first, those not told last.

    `sides` gives the order of the segments; a side that is not in it counts as the last of it.
    """
    found: dict[str, dict[str, int]] = {}
    for site, side in cramps:
        of_site = found.setdefault(site, dict.fromkeys(sides, 0))
        of_site[side if side in of_site else sides[-1]] += 1
    longest = max((sum(of_site.values()) for of_site in found.values()), default=1)
    ordered = sorted(found.items(), key=lambda one: (one[0] == "", -sum(one[1].values()), one[0]))
    return [MuscleRow(site, sum(counts.values()), _segments(counts, longest)) for site, counts in ordered]


def _segments(counts: Mapping[str, int], longest: int) -> tuple[Segment, ...]:
    segments, before = [], 0
    for side, count in counts.items():
        if count:
            segments.append(
                Segment(side, count, round(100 * before / longest, 3), round(100 * count / longest, 3))
            )
        before += count
    return tuple(segments)
