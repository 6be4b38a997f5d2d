"""How usual intake compares with what a person is advised to take in, and how sure that is.

A gap is always *logged intake against a reference value*; it is never a statement about blood levels or
deficiency. Amounts are per day, in the unit of each nutrient's code.

`assess` takes one diarist's days, `assess_days` those of many at once, and words the result: a gap for each
nutrient and kind of reference. The verdicts themselves are those of `journal.calc.judging`, which take arrays
of any shape: what many diarists have to be judged by one rule is judged in one call.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from journal.calc import hydration, usual
from journal.calc.days import window
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
from journal.calc.resampling import seed_of
from journal.calc.totals import WATER, Column, Columns, DaysInWindow, days_in_window, implausible
from journal.calc.usual import Floats, Summary
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
    "LOW_BANDS", "RULES", "Assessment", "DaysInWindow", "Gap", "Rule", "Someone", "assess", "assess_days",
    "days_in_window", "judge_ai", "judge_ear", "judge_level", "judge_resampled",
]  # fmt: skip

FEW_DAYS = 0.5
"""Share of the window's days under which the number of days is said beside the verdict (assessment, section
5). [-]"""


@dataclass(slots=True)  # a night makes many: frozen ones take four times as long
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


class Someone(NamedTuple):
    """Whose days are assessed."""

    number: int
    """Of the diarist, for the seed of the resampling."""
    as_of: date
    """The last day of their window."""
    needs: Mapping[str, Need]
    """What they need of each nutrient, in the units of the codes."""
    bmr_kcal: float | None = None
    """Resting energy, None where it is not known. [kcal / day]"""


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
        May have `<code>_fortified` and `<code>_medicine`, and for water the columns `totals.FLUID`.
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
    return assess_days(found, [Someone(person, as_of, needs, bmr_kcal)], codes)[0]


def assess_days(
    found: DaysInWindow, people: Sequence[Someone], nutrients: Sequence[str] = tuple(RULES)
) -> list[Assessment]:
    """Do what `assess` does with the days of many diarists, in the order of `people`.

    `found` holds the days of each of them for these `nutrients`. One diarist may be there several times, with
    windows that end on different days.
    """
    window_days = found.status.shape[-1]
    shared = _Shared(
        Columns(found, nutrients),
        found.usable.sum(axis=-1).tolist(),
        implausible(found, [one.bmr_kcal for one in people]).tolist(),
        [seed_of(one.number, window(one.as_of, window_days)[0].toordinal(), window_days) for one in people],
        window_days,
        references={},
        kinds={},
    )
    cases = [
        [
            _case(who, one.needs.get(code) or Need(code, reasons=(NO_ROW,)), kind, shared)
            for code in nutrients
            for kind in shared.kinds_of(one.needs.get(code))
        ]
        for who, one in enumerate(people)
    ]
    _judge([case for some in cases for case in some])
    return [
        Assessment(
            people[who].as_of,
            window_days,
            shared.usable_days[who],
            shared.implausible[who],
            [_gap(one) for one in some],
        )
        for who, some in enumerate(cases)
    ]


# One nutrient beside one reference ------------------------------------------------------------


class _Shared(NamedTuple):
    """What all nutrients of a window share; the lists are by diarist."""

    columns: Columns
    usable_days: list[int]
    implausible: list[bool]
    seeds: list[int]
    window_days: int
    references: dict[tuple, dict[str, Any] | None]
    """Those that were worded already: many people have the same."""
    kinds: dict[int, list[str]]
    """What needs are compared with, likewise."""

    def kinds_of(self, need: Need | None) -> list[str]:
        if id(need) not in self.kinds:
            self.kinds[id(need)] = _kinds(need)
        return self.kinds[id(need)]

    def reference(self, need: Need, kind: str, factor: float) -> dict[str, Any] | None:
        key = id(need), kind, factor
        if key not in self.references:
            self.references[key] = _reference(need, kind, factor)
        return self.references[key]


@dataclass(slots=True)
class _Case:
    """One diarist's nutrient beside one kind of reference: the days it is about, and what is compared."""

    who: int
    need: Need
    kind: str
    column: Column
    shared: _Shared
    factor: float = 1.0
    """Share of the reference that the days are about: all of it, or for drinks alone about 0.8."""
    notes: tuple[str, ...] = ()
    judged: "list[_Judged]" = field(default_factory=list)
    """The verdict for each option of the need; empty where none is given."""
    found: Summary = field(init=False)
    method: str = field(init=False)
    rule: Rule | None = field(init=False)
    silent: list[str] = field(init=False)
    """Why nothing is claimed, beside the reasons that the need itself has."""

    def __post_init__(self) -> None:
        self.found = self.column.of_each[self.who]
        self.method = method_of(self.need.nutrient, self.kind)
        self.rule = rule_of(self.need.nutrient, self.kind)
        self.silent = _why_silent(self)

    @property
    def implausible(self) -> bool:
        return self.shared.implausible[self.who]

    def level(self, option: Option) -> float:
        if self.kind == OWN and self.need.target:
            return self.need.target.amount * self.factor
        return getattr(option.row, self.kind) * self.factor


