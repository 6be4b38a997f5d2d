"""Compute what the entries of a diary amount to: days, gaps, advice. Loads pandas; imported by tasks alone.

    review_stale(diarist_id) -> bool          the days that changed, and a day begun; False if none
    review_as_of(diarist_id, as_of) -> bool   the gaps of the windows that end on a day somebody asked for
    sweep() -> int                            what is still stale, whoever lost the first request
    review_apart(diarist_id) -> bool          one of many (`nights`): trouble with it is logged; False then
    recompute(diarist) -> Changes             everything anew from the entries; what was not as stored

What is due stands in the database: a `StaleDay` for each day that changed after its last review. A review
reads and computes without holding anything up, then writes in one short transaction in which the diary is
locked. If another review stored something in between, this one starts again; a day touched in between stays
stale. So reviews may run twice, at once, or be killed at any point: what is stored is always one whole
review. Rows that come out as they were are not written again.

Personal links (`patterns`) are looked for within a review, at most once in 14 days.

Gaps are kept for today and for the last days of the 13 weeks before, over 7, 14, 28 and 90 days. Those of
other days are made when asked for, and forgotten when the diary changes.
"""

import time
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any

import pandas as pd
import structlog
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from journal import advice, eaten, frames, patterns, people, revisions
from journal.calc import days, gaps, plausibility
from journal.calc.crampdays import DAYS_BETWEEN
from journal.calc.gaps import Assessment, Gap
from journal.calc.plausibility import ADULT_YEARS
from journal.eaten import Logged
from journal.models import (
    DailyIntake,
    DayMark,
    Diarist,
    Dose,
    Meal,
    NutrientGap,
    ReviewState,
    StaleDay,
    ToldGaps,
    WaterIntake,
)
from nutrients.calc.requirement import Need, Person, age_in_months, age_in_years, needs, noting_changes
from nutrients.codes import LifeStage
from spasmlog import fatal

log = structlog.get_logger(__name__)

WINDOWS = (7, 14, 28, 90)
"""Lengths of the windows that gaps are computed for. [d]"""
LONGEST = timedelta(days=max(WINDOWS) - 1)
WEEKS_KEPT = 13
"""Completed weeks whose last day has gaps, beside today: as many as the longest window spans."""
VERSION = 3
"""Of the way gaps are computed; kept with each."""
MOST_ATTEMPTS = 5
SWEEP_AFTER = timedelta(seconds=5)
"""How long a day may wait before the sweep takes it: the request made with the save usually comes first."""
LONGEST_SWEEP = 15.0
"""Less than the time to the next one, so that one process at a time is at it. [s]"""
MOST_SWEPT = 1000
"""Diaries that one sweep looks at: where more wait, `nights` shares them out."""


# Verbs ----------------------------------------------------------------------------------------


def review_stale(diarist_id: int) -> bool:
    """Review the days of one diary that changed, and begin today if no review has seen it.

    Returns whether anything was due. Safe to run twice, at once, or to be killed; a diary over which one
    process after the other ended is left alone for a while.
    """
    with fatal.attempt(f"review:{diarist_id}") as may:
        return may and _review(diarist_id, lambda begun: begun if begun.is_due else None) is not None


def review_as_of(diarist_id: int, as_of: date) -> bool:
    """Compute and keep the gaps of the windows that end on `as_of`. Returns whether it stored them."""
    for _attempt in range(MOST_ATTEMPTS):
        begun = _begin(diarist_id)
        if begun is None or as_of > begun.today:
            return False
        if _store_gaps_alone(begun, _gap_rows(begun, [as_of], {})):
            return True
    return _gave_up(diarist_id)


