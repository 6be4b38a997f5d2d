"""Adding up what one day held: standard library alone, so that pages can do it as the review does.

Weights are in grams, contents per 100 g, amounts per day, each in the unit of its nutrient. A value that the
food table does not have is None: unknown and never zero. Sums are correctly rounded (`math.fsum`), so the
order of entries never shows in a total.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Values = Sequence[float | None]
"""One value for each nutrient code, in the order of the codes; None is not known."""

ENERGY = "energy_kcal"
WATER = "water_g"


class Amount(NamedTuple):
    """How much of one nutrient a day held, and on how much of the day that rests."""

    known: float | None
    """Sum of what is known, of all sources: a lower bound when something is not. None: nothing is known."""
    added: float
    """The part of it from supplements and medicines."""
    share: float | None
    """Coverage of food and drink, see `shares`; None with nothing to weigh by. [-]"""
    unknown: int
    """Foods and drinks without a value, whatever their energy."""


def portion_amount(per_100g: float | None, grams: float) -> float | None:
    """Return how much of a nutrient a portion holds: content x grams / 100; unknown stays so. [unit]"""
    return None if per_100g is None else per_100g * grams / 100


def day_amounts(
    codes: Sequence[str], eaten: Iterable[tuple[float, Values]], taken: Iterable[Mapping[str, float]] = ()
) -> dict[str, Amount]:
    """Add up the portions and doses of one day, nutrient by nutrient.

    Parameters
    ----------
    codes : the nutrients, each in its own unit. `energy_kcal` must be one of them.
    eaten : (grams, content per 100 g) of each food and drink.
    taken : exact amounts of each dose; a nutrient that is not listed is not there.
    """
    eaten, taken = list(eaten), list(taken)
    grams = [one[0] for one in eaten]
    amounts = {code: [portion_amount(values[i], g) for g, values in eaten] for i, code in enumerate(codes)}
    share = shares(amounts, grams)
    doses = {code: [dose[code] for dose in taken if code in dose] for code in codes}
    return {code: _amount(amounts[code], doses[code], share[code]) for code in codes}


def _amount(eaten: list[float | None], taken: list[float], share: float | None) -> Amount:
    known = [amount for amount in eaten if amount is not None]
    return Amount(
        known=math.fsum(known + taken) if known or taken else None,
        added=math.fsum(taken),
        share=share,
        unknown=len(eaten) - len(known),
    )


def shares(amounts: Mapping[str, Values], grams: Sequence[float]) -> dict[str, float | None]:
    """Return for each nutrient the share of one day's food and drink that has a value for it. [-]

    Foods weigh by their energy; for water by their grams, because most of it comes without energy. A food
    whose energy is itself unknown weighs by its grams at the energy density of the day's other foods, so that
    it is not overlooked. Without anything to weigh by, the share is None.

    Parameters
    ----------
    amounts : amounts in each portion by nutrient code, None where unknown. [unit]
    grams : weight of each portion. [g]
    """
    energy = _energy_weights(amounts[ENERGY], grams)
    return {code: _share(values, grams if code == WATER else energy) for code, values in amounts.items()}


def _share(values: Values, weights: Sequence[float]) -> float | None:
    total = math.fsum(weights)
    known = math.fsum(w for w, value in zip(weights, values, strict=True) if value is not None)
    return known / total if total > 0 else None


def _energy_weights(kcal: Values, grams: Sequence[float]) -> list[float]:
    """Each portion's energy; where it is unknown, that of its grams at the density of the others. [kcal]"""
    giving = [(k, g) for k, g in zip(kcal, grams, strict=True) if k]
    density = math.fsum(k for k, _ in giving) / math.fsum(g for _, g in giving) if giving else 0.0
    return [g * density if k is None else k for k, g in zip(kcal, grams, strict=True)]
