"""What a person's answers take out of advice: the suppressions S01 to S09.

They raise no card. They take away tips that could harm this person, change whom a card sends them
to, and tell pages what to leave out. An answer that is missing counts as "maybe", never as "no".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

YES, NO, UNKNOWN = "yes", "no", "unknown"

KIDNEY = ("kidney_disease", "kidney_stage_4_5", "dialysis", "transplant")
FLUID_CONDITIONS = ("heart_failure", "cirrhosis", "fluid_limit")
FLUID_MEDICINES = frozenset({"lithium", "desmopressin"})
LOW_SODIUM_MEDICINES = frozenset({"ssris", "enzyme_inducing_anticonvulsants"})
"""They can lower the sodium of blood: no nudge to drink more beside them (interactions, m38). The second
class is wider than carbamazepine; a nudge left out harms nobody."""
CALCIUM_CONDITIONS = ("high_calcium_past", "kidney_stones", "sarcoidosis", "hyperparathyroidism")

ADULT = 18
"""Years of age from which supplement advice may be given at all (advice rules, S04)."""
UNDERWEIGHT_BMI = 18.5
"""WHO's limit for adults. [kg/m2]"""
DISMISSALS = 2
LONGER = 4
"""After two dismissals of a rule its cool-down is four times as long (product choice)."""
ALWAYS_ASKED = ("X04", "X05", "X06")

MORE_WITH_KIDNEYS = frozenset({"magnesium_mg", "potassium_mg", "calcium_mg", "water_g"})
CALCIUM_AND_D = frozenset({"calcium_mg", "vitamin_d_ug"})
EVERY_TIP = MORE_WITH_KIDNEYS | CALCIUM_AND_D | {"vitamin_b12_ug", "sodium_mg"}


@dataclass(frozen=True)
class Course:
    """A medicine of the profile, from one day to another; None: not told, or still taken."""

    medicine: str
    name: str = ""
    started: date | None = None
    stopped: date | None = None

    def taken_on(self, day: date) -> bool:
        return (self.started is None or self.started <= day) and (self.stopped is None or day <= self.stopped)


@dataclass(frozen=True)
class Flags:
    """What advice must know of a person on one day. Answers are "yes", "no" or "unknown"."""

    age: int | None = None
    pregnant: bool = False
    breastfeeding: bool = False
    bmi: float | None = None
    conditions: Mapping[str, str] = field(default_factory=dict)
    medicines: frozenset[str] = frozenset()
    potassium_raising: str = UNKNOWN
    diuretics: bool = False
    clinician_targets: frozenset[str] = frozenset()
    diary_implausible: bool = False
    takes_medicines: str = UNKNOWN
    courses: tuple[Course, ...] = ()
    weight_kg: float | None = None

    def has(self, *conditions: str) -> bool:
        return any(self.conditions.get(condition) == YES for condition in conditions)

    @property
    def kidney(self) -> str:
        """Yes if any kidney answer is yes; no only if kidney disease itself was answered with no."""
        if self.has(*KIDNEY):
            return YES
        return NO if self.conditions.get("kidney_disease") == NO else UNKNOWN


@dataclass(frozen=True)
class Effects:
    """What follows for cards and pages.

    Attributes
    ----------
    active
        Ids of the suppressions that hold.
    no_more_tips
        Nutrients of which nothing may suggest to eat, drink or take more.
    no_food_lists
        Nutrients by which no list of foods may be sorted.
    no_supplement_tips
        Nutrients of which no supplement may be mentioned as an option.
    targets_replaced
        Nutrients whose public reference gives way to a clinician's own target.
    complete_profile
        What the person should be asked once: "kidney_disease", "medicines".
    """

    active: tuple[str, ...] = ()
    no_more_tips: frozenset[str] = frozenset()
    no_food_lists: frozenset[str] = frozenset()
    no_supplement_tips: frozenset[str] = frozenset()
    targets_replaced: frozenset[str] = frozenset()
    complete_profile: tuple[str, ...] = ()
    kidney_limits: bool = False
    salt_substitutes_off: bool = False
    hydration_off: bool = False
    hide_energy: bool = False
    hide_streaks: bool = False
    low_intake_off: bool = False

    def holds(self, suppression: str) -> bool:
        return suppression in self.active

    def whose_limits(self, nutrient: str, set_by: str = "") -> str:
        """Who sets this person's amount instead of the public reference: `clinic`, `kidney_team`, or "".

        A reference held up as a goal would be a tip to eat or drink more. Where the reference is the
        clinician's own already, it takes nobody's place.
        """
        if set_by == "clinician":
            return ""
        if nutrient == "water_g" and self.hydration_off:
            return "clinic"
        return "kidney_team" if self.kidney_limits and nutrient in MORE_WITH_KIDNEYS else ""


