"""What diaries amount to, as rows that are not stored yet: their days, and the gaps of their windows.

day_rows(begun)              what each day held that is due, by diarist and day
due(begun, daily)            the days whose gaps are to be computed, by diarist
gap_rows(begun, due, daily)  those gaps, by diarist and day

Everything is done for many diaries together: read in a few statements, and judged in one call for each
window. Each gets the same as alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from journal import eaten, frames
from journal.begun import Begun
from journal.calc import days, gaps, plausibility
from journal.calc.gaps import Assessment, Gap, Someone
from journal.calc.totals import DaysInWindow, days_in_window
from journal.eaten import Logged
from journal.models import DailyIntake, NutrientGap
from nutrients.calc.requirement import noting_changes

WINDOWS = (7, 14, 28, 90)
"""Lengths of the windows that gaps are computed for. [d]"""
LONGEST = timedelta(days=max(WINDOWS) - 1)
WEEKS_KEPT = 13
"""Completed weeks whose last day has gaps, beside today: as many as the longest window spans."""
TOGETHER = 200
"""Windows that end on some day, of some diary, which are assessed in one call: as large as memory likes."""
VERSION = 3
"""Of the way gaps are computed; kept with each."""


class Finding(NamedTuple):
    """A row of `NutrientGap` as it is stored: the fields of the model but its key, in their order."""

    diarist_id: int
    as_of: date
    window_days: int
    nutrient: str
    kind: str
    reference_amount: float | None
    reference: dict[str, Any]
    method: str
    mean: float | None
    lower: float | None
    upper: float | None
    interval: list[float] | None
    coverage: float | None
    days_used: int
    days_in_window: int
    days_needed: int | None
    probability_adequate: float | None
    confidence_above: float | None
    band: str
    reasons: list[str]
    evidence: dict[str, Any]
    revision: int

    @property
    def key(self) -> tuple:
        """What it is about."""
        return self[:5]

    @property
    def content(self) -> tuple:
        """What was found."""
        return self[5:-1]


Daily = dict[int, dict[date, DailyIntake | None]]
"""What days held, by diarist and day; None for a day with nothing in it."""
Due = Mapping[int, Sequence[date]]
GapRows = dict[int, dict[date, list[Finding]]]


# Days -----------------------------------------------------------------------------------------


def day_rows(begun: Sequence[Begun]) -> Daily:
    """What each day that is due held. Diaries of which the same days are due are read together."""
    alike: dict[tuple[date, ...], list[Begun]] = {}
    for one in begun:
        alike.setdefault(tuple(one.days), []).append(one)
    rows: Daily = {one.pk: {} for one in begun}
    for dates, some in alike.items():
        if dates:
            rows |= _rows_of_days(some, dates)
    return rows


def _rows_of_days(begun: Sequence[Begun], dates: Collection[date]) -> Daily:
    entries = eaten.eaten([one.diarist for one in begun], dates)
    held: dict[int, dict[date, Any]] = {one.pk: {} for one in begun}
    logged: dict[int, dict[date, Logged]] = {one.pk: {} for one in begun}
    for (pk, day), one in eaten.apart(entries).items():
        held[pk][day] = eaten.day_columns(one)
    for (pk, day), known in eaten.by_day(entries).items():
        logged[pk][day] = known
    rows: Daily = {one.pk: dict.fromkeys(dates) for one in begun}
    for one in begun:
        for day, status in _statuses(one, logged[one.pk], held[one.pk]).items():
            rows[one.pk][day] = _day_row(one, day, status, logged[one.pk][day], held[one.pk][day])
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


# What is due ----------------------------------------------------------------------------------


def kept_days(today: date, week_start: int) -> list[date]:
    """The days whose gaps are kept: today, and the last days of the weeks before, latest first."""
    this_week = days.week_start(today, week_start)
    return [today, *(this_week - timedelta(days=1, weeks=n) for n in range(WEEKS_KEPT))]


def due(begun: Sequence[Begun], daily: Daily) -> dict[int, list[date]]:
    """Today, and those of the other kept days whose windows hold a changed day, or that have no gaps yet."""
    kept = {one.pk: kept_days(one.today, one.diarist.week_start) for one in begun}
    there = with_gaps(kept)
    found, missing = {}, {}
    for pk, (today, *ends) in kept.items():
        found[pk] = [today, *(end for end in ends if end in there[pk] and _any_within(daily[pk], end))]
        missing[pk] = [end for end in ends if end not in there[pk]]
    known = _days_with_a_row({pk: ends for pk, ends in missing.items() if ends}, daily)
    return {
        pk: [*some, *(end for end in missing[pk] if _any_within(known[pk], end))]
        for pk, some in found.items()
    }


def with_gaps(diarist_ids: Collection[int]) -> dict[int, set[date]]:
    """The days for which gaps of each are stored; each of them has the shortest window."""
    # The index alone answers this: looking for other days among all rows would read them all.
    stored = NutrientGap.objects.filter(diarist__in=diarist_ids, window_days=WINDOWS[0]).order_by()
    there: dict[int, set[date]] = {pk: set() for pk in diarist_ids}
    for pk, as_of in stored.values_list("diarist_id", "as_of").distinct():
        there[pk].add(as_of)
    return there


def _any_within(dates: Iterable[date], as_of: date) -> bool:
    return any(as_of - LONGEST <= day <= as_of for day in dates)


def _days_with_a_row(ends: Mapping[int, list[date]], daily: Daily) -> dict[int, set[date]]:
    """The days before these on which something was logged: for the others there is nothing to say."""
    found = {pk: {day for day, row in some.items() if row} for pk, some in daily.items()}
    if ends:
        first, last = min(map(min, ends.values())), max(map(max, ends.values()))
        known = DailyIntake.objects.filter(diarist__in=ends, date__range=(first - LONGEST, last)).order_by()
        for pk, day in known.values_list("diarist_id", "date"):
            found[pk].add(day)
    return found


# Gaps -----------------------------------------------------------------------------------------


def gap_rows(begun: Sequence[Begun], as_ofs: Due, daily: Daily) -> GapRows:
    """Gaps over all windows that end on each of these days."""
    rows: GapRows = {one.pk: {} for one in begun}
    by_first: dict[date, list[Begun]] = {}
    for one in begun:
        by_first.setdefault(min(as_ofs[one.pk]), []).append(one)
    for first, some in by_first.items():
        last = max(max(as_ofs[one.pk]) for one in some)
        instead = {one.pk: daily.get(one.pk, {}) for one in some}
        frame = frames.known_days([one.diarist for one in some], first - LONGEST, last, instead)
        asked = sorted(((as_of, one.pk) for one in some for as_of in as_ofs[one.pk]), reverse=True)
        by_pk = {one.pk: one for one in some}
        for at in range(0, len(asked), TOGETHER):
            part = [(by_pk[pk], as_of) for as_of, pk in asked[at : at + TOGETHER]]
            for (one, as_of), found in zip(part, _gaps_of(part, frame), strict=True):
                rows[one.pk][as_of] = found
    return rows


def _gaps_of(asked: Sequence[tuple[Begun, date]], frame: frames.Frame) -> list[list[Finding]]:
    """The gaps over all windows of each diary that end on the day asked for."""
    longest = DaysInWindow.together(
        [
            days_in_window(frame, frames.ASSESSED, as_of, max(WINDOWS), [one.pk for one, _as_of in some])
            for as_of, some in groupby(asked, key=itemgetter(1))
        ]
    )
    now = [(one.person.needs_on(as_of), one.person.bmr_on(as_of)) for one, as_of in asked]
    rows: list[list[Finding]] = [[] for _one in asked]
    for length in WINDOWS:
        people = [
            Someone(
                one.pk, as_of, noting_changes(need, one.person.needs_on(days.window(as_of, length)[0])), bmr
            )
            for (one, as_of), (need, bmr) in zip(asked, now, strict=True)
        ]
        assessed = gaps.assess_days(longest.last(length), people, frames.ASSESSED)
        for i, found in enumerate(assessed):
            rows[i] += [_finding(asked[i][0], found, gap) for gap in found.nutrients]
    return rows


def _finding(whose: Begun, assessed: Assessment, gap: Gap) -> Finding:
    reference = gap.reference or {}
    return Finding(
        diarist_id=whose.pk,
        as_of=assessed.as_of,
        window_days=assessed.window_days,
        nutrient=gap.nutrient,
        kind=gap.kind,
        reference_amount=reference.get("amount"),
        reference=reference,
        method=gap.method or "",
        mean=gap.mean,
        lower=gap.lower,
        upper=gap.upper,
        interval=gap.interval,
        coverage=gap.coverage,
        days_used=gap.days_used,
        days_in_window=gap.days_in_window,
        days_needed=gap.days_needed,
        probability_adequate=gap.probability_adequate,
        confidence_above=gap.confidence_above,
        band=gap.band or "",
        reasons=gap.reasons,
        evidence={**gap.evidence, "days_usable": assessed.days_usable, "version": VERSION},
        revision=whose.diarist.revision,
    )
