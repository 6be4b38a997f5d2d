"""Rows to frames: what counts is there, what does not is not, and unknown is NaN."""

import math
from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from journal import eaten, entries, frames
from journal.models import DailyIntake
from nutrients.calc.requirement import Person, age_in_months, needs
from nutrients.codes import CODES
from nutrients.models import TAP_WATER, Food, ReferenceIntake, food_id

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 3)
NOON = datetime(2026, 11, 3, 17, 0, tzinfo=UTC)
"""12:00 in New York."""


@pytest.fixture
def banana(foods):
    return Food.objects.get(pk=food_id("fndds", "63107010"))  # 28 mg magnesium in 100 g


@pytest.fixture
def barbera(foods):
    return foods.get(source="sr28", source_code="14101")  # magnesium not known


def test_portions_are_contents_for_food_and_drink_and_amounts_for_doses(bob, banana, barbera):
    entries.log_meal(bob, [(banana, Decimal(120)), (barbera, Decimal(150))], occurred_at=NOON)
    entries.log_water(bob, Decimal(500), occurred_at=NOON)
    pill = entries.save_supplement(bob, name="Magnesium", amounts={"magnesium_mg": 0.1}, source="medicine")
    entries.log_dose(bob, pill, Decimal("3"), occurred_at=NOON)

    found = eaten.eaten([bob], [DAY])
    magnesium = CODES.index("magnesium_mg")
    rows = {(one.source, float(one.grams)): found.content(one.food)[magnesium] for one in found.portions}
    assert rows.pop(("food", 120.0)) == 28  # as in the table; adding up is for calc
    assert rows.pop(("food", 150.0)) is None
    assert rows.pop(("drink", 507.21)) == Food.objects.get(pk=TAP_WATER).magnesium_mg
    assert not rows
    (dose,) = found.doses
    assert (dose.source, dose.taken()) == ("medicine", {"magnesium_mg": 0.3})  # and not 0.30000000000000004


def test_nothing_logged_is_no_day(bob, foods):
    assert eaten.apart(eaten.eaten([bob], [DAY])) == {}
    assert eaten.by_day(eaten.eaten([bob], [DAY])) == {}


def test_only_live_entries_of_the_days_asked_for_are_read(bob, banana):
    gone = entries.log_meal(bob, [(banana, Decimal(100))], occurred_at=NOON)
    entries.remove(gone)
    drink = entries.log_water(bob, Decimal(100), occurred_at=NOON)
    entries.remove(drink)
    entries.log_meal(bob, [(banana, Decimal(1))], occurred_at=NOON + timedelta(days=1))
    kept = entries.log_meal(bob, [(banana, Decimal(50))], occurred_at=NOON)
    mark = entries.mark_day(bob, DAY, finished=True)
    entries.remove(mark)

    found = eaten.eaten([bob], [DAY])
    assert [(one.grams, one.meal) for one in found.portions] == [(50, kept.pk)]
    assert (found.doses, found.marks) == ([], [])


def test_many_diarists_and_days_cost_the_same_four_queries(alice, bob, banana, django_assert_num_queries):
    for diarist in (alice, bob):
        for days in range(5):
            entries.log_meal(diarist, [(banana, Decimal(100))], occurred_at=NOON - timedelta(days=days))
    span = [DAY - timedelta(days=n) for n in range(-1, 6)]
    with django_assert_num_queries(4):
        found = eaten.eaten([alice, bob], span)
    assert len(found.portions) == 10
    assert {one.diarist for one in found.portions} == {alice.pk, bob.pk}
    with django_assert_num_queries(4):
        eaten.eaten([bob], [DAY])


def test_days_of_many_diaries_are_kept_apart(alice, bob, banana):
    before = DAY - timedelta(days=1)
    in_auckland = NOON - timedelta(hours=12)  # 18:00 there, on the same date
    entries.log_meal(alice, [(banana, Decimal(100))], occurred_at=in_auckland)
    entries.log_meal(bob, [(banana, Decimal(200))], occurred_at=NOON)
    entries.log_meal(bob, [(banana, Decimal(50))], occurred_at=NOON - timedelta(days=1))
    entries.mark_day(bob, before, finished=True)

    days = eaten.apart(eaten.eaten([alice, bob], [DAY, before]))
    held = {key: eaten.day_columns(one)["magnesium_mg"] for key, one in days.items()}
    assert held == {(alice.pk, DAY): 28, (bob.pk, DAY): 56, (bob.pk, before): 14}  # 28 mg in 100 g
    assert [mark.finished for mark in days[bob.pk, before].marks] == [True]


