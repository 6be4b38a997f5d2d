"""Drinks, exercise, supplements and weights: stored in the tables' units, refused in the models' words."""

import re
from decimal import Decimal

import pytest

from journal import entries
from journal.models import BodyWeight, Dose, Exercise, Supplement, WaterIntake
from nutrients.models import Activity, Food, food_id
from tests.web.test_today import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def us_browser(client, bob):
    """Bob's web session: he types US units."""
    client.force_login(bob.user)
    return client


@pytest.fixture
def running(db):
    return Activity.objects.get(name="Running")


# Drinks ---------------------------------------------------------------------------------------


def test_a_drink_has_its_name_and_its_own_weight(browser, alice):
    milk = Food.objects.get(pk=food_id("fndds", "11111000"))
    browser.post("/drinks/add/", {"amount_ml": "250", "beverage": str(milk.pk)})
    drink = WaterIntake.objects.get()
    assert drink.beverage == milk
    assert drink.grams == Decimal("257.832")  # 250 ml x 30.5 g / 29.5735295625 ml


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0", "An amount must be more than 0 ml."),
        ("-3", "An amount must be more than 0 ml."),
        ("5001", "More than 5 litres at once is not possible."),
        ("", "This field is required."),
        ("a cup", "Give a number."),
        ("1e30", "More than 5 litres at once is not possible."),
        ("inf", "Give a number."),
    ],
)
def test_an_impossible_volume_is_refused_and_kept_in_the_field(browser, alice, typed, said):
    answer = browser.post("/drinks/add/", {"amount_ml": typed})
    assert said in words(answer) and not WaterIntake.objects.exists()
    assert f'name="amount_ml" value="{typed}"' in answer.content.decode() or typed == ""


def test_looking_for_a_drink_stores_nothing(browser, alice):
    answer = browser.post("/drinks/add/", {"q": "almond milk", "do": "search", "amount_ml": "200"})
    assert "Almond milk, unsweetened" in words(answer) and not WaterIntake.objects.exists()
    assert "Almond milk, unsweetened" in words(browser.get("/drinks/results/?q=almond milk"))


def test_a_drink_of_another_persons_own_food_is_refused(browser, bob):
    theirs = Food.objects.create(owner=bob.user, source="own", source_code="s", name="Secret")
    answer = browser.post("/drinks/add/", {"amount_ml": "200", "beverage": str(theirs.pk)})
    assert "This food is not in the table." in words(answer) and not WaterIntake.objects.exists()


def test_every_everyday_drink_is_in_the_food_table(foods):
    from journal.views.drinks import COMMON

    assert foods.filter(pk__in=[food for food, _name in COMMON]).count() == len(COMMON)


def test_an_untouched_us_amount_is_not_rounded_again(us_browser, bob):
    drink = entries.log_water(bob, Decimal("123.4"))
    page = us_browser.get(f"/drinks/{drink.pk}/").content.decode()
    typed = re.search(r'name="amount_ml" value="([^"]+)"', page)[1]
    assert typed == "4.2"  # 123.4 / 29.5735 = 4.173
    when = re.search(r'name="occurred_at" value="([^"]+)"', page)[1]
    us_browser.post(f"/drinks/{drink.pk}/", {"amount_ml": typed, "occurred_at": when})
    drink.refresh_from_db()
    assert drink.amount_ml == Decimal("123.4")


# Exercise -------------------------------------------------------------------------------------


def test_a_run_is_logged_with_heat_and_weights(browser, alice, running):
    browser.post("/exercise/add/", {
        "activity": running.pk, "minutes": "45", "temperature_c": "28,5", "weight_before_kg": "64.2",
        "weight_after_kg": "63.4", "note": "hills",
    })  # fmt: skip
    bout = Exercise.objects.get()
    assert (bout.activity, bout.minutes, bout.met) == (running, 45, running.met)
    assert (bout.temperature_c, bout.weight_before_kg, bout.weight_after_kg) == (
        Decimal("28.5"), Decimal("64.2"), Decimal("63.4"),
    )  # fmt: skip


def test_us_weights_and_heat_are_turned_into_those_of_the_tables(us_browser, bob, running):
    us_browser.post("/exercise/add/", {
        "activity": running.pk, "minutes": "30", "temperature_c": "86", "weight_before_kg": "181",
        "weight_after_kg": "179.5",
    })  # fmt: skip
    bout = Exercise.objects.get()
    assert bout.temperature_c == Decimal("30.0")  # (86 - 32) x 5 / 9
    assert bout.weight_before_kg == Decimal("82.10")  # 181 x 0.45359237 = 82.1002
    assert bout.weight_after_kg == Decimal("81.42")  # 179.5 x 0.45359237 = 81.4198


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("minutes", "0", "Give at least 1 minute."),
        ("minutes", "1500", "An exercise cannot last longer than 24 hours."),
        ("minutes", "1.5", "Give whole minutes."),
        ("minutes", "-10", "at least 1 minute"),
        ("temperature_c", "70", "A temperature must be from -40 to 60 °C."),
        ("weight_after_kg", "40", "The two weights differ by more than a tenth."),
        ("activity", "", "Choose an activity, or give its MET value."),
    ],
)
def test_an_impossible_exercise_is_refused_in_words(browser, running, field, typed, said):
    form = {"activity": running.pk, "minutes": "30", "weight_before_kg": "64", field: typed}
    answer = browser.post("/exercise/add/", form)
    assert answer.status_code == 200 and said in words(answer) and not Exercise.objects.exists()


