"""When a card is due: rules as data, each with a small predicate on plain facts.

Layers are looked at in the order of `LAYERS`. Red flags have a file of their own (`redflags`), what
takes cards away another (`suppressions`); a further rule is one more line in `RULES`. Limits on days,
bands and cool-downs are product choices unless a source is named.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from journal.calc.suppressions import CALCIUM_AND_D, Effects, Flags, cooldown_days, effects

LAYERS = ("R", "S", "X", "C", "L", "H", "I")
SEVERITIES = ("urgent_now", "see_clinician_soon", "advise", "info")
"""Most severe first."""

WINDOW = 28
"""Days of the window whose verdict a low-intake card rests on. [d]"""
LOW = 0.15
"""Confidence of meeting the requirement under which intake is called likely low. [-]"""
LOW_BANDS = ("likely_low", "very_likely_low")
ENOUGH_COVERAGE = 0.80
"""Share of the energy whose foods have a value, under which nothing is called low. [-]"""
YOUNGEST = 9
"""Under nine years of age numbers are shown and nothing is claimed. [y]"""
NEW_DAYS = 7
"""New usable days that a further card about the same thing needs, unless something changed. [d]"""
IMPLAUSIBLE = "diary_implausible"
"""The reason on a gap that says: the diary's mean energy is below the Goldberg limit."""

FREQUENT_IN_28, FREQUENT_IN_7 = 8, 3
BROKEN_NIGHTS, WEEKS = 2, 4
MALABSORPTION = ("coeliac", "crohns", "pancreatic_disease", "bariatric_surgery", "stomach_surgery")


@dataclass(frozen=True)
class GapFacts:
    """One nutrient beside one reference value over a window, as the review found it.

    `mean`, `lower` (what is known), `upper` (if foods of unknown content resemble the others) and
    `reference_amounts` are per day, in the nutrient's own unit. None is "not known". There are two
    reference amounts where the diarist gave no sex and the two differ.
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
class Facts:
    """All that rules may look at, for one person on one diary day."""

    today: date
    flags: Flags = field(default_factory=Flags)
    gaps: tuple[GapFacts, ...] = ()
    usable_days: frozenset[date] = frozenset()
    cramp_days: frozenset[date] = frozenset()
    woken_days: frozenset[date] = frozenset()
    quiet: bool = False
    """A red-flag card is open, or ended less than 72 hours ago."""

    def gap(self, nutrient: str, kind: str) -> GapFacts | None:
        found = (gap for gap in self.gaps if (gap.nutrient, gap.kind) == (nutrient, kind))
        return next(found, None)


@dataclass(frozen=True)
class Rule:
    """What makes a card due, and how it behaves. `find` returns the card's inputs, or None."""

    id: str
    layer: str
    topic: str
    severity: str
    cooldown_days: int
    find: Callable[[Facts], dict | None]
    when: str
    not_when: tuple[str, ...]
    sources: tuple[str, ...]
    nutrient: str = ""
    version: int = 1

    @property
    def is_tip(self) -> bool:
        """Nutrition and supplement tips fall silent beside a red flag; other cards do not."""
        return bool(self.nutrient) or self.layer in ("H", "I")


@dataclass(frozen=True)
class Wanted:
    """A card that should be there today."""

    rule: Rule
    variant: str
    severity: str
    layer: str
    inputs: dict

    @property
    def state(self) -> str:
        """What has to change for a further card in spite of few new days."""
        return f"{self.variant} {self.inputs.get('band', '')}".strip()

    @property
    def key(self) -> str:
        return card_key(self.rule, date.fromisoformat(self.inputs["window_end"]))


def card_key(rule: Rule, window_end: date) -> str:
    """Rule, nutrient and ISO week of the window's end: a card comes once for each."""
    year, week, _ = window_end.isocalendar()
    return ":".join(filter(None, (rule.id, rule.nutrient, f"{year}-W{week:02}")))


# Predicates -----------------------------------------------------------------------------------


