"""When a card is due: rules as data, each with a small predicate on plain facts.

Layers are looked at in the order of `LAYERS`. Red flags have a file of their own (`redflags`), what
takes cards away another (`suppressions`), the predicates a third (`triggers`); a further rule is one more
line in `RULES`. Limits on days, bands and cool-downs are product choices unless a source is named.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date

from journal.calc import triggers as on
from journal.calc.facts import WINDOW, Facts, GapFacts
from journal.calc.suppressions import (
    CALCIUM_AND_D,
    LOW_SODIUM_MEDICINES,
    Effects,
    Flags,
    cooldown_days,
    effects,
)
from journal.calc.triggers import B12, CA, MG, SODIUM, WATER, YOUNGEST, D, K, Trigger

__all__ = [
    "IMPLAUSIBLE", "LAYERS", "RULE", "RULES", "SEVERITIES", "WINDOW", "Facts", "GapFacts", "Rule", "Wanted",
    "card_key", "is_due_again", "layer", "severity", "variant", "wanted",
]  # fmt: skip

LAYERS = ("R", "S", "X", "C", "L", "H", "I")
SEVERITIES = ("urgent_now", "see_clinician_soon", "advise", "info")
"""Most severe first."""
NEW_DAYS = 7
"""New usable days that a further card about the same thing needs, unless something changed. [d]"""
IMPLAUSIBLE = "diary_implausible"
"""The reason on a gap that says: the diary's mean energy is below the Goldberg limit."""
INFANT = 1
"""Under this age nothing is advised, but dangers and signs to show a clinician. [y]"""

MALABSORPTION = ("coeliac", "crohns", "pancreatic_disease", "bariatric_surgery", "stomach_surgery")
GOOD_NEWS = ("L08", "L09")
"""Cards of layer L of which nothing is lacking."""
ASK_TEAM = ("kidney_team", "talk")
"""Variants that send to a clinician instead of to food: cards of layer C."""


# Whom a card is for, and in which words --------------------------------------------------------

Suits = Callable[[Flags, Effects, str], str | None]
"""Which words a card has for a person with these answers; None: no card at all."""


def everybody(flags: Flags, acts: Effects, nutrient: str) -> str | None:
    return "plain"


def low_intake(flags: Flags, acts: Effects, nutrient: str) -> str | None:
    """The most careful words come first. `kidney_team`, `talk`, `midwife`, `clinician` ask somebody first;
    `food_only` never mentions tablets as a choice; `plain` has nothing to leave out."""
    if acts.low_intake_off or nutrient in acts.targets_replaced or _under(flags, YOUNGEST):
        return None
    if acts.kidney_limits and nutrient in (MG, K):
        return "kidney_team"
    if acts.kidney_limits and nutrient in CALCIUM_AND_D:
        return None
    if acts.holds("S06"):
        return "talk"
    if acts.holds("S07") and nutrient in CALCIUM_AND_D:
        return "clinician"
    if nutrient in acts.no_more_tips:
        return None
    if acts.holds("S04"):
        return "midwife" if flags.pregnant or flags.breastfeeding else "clinician"
    return "food_only" if nutrient in acts.no_supplement_tips else "plain"


def good_news(flags: Flags, acts: Effects, nutrient: str) -> str | None:
    """Nothing to those whose limits are set by a clinic, or whom numbers do not help."""
    silent = acts.low_intake_off or acts.holds("S06") or nutrient in acts.no_more_tips | acts.targets_replaced
    return None if silent or _under(flags, YOUNGEST) else "plain"


def above_reference(flags: Flags, acts: Effects, nutrient: str) -> str | None:
    """A clinician's target replaces the public level."""
    return None if nutrient in acts.targets_replaced or _under(flags, YOUNGEST) else "plain"


def low_elsewhere(flags: Flags, acts: Effects, nutrient: str) -> str | None:
    """Intake as one fact of several: not where the diary, or a talk, stands before it."""
    return None if acts.low_intake_off or acts.holds("S06") or _under(flags, YOUNGEST) else "plain"


def may_drink_more(flags: Flags, acts: Effects, nutrient: str) -> str | None:
    """Not those whose amount a clinic gives, or whom a nudge to drink may harm."""
    silent = acts.hydration_off or WATER in acts.no_more_tips
    return None if silent or _under(flags, YOUNGEST) else "plain"


def may_be_told_of_heat(flags: Flags, acts: Effects, nutrient: str) -> str | None:
    """As `may_drink_more`, but for S06: heat in old age is a danger and no goal to reach."""
    harmed = not LOW_SODIUM_MEDICINES.isdisjoint(flags.medicines)
    return None if acts.hydration_off or harmed else "plain"


