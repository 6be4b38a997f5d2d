"""The review of everybody: who is due when, who takes what, and what is left when a worker dies."""

import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from journal import entries, findings, nights, review, tasks
from journal.models import ReviewChunk, ReviewState, StaleDay
from nutrients.models import Food, food_id
from spasmlog.celery import app
from tests.conftest import diarist, environment, until

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 0, 0, tzinfo=UTC)
"""13:00 on the 18th in Auckland, 19:00 on the 17th in New York."""
MORNING = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
"""04:00 on the 19th in Auckland, 10:00 on the 18th in New York."""


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def reviewed(foods, clock):
    """`reviewed("ann", "ben")`: people of one zone who logged something and were reviewed now."""
    banana = Food.objects.get(pk=food_id("fndds", "63107010"))

    def make(*names, zone="Pacific/Auckland"):
        people = [diarist(name, time_zone=zone) for name in names]
        for one in people:
            entries.log_meal(one, [(banana, Decimal(100))])
            review.review_stale(one.pk)
        return people

    return make


def reviewed_on(*people):
    return list(
        ReviewState.objects.filter(pk__in=[one.pk for one in people]).order_by("pk").values_list(
            "reviewed_on", flat=True
        )
    )  # fmt: skip


def work_all():
    visits = []
    while visit := nights.work():
        visits.append(visit)
    return visits


# Whose night it was ---------------------------------------------------------------------------


def test_each_zone_begins_its_day_when_its_own_night_is_over(reviewed, clock):
    (ann,), (ben,) = reviewed("ann"), reviewed("ben", zone="America/New_York")
    assert nights.plan() == 0  # both were reviewed today

    clock.move_to(MORNING - timedelta(hours=1))  # 03:00 in Auckland: still the night; 09:00 in New York
    assert nights.plan() == 1
    work_all()
    assert reviewed_on(ann, ben) == [date(2026, 11, 18), date(2026, 11, 18)]

    clock.move_to(MORNING)
    assert findings.is_stale(ann)
    assert nights.plan() == 1
    assert [visit.done for visit in work_all()] == [1]
    assert reviewed_on(ann, ben) == [date(2026, 11, 19), date(2026, 11, 18)]
    assert nights.plan() == 0


def test_two_people_of_one_zone_with_their_own_hours_are_due_at_those(reviewed, clock):
    ann, late = reviewed("ann", "late")
    late.day_start = "06:00"
    late.save()
    clock.move_to(MORNING)
    nights.plan()
    work_all()
    assert reviewed_on(ann, late) == [date(2026, 11, 19), date(2026, 11, 18)]

    clock.shift(timedelta(hours=2))
    nights.plan()
    work_all()
    assert reviewed_on(late) == [date(2026, 11, 19)]


def test_a_diary_at_rest_is_left_alone(reviewed, clock):
    reviewed("ann")
    clock.move_to(NOW + timedelta(days=120))
    assert nights.plan() == 0


def test_days_that_nobody_reviewed_are_shared_out_too(reviewed, clock, foods):
    (ann,) = reviewed("ann")
    entries.log_meal(ann, [(foods.first(), Decimal(10))])
    assert nights.plan() == 0  # the request of the save comes first, then the sweep

    clock.shift(timedelta(minutes=2))
    assert nights.plan() == 1
    work_all()
    assert not StaleDay.objects.exists()


# Shared out -----------------------------------------------------------------------------------


def test_planning_twice_shares_nothing_out_twice(reviewed, clock):
    people = reviewed("ann", "ben", "cleo")
    clock.move_to(MORNING)
    assert nights.plan() == 1
    assert nights.plan() == 0  # under way
    assert [visit.done for visit in work_all()] == [len(people)]
    assert nights.plan() == 0  # done
    assert ReviewChunk.objects.count() == 1


def test_a_zone_of_many_comes_in_chunks_and_each_diary_is_in_one(reviewed, clock, monkeypatch):
    monkeypatch.setattr(nights, "CHUNK", 2)
    people = reviewed("a", "b", "c", "d", "e")
    clock.move_to(MORNING)
    assert nights.plan() == 3
    assert nights.progress() == nights.Progress(done=0, due=5)

    seen = []
    monkeypatch.setattr(review, "review_apart", lambda pks: seen.extend(pks) or 0)
    assert [visit.done for visit in work_all()] == [2, 2, 1]
    assert seen == [one.pk for one in people]
    assert nights.progress() == nights.Progress(done=0, due=0)


