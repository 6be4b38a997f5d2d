"""The review at scale, on a PostgreSQL of its own that writes to disk as in production.

    python -m benchmarks.scale --diarists 1000 10000
    python -m benchmarks.scale --diarists 100000 --totals-only

For each number of people: the size of the database; what the first review of a diary of 90 days costs, part
by part; the review of the night after, part by part and by two workers; and in the same run the least there
is to it: reading the same day totals once and writing the same findings once, and numpy on arrays in memory.

Some people (`--reviewed`) are reviewed a day ago, by the product; the others then get days and findings like
theirs, copied: the first review of everybody would take hours. The night's review works on all alike.
"""

import argparse
import contextlib
import io
import itertools
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

PARTS = {
    "read what is due": ("review.begin", "assessed.due"),
    "recompute of days": ("assessed.day_rows",),
    "windows": ("frames.known_days", "assessed.days_in_window"),
    "assessment": ("assessed._gaps_of",),
    "personal links": ("patterns.looks", "patterns.keep"),
    "advice": ("stored._store_cards",),
    "write-back": ("stored.store",),
}
"""Parts of a review, and the functions in which they are done; what is told apart within them is left out."""
OF_TOTALS = (
    "(t.as_of >= current_date - 2 OR t.window_days = 7 AND t.nutrient = 'magnesium_mg' AND t.kind = 'ear')"
)
"""Findings that are copied with `--totals-only`: those of a hundred thousand people would take 60 GB."""
MOST_MEMORY = 300.0
"""Of one worker, at any number of people. [MB]"""
TONIGHT = "journal_nutrientgap WHERE as_of >= current_date - 1 AND computed_at > now() - interval '12 hours'"
"""What the night found."""
AIM, AIM_AT = 4.0, 10_000
"""The night's review, as a multiple of reading and writing the same rows, for so many people and more."""
NOT_HELD: list[str] = []


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--diarists", type=int, nargs="+", default=[1000])
    asked.add_argument("--days", type=int, default=90)
    asked.add_argument("--items", type=float, default=12)
    asked.add_argument("--totals-only", action="store_true")
    asked.add_argument(
        "--reviewed", type=int, default=200, help="people who are really reviewed before (200)"
    )
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--tonight", type=int, help="people whose night it is; the others sleep on (all)")
    asked.add_argument("--parts", type=int, default=1, help="of the two largest tables, by diarist (1)")
    asked.add_argument("--seed", type=int, default=1)
    said = asked.parse_args()
    with server():
        nights = [(count, _measure(count, said)) for count in sorted(said.diarists)]
    for (few, before), (many, after) in itertools.pairwise(nights):
        exponent = math.log(after / before) / math.log(many / few)
        _say(f"growth from {few} to {many}", f"exponent {exponent:.2f}")
    if NOT_HELD:
        print(f"\nNot held: {'; '.join(NOT_HELD)}", file=sys.stderr)
    return 1 if NOT_HELD else 0


@contextlib.contextmanager
def server() -> Iterator[None]:
    """A PostgreSQL that does not cheat about its disk, and Django on it."""
    from tests import engines

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server goes with us, however we end
    folder, running, told = Path(tempfile.mkdtemp(prefix="spasmlog-scale-")), [], {}
    folder.chmod(0o711)
    try:
        url = engines.postgres(
            folder, running, told, fsync="on", synchronous_commit="on", full_page_writes="on",
            shared_buffers="1GB", max_wal_size="4GB", maintenance_work_mem="256MB", work_mem="32MB",
            random_page_cost="1.1",  # as in docker-compose.yml
        )  # fmt: skip
        os.environ.update(
            DATABASE_URL=url, REDIS_URL="", SPASMLOG_DATA=str(folder / "data"), LOG_LEVEL="ERROR", DEBUG="",
            STATEMENT_TIMEOUT="0",
            DJANGO_SETTINGS_MODULE="spasmlog.settings",
        )  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command

        from nutrients import loading

        call_command("migrate", verbosity=0)
        loading.load_everything(progress=False)
        yield
        from django.db import connections

        connections.close_all()
    finally:
        for process, ending in running:
            engines._end(process, ending)
        shutil.rmtree(folder, ignore_errors=True)


def _measure(count: int, said: argparse.Namespace) -> float:
    """Everything for one number of people; returns what the night's review took. [s]"""
    from journal.models import Diarist

    print(
        f"\n{count} people, {said.days} days, {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores",
        flush=True,
    )
    yesterday = datetime.now(UTC) - timedelta(days=1)
    _make(count - Diarist.objects.count(), said, yesterday)
    _likewise(_first_reviews(said, yesterday), said.totals_only)
    _statistics()
    _sizes()
    night = _night(said, count)
    _least(said, night)
    return night


