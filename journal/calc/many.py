"""The verdicts of many diarists at once, from their wide day totals: no loop over diarists or days.

`journal.calc.gaps` words the same verdicts for one diarist. Here each nutrient of a whole batch is one array
of diarists by days, and the judging functions take it as it is. A batch is as large as memory allows: three
arrays of diarists x nutrients x days; for 500 diarists, 20 nutrients and 90 days they take 22 MB.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from journal.calc import usual
from journal.calc.judging import LongRun, Verdict, judge_ai, judge_ear, judge_level, judge_resampled
from journal.calc.usual import Flags, Floats, Summary
from journal.calc.windows import CDRR, EAR, RESAMPLING, UL, Rule


class WideDays(NamedTuple):
    """Day totals of many diarists over the same calendar days, which are the last axis."""

    amount: Floats
    """Shape (diarists, nutrients, days), as the two that follow; NaN where nothing is known."""
    added: Floats
    share: Floats
    """Coverage, 0 where nothing is known. [-]"""
    usable: Flags
    """Shape (diarists, days)."""
    weekend: Flags
    """Shape (days,)."""


@dataclass(frozen=True)
class Comparison:
    """How one nutrient is judged, with an amount for each diarist, or one for all. [unit / day]"""

    code: str
    method: str
    level: ArrayLike
    rule: Rule
    kind: str = ""
    """The kind of reference; empty: as the method."""
    prior_sd: ArrayLike = 0.0
    """Published SD from day to day. [unit / day]"""
    cv_of_mean: ArrayLike = 0.0
    """Or, where that is 0, a share of each diarist's own mean. [-]"""


class Judged(NamedTuple):
    """The numbers and verdicts of one nutrient, one for each diarist."""

    summary: Summary
    band: NDArray[np.str_]
    confidence: Floats
    """NaN where the method has none."""
    low: Floats
    """Ends of the range in which usual intake lies with a confidence of 90 %. [unit / day]"""
    high: Floats


def assess_many(
    days: WideDays,
    codes: Sequence[str],
    comparisons: Sequence[Comparison],
    *,
    low_allowed: ArrayLike = True,
    seeds: ArrayLike = 0,
) -> dict[tuple[str, str], Judged]:
    """Judge every diarist of a batch, by nutrient and method.

    Parameters
    ----------
    days : the totals; `codes` names the nutrients along their middle axis.
    comparisons : what each nutrient is set beside; a nutrient may have several, or none.
    low_allowed : of each diarist, False where the diary is implausible.
    seeds : of each diarist, for the resampling.
    """
    place = {code: i for i, code in enumerate(codes)}
    resampled = {c.code for c in comparisons if c.method == RESAMPLING}
    summaries = _summaries(days, codes, resampled)
    return {
        (one.code, one.method): _judged(days, place[one.code], summaries[one.code], one, low_allowed, seeds)
        for one in comparisons
    }


def _summaries(days: WideDays, codes: Sequence[str], plain: set[str]) -> Mapping[str, Summary]:
    """A summary for each nutrient, with the plain mean for those that are resampled."""

    def each() -> Iterator[tuple[str, Summary]]:
        for i, code in enumerate(codes):
            weekend = np.zeros_like(days.weekend) if code in plain else days.weekend
            one = (days.amount[:, i], days.added[:, i], days.share[:, i])
            yield code, usual.summary(*one, days.usable, weekend)

    return dict(each())


def _judged(
    days: WideDays, i: int, found: Summary, one: Comparison, low_allowed: ArrayLike, seeds: ArrayLike
) -> Judged:
    if one.method == RESAMPLING:
        run = judge_resampled(
            days.amount[:, i], days.added[:, i], days.share[:, i], days.usable,
            np.broadcast_to(np.asarray(one.level, dtype=float), found.lower.shape), one.rule, low_allowed,
            may_be_low=one.kind in ("", EAR), seeds=seeds,
        )  # fmt: skip
        return _from_long_run(found, run)
    prior = np.where(np.asarray(one.prior_sd) > 0, one.prior_sd, np.asarray(one.cv_of_mean) * found.lower)
    if one.method in (UL, CDRR):
        return _from_verdict(found, judge_level(found, one.level, prior, one.rule))
    judge = judge_ear if one.method == EAR else judge_ai
    return _from_verdict(found, judge(found, one.level, prior, one.rule, low_allowed))


def _from_verdict(found: Summary, verdict: Verdict) -> Judged:
    with np.errstate(divide="ignore", invalid="ignore"):
        low = found.lower - usual.Z_90 * verdict.sd / np.sqrt(verdict.days)
        high = found.upper + usual.Z_90 * verdict.low_sd / np.sqrt(verdict.low_days)
    return Judged(found, verdict.band, verdict.confidence, np.maximum(low, 0.0), high)


def _from_long_run(found: Summary, run: LongRun) -> Judged:
    return Judged(found, run.band, np.full(run.lower.shape, np.nan), run.lower, run.upper)
