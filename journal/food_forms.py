"""What people type about a food of their own, and how much of a food they look at."""

from collections.abc import Iterable
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from journal import measures
from journal.codes import Units
from journal.drafts import GRAMS, OUNCES, plain
from journal.forms import FOOD_WEIGHT, MeasureField, amount_field, chips, rows_form
from journal.numbers import NumberField
from journal.templatetags.journal import food_weights
from nutrients.codes import CODES, KEY_CODES
from nutrients.foods import PerPortion
from nutrients.models import MOST_YIELD_G, Food

PER_100G, PER_PORTION = "100g", "portion"
ON_LABELS = ("energy_kcal", "protein_g", "fat_g", "carbohydrate_g", "fiber_g")


class OwnFoodForm(forms.Form):
    """A food of one's own. Every amount may stay empty, which means "not known"."""

    name = forms.CharField(label=_("Name"), max_length=200)
    barcode = forms.CharField(
        label=_("Barcode"), required=False, max_length=40,  # with the spaces printed between, too
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    basis = forms.ChoiceField(
        label=_("The amounts are for"), choices=[(PER_100G, _("100 g")), (PER_PORTION, _("one portion"))],
        initial=PER_100G, widget=chips,
    )  # fmt: skip
    portion = forms.CharField(
        label=_("One portion is"), required=False, max_length=140,
        help_text=_("Such as 1 bar, 1 slice or 1 cup. Needed for amounts of one portion."),
    )  # fmt: skip
    portion_grams = NumberField(label=_("It weighs (g)"), required=False)

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for code in CODES:
            self.fields[code] = amount_field(code)
        if measures.is_us():
            self.fields["portion_grams"].help_text = _("Labels print it in grams beside the ounces.")

    def clean(self) -> dict:
        said = super().clean()
        if said.get("basis") == PER_PORTION:
            for name in ("portion", "portion_grams"):
                if name not in self.errors and said.get(name) in (None, ""):
                    self.add_error(name, _("Amounts of one portion need its name and its weight."))
        return said

    def label_amounts(self) -> list[forms.BoundField]:
        return [self[code] for code in ON_LABELS]

    def key_amounts(self) -> list[forms.BoundField]:
        return [self[code] for code in KEY_CODES]

    def other_amounts(self) -> list[forms.BoundField]:
        return [self[code] for code in CODES if code not in (*ON_LABELS, *KEY_CODES)]

    def has_other_amounts(self) -> bool:
        return any(field.errors or field.value() for field in self.other_amounts())

    def food(self) -> dict:
        """What `foods.save_own` takes, without the further portions."""
        said = self.cleaned_data
        return {"name": said["name"], "barcode": said["barcode"], **self.amounts()}

    def amounts(self) -> dict:
        """What `foods.checked_amounts` takes; nothing of a portion of which the weight could not be read."""
        said = self.cleaned_data
        amounts = {code: said.get(code) for code in CODES}
        if said.get("basis") != PER_PORTION:
            return {"per_100g": amounts}
        if said.get("portion_grams") is None:
            return {"per_100g": {}}
        return {"per_portion": PerPortion(said.get("portion", ""), said["portion_grams"], amounts)}

    def first_portion(self) -> list[tuple[str, Decimal]]:
        """A portion named beside amounts per 100 g."""
        said = self.cleaned_data
        named = said["basis"] == PER_100G and said["portion"] and said["portion_grams"] is not None
        return [(said["portion"], said["portion_grams"])] if named else []

    @staticmethod
    def initial_of(food: Food) -> dict:
        """A stored food as this form would say it: per 100 g, to the last digit kept."""
        amounts = {code: _typed(amount) for code, amount in food.per_100g.items()}
        return {"name": food.name, "barcode": food.barcode, "basis": PER_100G, **amounts}


def _typed(amount: float | None) -> str:
    return "" if amount is None else plain(repr(amount))


class PortionForm(forms.Form):
    """A household measure of an own food."""

    description = forms.CharField(label=_("Portion"), max_length=140, required=False)
    grams = NumberField(label=_("Weight (g)"), required=False)

    def clean(self) -> dict:
        said = super().clean()
        if not self.errors and bool(said.get("description")) != (said.get("grams") is not None):
            raise ValidationError(_("Give both the name and the weight of a portion."))
        return said


PortionRows = rows_form(PortionForm)


def portions_of(food: Food) -> list[dict]:
    """The portions of a stored food, as the rows of the form say them."""
    return [{"description": one.description, "grams": plain(one.grams)} for one in food.portions.all()]


def said_portions(rows: Iterable[forms.Form]) -> list[tuple[str, Decimal]]:
    """The portions that were typed and not ticked away."""
    kept = [row.cleaned_data for row in rows if row.cleaned_data and not row.cleaned_data.get("DELETE")]
    return [(said["description"], said["grams"]) for said in kept if said.get("description")]


class RecipeForm(forms.Form):
    """What a recipe is called, what the dish weighs when it is done, and how many it serves."""

    name = forms.CharField(label=_("Name"), max_length=200)
    yield_g = MeasureField(
        FOOD_WEIGHT, label=_("The finished dish weighs"), required=False,
        help_text=_("Empty: the sum of the ingredients. What it lost or gained counts as water."),
    )  # fmt: skip
    servings = NumberField(
        label=_("Servings"), required=False, help_text=_("One serving is then a portion to log.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["yield_g"].speak(Units.US if measures.is_us() else Units.METRIC)
        self.fields["yield_g"].initial = self.initial.get("yield_g")

    def clean_yield_g(self) -> Decimal | None:
        """Who typed ounces is told the limit in pounds; the row tells it in kg."""
        grams = self.cleaned_data["yield_g"]
        if grams is not None and grams > MOST_YIELD_G and measures.is_us():
            raise ValidationError(_("A dish of more than 220 lb is not possible."))
        return grams

    @staticmethod
    def initial_of(food: Food) -> dict:
        """A stored recipe as this form would say it."""
        return {"name": food.name, "yield_g": food.yield_g, "servings": plain(food.servings)}


class AmountForm(forms.Form):
    """How much of a food is looked at: so many of a portion, or a weight."""

    quantity = NumberField(label=_("How many"), required=False)
    measure = forms.ChoiceField(label=_("Portion"), required=False)

    def __init__(self, *args, food: Food, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        portions = [
            (str(one.pk), f"{one.description}, {food_weights(one.grams)}")
            if measures.is_us()
            else (str(one.pk), f"{one.description} ({food_weights(one.grams)})")
            for one in food.portions.all()
        ]
        ounces = [(OUNCES, _("ounces (weight)"))] if measures.is_us() else []
        self.fields["measure"].choices = [*portions, *ounces, (GRAMS, _("grams"))]
