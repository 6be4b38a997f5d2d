"""Usual intake against the worked figures of the assessment method.

The vectors of A are the worked figures of IOM, "Applications in Dietary Assessment", 2000 (rows 1 to 6), and
further ones computed with scipy to four decimals; those of C begin with the phosphorus example of
the same book.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.calc import usual

LAST_DIGIT = 5.1e-5  # the vectors are printed to four decimals

A = """
320 265 0.10 85.8 3 55.0000 56.1794 0.9790 0.8362
377 265 0.10 85.8 3 112.0000 56.1794 1.9936 0.9769
445 265 0.10 85.8 1 180.0000 89.7992 2.0045 0.9775
349 265 0.10 85.8 7 84.0000 41.8797 2.0057 0.9776
486 265 0.10 107.25 1 221.0000 110.4754 2.0004 0.9773
362 265 0.10 107.25 7 97.0000 48.4301 2.0029 0.9774
230 265 0.10 86 7 -35.0000 41.9383 -0.8346 0.2020
210 265 0.10 86 14 -55.0000 35.0790 -1.5679 0.0585
180 265 0.10 86 14 -85.0000 35.0790 -2.4231 0.0077
620 800 0.10 325 14 -180.0000 118.0874 -1.5243 0.0637
300 350 0.10 122 10 -50.0000 52.0903 -0.9599 0.1686
350 350 0.10 122 14 0.0000 47.8345 0.0000 0.5000
"""
B_AND_C = """
1050 1000 325 3 0.2665 0.6051
1050 1000 325 7 0.4070 0.6580
2900 2600 851 14 1.3190 0.9064
2300 2600 851 14 -1.3190 0.0936
3000 3400 1147 14 -1.3049 0.0960
3.8 4.0 0.4 1 -0.5000 0.3085
3.8 4.0 0.4 3 -0.8660 0.1932
3.8 4.0 0.4 7 -1.3229 0.0929
2300 2500 325 7 -1.6282 0.0517
2200 2000 256 14 2.9232 0.9983
"""


def columns(table):
    return np.array([line.split() for line in table.split("\n") if line], dtype=float).T


def test_confidence_against_an_ear_is_that_of_the_worked_figures():
    m, ear, cv_r, s_w, n, *printed = columns(A)
    found = usual.confidence_ear(m, ear, cv_r, s_w, n)
    assert np.array(found) == pytest.approx(np.array(printed), abs=LAST_DIGIT)


def test_confidence_of_lying_above_a_level_is_that_of_the_worked_figures():
    m, level, s_w, n, *printed = columns(B_AND_C)
    found = usual.confidence_above(m, level, s_w, n)
    assert np.array(found) == pytest.approx(np.array(printed), abs=LAST_DIGIT)


def test_reference_confidences_of_the_book():
    # With no spread of intake and EAR 100, z is the distance in tens. IOM 2000 rounds 0.8413 to 0.85.
    z = np.array([2.00, 1.65, 1.28, 1.00, 0.50, 0.0, -0.5, -1.0])
    found = usual.confidence_ear(100 + 10 * z, 100, 0.10, 0, 7).probability
    assert found == pytest.approx([0.98, 0.95, 0.90, 0.84, 0.69, 0.50, 0.31, 0.16], abs=0.005)


@pytest.mark.parametrize(
    ("s0", "s", "n", "s_w"),
    [(86, 60, 7, 78.2986), (86, 140, 7, 107.0701), (86, 60, 28, 69.0507), (325, 500, 14, 425.0882)],
)
def test_published_and_own_spread_are_pooled(s0, s, n, s_w):
    assert usual.pooled_sd(s0, s, n) == pytest.approx(s_w, abs=LAST_DIGIT)


@pytest.mark.parametrize("n", [0, 1])
def test_a_diary_without_a_spread_of_its_own_takes_the_published_one(n):
    assert usual.pooled_sd(86, np.nan, n) == 86


def test_pooling_and_then_comparing_gives_the_printed_confidence():
    s_w = usual.pooled_sd(86, 60, 14)
    found = usual.confidence_ear(225, 265, 0.10, s_w, 14)
    assert [s_w, found.sd, found.z, found.probability] == pytest.approx(
        [73.6348, 33.0082, -1.2118, 0.1128], abs=LAST_DIGIT
    )


@pytest.mark.parametrize(("n", "r", "worth"), [(14, 0.2, 9.3333), (28, 0.1, 22.9091), (14, -0.1, 14.0)])
def test_days_that_resemble_each_other_are_worth_fewer(n, r, worth):
    assert usual.effective_days(n, r) == pytest.approx(worth, abs=LAST_DIGIT)


def test_weekdays_and_weekends_weigh_as_in_a_week():
    amounts = [220, 250, 240, 300, 320]
    weekend = [False, False, False, True, True]
    # (5 * 236.6667 + 2 * 310) / 7; the plain mean is 1330 / 5 = 266
    assert usual.balanced_mean(amounts, weekend) == pytest.approx(257.6190, abs=LAST_DIGIT)
    assert usual.mean_of(amounts) == 266


def test_with_one_weekend_day_the_mean_is_plain_and_says_so():
    amounts, weekend = [220, 250, 240, 300], [False, False, False, True]
    assert usual.balanced_mean(amounts, weekend) == pytest.approx(1010 / 4)
    found = usual.balance(amounts, weekend)
    assert (found.balanced, found.weekends_missing, found.working_days_missing) == (False, True, False)


def test_a_poorly_known_day_joins_the_careful_mean_only_where_it_raises_it():
    weekdays = [False] * 3
    assert usual.cautious_mean([200, 240, np.nan], [np.nan, np.nan, 520], weekdays) == 320  # 960 / 3
    assert usual.cautious_mean([200, 240, np.nan], [np.nan, np.nan, 100], weekdays) == 220  # left out


def test_the_careful_mean_is_balanced_like_any_other():
    weekend = [False, False, True, True, True]
    upper, least_upper = [200, 240, 300, 320, np.nan], [np.nan] * 4 + [520.0]
    # weekends (300 + 320 + 520) / 3 = 380, working days 220
    assert usual.cautious_mean(upper, least_upper, weekend) == pytest.approx((5 * 220 + 2 * 380) / 7)


def test_a_day_that_does_not_count_is_missing_and_not_zero():
    amounts, weekend = [220, np.nan, 240, 300, 320, np.nan], [False, False, False, True, True, True]
    assert usual.balanced_mean(amounts, weekend) == pytest.approx((5 * 230 + 2 * 310) / 7)
    assert usual.sd_of([1, np.nan, 3]) == pytest.approx(2**0.5)  # ((1 - 2)^2 + (3 - 2)^2) / (2 - 1)


def test_nothing_logged_has_no_mean_and_no_spread():
    empty = [np.nan, np.nan]
    assert np.isnan(usual.mean_of(empty))
    assert np.isnan(usual.sd_of(empty))
    assert np.isnan(usual.balanced_mean(empty, [True, False]))


def test_fewer_than_fourteen_pairs_assume_the_correlation():
    assert usual.correlation_with_next_day(np.arange(14.0)) == 0.1  # 13 pairs
    assert usual.correlation_with_next_day(np.arange(15.0)) == 0.5  # 14 pairs, a steady rise, limited to 0.5


def test_a_gap_between_days_makes_no_pair():
    every_other = np.where(np.arange(40) % 2 == 0, np.arange(40.0), np.nan)
    assert usual.correlation_with_next_day(every_other) == 0.1


def test_correlation_is_the_share_of_the_variance_that_neighbours_have_in_common():
    x = np.tile([1.0, 1.0, -1.0, -1.0], 5)
    # 19 pairs: 10 within a couple (+1) and 9 between couples (-1), so 1 / 19; the variance is 1.
    assert usual.correlation_with_next_day(x) == pytest.approx(1 / 19)


def test_days_that_swing_to_and_fro_are_not_worth_more_than_they_are():
    assert usual.correlation_with_next_day(np.tile([1.0, 3.0], 10)) == 0


def test_days_all_alike_assume_the_correlation():
    assert usual.correlation_with_next_day(np.full(28, 300.0)) == 0.1


@pytest.mark.parametrize(
    ("cv", "half_width", "days"), [(0.38, 0.2, 13.8682), (0.38, 0.1, 55.4727), (0.52, 0.2, 25.9692)]
)
def test_days_for_a_wanted_precision(cv, half_width, days):
    assert usual.days_for_precision(cv, half_width) == pytest.approx(days, abs=LAST_DIGIT)


@pytest.mark.parametrize(("ratio", "days"), [(1.5, 6.3947), (3.0, 12.7895)])
def test_days_for_a_wanted_correlation(ratio, days):
    assert usual.days_for_correlation(0.9, ratio) == pytest.approx(days, abs=LAST_DIGIT)


def test_skewed_days_have_a_spread_above_the_limit_of_the_normal_method():
    b12 = [
        *(0.4, 1.1, 0.2, 0.9, 3.8, 0.5, 0.3, 1.4, 0.6, 0.2, 2.1, 0.8, 0.4, 0.7),
        *(1.9, 0.3, 0.5, 1.2, 0.1, 0.6, 4.2, 0.9, 0.4, 1.0, 0.8, 0.2, 1.6, 0.5),
    ]
    assert usual.mean_of(b12) == pytest.approx(0.9857, abs=LAST_DIGIT)
    assert usual.sd_of(b12) == pytest.approx(0.9947, abs=LAST_DIGIT)
    assert usual.sd_of(b12) / usual.mean_of(b12) > usual.SKEWED_CV


def test_no_spread_at_all_is_certain_and_a_tie_is_even():
    assert list(usual.confidence_above([2, 1, 0], 1, 0, 7).above) == [1, 0.5, 0]


def test_many_diarists_at_once_get_what_each_gets_alone():
    rng = np.random.default_rng(3)
    days = rng.normal(300, 80, size=(5, 3, 28))
    days[rng.random(days.shape) < 0.2] = np.nan
    weekend = np.arange(28) % 7 >= 5
    for function in (usual.mean_of, usual.sd_of, usual.correlation_with_next_day):
        together = function(days)
        assert together[2, 1] == function(days[2, 1])
    assert usual.balanced_mean(days, weekend)[4, 0] == usual.balanced_mean(days[4, 0], weekend)


amounts = st.floats(1, 1e4)


@given(amounts, amounts, st.floats(0.1, 1e3), st.integers(7, 90), st.integers(1, 90), st.floats(0.1, 1e3))
def test_more_days_of_the_same_mean_and_spread_never_widen(m, ear, s, n, more, s0):
    def sd(days):
        s_w, n_eff = usual.pooled_sd(s0, s, days), usual.effective_days(days, 0.1)
        return usual.confidence_ear(m, ear, 0.1, s_w, n_eff).sd

    assert sd(n + more) <= sd(n) * (1 + 1e-12)


@given(amounts, amounts, amounts, st.integers(1, 90), st.floats(1e-6, 1e6))
def test_the_unit_does_not_change_the_confidence(m, ear, s_w, n, factor):
    plain = usual.confidence_ear(m, ear, 0.1, s_w, n)
    scaled = usual.confidence_ear(m * factor, ear * factor, 0.1, s_w * factor, n)
    assert scaled.probability == pytest.approx(plain.probability, abs=1e-9)
    assert usual.confidence_above(m * factor, ear * factor, s_w * factor, n).above == pytest.approx(
        usual.confidence_above(m, ear, s_w, n).above, abs=1e-9
    )


@given(st.lists(amounts, min_size=15, max_size=60), st.randoms())
def test_correlation_stays_within_its_limits(values, random):
    values = [v if random.random() > 0.1 else np.nan for v in values]
    assert 0 <= usual.correlation_with_next_day(values) <= 0.5
