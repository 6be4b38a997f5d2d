"""What changed in a diary since a place in the order of its revisions.

    begin(diarist) -> Place                      before everything, for a phone that has nothing yet
    read(cursor, diarist) -> Place               a place as a phone was told it; raises Unreadable or TooOld
    told(place) -> str                           a place as an opaque text, signed
    page(diarist, place, limit) -> Page          the next changes in order, and the place after them
    forget(before) -> int                        remove deletions for good that are older than a moment
    begin_histories() -> int                     make every cursor too old, after a backup was put back

A row stands in the feed once, at the revision that changed it last. Within one revision rows come in the
order of `KINDS` and then of their ids, so that a page may end anywhere. The diary's revision is read before
the rows, and rows above it are left for the next page: whatever another process stores meanwhile comes later,
and nothing that is passed over can come to stand below the place that is answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.core import signing
from django.db import transaction
from django.db.models import Exists, F, Max, Model, OuterRef, Q, QuerySet, UUIDField, Value

from journal import revisions
from journal.facts import OVER
from journal.models import (
    Advice,
    BodyWeight,
    DayMark,
    Diarist,
    Dose,
    Exercise,
    Favourite,
    Meal,
    MealItem,
    SpasmEpisode,
    Supplement,
    ToldGaps,
    WarningSigns,
    WaterIntake,
)
from nutrients.models import Food

log = structlog.get_logger(__name__)

KINDS: dict[str, type[Model]] = {
    "profile": Diarist,
    "foods": Food,
    "supplements": Supplement,
    "favourites": Favourite,
    "meals": Meal,
    "water": WaterIntake,
    "exercises": Exercise,
    "spasms": SpasmEpisode,
    "warning-signs": WarningSigns,
    "doses": Dose,
    "weights": BodyWeight,
    "days": DayMark,
    "gaps": ToldGaps,
    "advice": Advice,
}
"""What the feed tells of, what is referred to first. New kinds go to the end: cursors hold the number."""
FORGETTABLE = (Meal, WaterIntake, Exercise, SpasmEpisode, WarningSigns, Dose, BodyWeight, DayMark, Favourite,
               Supplement, ToldGaps)  # fmt: skip
"""Rows of which a deletion is forgotten some day; a supplement after its doses."""
NOBODY = UUID(int=0)
SALT = "journal.changes"


class Unreadable(Exception):
    """This text was never a cursor."""


class TooOld(Exception):
    """What happened since this place cannot be told: too long ago, or in the history of another diary."""


@dataclass(frozen=True)
class Place:
    """Up to where the feed was read: a revision, and in it the last row, by number of its kind and id."""

    history: UUID
    revision: int = 0
    kind: int = -1
    id: UUID = NOBODY
    known: int = 0
    """Deletions up to this revision are none of the phone's business: it began to read after them."""


@dataclass(frozen=True)
class Change:
    kind: str
    revision: int
    id: UUID


@dataclass(frozen=True)
class Page:
    changes: list[Change]
    place: Place
    has_more: bool


# Places ---------------------------------------------------------------------------------------


def begin(diarist: Diarist) -> Place:
    """The place before everything."""
    revision, history = Diarist.objects.values_list("revision", "history").get(pk=diarist.pk)
    return Place(history, known=revision)


def told(place: Place) -> str:
    """A place as an opaque text, signed."""
    parts = [place.history.hex, place.revision, place.kind, place.id.hex, place.known]
    return signing.dumps(parts, salt=SALT)


def read(cursor: str, diarist: Diarist) -> Place:
    """The place that a cursor tells.

    Raises
    ------
    Unreadable
        If it has not the form of a cursor.
    TooOld
        If this server did not sign it, if it belongs to another history, or if deletions since are forgotten.
    """
    place = _place(cursor)
    now = Diarist.objects.only("revision", "history", "forgotten_revision").get(pk=diarist.pk)
    if place.history == now.history and place.revision > now.revision:
        _begin_another_history(now)
        raise TooOld
    if place.history != now.history or max(place.revision, place.known) < now.forgotten_revision:
        raise TooOld
    return place


def _place(cursor: str) -> Place:
    try:
        history, revision, kind, id, known = signing.loads(cursor, salt=SALT)
        return Place(UUID(history), revision, kind, UUID(id), known)
    except signing.BadSignature:
        if cursor.count(":") != 2:
            raise Unreadable from None
        raise TooOld from None
    except (ValueError, TypeError):
        raise TooOld from None


def _begin_another_history(diarist: Diarist) -> None:
    """A phone has seen what is still to come: a backup was put back. Its cursors mean something else now."""
    Diarist.objects.filter(pk=diarist.pk, history=diarist.history).update(history=uuid4())
    log.warning("history_went_back", diarist=diarist.pk, revision=diarist.revision)


def begin_histories() -> int:
    """Begin another history of every diary, as after a backup was put back; returns how many there are."""
    diarists = list(Diarist.objects.only("history"))
    for diarist in diarists:
        diarist.history = uuid4()
    Diarist.objects.bulk_update(diarists, ["history"], batch_size=500)
    return len(diarists)


# Pages ----------------------------------------------------------------------------------------


