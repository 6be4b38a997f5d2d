"""What benchmarks set our speed beside does the same work."""

import subprocess
import sys
from datetime import time

import pytest
from django.test import override_settings

from journal.models import Diarist, Meal, MealItem, StaleDay, WaterIntake
from tests.conftest import SLOWER, environment

pytestmark = pytest.mark.django_db
OWN = {"id", "meal_id", "revision", "version", "created_at", "updated_at", "occurred_at", "since"}
"""What differs from one row to the next: names, moments and their order."""
WORKED_OUT = {(Meal, "kind"), (WaterIntake, "grams")}
"""What ours works out of what was sent, and a bare view takes as it comes."""


def stored():
    """All rows that saves write, without what is of one row alone."""
    return {
        model.__name__: [
            {
                name: value
                for name, value in row.items()
                if name not in OWN and (model, name) not in WORKED_OUT
            }
            for row in model.objects.order_by("pk" if model is StaleDay else "id").values()
        ]
        for model in (Meal, MealItem, StaleDay, WaterIntake)
    }


def written(phone, path, body):
    for model in (MealItem, Meal, WaterIntake, StaleDay):
        model.objects.all().delete()
    answer = phone.post(path, body, format="json")
    assert answer.status_code == 201, answer.content
    rows = stored()
    rows["MealItem"].sort(key=lambda row: row["position"])
    return rows


@override_settings(ROOT_URLCONF="benchmarks.bare")
@pytest.mark.parametrize("kind", ["meals", "water"])
def test_a_bare_view_writes_the_rows_that_ours_writes(alice, phone, foods, kind):
    Diarist.objects.update(time_zone="UTC", day_start=time(0))  # a bare view knows no other clock
    items = [{"food": str(food.pk), "grams": 10 + n} for n, food in enumerate(foods[:4])]
    body = {"meals": {"items": items}, "water": {"amount_ml": 250}}[kind]
    ours = written(phone, f"/api/v1/{kind}/", body)
    assert sum(map(len, ours.values())) == {"meals": 6, "water": 2}[kind]
    bare = written(phone, f"/bare/{kind}/", body)
    for table, rows in ours.items():
        assert bare[table] == rows


@override_settings(ROOT_URLCONF="benchmarks.bare")
def test_a_bare_view_asks_who_it_is_as_ours_does(client):
    assert client.post("/bare/meals/").status_code == client.post("/api/v1/meals/").status_code == 401


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.timeout(400 * SLOWER)
@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("scale --diarists 600 --days 4 --reviewed 10 --parts 4", "start of the workers"),
        ("partitions --diarists 20 --days 5 --parts 4", "make the tables so"),
    ],
    ids=["scale", "partitions"],
)
def test_what_takes_many_people_comes_to_its_end_with_few(named, told):
    """On a PostgreSQL of its own. What few people take is no measure: a ratio need not hold, and a night may
    be too short to be told from the start of the workers."""
    begun = subprocess.Popen(
        [sys.executable, "-m", *f"benchmarks.{named}".split()],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said, wrong = begun.communicate(timeout=300 * SLOWER)
    finally:
        begun.terminate()  # it ends its server with it
    assert told in said, wrong[-2000:]
    few = ("Not held: ", "The night is too short")
    assert begun.returncode == 0 or wrong.strip().startswith(few), wrong[-2000:]
