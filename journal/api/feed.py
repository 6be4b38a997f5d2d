"""Rows of the feed of changes as JSON: of each kind what its own address answers."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from journal import advice, entries, findings, flags
from journal.api import advice as cards
from journal.api.entries import RESOURCES
from journal.api.gaps import gap_of
from journal.api.profile import profile_of
from journal.calc.suppressions import Effects
from journal.changes import Change
from journal.models import Advice, DayMark, Diarist, NutrientGap, ToldGaps
from journal.serializers import DayMarkShape
from nutrients.models import Food
from nutrients.serializers import FoodShape
from spasmlog.api import Moment

ME = "me"
"""The id of the profile in the feed: there is one."""
Told = tuple[str, int, dict | None]
"""Of one row: the id that phones know it by, its revision, and what it holds; None if it is deleted."""


class MarkShape(DayMarkShape):
    """A mark as it is stored; what the server makes may be sent back and is ignored."""

    date = serializers.DateField(read_only=True)
    revision = serializers.IntegerField(read_only=True)
    updated_at = Moment(read_only=True)
    deleted_at = Moment(read_only=True, allow_null=True)


def tell(request: Request, diarist: Diarist, changes: Iterable[Change], stale: bool) -> list[dict]:
    """Changes with their content, in order. One that was overtaken meanwhile comes at its new place."""
    changes = list(changes)
    ids: dict[str, list[UUID]] = {}
    for change in changes:
        ids.setdefault(change.kind, []).append(change.id)
    rows = {kind: _read(kind)(request, diarist, wanted, stale) for kind, wanted in ids.items()}
    found = ((change, rows[change.kind].get(change.id)) for change in changes)
    return [
        _shown(change.kind, *row) for change, row in found if row is not None and row[1] == change.revision
    ]


def _shown(kind: str, id: str, revision: int, data: dict | None) -> dict:
    return {"type": kind, "id": id, "revision": revision, "deleted": data is None, "data": data}


def _read(kind: str) -> Callable[[Request, Diarist, list[UUID], bool], dict[UUID, Told]]:
    own = {"profile": _profile, "foods": _foods, "days": _days, "gaps": _gaps, "advice": _advice}
    return own.get(kind) or _entries(kind)


def _entries(kind: str) -> Callable[..., dict[UUID, Told]]:
    def read(request: Request, diarist: Diarist, ids: list[UUID], stale: bool) -> dict[UUID, Told]:
        view = RESOURCES[kind](request=request)
        return {
            row.pk: (str(row.pk), row.revision, None if row.deleted_at else view.shown(row))
            for row in view.all_rows().filter(pk__in=ids)
        }

    return read


def _profile(request: Request, diarist: Diarist, ids: list[UUID], stale: bool) -> dict[UUID, Told]:
    now = Diarist.objects.select_related("user").get(pk=diarist.pk)
    return {id: (ME, now.profile_revision, profile_of(now)) for id in ids}


def _foods(request: Request, diarist: Diarist, ids: list[UUID], stale: bool) -> dict[UUID, Told]:
    rows = Food.objects.filter(owner_id=diarist.user_id, pk__in=ids).with_parts()
    return {
        row.pk: (str(row.pk), row.revision, None if row.deleted_at else FoodShape.told(row)) for row in rows
    }


def _days(request: Request, diarist: Diarist, ids: list[UUID], stale: bool) -> dict[UUID, Told]:
    rows = DayMark.objects.of(diarist).filter(pk__in=ids)
    return {row.pk: (row.date.isoformat(), row.revision, mark_of(row)) for row in rows}


def mark_of(mark: DayMark) -> dict | None:
    """What is said of a whole day, by the names of `days/{date}/`; nothing if that was taken back."""
    if mark.deleted_at:
        return None
    return MarkShape.told(mark)


def _gaps(request: Request, diarist: Diarist, ids: list[UUID], stale: bool) -> dict[UUID, Told]:
    told = list(ToldGaps.objects.filter(diarist=diarist, pk__in=ids))
    found = _gaps_of(diarist, {row.as_of for row in told if row.deleted_at is None})
    effects = flags.suppressions(diarist, entries.today(diarist))
    return {
        row.pk: (f"{row.as_of}/{row.window_days}", row.revision, _gaps_data(row, found, effects, stale))
        for row in told
    }


def _gaps_of(diarist: Diarist, as_ofs: set[date]) -> dict[tuple[date, int], list[NutrientGap]]:
    by_window: dict[tuple[date, int], list[NutrientGap]] = {}
    for gap in findings.all_gaps_of(diarist, as_ofs):
        by_window.setdefault((gap.as_of, gap.window_days), []).append(gap)
    return by_window


def _gaps_data(row: ToldGaps, found: dict, effects: Effects, stale: bool) -> dict[str, Any] | None:
    if row.deleted_at:
        return None
    gaps = found.get((row.as_of, row.window_days), [])
    return {
        "as_of": row.as_of,
        "window_days": row.window_days,
        "stale": stale,
        "nutrients": [gap_of(gap, effects) for gap in gaps],
    }


def _advice(request: Request, diarist: Diarist, ids: list[UUID], stale: bool) -> dict[UUID, Told]:
    shown = {card.id: cards.shown(card) for card in advice.cards_to_tell(diarist, ids)}
    rows = Advice.objects.of(diarist).filter(pk__in=ids).values_list("pk", "revision")
    return {id: (str(id), revision, shown.get(id)) for id, revision in rows}
