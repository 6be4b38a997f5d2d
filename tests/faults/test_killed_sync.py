"""A web process that is killed while it stores what a phone sent: each item is whole or not there."""

import json
import os
import signal
import subprocess
import sys
import uuid
from decimal import Decimal

import pytest

from journal import review
from journal.models import DailyIntake, KeptAnswer, Meal, MealItem, StaleDay
from tests.conftest import environment, until
from tests.faults.running import meals_are_whole

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.processes,
    pytest.mark.faults,
]  # fmt: skip

WEB_PROCESS = """
import json, sys
import django
django.setup()
from django.test import Client

token, path, body, key = sys.stdin.read().split("\\n")
headers = {"X-Session-Token": token, "host": "localhost", **({"Idempotency-Key": key} if key else {})}
print("sending", flush=True)
Client().post(path, body, content_type="application/json", headers=headers)
print("answered", flush=True)
"""
FOODS = 4
MEALS = 120


@pytest.fixture
def web(token):
    """`web(path, body)`: a web process that got this POST; it is killed by its id."""
    started = []

    def post(path, body, key=""):
        process = subprocess.Popen(
            [sys.executable, "-c", WEB_PROCESS], env=environment(), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        process.stdin.write("\n".join([token, path, json.dumps(body), key]))
        process.stdin.close()
        return process

    yield post
    for process in started:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def meal(food):
    items = [{"food": str(food.pk), "grams": 10 + n} for n in range(FOODS)]
    return {"occurred_at": "2026-11-20T12:00:00Z", "items": items}


def batch(food):
    return {
        "items": [
            {"type": "meals", "id": str(uuid.uuid4()), "op": "put", "data": meal(food)} for _ in range(MEALS)
        ]
    }


def all_whole():
    """Each meal is whole, and its day waits for a review."""
    return meals_are_whole(FOODS) and StaleDay.objects.filter(date=Meal.objects.first().local_date).exists()


def findings_are_those_of_the_entries(diarist, meals):
    """A review finds each meal once, and a recompute has nothing to mend."""
    review.review_stale(diarist.pk)
    [day] = DailyIntake.objects.filter(diarist=diarist, items__gt=0)
    return day.items == meals * FOODS and not review.recompute(diarist).total


def test_a_batch_cut_off_by_a_kill_leaves_whole_items_and_the_rest_comes_with_the_repeat(
    alice, phone, web, foods
):
    body = batch(foods.first())
    process = web("/api/v1/sync/", body)
    until(lambda: Meal.objects.count() >= 3, within=60, every=0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    stored = set(Meal.objects.values_list("pk", flat=True))
    assert 3 <= len(stored) < MEALS, "killed in the middle"
    assert all_whole()
    results = phone.post("/api/v1/sync/", body, format="json").json()["results"]
    told = {uuid.UUID(one["id"]): one["status"] for one in results}
    assert {id for id, status in told.items() if status == "unchanged"} == stored
    assert set(told.values()) == {"created", "unchanged"}
    assert Meal.objects.count() == MEALS
    assert all_whole()
    assert findings_are_those_of_the_entries(alice, MEALS)


def test_a_post_under_a_key_that_was_killed_anywhere_is_stored_once_by_its_repeat(alice, phone, web, foods):
    body = meal(foods.first())
    for number in range(3):
        key = f"k{number}"
        process = web("/api/v1/meals/", body, key)
        process.stdout.readline()  # it sends
        if number:
            until(lambda: process.poll() is not None or Meal.objects.count() > number, 30, 0.002)  # noqa: B023
        process.kill()
        process.wait()
        assert Meal.objects.count() == KeptAnswer.objects.count()
        phone.post("/api/v1/meals/", body, format="json", headers={"Idempotency-Key": key})
        phone.post("/api/v1/meals/", body, format="json", headers={"Idempotency-Key": key})
        assert Meal.objects.count() == KeptAnswer.objects.count() == number + 1

    assert all_whole()
    assert findings_are_those_of_the_entries(alice, meals=3)
    assert set(MealItem.objects.values_list("grams", flat=True)) == {Decimal(10 + n) for n in range(FOODS)}