def sweep(seconds: float = LONGEST_SWEEP) -> int:
    """Review diaries with a day that has waited too long, for a while at most; returns how many went well."""
    now = timezone.now()
    late = Q(since__lt=now - SWEEP_AFTER) | Q(since__gt=now)  # still to come: the clock was set back
    waiting = StaleDay.objects.filter(late).order_by("diarist_id").values_list("diarist_id", flat=True)
    ends, well = time.monotonic() + seconds, 0
    for diarist_id in list(waiting.distinct()[:MOST_SWEPT]):
        if time.monotonic() > ends:
            break
        well += review_apart(diarist_id)
    return well


def recompute(diarist: Diarist) -> "Changes":
    """Compute everything anew from the entries, and say which stored rows were not as they should be."""
    return _review(diarist.pk, lambda begun: begun.with_days(_every_day(begun.diarist))) or Changes()


# How a review goes ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Begun:
    """What a review starts from: the diary and its stale days as they were at that moment."""

    diarist: Diarist
    today: date
    state: tuple[int, datetime | None] | None
    """Revision and time of the last review, to see whether another one was stored meanwhile."""
    reviewed_on: date | None
    stale: Mapping[date, int]
    """Stale days and the revision that touched each."""
    also: frozenset[date] = frozenset()
    """Days to compute beside the stale ones."""
    turned: frozenset[date] = frozenset()
    """Days that were over at the last review and are not now, or the other way round."""
    links_due_on: date | None = None
    """From this day on personal links may be looked for; None: never yet."""

    @property
    def links_are_due(self) -> bool:
        """Also where the clock was ahead when they were looked for, and they would not be for as long."""
        due, longest = self.links_due_on, timedelta(days=DAYS_BETWEEN)
        return due is None or not self.today < due <= self.today + longest

    @property
    def is_due(self) -> bool:
        return bool(self.stale) or self.reviewed_on != self.today

    @property
    def days(self) -> list[date]:
        """What to compute: also the day that was running at the last review, which may now look finished."""
        return sorted({*self.stale, *self.also, *self.turned})

    def with_days(self, also: Iterable[date]) -> "Begun":
        return replace(self, also=frozenset(also))

    @cached_property
    def person(self) -> "_Person":
        return _Person(self.diarist)


@dataclass
class Changes:
    """How many rows a review wrote, and how many it took away."""

    written: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.written.values()) + sum(self.removed.values())


def _review(diarist_id: int, choose: Any) -> Changes | None:
    """Compute and store, again if another review came between; None if `choose` finds nothing to do."""
    for _attempt in range(MOST_ATTEMPTS):
        begun = _begin(diarist_id)
        begun = choose(begun) if begun else None
        if begun is None:
            return None
        daily = _day_rows(begun, begun.days)
        gap_rows = _gap_rows(begun, _due(begun, daily), daily)
        look = patterns.look(begun.diarist, begun.today, daily) if begun.links_are_due else None
        changes = _store(begun, daily, gap_rows, look)
        if changes is not None:
            return changes
    _gave_up(diarist_id)
    return None


def review_apart(diarist_id: int) -> bool:
    """Review one of many, and return whether it went well: trouble must not keep the others waiting."""
    try:
        review_stale(diarist_id)
    except Exception:
        log.exception("review_failed", diarist=diarist_id)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()  # where it was cut, the next diary gets a new one
        return False
    return True


def _gave_up(diarist_id: int) -> bool:
    """Others store faster than this review computes. Its days stay stale, and the sweep comes back."""
    log.warning("review_put_off", diarist=diarist_id)
    return False


def _begin(diarist_id: int) -> Begun | None:
    """Read what is due; None if there is no such diarist (any more). The revision is read before all else."""
    diarist = (
        Diarist.objects.select_related("review_state")
        .prefetch_related("lifestageperiod_set")
        .filter(pk=diarist_id)
        .first()
    )
    if diarist is None:
        return None
    state = getattr(diarist, "review_state", None)
    today, reviewed_on = _day_at(timezone.now(), diarist), state.reviewed_on if state else None
    return Begun(
        diarist,
        today=today,
        state=(state.revision, state.reviewed_at) if state else None,
        reviewed_on=reviewed_on,
        stale=dict(StaleDay.objects.filter(diarist=diarist).values_list("date", "version")),
        turned=_turned(diarist, reviewed_on, today),
        links_due_on=state.links_due_on if state else None,
    )


