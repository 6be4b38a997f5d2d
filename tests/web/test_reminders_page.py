"""Reminders on pages and for phones: chosen under Me, a calm line on Today, the same by both doors."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal import entries, people, reminders
from journal.models import Diarist, Reminder, ReminderPlan
from tests.web.test_today import full_day, words
from tests.web.test_undo import pressed

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
"""20:00 on Wednesday the 10th in Auckland."""
PAGE, REST = "/me/reminders/", "/api/v1/reminders/"
QUIET = {"quiet_from": "22:00", "quiet_until": "07:00"}


@pytest.fixture
def evening():
    with time_machine.travel(EVENING, tick=False) as clock:
        yield clock


@pytest.fixture
def milk(foods):
    return foods.get(source="fndds", source_code="11111000")


@pytest.fixture
def spinach(foods):
    return foods.get(source="sr28", source_code="11457")


@pytest.fixture
def tablets(alice):
    return entries.save_supplement(alice, name="Tablets", amounts={"magnesium_mg": 100})


def chosen():
    return sorted(Reminder.objects.values_list("kind", "at", "weekday", "supplement__name"))


# The page ---------------------------------------------------------------------------------------


def test_the_page_is_reached_from_me_and_offers_all_of_them_off(browser, alice, tablets):
    assert "None. Choose what to be reminded of" in words(browser.get("/me/"))
    said = browser.get(PAGE)
    assert words(said).count("Take Tablets") == 1
    assert 'value="22:00"' in said.content.decode() and 'value="07:00"' in said.content.decode()
    browser.post(PAGE, QUIET)
    assert not Reminder.objects.exists()


def test_what_is_chosen_is_kept_and_shown_again(browser, alice, tablets):
    dose = f"dose-{tablets.pk}"
    said = browser.post(
        PAGE,
        {**QUIET, "meal": "19:30", "finish": "09:00", "look_back_on": "6", "look_back_at": "18:00",
         "drink-0": "10:00", "drink-2": "15:30", f"{dose}-0": "08:00", "urgent": "on"},
        follow=True,
    )  # fmt: skip
    assert "Saved." in words(said)
    assert chosen() == [
        ("dose", time(8), None, "Tablets"), ("drink", time(10), None, None),
        ("drink", time(15, 30), None, None), ("finish", time(9), None, None),
        ("look_back", time(18), 6, None), ("meal", time(19, 30), None, None),
    ]  # fmt: skip
    page = browser.get(PAGE).content.decode()
    for name, value in (("meal", "19:30"), ("drink-1", "15:30"), (f"{dose}-0", "08:00")):
        assert f'name="{name}" value="{value}"' in page
    assert "6 reminders" in words(browser.get("/me/"))


def test_a_change_can_be_taken_back_and_that_again(browser, alice, tablets):
    dose = f"dose-{tablets.pk}"
    browser.post(PAGE, {**QUIET, "meal": "19:30", f"{dose}-0": "08:00"})
    before = chosen()
    said = browser.post(
        PAGE, {"quiet_from": "21:00", "quiet_until": "06:00", "drink-0": "10:00"}, follow=True
    )
    after = chosen()
    assert after == [("drink", time(10), None, None)]
    back = pressed(browser, said)
    assert "It is as it was." in words(back) and chosen() == before
    assert ReminderPlan.objects.get().quiet_from == time(22)
    pressed(browser, back)
    assert chosen() == after and ReminderPlan.objects.get().quiet_from == time(21)


def test_nothing_is_taken_back_where_nothing_was_changed(browser, alice):
    said = browser.post("/me/reminders/back/", follow=True)
    assert "This can be taken back no more." in words(said)


def test_clocks_are_shown_as_where_the_person_lives(client, bob):
    client.force_login(bob.user)
    assert "11:00 PM lies in your quiet hours" in words(client.post(PAGE, {**QUIET, "meal": "23:00"}))


def test_times_chosen_on_a_phone_are_not_lost_on_the_page(browser, phone, alice):
    many = [{"kind": "drink", "at": f"{hour:02}:00"} for hour in range(8, 16)]
    assert phone.patch(REST, {"reminders": many}, format="json").status_code == 200
    page = browser.get(PAGE).content.decode()
    assert all(
        f'name="drink-{place}" value="{hour:02}:00"' in page for place, hour in enumerate(range(8, 16))
    )
    assert 'name="drink-8"' in page  # and an empty one


def test_the_page_says_why_some_will_not_come(browser, alice):
    people.answer_conditions(alice, {"fluid_limit": "yes"})
    assert "follow the amount your clinic gave you" in words(browser.get(PAGE))
    people.answer_conditions(alice, {"eating_disorder": "yes"})
    assert "only doses are reminded of" in words(browser.get(PAGE))


def test_mail_is_offered_where_the_server_sends_some(browser, alice, settings):
    assert "A mail once a week" not in words(browser.get(PAGE))
    settings.EMAIL_URL, settings.PUBLIC_URL = "smtp://mail", "https://spasmlog.example.org"
    assert "A mail once a week" in words(browser.get(PAGE))
    browser.post(PAGE, {**QUIET, "digest": "on"})
    assert ReminderPlan.objects.get().digest


@pytest.mark.parametrize(
    "wrong", [{"meal": "25:00"}, {"quiet_from": ""}, {"look_back_on": "9"}, {"look_back_on": "6"}]
)
def test_what_is_no_time_is_told_at_its_field(browser, alice, wrong):
    said = browser.post(PAGE, {**QUIET, **wrong})
    assert said.status_code == 200 and 'class="error"' in said.content.decode().split('id="ringing"')[0]
    assert not ReminderPlan.objects.exists()


# Both doors -------------------------------------------------------------------------------------


def test_both_doors_refuse_the_same_in_the_same_words(browser, phone, alice):
    on_web = browser.post(PAGE, {**QUIET, "meal": "23:00"})
    by_rest = phone.patch(REST, {"reminders": [{"kind": "meal", "at": "23:00"}]}, format="json")
    assert by_rest.status_code == 400
    [said] = by_rest.json()["errors"]["reminders"]
    assert said == "23:00 lies in your quiet hours. Choose another time, or other quiet hours."
    assert said in words(on_web)
    assert not Reminder.objects.exists()


def test_a_phone_reads_chooses_and_is_told_what_is_due(phone, alice, tablets, evening):
    first = phone.get(REST).json()
    assert first == {
        "quiet_from": "22:00", "quiet_until": "07:00", "urgent": True, "digest": False,
        "reminders": [], "due": [],
    }  # fmt: skip
    rows = [
        {"kind": "dose", "at": "08:00", "supplement": str(tablets.pk)},
        {"kind": "meal", "at": "19:30"},
    ]
    said = phone.patch(REST, {"reminders": rows, "quiet_from": "21:30"}, format="json")
    assert said.status_code == 200, said.content
    assert said.json() == phone.get(REST).json()
    told = said.json()
    assert told["quiet_from"] == "21:30" and told["quiet_until"] == "07:00"
    assert told["reminders"][0] == {
        "kind": "dose", "at": "08:00", "weekday": None, "supplement": str(tablets.pk),
        "supplement_name": "Tablets",
    }  # fmt: skip
    assert [(one["kind"], one["day"], one["since"]) for one in told["due"]] == [
        ("dose", "2026-06-10", "2026-06-09T20:00:00Z"), ("meal", "2026-06-10", "2026-06-10T07:30:00Z"),
    ]  # fmt: skip


def test_a_phone_that_changes_one_thing_leaves_the_rest(phone, alice):
    phone.patch(REST, {"reminders": [{"kind": "meal", "at": "12:00"}]}, format="json")
    phone.patch(REST, {"urgent": False}, format="json")
    assert chosen() == [("meal", time(12), None, None)]
    assert not ReminderPlan.objects.get().urgent


@pytest.mark.parametrize(
    "body",
    [{"reminders": [{"kind": "nap", "at": "12:00"}]}, {"reminders": [{"kind": "meal"}]}, {"reminders": None},
     {"reminders": [{"kind": "meal", "at": "noon"}]}, {"quiet_from": None}, {"urgent": "yes"}, {"nap": 1},
     {"reminders": [{"kind": "look_back", "at": "12:00", "weekday": 9}]}],
)  # fmt: skip
def test_a_phone_that_says_something_else_is_refused_and_nothing_changes(phone, alice, body):
    said = phone.patch(REST, body, format="json")
    assert said.status_code == 400, said.content
    assert not Reminder.objects.exists()


def test_another_persons_supplement_cannot_be_reminded_of(phone, bob, alice):
    theirs = entries.save_supplement(bob, name="Bob's", amounts={"magnesium_mg": 1})
    body = {"reminders": [{"kind": "dose", "at": "08:00", "supplement": str(theirs.pk)}]}
    said = phone.patch(REST, body, format="json")
    assert said.status_code == 400 and "Choose one of your own supplements." in said.content.decode()
    assert "Bob" not in said.content.decode()


# Today ------------------------------------------------------------------------------------------


def due_on_today(browser):
    page = browser.get("/").content.decode()
    return page.count("/put-away/")


def test_today_shows_a_line_with_the_way_to_do_it_and_none_once_it_is_done(browser, alice, evening, milk):
    reminders.change_plan(alice, {"reminders": [{"kind": "meal", "at": time(19, 30)}]})
    said = browser.get("/")
    assert "No meal is logged yet today. Add food" in words(said)
    assert 'aria-label="Reminders"' in said.content.decode()
    entries.log_meal(alice, [(milk, Decimal(100))])
    assert due_on_today(browser) == 0


def test_a_line_is_put_away_with_undo_and_comes_back_tomorrow(browser, alice, evening):
    reminders.change_plan(alice, {"reminders": [{"kind": "meal", "at": time(19, 30)}]})
    id = Reminder.objects.get().pk
    said = browser.post(f"/reminders/{id}/put-away/", follow=True)
    assert "Put away for today." in words(said) and due_on_today(browser) == 0
    back = pressed(browser, said)
    assert "It is back." in words(back) and due_on_today(browser) == 1
    again = pressed(browser, back)
    assert "Put away" in words(again) and due_on_today(browser) == 0
    evening.move_to(EVENING + timedelta(days=1))
    assert due_on_today(browser) == 1


def test_each_kind_has_its_own_way_to_do_it(browser, alice, evening, tablets):
    reminders.change_plan(
        alice, {"reminders": [
            {"kind": "drink", "at": time(18)}, {"kind": "look_back", "at": time(18), "weekday": 2},
            {"kind": "dose", "at": time(8), "supplement": tablets},
        ]},
    )  # fmt: skip
    said = words(browser.get("/"))
    assert "Time for something to drink, if you like. Log a drink" in said
    assert "Your last seven days are there to look back on. See the week" in said
    assert "Tablets, planned for 08:00, is not logged yet. Log it" in said


def test_yesterday_is_asked_for_once_and_not_twice(browser, alice, evening, milk):
    entries.log_meal(alice, [(milk, Decimal(100))], occurred_at=EVENING - timedelta(days=1))
    reminders.change_plan(alice, {"reminders": [{"kind": "finish", "at": time(9)}]})
    assert words(browser.get("/")).count("Was everything logged yesterday?") == 1
    assert due_on_today(browser) == 0


def test_other_days_and_the_night_show_none(browser, alice, evening):
    reminders.change_plan(alice, {"reminders": [{"kind": "meal", "at": time(19, 30)}]})
    assert "put-away" not in browser.get("/day/2026-06-09/").content.decode()
    evening.move_to(EVENING + timedelta(hours=7))  # 03:00
    assert due_on_today(browser) == 0


def test_another_persons_reminder_is_not_there_and_stays(browser, bob):
    reminders.change_plan(bob, {"reminders": [{"kind": "meal", "at": time(12)}]})
    id = Reminder.objects.get().pk
    for verb in ("put-away", "back"):
        assert browser.post(f"/reminders/{id}/{verb}/").status_code == 404
    assert Reminder.objects.get().put_away_on is None


def queries_of_today(browser):
    with CaptureQueriesContext(connection) as queries:
        page = browser.get("/").content.decode()
    return len(queries), page.count("put-away")


def test_today_asks_nothing_more_of_those_who_chose_nothing_and_once_more_for_however_many(
    browser, alice, milk, spinach, tablets, evening
):
    full_day(alice, milk, spinach, 3)
    browser.get("/")
    without, none = queries_of_today(browser)
    assert none == 0 and without <= 15
    costs = []
    for hours in ((19,), range(8, 20)):
        rows = [{"kind": "dose", "at": time(hour), "supplement": tablets} for hour in hours]
        rows += [{"kind": "drink", "at": time(hour, 30)} for hour in hours]
        reminders.change_plan(Diarist.objects.get(pk=alice.pk), {"reminders": rows})
        costs.append(queries_of_today(browser))
    assert costs == [(without + 1, 1), (without + 1, 12)]  # a drink was logged just now
