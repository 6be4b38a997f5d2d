"""A real worker, as a process of its own: how soon it answers, and what is left when something dies."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from journal import entries, findings, review, tasks
from journal.models import Advice, DailyIntake, Diarist, Meal, NutrientGap, ReviewState, StaleDay
from spasmlog import fatal
from spasmlog.celery import app
from tests.conftest import SLOWER, environment, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

QUICK = 2.0
"""Within so long a logged meal is in the numbers. [s]"""
PATIENT = 20.0
FINDINGS = (DailyIntake, NutrientGap, Advice, ReviewState, StaleDay)


@pytest.fixture
def alice(alice):
    """Alice, with nothing left to review."""
    review.review_stale(alice.pk)
    return alice


def magnesium(diarist):
    """Today's magnesium as the pages show it. [mg]"""
    return findings.day_totals(diarist, findings.today(diarist)).magnesium_mg


def reviewed(diarist, magnesium_mg):
    return lambda: magnesium(diarist) == magnesium_mg and not findings.is_stale(diarist)


def stored():
    return {model: list(model.objects.order_by("pk").values()) for model in FINDINGS}


def nothing_lost_or_doubled(diarist, meals):
    """The meals are those that were logged, and all findings what a recompute from them gives."""
    eaten = list(Meal.objects.filter(diarist=diarist).values_list("items__food", "items__grams"))
    return len(eaten) == meals and not review.recompute(diarist).total


def waited_long(diarist):
    """Let the stale days of a diary be old enough for the sweep."""
    StaleDay.objects.filter(diarist=diarist).update(since=timezone.now() - timedelta(minutes=1))


def kill(process):
    """End a process and its pool as a power cut would: nothing of them runs another line."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# How soon -------------------------------------------------------------------------------------


def test_a_logged_meal_is_in_the_numbers_within_two_seconds_the_first_time_too(alice, banana, real_worker):
    real_worker()
    took = []
    for meals in (1, 2, 3):
        began = time.monotonic()
        entries.log_meal(alice, [(banana, Decimal(100))])
        until(reviewed(alice, 28 * meals), within=PATIENT)
        took.append(time.monotonic() - began)
    assert max(took) < QUICK * SLOWER, took
    row = NutrientGap.objects.get(
        diarist=alice, as_of=findings.today(alice), window_days=7, nutrient="magnesium_mg", kind="ear"
    )
    assert row.band == "not_enough_data"


def test_gaps_of_any_day_come_while_somebody_waits_for_them(alice, banana, real_worker):
    asked = findings.today(alice) - timedelta(days=3)
    assert not findings.ensure_as_of(alice, asked, wait_s=0.2)  # nobody is there to compute them

    real_worker()
    assert findings.ensure_as_of(alice, asked, wait_s=QUICK * SLOWER)
    assert {gap.as_of for gap in findings.gaps(alice, asked)} == {asked}


# Killed in the middle -------------------------------------------------------------------------

DYING = """
import os, signal, sys, time
import django
django.setup()
from journal import advice, review

def stop_here(*arguments):
    print("in the middle", flush=True)
    time.sleep(60)

