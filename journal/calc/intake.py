"""What one diary day held: portions in, one wide row a day out.

A value that the food table does not have is unknown and never zero: the amount of a day is the sum of
what is known, a lower bound as soon as something is not, and it travels with the share that is known.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from journal.calc.usual import Floats

ENERGY = "energy_kcal"
WATER = "water_g"

EATEN = ("food", "drink")
"""Sources whose columns are per 100 g and whose gaps count as unknown."""
TAKEN = ("supplement", "medicine")
"""Sources whose columns are exact amounts, and where a nutrient not listed is not there."""


def daily_intake(portions: pd.DataFrame, codes: Sequence[str], by: Sequence[str] = ("day",)) -> pd.DataFrame:
    """Sum the portions of each day, nutrient by nutrient.

    Parameters
    ----------
    portions : DataFrame, one row for each food, drink or dose, in any order
        The columns of `by`, usually `day`; `source`, one of `EATEN` or `TAKEN`; `grams` [g] (not looked at
        for doses); and each of `codes`: for what was eaten the content per 100 g (NaN: unknown), for a dose
        the exact amount taken (NaN: not listed). `energy_kcal` must be one of them.
    codes : the nutrients, each in its own unit.
    by : the columns that name a row of the result, such as ("diarist", "day") for many diaries at once.

    Returns
    -------
    DataFrame, one row for each day that has a portion, with columns
        items : int, foods and drinks.
        doses : int, supplements and medicines.
        `<code>` : float, all that is known, from every source; NaN where nothing is known. [unit / day]
        `<code>_added` : float, the part of it from supplements and medicines, 0 where none. [unit / day]
        `<code>_share` : float, coverage of food and drink, see `shares`; NaN with nothing to weigh by. [-]
        `<code>_unknown` : int, foods and drinks without a value, whatever their energy.

    Raises
    ------
    ValueError
        If a source is not known, or an amount is negative or infinite.

    Notes
    -----
    A portion's amount is content x grams / 100. Sums are correctly rounded (`math.fsum`), so the order of
    entries never shows in a total.
    """
    _refuse_impossible(portions, codes)
    keys = list(by)
    portions = portions.sort_values(keys, kind="stable")
    eaten = portions["source"].isin(EATEN).to_numpy()
    grams = portions["grams"].to_numpy(dtype=float)
    content = portions[list(codes)].to_numpy(dtype=float)
    amount = np.where(eaten[:, None], content * grams[:, None] / 100, content)
    days = _slices(portions[keys])
    index = portions[keys].iloc[[day.start for day in days]]

    columns: dict[str, object] = {
        "items": [int(eaten[day].sum()) for day in days],
        "doses": [int((~eaten[day]).sum()) for day in days],
    }
    for i, code in enumerate(codes):
        total = amount[:, i]
        columns[code] = [_known_sum(total[day]) for day in days]
        columns[f"{code}_added"] = [_sum(total[day][~eaten[day]]) for day in days]
        columns[f"{code}_unknown"] = [int(np.isnan(total[day][eaten[day]]).sum()) for day in days]
    kcal = amount[:, list(codes).index(ENERGY)]
    meals = [np.flatnonzero(eaten[day]) + day.start for day in days]
    share = [shares(amount[meal], kcal[meal], grams[meal], codes) for meal in meals]
    columns |= {f"{code}_share": [row[i] for row in share] for i, code in enumerate(codes)}
    return pd.DataFrame(columns, index=_index(index, keys))


def shares(amount: Floats, kcal: Floats, grams: Floats, codes: Sequence[str]) -> list[float]:
    """Return for each nutrient the share of one day's food and drink that has a value for it.

    Foods weigh by their energy; for water by their grams, because most of it comes without energy. A food
    whose energy is itself unknown weighs by its grams at the energy density of the day's other foods, so that
    it is not overlooked. Without anything to weigh by, the share is NaN.

    Parameters
    ----------
    amount : array, shape (portions, nutrients), NaN where unknown. [unit]
    kcal : array, shape (portions,), NaN where unknown. [kcal]
    grams : array, shape (portions,). [g]
    """
    energy = _energy_weights(kcal, grams)
    found = []
    for i, code in enumerate(codes):
        weight = grams if code == WATER else energy
        known = ~np.isnan(amount[:, i])
        total = _sum(weight)
        found.append(_sum(weight[known]) / total if total > 0 else math.nan)
    return found


def portion_amount(per_100g: float, grams: float) -> float:
    """Return how much of a nutrient a portion holds: content x grams / 100. [unit]"""
    return per_100g * grams / 100


def _energy_weights(kcal: Floats, grams: Floats) -> Floats:
    """Each portion's energy; where it is unknown, that of its grams at the density of the others. [kcal]"""
    unknown = np.isnan(kcal)
    giving = ~unknown & (kcal > 0)
    if not unknown.any() or not giving.any():
        return np.where(unknown, 0.0, kcal)
    density = _sum(kcal[giving]) / _sum(grams[giving])
    return np.where(unknown, grams * density, kcal)


def _known_sum(amounts: Floats) -> float:
    return _sum(amounts) if (~np.isnan(amounts)).any() else math.nan


def _sum(amounts: Floats) -> float:
    """The correctly rounded sum of what is known; 0 of nothing."""
    return math.fsum(amounts[~np.isnan(amounts)].tolist())


def _slices(sorted_keys: pd.DataFrame) -> list[slice]:
    """The stretch of rows of each day, of rows sorted by day."""
    if sorted_keys.empty:
        return []
    starts = np.flatnonzero(~sorted_keys.duplicated().to_numpy())
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], len(sorted_keys)], strict=True)]


def _index(keys: pd.DataFrame, by: list[str]) -> pd.Index:
    return pd.Index(keys[by[0]], name=by[0]) if len(by) == 1 else pd.MultiIndex.from_frame(keys)


def _refuse_impossible(portions: pd.DataFrame, codes: Sequence[str]) -> None:
    strange = set(portions["source"]) - {*EATEN, *TAKEN}
    if strange:
        raise ValueError(f"a portion is food, drink, supplement or medicine, and not {sorted(strange)}")
    numbers = portions[["grams", *codes]].to_numpy(dtype=float)
    if (numbers < 0).any() or np.isinf(numbers).any():
        raise ValueError("an amount is negative or infinite")
    if portions.loc[portions["source"].isin(EATEN), "grams"].isna().any():
        raise ValueError("a food or drink has no weight")