def test_diaries_whose_whole_past_is_due_are_taken_few_at_a_time(reviewed, clock, monkeypatch):
    """A worker says that it lives between one group and the next."""
    monkeypatch.setattr(nights, "DAYS_TOGETHER", 12)
    monkeypatch.setattr(nights, "TOGETHER", 3)
    a, b, c, d, e = reviewed("a", "b", "c", "d", "e")
    entries.mark_stale(b, {entries.today(b) - timedelta(days=ago) for ago in range(9)})
    clock.move_to(MORNING)
    nights.plan()
    groups, apart = [], review.review_apart
    monkeypatch.setattr(review, "review_apart", lambda pks: groups.append(list(pks)) or apart(pks))
    work_all()
    assert groups == [[a.pk], [b.pk], [c.pk, d.pk, e.pk]]
    assert not StaleDay.objects.exists()


def test_what_a_visit_leaves_is_put_back_and_goes_on_where_it_stopped(reviewed, clock, monkeypatch):
    people = reviewed("a", "b", "c")
    clock.move_to(MORNING)
    nights.plan()
    real, seen, second = review.review_apart, [], [0.0]

    def slowly(pks):
        seen.extend(pks)
        second[0] += nights.VISIT + 1
        return real(pks)

    monkeypatch.setattr(nights, "TOGETHER", 1)
    monkeypatch.setattr(nights, "time", SimpleNamespace(monotonic=lambda: second[0]))
    monkeypatch.setattr(review, "review_apart", slowly)

    assert nights.work() == nights.Visit(done=1, failed=0, finished=False)
    assert nights.progress() == nights.Progress(done=1, due=3)
    monkeypatch.undo()

    assert nights.work() == nights.Visit(done=2, failed=0, finished=True)
    assert seen == [people[0].pk]
    assert set(reviewed_on(*people)) == {date(2026, 11, 19)}


def test_trouble_with_one_diary_is_counted_and_comes_round_with_the_next_plan(reviewed, clock, monkeypatch):
    ann, ben = reviewed("ann", "ben")
    clock.move_to(MORNING)
    nights.plan()
    real = review.assessed.day_rows

    def not_of_ann(begun):
        if ann.pk in [one.pk for one in begun]:
            raise RuntimeError("this diary is broken")
        return real(begun)

    monkeypatch.setattr(review.assessed, "day_rows", not_of_ann)
    assert work_all() == [nights.Visit(done=2, failed=1, finished=True)]
    assert set(reviewed_on(ben)) == {date(2026, 11, 19)}  # by itself, after it had failed together
    monkeypatch.undo()

    assert nights.plan() == 1
    assert work_all() == [nights.Visit(done=1, failed=0, finished=True)]
    assert set(reviewed_on(ann)) == {date(2026, 11, 19)}


def test_the_chunk_of_a_worker_that_died_is_taken_by_the_next_one_after_its_lease(reviewed, clock):
    reviewed("ann")
    clock.move_to(MORNING)
    nights.plan()
    assert nights._claim(timezone.now()) is not None  # and nothing is heard of it any more
    assert nights.work() is None

    clock.shift(nights.LEASE + timedelta(seconds=1))
    assert nights.lost() == 1
    assert nights.work() == nights.Visit(done=1, failed=0, finished=True)


def test_a_worker_that_slept_over_its_lease_leaves_the_chunk_to_the_one_that_has_it(
    reviewed, clock, monkeypatch
):
    reviewed("a", "b", "c")
    clock.move_to(MORNING)
    nights.plan()
    monkeypatch.setattr(nights, "RENEW", 0)
    others = []

    def sleep_over_it(_pks):
        if not others:
            clock.shift(nights.LEASE + timedelta(seconds=1))
            others.append(nights._claim(timezone.now()))
        return 0

    monkeypatch.setattr(nights, "TOGETHER", 1)
    monkeypatch.setattr(review, "review_apart", sleep_over_it)
    assert nights.work() == nights.Visit(done=1, failed=0, finished=False)
    chunk = ReviewChunk.objects.get()
    assert (chunk.holder, chunk.done, chunk.finished_at) == (others[0].holder, 0, None)


# By the tasks ---------------------------------------------------------------------------------


def test_the_hourly_task_has_everybody_reviewed(reviewed, clock, eager_review):
    people = reviewed("ann", "ben")
    clock.move_to(MORNING)
    with eager_review():
        tasks.review_everybody.delay()
        tasks.review_everybody.delay()  # a second scheduler
    assert set(reviewed_on(*people)) == {date(2026, 11, 19)}
    assert ReviewChunk.objects.count() == 1


def test_finished_chunks_are_forgotten(reviewed, clock):
    reviewed("ann")
    clock.move_to(MORNING)
    nights.plan()
    assert nights.forget(timezone.now() + timedelta(days=9)) == 0
    work_all()
    assert nights.forget(timezone.now() + timedelta(days=9)) == 1


def test_no_visit_outlasts_its_task_and_no_task_its_message():
    assert nights.VISIT < settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_BEAT_SCHEDULE["sweep-stale-days"]["schedule"] > review.LONGEST_SWEEP
    if settings.REDIS_URL:
        visible = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
        assert visible >= 2 * settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_TASK_ACKS_LATE and settings.CELERY_TASK_REJECT_ON_WORKER_LOST


