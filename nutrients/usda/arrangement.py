"""Which foods a search shows first, and which it leaves out. The scheme is told in docs/data.md."""

import re
from collections.abc import Iterable
from dataclasses import replace
from enum import IntEnum

from nutrients.codes import FoodSource
from nutrients.usda.release import FoodRecord


class Rank(IntEnum):
    """Lower stands nearer to the front."""

    PLAIN = 0
    """Plain foods and drinks as eaten, and the survey's default of every kind ("Pizza, NFS")."""
    DISH = 1
    """Dishes, sandwiches, snacks, sweets and sauces."""
    GENERIC = 2
    """Single foods of SR28, raw and cooked: exact, and often with long names."""
    BRAND = 3
    """Branded and restaurant foods of SR28, which date from before 2016."""
    SPECIAL = 4
    """Nutritional drinks and powders, dry mixes, parts of dishes, foods for canteens and industry."""
    INFANT = 5
    """Baby food and infant formula, many of them as powder."""


SPECIAL_CATEGORIES = frozenset(
    {"Nutritional beverages", "Protein and nutritional powders", "Vegetables on a sandwich"}
)
NO_CATEGORY = "Not included in a food category"
"""FNDDS 9999: dry powders and parts of dishes, but also herbs, oats, wheat germ and yeast."""
DRY = re.compile(r"not reconstituted|, dry\b", re.IGNORECASE)
PLAIN_CATEGORIES = frozenset(
    {
        "Milk, whole", "Milk, reduced fat", "Milk, lowfat", "Milk, nonfat", "Plant-based milk",
        "Yogurt, regular", "Yogurt, Greek", "Plant-based yogurt", "Cheese", "Cottage/ricotta cheese",
        "Beef, excludes ground", "Ground beef", "Pork", "Lamb, goat, game", "Liver and organ meats",
        "Chicken, whole pieces", "Turkey, duck, other poultry", "Fish", "Shellfish", "Eggs and omelets",
        "Bacon", "Cold cuts and cured meats", "Sausages", "Frankfurters", "Beans, peas, legumes",
        "Nuts and seeds", "Soy and meat-alternative products", "Rice", "Pasta, noodles, cooked grains",
        "Yeast breads", "Rolls and buns", "Bagels and English muffins", "Tortillas", "Oatmeal",
        "Grits and other cooked cereals", "Ready-to-eat cereal, higher sugar (>21.2g/100g)",
        "Ready-to-eat cereal, lower sugar (=<21.2g/100g)", "Apples", "Bananas", "Grapes",
        "Peaches and nectarines", "Strawberries", "Blueberries and other berries", "Citrus fruits", "Melons",
        "Dried fruits", "Other fruits and fruit salads", "Pears", "Pineapple", "Mango and papaya", "Tomatoes",
        "Carrots", "Other red and orange vegetables", "Broccoli", "Spinach", "Lettuce and lettuce salads",
        "Other dark green vegetables", "String beans", "Cabbage", "Onions", "Corn",
        "Other starchy vegetables",
        "Other vegetables and combinations", "White potatoes, baked or boiled", "Citrus juice", "Apple juice",
        "Other fruit juice", "Vegetable juice", "Soft drinks", "Diet soft drinks", "Sport and energy drinks",
        "Coffee", "Tea", "Beer", "Wine", "Tap water", "Bottled water", "Flavored or carbonated water",
        "Enhanced water", NO_CATEGORY, "Butter and animal fats", "Margarine", "Cream and cream substitutes",
        "Sugars and honey",
    }
)  # fmt: skip
BRAND_GROUPS = frozenset({"Fast Foods", "Restaurant Foods"})
INFANT = re.compile(r"^baby|^formula, |^human milk$|^babyfood|^infant formula|^child formula", re.IGNORECASE)
BRAND = re.compile(r"\b[A-Z][A-Z'’&.-]{3,}\b")
"""SR28 writes brands in capitals."""
NO_BRAND = frozenset({"USDA", "NFSMI"})
CANTEEN = re.compile(
    r"usda commodity,|school lunch|\bindustrial\b|principal uses?\b|for use (with|on) ", re.IGNORECASE
)
INGREDIENT = re.compile(r"\bas ingredient\b|^industrial oil\b", re.IGNORECASE)
MADE_WITH = re.compile(r"\bwith\b|\bomelet\b|\bsubstitute\b")
DEFAULT = re.compile(r", NFS$")


def arranged(foods: Iterable[FoodRecord]) -> list[FoodRecord]:
    """Give every food its rank, and hide what a search must not offer."""
    foods = list(foods)
    known = {plain_words(food.name) for food in foods if food.source == FoodSource.FNDDS}
    return [replace(food, rank=int(rank(food)), hidden=_is_hidden(food, known)) for food in foods]


def rank(food: FoodRecord) -> Rank:
    if INFANT.search(food.category) or INFANT.search(food.name):
        return Rank.INFANT
    if _is_special(food):
        return Rank.SPECIAL
    if food.source == FoodSource.FNDDS:
        return Rank.PLAIN if _is_plain(food) else Rank.DISH
    return Rank.BRAND if _is_brand(food) else Rank.GENERIC


def _is_special(food: FoodRecord) -> bool:
    powder = food.category == NO_CATEGORY and DRY.search(food.name)
    return bool(powder or CANTEEN.search(food.name) or food.category in SPECIAL_CATEGORIES)


def _is_plain(food: FoodRecord) -> bool:
    """A food told in at most three parts ("Cheese, Cheddar"), or the survey's default of any kind."""
    simple = food.name.count(",") < 3 and not MADE_WITH.search(food.name)
    return bool(DEFAULT.search(food.name)) or (simple and food.category in PLAIN_CATEGORIES)


def _is_brand(food: FoodRecord) -> bool:
    return food.category in BRAND_GROUPS or bool(set(BRAND.findall(food.name)) - NO_BRAND)


def _is_hidden(food: FoodRecord, known: set[tuple[str, ...]]) -> bool:
    """Ingredients of the survey's recipes, and foods of SR28 that FNDDS holds under the same words."""
    if food.source == FoodSource.FNDDS:
        return bool(INGREDIENT.search(food.name))
    return plain_words(food.name) in known


SMALL_WORDS = frozenset("a an and as at by for from in of on or the to with".split())


def plain_words(name: str) -> tuple[str, ...]:
    """A name's words in the singular, lower case and alphabetical order, without the small ones."""
    words = set(re.findall(r"[a-z0-9%]+", name.lower().replace("'", ""))) - SMALL_WORDS
    return tuple(sorted({singular(word) for word in words}))


def singular(word: str) -> str:
    """An English plural's singular, near enough to see that two names say the same."""
    if len(word) <= 3 or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if re.search(r"(sh|ch|x|ss|o)es$", word):
        return word[:-2]
    return word.removesuffix("s")
