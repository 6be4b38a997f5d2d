"""What pages and REST read of the findings: in order, with days that have none, in one query."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from journal import entries, findings
from journal.models import DailyIntake, NutrientGap

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 0, 0, tzinfo=UTC)
"""13:00 on Wednesday the 18th in Auckland."""
TODAY = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def gap(diarist, nutrient, kind="ear", as_of=TODAY, window=None):
    window = window or (14 if nutrient == "water_g" else 28)
    return NutrientGap.objects.create(
        diarist=diarist, as_of=as_of, window_days=window, nutrient=nutrient, kind=kind
    )


def test_gaps_come_in_the_order_of_pages_with_the_lower_reference_first(alice):
    for nutrient, kind in (
        ("water_g", "ai"),
        ("sodium_mg", "cdrr"),
        ("sodium_mg", "ai"),
        ("magnesium_mg", "ear"),
    ):
        gap(alice, nutrient, kind)
    gap(alice, "calcium_mg", window=7)
    gap(alice, "vitamin_d_ug", window=28)
    gap(alice, "vitamin_d_ug", window=90)
    gap(alice, "vitamin_d_ug", "ul", window=28)
    gap(alice, "magnesium_mg", "ul")

    shown = [(found.nutrient, found.kind, found.window_days) for found in findings.gaps(alice, TODAY)]
    assert shown == [
        ("magnesium_mg", "ear", 28), ("magnesium_mg", "ul", 28),
        ("vitamin_d_ug", "ear", 90), ("vitamin_d_ug", "ul", 28),
        ("sodium_mg", "ai", 28), ("sodium_mg", "cdrr", 28), ("water_g", "ai", 14),
    ]  # fmt: skip
    assert [one.nutrient for one in findings.gaps(alice, TODAY, 7)] == ["calcium_mg"]


def test_the_verdict_of_a_week_is_that_of_its_last_day_and_of_today_while_it_runs(alice):
    assert findings.verdict_day(alice, date(2026, 11, 9)) == date(2026, 11, 15)
    assert findings.verdict_day(alice, date(2026, 11, 12)) == date(2026, 11, 15)  # any day of that week
    assert findings.verdict_day(alice, date(2026, 11, 16)) == TODAY
    alice.week_start = 6
    assert findings.verdict_day(alice, date(2026, 11, 8)) == date(2026, 11, 14)


def test_the_weeks_of_the_trend_come_oldest_first_in_one_query(alice, bob, django_assert_num_queries):
    gap(alice, "magnesium_mg", as_of=date(2026, 11, 15))
    gap(alice, "magnesium_mg")
    gap(bob, "magnesium_mg", as_of=date(2026, 11, 8))
    with django_assert_num_queries(1):
        weeks = findings.weekly_gaps(alice, 3)
    assert {as_of: len(found) for as_of, found in weeks.items()} == {
        date(2026, 11, 8): 0, date(2026, 11, 15): 1, TODAY: 1,
    }  # fmt: skip
    assert list(weeks) == sorted(weeks)


def test_a_day_without_a_row_is_empty_and_knows_nothing(alice):
    DailyIntake.objects.create(diarist=alice, date=TODAY, status="incomplete", magnesium_mg=12.5)
    before, today = findings.daily(alice, date(2026, 11, 17), TODAY)

    assert (before.date, before.status, before.pk) == (date(2026, 11, 17), "empty", None)
    assert findings.amounts(before)["magnesium_mg"] == (None, 0, None, 0)
    assert findings.amounts(today)["magnesium_mg"].known == 12.5
    assert len(findings.daily(alice, date(2026, 9, 1), TODAY)) == 79  # 30 + 31 + 18


def test_live_totals_of_a_day_with_nothing_are_empty(alice, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        row = findings.live_totals(alice, TODAY)
    assert (row.status, row.items, row.drinks_ml, row.magnesium_mg) == ("empty", 0, 0, None)


def test_live_totals_before_the_first_review_are_of_a_day_that_is_not_finished(alice):
    entries.log_water(alice, 100)
    assert findings.live_totals(alice, TODAY).status == "incomplete"
