"""Take an exported diary into an account: all of it or, if anything in it is wrong, nothing.

What the account has already stays as it is: a row that is known by its id is not written again, an answer of
the profile that was given is not replaced. A row that was deleted since comes back. An id that is somebody
else's becomes another one, always the same for the same account, so a file taken in twice doubles nothing.

Each row passes the rules of its model, as everywhere. What was frozen when it was logged (the diary day, the
grams of a portion) is taken from the file, for it no longer follows from the rest.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import IO, Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import advice, entries, people, reminders
from journal.calc import days
from journal.exchange import csv_zip, json_file
from journal.exchange.contents import BY_NAME, NOT_TAKEN, SECTIONS, Broken, Row, Section, batches, plain, read
from journal.exchange.writing import Values, insert, put, restamp, values
from journal.models import (
    BodyWeight,
    DayMark,
    Diarist,
    Entry,
    Favourite,
    Kept,
    Meal,
    MealItem,
    ReminderPlan,
    Supplement,
    WaterIntake,
)
from nutrients import foods, recipes
from nutrients.codes import CODES
from nutrients.foods import NewFood
from nutrients.models import Activity, Food, FoodPortion, Ingredient, Recipe, portion_id

MOST_BYTES = 40_000_000
MOST_ROWS = 50_000
"""About twelve years."""
MOST_PARTS = 100_000
"""Foods of meals and of usual meals, portions of own foods: twelve years with twenty-two a day."""
ATTEMPTS = 3
SIGNS_COUNT_FOR = timedelta(days=7)
"""Warning signs of this age are judged as if they were saved now; older ones are the past."""
DENSITIES = Decimal("0.5"), Decimal(2)
"""What a drink can weigh. [g/mL]"""
RECIPES = "recipes"
"""Told with the foods that they are."""
PERSON = ("profile", "conditions", "medicines", "life_stages", "targets", "reminder_plan", "reminders")

NEW, KNOWN, BACK = "new", "known", "brought_back"


class Counts(dict[str, Counter[str]]):
    """By section: how many rows are new, were there already, or were brought back."""

    revisions = range(0)
    """What the rows were stamped with that came into the diary, one after another."""


def rows_of(file: IO[bytes]) -> Iterator[tuple[str, str, Any]]:
    """The rows of a file in either format, as (section, place, row), none before what it names."""
    if file.seek(0, 2) > MOST_BYTES:
        raise Broken(_("This file is larger than any diary."))
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    found = csv_zip.read(file) if start.startswith(b"PK") else json_file.read(file)
    order = {section.name: place for place, section in enumerate(SECTIONS)}
    last, size = 0, _Size()
    for section, place, row in found:
        if order[section] < last:
            raise Broken(_("The lists are not in the order of an export."), place)
        last = order[section]
        size.add(BY_NAME[section], row)
        yield section, place, row


class _Size:
    """What was read of a file so far: rows, and the parts of rows, each to its limit."""

    def __init__(self) -> None:
        self._rows = self._parts = 0

    def add(self, section: Section, row: Any) -> None:
        parts = row.get(section.part.name) if section.part and isinstance(row, dict) else None
        self._rows += 1
        self._parts += len(parts) if isinstance(parts, list) else 0
        if self._rows > MOST_ROWS or self._parts > MOST_PARTS:
            raise Broken(_("This file has more rows than any diary."))


def preview(diarist: Diarist, file: IO[bytes]) -> Counts:
    """Count the rows that taking this file in would write, bring back or leave; writes nothing."""
    counts = Counts()
    foods: dict[UUID, str] = {}
    person: dict[str, list[Row]] = {}
    for section, batch in _batches(file):
        rows = [read(section, row, place) for place, row in batch]
        if section.name in NOT_TAKEN:
            continue
        counts.setdefault(section.name, Counter())
        if section.name in PERSON:
            person.setdefault(section.name, []).extend(rows)
            continue
        here = _Here(diarist, section.model, rows, {}) if section.name != RECIPES else None
        states = [here.state(row) if here else _with_its_food(foods, row) for row in rows]
        if section.model is Food:
            foods |= {row["id"]: state for row, state in zip(rows, states, strict=True)}
        counts[section.name].update(states)
    _count_person(counts, person, _not_said_yet(diarist, person))
    return counts


def _with_its_food(foods: Mapping[UUID, str], row: Row) -> str:
    """A recipe is new where its food is: to one that is here nothing is done."""
    return NEW if foods.get(row["food"]) == NEW else KNOWN


@entries.one_review()
def take_in(diarist: Diarist, file: IO[bytes]) -> Counts:
    """Write what a file holds and this diary does not; returns what became of its rows.

    Everything is read and checked before the transaction begins, for on SQLite nobody else writes during it.
    If the diary changed meanwhile in what the file names, the file is read again.

    Raises
    ------
    Broken
        If the file or a row of it cannot be taken; it says where. Nothing is written then.
    """
    for _attempt in range(ATTEMPTS):
        taking = _Taking(Diarist.objects.get(pk=diarist.pk))
        for section, batch in _batches(file):
            taking.prepare(section, batch)
        try:
            return taking.store()
        except _ChangedMeanwhile:
            continue
    raise Broken(_("This diary changed while the file was read. Try again."))


def _batches(file: IO[bytes]) -> Iterator[tuple[Section, list[tuple[str, Any]]]]:
    for name, rows in groupby(rows_of(file), itemgetter(0)):
        for batch in batches((place, row) for _name, place, row in rows):
            yield BY_NAME[name], batch


# Ids ------------------------------------------------------------------------------------------


def _own_id(diarist: Diarist, id: UUID) -> UUID:
    """The id in this account of a row whose own is somebody else's."""
    return uuid5(id, str(diarist.user_id))