def page(diarist: Diarist, place: Place, limit: int) -> Page:
    """The next changes in the order of their revisions, at most `limit`, and the place after them.

    Asks the database twice, however many changes there are.
    """
    last = Diarist.objects.values_list("revision", flat=True).get(pk=diarist.pk)
    rows = list(_keys(diarist, place, last)[: limit + 1])
    names = list(KINDS)
    changes = [Change(names[kind], revision, id) for revision, kind, id in rows[:limit]]
    if len(rows) <= limit:
        return Page(changes, replace(place, revision=last, kind=len(KINDS), id=NOBODY, known=0), False)
    revision, kind, id = rows[limit - 1]
    return Page(changes, replace(place, revision=revision, kind=kind, id=id), True)


def _keys(diarist: Diarist, place: Place, last: int) -> QuerySet:
    """Revision, number of the kind and id of what comes after a place, up to the revision `last`."""
    first, *others = [
        rows.values_list("at", "number", "row").order_by() for rows in _rows_after(diarist, place, last)
    ]
    return first.union(*others, all=True).order_by("at", "number", "row")


def _rows_after(diarist: Diarist, place: Place, last: int) -> Iterator[QuerySet]:
    for number, (name, model) in enumerate(KINDS.items()):
        column = "profile_revision" if name == "profile" else "revision"
        rows = _of(diarist, name, model).filter(_after(place, number, column), **{f"{column}__lte": last})
        gone = Q(state__in=OVER) if name == "advice" else Q(deleted_at__isnull=False)
        if place.known and name != "profile":
            rows = rows.exclude(gone & Q(revision__lte=place.known))
        id: Any = Value(NOBODY, UUIDField()) if name == "profile" else F("pk")
        yield rows.annotate(at=F(column), number=Value(number), row=id)


def _of(diarist: Diarist, name: str, model: type[Model]) -> QuerySet:
    owner = {"profile": {"pk": diarist.pk}, "foods": {"owner_id": diarist.user_id}}
    return model._default_manager.filter(**owner.get(name, {"diarist_id": diarist.pk}))


def _after(place: Place, number: int, column: str) -> Q:
    """Those of one kind that come after a place: of its revision, too, if the kind or the id follows."""
    if number > place.kind:
        return Q(**{f"{column}__gte": place.revision})
    later = Q(**{f"{column}__gt": place.revision})
    return later | Q(**{column: place.revision, "pk__gt": place.id}) if number == place.kind > 0 else later


# Forgetting -----------------------------------------------------------------------------------


def forget(before: datetime) -> int:
    """Remove for good what was deleted before a moment; returns how many rows.

    Cursors that would have to be told of it are too old from then on. An own food that was removed stays for
    as long as anything names it.
    """
    due: set[int] = set()
    for model in FORGETTABLE:
        rows = model._default_manager.filter(deleted_at__lt=before)
        due.update(rows.order_by().values_list("diarist_id", flat=True).distinct())
    owners = set(Food.objects.filter(_UNUSED, deleted_at__lt=before).values_list("owner_id", flat=True))
    due.update(Diarist.objects.filter(user_id__in=owners).values_list("pk", flat=True))
    return sum(_forget_of(diarist_id, before) for diarist_id in sorted(due))


@transaction.atomic
def _forget_of(diarist_id: int, before: datetime) -> int:
    revisions.hold(diarist_id)
    diarist = Diarist.objects.only("user_id", "forgotten_revision").get(pk=diarist_id)
    count = 0
    for rows in _forgettable(diarist, before):
        last = rows.aggregate(last=Max("revision"))["last"] or 0
        diarist.forgotten_revision = max(diarist.forgotten_revision, last)
        count += rows.count()
        rows.delete()
    diarist.save(update_fields=["forgotten_revision"])
    log.info("deletions_forgotten", diarist=diarist_id, rows=count)
    return count


def _forgettable(diarist: Diarist, before: datetime) -> Iterator[QuerySet]:
    """What was deleted before a moment, kind by kind: what names others first."""
    for model in FORGETTABLE:
        rows = model._default_manager.filter(diarist_id=diarist.pk, deleted_at__lt=before)
        yield (
            rows.exclude(Exists(Dose.objects.filter(supplement=OuterRef("pk"))))
            if model is Supplement
            else rows
        )
    yield Food.objects.filter(pk__in=_unused_foods(diarist, before))


def _unused_foods(diarist: Diarist, before: datetime) -> set[UUID]:
    """Own foods that were removed before a moment and that no row names.

    Each is looked up by its id: foods told by a condition may lead a database to read all anybody ever drank.
    """
    removed = set(
        Food.objects.filter(owner_id=diarist.user_id, deleted_at__lt=before).values_list("pk", flat=True)
    )
    if not removed:
        return removed
    named = _in_usual_meals(diarist)
    for model, column in ((MealItem, "food"), (WaterIntake, "beverage"), (Favourite, "food")):
        rows = model._default_manager.filter(**{f"{column}__in": removed}).order_by()
        named.update(rows.values_list(column, flat=True).distinct())
    return removed - named


_UNUSED = ~(
    Exists(MealItem.objects.filter(food=OuterRef("pk")))
    | Exists(WaterIntake.objects.filter(beverage=OuterRef("pk")))
    | Exists(Favourite.objects.filter(food=OuterRef("pk")))
)
"""Of foods: those that no row names."""


def _in_usual_meals(diarist: Diarist) -> set[UUID]:
    """The foods of usual meals, which hold them as JSON."""
    items = Favourite.objects.of(diarist).exclude(items=[]).values_list("items", flat=True)
    return {UUID(one["food"]) for meal in items for one in meal}