advice.update_many = stop_here
review.review_stale(int(sys.argv[1]))
"""


@pytest.mark.faults
def test_a_review_killed_inside_its_transaction_leaves_nothing_half_written(alice, banana, real_worker):
    entries.log_meal(alice, [(banana, Decimal(100))])
    before = stored()
    dying = subprocess.Popen(
        [sys.executable, "-c", DYING, str(alice.pk)], env=environment(), stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert dying.stdout.readline() == "in the middle\n"  # days and gaps are written, and not committed
    kill(dying)
    assert stored() == before
    assert findings.is_stale(alice)

    waited_long(alice)
    real_worker()
    tasks.sweep.delay()
    until(reviewed(alice, 28), within=PATIENT)
    assert nothing_lost_or_doubled(alice, meals=1)


@pytest.mark.faults
def test_what_a_killed_worker_had_begun_is_done_by_the_sweep(alice, banana, real_worker):
    entries.log_meal(alice, [(banana, Decimal(100))])
    app.control.purge()  # what the save asked for is lost; this test asks itself
    before = stored()
    worker = real_worker()
    with transaction.atomic():
        Diarist.objects.select_for_update().get(pk=alice.pk)  # the worker has to wait before it writes
        tasks.review_diarist.delay(alice.pk)
        until(lambda: "review_diarist" in worker.log.read_text(), within=PATIENT)
        time.sleep(1)  # by now it has computed
        kill(worker)
    assert stored() == before

    waited_long(alice)
    real_worker()
    tasks.sweep.delay()
    until(reviewed(alice, 28), within=PATIENT)
    assert nothing_lost_or_doubled(alice, meals=1)


DEADLY = DYING.replace("time.sleep(60)", "os.kill(os.getpid(), signal.SIGKILL)")


@pytest.mark.faults
def test_a_diary_that_ends_each_process_is_left_alone_and_keeps_nobody_waiting(
    alice, banana, real_worker, bob
):
    """As one that needs more memory than there is would: nothing is left that could say so."""
    review.review_stale(bob.pk)
    for diarist in (alice, bob):
        entries.log_meal(diarist, [(banana, Decimal(100))])
        waited_long(diarist)
    app.control.purge()
    for _process in range(fatal.MOST):
        died = subprocess.run([sys.executable, "-c", DEADLY, str(alice.pk)], env=environment(), check=False)
        assert died.returncode == -signal.SIGKILL
    worker = real_worker()
    tasks.sweep.delay()
    until(reviewed(bob, 28), within=PATIENT)
    assert findings.is_stale(alice)
    assert f'"what": "review:{alice.pk}"' in worker.log.read_text()

    cache.delete(f"attempt:review:{alice.pk}")  # as an hour later
    tasks.sweep.delay()
    until(reviewed(alice, 28), within=PATIENT)
    assert all(nothing_lost_or_doubled(diarist, meals=1) for diarist in (alice, bob))


# At once --------------------------------------------------------------------------------------


@pytest.mark.faults
def test_many_reviews_of_one_diary_at_once_end_in_the_same_rows(alice, banana, real_worker):
    workers = [real_worker("-n", "one@%h"), real_worker("-n", "two@%h")]
    for _meal in range(8):
        entries.log_meal(alice, [(banana, Decimal(100))])
        tasks.review_diarist.delay(alice.pk)
    until(reviewed(alice, 28 * 8), within=PATIENT)

    for worker in workers:
        said = worker.log.read_text()
        assert "Traceback" not in said, said
    assert nothing_lost_or_doubled(alice, meals=8)


# Without a broker -----------------------------------------------------------------------------

LOGGING = """
import sys, time
from decimal import Decimal
import os, signal, sys, time
import django
django.setup()
from journal import entries, tasks
from journal.models import Diarist
from nutrients.models import Food

diarist, food = Diarist.objects.get(pk=sys.argv[1]), Food.objects.get(pk=sys.argv[2])
for word in sys.stdin:
    began = time.monotonic()
    if word == "sweep\\n":
        tasks.sweep.delay()
    else:
        entries.log_meal(diarist, [(food, Decimal(100))])
    print(time.monotonic() - began, flush=True)
"""


@pytest.mark.faults
def test_with_redis_down_logging_works_and_the_review_catches_up_when_it_is_back(
    alice, banana, real_worker, own_redis
):
    place = {"REDIS_URL": own_redis.url}
    worker = real_worker(**place)
    diary = subprocess.Popen(
        [sys.executable, "-c", LOGGING, str(alice.pk), str(banana.pk)], env=environment(**place), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip

    def say(word):
        diary.stdin.write(f"{word}\n")
        diary.stdin.flush()
        return float(diary.stdout.readline())

    try:
        say("log")
        until(reviewed(alice, 28), within=PATIENT)

        own_redis.stop()
        took = [say("log"), say("log")]
        assert max(took) < 1.5 * SLOWER, took  # the person does not wait for a broker
        assert findings.live_totals(alice, findings.today(alice)).magnesium_mg == 84
        assert magnesium(alice) == 28
        assert findings.is_stale(alice)

        own_redis.start()
        waited_long(alice)

        def swept():
            say("sweep")
            return reviewed(alice, 84)()

        until(swept, within=60, every=1)
        assert worker.poll() is None, "the worker did not survive the time without a broker"
        assert nothing_lost_or_doubled(alice, meals=3)
    finally:
        diary.stdin.close()
        diary.wait(timeout=10)