class _Here:
    """What is stored of the rows of a batch: under their ids, under those they have here, or by their day."""

    def __init__(
        self, diarist: Diarist, model: type[models.Model], rows: list[Row], foods: Mapping[UUID, UUID]
    ):
        self._diarist, self._foods = diarist, foods
        ids = [id for row in rows for id in (row["id"], _own_id(diarist, row["id"]))]
        owner = "owner_id" if model is Food else "diarist__user_id"
        found = model._default_manager.filter(pk__in=ids).values_list("pk", owner, "deleted_at")
        self._stored = {pk: (whose, gone) for pk, whose, gone in found}
        self._taken = self._by_key(model, rows)

    def _by_key(self, model: type[models.Model], rows: list[Row]) -> dict[Any, UUID]:
        """Marks by their day and favourite foods by their food: of each there is one."""
        if model is DayMark:
            marks = DayMark.objects.of(self._diarist).filter(date__in=[row["date"] for row in rows])
            self._stored |= {
                pk: (self._diarist.user_id, gone) for pk, gone in marks.values_list("pk", "deleted_at")
            }
            return dict(marks.values_list("date", "pk"))
        if model is Favourite:
            live = Favourite.objects.of(self._diarist).live().exclude(food=None)
            self._stored |= dict.fromkeys(live.values_list("pk", flat=True), (self._diarist.user_id, None))
            return dict(live.values_list("food_id", "pk"))
        return {}

    def id(self, row: Row) -> UUID:
        """The id that a row of the file has here."""
        if (known := self._taken.get(self._key(row))) is not None:
            return known
        whose, _gone = self._stored.get(row["id"], (self._diarist.user_id, None))
        return row["id"] if whose == self._diarist.user_id else _own_id(self._diarist, row["id"])

    def state(self, row: Row) -> str:
        stored = self._stored.get(self.id(row))
        if stored is None:
            return NEW
        return BACK if stored[1] and not row.get("deleted_at") else KNOWN

    def note(self, row: Row) -> None:
        """Remember that a row is stored now: a file may hold it twice."""
        id, key = self.id(row), self._key(row)
        self._stored[id] = (self._diarist.user_id, row.get("deleted_at"))
        if key:
            self._taken[key] = id

    def _key(self, row: Row) -> Any:
        day, food = row.get("date"), row.get("food")
        return day or (self._foods.get(food, food) if food else None)


