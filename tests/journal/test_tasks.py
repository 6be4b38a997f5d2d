"""The workers' door: what is asked for, when, and that the door itself stays light."""

import subprocess
import sys
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.cache import cache
from kombu.exceptions import OperationalError

from journal import entries, findings, tasks
from journal.models import DailyIntake, NutrientGap, StaleDay
from nutrients.models import Food, food_id
from spasmlog.celery import app
from tests.conftest import environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def banana(foods):
    return Food.objects.get(pk=food_id("fndds", "63107010"))  # 28 mg magnesium in 100 g


@pytest.fixture
def asked(monkeypatch):
    """What pages ask the workers for."""
    requests = []
    for task in (tasks.review_diarist, tasks.review_as_of):
        monkeypatch.setattr(
            task, "delay", lambda *arguments, name=task.name: requests.append((name, *arguments))
        )
    return requests


@pytest.fixture
def no_broker(monkeypatch):
    def down(*_arguments):
        raise OperationalError("connection refused")

    for task in (tasks.review_diarist, tasks.review_as_of):
        monkeypatch.setattr(task, "delay", down)


def rows():
    return [list(model.objects.order_by("pk").values()) for model in (DailyIntake, NutrientGap)]


def test_a_saved_meal_is_reviewed_by_the_task_that_its_save_asked_for(alice, banana, eager_review):
    with eager_review():
        entries.log_meal(alice, [(banana, Decimal(100))])
    assert findings.day_totals(alice, findings.today(alice)).magnesium_mg == 28
    assert not StaleDay.objects.exists()


def test_the_same_task_twice_gives_the_same_rows(alice, banana):
    entries.log_meal(alice, [(banana, Decimal(100))])
    tasks.review_diarist(alice.pk)
    before = rows()
    entries.mark_stale(alice, [findings.today(alice)])
    tasks.review_diarist(alice.pk)
    assert rows() == before

    earlier = (findings.today(alice) - timedelta(days=2)).isoformat()
    tasks.review_as_of(alice.pk, earlier)
    before = rows()
    tasks.review_as_of(alice.pk, earlier)
    assert rows() == before


def test_the_scheduler_sweeps_often_and_begins_new_days_within_the_hour():
    schedule = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert schedule == {
        "journal.tasks.sweep": 20.0, "journal.tasks.review_everybody": 3600.0,
        "journal.tasks.forget_old": 21_600.0, "journal.tasks.ring": 60.0,
        "journal.tasks.post_digests": 1800.0,
    }  # fmt: skip
    assert schedule.keys() <= app.tasks.keys()


def test_a_message_is_given_up_only_when_its_task_has_ended():
    # A worker that is killed must not take the message with it; the tasks stand being run again.
    for task in (tasks.review_diarist, tasks.review_as_of, tasks.sweep, tasks.review_everybody):
        assert task.acks_late, task.name
        assert task.reject_on_worker_lost, task.name


def test_a_page_asks_for_a_review_once_and_not_at_each_look(alice, asked):
    assert findings.refresh(alice)  # nothing was ever reviewed
    assert findings.refresh(alice)
    assert asked == [("journal.tasks.review_diarist", alice.pk)]

    cache.clear()  # as after 15 s
    findings.refresh(alice)
    assert len(asked) == 2


def test_a_page_with_current_findings_asks_for_nothing(alice, asked):
    tasks.review_diarist(alice.pk)
    assert not findings.refresh(alice)
    assert asked == []


def test_a_page_is_shown_without_a_broker(alice, no_broker):
    assert findings.refresh(alice)
    assert not findings.ensure_as_of(alice, findings.today(alice), wait_s=5)


def test_gaps_that_are_there_are_not_asked_for_again(alice, asked):
    tasks.review_diarist(alice.pk)
    assert findings.ensure_as_of(alice, findings.today(alice))
    assert not findings.ensure_as_of(alice, findings.today(alice) + timedelta(days=1))  # still to come
    assert asked == []


def test_asking_for_work_loads_neither_pandas_nor_numpy():
    program = (
        "import sys, django; django.setup(); from journal import tasks, findings, eaten; "
        "print(sorted({'pandas', 'numpy', 'scipy', 'journal.review', 'journal.frames'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert said.stdout.strip() == "[]", said.stderr
