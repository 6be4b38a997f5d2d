"""A month of cramps: what is said, what was logged, and what nobody knows."""

from datetime import date

import pytest

from journal.charts.month import (
    CRAMPS,
    RUNNING,
    TO_COME,
    UNKNOWN,
    WITHOUT,
    DaySeen,
    day_seen,
    last_of_month,
    month_before,
    month_weeks,
    next_month,
)

TODAY = date(2026, 11, 18)
YESTERDAY, TOMORROW = date(2026, 11, 17), date(2026, 11, 19)


def test_a_day_without_a_word_is_not_a_day_without_a_cramp():
    assert day_seen(YESTERDAY, TODAY, [], said_without=False).state == UNKNOWN
    assert day_seen(YESTERDAY, TODAY, [], said_without=True).state == WITHOUT


def test_a_cramp_that_was_logged_outweighs_the_word_that_there_was_none():
    assert day_seen(YESTERDAY, TODAY, [4], said_without=True) == DaySeen(CRAMPS, 1, 4)


def test_the_worst_is_that_of_those_that_were_told():
    assert day_seen(YESTERDAY, TODAY, [3, None, 7], False) == DaySeen(CRAMPS, 3, 7)
    assert day_seen(YESTERDAY, TODAY, [None], False) == DaySeen(CRAMPS, 1, None)
    assert day_seen(YESTERDAY, TODAY, [0], False).worst == 0


def test_today_is_still_running_and_tomorrow_is_to_come():
    assert day_seen(TODAY, TODAY, [], False).state == RUNNING
    assert day_seen(TODAY, TODAY, [], True).state == WITHOUT
    assert day_seen(TOMORROW, TODAY, [], False).state == TO_COME


def month(first, first_weekday=0, **worst):
    days = {first.replace(day=n) for n in range(1, last_of_month(first).day + 1)}
    return month_weeks(first, {day: DaySeen(CRAMPS, 1, worst.get("worst")) for day in days}, first_weekday)


@pytest.mark.parametrize(
    ("first_weekday", "first_week"),
    [(0, [None] * 6 + [1]), (6, [1, 2, 3, 4, 5, 6, 7]), (5, [None, 1, 2, 3, 4, 5, 6])],
)
def test_weeks_begin_where_the_diarist_lives(first_weekday, first_week):
    # 1 November 2026 is a Sunday.
    weeks = month(date(2026, 11, 1), first_weekday)
    assert [cell and cell.day.day for cell in weeks[0]] == first_week
    assert all(len(week) == 7 for week in weeks)


@pytest.mark.parametrize(
    ("first", "days", "weeks"),
    [
        (date(2026, 2, 1), 28, 5),
        (date(2027, 2, 1), 28, 4),
        (date(2028, 2, 1), 29, 5),
        (date(2026, 8, 1), 31, 6),
    ],
)  # February 2027 begins on a Monday, August 2026 on a Saturday
def test_a_month_has_each_of_its_days_once(first, days, weeks):
    found = month(first)
    assert [cell.day.day for week in found for cell in week if cell] == list(range(1, days + 1))
    assert len(found) == weeks


def test_the_bar_is_as_long_as_the_worst_is_of_ten_and_missing_where_it_was_not_told():
    assert {cell.bar for week in month(date(2026, 11, 1), worst=7) for cell in week if cell} == {70}
    assert {cell.bar for week in month(date(2026, 11, 1)) for cell in week if cell} == {None}


def test_months_follow_each_other_over_the_turn_of_the_year():
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert month_before(date(2027, 1, 1)) == date(2026, 12, 1)
    assert last_of_month(date(2026, 12, 1)) == date(2026, 12, 31)
