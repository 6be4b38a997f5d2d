"""Chart geometry: numbers in, shapes out. Templates draw the shapes as SVG; colours stand in CSS.

A row of the week chart is drawn in a box of `WIDTH` x `HEIGHT`, seven columns wide, y downwards, and scaled
to the page as a whole. Words stand beside it in HTML, so that they never shrink with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from journal.calc.days import USABLE

WIDTH, HEIGHT = 350.0, 60.0
COLUMN = WIDTH / 7
BAR = 30.0
TOP = 6.0
"""Room over the highest bar, for the mark that says it goes on."""
BASE = HEIGHT - 1.0
PLOT = BASE - TOP
HEADROOM = 1.25
"""The scale reaches at least this much above the reference."""
HIGHEST = 2.5
"""Bars above so many times the reference are cut, and marked as cut: one feast must not flatten the week."""
LEAST_SHARE = 0.6
"""Coverage below which the unknown part is not estimated (assessment, section 6). [-]"""
SLIVER = 3.0
"""Height that tells of unknown items which carry no energy to weigh them by."""

COUNTED, NOT_COUNTED, EMPTY, TO_COME = "counted", "not_counted", "empty", "to_come"


@dataclass(frozen=True)
class DayAmount:
    """What is known of one nutrient on one day. Amounts in the nutrient's unit."""

    day: date
    status: str
    """A day status; `to_come` for days after today."""
    known: float | None
    added: float = 0.0
    share: float | None = None
    unknown: int = 0


@dataclass(frozen=True)
class Bar:
    """One day of a row. Heights are measured from the base line upwards."""

    day: date
    state: str
    x: float
    known_y: float
    known_height: float
    unknown_y: float
    unknown_height: float
    cut: bool
    """The bar goes on above the plot."""
    open_ended: bool
    """How much the unknown part holds cannot be estimated."""
    amount: DayAmount


@dataclass(frozen=True)
class Line:
    """A reference value drawn across the row."""

    kind: str
    amount: float
    y: float


@dataclass(frozen=True)
class WeekRow:
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    full: float
    """Amount at the top of the plot, in the nutrient's unit."""


def week_row(days: Sequence[DayAmount], references: Sequence[tuple[str, float]] = ()) -> WeekRow:
    """Lay out one nutrient over a week.

    Parameters
    ----------
    days : seven days, in order.
    references : (kind, amount) of each line; amounts above 0, in the unit of the days.

    Raises
    ------
    ValueError
        If there are not seven days.
    """
    if len(days) != 7:
        raise ValueError(f"a week has seven days, not {len(days)}")
    full = _full_scale(days, [amount for _kind, amount in references])
    return WeekRow(
        bars=tuple(_bar(i, one, full) for i, one in enumerate(days)),
        lines=tuple(Line(kind, amount, _y(amount, full)) for kind, amount in references),
        full=full,
    )


def estimated(one: DayAmount) -> float | None:
    """Intake if the unknown foods resemble the known ones, U = added + (known - added) / share.

    None where the coverage is too small for that, or nothing is known (assessment, section 6).
    """
    if one.known is None:
        return None
    if one.unknown == 0:
        return one.known
    if one.share is None or one.share < LEAST_SHARE:
        return None
    return one.added + (one.known - one.added) / one.share


def _full_scale(days: Sequence[DayAmount], references: Sequence[float]) -> float:
    drawn = [estimated(one) or one.known or 0.0 for one in days if one.status in USABLE]
    highest = max(drawn, default=0.0)
    if references:
        reference = max(references)
        return max(reference * HEADROOM, min(highest, reference * HIGHEST))
    return highest or 1.0


def _bar(i: int, one: DayAmount, full: float) -> Bar:
    state = _state(one)
    known = one.known if state == COUNTED and one.known is not None else 0.0
    top = _top_of_unknown(one, full) if state == COUNTED else 0.0
    known_y, unknown_y = _y(known, full), _y(max(top, known), full)
    if state == COUNTED and one.unknown and known_y - unknown_y < SLIVER:
        unknown_y = max(TOP, known_y - SLIVER)
    return Bar(
        day=one.day,
        state=state,
        x=round(i * COLUMN + (COLUMN - BAR) / 2, 2),
        known_y=known_y,
        known_height=round(BASE - known_y, 2),
        unknown_y=unknown_y,
        unknown_height=round(known_y - unknown_y, 2) if state == COUNTED else 0.0,
        cut=state == COUNTED and max(known, top) > full * 1.0001,
        open_ended=state == COUNTED and one.unknown > 0 and estimated(one) is None,
        amount=one,
    )


def _state(one: DayAmount) -> str:
    if one.status in (TO_COME, EMPTY):
        return one.status
    return COUNTED if one.status in USABLE else NOT_COUNTED


def _top_of_unknown(one: DayAmount, full: float) -> float:
    """Where the hatched part ends: at the estimate, or at the top where there can be none."""
    if one.unknown == 0:
        return 0.0
    estimate = estimated(one)
    return full if estimate is None else estimate


def _y(amount: float, full: float) -> float:
    return round(BASE - min(amount / full, 1.0) * PLOT, 2)