def test_activities_are_found_by_their_words_and_ones_own_come_first(browser, alice):
    assert "Running, 9.7 km/h" in words(browser.get("/exercise/results/?q=run 9"))
    rowing = Activity.objects.filter(name__icontains="rowing").first()
    entries.log_exercise(alice, activity=rowing, minutes=20)
    assert (
        re.search(r'name="activity" value="([^"]+)"', browser.get("/exercise/add/").content.decode())[1]
        == rowing.pk
    )


def test_a_changed_activity_brings_its_own_met(browser, alice, running):
    walk = Activity.objects.get(name="Walking the dog")
    bout = entries.log_exercise(alice, activity=running, minutes=20)
    browser.post(f"/exercise/{bout.pk}/", {"activity": walk.pk, "minutes": "25"})
    bout.refresh_from_db()
    assert (bout.activity, bout.minutes, bout.met) == (walk, 25, walk.met)


# Supplements ----------------------------------------------------------------------------------


def test_a_product_is_described_once_and_then_taken_by_one_tap(browser, alice):
    browser.post("/supplements/new/", {
        "name": "Magnesium 250", "unit": "tablet", "source": "supplement", "magnesium_mg": "250",
        "vitamin_d_ug": "12,5",
    })  # fmt: skip
    product = Supplement.objects.get()
    assert product.amounts == {"magnesium_mg": 250.0, "vitamin_d_ug": 12.5}
    assert "Magnesium 250" in words(browser.get("/supplements/"))

    browser.post("/supplements/", {"supplement": str(product.pk), "quantity": "1.5"})
    assert Dose.objects.get().quantity == Decimal("1.50")


def test_a_product_without_amounts_is_refused(browser, alice):
    answer = browser.post("/supplements/new/", {"name": "Air", "unit": "puff", "source": "supplement"})
    assert "Give at least one nutrient and its amount." in words(answer) and not Supplement.objects.exists()


def test_another_persons_product_cannot_be_taken(browser, alice, bob):
    theirs = entries.save_supplement(bob, name="Bob's", amounts={"calcium_mg": 500})
    answer = browser.post("/supplements/", {"supplement": str(theirs.pk), "quantity": "1"})
    assert "Choose one of your own supplements." in words(answer) and not Dose.objects.exists()
    assert browser.get(f"/supplements/{theirs.pk}/").status_code == 404


def test_a_product_with_doses_is_kept_and_says_why(browser, alice):
    product = entries.save_supplement(alice, name="Ca", amounts={"calcium_mg": 500})
    entries.log_dose(alice, product)
    answer = browser.post(f"/entries/supplement/{product.pk}/delete/", follow=True)
    assert "Doses of this supplement are logged." in words(answer) and Supplement.objects.live().exists()


# Weight, and every kind alike -----------------------------------------------------------------


def test_a_weight_in_pounds_is_kept_in_kilograms(us_browser, bob):
    us_browser.post("/weights/", {"kg": "180"})
    assert BodyWeight.objects.latest("occurred_at").kg == Decimal("81.65")  # 180 x 0.45359237 = 81.6466
    assert "180 lb" in words(us_browser.get("/weights/"))


def one_of_each(diarist):
    product = entries.save_supplement(diarist, name="Ca", amounts={"calcium_mg": 500})
    milk = Food.objects.get(pk=food_id("fndds", "11111000"))
    return {
        "meal": ("meals", entries.log_meal(diarist, [(milk, Decimal(100))])),
        "drink": ("drinks", entries.log_water(diarist, Decimal(200))),
        "exercise": ("exercise", entries.log_exercise(diarist, minutes=10, met=Decimal(5))),
        "cramp": ("cramps", entries.log_spasm(diarist)),
        "dose": ("doses", entries.log_dose(diarist, product)),
        "weight": ("weights", entries.log_weight(diarist, Decimal(70))),
    }


@pytest.mark.parametrize("kind", ["meal", "drink", "exercise", "cramp", "dose", "weight"])
def test_every_kind_can_be_opened_deleted_and_brought_back(browser, alice, kind):
    place, entry = one_of_each(alice)[kind]
    assert browser.get(f"/{place}/{entry.pk}/").status_code == 200
    browser.post(f"/entries/{kind}/{entry.pk}/delete/")
    assert browser.get(f"/{place}/{entry.pk}/").status_code == 404
    browser.post(f"/entries/{kind}/{entry.pk}/restore/")
    assert browser.get(f"/{place}/{entry.pk}/").status_code == 200


@pytest.mark.parametrize("kind", ["meal", "drink", "exercise", "cramp", "dose", "weight"])
def test_another_persons_entry_does_not_exist(browser, bob, kind):
    place, entry = one_of_each(bob)[kind]
    assert browser.get(f"/{place}/{entry.pk}/").status_code == 404
    assert browser.post(f"/{place}/{entry.pk}/", {}).status_code == 404
    assert browser.post(f"/entries/{kind}/{entry.pk}/delete/").status_code == 404
    entry.refresh_from_db()
    assert entry.deleted_at is None


@pytest.mark.parametrize("path", ["/", "/meals/add/", "/me/", "/me/start/", "/cramps/now/", "/supplements/"])
def test_nobody_sees_a_diary_without_signing_in(client, db, path):
    answer = client.post(path) if "now" in path else client.get(path)
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next=")


def test_a_form_from_another_site_is_refused(alice):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice.user)
    answer = strict.post("/drinks/add/", {"amount_ml": "300"})
    assert answer.status_code == 403 and not WaterIntake.objects.exists()
    assert "Try once more" in words(answer)


def test_the_way_back_never_leads_to_another_site(browser, alice):
    answer = browser.post("/drinks/add/", {"amount_ml": "300", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
