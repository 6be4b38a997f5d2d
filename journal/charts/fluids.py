"""What was drunk, and the water of food, beside what each day needs. Amounts in litres."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from journal.charts.plane import Column, Scale, Tick, column, full_scale

HEIGHT = 230
TOP, BASE = 50.0, 190.0
COUNTED, OPEN, EMPTY = "counted", "open", "empty"
THINNEST = 2.0
"""Height of a need that is one number and not a range. [px]"""


@dataclass(frozen=True)
class FluidDay:
    """One diary day."""

    day: date
    state: str
    """`counted`: finished; `open`: not finished, or still running; `empty`: nothing is logged."""
    drinks: float = 0.0
    food: float = 0.0
    """Water of food; 0 where drinks alone are set beside the need."""
    need: tuple[float, float] | None = None
    drinks_only: bool = False

    @property
    def total(self) -> float:
        return self.drinks + self.food


@dataclass(frozen=True)
class FluidColumn:
    fluid: FluidDay
    at: Column
    drinks_y: float
    drinks_height: float
    food_y: float
    food_height: float
    cut: bool
    need_y: float | None
    need_height: float

    @property
    def state(self) -> str:
        return self.fluid.state

    @property
    def height(self) -> float:
        """Of drinks and food together."""
        return round(self.drinks_height + self.food_height, 1)


@dataclass(frozen=True)
class FluidsChart:
    columns: tuple[FluidColumn, ...]
    ticks: tuple[Tick, ...]

    @property
    def counted(self) -> int:
        return sum(one.state == COUNTED for one in self.columns)


def fluids_chart(days: Sequence[FluidDay], unit_l: float = 1.0) -> FluidsChart:
    """Lay out some days, the oldest first; lines of the scale are round in the unit that is read. [L]"""
    needs = [end for one in days if one.need for end in one.need]
    highest = max((one.total for one in days), default=0.0)
    scale = Scale(full_scale(highest, needs), TOP, BASE)
    columns = tuple(_column(i, len(days), one, scale) for i, one in enumerate(days))
    return FluidsChart(columns, scale.ticks(unit_l))


def _column(i: int, n: int, one: FluidDay, scale: Scale) -> FluidColumn:
    drinks_y, top = scale.y(one.drinks), scale.y(one.total)
    low, high = one.need or (0.0, 0.0)
    return FluidColumn(
        fluid=one,
        at=column(i, n),
        drinks_y=drinks_y,
        drinks_height=scale.height(one.drinks),
        food_y=top,
        food_height=round(drinks_y - top, 1),
        cut=scale.is_beyond(one.total),
        need_y=scale.y(high) if one.need else None,
        need_height=max(round(scale.y(low) - scale.y(high), 1), THINNEST),
    )
