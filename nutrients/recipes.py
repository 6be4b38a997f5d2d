"""A person's own recipes: foods with amounts, what the dish weighs when it is done, and how many it serves.

A recipe is a food of one's own whose content follows from its ingredients, worked out when it is saved. It is
saved, changed and removed as any own food (`nutrients.foods`); what is particular to it is here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from nutrients import search
from nutrients.calc.recipe import WATER, dish_per_100g
from nutrients.codes import CODES, FoodSource
from nutrients.models import Food, Ingredient, Recipe
from nutrients.portions import GRAM, Portion, check_visible, each_checked
from nutrients.refusals import Refusals

MOST_INGREDIENTS = 60
LOOKED_UP = ["recipe", "food", "portion"]
"""Rows at hand: asking the database again would cost a query each."""
SERVING = "1 serving"
"""In the words of the tables, which are English; the id of the portion follows from it."""


@dataclass(frozen=True)
class Dish:
    """What a recipe was said to be."""

    ingredients: Sequence[Portion]
    yield_g: Decimal | None = None
    """Weight of the finished dish; None: the sum of the ingredients. [g]"""
    servings: Decimal | None = None


@dataclass(frozen=True)
class Cooked:
    """A dish that was checked and worked out, to be stored with its food."""

    recipe: Recipe
    ingredients: list[Ingredient]
    per_100g: dict[str, float | None]

    @property
    def measures(self) -> list[tuple[str, Decimal]]:
        """One serving, where it was said how many there are."""
        if not self.recipe.servings:
            return []
        return [(SERVING, (self.weighs / self.recipe.servings).quantize(GRAM, ROUND_HALF_UP))]

    @property
    def weighs(self) -> Decimal:
        """[g]"""
        return self.recipe.yield_g or sum((one.grams for one in self.ingredients), Decimal(0))


def cook(food: Food, dish: Dish) -> Cooked:
    """Check a dish and work out what is in 100 g of it; nothing is stored.

    Raises
    ------
    django.core.exceptions.ValidationError
        If an ingredient, the weight or the servings are refused, or if the dish were part of itself.
    """
    recipe = Recipe(food=food, yield_g=_number(dish.yield_g), servings=_number(dish.servings))
    refusals, rows = Refusals(), list[Ingredient]()
    with refusals.of():
        recipe.clean_fields(exclude=["id", "food"])
    with refusals.of():
        _check_number(dish.ingredients)
        rows = each_checked(dish.ingredients, lambda one, place: _row(recipe, one, place), "ingredients")
        _check_no_circle(food, rows)
    refusals.tell()
    return Cooked(recipe, rows, _content(recipe, rows))


def _check_number(ingredients: Sequence) -> None:
    if not ingredients:
        raise ValidationError({"ingredients": _("Add at least one food.")})
    if len(ingredients) > MOST_INGREDIENTS:
        raise ValidationError(
            {"ingredients": _("A recipe can have at most %(most)s foods.") % {"most": MOST_INGREDIENTS}}
        )


def _row(recipe: Recipe, said: Portion, position: int) -> Ingredient:
    check_visible(said.food, recipe.food.owner_id, "food")
    quantity, grams = said.weighed()
    row = Ingredient(
        recipe=recipe, food=said.food, portion=said.portion, quantity=quantity, grams=grams, position=position
    )
    row.full_clean(exclude=LOOKED_UP, validate_unique=False, validate_constraints=False)
    return row


def _content(recipe: Recipe, rows: Sequence[Ingredient]) -> dict[str, float | None]:
    weighed = [(float(one.grams), one.food.per_100g) for one in rows]
    content = dish_per_100g(weighed, float(recipe.yield_g) if recipe.yield_g else None)
    if (content[WATER] or 0.0) < 0:
        raise ValidationError(
            {"yield_g": _("The dish has lost more weight than its ingredients hold water. Check the weight.")}
        )
    return content


def _check_no_circle(food: Food, rows: Sequence[Ingredient]) -> None:
    """Look down through the recipes within: none of them may lead back to this one."""
    below, seen = {one.food.pk for one in rows}, set[UUID]()
    while below:
        if food.pk in below:
            raise ValidationError({"ingredients": _("A recipe cannot be part of itself.")})
        seen |= below
        within = Ingredient.objects.filter(recipe__food__in=below).values_list("food_id", flat=True)
        below = set(within) - seen


def _number(value: Any) -> Decimal | None:
    return value if value is None or isinstance(value, Decimal) else Decimal(str(value))


# Stored ---------------------------------------------------------------------------------------


def keep(food: Food, cooked: Cooked | None) -> None:
    """Store what was cooked with its food, in place of what there was; without, it is no recipe any more."""
    Recipe.objects.filter(food=food).delete()
    if cooked:
        _store(cooked.recipe, cooked.ingredients)


def put_back(recipe: Recipe, rows: Sequence[Ingredient]) -> None:
    """Make a recipe of a food that is stored already, and leave its content as it was told: of a file.

    Raises
    ------
    django.core.exceptions.ValidationError
        If an ingredient, the weight or the servings are refused, or if the dish were part of itself.
    """
    recipe.clean_fields(exclude=["food"])
    _check_number(rows)
    for row in rows:
        check_visible(row.food, recipe.food.owner_id, "food")
        row.full_clean(exclude=LOOKED_UP, validate_unique=False, validate_constraints=False)
    _check_no_circle(recipe.food, rows)
    recipe.food.source = FoodSource.RECIPE
    recipe.food.save(update_fields=["source", "updated_at"])
    _store(recipe, rows)
    search.index(recipe.food)


def _store(recipe: Recipe, rows: Sequence[Ingredient]) -> None:
    recipe.save(force_insert=True)
    Ingredient.objects.bulk_create(rows)


def dish_of(food: Food) -> Dish | None:
    """A stored recipe as it would be said again; None of a food that is none."""
    recipe = Recipe.objects.filter(food=food).first() if food.source == FoodSource.RECIPE else None
    if recipe is None:
        return None
    rows = recipe.ingredients.select_related("food", "portion")
    said = [
        Portion(
            row.food, None if row.portion else row.grams, row.portion, row.quantity if row.portion else None
        )
        for row in rows
    ]
    return Dish(said, recipe.yield_g, recipe.servings)


def content(food: Food) -> tuple:
    """What a person would see change of a recipe; nothing of another food."""
    rows = Ingredient.objects.filter(recipe__food=food).values_list(
        "food_id", "portion_id", "quantity", "grams", "recipe__yield_g", "recipe__servings"
    )
    return tuple(rows.order_by("position"))


def not_known(ingredients: Sequence[Ingredient]) -> dict[str, list[str]]:
    """By nutrient code, the names of the ingredients of which it is not known: why the dish's is not."""
    return {
        code: names
        for code in CODES
        if (names := [one.food.name for one in ingredients if one.food.per_100g[code] is None])
    }


def changed_since(food: Food, ingredients: Sequence[Ingredient]) -> list[str]:
    """The names of own foods in it that were changed after the recipe was saved: it holds what they held."""
    return [
        one.food.name for one in ingredients if one.food.owner_id and one.food.updated_at > food.updated_at
    ]
