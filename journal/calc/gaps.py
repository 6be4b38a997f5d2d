"""How usual intake compares with what a person is advised to take in, and how sure that is.

A gap is always *logged intake against a reference value*; it is never a statement about blood levels or
deficiency. Amounts are per day, in the unit of each nutrient's code.

Which amount a claim rests on:

* "enough" rests on what is known, the lower bound L, whatever the coverage;
* "low" rests on U, the estimate with the unknown part filled in, and only where coverage is at least 0.80;
* where the two fall on different sides, the band is `cannot_tell`.

`judge_ear` and `judge_ai` take arrays of any shape, so that many diarists are judged at once; `assess` words
the result for one diarist. Bands, least days and coverage limits are product choices; the formulas are those
of `journal.calc.usual`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from journal.calc import usual
from journal.calc.days import window
from journal.calc.plausibility import EMPTY, FASTING_MARKED, USABLE, diary_implausible
from journal.calc.usual import Flags, Floats, Summary
from nutrients.calc.requirement import NO_ROW, Need, Option, ReferenceRow, Spread, prior_spread

ENERGY = "energy_kcal"

LIKELY, EVEN, POSSIBLE, UNLIKELY = 0.85, 0.50, 0.15, 0.05
"""Limits of the bands of confidence (product choice)."""
LEAST_COVERAGE = 0.80
"""Mean coverage from which intake may be called low (product choice). [-]"""
FEW_DAYS = 0.5
"""Share of the window's days under which the number of days is said beside the verdict. [-]"""
SATURDAY = 5

LIKELY_MEETS, PROBABLY_MEETS = "likely_meets", "probably_meets"
POSSIBLY_LOW, LIKELY_LOW, VERY_LIKELY_LOW = "possibly_low", "likely_low", "very_likely_low"
PROBABLY_ENOUGH, CANNOT_TELL, NOT_ENOUGH_DATA = "probably_enough", "cannot_tell", "not_enough_data"
ENOUGH_BANDS = (LIKELY_MEETS, PROBABLY_MEETS, PROBABLY_ENOUGH)
LOW_BANDS = (POSSIBLY_LOW, LIKELY_LOW, VERY_LIKELY_LOW)

EAR, AI, CDRR, UL, OWN = "ear", "ai", "cdrr", "ul", "own"
"""Kinds of reference; `ear` and `ai` are methods, too."""
LEVEL_OF_WHAT_IS_TAKEN = ("magnesium_mg",)
"""Nutrients whose upper level is one of supplements and medicines alone, and says nothing of food."""


@dataclass(frozen=True)
class Rule:
    """The window of a nutrient's verdict and the usable days it needs. [d]"""

    window: int
    least_days: int
    least_days_low: int
    """From here on intake may be called likely low; between the two at most possibly low."""
    claims: bool = False
    """Whether its verdict is given by the normal method, the only one there is as yet."""


RULES: dict[str, Rule] = {
    "magnesium_mg": Rule(28, 7, 10, claims=True),
    "potassium_mg": Rule(28, 7, 7, claims=True),
    "calcium_mg": Rule(28, 7, 14, claims=True),
    "vitamin_d_ug": Rule(90, 28, 28),
    "vitamin_b12_ug": Rule(90, 28, 28),
    "sodium_mg": Rule(28, 7, 14),
    "water_g": Rule(14, 5, 5),
}
"""In the order in which pages show them (product choice, after the precision that these days give)."""


