"""How usual intake compares with what a person is advised to take in, and how sure that is.

A gap is always *logged intake against a reference value*; it is never a statement about blood levels or
deficiency. Amounts are per day, in the unit of each nutrient's code.

`assess` takes one diarist's days and words the result: a gap for each nutrient and kind of reference. The
verdicts themselves are those of `journal.calc.judging`, which take arrays of any shape; `journal.calc.many`
gives them to ten thousand diarists at once.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from journal.calc import hydration, usual
from journal.calc.days import EMPTY, FASTING_MARKED, USABLE, window
from journal.calc.judging import (
    CANNOT_TELL,
    ENOUGH_BANDS,
    LEAST_COVERAGE,
    LOW_BANDS,
    NOT_ENOUGH_DATA,
    POSSIBLY_LOW,
    USUALLY_ABOVE,
    LongRun,
    Verdict,
    judge_ai,
    judge_ear,
    judge_level,
    judge_resampled,
)
from journal.calc.plausibility import diary_implausible
from journal.calc.resampling import seed_of
from journal.calc.usual import Flags, Floats, Summary
from journal.calc.windows import (
    AI,
    CDRR,
    EAR,
    LIMITS,
    OWN,
    RESAMPLING,
    RULES,
    SKEWED,
    SUPPLEMENTS_ONLY,
    UL,
    WITH_UPPER_LEVEL,
    Rule,
    method_of,
    rule_of,
)
from nutrients.calc.requirement import NO_ROW, Need, Option, ReferenceRow, Spread, level_spread, prior_spread

__all__ = [
    "LOW_BANDS", "RULES", "Assessment", "DaysInWindow", "Gap", "Rule", "assess", "days_in_window", "judge_ai",
    "judge_ear", "judge_level", "judge_resampled", "summarise",
]  # fmt: skip

ENERGY, WATER = "energy_kcal", "water_g"
FEW_DAYS = 0.5
"""Share of the window's days under which the number of days is said beside the verdict (assessment, section
5). [-]"""
SATURDAY = 5
FORTIFIED, MEDICINE = "fortified", "medicine"
"""Sources kept apart where a frame has columns `<code>_fortified` and `<code>_medicine`."""
FLUID = ("drinks_water_g", "food_water_g", "moisture_share")
"""Columns of a day about water, see `hydration`; without them all water logged counts."""


@dataclass(frozen=True)
class Gap:
    """One nutrient beside one reference value over a window. None is "not known" or "not said"."""

    nutrient: str
    kind: str
    """`ear`, `ai`, `ul`, `cdrr` or `own`; empty without a reference."""
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


def assess(
    days: pd.DataFrame,
    needs: Mapping[str, Need],
    as_of: date,
    window_days: int,
    *,
    bmr_kcal: float | None = None,
    nutrients: Iterable[str] = tuple(RULES),
    person: int = 0,
) -> Assessment:
    """Set one diarist's usual intake over the days that end with `as_of` beside its references.

    Parameters
    ----------
    days : DataFrame, one row a day, index: date; days may be missing, and others may be there
        `status`: one of the day statuses; and for each nutrient, and `energy_kcal` if there is a `bmr_kcal`,
        `<code>`, `<code>_added`, `<code>_share` and `<code>_unknown`, the parts of `portions.Amount`.
        May have `<code>_fortified` and `<code>_medicine`, and for water the columns `FLUID`.
    needs : what the diarist needs of each nutrient, in the units of the codes.
    as_of : the last day of the window.
    window_days : its length. [d]
    bmr_kcal : resting energy, None where it is not known. [kcal / day]
    nutrients : which ones, in this order.
    person : number of the diarist, for the seed of the resampling.

    Notes
    -----
    A window shorter than the nutrient's own (28 days for magnesium, potassium and calcium) shows numbers and
    carries no verdict: its band is `cannot_tell`, or `not_enough_data` below the least days.

    On a day marked as fasting with nothing logged the intake is known: it is 0.
    """
    codes = list(nutrients)
    found = days_in_window(days, codes, as_of, window_days)
    return assess_days(found, needs, as_of, bmr_kcal=bmr_kcal, nutrients=codes, person=person)


def assess_days(
    found: "DaysInWindow",
    needs: Mapping[str, Need],
    as_of: date,
    *,
    bmr_kcal: float | None = None,
    nutrients: Sequence[str] = tuple(RULES),
    person: int = 0,
) -> Assessment:
    """Do what `assess` does with the days of a window at hand: all windows of a review end on one day."""
    codes, window_days = list(nutrients), found.status.size
    usable = np.isin(found.status, USABLE)
    shared = _Shared(
        usable,
        found.weekend,
        _implausible(found, bmr_kcal),
        seed_of(person, window(as_of, window_days)[0].toordinal(), window_days),
    )
    summaries = zip(*summarise(found, codes), strict=True)
    amount, added, share = _with_fasts(found)
    gaps = [
        gap
        for i, (code, summary) in enumerate(zip(codes, summaries, strict=True))
        for gap in _gaps_of(
            needs.get(code) or Need(code, reasons=(NO_ROW,)),
            _Nutrient(amount[i], added[i], share[i], Summary(*summary), found.sources[i], found.fluid),
            shared,
        )
    ]
    return Assessment(as_of, window_days, int(usable.sum()), shared.implausible, gaps)


# The days -------------------------------------------------------------------------------------


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
    sources: list[dict[str, Floats]]
    """For each nutrient what came from fortified food and from medicines, where that is known."""
    fluid: Floats | None
    """Shape (3, days): the columns `FLUID`, if the frame has them."""

    def last(self, length: int) -> "DaysInWindow":
        """The shorter window that ends on the same day."""
        return DaysInWindow(
            self.status[-length:],
            self.weekend[-length:],
            self.energy_kcal[-length:],
            self.amount[:, -length:],
            self.added[:, -length:],
            self.share[:, -length:],
            self.unknown[:, -length:],
            [{name: amount[-length:] for name, amount in one.items()} for one in self.sources],
            None if self.fluid is None else self.fluid[:, -length:],
        )


def days_in_window(days: pd.DataFrame, nutrients: Sequence[str], as_of: date, length: int) -> DaysInWindow:
    """Take the days of a window out of a frame as `assess` gets it."""
    first, _ = window(as_of, length)
    dates = [first + timedelta(days=i) for i in range(length)]
    rows = days.index.get_indexer(pd.Index(dates, dtype=object))
    there = rows >= 0
    columns = [f"{code}{part}" for part in ("", "_added", "_share", "_unknown") for code in nutrients]
    apart = [f"{code}_{one}" for code in nutrients for one in (FORTIFIED, MEDICINE)]
    optional = [name for name in (ENERGY, *FLUID, *apart) if name in days and name not in columns]
    wanted = [*columns, *optional]
    numbers = np.full((length, len(wanted)), np.nan)
    numbers[there] = days[wanted].to_numpy(dtype=float)[rows[there]]
    status = np.full(length, EMPTY, dtype=object)
    status[there] = days["status"].to_numpy(dtype=object)[rows[there]]
    column = dict(zip(wanted, numbers.T, strict=True))
    amount, added, share, unknown = numbers[:, : len(columns)].T.reshape(4, len(nutrients), length)
    return DaysInWindow(
        status.astype(str),
        np.array([day.weekday() >= SATURDAY for day in dates]),
        column.get(ENERGY, np.full(length, np.nan)),
        amount,
        added,
        share,
        unknown,
        [
            {one: column[f"{code}_{one}"] for one in (FORTIFIED, MEDICINE) if f"{code}_{one}" in column}
            for code in nutrients
        ],
        np.stack([column[name] for name in FLUID]) if set(FLUID) <= set(wanted) else None,
    )


def _with_fasts(found: DaysInWindow) -> tuple[Floats, Floats, Floats]:
    """Amount, added and share with what is certain filled in: a fast with nothing logged is a day of 0."""
    nothing_unknown = np.nan_to_num(found.unknown) == 0
    fast = (found.status == FASTING_MARKED) & np.isnan(found.amount) & nothing_unknown
    amount = np.where(fast, 0.0, found.amount)
    # Without energy to weigh by, all is known (water alone) or it is not known how much is.
    without_energy = np.where(nothing_unknown & ~np.isnan(amount), 1.0, 0.0)
    share = np.where(np.isnan(found.share), without_energy, found.share)
    return amount, np.nan_to_num(found.added), share


def summarise(found: DaysInWindow, nutrients: Sequence[str] = ()) -> Summary:
    """Sum up the days of a window for each nutrient.

    Means are balanced over the week, but for those judged by resampling: their mean is the plain one.
    """
    usable = np.isin(found.status, USABLE)
    weekend: Flags = found.weekend
    if SKEWED & set(nutrients):
        weekend = weekend & ~np.array([code in SKEWED for code in nutrients])[:, None]
    return usual.summary(*_with_fasts(found), usable, weekend)


def _implausible(found: DaysInWindow, bmr_kcal: float | None) -> bool:
    counted = np.isin(found.status, USABLE) & (found.status != FASTING_MARKED)
    return bmr_kcal is not None and bool(diary_implausible(found.energy_kcal, counted, bmr_kcal))


# One nutrient ---------------------------------------------------------------------------------


class _Shared(NamedTuple):
    """What all nutrients of a window share."""

    usable: Flags
    weekend: Flags
    implausible: bool
    seed: int


class _Nutrient(NamedTuple):
    """The days of one nutrient, and their summary."""

    amount: Floats
    added: Floats
    share: Floats
    summary: Summary
    apart: dict[str, Floats]
    fluid: Floats | None


@dataclass(frozen=True)
class _Case:
    """One nutrient beside one kind of reference: the days it is about, and the amounts to compare with."""

    need: Need
    kind: str
    days: _Nutrient
    shared: _Shared
    factor: float = 1.0
    """Share of the reference that the days are about: all of it, or for drinks alone about 0.8."""
    notes: tuple[str, ...] = ()

    @property
    def found(self) -> Summary:
        return self.days.summary

    def level(self, option: Option) -> float:
        if self.kind == OWN and self.need.target:
            return self.need.target.amount * self.factor
        return getattr(option.row, self.kind) * self.factor


def _gaps_of(need: Need, days: _Nutrient, shared: _Shared) -> list[Gap]:
    """The gaps of one nutrient: one for each kind of reference, or one without."""
    return [_gap(_case(need, kind, days, shared)) for kind in _kinds(need)]


def _kinds(need: Need) -> list[str]:
    """What to compare with: an own target alone, else the EAR or where there is none the AI, UL and CDRR."""
    if need.target:
        return [OWN]
    rows = [option.row for option in need.options]
    first = next((kind for kind in (EAR, AI) if _all_set(rows, kind)), "")
    upper = [UL] * (need.nutrient in WITH_UPPER_LEVEL and _all_set(rows, UL))
    return [first, *upper] + [CDRR] * _all_set(rows, CDRR)


def _all_set(rows: list[ReferenceRow], kind: str) -> bool:
    return bool(rows) and all(getattr(row, kind) is not None for row in rows)


def _case(need: Need, kind: str, days: _Nutrient, shared: _Shared) -> _Case:
    if kind == UL and need.nutrient in SUPPLEMENTS_ONLY:
        return _Case(need, kind, _doses_alone(days, shared), shared, notes=("supplements_only",))
    if need.nutrient == WATER and days.fluid is not None:
        return _water(need, kind, days, shared)
    return _Case(need, kind, days, shared)


def _doses_alone(days: _Nutrient, shared: _Shared) -> _Nutrient:
    """The part from supplements and medicines, exact on every usable day."""
    taken, all_known = days.added, np.ones_like(days.share)
    summary = usual.summary(taken, taken, all_known, shared.usable, shared.weekend)
    return days._replace(amount=taken, share=all_known, summary=summary)


def _water(need: Need, kind: str, days: _Nutrient, shared: _Shared) -> _Case:
    """Water that counts toward the goal; of drinks alone where too little is known of food's moisture."""
    assert days.fluid is not None
    drinks, food, moisture = days.fluid
    coverage = usual.mean_of(np.where(shared.usable, moisture, np.nan))
    notes: tuple[str, ...] = ()
    factor = 1.0
    if coverage < hydration.ENOUGH_MOISTURE:
        amount = np.where(np.isnan(drinks) & shared.usable & ~np.isnan(days.amount), 0.0, drinks)
        certain, share = np.zeros_like(amount), np.ones_like(days.share)
        # The drinks' part is that of the adequate intake: a target of one's own is taken as it was said.
        factor = hydration.beverage_share(_authority(need)) if kind == AI else 1.0
        notes = ("drinks_only",)
    else:
        # What a drink holds is told by its kind at least; food alone may hold more than is known.
        certain = np.nan_to_num(drinks)
        amount = np.where(np.isnan(days.amount) & (certain == 0), np.nan, certain + food)
        share = np.where(np.isnan(moisture), 1.0, moisture)
    summary = usual.summary(amount, certain, share, shared.usable, shared.weekend)
    return _Case(
        need, kind, days._replace(amount=amount, share=share, summary=summary), shared, factor, notes
    )