# Rows -----------------------------------------------------------------------------------------


class _ChangedMeanwhile(Exception):
    """What the file names is not here any more as it was when the rows were prepared."""


@dataclass(slots=True)
class _New:
    """An entry to be stored: what it holds, its diary day, and whether it has signs that are judged."""

    id: UUID
    values: Values
    day: date | None
    is_judged: bool


@dataclass
class _Ready:
    """A batch of rows that were read and checked, and what is to be stored of them."""

    section: Section
    placed: list[tuple[str, Row]]
    looked: list[tuple[UUID, str]]
    """Of each row its id here, and whether it is new, known or comes back."""
    foods: list[NewFood] = field(default_factory=list)
    new: list[_New] = field(default_factory=list)
    items: list[Values] = field(default_factory=list)
    back: list[UUID] = field(default_factory=list)


def _looked(
    diarist: Diarist, model: type[models.Model], rows: list[Row], foods: Mapping[UUID, UUID]
) -> list[tuple[UUID, str]]:
    here, looked = _Here(diarist, model, rows, foods), []
    for row in rows:
        looked.append((here.id(row), here.state(row)))
        here.note(row)
    return looked


@dataclass
class _Taking:
    """One file on its way into one diary: prepared first, then stored while the diary is held."""

    diarist: Diarist
    counts: Counts = field(default_factory=Counts)
    foods: dict[UUID, UUID] = field(default_factory=dict)
    """Own foods of the file, by their ids there: their ids here."""
    portions: dict[UUID, UUID] = field(default_factory=dict)
    new_portions: dict[UUID, FoodPortion] = field(default_factory=dict)
    """Those that come with the foods of the file."""
    supplements: dict[UUID, UUID] = field(default_factory=dict)
    touched: set[date] = field(default_factory=set)
    signs: list[tuple[type[Kept], UUID]] = field(default_factory=list)
    new_foods: set[UUID] = field(default_factory=set)
    recipes: list[tuple[str, Row]] = field(default_factory=list)
    person: dict[str, list[Row]] = field(default_factory=dict)
    ready: list["_Ready"] = field(default_factory=list)

    # Before the transaction

    def prepare(self, section: Section, batch: list[tuple[str, Any]]) -> None:
        """Read and check the rows of a batch, and keep what is to be stored of them."""
        placed = [(place, read(section, row, place)) for place, row in batch]
        if section.name in NOT_TAKEN:
            return
        self.counts.setdefault(section.name, Counter())
        if section.name == RECIPES:
            self.recipes += placed
            return
        if section.name in PERSON:
            self.person.setdefault(section.name, []).extend(row for _place, row in placed)
            return
        looked = _looked(self.diarist, section.model, [row for _place, row in placed], self.foods)
        self.counts[section.name].update(state for _id, state in looked)
        ready = _Ready(section, placed, looked)
        self.ready.append(ready)
        if section.model is Food:
            self._make_foods(ready)
        else:
            self._make_entries(ready)

    # In the transaction

    @transaction.atomic
    def store(self) -> Counts:
        """Store what was prepared, if the diary is still what it was prepared for."""
        self.diarist = Diarist.objects.select_for_update().get(pk=self.diarist.pk)
        before = self.diarist.revision
        for ready in self.ready:
            rows = [row for _place, row in ready.placed]
            if _looked(self.diarist, ready.section.model, rows, self.foods) != ready.looked:
                raise _ChangedMeanwhile
            if ready.section.model is Food:
                self._store_foods(ready)
            else:
                self._store_entries(ready)
        self._store_recipes()
        self.counts.revisions = range(before + 1, self.diarist.revision + 1)
        self._finish()
        return self.counts

    def _finish(self) -> None:
        """Store the revision that the rows were stamped with, and what else is due once all are in."""
        Diarist.objects.filter(pk=self.diarist.pk).update(
            revision=self.diarist.revision, profile_revision=self.diarist.profile_revision
        )
        self._take_person()
        if self.touched:
            entries.mark_stale(self.diarist, self.touched)
        for model, id in self.signs:
            advice.raised_by(model._default_manager.select_related("diarist").get(pk=id))

    def _at(self, place: str, verb: Any, *said: Any) -> Any:
        """Do something for one row; a refusal says which."""
        try:
            return verb(*said)
        except Broken:
            raise
        except ValidationError as refused:
            raise Broken(" ".join(refused.messages), place) from None

    def _count(self, section: str, what: str, times: int = 1) -> None:
        self.counts[section][what] += times

    # Own foods

    def _make_foods(self, ready: "_Ready") -> None:
        """The own foods that are not here yet, each with every rule kept; and what all are called here."""
        for (place, row), (id, state) in zip(ready.placed, ready.looked, strict=True):
            self.foods[row["id"]] = id
            for one in row["portions"]:
                here = self.portions[one["id"]] = portion_id(id, one["description"])
                if state == NEW:
                    self.new_portions[here] = FoodPortion(id=here, food_id=id)
            if state == NEW:
                ready.foods.append(self._at(place, self._new_food, id, row))
                self.new_foods.add(id)
            elif state == BACK:
                ready.back.append(id)

    def _new_food(self, id: UUID, row: Row) -> NewFood:
        amounts, portions = {code: row[code] for code in CODES}, row["portions"]
        measures = [(one["description"], one["grams"]) for one in portions]
        made = foods.new_own(self.diarist.user, id, row["name"], amounts, row["barcode"], measures)
        made.food.deleted_at = timezone.now() if row["deleted_at"] else None
        return made

    def _store_foods(self, ready: "_Ready") -> None:
        back = list(Food.objects.filter(pk__in=ready.back))
        for food in [*(one.food for one in ready.foods), *back]:
            food.revision = self._next()
        self._at("foods", foods.store_many, self.diarist.user, ready.foods, back)
        if back:
            self.touched |= entries.days_with(self.diarist, ready.back)

    # Recipes

    def _store_recipes(self) -> None:
        """Make recipes of the foods that came with the file; what was here stays as it is."""
        said = [one for _place, row in self.recipes for one in row["ingredients"]]
        named = {self.foods.get(id, id) for id in [one["food"] for one in said]}
        visible = Food.objects.visible_to(self.diarist.user).in_bulk(named | self.new_foods)
        wanted = {self.portions.get(one["portion"], one["portion"]) for one in said if one["portion"]}
        portions = FoodPortion.objects.in_bulk(wanted)
        for place, row in self.recipes:
            self._at(place, self._store_recipe, row, visible, portions)

    def _store_recipe(
        self, row: Row, visible: Mapping[UUID, Food], portions: Mapping[UUID, FoodPortion]
    ) -> None:
        id = self.foods.get(row["food"])
        if id is None:
            raise ValidationError({"food": _("This food is not in the table.")})
        self._count(RECIPES, NEW if id in self.new_foods else KNOWN)
        if id in self.new_foods:
            taken = Recipe.objects.filter(pk=row["id"]).exists()
            recipe = Recipe(
                id=_own_id(self.diarist, row["id"]) if taken else row["id"],
                food=visible[id],
                yield_g=row["yield_g"],
                servings=row["servings"],
            )
            rows = [
                self._ingredient(recipe, place, one, visible, portions)
                for place, one in enumerate(row["ingredients"])
            ]
            recipes.put_back(recipe, rows)

    def _ingredient(
        self, recipe: Recipe, position: int, row: Row,
        visible: Mapping[UUID, Food], portions: Mapping[UUID, FoodPortion],
    ) -> Ingredient:  # fmt: skip
        """A food of a recipe. A portion that the food no longer has is let go; its grams stay."""
        named: UUID = row["food"]
        food = visible.get(self.foods.get(named, named))
        if food is None:
            raise ValidationError({"food": _("This food is not in the table.")})
        said: UUID = row["portion"]
        portion = portions.get(self.portions.get(said, said)) if said else None
        if portion and portion.food_id != food.pk:
            portion = None
        return Ingredient(
            recipe=recipe, food=food, portion=portion, position=position, quantity=row["quantity"],
            grams=row["grams"],
        )  # fmt: skip

    # Entries

    def _make_entries(self, ready: "_Ready") -> None:
        """The entries that are not here yet, each with every rule of its model kept."""
        model, named = ready.section.model, _Named(self, [row for _place, row in ready.placed])
        assert issubclass(model, Kept)
        for (place, row), (id, state) in zip(ready.placed, ready.looked, strict=True):
            if model is Supplement:
                self.supplements[row["id"]] = id
            if state == NEW:
                entry, items = self._at(place, self._entry, model, id, row, named)
                ready.new.append(
                    _New(id, values(entry), getattr(entry, "local_date", None), _is_judged(entry))
                )
                ready.items += map(values, items)
            elif state == BACK:
                ready.back.append(id)

    def _store_entries(self, ready: "_Ready") -> None:
        model = ready.section.model
        assert issubclass(model, Kept)
        at, _none = put(model, "revision", 0)
        changed_at, now = put(model, "updated_at", timezone.now())
        for entry in ready.new:
            entry.values[at], entry.values[changed_at] = self._touch(model, entry.day), now
        insert(model, (entry.values for entry in ready.new))
        insert(MealItem, ready.items)
        self.signs += [(model, entry.id) for entry in ready.new if entry.is_judged]
        if ready.back:
            self._bring_back(ready)

    def _bring_back(self, ready: "_Ready") -> None:
        stored: dict[UUID, Any] = ready.section.model._default_manager.in_bulk(ready.back)
        back = [stored[id] for id in dict.fromkeys(ready.back)]
        for entry in back:
            entry.deleted_at, entry.updated_at = None, timezone.now()
            entry.revision = self._touch(type(entry), getattr(entry, "local_date", None))
        restamp(ready.section.model, back)

    def _entry(self, model: type[Kept], id: UUID, row: Row, named: "_Named") -> tuple[Kept, list[MealItem]]:
        """A row as an entry that keeps every rule of its model, with the foods of a meal."""
        said = {name: value for name, value in row.items() if name not in ("id", "items")}
        items = row.get("items") or []
        entry = model(id=id, diarist=self.diarist, **named.put(said))
        entry.created_at = min(entry.created_at, timezone.now())
        if isinstance(entry, Favourite):
            entry.items = [named.said(one) for one in items]
        if isinstance(entry, Entry):
            _freeze(entry)
        entry.full_clean(exclude=CHECKED_HERE, validate_unique=False, validate_constraints=False)
        if isinstance(entry, WaterIntake):
            _check_density(entry)
        elif isinstance(entry, DayMark):
            entries.check_day(self.diarist, entry.date)
            if entry.no_cramp:
                entries.check_no_cramp(self.diarist, entry.date)
        return entry, self._items(entry, items, named) if isinstance(entry, Meal) else []

    def _items(self, meal: Meal, rows: list[Row], named: "_Named") -> list[MealItem]:
        if not 0 < len(rows) <= entries.MOST_ITEMS:
            raise ValidationError(_("A meal has from 1 to %(most)s foods.") % {"most": entries.MOST_ITEMS})
        items = [
            MealItem(meal=meal, diarist=meal.diarist, position=place, **named.item(row))
            for place, row in enumerate(rows)
        ]
        for item in items:
            item.full_clean(exclude=CHECKED_HERE, validate_unique=False, validate_constraints=False)
        return items

    def _next(self) -> int:
        """The next revision. The diary is held, so nobody else takes it forward until all is in."""
        self.diarist.revision += 1
        return self.diarist.revision

    def _touch(self, model: type[Kept], day: date | None) -> int:
        """The revision of a row that is stored now, with what follows from it."""
        revision = self._next()
        if day:
            self.touched.add(day)
        if model is BodyWeight:
            self.diarist.profile_revision = revision  # the profile says the latest weight
        return revision

    # The person

    def _take_person(self) -> None:
        new = _not_said_yet(self.diarist, self.person)
        if answers := {row["condition"]: row["answer"] for row in new["conditions"]}:
            self._at("conditions", people.answer_conditions, self.diarist, answers)
        self._add("medicines", new, people.set_medicines)
        self._add("life_stages", new, people.set_life_stages)
        self._add("targets", new, people.set_targets)
        for said in new["profile"]:
            self._at("profile", lambda said=said: people.update_profile(self.diarist, **said))
        self._take_reminders(new["reminder_plan"], new["reminders"])
        _count_person(self.counts, self.person, new)

    def _add(self, name: str, new: Mapping[str, list[Row]], store: Any) -> None:
        """Add to a list that is stored as a whole what it does not have."""
        if new[name]:
            self._at(name, store, self.diarist, [*_listed(self.diarist, name), *new[name]])

    def _take_reminders(self, plan: list[Row], rows: list[Row]) -> None:
        if plan or rows:
            said = dict(plan[0]) if plan else {}
            said["digest"] = bool(said.get("digest")) and reminders.mail_is_there()
            self._at(
                "reminders",
                lambda: reminders.change_plan(
                    self.diarist, {**said, "reminders": [self._reminder(row) for row in rows]}
                ),
            )

    def _reminder(self, row: Row) -> Row:
        said = {name: value for name, value in row.items() if name != "supplement"}
        if row["supplement"] and row["supplement"] not in self.supplements:
            raise ValidationError(_("Choose one of your own supplements."))
        return {**said, "supplement_id": self.supplements.get(row["supplement"])}


