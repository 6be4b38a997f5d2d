"""Compute what the entries of a diary amount to: days, gaps, advice. Loads pandas; imported by tasks alone.

    review_stale(diarist_id) -> bool          the days that changed, and a day begun; False if none
    review_as_of(diarist_id, as_of) -> bool   the gaps of the windows that end on a day somebody asked for
    sweep() -> int                            what is still stale, whoever lost the first request
    review_apart(diarist_ids) -> int          many together (`nights`); how many went wrong
    recompute(diarist) -> Changes             everything anew from the entries; what was not as stored

What is due stands in the database: a `StaleDay` for each day that changed after its last review. A review
reads and computes without holding anything up (`begun`, `assessed`), then writes in one short transaction in
which the diaries are locked (`stored`). If another review stored something in between, this one starts again;
a day touched in between stays stale. So reviews may run twice, at once, or be killed at any point: what is
stored is always one whole review. Rows that come out as they were are not written again.

Personal links (`patterns`) are looked for within a review, at most once in 14 days.

Gaps are kept for today and for the last days of the 13 weeks before, over 7, 14, 28 and 90 days. Those of
other days are made when asked for, and forgotten when the diary changes.
"""

import gc
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

import structlog
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from journal import assessed, patterns, stored
from journal.assessed import LONGEST, WINDOWS, kept_days
from journal.begun import Begun, begin
from journal.models import DailyIntake, DayMark, Diarist, Dose, Meal, StaleDay, WaterIntake
from journal.stored import Changes
from spasmlog import fatal

__all__ = [
    "LONGEST", "WINDOWS", "Changes", "kept_days", "recompute", "review_apart", "review_as_of", "review_stale",
    "sweep",
]  # fmt: skip

log = structlog.get_logger(__name__)

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
    with fatal.attempt(_named(diarist_id)) as may:
        return may and bool(_review([diarist_id], _what_is_due))


def review_as_of(diarist_id: int, as_of: date) -> bool:
    """Compute and keep the gaps of the windows that end on `as_of`. Returns whether it stored them."""
    for _attempt in range(MOST_ATTEMPTS):
        begun = begin([diarist_id])
        if not begun or as_of > begun[0].today:
            return False
        if stored.store_gaps_alone(begun[0], assessed.gap_rows(begun, {diarist_id: [as_of]}, {})):
            return True
    _gave_up(diarist_id)
    return False


def sweep(seconds: float = LONGEST_SWEEP) -> int:
    """Review diaries with a day that has waited too long, for a while at most; returns how many went well."""
    now = timezone.now()
    late = Q(since__lt=now - SWEEP_AFTER) | Q(since__gt=now)  # still to come: the clock was set back
    waiting = StaleDay.objects.filter(late).order_by("diarist_id").values_list("diarist_id", flat=True)
    ends, well = time.monotonic() + seconds, 0
    for diarist_id in list(waiting.distinct()[:MOST_SWEPT]):
        if time.monotonic() > ends:
            break
        well += _went_well(diarist_id)
    return well


def review_apart(diarist_ids: Sequence[int]) -> int:
    """Review what is due in each of many diaries; returns how many went wrong.

    They are reviewed together. Where that comes to trouble, or ended a process before, each is reviewed by
    itself: one must not keep the others waiting.
    """
    if len(diarist_ids) > 1:
        alone = fatal.left_alone([_named(pk) for pk in diarist_ids])
        with fatal.attempt(f"reviews:{diarist_ids[0]}", most=1) as may:
            if may and _all_went_well([pk for pk in diarist_ids if _named(pk) not in alone]):
                return 0
    return sum(not _went_well(pk) for pk in diarist_ids)


def recompute(diarist: Diarist) -> Changes:
    """Compute everything anew from the entries, and say which stored rows were not as they should be."""
    found = _review([diarist.pk], lambda begun: begun.with_days(_every_day(begun.diarist)))
    return found.get(diarist.pk, Changes())


# How a review goes ----------------------------------------------------------------------------


def _what_is_due(begun: Begun) -> Begun | None:
    return begun if begun.is_due else None


def _review(diarist_ids: Collection[int], choose: Callable[[Begun], Begun | None]) -> dict[int, Changes]:
    """Compute and store what `choose` finds to do; again, for those of whom another review came between."""
    waiting = list(diarist_ids)
    changes: dict[int, Changes] = {}
    for _attempt in range(MOST_ATTEMPTS):
        begun = [chosen for one in begin(waiting) if (chosen := choose(one)) is not None]
        if not begun:
            return changes
        changes |= _once(begun)
        waiting = [one.pk for one in begun if one.pk not in changes]
        if not waiting:
            return changes
    for pk in waiting:
        _gave_up(pk)
    return changes


def _once(begun: Sequence[Begun]) -> dict[int, Changes]:
    """What changed in each diary that was stored; missing is where another review came between."""
    with no_search_for_cycles():
        return _stored(begun)


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Rows are many and live for a moment: Python would look through all there is for cycles again and again,
    which takes a quarter of the time and finds none."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def _stored(begun: Sequence[Begun]) -> dict[int, Changes]:
    daily = assessed.day_rows(begun)
    gaps = assessed.gap_rows(begun, assessed.due(begun, daily), daily)
    today = {one.pk: one.today for one in begun}
    looks = patterns.looks([one.diarist for one in begun if one.links_are_due], today, daily)
    return stored.store(begun, daily, gaps, looks)


def _went_well(diarist_id: int) -> bool:
    """Review one of many, and return whether it went well."""
    try:
        review_stale(diarist_id)
    except Exception:
        log.exception("review_failed", diarist=diarist_id)
        _mend_connection()
        return False
    return True


def _all_went_well(diarist_ids: Collection[int]) -> bool:
    try:
        _review(diarist_ids, _what_is_due)
    except Exception:
        log.warning("reviews_come_apart", diaries=len(diarist_ids))
        _mend_connection()
        return False
    return True


def _mend_connection() -> None:
    """Where it was cut, the next diary gets a new one."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _named(diarist_id: int) -> str:
    return f"review:{diarist_id}"


def _gave_up(diarist_id: int) -> None:
    """Others store faster than this review computes. Its days stay stale, and the sweep comes back."""
    log.warning("review_put_off", diarist=diarist_id)


def _every_day(diarist: Diarist) -> set[date]:
    """Each day with an entry that counts, a mark, or a stored row."""
    found = {
        *DayMark.objects.of(diarist).values_list("date", flat=True),
        *DailyIntake.objects.filter(diarist=diarist).values_list("date", flat=True),
    }
    for model in (Meal, WaterIntake, Dose):
        found.update(model.objects.of(diarist).values_list("local_date", flat=True).order_by().distinct())
    return found
