"""Days of fluid. The plot is 140 high: from 190, the base line, up to 50."""

from datetime import date, timedelta

from journal.charts.fluids import COUNTED, EMPTY, OPEN, THINNEST, FluidDay, fluids_chart

FIRST = date(2026, 11, 12)


def fluid_day(i=0, state=COUNTED, **more):
    return FluidDay(FIRST + timedelta(days=i), state, **more)


def test_the_water_of_food_stands_on_the_drinks():
    [one] = fluids_chart([fluid_day(drinks=1.5, food=0.75, need=(2.4, 2.4))]).columns
    # 3 L at the top, 1.25 x 2.4: 140 x 1.5/3 = 70 of drinks and 140 x 0.75/3 = 35 of food
    assert (one.drinks_height, one.food_height, one.height) == (70, 35, 105)
    assert (one.drinks_y, one.food_y) == (120, 85)


def test_a_need_that_is_a_range_is_as_high_as_it_is_wide():
    [one] = fluids_chart([fluid_day(drinks=1.0, need=(2.16, 2.4))]).columns
    assert one.need_y == 78  # 190 - 140 x 2.4/3
    assert one.need_height == 11.2  # 140 x 0.24/3


def test_a_need_that_is_one_number_is_a_line():
    [one] = fluids_chart([fluid_day(drinks=1.0, need=(2.4, 2.4))]).columns
    assert one.need_height == THINNEST


def test_where_no_need_may_be_held_up_none_is_drawn_and_the_day_with_most_sets_the_scale():
    chart = fluids_chart([fluid_day(drinks=2.0), fluid_day(1, drinks=1.0)])
    assert [one.need_y for one in chart.columns] == [None, None]
    assert [one.drinks_height for one in chart.columns] == [140, 70]


def test_lines_of_the_scale_are_round_in_the_unit_that_is_read():
    ounce = 0.0295735  # L
    ticks = fluids_chart([fluid_day(drinks=2.5)], ounce).ticks
    assert [round(tick.amount / ounce, 6) for tick in ticks] == [50]  # 2.5 L are 84.5 fl oz
    assert [tick.amount for tick in fluids_chart([fluid_day(drinks=2.5)]).ticks] == [1, 2]


def test_days_that_are_open_or_empty_are_not_counted():
    chart = fluids_chart([fluid_day(drinks=1.0), fluid_day(1, OPEN, drinks=0.5), fluid_day(2, EMPTY)])
    assert [one.state for one in chart.columns] == [COUNTED, OPEN, EMPTY]
    assert chart.counted == 1


def test_a_day_far_above_the_need_is_cut_and_says_so():
    [one] = fluids_chart([fluid_day(drinks=9.0, need=(2.4, 2.4))]).columns
    assert one.cut and one.drinks_height == 140
