"""Dangers of a dose, a drink or an exercise: told by the page after the save, and by REST's answer to it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from journal import entries, people
from journal.models import Advice, Dose
from tests import advising
from tests.web.test_today import words

pytestmark = pytest.mark.django_db

FAR_TOO_MUCH = {"magnesium_mg": 1200}


@pytest.fixture(autouse=True)
def kidneys_are_known(alice):
    people.answer_conditions(alice, {"kidney_disease": "no"})


@pytest.fixture
def pills(alice):
    return entries.save_supplement(alice, name="Magnesium", amounts=FAR_TOO_MUCH)


def take(browser, pills):
    return browser.post("/supplements/", {"supplement": str(pills.pk), "quantity": "1"}, follow=True)


def drink(alice, litres, minutes_ago):
    moment = timezone.now() - timedelta(minutes=minutes_ago)
    return entries.log_water(alice, Decimal(litres * 1000), occurred_at=moment)


def rest(alice):
    client = APIClient()
    client.force_authenticate(alice.user)
    return client


def test_the_page_after_a_dose_begins_with_its_danger_and_why(browser, alice, pills):
    said = words(take(browser, pills))

    assert "Read this first" in said
    card = rest(alice).get("/api/v1/advice/").json()["results"][0]
    assert card["rule"] == "X02" and card["title"] in said and card["text"] in said and card["why"] in said
    assert said.index("Read this first") < said.index("Log something")
    assert card["not_a_diagnosis"] in said and card["what_would_change_it"] in said
    assert " · ".join(card["sources"]) in said


def test_a_danger_of_layer_h_is_a_plain_note_without_the_colours_of_a_warning(browser, alice):
    weights = {"weight_before_kg": Decimal(64), "weight_after_kg": Decimal("64.6")}
    entries.log_exercise(alice, met=Decimal(7), minutes=90, **weights)
    page = browser.get("/").content.decode()
    assert 'data-rule="H04"' in page and "banner-note" in page and "banner-soon" not in page


def test_taking_the_dose_back_takes_the_card_away(browser, alice, pills):
    take(browser, pills)
    browser.post(f"/entries/dose/{Dose.objects.get().pk}/delete/")
    assert "Read this first" not in words(browser.get("/"))


def test_a_danger_that_was_read_or_dismissed_is_not_said_again(browser, alice, pills):
    take(browser, pills)
    browser.post(f"/advice/{Advice.objects.get().pk}/acknowledge/")
    assert "Read this first" not in words(browser.get("/"))


def test_an_urgent_danger_stands_among_what_is_urgent_and_once(browser, alice, pills):
    people.answer_conditions(alice, {"kidney_disease": "yes"})
    entries.tick_warning_signs(alice, signs=["weakness"])
    said = words(take(browser, pills))
    assert "Get help" in said and "Read this first" not in said  # X03 with weakness is urgent


def test_the_page_after_a_drink_tells_of_too_much(browser, alice):
    for minutes_ago in (100, 80, 60, 40, 20):
        drink(alice, 0.6, minutes_ago)
    page = browser.post("/drinks/add/", {"amount_ml": "600"}, follow=True)  # 3.6 L in 100 minutes
    assert "Worth a look now" in words(page) and "Read this first" not in words(page)


def test_the_page_after_an_exercise_tells_of_weight_gained_in_it(browser, alice):
    page = browser.post(
        "/exercise/add/",
        {"activity": "12050", "minutes": "90", "weight_before_kg": "64", "weight_after_kg": "64.6"},
        follow=True,
    )
    assert "Worth a look now" in words(page) and "Read this first" not in words(page)


def test_what_is_no_danger_of_a_save_waits_under_advice(browser, alice):
    for ago in range(9):
        entries.log_spasm(alice, occurred_at=timezone.now() - timedelta(days=ago))

    today = entries.today(alice)
    advising.update(alice, advising.facts_about(alice, today, []), today)  # C01: frequent cramps
    said = words(browser.get("/"))
    assert "Read this first" not in said and "under Advice" in said


def test_rest_answers_saves_of_doses_drinks_and_exercises_with_their_cards(alice, pills):
    phone = rest(alice)
    said = phone.post("/api/v1/doses/", {"supplement": str(pills.pk), "quantity": 1}, format="json")
    assert [card["rule"] for card in said.json()["advice"]] == ["X02"]
    assert said.json()["advice"][0]["push"] is False

    for minutes_ago in (100, 80, 60, 40, 20):
        drink(alice, 0.6, minutes_ago)
    said = phone.post("/api/v1/water/", {"amount_ml": 600}, format="json")
    assert [(card["rule"], card["push"]) for card in said.json()["advice"]] == [("H04", True)]


def test_rest_answers_a_harmless_save_with_no_card(alice):
    for kind, body in (("water", {"amount_ml": 200}), ("exercises", {"met": 3, "minutes": 10})):
        assert rest(alice).post(f"/api/v1/{kind}/", body, format="json").json()["advice"] == []
