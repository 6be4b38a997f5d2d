"""The days of a window as arrays, for one diarist or for many at once.

days_in_window(frame, nutrients, as_of, length, people) -> DaysInWindow     out of a pandas frame
columns(found, nutrients) -> Columns      each nutrient's days, and what they sum up to

Diarists are the first axis of every array and days the last. Nothing here looks at one diarist beside
another: each gets the same digits alone and among a thousand.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from journal.calc import hydration, usual
from journal.calc.days import EMPTY, FASTING_MARKED, USABLE, window
from journal.calc.plausibility import diary_implausible
from journal.calc.usual import Flags, Floats, Summary
from journal.calc.windows import SKEWED

ENERGY, WATER = "energy_kcal", "water_g"
SATURDAY = 5
FORTIFIED, MEDICINE = "fortified", "medicine"
"""Sources kept apart where a frame has columns `<code>_fortified` and `<code>_medicine`."""
FLUID = ("drinks_water_g", "food_water_g", "moisture_share")
"""Columns of a day about water, see `hydration`; without them all water logged counts."""
PARTS = ("", "_added", "_share", "_unknown")


class DaysInWindow(NamedTuple):
    """Each calendar day of a window, in order, as the last axis; a day without a row is empty."""

    status: NDArray[np.str_]
    """Shape (diarists, days), as the two that follow."""
    weekend: Flags
    energy_kcal: Floats
    amount: Floats
    """Shape (diarists, nutrients, days), as the three that follow, and each of `apart`."""
    added: Floats
    share: Floats
    unknown: Floats
    apart: Mapping[str, Floats]
    """What came from fortified food and from medicines; NaN where it was not told apart."""
    fluid: Floats | None
    """Shape (3, diarists, days): the columns `FLUID`, if the frame has them."""

    def last(self, length: int) -> "DaysInWindow":
        """The shorter window that ends on the same day."""
        return DaysInWindow(
            self.status[..., -length:],
            self.weekend[..., -length:],
            self.energy_kcal[..., -length:],
            self.amount[..., -length:],
            self.added[..., -length:],
            self.share[..., -length:],
            self.unknown[..., -length:],
            {source: amount[..., -length:] for source, amount in self.apart.items()},
            None if self.fluid is None else self.fluid[..., -length:],
        )

    @classmethod
    def together(cls, parts: "Sequence[DaysInWindow]") -> "DaysInWindow":
        """The diarists of all parts in one: their windows may end on different days."""
        fluids = [part.fluid for part in parts if part.fluid is not None]
        status, weekend, energy, amount, added, share, unknown = (
            np.concatenate(same) for same in zip(*(part[:7] for part in parts), strict=True)
        )
        apart = {one: np.concatenate([part.apart[one] for part in parts]) for one in parts[0].apart}
        fluid = np.concatenate(fluids, axis=1) if len(fluids) == len(parts) else None
        return cls(status, weekend, energy, amount, added, share, unknown, apart, fluid)

    @property
    def usable(self) -> Flags:
        """Which days count. Shape (diarists, days)."""
        return np.isin(self.status, USABLE)


def days_in_window(
    days: pd.DataFrame,
    nutrients: Sequence[str],
    as_of: date,
    length: int,
    people: Sequence[int] | None = None,
) -> DaysInWindow:
    """Take the days of a window out of a frame as `gaps.assess` gets it.

    With `people`, the index of the frame is (number of the diarist, date), and theirs are the rows taken, in
    this order.
    """
    first, _ = window(as_of, length)
    dates = [first + timedelta(days=i) for i in range(length)]
    columns = [f"{code}{part}" for part in PARTS for code in nutrients]
    sources = [f"{code}_{source}" for source in (FORTIFIED, MEDICINE) for code in nutrients]
    status, column = _cells(days, [ENERGY, *FLUID, *sources, *columns], dates, people)
    amount, added, share, unknown = (
        np.stack([column[f"{code}{part}"] for code in nutrients], axis=1) for part in PARTS
    )
    return DaysInWindow(
        status,
        np.broadcast_to([day.weekday() >= SATURDAY for day in dates], status.shape),
        column[ENERGY],
        amount,
        added,
        share,
        unknown,
        {
            source: np.stack([column[f"{code}_{source}"] for code in nutrients], axis=1)
            for source in (FORTIFIED, MEDICINE)
        },
        np.stack([column[name] for name in FLUID]) if set(FLUID) <= set(days.columns) else None,
    )


def _cells(
    days: pd.DataFrame, names: Sequence[str], dates: Sequence[date], people: Sequence[int] | None
) -> tuple[NDArray[np.str_], dict[str, Floats]]:
    """Status and columns of some days, each of shape (diarists, days); NaN where a row or a column is not."""
    if people is None:
        rows, shape = days.index.get_indexer(pd.Index(dates, dtype=object)), (1, len(dates))
    else:
        wanted = pd.MultiIndex.from_product([people, dates])
        rows, shape = days.index.get_indexer(wanted), (len(people), len(dates))
    there = rows >= 0
    known = [name for name in dict.fromkeys(names) if name in days.columns]
    numbers = np.full((len(known), len(rows)), np.nan)
    numbers[:, there] = days[known].to_numpy(dtype=float)[rows[there]].T
    status = np.full(len(rows), EMPTY, dtype=object)
    status[there] = days["status"].to_numpy(dtype=object)[rows[there]]
    cells = dict.fromkeys(names, np.full(shape, np.nan))
    cells |= {name: column.reshape(shape) for name, column in zip(known, numbers, strict=True)}
    return status.astype(str).reshape(shape), cells


def with_fasts(found: DaysInWindow) -> tuple[Floats, Floats, Floats]:
    """Amount, added and share with what is certain filled in: a fast with nothing logged is a day of 0."""
    nothing_unknown = np.nan_to_num(found.unknown) == 0
    fasting = (found.status == FASTING_MARKED)[:, None]
    fast = fasting & np.isnan(found.amount) & nothing_unknown
    amount = np.where(fast, 0.0, found.amount)
    # Without energy to weigh by, all is known (water alone) or it is not known how much is.
    without_energy = np.where(nothing_unknown & ~np.isnan(amount), 1.0, 0.0)
    share = np.where(np.isnan(found.share), without_energy, found.share)
    return amount, np.nan_to_num(found.added), share


def implausible(found: DaysInWindow, bmr_kcal: Sequence[float | None]) -> Flags:
    """Whose mean energy is below what is possible for them; nobody's whose resting energy is not known."""
    counted = found.usable & (found.status != FASTING_MARKED)
    bmr = np.array([np.nan if one is None else one for one in bmr_kcal], dtype=float)
    return np.asarray(diary_implausible(found.energy_kcal, counted, bmr))


