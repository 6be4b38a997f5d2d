"""Copies of a meal and of a whole day: shown before, made once, taken back whole."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from journal import copying, entries
from journal.models import Dose, Meal, StaleDay, WaterIntake
from nutrients.models import food_id
from tests.web.test_today import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def milk(foods):
    return foods.get(pk=food_id("fndds", "11111000"))


@pytest.fixture
def day(alice):
    """A day of a week ago."""
    return entries.today(alice) - timedelta(days=7)


def at(alice, day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), tzinfo=alice.tz)


@pytest.fixture
def pill(alice):
    return entries.save_supplement(alice, name="Magnesium", amounts={"magnesium_mg": 100})


@pytest.fixture
def full(alice, milk, pill, day):
    """Breakfast, water, a tablet and a cramp."""
    meal = entries.log_meal(alice, [(milk, Decimal(244))], occurred_at=at(alice, day, 7, 40), note="late")
    water = entries.log_water(alice, Decimal(300), occurred_at=at(alice, day, 9))
    dose = entries.log_dose(alice, pill, occurred_at=at(alice, day, 9, 5))
    entries.log_spasm(alice, occurred_at=at(alice, day, 9, 10))
    return meal, water, dose


def post(browser, day, to, *chosen, id=None):
    said = {
        "to": to.isoformat(),
        "save": "yes",
        "id": str(id or uuid4()),
        "entry": [str(c.pk) for c in chosen],
    }
    return browser.post(f"/day/{day}/copy/", said, follow=True)


def test_a_day_is_shown_before_it_is_copied_with_tablets_not_ticked(browser, full, day):
    page = browser.get(f"/day/{day}/copy/?to={day + timedelta(days=1)}")
    boxes = dict(re.findall(r'name="entry" value="([^"]+)"( checked)?', page.content.decode()))
    assert {id: bool(tick) for id, tick in boxes.items()} == {
        str(full[0].pk): True, str(full[1].pk): True, str(full[2].pk): False,
    }  # fmt: skip
    said = words(page)
    assert "7:40" in said and "Milk, whole 244 g" in said and "Magnesium 1 × tablet" in said
    assert not Meal.objects.filter(local_date=day + timedelta(days=1)).exists()


def test_what_is_ticked_is_copied_at_the_same_time_of_day_and_nothing_else(browser, alice, full, day):
    to = day + timedelta(days=2)
    answer = post(browser, day, to, full[0], full[1])
    assert "2 entries copied." in words(answer)
    meal, water = Meal.objects.on(to).get(), WaterIntake.objects.on(to).get()
    assert meal.occurred_at == at(alice, to, 7, 40) and meal.note == ""
    assert [item.grams for item in meal.items.all()] == [Decimal(244)] and water.amount_ml == 300
    assert not Dose.objects.on(to).exists()
    assert StaleDay.objects.filter(diarist=alice, date=to).exists()


def test_a_double_tap_copies_once_and_a_later_press_of_the_same_form_again(browser, alice, full, day):
    to, id = day + timedelta(days=2), uuid4()
    post(browser, day, to, full[0], id=id)
    post(browser, day, to, full[0], id=id)
    assert Meal.objects.on(to).count() == 1
    Meal.objects.on(to).update(created_at=timezone.now() - timedelta(minutes=5))
    post(browser, day, to, full[0], id=id)
    assert Meal.objects.on(to).count() == 2


def test_a_copied_day_is_taken_back_whole_and_brought_back(browser, full, day):
    to = day + timedelta(days=2)
    page = post(browser, day, to, *full).content.decode()
    undo = re.search(rf'action="(/day/{day}/copies/[0-9a-f-]+/take-back/)"', page)[1]
    page = browser.post(undo, follow=True)
    assert "3 copied entries deleted." in words(page)
    for model in (Meal, WaterIntake, Dose):
        assert not model.objects.live().on(to).exists() and model.objects.live().on(day).exists()
    back = re.search(rf'action="(/day/{day}/copies/[0-9a-f-]+/bring-back/)"', page.content.decode())[1]
    assert "3 copied entries are back." in words(browser.post(back, follow=True))
    assert Meal.objects.live().on(to).count() == 1


def test_if_one_entry_cannot_be_copied_none_is(alice, full, day, monkeypatch):
    def broken(*said, **more):
        raise ValidationError("no")

    monkeypatch.setattr("journal.entries.log_dose", broken)
    to = day + timedelta(days=2)
    with pytest.raises(ValidationError):
        copying.copy_day(alice, day, to, {one.pk for one in full}, uuid4())
    assert not Meal.objects.on(to).exists() and not WaterIntake.objects.on(to).exists()


def test_what_is_still_to_come_today_is_left_out(browser, alice, milk, day, monkeypatch):
    now = at(alice, entries.today(alice), 12)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    early = entries.log_meal(alice, [(milk, Decimal(100))], occurred_at=at(alice, day, 7))
    late = entries.log_meal(alice, [(milk, Decimal(200))], occurred_at=at(alice, day, 19))
    page = browser.get(f"/day/{day}/copy/")
    assert words(page).count("still to come") == 1
    post(browser, day, entries.today(alice), early, late)
    assert [i.grams for m in Meal.objects.on(entries.today(alice)) for i in m.items.all()] == [Decimal(100)]


def test_nothing_ticked_and_a_day_to_come_are_refused_in_words(browser, full, day):
    assert "Choose at least one entry to copy." in words(post(browser, day, day + timedelta(days=1)))
    assert "This day is still to come." in words(post(browser, day, day + timedelta(days=99), full[0]))
    assert "Choose another day to copy to." in words(post(browser, day, day, full[0]))


@pytest.mark.parametrize("of", ["day", "meal"])
def test_the_field_of_the_date_says_beforehand_which_days_there_are(browser, alice, full, day, of):
    now = timezone.now()
    address = {"day": f"/day/{day}/copy/", "meal": f"/meals/{full[0].pk}/copy/"}[of]
    page = browser.get(address)
    first, last = re.search(r'type="date"[^>]* min="([^"]+)" max="([^"]+)"', page.content.decode()).groups()
    assert date.fromisoformat(last) == entries.today(alice)
    # Five years of at most 366 days each, and the first day, from four to four, that lies in them as a whole.
    oldest = (now - timedelta(days=5 * 366, hours=4)).astimezone(alice.tz)
    assert timedelta(0) < date.fromisoformat(first) - oldest.date() <= timedelta(days=1)
    assert "Any day of the last five years, up to today." in words(page)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (1, "This day is still to come."),
        (26_000, "This day is still to come."),
        (-1831, "This is more than five years ago. Check the date."),  # 5 x 366 days and one
        (-13_000, "This is more than five years ago. Check the date."),  # 1990 or so
    ],
)
def test_a_day_to_which_nothing_can_be_copied_is_refused_at_its_field_also_if_only_looked_at(
    browser, alice, full, day, days, said
):
    to = entries.today(alice) + timedelta(days=days)
    of_meal = browser.post(f"/meals/{full[0].pk}/copy/", {"day": to.isoformat(), "kind": "lunch"})
    for field, page in (
        ("day", of_meal),
        ("to", post(browser, day, to, full[0])),
        ("to", browser.post(f"/day/{day}/copy/", {"to": to.isoformat(), "look": "yes"})),
    ):
        assert page.status_code == 200
        assert said in page.content.decode().split(f'id="id_{field}_error"')[1][:700]
    assert not Meal.objects.on(to).exists() and not WaterIntake.objects.on(to).exists()


def test_the_first_day_that_is_offered_can_be_copied_to(browser, alice, full, day):
    page = browser.get(f"/day/{day}/copy/").content.decode()
    first = date.fromisoformat(re.search(r' min="([^"]+)"', page)[1])
    assert "2 entries copied." in words(post(browser, day, first, *full[:2]))
    assert Meal.objects.on(first).count() == WaterIntake.objects.on(first).count() == 1


def test_another_persons_entries_are_neither_shown_nor_copied_nor_taken_back(browser, alice, bob, milk, day):
    theirs = entries.log_meal(bob, [(milk, Decimal(77))], occurred_at=at(alice, day, 12))
    assert "77 g" not in words(browser.get(f"/day/{day}/copy/"))
    post(browser, day, day + timedelta(days=1), theirs)
    id = uuid4()
    copying.copy_day(bob, theirs.local_date, theirs.local_date + timedelta(days=1), {theirs.pk}, id)
    assert browser.post(f"/day/{theirs.local_date}/copies/{id}/take-back/").status_code == 404
    assert Meal.objects.live().of(bob).count() == 2 and not Meal.objects.of(alice).exists()


def test_a_meal_is_copied_to_another_day_and_another_meal_and_taken_back(browser, alice, milk, day):
    meal = entries.log_meal(alice, [(milk, Decimal(244))], occurred_at=at(alice, day, 7, 40))
    to = day + timedelta(days=1)
    said = {"day": to.isoformat(), "kind": "dinner", "id": str(uuid4())}
    answer = browser.post(f"/meals/{meal.pk}/copy/", said, follow=True)
    browser.post(f"/meals/{meal.pk}/copy/", said)  # a double tap
    copy = Meal.objects.on(to).get()
    assert (copy.kind, copy.occurred_at) == ("dinner", at(alice, to, 19))
    assert f'action="/entries/meal/{copy.pk}/delete/"' in answer.content.decode()

    browser.post(f"/meals/{meal.pk}/copy/", {**said, "kind": "breakfast", "id": str(uuid4())})
    assert Meal.objects.on(to).get(kind="breakfast").occurred_at == at(alice, to, 7, 40)


def test_a_snack_after_midnight_stays_in_the_night_of_its_day(alice, milk, day):
    # Alice's day begins at 04:00: half past one belongs to the day before.
    meal = entries.log_meal(
        alice, [(milk, Decimal(100))], occurred_at=at(alice, day + timedelta(days=1), 1, 30)
    )
    assert meal.local_date == day
    copy = copying.copy_meal(meal, day + timedelta(days=3))
    assert copy.local_date == day + timedelta(days=3)
    assert copy.occurred_at == at(alice, day + timedelta(days=4), 1, 30)


@pytest.mark.parametrize(
    ("zone", "to"),
    [("Pacific/Auckland", date(2026, 9, 27)), ("America/New_York", date(2026, 3, 8))],
)
def test_over_a_clock_change_a_copy_keeps_the_time_on_the_clock_and_its_day(alice, milk, zone, to):
    # On these days clocks leap from 02:00 to 03:00, in Auckland and in New York.
    alice.time_zone = zone
    alice.save()
    before = to - timedelta(days=1)
    wall = datetime.combine(before, time(8, 15), tzinfo=ZoneInfo(zone))
    copy = copying.copy_meal(entries.log_meal(alice, [(milk, Decimal(100))], occurred_at=wall), to)
    assert copy.local_date == to and copy.occurred_at.astimezone(ZoneInfo(zone)).time() == time(8, 15)
    assert copy.occurred_at.astimezone(UTC) - wall.astimezone(UTC) == timedelta(hours=23)


@pytest.mark.parametrize("times", [1, 12])
def test_the_page_costs_the_same_queries_for_one_entry_and_for_many(
    browser, alice, milk, day, times, django_assert_max_num_queries
):
    for _ in range(times):
        entries.log_meal(alice, [(milk, Decimal(244))], occurred_at=at(alice, day, 8))
        entries.log_water(alice, Decimal(300), beverage=milk, occurred_at=at(alice, day, 9))
    browser.get(f"/day/{day}/copy/")
    with django_assert_max_num_queries(11):
        browser.get(f"/day/{day}/copy/")
