"""The page that says which foods would close a gap: what it lists, what it keeps from whom, how it waits."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from journal import closing, entries, findings, people, review, tasks
from journal.models import NutrientGap, Suggestion
from nutrients.models import food_id
from spasmlog.celery import app
from tests.conftest import diarist

pytestmark = pytest.mark.django_db


def at(diarist, day, hour=12):
    return datetime(day.year, day.month, day.day, hour, tzinfo=diarist.tz)


def text(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#x27;", "'")


@pytest.fixture
def settled(alice):
    """Alice, whose kidneys are well and who takes no medicine."""
    people.answer_conditions(alice, {"kidney_disease": "no"})
    return alice


@pytest.fixture
def white_days(settled, foods):
    """Twelve finished days of white bread, chicken, rice and crisps."""
    menu = [("51101000", 150), ("24122130", 200), ("56205001", 400), ("71200010", 60), ("63101000", 150)]
    items = [(foods.get(pk=food_id("fndds", code)), Decimal(grams)) for code, grams in menu]
    today = findings.today(settled)
    with entries.one_review():
        for ago in range(1, 13):
            day = today - timedelta(days=ago)
            entries.log_meal(settled, items, occurred_at=at(settled, day))
            entries.mark_day(settled, day, finished=True)
    review.review_stale(settled.pk)
    return settled


def page(browser):
    return browser.get(reverse("closing")).content.decode()


def section(html, id):
    return text(re.search(rf'<section class="card" aria-labelledby="{id}">.*?</section>', html, re.S)[0])


@pytest.fixture
def asked(monkeypatch):
    requests = []
    monkeypatch.setattr(tasks.suggest_swaps, "delay", lambda *arguments: requests.append(arguments))
    return requests


def test_each_nutrient_below_its_reference_has_its_foods_own_ones_first(browser, white_days, asked):
    said = section(page(browser), "close-magnesium_mg")
    # A woman of 36.
    assert "Your logged intake is" in said
    assert "the average requirement of your group is 265 mg" in said
    assert 'href="/nutrients/magnesium_mg/#reference"' in page(browser)
    theirs, others = said.split("Other common foods")
    assert "Of the foods you eat" in theirs and "adds about" in theirs
    assert "kcal" in theirs and "Not a prescription" in others


def test_the_page_calls_nothing_below_of_which_the_week_cannot_tell(browser, white_days, asked):
    gaps = findings.gaps(white_days, findings.today(white_days))
    potassium = next(gap for gap in gaps if (gap.nutrient, gap.kind) == ("potassium_mg", "ai"))
    assert potassium.band == "cannot_tell" and potassium.mean < potassium.reference_amount
    html = page(browser)
    assert 'id="close-potassium_mg"' not in html and 'id="close-magnesium_mg"' in html
    said = section(html, "others-heading")
    assert re.search(
        r"Potassium Cannot tell\. .*Below the adequate intake nobody can tell from a diary", said
    )
    # Swaps bring both to their reference amounts, which says of neither that the body lacks it.
    assert closing.standing_of(white_days).lacking(closing.SWAPPED).keys() == {"magnesium_mg", "potassium_mg"}


SALTY = 400  # mg of sodium in a portion


@pytest.mark.parametrize("code", ["magnesium_mg", "calcium_mg"])
def test_while_sodium_is_usually_above_its_level_salty_foods_are_left_out_and_the_page_says_so(
    browser, white_days, foods, asked, code
):
    def listed():
        found = closing.foods_for(closing.standing_of(white_days), [code])
        return {food.id: food.grams for food in [*found.theirs, *found.others]}

    def salty():
        grams = listed()
        return [one.name for one in foods.filter(pk__in=grams) if one.sodium_mg * grams[one.pk] / 100 > SALTY]

    NutrientGap.objects.filter(diarist=white_days, kind="cdrr").update(band="not_usually_above")
    assert salty() and "are left out" not in page(browser)
    NutrientGap.objects.filter(diarist=white_days, kind="cdrr").update(band="usually_above")
    assert listed() and not salty()
    assert "Foods with more than 400 mg of it in a portion" in text(page(browser))
    assert "are left out" in text(browser.get(reverse("closing", args=[code])).content.decode())


def test_the_page_says_at_once_that_swaps_are_worked_out_and_asks_once(browser, white_days, asked):
    html = page(browser)
    assert "Swaps of your usual foods are being worked out" in html
    assert f'hx-get="{reverse("closing_swaps")}"' in html
    page(browser)
    assert asked == [(white_days.pk,)]


def test_a_worker_finds_swaps_and_the_page_asks_no_more(browser, white_days, asked):
    page(browser)
    tasks.suggest_swaps(white_days.pk)
    part = browser.get(reverse("closing_swaps")).content.decode()
    assert "hx-get" not in part and "Instead of" in part
    assert "not a prescription, and no promise about cramps" in part
    assert text(part).count("Instead of") <= 3
    assert "you need" not in text(page(browser)).lower()
    assert len(asked) == 1


def test_swaps_do_not_call_a_gain_what_nobody_can_tell_to_be_lacking(browser, white_days, asked):
    tasks.suggest_swaps(white_days.pk)
    said = text(browser.get(reverse("closing_swaps")).content.decode())
    assert "Of potassium it cannot be told whether your intake is too little" in said

    # One that is called low is no matter of telling.
    NutrientGap.objects.filter(diarist=white_days, nutrient="potassium_mg").delete()
    tasks.suggest_swaps(white_days.pk)
    said = text(browser.get(reverse("closing_swaps")).content.decode())
    assert "Instead of" in said and "cannot be told" not in said


def test_swaps_older_than_the_diary_are_worked_out_anew(browser, white_days, asked):
    tasks.suggest_swaps(white_days.pk)
    entries.log_water(white_days, Decimal(200))
    assert "Instead of" not in page(browser) and asked == [(white_days.pk,)]


def test_swaps_made_before_a_kidney_answer_are_not_shown_after_it(browser, white_days, asked):
    tasks.suggest_swaps(white_days.pk)
    assert "Instead of" in page(browser)
    people.answer_conditions(white_days, {"kidney_disease": "yes"})
    for said in (page(browser), browser.get(reverse("closing_swaps")).content.decode()):
        assert "Instead of" not in said and "adds about" not in said
        assert "kidney team's limits come first" in text(said)
    assert asked == []


def test_an_eating_disorder_takes_everything_out(browser, white_days, asked):
    tasks.suggest_swaps(white_days.pk)
    people.answer_conditions(white_days, {"eating_disorder": "yes"})
    said = text(page(browser))
    assert "best talked over with your clinician" in said
    assert "kcal" not in said and "adds about" not in said and "Instead of" not in said


def test_with_medicines_not_told_nothing_is_suggested_for_potassium_and_the_page_says_why(
    browser, white_days, asked
):
    people.update_profile(white_days, takes_medicines="unknown")
    html = page(browser)
    assert 'id="close-potassium_mg"' not in html and 'id="close-magnesium_mg"' in html
    assert "Until both questions are answered under Me" in section(html, "others-heading")


def test_beside_a_warning_sign_no_food_is_suggested(browser, white_days, asked):
    entries.tick_warning_signs(white_days, signs=["fainted"])
    said = text(page(browser))
    assert "A warning sign was ticked, and that comes first" in said and "adds about" not in said


def test_the_part_for_one_nutrient_is_a_page_without_htmx_and_a_part_with_it(browser, white_days):
    address = reverse("closing", args=["magnesium_mg"])
    whole, part = browser.get(address), browser.get(address, headers={"HX-Request": "true"})
    assert "<h1>Foods for magnesium</h1>" in whole.content.decode()
    assert "<h1" not in part.content.decode() and "adds about" in part.content.decode()
    assert "HX-Request" in whole["Vary"]
    assert browser.get(reverse("closing", args=["sodium_mg"])).status_code == 404


def test_too_few_days_are_no_gap_to_close(browser, settled, foods, asked):
    rice = foods.get(pk=food_id("fndds", "56205001"))
    entries.log_meal(settled, [(rice, Decimal(1200))])
    entries.mark_day(settled, findings.today(settled), finished=True)
    review.review_stale(settled.pk)
    said = text(page(browser))
    assert "too few finished days yet to tell what is lacking" in said
    assert asked == [] and "being worked out. They appear" not in said


def test_another_persons_swaps_and_foods_are_not_shown(client, white_days, bob):
    tasks.suggest_swaps(white_days.pk)
    client.force_login(bob.user)
    said = client.get(reverse("closing")).content.decode()
    assert "Instead of" not in said and Suggestion.objects.filter(diarist=white_days).exists()


def test_a_broker_that_is_down_leaves_the_page_whole(browser, white_days, monkeypatch):
    def down(*_arguments):
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.suggest_swaps, "delay", down)
    assert "adds about" in page(browser)


def test_the_page_costs_at_most_fourteen_queries(browser, white_days, asked, django_assert_max_num_queries):
    page(browser)
    with django_assert_max_num_queries(14):
        page(browser)


def test_the_task_is_known_to_the_workers():
    assert tasks.suggest_swaps.name in app.tasks and closing.ABOUT == "swaps"


def test_without_a_birth_date_the_page_asks_for_it_and_for_nothing_else(client, foods, asked):
    nobody = diarist("nobody")
    client.force_login(nobody.user)
    entries.log_meal(nobody, [(foods.first(), Decimal(100))])
    review.review_stale(nobody.pk)
    page = client.get(reverse("closing")).content.decode()
    said = text(page)
    assert "What is lacking cannot be told without your birth date" in said
    assert 'href="/me/profile/"' in page
    assert "mark a day as finished" not in said and "There is no reference value" not in said
