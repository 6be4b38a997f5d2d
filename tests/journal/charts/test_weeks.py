"""Twelve weeks of a nutrient. The plot is 132 high: from 206, the base line, up to 74."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from journal.charts.weeks import (
    BASE,
    COUNTED,
    RUNNING,
    SPARK_HEIGHT,
    SPARK_WIDTH,
    TOO_FEW,
    TOP,
    WeekAmount,
    spark,
    weeks_chart,
)

MONDAY = date(2026, 9, 7)


def week(i=0, known=100.0, possible=None, *, days=7, **more):
    """A week in which everything is known, unless `possible` is said."""
    possible = known if possible is None else possible
    return WeekAmount(MONDAY + timedelta(weeks=i), days, known, possible, **more)


def test_a_bar_is_as_high_as_its_share_of_a_scale_that_leaves_room_over_the_reference():
    chart = weeks_chart([week(known=80.0, references=(("ear", 100.0),))])
    assert chart.full == 125  # 1.25 x 100
    assert chart.columns[0].known_height == pytest.approx(84.5, abs=0.05)  # 132 x 80/125 = 84.48
    assert chart.lines[0].y == pytest.approx(100.4)  # 206 - 132 x 100/125


def test_the_uncertain_part_stands_on_what_is_known():
    one = weeks_chart([week(known=100.0, possible=150.0, references=(("ear", 160.0),))]).columns[0]
    # 200 at the top: 132 x 100/200 = 66 and 132 x 50/200 = 33
    assert (one.known_height, one.possible_height) == (66, 33)
    assert one.possible_y == BASE - 66 - 33 and not one.open_ended


def test_an_uncertain_part_that_nobody_can_estimate_is_open_to_the_top():
    one = weeks_chart([WeekAmount(MONDAY, 7, 50.0, None, references=(("ear", 80.0),))]).columns[0]
    assert one.open_ended and one.possible_y == TOP


@pytest.mark.parametrize(("days", "state"), [(2, TOO_FEW), (3, COUNTED)])
def test_a_week_of_too_few_days_is_a_gap_and_no_bar_of_zero(days, state):
    one = weeks_chart([week(days=days, possible=180.0), week(1)]).columns[0]
    assert one.state == state
    assert (one.known_height > 0, one.possible_height > 0) == ((state == COUNTED),) * 2


def test_a_week_that_is_not_over_has_no_bar_however_many_days_count():
    one = weeks_chart([week(known=None, days=5, running=True)]).columns[0]
    assert (one.state, one.known_height, one.possible_height) == (RUNNING, 0, 0)


def test_a_week_that_is_not_drawn_does_not_stretch_the_scale():
    assert weeks_chart([week(known=900.0, days=1), week(1, known=100.0)]).full == 100


def test_the_band_of_usual_intake_lies_between_its_two_ends():
    one = weeks_chart([week(known=100.0, band=(90.0, 150.0), references=(("ear", 160.0),))]).columns[0]
    # 200 at the top: the band reaches from 206 - 132 x 150/200 = 107 down over 132 x 60/200 = 39.6
    assert (one.band_y, one.band_height) == (107, 39.6)


def test_without_an_interval_there_is_no_band():
    assert weeks_chart([week()]).columns[0].band_y is None


def test_a_reference_that_changed_is_drawn_over_its_own_weeks_alone():
    before, after = (("ear", 255.0),), (("ear", 290.0),)  # general, and pregnant (NASEM, 19 to 30)
    weeks = [week(i, references=before if i < 3 else after) for i in range(4)]
    found = [(line.amount, line.x1, line.x2) for line in weeks_chart(weeks).lines]
    assert found == [(255, 0, 75), (290, 75, 100)]  # three columns of 25 %, and one


def test_a_reference_that_was_not_there_meanwhile_is_two_lines():
    weeks = [week(i, references=() if i == 1 else (("ai", 90.0),)) for i in range(4)]
    assert [(line.x1, line.x2) for line in weeks_chart(weeks).lines] == [(0, 25), (50, 100)]


def test_a_feast_is_cut_and_says_so():
    weeks = [week(known=1000.0, references=(("ear", 100.0),)), week(1, references=(("ear", 100.0),))]
    chart = weeks_chart(weeks)
    assert chart.full == 250  # 2.5 x 100
    assert [one.cut for one in chart.columns] == [True, False]


def test_lines_of_the_scale_are_round_amounts_and_at_most_four():
    assert [tick.amount for tick in weeks_chart([week(known=331.25)]).ticks] == [100, 200, 300]
    assert [tick.amount for tick in weeks_chart([week(known=2.0)]).ticks] == [0.5, 1, 1.5, 2]


def test_no_weeks_that_count_still_have_a_scale():
    chart = weeks_chart([week(i, known=None, days=0) for i in range(12)])
    assert (chart.counted, chart.full, chart.lines) == (0, 1, ())


AMOUNTS = st.one_of(st.none(), st.floats(0, 1e6))


@given(
    st.lists(
        st.tuples(AMOUNTS, AMOUNTS, st.integers(0, 7), st.booleans(), st.floats(0, 1e6)),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.floats(0.1, 5000), max_size=2),
)
@example([(None, None, 0, False, 5e-324)], [])  # a quarter of it is 0
def test_every_shape_stays_in_its_box(weeks, references):
    chart = weeks_chart(
        [
            WeekAmount(
                MONDAY, days, known, possible, (0.0, high), tuple(("ear", one) for one in references),
                running=running,
            )
            for known, possible, days, running, high in weeks
        ]
    )  # fmt: skip
    for one in chart.columns:
        assert TOP - 0.1 <= one.possible_y <= one.known_y + 0.1 <= BASE + 0.2
        assert 0 <= one.at.x <= one.at.bar_x and one.at.bar_end <= 100.01
        assert one.band_y >= TOP - 0.1 and one.band_y + one.band_height <= BASE + 0.2
    assert all(TOP - 0.1 <= line.y <= BASE and 0 <= line.x1 < line.x2 <= 100.01 for line in chart.lines)
    small = spark([one.week for one in chart.columns])
    places = [pair.split() for pair in small.known.replace("h.01", "").replace("M", "L").split("L") if pair]
    assert all(0 <= float(x) <= SPARK_WIDTH and 0 <= float(y) <= SPARK_HEIGHT for x, y in places)


def test_a_small_line_breaks_where_a_week_has_too_few_days():
    found = spark([week(0), week(1), week(2, days=1), week(3, known=50.0)])
    # 114 wide between its edges of 3: steps of 38; 100 at the top, 3 down, and 50 in the middle of 22
    assert found.known == "M3 3L41 3M117 14h.01"
    assert (found.possible, found.counted) == ("", 3)


def test_a_small_line_draws_upper_ends_only_where_something_is_not_known():
    assert spark([week(known=80.0, possible=100.0), week(1, known=80.0)]).possible == "M3 3L117 7.4"


def test_a_small_line_has_the_latest_reference():
    weeks = [week(0, references=(("ear", 100.0),)), week(1, references=(("ear", 80.0),))]
    assert spark(weeks).reference_y == 7.4  # 100 at the top, 1.25 x 80: 25 - 22 x 0.8
