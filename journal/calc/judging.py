"""From what the days say to a band: the verdicts, for one diarist or ten thousand at once.

judge_ear          method A, an average requirement
judge_ai           method B, an adequate intake
judge_level        method C, an upper level, or the level above which cutting down is advised
judge_resampled    method D, for intakes too uneven for the normal method

Which amount a claim rests on:

* "enough" and "usually above" rest on what is known, the lower bound L, whatever the coverage;
* "low" rests on U, the estimate with the unknown part filled in, and only where coverage is at least 0.80;
* where the two fall on different sides, the band is `cannot_tell`.

All arrays broadcast. Limits of bands, least days and coverage are product choices; the formulas are those of
`journal.calc.usual` and `journal.calc.resampling`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from journal.calc import usual
from journal.calc.resampling import resampled_range
from journal.calc.usual import LEAST_SHARE, Flags, Floats, Summary
from journal.calc.windows import Rule

LIKELY, EVEN, POSSIBLE, UNLIKELY = 0.85, 0.50, 0.15, 0.05
"""Limits of the bands of confidence (product choice)."""
LEAST_COVERAGE = 0.80
"""Mean coverage from which intake may be called low (product choice). [-]"""
SOURCE_SHARE = 0.1
"""A day has a real source of a nutrient if it holds this share of the reference (product choice). [-]"""

LIKELY_MEETS, PROBABLY_MEETS = "likely_meets", "probably_meets"
POSSIBLY_LOW, LIKELY_LOW, VERY_LIKELY_LOW = "possibly_low", "likely_low", "very_likely_low"
PROBABLY_ENOUGH, CANNOT_TELL, NOT_ENOUGH_DATA = "probably_enough", "cannot_tell", "not_enough_data"
USUALLY_ABOVE, NOT_USUALLY_ABOVE = "usually_above", "not_usually_above"
LOOKS_LOW, LOOKS_SUFFICIENT = "looks_low", "looks_sufficient"
ENOUGH_BANDS = (LIKELY_MEETS, PROBABLY_MEETS, PROBABLY_ENOUGH)
LOW_BANDS = (POSSIBLY_LOW, LIKELY_LOW, VERY_LIKELY_LOW)


class Verdict(NamedTuple):
    """Bands and the confidence behind each, NaN where the band rests on none; and the spreads used."""

    band: NDArray[np.str_]
    confidence: Floats
    sd: Floats
    """Pooled SD from day to day. [unit / day]"""
    days: Floats
    """What the days are worth, after their resemblance. [d]"""
    low_days: Floats
    """What the well-known days are worth. [d]"""
    low_sd: Floats
    too_variable: Flags


def judge_ear(
    found: Summary,
    ear: ArrayLike,
    prior_sd: ArrayLike,
    rule: Rule,
    low_allowed: ArrayLike = True,
    cv_r: float = usual.CV_REQUIREMENT,
) -> Verdict:
    """Return bands against an average requirement.

    `prior_sd` is the published SD from day to day [unit / day]; `low_allowed` is False where nothing may be
    called low, as in an implausible diary.
    """
    spread = _spreads(found, prior_sd, rule, low_allowed)
    enough = usual.confidence_ear(found.lower, ear, cv_r, spread.sd, spread.days).probability
    low = usual.confidence_ear(found.cautious, ear, cv_r, spread.low_sd, spread.low_days).probability
    conditions = [
        found.days < rule.least_days,
        spread.too_variable,
        enough >= LIKELY,
        enough >= EVEN,
        ~spread.low_allowed | ~(low < EVEN),
        (low >= POSSIBLE) | (found.well_known < rule.least_days_low),
        low >= UNLIKELY,
    ]
    bands = [
        NOT_ENOUGH_DATA,
        CANNOT_TELL,
        LIKELY_MEETS,
        PROBABLY_MEETS,
        CANNOT_TELL,
        POSSIBLY_LOW,
        LIKELY_LOW,
    ]
    band = np.select(conditions, bands, VERY_LIKELY_LOW)
    return _verdict(band, enough, low, spread)


def judge_ai(
    found: Summary, ai: ArrayLike, prior_sd: ArrayLike, rule: Rule, low_allowed: ArrayLike = True
) -> Verdict:
    """Return bands against an adequate intake: probably enough, or cannot tell, and never "low".

    Below the AI the confidence of lying above it is that of U, and only where U may be relied on.
    """
    spread = _spreads(found, prior_sd, rule, low_allowed)
    enough = usual.confidence_above(found.lower, ai, spread.sd, spread.days).above
    above = usual.confidence_above(found.cautious, ai, spread.low_sd, spread.low_days).above
    band = np.select(
        [found.days < rule.least_days, enough >= LIKELY], [NOT_ENOUGH_DATA, PROBABLY_ENOUGH], CANNOT_TELL
    )
    below = (band == CANNOT_TELL) & spread.low_allowed & (above < EVEN)
    verdict = _verdict(band, enough, above, spread)
    return verdict._replace(confidence=np.where(below, above, verdict.confidence))


def judge_level(found: Summary, level: ArrayLike, prior_sd: ArrayLike | None, rule: Rule) -> Verdict:
    """Return whether intake is usually above a fixed level, and the confidence that it is.

    It rests on what is known alone: an unknown part can only make it more. `prior_sd` None: the spread of the
    own days stands alone, as it must for tablets, of which nothing is published.
    """
    sd = found.sd if prior_sd is None else usual.pooled_sd(prior_sd, found.sd, found.days)
    days = usual.effective_days(found.days, found.r)
    above = usual.confidence_above(found.lower, level, np.nan_to_num(sd), days).above
    band = np.select(
        [found.days < rule.least_days, above >= LIKELY], [NOT_ENOUGH_DATA, USUALLY_ABOVE], NOT_USUALLY_ABOVE
    )
    confidence = np.where(band == NOT_ENOUGH_DATA, np.nan, above)
    return Verdict(band, confidence, sd, days, days, sd, np.zeros(np.shape(band), dtype=bool))


class LongRun(NamedTuple):
    """A verdict on uneven days: the band, the resampled range, and how many days hold a real source."""

    band: NDArray[np.str_]
    lower: Floats
    """5th percentile of the means of what is known. [unit / day]"""
    upper: Floats
    """95th percentile of the means that a low claim must stand up to. [unit / day]"""
    share_with_source: Floats
    """Usable days that hold at least a tenth of the reference, of those of which something is known. [-]"""


def judge_resampled(
    amount: ArrayLike,
    added: ArrayLike,
    share: ArrayLike,
    usable: ArrayLike,
    level: ArrayLike,
    rule: Rule,
    low_allowed: ArrayLike = True,
    *,
    may_be_low: ArrayLike = True,
    seeds: ArrayLike = 0,
) -> LongRun:
    """Return bands from resampled means; the arguments as those of `usual.summary`, days on the last axis.

    Parameters
    ----------
    level : the average requirement or adequate intake compared with. [unit / day]
    may_be_low : False against an adequate intake, below which nothing can be told.
    seeds : of each diarist and window, see `resampling.seed_of`.

    Notes
    -----
    "Looks sufficient" rests on what is known; "looks low" on the estimates, where coverage allows it. A
    usable day of which too little is known to be estimated (coverage below 0.6) stands there with the
    reference itself, or with the least it can hold if that is more: it speaks for neither side, and so the
    unknown never makes "looks low" stronger.
    """
    amount, added, share = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (amount, added, share)))
    usable = np.broadcast_to(np.asarray(usable, dtype=bool), amount.shape)
    known = usable & ~np.isnan(amount)
    level = np.asarray(level, dtype=float)
    highest = _at_most(amount, added, share, usable, known, level[..., None])
    bottom = resampled_range(np.where(known, amount, np.nan), seeds)
    same = np.array_equal(np.where(known, amount, np.nan), highest, equal_nan=True)
    top = bottom if same else resampled_range(highest, seeds)
    days = known.sum(axis=-1)
    well_known = (known & (share >= LEAST_SHARE)).sum(axis=-1)
    coverage = usual.mean_of(np.where(usable, share, np.nan))
    allowed = (coverage >= LEAST_COVERAGE) & (well_known >= rule.least_days_low)
    allowed = allowed & np.asarray(low_allowed, dtype=bool) & np.asarray(may_be_low, dtype=bool)
    band = np.select(
        [days < rule.least_days, bottom.lower > level, allowed & (top.upper < level)],
        [NOT_ENOUGH_DATA, LOOKS_SUFFICIENT, LOOKS_LOW],
        CANNOT_TELL,
    )
    with_source = (known & (np.nan_to_num(amount) >= SOURCE_SHARE * level[..., None])).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return LongRun(band, bottom.lower, top.upper, with_source / days)


def _at_most(
    amount: Floats, added: Floats, share: Floats, usable: Flags, known: Flags, level: Floats
) -> Floats:
    """What each usable day may hold, as a low claim must reckon with. [unit / day]"""
    scaled = added + (amount - added) / np.maximum(share, LEAST_SHARE)
    neither = np.fmax(np.where(known, scaled, np.nan), level)
    return np.where(usable, np.where(known & (share >= LEAST_SHARE), scaled, neither), np.nan)


class _Spreads(NamedTuple):
    sd: Floats
    days: Floats
    low_sd: Floats
    low_days: Floats
    low_allowed: Flags
    too_variable: Flags


def _spreads(found: Summary, prior_sd: ArrayLike, rule: Rule, low_allowed: ArrayLike) -> _Spreads:
    """Spreads and days' worth for both sides.

    The diarist's own SD is that of what is known. For low claims it grows as the mean does when the
    unknown part is filled in, so that the unknown never makes such a claim surer.
    """
    growth = np.divide(found.cautious, found.lower, out=np.ones_like(found.lower), where=found.lower > 0)
    enough_known = (found.coverage >= LEAST_COVERAGE) & (found.well_known >= rule.least_days)
    return _Spreads(
        sd=usual.pooled_sd(prior_sd, found.sd, found.days),
        days=usual.effective_days(found.days, found.r),
        low_sd=usual.pooled_sd(prior_sd, found.sd * growth, found.days),
        low_days=usual.effective_days(found.well_known, found.r),
        low_allowed=enough_known & np.asarray(low_allowed, dtype=bool),
        too_variable=found.sd > usual.SKEWED_CV * found.lower,
    )


def _verdict(band: NDArray[np.str_], enough: Floats, low: Floats, spread: _Spreads) -> Verdict:
    confidence = np.select([np.isin(band, ENOUGH_BANDS), np.isin(band, LOW_BANDS)], [enough, low], np.nan)
    return Verdict(
        band, confidence, spread.sd, spread.days, spread.low_days, spread.low_sd, spread.too_variable
    )
