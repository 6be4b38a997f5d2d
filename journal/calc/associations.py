"""Looking for a personal link between what a day held and whether it brought a cramp.

An honest signal within one person, or "not enough data"; never a cause, never a forecast. The design is a
time-stratified case-crossover: strata are laid out before anybody looks (`crampdays.Calendar`), days with a
cramp are compared with the other known days of the same stratum, so that season, age and slow drift fall out,
and a day counts once however many cramps it brought. Gates stand before every number.

References
----------
Maclure, Am J Epidemiol, 1991; Lumley and Levy, Environmetrics, 2000; Janes, Sheppard and Lumley,
Epidemiology, 2005; Vines and Farrington, Stat Med, 2001; Armstrong, Gasparrini and Tobias, BMC Med Res
Methodol, 2014; Wang et al., Am J Epidemiol, 2011; Benjamini and Hochberg, J R Stat Soc B, 1995. Gates are
product choices.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from journal.calc import strata as exact
from journal.calc.crampdays import (
    CRAMPS_TO_SHOW,
    FALSE_FINDS,
    FEWEST_CRAMPS,
    FEWEST_DAYS,
    FEWEST_OF_A_KIND,
    Calendar,
    Place,
)
from journal.calc.strata import Group, Stratum
from journal.calc.triggers import HOT_C
from journal.codes import Exposure, LinkState

LEAST_KNOWN = 0.70
"""Share of the days of the strata used that must be known. [-]"""
SMALLEST_P = 0.01
"""A log whose smallest possible p value is above this cannot answer. [-]"""
LARGE, SMALL = 2.0, 0.5
"""Odds ratios from which a link is worth watching. [-]"""
OF_MEDIAN = 0.7
"""Part of one's own median under which a day held little. [-]"""
QUANTILE = 0.75
"""Part of one's own days over which a day held much. [-]"""


# What is looked at ----------------------------------------------------------------------------


class Cut(NamedTuple):
    """From which amount of a day on it is exposed."""

    level: float
    side: str
    """`below` the level, `above` it, or `from` it on."""

    def holds(self, value: float) -> bool:
        if self.side == "below":
            return value < self.level
        return value > self.level if self.side == "above" else value >= self.level


@dataclass(frozen=True)
class Kind:
    """An exposure of the fixed list: which measure of a day it is about, how it is cut, and over which lags.

    Little eaten or drunk has no lag of 0: a day that stops at its cramp always holds less than a whole one.
    """

    code: Exposure
    measure: str
    side: str
    """`little`, `much`, `any`, `hot`; `half`: the amount itself is tested; its halves are told."""
    lags: tuple[int, ...]
    """Days from the exposure to the day that led up to the cramp. [d]"""

    def cut(self, values: Sequence[float]) -> Cut:
        """The cut, by one's own known days."""
        if self.side == "little":
            return Cut(OF_MEDIAN * float(np.median(values)), "below")
        if self.side == "much":
            return Cut(float(np.quantile(values, QUANTILE)), "above")
        if self.side == "half":
            return Cut(float(np.median(values)), "above")
        return Cut(HOT_C, "from") if self.side == "hot" else Cut(0.0, "above")

    @property
    def is_continuous(self) -> bool:
        return self.side == "half"


KINDS = (
    Kind(Exposure.MAGNESIUM_LOW, "magnesium_mg", "little", (1, 2)),
    Kind(Exposure.POTASSIUM_LOW, "potassium_mg", "little", (1, 2)),
    Kind(Exposure.CALCIUM_LOW, "calcium_mg", "little", (1, 2)),
    Kind(Exposure.SODIUM_LOW, "sodium_mg", "little", (1, 2)),
    Kind(Exposure.DRINKS_LOW, "drinks_l", "little", (1,)),
    Kind(Exposure.WATER_SHORT, "water_short_l", "half", (1,)),
    Kind(Exposure.HARD_EXERCISE, "met_h", "much", (0, 1)),
    Kind(Exposure.UNUSUAL_EXERCISE, "unusual", "any", (0, 1)),
    Kind(Exposure.HEAT, "temperature_c", "hot", (0, 1)),
    Kind(Exposure.ALCOHOL, "alcohol_g", "any", (0, 1)),
    Kind(Exposure.CAFFEINE_HIGH, "caffeine_mg", "much", (0, 1)),
)
"""The family of tests, fixed: all are corrected together. Vitamin D and B12 are not in it: stores in the body
make a link from day to day implausible. Long standing is not: nobody logs it on days without a cramp."""

Amounts = Mapping[date, float]


@dataclass(frozen=True)
class Diary:
    """What the days of one diary held, and which brought a cramp. Days not known are in no mapping."""

    outcomes: Mapping[date, bool]
    calendar: Calendar
    measures: Mapping[str, Amounts]
    """By measure, over whole days that are known in full."""
    before: Mapping[str, Amounts] = field(default_factory=dict)
    """The same on days with a cramp, up to its beginning: what came after it does not count."""

    def amount(self, measure: str, day: date, lag: int) -> float | None:
        """What the day `lag` days before an outcome held; None: not known."""
        if lag == 0 and self.outcomes[day]:
            return self.before.get(measure, {}).get(day)
        return self.measures.get(measure, {}).get(day - timedelta(days=lag))


