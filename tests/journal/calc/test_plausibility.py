"""Which days count. Vectors of the Goldberg cut-off and of BMR are those of the assessment method."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.calc.days import EMPTY, INCOMPLETE, USABLE
from journal.calc.plausibility import (
    bmr_kcal,
    day_statuses,
    diary_implausible,
    eating_occasions,
    goldberg_limits,
    goldberg_spread,
)

BMR = 1320.25  # a woman of 40, 65 kg, 165 cm: 650 + 1031.25 - 200 - 161
MORNING = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)


def status(energy=2000.0, **what):
    day = {"finished": False, "fasting": False, "items": 8, "doses": 0, "occasions": 3, "span_h": 10.0} | what
    found = day_statuses(energy_kcal=energy, **day)
    return str(found.status), bool(found.ask)


@pytest.mark.parametrize(
    ("days", "s", "lower", "upper"),
    [
        (1, 28.7446, 0.8723, 2.7543),
        (3, 21.7620, 1.0030, 2.3953),
        (7, 19.3086, 1.0535, 2.2806),
        (14, 18.3040, 1.0748, 2.2352),
    ],
)
def test_goldberg_limits_are_the_printed_ones(days, s, lower, upper):
    assert goldberg_spread(days) == pytest.approx(s, abs=5.1e-5)
    assert goldberg_limits(days) == pytest.approx((lower, upper), abs=5.1e-5)


def test_limits_in_kcal_are_the_printed_ones():
    one, seven = (np.array(goldberg_limits(days)) * BMR for days in (1, 7))
    assert one == pytest.approx([1151.6374, 3636.3024], abs=5.1e-5)
    assert seven == pytest.approx([1390.8351, 3010.9262], abs=5.1e-5)


def test_resting_energy_is_the_printed_one():
    assert bmr_kcal("female", 65, 165, 40) == 1320.25
    assert bmr_kcal("male", 80, 178, 35) == 1742.5  # 800 + 1112.5 - 175 + 5


@pytest.mark.parametrize(
    "missing",
    [
        (None, 65, 165, 40),
        ("male", None, 165, 40),
        ("male", 65, None, 40),
        ("male", 65, 165, None),
        ("male", 65, 165, 17),
    ],
)
def test_resting_energy_needs_every_answer_of_an_adult(missing):
    assert bmr_kcal(*missing) is None


def test_a_day_marked_finished_counts():
    assert status(finished=True, occasions=1, span_h=0) == ("complete_marked", False)


def test_three_meals_over_six_hours_look_finished():
    assert status(occasions=3, span_h=6.0) == ("complete_inferred", False)


@pytest.mark.parametrize("short", [{"occasions": 2}, {"span_h": 5.9}])
def test_two_meals_or_a_short_span_do_not_look_finished(short):
    assert status(**short) == ("incomplete", False)


@pytest.mark.parametrize("energy", [499.9, 5000.1])
def test_impossible_energy_does_not_count_even_if_marked(energy):
    assert status(energy, finished=True) == ("incomplete", True)


@pytest.mark.parametrize("energy", [500.0, 5000.0])
def test_the_limits_themselves_are_possible(energy):
    assert status(energy, finished=True) == ("complete_marked", False)


def test_a_fasting_mark_lifts_the_lower_limit():
    assert status(120.0, fasting=True, bmr=BMR) == ("fasting_marked", False)
    assert status(120.0, fasting=True, finished=True, bmr=BMR) == ("fasting_marked", False)


def test_a_fasting_mark_does_not_lift_the_upper_limit():
    assert status(5600.0, fasting=True) == ("incomplete", True)


def test_a_fast_with_nothing_logged_counts():
    assert status(np.nan, fasting=True, items=0, occasions=0, span_h=0) == ("fasting_marked", False)


def test_nothing_logged_and_not_marked_is_empty():
    assert status(np.nan, items=0, occasions=0, span_h=0) == ("empty", False)


@pytest.mark.parametrize("doses", [0, 1])
def test_nothing_eaten_and_marked_finished_is_asked_about(doses):
    nothing = {"finished": True, "items": 0, "doses": doses, "occasions": 0, "span_h": 0}
    assert status(np.nan, **nothing) == ("incomplete", True)


def test_a_tablet_alone_is_not_an_empty_day():
    assert status(np.nan, items=0, doses=1, occasions=0, span_h=0) == ("incomplete", False)


def test_a_marked_day_outside_the_persons_limits_still_counts_and_is_asked_about():
    assert status(1151.0, finished=True, bmr=BMR) == ("complete_marked", True)  # lower limit 1151.64
    assert status(1152.0, finished=True, bmr=BMR) == ("complete_marked", False)


def test_an_unmarked_day_outside_the_persons_limits_does_not_look_finished():
    assert status(1151.0, bmr=BMR) == ("incomplete", True)
    assert status(3637.0, bmr=BMR) == ("incomplete", True)  # upper limit 3636.30
    assert status(1152.0, bmr=BMR) == ("complete_inferred", False)


def test_limits_of_adults_do_not_hold_for_a_child():
    assert status(450.0, finished=True, adult=False) == ("complete_marked", False)


def test_unknown_energy_never_looks_finished():
    assert status(np.nan) == ("incomplete", False)
    assert status(np.nan, finished=True) == ("complete_marked", False)


def test_a_column_of_days_is_judged_at_once():
    found = day_statuses(
        finished=[True, False, False],
        fasting=[False, True, False],
        items=[5, 0, 0],
        doses=[0, 0, 0],
        energy_kcal=[1900, np.nan, np.nan],
        occasions=[3, 0, 0],
        span_h=[9, 0, 0],
        bmr=BMR,
    )
    assert found.status.tolist() == ["complete_marked", "fasting_marked", "empty"]


flags = st.booleans()


@given(
    st.floats(0, 499),
    flags,
    st.integers(1, 20),
    st.integers(0, 9),
    st.floats(0, 24),
    st.one_of(st.none(), st.floats(900, 2500)),
)
def test_no_day_under_500_kcal_counts_without_a_fasting_mark(energy, finished, items, occasions, span_h, bmr):
    found, _ = status(energy, finished=finished, items=items, occasions=occasions, span_h=span_h, bmr=bmr)
    assert found not in USABLE


def test_meals_within_a_quarter_of_an_hour_are_one_occasion():
    minutes = [0, 2, 15, 31, 12 * 60]  # 0, 2 and 15 belong together, 31 comes 16 minutes later
    times = [MORNING + timedelta(minutes=m) for m in minutes]
    assert eating_occasions(reversed(times)) == (3, 12.0)
    assert eating_occasions([]) == (0, 0.0)


def test_a_mean_below_the_limit_of_its_days_is_implausible():
    counted = np.ones(7, dtype=bool)
    assert diary_implausible(np.full(7, 1390.0), counted, BMR)  # limit of 7 days: 1390.84 kcal
    assert not diary_implausible(np.full(7, 1391.0), counted, BMR)


def test_days_that_do_not_count_do_not_make_a_diary_implausible():
    energy = np.array([1800.0] * 7 + [100.0] * 7)
    counted = np.array([True] * 7 + [False] * 7)
    assert not diary_implausible(energy, counted, BMR)
    assert diary_implausible(energy, np.ones(14, dtype=bool), BMR)  # mean 950


def test_without_a_resting_energy_or_days_nothing_is_implausible():
    assert not diary_implausible(np.full(7, 600.0), np.ones(7, dtype=bool), np.nan)
    assert not diary_implausible(np.full(7, 600.0), np.zeros(7, dtype=bool), BMR)


def test_statuses_are_those_of_the_diary():
    assert {EMPTY, INCOMPLETE, *USABLE} == {
        "complete_marked",
        "complete_inferred",
        "fasting_marked",
        "incomplete",
        "empty",
    }
