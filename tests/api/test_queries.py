"""A list costs the same for one row and for two hundred."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal import entries
from nutrients import foods as own_foods
from tests.api.conftest import diarist
from tests.api.rows import MADE


def cost(phone, path):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        body = phone.read(path).json()
    return len(queries), len(body["results"])


@pytest.mark.parametrize("kind", sorted(MADE))
def test_a_page_costs_the_same_for_one_row_and_two_hundred(alice, milk, kind):
    who = diarist(alice)
    alice.read("profile/")
    MADE[kind](who, milk)
    one, rows = cost(alice, f"{kind}/?page_size=200")
    assert rows == 1
    for _row in range(199):
        MADE[kind](who, milk)

    many, rows = cost(alice, f"{kind}/?page_size=200")

    assert rows == 200
    assert many == one <= 6  # session, user, diarist, rows, and at most two for what hangs on them


def test_foods_found_cost_the_same_for_few_and_many(alice, foods):
    alice.read("foods/?search=milk")
    few, _rows = cost(alice, "foods/?search=milk&limit=1")
    many, rows = cost(alice, "foods/?search=milk&limit=100")

    assert rows > 20
    assert many == few <= 9


def test_own_foods_cost_the_same_for_one_and_fifty(alice):
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.get(pk=alice.user_id)
    for number in range(50):
        own_foods.save_own(user, name=f"Food {number}", per_100g={"energy_kcal": 1}, portions=[("cup", 100)])
        if number == 0:
            one, _rows = cost(alice, "foods/?source=own")

    assert cost(alice, "foods/?source=own") == (one, 50)


def test_a_day_costs_the_same_for_few_and_many_entries(alice, milk):
    who = diarist(alice)
    path = f"days/{entries.today(who)}/"
    for make in MADE.values():
        make(who, milk)
    alice.read(path)  # the tables of references are read once a minute
    with CaptureQueriesContext(connection) as few:
        alice.read(path)
    for _row in range(10):
        for make in MADE.values():
            make(who, milk)
    with CaptureQueriesContext(connection) as many:
        alice.read(path)

    assert len(many) == len(few) <= 23


def test_a_year_of_intake_costs_as_much_as_a_day(alice):
    one, _rows = cost(alice, "intake/?from=2026-01-01&to=2026-01-01")
    year, rows = cost(alice, "intake/?from=2025-01-01&to=2025-12-31")

    assert rows == 365
    assert year <= one


def test_a_drink_is_stored_with_few_queries(alice):
    alice.send("water/", {"amount_ml": 100})
    with CaptureQueriesContext(connection) as queries:
        alice.send("water/", {"amount_ml": 100})

    assert len(queries) <= 23  # with the check for drinking too much, which must not wait for a worker


def test_the_feed_costs_the_same_for_one_row_of_each_kind_and_two_hundred(alice, milk):
    who = diarist(alice)
    alice.read("sync/")
    for make in MADE.values():
        make(who, milk)
    for _row in range(20):  # a card comes of so much
        MADE["exercises"](who, milk)
        MADE["water"](who, milk)
    entries.save_food(who, name="Food", per_100g={"energy_kcal": 1}, portions=[("cup", 100)])
    few, rows = feed_cost(alice)
    assert rows >= len(MADE) + 2
    for number in range(8):
        for make in MADE.values():
            make(who, milk)
        entries.save_food(who, name=f"Food {number}", per_100g={"energy_kcal": 1}, portions=[("cup", 100)])
    many, rows = feed_cost(alice)

    assert rows >= 8 * len(MADE)
    assert many == few <= 32


def feed_cost(phone):
    with CaptureQueriesContext(connection) as queries:
        body = phone.read("sync/?limit=1000").json()
    assert {"advice", "profile", "foods", *MADE} <= {one["type"] for one in body["changes"]}
    return len(queries), len(body["changes"])


@pytest.mark.parametrize("kind", ["meals", "water", "spasms", "foods"])
def test_each_item_of_a_batch_costs_as_much_as_the_one_before(alice, milk, kind):
    data = {
        "meals": {"items": [{"food": str(milk.pk), "grams": 100}] * 4},
        "water": {"amount_ml": 100},
        "spasms": {"site": "calf"},
        "foods": {"name": "Soup", "per_100g": {"zinc_mg": 1}},
    }[kind]
    sent = [batch_cost(alice, kind, data, items) for items in (1, 2, 12)]

    assert sent[2] - sent[1] == 10 * (sent[1] - sent[0])


def batch_cost(phone, kind, data, items):
    body = {"items": [{"type": kind, "id": str(uuid4()), "op": "put", "data": data} for _ in range(items)]}
    with CaptureQueriesContext(connection) as queries:
        results = phone.send("sync/", body).json()["results"]
    assert {one["status"] for one in results} == {"created"}
    return len(queries)


def test_a_meal_of_sixty_foods_costs_as_much_as_one_of_one(alice, foods):
    def cost_of(count):
        items = [{"food": str(food.pk), "grams": 10} for food in foods[:count]]
        with CaptureQueriesContext(connection) as queries:
            assert alice.send("meals/", {"items": items}).status_code == 201
        return len(queries)

    cost_of(1)
    assert cost_of(1) == cost_of(60)