@pytest.mark.parametrize("magnesium", [-1.0, float("inf")])
def test_a_day_with_an_impossible_amount_is_refused(bob, banana, magnesium):
    entries.log_meal(bob, [(banana, Decimal(100))], occurred_at=NOON)
    found = eaten.eaten([bob], [DAY])
    content = [
        magnesium if code == "magnesium_mg" else value
        for code, value in zip(CODES, found.content(banana.pk), strict=True)
    ]
    with pytest.raises(ValueError, match="negative or infinite: magnesium_mg"):
        eaten.day_columns(found._replace(per_100g={banana.pk: tuple(content)}))


def test_a_day_knows_its_marks_its_meals_and_what_was_drunk(bob, banana):
    entries.log_meal(bob, [(banana, Decimal(100)), (banana, Decimal(50))], occurred_at=NOON)
    entries.log_water(bob, Decimal("250.5"), occurred_at=NOON)
    entries.log_water(bob, Decimal("100.5"), occurred_at=NOON)
    entries.mark_day(bob, DAY - timedelta(days=1), fasting=True)
    entries.log_dose(
        bob, entries.save_supplement(bob, name="D", amounts={"vitamin_d_ug": 10}), occurred_at=NOON
    )

    days = eaten.by_day(eaten.eaten([bob], [DAY, DAY - timedelta(days=1)]))
    assert days[bob.pk, DAY - timedelta(days=1)] == (False, True, [], 0, 0)
    assert days[bob.pk, DAY] == (False, False, [NOON, NOON], Decimal("351.0"), 1)


def test_days_just_computed_take_the_place_of_stored_ones(bob):
    for n in range(3):
        row = DailyIntake(
            diarist=bob, date=DAY + timedelta(days=n), status="complete_marked", magnesium_mg=100 + n
        )
        row.save()
    fresh = DailyIntake(diarist=bob, date=DAY, status="incomplete", magnesium_mg=5)
    instead = {bob.pk: {DAY: fresh, DAY + timedelta(days=1): None}}

    frame = frames.known_days([bob], DAY, DAY + timedelta(days=9), instead)
    assert list(frame.index) == [(bob.pk, DAY), (bob.pk, DAY + timedelta(days=2))]
    assert list(frame["status"]) == ["incomplete", "complete_marked"]
    assert list(frame["magnesium_mg"]) == [5, 102]
    assert math.isnan(frame["calcium_mg"].iloc[0])  # NULL is NaN, not 0


def test_references_come_by_our_codes_and_in_our_units(foods):
    water = [row for row in frames.tables("nasem", "general")[0] if row.nutrient == "water_g"]
    stored = ReferenceIntake.objects.filter(authority="nasem", life_stage="general", nutrient="water_total")
    assert {(row.id, row.ai, row.unit) for row in water} == {(row.pk, row.ai * 1000, "g") for row in stored}
    assert {row.life_stage for row in frames.tables("nasem", "general")[0]} == {"general"}
    assert {row.authority for row in frames.tables("efsa", "pregnancy")[0]} == {"efsa"}


def test_weights_come_oldest_first_by_the_day_they_were_logged_on(bob):
    for kg, days in ((80, 3), (81, 9), (79, 1)):
        entries.log_weight(bob, Decimal(kg), occurred_at=NOON - timedelta(days=days))
    (*logged, _at_sign_up) = frames.weights([bob])[bob.pk]
    assert logged == [
        (DAY - timedelta(days=9), 81),
        (DAY - timedelta(days=3), 80),
        (DAY - timedelta(days=1), 79),
    ]


@pytest.mark.parametrize("authority", ["nasem", "efsa"])
@pytest.mark.parametrize("sex", ["female", "male", None])
def test_within_a_step_of_age_everybody_needs_the_same(foods, authority, sex):
    references, variations, steps = frames.tables(authority, "general")
    found = {}
    for months in range(1300):
        born = date(2026 - months // 12 - 1, 12 - months % 12, 1)
        person = Person(born, sex, "general", authority)
        assert age_in_months(born, date(2026, 12, 1)) == months + 12
        need = needs(references, variations, person, date(2026, 12, 1))
        assert found.setdefault(bisect_right(steps, months + 12), need) == need
    assert len(found) > 5
