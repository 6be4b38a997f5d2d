"""Which days count: what the diarist marked, and energies that are possible.

Only usable days enter a mean. A partial day is missing and never a small one.

References
----------
.. [1] Black, International Journal of Obesity, 2000 (the Goldberg cut-off).
.. [2] Mifflin et al., American Journal of Clinical Nutrition, 1990 (resting energy of adults).
.. [3] Willett, "Nutritional Epidemiology", 2012 (limits of energy in cohort studies).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from journal.calc.days import (
    COMPLETE_INFERRED,
    COMPLETE_MARKED,
    EMPTY,
    FASTING_MARKED,
    INCOMPLETE,
)
from journal.calc.usual import Flags, Floats

LEAST_KCAL = 500.0
MOST_KCAL = 5000.0
"""Energy of a day of an adult outside which it does not count, even if marked (after [3]_)."""
ADULT_YEARS = 18
"""Age from which limits on a day's energy hold: the equations are those of adults [2]_. [y]"""

PAL = 1.55
"""Physical activity level of the Goldberg cut-off [1]_."""
CV_INTAKE, CV_BMR, CV_PAL = 23.0, 8.5, 15.0
"""Spreads of the Goldberg cut-off: daily intake, BMR, and activity between people [%] [1]_."""

FEWEST_OCCASIONS = 3
SHORTEST_SPAN_H = 6.0
"""Eating occasions, and the hours they span, from which an unmarked day looks finished (product choice)."""
SAME_OCCASION = timedelta(minutes=15)
"""Meals logged this soon after the one before are one occasion (product choice)."""


class Limits(NamedTuple):
    """The least and the most energy that is possible, as a multiple of BMR or in kcal."""

    lower: Floats
    upper: Floats


class DayStatuses(NamedTuple):
    """The status of each day, and whether to ask the diarist about it."""

    status: NDArray[np.str_]
    ask: Flags


def bmr_kcal(
    sex: str | None, weight_kg: float | None, height_cm: float | None, years: int | None
) -> float | None:
    """Return resting energy of an adult [2]_, or None where something is not told or under 18. [kcal / day]

    10 x kg + 6.25 x cm - 5 x years, + 5 for men, - 161 for women.
    """
    if sex not in ("female", "male") or weight_kg is None or height_cm is None or years is None:
        return None
    if years < ADULT_YEARS:
        return None
    return 10 * weight_kg + 6.25 * height_cm - 5 * years + (5 if sex == "male" else -161)


def goldberg_spread(days: ArrayLike) -> Floats:
    """Return S, the spread of mean energy intake over BMR after some days. [%]"""
    days = np.asarray(days, dtype=float)
    return np.sqrt(CV_INTAKE**2 / days + CV_BMR**2 + CV_PAL**2)


def goldberg_limits(days: ArrayLike, pal: float = PAL) -> Limits:
    """Return the multiples of BMR between which a mean over some days is possible (95 %) [1]_. [-]"""
    s = goldberg_spread(days)
    return Limits(pal * np.exp(-2 * s / 100), pal * np.exp(2 * s / 100))


