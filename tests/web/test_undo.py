"""Undo after everything that is saved, changed, marked or kept: a button, and what it does."""

import re
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from journal import entries, people
from journal.entries import Portion
from journal.models import DayMark, Favourite
from nutrients.models import Activity, Food, food_id
from nutrients.recipes import Dish
from tests.web.test_today import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def milk(foods):
    return foods.get(pk=food_id("fndds", "11111000"))


def undo_of(answer):
    """The address of the Undo button of the latest message."""
    told = answer.content.decode().split('id="messages"')[1].split("<main")[0]
    return re.findall(r'action="([^"]+)"', told)[-1]


def pressed(browser, answer):
    return browser.post(undo_of(answer), follow=True)


def told(entry):
    """What a person can say of an entry."""
    fields = {field.attname for field in entry._meta.concrete_fields} - {"revision", "updated_at"}
    kind = type(entry)
    row = kind.objects.values(*fields).get(pk=entry.pk)
    items = getattr(kind.objects.get(pk=entry.pk), "items", None)
    if hasattr(items, "all"):
        row["items"] = list(items.values_list("food", "portion", "quantity", "grams"))
    return row


def meal(alice, milk):
    cup = milk.portions.get(description="1 cup")
    said = [Portion(milk, portion=cup, quantity=Decimal("1.5")), Portion(milk, Decimal("30.125"))]
    kept = entries.log_meal(alice, said, kind="lunch", note="slow")
    return kept, {
        "food": [str(milk.pk)],
        "measure": ["g"],
        "quantity": ["10"],
        "do": "save",
        "kind": "dinner",
    }


def drink(alice, milk):
    return entries.log_water(alice, Decimal("250.5"), beverage=milk), {"amount_ml": "100"}


def exercise(alice, milk):
    jog, walk = Activity.objects.all()[:2]
    kept = entries.log_exercise(alice, activity=jog, minutes=40, temperature_c=Decimal("-3.5"), note="hills")
    return kept, {"activity": walk.pk, "minutes": "20"}


def cramp(alice, milk):
    kept = entries.log_spasm(
        alice, site="calf", side="left", intensity=6, woke_me=True,
        relief=[{"what": "stretch", "helped": "yes"}], note="sharp",
    )  # fmt: skip
    return kept, {"site": "foot", "intensity": "2"}


def dose(alice, milk):
    tablets = entries.save_supplement(alice, name="Tablets", amounts={"magnesium_mg": 100.5})
    return entries.log_dose(alice, tablets, Decimal("0.5")), {"quantity": "3"}


def weight(alice, milk):
    return entries.log_weight(alice, Decimal("64.35")), {"kg": "70"}


def supplement(alice, milk):
    kept = entries.save_supplement(
        alice, name="Tablets", amounts={"magnesium_mg": 100.5}, unit="capsule", prescribed=True
    )
    return kept, {"name": "Other", "unit": "tablet", "source": "supplement", "magnesium_mg": "9"}


ADDRESS = {
    meal: "/meals/{}/", drink: "/drinks/{}/", exercise: "/exercise/{}/", cramp: "/cramps/{}/",
    dose: "/doses/{}/", weight: "/weights/{}/", supplement: "/supplements/{}/",
}  # fmt: skip


@pytest.mark.parametrize("made", ADDRESS, ids=lambda made: made.__name__)
def test_a_change_is_taken_back_to_the_letter_and_done_again(browser, alice, milk, made):
    entry, form = made(alice, milk)
    before = told(entry)
    answer = browser.post(ADDRESS[made].format(entry.pk), form, follow=True)
    after = told(entry)
    assert after != before

    back = pressed(browser, answer)
    assert told(entry) == before and "It is as it was." in words(back)
    pressed(browser, back)
    assert told(entry) == after


def test_a_change_is_not_taken_back_over_a_newer_one(browser, alice, milk):
    entry, form = weight(alice, milk)
    answer = browser.post(f"/weights/{entry.pk}/", form, follow=True)
    entries.change(entry, kg=Decimal(80))  # from a phone, meanwhile
    said = pressed(browser, answer)
    assert "It was changed again since; nothing was taken back." in words(said)
    entry.refresh_from_db()
    assert entry.kg == 80


def test_a_change_that_changed_nothing_offers_no_undo(browser, alice, milk):
    entry, _form = weight(alice, milk)
    answer = browser.post(f"/weights/{entry.pk}/", {"kg": "64.35"}, follow=True)
    assert "Weight changed." in words(answer) and "/put-back/" not in answer.content.decode()


def test_what_another_session_changed_cannot_be_taken_back_here(browser, client, alice, bob, milk):
    entry, form = weight(alice, milk)
    undo = undo_of(browser.post(f"/weights/{entry.pk}/", form, follow=True))
    browser.logout()
    client.force_login(bob.user)
    client.post(undo)
    entry.refresh_from_db()
    assert entry.kg == 70


def test_only_the_last_few_changes_are_kept_with_the_session(browser, alice, milk):
    entry, _form = weight(alice, milk)
    first = browser.post(f"/weights/{entry.pk}/", {"kg": "70"}, follow=True)
    for kg in range(71, 80):
        browser.post(f"/weights/{entry.pk}/", {"kg": str(kg)})
    assert len(browser.session["earlier"]) == 8
    assert "This can be taken back no more." in words(pressed(browser, first))


