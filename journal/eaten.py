"""What was eaten, drunk and taken, as plain rows: the entries of some days, ready to be added up.

Only live entries count. A drink without a named beverage is the table's tap water. Nothing here needs
pandas: the page of a single day reads the same rows as the review, and adds them up in the same way.
"""

import math
from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import CharField, DecimalField, F, UUIDField, Value
from django.db.models.functions import Coalesce

from journal.calc import hydration
from journal.calc import portions as calc
from journal.calc.fortified import added_to
from journal.calc.portions import WATER, Amount
from journal.codes import DoseSource
from journal.models import DayMark, Diarist, Dose, MealItem, WaterIntake
from nutrients.codes import CODES, KEY_CODES
from nutrients.models import TAP_WATER, Food

FOOD, DRINK = "food", "drink"
NOTHING_KNOWN = (None,) * len(CODES)
WATER_AT, ALCOHOL_AT = CODES.index(WATER), CODES.index("alcohol_g")


class Portion(NamedTuple):
    """A food of a meal, or a drink."""

    diarist: int
    day: date
    at: datetime
    source: str
    """`food` or `drink`."""
    food: UUID
    grams: Decimal
    ml: Decimal | None
    """Volume of a drink; None for a food of a meal."""
    meal: UUID
    """The meal, or the drink itself."""


class Intake(NamedTuple):
    """So many units of a supplement or medicine."""

    diarist: int
    day: date
    source: str
    """`supplement` or `medicine`."""
    quantity: Decimal
    amounts: dict[str, float]
    """What one unit holds, by nutrient code and in its unit."""

    def taken(self) -> dict[str, float]:
        """What was taken of each nutrient listed, exact in decimals and rounded once."""
        return {code: float(self.quantity * Decimal(repr(one))) for code, one in self.amounts.items()}


class Mark(NamedTuple):
    """What the diarist said of a whole day."""

    diarist: int
    day: date
    finished: bool
    fasting: bool


class Eaten(NamedTuple):
    """Everything that counts for the intake of some diarists on some days."""

    portions: list[Portion]
    doses: list[Intake]
    marks: list[Mark]
    per_100g: dict[UUID, tuple[float | None, ...]]
    """Content of each food eaten, in the order of `CODES`; None is not known."""
    names: dict[UUID, tuple[str, str]]
    """Name and category of each food eaten."""

    def content(self, food: UUID) -> tuple[float | None, ...]:
        """Content of a food; all unknown for one that is not in the table."""
        return self.per_100g.get(food, NOTHING_KNOWN)

    def drink_kind(self, portion: "Portion") -> str | None:
        """What kind of drink a portion is; None for what is eaten. All that is logged as a drink is one."""
        content, category = self.content(portion.food), self.names.get(portion.food, ("", ""))[1]
        return drink_kind(portion.source == DRINK, category, content[WATER_AT], content[ALCOHOL_AT])

    def added(self, food: UUID) -> frozenset[str]:
        """Nutrients that were added to a food, by the table's name of it."""
        return added_to(self.names.get(food, ("", ""))[0])


def drink_kind(
    logged_as_drink: bool, category: str, water_per_100g: float | None, alcohol_per_100g: float | None
) -> str | None:
    """What kind of drink something is; None for what is eaten. All that is logged as a drink is one."""
    kind = hydration.drink_kind(category, water_per_100g, alcohol_per_100g)
    return kind or (hydration.JUICE_MILK if logged_as_drink else None)


class Logged(NamedTuple):
    """What is known of one diarist's day beside amounts."""

    finished: bool
    fasting: bool
    meals: list[datetime]
    """When food was eaten."""
    drinks_ml: Decimal
    doses: int
    """Supplements and medicines taken."""


def eaten(diarists: Iterable[Diarist | int], days: Collection[date]) -> Eaten:
    """Read what counts for the intake of these diarists on these days, in four queries."""
    found = portions(diarists := list(diarists), days)
    foods = list(_foods({one.food for one in found}))
    per_100g, names = {row[0]: row[3:] for row in foods}, {row[0]: (row[1], row[2]) for row in foods}
    return Eaten(found, doses(diarists, days), marks(diarists, days), per_100g, names)


def day_amounts(found: Eaten) -> dict[str, Amount]:
    """Add up what was read of one diarist and one day, as the review does.

    What a fast with nothing logged held is known: nothing.
    """
    foods = [(float(one.grams), found.content(one.food)) for one in found.portions]
    amounts = calc.day_amounts(CODES, foods, [dose.taken() for dose in found.doses])
    fast = not found.portions and any(mark.fasting for mark in found.marks)
    return {code: one._replace(known=one.known or 0.0) for code, one in amounts.items()} if fast else amounts


def day_columns(found: Eaten) -> dict[str, Any]:
    """What one diarist's day held, by the names of the columns of `DailyIntake`.

    Raises
    ------
    ValueError
        If an amount is negative or infinite: a row that no door lets in, and no sum to show.
    """
    columns: dict[str, Any] = {
        "items": len(found.portions),
        "sources": sources(found, found.portions, found.doses),
        **fluid(found, found.portions)._asdict(),
    }
    for code, amount in day_amounts(found).items():
        if not 0 <= (amount.known or 0.0) < math.inf:
            raise ValueError(f"an amount is negative or infinite: {code}")
        columns |= zip(amount_columns(code), amount, strict=True)
    return columns


