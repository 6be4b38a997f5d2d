"""The JSON of foods and activities."""

from typing import Any

from rest_framework import serializers

from nutrients.codes import CODES, FoodSource
from nutrients.foods import PerPortion
from nutrients.models import Activity, Food
from spasmlog.api import Number, Shape, Text, Whole, Yes


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


class FoodShape(Shape):
    """A food or drink. An own one is given with `per_100g` or `per_portion`, either of them."""

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

    def as_said(self) -> dict[str, Any]:
        """What was sent, as `foods.save_own` takes it."""
        said = dict(self.validated_data)
        if "portions" in said:
            said["portions"] = [(one["description"], one["grams"]) for one in said["portions"]]
        if label := said.get("per_portion"):
            said["per_portion"] = PerPortion(label["description"], label["grams"], dict(label["amounts"]))
        return said


class ActivityShape(serializers.ModelSerializer):
    met = Number()

    class Meta:
        model = Activity
        fields = ["code", "name", "category", "met"]