def _authority(need: Need) -> str:
    return need.options[0].row.authority if need.options else ""


# Its gap --------------------------------------------------------------------------------------


def _gap(case: _Case) -> Gap:
    """The numbers, then the verdict or the reason why there is none."""
    need, found, kind = case.need, case.found, case.kind
    own = ["own_target"] if need.target and need.target.set_by == OWN else []
    gap = Gap(
        nutrient=need.nutrient,
        kind=kind,
        reference=_reference(need, kind, case.factor),
        reasons=[*need.reasons, *own, *case.notes, *_reasons_of_days(case)],
        mean=_number(found.lower),
        lower=_number(found.lower),
        upper=_number(found.upper),
        coverage=_number(found.coverage),
        days_used=int(found.days),
        days_in_window=case.shared.usable.size,
        evidence={"sources": _sources(case.days, case.shared.usable)},
    )
    return _judged(case, gap)


def _reference(need: Need, kind: str, factor: float) -> dict[str, Any] | None:
    """The reference as clients get it. With the sex not known `amounts` has both, and `amount` none."""
    if kind == OWN and need.target:
        return {
            "kind": kind,
            "amount": need.target.amount * factor,
            "amounts": [need.target.amount * factor],
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
    amounts = sorted({getattr(row, kind) * factor for row in rows})
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


def _reasons_of_days(case: _Case) -> list[str]:
    """What limits the numbers themselves."""
    found, usable = case.found, case.shared.usable
    some = bool(found.days > 0)
    balanced = case.need.nutrient not in SKEWED
    codes = {
        "diary_implausible": case.shared.implausible and case.kind not in (UL, CDRR),
        "low_coverage": some and not found.coverage >= LEAST_COVERAGE,
        "weekends_missing": some and balanced and bool(found.weekends_missing),
        "working_days_missing": some and balanced and bool(found.working_days_missing),
        "few_days": some and usable.sum() < FEW_DAYS * usable.size,
    }
    return [code for code, holds in codes.items() if holds]


def _sources(days: _Nutrient, usable: Flags) -> dict[str, float]:
    """Where the known mean comes from, over the usable days of which something is known. [unit / day]"""
    known = usable & ~np.isnan(days.amount)
    if not known.any():
        return {}
    none = np.zeros_like(days.amount)
    fortified, medicine = days.apart.get(FORTIFIED, none), days.apart.get(MEDICINE, none)
    amounts = np.nan_to_num(np.stack([days.amount, days.added, fortified, medicine])[:, known])
    every, added, fortified_mean, medicine_mean = amounts.mean(axis=1).tolist()
    return {
        "food": every - added - fortified_mean,
        FORTIFIED: fortified_mean,
        "supplement": added - medicine_mean,
        MEDICINE: medicine_mean,
    }


def _judged(case: _Case, gap: Gap) -> Gap:
    """Add the verdict to the numbers, or the reason why there is none."""
    need, found = case.need, case.found
    rule = rule_of(gap.nutrient, gap.kind)
    silent = _why_silent(case)
    if silent or rule is None or not need.claims_allowed or not gap.kind:
        return replace(gap, reasons=[*gap.reasons, *silent])
    gap = replace(gap, method=method_of(gap.nutrient, gap.kind))
    too_short = gap.days_in_window < rule.shortest_window
    if found.days < rule.least_days and not (too_short and gap.days_in_window < rule.least_days):
        missing = rule.least_days - int(found.days)
        reasons = [*gap.reasons, "too_few_days"]
        return replace(gap, band=NOT_ENOUGH_DATA, days_needed=missing, reasons=reasons)
    if not found.days:
        return replace(gap, band=CANNOT_TELL, reasons=[*gap.reasons, "window_too_short"])
    judge = {RESAMPLING: _long_run, UL: _above_level, CDRR: _above_level}.get(gap.method or "", _usual)
    gap, claim = judge(case, gap, rule)
    if too_short:
        return replace(gap, band=CANNOT_TELL, reasons=[*gap.reasons, "window_too_short"])
    return claim(gap)


def _why_silent(case: _Case) -> list[str]:
    """Codes for why nothing is claimed, beside those that the need itself has."""
    need, kind = case.need, case.kind
    if need.target and need.target.set_by != OWN:
        return ["clinician_target"]  # it may be a floor or a limit, and only the clinician knows
    if need.target and need.nutrient in LIMITS:
        return ["limit_or_goal"]
    if not need.claims_allowed or not kind or rule_of(need.nutrient, kind) is None:
        return []
    if method_of(need.nutrient, kind) == RESAMPLING or "supplements_only" in case.notes:
        return []
    spread = level_spread if kind in (UL, CDRR) else prior_spread
    unknown = any(spread(option.variation, option.row) == Spread() for option in need.options)
    return ["no_variation"] if unknown else []


Claim = Callable[[Gap], Gap]
"""Adds band and confidence to a gap that has its numbers."""


def _usual(case: _Case, gap: Gap, rule: Rule) -> tuple[Gap, Claim]:
    """Methods A and B: the interval and the spreads, and then the band."""
    found, low_allowed = case.found, not case.shared.implausible
    judge = judge_ear if gap.method == EAR else judge_ai
    judged = [
        judge(found, case.level(option), _prior_sd(option, found), rule, low_allowed)
        for option in case.need.options
    ]
    evidence = {**gap.evidence, **_evidence(found, judged)}
    gap = replace(gap, interval=_interval(found, judged), evidence=evidence)
    return gap, lambda gap: _claim(gap, found, rule, judged)


def _prior_sd(option: Option, found: Summary) -> Floats:
    spread = prior_spread(option.variation, option.row)
    return np.asarray(spread.sd if spread.sd is not None else (spread.cv_of_mean or 0.0) * found.lower)


def _claim(gap: Gap, found: Summary, rule: Rule, judged: list[Verdict]) -> Gap:
    """The band that holds whatever the sex, with the more careful confidence of the two."""
    band, agree, reasons = _agreed([str(verdict.band) for verdict in judged], CANNOT_TELL, gap)
    reasons += ["too_variable"] if gap.method == EAR and bool(judged[0].too_variable) else []
    if band == POSSIBLY_LOW and found.well_known < rule.least_days_low:
        reasons.append("more_days_for_low")
    careful = min if band in ENOUGH_BANDS else max
    confidence = _number(careful(float(verdict.confidence) for verdict in judged)) if agree else None
    gap = replace(gap, band=band, reasons=reasons)
    if gap.method == EAR:
        return replace(gap, probability_adequate=confidence)
    return replace(gap, confidence_above=confidence)


def _above_level(case: _Case, gap: Gap, rule: Rule) -> tuple[Gap, Claim]:
    """Method C: whether intake is usually above a level."""
    found = case.found
    judged = [
        judge_level(found, case.level(option), _level_sd(option, case), rule) for option in case.need.options
    ]
    evidence = {**gap.evidence, **_evidence(found, judged)}
    gap = replace(gap, interval=_interval(found, judged), evidence=evidence)

    def claim(gap: Gap) -> Gap:
        band, agree, reasons = _agreed([str(verdict.band) for verdict in judged], CANNOT_TELL, gap)
        careful = min if band == USUALLY_ABOVE else max
        confidence = _number(careful(float(verdict.confidence) for verdict in judged)) if agree else None
        return replace(gap, band=band, confidence_above=confidence, reasons=reasons)

    return gap, claim


def _level_sd(option: Option, case: _Case) -> Floats | None:
    """The published SD of food; None where food is no part of what is compared."""
    if "supplements_only" in case.notes:
        return None
    spread = level_spread(option.variation, option.row)
    if spread.sd is not None:
        return np.asarray(spread.sd)
    from_food = case.days.amount - np.nan_to_num(case.days.added)
    mean = usual.mean_of(np.where(case.shared.usable, from_food, np.nan))
    return (spread.cv_of_mean or 0.0) * mean


def _long_run(case: _Case, gap: Gap, rule: Rule) -> tuple[Gap, Claim]:
    """Method D: the resampled range, and then the band."""
    days, shared = case.days, case.shared
    judged = [
        judge_resampled(
            days.amount, days.added, days.share, shared.usable, case.level(option), rule,
            not shared.implausible, may_be_low=gap.kind == EAR, seeds=shared.seed,
        )
        for option in case.need.options
    ]  # fmt: skip
    ends = [_number(min(one.lower for one in judged)), _number(max(one.upper for one in judged))]
    interval = [end for end in ends if end is not None]
    evidence = {**gap.evidence, **_evidence_of_long_run(case.found, judged)}
    gap = replace(gap, interval=interval if len(interval) == 2 else None, evidence=evidence)

    def claim(gap: Gap) -> Gap:
        band, _agree, reasons = _agreed([str(one.band) for one in judged], CANNOT_TELL, gap)
        return replace(gap, band=band, reasons=reasons)

    return gap, claim


def _agreed(bands: list[str], otherwise: str, gap: Gap) -> tuple[str, bool, list[str]]:
    """The band if all are the same, whether they are, and the reasons with the one why not."""
    agree = len(set(bands)) == 1
    return bands[0] if agree else otherwise, agree, [*gap.reasons, *["sexes_disagree"] * (not agree)]


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
    sd = max(float(verdict.sd) for verdict in judged)
    return {
        "sd_own": _number(found.sd),
        "sd": _number(sd),
        "days_for_precision": _days_for_precision(sd, float(found.lower)),
        "correlation": _number(found.r),
        "days_effective": _number(judged[0].days),
        "days_well_known": int(found.well_known),
        "cautious_mean": _number(found.cautious),
    }


PRECISIONS = (0.1, 0.2)
"""Half-widths about the true mean that days are named for (assessment, section 7). [-]"""


def _days_for_precision(sd: float, mean: float) -> list[int] | None:
    """Whole days that bring the mean within each of `PRECISIONS`; None without a mean or a spread. [d]"""
    if not (np.isfinite(sd) and sd > 0 and mean > 0):
        return None
    return [math.ceil(days) for days in usual.days_for_precision(sd / mean, PRECISIONS)]


def _evidence_of_long_run(found: Summary, judged: list[LongRun]) -> dict[str, Any]:
    return {
        "sd_own": _number(found.sd),
        "days_well_known": int(found.well_known),
        "share_with_source": _number(judged[0].share_with_source),
        "resampled": [_number(judged[0].lower), _number(judged[0].upper)],
    }


def _number(value: ArrayLike) -> float | None:
    """A plain float for JSON; NaN and infinity are None."""
    number = float(np.asarray(value))
    return number if np.isfinite(number) else None
