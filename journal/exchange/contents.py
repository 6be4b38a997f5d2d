"""What a diary consists of, as plain rows: the same for every format, out and back in.

A file holds what the person said and nothing that follows from it: no findings, no revisions, no rows that
were deleted. What entries rest on comes along even if it was removed since (`deleted_at` then says when):
a food of one's own that was eaten or is part of a recipe, a supplement that was taken.

A row is a dict of plain values: text, numbers, true, false, null, lists and dicts of those. Values read from
a file are checked for their kind here; what is possible and what is not, the models say.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.translation import gettext_lazy as _

from journal.entries import MOST_ITEMS
from journal.models import (
    AccountEvent,
    BodyWeight,
    ConditionAnswer,
    DayMark,
    Diarist,
    Dose,
    Exercise,
    Favourite,
    LifeStagePeriod,
    Meal,
    MealItem,
    Medicine,
    PersonalTarget,
    Reminder,
    ReminderPlan,
    SpasmEpisode,
    Supplement,
    WarningSigns,
    WaterIntake,
)
from journal.people import PROFILE_FIELDS
from journal.reminders import PLAN_FIELDS
from nutrients.codes import CODES
from nutrients.foods import MOST_PORTIONS
from nutrients.models import Food, FoodPortion, Ingredient, Recipe
from nutrients.recipes import MOST_INGREDIENTS

BATCH = 500
"""Rows that are held at once."""

Row = dict[str, Any]


class Broken(ValidationError):
    """A file that cannot be taken: where in it, and what is wrong there."""

    def __init__(self, words: Any, place: str = ""):
        super().__init__(f"{place}: {words}" if place else str(words))


@dataclass(frozen=True)
class Part:
    """Rows that belong to a row, such as the foods of a meal."""

    name: str
    model: type[models.Model] | None
    parent: str
    fields: tuple[str, ...]
    told: Mapping[str, str] = field(default_factory=dict)
    most: int = MOST_ITEMS

    def check_number(self, parts: int, place: str) -> None:
        """Refuse more parts than a row has room for, before they are read or while they are."""
        if parts > self.most:
            raise Broken(_("At most %(most)s of these belong together.") % {"most": self.most}, place)


@dataclass(frozen=True)
class Section:
    """One kind of row: what is said of each, and what is told beside it for people to read (`told`)."""

    name: str
    model: type[models.Model]
    fields: tuple[str, ...]
    told: Mapping[str, str] = field(default_factory=dict)
    part: Part | None = None

    def rows(self, diarist: Diarist, began: datetime) -> Iterator[Row]:
        """The person's rows, a few hundred in memory at once.

        Only those made before the export `began`, so that nothing is named that is not in the file.
        """
        told = {name: F(at) for name, at in self.told.items()}
        asked = _asked(self, diarist, began).values(*self.stored, **told)
        for batch in batches(asked.iterator(BATCH)):
            if self.part and self.part.model:
                _put_in_parts(self.part, batch, diarist)
            yield from ({name: plain(value) for name, value in row.items()} for row in batch)

    @property
    def stored(self) -> tuple[str, ...]:
        """Fields of the row itself; parts that are kept in it are one of them."""
        return (*self.fields, self.part.name) if self.part and not self.part.model else self.fields


KEPT = ("id", "created_at")
ENTRY = (*KEPT, "occurred_at", "tz", "local_date")

SECTIONS = (
    Section("profile", Diarist, PROFILE_FIELDS, {"username": "user__username", "email": "user__email"}),
    Section("conditions", ConditionAnswer, ("condition", "answer")),
    Section("medicines", Medicine, ("medicine_class", "name", "started_on", "stopped_on")),
    Section("life_stages", LifeStagePeriod, ("stage", "started_on", "ended_on")),
    Section("targets", PersonalTarget, ("nutrient", "amount", "set_by")),
    Section(
        "foods", Food, ("id", "name", "barcode", "deleted_at", *CODES),
        part=Part("portions", FoodPortion, "food", ("id", "description", "grams"), most=MOST_PORTIONS),
    ),
    Section(
        "recipes", Recipe, ("id", "food", "yield_g", "servings"), {"food_name": "food__name"},
        Part(
            "ingredients", Ingredient, "recipe", ("food", "portion", "quantity", "grams"),
            {"food_name": "food__name", "portion_name": "portion__description"}, most=MOST_INGREDIENTS,
        ),
    ),
    Section(
        "supplements", Supplement, (*KEPT, "deleted_at", "name", "unit", "source", "prescribed", "amounts")
    ),
    Section(
        "favourites", Favourite, (*KEPT, "food", "name", "kind"), {"food_name": "food__name"},
        Part("items", None, "favourite", ("food", "portion", "quantity", "grams")),
    ),
    Section("weights", BodyWeight, (*ENTRY, "kg")),
    Section(
        "meals", Meal, (*ENTRY, "kind", "note"),
        part=Part(
            "items", MealItem, "meal", ("food", "portion", "quantity", "grams"),
            {"food_name": "food__name", "portion_name": "portion__description"},
        ),
    ),
    Section(
        "water", WaterIntake, (*ENTRY, "amount_ml", "beverage", "grams"), {"beverage_name": "beverage__name"}
    ),
    Section(
        "exercises", Exercise,
        (
            *ENTRY, "activity", "met", "minutes", "temperature_c", "weight_before_kg", "weight_after_kg",
            "note",
        ),
        {"activity_name": "activity__name"},
    ),
    Section(
        "spasms", SpasmEpisode,
        (*ENTRY, "ended_at", "site", "side", "intensity", "woke_me", "doing", "relief", "signs", "note"),
    ),
    Section("warning_signs", WarningSigns, (*ENTRY, "signs", "note")),
    Section(
        "doses", Dose, (*ENTRY, "supplement", "quantity", "source", "prescribed"),
        {"supplement_name": "supplement__name"},
    ),
    Section("days", DayMark, (*KEPT, "date", "finished", "fasting", "no_cramp")),
    Section("reminder_plan", ReminderPlan, PLAN_FIELDS),
    Section(
        "reminders", Reminder, ("kind", "at", "weekday", "supplement"),
        {"supplement_name": "supplement__name"},
    ),
    Section(
        "account_events", AccountEvent, ("id", "happened_at", "kind", "times", "program", "system", "network")
    ),
)  # fmt: skip
"""In the order in which they are read: nothing is named before it was told."""
NOT_TAKEN = ("account_events",)
"""Told to the person, and never taken in: what happened to one account did not happen to another."""
BY_NAME = {section.name: section for section in SECTIONS}


# Rows of the database -------------------------------------------------------------------------


def _asked(section: Section, diarist: Diarist, began: datetime) -> models.QuerySet:
    rows = section.model._default_manager.all()
    if section.model is Diarist:
        return rows.filter(pk=diarist.pk)
    if section.model is AccountEvent:
        return rows.filter(user=diarist.user, happened_at__lte=began)
    if section.model is Food:
        return _own_foods(diarist, began).order_by("name", "pk")
    if section.model is Recipe:
        told = rows.filter(food__in=_own_foods(diarist, began))
        return told.exclude(ingredients__food__created_at__gt=began).order_by("food__name", "pk")
    rows = rows.filter(diarist=diarist)
    if section.model is Reminder:
        there = Q(supplement__deleted_at=None, supplement__created_at__lte=began)
        return rows.filter(Q(supplement=None) | there).order_by("pk")
    if "created_at" not in section.fields:
        return rows.order_by("pk")
    first = [name for name in ("occurred_at", "date", "name") if name in section.fields][:1]
    live = _in_use(section.model, diarist) if section.model is Supplement else Q(deleted_at=None)
    return rows.filter(live, created_at__lte=began).order_by(*first, "pk")


def _own_foods(diarist: Diarist, began: datetime) -> models.QuerySet:
    return Food.objects.filter(_in_use(Food, diarist), owner=diarist.user, created_at__lte=began)


def _in_use(model: type[models.Model], diarist: Diarist) -> Q:
    """Not removed, or removed and still named by something of this person that was not."""
    asked = Q(deleted_at=None)
    for named in _named(model, diarist):
        asked |= Q(pk__in=named)
    return asked


def _named(model: type[models.Model], diarist: Diarist) -> Iterator[models.QuerySet]:
    """What each kind of row of this person names. Nobody else's rows are looked at: they may be a million."""
    if model is Supplement:
        yield Dose.objects.of(diarist).live().values("supplement")
        return
    yield Ingredient.objects.filter(recipe__food__owner=diarist.user_id).values("food")
    yield MealItem.objects.live_of(diarist).values("food")
    yield WaterIntake.objects.of(diarist).live().exclude(beverage=None).values("beverage")
    yield Favourite.objects.of(diarist).live().exclude(food=None).values("food")


