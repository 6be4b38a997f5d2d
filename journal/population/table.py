"""What made-up people choose from: helpings of common foods and drinks, and everyday activities."""

import csv
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.conf import settings

from journal.eaten import drink_kind
from nutrients.models import TAP_WATER, Activity, Food, FoodPortion, food_id
from nutrients.portions import GRAM

EVERYDAY = Path(settings.BASE_DIR) / "fixtures" / "everyday_foods.csv"
OFTEN = {"daily": 5.0, "often": 3.0, "weekly": 1.0}
"""How much more often a food of the list is eaten than one of every week."""
HOW_MANY = tuple(map(Decimal, ("0.5", "1", "1", "1", "1.5", "2")))
MOST_AT_ONCE_G = Decimal(700)
"""Of one food; what is more is no helping."""
GLASSES_ML = tuple(map(Decimal, ("150", "200", "200", "250", "300", "330")))


class Helping(NamedTuple):
    """A food with an amount, as it is logged."""

    food: UUID
    portion: UUID
    quantity: Decimal
    grams: Decimal


class Glass(NamedTuple):
    """A drink with its volume and what that weighs. Without a beverage it is tap water."""

    beverage: UUID | None
    ml: Decimal
    grams: Decimal


@dataclass(frozen=True)
class Table:
    """Each list with the chance of each of its lines, in the same order."""

    helpings: list[Helping]
    helping_odds: np.ndarray
    glasses: list[Glass]
    glass_odds: np.ndarray
    activities: list[tuple[str, Decimal]]
    """Code and MET."""

    @classmethod
    def read(cls) -> "Table":
        """Read the lists from the food table of this database."""
        often = _everyday()
        foods = Food.objects.filter(pk__in=often).prefetch_related("portions").order_by("pk")
        helpings: list[tuple[Helping, float]] = []
        glasses: list[tuple[Glass, float]] = []
        for food in foods:
            if drink_kind(False, food.category, food.water_g, food.alcohol_g):
                glasses += [(glass, often[food.pk]) for glass in _glasses(food)]
            else:
                helpings += [(helping, often[food.pk]) for helping in _helpings(food)]
        return cls(
            [one for one, _odds in helpings],
            _shares([odds for _one, odds in helpings]),
            [one for one, _odds in glasses],
            _shares([odds for _one, odds in glasses]),
            list(
                Activity.objects.exclude(everyday=None).order_by("everyday").values_list("code", "met")[:30]
            ),
        )


def _everyday() -> dict[UUID, float]:
    with EVERYDAY.open(newline="") as lines:
        return {food_id(one["source"], one["code"]): OFTEN[one["often"]] for one in csv.DictReader(lines)}


def _helpings(food: Food) -> list[Helping]:
    """The usual portion of a food, some of it or more."""
    portion = _usual(food)
    if portion is None:
        return []
    found = []
    for quantity in HOW_MANY:
        grams = (portion.grams * quantity).quantize(GRAM, ROUND_HALF_UP)
        if grams <= MOST_AT_ONCE_G:
            found.append(Helping(food.pk, portion.pk, quantity, grams))
    return found


def _usual(food: Food) -> FoodPortion | None:
    portions = list(food.portions.all())
    return next((one for one in portions if one.usual), portions[0] if portions else None)


def _glasses(food: Food) -> list[Glass]:
    """Glasses of a drink, weighed as `entries.log_water` weighs them."""
    density = food.grams_per_ml()
    named = None if food.pk == TAP_WATER else food.pk
    return [Glass(named, ml, (ml * density).quantize(GRAM, ROUND_HALF_UP)) for ml in GLASSES_ML]


def _shares(odds: list[float]) -> np.ndarray:
    found = np.array(odds)
    return found / found.sum()
