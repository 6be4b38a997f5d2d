"""What people type, read into the shapes that verbs take.

Forms look at the shape only: is it a number, a date, one of the choices. Whether a number is possible
is said by the models, in the same words to a browser and to a phone (`refuse` puts them at their field).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from journal import body_map, countries, measures, signs, vitamin_d
from journal.codes import (
    Answer,
    Condition,
    Doing,
    DoseSource,
    Helped,
    MealKind,
    MedicineClass,
    Relief,
    SetBy,
    Side,
    Sign,
    Site,
    Units,
    WeekStart,
)
from journal.models import Diarist, LifeStagePeriod
from journal.numbers import NumberField
from nutrients.calc import units
from nutrients.codes import CODES, KEY_CODES, NUTRIENT, Authority, Sex

NOT_SAID = ("", _("not said"))


def refuse(form: forms.Form, error: ValidationError, **names: str) -> None:
    """Show what a verb refused at the field it speaks of; `names` maps model fields to form fields."""
    said = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for field, messages in said.items():
        field = names.get(field, field)
        for message in messages:
            form.add_error(field if field in form.fields else None, message)


# Measures in the diarist's units --------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """A quantity with its unit in the tables and the one that people in the US type."""

    unit: str
    us_unit: str
    from_us: Callable[[float], float]
    to_us: Callable[[float], float]
    places: int

    def unit_in(self, system: str) -> str:
        return self.us_unit if system == Units.US else self.unit

    def kept(self, typed: Decimal, system: str) -> Decimal:
        """What is typed, in the unit of the tables."""
        if system != Units.US or not typed.is_finite():
            return typed
        return Decimal(repr(self.from_us(float(typed)))).quantize(
            Decimal(1).scaleb(-self.places), ROUND_HALF_UP
        )

    def shown(self, kept: Decimal, system: str) -> str:
        """What is stored, as it would be typed."""
        if system == Units.US:
            kept = Decimal(repr(self.to_us(float(kept)))).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return f"{kept.normalize():f}"


VOLUME = Measure("ml", "fl oz", units.ml_from_us_fl_oz, units.us_fl_oz_from_ml, 1)
WEIGHT = Measure("kg", "lb", units.kg_from_lb, units.lb_from_kg, 2)
HEIGHT = Measure("cm", "in", units.cm_from_inches, units.inches_from_cm, 1)
TEMPERATURE = Measure("°C", "°F", units.c_from_f, units.f_from_c, 1)
FOOD_WEIGHT = Measure("g", "oz", units.g_from_oz, units.oz_from_g, 3)

WATER = "water_g"
FEET = re.compile(
    r"^\s*(\d{1,3})\s*(?:'|ft|feet|’)\s*"
    r"(?:(\d{1,3}(?:\.\d+)?)\s*(?:\"|in|inches|”|'')?)?\s*$"
)


class MeasureField(NumberField):
    """A number in the diarist's units; cleaned, it is in the unit of the tables.

    An untouched field keeps what is stored, which may be finer than what was shown.
    """

    def __init__(self, measure: Measure, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.measure, self.system, self.shown_in = measure, Units.METRIC.value, Units.METRIC.value

    def speak(self, system: str) -> None:
        """Ask in these units from now on, and name the unit in the label."""
        self.system = self.shown_in = system
        self.label = f"{self.label} ({self.measure.unit_in(system)})"

    def has_changed(self, initial, data) -> bool:
        return (
            self.prepare_value(initial) != str(data or "").strip()
            if initial is not None
            else super().has_changed(initial, data)
        )

    def to_python(self, value) -> Decimal | None:
        if isinstance(self.initial, Decimal) and not self.has_changed(self.initial, value):
            return self.initial
        feet = FEET.match(str(value or "")) if self.measure is HEIGHT else None
        if feet and self.system == Units.US:
            value = int(feet[1]) * units.INCHES_PER_FOOT + Decimal(feet[2] or 0)
        typed = super().to_python(value)
        return None if typed is None else self.measure.kept(typed, self.system)

    def prepare_value(self, value):
        return self.measure.shown(value, self.shown_in) if isinstance(value, Decimal) else value


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self):
        super().__init__(format="%Y-%m-%dT%H:%M")


class MomentField(forms.Field):
    """A moment on the wall where the entry was logged. An untouched field keeps its seconds."""

    widget = MomentInput
    zone: ZoneInfo | None = None

    def prepare_value(self, value):
        return self._typed(value) if isinstance(value, datetime) else value

    def _typed(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")

    def to_python(self, value) -> datetime | None:
        if not value:
            return None
        if isinstance(self.initial, datetime) and value == self._typed(self.initial):
            return self.initial
        try:
            wall = datetime.fromisoformat(value)
        except ValueError:
            raise ValidationError(_("Give a date and a time.")) from None
        return wall.replace(tzinfo=self.zone or timezone.get_current_timezone())


class DiaryForm(forms.Form):
    """A form that speaks the diarist's units and the clock of the place where an entry was logged."""

    error_css_class = "field-wrong"

    def __init__(self, *args, diarist: Diarist, entry=None, **kwargs):
        kwargs.setdefault("initial", {})
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.diarist, self.entry = diarist, entry
        for name, field in self.fields.items():
            if isinstance(field, MeasureField):
                field.speak(diarist.units)
            elif isinstance(field, MomentField):
                field.zone = ZoneInfo(entry.tz) if entry and entry.tz else diarist.tz
            else:
                continue
            field.initial = self.initial.get(name)

    def said(self, *names: str) -> dict:
        """What was typed in these fields."""
        return {name: self.cleaned_data.get(name) for name in names}


