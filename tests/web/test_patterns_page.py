"""The page of personal links: what it says at each stage of a diary, to whom, and the same as over REST."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.formats import date_format

from journal import demo, entries, findings, people, review
from journal.models import ConditionAnswer, PersonalLink
from tests.journal.link_diary import keep_diary

pytestmark = pytest.mark.django_db


def html(browser):
    return browser.get(reverse("patterns")).content.decode()


def text(page):
    main = re.search(r"<main.*</main>", page, re.S)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def looked_at(alice):
    """A diary of 120 days in which cramps follow alcohol, with one look at it."""
    keep_diary(alice, findings.today(alice))
    review.review_stale(alice.pk)
    return alice


def test_an_empty_diary_says_how_far_it_is_and_what_to_do_next(browser):
    said = text(html(browser))
    assert "Not enough data yet" in said
    assert "0 of 10 cramp days and 0 of 42 known days so far." in said
    assert "Tap “No cramp today” on each day without one." in said
    assert "What could be compared" not in said


def test_each_tap_and_each_cramp_brings_it_further_at_once(browser, alice):
    today = findings.today(alice)
    entries.mark_day(alice, today - timedelta(days=3), no_cramp=True)
    entries.mark_day(alice, today - timedelta(days=4), no_cramp=True)
    page = text(html(browser))
    assert "0 of 10 cramp days and 2 of 42 known days so far." in page


@pytest.mark.parametrize("hour", [14, 3], ids=["after noon", "in the night"])
def test_a_cramp_of_the_running_day_is_said_to_count_from_noon_on(browser, phone, alice, hour):
    day = datetime(2026, 11, 20, hour, tzinfo=alice.tz)
    ends = datetime(2026, 11, 21 if hour > 12 else 20, 12, tzinfo=alice.tz)
    with time_machine.travel(day, tick=False):
        entries.log_spasm(alice, site="calf")
        said = text(html(browser))
        told = phone.get("/api/v1/patterns/").json()["progress"]
    assert "0 of 10 cramp days and 0 of 42 known days so far. The latest cramp is not among them yet" in said
    assert f"from noon on {date_format(ends.date())}." in said and f"{date_format(ends.date())}." in told

    with time_machine.travel(ends + timedelta(minutes=1), tick=False):
        said = text(html(browser))
    assert "1 of 10 cramp days and 1 of 42 known days so far." in said and "not among them yet" not in said


def test_a_day_just_noted_as_without_a_cramp_is_said_to_count_from_noon_on(browser, alice):
    with time_machine.travel(datetime(2026, 11, 20, 20, tzinfo=alice.tz), tick=False):
        entries.mark_day(alice, findings.today(alice), no_cramp=True)
        said = text(html(browser))
    assert "without a cramp is not among them yet" in said and "The latest cramp" not in said


def test_with_enough_days_the_first_look_comes_with_the_next_review(browser, alice):
    keep_diary(alice, findings.today(alice))
    assert "Enough days are known" in text(html(browser))


def test_a_link_worth_watching_comes_first_with_counts_interval_and_other_reasons(browser, looked_at):
    page = html(browser)
    link = PersonalLink.objects.get(diarist=looked_at, exposure="alcohol", lag_days=1)
    first = re.search(r'<article class="card" data-exposure="(\w+)" data-lag="(\d)" data-state="(\w+)"', page)
    assert first.groups() == ("alcohol", "1", "worth_watching")
    said = text(page)
    assert f"cramps on {link.exposed_cramps} of {link.exposed_days} days, on other days on" in said
    assert f"on other days on {link.other_cramps} of {link.other_days}." in said
    assert "(95% interval " in said
    assert "It does not show that one causes the other." in said
    assert "It is never a reason to wait with a warning sign." in said
    assert f"{link.exposed_cramps} of {link.exposed_days}" in said.partition("The same as a table")[2]


def test_what_cannot_be_answered_is_listed_with_its_reason_and_without_a_number(browser, looked_at):
    page = html(browser)
    [item] = re.findall(r'<li data-exposure="heat" data-lag="0".*?</li>', page, re.S)
    assert "not enough data" in item
    assert "0 of 42 days on which both are known." in item
    [same] = re.findall(r'<li data-exposure="magnesium_low" data-lag="1".*?</li>', page, re.S)
    assert "not enough variation" in same
    assert "odds" not in item + same


def test_the_day_of_the_look_and_of_the_next_are_told(browser, looked_at):
    today = findings.today(looked_at)
    said = text(html(browser))
    assert f"Last looked on {date_format(today)}" in said
    assert f"The next look comes on {date_format(today + timedelta(days=14))} at the earliest" in said


def test_those_whom_watching_their_eating_may_harm_are_not_shown_links_of_little(browser, looked_at):
    assert 'data-exposure="magnesium_low"' in html(browser)
    ConditionAnswer.objects.create(diarist=looked_at, condition="eating_disorder", answer="yes")
    page = html(browser)
    assert not re.search(r'data-exposure="(magnesium|potassium|calcium|sodium|drinks)_low"', page)
    assert 'data-exposure="alcohol"' in page


@pytest.mark.parametrize(
    ("exposure", "condition", "why"),
    [
        ("potassium_low", "dialysis", "Not shown because of your answers"),
        ("drinks_low", "fluid_limit", "Not shown because of your answers"),
        ("sodium_low", None, "Not shown to anybody"),
    ],
)
def test_a_link_that_could_read_as_a_tip_for_this_person_is_kept_back_by_both_doors(
    browser, phone, looked_at, exposure, condition, why
):
    # The look found cramps after alcohol; the same numbers stand beside another name here.
    PersonalLink.objects.filter(diarist=looked_at, exposure=exposure, lag_days=1).delete()
    PersonalLink.objects.filter(diarist=looked_at, exposure="alcohol", lag_days=1).update(exposure=exposure)
    if condition:
        people.answer_conditions(looked_at, {condition: "yes"})
    page = html(browser)
    assert f'data-exposure="{exposure}" data-lag="1" data-state' not in page
    [item] = re.findall(rf'<li data-exposure="{exposure}" data-lag="1".*?</li>', page, re.S)
    assert why in item and "odds" not in item and "worth watching" not in item
    [told] = [
        one for one in phone.get("/api/v1/patterns/").json()["results"]
        if (one["exposure"], one["lag_days"]) == (exposure, 1)
    ]  # fmt: skip
    assert why in told["said"][0] and len(told["said"]) == 1
    numbers = ("state", "counts", "odds_ratio", "lower", "upper", "p", "q")
    assert [told[name] for name in numbers] == [None] * 7
    assert told["state_name"] == "not shown"


def test_the_same_link_is_shown_to_those_it_is_no_danger_to(browser, looked_at):
    PersonalLink.objects.filter(diarist=looked_at, exposure="potassium_low", lag_days=1).delete()
    PersonalLink.objects.filter(diarist=looked_at, exposure="alcohol", lag_days=1).update(
        exposure="potassium_low"
    )
    people.answer_conditions(looked_at, {"kidney_disease": "no"})
    assert 'data-exposure="potassium_low" data-lag="1" data-state="worth_watching"' in html(browser)


def test_the_page_is_found_from_the_week_and_from_every_page(browser):
    assert browser.get(reverse("week")).content.decode().count('href="/patterns/"') == 2
    assert browser.get(reverse("today")).content.decode().count('href="/patterns/"') == 1


def test_a_stranger_is_asked_to_sign_in(client):
    said = client.get(reverse("patterns"))
    assert said.status_code == 302 and "/accounts/login/" in said["Location"]


def test_anothers_links_are_not_shown(client, bob, looked_at):
    client.force_login(bob.user)
    assert "Not enough data yet" in text(html(client))


def test_the_page_costs_the_same_for_few_links_and_many(browser, looked_at):
    html(browser)
    with CaptureQueriesContext(connection) as many:
        html(browser)
    PersonalLink.objects.exclude(exposure="alcohol").delete()
    with CaptureQueriesContext(connection) as few:
        html(browser)
    # Session, user, diarist, five of links, whether they are stale, and six of what came before cramps.
    assert len(few) == len(many) <= 16


@pytest.mark.slow
@pytest.mark.thorough
@time_machine.travel("2026-11-25T09:00:00Z", tick=False)
def test_the_demo_diary_tells_what_it_can_and_what_it_cannot(client, foods):
    diarist = demo.make()
    review.recompute(diarist)
    client.force_login(diarist.user)
    page = html(client)
    said = text(page)
    assert "Last looked on" in said
    known = re.search(r"The log now holds (\d+) known days with (\d+) cramp days", said)
    assert int(known[1]) >= 42 and int(known[2]) >= 10
    assert 'data-exposure="heat" data-lag="0" data-state="not_enough_data"' in page
    tested = re.findall(r'<article class="card" data-exposure="(\w+)" data-lag="(\d)"', page)
    assert len(tested) == PersonalLink.objects.filter(diarist=diarist, p__isnull=False).count() > 0


# Both doors -----------------------------------------------------------------------------------


def test_page_and_rest_say_the_same_in_the_same_words(browser, phone, looked_at):
    told, said = phone.get("/api/v1/patterns/").json(), text(html(browser))
    for sentence in (told["heading"], told["progress"], told["next_step"], told["not_a_cause"]):
        assert sentence in said
    assert len(told["results"]) == 20
    for link in told["results"]:
        assert link["name"].lower() in said.lower()
        for sentence in link["said"]:
            assert sentence in said
    people.answer_conditions(looked_at, {"eating_disorder": "yes"})
    assert {link["exposure"] for link in phone.get("/api/v1/patterns/").json()["results"]} == {
        "hard_exercise", "unusual_exercise", "heat", "alcohol", "caffeine_high",
    }  # fmt: skip
