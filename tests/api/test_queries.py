"""A list costs the same for one row and for two hundred."""

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
    with CaptureQueriesContext(connection) as few:
        alice.read(path)
    for _row in range(10):
        for make in MADE.values():
            make(who, milk)
    with CaptureQueriesContext(connection) as many:
        alice.read(path)

    assert len(many) == len(few) <= 22


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
