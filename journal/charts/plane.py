"""Columns side by side and a scale of amounts: what the charts over time share.

Across, places are per cent of the width, so that a chart fills its page while words, lines and hatching keep
their size; down, they are pixels.
"""

import math
import sys
from dataclasses import dataclass

HEADROOM = 1.25
"""A scale reaches at least this much above the highest reference."""
HIGHEST = 2.5
"""Bars above so many times the reference are cut, and marked as cut."""
ROOM = 0.24
"""Share of a column that stays free between two bars. [-]"""
FOUR = 4
"""A scale has at most so many lines."""


@dataclass(frozen=True)
class Tick:
    """A line of the scale."""

    amount: float
    y: float


@dataclass(frozen=True)
class Column:
    """Where the i-th of n columns stands, and the bar in it. [%]"""

    x: float
    width: float
    bar_x: float
    bar_width: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 3)

    @property
    def bar_end(self) -> float:
        return round(self.bar_x + self.bar_width, 3)


def column(i: int, n: int, room: float = ROOM) -> Column:
    width = 100 / n
    free = width * room
    return Column(
        round(i * width, 3), round(width, 3), round(i * width + free / 2, 3), round(width - free, 3)
    )


@dataclass(frozen=True)
class Scale:
    """Amounts from 0 at `base` up to `full` at `top`. [px]"""

    full: float
    top: float
    base: float

    def y(self, amount: float) -> float:
        """Where an amount stands; what is beyond the scale stands at its top."""
        return round(self.base - min(amount / self.full, 1.0) * (self.base - self.top), 1)

    def height(self, amount: float) -> float:
        return round(self.base - self.y(amount), 1)

    def is_beyond(self, amount: float) -> bool:
        return amount > self.full * 1.0001

    def ticks(self, unit: float = 1.0) -> tuple[Tick, ...]:
        """Amounts above 0 that are round in a unit of so much, at most four of them."""
        step = round_step(self.full / unit / FOUR) * unit
        return tuple(Tick(n * step, self.y(n * step)) for n in range(1, int(self.full / step + 1e-9) + 1))


def full_scale(highest: float, references: list[float]) -> float:
    """The amount at the top: over the references, and over the highest bar unless that is far beyond."""
    if not references:
        return highest or 1.0
    reference = max(references)
    return max(reference * HEADROOM, min(highest, reference * HIGHEST))


def round_step(least: float) -> float:
    """The smallest of 1, 2 or 5 times a power of ten that is not under `least`."""
    least = max(least, sys.float_info.min)  # a quarter of the smallest number there is would be 0
    power = 10.0 ** math.floor(math.log10(least))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= least * (1 - 1e-9))
