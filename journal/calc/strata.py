"""Exact statistics of days compared within strata: does one kind of day have more cramps than the other?

A stratum is a set of days that may be exchanged for one another, such as the working days of four weeks.
Each test keeps what every stratum holds, so many days, so many of them exposed, so many with a cramp, and
asks how the cramps could have fallen among its days if the exposure had nothing to do with them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import chdtrc, gammaln, ndtr

Floats = NDArray[np.float64]

FARTHEST = 30.0
"""Natural logarithm of the odds ratio beyond which it counts as without bound (product choice). [-]"""
ALIKE = 1e-9
"""Relative difference within which two probabilities, or two sums of an exposure, count as equal (product
choice). [-]"""
CONFIDENCE = 0.95
"""Of the intervals (product choice). [-]"""
PERMUTATIONS = 10_000
"""Draws of the permutation test that is kept beside the likelihood ratio (product choice)."""
MOST_STEPS = 100
"""Steps of a fit before it is given up (product choice)."""
APART = 15.0
"""Logarithm of the odds of a day, against the mean day of its stratum, at which a fit only climbs: exposures
part the days with a cramp wholly from the others, and the likelihood has no top (product choice). [-]"""
FAR_APART = 60.0
"""The same, so far out that the likelihood hardly climbs; ten such cramps in a stratum have a number
(product choice). [-]"""
LIKELY = 3.841458820694124
"""95th percentile of chi-square on one degree of freedom (by definition). [-]"""


class Stratum(NamedTuple):
    """So many days, exposed days, days with a cramp, and days with both. [d]"""

    days: int
    exposed: int
    cramps: int
    both: int

    @property
    def is_informative(self) -> bool:
        """Whether days of both kinds and both outcomes can be compared in it."""
        return 0 < self.exposed < self.days and 0 < self.cramps < self.days

    @property
    def fewest(self) -> int:
        return max(0, self.exposed + self.cramps - self.days)

    @property
    def most(self) -> int:
        return min(self.exposed, self.cramps)

    @property
    def expected(self) -> float:
        """Mean of `both` if there is no link: that of a hypergeometric variable. [d]"""
        return self.exposed * self.cramps / self.days

    @property
    def variance(self) -> float:
        """Variance of `both` if there is no link. [d2]"""
        if self.days < 2:
            return 0.0
        return self.expected * (self.days - self.exposed) * (self.days - self.cramps) / (
            self.days * (self.days - 1)
        )  # fmt: skip


Strata = Sequence[Stratum]


# The exact distribution -----------------------------------------------------------------------


class Null(NamedTuple):
    """How likely each total of exposed cramp days is; the first is that of `lowest`. [-]"""

    lowest: int
    pmf: Floats

    def at(self, total: int) -> float:
        return float(self.pmf[total - self.lowest])

    def at_least(self, total: int) -> float:
        return float(self.pmf[total - self.lowest :].sum())

    def at_most(self, total: int) -> float:
        return float(self.pmf[: total - self.lowest + 1].sum())


def observed(strata: Strata) -> int:
    """T: the exposed days with a cramp, over all strata. [d]"""
    return sum(one.both for one in strata)


def expected(strata: Strata) -> float:
    """Mean of T if there is no link. [d]"""
    return sum(one.expected for one in strata)


def variance(strata: Strata) -> float:
    """Variance of T if there is no link. [d2]"""
    return sum(one.variance for one in strata)


def distribution(strata: Strata, log_odds_ratio: float = 0.0) -> Null:
    """Return the exact distribution of T: the convolution of those of the strata.

    With a logarithm of the odds ratio of 0 there is no link, and each stratum is hypergeometric; else its
    weights are C(e, k) C(n - e, m - k) psi^k.
    """
    pmf = np.ones(1)
    for one in strata:
        pmf = np.convolve(pmf, _weights(one, log_odds_ratio))
    return Null(sum(one.fewest for one in strata), pmf)


def _weights(one: Stratum, log_odds_ratio: float) -> Floats:
    """The probabilities of one stratum, from its fewest exposed cramp days to its most."""
    k = np.arange(one.fewest, one.most + 1)
    ways = _log_choose(one.exposed, k) + _log_choose(one.days - one.exposed, one.cramps - k)
    logs = ways + k * log_odds_ratio
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


def _log_choose(n: int, k: NDArray[np.int64]) -> Floats:
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


# How unusual it is ----------------------------------------------------------------------------


def p_mid(strata: Strata) -> float:
    """Return the two-sided mid-p value: 2 (min(P(T >= t), P(T <= t)) - P(T = t) / 2), at most 1. [-]"""
    null = distribution(strata)
    return float(_p_mids(null)[observed(strata) - null.lowest])


def attainable_p(strata: Strata) -> float:
    """Return the smallest two-sided mid-p value that strata with these margins could give at all. [-]"""
    return float(_p_mids(distribution(strata)).min())


def _p_mids(null: Null) -> Floats:
    upward, downward = np.cumsum(null.pmf[::-1])[::-1], np.cumsum(null.pmf)
    return np.minimum(1.0, 2 * (np.minimum(upward, downward) - null.pmf / 2))


def p_by_probability(strata: Strata) -> float:
    """Return the two-sided value of the totals that are no more likely than the one observed. [-]"""
    null = distribution(strata)
    return float(null.pmf[null.pmf <= null.at(observed(strata)) * (1 + ALIKE)].sum())


class Cmh(NamedTuple):
    """The Cochran-Mantel-Haenszel statistic without continuity correction, and its two-sided p. [-]"""

    z: float
    p: float


def cochran_mantel_haenszel(strata: Strata) -> Cmh:
    """Return how many standard deviations T lies from its mean if there is no link."""
    z = (observed(strata) - expected(strata)) / variance(strata) ** 0.5
    return Cmh(z, float(2 * ndtr(-abs(z))))


# How large it is ------------------------------------------------------------------------------


def conditional_odds_ratio(strata: Strata) -> float:
    """Return the odds ratio under which T has the mean that was observed; 0 or infinity at its ends. [-]

    This is the conditional maximum likelihood estimate.
    """
    total = observed(strata)
    if total == sum(one.fewest for one in strata):
        return 0.0
    if total == sum(one.most for one in strata):
        return float("inf")
    return _solved(lambda beta: sum(_mean(one, beta) for one in strata) - total)


def _mean(one: Stratum, log_odds_ratio: float) -> float:
    return float(np.arange(one.fewest, one.most + 1) @ _weights(one, log_odds_ratio))


def _solved(rising: Callable[[float], float]) -> float:
    """The odds ratio at whose logarithm a function crosses 0."""
    return float(np.exp(brentq(rising, -FARTHEST, FARTHEST, xtol=1e-12)))


class Interval(NamedTuple):
    """The range of an odds ratio; it may begin at 0 and end at infinity. [-]"""

    lower: float
    upper: float


def odds_ratio_interval(strata: Strata, *, mid_p: bool = True) -> Interval:
    """Return the 95 % confidence interval of the odds ratio, from tails of 0.025.

    `mid_p`: half of P(T = t) belongs to each tail; else the whole of it does, and the interval is the
    wider one called exact.
    """
    total, half, tail = observed(strata), 0.5 if mid_p else 0.0, (1 - CONFIDENCE) / 2

    def high(beta: float) -> float:
        null = distribution(strata, beta)
        return null.at_least(total) - half * null.at(total) - tail

    def low(beta: float) -> float:
        null = distribution(strata, beta)
        return tail - null.at_most(total) + half * null.at(total)

    lowest, highest = (sum(getattr(one, end) for one in strata) for end in ("fewest", "most"))
    return Interval(
        0.0 if total == lowest else _solved(high), float("inf") if total == highest else _solved(low)
    )


def mantel_haenszel(strata: Strata) -> float:
    """Return the Mantel-Haenszel odds ratio, a simple check of the conditional one; NaN for 0 / 0. [-]"""
    agree = sum(one.both * (one.days - one.exposed - one.cramps + one.both) / one.days for one in strata)
    differ = sum((one.cramps - one.both) * (one.exposed - one.both) / one.days for one in strata)
    if differ == 0:
        return float("inf") if agree else float("nan")
    return agree / differ


# By permutation -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """The days of one stratum: the exposures of each, shape (days, exposures), and whether it had a cramp."""

    exposures: Floats
    cramps: NDArray[np.bool_]

    @classmethod
    def of(cls, exposures: ArrayLike, cramps: ArrayLike) -> "Group":
        values = np.asarray(exposures, dtype=float)
        return cls(values.reshape(len(values), -1), np.asarray(cramps, dtype=bool))

    @property
    def events(self) -> int:
        return int(self.cramps.sum())

    @property
    def total(self) -> Floats:
        """What the days with a cramp add up to, exposure by exposure."""
        return self.exposures[self.cramps].sum(axis=0)

    @property
    def centred(self) -> "Group":
        """The same days around their mean: nothing compared within a stratum depends on it."""
        return Group(self.exposures - self.exposures.mean(axis=0), self.cramps)

    @property
    def is_informative(self) -> bool:
        """Whether there are days of both outcomes, and they differ in something."""
        return 0 < self.events < len(self.cramps) and bool(np.ptp(self.exposures, axis=0).any())


class Permuted(NamedTuple):
    """One-sided p values by permutation: of a total as high as observed or higher, and as low or lower."""

    upward: float
    downward: float

    @property
    def two_sided(self) -> float:
        return min(1.0, 2 * min(self))


def permutation(groups: Sequence[Group], times: int = PERMUTATIONS, seed: int = 0) -> Permuted:
    """Shuffle the cramps among the days of each stratum, and see how often their exposures add up to more.

    Each p is (1 + number of shuffles at least as extreme) / (shuffles + 1). Only the first exposure counts.
    """
    draws, total = np.random.default_rng(seed), sum(float(one.total[0]) for one in groups)
    shuffled = np.zeros(times)
    for one in groups:
        places = draws.random((times, len(one.cramps))).argsort(axis=1)[:, : one.events]
        shuffled += one.exposures[places, 0].sum(axis=1)
    near = ALIKE * max(1.0, abs(total))
    upward, downward = (shuffled >= total - near).sum(), (shuffled <= total + near).sum()
    return Permuted((1 + int(upward)) / (times + 1), (1 + int(downward)) / (times + 1))


# Conditional logistic regression --------------------------------------------------------------


@dataclass(frozen=True)
class Fit:
    """A conditional logistic regression: logarithms of odds ratios per unit of each exposure.

    `se`: their standard errors, from the curvature of the likelihood at its top.
    """

    beta: Floats
    se: Floats
    log_likelihood: float
    null_log_likelihood: float

    @property
    def chi2(self) -> float:
        """Twice what the exposures add to the log-likelihood. [-]"""
        return 2 * (self.log_likelihood - self.null_log_likelihood)

    @property
    def p(self) -> float:
        """The p value of the likelihood ratio, on as many degrees of freedom as exposures. [-]"""
        return float(chdtrc(len(self.beta), max(self.chi2, 0.0)))


def conditional_logit(groups: Sequence[Group]) -> Fit | None:
    """Fit the exact conditional likelihood by Newton's method; None where it has no top.

    Strata with several cramps take the exact sum over all ways in which these could have fallen among the
    days, by recursion: the shortcuts of some software bias the result (Wang et al. 2011).
    """
    some = [one.centred for one in groups]
    beta = np.zeros(some[0].exposures.shape[1])
    null, slope, curvature = _likelihood(some, beta)
    value = null
    for _step in range(MOST_STEPS):
        try:
            step: Floats = np.asarray(np.linalg.solve(curvature, slope), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        beta, (value, slope, curvature) = _climbed(some, beta, step, value)
        if np.abs(step).max() < 1e-10:
            return Fit(beta, np.sqrt(np.diag(np.linalg.inv(curvature))), value, null)
        if max(np.abs(one.exposures @ beta).max() for one in some) > APART:
            return None
    return None


def log_likelihood(groups: Sequence[Group], beta: ArrayLike) -> float:
    """Return the exact conditional log-likelihood of some coefficients. [-]"""
    return _likelihood([one.centred for one in groups], np.asarray(beta, dtype=np.float64))[0]


def _climbed(
    groups: Sequence[Group], beta: Floats, step: Floats, before: float
) -> tuple[Floats, tuple[float, Floats, Floats]]:
    """A step uphill; halved for as long as it would lead down."""
    for _halving in range(MOST_STEPS):
        found = _likelihood(groups, beta + step)
        if found[0] >= before - 1e-12:
            break
        step = step / 2
    return beta + step, found


def _likelihood(groups: Sequence[Group], beta: Floats) -> tuple[float, Floats, Floats]:
    """The conditional log-likelihood, its slope, and its curvature turned positive."""
    size = len(beta)
    value, slope, curvature = 0.0, np.zeros(size), np.zeros((size, size))
    for one in groups:
        log_ways, mean, spread = _ways(one, beta)
        value += float(one.total @ beta) - log_ways
        slope += one.total - mean
        curvature += spread
    return value, slope, curvature


def _ways(one: Group, beta: Floats) -> tuple[float, Floats, Floats]:
    """All ways in which the cramps of a stratum could have fallen: log of their weight, mean, covariance.

    `ways[k]` holds the weight of k cramps among the days so far, `sums[k]` and `squares[k]` the weighted sums
    of the exposures of these days and of their products.
    """
    size, events = len(beta), one.events
    ways, sums = np.zeros(events + 1), np.zeros((events + 1, size))
    squares = np.zeros((events + 1, size, size))
    ways[0] = 1.0
    for x, weight in zip(one.exposures, np.exp(one.exposures @ beta), strict=True):
        crossed = sums[:-1, :, None] * x
        squares[1:] += weight * (
            squares[:-1] + crossed + crossed.transpose(0, 2, 1) + ways[:-1, None, None] * np.outer(x, x)
        )
        sums[1:] += weight * (sums[:-1] + ways[:-1, None] * x)
        ways[1:] += weight * ways[:-1]
    mean = sums[-1] / ways[-1]
    return float(np.log(ways[-1])), mean, squares[-1] / ways[-1] - np.outer(mean, mean)


def likelihood_interval(groups: Sequence[Group], fit: Fit) -> Interval:
    """Return the 95 % interval of the odds ratio per unit of a single exposure.

    It holds the values whose likelihood is not surely lower than that of the best: twice the difference of
    the logarithms is at most `LIKELY`.
    """
    best = float(fit.beta[0])

    def over(beta: float) -> float:
        return fit.log_likelihood - log_likelihood(groups, [beta]) - LIKELY / 2

    def end(direction: int) -> float:
        reach = float(fit.se[0])
        while over(best + direction * reach) < 0:
            reach *= 2
            if reach > FARTHEST:
                return direction * float("inf")
        return float(brentq(over, best, best + direction * reach, xtol=1e-10))

    return Interval(float(np.exp(end(-1))), float(np.exp(end(1))))


def parted_interval(groups: Sequence[Group], more: bool) -> Interval:
    """Return the 95 % interval where the likelihood climbs for ever: one end lies where it stops being less.

    As `likelihood_interval`, with what the likelihood comes to far out in place of its top; `more`: it climbs
    towards higher odds.
    """
    side = 1 if more else -1
    far = FAR_APART / max(float(np.abs(one.centred.exposures).max()) for one in groups)

    def over(distance: float) -> float:
        return top - log_likelihood(groups, [side * distance]) - LIKELY / 2

    top = log_likelihood(groups, [side * far])
    end = float(np.exp(side * brentq(over, -far, far, xtol=1e-10)))
    return Interval(end, float("inf")) if more else Interval(0.0, end)


# Several at once ------------------------------------------------------------------------------


def false_discovery(p: Sequence[float]) -> list[float]:
    """Return the q value of each p: the share of false finds among those as small, by Benjamini-Hochberg. [-]

    Sorted, q(i) is the smallest p(j) k / j of all j from i on, at most 1.
    """
    q, lowest = [0.0] * len(p), 1.0
    falling = sorted(range(len(p)), key=lambda i: p[i], reverse=True)
    for place, i in zip(range(len(p), 0, -1), falling, strict=True):
        lowest = min(lowest, p[i] * len(p) / place)
        q[i] = lowest
    return q