@pytest.mark.parametrize("mark", ["finished", "fasting", "no_cramp"])
def test_a_mark_of_a_day_is_taken_back_and_set_again(browser, alice, mark):
    day = entries.today(alice) - timedelta(days=1)
    answer = browser.post(f"/day/{day}/mark/", {"mark": mark}, follow=True)
    assert getattr(DayMark.objects.get(), mark) is True
    back = pressed(browser, answer)
    assert getattr(DayMark.objects.get(), mark) is False
    pressed(browser, back)
    assert getattr(DayMark.objects.get(), mark) is True


def test_a_favourite_food_is_taken_back_both_ways(browser, alice, milk):
    answer = browser.post(f"/foods/{milk.pk}/favourite/", {"value": "yes"}, follow=True)
    pressed(browser, answer)
    assert not Favourite.objects.live().exists()
    browser.post(f"/foods/{milk.pk}/favourite/", {"value": "yes"})
    answer = browser.post(f"/foods/{milk.pk}/favourite/", {"value": "no"}, follow=True)
    pressed(browser, answer)
    assert Favourite.objects.live().get().food == milk


def test_a_new_food_and_a_new_product_are_taken_back(browser, alice):
    form = {"name": "Bar", "basis": "100g", "magnesium_mg": "60", "id": str(uuid4())}
    form |= {"portions-TOTAL_FORMS": "0", "portions-INITIAL_FORMS": "0"}
    answer = browser.post("/foods/new/", form, follow=True)
    pressed(browser, answer)
    assert Food.objects.get(name="Bar").deleted_at
    product = {"name": "Tablets", "unit": "tablet", "source": "supplement", "magnesium_mg": "9"}
    answer = browser.post("/supplements/new/", product, follow=True)
    assert "Deleted." in words(pressed(browser, answer))


def test_a_changed_food_and_a_changed_recipe_are_as_they_were(browser, alice, milk):
    bar = entries.save_food(
        alice, name="Bar", per_100g={"magnesium_mg": 12.25}, portions=[("1 bar", Decimal("40.5"))], barcode=""
    )
    form = {"name": "Bar 2", "basis": "100g", "portions-TOTAL_FORMS": "0", "portions-INITIAL_FORMS": "0"}
    answer = browser.post(f"/foods/{bar.pk}/edit/", form, follow=True)
    pressed(browser, answer)
    bar.refresh_from_db()
    assert (bar.name, bar.magnesium_mg, bar.portions.get().grams) == ("Bar", 12.25, Decimal("40.5"))

    dish = entries.save_food(alice, name="Mash", dish=Dish([Portion(milk, Decimal(50))], Decimal(45)))
    said = {"name": "Mush", "food": [str(bar.pk)], "measure": ["g"], "quantity": ["9"], "do": "save"}
    answer = browser.post(f"/foods/{dish.pk}/edit/", said, follow=True)
    pressed(browser, answer)
    dish = Food.objects.get(pk=dish.pk)
    assert (dish.name, dish.yield_g, [one.food for one in dish.ingredients]) == ("Mash", 45, [milk])


def person(alice):
    """What the profile and its lists say."""
    return (
        dict(alice.conditionanswer_set.values_list("condition", "answer")),
        list(alice.medicine_set.values_list("medicine_class", "name", "started_on", "stopped_on")),
        list(alice.personaltarget_set.values_list("nutrient", "amount", "set_by")),
        type(alice).objects.values("sex", "height_cm", "time_zone", "region", "day_start").get(pk=alice.pk),
    )


def test_a_changed_list_of_medicines_is_as_it_was(browser, alice):
    people.set_medicines(
        alice, [{"medicine_class": "statins", "name": "Mine", "started_on": date(2026, 1, 2)}]
    )
    before = person(alice)
    row = {"row-0-medicine_class": "statins", "row-0-name": "Mine", "row-0-started_on": "2026-01-02"}
    form = {"row-TOTAL_FORMS": "1", "row-INITIAL_FORMS": "1", **row, "row-0-DELETE": "on", "do": "save"}
    answer = browser.post("/me/medicines/", form, follow=True)
    assert person(alice) != before
    assert "It is as it was." in words(pressed(browser, answer))
    assert person(alice) == before


def test_changed_conditions_are_taken_back_unless_something_newer_came(browser, alice):
    people.answer_conditions(alice, {"kidney_disease": "no", "vegan": "yes"})
    people.set_targets(
        alice, [{"nutrient": "magnesium_mg", "amount": Decimal("350.5"), "set_by": "clinician"}]
    )
    before = person(alice)
    answer = browser.post("/me/conditions/", {"kidney_disease": "yes"}, follow=True)
    assert dict(person(alice)[0])["kidney_disease"] == "yes"
    back = pressed(browser, answer)
    said = {condition: value for condition, value in person(alice)[0].items() if value != "unknown"}
    assert said == before[0] and person(alice)[1:] == before[1:]
    people.answer_conditions(alice, {"vegan": "no"})
    assert "It was changed again since" in words(pressed(browser, back))
    assert person(alice)[0]["vegan"] == "no"
