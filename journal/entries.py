"""Write diary entries. The web pages, the REST API and commands all come through here.

Each verb is one transaction. It takes the diarist's revision forward on the locked diarist row and
stamps it on what changed, so that a phone which asks for "everything after revision n" never misses
a change; it marks the touched days stale in the same transaction; and once that is stored, it asks
for a review. Warning signs, and dangers of a dose or a drink, are judged inside the save: `entry.red_flags`
holds the cards.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from journal import advice, revisions, tasks
from journal.calc import crampdays, days
from journal.codes import DoseSource, MealKind
from journal.models import (
    BodyWeight,
    DailyIntake,
    DayMark,
    Diarist,
    Dose,
    Entry,
    Exercise,
    Favourite,
    Kept,
    Meal,
    MealItem,
    SpasmEpisode,
    StaleDay,
    Supplement,
    WarningSigns,
    WaterIntake,
)
from nutrients import foods
from nutrients.models import Food
from nutrients.portions import GRAM, Portion, check_visible, each_checked
from nutrients.refusals import Refusals

log = structlog.get_logger(__name__)

K = TypeVar("K", bound=Kept)
_waiting: ContextVar[set[int] | None] = ContextVar("diaries that one_review() will ask for", default=None)
MOST_ITEMS = 60
OLDEST_DAY = date(1990, 1, 1)
"""No diary that was ever kept here reaches further back, whatever a calendar allows."""
NO_CRAMP_YET = _l("“No cramp” can be said from noon on: the night before counts for the day before.")


class NotYours(Exception):
    """The id belongs to somebody else. Doors answer as if it did not exist."""


class Conflict(Exception):
    """The row was changed since the caller last saw it. `current` is what is stored now."""

    def __init__(self, current: Kept | Food | Diarist):
        self.current = current
        super().__init__("the entry was changed since")


# What people log ------------------------------------------------------------------------------


def log_meal(
    diarist: Diarist,
    items: Iterable[Portion | tuple[Food, Decimal]],
    *,
    kind: str = "",
    occurred_at: datetime | None = None,
    tz: str = "",
    note: str = "",
    id: UUID | None = None,
) -> Meal:
    """Store a meal with its foods, each as a `Portion` or as (food, grams).

    Without a `kind` the hour decides. A phone that lost our answer may send the meal again under
    the same `id`: it gets the meal stored the first time, and no second one.

    Raises
    ------
    django.core.exceptions.ValidationError
        If the meal or a food of it breaks a rule. Nothing is stored.
    NotYours
        If the id is taken by somebody else.
    """
    return _log(Meal, diarist, id, occurred_at=occurred_at, tz=tz, kind=kind, note=note, items=items)


def log_water(
    diarist: Diarist,
    amount_ml: Decimal,
    *,
    beverage: Food | None = None,
    occurred_at: datetime | None = None,
    tz: str = "",
    id: UUID | None = None,
) -> WaterIntake:
    """Store a drink by its volume in ml; without a `beverage` it is tap water."""
    return _log(
        WaterIntake, diarist, id, occurred_at=occurred_at, tz=tz, amount_ml=amount_ml, beverage=beverage
    )


def log_exercise(diarist: Diarist, *, id: UUID | None = None, **fields: Any) -> Exercise:
    """Store a bout of activity: `activity` or `met`, `minutes`, and what else is known."""
    return _log(Exercise, diarist, id, **fields)


def log_spasm(diarist: Diarist, *, id: UUID | None = None, **fields: Any) -> SpasmEpisode:
    """Store a cramp, now if no `occurred_at` is given; `red_flags` of the answer holds its cards."""
    return _log(SpasmEpisode, diarist, id, **fields)


def tick_warning_signs(diarist: Diarist, *, id: UUID | None = None, **fields: Any) -> WarningSigns:
    """Store warning signs ticked without a cramp. `red_flags` of the answer holds the cards they raised."""
    return _log(WarningSigns, diarist, id, **fields)


@transaction.atomic
def log_dose(
    diarist: Diarist,
    supplement: Supplement,
    quantity: Decimal = Decimal(1),
    *,
    id: UUID | None = None,
    **fields: Any,
) -> Dose:
    """Store so many units of one of the diarist's own supplements."""
    _hold(diarist)
    supplement.refresh_from_db(fields=["deleted_at"])  # it may have been removed since it was chosen
    return _log(Dose, diarist, id, supplement=supplement, quantity=quantity, **fields)