def effects(flags: Flags) -> Effects:
    """Return what a person's answers take out of advice and pages."""
    active = tuple(id for id, holds in SUPPRESSIONS.items() if holds(flags))
    no_more: frozenset[str] = frozenset()
    if "S01" in active:
        no_more |= MORE_WITH_KIDNEYS
    if "S02" in active:
        no_more |= {"potassium_mg"}
    if "S06" in active:
        no_more |= EVERY_TIP
    if "S07" in active:
        no_more |= CALCIUM_AND_D
    if not LOW_SODIUM_MEDICINES.isdisjoint(flags.medicines):
        no_more |= {"water_g"}
    no_supplements = no_more
    if "S02" in active:
        no_supplements |= {"magnesium_mg", "potassium_mg"}
    if "S04" in active:
        no_supplements |= EVERY_TIP
    return Effects(
        active=active,
        no_more_tips=no_more,
        no_food_lists=no_more,
        no_supplement_tips=no_supplements,
        targets_replaced=flags.clinician_targets,
        complete_profile=_unanswered(flags),
        kidney_limits="S01" in active,
        salt_substitutes_off="S01" in active or "S02" in active,
        hydration_off="S03" in active,
        hide_energy="S06" in active,
        hide_streaks="S06" in active,
        low_intake_off="S05" in active,
    )


def _unanswered(flags: Flags) -> tuple[str, ...]:
    missing = [("kidney_disease", flags.kidney), ("medicines", flags.potassium_raising)]
    return tuple(question for question, answer in missing if answer == UNKNOWN)


def _fluid(flags: Flags) -> bool:
    return (
        flags.has(*FLUID_CONDITIONS, *KIDNEY)
        or flags.diuretics
        or not FLUID_MEDICINES.isdisjoint(flags.medicines)
    )


def _young_or_feeding_two(flags: Flags) -> bool:
    return flags.pregnant or flags.breastfeeding or (flags.age is not None and flags.age < ADULT)


def _eating(flags: Flags) -> bool:
    adult = flags.age is None or flags.age >= ADULT
    return flags.has("eating_disorder") or (adult and flags.bmi is not None and flags.bmi < UNDERWEIGHT_BMI)


SUPPRESSIONS: Mapping[str, Callable[[Flags], bool]] = {
    "S01": lambda f: f.kidney == YES,
    "S02": lambda f: f.kidney == UNKNOWN or f.potassium_raising != NO or f.has("adrenal_insufficiency"),
    "S03": _fluid,
    "S04": _young_or_feeding_two,
    "S05": lambda f: f.diary_implausible,
    "S06": _eating,
    "S07": lambda f: "digoxin" in f.medicines or f.has(*CALCIUM_CONDITIONS),
    "S08": lambda f: bool(f.clinician_targets),
}
"""Whether each of those holds that rest on a person's answers; `rule_words` says when, and what follows. S09
rests on their dismissals."""


def cooldown_days(rule_id: str, days: int, dismissals: int) -> int:
    """Return for how many days a rule stays quiet after a card; S09 makes it longer.

    Parameters
    ----------
    days
        The rule's own cool-down. [d]
    dismissals
        How often the person dismissed a card of this rule.
    """
    exempt = rule_id.startswith("R") or rule_id in ALWAYS_ASKED
    return days if exempt or dismissals < DISMISSALS else days * LONGER