def those_who_count(flags: Flags, acts: Effects, nutrient: str) -> str | None:
    """Not those whom counting days, or a food tip, may harm."""
    return None if acts.holds("S06") else "plain"


def supplement_readers(flags: Flags, acts: Effects, nutrient: str) -> str | None:
    """`ask_first`: no word on supplements as a choice."""
    return "ask_first" if acts.holds("S01") or acts.holds("S02") or acts.holds("S04") else "plain"


def _under(flags: Flags, years: int) -> bool:
    return flags.age is not None and flags.age < years


# Rules ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """What makes a card due, and how it behaves. `find` returns the card's inputs, or None."""

    id: str
    layer: str
    severity: str
    cooldown_days: int
    find: Trigger
    not_when: tuple[str, ...]
    """Ids of suppressions and other codes; `rule_words` puts them, and the trigger, into words."""
    sources: tuple[str, ...]
    nutrients: tuple[str, ...] = ("",)
    """A card comes for each of them; an empty one: the card is not about one nutrient."""
    about: str = ""
    """The topic, of which only the most severe card is shown; empty: the nutrient."""
    suits: Suits = everybody
    before: int = 0
    """Of two cards on one topic and alike in severity the one with the higher number is shown."""
    push: bool = False
    """A danger: a phone may ring for it, and it waits for no other card of its layer."""
    at_save: str = ""
    """Judged inside the save of a dose, or of a drink or exercise, as well as by the review."""
    beside_red_flags: bool | None = None
    """Whether it may stand beside a red flag; None: unless it is about one nutrient, or of layer H or I."""
    version: int = 1

    @property
    def is_tip(self) -> bool:
        """Nutrition and supplement tips fall silent beside a red flag; other cards do not."""
        if self.beside_red_flags is not None:
            return not self.beside_red_flags
        return bool(self.nutrients[0]) or self.layer in ("H", "I")

    def topic(self, nutrient: str) -> str:
        return self.about or nutrient.rpartition("_")[0]


@dataclass(frozen=True)
class Wanted:
    """A card that should be there today."""

    rule: Rule
    nutrient: str
    variant: str
    severity: str
    layer: str
    inputs: dict
    instead: tuple["Wanted", ...] = ()
    """Weaker ones on its topic: one that is open stays until this one comes."""

    @property
    def topic(self) -> str:
        """All cards that ask for a talk with the clinician are one."""
        return "talk" if self.variant == "talk" else self.rule.topic(self.nutrient)

    @property
    def state(self) -> str:
        """What has to change for a further card in spite of few new days."""
        parts = (self.variant, self.inputs.get("band"), self.inputs.get("severity"), self.inputs.get("event"))
        return " ".join(str(part) for part in parts if part)

    @property
    def key(self) -> str:
        return card_key(
            self.rule,
            date.fromisoformat(self.inputs["window_end"]),
            self.nutrient,
            self.inputs.get("event", ""),
        )

    @property
    def strength(self) -> tuple[int, int]:
        """The lowest one is shown of a topic."""
        return SEVERITIES.index(self.severity), -self.rule.before


def card_key(rule: Rule, window_end: date, nutrient: str = "", event: str = "") -> str:
    """Rule, nutrient and ISO week of the window's end: a card comes once for each.

    Where a cool-down is shorter than a week, the day stands in place of the week.
    """
    if rule.cooldown_days < 7:
        return ":".join(filter(None, (rule.id, nutrient, event or window_end.isoformat())))
    year, week, _ = window_end.isocalendar()
    return ":".join(filter(None, (rule.id, nutrient, f"{year}-W{week:02}")))