def _turned(diarist: Diarist, reviewed_on: date | None, today: date) -> frozenset[date]:
    """The stored days from one day to another, whichever comes first: a clock may have been set back."""
    if reviewed_on is None or reviewed_on == today:
        return frozenset()
    first, after = sorted((reviewed_on, today))
    rows = DailyIntake.objects.filter(diarist=diarist, date__gte=first, date__lt=after)
    return frozenset(rows.values_list("date", flat=True))


def _day_at(now: datetime, diarist: Diarist) -> date:
    return days.local_day(now, diarist.tz, diarist.day_start)


def _every_day(diarist: Diarist) -> set[date]:
    """Each day with an entry that counts, a mark, or a stored row."""
    found = {
        *DayMark.objects.of(diarist).values_list("date", flat=True),
        *DailyIntake.objects.filter(diarist=diarist).values_list("date", flat=True),
    }
    for model in (Meal, WaterIntake, Dose):
        found.update(model.objects.of(diarist).values_list("local_date", flat=True).order_by().distinct())
    return found


# Days -----------------------------------------------------------------------------------------


def _day_rows(begun: Begun, dates: list[date]) -> dict[date, DailyIntake | None]:
    """What each day held, as a row that is not stored yet; None for a day with nothing in it."""
    rows: dict[date, DailyIntake | None] = dict.fromkeys(dates)
    if not dates:
        return rows
    entries = eaten.eaten([begun.diarist], dates)
    held = {day: eaten.day_columns(one) for (_diarist, day), one in eaten.apart(entries).items()}
    logged = {day: one for (_diarist, day), one in eaten.by_day(entries).items()}
    for day, status in _statuses(begun, logged, held).items():
        rows[day] = _day_row(begun, day, status, logged[day], held[day])
    return rows


def _day_row(begun: Begun, day: date, status: str, logged: Logged, held: dict[str, Any]) -> DailyIntake:
    row = DailyIntake(diarist=begun.diarist, date=day, status=status, revision=begun.diarist.revision)
    row.occasions, _span = plausibility.eating_occasions(logged.meals)
    row.drinks_ml = float(logged.drinks_ml)
    for name, value in held.items():
        setattr(row, name, value)
    return row


def _statuses(
    begun: Begun, logged: Mapping[date, Logged], held: Mapping[date, dict[str, Any]]
) -> dict[date, str]:
    """The status of each day, with the body and the age of the person on that day."""
    found: dict[date, str] = {}
    person = begun.person
    body = {day: (person.bmr_on(day), person.adult_on(day)) for day in logged}
    for (bmr, adult), alike in groupby(logged, key=body.__getitem__):
        some = list(alike)
        meals = [plausibility.eating_occasions(logged[day].meals) for day in some]
        verdict = plausibility.day_statuses(
            finished=[logged[day].finished for day in some],
            fasting=[logged[day].fasting for day in some],
            items=[held[day]["items"] for day in some],
            doses=[logged[day].doses for day in some],
            energy_kcal=[held[day]["energy_kcal"] for day in some],
            occasions=[occasions for occasions, _span in meals],
            span_h=[span for _occasions, span in meals],
            over=[day < begun.today for day in some],
            bmr=bmr,
            adult=adult,
        )
        found |= dict(zip(some, verdict.status.tolist(), strict=True))
    return found


