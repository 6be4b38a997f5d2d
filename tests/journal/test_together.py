"""Many diaries reviewed together: each as it would be alone, none in the way of another."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal import entries, nights, people, review
from journal.models import Advice, DailyIntake, NutrientGap, ReviewState, StaleDay, ToldGaps
from nutrients.models import Food, food_id
from spasmlog import fatal
from tests.conftest import diarist

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
"""21:00 on Wednesday in Auckland, 03:00 in New York, where it is still Tuesday's diary day."""
FOUND = (DailyIntake, NutrientGap, ToldGaps, Advice)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def crowd(foods):
    """People of two zones whose diaries have little in common."""
    banana = Food.objects.get(pk=food_id("fndds", "63107010"))
    almonds = Food.objects.get(pk=food_id("fndds", "42100100"))
    told = (
        ("ann", "Pacific/Auckland", {"sex": "female", "birth_date": "1985-03-02"}, 30),
        ("ben", "America/New_York", {"sex": "male", "birth_date": "2001-07-30", "height_cm": 180}, 12),
        ("cem", "Pacific/Auckland", {"birth_date": "1950-01-01"}, 3),
        ("dee", "America/New_York", {"sex": "female", "authority": "efsa"}, 9),
        ("eve", "Pacific/Auckland", {}, 0),
    )
    return [_somebody(name, zone, known, days, (banana, almonds)) for name, zone, known, days in told]


def _somebody(name, zone, known, days, foods):
    one = diarist(name, time_zone=zone)
    people.update_profile(one, **known)
    for ago in range(days):
        at = NOW - timedelta(days=ago, hours=2)
        grams = Decimal(150 + 7 * ago + 11 * len(name + zone))
        entries.log_meal(one, [(foods[ago % 2], grams)], occurred_at=at)
        entries.log_water(one, Decimal(400 + 20 * ago), occurred_at=at)
        entries.mark_day(one, entries.today(one) - timedelta(days=ago), finished=True)
        if ago % 4 == 1:
            entries.log_spasm(one, occurred_at=at)
    return one


def findings_of(one):
    """All that was found, without what says who, when, and under which number."""
    apart = {"id", "diarist_id", "computed_at", "created_at", "updated_at", "revision"}
    return {
        model: sorted(
            str({name: value for name, value in row.items() if name not in apart})
            for row in model.objects.filter(diarist=one).values()
        )
        for model in FOUND
    }


def all_anew():
    for model in (*FOUND, ReviewState):
        model.objects.all().delete()


def test_everybody_has_the_same_findings_together_as_alone(crowd):
    for one in crowd:
        review.review_stale(one.pk)
    alone = [findings_of(one) for one in crowd]
    assert any(found[Advice] for found in alone) and all(found[NutrientGap] for found in alone)

    all_anew()
    for one in crowd:
        entries.mark_stale(one, {entries.today(one) - timedelta(days=ago) for ago in range(30)})
    assert review.review_apart([one.pk for one in crowd]) == 0
    assert [findings_of(one) for one in crowd] == alone
    assert not StaleDay.objects.exists()
    assert all(review.recompute(one).total == 0 for one in crowd)


def test_a_night_asks_as_often_for_five_as_for_two(crowd, now):
    for one in crowd:
        review.review_stale(one.pk)
    now.shift(timedelta(days=1))

    def statements(some):
        with CaptureQueriesContext(connection) as captured:
            assert review.review_apart([one.pk for one in some]) == 0
        return len(captured)

    few = [crowd[0], crowd[1]]
    assert statements(crowd[2:]) <= statements(few) + 4


def test_somebody_overtaken_is_reviewed_once_more_and_the_others_are_stored_at_once(crowd, monkeypatch):
    ann, ben, *_ = crowd
    compute, rounds = review.assessed.gap_rows, []

    def overtaken(begun, *others):
        rounds.append([one.pk for one in begun])
        found = compute(begun, *others)
        if len(rounds) == 1:
            review.review_stale(ann.pk)
        return found

    monkeypatch.setattr(review.assessed, "gap_rows", overtaken)
    entries.log_water(ann, Decimal(100))
    assert review.review_apart([ann.pk, ben.pk]) == 0
    assert rounds[0] == [ann.pk, ben.pk] and rounds[1] == [ann.pk] and len(rounds) == 2
    assert not StaleDay.objects.filter(diarist__in=[ann, ben]).exists()


def test_diaries_whose_whole_past_is_due_are_not_held_all_at_once(crowd, monkeypatch):
    """Whoever logs a meal meanwhile would wait until the pasts of hundreds are stored."""
    store, held = review.stored.store, []

    def noted(begun, *others):
        held.append({one.diarist.user.username: len(one.days) for one in begun})
        return store(begun, *others)

    monkeypatch.setattr(review.stored, "store", noted)
    monkeypatch.setattr(nights, "DAYS_TOGETHER", 40)
    groups = list(nights.groups([one.pk for one in crowd]))
    assert sum(review.review_apart(some) for some in groups) == 0
    assert held == [{"ann": 30}, {"ben": 12, "cem": 3, "dee": 9, "eve": 1}]
    assert not StaleDay.objects.exists() and ReviewState.objects.count() == len(crowd)


def test_trouble_with_one_leaves_the_others_reviewed_and_itself_as_it_was(crowd, monkeypatch):
    ann, ben, *_ = crowd
    real = review.stored.advice.facts_of_many

    def not_of_ann(diarists, *others):
        if ann in diarists:
            raise RuntimeError("this diary is broken")
        return real(diarists, *others)

    monkeypatch.setattr(review.stored.advice, "facts_of_many", not_of_ann)
    assert review.review_apart([one.pk for one in crowd]) == 1
    assert not NutrientGap.objects.filter(diarist=ann).exists()
    assert NutrientGap.objects.filter(diarist=ben).exists()
    assert set(StaleDay.objects.values_list("diarist", flat=True)) == {ann.pk}


def test_a_diary_that_ended_processes_is_not_reviewed_with_the_others_either(crowd):
    ann, ben, *_ = crowd
    cache.set(f"attempt:review:{ann.pk}", fatal.MOST, 60)
    assert review.review_apart([ann.pk, ben.pk]) == 0
    assert set(NutrientGap.objects.values_list("diarist", flat=True)) == {ben.pk}


def test_those_who_ended_a_process_together_are_reviewed_one_by_one(crowd, monkeypatch):
    pks = [one.pk for one in crowd]
    cache.set(f"attempt:reviews:{pks[0]}", 1, 60)
    together, begin = [], review.begin

    def watched(ids):
        together.append(list(ids))
        return begin(ids)

    monkeypatch.setattr(review, "begin", watched)
    assert review.review_apart(pks) == 0
    assert together == [[pk] for pk in pks]


def test_a_number_off_in_its_last_digits_is_what_was_computed_and_a_real_fault_is_not(crowd):
    ann = crowd[0]
    review.review_stale(ann.pk)
    row = NutrientGap.objects.filter(diarist=ann, mean__gt=0, window_days=28).first()
    stored = dict(row.evidence["sources"])
    row.mean *= 1 + 1e-15
    row.evidence["sources"]["food"] *= 1 + 1e-14
    row.save()
    assert review.recompute(ann).total == 0

    row.evidence["sources"] = {**stored, "food": stored["food"] * 1.0001}
    row.save()
    assert review.recompute(ann).written["gaps"] == 1