_IOM = "IOM, Dietary Reference Intakes: Applications in Dietary Assessment, 2000"
_ODS = "NIH Office of Dietary Supplements, {}: fact sheet for health professionals"
_ODS_MG, _ODS_CA, _ODS_K, _ODS_D, _ODS_B12 = map(
    _ODS.format, ("Magnesium", "Calcium", "Potassium", "Vitamin D", "Vitamin B12")
)
_NHS, _CKS, _MSD = "NHS, Leg cramps", "NICE CKS, Leg cramps", "MSD Manual, consumer version, Muscle cramps"
_INFORM = "NHS inform, Leg cramps"
_GARRISON = "Garrison et al., Archives of Internal Medicine, 2012"
_CA_D = "IOM, Dietary Reference Intakes for Calcium and Vitamin D, 2011"
_SALT = "NASEM, Dietary Reference Intakes for Sodium and Potassium, 2019"
_COCHRANE = "Cochrane review of magnesium for muscle cramps (CD009402), 2020"
_AAN = "Katzberg et al., American Academy of Neurology, Neurology, 2010"
_B12_NICE, _B12_MHRA = "NICE NG239, Vitamin B12 deficiency, 2024", "MHRA, Drug Safety Update, June 2022"
_WATER = "IOM, Dietary Reference Intakes for Water, Potassium, Sodium, Chloride and Sulfate, 2005"
_ACSM = "Sawka et al., ACSM position stand, Exercise and Fluid Replacement, 2007"
_EAH = "Hew-Butler et al., consensus statement on exercise-associated hyponatraemia, 2015"
_NEWS_OFF = ("S01", "S05", "S06", "S07", "S08")
_LOW_OFF = ("S01", "S02", "S04", "S05", "S06", "S07", "S08")

EXCESS = (
    Rule(
        "X01", "X", "advise", 30, on.magnesium_above_level, ("S08", "prescribed"),
        (_ODS_MG, "Scientific Committee on Food, upper level of magnesium, 2001"), (MG,),
        "magnesium_supplement", above_reference,
    ),
    Rule(
        "X02", "X", "see_clinician_soon", 7, on.magnesium_far_above, ("prescribed",), (_ODS_MG,),
        about="magnesium_supplement", at_save="dose", beside_red_flags=True,
    ),
    Rule(
        "X03", "X", "see_clinician_soon", 1, on.magnesium_danger, (), (_ODS_MG,),
        about="magnesium_supplement", before=1, push=True, at_save="dose", beside_red_flags=True,
    ),
    Rule(
        "X04", "X", "see_clinician_soon", 1, on.potassium_danger, ("prescribed",),
        (_ODS_K, "Momoniat et al., Cleveland Clinic Journal of Medicine, 2019"),
        about="potassium_supplement", before=1, push=True, at_save="dose", beside_red_flags=True,
    ),
    Rule(
        "X05", "X", "see_clinician_soon", 7, on.potassium_far_above, ("prescribed",), (_ODS_K,),
        about="potassium_supplement", push=True, at_save="dose", beside_red_flags=True,
    ),
    Rule(
        "X06", "X", "advise", 30, on.vitamin_d_above_level, ("prescribed", "S08_mean_only"),
        (_CA_D, "EFSA, upper levels of vitamin D, 2012 and 2023"), (D,), "vitamin_d_supplement",
        beside_red_flags=True,
    ),
    Rule(
        "X07", "X", "advise", 30, on.calcium_above_level, ("S08", "prescribed"), (_CA_D, _ODS_CA), (CA,),
        "calcium_excess", above_reference,
    ),
    Rule(
        "X08", "X", "info", 60, on.sodium_above_level,
        ("S08", "adrenal_insufficiency", "lithium", "desmopressin", "endurance_week"), (_SALT,), (SODIUM,),
        "sodium", above_reference,
    ),
)  # fmt: skip

CLINICIAN = (
    Rule(
        "C01", "C", "see_clinician_soon", 60, on.frequent_cramps, (), (_NHS, _CKS), about="cramp_frequency",
    ),
    Rule(
        "C02", "C", "see_clinician_soon", 14, on.nerve_signs, (), (_INFORM, _MSD), about="nerve_signs",
    ),
    Rule(
        "C03", "C", "see_clinician_soon", 14, on.walking_pain, (), (_MSD, _CKS), about="walking_pain",
    ),
    Rule(
        "C04", "C", "see_clinician_soon", 30, on.cramps_after_a_medicine, (), (_GARRISON, _CKS),
        about="new_medicine",
    ),
    Rule(
        "C05", "C", "see_clinician_soon", 14, on.statin_and_muscle_signs, (), ("NHS, Statins",),
        about="statin",
    ),
    Rule(
        "C06", "C", "see_clinician_soon", 30, on.cramps_in_pregnancy, (),
        ("NHS, Pregnancy: common symptoms",), about="pregnancy",
    ),
    Rule(
        "C07", "C", "see_clinician_soon", 90, on.persisting_low, _LOW_OFF, (_IOM,), (MG, CA),
        suits=low_intake, before=1,
    ),
    Rule(
        "C08", "C", "see_clinician_soon", 60, on.low_and_frequent, ("S05", "S06", "S08"),
        (_ODS_MG, _COCHRANE), about="low_and_cramps", suits=low_elsewhere, beside_red_flags=False,
    ),
    Rule(
        "C09", "C", "see_clinician_soon", 60, on.b12_signs, (), (_B12_MHRA, _B12_NICE), about="b12_signs",
    ),
    Rule(
        "C10", "C", "see_clinician_soon", 3, on.lasting_losses, (), (_MSD, "NHS, Diarrhoea and vomiting"),
        about="losses",
    ),
    Rule(
        "C11", "C", "see_clinician_soon", 30, on.alcohol_and_cramps, (),
        ("UK Chief Medical Officers, Low Risk Drinking Guidelines, 2016", _MSD), about="alcohol",
    ),
    Rule(
        "C12", "C", "see_clinician_soon", 60, on.new_cramps_with_a_condition, (), (_CKS,), about="clinic",
    ),
    Rule(
        "C13", "C", "see_clinician_soon", 60, on.quinine, (),
        (_AAN, "FDA, Quinine: safety communications, 2006"), about="quinine",
    ),
)  # fmt: skip