def _make(more: int, said: argparse.Namespace, now: datetime) -> None:
    from journal import population

    begun = time.perf_counter()
    rows = population.make(more, said.days, said.items, totals_only=said.totals_only, seed=said.seed, now=now)
    took = time.perf_counter() - begun
    _say("made", f"{sum(rows.values()):,} rows in {took:.0f} s ({sum(rows.values()) / took:,.0f} a second)")
    if said.parts != 1:
        from django.core.management import call_command

        call_command("partition", parts=said.parts, verbosity=0, stdout=io.StringIO())


# Before the night -----------------------------------------------------------------------------


def _first_reviews(said: argparse.Namespace, yesterday: datetime) -> list[int]:
    """Review some people as of yesterday; returns who they are."""
    import time_machine

    from journal import review

    people = _some_of_each_zone(said.reviewed)
    with time_machine.travel(yesterday), _parts() as parts:
        begun, used = time.perf_counter(), time.process_time()
        for one in people:
            review.review_stale(one)
        took, used = time.perf_counter() - begun, time.process_time() - used
    _say(f"first review of {len(people)}", _in_one_process(took, used, len(people)))
    _tell_parts(parts, took, len(people))
    return people


def _some_of_each_zone(count: int) -> list[int]:
    """People who were never reviewed, from every zone: each stands for others of the same one."""
    from django.db.models import F, Window
    from django.db.models.functions import RowNumber

    from journal.models import Diarist, NutrientGap

    place = Window(RowNumber(), partition_by=F("time_zone"), order_by="id")
    known = NutrientGap.objects.values("diarist").distinct()
    people = Diarist.objects.exclude(pk__in=known).annotate(place=place).order_by("place", "pk")
    return [one.pk for one in people[:count]]


def _likewise(reviewed: list[int], totals_only: bool) -> None:
    """Give those who were never reviewed the findings of somebody of their zone who just was.

    With totals only, of past weeks no more than shows the night that they have findings (`OF_TOTALS`).
    """
    from django.db import connection

    from journal.models import Advice, DailyIntake, NutrientGap, PersonalLink, ReviewState, ToldGaps

    begun = time.perf_counter()
    with connection.cursor() as sql:
        sql.execute("DROP TABLE IF EXISTS twin")
        sql.execute(
            "CREATE TEMP TABLE twin AS WITH done AS (SELECT d.id, d.time_zone, "
            "row_number() OVER w - 1 AS place, "
            "count(*) OVER (PARTITION BY d.time_zone) AS all_of FROM journal_diarist d WHERE d.id = ANY(%s) "
            "WINDOW w AS (PARTITION BY d.time_zone ORDER BY d.id)) "
            "SELECT d.id, done.id AS like_id FROM journal_diarist d "
            "JOIN done ON done.time_zone = d.time_zone "
            "AND done.place = d.id %% done.all_of WHERE NOT EXISTS "
            "(SELECT FROM journal_nutrientgap g WHERE g.diarist_id = d.id)",
            [reviewed],
        )
        sql.execute("ANALYZE twin")
        days = [] if totals_only else [DailyIntake]
        for model in (*days, NutrientGap, ToldGaps, Advice, PersonalLink, ReviewState):
            names = [
                field.column for field in model._meta.concrete_fields
                if field.column not in ("id", "diarist_id")
            ]  # fmt: skip
            key = model._meta.pk.get_internal_type() == "UUIDField"
            columns = ", ".join([*(["id"] if key else []), "diarist_id", *names])
            values = ", ".join(
                [*(["gen_random_uuid()"] if key else []), "twin.id", *(f"t.{n}" for n in names)]
            )
            table = model._meta.db_table
            which = OF_TOTALS if model is NutrientGap and totals_only else "TRUE"
            sql.execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM twin JOIN {table} t "
                f"ON t.diarist_id = twin.like_id WHERE {which} ON CONFLICT DO NOTHING"
            )
        sql.execute("DELETE FROM journal_staleday s USING twin WHERE s.diarist_id = twin.id")
        # Links are looked for once in 14 days: in any one night, by a fourteenth of all.
        sql.execute("UPDATE journal_reviewstate r SET revision = d.revision, "
                    "links_due_on = current_date + (d.id % 14)::int FROM journal_diarist d, twin "
                    "WHERE d.id = r.diarist_id AND twin.id = d.id")  # fmt: skip
    _say("the others likewise", f"{time.perf_counter() - begun:.0f} s")


def _statistics() -> None:
    from django.db import connection

    with connection.cursor() as sql:
        sql.execute("VACUUM ANALYZE")