# Columns --------------------------------------------------------------------------------------


class Column:
    """The days of one nutrient, or of a part of it, of all diarists; and what they sum up to."""

    def __init__(
        self, amount: Floats, added: Floats, share: Floats, summary: Summary, sources: list[dict[str, float]]
    ):
        self.amount, self.added, self.share, self.summary = amount, added, share, summary
        self.sources = sources
        """Of each diarist, see `_sources`."""

    @cached_property
    def of_each(self) -> list[Summary]:
        """The summary of each diarist in plain numbers."""
        return [Summary(*one) for one in zip(*(part.tolist() for part in self.summary), strict=True)]


def _sources(amount: Floats, added: Floats, fortified: Floats, medicine: Floats, usable: Flags) -> list:
    """Where the known mean comes from, over the usable days of which something is known. [unit / day]

    In lists nested as the arrays are, without their days; empty where nothing is known.
    """
    known = usable & ~np.isnan(amount)
    days = known.sum(axis=-1)
    parts = np.nan_to_num(np.stack([amount, added, fortified, medicine]))
    with np.errstate(invalid="ignore"):
        means = np.where(known, parts, 0.0).sum(axis=-1) / days
    return _told(days.tolist(), *means.tolist())


def _told(days: Any, every: Any, added: Any, fortified: Any, medicine: Any) -> Any:
    if isinstance(days, list):
        return [_told(*one) for one in zip(days, every, added, fortified, medicine, strict=True)]
    if not days:
        return {}
    return {
        "food": every - added - fortified,
        FORTIFIED: fortified,
        "supplement": added - medicine,
        MEDICINE: medicine,
    }


