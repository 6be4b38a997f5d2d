"""The Week page: what it draws, what it says, and what it must not say."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from journal import entries, findings, people, review
from journal.models import NutrientGap
from nutrients.models import food_id

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 2)
SUNDAY = MONDAY + timedelta(days=6)


@pytest.fixture(autouse=True)
def some_weeks_later():
    """Gaps of past weeks are kept for a quarter of a year."""
    with time_machine.travel(datetime(2026, 11, 27, 3, tzinfo=UTC)):
        yield


@pytest.fixture
def rice(foods):
    return foods.get(pk=food_id("fndds", "56205001"))


def at(diarist, day, hour=12):
    return datetime(day.year, day.month, day.day, hour, tzinfo=diarist.tz)


def finish(diarist, day, *items):
    entries.log_meal(diarist, items, occurred_at=at(diarist, day))
    entries.mark_day(diarist, day, finished=True)


@pytest.fixture
def rice_weeks(alice, rice):
    """Sixteen finished days of nothing but a kilogram of rice, up to the Sunday of the week."""
    with entries.one_review():
        for ago in range(16):
            finish(alice, SUNDAY - timedelta(days=ago), (rice, Decimal(1200)))
    review.review_stale(alice.pk)
    return alice


def page(browser, day=MONDAY):
    return browser.get(reverse("week_of", args=[day]))


def row(html, code):
    """The part of the page that is about one nutrient."""
    return re.search(rf'<section class="week-row" aria-labelledby="row-{code}">.*?</section>', html, re.S)[0]


def text(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_each_of_the_seven_has_a_row_with_seven_columns(browser, rice_weeks):
    html = page(browser).content.decode()
    assert html.count('<section class="week-row"') == 7
    assert row(html, "magnesium_mg").count('<rect class="known"') == 7
    # 1,200 g of rice at 12 mg per 100 g.
    assert "Monday: 144 mg" in row(html, "magnesium_mg")


def test_the_reference_of_a_row_leads_to_where_it_is_told_which_one_it_is(browser, rice_weeks):
    [address] = re.findall(
        r'<a href="([^"]+)">Average requirement 265 mg', row(page(browser).content.decode(), "magnesium_mg")
    )
    html = browser.get(address).content.decode()

    assert address.endswith("#reference") and 'id="reference"' in html
    told = text(html.split('id="reference"')[1].split("</section>")[0])
    assert "Average requirement 265 mg (NASEM)" in told and "Enough for half" in told
    assert "Recommended amount (RDA, in Europe PRI) 320 mg" in told and "Enough for nearly everybody" in told


def test_days_that_are_not_finished_are_named_with_the_way_to_finish_them(browser, rice_weeks, rice):
    assert "Not finished" not in text(page(browser).content.decode())

    entries.mark_day(rice_weeks, SUNDAY, finished=False)
    review.review_stale(rice_weeks.pk)
    html = page(browser).content.decode()

    assert "Not finished, and so not counted: Sun 8 November ." in text(html)
    assert f'href="/day/{SUNDAY}/#finish"' in html
    assert 'id="finish"' in browser.get(f"/day/{SUNDAY}/").content.decode()


def test_the_words_beside_a_row_are_the_verdict_of_the_28_days(browser, rice_weeks):
    said = text(row(page(browser).content.decode(), "magnesium_mg"))
    assert "Magnesium Logged intake very likely low" in said  # never the nutrient itself, which is the body's
    assert "On average 144 mg a day. 16 of 28 days counted." in said
    assert "Average requirement 265 mg (NASEM)" in said  # a woman of 36


def test_below_an_adequate_intake_the_page_says_that_nobody_can_tell(browser, rice_weeks):
    said = text(row(page(browser).content.decode(), "potassium_mg"))
    assert "Cannot tell" in said and "low" not in said.replace("Below", "")
    assert "%" not in said


def test_vitamin_d_waits_for_the_days_that_it_needs_of_ninety(browser, rice_weeks):
    said = text(row(page(browser).content.decode(), "vitamin_d_ug"))
    assert "Cannot tell yet: 12 more finished days" in said  # 28 - 16
    assert "16 of 90 days counted" in said and "Average requirement 10 µg" in said
    assert "Only a blood test tells the status" in said


def test_water_is_about_fourteen_days(browser, rice_weeks):
    assert "14 of 14 days counted" in text(row(page(browser).content.decode(), "water_g"))


def test_sodium_has_a_verdict_for_each_of_its_references(browser, rice_weeks):
    said = text(row(page(browser).content.decode(), "sodium_mg"))
    assert "bove the level where cutting down is advised" in said
    assert "Cutting down is advised above 2,300 mg (NASEM)" in said
    assert "Adequate intake 1,500 mg (NASEM)" in said
    assert said.count("days counted") == 1  # the same numbers are said once


def test_tablets_above_the_upper_level_are_said_and_others_are_not(browser, rice_weeks):
    said = text(row(page(browser).content.decode(), "magnesium_mg"))
    assert "upper level" not in said.lower()
    tablet = entries.save_supplement(rice_weeks, name="Magnesium", amounts={"magnesium_mg": 400})
    with entries.one_review():
        for ago in range(16):
            entries.log_dose(
                rice_weeks, tablet, Decimal(1), occurred_at=at(rice_weeks, SUNDAY - timedelta(days=ago))
            )
    review.review_stale(rice_weeks.pk)
    said = text(row(page(browser).content.decode(), "magnesium_mg"))
    assert "Supplements and medicines usually above their upper level" in said
    assert "Upper level for supplements and medicines 350 mg (NASEM)" in said
    assert "On average 544 mg a day. 400 mg of it from supplements and medicines" in said  # 144 + 400


def test_what_tablets_add_is_told_apart_and_their_upper_level_named_only_when_it_is_passed(
    browser, rice_weeks
):
    assert "Upper level" not in text(row(page(browser).content.decode(), "magnesium_mg"))
    tablet = entries.save_supplement(rice_weeks, name="Tablet", amounts={"magnesium_mg": 140})
    with entries.one_review():
        for ago in range(16):
            entries.log_dose(rice_weeks, tablet, occurred_at=at(rice_weeks, SUNDAY - timedelta(days=ago)))
    review.review_stale(rice_weeks.pk)
    said = text(row(page(browser).content.decode(), "magnesium_mg"))
    assert "Average requirement 265 mg (NASEM)" in said
    assert "140 mg of it from supplements and medicines" in said and "upper level" not in said.lower()
    assert "On average 284 mg a day" in said  # 144 of rice, 140 of the tablet


def test_too_few_days_are_said_with_how_many_more_it_needs(browser, alice, rice):
    for ago in range(4):
        finish(alice, SUNDAY - timedelta(days=ago), (rice, Decimal(1200)))
    review.review_stale(alice.pk)
    said = text(row(page(browser).content.decode(), "magnesium_mg"))
    assert "Cannot tell yet: 3 more finished days" in said  # 7 - 4
    assert "4 of 28 days counted" in said


def test_an_unknown_amount_is_hatched_and_called_at_least(browser, alice, rice, foods):
    unknown = foods.filter(source="sr28", magnesium_mg=None, energy_kcal__gt=100, sodium_mg__gt=0).first()
    finish(alice, MONDAY, (rice, Decimal(1200)), (unknown, Decimal(100)))
    review.review_stale(alice.pk)
    html = row(page(browser).content.decode(), "magnesium_mg")
    assert 'class="unknown"' in html and "Monday: at least 144 mg" in html
    assert 'class="unknown"' not in row(page(browser).content.decode(), "sodium_mg")


def test_a_day_that_is_not_finished_is_drawn_empty_and_not_counted(browser, alice, rice):
    entries.log_meal(alice, [(rice, Decimal(300))], occurred_at=at(alice, MONDAY))
    review.review_stale(alice.pk)
    html = page(browser).content.decode()
    magnesium = row(html, "magnesium_mg")
    assert magnesium.count('class="day-open"') == 1 and '<rect class="known"' not in magnesium
    assert "Monday: not finished, not counted" in magnesium
    assert "Tuesday: nothing logged" in magnesium


def test_the_gap_in_the_line_under_a_day_without_entries_is_told_in_the_key(browser, rice_weeks):
    key = re.search(r'<ul class="week-key".*?</ul>', page(browser).content.decode(), re.S)[0]
    assert re.search(r'<path class="base"[^>]*/></svg>nothing logged</li>', key)


def test_cramps_stand_above_their_days(browser, alice):
    for hour in (2, 14, 15):  # 02:00 on Wednesday is still Tuesday's diary day
        entries.log_spasm(alice, occurred_at=at(alice, MONDAY + timedelta(days=2), hour))
    review.review_stale(alice.pk)
    html = page(browser).content.decode()
    heads = re.findall(r'<span class="week-cramps">(.*?)</span>\s*(?:<a|<span) class="week-day', html, re.S)
    assert [re.findall(r'figure">(\d+)', head) for head in heads] == [[], ["1"], ["2"], [], [], [], []]
    assert "3 cramps" in text(html)


def test_the_table_holds_the_same_numbers(browser, rice_weeks):
    html = page(browser).content.decode()
    table = re.search(r"<table.*?</table>", html, re.S)[0]
    line = re.search(r'<th scope="row">Magnesium</th>(.*?)</tr>', table, re.S)[1]
    assert re.findall(r"<td>\s*(.*?)\s*</td>", line, re.S) == ["144 mg"] * 7


def test_without_a_birth_date_there_is_no_reference_and_no_guess(browser, alice, rice):
    people.update_profile(alice, birth_date=None)
    finish(alice, MONDAY, (rice, Decimal(1200)))
    review.review_stale(alice.pk)
    html = row(page(browser).content.decode(), "magnesium_mg")
    assert "No reference without a birth date" in text(html)
    assert "give your birth date under Me" in text(html)
    assert 'class="reference ' not in html


def test_with_kidney_disease_the_teams_limits_stand_in_for_the_reference(browser, rice_weeks):
    people.answer_conditions(rice_weeks, {"kidney_disease": "yes"})
    html = page(browser).content.decode()
    for code in ("magnesium_mg", "potassium_mg", "calcium_mg"):
        said = text(row(html, code))
        assert "Your kidney team's limits replace the reference" in said.replace("&#x27;", "'")
        assert "low" not in said.lower().replace("follow", "") and "requirement" not in said.lower()
        assert 'class="reference ' not in row(html, code)


def test_the_clinicians_own_amount_stands_where_the_kidney_team_replaces_the_others(browser, rice_weeks):
    people.answer_conditions(rice_weeks, {"kidney_disease": "yes"})
    people.set_targets(rice_weeks, [{"nutrient": "magnesium_mg", "amount": 200, "set_by": "clinician"}])
    review.review_stale(rice_weeks.pk)
    html = page(browser).content.decode()
    said = text(row(html, "magnesium_mg"))
    assert "Target set by your clinician: 200 mg" in said and "kidney team" not in said
    assert 'class="reference ' in row(html, "magnesium_mg")
    assert "kidney team" in text(row(html, "calcium_mg"))
    for address in ("/nutrients/magnesium_mg/", "/learn/magnesium/"):
        said = text(browser.get(address).content.decode())
        assert "Target set by your clinician: 200 mg" in said, address
        assert "limits replace the reference" not in said, address


def test_with_a_fluid_limit_no_amount_of_water_is_held_up(browser, rice_weeks):
    people.answer_conditions(rice_weeks, {"fluid_limit": "yes"})
    html = row(page(browser).content.decode(), "water_g")
    assert "Follow the amount your clinic gave you" in text(html) and 'class="reference ' not in html


def test_with_an_eating_disorder_nothing_is_called_low(browser, rice_weeks):
    people.answer_conditions(rice_weeks, {"eating_disorder": "yes"})
    assert "Numbers only" in text(row(page(browser).content.decode(), "magnesium_mg"))
    assert "likely low" not in page(browser).content.decode()


def test_findings_older_than_the_diary_say_so(browser, rice_weeks, rice):
    assert "older than your last entries" not in page(browser).content.decode() or findings.is_stale(
        rice_weeks
    )
    finish(rice_weeks, MONDAY, (rice, Decimal(10)))
    assert "older than your last entries" in page(browser).content.decode()


def test_arrows_lead_to_the_weeks_before_and_after_and_not_into_the_future(browser, alice):
    html = page(browser).content.decode()
    assert reverse("week_of", args=[MONDAY - timedelta(days=7)]) in html
    assert reverse("week_of", args=[MONDAY + timedelta(days=7)]) in html
    running = browser.get(reverse("week")).content.decode()
    assert "The week after" not in running
    later = findings.today(alice) + timedelta(days=14)
    assert browser.get(reverse("week_of", args=[later])).status_code == 404


def test_a_day_leads_to_the_week_that_begins_where_the_diarist_lives(browser, alice):
    assert page(browser, MONDAY + timedelta(days=2)).url == reverse("week_of", args=[MONDAY])
    people.update_profile(alice, week_start=6)
    assert page(browser, MONDAY).url == reverse("week_of", args=[MONDAY - timedelta(days=1)])


def test_another_persons_week_is_not_in_it(client, rice_weeks, bob):
    client.force_login(bob.user)
    html = page(client).content.decode()
    assert "144 mg" not in html and NutrientGap.objects.filter(diarist=rice_weeks).exists()


def test_the_week_costs_at_most_twelve_queries(browser, rice_weeks, django_assert_max_num_queries):
    page(browser)
    with django_assert_max_num_queries(12):
        page(browser)
