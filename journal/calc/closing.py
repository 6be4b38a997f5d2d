"""Which foods would add most of what an average day lacks. Standard library alone, so that pages can rank.

Weights are in grams, contents per 100 g, amounts in the unit of each nutrient's code. A content that is not
known is None; it adds nothing to a food's place in a list and is never told as zero.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from journal.calc.portions import ENERGY, portion_amount

MOST_OF_A_CATEGORY = 2
"""So many foods of one category stand in a list: ten kinds of nuts are one idea (product choice)."""
ENERGY_OF_A_DAY = 2000.0
"""Energy that food labels reckon a day with; a food that gives a larger share of it than of the reference
amounts is no suggestion (Regulation EU 1169/2011). [kcal]"""
LEAST_SHARE = 0.05
"""A portion that adds less than this share of what is lacking is no suggestion (product choice). [-]"""
MOST_SODIUM = 400.0
"""In a portion: saltier foods, and those whose sodium is not known, are no suggestion to a person who usually
takes more of it than is advised; about a sixth of the 2,300 mg of a day (product choice). [mg]"""

KINDS = (
    ("", r"^baby|formula|sandwich|mixed dishes"),
    ("milk", r"^milk, |^flavored milk|^plant-based milk"),
    ("dessert", r"yogurt|pudding|ice cream|gelatins"),
    ("cheese", r"^cheese$|cottage"),
    ("cereal", r"oatmeal|cereal, |cooked cereals|^breakfast cereals|pancakes"),
    ("snack", r"^nut and seed|nuts and seeds|chips|popcorn|pretzels|cookies|crackers|cereal bars|dried fruits"
              r"|doughnuts|cakes and pies|^candy|^snacks$"),
    ("bread", r"breads?$|rolls and buns|bagels|tortillas|^baked products|muffins"),
    ("side", r"^rice$|pasta, noodles|potatoes|^corn$|starchy|^cereal grains and pasta"),
    ("drink", r"juice$|fruit drinks|^soft drinks|smoothies"),
    ("main", r"beef|pork|lamb|chicken|poultry|^fish$|shellfish|bacon|frankfurters|sausages|cold cuts|eggs and"
             r"|beans, peas, legumes|soy and meat|finfish|legumes and"),
    ("fruit", r"apple|banana|berries|grapes|melons|mango|peaches|pears|pineapple|citrus fruits|fruits"),
    ("vegetable", r"broccoli|carrots|cabbage|lettuce|onions|spinach|string beans|tomatoes|vegetable"),
)  # fmt: skip
"""What may stand in for what: the first pattern that fits a category of the food tables (product choice)."""
_KINDS = [(kind, re.compile(pattern, re.I)) for kind, pattern in KINDS]

NEVER = re.compile(
    r"baby|formula|beer|wine|liquor|coffee|^tea$|water$|drinks|powders|nutritional|substitutes|sugars|candy"
    r"|condiment|cured meats|bacon|frankfurters|sausages|liver|spices|sweets|^beverages|not included"
    r"|doughnuts|cookies|cakes and pies|ice cream|french fries|fast foods",
    re.I,
)
"""Categories of which nothing is suggested: alcohol, stimulants, sugar, cured meat, what is meant for babies.
Liver holds too much vitamin A to be praised for its B12."""
NEVER_NAMED = re.compile(
    r"grapefruit|salt substitute|lite salt|low sodium salt|rehydration|electrolyte|supplement|powder"
    r"|bouillon|liver|brazil nut",
    re.I,
)
"""Words in a name: changes what many medicines do, raises potassium in one go, or is no food. And an ounce of
Brazil nuts holds more selenium than the upper level of a day (1,917 ug in 100 g by SR28; 400 ug by NASEM)."""
ANIMAL = re.compile(
    r"milk|yogurt|cheese|cream|butter\b|\beggs?\b|beef|pork|lamb|chicken|turkey|poultry|fish|seafood|meat|bacon|sausage"
    r"|frankfurter|honey|dairy|pudding|burger",
    re.I,
)
PLANT = re.compile(
    r"plant-based|soy and meat-alternative|beans, peas|nuts and seeds|(nut|almond) butter", re.I
)
ALCOHOLIC = 0.5
"""Alcohol from which a food is not suggested (product choice). [g / 100 g]"""


@dataclass(frozen=True)
class Candidate:
    """A food that may be suggested, with the amount of it that a person eats at a time."""

    key: str
    name: str
    category: str
    grams: float
    per_100g: Mapping[str, float | None]
    theirs: bool = False
    """Whether the person has eaten it lately."""

    def holds(self, code: str) -> float | None:
        """What the portion holds of a nutrient; None: not known."""
        return portion_amount(self.per_100g.get(code), self.grams)


@dataclass(frozen=True)
class Ranked:
    """A food with what its portion adds of each nutrient asked for, and its energy."""

    food: Candidate
    added: dict[str, float | None]
    energy_kcal: float | None
    share: float
    """Of all that is lacking, each nutrient counted alike and none beyond what is lacking. [-]"""


def kind_of(category: str) -> str:
    """What sort of thing a category of the tables is; empty where nothing stands in for it."""
    return next((kind for kind, pattern in _KINDS if pattern.search(category)), "")


def may_be_suggested(food: Candidate, *, vegan: bool = False) -> bool:
    """Whether a food may stand in a list at all."""
    alcohol = food.per_100g.get("alcohol_g")
    if NEVER.search(food.category) or NEVER_NAMED.search(food.name) or (alcohol or 0.0) > ALCOHOLIC:
        return False
    text = f"{food.category} {food.name}"
    return not vegan or food.theirs or not ANIMAL.search(text) or bool(PLANT.search(text))


def is_salty(food: Candidate) -> bool:
    """Whether a portion holds more than `MOST_SODIUM`, or may: what is not known is not called little."""
    sodium = food.holds("sodium_mg")
    return sodium is None or sodium > MOST_SODIUM


def rank(
    foods: Iterable[Candidate],
    lacking: Mapping[str, float],
    *,
    most: int,
    vegan: bool = False,
    references: Mapping[str, float] | None = None,
) -> tuple[list[Ranked], list[Ranked]]:
    """The foods whose portion adds most: first those the person eats, then others, `most` of each.

    Parameters
    ----------
    lacking
        What an average day lacks of each nutrient, all above 0. With several nutrients a food's place is the
        mean of the shares it adds, none counted beyond what is lacking.
    references
        Reference amounts for a day, where they are known: a food must add a larger share of them than of a
        day's energy.

    Notes
    -----
    A food of unknown content for a single nutrient is left out; for several the others alone give its place.
    Foods that add alike stand in the order of their names.
    """
    ranked = [_ranked(food, lacking) for food in foods if may_be_suggested(food, vegan=vegan)]
    ranked = [one for one in ranked if one.share >= LEAST_SHARE and _is_dense(one, references or {})]
    ranked.sort(key=_best_first)
    theirs = [one for one in ranked if one.food.theirs]
    others = [one for one in ranked if not one.food.theirs]
    return theirs[:most], _varied(others)[:most]


def _ranked(food: Candidate, lacking: Mapping[str, float]) -> Ranked:
    added = {code: food.holds(code) for code in lacking}
    shares = [min((added[code] or 0.0) / amount, 1.0) for code, amount in lacking.items()]
    return Ranked(food, added, food.holds(ENERGY), math.fsum(shares) / len(shares))


def _is_dense(one: Ranked, references: Mapping[str, float]) -> bool:
    """Whether it adds more of what is lacking than of energy; true where either is not known."""
    shares = [
        (one.added.get(code) or 0.0) / amount for code, amount in references.items() if code in one.added
    ]
    if not shares or one.energy_kcal is None:
        return True
    return math.fsum(shares) / len(shares) >= one.energy_kcal / ENERGY_OF_A_DAY


def _best_first(one: Ranked) -> tuple:
    return -one.share, -math.fsum(value or 0.0 for value in one.added.values()), one.food.name, one.food.key


def _varied(ranked: list[Ranked]) -> list[Ranked]:
    """At most two foods of a category, and one of the same first words ("Fish, salmon")."""
    seen: Counter[str] = Counter()
    names = set()
    kept = []
    for one in ranked:
        category, name = one.food.category, ",".join(one.food.name.split(",")[:2])
        if seen[category] < MOST_OF_A_CATEGORY and (category, name) not in names:
            kept.append(one)
            seen[category] += 1
        names.add((category, name))
    return kept
