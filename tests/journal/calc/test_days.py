"""Diary days in Auckland and New York, over both clock changes of each."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from journal.calc.days import (
    day_bounds,
    local_day,
    offset_minutes,
    span_bounds,
    week_days,
    week_start,
    window,
)

AUCKLAND = ZoneInfo("Pacific/Auckland")
NEW_YORK = ZoneInfo("America/New_York")
FOUR, MIDNIGHT = time(4), time(0)

zones = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "Pacific/Auckland",
            "America/New_York",
            "UTC",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "America/St_Johns",
            "Africa/Casablanca",
            "Europe/London",
            "Pacific/Kiritimati",
        )
    ]
)
moments = st.datetimes(datetime(1995, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
starts = st.times().map(lambda t: t.replace(second=0, microsecond=0))
dates = st.dates(date(1995, 1, 1), date(2040, 1, 1))


def hours(day, tz, day_start=FOUR):
    start, end = day_bounds(day, tz, day_start)
    return (end - start) / timedelta(hours=1)


def test_three_at_night_belongs_to_the_day_before():
    assert local_day(datetime(2026, 1, 6, 3, 0, tzinfo=AUCKLAND), AUCKLAND) == date(2026, 1, 5)


def test_four_at_night_begins_the_new_day():
    assert local_day(datetime(2026, 1, 6, 4, 0, tzinfo=AUCKLAND), AUCKLAND) == date(2026, 1, 6)


def test_a_day_that_starts_at_midnight_is_the_calendar_day():
    moment = datetime(2026, 1, 6, 0, 0, tzinfo=NEW_YORK)
    assert local_day(moment, NEW_YORK, MIDNIGHT) == date(2026, 1, 6)
    assert local_day(moment - timedelta(seconds=1), NEW_YORK, MIDNIGHT) == date(2026, 1, 5)


def test_one_moment_lies_in_two_different_days_at_two_ends_of_the_world():
    # 05:00 on the 6th in Auckland, 11:00 on the 5th in New York
    moment = datetime(2026, 1, 5, 16, 0, tzinfo=UTC)
    assert local_day(moment, AUCKLAND) == date(2026, 1, 6)
    assert local_day(moment, NEW_YORK) == date(2026, 1, 5)


def test_a_day_start_in_the_evening_takes_the_morning_to_the_day_before():
    assert local_day(datetime(2026, 1, 6, 9, 0, tzinfo=NEW_YORK), NEW_YORK, time(18)) == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("tz", "day", "length"),
    [
        # The change comes before 04:00, so it is the diary day before that is odd.
        (AUCKLAND, date(2026, 9, 26), 23),  # Sunday 27 September 2026, 02:00 -> 03:00
        (AUCKLAND, date(2026, 4, 4), 25),  # Sunday 5 April 2026, 03:00 -> 02:00
        (NEW_YORK, date(2026, 3, 7), 23),  # Sunday 8 March 2026, 02:00 -> 03:00
        (NEW_YORK, date(2026, 10, 31), 25),  # Sunday 1 November 2026, 02:00 -> 01:00
        (AUCKLAND, date(2026, 9, 27), 24),
        (NEW_YORK, date(2026, 11, 1), 24),
    ],
)
def test_a_day_with_a_clock_change_in_it_is_an_hour_off(tz, day, length):
    assert hours(day, tz) == length


def test_bounds_in_auckland_at_the_end_of_summer_time():
    # 4 April 04:00 NZDT is UTC+13; 5 April 04:00 NZST is UTC+12.
    assert day_bounds(date(2026, 4, 4), AUCKLAND) == (
        datetime(2026, 4, 3, 15, 0, tzinfo=UTC),
        datetime(2026, 4, 4, 16, 0, tzinfo=UTC),
    )


def test_the_hour_shown_twice_stays_in_one_day():
    early, late = (datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=fold) for fold in (0, 1))
    assert late.astimezone(UTC) - early.astimezone(UTC) == timedelta(hours=1)
    assert local_day(early, NEW_YORK) == local_day(late, NEW_YORK) == date(2026, 10, 31)


def test_a_day_that_starts_in_the_hour_shown_twice_starts_once():
    # 01:30 comes twice on 1 November; after the first one it is the new day, whatever the clock shows later.
    second_quarter_past = datetime(2026, 11, 1, 1, 15, tzinfo=NEW_YORK, fold=1)
    assert local_day(second_quarter_past, NEW_YORK, time(1, 30)) == date(2026, 11, 1)


def test_a_day_that_starts_in_the_hour_leapt_over_still_starts():
    start, _ = day_bounds(date(2026, 3, 8), NEW_YORK, time(2, 30))
    assert start == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # half an hour after the leap at 07:00 UTC


def test_the_day_that_samoa_left_out_has_no_moment_in_it():
    apia = ZoneInfo("Pacific/Apia")  # 29 December 2011 was followed by 31 December
    assert hours(date(2011, 12, 30), apia) == 0
    assert local_day(datetime(2011, 12, 31, 3, 0, tzinfo=apia), apia) == date(2011, 12, 29)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="needs a time zone"):
        local_day(datetime(2026, 1, 6, 3, 0), AUCKLAND)
    with pytest.raises(ValueError, match="needs a time zone"):
        offset_minutes(datetime(2026, 1, 6, 3, 0), AUCKLAND)


@pytest.mark.parametrize(
    ("moment", "tz", "minutes"),
    [
        (datetime(2026, 1, 5, tzinfo=UTC), AUCKLAND, 13 * 60),
        (datetime(2026, 7, 5, tzinfo=UTC), AUCKLAND, 12 * 60),
        (datetime(2026, 1, 5, tzinfo=UTC), NEW_YORK, -5 * 60),
        (datetime(2026, 7, 5, tzinfo=UTC), NEW_YORK, -4 * 60),
        (datetime(2026, 7, 5, tzinfo=UTC), ZoneInfo("Asia/Kathmandu"), 5 * 60 + 45),
    ],
)
def test_the_offset_is_that_of_the_season(moment, tz, minutes):
    assert offset_minutes(moment, tz) == minutes


@given(moments, zones, starts)
@example(datetime(2011, 12, 30, 9, 59, tzinfo=UTC), ZoneInfo("Pacific/Apia"), FOUR)
@example(datetime(2026, 11, 1, 6, 15, tzinfo=UTC), NEW_YORK, time(1, 30))
def test_every_moment_lies_within_the_bounds_of_its_day(moment, tz, day_start):
    start, end = day_bounds(local_day(moment, tz, day_start), tz, day_start)
    assert start <= moment < end


@given(dates, zones, starts)
def test_days_follow_each_other_without_a_hole_or_an_overlap(day, tz, day_start):
    _, end = day_bounds(day, tz, day_start)
    start, _ = day_bounds(day + timedelta(days=1), tz, day_start)
    assert end == start


@given(moments, zones, starts, st.integers(-14 * 60, 14 * 60))
def test_the_zone_in_which_a_moment_is_written_does_not_matter(moment, tz, day_start, offset):
    elsewhere = moment.astimezone(timezone(timedelta(minutes=offset)))
    assert local_day(elsewhere, tz, day_start) == local_day(moment, tz, day_start)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=3)), zones, starts)
def test_a_later_moment_is_never_in_an_earlier_day(moment, later_by, tz, day_start):
    assert local_day(moment, tz, day_start) <= local_day(moment + later_by, tz, day_start)


def test_a_span_holds_its_days_and_nothing_else():
    start, end = span_bounds(date(2026, 4, 1), date(2026, 4, 7), AUCKLAND)
    assert (end - start) == timedelta(hours=7 * 24 + 1)  # summer time ends on the 5th
    assert start == day_bounds(date(2026, 4, 1), AUCKLAND)[0]
    assert end == day_bounds(date(2026, 4, 7), AUCKLAND)[1]


def test_a_week_starts_on_the_weekday_asked_for():
    thursday = date(2026, 1, 8)
    assert week_start(thursday) == date(2026, 1, 5)  # Monday
    assert week_start(thursday, first_weekday=6) == date(2026, 1, 4)  # Sunday
    assert week_start(date(2026, 1, 5)) == date(2026, 1, 5)


@given(dates, st.integers(0, 6))
def test_a_day_is_one_of_the_seven_of_its_week(day, first_weekday):
    days = week_days(week_start(day, first_weekday))
    assert day in days
    assert len(set(days)) == 7
    assert days[0].weekday() == first_weekday


def test_a_window_ends_with_its_day_and_has_the_length_asked_for():
    assert window(date(2026, 3, 1), 28) == (date(2026, 2, 2), date(2026, 3, 1))  # 2 February + 27 days
    assert window(date(2026, 3, 1), 1) == (date(2026, 3, 1), date(2026, 3, 1))
