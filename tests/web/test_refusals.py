"""What is refused: by the limit that it breaks, once for each fault, and all faults of a form at once."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from journal import entries, people
from journal.models import Dose, Exercise, Meal, Supplement, WaterIntake
from nutrients.models import Activity, Food, food_id

pytestmark = pytest.mark.django_db

LIMIT_OF_FOOD = "More than 5 kg of one food at once is not possible. Check the amount."
ABSURD = "99999999"


def told(answer):
    """The sentences of a refusal, in the order of the page."""
    assert answer.status_code == 200
    page = re.sub(r"<svg.*?</svg>", "", answer.content.decode(), flags=re.S)
    return [
        " ".join(re.sub(r"<[^>]+>", "", one).split())
        for part in re.findall(
            r'class="note note-wrong".*?</div></div>|class="error" id="id_.*?</p>', page, re.S
        )
        for one in re.findall(r">([^<>]*\S[^<>]*)<", part)
    ]


@pytest.fixture
def milk(foods):
    return foods.get(pk=food_id("fndds", "11111000"))


@pytest.fixture
def running(db):
    return Activity.objects.get(name="Running")


def meal(*rows, **more):
    foods, measures, quantities = zip(*rows, strict=True)
    said = {"food": [str(food.pk) for food in foods], "measure": measures, "quantity": quantities}
    return {**said, "kind": "lunch", "do": "save", "occurred_at": "", **more}


# The limit, once ------------------------------------------------------------------------------


@pytest.mark.parametrize("grams", ["5001", "999999", "9999999", ABSURD])
def test_however_absurd_the_weight_of_a_food_is_its_limit_is_told(browser, phone, milk, grams):
    said = f"Food 1 ({milk.name}): {LIMIT_OF_FOOD}"
    by_rest = phone.post("/api/v1/meals/", {"items": [{"food": str(milk.pk), "grams": float(grams)}]}, "json")
    assert told(browser.post("/meals/add/", meal((milk, "g", grams)))) == [said]
    assert by_rest.json()["errors"] == {"items": [said]}


@pytest.mark.parametrize("many", ["0", "-1", "101", ABSURD])
def test_a_number_of_portions_that_is_wrong_is_one_fault(browser, phone, milk, many):
    portion = str(milk.portions.first().pk)
    said = f"Food 1 ({milk.name}): Give more than 0 and at most 100 portions."
    item = {"food": str(milk.pk), "portion": portion, "quantity": float(many)}
    assert told(browser.post("/meals/add/", meal((milk, portion, many)))) == [said]
    assert phone.post("/api/v1/meals/", {"items": [item]}, "json").json()["errors"] == {"items": [said]}


def test_of_several_foods_each_that_is_wrong_is_named(browser, milk, foods):
    oats = foods.filter(name__icontains="oatmeal").first()
    answer = browser.post("/meals/add/", meal((milk, "g", "100"), (oats, "g", "0"), (milk, "g", "6000")))
    assert told(answer) == [
        f"Food 2 ({oats.name}): An amount must be more than 0 g.",
        f"Food 3 ({milk.name}): {LIMIT_OF_FOOD}",
    ]


def test_the_name_of_another_persons_food_is_not_told(phone, bob):
    theirs = Food.objects.create(owner=bob.user, source="own", source_code="s", name="Secret")
    said = phone.post("/api/v1/meals/", {"items": [{"food": str(theirs.pk), "grams": 5}]}, "json")
    assert said.json()["errors"] == {"items": ["Food 1: This food is not in the table."]}


@pytest.mark.parametrize("typed", ["170", "9999", "99999", ABSURD, "1e30"])
def test_a_volume_beyond_the_limit_is_told_it_in_the_persons_own_unit(client, bob, typed):
    client.force_login(bob.user)
    limit = "More than 169 fl oz at once is not possible. Check the amount."
    assert told(client.post("/drinks/add/", {"amount_ml": typed})) == [limit]


def test_so_it_is_over_rest(phone):
    said = phone.post("/api/v1/water/", {"amount_ml": 99_999_999}, "json").json()
    limit = "More than 5 litres at once is not possible. Check the amount."
    assert said["errors"] == {"amount_ml": [limit]}


@pytest.mark.parametrize("minutes", ["1441", "9999999", ABSURD])
def test_minutes_beyond_a_day_are_told_the_limit(browser, alice, running, minutes):
    exercise = browser.post("/exercise/add/", {"activity": running.pk, "minutes": minutes})
    cramp = browser.post(f"/cramps/{entries.log_spasm(alice).pk}/", {"minutes": minutes})
    assert told(exercise) == ["An exercise cannot last longer than 24 hours."]
    assert told(cramp) == ["A cramp cannot last longer than 24 hours. Log several."]


@pytest.mark.parametrize("before", ["-1", "9999"])
def test_a_weight_that_nobody_has_is_not_compared_with_another(browser, running, before):
    form = {"activity": running.pk, "minutes": "30", "weight_before_kg": before, "weight_after_kg": "64"}
    assert told(browser.post("/exercise/add/", form)) == ["A body weight must be from 2 to 400 kg."]


def test_a_cramp_in_the_future_is_told_of_its_beginning_alone(browser, alice):
    cramp = entries.log_spasm(alice)
    later = (timezone.now() + timedelta(days=2)).astimezone(alice.tz)
    form = {"occurred_at": f"{later:%Y-%m-%dT%H:%M}", "minutes": "5"}
    assert told(browser.post(f"/cramps/{cramp.pk}/", form)) == [
        "This is in the future. Check the date and the time."
    ]


# All at once ----------------------------------------------------------------------------------


def test_the_start_page_tells_a_wrong_weight_with_the_other_answers(browser, phone, alice):
    form = {"units": "metric", "time_zone": "UTC", "height_cm": "9", "weight_kg": "9999", "birth_date": "x"}
    said = {"A height must be from 40 to 260 cm.", "A body weight must be from 2 to 400 kg."}
    assert said < {*told(browser.post("/me/start/", {**form, "do": "save"}))}
    assert said < {
        *told(browser.post("/me/profile/", {**form, "authority": "nasem", "takes_medicines": "no"}))
    }
    by_rest = phone.patch("/api/v1/profile/", {"height_cm": 9, "weight_kg": 9999}, "json")
    assert {words for [words] in by_rest.json()["errors"].values()} == said
    assert people.weight_kg(alice) == 64


@pytest.mark.parametrize("minutes", ["x", "", "1.5", "1441"])
def test_an_exercise_tells_all_that_is_wrong_with_it(browser, alice, minutes):
    bout = entries.log_exercise(alice, met=Decimal(5), minutes=20)
    form = {
        "minutes": minutes, "occurred_at": "2099-01-01T10:00", "temperature_c": "99", "weight_before_kg": "1",
    }  # fmt: skip
    for path in ("/exercise/add/", f"/exercise/{bout.pk}/"):
        said = told(browser.post(path, form))
        assert "This is in the future. Check the date and the time." in said
        assert "A temperature must be from -40 to 60 °C." in said
        assert "A body weight must be from 2 to 400 kg." in said
        assert len(said) == 4 + (path == "/exercise/add/")  # that one chose no activity
    assert Exercise.objects.get() == bout and Exercise.objects.get().minutes == 20


def test_a_drink_whose_amount_cannot_be_read_is_told_of_its_time_too(browser, alice):
    form = {"amount_ml": "a cup", "occurred_at": "2099-01-01T10:00"}
    drink = entries.log_water(alice, Decimal(200))
    for path in ("/drinks/add/", f"/drinks/{drink.pk}/"):
        said = told(browser.post(path, form))
        assert said == ["Give a number.", "This is in the future. Check the date and the time."]
    assert WaterIntake.objects.get().amount_ml == 200


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("soon", "Give a date and a time."),
        ("2099-01-01T10:00", "This is in the future. Check the date and the time."),
    ],
)
def test_a_meal_tells_its_time_and_its_foods_together(browser, alice, milk, when, said):
    stored = entries.log_meal(alice, [(milk, Decimal(100))])
    for path in ("/meals/add/", f"/meals/{stored.pk}/"):
        answer = told(browser.post(path, meal((milk, "g", "6000"), occurred_at=when)))
        assert {*answer} == {said, f"Food 1 ({milk.name}): {LIMIT_OF_FOOD}"}
    assert Meal.objects.count() == 1


def test_a_dose_tells_that_no_product_is_chosen_with_its_number_and_time(browser, alice):
    entries.save_supplement(alice, name="Magnesium", amounts={"magnesium_mg": 100})
    form = {"quantity": "1000", "occurred_at": "2099-01-01T10:00"}
    assert {*told(browser.post("/supplements/", form))} == {
        "Choose one of your own supplements.",
        "Give more than 0 and at most 100.",
        "This is in the future. Check the date and the time.",
    }
    assert not Dose.objects.exists()


def test_a_product_tells_each_amount_that_no_product_holds_and_a_missing_name(browser, alice):
    form = {"name": "", "unit": "tablet", "source": "supplement", "magnesium_mg": ABSURD, "calcium_mg": "-1"}
    said = told(browser.post("/supplements/new/", form))
    assert "This field is required." in said
    assert "The amount of calcium must be a number above 0." in said
    assert any(one.startswith("Magnesium: no product holds that much") for one in said)
    assert not Supplement.objects.exists()


@pytest.mark.parametrize("name", ["", "Bar"])
def test_a_food_of_ones_own_tells_its_name_amounts_barcode_and_portion_together(browser, name):
    form = {
        "name": name, "basis": "100g", "magnesium_mg": "-1", "barcode": "12", "portions-TOTAL_FORMS": "1",
        "portions-INITIAL_FORMS": "0", "portions-0-description": "slice", "portions-0-grams": "0",
    }  # fmt: skip
    said = told(browser.post("/foods/new/", form))
    assert any(one.startswith("An amount cannot be below 0.") for one in said)
    if name:
        assert "A portion must weigh more than 0 g." in said and len(said) == 3
    else:
        assert "This field is required." in said


def test_a_recipe_tells_its_name_its_weight_and_its_ingredients_together(browser, milk):
    form = meal((milk, "g", "0"), name="", yield_g="999999", servings="0")
    said = told(browser.post("/foods/recipes/new/", form))
    assert {*said} == {
        "This field is required.",
        "A dish of more than 100 kg is not possible.",
        "Give more than 0 and at most 1000 servings.",
        f"Food 1 ({milk.name}): An amount must be more than 0 g.",
    }
