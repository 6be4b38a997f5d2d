"""What is likely to be eaten again: by meal, by hour, by how lately and how often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.calc.habit import HALF_LIFE_DAYS, HOURS_NEAR, Eating, hours_apart, likeliest


def test_what_was_eaten_at_this_meal_comes_before_what_was_not_however_often():
    often = [Eating("soup", False, 8, 1)] * 20
    assert likeliest([*often, Eating("oats", True, 20, 60)], 8) == ["oats", "soup"]


def test_what_is_eaten_about_this_hour_comes_first():
    early, late = Eating("oats", True, 7, 1), Eating("eggs", True, 11, 1)
    assert likeliest([late, early], 7.5) == ["oats", "eggs"]
    assert likeliest([early, late], 10.5) == ["eggs", "oats"]


def test_without_an_hour_only_how_lately_and_how_often_count():
    assert likeliest([Eating("old", True, 8, 30), Eating("new", True, 20, 1)]) == ["new", "old"]


def test_two_times_a_half_life_ago_weigh_as_much_as_once_now():
    # 2 x 0.5 = 1; a third time tips it, and less than that does not
    then = [Eating("then", True, 8, HALF_LIFE_DAYS)]
    now = [Eating("now", True, 8, 0)]
    assert likeliest([*now, *then * 3], 8) == ["then", "now"]
    assert likeliest([*then, *now], 8) == ["now", "then"]


def test_at_two_hours_from_now_it_counts_half():
    # at a distance of HOURS_NEAR the weight is 1 / (1 + 1) = 0.5: three such are 1.5, above one of now
    away = [Eating("away", True, 8 + HOURS_NEAR, 0)]
    here = [Eating("here", True, 8, 0)]
    assert likeliest([*here, *away * 3], 8) == ["away", "here"]
    assert likeliest([*away, *here], 8) == ["here", "away"]


@pytest.mark.parametrize(("one", "other", "apart"), [(23, 1, 2), (0, 12, 12), (6.5, 6.5, 0), (2, 22, 4)])
def test_hours_lie_on_a_circle(one, other, apart):
    assert hours_apart(one, other) == apart


@given(
    st.lists(
        st.builds(Eating, st.sampled_from("abcd"), st.booleans(), st.floats(0, 24), st.floats(-1, 400)),
        max_size=30,
    ),
    st.none() | st.floats(0, 24),
)
def test_each_is_told_once_and_none_is_lost(eatings, hour):
    assert sorted(likeliest(eatings, hour)) == sorted({one.what for one in eatings})