def _sizes() -> None:
    from django.db import connection

    with connection.cursor() as sql:
        sql.execute("SELECT pg_database_size(current_database())")
        (whole,) = sql.fetchone()
        sql.execute(
            "SELECT relname, pg_table_size(oid), pg_indexes_size(oid), reltuples::bigint FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
            "ORDER BY pg_total_relation_size(oid) DESC LIMIT 6"
        )
        tables = sql.fetchall()
    _say("database", f"{whole / 1e6:,.0f} MB")
    for name, table, indexes, rows in tables:
        _say(f"  {name}", f"{table / 1e6:,.0f} + {indexes / 1e6:,.0f} MB of indexes, {rows:,} rows")


# The night ------------------------------------------------------------------------------------


def _night(said: argparse.Namespace, count: int) -> float:
    """The review of the night: some people part by part, then all the others by the workers.

    Who was reviewed today already, for a smaller number, is not due again; returns what all would take. [s]
    """
    from journal import nights, review

    now = datetime.now(UTC)
    nights.plan(now)
    if said.tonight:
        _let_sleep(said.tonight)
    due = nights.progress().due
    sample = [pk for chunk in _chunks() for pk in _due(chunk)[:20]][:200]
    with _parts() as parts:
        begun, used = time.perf_counter(), time.process_time()
        for at in range(0, len(sample), nights.TOGETHER):
            review.review_apart(sample[at : at + nights.TOGETHER])
        took, used = time.perf_counter() - begun, time.process_time() - used
    _say(f"night: {len(sample)} people", _in_one_process(took, used, len(sample)))
    _tell_parts(parts, took, len(sample))

    memory, took, used = _work(said.workers)
    _wake(said.workers, now)
    _memory, start, start_used = _work(said.workers)
    _say("start of the workers", f"{start:.1f} s, which is once and left out: nearly nothing was left to do")
    share = due / max(due - len(sample), 1)
    if took <= start:
        sys.exit("The night is too short to tell it from the start of the workers: take more people.")
    whole, used = (took - start) * share, (used - start_used) * share
    _say(
        f"night: {due} people",
        f"{whole:.1f} s by {said.workers} workers, {_per_thousand(whole, due)}; "
        f"their processor time: {_per_thousand(used, due)}",
    )
    _say("memory of a worker", f"{memory:.0f} MB at most, its own; allowed {MOST_MEMORY:.0f} MB")
    if memory > MOST_MEMORY:
        NOT_HELD.append(f"memory of a worker, {count} people")
    return whole * count / due


def _wake(few: int, now: datetime) -> None:
    """Plan somebody of so many zones again, so that workers load what a review needs, and do little else.

    By the clock of the night: where an hour has ended since, others would be due, too.
    """
    from django.db.models import F

    from journal import nights
    from journal.models import Diarist, ReviewState

    of_zones = dict(Diarist.objects.order_by("-pk").values_list("time_zone", "pk"))
    again = ReviewState.objects.filter(pk__in=list(of_zones.values())[:few])
    again.update(reviewed_on=F("reviewed_on") - timedelta(days=1))
    nights.plan(now)
    assert 0 < nights.progress().due <= 10 * few


def _let_sleep(awake: int) -> None:
    """Leave so many people in the plan, and some from each zone; the others are as if reviewed already."""
    from django.db.models import Sum

    from journal.models import ReviewChunk, ReviewState

    planned = ReviewChunk.objects.unfinished().order_by("number", "pk")
    for chunk in planned.reverse():
        if planned.aggregate(due=Sum("due"))["due"] - chunk.due < awake:
            break
        ReviewState.objects.filter(pk__in=_due(chunk)).update(reviewed_on=chunk.day)
        chunk.delete()


def _used_by_workers() -> float:
    """Processor time of the processes that have ended. [s]"""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _chunks() -> list:
    from journal.models import ReviewChunk

    return list(ReviewChunk.objects.unfinished())


def _due(chunk) -> list[int]:
    from django.utils import timezone

    from journal import nights

    within = chunk.first_id, chunk.last_id
    zone, start, day = chunk.time_zone, chunk.day_start, chunk.day
    return nights._due(zone, start, day, timezone.now(), nights.OLD_AFTER, within)


