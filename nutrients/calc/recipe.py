"""What 100 g of a dish hold, from what went into it and what it weighs when it is done."""

import math
from collections.abc import Mapping, Sequence

WATER = "water_g"


def dish_per_100g(
    ingredients: Sequence[tuple[float, Mapping[str, float | None]]], yield_g: float | None = None
) -> dict[str, float | None]:
    """Add up the ingredients and divide by the weight of the dish.

    A nutrient is known only where it is known of every ingredient. Weight that a dish loses or gains is
    water: its water is that of the ingredients plus the difference, below zero where more weight was lost
    than there was water. Nothing else is taken off for cooking.

    Parameters
    ----------
    ingredients : sequence of (weight, content)
        Weight as it went in [g] and content per 100 g by nutrient code [unit of the nutrient / 100 g];
        None is not known.
    yield_g : float, optional
        Weight of the finished dish; without it, the sum of the ingredients. [g]

    Returns
    -------
    dict of str to float or None
        By nutrient code, per 100 g of the dish. [unit of the nutrient / 100 g]

    Raises
    ------
    ValueError
        Without ingredients, or if a weight is not above 0.

    Notes
    -----
    The yield method of food composition tables, with the change of weight taken as water [1]_; retention
    factors of vitamins are not used, so that what cooking destroys is counted still.

    References
    ----------
    .. [1] Reinivuo, Bell and Ovaskainen, "Harmonisation of recipe calculation procedures in European food
       composition databases", J Food Compos Anal, 2009 (recalled).
    """
    weights = [grams for grams, _content in ingredients]
    if not weights or min(weights) <= 0 or (yield_g is not None and yield_g <= 0):
        raise ValueError("a dish has ingredients, and they and it weigh more than 0 g")
    went_in = math.fsum(weights)
    weighs = went_in if yield_g is None else yield_g
    totals = {code: _total(ingredients, code) for code in ingredients[0][1]}
    if (water := totals.get(WATER)) is not None:
        totals[WATER] = water + weighs - went_in
    return {code: None if total is None else 100 * total / weighs for code, total in totals.items()}


def _total(ingredients: Sequence[tuple[float, Mapping[str, float | None]]], code: str) -> float | None:
    parts = [(grams, content[code]) for grams, content in ingredients]
    if any(per_100g is None for _grams, per_100g in parts):
        return None
    return math.fsum(grams * per_100g / 100 for grams, per_100g in parts if per_100g is not None)