def log_weight(diarist: Diarist, kg: Decimal, *, id: UUID | None = None, **fields: Any) -> BodyWeight:
    """Store a body weight in kg."""
    return _log(BodyWeight, diarist, id, kg=kg, **fields)


def save_supplement(diarist: Diarist, *, id: UUID | None = None, **fields: Any) -> Supplement:
    """Store a product with the exact amounts in one unit of it."""
    return _log(Supplement, diarist, id, **fields)


@transaction.atomic
def save_favourite(diarist: Diarist, *, id: UUID | None = None, **fields: Any) -> Favourite:
    """Store a favourite food, or a usual meal.

    A food that already is one is returned as it is; so is a usual meal of the same name and foods, unless
    it comes with an id of its own.
    """
    _hold(diarist)
    live, food = Favourite.objects.of(diarist).live(), fields.get("food")
    if food and (known := live.filter(food=food).first()):
        return known
    if food is None and id is None and (known := live.filter(**{**fields, "food": None}).first()):
        return known
    return _log(Favourite, diarist, id, **fields)


@transaction.atomic
def mark_day(
    diarist: Diarist,
    day: date,
    *,
    finished: bool | None = None,
    fasting: bool | None = None,
    no_cramp: bool | None = None,
    base_revision: int | None = None,
    must_name_base: bool = False,
) -> DayMark:
    """Say of a whole day that it is finished, a fast, or without a cramp. None leaves a mark as it was.

    "No cramp" counts from noon to noon, and is refused before the noon of its day; a cramp logged for that
    time outweighs it. Raises `Conflict` as `change` does, and with `must_name_base` as `put` does.
    """
    check_day(diarist, day)
    said = {"finished": finished, "fasting": fasting, "no_cramp": no_cramp}
    said = {name: bool(value) for name, value in said.items() if value is not None}
    if said.get("no_cramp"):
        check_no_cramp(diarist, day)
    _hold(diarist)
    mark = DayMark.objects.of(diarist).filter(date=day).first()
    if mark is None:
        return _store(DayMark(diarist=diarist, date=day), said, base_revision=None, new=True)
    mark.diarist = diarist
    if mark.deleted_at:
        said = {"finished": False, "fasting": False, "no_cramp": False, **said}
    return _store(mark, said, base_revision=base_revision, must_name_base=must_name_base)


@transaction.atomic
def repeat_meal(
    meal: Meal, *, kind: str = "", occurred_at: datetime | None = None, id: UUID | None = None
) -> Meal:
    """Log the foods of an earlier meal again, now or at `occurred_at`, as the same `kind` or another."""
    items = [
        Portion(item.food, item.grams, item.portion, item.quantity)
        for item in meal.foods().select_related("food", "portion")
    ]
    return log_meal(meal.diarist, items, kind=kind or meal.kind, occurred_at=occurred_at, id=id)


# Change, remove, bring back -------------------------------------------------------------------


@transaction.atomic
def change(entry: K, *, base_revision: int | None = None, **fields: Any) -> K:
    """Give an entry other content. Without a difference nothing is written.

    Raises
    ------
    django.core.exceptions.ValidationError
        If the new content breaks a rule. The entry stays as it was.
    Conflict
        If `base_revision` is another than the stored one and the content differs.
    """
    _hold(entry.diarist)
    entry.refresh_from_db()
    return _store(entry, fields, base_revision=base_revision)


@transaction.atomic
def put(
    model: type[K], diarist: Diarist, id: UUID, *, base_revision: int | None = None, **fields: Any
) -> tuple[K, bool]:
    """Create the entry with this id, or replace its content; returns it and whether it is new.

    Replacing a deleted entry brings it back. An entry that exists and differs needs the
    `base_revision` it was read at.
    """
    _hold(diarist)
    stored = _stored(model, diarist, id)
    if stored is None:
        return _log(model, diarist, id, **fields), True
    stored.diarist = diarist
    return _store(stored, fields, base_revision=base_revision, must_name_base=True), False