# The command and the admin --------------------------------------------------------------------


def test_review_all_reviews_all(reviewed, clock, capsys):
    people = reviewed("ann", "ben")
    clock.move_to(MORNING)
    call_command("review_all", verbosity=0)
    assert capsys.readouterr().out == "Reviewed: 2. Failed: 0.\n"
    assert set(reviewed_on(*people)) == {date(2026, 11, 19)}


def test_review_all_takes_days_that_changed_just_now_for_it_does_them_at_once(reviewed, clock, foods, capsys):
    (ann,) = reviewed("ann")
    entries.log_meal(ann, [(foods.first(), Decimal(10))])
    assert nights.plan() == 0  # the scheduler waits
    call_command("review_all", verbosity=0)
    assert capsys.readouterr().out == "Reviewed: 1. Failed: 0.\n"
    assert not StaleDay.objects.exists()


def test_review_all_shows_how_many_of_how_many_are_done(reviewed, clock, capsys):
    reviewed("ann", "ben")
    clock.move_to(MORNING)
    call_command("review_all")
    bar = capsys.readouterr().err
    assert "Diaries" in bar and "0/2" in bar


def test_whoever_runs_the_server_sees_how_far_it_is_and_can_change_nothing(reviewed, clock, admin_client):
    reviewed("ann", "ben")
    clock.move_to(MORNING)
    nights.plan()
    page = admin_client.get("/admin/journal/reviewchunk/").content.decode()
    assert "0 of 2 diaries" in page
    assert "Pacific/Auckland" in page
    assert admin_client.get("/admin/journal/reviewchunk/add/").status_code == 403


# At once --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_claim_at_once_get_a_chunk_each_and_neither_waits(reviewed, clock, monkeypatch):
    monkeypatch.setattr(nights, "CHUNK", 1)
    reviewed("ann", "ben")
    clock.move_to(MORNING)
    nights.plan()
    if connection.vendor == "sqlite":  # one writes at a time there
        assert nights._claim(timezone.now()).pk != nights._claim(timezone.now()).pk
        return
    got = []

    def another():
        got.append(nights._claim(timezone.now()))
        connection.close()

    with transaction.atomic():
        mine = nights._claim(timezone.now())
        other = threading.Thread(target=another)
        other.start()
        other.join(timeout=5)
        assert not other.is_alive(), "it waits for a row that somebody else has"
    assert got[0].pk != mine.pk


DYING = """
import sys, time
import django
django.setup()
from journal import nights, review
real = review.review_apart

def second_is_the_last(pks, seen=[]):
    seen += pks
    if len(seen) == 2:
        print("in the middle", flush=True)
        time.sleep(60)
    return real(pks)

review.review_apart = second_is_the_last
nights.RENEW, nights.TOGETHER = 0, 1
nights.work()
"""


@pytest.mark.faults
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_within_a_chunk_leaves_the_rest_to_the_next_and_nothing_is_done_twice(foods):
    people = [diarist(name) for name in ("a", "b", "c")]
    for one in people:
        entries.log_meal(one, [(foods.first(), Decimal(10))])
    StaleDay.objects.update(since=timezone.now() - timedelta(hours=1))
    nights.plan()
    dying = subprocess.Popen(
        [sys.executable, "-c", DYING], env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert dying.stdout.readline() == "in the middle\n"
    dying.kill()
    dying.wait()

    chunk = ReviewChunk.objects.get()
    assert (chunk.done, chunk.first_id, chunk.finished_at) == (1, people[1].pk, None)
    assert nights.work() is None  # it may still live
    ReviewChunk.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert nights.work() == nights.Visit(done=2, failed=0, finished=True)
    assert nights.progress() == nights.Progress(0, 0)
    assert not StaleDay.objects.exists()
    assert ReviewChunk.objects.get().done == 3
    assert not any(review.recompute(one).total for one in people)


@pytest.mark.faults
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_workers_share_a_night_and_a_save_is_not_kept_waiting_by_it(foods, real_worker):
    people = [diarist(f"p{number}") for number in range(6)]
    for one in people:
        entries.log_meal(one, [(foods.first(), Decimal(10))])
    app.control.purge()  # the requests of the saves are lost
    StaleDay.objects.update(since=timezone.now() - timedelta(hours=1))
    tasks.review_everybody.delay()
    tasks.review_everybody.delay()
    workers = [real_worker("-n", "one@%h"), real_worker("-n", "two@%h")]
    until(lambda: not StaleDay.objects.exists(), within=30)
    until(lambda: ReviewChunk.objects.exists() and not ReviewChunk.objects.unfinished().exists(), within=10)
    assert ReviewChunk.objects.get().done == 6
    assert not any("Traceback" in worker.log.read_text() for worker in workers)
    assert not any(review.recompute(one).total for one in people)
