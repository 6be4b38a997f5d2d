"""Geometry of the week chart. The plot is 53 high: from 59, the base line, up to 6."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.charts import week as charts
from journal.charts.week import BASE, PLOT, TOP, DayAmount, estimated, week_row

MONDAY = date(2026, 11, 16)


def week(*amounts, **same):
    """Seven finished days; a number is a fully known amount, None nothing known."""
    return [
        one if isinstance(one, DayAmount) else day(i, one, **same)
        for i, one in enumerate((*amounts, *[0.0] * (7 - len(amounts))))
    ]


def day(i=0, known=0.0, *, status="complete_marked", **more):
    return DayAmount(MONDAY + timedelta(days=i), status, known, **more)


def test_an_amount_at_the_reference_reaches_its_line():
    row = week_row(week(265.0), [("ear", 265.0)])
    assert row.bars[0].known_y == row.lines[0].y
    # The scale ends at 1.25 x 265: the line stands at 59 - 53 / 1.25 = 16.6.
    assert row.lines[0].y == pytest.approx(16.6)


def test_a_bar_is_as_high_as_its_share_of_the_scale():
    row = week_row(week(100.0, 50.0), [("ear", 100.0)])
    assert row.full == 125
    assert [bar.known_height for bar in row.bars[:2]] == pytest.approx(
        [42.4, 21.2]
    )  # 53 x 100/125, 53 x 50/125


def test_the_unknown_part_reaches_from_what_is_known_to_the_estimate():
    # 80 known on 0.8 of the energy: 80 / 0.8 = 100 if the rest is alike.
    bar = week_row(week(day(known=80.0, share=0.8, unknown=1)), [("ear", 100.0)]).bars[0]
    assert (bar.known_height, bar.unknown_height) == pytest.approx(
        (33.92, 8.48), abs=0.01
    )  # 53 x 80/125, 53 x 20/125
    assert not bar.open_ended


def test_supplements_are_not_scaled_up_with_the_unknown_part():
    # 50 of the 130 known come from a tablet: 50 + 80 / 0.8 = 150.
    assert estimated(day(known=130.0, added=50.0, share=0.8, unknown=1)) == pytest.approx(150)


@pytest.mark.parametrize("share", [0.59, None])
def test_too_little_known_is_drawn_open_to_the_top(share):
    bar = week_row(week(day(known=40.0, share=share, unknown=2)), [("ear", 100.0)]).bars[0]
    assert bar.open_ended and bar.unknown_y == TOP
    assert not bar.cut


def test_unknown_items_without_energy_still_show():
    bar = week_row(week(day(known=100.0, share=1.0, unknown=1)), [("ear", 100.0)]).bars[0]
    assert bar.unknown_height == charts.SLIVER


def test_a_day_on_which_nothing_is_known_is_all_hatched():
    bar = week_row(week(day(known=None, share=0.0, unknown=3)), [("ear", 100.0)]).bars[0]
    assert (bar.known_height, bar.unknown_y) == (0, TOP)


@pytest.mark.parametrize(
    ("status", "state"), [("incomplete", "not_counted"), ("empty", "empty"), ("to_come", "to_come")]
)
def test_a_day_that_does_not_count_has_no_bar(status, state):
    bar = week_row(week(day(known=90.0, share=0.5, unknown=1, status=status)), [("ear", 100.0)]).bars[0]
    assert (bar.state, bar.known_height, bar.unknown_height, bar.cut) == (state, 0, 0, False)


def test_a_day_that_does_not_count_does_not_stretch_the_scale():
    assert week_row(week(day(known=240.0, status="incomplete")), [("ear", 100.0)]).full == 125


def test_a_feast_is_cut_and_says_so():
    row = week_row(week(1000.0, 100.0), [("ear", 100.0)])
    assert row.full == 250
    assert [bar.cut for bar in row.bars[:2]] == [True, False]
    assert row.bars[0].known_y == TOP


def test_without_a_reference_the_highest_day_sets_the_scale():
    row = week_row(week(30.0, 60.0))
    assert row.lines == () and row.full == 60


def test_an_empty_week_has_a_scale_too():
    assert week_row([day(i, None, status="empty") for i in range(7)]).full == 1


def test_a_week_has_seven_days():
    with pytest.raises(ValueError, match="seven"):
        week_row([day()])


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(0, 1e6)),
            st.one_of(st.none(), st.floats(0, 1)),
            st.integers(0, 3),
            st.sampled_from(
                ["complete_marked", "complete_inferred", "fasting_marked", "incomplete", "empty"]
            ),
        ),
        min_size=7,
        max_size=7,
    ),
    st.lists(st.floats(0.1, 5000), max_size=2),
)
def test_every_shape_stays_in_its_box(days, references):
    row = week_row(
        [
            day(i, known, share=share, unknown=unknown, status=status)
            for i, (known, share, unknown, status) in enumerate(days)
        ],
        [("ear", one) for one in references],
    )
    for bar in row.bars:
        assert 0 <= bar.x <= charts.WIDTH - charts.BAR
        assert TOP - 0.01 <= bar.unknown_y <= bar.known_y <= BASE
        assert bar.known_height + bar.unknown_height <= PLOT + 0.02
    assert all(TOP - 0.01 <= line.y <= BASE for line in row.lines)
