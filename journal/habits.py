"""What a person usually eats: their favourites, and what they had at this meal about this hour.

history(diarist, kind) -> History             foods, the likeliest first, each with the amount of last time
usual_meals(diarist, kind) -> list[Usual]     whole meals to log again, the likeliest first
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, Value, When
from django.utils import timezone

from journal.calc.habit import Eating, likeliest
from journal.codes import MealKind
from journal.entries import kind_at
from journal.models import Diarist, Favourite, MealItem
from nutrients.models import Food

MOST_EATEN = 600
"""Foods of meals that are looked at, the latest: about six weeks."""
OFTEN = 2
"""A meal that was eaten so many times is a usual one, whether it has a name or not."""
MOST_USUAL = 8


# Foods ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class History:
    """What this person eats: their favourites, and what they had at this meal about this hour."""

    last: dict[UUID, MealItem]
    """Each food as it was had last, at this meal if it ever was; the likeliest food first."""
    favourite_foods: tuple[UUID, ...]
    favourite_meals: tuple[Favourite, ...]


def history(diarist: Diarist, kind: str) -> History:
    """Foods of this kind of meal first, as they are eaten about this hour, often and lately; and favourites.

    Asks the database three times, however much was eaten.
    """
    eaten = _eaten(diarist)
    last = _last_of_each_food(eaten, kind)
    items = MealItem.objects.filter(diarist=diarist).select_related("food", "portion").in_bulk(last.values())
    favourites = list(Favourite.objects.of(diarist).live())
    ranked = _likeliest(eaten, kind, diarist, lambda one: one.food)
    return History(
        {food: items[last[food]] for food in ranked if last[food] in items},
        tuple(f.food_id for f in favourites if f.food_id),
        tuple(f for f in favourites if f.items and f.kind in ("", kind)),
    )


def _last_of_each_food(eaten: Iterable["_Eaten"], kind: str) -> dict[UUID, UUID]:
    """The item to take the amount from: the latest at this meal, else the latest of all."""
    last: dict[UUID, UUID] = {}
    for one in sorted(eaten, key=lambda one: one.kind != kind):  # stable: the latest first in each part
        last.setdefault(one.food, one.item)
    return last


def last_item(diarist: Diarist, food: Food, kind: str) -> MealItem | None:
    """How much of a food was had last: at this meal, else at any."""
    here = Case(When(meal__kind=kind, then=Value(0)), default=Value(1))
    items = MealItem.objects.live_of(diarist).filter(food=food)
    return items.order_by(here, "-meal__occurred_at").first()


# Whole meals ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Usual:
    """A meal to log again: one that was kept under a name, or one that was eaten often."""

    id: UUID
    """Of the favourite, or of the meal as it was eaten last."""
    kind: str
    name: str
    """Empty for one that was never named."""
    foods: tuple[str, ...]

    @property
    def called(self) -> str:
        """Which meal it was, in words; empty where any will do."""
        return str(MealKind(self.kind).label) if self.kind else ""


def usual_meals(diarist: Diarist, kind: str) -> list[Usual]:
    """Those that were given a name, then those eaten often; of each part this kind of meal first."""
    kept = [one for one in Favourite.objects.of(diarist).live() if one.items]
    often = _often(diarist, kind)
    names = _food_names(diarist, [*often, *kept])
    kept.sort(key=lambda one: (one.kind not in (kind, ""), one.name.casefold()))
    named = [Usual(one.pk, one.kind, one.name, names[one.pk]) for one in kept]
    known = {frozenset(one.foods) for one in named}
    return named + [
        Usual(id, told, "", names[id]) for id, told in often.items() if frozenset(names[id]) not in known
    ]


def _often(diarist: Diarist, kind: str) -> dict[UUID, str]:
    """Meals of the same foods that were eaten several times: the latest of each with its kind."""
    eaten = _eaten(diarist)
    foods: dict[UUID, list[UUID]] = {}
    for one in eaten:
        foods.setdefault(one.meal, []).append(one.food)
    alike = {meal: frozenset(held) for meal, held in foods.items()}
    first_rows = {one.meal: one for one in eaten}.values()
    times = Counter(alike.values())
    latest = {alike[one.meal]: one for one in sorted(first_rows, key=lambda one: one.at)}
    ranked = _likeliest(first_rows, kind, diarist, lambda one: alike[one.meal])
    often = [latest[foods] for foods in ranked if times[foods] >= OFTEN]
    return {one.meal: one.kind for one in often[:MOST_USUAL]}


def _food_names(diarist: Diarist, meals: Iterable[UUID | Favourite]) -> dict[UUID, tuple[str, ...]]:
    """The names of the foods of meals that were eaten, and of those that were kept."""
    meals = list(meals)
    kept = {one.pk: [str(item["food"]) for item in one.items] for one in meals if isinstance(one, Favourite)}
    wanted = {food for foods in kept.values() for food in foods}
    visible = Food.objects.visible_to(diarist.user_id).filter(pk__in=wanted)
    name = {str(pk): called for pk, called in visible.values_list("pk", "name")}
    names = {id: [name[food] for food in foods if food in name] for id, foods in kept.items()}
    rows = MealItem.objects.filter(diarist=diarist, meal__in=[one for one in meals if isinstance(one, UUID)])
    for meal, called in rows.order_by("position").values_list("meal_id", "food__name"):
        names.setdefault(meal, []).append(called)
    return {id: tuple(called) for id, called in names.items()}


# What was eaten -------------------------------------------------------------------------------


class _Eaten(NamedTuple):
    item: UUID
    food: UUID
    meal: UUID
    kind: str
    at: datetime
    offset_min: int

    def as_eating(self, what: Hashable, kind: str, now: datetime) -> Eating:
        wall = self.at + timedelta(minutes=self.offset_min)
        return Eating(what, self.kind == kind, _hour(wall), (now - self.at) / timedelta(days=1))


def _eaten(diarist: Diarist) -> list[_Eaten]:
    """What was eaten lately, the latest first."""
    rows = MealItem.objects.recent(diarist, most=MOST_EATEN)
    return [
        _Eaten(*row)
        for row in rows.values_list(
            "pk", "food_id", "meal_id", "meal__kind", "meal__occurred_at", "meal__utc_offset_min"
        )
    ]


def _likeliest(
    eaten: Iterable[_Eaten], kind: str, diarist: Diarist, what: Callable[[_Eaten], Hashable]
) -> list:
    """The likeliest first. The hour counts at the meal of this hour: another is of another hour."""
    now = timezone.now()
    wall = now.astimezone(diarist.tz)
    hour = _hour(wall) if kind == kind_at(wall) else None
    return likeliest((one.as_eating(what(one), kind, now) for one in eaten), hour)


def _hour(wall: datetime) -> float:
    return wall.hour + wall.minute / 60