# The person: what a look counts, and taking in stores ------------------------------------------


def _not_said_yet(diarist: Diarist, person: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Of what a file says of a person, by section, what they have not said here.

    Reminders are taken whole, and only where nothing was ever chosen: those of two plans would nag.
    """
    said = {name: person.get(name, []) for name in PERSON}
    answered = set(diarist.conditionanswer_set.values_list("condition", flat=True))
    has_plan = ReminderPlan.objects.filter(diarist=diarist).exists()
    answers = {row["condition"]: row for row in said["conditions"] if row["condition"] not in answered}
    return {
        "profile": [row for one in said["profile"][:1] if (row := _unanswered(diarist, one))],
        "conditions": list(answers.values()),
        "medicines": _unlisted(diarist, "medicines", said["medicines"]),
        "life_stages": _unlisted(diarist, "life_stages", said["life_stages"]),
        "targets": _unlisted(diarist, "targets", said["targets"], "nutrient"),
        "reminder_plan": [] if has_plan else said["reminder_plan"],
        "reminders": [] if has_plan else said["reminders"],
    }


def _unanswered(diarist: Diarist, row: Row) -> Row:
    """Of the answers of a file those that this person has not given; all of them before the first."""
    if diarist.set_up_at is None:
        return row
    return {name: value for name, value in row.items() if value and getattr(diarist, name) in (None, "")}


def _listed(diarist: Diarist, name: str) -> list[Row]:
    """A list that is stored as a whole."""
    section = BY_NAME[name]
    return list(section.model._default_manager.filter(diarist=diarist).values(*section.fields))


def _unlisted(diarist: Diarist, name: str, rows: list[Row], key: str = "") -> list[Row]:
    seen = [row[key] if key else row for row in _listed(diarist, name)]
    return [row for row in rows if (row[key] if key else row) not in seen]


def _count_person(counts: Counts, person: Mapping[str, list[Row]], new: Mapping[str, list[Row]]) -> None:
    for name, rows in person.items():
        counts[name][NEW] += len(new[name])
        counts[name][KNOWN] += len(rows) - len(new[name])


CHECKED_HERE = ["diarist", "meal", "food", "portion", "beverage", "activity", "supplement", "occurred_at"]
"""What a row names was looked up for many rows at once; a moment may be further back than one logged now."""


def _is_judged(entry: Kept) -> bool:
    """Whether signs were ticked with it that are as good as ticked now."""
    recent = isinstance(entry, Entry) and entry.occurred_at > timezone.now() - SIGNS_COUNT_FOR
    return recent and bool(getattr(entry, "signs", None))


def _freeze(entry: Entry) -> None:
    """Check the moment, and that the diary day it was frozen to can be its own."""
    if entry.local_date is None or entry.occurred_at.date() < entries.OLDEST_DAY:
        raise ValidationError({"occurred_at": _("This day is before 1990. Check the date.")})
    entry._meta.get_field("occurred_at").validators[0](entry.occurred_at)
    entry.tz = entry.tz or entry.diarist.time_zone
    entry._meta.get_field("tz").run_validators(entry.tz)
    zone = ZoneInfo(entry.tz)
    on_the_wall = entry.occurred_at.astimezone(zone)
    before = on_the_wall.time() < time(12) and entry.local_date == on_the_wall.date() - timedelta(days=1)
    if entry.local_date != on_the_wall.date() and not before:
        raise ValidationError({"local_date": _("This diary day does not fit the time.")})
    entry.utc_offset_min = days.offset_minutes(entry.occurred_at, zone)


def _check_density(drink: WaterIntake) -> None:
    least, most = DENSITIES
    if drink.grams is None or not least <= drink.grams / max(drink.amount_ml, Decimal("0.1")) <= most:
        raise ValidationError({"grams": _("A drink cannot weigh this. Check the amount.")})


class _Named:
    """What the rows of a batch name: foods, portions, activities and supplements, looked up all at once."""

    def __init__(self, taking: _Taking, rows: list[Row]):
        self._taking = taking
        items = [one for row in rows for one in row.get("items") or []]
        foods = {
            taking.foods.get(id, id)
            for one in [*rows, *items]
            for id in (one.get("food"), one.get("beverage"))
            if id
        }
        portions = {taking.portions.get(one["portion"], one["portion"]) for one in items if one["portion"]}
        activities = {row["activity"] for row in rows if row.get("activity")}
        self._foods = set(taking.foods.values()) | set(
            Food.objects.visible_to(taking.diarist.user).filter(pk__in=foods).values_list("pk", flat=True)
        )
        self._portions = FoodPortion.objects.in_bulk(portions) | taking.new_portions
        self._activities = set(Activity.objects.filter(pk__in=activities).values_list("pk", flat=True))

    def put(self, said: Row) -> Row:
        """The fields of a row with ids that lead to rows here."""
        for name in ("food", "beverage"):
            if name in said:
                said[f"{name}_id"] = self._food(said.pop(name))
        if "activity" in said:
            said["activity_id"] = self._activity(said.pop("activity"))
        if "supplement" in said:
            said["supplement_id"] = self._supplement(said.pop("supplement"))
        return said

    def item(self, row: Row) -> Row:
        """A food of a meal. A portion that the food no longer has is let go; its grams stay."""
        food, portion = self._food(row["food"]), self._portion(row["portion"])
        if portion and portion.food_id != food:
            portion = None
        return {"food_id": food, "portion": portion, "quantity": row["quantity"], "grams": row["grams"]}

    def said(self, row: Row) -> Row:
        """A food of a usual meal, as favourites keep it."""
        portion = self._portion(row["portion"])
        return {
            "food": str(self._food(row["food"])), "portion": str(portion.pk) if portion else None,
            "quantity": plain(row["quantity"]), "grams": plain(row["grams"]),
        }  # fmt: skip

    def _food(self, id: UUID | None) -> UUID | None:
        here = self._taking.foods.get(id, id) if id else None
        if here and here not in self._foods:
            raise ValidationError({"food": _("This food is not in the table.")})
        return here

    def _portion(self, id: UUID | None) -> FoodPortion | None:
        return self._portions.get(self._taking.portions.get(id, id)) if id else None

    def _activity(self, code: str | None) -> str | None:
        if code and code not in self._activities:
            raise ValidationError({"activity": _("This activity is not in the table.")})
        return code

    def _supplement(self, id: UUID) -> UUID:
        if id not in self._taking.supplements:
            raise ValidationError({"supplement": _("Choose one of your own supplements.")})
        return self._taking.supplements[id]
