"""What one diary day held: portions in, one wide row a day out.

A value that the food table does not have is unknown and never zero: the amount of a day is the sum of
what is known, a lower bound as soon as something is not, and it travels with the share that is known.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from journal.calc.portions import Amount, Values, day_amounts

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
        `<code>_share` : float, coverage of food and drink (`portions.shares`); NaN with nothing to weigh. [-]
        `<code>_unknown` : int, foods and drinks without a value, whatever their energy.

    Raises
    ------
    ValueError
        If a source is not known, or an amount is negative or infinite.

    Notes
    -----
    The sums themselves are those of `portions.day_amounts`, which pages use too.
    """
    _refuse_impossible(portions, codes)
    keys = list(by)
    portions = portions.sort_values(keys, kind="stable")
    eaten = portions["source"].isin(EATEN).tolist()
    grams = portions["grams"].astype(float).tolist()
    content = [[None if x != x else x for x in row] for row in portions[list(codes)].to_numpy(float).tolist()]
    days = _slices(portions[keys])
    index = portions[keys].iloc[[day.start for day in days]]
    rows = [_row(codes, eaten[day], grams[day], content[day]) for day in days]
    return _frame(codes, rows, _index(index, keys))


def _row(
    codes: Sequence[str], eaten: list[bool], grams: list[float], content: Sequence[Values]
) -> tuple[int, int, list[Amount]]:
    """Foods and drinks, doses, and the amount of each nutrient in one day."""
    food = [(g, values) for e, g, values in zip(eaten, grams, content, strict=True) if e]
    taken = [
        {code: value for code, value in zip(codes, values, strict=True) if value is not None}
        for e, values in zip(eaten, content, strict=True)
        if not e
    ]
    return len(food), len(taken), list(day_amounts(codes, food, taken).values())


def _frame(codes: Sequence[str], rows: list[tuple[int, int, list[Amount]]], index: pd.Index) -> pd.DataFrame:
    """The rows as two blocks, of numbers and of counts: a frame made column by column takes far longer."""
    amounts = [part for code in codes for part in (code, f"{code}_added", f"{code}_share")]
    counts = ["items", "doses", *(f"{code}_unknown" for code in codes)]
    numbers = [[value for amount in day for value in amount[:3]] for _items, _doses, day in rows]
    whole = [[items, doses, *(amount.unknown for amount in day)] for items, doses, day in rows]
    blocks = [
        pd.DataFrame(np.array(numbers, dtype=float).reshape(len(rows), len(amounts)), index, amounts),
        pd.DataFrame(np.array(whole, dtype=int).reshape(len(rows), len(counts)), index, counts),
    ]
    return pd.concat(blocks, axis=1)


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
