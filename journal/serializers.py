"""The JSON of the diary: names and types. What is possible and what is not, the verbs say."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers

from journal import entries
from journal.codes import (
    Answer,
    Doing,
    DoseSource,
    Helped,
    MealKind,
    Relief,
    ReminderKind,
    SetBy,
    Side,
    Sign,
    Site,
    Units,
    WeekStart,
)
from journal.codes import MedicineClass as Medicines
from journal.models import (
    BodyWeight,
    Dose,
    Exercise,
    Favourite,
    Meal,
    SpasmEpisode,
    Supplement,
    WarningSigns,
    WaterIntake,
)
from nutrients.codes import CODES, Authority, LifeStage, Sex
from nutrients.models import Activity, Food
from nutrients.serializers import NO_SUCH_FOOD, PortionList, SaidPortionShape
from spasmlog.api import Code, Moment, Number, Shape, Text, Whole, Yes

KEPT_UNLESS_SAID = {"id", "occurred_at", "tz", "base_revision"}
"""What a PUT that leaves it out does not empty."""


class Reference(serializers.UUIDField):
    """The id of another row, looked up in a set that `rows` tells for the asking diarist."""

    def __init__(self, rows, words, **kwargs):
        self.rows, self.words = rows, words
        super().__init__(**kwargs)

    def to_internal_value(self, data):
        found = self.rows(self.context["diarist"]).filter(pk=super().to_internal_value(data)).first()
        if found is None:
            raise exceptions.ValidationError(self.words)
        return found

    def get_attribute(self, instance):
        return getattr(instance, f"{self.source_attrs[-1]}_id")


def foods_of(diarist) -> models.QuerySet:
    return Food.objects.visible_to(diarist.user)


class KeptShape(Shape):
    """What every row of a diary has."""

    id = serializers.UUIDField(
        required=False, help_text="Made by the client (UUID v7 advised), or by the server."
    )
    base_revision = Whole(
        required=False, write_only=True, allow_null=True,
        help_text="The revision this change was made on; another than the stored is refused with 412.",
    )  # fmt: skip
    revision = serializers.IntegerField(read_only=True)
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)
    deleted_at = Moment(read_only=True, allow_null=True)

    model: type[models.Model]

    def whole(self) -> dict[str, Any]:
        """The content of a PUT: what the client left out is emptied, except when and where."""
        said = dict(self.validated_data)
        for field in self.fields.values():
            name = field.source
            if not (field.read_only or name in said or name in KEPT_UNLESS_SAID):
                said[name] = self.model._meta.get_field(name).get_default()
        return said


class EntryShape(KeptShape):
    occurred_at = Moment(required=False, help_text="RFC 3339 with offset; left out: now.")
    tz = Text(help_text="IANA zone where it was logged; left out: the profile's.")
    utc_offset_min = serializers.IntegerField(read_only=True)
    local_date = serializers.DateField(
        read_only=True, help_text="The diary day it belongs to, frozen at logging."
    )


# Meals ----------------------------------------------------------------------------------------


class ItemList(PortionList):
    """The foods of a meal, looked up all at once. Errors name the food, counted from 1."""

    most = entries.MOST_ITEMS


class ItemShape(SaidPortionShape):
    """A food of a meal: `food` with either `portion` and `quantity`, or `grams`."""

    id = serializers.UUIDField(read_only=True)

    class Meta:
        list_serializer_class = ItemList


class MealShape(EntryShape):
    model = Meal
    kind = Code(MealKind.choices, help_text="Left out: by the hour.")
    note = Text()
    items = ItemShape(many=True)


# Other entries --------------------------------------------------------------------------------


class WaterShape(EntryShape):
    model = WaterIntake
    amount_ml = Number()
    beverage = Reference(
        foods_of, NO_SUCH_FOOD, required=False, allow_null=True, help_text="A food; null: tap water."
    )
    grams = Number(read_only=True, help_text="Its weight. [g]")


class ActivityCode(serializers.CharField):
    """A code of the activity table."""

    def to_internal_value(self, data):
        found = Activity.objects.filter(pk=super().to_internal_value(data)).first()
        if found is None:
            raise exceptions.ValidationError(_("This activity is not in the table."))
        return found

    def get_attribute(self, instance):
        return instance.activity_id


class ExerciseShape(EntryShape):
    model = Exercise
    activity = ActivityCode(required=False, allow_null=True, help_text="A code of the activity table.")
    activity_name = serializers.CharField(
        read_only=True, source="activity.name", allow_null=True, default=None
    )
    met = Number(required=False, allow_null=True, help_text="Left out: that of the activity.")
    minutes = Whole()
    temperature_c = Number(required=False, allow_null=True)
    weight_before_kg = Number(required=False, allow_null=True)
    weight_after_kg = Number(required=False, allow_null=True)
    note = Text()

    def validate(self, said):
        if "activity" in said and "met" not in said:
            said["met"] = None  # that of the new activity
        return said


class ReliefShape(Shape):
    what = serializers.ChoiceField(Relief.choices)
    helped = serializers.ChoiceField(Helped.choices, required=False, allow_null=True, default=None)


class Signs(serializers.ListField):
    """Ticked warning signs."""

    def __init__(self, **kwargs):
        super().__init__(
            child=serializers.ChoiceField(Sign.choices), required=False, max_length=len(Sign), **kwargs
        )

    def to_internal_value(self, data) -> list[str]:
        try:
            return [str(sign) for sign in super().to_internal_value(data)]
        except exceptions.ValidationError as error:
            if isinstance(error.detail, dict):
                raise exceptions.ValidationError(_("Choose warning signs from the list.")) from None
            raise


class SpasmShape(EntryShape):
    model = SpasmEpisode
    started_at = Moment(source="occurred_at", required=False, help_text="The same as `occurred_at`.")
    ended_at = Moment(required=False, allow_null=True)
    site = Code(Site.choices)
    side = Code(Side.choices)
    intensity = Whole(required=False, allow_null=True, help_text="0 to 10.")
    woke_me = Yes(required=False, allow_null=True)
    doing = Code(Doing.choices)
    relief = ReliefShape(many=True, required=False)
    signs = Signs()
    note = Text()

    def to_internal_value(self, data):
        if isinstance(data, Mapping) and "started_at" in data:
            if data.get("occurred_at", data["started_at"]) != data["started_at"]:
                raise exceptions.ValidationError(
                    {"started_at": _("This differs from occurred_at. Give one of them.")}
                )
            data = {name: value for name, value in data.items() if name != "occurred_at"}
        said = super().to_internal_value(data)
        if "relief" in said:
            said["relief"] = [dict(one) for one in said["relief"]]
        return said


class WarningSignsShape(EntryShape):
    model = WarningSigns
    signs = Signs()
    note = Text()


class Amounts(serializers.DictField):
    """Amounts by nutrient code, each in the unit its code ends in."""

    child = Number()

    def to_internal_value(self, data) -> dict[str, float | int]:
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        wrong = [str(words) for code, value in data.items() for words in self._wrong(code, value)]
        if wrong:
            raise exceptions.ValidationError(wrong)
        return {str(code): _plain(self.child.run_validation(value)) for code, value in data.items()}

    def _wrong(self, code: str, value: Any) -> Iterable[str]:
        try:
            self.child.run_validation(value)
        except exceptions.ValidationError as error:
            for words in error.detail:
                yield f"{code}: {words}"

    def to_representation(self, value) -> dict[str, float]:
        return {code: value[code] for code in CODES if code in value}


def _plain(number: Decimal) -> float | int:
    return int(number) if number == number.to_integral_value() else float(number)


class SupplementShape(KeptShape):
    model = Supplement
    name = Text(required=True, allow_null=False)
    unit = Text(help_text="What one is: a tablet, a scoop.")
    amounts = Amounts(help_text="In one unit, by nutrient code.")
    source = Code(DoseSource.choices, allow_null=False)
    prescribed = Yes(required=False)

    def validate_unit(self, unit: str) -> str:
        return unit or Supplement._meta.get_field("unit").get_default()


def supplements_of(diarist) -> models.QuerySet:
    return Supplement.objects.of(diarist)


class DoseShape(EntryShape):
    model = Dose
    supplement = Reference(supplements_of, gettext_lazy("Choose one of your own supplements."))
    supplement_name = serializers.CharField(read_only=True, source="supplement.name")
    quantity = Number(required=False)
    source = Code(DoseSource.choices, help_text="Left out: that of the supplement.")
    prescribed = Yes(required=False)


class FavouriteItems(ItemList):
    """Kept as they were said, so that logging the meal checks them as any other."""

    def to_internal_value(self, data) -> list[dict]:
        return [
            {
                "food": str(one.food.pk),
                "portion": str(one.portion.pk) if one.portion else None,
                "quantity": None if one.quantity is None else float(one.quantity),
                "grams": None if one.grams is None or one.portion else float(one.grams),
            }
            for one in super().to_internal_value(data)
        ]

    def to_representation(self, data) -> list[dict]:
        return [{name: one.get(name) for name in ("food", "portion", "quantity", "grams")} for one in data]


class FavouriteItemShape(ItemShape):
    """A food of a usual meal: `food` with either `portion` and `quantity`, or `grams`."""

    id = food_name = None

    class Meta:
        list_serializer_class = FavouriteItems


class FavouriteShape(KeptShape):
    """Either a `food`, or a usual meal with its `name` and `items`."""

    model = Favourite
    food = Reference(foods_of, NO_SUCH_FOOD, required=False, allow_null=True)
    food_name = serializers.CharField(read_only=True, source="food.name", allow_null=True, default=None)
    name = Text()
    kind = Code(MealKind.choices)
    items = FavouriteItemShape(many=True, required=False)


class WeightShape(EntryShape):
    model = BodyWeight
    kg = Number()


# The person -----------------------------------------------------------------------------------


class LifeStagePeriodShape(Shape):
    stage = serializers.ChoiceField([c for c in LifeStage.choices if c[0] != LifeStage.GENERAL])
    started_on = serializers.DateField()
    ended_on = serializers.DateField(required=False, allow_null=True, default=None)


class MedicineShape(Shape):
    medicine_class = serializers.ChoiceField(Medicines.choices)
    name = Text(default="")
    started_on = serializers.DateField(required=False, allow_null=True, default=None)
    stopped_on = serializers.DateField(required=False, allow_null=True, default=None)


class TargetShape(Shape):
    nutrient = serializers.ChoiceField([(code, code) for code in CODES])
    amount = Number(help_text="A day, in the unit the nutrient's code ends in.")
    set_by = serializers.ChoiceField(SetBy.choices, default=SetBy.OWN)


@extend_schema_field({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"})
class Clock(serializers.TimeField):
    """A time of the day to the minute, such as 04:00."""


class Blank(Text):
    """A text of which none is answered as null."""

    def to_representation(self, value):
        return value or None


class ProfileShape(Shape):
    """Who keeps the diary. Any answer may be missing; null is "not said"."""

    email = serializers.EmailField(read_only=True)
    username = serializers.CharField(read_only=True)
    birth_date = serializers.DateField(required=False, allow_null=True)
    sex = serializers.ChoiceField(Sex.choices, required=False, allow_null=True)
    life_stage = serializers.ChoiceField(
        LifeStage.choices,
        required=False,
        help_text="Today's. Setting it begins a period today and ends the running one.",
    )
    life_stages = LifeStagePeriodShape(many=True, required=False)
    weight_kg = Number(
        required=False, allow_null=True, help_text="The latest; setting it logs a body weight."
    )
    height_cm = Number(required=False, allow_null=True)
    time_zone = Text(allow_null=False, allow_blank=False)
    day_start = Clock(required=False, format="%H:%M", help_text="When the diary day begins.")
    week_start = serializers.ChoiceField(
        WeekStart.choices, required=False, help_text="0 Monday, 5 Saturday, 6 Sunday."
    )
    units = serializers.ChoiceField(Units.choices, required=False)
    authority = serializers.ChoiceField(Authority.choices, required=False)
    region = Blank(help_text="Two letters such as GB, for the emergency number.")
    takes_medicines = serializers.ChoiceField(Answer.choices, required=False)
    conditions = serializers.DictField(child=serializers.ChoiceField(Answer.choices), required=False)
    medicines = MedicineShape(many=True, required=False)
    targets = TargetShape(many=True, required=False)
    base_revision = Whole(
        required=False, write_only=True, allow_null=True,
        help_text="The revision this change was made on; another than the stored is refused with 412.",
    )  # fmt: skip
    revision = serializers.IntegerField(
        read_only=True, help_text="At which an answer, or the body weight, changed last."
    )
    set_up_at = Moment(read_only=True, allow_null=True)


class DayMarkShape(Shape):
    """What is said of the whole day; what is left out stays as it was."""

    finished = Yes(required=False)
    fasting = Yes(required=False)
    no_cramp = Yes(required=False)
    base_revision = Whole(required=False, write_only=True, allow_null=True)


# Reminders ------------------------------------------------------------------------------------


class ReminderShape(Shape):
    kind = serializers.ChoiceField(ReminderKind.choices)
    at = Clock(format="%H:%M", help_text="On the diarist's clock, outside the quiet hours.")
    weekday = Whole(
        required=False, allow_null=True, default=None, help_text="Of `look_back` alone: 0 Monday to 6 Sunday."
    )
    supplement = Reference(
        supplements_of, gettext_lazy("Choose one of your own supplements."),
        required=False, allow_null=True, default=None, help_text="Of `dose` alone: one of your own.",
    )  # fmt: skip
    supplement_name = serializers.CharField(
        read_only=True, source="supplement.name", allow_null=True, default=None
    )


class ReminderPlanShape(Shape):
    quiet_from = Clock(required=False, format="%H:%M")
    quiet_until = Clock(
        required=False, format="%H:%M", help_text="The same as `quiet_from`: no hour is quiet."
    )
    urgent = Yes(
        required=False,
        help_text="The browsers that ring do so for dangers, too: emergencies at any hour, the rest after "
        "the quiet ones.",
    )
    digest = Yes(required=False, help_text="A mail each week, without figures, where the server sends mail.")
    reminders = ReminderShape(many=True, required=False)
