"""What rules of advice may look at: one person on one diary day, in plain numbers.

None is "not known", never zero. Amounts of nutrients are in the unit that ends their code; litres, hours
and days are named. Whoever gathers these facts reads rows; nothing here does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache

from journal.calc.suppressions import Flags
from journal.calc.windows import UL, verdict_window

WINDOW = 28
"""Days that most cards look back on (product choice). [d]"""
WEEK = 7
DAYS_OF_DRINKS = 2
"""Days of which it is known how much was drunk; of earlier ones where a rule asks (product choice). [d]"""
DAYS_OF_CRAMPS = 180
"""How far back cramp days are known: 90 days before a start within the last 90 (product choice). [d]"""


@dataclass(slots=True)  # a night makes many: frozen ones take four times as long
class GapFacts:
    """One nutrient beside one reference value over a window, as the review found it.

    `mean`, `lower` (what is known), `upper` (if foods of unknown content resemble the others) and
    `reference_amounts` are per day, in the nutrient's own unit. There are two reference amounts where
    the diarist gave no sex and the two differ. `rda` is the recommended allowance of the same group.
    """

    nutrient: str
    kind: str
    as_of: date
    band: str = ""
    mean: float | None = None
    lower: float | None = None
    upper: float | None = None
    coverage: float | None = None
    reference_amounts: tuple[float, ...] = ()
    probability_adequate: float | None = None
    confidence_above: float | None = None
    days_used: int = 0
    days_in_window: int = WINDOW
    reference: Mapping = field(default_factory=dict)
    reasons: tuple = ()
    evidence: Mapping = field(default_factory=dict)
    window: int = WINDOW
    rda: float | None = None

    def inputs(self) -> dict:
        """What a card keeps of it."""
        return {
            "window_end": self.as_of.isoformat(),
            "days_used": self.days_used,
            "days_in_window": self.days_in_window,
            "mean": self.mean,
            "lower": self.lower,
            "upper": self.upper,
            "coverage": self.coverage,
            "probability_adequate": self.probability_adequate,
            "confidence_above": self.confidence_above,
            "band": self.band,
            "kind": self.kind,
            "reference_amounts": list(self.reference_amounts),
            "reference": dict(self.reference),
            "spread": dict(self.evidence),
        }


@dataclass(frozen=True)
class Dose:
    """So much of some nutrients taken on one day, as a supplement or a medicine."""

    day: date
    amounts: Mapping[str, float]
    prescribed: bool = False
    medicine: bool = False
    name: str = ""


@dataclass(frozen=True)
class Ticked:
    """Warning signs ticked at one moment, on a cramp or without one."""

    at: datetime
    day: date
    signs: frozenset[str]
    cramp: bool = False


@dataclass(frozen=True)
class Day:
    """What the review found in one day. `alcohol_g` and `vitamin_d_ug` are what is known of them."""

    usable: bool
    drank: bool = False
    """Whether any drink was logged."""
    drinks_l: float | None = None
    """How much was drunk, of the last `DAYS_OF_DRINKS` days."""
    alcohol_g: float | None = None
    vitamin_d_ug: float | None = None


@dataclass(frozen=True)
class Effort:
    """A bout of exercise with the sweat that it may have cost, as a range.

    `drinks_l`: drunk within the six hours around it; None where no rule asks.
    `sweat_l` None: no body weight is known.
    """

    day: date
    begun: datetime
    hours: float
    met: float
    sweat_low_l: float | None = None
    sweat_l: float | None = None
    drinks_l: float | None = None
    hot: bool = False
    gained_kg: float = 0.0
    """Weight gained from before to after; 0 where the two were not logged."""


@dataclass(frozen=True)
class Overdrunk:
    """A span in which more was drunk than body and sweat part with."""

    day: date
    drinks_l: float
    sweat_l: float
    hours: float
    gained_kg: float = 0.0


@dataclass(frozen=True)
class LinkFacts:
    """A personal link as the last look at the diary found it; counts are of the days compared.

    An odds ratio, or an upper end, that is None beside a `q` has no bound. `more`: cramps are more frequent
    on exposed days; `per_unit`: the odds ratio is that of one more litre; `times_seen`: in so many looks in a
    row it was worth watching.
    """

    exposure: str
    lag: int
    state: str
    looked_on: date
    exposed_days: int = 0
    exposed_cramps: int = 0
    other_days: int = 0
    other_cramps: int = 0
    odds_ratio: float | None = None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None
    q: float | None = None
    more: bool | None = None
    per_unit: bool = False
    times_seen: int = 0
    known_days: int = 0

    @property
    def cramps_compared(self) -> int:
        return self.exposed_cramps + self.other_cramps

    @property
    def is_tested(self) -> bool:
        """Whether all gates before a number were passed."""
        return self.p is not None


@dataclass(frozen=True)
class Facts:
    """All that rules may look at, for one person on one diary day."""

    today: date
    flags: Flags = field(default_factory=Flags)
    gaps: tuple[GapFacts, ...] = ()
    earlier_gaps: tuple[GapFacts, ...] = ()
    """Those of the window of 28 days that ended before the present one began."""
    usable_days: frozenset[date] = frozenset()
    cramp_days: frozenset[date] = frozenset()
    """Of the last `DAYS_OF_CRAMPS` days."""
    woken_days: frozenset[date] = frozenset()
    morning_cramp_days: frozenset[date] = frozenset()
    """Days with a cramp before noon on the clock."""
    first_cramp: date | None = None
    diary_since: date | None = None
    tried_supplement: bool = False
    """A supplement was ticked as something tried against a cramp, in the last 28 days."""
    ticked: tuple[Ticked, ...] = ()
    """Of the last 28 days, as all that follow."""
    doses: tuple[Dose, ...] = ()
    days: Mapping[date, Day] = field(default_factory=dict)
    efforts: tuple[Effort, ...] = ()
    soft_drinks_l: Mapping[date, float] = field(default_factory=dict)
    """Drinks without alcohol, on days with any drink: the last `DAYS_OF_DRINKS`, and those with much alcohol
    or around exercise. [L]"""
    overdrunk: Overdrunk | None = None
    spacing: tuple[str, ...] = ()
    """Classes of medicines that are better kept apart from a mineral or vitamin which is taken, too."""
    links: tuple[LinkFacts, ...] = ()
    """Personal links worth watching."""
    open_red_flags: frozenset[str] = frozenset()
    quiet: bool = False
    """A red-flag card is open, or ended less than 72 hours ago."""
    region: str = ""
    authority: str = "nasem"

    def gap(self, nutrient: str, *kinds: str, window: int | None = None) -> GapFacts | None:
        """The gap beside the first of `kinds` that there is, over the window of its verdict or another."""
        for kind in kinds:
            if found := self._gaps.get((nutrient, kind, window or _window_of(nutrient, kind))):
                return found
        return None

    def earlier(self, nutrient: str, kind: str) -> GapFacts | None:
        return _by_key(self.earlier_gaps).get((nutrient, kind, WINDOW))

    @cached_property
    def _gaps(self) -> dict[tuple[str, str, int], GapFacts]:
        return _by_key(self.gaps)

    @cached_property
    def _doses_of(self) -> dict[date, list[Dose]]:
        found: dict[date, list[Dose]] = {}
        for dose in self.doses:
            found.setdefault(dose.day, []).append(dose)
        return found

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def last(self, days: int) -> tuple[date, ...]:
        """The last so many days, the latest first; today is the first of them."""
        return _before(self.today, days)

    def count(self, among: Iterable[date], days: int, ago: int = 0) -> int:
        """How many of some dates lie in the `days` days that end `ago` days before today."""
        before, last = self.ago(ago + days), self.ago(ago)
        return sum(before < day <= last for day in among)

    def added(self, nutrient: str, day: date, *, prescribed: bool = True) -> float:
        """What supplements and medicines of one day held; without those prescribed, if asked so."""
        doses = self._doses_of.get(day, ())
        return sum(one.amounts.get(nutrient, 0.0) for one in doses if prescribed or not one.prescribed)

    def takes(self, nutrient: str, days: int = WINDOW, *, prescribed: bool | None = None) -> bool:
        """Whether a dose with this nutrient was logged lately; of one kind, if asked so."""
        before = self.ago(days)
        return any(
            dose.amounts.get(nutrient, 0) > 0 and dose.day > before
            for dose in self.doses
            if prescribed is None or dose.prescribed == prescribed
        )


@lru_cache(maxsize=64)
def _before(today: date, days: int) -> tuple[date, ...]:
    """The same for everybody whose day it is."""
    return tuple(today - timedelta(days=n) for n in range(days))


def _window_of(nutrient: str, kind: str) -> int:
    return verdict_window(nutrient, kind) or WINDOW


def windows_asked_for(nutrient: str, kind: str) -> tuple[int, ...]:
    """The windows of whose gaps rules ask: that of the verdict, and beside an upper level the last week."""
    return (_window_of(nutrient, kind), WEEK) if kind == UL else (_window_of(nutrient, kind),)


def _by_key(gaps: Iterable[GapFacts]) -> dict[tuple[str, str, int], GapFacts]:
    """By nutrient, kind and window; the first where several are alike."""
    found: dict[tuple[str, str, int], GapFacts] = {}
    for gap in gaps:
        found.setdefault((gap.nutrient, gap.kind, gap.window), gap)
    return found