chips = forms.RadioSelect
"""Drawn by `partials/choices.html` as chips to tap."""


# Meals, drinks, activity ----------------------------------------------------------------------


class MealForm(DiaryForm):
    kind = forms.ChoiceField(label=_("Meal"), choices=MealKind, required=False, widget=chips)
    occurred_at = MomentField(label=_("When"), required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.TextInput)


class DrinkForm(DiaryForm):
    amount_ml = MeasureField(VOLUME, label=_("How much"))
    occurred_at = MomentField(label=_("When"), required=False)


class ExerciseForm(DiaryForm):
    minutes = NumberField(label=_("How long, in minutes"))
    occurred_at = MomentField(label=_("Began at"), required=False)
    temperature_c = MeasureField(TEMPERATURE, label=_("Temperature"), required=False)
    weight_before_kg = MeasureField(
        WEIGHT, label=_("Weight before"), required=False,
        help_text=_("Weighed before and after, the difference shows how much was sweated."),
    )  # fmt: skip
    weight_after_kg = MeasureField(WEIGHT, label=_("Weight after"), required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.TextInput)

    def clean_minutes(self) -> int:
        minutes = self.cleaned_data["minutes"]
        if minutes is not None and minutes != minutes.to_integral_value():
            raise ValidationError(_("Give whole minutes."))
        return int(minutes)


class WeightForm(DiaryForm):
    kg = MeasureField(WEIGHT, label=_("Body weight"))
    occurred_at = MomentField(label=_("When"), required=False)


# Devices --------------------------------------------------------------------------------------


class DeviceForm(forms.Form):
    name = forms.CharField(label=_("Name"), required=False)


# Supplements ----------------------------------------------------------------------------------


def amount_field(code: str, **kwargs) -> NumberField:
    """A field for the amount of a nutrient: in its unit, or of vitamin D in the one that is chosen."""
    name = capfirst(NUTRIENT[code].name)
    if code == vitamin_d.CODE:
        return vitamin_d.VitaminDField(label=name, required=False, **kwargs)
    return NumberField(label=f"{name} ({NUTRIENT[code].unit})", required=False, **kwargs)


class DoseForm(DiaryForm):
    quantity = NumberField(label=_("How many"), initial=1)
    occurred_at = MomentField(label=_("When"), required=False)


