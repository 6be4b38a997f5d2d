"""The JSON of foods and activities."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers

from nutrients.codes import CODES, FoodSource
from nutrients.foods import PerPortion
from nutrients.models import Activity, Food, FoodPortion
from nutrients.portions import Portion, told
from nutrients.recipes import MOST_INGREDIENTS, Dish
from spasmlog.api import Number, Shape, Text, Whole, Yes

NO_SUCH_FOOD = gettext_lazy("This food is not in the table.")


class PortionShape(Shape):
    """A household measure and what it weighs."""

    id = serializers.UUIDField(read_only=True)
    description = Text(required=True, allow_null=False, allow_blank=False)
    grams = Number()
    usual = Yes(read_only=True, help_text="The one the survey assumes when nobody said how much.")


class AmountsShape(Shape):
    """The twenty amounts; null is "not known", never zero."""

    def get_fields(self) -> dict:
        return {code: Number(required=False, allow_null=True) for code in CODES}


class Per100gShape(AmountsShape):
    """In 100 g of the edible part."""


class PerPortionShape(Shape):
    """Amounts as a label gives them for one portion."""

    description = Text(required=True, allow_null=False, allow_blank=False)
    grams = Number()
    amounts = AmountsShape()


class PortionList(serializers.ListSerializer):
    """Foods with amounts, looked up all at once. Errors name the food, counted from 1."""

    most = MOST_INGREDIENTS
    """More are not looked at: one more than possible is enough to be refused."""
    columns: tuple[str, ...] = ("id", "name", "owner_id")
    """What is read of the foods; nothing named: all."""

    def to_internal_value(self, data) -> list[Portion]:
        if isinstance(data, list):
            data = data[: self.most + 1]
        try:
            said = super().to_internal_value(data)
        except exceptions.ValidationError as error:
            raise exceptions.ValidationError(_by_food(error.detail)) from None
        foods = Food.objects.visible_to(self.context["request"].user).only(*self.columns)
        return _portions(said, foods.in_bulk([one["food"] for one in said]))


def _by_food(detail: Mapping[int | str, Any]) -> list[str]:
    """What is wrong with the foods of a meal (by their place, from 0), or with their list."""
    if not all(isinstance(place, int) for place in detail):
        return [str(words) for said in detail.values() for words in said]
    return [
        told(place + 1, None, words)
        for place, said in detail.items()
        for sentences in (said.values() if isinstance(said, dict) else [said])
        for words in sentences
    ]


def _portions(said: list[Mapping[str, Any]], foods: Mapping[UUID, Food]) -> list[Portion]:
    wanted = [one["portion"] for one in said if one.get("portion")]
    portions = FoodPortion.objects.in_bulk(wanted) if wanted else {}
    problems = {place: words for place, one in enumerate(said) if (words := _problem(one, foods, portions))}
    if problems:
        raise exceptions.ValidationError(
            [told(place + 1, foods.get(said[place]["food"]), words) for place, words in problems.items()]
        )
    return [
        Portion(foods[one["food"]], one.get("grams"), portions.get(one.get("portion")), one.get("quantity"))
        for one in said
    ]


def _problem(one: Mapping[str, Any], foods: Mapping[UUID, Food], portions: Mapping[UUID, FoodPortion]) -> str:
    """What is wrong with how one food was said; nothing if it can be understood."""
    if one["food"] not in foods:
        return str(NO_SUCH_FOOD)
    portion, grams, quantity = one.get("portion"), one.get("grams"), one.get("quantity")
    if portion is None:
        return "" if quantity is None else _("Say of which portion there were so many.")
    if portion not in portions or portions[portion].food_id != one["food"]:
        return _("This portion belongs to another food.")
    weighs = portions[portion].grams * (1 if quantity is None else quantity)
    if grams is not None and abs(grams - weighs) >= Decimal("0.001"):
        return _("Give either a portion and how many, or grams: these differ.")
    return ""


class SaidPortionShape(Shape):
    """A food with either `portion` and `quantity`, or `grams`."""

    food = serializers.UUIDField(source="food_id")
    food_name = serializers.CharField(read_only=True, source="food.name")
    portion = serializers.UUIDField(source="portion_id", required=False, allow_null=True)
    quantity = Number(required=False, allow_null=True)
    grams = Number(required=False, allow_null=True, help_text="Of the edible part. [g]")

    class Meta:
        list_serializer_class = PortionList

    def to_internal_value(self, data):
        said = super().to_internal_value(data)
        return {name.removesuffix("_id"): value for name, value in said.items()}


class IngredientList(PortionList):
    """The foods of a recipe, with what is in them."""

    columns = ()


class IngredientShape(SaidPortionShape):
    """A food of a recipe: `food` with either `portion` and `quantity`, or `grams`."""

    class Meta:
        list_serializer_class = IngredientList


class FoodShape(Shape):
    """A food or drink. An own one is given with `per_100g` or `per_portion`, a recipe with `ingredients`."""

    id = serializers.UUIDField(
        required=False, help_text="The same on every server for foods of the public tables."
    )
    source = serializers.ChoiceField(FoodSource.choices, read_only=True)
    source_code = serializers.CharField(read_only=True)
    name = Text(required=True, allow_null=False, allow_blank=False)
    category = serializers.CharField(read_only=True)
    barcode = Text()
    per_100g = Per100gShape(required=False)
    per_portion = PerPortionShape(required=False, write_only=True)
    portions = PortionShape(many=True, required=False)
    ingredients = IngredientShape(
        many=True, required=False,
        help_text="Of a recipe; empty of other foods. What is in 100 g follows from them, whatever is sent.",
    )  # fmt: skip
    yield_g = Number(
        required=False, allow_null=True,
        help_text="What the finished dish weighs; null: the sum of its ingredients. [g]",
    )  # fmt: skip
    servings = Number(
        required=False, allow_null=True, help_text="How many the dish serves: one is then a portion of it."
    )
    own = serializers.SerializerMethodField(
        help_text="Whether it is a food of one's own, which may be changed."
    )
    base_revision = Whole(
        required=False, write_only=True, allow_null=True,
        help_text="The revision this change was made on; another than the stored is refused with 412.",
    )  # fmt: skip
    revision = serializers.IntegerField(
        read_only=True, help_text="Of an own food; 0 for those of the public tables."
    )
    updated_at = serializers.DateTimeField(read_only=True)

    def get_own(self, food: Food) -> bool:
        return food.owner_id is not None

    def as_said(self, before: Dish | None = None) -> dict[str, Any]:
        """What was sent, as `foods.save_own` takes it; what is not said of a recipe is as it was `before`."""
        said = dict(self.validated_data)
        if "portions" in said:
            said["portions"] = [(one["description"], one["grams"]) for one in said["portions"]]
        made = {name: said.pop(name) for name in ("ingredients", "yield_g", "servings") if name in said}
        if before and "ingredients" not in made:
            said["dish"] = replace(before, **made)
        elif made.get("ingredients"):
            said["dish"] = Dish(**made)
        elif made.get("yield_g") is not None or made.get("servings") is not None:
            raise exceptions.ValidationError({"ingredients": [_("Add at least one food.")]})
        if label := said.get("per_portion"):
            said["per_portion"] = PerPortion(label["description"], label["grams"], dict(label["amounts"]))
        return said


class ActivityShape(serializers.ModelSerializer):
    met = Number()

    class Meta:
        model = Activity
        fields = ["code", "name", "category", "met"]