def day_statuses(
    *,
    finished: ArrayLike,
    fasting: ArrayLike,
    items: ArrayLike,
    doses: ArrayLike,
    energy_kcal: ArrayLike,
    occasions: ArrayLike,
    span_h: ArrayLike,
    over: ArrayLike = True,
    bmr: float | None = None,
    adult: bool = True,
) -> DayStatuses:
    """Return which days count, from what was marked and what was logged.

    Parameters
    ----------
    finished, fasting : whether the diarist marked the day finished, or as a day of fasting.
    items, doses : foods and drinks logged, and supplements and medicines.
    energy_kcal : what is known of the day's energy; NaN: nothing known. [kcal]
    occasions, span_h : eating occasions [-] and the hours they span [h] (see `eating_occasions`).
    over : False for the day that is still running: only its diarist can say that it is finished.
    bmr : resting energy of the diarist, None where it is not known. [kcal / day]
    adult : False for a diarist known to be under 18, whom the limits of energy do not fit.

    Notes
    -----
    1. Nothing logged and nothing marked: `empty`.
    2. Energy outside 500 to 5000 kcal: `incomplete` even if marked finished, and worth asking about. A
       fasting mark lifts the lower limit, here and in 3.
    3. Energy outside the one-day Goldberg limits of this person: worth asking about. A mark is the best
       evidence there is, so a marked day still counts; an unmarked one does not.
    4. Not marked, over, at least 3 occasions over at least 6 hours, energy known and within both limits:
       `complete_inferred`. Otherwise `incomplete`.
    """
    energy = np.asarray(energy_kcal, dtype=float)
    fasting, finished = np.asarray(fasting, dtype=bool), np.asarray(finished, dtype=bool)
    nothing_eaten = np.asarray(items) == 0
    nothing = nothing_eaten & (np.asarray(doses) == 0)
    kcal = np.where(nothing_eaten, 0.0, energy)

    hard = Limits(np.asarray(LEAST_KCAL), np.asarray(MOST_KCAL)) if adult else _no_limits()
    own = _own_limits(bmr) if adult else _no_limits()
    impossible, unlikely = (_outside(kcal, limits, fasting) for limits in (hard, own))
    marked = fasting | finished
    eaten = (np.asarray(occasions) >= FEWEST_OCCASIONS) & (np.asarray(span_h) >= SHORTEST_SPAN_H)
    inferred = eaten & ~np.isnan(kcal) & ~unlikely & np.asarray(over, dtype=bool)

    status = np.select(
        [nothing & ~marked, impossible, fasting, finished, inferred],
        [EMPTY, INCOMPLETE, FASTING_MARKED, COMPLETE_MARKED, COMPLETE_INFERRED],
        INCOMPLETE,
    )
    ask = ((impossible | unlikely) & (marked | eaten)) | (kcal > hard.upper)
    return DayStatuses(status, ask)


def eating_occasions(moments: Iterable[datetime]) -> tuple[int, float]:
    """Return how many occasions a day's meals make, and the hours from the first to the last."""
    times = sorted(moments)
    if not times:
        return 0, 0.0
    apart = sum(later - earlier > SAME_OCCASION for earlier, later in pairwise(times))
    return 1 + apart, (times[-1] - times[0]) / timedelta(hours=1)


def diary_implausible(energy_kcal: ArrayLike, counted: ArrayLike, bmr: ArrayLike) -> Flags:
    """Tell whether mean energy over the days counted is below what is possible for the person [1]_.

    Parameters
    ----------
    energy_kcal : array, days along the last axis, NaN where unknown. [kcal]
    counted : which days to count: usable ones that are not marked as fasting.
    bmr : resting energy, NaN where it is not known (then nothing is implausible). [kcal / day]

    Notes
    -----
    It flags impossible averages. It cannot show that a diary is complete.
    """
    energy = np.asarray(energy_kcal, dtype=float)
    known = np.asarray(counted, dtype=bool) & ~np.isnan(energy)
    days = known.sum(axis=-1)
    total = np.where(known, energy, 0.0).sum(axis=-1)
    lower = goldberg_limits(np.maximum(days, 1)).lower * np.asarray(bmr, dtype=float)
    return (days > 0) & (total / np.maximum(days, 1) < lower)


def _own_limits(bmr: float | None) -> Limits:
    if bmr is None:
        return _no_limits()
    lower, upper = goldberg_limits(1)
    return Limits(lower * bmr, upper * bmr)


def _no_limits() -> Limits:
    return Limits(np.asarray(-np.inf), np.asarray(np.inf))


def _outside(kcal: Floats, limits: Limits, fasting: Flags) -> Flags:
    """Whether a known energy lies outside; fasting lifts the lower limit."""
    return ((kcal < limits.lower) & ~fasting) | (kcal > limits.upper)