def _work(workers: int) -> tuple[float, float, float]:
    """So many processes review all that is shared out.

    Returns the most memory of one of them [MB], the time on the clock and their processor time. [s]
    """
    from django.conf import settings

    begun, before = time.perf_counter(), _used_by_workers()
    running = [
        subprocess.Popen(
            [sys.executable, "manage.py", "review_all", "--verbosity", "0"],
            cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL,
        )
        for _ in range(workers)
    ]  # fmt: skip
    most = 0.0
    while any(process.poll() is None for process in running):
        for process in running:
            with contextlib.suppress(OSError, StopIteration):
                status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
                most = max(
                    most, int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024
                )
        time.sleep(0.2)
    assert not any(process.returncode for process in running)
    return most, time.perf_counter() - begun, _used_by_workers() - before


# The least ------------------------------------------------------------------------------------


def _least(said: argparse.Namespace, night: float) -> None:
    """Read the day totals of everybody once, and write what the night wrote once, in one process."""
    import numpy as np
    from django.db import connection

    from journal.models import Diarist, NutrientGap

    today = datetime.now(UTC).date()
    with connection.cursor() as sql:
        begun = time.perf_counter()
        with sql.copy(
            "COPY (SELECT * FROM journal_dailyintake WHERE date > current_date - 91 "
            "ORDER BY diarist_id, date) TO STDOUT"
        ) as lines:
            read = sum(len(part) for part in lines)
        reading = time.perf_counter() - begun
        names = ", ".join(f.column for f in NutrientGap._meta.concrete_fields if f.column != "id")
        with sql.copy(f"COPY (SELECT {names} FROM {TONIGHT}) TO STDOUT") as lines:
            found = [bytes(part) for part in lines]
        sql.execute("CREATE TABLE scale_findings (LIKE journal_nutrientgap INCLUDING ALL)")
        begun = time.perf_counter()
        with sql.copy(f"COPY scale_findings ({names}) FROM STDIN") as lines:
            for part in found:
                lines.write(part)
        writing = time.perf_counter() - begun
        sql.execute("DROP TABLE scale_findings")
        sql.execute(f"SELECT count(DISTINCT diarist_id) FROM {TONIGHT}")
        (tonight,) = sql.fetchone()
    people = Diarist.objects.count()
    writing *= people / tonight  # as if all had been
    amounts = np.random.default_rng(2).gamma(4, 75, (min(people, 2000), 20, 90))
    begun = time.perf_counter()
    np.nanmean(amounts, axis=-1)
    bare = (time.perf_counter() - begun) * people / len(amounts)
    least = reading + writing
    _say("least: reading once", f"{reading:.1f} s, {read / 1e6:,.0f} MB of text ({today})")
    _say("least: writing once", f"{writing:.1f} s for all; {len(found):,} findings of {tonight:,} people")
    _say("bare numpy", f"{bare:.2f} s")
    processor = night * said.workers
    _say(
        "ratio to the least",
        f"{night / least:.1f}x on the clock, {processor / least:.1f}x in one process; aim {AIM:.0f}x",
    )
    _say("ratio to numpy", f"{night / bare:.0f}x")
    if people >= AIM_AT and night > AIM * least:
        NOT_HELD.append(f"the night of {people} people beside the least")


# Parts ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def _parts() -> Iterator[dict[str, float]]:
    """How long each part of a review took, without what is told apart within it. [s]"""
    from journal import assessed, frames, patterns, review, stored

    rooms = {"assessed": assessed, "frames": frames, "patterns": patterns, "review": review, "stored": stored}
    taken: dict[str, float] = defaultdict(float)
    stack: list[float] = []
    undo = []

    def timed(part, work):
        def run(*arguments, **named):
            begun = time.perf_counter()
            stack.append(0.0)
            try:
                return work(*arguments, **named)
            finally:
                took = time.perf_counter() - begun
                taken[part] += took - stack.pop()
                if stack:
                    stack[-1] += took

        return run

    for part, names in PARTS.items():
        for name in names:
            room, last = name.split(".")
            owner = rooms[room]
            work = getattr(owner, last)
            undo.append((owner, last, work))
            setattr(owner, last, timed(part, work))
    try:
        yield taken
    finally:
        for owner, name, work in undo:
            setattr(owner, name, work)


def _tell_parts(parts: dict[str, float], took: float, people: int) -> None:
    for part in PARTS:
        _say(f"  {part}", _per_thousand(parts[part], people))
    _say("  the rest", _per_thousand(took - sum(parts.values()), people))


def _per_thousand(seconds: float, people: int) -> str:
    return f"{seconds / max(people, 1) * 1000:.1f} s per 1,000"


def _in_one_process(took: float, used: float, people: int) -> str:
    """On the clock, and of the processor: what others do on the machine tells in the first alone."""
    return f"{_per_thousand(took, people)} in one process; its processor time: {_per_thousand(used, people)}"


def _say(what: str, figure: str) -> None:
    print(f"{what:34}{figure}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