class _Person:
    """The diarist on each day: body, age, life stage, and the references that follow from these."""

    def __init__(self, diarist: Diarist):
        self.diarist = diarist
        self.weights = frames.weights(diarist)
        self._needs: dict[tuple[str, int | None], dict[str, Need]] = {}

    @cached_property
    def tables(self) -> tuple[list, list, list]:
        stages = [LifeStage.GENERAL, *(period.stage for period in self.diarist.lifestageperiod_set.all())]
        references = frames.references(self.diarist.authority, stages)
        return references, frames.variations(), frames.targets(self.diarist)

    def years_on(self, day: date) -> int | None:
        return age_in_years(self.diarist.birth_date, day) if self.diarist.birth_date else None

    def adult_on(self, day: date) -> bool:
        years = self.years_on(day)
        return years is None or years >= ADULT_YEARS

    def weight_on(self, day: date) -> float | None:
        """The latest body weight logged up to a day. [kg]"""
        known = bisect_right(self.weights, day, key=lambda weight: weight[0])
        return self.weights[known - 1][1] if known else None

    def bmr_on(self, day: date) -> float | None:
        height = self.diarist.height_cm
        return plausibility.bmr_kcal(
            self.diarist.sex, self.weight_on(day), float(height) if height else None, self.years_on(day)
        )

    def needs_on(self, day: date) -> dict[str, Need]:
        """What holds on a day; the same for all days of one life stage and month of age."""
        born, stage = self.diarist.birth_date, people.life_stage(self.diarist, day)
        months = age_in_months(born, day) if born else None
        if (stage, months) not in self._needs:
            references, variations, targets = self.tables
            person = Person(born, self.diarist.sex, stage, self.diarist.authority)
            self._needs[stage, months] = needs(references, variations, person, day, targets)
        return self._needs[stage, months]


# Gaps -----------------------------------------------------------------------------------------


def kept_days(today: date, week_start: int) -> list[date]:
    """The days whose gaps are kept: today, and the last days of the weeks before, latest first."""
    this_week = days.week_start(today, week_start)
    return [today, *(this_week - timedelta(days=1, weeks=n) for n in range(WEEKS_KEPT))]


def _due(begun: Begun, daily: Mapping[date, DailyIntake | None]) -> list[date]:
    """Today, and those of the other kept days whose windows hold a changed day, or that have no gaps yet."""
    today, *ends = kept_days(begun.today, begun.diarist.week_start)
    stored = NutrientGap.objects.filter(diarist=begun.diarist, as_of__in=ends).order_by()
    there = set(stored.values_list("as_of", flat=True).distinct())
    missing = [end for end in ends if end not in there]
    touched = [end for end in ends if end in there and _any_within(daily, end)]
    return [today, *touched, *_with_a_diary(begun.diarist, missing, daily)]


def _any_within(dates: Iterable[date], as_of: date) -> bool:
    return any(as_of - LONGEST <= day <= as_of for day in dates)


def _with_a_diary(diarist: Diarist, ends: list[date], daily: Mapping[date, DailyIntake | None]) -> list[date]:
    """Those days before which something was logged: for the others there is nothing to say."""
    if not ends:
        return []
    known = DailyIntake.objects.filter(diarist=diarist, date__range=(min(ends) - LONGEST, max(ends)))
    dates = {*known.values_list("date", flat=True), *(day for day, row in daily.items() if row)}
    return [end for end in ends if _any_within(dates, end)]


def _gap_rows(
    begun: Begun, as_ofs: list[date], daily: Mapping[date, DailyIntake | None]
) -> dict[date, list[NutrientGap]]:
    """Gaps over all windows that end on each of these days, as rows that are not stored yet."""
    frame = frames.known_days(begun.diarist, min(as_ofs) - LONGEST, max(as_ofs), daily)
    return {as_of: list(_gaps_as_of(begun, as_of, frame)) for as_of in as_ofs}