# What is found --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    """What one exposure and lag amount to. Numbers stand where the gates let them, else None.

    `exposed_days`, `exposed_cramps`, `other_days` and `other_cramps` count the days compared, those of strata
    in which both kinds and both outcomes occur. An odds ratio, or an end of its interval, that is None beside
    a `p` has no bound; `per_unit`: it is that of one more litre.
    """

    exposure: str
    lag: int
    state: LinkState
    known_days: int = 0
    cramp_days: int = 0
    level: float | None = None
    exposed_days: int = 0
    exposed_cramps: int = 0
    other_days: int = 0
    other_cramps: int = 0
    attainable_p: float | None = None
    odds_ratio: float | None = None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None
    q: float | None = None
    per_unit: bool = False
    more: bool | None = None
    """Whether cramps are more frequent on exposed days than on the others."""
    stable: bool | None = None
    """Whether both halves of the time say the same."""
    checks: Mapping[str, float | None] = field(default_factory=dict)
    """The same question asked in other ways."""

    @property
    def cramps_compared(self) -> int:
        return self.exposed_cramps + self.other_cramps


def screen(diary: Diary) -> list[Link]:
    """Return what each exposure and lag of the fixed list amounts to, in the order of the list."""
    links = [_examined(diary, kind, lag) for kind in KINDS for lag in kind.lags]
    tested = [i for i, link in enumerate(links) if link.p is not None]
    values = exact.false_discovery([link.p for link in links if link.p is not None])
    for i, q in zip(tested, values, strict=True):
        links[i] = _told(replace(links[i], q=q))
    return links


def _told(link: Link) -> Link:
    """What may be said of a link that was tested together with the others."""
    odds = math.inf if link.odds_ratio is None else link.odds_ratio
    # A day that stops at its cramp holds less than a whole one: fewer cramps on it may be just that.
    cut_short = link.lag == 0 and not link.more
    clear = (
        link.q is not None
        and link.q <= FALSE_FINDS
        and not SMALL < odds < LARGE
        and not cut_short
        and link.cramps_compared >= CRAMPS_TO_SHOW
    )
    if not clear:
        return replace(link, state=LinkState.NO_CLEAR_LINK)
    return replace(link, state=LinkState.WORTH_WATCHING if link.stable else LinkState.MIXED)


# One exposure ---------------------------------------------------------------------------------


class Day(NamedTuple):
    """A known day of both outcome and exposure."""

    place: Place
    value: float
    exposed: bool
    cramp: bool


@dataclass(frozen=True)
class Compared:
    """The known days of one exposure and lag, by stratum in the order of time."""

    strata: Mapping[Place, Sequence[Day]]

    @property
    def days(self) -> list[Day]:
        return [day for some in self.strata.values() for day in some]

    def groups(self, *, values: bool = False) -> dict[Place, Group]:
        """Each stratum with whether its days were exposed, or with their amounts."""
        return {
            place: Group.of([day.value if values else day.exposed for day in some], [d.cramp for d in some])
            for place, some in self.strata.items()
        }

    @property
    def used(self) -> dict[Place, Group]:
        """The strata that tell something."""
        return {place: group for place, group in self.groups().items() if group.is_informative}

    @property
    def tables(self) -> list[Stratum]:
        return [table(group) for group in self.used.values()]

    def of(self, places: Mapping[Place, Group]) -> "Compared":
        return Compared({place: self.strata[place] for place in places})


def table(group: Group) -> Stratum:
    """The four counts of a stratum whose exposure is yes or no."""
    exposed = group.exposures[:, 0].astype(bool)
    return Stratum(len(exposed), int(exposed.sum()), group.events, int((exposed & group.cramps).sum()))


def compared(diary: Diary, kind: Kind, lag: int, cut: Cut) -> Compared:
    """Arrange the days of which both the outcome and the exposure are known."""
    strata: dict[Place, list[Day]] = defaultdict(list)
    for day in sorted(diary.outcomes):
        value = diary.amount(kind.measure, day, lag)
        if value is not None:
            place = diary.calendar.place(day)
            strata[place].append(Day(place, value, cut.holds(value), diary.outcomes[day]))
    return Compared(dict(sorted(strata.items())))


def _examined(diary: Diary, kind: Kind, lag: int) -> Link:
    """One exposure and lag through all gates that it passes alone, and tested where it does."""
    values = list(diary.measures.get(kind.measure, {}).values())
    if not values:
        return Link(kind.code, lag, LinkState.NOT_ENOUGH_DATA)
    cut = kind.cut(values)
    found = compared(diary, kind, lag, cut)
    link = _counted(Link(kind.code, lag, LinkState.NOT_ENOUGH_DATA, level=cut.level), found)
    link = replace(link, state=gate(link, found, diary.calendar))
    if link.state != LinkState.NO_CLEAR_LINK:
        return link
    return _by_amount(link, found) if kind.is_continuous else _by_kind(link, found)


def _counted(link: Link, found: Compared) -> Link:
    """The link with its counts: of all known days, and of those compared."""
    days, tables = found.days, found.tables
    exposed, both = (sum(getattr(one, name) for one in tables) for name in ("exposed", "both"))
    return replace(
        link,
        known_days=len(days),
        cramp_days=sum(day.cramp for day in days),
        exposed_days=exposed,
        exposed_cramps=both,
        other_days=sum(one.days for one in tables) - exposed,
        other_cramps=sum(one.cramps for one in tables) - both,
        attainable_p=exact.attainable_p(tables) if tables else None,
    )


def gate(link: Link, found: Compared, calendar: Calendar) -> LinkState:
    """Return what to say instead of a number, or that of a link not seen, where all gates are passed.

    Too few cramps for the test may have two reasons: too few in all, or too few where the exposure varies.
    The second is told as what it is.
    """
    used = found.used
    in_all = sum(calendar.days_in(place) for place in used)
    if link.known_days < FEWEST_DAYS or sum(len(one.cramps) for one in used.values()) < LEAST_KNOWN * in_all:
        return LinkState.NOT_ENOUGH_DATA
    if link.cramps_compared < FEWEST_CRAMPS:
        enough = _cramps_beside_other_days(found) >= FEWEST_CRAMPS
        return LinkState.NOT_ENOUGH_VARIATION if enough else LinkState.TOO_FEW_CRAMPS
    if min(link.exposed_days, link.other_days) < FEWEST_OF_A_KIND:
        return LinkState.NOT_ENOUGH_VARIATION
    if link.attainable_p is None or link.attainable_p > SMALLEST_P:
        return LinkState.CANNOT_ANSWER_YET
    return LinkState.NO_CLEAR_LINK


def _cramps_beside_other_days(found: Compared) -> int:
    """Days with a cramp in strata that also hold days without one. [d]"""
    return sum(one.events for one in found.groups().values() if one.events < len(one.cramps))


def _by_kind(link: Link, found: Compared) -> Link:
    """Test days of two kinds exactly."""
    tables = found.tables
    score, interval = exact.cochran_mantel_haenszel(tables), exact.odds_ratio_interval(tables)
    return replace(
        link,
        odds_ratio=_bounded(exact.conditional_odds_ratio(tables)),
        lower=interval.lower,
        upper=_bounded(interval.upper),
        p=exact.p_mid(tables),
        more=score.z > 0,
        stable=is_stable(list(found.used.values())),
        checks={
            "mantel_haenszel": _bounded(exact.mantel_haenszel(tables)),
            "cmh_z": score.z,
            "cmh_p": score.p,
            "p_by_probability": exact.p_by_probability(tables),
        },
    )


def _by_amount(link: Link, found: Compared) -> Link:
    """Test an amount by conditional logistic regression, with the p value of its likelihood ratio.

    Where days with a cramp held more than all others the likelihood has no top: the odds ratio is without
    bound, and the p value is that of shuffled cramps.
    """
    groups = list(found.of(found.used).groups(values=True).values())
    fit = exact.conditional_logit(groups)
    if fit is None:
        return _parted(link, groups)
    interval = exact.likelihood_interval(groups, fit)
    return replace(
        link,
        odds_ratio=math.exp(float(fit.beta[0])),
        lower=interval.lower,
        upper=_bounded(interval.upper),
        p=fit.p,
        per_unit=True,
        more=bool(fit.beta[0] > 0),
        stable=is_stable(groups),
        checks={"p_by_permutation": exact.permutation(groups).two_sided, "chi2": fit.chi2},
    )


def _parted(link: Link, groups: Sequence[Group]) -> Link:
    """An amount that parts days with a cramp from those without."""
    more = sum(float(one.centred.total[0]) for one in groups) > 0
    interval, shuffled = exact.parted_interval(groups, more), exact.permutation(groups).two_sided
    return replace(
        link,
        odds_ratio=None if more else 0.0,
        lower=interval.lower,
        upper=_bounded(interval.upper),
        p=shuffled,
        per_unit=True,
        more=more,
        stable=is_stable(groups),
        checks={"p_by_permutation": shuffled},
    )


def _bounded(value: float) -> float | None:
    return value if math.isfinite(value) else None


def is_stable(groups: Sequence[Group]) -> bool:
    """Return whether both halves of the time say the same; they are cut between two strata."""
    days = np.cumsum([len(one.cramps) for one in groups])
    middle = int(np.searchsorted(days, days[-1] / 2)) + 1
    return _direction(groups[:middle]) * _direction(groups[middle:]) > 0


def _direction(groups: Sequence[Group]) -> float:
    """1 where days with a cramp held more of the exposure than others of their stratum, -1 where less."""
    return float(np.sign(sum(float(one.centred.total[0]) for one in groups)))