class Columns:
    """All nutrients of a window: `columns["magnesium_mg"]`, and the parts that stand for themselves."""

    def __init__(self, found: DaysInWindow, nutrients: Sequence[str]):
        self._place = {code: i for i, code in enumerate(nutrients)}
        self.usable, self._found = found.usable, found
        self._days = with_fasts(found)
        usable = self.usable[:, None]
        self._summary = usual.summary(*self._days, usable, _weekends(found, nutrients))
        amount, added, _share = self._days
        self._sources = _sources(amount, added, found.apart[FORTIFIED], found.apart[MEDICINE], usable)
        self._columns: dict[str, Column] = {}

    def __getitem__(self, code: str) -> Column:
        if code not in self._columns:
            i = self._place[code]
            amount, added, share = (part[:, i] for part in self._days)
            summary = self._summary.at((slice(None), i))
            self._columns[code] = Column(amount, added, share, summary, [one[i] for one in self._sources])
        return self._columns[code]

    @property
    def is_fluid_known(self) -> bool:
        """Whether drinks and the water in food were told apart."""
        return self._found.fluid is not None

    def doses(self, code: str) -> Column:
        """The part from supplements and medicines, exact on every usable day."""
        key = f"{code} of doses"
        if key not in self._columns:
            taken, medicine = self[code].added, self._found.apart[MEDICINE][:, self._place[code]]
            all_known, none = np.ones_like(taken), np.zeros_like(taken)
            sources = _sources(taken, taken, none, medicine, self.usable)
            self._columns[key] = Column(
                taken, taken, all_known, self._summed(taken, taken, all_known), sources
            )
        return self._columns[key]

    @cached_property
    def water(self) -> tuple[Column, list[bool]]:
        """Water that counts toward the goal, and of whom it is that of drinks alone.

        That is so where too little is known of the moisture of food.
        """
        assert self._found.fluid is not None
        drinks, food, moisture = self._found.fluid
        every = self[WATER]
        alone = usual.mean_of(np.where(self.usable, moisture, np.nan)) < hydration.ENOUGH_MOISTURE
        only = alone[:, None]
        nothing_drunk = np.isnan(drinks) & self.usable & ~np.isnan(every.amount)
        # What a drink holds is told by its kind at least; food alone may hold more than is known.
        certain = np.nan_to_num(drinks)
        of_both = np.where(np.isnan(every.amount) & (certain == 0), np.nan, certain + food)
        amount = np.where(only, np.where(nothing_drunk, 0.0, drinks), of_both)
        share = np.where(only | np.isnan(moisture), 1.0, moisture)
        summary = self._summed(amount, np.where(only, 0.0, certain), share)
        fortified, medicine = (self._found.apart[one][:, self._place[WATER]] for one in (FORTIFIED, MEDICINE))
        sources = _sources(amount, every.added, fortified, medicine, self.usable)
        return Column(amount, every.added, share, summary, sources), alone.tolist()

    def _summed(self, amount: Floats, certain: Floats, share: Floats) -> Summary:
        return usual.summary(amount, certain, share, self.usable, self._found.weekend)


def _weekends(found: DaysInWindow, nutrients: Sequence[str]) -> Flags:
    weekend = found.weekend[:, None]
    return weekend & ~np.array([code in SKEWED for code in nutrients])[:, None] if nutrients else weekend
