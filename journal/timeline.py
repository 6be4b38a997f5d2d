"""One diary day as its page shows it: what was logged, in order, and what it adds up to.

The sums are those of the review, made from rows that the page has read anyway. Nothing here needs
pandas, and the whole of it costs the same queries for two entries and for two hundred.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django.db.models import CharField, DateField, DecimalField, Value
from django.db.models.functions import Cast
from django.utils.functional import cached_property

from journal import sweat
from journal.calc import hydration
from journal.calc.crampdays import exposure_day, has_begun
from journal.calc.hydration import DayWater
from journal.calc.portions import Amount, day_amounts
from journal.eaten import drink_kind
from journal.models import (
    DayMark,
    Diarist,
    Dose,
    Entry,
    Exercise,
    LifeStagePeriod,
    Meal,
    PersonalTarget,
    SpasmEpisode,
    WarningSigns,
    WaterIntake,
    foods_ahead,
)
from nutrients.calc import requirement
from nutrients.codes import KEY_CODES, NUTRIENTS, LifeStage
from nutrients.foods import tap_water
from nutrients.models import Food, ReferenceIntake

CODES = ("energy_kcal", *KEY_CODES)
"""Energy weighs the coverage; the seven are shown."""


@dataclass(frozen=True)
class Line:
    """An entry in its place on the time line."""

    kind: str
    entry: Entry

    @property
    def at(self) -> datetime:
        return self.entry.occurred_at


@dataclass
class DayPage:
    """What the diarist logged on one diary day, and what they said of it and of the day before."""

    day: date
    lines: list[Line]
    mark: DayMark | None
    mark_before: DayMark | None
    meals_before: list[Meal]
    drinks: list[WaterIntake] = field(default_factory=list)
    bouts: list[Exercise] = field(default_factory=list)
    """The day's exercises, and earlier ones that were weighed: own rates of sweat come from them."""

    @property
    def fluid_ml(self) -> Decimal:
        """Volume of all drinks. [mL]"""
        return sum((drink.amount_ml for drink in self.drinks), Decimal(0))

    def of_kind(self, kind: str) -> list[Entry]:
        return [line.entry for line in self.lines if line.kind == kind]

    @property
    def has_cramp(self) -> bool:
        return bool(self.of_kind("cramp"))

    def may_be_without_cramp(self, clock: datetime) -> bool:
        """Whether "no cramp" can be said by this time: from noon of the day on, and of what came since."""
        since_noon = (
            entry for entry in self.of_kind("cramp")
            if exposure_day(entry.occurred_at + timedelta(minutes=entry.utc_offset_min)) == self.day
        )  # fmt: skip
        return has_begun(self.day, clock) and not any(since_noon)

    @property
    def breakfast_before(self) -> Meal | None:
        """Yesterday's breakfast, if there was one and today has none yet."""
        if any(meal.kind == "breakfast" for meal in self.of_kind("meal")):
            return None
        return next((meal for meal in self.meals_before if meal.kind == "breakfast"), None)

    @property
    def asks_about_before(self) -> bool:
        """Whether food was logged on the day before and nobody has said that this was all of it."""
        said = self.mark_before and (self.mark_before.finished or self.mark_before.fasting)
        return bool(self.meals_before) and not said

    @cached_property
    def amounts(self) -> dict[str, Amount]:
        """What the day held of energy and of the seven, with what is not known of it."""
        items = [item for meal in self.of_kind("meal") for item in meal.items.all()]
        eaten = [(float(item.grams), content(item.food)) for item in items]
        eaten += [(float(drink.grams), content(drink.beverage)) for drink in self.drinks]
        return day_amounts(CODES, eaten, [taken(dose) for dose in self.of_kind("dose")])

    @cached_property
    def water(self) -> DayWater:
        """Water of the day's drinks and food, each once."""
        eaten = [(item.grams, item.food, False) for meal in self.of_kind("meal") for item in meal.items.all()]
        drunk = [(drink.grams, drink.beverage or tap_water(), True) for drink in self.drinks]
        return hydration.day_water(_with_kind(*one) for one in [*eaten, *drunk])


def _with_kind(grams: Decimal, food: Food | None, is_drink: bool) -> tuple[float, float | None, str | None]:
    """Grams, water in them, and what kind of drink it is; tap water where the table has none is water."""
    if food is None:
        return float(grams), None, hydration.WATER
    kind = drink_kind(is_drink, food.category, food.water_g, food.alcohol_g)
    return float(grams), food.water_g, kind


def content(food: Food | None) -> list[float | None]:
    """Content per 100 g in the order of `CODES`; without a food, that of the table's tap water."""
    food = food or tap_water()
    return [getattr(food, code) if food else None for code in CODES]


def taken(dose: Dose) -> dict[str, float]:
    """Exact amounts of a dose, by nutrient code."""
    return {code: float(dose.quantity) * amount for code, amount in dose.supplement.amounts.items()}


