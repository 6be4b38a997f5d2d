"""Which reminders are due: clocks of several zones, both changes of the clock, and what is done."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from journal.calc import days
from journal.calc.reminders import (
    DOSE,
    DRINK,
    FINISH,
    LOOK_BACK,
    MEAL,
    Chosen,
    Logged,
    come,
    due,
    is_quiet,
    is_within,
    moment_of,
    still_rings,
)

AUCKLAND, NEW_YORK, KIRITIMATI = (
    ZoneInfo(name) for name in ("Pacific/Auckland", "America/New_York", "Pacific/Kiritimati")
)
SUPPER = Chosen(1, MEAL, time(19, 30))
START = time(4)


def ids(reminders, logged, now, tz=UTC):
    return [one.id for one, _at in due(reminders, logged, now, tz)]


# When a time has come ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tz", "before", "after"),
    [
        (AUCKLAND, datetime(2026, 6, 10, 7, 29, tzinfo=UTC), datetime(2026, 6, 10, 7, 30, tzinfo=UTC)),  # +12
        (AUCKLAND, datetime(2026, 1, 10, 6, 29, tzinfo=UTC), datetime(2026, 1, 10, 6, 30, tzinfo=UTC)),  # +13
        (
            NEW_YORK,
            datetime(2026, 6, 10, 23, 29, tzinfo=UTC),
            datetime(2026, 6, 10, 23, 30, tzinfo=UTC),
        ),  # -4
        (NEW_YORK, datetime(2026, 1, 11, 0, 29, tzinfo=UTC), datetime(2026, 1, 11, 0, 30, tzinfo=UTC)),  # -5
        (
            KIRITIMATI,
            datetime(2026, 6, 10, 5, 29, tzinfo=UTC),
            datetime(2026, 6, 10, 5, 30, tzinfo=UTC),
        ),  # +14
    ],
)
def test_a_time_comes_when_the_clock_of_the_place_shows_it(tz, before, after):
    assert come(SUPPER, before, tz) is None
    day, moment = come(SUPPER, after, tz)
    assert (day, moment) == (date(2026, 6 if after.month == 6 else 1, 10), after)


def test_after_midnight_it_is_still_the_day_before_until_the_day_begins():
    late = Chosen(2, MEAL, time(1))
    night = datetime(2026, 6, 10, 13, 30, tzinfo=UTC)  # 01:30 on the 11th in Auckland
    assert come(late, night, AUCKLAND) == (date(2026, 6, 10), datetime(2026, 6, 10, 13, tzinfo=UTC))
    assert come(SUPPER, night, AUCKLAND)[0] == date(2026, 6, 10)
    begun = datetime(2026, 6, 10, 16, 0, tzinfo=UTC)  # 04:00: the 11th begins, and nothing has come on it
    assert come(late, begun, AUCKLAND) is None and come(SUPPER, begun, AUCKLAND) is None


def test_with_another_start_of_the_day_the_small_hours_are_its_first():
    early = Chosen(2, MEAL, time(1))
    now = datetime(2026, 6, 10, 1, 30, tzinfo=UTC)
    assert come(early, now, UTC, time(0))[0] == date(2026, 6, 10)
    assert come(early, now, UTC, time(4))[0] == date(2026, 6, 9)


def test_an_hour_that_clocks_leap_over_comes_as_long_after_the_leap():
    # New York, 8 March 2026: 02:00 becomes 03:00, so 02:30 is 03:30 on the wall, 07:30 UTC.
    assert moment_of(time(2, 30), date(2026, 3, 7), NEW_YORK, START) == datetime(
        2026, 3, 8, 7, 30, tzinfo=UTC
    )
    skipped = Chosen(3, DOSE, time(2, 30), about="x")
    assert come(skipped, datetime(2026, 3, 8, 7, 29, tzinfo=UTC), NEW_YORK) is None
    assert come(skipped, datetime(2026, 3, 8, 7, 30, tzinfo=UTC), NEW_YORK)[0] == date(2026, 3, 7)


def test_an_hour_that_clocks_show_twice_comes_once_at_the_first():
    # New York, 1 November 2026: 01:30 is 05:30 UTC and again 06:30 UTC.
    twice = Chosen(4, DOSE, time(1, 30), about="x")
    first = come(twice, datetime(2026, 11, 1, 5, 30, tzinfo=UTC), NEW_YORK)
    again = come(twice, datetime(2026, 11, 1, 6, 30, tzinfo=UTC), NEW_YORK)
    assert first == again == (date(2026, 10, 31), datetime(2026, 11, 1, 5, 30, tzinfo=UTC))


def test_the_evening_after_a_clock_change_keeps_its_hour_on_the_wall():
    # New York, 8 March 2026: 19:30 is 23:30 UTC (-4), the day before it was 00:30 UTC (-5).
    assert moment_of(time(19, 30), date(2026, 3, 8), NEW_YORK, START) == datetime(
        2026, 3, 8, 23, 30, tzinfo=UTC
    )
    assert moment_of(time(19, 30), date(2026, 3, 7), NEW_YORK, START) == datetime(
        2026, 3, 8, 0, 30, tzinfo=UTC
    )


def test_on_a_journey_west_the_same_day_has_the_same_name_and_east_it_comes_by_the_new_clock():
    now = datetime(2026, 6, 10, 7, 30, tzinfo=UTC)  # 19:30 in Auckland, 03:30 in New York: its 9th
    assert come(SUPPER, now, AUCKLAND)[0] == date(2026, 6, 10)
    assert come(SUPPER, now, NEW_YORK)[0] == date(2026, 6, 9)
    evening = datetime(2026, 6, 10, 23, 30, tzinfo=UTC)  # 19:30 in New York: again the 10th
    assert come(SUPPER, evening, NEW_YORK)[0] == date(2026, 6, 10)


def test_a_look_back_comes_on_its_day_of_the_week_alone():
    sunday = Chosen(5, LOOK_BACK, time(18), weekday=6)
    assert come(sunday, datetime(2026, 6, 14, 6, 0, tzinfo=UTC), AUCKLAND)[0] == date(2026, 6, 14)
    assert come(sunday, datetime(2026, 6, 15, 6, 0, tzinfo=UTC), AUCKLAND) is None  # Monday 18:00
    # 03:00 on Monday is still the diary's Sunday.
    assert come(sunday, datetime(2026, 6, 14, 15, 0, tzinfo=UTC), AUCKLAND)[0] == date(2026, 6, 14)


# What is done is not due ------------------------------------------------------------------------

NOON, EVENING = datetime(2026, 6, 10, 12, tzinfo=UTC), datetime(2026, 6, 10, 20, tzinfo=UTC)


def test_a_meal_or_a_day_that_is_said_to_be_finished_leaves_nothing_to_log():
    assert ids([SUPPER], Logged(), EVENING) == [1]
    assert ids([SUPPER], Logged(meals=1), EVENING) == []
    assert ids([SUPPER], Logged(said_finished=True), EVENING) == []


def test_the_day_before_is_asked_for_while_it_is_open():
    finish = Chosen(2, FINISH, time(9))
    assert ids([finish], Logged(day_before_open=True), NOON) == [2]
    assert ids([finish], Logged(), NOON) == []


def test_of_the_hours_to_drink_the_latest_counts_and_a_drink_since_settles_it():
    hours = [Chosen(1, DRINK, time(10)), Chosen(2, DRINK, time(11)), Chosen(3, DRINK, time(15))]
    assert ids(hours, Logged(may_drink=True), NOON) == [2]
    before = Logged(may_drink=True, last_drink=datetime(2026, 6, 10, 10, 59, tzinfo=UTC))
    since = Logged(may_drink=True, last_drink=datetime(2026, 6, 10, 11, 0, tzinfo=UTC))
    assert ids(hours, before, NOON) == [2]
    assert ids(hours, since, NOON) == []


def test_nobody_is_asked_to_drink_who_has_or_who_must_not():
    assert ids([Chosen(1, DRINK, time(10))], Logged(may_drink=False), NOON) == []


def test_each_dose_settles_one_reminder_of_its_product():
    three = [Chosen(n, DOSE, time(hour), about="a") for n, hour in ((1, 8), (2, 12), (3, 19))]
    other = Chosen(4, DOSE, time(8), about="b")
    assert ids([*three, other], Logged(), NOON) == [1, 4, 2]
    assert ids([*three, other], Logged(doses={"a": 1}), NOON) == [4, 2]
    assert ids([*three, other], Logged(doses={"a": 2, "b": 1}), NOON) == []
    assert ids(three, Logged(doses={"a": 2}), EVENING) == [3]


def test_whom_counting_may_harm_is_reminded_of_doses_alone():
    some = [SUPPER, Chosen(2, DRINK, time(10)), Chosen(3, FINISH, time(9)), Chosen(4, LOOK_BACK, time(9), 2)]
    dose = Chosen(5, DOSE, time(8), about="a")
    logged = {"may_drink": True, "day_before_open": True}
    assert ids([*some, dose], Logged(**logged), EVENING) == [5, 3, 4, 2, 1]  # 10 June 2026 is a Wednesday
    assert ids([*some, dose], Logged(**logged, nudges=False), EVENING) == [5]


# Quiet ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "quiet"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("03:00", True), ("06:59", True),
     ("07:00", False), ("12:00", False)],
)  # fmt: skip
def test_quiet_hours_span_midnight(at, quiet):
    assert is_within(time.fromisoformat(at), time(22), time(7)) is quiet


def test_quiet_hours_within_a_day_and_none_at_all():
    assert [is_within(time(hour), time(13), time(15)) for hour in (12, 13, 14, 15)] == [
        False,
        True,
        True,
        False,
    ]
    assert not any(is_within(time(hour), time(7), time(7)) for hour in range(24))


def test_quiet_hours_are_those_of_the_place_on_both_sides_of_a_clock_change():
    # New York, 1 November 2026: 06:30 on the wall is 10:30 UTC in summer and 11:30 UTC after the change.
    assert is_quiet(datetime(2026, 10, 31, 10, 30, tzinfo=UTC), NEW_YORK, time(22), time(7))
    assert not is_quiet(datetime(2026, 10, 31, 11, 30, tzinfo=UTC), NEW_YORK, time(22), time(7))
    assert is_quiet(datetime(2026, 11, 1, 11, 30, tzinfo=UTC), NEW_YORK, time(22), time(7))
    assert is_quiet(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), NEW_YORK, time(22), time(7))  # 01:30, again


def test_half_an_hour_later_nothing_rings_any_more():
    at = datetime(2026, 6, 10, 12, tzinfo=UTC)
    assert still_rings(at, at) and still_rings(at, at.replace(minute=29, second=59))
    assert not still_rings(at, at.replace(minute=30))
    assert not still_rings(at, datetime(2026, 6, 10, 11, 59, tzinfo=UTC))


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        come(SUPPER, datetime(2026, 6, 10, 12), UTC)
    assert days.DAY_START == START