def _put_in_parts(part: Part, rows: list[Row], diarist: Diarist) -> None:
    """Read the parts of several rows of one person at once."""
    by_parent: dict[UUID, list[Row]] = {row["id"]: [] for row in rows}
    assert part.model is not None
    order = "seq" if part.model is FoodPortion else "position"
    told = {name: F(at) for name, at in part.told.items()}
    found = part.model._default_manager.filter(**{f"{part.parent}__in": list(by_parent)})
    if part.model is MealItem:
        found = found.filter(diarist=diarist)
    for one in found.order_by(order).values(*part.fields, **told, of=F(part.parent)):
        by_parent[one.pop("of")].append({name: plain(value) for name, value in one.items()})
    for row in rows:
        row[part.name] = by_parent[row["id"]]


def plain(value: Any) -> Any:
    """A stored value as a file says it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def batches(rows: Iterable) -> Iterator[list]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


# Values of a file -----------------------------------------------------------------------------


def read(section: Section, row: Any, place: str) -> Row:
    """A row of a file with values as models hold them; its parts, too.

    Raises
    ------
    Broken
        If a value is missing, of another kind, or has a name that is not known.
    """
    part = section.part
    said = _values(section.model, section.fields, row, place, {*section.told, part.name if part else ""})
    if part:
        said[part.name] = list(_parts(part, row.get(part.name), place))
    return said


def _parts(part: Part, rows: Any, place: str) -> Iterator[Row]:
    if not isinstance(rows, list):
        raise Broken(_("Give a list."), f"{place}, {part.name}")
    part.check_number(len(rows), f"{place}, {part.name}")
    for number, row in enumerate(rows, start=1):
        yield _values(part.model, part.fields, row, f"{place}, {part.name} {number}", set(part.told))


def _values(
    model: type[models.Model] | None, fields: Iterable[str], row: Any, place: str, beside: set[str]
) -> Row:
    if not isinstance(row, dict):
        raise Broken(_("Give a JSON object."), place)
    for name in row:
        if name not in fields and name not in beside:
            raise Broken(_("There is no such field."), f"{place}, {str(name)[:40]}")
    said = {}
    for name in fields:
        try:
            said[name] = kind_of(model, name).value(row.get(name))
        except ValueError as wrong:
            raise Broken(wrong, f"{place}, {name}") from None
    return said


class NoNumber(ValueError):
    """Something within a list or an object that should be a number and is none."""


@dataclass(frozen=True)
class Kind:
    """How a plain value becomes what a model holds. `read` gives None for what is not of this kind."""

    name: str
    read: Callable[[Any], Any]
    words: Any
    null: bool = False

    def value(self, said: Any) -> Any:
        if said is None and self.null:
            return None
        try:
            value = self.read(said)
        except NoNumber:
            raise
        except (TypeError, ValueError, ArithmeticError, AttributeError):
            value = None
        if value is None:
            raise ValueError(str(self.words))
        return value


def _text(said: Any) -> str | None:
    return said if isinstance(said, str) and "\x00" not in said else None


def number(said: Any) -> Decimal | None:
    """A number of a size that something in a diary can have; None for what is none.

    Asked before anything is computed: `1e30000000` is short to write and takes minutes to become an int.
    """
    if isinstance(said, bool) or not isinstance(said, (int, float, Decimal)) or not math.isfinite(said):
        return None
    exact = Decimal(str(said))
    if not exact:
        return Decimal(0)
    return exact if -30 < exact.adjusted() < 30 else None


def _yes(said: Any) -> bool | None:
    return said if isinstance(said, bool) else None


def _whole(said: Any) -> int | None:
    exact = number(said)
    return int(exact) if exact is not None and exact == int(exact) and abs(exact) < 2**31 else None


def _moment(said: Any) -> datetime | None:
    moment = parse_datetime(said)
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


def _listed(said: Any) -> Any:
    """JSON as the diary keeps it: single values, or objects of such, numbers as plain numbers."""
    if isinstance(said, dict):
        return _object(said)
    if not isinstance(said, list):
        return None
    return [_object(one) if isinstance(one, dict) else _single(one) for one in said]


def _object(said: dict) -> Row:
    return {name: _single(value) for name, value in said.items()}


def _single(said: Any) -> Any:
    """A text, a number, true, false or null: nothing in a diary is nested deeper."""
    if said is None or isinstance(said, (bool, str)):
        return said
    if (exact := number(said)) is None:
        raise NoNumber(_("Enter a number."))
    return plain(exact)


KINDS: tuple[tuple[type[models.Field], Kind], ...] = (
    (models.UUIDField, Kind("id", UUID, _("Give an id (a UUID)."))),
    (models.CharField, Kind("text", _text, _("Give a text."))),
    (models.BooleanField, Kind("yes", _yes, _("Give true or false."))),
    (models.IntegerField, Kind("whole", _whole, _("Enter a whole number."))),
    (models.DecimalField, Kind("number", number, _("Enter a number."))),
    (models.FloatField, Kind("number", number, _("Enter a number."))),
    (models.DateTimeField, Kind(
        "moment", _moment, _("Give a time with its offset from UTC, such as 2026-11-22T07:30:00+01:00.")
    )),
    (models.DateField, Kind("date", parse_date, _("Give a date such as 2026-11-22."))),
    (models.TimeField, Kind("time", parse_time, _("Give a time such as 04:00."))),
    (models.JSONField, Kind("listed", _listed, _("Give a list."))),
)  # fmt: skip


@cache
def kind_of(model: type[models.Model] | None, name: str) -> Kind:
    """The kind of a model's field; of one that names another row, that of its id.

    Without a model: the foods of a usual meal, which say what foods of a meal do as far as it was said.
    """
    stored = (model or MealItem)._meta.get_field(name)
    target = stored.target_field if isinstance(stored, models.ForeignKey) else stored
    found = next(kind for field_type, kind in KINDS if isinstance(target, field_type))
    return replace(found, null=bool(stored.null) or (model is None and name != "food"))
