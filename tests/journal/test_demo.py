"""The demo diaries: entries alone are written, and the real review finds a card of each layer in them."""

import logging
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import call_command

from journal import advice, demo, entries, review
from journal.models import Advice, DailyIntake, Diarist, NutrientGap

pytestmark = pytest.mark.django_db

A_MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def noon(foods):
    with time_machine.travel(A_MONDAY_NOON) as clock:
        yield clock


def shown_after_a_review(diarist):
    review.review_stale(diarist.pk)
    return advice.cards_for(diarist)


@pytest.mark.slow
@pytest.mark.parametrize("weekday", range(7))
def test_the_review_finds_a_card_of_every_layer_but_warning_signs_on_whichever_day_it_is_made(noon, weekday):
    noon.shift(timedelta(days=weekday))
    diarist = demo.make()
    assert not Advice.objects.exists() and not NutrientGap.objects.exists()
    assert not DailyIntake.objects.exists()  # nothing that a review finds is written by the demo

    layers = [card.layer for card in shown_after_a_review(diarist)]

    assert sorted(layers) == ["C", "H", "I", "L", "X"]  # one a day of each
    assert "S07" in advice.suppressions(diarist, demo.entries.today(diarist)).active


@pytest.mark.slow
def test_a_past_kidney_stone_of_the_demo_person_takes_foods_with_calcium_off_their_page(noon, client):
    """Layer S raises no card: its example is what a page leaves out."""
    diarist = demo.make()
    review.review_stale(diarist.pk)
    client.force_login(diarist.user)
    for code, listed in (("magnesium_mg", True), ("calcium_mg", False)):
        page = client.get(f"/nutrients/{code}/").content.decode()
        assert ("Foods are not listed by it here" not in page) == listed, code


def test_the_second_demo_person_has_a_warning_sign_and_no_tip_beside_it(noon):
    diarist = demo.make_with_a_sign()

    cards = shown_after_a_review(diarist)

    assert [(card.layer, card.severity) for card in cards] == [("R", "urgent_now")]
    assert cards[0].numbers.emergency == "911"  # they live in New York
    assert Diarist.objects.get(pk=diarist.pk).spasmepisode_set.count() == 3


@pytest.mark.slow
def test_the_command_makes_whichever_demo_person_is_missing_and_tells_how_to_sign_in(noon):
    diarist = demo.make_with_a_sign()
    said = StringIO()

    call_command("make_demo", stdout=said)

    assert demo.EMAIL in said.getvalue() and demo.SIGN_EMAIL in said.getvalue()
    assert Diarist.objects.get(user__email=demo.SIGN_EMAIL) == diarist
    call_command("make_demo", stdout=(again := StringIO()))
    assert "already" in again.getvalue()
    demo.remove()
    assert not demo.exists(demo.EMAIL) and not demo.exists(demo.SIGN_EMAIL)


def test_the_command_tells_of_no_entry_amid_its_bar_and_whoever_comes_after_it_does(noon, alice, caplog):
    get_user_model().objects.create_user("demo", demo.EMAIL)  # ten weeks take long
    caplog.set_level(logging.INFO)
    call_command("make_demo", stdout=StringIO())
    assert demo.exists(demo.SIGN_EMAIL)
    assert "entry_saved" not in caplog.text
    entries.log_water(alice, amount_ml=150)
    assert "entry_saved" in caplog.text


def test_the_second_demo_person_signs_in_with_the_printed_password(noon, client):
    demo.make_with_a_sign()
    answer = client.post("/accounts/login/", {"login": demo.SIGN_EMAIL, "password": demo.PASSWORD})
    assert answer.status_code == 302
    assert "Call 911" in client.get("/").content.decode()
