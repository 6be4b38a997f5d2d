"""Cramps looked back on: the calendar, hours and muscles, and the 48 hours before each."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal import before, entries, people
from journal.models import SpasmEpisode
from nutrients.models import Activity, Food, food_id

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def evening(alice):
    """22:00 on a Wednesday in Auckland."""
    with time_machine.travel(datetime(2026, 11, 18, 22, tzinfo=alice.tz), tick=False) as clock:
        yield clock


def at(diarist, day, hour=12, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=diarist.tz)


def november(n):
    return date(2026, 11, n)


def html(browser, path="/cramps/"):
    answer = browser.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def text(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]).split())


def cell(page, day):
    """The state of a day in the month, and its words."""
    found = re.search(
        rf'<td class="is-(\w+)[^"]*">\s*<(?:a|span) class="month-day[^>]*><span class="figure">{day}</span>'
        r'(?:<span class="visually-hidden">(.*?)</span>)?',
        page,
        re.S,
    )
    return found[1], " ".join((found[2] or "").split())


def rows(page, caption):
    table = next(one for one in re.findall(r"<table.*?</table>", page, re.S) if f'id="{caption}"' in one)
    body = re.search(r"<tbody>(.*)</tbody>", table, re.S)[1]
    return [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in body.split("</tr>") if "<td" in row
    ]


# The calendar ---------------------------------------------------------------------------------


def test_a_day_without_a_word_is_not_a_day_without_a_cramp(browser, alice):
    entries.mark_day(alice, november(10), no_cramp=True)
    entries.log_spasm(alice, occurred_at=at(alice, november(11), 20), intensity=6)
    page = html(browser)
    assert cell(page, 10) == ("without", "November: no cramp, as you said")
    assert cell(page, 11) == ("cramps", "November: 1 cramp, 6 of 10")
    assert cell(page, 12) == ("unknown", "November: not known")
    assert cell(page, 18) == ("running", "November: still running")
    assert cell(page, 19) == ("to_come", "")
    # Of the 18 days so far one had a cramp, one none, and today is not over.
    assert "1 cramp · on 1 day · 1 day without · 15 not known" in text(page)


def test_a_day_shows_how_many_cramps_it_had_and_the_worst_of_them(browser, alice):
    for hour, intensity in ((9, 3), (14, 8), (20, None)):
        entries.log_spasm(alice, occurred_at=at(alice, november(11), hour), intensity=intensity)
    page = html(browser)
    assert cell(page, 11) == ("cramps", "November: 3 cramps, worst 8 of 10")
    assert '<rect class="worst" width="80.0%"' in page


def test_a_cramp_at_three_stands_on_the_day_before_it(browser, alice):
    entries.log_spasm(alice, occurred_at=at(alice, november(12), 3))
    page = html(browser)
    assert cell(page, 11)[0] == "cramps" and cell(page, 12)[0] == "unknown"


def test_a_cramp_outweighs_a_mark_and_one_that_was_deleted_does_not(browser, alice):
    entries.mark_day(alice, november(10), no_cramp=True)
    cramp = entries.log_spasm(alice, occurred_at=at(alice, november(10)))
    assert cell(html(browser), 10)[0] == "cramps"
    entries.remove(cramp)
    assert cell(html(browser), 10)[0] == "without"


def test_each_day_so_far_is_a_link_and_the_list_says_the_same(browser, alice):
    entries.log_spasm(alice, occurred_at=at(alice, november(11), 20), intensity=6)
    entries.mark_day(alice, november(10), no_cramp=True)
    page = html(browser)
    for n in range(1, 19):
        assert f'href="/day/2026-11-{n:02}/"' in page
    assert 'href="/day/2026-11-19/"' not in page
    listed = rows(page, "days-caption")
    assert [said for _day, said in listed] == [
        cell(page, n)[1].removeprefix("November: ") for n in range(1, 19)
    ]


@pytest.mark.parametrize(("week_start", "first"), [(0, "Monday"), (5, "Saturday"), (6, "Sunday")])
def test_the_week_begins_where_the_diarist_lives(browser, alice, week_start, first):
    people.update_profile(alice, week_start=week_start)
    assert re.search(r'<abbr title="(\w+)"', html(browser))[1] == first


def test_arrows_lead_through_the_months_and_not_into_the_future(browser, alice):
    page = html(browser)
    assert 'href="/cramps/2026-10/"' in page and "2026-12" not in page
    october = html(browser, "/cramps/2026-10/")
    assert 'href="/cramps/2026-09/"' in october and 'href="/cramps/2026-11/"' in october
    for path in ("2026-12", "1989-12", "2026-13", "0000-01", "26-11"):
        assert browser.get(f"/cramps/{path}/").status_code == 404


def test_an_empty_month_says_what_to_do(browser):
    said = text(html(browser))
    assert "tap “No cramp today” on days without one: a day without a word tells nothing" in said
    assert said.count("No cramp was logged in these twelve weeks") == 2


def test_calendar_hours_and_muscles_cost_the_same_queries_for_two_cramps_and_for_two_hundred(browser, alice):
    def log(n):
        for i in range(n):
            moment = at(alice, TODAY - timedelta(days=i % 18), 5 + i % 12)
            SpasmEpisode.objects.create(
                diarist=alice, occurred_at=moment, local_date=moment.date(), site="calf", intensity=3
            )

    log(2)
    with CaptureQueriesContext(connection) as few:
        html(browser)
    log(198)
    with CaptureQueriesContext(connection) as many:
        html(browser)
    assert "200 cramps" in text(html(browser))
    assert len(few) == len(many) <= 6  # session, user, diarist; cramps of the month, marks, of twelve weeks


# Hours and muscles ----------------------------------------------------------------------------


def hours(page):
    return {hour: int(n) for hour, n in rows(page, "hours-caption")}


def test_hours_are_counted_by_the_clock_on_the_wall(browser, alice):
    for day, hour, minute in ((10, 3, 0), (11, 3, 59), (12, 4, 0), (13, 20, 30)):
        entries.log_spasm(alice, occurred_at=at(alice, november(day), hour, minute))
    page = html(browser)
    assert hours(page) == {"03:00 to 04:00": 2, "04:00 to 05:00": 1, "20:00 to 21:00": 1}
    said = re.findall(r'<g class="mark" tabindex="0" role="img" aria-label="(.*?)"', page)
    assert said == ["04:00 to 05:00: 1 cramp", "20:00 to 21:00: 1 cramp", "03:00 to 04:00: 2 cramps"]


def test_an_hour_that_came_twice_counts_the_cramps_of_both(client, bob):
    # Clocks went back in New York at 06:00 UTC on 1 November 2026: 01:30 came at 05:30 and at 06:30 UTC.
    for hour in (5, 6):
        entries.log_spasm(bob, occurred_at=datetime(2026, 11, 1, hour, 30, tzinfo=UTC))
    client.force_login(bob.user)
    page = html(client)
    assert hours(page) == {"1:00 AM to 2:00 AM": 2}  # New York has US units, and so its clock
    assert cell(html(client, "/cramps/2026-10/"), 31) == ("cramps", "October: 2 cramps")


def test_a_cramp_on_a_journey_has_the_hour_of_the_place(browser, alice):
    entries.log_spasm(alice, occurred_at=datetime(2026, 11, 10, 2, 15, tzinfo=UTC), tz="Europe/London")
    assert hours(html(browser)) == {"02:00 to 03:00": 1}


def test_muscles_are_counted_with_their_sides_and_with_what_was_not_told(browser, alice):
    for n, (site, side) in enumerate(
        [("calf", "left"), ("calf", "left"), ("calf", ""), ("", ""), ("foot", "both")]
    ):
        entries.log_spasm(alice, occurred_at=at(alice, november(10 + n)), site=site, side=side)
    said = text(html(browser))
    assert "Calf 3 left 2, side not told 1" in said
    assert "Foot 1 both sides 1" in said and "Muscle not told 1 side not told 1" in said
    assert "Of 5, the muscle was told of 4 and the side of 3." in said


@pytest.mark.parametrize(("n", "few"), [(1, True), (9, True), (10, False)])
def test_few_cramps_are_called_few_and_no_share_is_ever_said(browser, alice, n, few):
    for i in range(n):
        entries.log_spasm(alice, occurred_at=at(alice, november(1 + i)), site="calf")
    said = text(html(browser))
    assert ("too few to see a habit in" in said) is few
    assert f"{n} cramp{'s' * (n > 1)} from 27 August to 18 November 2026" in said  # 84 days
    assert "%" not in said


def test_twelve_weeks_ago_is_the_last_day_that_counts(browser, alice):
    entries.log_spasm(alice, occurred_at=at(alice, TODAY - timedelta(days=83)))
    entries.log_spasm(alice, occurred_at=at(alice, TODAY - timedelta(days=84)))
    assert "1 cramp from 27 August" in text(html(browser))


def test_anothers_cramps_are_in_none_of_it(browser, alice, bob):
    entries.log_spasm(bob, occurred_at=at(bob, november(10)), site="calf")
    entries.mark_day(bob, november(11), no_cramp=True)
    page = html(browser)
    assert "0 cramps · on 0 days · 0 days without" in text(page) and "Calf" not in text(page)


# The 48 hours before --------------------------------------------------------------------------


@pytest.fixture
def cramp(alice):
    return entries.log_spasm(alice, occurred_at=at(alice, november(17), 20), site="calf", side="left")


def strip(browser, cramp):
    """The list beside the strip: (lane, when, what) of each entry."""
    page = html(browser, f"/cramps/{cramp.pk}/")
    details = page.partition('id="before"')[2]
    return re.findall(r'<tr data-lane="(\w+)"><th scope="row">(.*?)</th><td>(.*?)</td>', details, re.S)


def test_what_was_logged_before_a_cramp_stands_in_its_lane_with_its_time(browser, alice, cramp, foods):
    wine, banana = (Food.objects.get(pk=food_id("fndds", code)) for code in ("93401010", "63107010"))
    tablet = entries.save_supplement(alice, name="Magnesium", amounts={"magnesium_mg": 100})
    entries.log_meal(
        alice, [(banana, Decimal(118))], kind="breakfast", occurred_at=at(alice, november(17), 8)
    )
    entries.log_water(alice, Decimal(150), beverage=wine, occurred_at=at(alice, november(16), 20))
    entries.log_water(alice, Decimal(300), occurred_at=at(alice, november(17), 19, 30))
    entries.log_dose(alice, tablet, occurred_at=at(alice, november(17), 10))
    entries.log_exercise(
        alice, activity=Activity.objects.get(pk="12050"), minutes=40, temperature_c=Decimal(27),
        occurred_at=at(alice, november(17), 17),
    )  # fmt: skip
    entries.log_spasm(alice, occurred_at=at(alice, november(16), 3), site="foot", intensity=4)

    found = strip(browser, cramp)

    assert [(lane, when) for lane, when, _what in found] == [
        ("meals", "Tue 08:00, 12 h before"), ("drinks", "Mon 20:00, 24 h before"),
        ("alcohol", "Mon 20:00, 24 h before"), ("drinks", "Tue 19:30, 30 min before"),
        ("exercise", "Tue 17:00, 3 h before"), ("doses", "Tue 10:00, 10 h before"),
        ("cramps", "Mon 03:00, 41 h before"),
    ]  # fmt: skip
    what = {lane: what for lane, _when, what in found}
    grams = float(entries.WaterIntake.objects.get(beverage=wine).grams) * wine.alcohol_g / 100
    assert what["alcohol"].startswith(f"{grams:.1f}".rstrip("0").rstrip(".") + " g of alcohol: ")
    assert what["exercise"].startswith("40 min, 27 °C, ") and what["cramps"] == "Foot, 4/10"
    page = html(browser, f"/cramps/{cramp.pk}/")
    assert 'class="lasting hot"' in page
    assert len(re.findall(r'<a class="mark"', page)) == len(found) == 7


def test_it_runs_from_48_hours_before_up_to_the_cramp_and_no_further(browser, alice, cramp):
    for moment in (at(alice, november(15), 19, 59), at(alice, november(17), 20), at(alice, november(17), 21)):
        entries.log_water(alice, Decimal(200), occurred_at=moment)
    assert strip(browser, cramp) == []
    entries.log_water(alice, Decimal(200), occurred_at=at(alice, november(15), 20))
    assert [when for _lane, when, _what in strip(browser, cramp)] == ["Sun 20:00, 48 h before"]


def test_nothing_logged_says_so_and_what_to_do(browser, cramp):
    said = text(html(browser, f"/cramps/{cramp.pk}/"))
    assert "Nothing is logged of the 48 hours before this cramp." in said


def test_traces_of_caffeine_are_left_out_and_what_is_not_known_is_counted(alice, cramp):
    known = {"caffeine_mg": 20.0, "alcohol_g": 0.0}
    cocoa, coffee, unknown = (
        Food.objects.create(source="own", source_code=name, owner=alice.user, name=name, **content)
        for name, content in {"Cocoa": known | {"caffeine_mg": 4.0}, "Coffee": known, "Soup": {}}.items()
    )
    for food in (cocoa, coffee, unknown):
        entries.log_meal(alice, [(food, Decimal(200))], occurred_at=at(alice, november(17), 9))
    found = before.before(alice, [cramp])[cramp.pk]
    assert [one.amount for one in found.happened if one.lane == "caffeine"] == [
        40
    ]  # 2 x 20; 2 x 4 is a trace
    assert found.unknown == 1 and found.logged == 3


def test_times_are_those_of_the_place_where_the_cramp_came(browser, alice):
    moment = datetime(2026, 11, 10, 3, 0, tzinfo=UTC)
    cramp = entries.log_spasm(alice, occurred_at=moment, tz="Europe/London")
    entries.log_water(alice, Decimal(200), occurred_at=moment - timedelta(hours=5))
    assert [when for _lane, when, _what in strip(browser, cramp)] == ["Mon 22:00, 5 h before"]


def test_nothing_in_it_is_called_a_cause(browser, alice, cramp):
    entries.log_water(alice, Decimal(200), occurred_at=at(alice, november(17), 10))
    said = text(html(browser, f"/cramps/{cramp.pk}/"))
    assert "one thing beside another, and nothing of it is called a cause" in said
    assert "because" not in said.partition("The 48 hours before")[2].partition("Delete this cramp")[0]


def test_a_cramp_whose_change_was_refused_still_shows_its_48_hours(browser, alice, cramp):
    entries.log_water(alice, Decimal(200), occurred_at=at(alice, november(17), 10))
    said = browser.post(f"/cramps/{cramp.pk}/", {"occurred_at": "9999-12-31T23:59", "minutes": "5"})
    assert said.status_code == 200 and "Tue 10:00, 10 h before" in said.content.decode()


def test_patterns_show_the_five_latest_cramps_with_their_strips(browser, alice):
    for n in range(10, 17):
        entries.log_spasm(alice, occurred_at=at(alice, november(n), 20), site="calf")
        entries.log_water(alice, Decimal(200), occurred_at=at(alice, november(n), 19))
    page = html(browser, "/patterns/")
    latest = re.findall(r'<h3 id="cramp-\d"><a href="([^"]+)">\s*(.*?)</a>', page, re.S)
    assert [said.partition(",")[0] for _link, said in latest] == [
        "Mon 16 November", "Sun 15 November", "Sat 14 November", "Fri 13 November", "Thu 12 November",
    ]  # fmt: skip
    assert all(link.endswith("#before-strip") for link, _said in latest)
    # The water of the day and of the day before; the cramps 24 and 48 hours before.
    assert page.count("Meals 0, Drinks 2, Alcohol 0, Caffeine 0, Exercise 0, Doses 0, Cramps 2") == 5


def test_a_cramp_of_the_small_hours_is_named_with_the_date_that_its_strip_ends_on(browser, alice):
    # Her day starts at 04:00: 03:04 on Tuesday the 17th stands in the diary on Monday the 16th.
    cramp = entries.log_spasm(alice, occurred_at=at(alice, november(17), 3, 4), site="calf")
    entries.log_water(alice, Decimal(200), occurred_at=at(alice, november(16), 19))
    assert cramp.local_date == november(16)
    page = html(browser, "/patterns/")
    assert re.search(r'<h3 id="cramp-1"><a href="[^"]+">\s*Tue 17 November, 03:04: ', page)


@pytest.mark.slow
def test_strips_cost_the_same_queries_for_few_entries_and_for_many(alice, foods):
    banana = foods.get(pk=food_id("fndds", "63107010"))
    cramps = [entries.log_spasm(alice, occurred_at=at(alice, november(n), 20)) for n in (12, 17)]
    entries.log_meal(alice, [(banana, Decimal(100))], occurred_at=at(alice, november(17), 9))
    with CaptureQueriesContext(connection) as few:
        before.before(alice, cramps[1:])
    with entries.one_review():
        for minute in range(60):
            moment = at(alice, november(17), 9, minute)
            entries.log_meal(alice, [(banana, Decimal(100))], occurred_at=moment)
            entries.log_water(alice, Decimal(100), occurred_at=moment)
            entries.log_exercise(alice, met=Decimal(4), minutes=10, occurred_at=moment)
    with CaptureQueriesContext(connection) as many:
        found = before.before(alice, cramps)
    assert found[cramps[1].pk].logged == 181  # 1 + 3 x 60; the cramp of the 12th is too long ago
    assert len(few) == len(many) == 6


def test_anothers_entries_and_cramps_are_not_there(browser, alice, bob, cramp):
    entries.log_water(bob, Decimal(200), occurred_at=at(alice, november(17), 10))
    assert strip(browser, cramp) == []
    hidden = entries.log_spasm(bob, occurred_at=at(bob, november(10)))
    assert browser.get(f"/cramps/{hidden.pk}/").status_code == 404


# The way there --------------------------------------------------------------------------------


def test_the_pages_are_found_from_the_week_and_from_patterns(browser):
    week, patterns = html(browser, "/week/"), html(browser, "/patterns/")
    today = html(browser, "/")
    assert 'href="/fluid/"' in today
    assert 'href="/cramps/"' in week and 'href="/fluid/"' in week and 'href="/cramps/"' in patterns


@pytest.mark.parametrize("path", ["/cramps/", "/cramps/2026-10/", "/fluid/"])
def test_a_stranger_is_asked_to_sign_in(client, db, path):
    said = client.get(path)
    assert said.status_code == 302 and "/accounts/login/" in said["Location"]