def _gaps_as_of(begun: Begun, as_of: date, frame: pd.DataFrame) -> Iterable[NutrientGap]:
    person = begun.person
    need, bmr = person.needs_on(as_of), person.bmr_on(as_of)
    longest = gaps.days_in_window(frame, frames.ASSESSED, as_of, max(WINDOWS))
    for length in WINDOWS:
        first, _last = days.window(as_of, length)
        assessed = gaps.assess_days(
            longest.last(length),
            noting_changes(need, person.needs_on(first)),
            as_of,
            bmr_kcal=bmr,
            nutrients=frames.ASSESSED,
            person=begun.diarist.pk,
        )
        yield from (_gap_row(begun, assessed, gap) for gap in assessed.nutrients)


def _gap_row(begun: Begun, assessed: Assessment, gap: Gap) -> NutrientGap:
    found = {name: getattr(gap, name) for name in GAP_PARTS}
    evidence = {**found.pop("evidence"), "days_usable": assessed.days_usable, "version": VERSION}
    reference = found.pop("reference") or {}
    return NutrientGap(
        diarist=begun.diarist,
        as_of=assessed.as_of,
        window_days=assessed.window_days,
        reference=reference,
        reference_amount=reference.get("amount"),
        method=found.pop("method") or "",
        band=found.pop("band") or "",
        evidence=evidence,
        revision=begun.diarist.revision,
        **found,
    )


# Storing --------------------------------------------------------------------------------------

OWN_FIELDS = {"id", "diarist", "revision", "computed_at"}
"""Fields that say who, or when, and not what was found."""
DAY_FIELDS = [f.name for f in DailyIntake._meta.concrete_fields if f.name not in OWN_FIELDS | {"date"}]
GAP_PARTS = [part.name for part in fields(Gap)]
GAP_KEY = ("as_of", "window_days", "nutrient", "kind")
GAP_FIELDS = [f.name for f in NutrientGap._meta.concrete_fields if f.name not in {*OWN_FIELDS, *GAP_KEY}]
STAMP = ["revision", "computed_at"]


@transaction.atomic
def _store(
    begun: Begun,
    daily: Mapping[date, DailyIntake | None],
    gap_rows: Mapping[date, list[NutrientGap]],
    look: patterns.Look | None,
) -> Changes | None:
    """Write what was found, all of it or nothing; None if another review was stored since this one began."""
    if not _still_ours(begun):
        return None
    changes = Changes()
    _store_days(begun.diarist, daily, changes)
    _tell_phones(begun, _store_gaps(begun.diarist, gap_rows, changes))
    kept = kept_days(begun.today, begun.diarist.week_start)
    _remove(NutrientGap.objects.filter(diarist=begun.diarist).exclude(as_of__in=kept), changes)
    if look:
        patterns.keep(begun.diarist, look)
    today = gap_rows[begun.today]
    advice.update(begun.diarist, advice.facts_about(begun.diarist, begun.today, today), begun.today)
    _no_longer_stale(begun)
    _reviewed(begun, look.due_on if look else begun.links_due_on)
    log.info("reviewed", diarist=begun.diarist.pk, days=len(daily), as_of=len(gap_rows), rows=changes.total)
    return changes


@transaction.atomic
def _store_gaps_alone(begun: Begun, gap_rows: Mapping[date, list[NutrientGap]]) -> bool:
    if not _still_ours(begun):
        return False
    changed = _store_gaps(begun.diarist, gap_rows, Changes())
    if begun.today in gap_rows:
        _tell_phones(begun, changed)
    return True


def _still_ours(begun: Begun) -> bool:
    """Lock the diary, and see whether the last review is still the one this one began after."""
    if not Diarist.objects.select_for_update(no_key=True).filter(pk=begun.diarist.pk).values("pk").first():
        return False
    state = ReviewState.objects.filter(pk=begun.diarist.pk).values_list("revision", "reviewed_at").first()
    return state == begun.state


