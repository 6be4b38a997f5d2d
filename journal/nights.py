"""The review of everybody: whose night has ended or who waits, shared out to any number of workers.

    plan(waited) -> int             put diaries that are due into chunks of a thousand; how many chunks
    work(seconds) -> Visit | None   take a chunk and review its diaries; None where none waits
    progress() -> Progress          diaries done and to do
    waiting() -> int, lost() -> int chunks that nobody holds; chunks whose worker died
    forget(before) -> int           remove finished chunks

What is due stands in the diaries: the day of the last review (`ReviewState`) and the days that changed since
(`StaleDay`). A chunk is a range of diaries of one zone that one worker at a time looks after. It is claimed
by a short transaction that passes over rows others have locked, and held by a lease which the worker renews:
one that is killed renews nothing, and the next to come takes the chunk up where it was left.
Nothing here happens twice that must not: plan twice, run a chunk twice at once, or kill it anywhere.

Nothing is loaded of pandas until there is something to review.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from journal.calc.days import local_day
from journal.models import DailyIntake, Diarist, ReviewChunk, ReviewState, StaleDay

log = structlog.get_logger(__name__)

CHUNK = 1000
"""Diaries in a chunk, at most."""
TOGETHER = 200
"""Diaries read, assessed and stored together: of a hundred each costs an eighth more; with so many at hand a
worker takes 285 MB."""
DAYS_TOGETHER = 600
"""Days that changed in so many diaries, and three more for each. Where whole pasts are due few are taken at a
time: whoever logs a meal waits for the end of what is stored with it, and a worker must say that it lives."""
VISIT = 20.0
"""So long a worker stays at a chunk before it looks whether somebody who just logged a meal waits. [s]"""
LEASE = timedelta(seconds=90)
"""A worker that was not heard of for so long is taken for dead: many times what a group of diaries takes."""
RENEW = 5.0
"""How often a worker says that it lives. [s]"""
OLD_AFTER = timedelta(minutes=1)
"""Days that changed so long ago were not reviewed by the request of their save, nor by the sweep. Younger
ones are left to those, unless somebody asks for all (`waited=None`)."""


@dataclass(frozen=True)
class Visit:
    """What one worker did at one chunk."""

    done: int
    failed: int
    """Of those done; the log says which."""
    finished: bool


@dataclass(frozen=True)
class Progress:
    """Diaries of the chunks that are not finished yet."""

    done: int
    due: int


# Sharing out ----------------------------------------------------------------------------------


def plan(now: datetime | None = None, waited: timedelta | None = OLD_AFTER) -> int:
    """Put every diary that is due into a chunk, zone by zone. Zones with unfinished chunks wait for those."""
    now = now or timezone.now()
    return sum(_plan_zone(zone, start, now, waited) for zone, start in _zones())


def _zones() -> list[tuple[str, clock]]:
    return list(Diarist.objects.order_by().values_list("time_zone", "day_start").distinct())


def _plan_zone(zone: str, start: clock, now: datetime, waited: timedelta | None) -> int:
    here = ReviewChunk.objects.filter(time_zone=zone, day_start=start)
    if here.unfinished().exists():
        return 0
    day = local_day(now, ZoneInfo(zone), start)
    last = here.filter(day=day).aggregate(last=Max("number"))["last"] or 0
    due = _due(zone, start, day, now, waited)
    parts = [due[at : at + CHUNK] for at in range(0, len(due), CHUNK)]
    chunks = [
        ReviewChunk(
            time_zone=zone, day_start=start, day=day, number=number, planned_at=now,
            first_id=ids[0], last_id=ids[-1], due=len(ids),
        )
        for number, ids in enumerate(parts, start=last + 1)
    ]  # fmt: skip
    ReviewChunk.objects.bulk_create(chunks, ignore_conflicts=True)
    return len(chunks)


def _due(
    zone: str, start: clock, day: date, now: datetime, waited: timedelta | None,
    within: tuple[int, int] | None = None,
) -> list[int]:  # fmt: skip
    """Diaries of a zone to which `day` is new, and those with a day that has waited too long, by number."""
    people = Diarist.objects.filter(time_zone=zone, day_start=start).order_by()
    if within:
        people = people.filter(pk__range=within)
    return sorted({*_new_to(people, day, now), *_behind(people, now, waited)})


def _new_to(people: QuerySet[Diarist], day: date, now: datetime) -> QuerySet:
    """Those in use: with a day in the longest window. For the others a new day changes nothing.

    Each of them is looked up by itself, however many they are: an EXISTS the database may turn into a join
    with every day of everybody.
    """
    from journal import review

    oldest = now.date() - review.LONGEST - timedelta(days=1)
    latest = DailyIntake.objects.filter(diarist=OuterRef("pk")).order_by("-date").values("date")[:1]
    reviewed_on = ReviewState.objects.filter(pk=OuterRef("pk")).values("reviewed_on")
    new = people.alias(latest=Subquery(latest), begun=Subquery(reviewed_on)).filter(latest__gte=oldest)
    return new.exclude(begun=day).values_list("pk", flat=True)


def _behind(people: QuerySet[Diarist], now: datetime, waited: timedelta | None) -> QuerySet:
    waits = StaleDay.objects.filter(diarist=OuterRef("pk"))
    if waited is not None:
        waits = waits.filter(since__lt=now - waited)
    return people.filter(Exists(waits)).values_list("pk", flat=True)


# Working --------------------------------------------------------------------------------------


def work(
    seconds: float = VISIT,
    heard: Callable[[int], object] = lambda more: None,
    waited: timedelta | None = OLD_AFTER,
) -> Visit | None:
    """Take a chunk that nobody holds and review its diaries, for so long at most; None if there is none.

    What is left of it is put back. `heard` is told how many diaries are done each time some are.
    """
    from journal import review

    chunk = _claim(timezone.now())
    if chunk is None:
        return None
    ends, held = time.monotonic() + seconds, _Hold(chunk, waited)
    for some in groups(held.due):
        if time.monotonic() > ends or not held.renew(some[0]):
            held.put_back(some[0])
            return Visit(held.done, held.failed, finished=False)
        held.count(len(some), failed=review.review_apart(some))
        heard(len(some))
    held.finish()
    log.info("chunk_reviewed", chunk=chunk.pk, diaries=held.done, failed=held.failed)
    return Visit(held.done, held.failed, finished=True)


def groups(diarist_ids: Sequence[int]) -> Iterator[list[int]]:
    """As many diaries as are reviewed together, in their order."""
    stale = StaleDay.objects.filter(diarist__in=diarist_ids).order_by().values_list("diarist")
    changed = dict(stale.annotate(Count("pk")))
    group: list[int] = []
    days = 0
    for pk in diarist_ids:
        more = 3 + changed.get(pk, 0)
        if group and (len(group) == TOGETHER or days + more > DAYS_TOGETHER):
            yield group
            group, days = [], 0
        group.append(pk)
        days += more
    if group:
        yield group


@transaction.atomic
def _claim(now: datetime) -> ReviewChunk | None:
    """The oldest chunk that nobody holds, held from now on; those that others just claim are passed over."""
    chunk = ReviewChunk.objects.select_for_update(skip_locked=True).waiting(now).first()
    if chunk is not None:
        chunk.holder, chunk.held_until = uuid4(), now + LEASE
        chunk.save(update_fields=["holder", "held_until"])
    return chunk


class _Hold:
    """The hold of one worker on one chunk, and how far it has come."""

    def __init__(self, chunk: ReviewChunk, waited: timedelta | None):
        self.done = self.failed = 0
        self._mine = ReviewChunk.objects.filter(pk=chunk.pk, holder=chunk.holder)
        self._renewed = time.monotonic()
        now, zone, start = timezone.now(), chunk.time_zone, chunk.day_start
        day = local_day(now, ZoneInfo(zone), start)  # where all workers were away, another has begun
        self.due = _due(zone, start, day, now, waited, (chunk.first_id, chunk.last_id))
        # Others may have reviewed some of them since, and more may have become due.
        self._before = {"done": chunk.done, "failed": chunk.failed}
        self._all = chunk.done + len(self.due)

    def count(self, done: int, failed: int) -> None:
        self.done += done
        self.failed += failed

    def renew(self, next_id: int) -> bool:
        """Say now and then that this worker lives; False if it comes too late and another has the chunk."""
        if time.monotonic() - self._renewed < RENEW:
            return True
        self._renewed = time.monotonic()
        return self._write(first_id=next_id, held_until=timezone.now() + LEASE)

    def put_back(self, next_id: int) -> None:
        """Whoever comes next begins there: a diary that fails is tried again with the next plan."""
        self._write(first_id=next_id, holder=None, held_until=None)

    def finish(self) -> None:
        self._write(finished_at=timezone.now(), holder=None, held_until=None)

    def _write(self, **hold: datetime | int | None) -> bool:
        done, failed = self._before["done"] + self.done, self._before["failed"] + self.failed
        return bool(self._mine.update(due=self._all, done=done, failed=failed, **hold))


# Looking on -----------------------------------------------------------------------------------


def progress() -> Progress:
    """How far the chunks are that are not finished yet."""
    return Progress(*ReviewChunk.objects.unfinished().progress())


def waiting() -> int:
    return ReviewChunk.objects.waiting(timezone.now()).count()


def lost() -> int:
    return ReviewChunk.objects.lost(timezone.now()).count()


def forget(before: datetime) -> int:
    """Remove chunks that were finished before a moment."""
    count, _by_model = ReviewChunk.objects.filter(finished_at__lt=before).delete()
    return count
