"""A barcode typed where foods are searched: found, wrong, or made a food of one's own."""

import uuid

import pytest

from journal import entries
from nutrients.models import Food
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
CODE = "4006381333931"
NO_PORTIONS = {"portions-TOTAL_FORMS": "0", "portions-INITIAL_FORMS": "0"}


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


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("4006381333932", "The last digit of this barcode does not fit the others. Check the number."),
        ("12345", "A barcode has 8, 12, 13 or 14 digits."),
    ],
)
def test_web_and_rest_refuse_a_barcode_that_is_none_in_the_same_words(browser, phone, typed, why):
    page = browser.post("/foods/new/", {"name": "Bar", "barcode": typed, "basis": "100g", **NO_PORTIONS})
    said = {"name": "Bar", "barcode": typed, "per_100g": {}}
    refused = phone.post("/api/v1/foods/", said, format="json")
    item = {"type": "foods", "id": str(uuid.uuid4()), "op": "put", "data": said}
    sent = phone.post("/api/v1/sync/", {"items": [item]}, format="json").json()["results"][0]

    assert page.status_code == 200 and why in words(page)
    assert refused.status_code == 400 and refused.json()["errors"] == {"barcode": [why]}
    assert (sent["status"], sent["errors"]) == ("refused", {"barcode": [why]})
    assert not Food.objects.exclude(owner=None).exists()


def test_a_barcode_is_stored_without_what_is_printed_between_its_digits(browser, phone, alice):
    said = {"name": "Bar", "barcode": "40 06381-333931", "basis": "100g", **NO_PORTIONS}
    assert browser.post("/foods/new/", said).status_code == 302
    phone.post("/api/v1/foods/", {"name": "Bar", "barcode": "40 06381-333931", "per_100g": {}}, format="json")
    assert [food.barcode for food in Food.objects.filter(owner=alice.user)] == [CODE, CODE]


def test_a_food_whose_stored_barcode_is_none_can_still_be_renamed(phone, alice):
    own = entries.save_food(alice, name="Bar", per_100g={})
    Food.objects.filter(pk=own.pk).update(barcode="12345")  # from before barcodes were checked
    said = phone.patch(f"/api/v1/foods/{own.pk}/", {"name": "My bar"}, format="json", HTTP_IF_MATCH="*")
    assert (said.status_code, said.json()["name"], said.json()["barcode"]) == (200, "My bar", "12345")


@pytest.mark.parametrize("asked", ["036000291452", "0036000291452", "0 36000 29145 2"])
def test_rest_finds_a_food_by_any_spelling_of_its_barcode(phone, alice, asked):
    entries.save_food(alice, name="Crackers", per_100g={}, barcode="0036000291452")
    found = phone.get("/api/v1/foods/", {"barcode": asked}).json()["results"]
    assert [food["name"] for food in found] == ["Crackers"]


def test_rest_tells_a_slip_in_a_barcode_as_the_page_does(phone):
    said = phone.get("/api/v1/foods/", {"barcode": "4006381333932"})
    why = "The last digit of this barcode does not fit the others. Check the number."
    assert (said.status_code, said.json()["errors"]) == (400, {"barcode": [why]})