@transaction.atomic
def remove(entry: Kept, *, base_revision: int | None = None) -> None:
    """Delete an entry. Its tombstone stays, so that phones learn of it and `restore` can undo it.

    Raises `Conflict` if `base_revision` is another than the stored one.
    """
    _hold(entry.diarist)
    if isinstance(entry, Supplement) and entry.doses.filter(deleted_at=None).exists():
        raise ValidationError(_("Doses of this supplement are logged. Delete those first, or keep it."))
    entry.refresh_from_db()
    if entry.deleted_at is None:
        _check_base(entry, base_revision, must_name_base=False)
        entry.deleted_at = timezone.now()
        _stamp_and_save(entry)


@transaction.atomic
def restore(entry: K) -> K:
    """Undo a deletion."""
    _hold(entry.diarist)
    entry.refresh_from_db()
    if entry.deleted_at is not None:
        entry.deleted_at = None
        entry.full_clean(exclude=["diarist"])
        _stamp_and_save(entry)
    return entry


# Foods of one's own ---------------------------------------------------------------------------


@transaction.atomic
def save_food(
    diarist: Diarist,
    *,
    id: UUID | None = None,
    base_revision: int | None = None,
    must_name_base: bool = False,
    **said: Any,
) -> Food:
    """Store an own food as `nutrients.foods.save_own` does, stamp it, and have its days added up again.

    Without a difference nothing is written. With `must_name_base` a food that exists and differs needs the
    revision it was read at, and one that was removed comes back.

    Raises
    ------
    django.core.exceptions.ValidationError, nutrients.models.Food.DoesNotExist
        As `save_own` does. Nothing is stored.
    Conflict
        If `base_revision` is another than the stored one and the content differs.
    """
    _hold(diarist)
    stored = Food.objects.filter(pk=id, owner_id=diarist.user_id).first() if id else None
    before = stored and foods.content(stored)
    if stored and stored.deleted_at and must_name_base:
        _check_food_base(stored, base_revision, must_name_base)
        foods.restore(diarist.user, stored.pk)
        before = None
    try:
        with transaction.atomic():
            food = foods.save_own(diarist.user, id=id, **said)
            if before is not None and before == foods.content(food):
                raise _NoDifference
    except _NoDifference:
        return cast(Food, stored)
    if stored and before is not None:
        _check_food_base(stored, base_revision, must_name_base)
    return _food_stamped(diarist, food)


@transaction.atomic
def remove_food(diarist: Diarist, id: UUID, *, base_revision: int | None = None) -> Food:
    """Take an own food out of lists and search. Entries with it keep it."""
    _hold(diarist)
    _check_food_base(foods.own_foods(diarist.user).get(pk=id), base_revision, must_name_base=False)
    return _food_stamped(diarist, foods.remove(diarist.user, id))


@transaction.atomic
def restore_food(diarist: Diarist, id: UUID) -> Food:
    """Undo a removal."""
    _hold(diarist)
    return _food_stamped(diarist, foods.restore(diarist.user, id))


class _NoDifference(Exception):
    """Takes back what was written to find out whether it differs."""


def _check_food_base(stored: Food, base_revision: int | None, must_name_base: bool) -> None:
    if not made_on(stored.revision, base_revision, must_name_base):
        raise Conflict(stored)


def _food_stamped(diarist: Diarist, food: Food) -> Food:
    """Stamp a food that changed, and mark the days stale on which it was eaten or drunk."""
    food.revision = forward(diarist)
    Food.objects.filter(pk=food.pk).update(revision=food.revision)
    if dates := days_with(diarist, [food.pk]):
        mark_stale(diarist, dates)
    return food


def days_with(diarist: Diarist, foods: Sequence[UUID]) -> set[date]:
    """The days on which one of these foods was eaten or drunk."""
    eaten = Meal.objects.of(diarist).live().filter(items__food__in=foods, items__diarist=diarist)
    drunk = WaterIntake.objects.of(diarist).live().filter(beverage__in=foods)
    return {*eaten.values_list("local_date", flat=True), *drunk.values_list("local_date", flat=True)}


# Days that wait for a review ------------------------------------------------------------------


def today(diarist: Diarist) -> date:
    """The diary day it is now where the diarist lives."""
    return days.local_day(timezone.now(), diarist.tz, diarist.day_start)


