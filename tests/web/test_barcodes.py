"""A barcode typed where foods are searched: found, wrong, or made a food of one's own."""

import pytest

from journal import entries
from nutrients.models import Food
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
CODE = "4006381333931"


def test_own_and_imported_foods_are_found_by_their_barcode(browser, alice, foods):
    own = entries.save_food(alice, name="My bar", per_100g={}, barcode=CODE)
    Food.objects.create(source="off", source_code="x", name="Bar of a list", barcode=CODE)
    page = browser.get(f"/meals/results/?q={CODE}").content.decode()
    assert page.index("My bar") < page.index("Bar of a list") and f'value="{own.pk}"' in page


def test_a_upc_typed_without_its_zero_finds_the_same_food(browser, alice):
    entries.save_food(alice, name="Crackers", per_100g={}, barcode="0036000291452")
    assert "Crackers" in words(browser.get("/meals/results/?q=036000291452"))


def test_a_slip_of_the_keyboard_is_told_as_that(browser, alice):
    said = words(browser.get("/meals/results/?q=4006381333932"))
    assert "The last digit of this barcode does not fit the others. Check the number." in said


def test_what_is_not_found_can_be_made_a_food_with_the_barcode_filled_in(browser, alice):
    page = browser.get(f"/meals/add/?q={CODE}").content.decode()
    assert f"No food here has the barcode {CODE}." in page and f'href="/foods/new/?barcode={CODE}"' in page
    form = browser.get(f"/foods/new/?barcode={CODE}").content.decode()
    assert f'name="barcode" value="{CODE}"' in form


def test_a_removed_food_and_another_persons_are_not_found(browser, alice, bob):
    gone = entries.save_food(alice, name="Gone", per_100g={}, barcode=CODE)
    entries.remove_food(alice, gone.pk)
    entries.save_food(bob, name="Bob's bar", per_100g={}, barcode=CODE)
    assert "No food here has the barcode" in words(browser.get(f"/meals/results/?q={CODE}"))