@dataclass(frozen=True)
class Gap:
    """One nutrient beside one reference value over a window. None is "not known" or "not said"."""

    nutrient: str
    kind: str
    """`ear`, `ai`, `cdrr`, `ul` or `own`; empty without a reference."""
    reference: dict[str, Any] | None
    method: str | None = None
    mean: float | None = None
    lower: float | None = None
    upper: float | None = None
    interval: list[float] | None = None
    """Where usual intake lies with a confidence of 90 %."""
    coverage: float | None = None
    days_used: int = 0
    days_in_window: int = 0
    days_needed: int | None = None
    probability_adequate: float | None = None
    confidence_above: float | None = None
    band: str | None = None
    reasons: list[str] = field(default_factory=list)
    evidence: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The gap as clients get it."""
        return {name: value for name, value in asdict(self).items() if name != "kind"}


@dataclass(frozen=True)
class Assessment:
    """All gaps of one diarist over one window."""

    as_of: date
    window_days: int
    days_usable: int
    diary_implausible: bool
    nutrients: list[Gap]


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


def assess(
    days: pd.DataFrame,
    needs: Mapping[str, Need],
    as_of: date,
    window_days: int,
    *,
    bmr_kcal: float | None = None,
    nutrients: Iterable[str] = tuple(RULES),
) -> Assessment:
    """Set one diarist's usual intake over the days that end with `as_of` beside its references.

    Parameters
    ----------
    days : DataFrame, one row a day, index: date; days may be missing, and others may be there
        `status`: one of the day statuses; and for each nutrient, and `energy_kcal` if there is a `bmr_kcal`,
        `<code>`, `<code>_added`, `<code>_share` and `<code>_unknown`, as `journal.calc.intake` returns them.
    needs : what the diarist needs of each nutrient, in the units of the codes.
    as_of : the last day of the window.
    window_days : its length. [d]
    bmr_kcal : resting energy, None where it is not known. [kcal / day]
    nutrients : which ones, in this order.

    Notes
    -----
    A window shorter than the nutrient's own (28 days for magnesium, potassium and calcium) shows numbers and
    carries no verdict: its band is `cannot_tell`, or `not_enough_data` below the least days.

    On a day marked as fasting with nothing logged the intake is known: it is 0.
    """
    codes = list(nutrients)
    found = days_in_window(days, codes, as_of, window_days)
    usable = np.isin(found.status, USABLE)
    implausible = _implausible(found, bmr_kcal)
    summaries = zip(*summarise(found), strict=True)
    gaps: list[Gap] = []
    for code, summary, added in zip(codes, summaries, found.added, strict=True):
        need = needs.get(code) or Need(code, reasons=(NO_ROW,))
        gaps += _gaps_of(need, Summary(*summary), usable, implausible)
        gaps += _gap_of_what_is_taken(need, added, usable, found.weekend)
    return Assessment(as_of, window_days, int(usable.sum()), implausible, gaps)


class DaysInWindow(NamedTuple):
    """Each calendar day of a window, in order, as the last axis; a day without a row is empty."""

    status: NDArray[np.str_]
    weekend: Flags
    energy_kcal: Floats
    amount: Floats
    """Shape (nutrients, days), as the three that follow."""
    added: Floats
    share: Floats
    unknown: Floats


def days_in_window(days: pd.DataFrame, nutrients: Sequence[str], as_of: date, length: int) -> DaysInWindow:
    """Take the days of a window out of a frame as `assess` gets it."""
    first, _ = window(as_of, length)
    dates = [first + timedelta(days=i) for i in range(length)]
    rows = days.index.get_indexer(pd.Index(dates, dtype=object))
    there = rows >= 0
    columns = [f"{code}{part}" for part in ("", "_added", "_share", "_unknown") for code in nutrients]
    wanted = [*columns, ENERGY] if ENERGY in days else columns
    numbers = np.full((length, len(wanted)), np.nan)
    numbers[there] = days[wanted].to_numpy(dtype=float)[rows[there]]
    status = np.full(length, EMPTY, dtype=object)
    status[there] = days["status"].to_numpy(dtype=object)[rows[there]]
    return DaysInWindow(
        status.astype(str),
        np.array([day.weekday() >= SATURDAY for day in dates]),
        numbers[:, -1] if ENERGY in wanted else np.full(length, np.nan),
        *numbers[:, : len(columns)].T.reshape(4, len(nutrients), length),
    )


def summarise(found: DaysInWindow) -> Summary:
    """Sum up the days of a window for each nutrient; a fast with nothing logged is a day of 0."""
    nothing_unknown = np.nan_to_num(found.unknown) == 0
    fast = (found.status == FASTING_MARKED) & np.isnan(found.amount) & nothing_unknown
    amount = np.where(fast, 0.0, found.amount)
    # Without energy to weigh by, all is known (water alone) or it is not known how much is.
    without_energy = np.where(nothing_unknown & ~np.isnan(amount), 1.0, 0.0)
    share = np.where(np.isnan(found.share), without_energy, found.share)
    usable = np.isin(found.status, USABLE)
    return usual.summary(amount, np.nan_to_num(found.added), share, usable, found.weekend)


def _implausible(found: DaysInWindow, bmr_kcal: float | None) -> bool:
    counted = np.isin(found.status, USABLE) & (found.status != FASTING_MARKED)
    return bmr_kcal is not None and bool(diary_implausible(found.energy_kcal, counted, bmr_kcal))


def _gaps_of(need: Need, found: Summary, usable: Flags, implausible: bool) -> list[Gap]:
    """The gaps of one nutrient: one for each kind of reference, or one without."""
    own = ["own_target"] if need.target and need.target.set_by == OWN else []
    reasons = [*need.reasons, *own, *_reasons_of_days(found, usable, implausible)]
    shown: dict[str, Any] = {
        "nutrient": need.nutrient,
        "mean": _number(found.lower),
        "lower": _number(found.lower),
        "upper": _number(found.upper),
        "coverage": _number(found.coverage),
        "days_used": int(found.days),
        "days_in_window": usable.size,
    }
    return [
        _judged(
            need,
            found,
            implausible,
            Gap(kind=kind, reference=_reference(need, kind), reasons=reasons, **shown),
        )
        for kind in _kinds(need)
    ]


def _gap_of_what_is_taken(need: Need, added: Floats, usable: Flags, weekend: Flags) -> list[Gap]:
    """What supplements and medicines alone give beside their upper level, where there is one: it is exact."""
    rows = [option.row for option in need.options]
    if need.nutrient not in LEVEL_OF_WHAT_IS_TAKEN or need.target or not _all_set(rows, UL):
        return []
    mean = _number(usual.balanced_mean(np.where(usable, np.nan_to_num(added), np.nan), weekend))
    return [
        Gap(
            nutrient=need.nutrient,
            kind=UL,
            reference=_reference(need, UL),
            mean=mean,
            lower=mean,
            upper=mean,
            coverage=None if mean is None else 1.0,
            days_used=int(usable.sum()),
            days_in_window=usable.size,
            reasons=[*need.reasons, *(["method_to_come"] if need.claims_allowed else [])],
        )
    ]


def _kinds(need: Need) -> list[str]:
    """What to compare with: an own target alone, else the EAR or where there is none the AI, and the CDRR."""
    if need.target:
        return [OWN]
    rows = [option.row for option in need.options]
    first = next((kind for kind in (EAR, AI) if _all_set(rows, kind)), "")
    return [first] + [CDRR] * _all_set(rows, CDRR)


def _all_set(rows: list[ReferenceRow], kind: str) -> bool:
    return bool(rows) and all(getattr(row, kind) is not None for row in rows)


def _reference(need: Need, kind: str) -> dict[str, Any] | None:
    """The reference as clients get it. With the sex not known `amounts` has both, and `amount` none."""
    if kind == OWN and need.target:
        return {
            "kind": kind,
            "amount": need.target.amount,
            "amounts": [need.target.amount],
            "authority": None,
            "source": None,
            "row": need.target.id,
            "rows": [],
            "group": None,
            "nearest": False,
            "label": need.target.label,
            "set_by": need.target.set_by,
        }
    if not kind:
        return None
    rows = [option.row for option in need.options]
    amounts = sorted({getattr(row, kind) for row in rows})
    ids = list(dict.fromkeys(row.id for row in rows))
    return {
        "kind": kind,
        "amount": amounts[0] if len(amounts) == 1 else None,
        "amounts": amounts,
        "authority": rows[0].authority,
        "source": rows[0].source,
        "row": ids[0] if len(ids) == 1 else None,
        "rows": ids,
        "group": rows[0].group,
        "nearest": need.nearest,
        "label": "",
        "set_by": None,
    }


def _reasons_of_days(found: Summary, usable: Flags, implausible: bool) -> list[str]:
    """What limits the numbers themselves."""
    some = bool(found.days > 0)
    codes = {
        "diary_implausible": implausible,
        "low_coverage": some and not found.coverage >= LEAST_COVERAGE,
        "weekends_missing": some and bool(found.weekends_missing),
        "working_days_missing": some and bool(found.working_days_missing),
        "few_days": some and usable.sum() < FEW_DAYS * usable.size,
    }
    return [code for code, holds in codes.items() if holds]


def _judged(need: Need, found: Summary, implausible: bool, gap: Gap) -> Gap:
    """Add the verdict to the numbers, or the reason why there is none."""
    rule = RULES.get(gap.nutrient)
    silent = _why_silent(need, gap.kind, rule)
    if silent or rule is None or not need.claims_allowed or not gap.kind:
        return replace(gap, reasons=[*gap.reasons, *silent])
    method = EAR if gap.kind == EAR else AI
    if found.days < rule.least_days:
        missing = rule.least_days - int(found.days)
        reasons = [*gap.reasons, "too_few_days"]
        return replace(gap, method=method, band=NOT_ENOUGH_DATA, days_needed=missing, reasons=reasons)
    options = [(_amount(option, need, gap.kind), option) for option in need.options]
    judged = [_judge(found, method, amount, option, rule, not implausible) for amount, option in options]
    gap = replace(gap, method=method, interval=_interval(found, judged), evidence=_evidence(found, judged))
    if gap.days_in_window < rule.window:
        return replace(gap, band=CANNOT_TELL, reasons=[*gap.reasons, "window_too_short"])
    return _claim(gap, found, rule, method, judged)


def _why_silent(need: Need, kind: str, rule: Rule | None) -> list[str]:
    """Codes for why nothing is claimed, beside those that the need itself has."""
    if need.target and need.target.set_by != OWN:
        return ["clinician_target"]  # it may be a floor or a limit, and only the clinician knows
    if not need.claims_allowed or not kind:
        return []
    if rule is None or not rule.claims:
        return ["method_to_come"]
    unknown = any(prior_spread(option.variation, option.row) == Spread() for option in need.options)
    return ["no_variation"] if unknown else []


def _amount(option: Option, need: Need, kind: str) -> float:
    return need.target.amount if kind == OWN and need.target else getattr(option.row, kind)


def _judge(
    found: Summary, method: str, amount: float, option: Option, rule: Rule, low_allowed: bool
) -> Verdict:
    spread = prior_spread(option.variation, option.row)
    prior_sd = spread.sd if spread.sd is not None else (spread.cv_of_mean or 0.0) * found.lower
    judge = judge_ear if method == EAR else judge_ai
    return judge(found, amount, prior_sd, rule, low_allowed)


def _claim(gap: Gap, found: Summary, rule: Rule, method: str, judged: list[Verdict]) -> Gap:
    """The band that holds whatever the sex, with the more careful confidence of the two."""
    reasons = list(gap.reasons)
    bands = {str(verdict.band) for verdict in judged}
    band = bands.pop() if len(bands) == 1 else CANNOT_TELL
    if bands:
        reasons.append("sexes_disagree")
    reasons += ["too_variable"] if method == EAR and bool(judged[0].too_variable) else []
    if band == POSSIBLY_LOW and found.well_known < rule.least_days_low:
        reasons.append("more_days_for_low")
    careful = min if band in ENOUGH_BANDS else max
    confidence = None if bands else _number(careful(float(verdict.confidence) for verdict in judged))
    gap = replace(gap, band=band, reasons=reasons)
    if method == EAR:
        return replace(gap, probability_adequate=confidence)
    return replace(gap, confidence_above=confidence)


def _interval(found: Summary, judged: list[Verdict]) -> list[float] | None:
    """From the lower bound's low end to the estimate's high end, the widest if there are two. [unit / day]"""
    low = min(_end(found.lower, verdict.sd, verdict.days, -usual.Z_90) for verdict in judged)
    top = found.upper if not np.isnan(found.upper) else None
    if top is None:
        return None
    high = max(_end(top, verdict.low_sd, verdict.low_days, usual.Z_90) for verdict in judged)
    return [max(low, 0.0), high]


def _end(mean: Floats, sd: Floats, days: Floats, z: float) -> float:
    return float(mean + z * sd / np.sqrt(days))


def _evidence(found: Summary, judged: list[Verdict]) -> dict[str, Any]:
    """What a verdict rests on, for explanations and the record."""
    return {
        "sd_own": _number(found.sd),
        "sd": _number(max(float(verdict.sd) for verdict in judged)),
        "correlation": _number(found.r),
        "days_effective": _number(judged[0].days),
        "days_well_known": int(found.well_known),
        "cautious_mean": _number(found.cautious),
    }


def _number(value: ArrayLike) -> float | None:
    """A plain float for JSON; NaN and infinity are None."""
    number = float(np.asarray(value))
    return number if np.isfinite(number) else None