def day_page(diarist: Diarist, day: date) -> DayPage:
    """Read one diary day, in eight queries."""
    before = day - timedelta(days=1)
    meals = list(
        Meal.objects.of(diarist)
        .live()
        .between(before, day)
        .prefetch_related(foods_ahead(diarist, "food", "portion"))
    )
    drinks = list(WaterIntake.objects.of(diarist).live().on(day).select_related("beverage"))
    others = {
        "cramp": SpasmEpisode.objects.all(),
        "dose": Dose.objects.select_related("supplement"),
        "signs": WarningSigns.objects.all(),
    }
    lines = [Line("meal", meal) for meal in meals if meal.local_date == day]
    lines += [Line("drink", drink) for drink in drinks]
    bouts = sweat.exercises(diarist, day, day)
    lines += [Line("exercise", bout) for bout in bouts if bout.local_date == day]
    for kind, rows in others.items():
        lines += [Line(kind, entry) for entry in rows.of(diarist).live().on(day)]
    marks = {mark.date: mark for mark in DayMark.objects.of(diarist).live().filter(date__in=(before, day))}
    return DayPage(
        day=day,
        lines=sorted(lines, key=lambda line: (line.at, line.entry.created_at)),
        mark=marks.get(day),
        mark_before=marks.get(before),
        meals_before=[meal for meal in meals if meal.local_date == before],
        drinks=drinks,
        bouts=bouts,
    )


# What a day is set beside ---------------------------------------------------------------------


@dataclass(frozen=True)
class Reference:
    """The amount a day that a person like this is advised to have; two where the sex is not told."""

    nutrient: str
    lowest: float
    highest: float
    kind: str
    """`rda` (recommended), `ai` (adequate), `own` or `clinician`."""


def references(diarist: Diarist, on: date) -> dict[str, Reference]:
    """The amounts to show beside a day, by nutrient code; none where the profile does not tell which."""
    return references_on(diarist, [on])[on]


def references_on(
    diarist: Diarist, days: Iterable[date], codes: Sequence[str] = KEY_CODES
) -> dict[date, dict[str, Reference]]:
    """The amounts to show beside each of some days, in the same one query."""
    stages, targets = _about(diarist)
    return {day: _references(diarist, day, _stage(stages, day), targets, codes) for day in days}


def _references(
    diarist: Diarist,
    on: date,
    stage: str,
    targets: Mapping[str, tuple[float, str]],
    codes: Sequence[str],
) -> dict[str, Reference]:
    person = requirement.Person(diarist.birth_date, diarist.sex, stage, diarist.authority)
    rows = _reference_rows(diarist.authority)
    found = {}
    for code in codes:
        if code in targets:
            amount, set_by = targets[code]
            found[code] = Reference(code, amount, amount, set_by)
            continue
        need = requirement.choose([row for row in rows if row.nutrient == code], [], person, on, code)
        amounts = [
            (row.rda, "rda") if row.rda is not None else (row.ai, "ai")
            for row in (o.row for o in need.options)
        ]
        known = [amount for amount, _kind in amounts if amount is not None]
        if known:
            found[code] = Reference(code, min(known), max(known), amounts[0][1])
    return found


def _about(diarist: Diarist) -> tuple[list[tuple], dict[str, tuple[float, str]]]:
    """Dated life stages and own targets, in one query."""
    nothing = Value(None, DecimalField(max_digits=10, decimal_places=3))
    no_day, no_text = Value(None, DateField()), Value("", CharField())
    stages = (
        LifeStagePeriod.objects.filter(diarist=diarist)
        .order_by()
        .values_list("stage", "started_on", "ended_on", nothing, no_text)
    )
    targets = (
        PersonalTarget.objects.filter(diarist=diarist)
        .order_by()
        .values_list(
            "nutrient",
            no_day,
            no_day,
            Cast("amount", DecimalField(max_digits=10, decimal_places=3)),
            "set_by",
        )
    )
    rows = list(stages.union(targets, all=True))
    own = {
        code: (float(amount), set_by) for code, _first, _last, amount, set_by in rows if amount is not None
    }
    return [row[:3] for row in rows if row[3] is None], own


def _stage(periods: Sequence[tuple], on: date) -> str:
    now = {stage for stage, first, last in periods if first <= on and (last is None or on <= last)}
    return next(
        (stage for stage in (LifeStage.PREGNANCY, LifeStage.LACTATION) if stage in now), LifeStage.GENERAL
    )


def _reference_rows(authority: str) -> tuple[requirement.ReferenceRow, ...]:
    """The rows of one authority in our units, read once by each process that finds them."""
    rows = _rows_of(authority)
    if not rows:
        _rows_of.cache_clear()
    return rows


@lru_cache(maxsize=8)
def _rows_of(authority: str) -> tuple[requirement.ReferenceRow, ...]:
    ours = {n.reference: n for n in NUTRIENTS if n.reference}
    rows = ReferenceIntake.objects.filter(authority=authority, nutrient__in=ours)
    return tuple(
        requirement.ReferenceRow(
            row.authority, row.nutrient, row.life_stage, row.sex, row.age_min_months, row.age_max_months,
            row.ear, row.rda, row.ai, row.ul, row.cdrr, row.unit, row.note, row.source, row.group, row.pk,
        ).in_unit(ours[row.nutrient].code, ours[row.nutrient].unit, ours[row.nutrient].reference_factor)
        for row in rows
    )  # fmt: skip
