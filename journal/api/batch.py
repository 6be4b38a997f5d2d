"""Many rows sent at once: each is stored or refused for itself, by the rules and in the words of its address.

Every item is a transaction of its own. So none holds up another, other writers get their turn in between, and
a process that is killed leaves each item whole or not there. Everything may be sent again: what is stored
already is unchanged.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.request import Request

from journal import entries, people
from journal.api import advice
from journal.api.entries import RESOURCES, KeptViewSet
from journal.api.feed import ME, MarkShape, mark_of
from journal.api.foods import DiaryFoods
from journal.api.profile import Profile, profile_of
from journal.changes import KINDS
from journal.models import DayMark, Diarist, Kept, SpasmEpisode, WarningSigns
from nutrients.models import Food
from spasmlog.api import Shape
from spasmlog.errors import DATABASE_AWAY, ChangedSince, code_and_errors

log = structlog.get_logger(__name__)

STATUSES = ["created", "replaced", "unchanged", "deleted", "conflict", "refused"]
Result = dict[str, Any]


class SyncItemShape(Shape):
    """One row to store or to delete."""

    type = serializers.ChoiceField(list(KINDS))
    id = serializers.CharField(max_length=64, help_text="As the feed tells it.")
    op = serializers.ChoiceField(["put", "delete"])
    base_revision = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        help_text="The revision this change was made on; null: the phone knows of no such row.",
    )
    data = serializers.DictField(required=False, allow_null=True, default=None, help_text="Of a put.")


def store(request: Request, diarist: Diarist, items: Iterable[Any]) -> list[Result]:
    """Store or delete each item, in the order sent; a result for each. One review is asked for at the end."""
    rows = {kind: make(request, diarist, kind) for kind, make in ROWS.items()}
    with entries.one_review():
        return [_result(rows, item) for item in items]


def _result(rows: Mapping[str, "Rows"], item: Any) -> Result:
    """What came of one item. Only a database that does not answer stops those that follow."""
    result = dict.fromkeys(("revision", "data", "current", "code", "errors", "advice"))
    said = item if isinstance(item, dict) else {}
    named = {name: said[name] if isinstance(said.get(name), str) else None for name in ("type", "id")}
    try:
        return {**named, **result, **_done(rows, item)}
    except DATABASE_AWAY:
        raise
    except entries.Conflict as conflict:
        current = rows[said["type"]].shown(conflict.current)
        told = {"status": "conflict", "code": ChangedSince.default_code, "current": current}
        told["revision"] = current["revision"]
    except Exception as error:
        told = {"status": "refused", **_refusal(error)}
    return {**named, **result, **told}


def _refusal(error: Exception) -> Result:
    if isinstance(error, (entries.NotYours, Food.DoesNotExist)):
        error = Http404()
    code, errors = code_and_errors(error)
    if code is None:
        log.error("item_failed", exc_info=error)
    return {"code": code or "error", "errors": errors}


def _done(rows: Mapping[str, "Rows"], item: Any) -> Result:
    said = SyncItemShape.reading(item, {}).validated_data
    if said["type"] not in rows:
        raise exceptions.ValidationError({"type": [_("The server alone writes these.")]}, "read_only")
    kind = rows[said["type"]]
    if said["op"] == "delete":
        return kind.delete(kind.key(said["id"]), said["base_revision"])
    if said["data"] is None:
        raise exceptions.ValidationError({"data": [_("Give what is to be stored.")]})
    return kind.put(kind.key(said["id"]), said["data"], said["base_revision"])


# How rows of each kind are written -------------------------------------------------------------


class Rows(ABC):
    """Rows of one kind, as they are written one by one."""

    def __init__(self, request: Request, diarist: Diarist, kind: str):
        self.request, self.diarist, self.kind = request, diarist, kind

    def key(self, id: str) -> Any:
        """The id as rows have it."""
        return serializers.UUIDField().run_validation(id)

    @abstractmethod
    def put(self, key: Any, data: dict, base: int | None) -> Result:
        """Store a row as it is said, unless it is newer than `base`."""

    @abstractmethod
    def delete(self, key: Any, base: int | None) -> Result:
        """Take a row away, unless it is newer than `base`."""

    @abstractmethod
    def shown(self, row: Any) -> dict:
        """The row as clients get it."""


class Entries(Rows):
    """Rows with an address of their own for each: meals, cramps and the like."""

    def __init__(self, request: Request, diarist: Diarist, kind: str):
        super().__init__(request, diarist, kind)
        self.view: KeptViewSet = RESOURCES[kind](request=request)

    def put(self, key: UUID, data: dict, base: int | None) -> Result:
        said = self.view.shape(data).whole()
        named = said.pop("base_revision", None)
        entry, made = self.view.store(key, said, named if base is None else base)
        return self.stored(entry, made)

    def stored(self, entry: Kept, made: bool) -> Result:
        status = "created" if made else "replaced" if entry.written else "unchanged"
        found = {"status": status, "revision": entry.revision, "data": self.shown(entry)}
        if isinstance(entry, (SpasmEpisode, WarningSigns)) or entry.red_flags:
            found["advice"] = advice.raised(self.diarist, entry.red_flags)
        return found

    def delete(self, key: UUID, base: int | None) -> Result:
        entry = self.view.model.objects.filter(pk=key).select_related("diarist").first()
        if entry is None:
            return {"status": "unchanged"}
        if entry.diarist_id != self.diarist.pk:
            raise entries.NotYours
        entries.remove(entry, base_revision=base)
        return {"status": "deleted" if entry.written else "unchanged", "revision": entry.revision}

    def shown(self, row: Kept) -> dict:
        return self.view.shown(row)


class Days(Rows):
    """Marks of whole days. What an item leaves out stays as it was."""

    def key(self, id: str) -> date:
        return serializers.DateField().run_validation(id)

    def put(self, key: date, data: dict, base: int | None) -> Result:
        shape = MarkShape(data=data)
        shape.is_valid(raise_exception=True)
        said = dict(shape.validated_data)
        named = said.pop("base_revision", None)
        known = DayMark.objects.of(self.diarist).filter(date=key).exists()
        base = named if base is None else base
        mark = entries.mark_day(self.diarist, key, base_revision=base, must_name_base=True, **said)
        status = "unchanged" if not mark.written else "replaced" if known else "created"
        return {"status": status, "revision": mark.revision, "data": mark_of(mark)}

    def delete(self, key: date, base: int | None) -> Result:
        mark = DayMark.objects.of(self.diarist).filter(date=key).select_related("diarist").first()
        if mark is None:
            return {"status": "unchanged"}
        entries.remove(mark, base_revision=base)
        return {"status": "deleted" if mark.written else "unchanged", "revision": mark.revision}

    def shown(self, row: DayMark) -> dict:
        return MarkShape.told(row)


class Foods(Rows):
    """Foods of one's own."""

    def __init__(self, request: Request, diarist: Diarist, kind: str):
        super().__init__(request, diarist, kind)
        self.view = DiaryFoods(request=request)

    def put(self, key: UUID, data: dict, base: int | None) -> Result:
        said = self.view.said(data, key)
        named = said.pop("base_revision", None)
        base = named if base is None else base
        before = self.known(key)
        food = entries.save_food(self.diarist, **{**said, "id": key}, base_revision=base, must_name_base=True)
        status = "created" if before is None else "unchanged" if before == food.revision else "replaced"
        return {"status": status, "revision": food.revision, "data": self.shown(food)}

    def delete(self, key: UUID, base: int | None) -> Result:
        food = Food.objects.filter(pk=key).first()
        if food is None:
            return {"status": "unchanged"}
        if food.owner_id != self.diarist.user_id:
            raise Food.DoesNotExist
        if food.deleted_at:
            return {"status": "unchanged", "revision": food.revision}
        food = entries.remove_food(self.diarist, key, base_revision=base)
        return {"status": "deleted", "revision": food.revision}

    def known(self, key: UUID) -> int | None:
        own = Food.objects.filter(pk=key, owner_id=self.diarist.user_id)
        return own.values_list("revision", flat=True).first()

    def shown(self, row: Food) -> dict:
        return self.view.shown(row)


class OneProfile(Rows):
    """The profile; what an item leaves out stays as it was."""

    def key(self, id: str) -> str:
        if id != ME:
            raise exceptions.ValidationError({"id": [_("There is one profile, and its id is “me”.")]})
        return id

    def put(self, key: str, data: dict, base: int | None) -> Result:
        named, said = Profile.read(data)
        base = named if base is None else base
        changed = people.change_profile(self.diarist, said, base_revision=base)
        shown = self.shown(Diarist.objects.select_related("user").get(pk=self.diarist.pk))
        status = "replaced" if changed else "unchanged"
        return {"status": status, "revision": shown["revision"], "data": shown}

    def delete(self, key: str, base: int | None) -> Result:
        raise exceptions.ValidationError({"op": [_("A profile cannot be deleted, only the whole account.")]})

    def shown(self, row: Diarist) -> dict:
        return dict(profile_of(row))


ROWS: dict[str, type[Rows]] = {
    **dict.fromkeys(RESOURCES, Entries),
    "foods": Foods,
    "days": Days,
    "profile": OneProfile,
}
"""What may be written; the rest of the feed is found by the server."""