def check_day(diarist: Diarist, day: date) -> None:
    """Refuse a day of which nothing can be said."""
    if day > today(diarist):
        raise ValidationError({"date": _("This day is still to come.")})
    if day < OLDEST_DAY:
        raise ValidationError({"date": _("This day is before 1990. Check the date.")})


def check_no_cramp(diarist: Diarist, day: date) -> None:
    """Refuse "no cramp" of a day that has not begun: a cramp before its noon counts for the day before."""
    if not crampdays.has_begun(day, timezone.now().astimezone(diarist.tz)):
        raise ValidationError({"no_cramp": NO_CRAMP_YET})


def mark_stale(diarist: Diarist, dates: Iterable[date]) -> None:
    """Remember, in the caller's transaction, that these days wait for a review, and ask for it."""
    rows = [StaleDay(diarist=diarist, date=day, version=diarist.revision) for day in set(dates)]
    StaleDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["diarist", "date"], update_fields=["version"]
    )
    _ask_for_review(diarist.pk)


def mark_everything_stale(diarist: Diarist) -> None:
    """For a change that touches each finding, such as another birth date or weight."""
    known = DailyIntake.objects.filter(diarist=diarist).values_list("date", flat=True)
    mark_stale(diarist, [today(diarist), *known])


@contextmanager
def one_review() -> Iterator[None]:
    """For writing many entries at once: ask once for each diary, at the end of the block.

    Also where the block fails: what was stored before that stays, and to a retry it is unchanged.
    """
    asked: set[int] = set()
    waiting = _waiting.set(asked)
    try:
        yield
    finally:
        _waiting.reset(waiting)
        for diarist_id in asked:
            _ask_for_review(diarist_id)


def _ask_for_review(diarist_id: int) -> None:
    """Ask once it is safely stored: whether the broker is there or not, the entry stands."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting.add(diarist_id)
        return

    def ask() -> None:
        tasks.ask(tasks.review_diarist, diarist_id)

    transaction.on_commit(ask, robust=True)


# How an entry is stored -----------------------------------------------------------------------


def forward(diarist: Diarist) -> int:
    """Take the diary's revision forward, in the transaction of the change that it is stamped on."""
    return revisions.forward(diarist)


def _hold(diarist: Diarist) -> None:
    """Let one writer at a time change this diary."""
    revisions.hold(diarist.pk)


def _stored(model: type[K], diarist: Diarist, id: UUID | None) -> K | None:
    if id is None:
        return None
    found = cast("QuerySet[K]", model._default_manager.filter(id=id).select_related("diarist")).first()
    if found and found.diarist_id != diarist.pk:
        raise NotYours
    return found


def _log(model: type[K], diarist: Diarist, id: UUID | None = None, **fields: Any) -> K:
    """Store a new entry; a known id returns what is stored. Others may write while it is checked.

    Whether the id is known is for the database to say: most are not, and asking beforehand would cost each.
    """
    fields = {name: value for name, value in fields.items() if value is not None or name != "occurred_at"}
    entry = model(diarist=diarist, id=id or uuid4())
    before = diarist.revision
    try:
        portions = _fill(entry, fields, new=True)
        with transaction.atomic():
            _stamp_and_save(entry, portions, new=True)
    except (ValidationError, IntegrityError):
        diarist.revision = before
        if stored := _known(model, diarist, id):  # raises, for somebody else was first with this id
            return stored
        raise
    return entry


def _known(model: type[K], diarist: Diarist, id: UUID | None) -> K | None:
    """What is stored under an id already, with the cards that go with it."""
    if stored := _stored(model, diarist, id):
        stored.red_flags = advice.known_of(stored)
    return stored


def _store(
    entry: K,
    fields: Mapping[str, Any],
    *,
    base_revision: int | None,
    new: bool = False,
    must_name_base: bool = False,
) -> K:
    """Give the entry its content, check it whole, and write it with what hangs on it."""
    before = None if new else _content(entry)
    touched = [] if new else [entry.local_date] if hasattr(entry, "local_date") else []
    portions = _fill(entry, fields, new=new)
    if before is not None and entry.deleted_at is None and before == _content(entry, portions):
        entry.red_flags = advice.known_of(entry)
        return entry
    if before is not None:
        _check_base(entry, base_revision, must_name_base)
    entry.deleted_at = None
    _stamp_and_save(entry, portions, touched, new=new)
    return entry


