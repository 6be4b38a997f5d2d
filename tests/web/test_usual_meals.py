"""Usual meals: found without a name, logged with one tap, kept and let go."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from journal import entries
from journal.entries import Portion
from journal.habits import history, usual_meals
from journal.models import Favourite, Meal
from nutrients.models import food_id
from tests.web.test_today import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def milk(foods):
    return foods.get(pk=food_id("fndds", "11111000"))


@pytest.fixture
def banana(foods):
    return foods.get(pk=food_id("fndds", "63107010"))


def at(alice, days, hour):
    """So many days ago at an hour of Alice's clock."""
    day = timezone.now().astimezone(alice.tz).date() - timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=alice.tz)


def test_a_meal_eaten_twice_is_a_usual_one_and_one_eaten_once_is_not(alice, milk, banana):
    for days in (2, 4):
        entries.log_meal(
            alice, [(milk, Decimal(200)), (banana, Decimal(100))], occurred_at=at(alice, days, 8)
        )
    entries.log_meal(alice, [(banana, Decimal(90))], occurred_at=at(alice, 3, 8))
    (usual,) = usual_meals(alice, "breakfast")
    assert (usual.kind, usual.name, usual.foods) == ("breakfast", "", (milk.name, banana.name))


def test_a_usual_meal_is_logged_again_as_it_was_eaten_last(browser, alice, milk):
    for days, grams in ((4, 200), (2, 250)):
        entries.log_meal(alice, [(milk, Decimal(grams))], occurred_at=at(alice, days, 8))
    page = browser.get("/meals/usual/").content.decode()
    address = re.search(r'action="(/meals/[0-9a-f-]+/repeat/)"', page)[1]
    answer = browser.post(address, {"id": str(uuid4())}, follow=True)
    latest = Meal.objects.order_by("-created_at").first()
    assert [item.grams for item in latest.items.all()] == [Decimal(250)]
    assert latest.kind == "breakfast" and f"/entries/meal/{latest.pk}/delete/" in answer.content.decode()


def test_a_meal_kept_under_a_name_is_logged_with_its_amounts(browser, alice, milk):
    cup = milk.portions.get(description="1 cup")
    meal = entries.log_meal(alice, [Portion(milk, portion=cup, quantity=Decimal(2))], kind="lunch")
    browser.post(f"/meals/{meal.pk}/favourite/", {"name": "Shake"})
    said = {"id": str(uuid4())}
    browser.post(f"/meals/usual/{Favourite.objects.get().pk}/log/", said)
    browser.post(f"/meals/usual/{Favourite.objects.get().pk}/log/", said)  # a double tap
    again = Meal.objects.exclude(pk=meal.pk).get()
    assert again.kind == "lunch"
    assert [(i.portion, i.quantity) for i in again.items.all()] == [(cup, Decimal(2))]


def test_from_the_page_of_another_day_it_is_logged_on_that_day(browser, alice, milk):
    meal = entries.log_meal(alice, [(milk, Decimal(200))])
    day = entries.today(alice) - timedelta(days=5)
    browser.post(f"/meals/{meal.pk}/repeat/", {"id": str(uuid4()), "day": day.isoformat()})
    assert Meal.objects.exclude(pk=meal.pk).get().local_date == day


def test_a_name_given_to_foods_eaten_often_is_not_told_twice(alice, milk):
    for days in (2, 4):
        meal = entries.log_meal(alice, [(milk, Decimal(200))], occurred_at=at(alice, days, 8))
    items = [{"food": str(milk.pk), "portion": None, "quantity": None, "grams": 200}]
    entries.save_favourite(alice, name="Morning milk", kind=meal.kind, items=items)
    assert [one.name for one in usual_meals(alice, "breakfast")] == ["Morning milk"]


def test_keeping_and_letting_go_can_both_be_taken_back(browser, alice, milk):
    meal = entries.log_meal(alice, [(milk, Decimal(200))])
    kept = browser.post(f"/meals/{meal.pk}/favourite/", {"name": "Shake"}, follow=True).content.decode()
    favourite = Favourite.objects.get()
    assert f'action="/entries/favourite/{favourite.pk}/delete/"' in kept

    gone = browser.post(f"/meals/usual/{favourite.pk}/drop/", follow=True)
    assert "is no usual meal any more" in words(gone) and not Favourite.objects.live().exists()
    back = browser.post(f"/entries/favourite/{favourite.pk}/restore/", follow=True)
    assert "Shake" in words(back) and Favourite.objects.live().get() == favourite


def test_another_persons_usual_meal_is_not_there(browser, alice, bob, milk):
    items = [{"food": str(milk.pk), "portion": None, "quantity": None, "grams": 200}]
    theirs = entries.save_favourite(bob, name="Bob's shake", kind="lunch", items=items)
    for action in ("log", "drop"):
        assert browser.post(f"/meals/usual/{theirs.pk}/{action}/").status_code == 404
    assert "Bob" not in words(browser.get("/meals/usual/"))


def test_without_any_the_page_says_what_to_do(browser, alice):
    assert "A meal that you log twice comes to stand here" in words(browser.get("/meals/usual/"))


def test_foods_of_this_hour_come_first_and_with_the_amount_of_this_meal(alice, milk, banana, monkeypatch):
    moment = at(alice, 0, 8) + timedelta(minutes=1)
    monkeypatch.setattr("journal.habits.timezone.now", lambda: moment)
    for days in (1, 2, 3):
        entries.log_meal(alice, [(milk, Decimal(300))], occurred_at=at(alice, days, 10), kind="breakfast")
        entries.log_meal(alice, [(banana, Decimal(120))], occurred_at=at(alice, days, 7), kind="breakfast")
    entries.log_meal(alice, [(banana, Decimal(50))], occurred_at=at(alice, 1, 20), kind="dinner")
    known = history(alice, "breakfast")
    assert list(known.last) == [banana.pk, milk.pk]
    assert known.last[banana.pk].grams == 120  # 50 g were at dinner, and later


@pytest.mark.parametrize("times", [2, 200])
def test_add_food_and_usual_meals_cost_the_same_queries_after_2_meals_and_after_200(
    browser, alice, foods, times, django_assert_max_num_queries
):
    some = list(foods.filter(source="fndds", name__startswith="Milk")[:10])
    for n in range(times):
        entries.log_meal(alice, [(some[n % len(some)], Decimal(50)), (some[0], Decimal(20))], kind="lunch")
    browser.get("/meals/add/")
    with django_assert_max_num_queries(15):
        browser.get("/meals/add/?kind=lunch")
    with django_assert_max_num_queries(8):
        browser.get("/meals/usual/")