class _Judged(NamedTuple):
    """The verdict of one option in plain numbers, with the ends of the range of usual intake."""

    verdict: Verdict | LongRun
    low: float
    high: float


def _kinds(need: Need | None) -> list[str]:
    """What to compare with: an own target alone, else the EAR or where there is none the AI, UL and CDRR."""
    if need is None:
        return [""]
    if need.target:
        return [OWN]
    rows = [option.row for option in need.options]
    first = next((kind for kind in (EAR, AI) if _all_set(rows, kind)), "")
    upper = [UL] * (need.nutrient in WITH_UPPER_LEVEL and _all_set(rows, UL))
    return [first, *upper] + [CDRR] * _all_set(rows, CDRR)


def _all_set(rows: list[ReferenceRow], kind: str) -> bool:
    return bool(rows) and None not in [getattr(row, kind) for row in rows]


def _case(who: int, need: Need, kind: str, shared: _Shared) -> _Case:
    columns = shared.columns
    if kind == UL and need.nutrient in SUPPLEMENTS_ONLY:
        return _Case(who, need, kind, columns.doses(need.nutrient), shared, notes=("supplements_only",))
    if need.nutrient != WATER or not columns.is_fluid_known:
        return _Case(who, need, kind, columns[need.nutrient], shared)
    column, drinks_alone = columns.water
    if not drinks_alone[who]:
        return _Case(who, need, kind, column, shared)
    # The drinks' part is that of the adequate intake: a target of one's own is taken as it was said.
    factor = hydration.beverage_share(_authority(need)) if kind == AI else 1.0
    return _Case(who, need, kind, column, shared, factor, ("drinks_only",))


def _authority(need: Need) -> str:
    return need.options[0].row.authority if need.options else ""


# Judging together -----------------------------------------------------------------------------


def _judge(cases: Iterable[_Case]) -> None:
    """Give each case that can be judged the verdict of each of its options, in one call for all alike."""
    alike: dict[tuple, list[_Case]] = {}
    for case in cases:
        if _can_be_judged(case):
            alike.setdefault((id(case.column), case.kind, case.method, case.rule), []).append(case)
    for (_column, _kind, method, _rule), some in alike.items():
        judge = {RESAMPLING: _judge_long_run, UL: _judge_level, CDRR: _judge_level}.get(method, _judge_usual)
        pairs = [(case, option) for case in some for option in case.need.options]
        for (case, _option), verdict in zip(pairs, judge(some[0].column, pairs), strict=True):
            case.judged.append(verdict)


def _can_be_judged(case: _Case) -> bool:
    rule, days = case.rule, case.found.days
    if not case.need.claims_allowed or not case.kind or rule is None or case.silent:
        return False
    return bool(days > 0) and not _too_few_days(case, rule)


def _too_few_days(case: _Case, rule: Rule) -> bool:
    """Fewer than a verdict needs, in a window that could hold as many."""
    length = case.shared.window_days
    return bool(case.found.days < rule.least_days) and length >= min(rule.shortest_window, rule.least_days)


Pairs = Sequence[tuple[_Case, Option]]


def _rows(column: Column, pairs: Pairs) -> tuple[Summary, list[int], Floats, Rule]:
    """The summaries of some cases of one column, whose they are, the levels compared with, and their rule."""
    who = [case.who for case, _option in pairs]
    levels = np.array([case.level(option) for case, option in pairs], dtype=float)
    rule = pairs[0][0].rule
    assert rule is not None
    return column.summary.at(who), who, levels, rule


def _judge_usual(column: Column, pairs: Pairs) -> Iterable[_Judged]:
    """Methods A and B."""
    found, _who, levels, rule = _rows(column, pairs)
    spreads = [prior_spread(option.variation, option.row) for _case, option in pairs]
    low_allowed = np.array([not case.implausible for case, _option in pairs])
    judge = judge_ear if pairs[0][0].method == EAR else judge_ai
    return _in_numbers(found, judge(found, levels, _prior_sd(spreads, found.lower), rule, low_allowed))