def check(entry: Kept, unread: Collection[str], **fields: Any) -> None:
    """Refuse what the verbs would, of a form in which some fields cannot even be read: those, `unread`, are
    passed over. Nothing is stored, and `entry` is a row that nobody looks at afterwards."""
    fields = {name: value for name, value in fields.items() if value is not None or name != "occurred_at"}
    _fill(entry, fields, new=entry._state.adding, unread=unread)


DERIVED = ("local_date", "kind", "grams")
"""What `_freeze_day` and `_derive` fill in, and cannot where something else is wrong."""


def _fill(
    entry: Kept, fields: Mapping[str, Any], *, new: bool, unread: Collection[str] = ()
) -> list[MealItem] | None:
    """Give the entry its content and check it whole; returns the foods of a meal, where they were said."""
    fields = dict(fields)
    if not new and not fields.get("tz"):
        fields.pop("tz", None)  # where it was logged stays, unless somebody says otherwise
    moved = new or any(
        name in fields and fields[name] != getattr(entry, name) for name in ("occurred_at", "tz")
    )
    items = fields.pop("items", None) if isinstance(entry, Meal) else None
    for name, value in fields.items():
        setattr(entry, name, value)

    refusals, portions = Refusals(), None
    if isinstance(entry, Entry) and moved:
        with refusals.of():
            _freeze_day(entry)
    if not refusals.found or not isinstance(entry, Meal):  # what meal it is, the hour tells
        with refusals.of():
            _derive(entry, unread)
    with refusals.of():
        entry.full_clean(exclude=_not_to_check(entry, refusals.found, unread), validate_unique=not new)
    if isinstance(entry, Meal) and (new or items is not None):
        with refusals.of():
            portions = _items_of(entry, items)
    if "occurred_at" in refusals.found:
        refusals.found.pop("ended_at", None)  # an end is counted from the beginning
    refusals.tell()
    return portions


def _not_to_check(entry: Kept, refused: Collection[str], unread: Collection[str]) -> set[str]:
    """Who keeps the diary; what is refused already, or not known, and what would follow from that."""
    known = {"diarist", *refused, *unread}
    missing = [name for name in DERIVED if getattr(entry, name, None) in (None, "")]
    return {*known, *missing} if len(known) > 1 else known


def made_on(revision: int, base_revision: int | None, must_name_base: bool = False) -> bool:
    """Whether a change was made on the revision that is stored; where none need be named, on any.

    A later one than the stored was told before a backup was put back: what it was made on is not here.
    """
    return base_revision == revision or (base_revision is None and not must_name_base)


def _check_base(entry: Kept, base_revision: int | None, must_name_base: bool) -> None:
    if not made_on(entry.revision, base_revision, must_name_base):
        raise Conflict(type(entry)._default_manager.get(pk=entry.pk))


def _stamp_and_save(
    entry: Kept, portions: list[MealItem] | None = None, touched: Iterable[date] = (), *, new: bool = False
) -> None:
    entry.revision = forward(entry.diarist)
    entry.updated_at = timezone.now()
    entry.written = True
    entry.save(force_insert=new)
    if isinstance(entry, Meal) and portions is not None:
        if not new:
            entry.foods().delete()
        MealItem.objects.bulk_create(portions)
        _remember_items(entry, portions)
    if hasattr(entry, "local_date"):
        mark_stale(entry.diarist, {*touched, entry.local_date})
    if isinstance(entry, BodyWeight):  # the profile tells the latest
        Diarist.objects.filter(pk=entry.diarist_id).update(profile_revision=entry.revision)
    entry.red_flags = advice.raised_by(entry)
    log.info("entry_saved", kind=entry._meta.model_name, diarist=entry.diarist_id, revision=entry.revision)


def _remember_items(meal: Meal, items: list[MealItem]) -> None:
    """Have the meal at hand answer for its foods from those just stored."""
    known = meal.items.all()
    vars(known).update(_result_cache=items, _prefetch_done=True)
    vars(meal)["_prefetched_objects_cache"] = {"items": known}


