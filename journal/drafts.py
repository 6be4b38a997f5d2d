"""A meal being put together: the foods chosen so far, carried by the form itself.

Nothing is kept on the server before the meal is saved: each row of the form names a food, a measure
(a portion's id, `g` or `oz`) and how many, as they were typed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from journal import habits, measures
from journal.calc.portions import Amount, day_amounts
from journal.codes import Units
from journal.entries import MOST_ITEMS, Portion
from journal.forms import FOOD_WEIGHT
from journal.models import Diarist, Favourite, Meal, MealItem
from journal.numbers import number
from journal.templatetags.journal import food_weight
from journal.timeline import CODES, content
from nutrients.calc.units import oz_from_g
from nutrients.models import Food, FoodPortion, Ingredient

GRAMS, OUNCES = "g", "oz"
USUAL_AMOUNT = "usual amount"
FEW_PORTIONS = 4
"""So many are chips at once; the others are one tap further."""


@dataclass
class Row:
    """One food of the draft, as it stands in the form."""

    food: Food
    measure: str
    quantity: str

    @cached_property
    def portion(self) -> FoodPortion | None:
        return next((p for p in self.food.portions.all() if str(p.pk) == self.measure), None)

    @cached_property
    def chips(self) -> list[FoodPortion]:
        """The portions to choose from at a glance: the first few, and the one that is chosen."""
        return [one for place, one in enumerate(self._told) if place < FEW_PORTIONS or one == self.portion]

    @cached_property
    def more_chips(self) -> list[FoodPortion]:
        """The others."""
        return [one for one in self._told if one not in self.chips]

    @property
    def _told(self) -> list[FoodPortion]:
        """Portions worth a chip: "usual amount" only where no other portion says what that is."""
        portions = list(self.food.portions.all())
        named = {one.grams for one in portions if one.description != USUAL_AMOUNT}
        return [
            one
            for one in portions
            if one.description != USUAL_AMOUNT or one.grams not in named or one == self.portion
        ]

    @property
    def number(self) -> Decimal | None:
        return number(self.quantity)

    @cached_property
    def grams(self) -> Decimal | None:
        """Weight, where what was typed tells it. [g]"""
        if self.number is None or self.number <= 0:
            return None
        if self.portion:
            return self.number * self.portion.grams
        return FOOD_WEIGHT.kept(self.number, Units.US if self.measure == OUNCES else Units.METRIC)

    def said(self) -> Portion:
        """What the verb takes."""
        if self.portion:
            # Without a number the verb would take one portion; nobody said so.
            return (
                Portion(self.food, portion=self.portion, quantity=self.number)
                if self.number is not None
                else Portion(self.food)
            )
        grams = self.grams if self.grams is not None else self.number
        return Portion(self.food, grams=grams)


class Draft:
    """The rows of a meal that is being put together."""

    def __init__(self, diarist: Diarist, rows: Iterable[Row] = ()):
        self.diarist = diarist
        self.rows = list(rows)

    @classmethod
    def read(cls, diarist: Diarist, data: QueryDict) -> "Draft":
        """The rows that a form carries; a food that this diarist cannot see is not among them."""
        measures = _measures(data)
        said = list(zip(data.getlist("food"), measures, data.getlist("quantity"), strict=False))
        foods = visible_foods(diarist, [food for food, _measure, _quantity in said[: MOST_ITEMS + 1]])
        return cls(diarist, [Row(foods[food], m, q) for food, m, q in said if food in foods])

    @classmethod
    def worked_on(cls, diarist: Diarist, data: QueryDict) -> "Draft":
        """The rows of a form, after what its button asks for."""
        draft = cls.read(diarist, data)
        if "add" in data:
            draft.add(data["add"], data.get("kind", ""))
        if "drop" in data:
            draft.drop(data["drop"])
        if is_uuid(data.get("add_usual")):
            for favourite in Favourite.objects.of(diarist).live().filter(pk=data["add_usual"]):
                draft.add_favourite(favourite)
        return draft

    @classmethod
    def of_recipe(cls, diarist: Diarist, food: Food) -> "Draft":
        """A stored recipe as a form that would store the same."""
        rows = Ingredient.objects.filter(recipe__food=food).select_related("food", "portion")
        rows = rows.prefetch_related("food__portions").order_by("position")
        return cls(diarist, [Row(row.food, *measure_of(row)) for row in rows])

    @classmethod
    def of_meal(cls, meal: Meal) -> "Draft":
        """A stored meal as a form that would store the same."""
        items = meal.foods().select_related("food", "portion").prefetch_related("food__portions")
        return cls(meal.diarist, [Row(item.food, *measure_of(item)) for item in items])

    def add(self, food_id: str, kind: str = "") -> Food | None:
        """Add a food: the amount of last time at this meal, else the usual portion."""
        food = visible_foods(self.diarist, [food_id]).get(food_id)
        if food is None or len(self.rows) >= MOST_ITEMS:
            return None
        self.rows.append(Row(food, *amount_to_offer(self.diarist, food, kind)))
        return food

    def add_favourite(self, favourite: Favourite) -> None:
        """Add all foods of a usual meal, as it was stored."""
        foods = visible_foods(self.diarist, [str(item.get("food")) for item in favourite.items])
        for item in favourite.items:
            if food := foods.get(str(item.get("food"))):
                if item.get("portion"):
                    measure, quantity = str(item["portion"]), plain(item.get("quantity") or 1)
                else:
                    measure, quantity = weighed(Decimal(item["grams"])) if item.get("grams") else (GRAMS, "")
                self.rows.append(Row(food, measure, quantity))

    def drop(self, place: str) -> Food | None:
        """Take the row at a place away."""
        if not place.isdecimal() or len(place) > 3 or int(place) >= len(self.rows):
            return None
        return self.rows.pop(int(place)).food

    def said(self) -> list[Portion]:
        return [row.said() for row in self.rows]

    def amounts(self) -> dict[str, Amount]:
        """What the rows hold so far; those without an amount are left out."""
        return day_amounts(CODES, [(float(row.grams), content(row.food)) for row in self.rows if row.grams])


def _measures(data: QueryDict) -> Iterator[str]:
    """The measure of each row: chips are named by the place of their row, an address says them in a list."""
    listed = data.getlist("measure")
    for place in range(len(data.getlist("food"))):
        yield data.get(f"measure-{place}") or (listed[place] if place < len(listed) else "")


def plain(value) -> str:
    """A number as it would be typed."""
    return "" if value in ("", None) else f"{Decimal(str(value)).normalize():f}"


def visible_foods(diarist: Diarist, ids: Iterable[str]) -> dict[str, Food]:
    """Foods that this diarist may log, by their id as text."""
    wanted = {id for id in ids if is_uuid(id)}
    if not wanted:
        return {}
    foods = Food.objects.visible_to(diarist.user_id).filter(pk__in=wanted).prefetch_related("portions")
    return {str(food.pk): food for food in foods}


def is_uuid(text: str | None) -> bool:
    try:
        return str(UUID(text)) == text
    except (ValueError, TypeError, AttributeError):
        return False


def measure_of(item: MealItem | Ingredient) -> tuple[str, str]:
    """How an amount was said: the measure and how many of it."""
    if item.portion_id and item.quantity is not None:
        return str(item.portion_id), plain(item.quantity)
    return weighed(item.grams)


def weighed(grams: Decimal) -> tuple[str, str]:
    """An amount by weight as it was said: ounces, where so many were typed that come to these grams."""
    for digits in ("0.1", "0.01") if measures.is_us() else ():
        ounces = Decimal(repr(oz_from_g(float(grams)))).quantize(Decimal(digits), ROUND_HALF_UP)
        if FOOD_WEIGHT.kept(ounces, Units.US) == grams:
            return OUNCES, plain(ounces)
    return GRAMS, plain(grams)


def kept_items(items: Iterable[MealItem]) -> list[dict]:
    """Foods of a meal as a usual meal keeps them."""
    return [
        {
            "food": str(item.food_id),
            "portion": str(item.portion_id) if item.portion_id else None,
            "quantity": plain(item.quantity) or None,
            "grams": plain(item.grams),
        }
        for item in items
    ]


def amount_to_offer(diarist: Diarist, food: Food, kind: str = "") -> tuple[str, str]:
    """The amount of last time, at this meal if there was one; else a usual portion; else 100 g, or 3.5 oz."""
    last = habits.last_item(diarist, food, kind)
    return measure_of(last) if last else usual_measure(food)


def usual_measure(food: Food) -> tuple[str, str]:
    """A named portion that weighs what people usually have; else any of that weight, else the first."""
    portions = list(food.portions.all())
    if not portions:
        return (OUNCES, "3.5") if measures.is_us() else (GRAMS, "100")
    named = [portion for portion in portions if portion.description != USUAL_AMOUNT] or portions
    usual = next((portion for portion in portions if portion.usual), None)
    same = [portion for portion in named if usual and portion.grams == usual.grams]
    return str((same or ([usual] if usual else named))[0].pk), "1"


@dataclass(frozen=True)
class Offer:
    """A food to choose, with the amount it would be added with."""

    food: Food
    words: str
    favourite: bool = False


def offers(
    foods: Iterable[Food], last: Mapping[UUID, MealItem], favourites: Iterable[UUID] = ()
) -> list[Offer]:
    """Foods with the amount that choosing them adds: last time's, or the usual portion."""
    foods, favourites = list(foods), set(favourites)
    prefetch_related_objects(foods, "portions")
    return [Offer(food, amount_words(food, last.get(food.pk)), food.pk in favourites) for food in foods]


def amount_words(food: Food, item: MealItem | None) -> str:
    """Such as "2 × 1 slice (56 g)" or "150 g"."""
    measure, quantity = measure_of(item) if item else usual_measure(food)
    row = Row(food, measure, quantity)
    if row.grams is None:
        return ""
    weight = food_weight(row.grams.quantize(Decimal(1) if row.grams >= 10 else Decimal("0.1")))
    if row.portion is None:
        return weight
    if row.number == 1:
        return _("%(portion)s (%(weight)s)") % {"portion": row.portion.description, "weight": weight}
    return _("%(count)s × %(portion)s (%(weight)s)") % {
        "count": quantity, "portion": row.portion.description, "weight": weight,
    }  # fmt: skip
