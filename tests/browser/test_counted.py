"""How many things a person has to do to log what they log every day, counted in a real browser from Today.

An action is a tap, or one word typed into a field that has the cursor already or was tapped for it.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from journal import entries
from journal.models import Meal, SpasmEpisode, WaterIntake
from nutrients.models import Food, food_id
from tests.browser.conftest import until
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]


class Counted:
    """A screen on which everything that the person does is counted."""

    def __init__(self, screen):
        self.screen, self.actions = screen, 0

    def tap(self, selector, text=""):
        self.actions += 1
        self.screen.tap(selector, text)

    def type(self, text):
        """Type where the cursor is: nothing is tapped for it."""
        self.actions += 1
        self.screen.driver.switch_to.active_element.send_keys(text)


@pytest.fixture
def person(screen, alice):
    screen.shape(390)
    screen.sign_in("alice", PASSWORD)
    return Counted(screen)


def test_a_common_food_that_is_new_takes_at_most_five_actions(person):
    person.tap("a.button", "Add food")
    until(lambda: person.screen.run("document.activeElement.id") == "q")  # the cursor waits in the search
    person.type("banana")
    person.tap("#results .result", "Banana, raw")
    person.tap("button", "Save meal")
    person.screen.find(".message", "saved.")
    assert [item.food.name for item in Meal.objects.get().items.all()] == ["Banana, raw"]
    assert person.actions == 4  # and one to spare for another portion


@pytest.mark.slow
def test_a_common_food_in_another_portion_takes_five(person):
    person.tap("a.button", "Add food")
    until(lambda: person.screen.run("document.activeElement.id") == "q")
    person.type("whole milk")
    person.tap("#results .result", "Milk, whole")
    person.tap(".measures .chip", "fl oz")
    person.tap("button", "Save meal")
    person.screen.find(".message", "saved.")
    item = Meal.objects.get().items.get()
    assert (item.portion.description, item.grams) == ("1 fl oz", Decimal("30.500"))
    assert person.actions == 5


def test_a_usual_meal_takes_two_taps(person, alice):
    milk = Food.objects.get(pk=food_id("fndds", "11111000"))
    for days in (1, 3):
        moment = timezone.now() - timedelta(days=days)
        entries.log_meal(alice, [(milk, Decimal(244))], occurred_at=moment)
    person.tap("a.button", "Usual meals")
    person.tap(".usual-meal", "Milk, whole")
    person.screen.find(".message", "saved.")
    assert person.actions == 2
    assert Meal.objects.on(entries.today(alice)).get().items.get().grams == 244


@pytest.mark.slow
def test_a_food_of_this_hour_takes_three_taps_and_no_typing(person, alice):
    milk = Food.objects.get(pk=food_id("fndds", "11111000"))
    entries.log_meal(alice, [(milk, Decimal(244))], occurred_at=timezone.now() - timedelta(days=1))
    person.screen.go("/")
    person.tap("a.button", "Add food")
    person.tap("#results .result", "Milk, whole")
    person.tap("button", "Save meal")
    person.screen.find(".message", "saved.")
    assert person.actions == 3


def test_water_takes_one_tap(person):
    person.tap(".quick-water button", "300")
    person.screen.find(".message", "300 ml of water saved.")
    assert person.actions == 1 and WaterIntake.objects.get().amount_ml == 300


def test_a_cramp_takes_one_tap(person):
    person.tap(".cramp-now button")
    person.screen.find("h1", "Cramp at")
    assert person.actions == 1 and SpasmEpisode.objects.count() == 1
