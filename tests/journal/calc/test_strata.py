"""The statistics of personal links. Where no sum is given, numbers are the vectors of the reference."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from journal.calc import strata as exact
from journal.calc.strata import Group, Stratum

SET_1 = [Stratum(10, 4, 2, 2), Stratum(12, 3, 2, 1), Stratum(9, 3, 1, 1), Stratum(11, 5, 3, 2)]


def days_of(strata):
    """The same strata day by day."""
    return [
        Group.of(
            [1] * one.exposed + [0] * (one.days - one.exposed),
            [1] * one.both
            + [0] * (one.exposed - one.both)
            + [1] * (one.cramps - one.both)
            + [0] * (one.days - one.exposed - one.cramps + one.both),
        )
        for one in strata
    ]


def printed(value, digits=4):
    return f"{value:.{digits}f}"


# Data set 1 -----------------------------------------------------------------------------------


def test_the_total_its_mean_and_its_variance_without_a_link():
    found = exact.observed(SET_1), printed(exact.expected(SET_1)), printed(exact.variance(SET_1))
    assert found == (6, "2.9970", "1.5848")


def test_the_distribution_without_a_link_is_the_convolution_of_hypergeometrics():
    null = exact.distribution(SET_1)
    assert null.lowest == 0
    assert [printed(p, 6) for p in null.pmf] == [
        "0.014692", "0.096970", "0.243098", "0.309183", "0.220845", "0.091215", "0.021304", "0.002571",
        "0.000122",
    ]  # fmt: skip


def test_one_sided_values():
    null = exact.distribution(SET_1)
    assert printed(null.at_least(6)) == "0.0240"
    assert printed(null.at_least(6) - null.at(6) / 2) == "0.0133"


def test_the_two_sided_mid_p():
    assert printed(exact.p_mid(SET_1)) == "0.0267"
    assert exact.p_mid(SET_1) == pytest.approx(2 * 0.0133456, abs=1e-7)


def test_the_two_sided_value_by_probability():
    assert printed(exact.p_by_probability(SET_1)) == "0.0387"


def test_the_conditional_odds_ratio():
    found = exact.conditional_odds_ratio(SET_1)
    assert (printed(math.log(found)), printed(found)) == ("1.8883", "6.6080")


def test_the_exact_interval_and_that_of_the_mid_p():
    assert [printed(x) for x in exact.odds_ratio_interval(SET_1, mid_p=False)] == ["1.0132", "74.9215"]
    assert [printed(x) for x in exact.odds_ratio_interval(SET_1)] == ["1.2269", "52.6953"]


def test_the_odds_ratio_of_mantel_and_haenszel():
    assert printed(exact.mantel_haenszel(SET_1)) == "7.8345"
    assert exact.mantel_haenszel(SET_1) == pytest.approx(3.4424 / 0.4394, abs=1e-3)


def test_the_statistic_of_cochran_mantel_and_haenszel():
    assert [printed(x) for x in exact.cochran_mantel_haenszel(SET_1)] == ["2.3854", "0.0171"]


def test_conditional_logistic_regression_agrees_with_the_exact_estimate_and_with_statsmodels():
    fit = exact.conditional_logit(days_of(SET_1))
    beta, se = float(fit.beta[0]), float(fit.se[0])
    assert beta == pytest.approx(math.log(exact.conditional_odds_ratio(SET_1)), abs=1e-9)
    assert printed(beta) == "1.8883"
    # statsmodels stops a little before the top: 1.8882 and 6.6072 there, with intervals to match.
    assert beta == pytest.approx(1.8882, abs=2e-4)
    assert math.exp(beta) == pytest.approx(6.6072, rel=2e-4)
    assert printed(se) == "0.8694"
    assert printed(math.erfc(beta / se / math.sqrt(2))) == "0.0299"  # Wald's p
    ends = [math.exp(beta + sign * 1.959964 * se) for sign in (-1, 1)]
    assert ends == pytest.approx([1.2023, 36.3088], rel=3e-4)


def test_permutation_comes_near_the_exact_one_sided_value():
    found = exact.permutation(days_of(SET_1), times=20_000, seed=1)
    assert 0.0226 <= found.upward <= 0.0250
    # P(T <= 6) = 1 - 0.002571 - 0.000122
    assert found.downward == pytest.approx(0.9973, abs=0.001)
    assert found.two_sided == 2 * found.upward


# Data set 2 -----------------------------------------------------------------------------------

SET_2 = [
    [(0, 2.1, 0), (0, 1.8, 0), (1, 1.2, 1), (0, 2.4, 0), (1, 1.5, 0)],
    [(0, 2.0, 1), (1, 1.4, 0), (0, 2.6, 0), (0, 1.9, 0), (1, 1.1, 1)],
    [(0, 2.2, 0), (1, 1.6, 1), (0, 2.3, 0), (0, 1.7, 0), (1, 1.0, 0)],
    [(0, 1.3, 1), (1, 2.5, 0), (0, 2.2, 0), (0, 2.0, 0), (1, 1.9, 0)],
]
"""Hard exercise, litres drunk, cramp."""


def groups(*columns):
    return [Group.of([[day[c] for c in columns] for day in one], [day[2] for day in one]) for one in SET_2]


def test_logistic_regression_on_litres_alone():
    fit = exact.conditional_logit(groups(1))
    assert (printed(fit.beta[0]), printed(fit.se[0])) == ("-2.3059", "1.2848")
    assert (printed(fit.null_log_likelihood), printed(fit.log_likelihood)) == ("-7.1309", "-5.0635")
    assert (printed(fit.chi2), printed(fit.p)) == ("4.1348", "0.0420")


def test_logistic_regression_on_litres_and_exercise():
    fit = exact.conditional_logit(groups(1, 0))
    assert printed(fit.log_likelihood) == "-5.0100"
    # The last digit printed is statsmodels', which stops a little before the top.
    assert fit.beta == pytest.approx([-2.6284, -0.4664], abs=1.5e-4)
    assert fit.se == pytest.approx([1.7002, 1.4735], abs=1.5e-4)
    assert fit.log_likelihood > exact.log_likelihood(groups(1, 0), [-2.6284, -0.4664])


def test_the_likelihood_interval_ends_where_the_likelihood_has_fallen_by_1_92():
    some = groups(1)
    fit = exact.conditional_logit(some)
    for end in exact.likelihood_interval(some, fit):
        fallen = (
            fit.log_likelihood - exact._likelihood([g.centred for g in some], np.array([math.log(end)]))[0]
        )
        assert fallen == pytest.approx(1.9207, abs=1e-4)  # 3.8415 / 2


# Several at once ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (
            ".001 .008 .039 .041 .042 .06 .074 .205 .212 .216",
            ".0100 .0400 .0840 .0840 .0840 .1000 .1057 .2160 .2160 .2160",
        ),
        (".012 .21 .034 .6 .003 .048", ".0360 .2520 .0680 .6000 .0180 .0720"),
    ],
)
def test_q_values_of_benjamini_and_hochberg(p, q):
    found = exact.false_discovery([float(one) for one in p.split()])
    assert [printed(one).lstrip("0") for one in found] == q.split()


def test_no_q_value_is_above_one_and_none_of_nothing_is_nothing():
    assert exact.false_discovery([0.9, 1.0]) == [1.0, 1.0]  # 0.9 x 2 / 1 would be 1.8; 1.0 x 2 / 2 is lower
    assert exact.false_discovery([]) == []


# At the ends ----------------------------------------------------------------------------------


def test_where_each_cramp_fell_on_an_exposed_day_the_odds_ratio_has_no_upper_end():
    strata = [Stratum(10, 4, 2, 2), Stratum(10, 4, 2, 2)]
    assert exact.conditional_odds_ratio(strata) == math.inf
    lower, upper = exact.odds_ratio_interval(strata)
    assert 1 < lower < upper == math.inf
    assert exact.mantel_haenszel(strata) == math.inf
    assert exact.conditional_logit(days_of(strata)) is None


def test_where_none_did_it_is_zero():
    strata = [Stratum(10, 4, 2, 0), Stratum(10, 4, 2, 0)]
    assert exact.conditional_odds_ratio(strata) == 0
    assert exact.odds_ratio_interval(strata).lower == 0


def test_the_interval_of_an_exposure_that_parts_the_days_is_that_of_its_likelihood():
    # Two exposed days, both with the only cramps, of four: the likelihood is t^2 / (t^2 + 4 t + 1), up to 1.
    # It has fallen by 1.92 where t^2 (e^1.92 - 1) = 4 t + 1: t = (4 + sqrt(16 + 4 x 5.825)) / (2 x 5.825).
    odds = (4 + math.sqrt(16 + 4 * (math.exp(exact.LIKELY / 2) - 1))) / (2 * (math.exp(exact.LIKELY / 2) - 1))
    group = Group(np.array([[1.0], [1.0], [0.0], [0.0]]), np.array([True, True, False, False]))
    assert exact.parted_interval([group], more=True) == (pytest.approx(odds), math.inf)
    turned = Group(-group.exposures, group.cramps)
    assert exact.parted_interval([turned], more=False) == (0, pytest.approx(1 / odds))


def test_the_smallest_p_that_could_have_come_is_that_of_the_extreme_total():
    strata = [Stratum(10, 4, 2, 1)]
    # C(4,2) / C(10,2) = 6 / 45, halved for the mid-p and doubled for two sides; none exposed: 15 / 45
    assert exact.attainable_p(strata) == pytest.approx(6 / 45)


# What must hold for any diary -----------------------------------------------------------------


@st.composite
def some_strata(draw):
    strata = []
    for _ in range(draw(st.integers(1, 4))):
        days = draw(st.integers(2, 9))
        exposed, cramps = draw(st.integers(1, days - 1)), draw(st.integers(1, days - 1))
        both = draw(st.integers(max(0, exposed + cramps - days), min(exposed, cramps)))
        strata.append(Stratum(days, exposed, cramps, both))
    return strata


@given(some_strata())
def test_the_order_of_strata_does_not_matter(strata):
    backwards = strata[::-1]
    assert exact.p_mid(backwards) == pytest.approx(exact.p_mid(strata))
    assert exact.conditional_odds_ratio(backwards) == pytest.approx(exact.conditional_odds_ratio(strata))


@given(some_strata())
def test_calling_the_other_days_exposed_turns_the_odds_ratio_over_and_leaves_the_p_value(strata):
    turned = [Stratum(s.days, s.days - s.exposed, s.cramps, s.cramps - s.both) for s in strata]
    assert exact.p_mid(turned) == pytest.approx(exact.p_mid(strata))
    odds, lower, upper = exact.conditional_odds_ratio(strata), *exact.odds_ratio_interval(strata)
    assume(0 < odds < math.inf and lower > 0 and upper < math.inf)
    assert exact.conditional_odds_ratio(turned) == pytest.approx(1 / odds, rel=1e-6)
    assert exact.odds_ratio_interval(turned) == pytest.approx((1 / upper, 1 / lower), rel=1e-6)


@given(some_strata())
def test_no_p_value_is_below_what_could_have_come_or_above_one(strata):
    assert exact.attainable_p(strata) - 1e-12 <= exact.p_mid(strata) <= 1


@given(some_strata())
def test_the_odds_ratio_lies_within_its_intervals_and_the_exact_one_is_the_wider(strata):
    odds = exact.conditional_odds_ratio(strata)
    narrow, wide = exact.odds_ratio_interval(strata), exact.odds_ratio_interval(strata, mid_p=False)
    assert wide.lower <= narrow.lower * (1 + 1e-9)
    assert narrow.lower <= odds <= narrow.upper
    assert narrow.upper <= wide.upper * (1 + 1e-9)


@given(some_strata())
def test_the_distribution_is_that_of_all_ways_in_which_the_cramps_can_fall(strata):
    one = strata[0]
    ways = [sum(day < one.exposed for day in some) for some in combinations(range(one.days), one.cramps)]
    null = exact.distribution([one])
    counted = [ways.count(null.lowest + k) / len(ways) for k in range(len(null.pmf))]
    assert null.pmf == pytest.approx(counted)


# No false alarm -------------------------------------------------------------------------------


@pytest.mark.thorough
def test_exposures_drawn_by_lot_look_unusual_no_more_often_than_they_should():
    lots = np.random.default_rng(20)
    alarms, runs = 0, 2000
    for _ in range(runs):
        exposed = lots.random((10, 20)) < 0.3  # ten strata of 20 days, two cramps in each
        strata = [Stratum(20, int(one.sum()), 2, int(one[:2].sum())) for one in exposed]
        alarms += exact.p_mid([one for one in strata if one.is_informative]) < 0.05
    # 0.05 of 2000 are 100, with a standard deviation of sqrt(2000 x 0.05 x 0.95) = 9.7
    assert 60 < alarms < 125
