"""An amount of a food as people say it: so many of a household portion, or grams."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from nutrients.models import Food, FoodPortion

GRAM = Decimal("0.001")
R = TypeVar("R")


@dataclass(frozen=True)
class Portion:
    """One food as it was said: so many of a portion, or grams."""

    food: Food
    grams: Decimal | None = None
    portion: FoodPortion | None = None
    quantity: Decimal | None = None
    id: UUID | None = None

    def weighed(self) -> tuple[Decimal | None, Decimal]:
        """How many of the portion, if of one, and what it weighs. [g]

        Raises
        ------
        django.core.exceptions.ValidationError
            If it does not tell how much.
        """
        quantity, grams = _decimal(self.quantity), _decimal(self.grams)
        if self.portion is not None:
            quantity = Decimal(1) if quantity is None else quantity
            if quantity.is_finite():
                grams = (self.portion.grams * quantity).quantize(GRAM, ROUND_HALF_UP)
        elif grams is not None and grams.is_finite() and abs(grams) < 10**6:
            grams = grams.quantize(GRAM, ROUND_HALF_UP) if grams > GRAM else grams
            quantity = None
        if grams is None:
            raise ValidationError({"grams": _("Say how much: grams, or a portion and how many.")})
        return quantity, grams


def _decimal(value: Any) -> Decimal | None:
    return value if value is None or isinstance(value, Decimal) else Decimal(str(value))


def each_checked(said: Iterable[Portion], row_of: Callable[[Portion, int], R], field: str) -> list[R]:
    """A row of each food that was said, or all that is wrong with them: the errors count foods from 1, and
    name them."""
    rows, wrong = [], []
    for position, portion in enumerate(said):
        try:
            rows.append(row_of(portion, position))
        except ValidationError as error:
            wrong += [told(position + 1, *one) for one in _problems(portion.food, error)]
    if wrong:
        raise ValidationError({field: wrong})
    return rows


def _problems(food: Food, error: ValidationError) -> list[tuple[Food | None, str]]:
    """What is wrong with one food. Its weight follows from how many of a portion there were: where that is
    wrong, it alone is told. What is not in the table for this person has no name."""
    by_field = error.message_dict
    problems = by_field.get("food") or by_field.get("quantity") or error.messages
    return [(None if "food" in by_field else food, problem) for problem in problems]


def told(number: int, food: Food | None, problem: str) -> str:
    """What is wrong with one food of several, by its place from 1 and its name where there is one."""
    if food is None:
        return _("Food %(number)s: %(problem)s") % {"number": number, "problem": problem}
    said = {"number": number, "food": food.name, "problem": problem}
    return _("Food %(number)s (%(food)s): %(problem)s") % said


def check_visible(food: Food | None, user_id: int, field: str) -> None:
    """Another's own food does not exist for this person."""
    if food is not None and food.owner_id not in (None, user_id):
        raise ValidationError({field: _("This food is not in the table.")})
