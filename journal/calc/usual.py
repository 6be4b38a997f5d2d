"""Usual intake from a handful of logged days: means, spreads and how sure one can be.

Every function takes numbers or arrays and broadcasts; where days are an axis it is the last one, so
that one call serves one diarist or ten thousand. Amounts are per day, in the unit of the nutrient. A day
that does not count is NaN: it is missing, and never zero.

References
----------
.. [1] Institute of Medicine, "Dietary Reference Intakes: Applications in Dietary Assessment", National
   Academies Press, 2000, chapter 3 and appendix B.
.. [2] Beaton et al., American Journal of Clinical Nutrition, 1979 (days for a wanted precision).
.. [3] Liu et al., Journal of Chronic Diseases, 1978; Nelson et al., American Journal of
   Clinical Nutrition, 1989.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CV_REQUIREMENT = 0.10
"""Spread of requirements between people, as a share of the EAR, for Ca and Mg [1]_."""

PRIOR_DAYS = 12
"""Own days against which the published day-to-day spread weighs even (product choice)."""

SKEWED_CV = 0.70
"""Day-to-day CV above which the normal method is not reliable [1]_: 60 to 70 %, here the upper end."""

FEWEST_PAIRS = 14
"""Pairs of consecutive days below which their correlation is not estimated (product choice)."""

ASSUMED_CORRELATION = 0.1
"""Correlation of one day with the next where it cannot be estimated (product choice)."""

GREATEST_CORRELATION = 0.5
"""Limit of the estimated correlation; below 0 it counts as 0 (product choice)."""

FEWEST_OF_A_KIND = 2
"""Usable working days and weekend days from which the two are balanced (product choice)."""

WEEKEND_DAYS = 2
WEEK = 7

LEAST_SHARE = 0.6
"""Coverage of a day from which its unknown part is estimated (product choice). [-]"""

Z_90 = 1.6448536269514722
"""Normal quantile that leaves 5 % on each side (by definition)."""


class EarConfidence(NamedTuple):
    """How the mean compares with an average requirement: difference, its SD, z, and P of being adequate."""

    difference: Floats
    sd: Floats
    z: Floats
    probability: Floats


class LevelConfidence(NamedTuple):
    """How the mean compares with a fixed level: z, and the confidence that usual intake lies above it."""

    z: Floats
    above: Floats


def confidence_ear(
    m: ArrayLike, ear: ArrayLike, cv_r: ArrayLike, s_w: ArrayLike, n_eff: ArrayLike
) -> EarConfidence:
    """Return how sure it is that usual intake meets the person's own, unknown, requirement.

    Parameters
    ----------
    m : mean intake over the usable days. [unit / day]
    ear : average requirement of the person's group. [unit / day]
    cv_r : spread of requirements as a share of `ear`. [-]
    s_w : within-person standard deviation from day to day. [unit / day]
    n_eff : number of days the mean is worth. [d]

    Notes
    -----
    D = m - EAR; SD_D = sqrt((cv_r EAR)^2 + s_w^2 / n_eff); z = D / SD_D; P = Phi(z) [1]_. It assumes that
    intake is near normal from day to day; see `SKEWED_CV`.
    """
    m, ear, cv_r, s_w, n_eff = _floats(m, ear, cv_r, s_w, n_eff)
    difference = m - ear
    sd = np.sqrt((cv_r * ear) ** 2 + _variance_of_mean(s_w, n_eff))
    z = _ratio(difference, sd)
    return EarConfidence(difference, sd, z, ndtr(z))


def confidence_above(m: ArrayLike, level: ArrayLike, s_w: ArrayLike, n_eff: ArrayLike) -> LevelConfidence:
    """Return how sure it is that usual intake lies above a fixed level (an AI, or an upper level).

    Parameters
    ----------
    m : mean intake over the usable days. [unit / day]
    level : the level compared with. [unit / day]
    s_w : within-person standard deviation from day to day. [unit / day]
    n_eff : number of days the mean is worth. [d]

    Notes
    -----
    z = (m - level) / (s_w / sqrt(n_eff)); C = Phi(z) [1]_. Below an AI, C says nothing of inadequacy and
    must not be shown.
    """
    m, level, s_w, n_eff = _floats(m, level, s_w, n_eff)
    z = _ratio(m - level, np.sqrt(_variance_of_mean(s_w, n_eff)))
    return LevelConfidence(z, ndtr(z))


def pooled_sd(s0: ArrayLike, s: ArrayLike, n: ArrayLike, nu0: ArrayLike = PRIOR_DAYS) -> Floats:
    """Return the day-to-day SD of a published value and the diarist's own days together. [unit / day]

    `s0` is the published SD, which weighs as much as `nu0` days; `s` the SD of `n` own days (NaN below two).

    Notes
    -----
    s_w^2 = (nu0 s0^2 + (n - 1) s^2) / (nu0 + n - 1). A diarist's own SD
    alone is biased after a few days [1]_.
    """
    s0, s, n, nu0 = _floats(s0, s, n, nu0)
    own = np.where(n >= 2, n - 1, 0.0)
    return np.sqrt((nu0 * s0**2 + own * np.where(own > 0, s, 0.0) ** 2) / (nu0 + own))


def effective_days(n: ArrayLike, r: ArrayLike) -> Floats:
    """Return how many independent days `n` days are worth, when each resembles the next by `r`. [d]"""
    n, r = _floats(n, r)
    r = np.clip(r, 0.0, GREATEST_CORRELATION)
    return n * (1 - r) / (1 + r)


def correlation_with_next_day(values: ArrayLike) -> Floats:
    """Return the lag-1 autocorrelation over consecutive usable days, limited to 0 .. 0.5. [-]

    `values` has days in calendar order along its last axis, NaN where a day does not count. The mean product
    of deviations over the pairs of consecutive days is taken as a share of the variance of all usable days.
    With fewer than 14 pairs, or days all alike, 0.1 is assumed.
    """
    (x,) = _floats(values)
    usable = ~np.isnan(x)
    deviation = np.where(usable, x - mean_of(x)[..., None], 0.0)
    pairs = (usable[..., :-1] & usable[..., 1:]).sum(axis=-1)
    product = _ratio((deviation[..., :-1] * deviation[..., 1:]).sum(axis=-1), pairs)
    variance = _ratio((deviation**2).sum(axis=-1), usable.sum(axis=-1))
    estimable = (pairs >= FEWEST_PAIRS) & (variance > 0)
    r = np.where(estimable, _ratio(product, variance), ASSUMED_CORRELATION)
    return np.clip(r, 0.0, GREATEST_CORRELATION)


def mean_of(values: ArrayLike) -> Floats:
    """Return the plain mean over the last axis, leaving NaN out; NaN where nothing is left."""
    (x,) = _floats(values)
    usable = ~np.isnan(x)
    return _ratio_or_nan(np.where(usable, x, 0.0).sum(axis=-1), usable.sum(axis=-1))


def sd_of(values: ArrayLike) -> Floats:
    """Return the sample SD (n - 1) over the last axis, leaving NaN out; NaN below two values."""
    (x,) = _floats(values)
    usable = ~np.isnan(x)
    n = usable.sum(axis=-1)
    squares = (np.where(usable, x - mean_of(x)[..., None], 0.0) ** 2).sum(axis=-1)
    return np.sqrt(_ratio_or_nan(squares, np.where(n >= 2, n - 1, 0)))


def balanced_mean(values: ArrayLike, weekend: ArrayLike) -> Floats:
    """Return the mean with working days and weekends in the proportion of a week. [unit / day]

    `values` has days along its last axis, NaN where a day does not count; `weekend` says which of them are
    Saturdays and Sundays. With at least two usable days of each kind it is (5 x mean of working days +
    2 x mean of weekend days) / 7, otherwise the plain mean (see `balance`).
    """
    (x,) = _floats(values)
    weekend = np.broadcast_to(np.asarray(weekend, dtype=bool), x.shape)
    working, resting = mean_of(np.where(weekend, np.nan, x)), mean_of(np.where(weekend, x, np.nan))
    return np.where(balance(x, weekend).balanced, in_week(working, resting), mean_of(x))


class Balance(NamedTuple):
    """Whether both kinds of day can be balanced, and which kind is too rare."""

    balanced: Flags
    weekends_missing: Flags
    working_days_missing: Flags


def balance(values: ArrayLike, weekend: ArrayLike) -> Balance:
    """Tell whether the usable days hold at least two of each kind."""
    usable = ~np.isnan(np.asarray(values, dtype=float))
    weekend = np.broadcast_to(np.asarray(weekend, dtype=bool), usable.shape)
    few_rest = (usable & weekend).sum(axis=-1) < FEWEST_OF_A_KIND
    few_work = (usable & ~weekend).sum(axis=-1) < FEWEST_OF_A_KIND
    return Balance(~few_rest & ~few_work, few_rest, few_work)


def in_week(working: ArrayLike, weekend: ArrayLike) -> Floats:
    """Return the mean of a week from the means of its two kinds of day."""
    working, weekend = _floats(working, weekend)
    return ((WEEK - WEEKEND_DAYS) * working + WEEKEND_DAYS * weekend) / WEEK


class Summary(NamedTuple):
    """What the usable days of a window say of intake, each array without the axis of days."""

    days: Floats
    """Usable days on which something is known of the nutrient. [d]"""
    well_known: Floats
    """Those of them with a coverage of at least 0.6. [d]"""
    coverage: Floats
    """Mean coverage of all usable days; a day of which nothing is known counts as 0. [-]"""
    lower: Floats
    """Mean of what is known. [unit / day]"""
    upper: Floats
    """Mean if foods of unknown content resemble the others, over well-known days. [unit / day]"""
    cautious: Floats
    """The highest mean that claims of low intake must reckon with, see `cautious_mean`. [unit / day]"""
    sd: Floats
    """Sample SD of what is known. [unit / day]"""
    r: Floats
    """Correlation of one day with the next. [-]"""
    weekends_missing: Flags
    working_days_missing: Flags

    def at(self, place: Any) -> "Summary":
        """The summaries at some places of the arrays, as numpy takes places."""
        parts: list[Any] = [part[place] for part in self]
        return Summary(*parts)


def summary(
    amount: ArrayLike, added: ArrayLike, share: ArrayLike, usable: ArrayLike, weekend: ArrayLike
) -> Summary:
    """Sum up the days of a window; days in calendar order along the last axis, all others broadcast.

    Parameters
    ----------
    amount : all that is known of each day's intake, NaN where nothing is. [unit / day]
    added : the part of it from supplements and medicines, which is exact. [unit / day]
    share : coverage of food and drink, 0 where nothing is known. [-]
    usable : which days count.
    weekend : which days are Saturdays and Sundays.

    Notes
    -----
    With L what is known and c the coverage, U = added + (L - added) / c, only if c >= 0.6.
    """
    amount, added, share = np.broadcast_arrays(*_floats(amount, added, share))
    usable, weekend = (np.broadcast_to(np.asarray(f, dtype=bool), amount.shape) for f in (usable, weekend))
    known = usable & ~np.isnan(amount)
    well = known & (share >= LEAST_SHARE)
    lower = np.where(known, amount, np.nan)
    scaled = added + (amount - added) / np.maximum(share, LEAST_SHARE)
    upper, least_upper = np.where(well, scaled, np.nan), np.where(known & ~well, scaled, np.nan)
    kinds = balance(lower, weekend)
    mean = balanced_mean(lower, weekend)
    return Summary(
        days=known.sum(axis=-1).astype(float),
        well_known=well.sum(axis=-1).astype(float),
        coverage=mean_of(np.where(usable, share, np.nan)),
        lower=mean,
        upper=np.maximum(balanced_mean(upper, weekend), mean),
        cautious=np.maximum(cautious_mean(upper, least_upper, weekend), mean),
        sd=sd_of(lower),
        r=correlation_with_next_day(lower),
        weekends_missing=kinds.weekends_missing,
        working_days_missing=kinds.working_days_missing,
    )


def cautious_mean(upper: ArrayLike, least_upper: ArrayLike, weekend: ArrayLike) -> Floats:
    """Return the mean that a claim of low intake must stand up to. [unit / day]

    It is the balanced mean of `upper`, the days with enough coverage. A day with less is left out, and so a
    food of unknown content could push a day of high intake out of the mean and make a low claim stronger. To
    prevent that, such a day joins with the least it can hold (`least_upper`, its known part divided by 0.6)
    wherever this raises the mean.
    """
    upper, least_upper = np.broadcast_arrays(*_floats(upper, least_upper))
    if np.isnan(least_upper).all():
        return balanced_mean(upper, weekend)
    weekend = np.broadcast_to(np.asarray(weekend, dtype=bool), upper.shape)
    of_kinds = [
        _highest_mean(np.where(kind, upper, np.nan), np.where(kind, least_upper, np.nan))
        for kind in (~weekend, weekend)
    ]
    plain, balanced = _highest_mean(upper, least_upper), in_week(*of_kinds)
    everyone = np.where(np.isnan(upper), least_upper, upper)
    could_balance = np.where(balance(everyone, weekend).balanced, np.fmax(plain, balanced), plain)
    return np.where(balance(upper, weekend).balanced, balanced, could_balance)


def _highest_mean(values: Floats, extras: Floats) -> Floats:
    """The mean of all `values` and those `extras` that raise it, over the last axis; NaN is left out."""
    extras = -np.sort(-extras, axis=-1)
    there = ~np.isnan(extras)
    none = np.zeros((*extras.shape[:-1], 1))
    more = np.concatenate([none, np.cumsum(np.where(there, extras, 0.0), axis=-1)], axis=-1)
    more_days = np.concatenate([none, np.cumsum(there, axis=-1)], axis=-1)
    total = np.where(np.isnan(values), 0.0, values).sum(axis=-1, keepdims=True) + more
    days = (~np.isnan(values)).sum(axis=-1, keepdims=True) + more_days
    return np.fmax.reduce(_ratio_or_nan(total, days), axis=-1)


def days_for_precision(cv_w: float, half_width: float) -> float:
    """Return the days that bring the mean within `half_width`, a share, of the true one (95 %) [2]_. [d]"""
    return (1.96 * cv_w / half_width) ** 2


def days_for_correlation(r: ArrayLike, variance_ratio: ArrayLike) -> Floats:
    """Return the days after which observed and true usual intake correlate by `r` [3]_. [d]

    `variance_ratio` is the variance within persons over that between them.
    """
    r, variance_ratio = _floats(r, variance_ratio)
    return r**2 / (1 - r**2) * variance_ratio


def _floats(*numbers: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.asarray(number, dtype=float) for number in numbers)


def _variance_of_mean(s_w: Floats, n_eff: Floats) -> Floats:
    return _ratio(s_w**2, n_eff)


def _ratio(above: ArrayLike, below: ArrayLike) -> Floats:
    """Divide; x / 0 is infinite with the sign of x, and 0 / 0 is 0 (no difference, no spread)."""
    above, below = _floats(above, below)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((above == 0) & (below == 0), 0.0, above / below)


def _ratio_or_nan(above: ArrayLike, below: ArrayLike) -> Floats:
    """Divide; NaN where there is nothing to divide by."""
    above, below = _floats(above, below)
    return np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below > 0)
