"""Vitamin D is typed in µg or in IU as the bottle has it, stored in µg, and told in both."""

import re
from decimal import Decimal

import pytest

from journal import entries, people
from journal.models import PersonalTarget, Supplement
from nutrients.models import Food
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
PRODUCT = {"name": "D3", "unit": "drop", "source": "supplement"}
PORTIONS = {"portions-TOTAL_FORMS": "0", "portions-INITIAL_FORMS": "0"}


def targets(*rows, initial=0):
    said = {"row-TOTAL_FORMS": str(len(rows)), "row-INITIAL_FORMS": str(initial), "do": "save"}
    for place, (nutrient, amount) in enumerate(rows):
        said |= {
            f"row-{place}-nutrient": nutrient,
            f"row-{place}-amount": amount,
            f"row-{place}-set_by": "own",
        }
    return said


def field(page, name):
    """What stands in a field, and which unit is chosen beside it."""
    html = page.content.decode()
    typed = re.search(rf'name="{name}"(?: value="([^"]*)")?', html)[1]
    select = re.search(rf'<select name="{name}_unit".*?</select>', html, re.S)[0]
    return typed, re.search(r'value="(\w+)" selected', select)[1]


@pytest.mark.parametrize(
    ("typed", "unit", "stored"),
    [
        ("1000", "iu", 25),  # 1000 / 40
        ("25", "ug", 25),
        ("25", None, 25),  # a page that was opened before the choice came
        ("400", "iu", 10),
        ("50", "iu", 1.25),
        ("12,5", "ug", 12.5),
    ],
)
def test_a_product_holds_micrograms_whichever_unit_its_label_has(browser, typed, unit, stored):
    said = {"vitamin_d_ug": typed, **({"vitamin_d_ug_unit": unit} if unit else {})}
    browser.post("/supplements/new/", {**PRODUCT, **said})
    assert Supplement.objects.get().amounts == {"vitamin_d_ug": stored}


def test_a_product_is_told_in_both_and_changed_in_either(browser, alice):
    product = entries.save_supplement(alice, name="D3", amounts={"vitamin_d_ug": 25})
    assert "vitamin D 25 µg (1,000 IU)" in words(browser.get("/supplements/"))
    assert field(browser.get(f"/supplements/{product.pk}/"), "vitamin_d_ug") == ("25", "ug")
    said = {"vitamin_d_ug": "2000", "vitamin_d_ug_unit": "iu"}
    browser.post(f"/supplements/{product.pk}/", {**PRODUCT, **said})
    assert Supplement.objects.get().amounts == {"vitamin_d_ug": 50}


@pytest.mark.parametrize(("language", "told"), [("de", "25 µg (1.000 IE)"), ("es", "25 µg (1 000 UI)")])
def test_the_unit_is_named_as_in_the_language_of_the_page(browser, alice, language, told):
    entries.save_supplement(alice, name="D3", amounts={"vitamin_d_ug": 25})
    page = words(browser.get("/supplements/", headers={"accept-language": language}))
    assert told in page.replace("\N{NO-BREAK SPACE}", " ")


def test_what_is_refused_keeps_the_number_and_the_unit_as_they_were_chosen(browser):
    said = {"vitamin_d_ug": "2000000", "vitamin_d_ug_unit": "iu"}  # 50,000 µg
    page = browser.post("/supplements/new/", {**PRODUCT, **said})
    assert "Vitamin D: no product holds that much in one unit." in words(page)
    assert field(page, "vitamin_d_ug") == ("2000000", "iu")
    page = browser.post("/supplements/new/", {**PRODUCT, "vitamin_d_ug": "many", "vitamin_d_ug_unit": "iu"})
    assert "Give a number." in words(page) and field(page, "vitamin_d_ug") == ("many", "iu")
    page = browser.post("/supplements/new/", {**PRODUCT, "vitamin_d_ug": "5", "vitamin_d_ug_unit": "mg"})
    assert "Choose µg or IU." in words(page)
    assert not Supplement.objects.exists()


def test_the_number_has_its_label_and_the_unit_a_name(browser):
    html = browser.get("/supplements/new/").content.decode()
    [id] = re.findall(r'<label for="(\w+)">Vitamin D</label>', html)
    assert re.search(rf'name="vitamin_d_ug"[^>]* id="{id}"', html)
    [id] = re.findall(r'for="(\w+)">Unit of the vitamin D</label>', html)
    assert (
        re.search(rf'<select name="vitamin_d_ug_unit"[^>]* id="{id}"', html)
        and "1 µg of vitamin D is 40 IU." in html
    )


@pytest.mark.parametrize(
    ("said", "per_100g"),
    [
        ({"basis": "100g", "vitamin_d_ug": "100", "vitamin_d_ug_unit": "iu"}, 2.5),  # 100 / 40
        # 100 IU in 50 g are 2.5 µg, in 100 g twice as much
        ({"basis": "portion", "portion": "cup", "portion_grams": "50", "vitamin_d_ug": "100",
          "vitamin_d_ug_unit": "iu"}, 5.0),
        ({"basis": "100g", "vitamin_d_ug": "2.5", "vitamin_d_ug_unit": "ug"}, 2.5),
        ({"basis": "100g", "vitamin_d_ug": "", "vitamin_d_ug_unit": "iu"}, None),
    ],
)  # fmt: skip
def test_a_food_of_ones_own_takes_either(browser, alice, said, per_100g):
    browser.post("/foods/new/", {"name": "Fortified", **PORTIONS, **said})
    food = Food.objects.get(owner=alice.user)
    assert food.vitamin_d_ug == per_100g
    if per_100g:
        assert f"{per_100g:g} µg ({per_100g * 40:g} IU)" in words(browser.get(f"/foods/{food.pk}/"))
        assert field(browser.get(f"/foods/{food.pk}/edit/"), "vitamin_d_ug") == (f"{per_100g:g}", "ug")


def test_an_own_target_takes_either_and_is_told_in_both(browser, alice):
    browser.post("/me/targets/", targets(("vitamin_d_iu", "800"), ("magnesium_mg", "350")))
    assert dict(PersonalTarget.objects.values_list("nutrient", "amount")) == {
        "vitamin_d_ug": Decimal(20),  # 800 / 40
        "magnesium_mg": Decimal(350),
    }
    assert "20 µg = 800 IU" in words(browser.get("/me/targets/"))
    assert "20 µg (800 IU)" in words(browser.get("/me/"))

    browser.post("/me/targets/", targets(("vitamin_d_ug", "15"), initial=1))
    assert PersonalTarget.objects.get(nutrient="vitamin_d_ug").amount == 15


def test_a_target_that_is_no_number_keeps_the_unit_that_was_chosen(browser, alice):
    page = browser.post("/me/targets/", targets(("vitamin_d_iu", "some")))
    assert "Give a number." in words(page)
    assert re.search(r'value="vitamin_d_iu" selected', page.content.decode())
    assert not PersonalTarget.objects.exists()


def test_rest_stays_with_the_unit_that_its_names_carry(phone, alice):
    people.set_targets(alice, [{"nutrient": "vitamin_d_ug", "amount": Decimal(20), "set_by": "own"}])
    refused = phone.post("/api/v1/supplements/", {"name": "D3", "amounts": {"vitamin_d_iu": 1000}}, "json")
    assert refused.status_code == 400 and not Supplement.objects.exists()
    assert phone.get("/api/v1/profile/").json()["targets"][0]["nutrient"] == "vitamin_d_ug"
