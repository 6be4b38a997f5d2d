"""Which few swaps of usual foods would close gaps with about the same energy: an exact search.

A swap takes one usual food out of the average day and puts another of the same kind into its place, on the
days on which the first was eaten, in so many half portions. Each such swap is a column that is taken or not.
The search asks, in this order, for the fewest swaps that reach every target, then among these for those that
change least in weight. Where no choice reaches the targets it asks for the one that comes nearest, each
swap being worth its while.

Grams and amounts are per average day; amounts in the unit of each nutrient's code. HiGHS, which solves it,
is deterministic, and columns are put into one order first, so the order of foods never shows in the answer.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from journal.calc.portions import ENERGY

MOST_SWAPS = 3
"""So many swaps are looked for at most (product choice)."""
HALF_PORTIONS = (1, 2, 3, 4)
"""A food is put in as half a portion up to two (product choice)."""
MOST_GRAMS_AT_A_TIME = 600.0
"""More than this of one food is put in at no time (product choice). [g]"""
WORTH_A_SWAP = 0.05
"""What a swap must close of a gap to be worth a word, by itself and beside others (product choice). [-]"""
AS_GOOD = 1e-3
"""Choices that close alike to this share of a gap are told apart by their weight (product choice). [-]"""
TIME_LIMIT_S = 0.4
"""For each of at most two searches (product choice). [s]"""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Usual:
    """A food of the average day."""

    key: str
    kind: str
    grams: float
    """A day, over all days that count. [g]"""
    share_of_days: float
    """Days on which it was eaten, of all that count. [-]"""
    per_100g: Mapping[str, float | None]


@dataclass(frozen=True)
class Instead:
    """A food that may come into the place of another of its kind."""

    key: str
    kind: str
    portion_g: float
    per_100g: Mapping[str, float | None]


class Limit(NamedTuple):
    """By how much the day's amount of something may change."""

    least: float
    most: float


@dataclass(frozen=True)
class Swap:
    """One food instead of another, and what that changes in an average day."""

    away: str
    instead: str
    half_portions: int
    grams_at_a_time: float
    """Of the food that comes in, on a day on which the other was eaten. [g]"""
    grams_changed: float
    """Difference in weight on an average day, without sign. [g]"""
    change: dict[str, float]


@dataclass(frozen=True)
class Answer:
    """The swaps found; none where none helps. `change` is that of an average day with all of them."""

    swaps: tuple[Swap, ...]
    reached: bool
    change: dict[str, float]
    proven: bool = True
    """False if time ran out before it was sure that nothing is better."""


def choose(
    usual: Iterable[Usual],
    instead: Iterable[Instead],
    lacking: Mapping[str, float],
    limits: Mapping[str, Limit],
    most: int = MOST_SWAPS,
) -> Answer:
    """Find the fewest and smallest swaps that add what is lacking and keep within limits.

    Parameters
    ----------
    lacking
        What an average day lacks of each nutrient, all above 0.
    limits
        For other nutrients and energy, how far their amount may change.

    Notes
    -----
    A food whose content of any of these is not known takes no part: nobody could tell what the swap changes.
    """
    columns = options(usual, instead, lacking, limits)
    if not columns:
        return Answer((), False, {})
    problem = _Problem(columns, lacking, limits, most)
    return problem.fewest() or problem.nearest()


def options(
    usual: Iterable[Usual],
    instead: Iterable[Instead],
    lacking: Mapping[str, float],
    limits: Mapping[str, Limit],
) -> list[Swap]:
    """Every swap of a usual food for another of its kind, in every number of half portions, that helps alone.

    That is: it closes something worth a word, and does not change the day's energy beyond its limit.
    """
    codes = [*lacking, *(code for code in limits if code not in lacking)]
    by_kind = defaultdict(list)
    for one in instead:
        if all(one.per_100g.get(code) is not None for code in codes):
            by_kind[one.kind].append(one)
    found = [
        _swap(away, one, halves, codes)
        for away in usual
        if away.kind and all(away.per_100g.get(code) is not None for code in codes)
        for one in by_kind[away.kind]
        if one.key != away.key
        for halves in HALF_PORTIONS
        if halves * one.portion_g / 2 <= MOST_GRAMS_AT_A_TIME
    ]
    helping = [swap for swap in found if _helps(swap, lacking, limits)]
    return sorted(helping, key=lambda swap: (swap.away, swap.instead, swap.half_portions))