LOW = (
    Rule(
        "L01", "L", "advise", 28, on.low_against_requirement, ("S01", "S02", "S04", "S05", "S06", "S08"),
        (_IOM, _ODS_MG), (MG,), suits=low_intake,
    ),
    Rule(
        "L02", "L", "advise", 28, on.low_against_requirement, ("S01", "S04", "S05", "S06", "S07", "S08"),
        (_IOM, _ODS_CA), (CA,), suits=low_intake,
    ),
    Rule(
        "L03", "L", "info", 28, on.below_adequate_intake, ("S01", "S02", "S04", "S05", "S06", "S08"),
        (_IOM, _SALT, _ODS_K), (K,), suits=low_intake,
    ),
    Rule(
        "L04", "L", "info", 90, on.vitamin_d_looks_low, ("S01", "S04", "S05", "S06", "S07", "S08"),
        (_IOM, _CA_D, _ODS_D), (D,), suits=low_intake,
    ),
    Rule(
        "L05", "L", "advise", 90, on.b12_looks_low, ("S04", "S05", "S06", "S08", "pernicious_anaemia"),
        (_IOM, _ODS_B12, _B12_NICE), (B12,), suits=low_intake,
    ),
    Rule(
        "L06", "L", "advise", 28, on.very_low, _LOW_OFF, (_IOM,), (MG, CA), suits=low_intake, before=1,
    ),
    Rule(
        "L07", "L", "advise", 28, on.low_beside_cramps, _LOW_OFF, (_IOM, _COCHRANE), (MG, CA),
        suits=low_intake, before=2,
    ),
    Rule(
        "L08", "L", "info", 28, on.improving, _NEWS_OFF, (_IOM,), (MG, CA), suits=good_news, before=1,
    ),
    Rule(
        "L09", "L", "info", 60, on.between_references, _NEWS_OFF, (_IOM,), (MG, CA), suits=good_news,
    ),
    Rule(
        "L10", "L", "info", 0, on.never, ("always",), (_SALT,), (SODIUM,), "sodium_low",
    ),
)  # fmt: skip

_LOW_SODIUM = "low_sodium_medicines"
_DRINK_OFF = ("S01", "S03", "S06", _LOW_SODIUM)
HYDRATION = (
    Rule(
        "H01", "H", "info", 14, on.water_below_reference, _DRINK_OFF,
        (_WATER, "EFSA, reference values for water, 2010"), (WATER,), suits=may_drink_more,
    ),
    Rule(
        "H02", "H", "info", 3, on.few_drinks_around_exercise, _DRINK_OFF, (_ACSM, _EAH),
        about="exercise_drinks", suits=may_drink_more,
    ),
    Rule(
        "H03", "H", "advise", 28, on.cramps_after_few_drinks, _DRINK_OFF, (_ACSM,), about="exercise_drinks",
        suits=may_drink_more, before=1,
    ),
    Rule(
        "H04", "H", "advise", 1, on.drank_beyond, (), (_EAH,), about="overdrinking", push=True,
        at_save="drink", beside_red_flags=True,
    ),
    Rule(
        "H05", "H", "advise", 1, on.hot_day_few_drinks, ("S01", "S03", _LOW_SODIUM),
        (_WATER, "NHS, Dehydration"), about="hot_day", suits=may_be_told_of_heat,
    ),
    Rule(
        "H06", "H", "info", 7, on.alcohol_few_other_drinks, ("S03", "S06", _LOW_SODIUM), (_WATER,),
        about="alcohol_drinks", suits=may_drink_more,
    ),
)  # fmt: skip