def _prior_sd(spreads: Sequence[Spread], mean: Floats) -> Floats:
    """The published SD, or the published share of a mean. [unit / day]"""
    sd = np.array([np.nan if one.sd is None else one.sd for one in spreads], dtype=float)
    share = np.array([one.cv_of_mean or 0.0 for one in spreads])
    return np.where(np.isnan(sd), share * mean, sd)


def _judge_level(column: Column, pairs: Pairs) -> Iterable[_Judged]:
    """Method C: whether intake is usually above a level."""
    found, who, levels, rule = _rows(column, pairs)
    if "supplements_only" in pairs[0][0].notes:  # food is no part of what is compared
        return _in_numbers(found, judge_level(found, levels, None, rule))
    spreads = [level_spread(option.variation, option.row) for _case, option in pairs]
    usable = pairs[0][0].shared.columns.usable[who]
    from_food = column.amount[who] - np.nan_to_num(column.added[who])
    prior = _prior_sd(spreads, usual.mean_of(np.where(usable, from_food, np.nan)))
    return _in_numbers(found, judge_level(found, levels, prior, rule))


def _in_numbers(found: Summary, verdict: Verdict) -> Iterable[_Judged]:
    """Each verdict by itself; the range reaches from the lower bound's low end to the estimate's high end."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low = found.lower - usual.Z_90 * verdict.sd / np.sqrt(verdict.days)
        high = found.upper + usual.Z_90 * verdict.low_sd / np.sqrt(verdict.low_days)
    each = zip(*(np.asarray(part).tolist() for part in verdict), strict=True)
    return map(_Judged, (Verdict(*one) for one in each), low.tolist(), high.tolist())


def _judge_long_run(column: Column, pairs: Pairs) -> Iterable[_Judged]:
    """Method D: the resampled range."""
    _found, who, levels, rule = _rows(column, pairs)
    shared = pairs[0][0].shared
    run = judge_resampled(
        column.amount[who], column.added[who], column.share[who], shared.columns.usable[who], levels, rule,
        np.array([not case.implausible for case, _option in pairs]),
        may_be_low=pairs[0][0].kind == EAR, seeds=np.array([shared.seeds[i] for i in who], dtype=np.uint64),
    )  # fmt: skip
    each = [LongRun(*one) for one in zip(*(np.asarray(part).tolist() for part in run), strict=True)]
    return [_Judged(one, float(one.lower), float(one.upper)) for one in each]


# In words -------------------------------------------------------------------------------------


def _gap(case: _Case) -> Gap:
    """The numbers, then the verdict or the reason why there is none."""
    need, found, kind, shared = case.need, case.found, case.kind, case.shared
    own = ["own_target"] if need.target and need.target.set_by == OWN else []
    mean = _number(found.lower)
    parts: dict[str, Any] = {
        "nutrient": need.nutrient,
        "kind": kind,
        "reference": shared.reference(need, kind, case.factor),
        "reasons": [*need.reasons, *own, *case.notes, *_reasons_of_days(case)],
        "mean": mean,
        "lower": mean,
        "upper": _number(found.upper),
        "coverage": _number(found.coverage),
        "days_used": int(found.days),
        "days_in_window": shared.window_days,
        "evidence": {"sources": case.column.sources[case.who]},
    }
    _add_verdict(case, parts)
    return Gap(**parts)


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
    found = case.found
    some = found.days > 0
    balanced = case.need.nutrient not in SKEWED
    codes = {
        "diary_implausible": case.implausible and case.kind not in (UL, CDRR),
        "low_coverage": some and not found.coverage >= LEAST_COVERAGE,
        "weekends_missing": some and balanced and found.weekends_missing,
        "working_days_missing": some and balanced and found.working_days_missing,
        "few_days": some and case.shared.usable_days[case.who] < FEW_DAYS * case.shared.window_days,
    }
    return [code for code, holds in codes.items() if holds]


def _add_verdict(case: _Case, parts: dict[str, Any]) -> None:
    """Add the verdict to the numbers, or the reason why there is none."""
    rule, reasons = case.rule, parts["reasons"]
    reasons += case.silent
    if case.silent or rule is None or not case.need.claims_allowed or not case.kind:
        return
    parts["method"] = case.method
    too_short = case.shared.window_days < rule.shortest_window
    if _too_few_days(case, rule):
        parts |= {"band": NOT_ENOUGH_DATA, "days_needed": rule.least_days - int(case.found.days)}
        reasons.append("too_few_days")
        return
    if case.judged:
        words = {RESAMPLING: _say_long_run, UL: _say_level, CDRR: _say_level}.get(case.method, _say_usual)
        words(case, parts, claims=not too_short)
    if too_short:
        parts["band"] = CANNOT_TELL
        reasons.append("window_too_short")


def _why_silent(case: _Case) -> list[str]:
    """Codes for why nothing is claimed, beside those that the need itself has."""
    need, kind = case.need, case.kind
    if need.target and need.target.set_by != OWN:
        return ["clinician_target"]  # it may be a floor or a limit, and only the clinician knows
    if need.target and need.nutrient in LIMITS:
        return ["limit_or_goal"]
    if not need.claims_allowed or not kind or case.rule is None:
        return []
    if case.method == RESAMPLING or "supplements_only" in case.notes:
        return []
    spread = level_spread if kind in (UL, CDRR) else prior_spread
    unknown = any(spread(option.variation, option.row) == Spread() for option in need.options)
    return ["no_variation"] if unknown else []


def _say_usual(case: _Case, parts: dict[str, Any], *, claims: bool) -> None:
    """Methods A and B: the interval and the spreads, and then the band that holds whatever the sex."""
    found, rule = case.found, case.rule
    judged = _say_spreads(case, parts)
    if not claims or rule is None:
        return
    band, agree = _agreed(judged, parts)
    if case.method == EAR and judged[0].too_variable:
        parts["reasons"].append("too_variable")
    if band == POSSIBLY_LOW and found.well_known < rule.least_days_low:
        parts["reasons"].append("more_days_for_low")
    which = "probability_adequate" if case.method == EAR else "confidence_above"
    parts[which] = _careful(judged, band in ENOUGH_BANDS) if agree else None


def _say_level(case: _Case, parts: dict[str, Any], *, claims: bool) -> None:
    """Method C: the interval and the spreads, and then the band."""
    judged = _say_spreads(case, parts)
    if claims:
        band, agree = _agreed(judged, parts)
        parts["confidence_above"] = _careful(judged, band == USUALLY_ABOVE) if agree else None


def _say_spreads(case: _Case, parts: dict[str, Any]) -> list[Verdict]:
    judged: list[Any] = [one.verdict for one in case.judged]
    parts["interval"] = _interval(case)
    parts["evidence"] |= _evidence(case.found, judged)
    return judged


def _careful(judged: list[Verdict], above: bool) -> float | None:
    """The more careful confidence of the two sexes."""
    return _number((min if above else max)(float(verdict.confidence) for verdict in judged))


def _say_long_run(case: _Case, parts: dict[str, Any], *, claims: bool) -> None:
    """Method D: the resampled range, and then the band."""
    judged: list[Any] = [one.verdict for one in case.judged]
    parts["interval"] = _range(min(one.low for one in case.judged), max(one.high for one in case.judged))
    parts["evidence"] |= _evidence_of_long_run(case.found, judged)
    if claims:
        _agreed(judged, parts)


def _agreed(judged: Sequence[Verdict | LongRun], parts: dict[str, Any]) -> tuple[str, bool]:
    """The band if all are the same, and whether they are; where not, the reasons say why."""
    bands = [str(one.band) for one in judged]
    agree = len(set(bands)) == 1
    parts["band"] = bands[0] if agree else CANNOT_TELL
    parts["reasons"] += ["sexes_disagree"] * (not agree)
    return parts["band"], agree


def _interval(case: _Case) -> list[float] | None:
    """From the lower bound's low end to the estimate's high end, the widest if there are two. [unit / day]"""
    if math.isnan(case.found.upper):
        return None
    return _range(max(min(one.low for one in case.judged), 0.0), max(one.high for one in case.judged))


def _range(low: float, high: float) -> list[float] | None:
    """Both ends, or none where one of them is not known."""
    return [low, high] if math.isfinite(low) and math.isfinite(high) else None


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
    if not (math.isfinite(sd) and sd > 0 and mean > 0):
        return None
    return [math.ceil(usual.days_for_precision(sd / mean, one)) for one in PRECISIONS]


def _evidence_of_long_run(found: Summary, judged: list[LongRun]) -> dict[str, Any]:
    return {
        "sd_own": _number(found.sd),
        "days_well_known": int(found.well_known),
        "share_with_source": _number(judged[0].share_with_source),
        "resampled": [_number(judged[0].lower), _number(judged[0].upper)],
    }


def _number(value: Any) -> float | None:
    """A plain number for JSON; NaN and infinity are None."""
    return float(value) if math.isfinite(value) else None