def _content(entry: Kept, portions: list[MealItem] | None = None) -> tuple:
    """What a person would see change: the fields they can give, and the foods of a meal."""
    kept = {"revision", "created_at", "updated_at", "deleted_at", "utc_offset_min", "diarist"}
    content: list = [
        getattr(entry, field.attname) for field in entry._meta.concrete_fields if field.name not in kept
    ]
    if isinstance(entry, Meal):
        items = entry.foods() if portions is None else portions
        content += [(item.food_id, item.portion_id, item.quantity, item.grams) for item in items]
    return tuple(content)


def _freeze_day(entry: Entry) -> None:
    """Freeze the diary day and the offset of the clock where the entry was logged."""
    entry.clean_fields(exclude=[f.name for f in entry._meta.fields if f.name not in ("occurred_at", "tz")])
    zone = ZoneInfo(entry.tz) if entry.tz else entry.diarist.tz
    entry.tz = zone.key
    entry.utc_offset_min = days.offset_minutes(entry.occurred_at, zone)
    entry.local_date = days.local_day(entry.occurred_at, zone, entry.diarist.day_start)


def _derive(entry: Kept, unread: Collection[str] = ()) -> None:
    """Fill in what follows from the rest, before the whole is checked."""
    if isinstance(entry, Meal) and not entry.kind:
        entry.kind = kind_at(entry.occurred_at.astimezone(ZoneInfo(entry.tz)))
    elif isinstance(entry, WaterIntake):
        check_visible(entry.beverage, entry.diarist.user_id, "beverage")
        entry.grams = _drink_grams(entry)
    elif isinstance(entry, Exercise) and entry.activity and entry.met is None:
        entry.met = entry.activity.met
    elif isinstance(entry, Dose) and "supplement" not in unread:
        if entry.supplement.diarist_id != entry.diarist_id or entry.supplement.deleted_at:
            raise ValidationError({"supplement": _("Choose one of your own supplements.")})
        entry.prescribed = entry.prescribed or entry.supplement.prescribed
        entry.source = entry.source or entry.supplement.source or DoseSource.SUPPLEMENT


def kind_at(local: datetime) -> str:
    """The meal that people usually eat at this hour of the clock on the wall."""
    for kind, first, last in (("breakfast", 4, 10), ("lunch", 11, 14), ("dinner", 17, 21)):
        if first <= local.hour <= last:
            return MealKind(kind)
    return MealKind.SNACK


def _drink_grams(drink: WaterIntake) -> Decimal:
    """Weight of a drink: by the beverage's own fluid-ounce portion if it has one, else 1 g per ml."""
    if not isinstance(drink.amount_ml, Decimal):
        drink.amount_ml = WaterIntake._meta.get_field("amount_ml").to_python(drink.amount_ml)
    beverage = drink.beverage or foods.tap_water()
    density = beverage.grams_per_ml() if beverage else Decimal(1)
    # A volume that no field can hold is refused by its own validator, in words.
    usable = drink.amount_ml is not None and drink.amount_ml.is_finite() and 0 < drink.amount_ml < 100_000
    return (drink.amount_ml * density).quantize(GRAM, ROUND_HALF_UP) if usable else GRAM


def _items_of(meal: Meal, said: Iterable[Portion | tuple[Food, Decimal]] | None) -> list[MealItem]:
    """Check every food of a meal and weigh it. The errors name the food, counted from 1."""
    portions = [one if isinstance(one, Portion) else Portion(*one) for one in said or ()]
    if not portions:
        raise ValidationError({"items": _("Add at least one food.")})
    if len(portions) > MOST_ITEMS:
        raise ValidationError({"items": _("A meal can have at most %(most)s foods.") % {"most": MOST_ITEMS}})
    return each_checked(portions, lambda portion, position: _item_of(meal, portion, position), "items")


def _item_of(meal: Meal, said: Portion, position: int) -> MealItem:
    check_visible(said.food, meal.diarist.user_id, "food")
    quantity, grams = said.weighed()
    item = MealItem(
        id=said.id or uuid4(),
        meal=meal,
        diarist=meal.diarist,
        food=said.food,
        portion=said.portion,
        quantity=quantity,
        grams=grams,
        position=position,
    )
    # The foods and portions are rows at hand: asking the database again would cost a query each.
    at_hand = ["meal", "diarist", "food", "portion"]
    item.full_clean(exclude=at_hand, validate_unique=False, validate_constraints=False)
    return item