def amount_columns(code: str) -> tuple[str, str, str, str]:
    """The four columns of a nutrient, in the order of `Amount`."""
    return code, f"{code}_added", f"{code}_share", f"{code}_unknown"


class Fluid(NamedTuple):
    """Water of one day beside its total. [g]"""

    drinks_water_g: float
    """In drinks that count toward the goal."""
    uncounted_water_g: float
    """In those that do not."""
    food_water_g: float
    """In food whose water is known."""
    moisture_share: float | None
    """Share of the food, by weight, whose water is known; None without food. [-]"""


def fluid(found: Eaten, portions: Iterable[Portion]) -> Fluid:
    """Tell drinks from food, and the water in each. A drink of unknown content takes that of its kind."""
    water = hydration.day_water(
        (float(one.grams), found.content(one.food)[WATER_AT], found.drink_kind(one)) for one in portions
    )
    return Fluid(water.drinks * 1000, water.uncounted * 1000, water.food * 1000, water.moisture_share)


def sources(
    found: Eaten, portions: Iterable[Portion], doses: Iterable[Intake]
) -> dict[str, dict[str, float]]:
    """What came from foods named as fortified and from medicines, by nutrient; empty where nothing did."""
    apart: dict[str, dict[str, list[float]]] = {"fortified": {}, "medicine": {}}
    for portion in portions:
        added = found.added(portion.food)
        for code, per_100g in zip(CODES, found.content(portion.food), strict=True) if added else ():
            amount = calc.portion_amount(per_100g, float(portion.grams))
            if code in added and amount:
                apart["fortified"].setdefault(code, []).append(amount)
    for dose in doses:
        for code, amount in dose.taken().items() if dose.source == DoseSource.MEDICINE else ():
            if code in KEY_CODES:
                apart["medicine"].setdefault(code, []).append(amount)
    return {
        source: {code: math.fsum(amounts) for code, amounts in sorted(by_code.items())}
        for source, by_code in apart.items()
        if by_code
    }


def apart(found: Eaten) -> dict[tuple[int, date], Eaten]:
    """What counts for each diarist and day that has an entry or a mark."""
    days: dict[tuple[int, date], Eaten] = {}
    for kind in ("portions", "doses", "marks"):
        for one in getattr(found, kind):
            if (one.diarist, one.day) not in days:
                days[one.diarist, one.day] = found._replace(portions=[], doses=[], marks=[])
            getattr(days[one.diarist, one.day], kind).append(one)
    return days


def by_day(found: Eaten) -> dict[tuple[int, date], Logged]:
    """Each diarist and day with a portion, a dose or a mark, in order of time."""
    blank = Logged(False, False, [], Decimal(0), 0)
    entries: list[Portion | Intake | Mark] = [*found.portions, *found.doses, *found.marks]
    days = sorted({(entry.diarist, entry.day) for entry in entries})
    logged = {key: blank._replace(meals=[]) for key in days}
    for mark in found.marks:
        key = mark.diarist, mark.day
        logged[key] = logged[key]._replace(finished=mark.finished, fasting=mark.fasting)
    for portion in found.portions:
        key = portion.diarist, portion.day
        if portion.ml is None:
            logged[key].meals.append(portion.at)
        else:
            logged[key] = logged[key]._replace(drinks_ml=logged[key].drinks_ml + portion.ml)
    for dose in found.doses:
        key = dose.diarist, dose.day
        logged[key] = logged[key]._replace(doses=logged[key].doses + 1)
    return logged


def portions(diarists: Iterable[Diarist | int], days: Collection[date]) -> list[Portion]:
    """Foods of meals, and drinks."""
    millilitres = DecimalField(max_digits=7, decimal_places=1)
    foods = MealItem.objects.live_of(*diarists).filter(meal__local_date__in=days).values_list(
        "meal__diarist_id", "meal__local_date", "meal__occurred_at", Value(FOOD, CharField()),
        F("food_id"), "grams", Value(None, millilitres), "meal_id",
    )  # fmt: skip
    drinks = WaterIntake.objects.filter(
        diarist__in=diarists, local_date__in=days, deleted_at=None
    ).values_list(
        "diarist_id", "local_date", "occurred_at", Value(DRINK, CharField()),
        Coalesce("beverage_id", Value(TAP_WATER, UUIDField())), "grams", "amount_ml", "id",
    )  # fmt: skip
    return [Portion(*row) for row in foods.order_by().union(drinks.order_by(), all=True)]


def doses(diarists: Iterable[Diarist | int], days: Collection[date]) -> list[Intake]:
    """Supplements and medicines taken."""
    rows = Dose.objects.filter(diarist__in=diarists, local_date__in=days, deleted_at=None)
    return [
        Intake(diarist, day, source or DoseSource.SUPPLEMENT, quantity, amounts)
        for diarist, day, source, quantity, amounts in rows.order_by().values_list(
            "diarist_id", "local_date", "source", "quantity", "supplement__amounts"
        )
    ]


def marks(diarists: Iterable[Diarist | int], days: Collection[date]) -> list[Mark]:
    """Days marked as finished or as a fast."""
    rows = DayMark.objects.filter(diarist__in=diarists, date__in=days, deleted_at=None)
    return [Mark(*row) for row in rows.order_by().values_list("diarist_id", "date", "finished", "fasting")]


def _foods(foods: Collection[UUID]) -> Iterable[tuple]:
    """Key, name, category, and content per 100 g in the order of `CODES`, of these foods."""
    return Food.objects.filter(pk__in=foods).order_by().values_list("pk", "name", "category", *CODES)