class SupplementForm(DiaryForm):
    """A product with the exact amounts of one unit of it, as printed on its label."""

    name = forms.CharField(label=_("Name"), max_length=120)
    unit = forms.CharField(
        label=_("One unit is a"),
        max_length=40,
        initial=_("tablet"),
        help_text=_("Tablet, capsule, scoop, drop …"),
    )
    source = forms.ChoiceField(
        label=_("It is a"), choices=DoseSource, initial=DoseSource.SUPPLEMENT, widget=chips
    )
    prescribed = forms.BooleanField(label=_("Prescribed for me"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        amounts = self.initial.get("amounts", {})
        for code in (*KEY_CODES[:-1], *(c for c in CODES if c not in KEY_CODES), KEY_CODES[-1]):
            self.fields[code] = amount_field(code, initial=amounts.get(code))

    def main_amounts(self) -> list[forms.BoundField]:
        return [self[code] for code in KEY_CODES[:-1]]

    def other_amounts(self) -> list[forms.BoundField]:
        return [self[code] for code in CODES if code not in KEY_CODES[:-1]]

    def clean(self) -> None:
        if not self.amounts() and not self.errors.keys() & set(CODES):
            raise ValidationError(_("Give at least one nutrient and its amount."))

    def amounts(self) -> dict[str, float]:
        """Amounts in one unit that were typed, by nutrient code and in its unit."""
        return {
            code: float(self.cleaned_data[code]) for code in CODES if self.cleaned_data.get(code) is not None
        }


# Cramps ---------------------------------------------------------------------------------------

SIGN_GROUPS = (*signs.URGENT, (_("To tell a clinician"), signs.TELL))
STARTED = (
    ("0", _("just now")),
    ("15", _("15 min earlier")),
    ("30", _("30 min earlier")),
    ("60", _("1 hour earlier")),
)


ON_BODY = {Side.LEFT: _("%(site)s, your left"), Side.RIGHT: _("%(site)s, your right")}


def spots() -> list[tuple[str, str]]:
    """The regions of the body map with their names, from the person's own side."""
    return [
        (body_map.spot(site, side), str(ON_BODY[side]) % {"site": Site(site).label})
        for site, side in body_map.SPOTS
    ]


class CrampForm(DiaryForm):
    """The details of a cramp; none is needed.

    The page may send the form after every tap: the same form sent twice says the same.
    """

    spot = forms.ChoiceField(label=_("On the body"), choices=spots, required=False, widget=chips)
    site = forms.ChoiceField(label=_("Where"), choices=[*Site.choices], required=False, widget=chips)
    side = forms.ChoiceField(label=_("Side"), choices=Side, required=False, widget=chips)
    intensity = forms.ChoiceField(
        label=_("How strong, 0 to 10"),
        choices=[(str(n), str(n)) for n in range(11)],
        required=False,
        widget=chips,
    )
    started = forms.ChoiceField(label=_("It began"), choices=STARTED, required=False, widget=chips)
    occurred_at = MomentField(label=_("Exact time"), required=False)
    minutes = NumberField(label=_("How many minutes it lasted"), required=False)
    just_ended = forms.BooleanField(label=_("It has just ended"), required=False)
    woke_me = forms.ChoiceField(
        label=_("Did it wake you?"),
        choices=[("yes", _("yes")), ("no", _("no"))],
        required=False,
        widget=chips,
    )
    doing = forms.ChoiceField(label=_("What were you doing?"), choices=Doing, required=False, widget=chips)
    signs = forms.MultipleChoiceField(
        label=_("Warning signs"), choices=Sign, required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for relief in Relief:
            self.fields[f"tried_{relief.value}"] = forms.BooleanField(label=relief.label, required=False)
            self.fields[f"helped_{relief.value}"] = forms.ChoiceField(
                label=relief.label, choices=Helped, required=False, widget=chips
            )

    def relief_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"tried_{what}"], self[f"helped_{what}"]) for what in Relief.values]

    def sign_groups(self) -> list[tuple[str | Promise, list]]:
        """The tick boxes of the warning signs, under headings."""
        box = {choice.data["value"]: choice for choice in self["signs"]}
        return [(title, [box[sign.value] for sign in group]) for title, group in SIGN_GROUPS]

    def figures(self) -> list[dict]:
        """The body from the front and from behind: each region with its control, and whether it is chosen."""
        control = {box.data["value"]: box for box in self["spot"]}
        chosen = self._chosen_spots()
        return [
            {
                "view": view,
                "ground": body_map.GROUND[view],
                "lines": body_map.LINES[view],
                "regions": [(one, control[one.spot], one.spot in chosen) for one in regions],
            }
            for view, regions in body_map.FIGURES.items()
        ]

    def _chosen_spots(self) -> set[str]:
        site, side = self["site"].value(), self["side"].value()
        sides = (Side.LEFT, Side.RIGHT) if side == Side.BOTH else (side,)
        return {body_map.spot(site, one) for one in sides} | {self["spot"].value()}

    @staticmethod
    def initial_of(cramp) -> dict:
        """What is stored, as this form would say it."""
        lasted = cramp.duration
        initial = {
            "spot": body_map.spot(cramp.site, cramp.side),
            "site": cramp.site,
            "side": cramp.side,
            "intensity": "" if cramp.intensity is None else str(cramp.intensity),
            "started": CrampForm._started(cramp),
            "occurred_at": cramp.occurred_at,
            "minutes": None if lasted is None else round(lasted / timedelta(minutes=1)),
            "woke_me": {True: "yes", False: "no", None: ""}[cramp.woke_me],
            "doing": cramp.doing,
            "signs": cramp.signs,
            "note": cramp.note,
        }
        for one in cramp.relief:
            initial[f"tried_{one['what']}"] = True
            initial[f"helped_{one['what']}"] = one.get("helped") or ""
        return initial

    @staticmethod
    def _started(cramp) -> str:
        """Which of the presets its beginning was set by, to the moment; else none."""
        earlier = cramp.created_at - cramp.occurred_at
        return next((code for code, _name in STARTED if earlier == timedelta(minutes=int(code))), "")

    def fields_of_cramp(self) -> dict:
        """What the verb takes."""
        data = self.cleaned_data
        began = self._began()
        site, side = self._place()
        return {
            "site": site,
            "side": side,
            "intensity": int(data["intensity"]) if data["intensity"] else None,
            "occurred_at": began,
            "ended_at": self._ended(began),
            "woke_me": {"yes": True, "no": False}.get(data["woke_me"]),
            "doing": data["doing"],
            "relief": self._relief(),
            "signs": data["signs"],
            "note": data["note"],
        }

    def _place(self) -> tuple[str, str]:
        """A tap on the body says place and side at once; a choice in the lists is the later word."""
        data = self.cleaned_data
        if data["spot"] and "spot" in self.changed_data and not {"site", "side"} & {*self.changed_data}:
            site, side = data["spot"].rsplit("-", 1)
            return site, side
        return data["site"], data["side"]

    def _began(self) -> datetime:
        """A typed time wins; "15 min earlier" counts from the tap that saved the cramp."""
        typed, stored = self.cleaned_data.get("occurred_at"), self.initial["occurred_at"]
        if typed is not None and typed != stored:
            return typed
        earlier = int(self.cleaned_data.get("started") or 0)
        return (
            self.entry.created_at - timedelta(minutes=earlier) if self.cleaned_data.get("started") else stored
        )

    def _ended(self, began: datetime) -> datetime | None:
        if self.cleaned_data.get("just_ended"):
            return timezone.now()
        minutes = self.cleaned_data.get("minutes")
        if minutes is None:
            return None
        try:
            if self.entry.ended_at and "minutes" not in self.changed_data:
                return began + self.entry.duration
            return began + timedelta(minutes=float(max(min(minutes, Decimal(100_000)), Decimal(-100_000))))
        except OverflowError:
            return None  # no calendar goes so far; the verb refuses the beginning

    def _relief(self) -> list[dict]:
        data = self.cleaned_data
        return [
            {"what": what, "helped": data[f"helped_{what}"] or None}
            for what in Relief.values
            if data[f"tried_{what}"] or (data[f"helped_{what}"] and not self._unticked(what))
        ]

    def _unticked(self, what: str) -> bool:
        """Whether it was tried and is taken back: then its answer, which cannot be cleared, goes too."""
        return bool(self.initial.get(f"tried_{what}")) and not self.cleaned_data[f"tried_{what}"]