INFORMATION = (
    Rule(
        "I01", "I", "info", 90, on.first_cramp, (), (_NHS, _MSD), about="first_cramp",
    ),
    Rule(
        "I02", "I", "info", 90, on.magnesium_for_cramps, ("S01_S02_ask_first", "S04_ask_first"),
        (_COCHRANE, _AAN), about="magnesium_evidence", suits=supplement_readers,
    ),
    Rule(
        "I03", "I", "info", 90, on.not_enough_days, ("S06",), (_IOM,), about="progress",
        suits=those_who_count,
    ),
    Rule(
        "I04", "I", "info", 30, on.spacing, (), (_ODS_MG, _ODS_CA, "product leaflets"), about="spacing",
    ),
    Rule(
        "I05", "I", "info", 90, on.b12_from_fifty, ("S06", "pernicious_anaemia"),
        ("IOM, Dietary Reference Intakes for the B Vitamins and Choline, 1998", _ODS_B12), (B12,),
        suits=those_who_count,
    ),
    Rule(
        "I06", "I", "info", 90, on.personal_link, ("S01_S02_S07_links", "S03_links", "S05", "S06"),
        ("Lumley and Levy, Environmetrics, 2000", "Janes, Sheppard and Lumley, Epidemiology, 2005",
         "Benjamini and Hochberg, Journal of the Royal Statistical Society B, 1995"),
        about="personal_link", suits=low_elsewhere,
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*EXCESS, *CLINICIAN, *LOW, *HYDRATION, *INFORMATION)
RULE: dict[str, Rule] = {rule.id: rule for rule in RULES}


# What a person gets ----------------------------------------------------------------------------


def variant(rule: Rule, nutrient: str, flags: Flags, known: Effects | None = None) -> str | None:
    """Return which words a card of this rule has for this person; None: no card at all.

    `known` is what `effects` makes of the flags, where the caller has asked already.
    """
    if _under(flags, INFANT) and not rule.push and rule.layer != "C":
        return None
    return rule.suits(flags, known or effects(flags), nutrient)


def severity(rule: Rule, its_variant: str, found: str | None = None) -> str:
    """The severity of a card; `found` is that which its trigger gave it, if it gave one."""
    return "see_clinician_soon" if its_variant in ASK_TEAM else found or rule.severity


def layer(rule: Rule, its_variant: str) -> str:
    return "C" if its_variant in ASK_TEAM else rule.layer


def wanted(facts: Facts, at_save: str = "") -> list[Wanted]:
    """Return the cards that should be there today, in the order of the layers.

    Of several about one topic only the most severe is wanted; beside a warning of drinking too much none that
    asks to drink. `at_save`: only the dangers that the save of a `dose` or a `drink` may bring.
    """
    topics: dict[str, list[Wanted]] = {}
    known = effects(facts.flags)
    for rule in RULES:
        for nutrient in rule.nutrients if not at_save or rule.at_save == at_save else ():
            if card := _judged(rule, nutrient, facts, known):
                topics.setdefault(card.topic, []).append(card)
    if "overdrinking" in topics:
        topics = {
            name: some for name, some in topics.items() if name == "overdrinking" or some[0].layer != "H"
        }
    cards = [_strongest(some) for some in topics.values()]
    return sorted(cards, key=lambda card: (LAYERS.index(card.layer), *card.strength))


def _strongest(cards: list[Wanted]) -> Wanted:
    first, *others = sorted(cards, key=lambda card: card.strength)
    return replace(first, instead=tuple(others))


def _judged(rule: Rule, nutrient: str, facts: Facts, known: Effects) -> Wanted | None:
    words = variant(rule, nutrient, facts.flags, known)
    inputs = rule.find(facts, nutrient) if words else None
    if words is None or inputs is None:
        return None
    if caveats := _caveats(nutrient, facts.flags):
        inputs["caveats"] = caveats
    its_severity = severity(rule, words, inputs.get("severity"))
    return Wanted(rule, nutrient, words, its_severity, layer(rule, words), inputs)


def _caveats(nutrient: str, flags: Flags) -> list[str]:
    return ["absorption"] if nutrient and flags.has(*MALABSORPTION) else []


def judged_at_save(kind: str) -> Collection[str]:
    """Ids of the rules that the save of a `dose` or a `drink` judges."""
    return {rule.id for rule in RULES if rule.at_save == kind}


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
    if not card.nutrient:
        return (facts.today - last_window_end).days >= NEW_DAYS
    return sum(last_window_end < day <= facts.today for day in facts.usable_days) >= NEW_DAYS
