"""One nutrient over some weeks: the mean of each, its uncertain part, and where usual intake lies.

A week with too few counted days, and the one that is still running, has no bar: neither is a week of nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from journal.charts.plane import Column, Scale, Tick, column, full_scale

HEIGHT = 250
"""Of the whole chart: the words of a mark, cramps, the plot, counted days and dates below it. [px]"""
TOP, BASE = 74.0, 206.0
ROOM = 0.44
"""Share of a column without a bar: the band of usual intake, behind the bars, shows there. [-]"""
FEWEST = 3
"""Counted days of a week from which its mean is drawn: of fewer it is hardly a week (product choice). [d]"""
COUNTED, TOO_FEW, RUNNING = "counted", "too_few", "running"


@dataclass(frozen=True)
class WeekAmount:
    """What is known of one nutrient in one week. Amounts a day, in the nutrient's unit."""

    start: date
    days: int
    """Days that count."""
    known: float | None = None
    """Mean of what is known at least."""
    possible: float | None = None
    """Mean if unknown foods resemble the known ones; None: cannot be told."""
    band: tuple[float, float] | None = None
    """Where usual intake lies, by the window of the verdict that ends with this week."""
    references: tuple[tuple[str, float], ...] = ()
    """(kind, amount) of each that held at its end."""
    cramps: int = 0
    running: bool = False

    @property
    def state(self) -> str:
        if self.running:
            return RUNNING
        return TOO_FEW if self.known is None or self.days < FEWEST else COUNTED


@dataclass(frozen=True)
class WeekColumn:
    """One week. Heights are measured from the base line upwards. [px]"""

    week: WeekAmount
    at: Column
    known_y: float
    known_height: float
    possible_y: float
    possible_height: float
    open_ended: bool
    """How much the unknown part holds cannot be estimated."""
    cut: bool
    band_y: float | None
    band_height: float

    @property
    def state(self) -> str:
        return self.week.state


@dataclass(frozen=True)
class Line:
    """A reference value, over the weeks in which it held. Across in per cent, down in pixels."""

    kind: str
    amount: float
    x1: float
    x2: float
    y: float


@dataclass(frozen=True)
class WeeksChart:
    columns: tuple[WeekColumn, ...]
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    full: float

    @property
    def counted(self) -> int:
        return sum(one.state == COUNTED for one in self.columns)


def weeks_chart(weeks: Sequence[WeekAmount]) -> WeeksChart:
    """Lay out one nutrient over some weeks, the oldest first."""
    references = [amount for week in weeks for _kind, amount in week.references]
    scale = Scale(full_scale(max(map(_highest, weeks), default=0.0), references), TOP, BASE)
    return WeeksChart(
        columns=tuple(_column(i, len(weeks), week, scale) for i, week in enumerate(weeks)),
        lines=tuple(_lines(weeks, scale)),
        ticks=scale.ticks(),
        full=scale.full,
    )


def _highest(week: WeekAmount) -> float:
    bar = max(week.known or 0.0, week.possible or 0.0) if week.state == COUNTED else 0.0
    return max(bar, week.band[1] if week.band else 0.0)


def _column(i: int, n: int, week: WeekAmount, scale: Scale) -> WeekColumn:
    known = week.known or 0.0 if week.state == COUNTED else 0.0
    open_ended = week.state == COUNTED and week.possible is None
    top = scale.full if open_ended else max(known, week.possible or 0.0) if week.state == COUNTED else 0.0
    low, high = week.band or (0.0, 0.0)
    return WeekColumn(
        week=week,
        at=column(i, n, ROOM),
        known_y=scale.y(known),
        known_height=scale.height(known),
        possible_y=scale.y(top),
        possible_height=round(scale.y(known) - scale.y(top), 1),
        open_ended=open_ended,
        cut=scale.is_beyond(max(known, top)),
        band_y=scale.y(high) if week.band else None,
        band_height=round(scale.y(low) - scale.y(high), 1),
    )


def _lines(weeks: Sequence[WeekAmount], scale: Scale) -> list[Line]:
    """A value that changed, with a birthday or a pregnancy, is drawn over its own weeks alone."""
    kinds = list(dict.fromkeys(one for week in weeks for one in week.references))
    found = []
    for kind, amount in kinds:
        held = [i for i, week in enumerate(weeks) if (kind, amount) in week.references]
        for _key, group in groupby(enumerate(held), lambda pair: pair[1] - pair[0]):
            run = [i for _n, i in group]
            first, last = column(run[0], len(weeks)), column(run[-1], len(weeks))
            found.append(Line(kind, amount, first.x, round(last.x + last.width, 3), scale.y(amount)))
    return found


# Small ------------------------------------------------------------------------------------------

SPARK_WIDTH, SPARK_HEIGHT, EDGE = 120.0, 28.0, 3.0
WORTH_DRAWING = 1.005
"""How far an upper end must stand above what is known to be a line of its own. [-]"""


@dataclass(frozen=True)
class Spark:
    """Twelve weeks in a line as small as a word. The paths break where a week has too few days."""

    known: str
    possible: str
    """Of the upper ends, where something is not known; else empty."""
    reference_y: float | None
    counted: int


def spark(weeks: Sequence[WeekAmount]) -> Spark:
    """Lay out the means of some weeks as a line; without a counted week the paths are empty."""
    reference = next((amount for week in reversed(weeks) for _kind, amount in week.references), None)
    counted = [week for week in weeks if week.state == COUNTED]
    highest = max((max(week.known or 0.0, week.possible or 0.0) for week in counted), default=0.0)
    scale = Scale(full_scale(highest, [reference] if reference else []), EDGE, SPARK_HEIGHT - EDGE)
    unsure = any(
        week.possible is not None and week.possible > (week.known or 0.0) * 1.005 for week in counted
    )
    return Spark(
        known=_path(weeks, scale, [week.known for week in weeks]),
        possible=_path(weeks, scale, [week.possible for week in weeks]) if unsure else "",
        reference_y=scale.y(reference) if reference else None,
        counted=len(counted),
    )


def _path(weeks: Sequence[WeekAmount], scale: Scale, amounts: Sequence[float | None]) -> str:
    """A line through the counted weeks; a week alone between two gaps is a dot."""
    step = (SPARK_WIDTH - 2 * EDGE) / max(len(weeks) - 1, 1)
    drawn = [
        (round(EDGE + i * step, 1), scale.y(amount)) if week.state == COUNTED and amount is not None else None
        for i, (week, amount) in enumerate(zip(weeks, amounts, strict=True))
    ]
    runs = [list(run) for there, run in groupby(drawn, lambda point: point is not None) if there]
    return "".join(_run([point for point in run if point]) for run in runs)


def _run(points: list[tuple[float, float]]) -> str:
    places = "L".join(f"{x:g} {y:g}" for x, y in points)
    return f"M{places}" + ("h.01" if len(points) == 1 else "")