# The person -----------------------------------------------------------------------------------


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


def zones() -> list[tuple[str, str]]:
    """Time zones by their place names; those that only repeat another are left out."""
    places = (
        z
        for z in available_timezones()
        if "/" in z and not z.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    )
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in sorted(places))]


class CountryField(forms.ChoiceField):
    """A country by its name, and none until somebody chooses: nothing is read from the browser's language."""

    def __init__(self, **kwargs):
        super().__init__(choices=lambda: [("", _("choose")), *countries.by_name()], **kwargs)

    def keep(self, region: str | None) -> None:
        """Have a stored country that the list does not hold stand in it, by its letters."""
        if region and region not in countries.COUNTRIES:
            self.choices = [*self.choices, (region, region)]

    def valid_value(self, value) -> bool:
        return True  # which letters may be stored is a rule of the profile, and REST knows no list


class BodyForm(DiaryForm):
    """What reference values ask of a person."""

    birth_date = forms.DateField(label=_("Birth date"), required=False, widget=DateInput)
    sex = forms.ChoiceField(
        label=_("Sex"), choices=[*Sex.choices, ("", _("later"))], required=False, widget=chips,
        help_text=_("Reference values differ by it."),
    )  # fmt: skip
    height_cm = MeasureField(HEIGHT, label=_("Height"), required=False)
    weight_kg = MeasureField(WEIGHT, label=_("Weight"), required=False)

    def answers(self) -> dict:
        """Answers given, as `people.update_profile` takes them."""
        answers = dict(self.cleaned_data)
        answers["sex"] = answers.get("sex") or None
        return answers


