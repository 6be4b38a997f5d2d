"""Twelve weeks of a nutrient, small and large, and fluid day by day: what is drawn, and what must not be."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from journal import entries, fluid_days, people, review, trends
from journal.calc.suppressions import Effects
from journal.models import Advice
from nutrients.codes import KEY_CODES
from nutrients.models import Activity, food_id
from tests.conftest import diarist

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 18)
"""A Wednesday; the week began on Monday the 16th."""
MONDAY = date(2026, 11, 16)


@pytest.fixture(autouse=True)
def evening(alice):
    """22:00 in Auckland, the kidneys known to be well."""
    with time_machine.travel(datetime(2026, 11, 18, 22, tzinfo=alice.tz), tick=False) as clock:
        people.answer_conditions(alice, {"kidney_disease": "no"})
        yield clock


@pytest.fixture
def rice(foods):
    return foods.get(pk=food_id("fndds", "56205001"))


@pytest.fixture
def banana(foods):
    return foods.get(pk=food_id("fndds", "63107010"))


def at(diarist, day, hour=12):
    return datetime(day.year, day.month, day.day, hour, tzinfo=diarist.tz)


def finish(diarist, day, *items):
    entries.log_meal(diarist, items, occurred_at=at(diarist, day))
    entries.mark_day(diarist, day, finished=True)


def keep(diarist, days, *items):
    """Finished days with the same food."""
    with entries.one_review():
        for day in days:
            finish(diarist, day, *items)
    review.review_stale(diarist.pk)


def weeks_ago(n, days=7):
    """The first days of the week so many weeks before this one."""
    return [MONDAY - timedelta(weeks=n) + timedelta(days=i) for i in range(days)]


def html(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def text(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]).split())


def part(page, id):
    return re.search(rf'<section class="card"[^>]*aria-labelledby="{id}".*?</section>', page, re.S)[0]


def rows(page, caption):
    """The cells of the body of a table, row by row."""
    table = next(one for one in re.findall(r"<table.*?</table>", page, re.S) if f'id="{caption}"' in one)
    body = re.search(r"<tbody>(.*)</tbody>", table, re.S)[1]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in body.split("</tr>")]
    return [[" ".join(cell.split()) for cell in row] for row in cells if row]


def marks(page):
    """The words of each mark, as a pointer, a key or a screen reader gets them."""
    found = re.findall(r'class="mark".*?<text class="said"[^>]*>(.*?)</text>', page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in found]


def magnesium(browser):
    return part(html(browser, "/nutrients/magnesium_mg/"), "weeks-heading")


# Twelve weeks ---------------------------------------------------------------------------------


def test_each_of_twelve_weeks_tells_its_mean_and_how_many_days_count(browser, alice, rice):
    keep(alice, weeks_ago(1) + weeks_ago(2, 5), (rice, Decimal(1200)))

    drawn = magnesium(browser)

    found = rows(drawn, "weeks-caption")
    assert len(found) == len(marks(drawn)) == 12
    # 1,200 g of rice at 12 mg in 100 g
    assert found[-2][:3] == ["9 November", "144 mg a day", "7"]
    assert found[-3][:3] == ["2 November", "144 mg a day", "5"]
    assert found[0][:3] == ["31 August", "too few days to tell", "0"]
    assert drawn.count('<rect class="known" x="') == 2 + 1  # and one in the key
    assert "average requirement: 265 mg" in drawn  # a woman of 36


def test_a_week_of_two_days_is_a_gap_and_the_running_week_is_open(browser, alice, rice):
    keep(alice, weeks_ago(1) + weeks_ago(2, 2) + weeks_ago(0, 2), (rice, Decimal(1200)))

    drawn = magnesium(browser)

    assert rows(drawn, "weeks-caption")[-3][1:3] == ["too few days to tell", "2"]
    assert rows(drawn, "weeks-caption")[-1][1:3] == ["still running", "2"]
    assert "Week of 16 November: still running 2 days count" in marks(drawn)[-1]
    assert trends.of_nutrient(alice, "magnesium_mg", TODAY, Effects())[-1].known is None
    assert drawn.count('<rect class="known" x="') == 1 + 1  # the whole week, and the key


def test_what_is_not_known_is_drawn_as_such_and_the_words_give_both_ends(browser, alice, rice, foods):
    unknown = foods.filter(source="sr28", magnesium_mg=None, energy_kcal__gt=100, sodium_mg__gt=0).first()
    keep(alice, weeks_ago(1), (rice, Decimal(1200)), (unknown, Decimal(100)))

    [week] = [one for one in trends.of_nutrient(alice, "magnesium_mg", TODAY, Effects()) if one.days]

    # U = known / share of the energy that is known, on each of seven equal days
    kcal = 12 * rice.energy_kcal
    assert week.known == pytest.approx(144)
    assert week.possible == pytest.approx(144 * (kcal + unknown.energy_kcal) / kcal)
    drawn = magnesium(browser)
    assert f"144 to {week.possible:.0f} mg a day" in rows(drawn, "weeks-caption")[-2][1]
    assert '<rect class="unknown" x="' in drawn.partition("</svg>\n    </div>")[0]


def test_the_words_of_the_marks_are_those_of_the_table(browser, alice, rice):
    keep(alice, weeks_ago(1) + weeks_ago(2) + weeks_ago(4, 6), (rice, Decimal(1200)))
    entries.log_spasm(alice, occurred_at=at(alice, weeks_ago(2)[3]))
    drawn = magnesium(browser)
    for said, (week, amount, days, band, cramps) in zip(
        marks(drawn), rows(drawn, "weeks-caption"), strict=True
    ):
        assert said.startswith(f"Week of {week}: {amount} {days} day")
        assert (f"usually {band}" in said) == (band != "–")
        assert ("cramp" in said) == (cramps != "–")
    assert "1 cramp" in marks(drawn)[-3] and rows(drawn, "weeks-caption")[-3][4] == "1"


def test_usual_intake_is_the_interval_of_the_verdict_that_ended_with_the_week(browser, alice, rice):
    keep(alice, weeks_ago(1) + weeks_ago(2), (rice, Decimal(1200)))
    end = MONDAY - timedelta(days=1)
    gap = alice.nutrientgap_set.get(as_of=end, window_days=28, nutrient="magnesium_mg", kind="ear")
    low, high = (f"{one:.0f}" for one in gap.interval)
    assert rows(magnesium(browser), "weeks-caption")[-2][3] == f"{low} to {high} mg"


def test_with_kidney_disease_neither_reference_nor_band_stands_beside_the_amounts(browser, alice, rice):
    keep(alice, weeks_ago(1) + weeks_ago(2), (rice, Decimal(1200)))
    assert 'class="reference ' in magnesium(browser)
    people.answer_conditions(alice, {"kidney_disease": "yes"})
    drawn = magnesium(browser)
    assert "144 mg a day" in drawn
    assert "reference" not in drawn and 'class="band"' not in drawn and "usual" not in drawn


def test_those_whom_numbers_beside_a_goal_may_harm_get_the_amounts_alone(browser, alice, rice):
    keep(alice, weeks_ago(1), (rice, Decimal(1200)))
    people.answer_conditions(alice, {"eating_disorder": "yes"})
    assert "144 mg a day" in magnesium(browser) and 'class="reference ' not in magnesium(browser)
    small = part(html(browser, "/week/"), "sparks-heading")
    assert 'class="spark-known"' in small and "spark-reference" not in small


def test_an_empty_diary_says_what_to_do_and_draws_nothing(browser):
    drawn = magnesium(browser)
    assert '<svg class="chart' not in drawn
    assert "mark a day as finished when everything is in" in text(html(browser, "/nutrients/magnesium_mg/"))
    assert part(html(browser, "/week/"), "sparks-heading").count("too few days yet") == 7


def test_the_week_leads_to_twelve_weeks_of_each_of_the_seven(browser, alice, rice):
    keep(alice, weeks_ago(1) + weeks_ago(3), (rice, Decimal(1200)))
    small = part(html(browser, "/week/"), "sparks-heading")
    for code in KEY_CODES:
        assert f'href="/nutrients/{code}/#weeks"' in small
    assert small.count("2 weeks") == 7


@pytest.mark.parametrize(
    ("who", "days"),
    [
        ("alice", [date(2026, 9, 21) + timedelta(days=n) for n in range(7)]),  # clocks went on on the 27th
        ("bob", [date(2026, 11, 1) + timedelta(days=n) for n in range(7)]),  # and back on 1 November
    ],
)
def test_a_week_in_which_the_clocks_changed_has_its_seven_days(request, who, days, rice):
    person = request.getfixturevalue(who)
    keep(person, days, (rice, Decimal(1200)))
    [week] = [one for one in trends.of_nutrient(person, "magnesium_mg", TODAY, Effects()) if one.days]
    assert (week.start, week.days, week.known) == (days[0], 7, pytest.approx(144))


def test_weeks_begin_where_the_diarist_lives(alice, rice):
    people.update_profile(alice, week_start=6)
    starts = [one.start for one in trends.of_nutrient(alice, "magnesium_mg", TODAY, Effects())]
    assert len(starts) == 12 and starts[-1] == date(2026, 11, 15)
    assert {start.weekday() for start in starts} == {6}


def test_anothers_weeks_are_not_drawn(browser, alice, bob, rice):
    keep(bob, weeks_ago(1), (rice, Decimal(1200)))
    assert "144 mg" not in magnesium(browser)


def test_twelve_weeks_cost_the_same_queries_for_few_days_and_for_many(browser, alice, rice):
    keep(alice, weeks_ago(1, 3), (rice, Decimal(1200)))
    with CaptureQueriesContext(connection) as few:
        magnesium(browser)
    keep(alice, [day for n in range(2, 12) for day in weeks_ago(n)], (rice, Decimal(1200)))
    with CaptureQueriesContext(connection) as many:
        magnesium(browser)
    assert len(few) == len(many) <= 15


# Fluid ----------------------------------------------------------------------------------------


def drink(alice, day, ml):
    entries.log_water(alice, Decimal(ml), occurred_at=at(alice, day, 10))


def fluid_rows(browser, asked=""):
    return {row[0]: row[1:] for row in rows(html(browser, f"/fluid/{asked}"), "fluid-caption")}


def test_a_finished_day_an_open_day_and_an_empty_day_look_different(browser, alice, banana):
    drink(alice, date(2026, 11, 16), 1500)
    finish(alice, date(2026, 11, 16), (banana, Decimal(1500)))
    drink(alice, date(2026, 11, 17), 500)
    drink(alice, TODAY, 300)
    review.review_stale(alice.pk)

    page, found = html(browser, "/fluid/"), fluid_rows(browser)

    assert found["Mon 16 November"] == [
        "1,500 ml",
        "1,100 ml",
        "2,700 ml",
    ]  # 15 x 75.6 g = 1.134 L; NASEM, women: 2.7 L
    assert found["(Tue 17 November)"][0] == "500 ml"
    assert found["(Sun 15 November)"] == ["nothing logged", "–", "–"]  # nothing to set beside a need
    drawn = page.partition("</svg>\n      </div>")[0]
    assert drawn.count('<rect class="known" x="') == 1 and drawn.count('<rect class="day-open" x="') == 2
    assert "1 finished day" in text(page)


def test_the_words_of_the_days_are_those_of_the_table(browser, alice, banana):
    drink(alice, date(2026, 11, 16), 1500)
    finish(alice, date(2026, 11, 16), (banana, Decimal(1500)))
    drink(alice, date(2026, 11, 17), 500)
    review.review_stale(alice.pk)
    page = html(browser, "/fluid/")
    found = rows(page, "fluid-caption")
    assert len(marks(page)) == len(found) == 14
    for said, (day, drinks, food, need) in zip(marks(page), found, strict=True):
        if drinks == "nothing logged":
            assert said.endswith("nothing logged")
            continue
        assert f"{drinks} drunk" in said and need.replace(" in drinks", "") in said
        assert (f"{food} in food" in said) == (food != "not counted")
        assert ("not finished" in said) == day.startswith("(")


def test_each_day_stands_beside_the_need_that_its_own_page_tells(browser, alice, banana):
    weighed = date(2026, 11, 12)
    for day in (weighed, date(2026, 11, 16)):
        drink(alice, day, 1500)
        finish(alice, day, (banana, Decimal(1500)))
    entries.log_exercise(
        alice, activity=Activity.objects.get(pk="12050"), minutes=60, occurred_at=at(alice, weighed, 18),
        temperature_c=Decimal(24),
    )  # fmt: skip
    entries.log_weight(alice, Decimal(90), occurred_at=at(alice, date(2026, 11, 14)))
    drink(alice, TODAY, 300)
    review.review_stale(alice.pk)

    rest = APIClient()
    rest.force_authenticate(alice.user)
    drawn = {one.day: one.need for one in fluid_days.of_days(alice, 14).days}

    for day in (weighed, date(2026, 11, 16), TODAY):
        told = rest.get(f"/api/v1/days/{day}/").json()["fluid"]["need_l"]
        assert drawn[day] == pytest.approx(tuple(told))
    assert drawn[weighed][0] > drawn[date(2026, 11, 16)][0]  # the run was sweated


@pytest.mark.parametrize("answer", ["fluid_limit", "heart_failure", "kidney_disease"])
def test_where_a_clinic_sets_the_amount_the_chart_is_silent(browser, alice, answer):
    drink(alice, date(2026, 11, 16), 1500)
    review.review_stale(alice.pk)
    assert 'class="need"' in html(browser, "/fluid/")
    people.answer_conditions(alice, {answer: "yes"})
    page = html(browser, "/fluid/")
    assert 'class="need"' not in page and "2,700 ml" not in page and "2,200 ml" not in page
    assert "Follow the amount your clinic gave you" in text(page) and "1,500 ml drunk" in text(page)
    assert "eference of the day" not in text(page)


def test_beside_a_warning_sign_and_for_those_a_nudge_may_harm_no_need_is_drawn(browser, alice):
    drink(alice, date(2026, 11, 16), 1500)
    review.review_stale(alice.pk)
    people.answer_conditions(alice, {"eating_disorder": "yes"})
    assert 'class="need"' not in html(browser, "/fluid/")
    people.answer_conditions(alice, {"eating_disorder": "no"})
    entries.tick_warning_signs(alice, signs=["confused"])
    assert Advice.objects.of(alice).filter(rule__startswith="R").exists()
    page = html(browser, "/fluid/")
    assert 'class="need"' not in page and "No amount to drink is held up for now" in text(page)


def test_fourteen_days_or_twenty_eight_and_nothing_else(browser):
    assert len(fluid_rows(browser)) == 14 and len(fluid_rows(browser, "?days=28")) == 28
    for asked in ("0", "29", "x", "", "14.0"):
        assert browser.get("/fluid/", {"days": asked}).status_code == 404


def test_an_empty_diary_of_fluid_says_what_to_do(browser):
    assert "No finished day yet. Log your drinks" in text(html(browser, "/fluid/"))


def test_fluid_costs_the_same_queries_for_few_days_and_for_many(browser, alice, banana):
    drink(alice, TODAY, 300)
    entries.log_weight(alice, Decimal(64), occurred_at=at(alice, TODAY, 8))
    review.review_stale(alice.pk)
    with CaptureQueriesContext(connection) as few:
        html(browser, "/fluid/")
    with entries.one_review():
        for n in range(1, 25):
            day = TODAY - timedelta(days=n)
            drink(alice, day, 1500)
            finish(alice, day, (banana, Decimal(1500)))
            entries.log_exercise(alice, met=Decimal(8), minutes=30, occurred_at=at(alice, day, 18))
            entries.log_weight(alice, Decimal(64), occurred_at=at(alice, day, 8))
    review.review_stale(alice.pk)
    with CaptureQueriesContext(connection) as many:
        html(browser, "/fluid/?days=28")
    assert len(few) == len(many) <= 11


def test_us_units_are_spoken_on_the_fluid_page(client, bob):
    entries.log_water(bob, Decimal(500))
    review.review_stale(bob.pk)
    client.force_login(bob.user)
    page = text(html(client, "/fluid/"))
    # 500 ml weigh 507.211 g, of which 99.9 are water in 100: 506.7 / 29.5735 = 17.1
    assert "17 fl oz drunk" in page and " L drunk" not in page


def test_without_a_profile_amounts_are_drawn_and_no_reference_is_guessed(client, db, banana):
    nobody = diarist("nobody", time_zone="Pacific/Auckland")
    finish(nobody, date(2026, 11, 16), (banana, Decimal(1500)))
    review.review_stale(nobody.pk)
    client.force_login(nobody.user)
    assert 'class="need"' not in html(client, "/fluid/")
    assert 'class="reference ' not in html(client, "/nutrients/magnesium_mg/")


# All of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/week/", "/nutrients/magnesium_mg/", "/fluid/?days=28", "/cramps/", "/patterns/"]
)
def test_a_page_with_charts_is_well_formed_small_and_has_each_id_once(browser, alice, banana, path):
    keep(alice, [day for n in range(1, 12) for day in weeks_ago(n)], (banana, Decimal(1500)))
    for n in range(0, 40, 3):
        entries.log_spasm(
            alice, occurred_at=at(alice, TODAY - timedelta(days=n), 3), site="calf", intensity=5
        )
    page = html(browser, path)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert len(page.encode()) < 80_000  # before it is packed
    for labels in re.findall(r'aria-labelledby="([^"]+)"', page):
        assert set(labels.split()) <= set(ids)
    for drawing in re.findall(r'<svg class="chart[^>]*role=.*?</svg>', page, re.S):
        assert "<title" in drawing and "<desc" in drawing and 'height="' in drawing


def test_shapes_have_points_and_no_commas_in_german(browser, alice, rice):
    keep(alice, weeks_ago(1) + weeks_ago(2), (rice, Decimal(1200)))
    answer = browser.get("/nutrients/magnesium_mg/", headers={"accept-language": "de"})
    for drawing in re.findall(r'<svg class="chart.*?</svg>', answer.content.decode(), re.S):
        assert not re.search(r'\s(?:x|y|x1|x2|y1|y2|width|height|cx|cy)="[^"]*,', drawing)