def frequent_cramps(facts: Facts) -> dict | None:
    """C01: cramp days in the last 28 and 7 days, and nights broken in each of the last four weeks."""
    in_28, in_7 = (_within(facts.cramp_days, facts.today, 0, length) for length in (28, 7))
    nights = [_within(facts.woken_days, facts.today, 7 * week, 7) for week in range(WEEKS)]
    if in_28 < FREQUENT_IN_28 and in_7 < FREQUENT_IN_7 and min(nights) < BROKEN_NIGHTS:
        return None
    return {
        "window_end": facts.today.isoformat(),
        "cramp_days_28": in_28,
        "cramp_days_7": in_7,
        "broken_nights": nights,
    }


def _within(days: frozenset[date], today: date, ago: int, length: int) -> int:
    """How many of `days` lie in the `length` days that end `ago` days before today."""
    last = today - timedelta(days=ago)
    return sum(last - timedelta(days=length) < day <= last for day in days)


def low_against_requirement(nutrient: str, fewest_days: int) -> Callable[[Facts], dict | None]:
    """L01, L02: usual intake is likely below the average requirement, on enough and well-known days."""

    def find(facts: Facts) -> dict | None:
        gap = facts.gap(nutrient, "ear")
        if gap is None or not _well_known(gap, fewest_days) or gap.band not in LOW_BANDS:
            return None
        if gap.probability_adequate is None or gap.probability_adequate >= LOW:
            return None
        return gap.inputs()

    return find


def below_adequate_intake(nutrient: str, fewest_days: int) -> Callable[[Facts], dict | None]:
    """L03: even the upper estimate of the mean is below the adequate intake. Says nothing of "too little"."""

    def find(facts: Facts) -> dict | None:
        gap = facts.gap(nutrient, "ai")
        if gap is None or not _well_known(gap, fewest_days):
            return None
        if gap.upper is None or not gap.reference_amounts or gap.confidence_above is None:
            return None
        if gap.upper >= min(gap.reference_amounts) or gap.confidence_above >= LOW:
            return None
        return gap.inputs()

    return find


def _well_known(gap: GapFacts, fewest_days: int) -> bool:
    return gap.days_used >= fewest_days and gap.coverage is not None and gap.coverage >= ENOUGH_COVERAGE


# Rules ----------------------------------------------------------------------------------------

_IOM = "IOM, Dietary Reference Intakes: Applications in Dietary Assessment, 2000"

RULES: tuple[Rule, ...] = (
    Rule(
        "C01", "C", "cramp_frequency", "see_clinician_soon", 60, frequent_cramps,
        f"cramps on at least {FREQUENT_IN_28} of the last 28 days or {FREQUENT_IN_7} of the last 7, or sleep "
        f"broken on at least {BROKEN_NIGHTS} nights in each of the last {WEEKS} weeks",
        (), ("NHS, Leg cramps", "NICE CKS, Leg cramps"),
    ),
    Rule(
        "L01", "L", "magnesium", "advise", 28, low_against_requirement("magnesium_mg", 10),
        "magnesium likely low against the average requirement (confidence under 0.15), at least 10 usable "
        "days of 28, coverage at least 0.80; cannot fire where the authority sets no average requirement "
        "(EFSA)",
        ("S01", "S02", "S04", "S05", "S06", "S08"),
        (_IOM, "NIH Office of Dietary Supplements, Magnesium: fact sheet for health professionals"),
        "magnesium_mg",
    ),
    Rule(
        "L02", "L", "calcium", "advise", 28, low_against_requirement("calcium_mg", 14),
        "calcium likely low against the average requirement (confidence under 0.15), at least 14 usable days "
        "of 28, coverage at least 0.80",
        ("S01", "S04", "S05", "S06", "S07", "S08"),
        (_IOM, "NIH Office of Dietary Supplements, Calcium: fact sheet for health professionals"),
        "calcium_mg",
    ),
    Rule(
        "L03", "L", "potassium", "info", 28, below_adequate_intake("potassium_mg", 7),
        "potassium: upper estimate of the mean under the adequate intake, confidence of being above it under "
        "0.15, at least 7 usable days of 28, coverage at least 0.80",
        ("S01", "S02", "S04", "S05", "S06", "S08"),
        (
            _IOM, "NASEM, Dietary Reference Intakes for Sodium and Potassium, 2019",
            "NIH Office of Dietary Supplements, Potassium: fact sheet for health professionals",
        ),
        "potassium_mg",
    ),
)  # fmt: skip
RULE: dict[str, Rule] = {rule.id: rule for rule in RULES}