def _store_days(diarist: Diarist, daily: Mapping[date, DailyIntake | None], changes: Changes) -> None:
    stored = {row.date: row for row in DailyIntake.objects.filter(diarist=diarist, date__in=daily)}
    fresh = [row for day, row in daily.items() if row and not _alike(row, stored.get(day), DAY_FIELDS)]
    DailyIntake.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["diarist", "date"], update_fields=[*DAY_FIELDS, *STAMP]
    )
    changes.written["days"] = len(fresh)
    gone = [stored[day].pk for day, row in daily.items() if row is None and day in stored]
    _remove(DailyIntake.objects.filter(pk__in=gone), changes)


def _store_gaps(
    diarist: Diarist, found: Mapping[date, list[NutrientGap]], changes: Changes
) -> set[tuple[date, int]]:
    """Write the gaps that are not as stored; returns the windows they belong to, by last day and length."""
    stored = {_gap_key(row): row for row in NutrientGap.objects.filter(diarist=diarist, as_of__in=found)}
    wanted = {_gap_key(row): row for rows in found.values() for row in rows}
    fresh = [row for key, row in wanted.items() if not _alike(row, stored.get(key), GAP_FIELDS)]
    NutrientGap.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["diarist", *GAP_KEY], update_fields=[*GAP_FIELDS, *STAMP]
    )
    changes.written["gaps"] = len(fresh)
    gone = [row for key, row in stored.items() if key not in wanted]
    _remove(NutrientGap.objects.filter(pk__in=[row.pk for row in gone]), changes)
    return {(row.as_of, row.window_days) for row in [*fresh, *gone]}


def _tell_phones(begun: Begun, changed: Collection[tuple[date, int]]) -> None:
    """Put those of today's gaps that became others under a revision of this moment, and take those of
    another day out of what phones keep. The revision that the review began at is older than what phones may
    have read since."""
    diarist, today = begun.diarist, {(begun.today, length) for length in WINDOWS}
    live = ToldGaps.objects.filter(diarist=diarist, deleted_at=None).values_list("as_of", "window_days")
    told = set(live)
    new, over = (today - told) | (today & set(changed)), told - today
    if not new | over:
        return
    now, revision = timezone.now(), revisions.next_of(diarist.pk)
    rows = [
        ToldGaps(
            diarist=diarist, as_of=as_of, window_days=length, revision=revision,
            deleted_at=now if (as_of, length) in over else None,
        )
        for as_of, length in sorted(new | over)
    ]  # fmt: skip
    ToldGaps.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["diarist", "as_of", "window_days"],
        update_fields=["revision", "deleted_at"],
    )  # fmt: skip


def _gap_key(row: NutrientGap) -> tuple:
    return tuple(getattr(row, name) for name in GAP_KEY)


def _alike(row: models.Model, stored: models.Model | None, names: list[str]) -> bool:
    return stored is not None and all(getattr(row, name) == getattr(stored, name) for name in names)


def _remove(rows: models.QuerySet, changes: Changes) -> None:
    count, _by_model = rows.delete()
    name = rows.model._meta.model_name
    changes.removed[name] = changes.removed.get(name, 0) + count


def _reviewed(begun: Begun, links_due_on: date | None) -> None:
    """Remember how far this review has come, in one statement."""
    state = ReviewState(
        diarist=begun.diarist,
        revision=begun.diarist.revision,
        reviewed_on=begun.today,
        reviewed_at=timezone.now(),
        links_due_on=links_due_on,
    )
    ReviewState.objects.bulk_create(
        [state],
        update_conflicts=True,
        unique_fields=["diarist"],
        update_fields=["revision", "reviewed_on", "reviewed_at", "links_due_on"],
    )


def _no_longer_stale(begun: Begun) -> None:
    """Forget the days reviewed. One touched since has another version, and stays."""
    now = StaleDay.objects.filter(diarist=begun.diarist).values_list("pk", "date", "version")
    done = [pk for pk, day, version in now if begun.stale.get(day) == version]
    StaleDay.objects.filter(pk__in=done).delete()
