"""A list costs the same for one row and for two hundred."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal import entries, revisions
from journal.models import Advice
from nutrients import foods as own_foods
from nutrients import texts
from tests.api.conftest import diarist
from tests.api.rows import MADE, card


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
    costs = []
    for limit in (2, 100):
        texts.forget()
        costs.append(cost(alice, f"foods/?search=milk&limit={limit}"))
    (few, two), (many, rows) = costs

    assert two == 2 and rows > 20
    assert many == few <= 7  # session, user, diarist, words, which foods; and once what they hold, in two


def test_with_the_next_letter_only_the_words_are_looked_for(alice, foods):
    alice.read("foods/?search=banana")
    entries.log_meal(diarist(alice), [(foods.get(name="Banana, raw"), 100)])
    first, _rows = cost(alice, "foods/?search=banana")
    again, rows = cost(alice, "foods/?search=banana")
    assert rows > 5
    assert (
        again <= 5 < first
    )  # session, user, diarist, words, which foods; what they hold is told from before

    entries.log_meal(diarist(alice), [(foods.get(name="Banana chips"), 30)])
    eaten = alice.read("foods/?search=").json()["results"]
    assert [food["name"] for food in eaten] == ["Banana chips", "Banana, raw"]  # the latest first, at once


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


def test_a_search_for_foods_that_were_told_before_costs_four_queries(alice, foods):
    assert cost(alice, "foods/?search=milk")[1] == 25
    queries, found = cost(alice, "foods/?search=milk")

    assert found == 25
    assert queries <= 4  # the sign-in, the person with their diary, the candidates, the foods


@pytest.mark.parametrize("kind", sorted([*MADE, "foods", "advice"]))
def test_the_feed_costs_the_same_for_two_rows_of_a_kind_and_two_hundred(alice, milk, kind):
    who = diarist(alice)
    alice.read("sync/")
    if kind != "advice":
        make_rows(who, milk, "advice", 1)  # so many drinks bring a card; here it is in both
    make_rows(who, milk, kind, 2)
    few, rows = feed_cost(alice, kind)
    assert rows == 2
    make_rows(who, milk, kind, 198)
    many, rows = feed_cost(alice, kind)

    assert rows == 200
    assert many == few <= 20


def make_rows(who, milk, kind, count):
    with entries.one_review():
        for number in range(count):
            if kind == "foods":
                entries.save_food(
                    who, name=f"Food {number}", per_100g={"zinc_mg": 1}, portions=[("cup", 100)]
                )
            elif kind == "advice":
                row = card(who, milk)
                Advice.objects.filter(pk=row.pk).update(revision=revisions.forward(who))
            else:
                MADE[kind](who, milk)


def test_the_feed_of_a_row_of_each_kind_costs_a_fixed_number_of_queries(alice, milk):
    who = diarist(alice)
    alice.read("sync/")
    for kind in (*MADE, "foods", "advice"):
        make_rows(who, milk, kind, 1)
    with CaptureQueriesContext(connection) as queries:
        told = alice.read("sync/?limit=1000").json()["changes"]
    assert {"advice", "profile", "foods", *MADE} <= {one["type"] for one in told}
    assert len(queries) <= 32


def feed_cost(phone, kind):
    """Queries of the whole feed, and how many rows of a kind are in it."""
    with CaptureQueriesContext(connection) as queries:
        body = phone.read("sync/?limit=1000").json()
    return len(queries), sum(one["type"] == kind for one in body["changes"])


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