def _helps(swap: Swap, lacking: Mapping[str, float], limits: Mapping[str, Limit]) -> bool:
    closed = math.fsum(swap.change[code] / amount for code, amount in lacking.items())
    energy = limits.get(ENERGY, Limit(-math.inf, math.inf))
    return closed >= WORTH_A_SWAP and energy.least <= swap.change.get(ENERGY, 0.0) <= energy.most


def _swap(away: Usual, one: Instead, halves: int, codes: Sequence[str]) -> Swap:
    at_a_time = halves * one.portion_g / 2
    grams = at_a_time * away.share_of_days
    change = {
        code: (one.per_100g[code] * grams - away.per_100g[code] * away.grams) / 100  # type: ignore[operator]
        for code in codes
    }
    return Swap(away.key, one.key, halves, at_a_time, abs(grams - away.grams), change)


class _Problem:
    """The columns as a matrix, and the questions asked of it."""

    def __init__(
        self, columns: list[Swap], lacking: Mapping[str, float], limits: Mapping[str, Limit], most: int
    ):
        self.columns, self.lacking, self.most = columns, lacking, most
        self.grams = np.array([one.grams_changed for one in columns])
        rows = [(np.ones(len(columns)), 0.0, float(most))]
        rows += [(row, -np.inf, 1.0) for row in self._each_food_once()]
        rows += [self._scaled(code, limit.least, limit.most) for code, limit in limits.items()]
        self.shared = rows
        self.gains = [self._scaled(code, amount, np.inf) for code, amount in lacking.items()]

    def _each_food_once(self) -> list[Floats]:
        """A food is taken out once or put in once, and never both."""
        foods: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self.columns):
            foods[one.away].append(place)
            foods[one.instead].append(place)
        rows = []
        for places in foods.values():
            row = np.zeros(len(self.columns))
            row[places] = 1.0
            rows.append(row)
        return rows

    def _scaled(self, code: str, least: float, most: float) -> tuple[Floats, float, float]:
        """The changes of one nutrient and their bounds, in units of the largest number among them."""
        row = np.array([one.change[code] for one in self.columns])
        size = max(abs(number) for number in (*row, least, most) if math.isfinite(number)) or 1.0
        return row / size, least / size, most / size

    def fewest(self) -> Answer | None:
        """The fewest swaps that reach every target, of these the smallest; None if no choice reaches them."""
        rows = [*self.shared, *self.gains]
        count = np.ones(len(self.columns))
        first, sure = _solve(count, rows, len(self.columns))
        if first is None:
            return None
        number = float(round(first.sum()))
        least, sure_too = _solve(self.grams, [*rows, (count, number, number)], len(self.columns))
        return self._answer(first if least is None else least, reached=True, proven=sure and sure_too)

    def nearest(self) -> Answer:
        """The swaps that close most of the gaps, each counted alike; none may widen a gap."""
        columns, gaps = len(self.columns), len(self.gains)
        rows = [(np.concatenate([row, np.zeros(gaps)]), low, high) for row, low, high in self.shared]
        for place, (row, amount, _none) in enumerate(self.gains):
            closed = np.zeros(gaps)
            closed[place] = -amount
            rows.append((np.concatenate([row, closed]), 0.0, np.inf))
        small = self.grams / (1.0 + self.grams.sum())
        cost = np.concatenate([WORTH_A_SWAP + AS_GOOD * small, -np.ones(gaps)])
        best, sure = _solve(cost, rows, columns, shares=gaps)
        return self._answer(np.zeros(columns) if best is None else best[:columns], reached=False, proven=sure)

    def _answer(self, taken: Floats, *, reached: bool, proven: bool) -> Answer:
        swaps = tuple(one for one, is_taken in zip(self.columns, taken, strict=True) if round(is_taken))
        codes = swaps[0].change if swaps else {}
        change = {code: math.fsum(one.change[code] for one in swaps) for code in codes}
        return Answer(swaps, reached and bool(swaps), change, proven)


def _solve(
    cost: Floats, rows: Sequence[tuple[Floats, float, float]], columns: int, shares: int = 0
) -> tuple[Floats | None, bool]:
    """The cheapest choice of columns, and shares from 0 to 1, within rows; and whether it is proven."""
    matrix = csr_array(np.vstack([row for row, _low, _high in rows]))
    low, high = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    found = milp(
        cost,
        integrality=np.concatenate([np.ones(columns), np.zeros(shares)]),
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(matrix, low, high),
        options={"time_limit": TIME_LIMIT_S, "mip_rel_gap": 0.0},
    )
    return found.x, found.status in (0, 2)