class ZoneForm(DiaryForm):
    """Where a person lives, and how things are measured there."""

    units = forms.ChoiceField(label=_("Units"), choices=Units, widget=chips)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    region = CountryField(
        label=_("Country"), required=False, widget=forms.Select(attrs={"autocomplete": "country"}),
        help_text=_("For the emergency number on warning cards."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = dict(self.fields["time_zone"].choices)
        zone = self.initial.get("time_zone")
        if zone and zone not in known:
            self.fields["time_zone"].choices = [(zone, zone), *self.fields["time_zone"].choices]
        self.fields["region"].keep(self.initial.get("region"))


class StartForm(BodyForm, ZoneForm):
    """The first answers, in under a minute; each may come later. Units are those chosen in this very form."""

    kidney_disease = forms.ChoiceField(
        label=_("Has a doctor ever told you that your kidneys do not work well?"), choices=Answer,
        required=False, widget=chips,
        help_text=_("Then more potassium or magnesium can do harm, so tips about them are left out."),
    )  # fmt: skip
    takes_medicines = forms.ChoiceField(
        label=_("Do you take medicines regularly?"), choices=Answer, required=False, widget=chips,
        help_text=_("Some go with cramps, and some do not go together with more potassium or magnesium."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        asked = self.data.get(self.add_prefix("units")) if self.is_bound else None
        for name, label in (("height_cm", _("Height")), ("weight_kg", _("Weight"))):
            self.fields[name].label = label
            self.fields[name].system = asked if asked in Units.values else self.diarist.units
        self.fields["time_zone"].widget.attrs["data-detect"] = "zone"

    def answers(self) -> dict:
        answers = super().answers()
        answers.pop("kidney_disease", None)
        answers["takes_medicines"] = answers.get("takes_medicines") or Answer.UNKNOWN
        return answers


class ProfileForm(BodyForm):
    authority = forms.ChoiceField(label=_("Reference values by"), choices=Authority, widget=chips)
    takes_medicines = forms.ChoiceField(
        label=_("Do you take medicines regularly?"), choices=Answer, widget=chips
    )


class PlaceForm(ZoneForm):
    day_start = forms.TimeField(
        label=_("A day starts at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("A cramp at three in the morning then still belongs to the night before."),
    )  # fmt: skip
    week_start = forms.TypedChoiceField(
        label=_("A week starts on"), choices=WeekStart, coerce=int, widget=chips
    )

    def answers(self) -> dict:
        """Answers given, as `people.update_profile` takes them."""
        return dict(self.cleaned_data)


class ConditionsForm(forms.Form):
    """Each condition of the list with yes, no or not sure."""

    def __init__(self, *args, answers: dict[str, str], **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        for condition in Condition:
            self.fields[condition.value] = forms.ChoiceField(
                label=condition.label,
                choices=Answer,
                initial=answers[condition.value],
                required=False,
                widget=chips,
            )

    def answers(self) -> dict[str, str]:
        return {code: answer for code, answer in self.cleaned_data.items() if answer}


class MedicineForm(forms.Form):
    medicine_class = forms.ChoiceField(
        label=_("Kind of medicine"), choices=[("", _("choose")), *MedicineClass.choices]
    )
    name = forms.CharField(label=_("Its name, if you like"), required=False)
    started_on = forms.DateField(label=_("Since"), required=False, widget=DateInput)
    stopped_on = forms.DateField(label=_("Until"), required=False, widget=DateInput)


class LifeStageForm(forms.Form):
    stage = forms.ChoiceField(
        label=_("Life stage"), choices=[("", _("choose")), *LifeStagePeriod._meta.get_field("stage").choices]
    )
    started_on = forms.DateField(label=_("Since"), widget=DateInput)
    ended_on = forms.DateField(
        label=_("Until"), required=False, widget=DateInput, help_text=_("Empty: still so.")
    )


def target_choices(system: str) -> list[tuple[str, str]]:
    """Nutrients with the units in which an amount of them can be said."""
    units = {code: NUTRIENT[code].unit for code in KEY_CODES} | {WATER: VOLUME.unit_in(system)}
    told = [(code, f"{NUTRIENT[code].name} ({unit})") for code, unit in units.items()]
    after = KEY_CODES.index(vitamin_d.CODE) + 1
    return [("", _("choose")), *told[:after], (VITAMIN_D_IU, vitamin_d.name_in_iu()), *told[after:]]


VITAMIN_D_IU = "vitamin_d_iu"
"""A choice of the form alone: it is stored in µg."""


class TargetForm(forms.Form):
    """An own target. Water is asked for as a volume, as pages tell it, and kept in g; an amount of it that
    was not touched stays as it is stored."""

    nutrient = forms.ChoiceField(label=_("Nutrient"))
    amount = NumberField(
        label=_("Amount a day"), help_text=_("In the unit that stands behind the nutrient's name.")
    )
    set_by = forms.ChoiceField(label=_("Set by"), choices=SetBy, initial=SetBy.OWN)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.system = Units.US if measures.is_us() else Units.METRIC
        self.fields["nutrient"].choices = target_choices(self.system)
        self.stored = self.initial.get("amount")
        if self.initial.get("nutrient") == vitamin_d.CODE:
            self.fields["amount"].help_text = vitamin_d.both(self.stored)
        if self.stored and self.initial.get("nutrient") == WATER:
            self.initial["amount"] = VOLUME.shown(Decimal(self.stored), self.system)

    def clean(self) -> dict:
        said = super().clean()
        amount = said.get("amount")
        if said.get("nutrient") == VITAMIN_D_IU:
            said["nutrient"] = vitamin_d.CODE
            if amount is not None:
                said["amount"] = vitamin_d.ug(amount, vitamin_d.IU)
        if said.get("nutrient") == WATER and amount is not None:
            touched = {"nutrient", "amount"} & {*self.changed_data}
            said["amount"] = VOLUME.kept(amount, self.system) if touched else Decimal(self.stored)
        return said


def rows_form(form: type[forms.Form]) -> type[forms.BaseFormSet]:
    """A list of such forms, with an empty one at its end and a box to take each away."""
    return forms.formset_factory(form, extra=1, can_delete=True, max_num=40)


# The account ----------------------------------------------------------------------------------


class ImportForm(forms.Form):
    """A diary that was exported before, here or on another server."""

    file = forms.FileField(
        label=_("File"), label_suffix="", help_text=_("The JSON or the zip that an export gave you."),
        widget=forms.FileInput(attrs={"accept": ".json,.zip"}),
    )  # fmt: skip


class PasswordForm(forms.Form):
    """The password again, before what cannot be undone."""

    password = forms.CharField(
        label=_("Your password"), strip=False, max_length=1000, label_suffix="",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
