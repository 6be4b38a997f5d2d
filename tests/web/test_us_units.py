"""Foods, recipes, own targets and rules for whoever thinks in ounces; what is stored stays in grams."""

import re
from decimal import Decimal

import pytest

from journal import entries, people
from journal.codes import Units
from journal.models import Meal, MealItem, PersonalTarget
from nutrients.models import Food
from tests.web.test_today import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def us(browser, alice):
    people.update_profile(alice, units=Units.US)
    return browser


@pytest.fixture
def rice(foods):
    return next(
        food for food in foods.filter(owner=None, name__startswith="Rice, white") if food.portions.all()
    )


@pytest.fixture
def plain_food(foods):
    """A food without a household portion."""
    return foods.filter(owner=None, portions=None).first()


def test_what_was_eaten_is_told_in_ounces(us, alice, rice):
    entries.log_meal(alice, [(rice, Decimal(100))])
    assert f"{rice.name} 3.5 oz" in words(us.get("/"))  # 100 / 28.35 = 3.53


def test_a_trace_of_spice_is_no_tenth_of_an_ounce(us, alice, rice):
    entries.log_meal(alice, [(rice, Decimal(2))])
    assert f"{rice.name} 0.07 oz" in words(us.get("/"))  # 2 / 28.35 = 0.0705


def test_an_amount_typed_in_ounces_is_kept_in_grams_and_opens_again_in_ounces(us, plain_food):
    page = us.get(f"/meals/add/?add={plain_food.pk}").content.decode()
    said = {"food": plain_food.pk, "measure-0": "oz", "quantity": "4.25"}
    us.post("/meals/add/", said | {"kind": "snack", "occurred_at": "", "do": "save"})
    item = MealItem.objects.get()
    opened = us.get(f"/meals/{Meal.objects.get().pk}/").content.decode()

    assert page.index('value="oz"') < page.index('value="g"')
    assert item.grams == Decimal("120.485")  # 4.25 x 28.349523125
    assert 'name="quantity" value="4.25"' in opened
    assert re.search(r'value="oz" checked', opened)


def test_an_amount_that_was_typed_in_grams_opens_again_to_the_gram(us, alice, plain_food):
    meal = entries.log_meal(alice, [(plain_food, Decimal(37))])
    opened = us.get(f"/meals/{meal.pk}/").content.decode()
    assert 'name="quantity" value="37"' in opened and re.search(r'value="g" checked', opened)


def test_a_portion_names_ounces_and_the_grams_of_labels(us, rice):
    portion = rice.portions.all()[0]
    page = words(us.get(f"/foods/{rice.pk}/"))
    assert f"oz ({float(portion.grams):g} g)" in page and "per 3.5 oz (100 g)" in page


def test_a_food_is_looked_at_by_the_ounce(us, rice):
    page = words(us.get(f"/foods/{rice.pk}/?measure=oz&quantity=4"))
    assert "in 4 oz (113 g)" in page  # 4 x 28.35 = 113.4


def test_the_weight_of_a_dish_is_asked_for_in_ounces_and_left_alone_unless_touched(us, alice, rice):
    said = {
        "name": "Pilaf",
        "food": rice.pk,
        "measure-0": "oz",
        "quantity": "16",
        "yield_g": "20",
        "do": "save",
    }
    assert "The finished dish weighs (oz)" in words(us.get("/foods/recipes/new/"))
    us.post("/foods/recipes/new/", said)
    dish = Food.objects.get(name="Pilaf")
    assert dish.yield_g == Decimal("566.990")  # 20 x 28.349523125
    assert "The finished dish weighs 20 oz." in words(us.get(f"/foods/{dish.pk}/"))

    people.update_profile(alice, units=Units.METRIC)
    us.post(f"/foods/{dish.pk}/edit/", said | {"yield_g": "555"})
    people.update_profile(alice, units=Units.US)
    us.post(f"/foods/{dish.pk}/edit/", said | {"yield_g": "19.6", "name": "Pilau"})  # as it is shown
    assert Food.objects.get(pk=dish.pk).yield_g == Decimal(555)


def test_a_dish_that_cannot_be_is_refused_in_pounds_to_who_typed_ounces(us, rice):
    said = {
        "name": "Pilaf",
        "food": rice.pk,
        "measure-0": "oz",
        "quantity": "16",
        "yield_g": "99999",
        "do": "save",
    }
    page = words(us.post("/foods/recipes/new/", said))
    assert page.count("A dish of more than 220 lb is not possible.") == 1 and "kg is not possible" not in page
    assert not Food.objects.filter(name="Pilaf").exists()


def rows(**first):
    said = {"row-TOTAL_FORMS": "1", "row-INITIAL_FORMS": "0", "do": "save"}
    return said | {f"row-0-{name}": value for name, value in first.items()}


def test_an_own_target_of_water_is_a_volume_and_one_of_magnesium_mg(us):
    page = us.get("/me/targets/").content.decode()
    assert "water (fl oz)" in page and "magnesium (mg)" in page and "(g)" not in page

    us.post("/me/targets/", rows(nutrient="water_g", amount="64", set_by="own"))
    target = PersonalTarget.objects.get()
    assert target.amount == Decimal("1892.7")  # 64 x 29.5735
    assert 'value="64"' in us.get("/me/targets/").content.decode()

    untouched = rows(nutrient="water_g", amount="64", set_by="own") | {"row-INITIAL_FORMS": "1"}
    us.post("/me/targets/", untouched)
    assert PersonalTarget.objects.get().amount == target.amount
    us.post("/me/targets/", rows(nutrient="magnesium_mg", amount="64", set_by="own"))
    assert PersonalTarget.objects.get().amount == Decimal(64)


def test_the_rules_speak_of_fluid_ounces_and_degrees_fahrenheit(us, client):
    said = words(us.get("/advice/rules/"))
    assert "90 °F or more during exercise" in said and "less than 34 fl oz of drinks logged" in said
    assert not re.search(r"\d L\b|°C|are metric", said)


def test_the_rules_stay_metric_for_the_others(browser):
    said = words(browser.get("/advice/rules/"))
    assert "32 °C or more during exercise" in said and "fl oz" not in said