ASK_TEAM = ("kidney_team", "talk")
"""Variants that send to a clinician instead of to food: cards of layer C."""


def variant(rule: Rule, flags: Flags) -> str | None:
    """Return which words a card of this rule has for this person; None: no card at all.

    `kidney_team`, `talk`, `midwife`, `clinician` ask somebody first; `food_only` never mentions
    tablets as a choice; `plain` has nothing to leave out.
    """
    if rule.layer != "L":
        return "plain"
    acts = effects(flags)
    if acts.low_intake_off or rule.nutrient in acts.targets_replaced:
        return None
    if flags.age is not None and flags.age < YOUNGEST:
        return None
    return _low_variant(rule.nutrient, flags, acts)


def _low_variant(nutrient: str, flags: Flags, acts: Effects) -> str | None:
    """The most careful words come first."""
    if acts.kidney_limits:
        return "kidney_team" if nutrient in ("magnesium_mg", "potassium_mg") else None
    if acts.holds("S06"):
        return "talk"
    if acts.holds("S07") and nutrient in CALCIUM_AND_D:
        return "clinician"
    if nutrient in acts.no_more_tips:
        return None
    if acts.holds("S04"):
        return "midwife" if flags.pregnant or flags.breastfeeding else "clinician"
    if nutrient in acts.no_supplement_tips:
        return "food_only"
    return "plain"


def severity(rule: Rule, its_variant: str) -> str:
    return "see_clinician_soon" if its_variant in ASK_TEAM else rule.severity


def layer(rule: Rule, its_variant: str) -> str:
    return "C" if its_variant in ASK_TEAM else rule.layer


def wanted(facts: Facts) -> list[Wanted]:
    """Return the cards that should be there today, in the order of the layers.

    Of several about one topic only the most severe is wanted.
    """
    found: dict[str, Wanted] = {}
    for rule in RULES:
        words = variant(rule, facts.flags)
        inputs = rule.find(facts) if words else None
        if words is None or inputs is None:
            continue
        inputs["caveats"] = _caveats(rule, facts.flags)
        card = Wanted(rule, words, severity(rule, words), layer(rule, words), inputs)
        known = found.get(rule.topic)
        if known is None or SEVERITIES.index(card.severity) < SEVERITIES.index(known.severity):
            found[rule.topic] = card
    return sorted(
        found.values(), key=lambda card: (LAYERS.index(card.layer), SEVERITIES.index(card.severity))
    )


def _caveats(rule: Rule, flags: Flags) -> list[str]:
    return ["absorption"] if rule.nutrient and flags.has(*MALABSORPTION) else []


def is_due_again(
    card: Wanted, facts: Facts, *, last_day: date, last_window_end: date, last_state: str, dismissals: int
) -> bool:
    """Whether a further card may follow one of the same rule and nutrient.

    Parameters
    ----------
    last_day
        The diary day on which the last one was raised, or put away by the person if that is later.
    last_window_end, last_state
        What the last one rested on; an empty state: its trigger ceased to hold in between.
    dismissals
        How often the person dismissed cards of this rule.
    """
    quiet_days = cooldown_days(card.rule.id, card.rule.cooldown_days, dismissals)
    if (facts.today - last_day).days < quiet_days:
        return False
    if card.state != last_state:
        return True
    if not card.rule.nutrient:
        return (facts.today - last_window_end).days >= NEW_DAYS
    return sum(last_window_end < day <= facts.today for day in facts.usable_days) >= NEW_DAYS
