"""The strip of 48 hours: one per cent of it is 28.8 minutes, whatever the clocks on the wall do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from journal.charts.before import LANE, SHORTEST, WORDS, Event, strip, wall_hours

AUCKLAND, NEW_YORK = ZoneInfo("Pacific/Auckland"), ZoneInfo("America/New_York")
CRAMP = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
LANES = ("meals", "drinks", "exercise")


def ago(**span):
    return CRAMP - timedelta(**span)


def marks(*events, cramp=CRAMP, tz=UTC):
    return {lane.name: lane.marks for lane in strip(cramp, tz, events, LANES).lanes}


def test_the_strip_runs_from_48_hours_before_to_the_cramp():
    found = marks(Event("meals", "first", ago(hours=48)), Event("meals", "half", ago(hours=24)))
    assert [(one.key, one.x) for one in found["meals"]] == [("first", 0), ("half", 50)]


def test_what_came_earlier_or_with_the_cramp_is_left_out():
    events = [Event("meals", "earlier", ago(hours=48, minutes=1)), Event("drinks", "meanwhile", CRAMP)]
    assert marks(*events) == {"meals": (), "drinks": (), "exercise": ()}


def test_something_that_lasted_is_as_long_as_it_took():
    [one] = marks(Event("exercise", 1, ago(hours=12), ago(hours=9)))["exercise"]
    assert (one.x, one.width) == (75, 6.25)  # 3 of 48 hours


def test_something_short_is_still_seen():
    [one] = marks(Event("exercise", 1, ago(hours=12), ago(hours=12)))["exercise"]
    assert one.width == SHORTEST


def test_what_reached_into_the_strip_or_beyond_the_cramp_ends_at_its_edge():
    reaching = Event("exercise", 1, ago(hours=50), ago(hours=46))
    lasting = Event("exercise", 2, ago(hours=1), CRAMP + timedelta(hours=1))
    first, last = marks(reaching, lasting)["exercise"]
    assert (first.x, first.width) == (0, 4.167)  # 2 of 48 hours
    assert last.x + last.width == pytest.approx(100)


def test_lanes_stand_under_each_other_and_marks_in_the_middle_of_theirs():
    lanes = strip(CRAMP, UTC, [Event("drinks", 1, ago(hours=1))], LANES).lanes
    assert [lane.y for lane in lanes] == [WORDS + LANE / 2, WORDS + LANE * 1.5, WORDS + LANE * 2.5]
    assert lanes[1].marks[0].y == lanes[1].y


def test_an_event_in_no_lane_is_refused():
    with pytest.raises(ValueError, match="naps"):
        strip(CRAMP, UTC, [Event("naps", 1, ago(hours=1))], LANES)


def test_hours_are_those_of_the_wall_and_nights_from_ten_to_six():
    # 03:00 UTC is 16:00 in Auckland (UTC+13): the strip begins at 16:00 two days before.
    found = strip(CRAMP, AUCKLAND, [], LANES)
    assert [hour.at.hour for hour in found.hours] == [18, 0, 6, 12, 18, 0, 6, 12]
    assert [hour.x for hour in found.hours][:2] == [4.167, 16.667]  # 2 and 8 of 48 hours
    assert [(night.x, night.width) for night in found.nights] == [
        (12.5, 16.667), (62.5, 16.667),
    ]  # fmt: skip  # from 6 and 30 of 48 hours on, 8 hours long


@pytest.mark.parametrize(
    ("cramp", "tz", "night_h"),
    [
        # Clocks went on an hour at 02:00 on 27 September 2026 in Auckland, and back at 03:00 on 5 April.
        (datetime(2026, 9, 27, 12, tzinfo=AUCKLAND), AUCKLAND, 7),
        (datetime(2026, 4, 5, 12, tzinfo=AUCKLAND), AUCKLAND, 9),
        # In New York they went on at 02:00 on 8 March 2026, and back at 02:00 on 1 November.
        (datetime(2026, 3, 8, 12, tzinfo=NEW_YORK), NEW_YORK, 7),
        (datetime(2026, 11, 1, 12, tzinfo=NEW_YORK), NEW_YORK, 9),
    ],
)
def test_a_night_in_which_the_clocks_changed_is_as_long_as_it_was(cramp, tz, night_h):
    nights = strip(cramp, tz, [], LANES).nights
    assert nights[-1].width == pytest.approx(100 * night_h / 48, abs=0.01)
    assert nights[-1].x + nights[-1].width == pytest.approx(100 * 42 / 48, abs=0.01)  # 06:00, 6 h before noon


def test_48_hours_over_a_change_of_clocks_stay_48_hours():
    cramp = datetime(2026, 11, 1, 12, tzinfo=NEW_YORK)  # EST; two days of the wall before it are 49 hours
    begin = cramp.astimezone(UTC) - timedelta(hours=48)
    assert begin.astimezone(NEW_YORK).strftime("%d %H:%M") == "30 13:00"
    hours = [at.strftime("%d %H") for at in wall_hours(begin, cramp, NEW_YORK)]
    assert hours == ["30 18", "31 00", "31 06", "31 12", "31 18", "01 00", "01 06", "01 12"]
    # An hour before the cramp is one of 48, whatever the clocks showed the day before.
    [one] = marks(Event("meals", 1, cramp.astimezone(UTC) - timedelta(hours=1)), cramp=cramp)["meals"]
    assert one.x == 97.917
