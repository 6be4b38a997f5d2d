"""Cramps by hour and by muscle. The plot of hours is 110 high: from 160, the base line, up to 50."""

from hypothesis import given
from hypothesis import strategies as st

from journal.charts.cramps import hours_chart, muscle_rows

SIDES = ("left", "right", "both", "none", "")


def test_hours_begin_with_the_diary_day_and_each_is_there_once():
    chart = hours_chart({3: 4}, first_hour=4)
    assert [one.hour for one in chart.columns] == [*range(4, 24), *range(4)]
    assert chart.columns[23].count == 4 and chart.columns[23].until == 4
    assert chart.columns[19].hour == 23 and chart.columns[19].until == 0


def test_the_most_frequent_hour_reaches_the_top_and_half_as_many_half_of_it():
    chart = hours_chart({2: 4, 3: 2}, first_hour=0)
    assert [chart.columns[hour].height for hour in (1, 2, 3)] == [0, 110, 55]
    assert chart.columns[2].y == 50


def test_counts_have_no_halves():
    assert [tick.amount for tick in hours_chart({2: 1}, 0).ticks] == [1]
    assert [tick.amount for tick in hours_chart({2: 2}, 0).ticks] == [1, 2]
    assert [tick.amount for tick in hours_chart({2: 7}, 0).ticks] == [2, 4, 6]


def test_the_night_is_from_ten_to_six_by_the_clock():
    night = {one.hour for one in hours_chart({}, 4).columns if one.is_night}
    assert night == {22, 23, 0, 1, 2, 3, 4, 5}


def test_muscles_are_counted_with_their_sides_and_the_most_frequent_stands_first():
    rows = muscle_rows(
        [("foot", "left"), ("calf", "right"), ("calf", "left"), ("calf", "right"), ("calf", "")], SIDES
    )
    assert [(row.site, row.count) for row in rows] == [("calf", 4), ("foot", 1)]
    # Of the longest row, 4: one left, two right, one not told; of the foot one left.
    assert [(one.side, one.count, one.x, one.width) for one in rows[0].segments] == [
        ("left", 1, 0, 25), ("right", 2, 25, 50), ("", 1, 75, 25),
    ]  # fmt: skip
    assert [(one.side, one.x, one.width) for one in rows[1].segments] == [("left", 0, 25)]


def test_cramps_without_a_muscle_stand_last_however_many():
    rows = muscle_rows([("", ""), ("", ""), ("calf", "left")], SIDES)
    assert [row.site for row in rows] == ["calf", ""]


def test_a_side_that_nobody_knows_of_counts_as_not_told():
    [row] = muscle_rows([("calf", "odd")], SIDES)
    assert [(one.side, one.count) for one in row.segments] == [("", 1)]


def test_no_cramps_have_no_rows():
    assert muscle_rows([], SIDES) == []


@given(st.lists(st.tuples(st.sampled_from(["calf", "foot", ""]), st.sampled_from([*SIDES, "odd"]))))
def test_every_cramp_is_in_one_segment_and_none_is_lost(cramps):
    rows = muscle_rows(cramps, SIDES)
    assert sum(one.count for row in rows for one in row.segments) == len(cramps)
    for row in rows:
        assert row.count == sum(one.count for one in row.segments)
        last = row.segments[-1]
        assert last.x + last.width <= 100.01
