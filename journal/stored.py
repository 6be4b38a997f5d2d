"""Write what a review found: days, gaps, links, cards, and how far it has come. All in one transaction.

Many diaries are stored together, in as many statements as one. Each is locked first, and left out if another
review of it was stored since this one began. Rows that come out as they were are not written again.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import structlog
from django.db import models, transaction
from django.utils import timezone

from journal import advice, patterns, revisions
from journal.assessed import WINDOWS, Daily, Finding, GapRows, kept_days, with_gaps
from journal.begun import Begun
from journal.models import DailyIntake, Diarist, NutrientGap, ReviewState, StaleDay, ToldGaps
from spasmlog import streams

log = structlog.get_logger(__name__)

OWN_FIELDS = {"id", "diarist", "revision", "computed_at"}
"""Fields that say who, or when, and not what was found."""
DAY_FIELDS = [f.name for f in DailyIntake._meta.concrete_fields if f.name not in OWN_FIELDS | {"date"}]
GAP_KEY = Finding._fields[:5]
STAMP = ["revision", "computed_at"]
SAME_NUMBER = 1e-9
"""Relative difference below which a stored number is what was computed: the last digits of a sum depend on
the machine and on its numpy."""


@dataclass
class Changes:
    """How many rows of one diary a review wrote, and how many it took away."""

    written: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)

    def has_removed(self, name: str, count: int) -> None:
        self.removed[name] = self.removed.get(name, 0) + count

    @property
    def total(self) -> int:
        return sum(self.written.values()) + sum(self.removed.values())


@transaction.atomic
def store(
    begun: Sequence[Begun], daily: Daily, gap_rows: GapRows, looks: Mapping[int, patterns.Look]
) -> dict[int, Changes]:
    """Write what was found, all of it or nothing; returns what changed in those that were stored.

    Left out is whoever is gone, or was reviewed by another since this review began.
    """
    begun = still_ours(begun)
    changes = {one.pk: Changes() for one in begun}
    _store_days(begun, daily, changes)
    _tell_phones(begun, _store_gaps(begun, gap_rows, changes))
    _forget_other_days(begun, changes)
    patterns.keep({one.pk: looks[one.pk] for one in begun if one.pk in looks})
    _store_cards(begun, gap_rows)
    _no_longer_stale(begun)
    _reviewed(begun, looks)

    def tell() -> None:
        for one in begun:
            log.info(
                "reviewed", diarist=one.pk, days=len(daily[one.pk]), as_of=len(gap_rows[one.pk]),
                rows=changes[one.pk].total,
            )  # fmt: skip

    transaction.on_commit(tell)  # `verify` computes and takes it all back: that was no review
    return changes


@transaction.atomic
def store_gaps_alone(begun: Begun, gap_rows: GapRows) -> bool:
    """Write the gaps of some days and nothing else; False where another review came between."""
    if not still_ours([begun]):
        return False
    changed = _store_gaps([begun], gap_rows, {begun.pk: Changes()})
    if begun.today in gap_rows[begun.pk]:
        _tell_phones([begun], changed)
    return True


def still_ours(begun: Iterable[Begun]) -> list[Begun]:
    """Lock the diaries, and keep those whose last review is still the one that these began after."""
    pks = [one.pk for one in begun]
    held = Diarist.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    there = set(held.values_list("pk", flat=True))
    states = ReviewState.objects.filter(pk__in=pks).values_list("pk", "revision", "reviewed_at")
    state = {pk: (revision, at) for pk, revision, at in states}
    return [one for one in begun if one.pk in there and state.get(one.pk) == one.state]


# Days and gaps --------------------------------------------------------------------------------


def _store_days(begun: Sequence[Begun], daily: Daily, changes: dict[int, Changes]) -> None:
    asked = {one.pk: daily[one.pk] for one in begun}
    stored = {
        (row.diarist_id, row.date): row for rows in _rows_there(DailyIntake, "date", asked) for row in rows
    }
    fresh, gone = [], []
    for one in begun:
        for day, row in daily[one.pk].items():
            there = stored.get((one.pk, day))
            if row and not _alike(row, there, DAY_FIELDS):
                fresh.append(row)
            elif there and row is None:
                gone.append(there)
    if fresh:
        names = ["diarist_id", "date", *DAY_FIELDS, *STAMP]
        rows = [[getattr(row, name) for name in names] for row in fresh]
        streams.replace(DailyIntake, names, rows, unique=["diarist_id", "date"])
    _count(changes, "days", fresh)
    _remove(gone, changes)


Window = tuple[date, int]
"""The last day and the length. [d]"""


def _store_gaps(
    begun: Sequence[Begun], found: GapRows, changes: dict[int, Changes]
) -> dict[int, set[Window]]:
    """Write the gaps that are not as stored; returns the windows they belong to, by diarist.

    Those that are new are streamed: nobody else writes any while the diary is held.
    """
    asked = {one.pk: found[one.pk] for one in begun}
    stored = dict(_findings_there(asked))
    wanted = {row.key: row for pk in asked for rows in found[pk].values() for row in rows}
    new = [row for key, row in wanted.items() if key not in stored]
    changed = [
        row for key, row in wanted.items() if key in stored and not _same(row.content, stored[key][1].content)
    ]
    gone = {number: row for key, (number, row) in stored.items() if key not in wanted}
    streams.write(NutrientGap, Finding._fields, new)
    if changed:
        names, now = [*Finding._fields, "computed_at"], timezone.now()
        streams.replace(NutrientGap, names, ((*row, now) for row in changed), unique=GAP_KEY)
    _count(changes, "gaps", [*new, *changed])
    if gone:
        NutrientGap.objects.filter(pk__in=gone).delete()
    windows: dict[int, set[Window]] = {pk: set() for pk in asked}
    for row in gone.values():
        changes[row.diarist_id].has_removed("nutrientgap", 1)
    for row in (*new, *changed, *gone.values()):
        windows[row.diarist_id].add((row.as_of, row.window_days))
    return windows


def _findings_there(asked: Mapping[int, Collection[date]]) -> Iterable[tuple[tuple, tuple[int, Finding]]]:
    """What is stored of these days of each diary, with the number of each row, by what it is about."""
    for rows in _rows_there(NutrientGap, "as_of", asked):
        for number, *row in rows.values_list("pk", *Finding._fields):
            found = Finding(*row)
            yield found.key, (number, found)


def _rows_there(model: Any, name: str, asked: Mapping[int, Collection[date]]) -> Iterable[models.QuerySet]:
    """The stored rows of these days of each diary; diaries of which the same days are asked for together."""
    alike: dict[frozenset[date], list[int]] = {}
    for pk, dates in asked.items():
        alike.setdefault(frozenset(dates), []).append(pk)
    for dates, pks in alike.items():
        if dates:
            yield model.objects.filter(diarist__in=pks, **{f"{name}__in": dates}).order_by()


def _forget_other_days(begun: Sequence[Begun], changes: dict[int, Changes]) -> None:
    """Remove gaps of days that are none of those that are kept."""
    kept = {one.pk: kept_days(one.today, one.diarist.week_start) for one in begun}
    over: dict[frozenset[date], list[int]] = {}
    for pk, there in with_gaps(kept).items():
        if others := there.difference(kept[pk]):
            over.setdefault(frozenset(others), []).append(pk)
    for others, pks in over.items():
        gone = NutrientGap.objects.filter(diarist__in=pks, as_of__in=others).order_by()
        for pk, count in gone.values_list("diarist").annotate(models.Count("pk")):
            changes[pk].has_removed("nutrientgap", count)
        gone.delete()


def _tell_phones(begun: Sequence[Begun], changed: Mapping[int, set[Window]]) -> None:
    """Put those of today's gaps that became others under a revision of this moment, and take those of
    another day out of what phones keep. The revision that the review began at is older than what phones may
    have read since."""
    live = ToldGaps.objects.filter(diarist__in=[one.pk for one in begun], deleted_at=None).order_by()
    told: dict[int, set[Window]] = {one.pk: set() for one in begun}
    for pk, as_of, length in live.values_list("diarist_id", "as_of", "window_days"):
        told[pk].add((as_of, length))
    new, over = {}, {}
    for one in begun:
        today, there = {(one.today, length) for length in WINDOWS}, told[one.pk]
        new[one.pk], over[one.pk] = (today - there) | (today & changed[one.pk]), there - today
    now, revision = timezone.now(), revisions.forward_all([pk for pk in told if new[pk] | over[pk]])
    rows = [
        (uuid4(), pk, as_of, length, revision[pk], now if (as_of, length) in over[pk] else None)
        for pk in revision
        for as_of, length in sorted(new[pk] | over[pk])
    ]
    if rows:
        news = ["revision", "deleted_at"]
        names = ["id", "diarist_id", "as_of", "window_days", *news]
        streams.replace(ToldGaps, names, rows, unique=names[1:4], update=news)


def _alike(row: models.Model, stored: models.Model | None, names: list[str]) -> bool:
    if stored is None:
        return False
    return all(_same(getattr(row, name), getattr(stored, name)) for name in names)


def _same(one: Any, other: Any) -> bool:
    """The same but for the last digits of numbers."""
    if one == other:
        return True
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=SAME_NUMBER)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return False


def _remove(rows: Collection[Any], changes: dict[int, Changes]) -> None:
    if not rows:
        return
    model = type(next(iter(rows)))
    model.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        changes[row.diarist_id].has_removed(model._meta.model_name, 1)


def _count(changes: dict[int, Changes], name: str, rows: Iterable[Any]) -> None:
    for one in changes.values():
        one.written.setdefault(name, 0)
    for row in rows:
        changes[row.diarist_id].written[name] += 1


# Cards, and how far it has come ---------------------------------------------------------------


def _store_cards(begun: Sequence[Begun], gap_rows: GapRows) -> None:
    by_day: dict[date, list[Begun]] = {}
    for one in begun:
        by_day.setdefault(one.today, []).append(one)
    for today, some in by_day.items():
        diarists = [one.diarist for one in some]
        facts = advice.facts_of_many(diarists, today, {one.pk: gap_rows[one.pk][today] for one in some})
        advice.update_many(diarists, facts, today)


def _no_longer_stale(begun: Sequence[Begun]) -> None:
    """Forget the days reviewed. One touched since has another version, and stays."""
    reviewed = {one.pk: one.stale for one in begun if one.stale}
    if not reviewed:
        return
    now = StaleDay.objects.filter(diarist__in=reviewed).order_by()
    done = [
        pk for pk, whose, day, version in now.values_list("pk", "diarist_id", "date", "version")
        if reviewed[whose].get(day) == version
    ]  # fmt: skip
    StaleDay.objects.filter(pk__in=done).delete()


def _reviewed(begun: Sequence[Begun], looks: Mapping[int, patterns.Look]) -> None:
    """Remember how far these reviews have come, in one statement."""
    now = timezone.now()
    states = [
        ReviewState(
            diarist=one.diarist,
            revision=one.diarist.revision,
            reviewed_on=one.today,
            reviewed_at=now,
            links_due_on=looks[one.pk].due_on if one.pk in looks else one.links_due_on,
        )
        for one in begun
    ]
    if states:
        ReviewState.objects.bulk_create(
            states,
            update_conflicts=True,
            unique_fields=["diarist"],
            update_fields=["revision", "reviewed_on", "reviewed_at", "links_due_on"],
        )
