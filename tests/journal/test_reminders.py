"""Reminders against a real diary: what was chosen, what is due, and whom nothing may be held up to."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError

from journal import entries, people, reminders
from journal.exchange import taking_in
from journal.models import Diarist, Reminder, ReminderPlan, Supplement
from tests.conftest import diarist

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
"""20:00 on Wednesday the 10th in Auckland."""


@pytest.fixture
def clock():
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def milk(foods):
    return foods.get(source="fndds", source_code="11111000")


def choose(person, *chosen, **plan):
    rows = [dict(zip(("kind", "at", "weekday", "supplement"), one, strict=False)) for one in chosen]
    return reminders.change_plan(person, {**plan, "reminders": rows})


def kinds(person):
    """What is due, read anew."""
    fresh = Diarist.objects.select_related("user").get(pk=person.pk)
    return [one.kind for one in reminders.due_now(fresh)]


# Choosing ---------------------------------------------------------------------------------------


def test_nothing_is_on_until_it_is_chosen(alice, clock):
    plan = reminders.plan_of(alice)
    assert (plan.quiet_from, plan.quiet_until, plan.digest) == (time(22), time(7), False)
    assert kinds(alice) == [] and not Reminder.objects.exists() and not ReminderPlan.objects.exists()


def test_what_stays_in_the_list_keeps_what_was_done_with_it(alice, clock):
    choose(alice, ("meal", time(19, 30)), ("drink", time(10)))
    meal = Reminder.objects.get(kind="meal")
    reminders.put_away(meal, date(2026, 6, 10))
    choose(alice, ("meal", time(19, 30)), ("drink", time(11)))
    assert Reminder.objects.get(kind="meal").put_away_on == date(2026, 6, 10)
    assert Reminder.objects.get(kind="meal").pk == meal.pk
    assert Reminder.objects.get(kind="drink").at == time(11)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ([("meal", time(23))], "23:00 lies in your quiet hours"),
        ([("meal", time(3))], "03:00 lies in your quiet hours"),
        ([("meal", time(12)), ("meal", time(19))], "One time of this kind is enough"),
        ([("dose", time(12))], "names one of your own supplements"),
        ([("look_back", time(12))], "has a day of the week"),
        ([("look_back", time(12), 7)], "has a day of the week"),
        ([("drink", time(12), 3)], "no other reminder has"),
        ([("drink", time(8, minute)) for minute in range(41)], "At most 40"),
        ([("sleep", time(12))], "not a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_of_it_is_kept(alice, chosen, words):
    with pytest.raises(ValidationError, match=words) as refused:
        choose(alice, *chosen)
    assert set(refused.value.message_dict) == {"reminders"}
    assert not Reminder.objects.exists()


def test_quiet_hours_cannot_be_laid_over_a_reminder(alice):
    choose(alice, ("meal", time(21)))
    with pytest.raises(ValidationError, match="21:00 lies in your quiet hours"):
        reminders.change_plan(alice, {"quiet_from": time(20)})
    assert ReminderPlan.objects.get().quiet_from == time(22)


def test_a_mail_cannot_be_asked_of_a_server_that_sends_none(alice, settings):
    with pytest.raises(ValidationError, match="This server sends no mail"):
        reminders.change_plan(alice, {"digest": True})
    settings.EMAIL_URL, settings.PUBLIC_URL = "smtp://mail", "https://spasmlog.example.org"
    assert reminders.change_plan(alice, {"digest": True}).digest


# What is due ------------------------------------------------------------------------------------


def test_a_meal_is_asked_for_until_one_is_logged(alice, clock, milk):
    choose(alice, ("meal", time(19, 30)))
    assert kinds(alice) == ["meal"]
    entries.log_meal(alice, [(milk, Decimal(100))])
    assert kinds(alice) == []


def test_a_meal_of_yesterday_and_one_that_was_deleted_settle_nothing(alice, clock, milk):
    choose(alice, ("meal", time(19, 30)))
    entries.log_meal(alice, [(milk, Decimal(100))], occurred_at=EVENING - timedelta(days=1))
    entries.remove(entries.log_meal(alice, [(milk, Decimal(100))]))
    assert kinds(alice) == ["meal"]


def test_before_its_time_and_on_the_next_day_nothing_is_due(alice, clock):
    choose(alice, ("meal", time(19, 30)))
    clock.move_to(EVENING - timedelta(minutes=31))
    assert kinds(alice) == []
    clock.move_to(EVENING + timedelta(hours=12))  # 08:00 on the 11th
    assert kinds(alice) == []


def test_in_quiet_hours_nothing_is_due_also_for_somebody_who_looks_at_three_at_night(alice, clock):
    choose(alice, ("meal", time(19, 30)))
    clock.move_to(EVENING + timedelta(hours=2))  # 22:00
    assert kinds(alice) == []
    clock.move_to(EVENING + timedelta(hours=7))  # 03:00, still the diary's 10th
    assert kinds(alice) == []
    reminders.change_plan(alice, {"quiet_from": time(5), "quiet_until": time(5)})
    assert kinds(alice) == ["meal"]


def test_yesterday_is_asked_for_until_it_is_marked(alice, clock, milk):
    choose(alice, ("finish", time(9)))
    assert kinds(alice) == []  # nothing was logged
    entries.log_meal(alice, [(milk, Decimal(100))], occurred_at=EVENING - timedelta(days=1))
    assert kinds(alice) == ["finish"]
    entries.mark_day(alice, date(2026, 6, 9), finished=True)
    assert kinds(alice) == []


def test_drinks_are_asked_for_while_the_need_is_not_reached(alice, clock):
    choose(alice, ("drink", time(18)))
    assert kinds(alice) == ["drink"]
    entries.log_water(alice, Decimal(300), occurred_at=EVENING - timedelta(hours=3))
    assert kinds(alice) == ["drink"]
    for hours in range(4, 12):  # 8 x 300 ml more: NASEM's 2.7 L for women, of which drinks are 2.187 L
        entries.log_water(alice, Decimal(300), occurred_at=EVENING - timedelta(hours=hours))
    assert kinds(alice) == []


def test_a_drink_since_the_hour_is_enough(alice, clock):
    choose(alice, ("drink", time(18)))
    entries.log_water(alice, Decimal(100), occurred_at=EVENING - timedelta(minutes=30))
    assert kinds(alice) == []


@pytest.mark.parametrize(
    "answer",
    ["heart_failure", "cirrhosis", "fluid_limit", "kidney_disease", "dialysis"],
)
def test_nobody_is_asked_to_drink_whose_amount_a_clinic_gives(alice, clock, answer):
    choose(alice, ("drink", time(18)), ("meal", time(19)))
    people.answer_conditions(alice, {answer: "yes"})
    assert kinds(alice) == ["meal"]


@pytest.mark.parametrize("medicine", ["loop_diuretics", "lithium", "desmopressin", "ssris"])
def test_nobody_is_asked_to_drink_whose_medicine_forbids_the_nudge(alice, clock, medicine):
    choose(alice, ("drink", time(18)))
    people.set_medicines(alice, [{"medicine_class": medicine}])
    assert kinds(alice) == []


def test_nobody_is_asked_to_drink_beside_a_warning_sign(alice, clock):
    choose(alice, ("drink", time(18)))
    entries.tick_warning_signs(alice, signs=["chest_pain"])
    assert kinds(alice) == []


def test_beside_an_eating_disorder_only_doses_are_reminded_of(alice, clock, milk):
    tablets = entries.save_supplement(alice, name="Tablets", amounts={"magnesium_mg": 100})
    entries.log_meal(alice, [(milk, Decimal(100))], occurred_at=EVENING - timedelta(days=1))
    choose(
        alice, ("meal", time(19)), ("drink", time(18)), ("finish", time(9)), ("look_back", time(9), 2),
        ("dose", time(8), None, tablets),
    )  # fmt: skip
    assert kinds(alice) == ["dose", "finish", "look_back", "drink", "meal"]
    people.answer_conditions(alice, {"eating_disorder": "yes"})
    assert kinds(alice) == ["dose"]


def test_a_dose_is_due_until_it_is_logged_and_no_more_once_its_product_is_gone(alice, clock):
    tablets = entries.save_supplement(alice, name="Tablets", amounts={"magnesium_mg": 100})
    other = entries.save_supplement(alice, name="Other", amounts={"magnesium_mg": 100})
    choose(alice, ("dose", time(8), None, tablets), ("dose", time(19), None, tablets))
    [first, second] = reminders.due_now(alice)
    assert first.words == "Tablets, planned for 08:00, is not logged yet."
    entries.log_dose(alice, other)
    entries.log_dose(alice, tablets)
    assert [one.words for one in reminders.due_now(alice)] == [second.words]
    Supplement.objects.filter(pk=tablets.pk).update(deleted_at=EVENING)
    assert kinds(alice) == []


def test_put_away_is_for_one_day(alice, clock):
    choose(alice, ("meal", time(19, 30)))
    [due] = reminders.due_now(alice)
    reminders.put_away(due.reminder, due.day)
    assert kinds(alice) == []
    reminders.bring_back(due.reminder)
    assert kinds(alice) == ["meal"]
    reminders.put_away(due.reminder, due.day)
    clock.move_to(EVENING + timedelta(days=1))
    assert kinds(alice) == ["meal"]


def test_words_never_blame_and_count_no_streaks(alice):
    tablets = Supplement(name="Tablets")
    for kind, words in reminders.WORDS.items():
        said = words(Reminder(kind=kind, at=time(8), supplement=tablets)).lower()
        assert not any(word in said for word in ("fail", "forgot", "miss", "streak", "in a row", "must", "!"))


# Along with the diary ---------------------------------------------------------------------------


def test_a_plan_that_is_here_is_not_mixed_with_one_from_a_file(alice, bob, clock):
    from tests.journal.test_exchange import exported, taken_in

    choose(alice, ("meal", time(19, 30)), quiet_from=time(21))
    choose(bob, ("meal", time(12)))
    counts = taken_in(bob, exported(alice))
    assert counts["reminders"][taking_in.KNOWN] == 1 and not counts["reminders"][taking_in.NEW]
    assert Reminder.objects.get(diarist=bob).at == time(12)
    assert ReminderPlan.objects.get(diarist=bob).quiet_from == time(22)


def test_a_mail_that_was_asked_for_elsewhere_does_not_keep_a_file_from_being_taken(alice, settings):
    from tests.journal.test_exchange import exported, taken_in

    settings.EMAIL_URL, settings.PUBLIC_URL = "smtp://mail", "https://spasmlog.example.org"
    reminders.change_plan(alice, {"digest": True})
    raw = exported(alice)
    settings.EMAIL_URL = ""
    new = diarist("carol")
    taken_in(new, raw)
    assert not ReminderPlan.objects.get(diarist=new).digest
