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
    when: str
    not_when: tuple[str, ...]
    sources: tuple[str, ...]
    nutrients: tuple[str, ...] = ("",)
    """A card comes for each of them; an empty one: the card is not about one nutrient."""
    about: str = ""
    """The topic, of which only the most severe card is shown; empty: the nutrient."""
    suits: Suits = everybody
    severity_may_be: str = ""
    """When it has another severity, in words."""
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
        "X01", "X", "advise", 30, on.magnesium_above_level,
        "unprescribed magnesium from supplements and medicines above its upper level (350 mg NASEM, 250 mg "
        "EFSA) "
        "on average over 7 days, either the same every day or with a confidence of at least 0.85",
        ("S08", "prescribed"), (_ODS_MG, "Scientific Committee on Food, upper level of magnesium, 2001"),
        (MG,), "magnesium_supplement", above_reference,
    ),
    Rule(
        "X02", "X", "see_clinician_soon", 7, on.magnesium_far_above,
        "more than 1000 mg of unprescribed magnesium from supplements and medicines on one of the last 7 "
        "days",
        ("prescribed",), (_ODS_MG,), about="magnesium_supplement", at_save="dose", beside_red_flags=True,
    ),
    Rule(
        "X03", "X", "see_clinician_soon", 1, on.magnesium_danger,
        "5000 mg or more of magnesium from supplements and medicines on one of the last 7 days; or any of "
        "it, or a "
        "magnesium laxative in the profile, with kidney disease",
        (), (_ODS_MG,), about="magnesium_supplement", before=1, push=True, at_save="dose",
        beside_red_flags=True,
        severity_may_be="`urgent_now` with " + ", ".join(f"`{s}`" for s in sorted(on.DROWSY_OR_WEAK))
        + " ticked in the last 3 days",
    ),
    Rule(
        "X04", "X", "see_clinician_soon", 1, on.potassium_danger,
        "a product with potassium taken without prescription on one of the last 7 days, or a potassium salt "
        "substitute in the profile, with kidney disease or a potassium-raising medicine",
        ("prescribed",), (_ODS_K, "Momoniat et al., Cleveland Clinic Journal of Medicine, 2019"),
        about="potassium_supplement", before=1, push=True, at_save="dose", beside_red_flags=True,
        severity_may_be="`urgent_now` with " + ", ".join(f"`{s}`" for s in sorted(on.HEART_OR_WEAK))
        + " ticked in the last 3 days",
    ),
    Rule(
        "X05", "X", "see_clinician_soon", 7, on.potassium_far_above,
        "more than 1000 mg of unprescribed potassium from supplements and medicines on one of the last 7 "
        "days",
        ("prescribed",), (_ODS_K,), about="potassium_supplement", push=True, at_save="dose",
        beside_red_flags=True,
    ),
    Rule(
        "X06", "X", "advise", 30, on.vitamin_d_above_level,
        "vitamin D from all sources but prescriptions above 100 µg a day on average over 28 days, or above "
        "250 µg on at least 7 of them",
        ("prescribed", "S08 (not the second part)"),
        (_CA_D, "EFSA, upper levels of vitamin D, 2012 and 2023"),
        (D,), "vitamin_d_supplement", severity_may_be="`see_clinician_soon` above 250 µg",
        beside_red_flags=True,
    ),
    Rule(
        "X07", "X", "advise", 30, on.calcium_above_level,
        "calcium from all sources above its upper level with a confidence of at least 0.85, at least 7 "
        "usable days "
        "of 28", ("S08", "prescribed"), (_CA_D, _ODS_CA), (CA,), "calcium_excess", above_reference,
    ),
    Rule(
        "X08", "X", "info", 60, on.sodium_above_level,
        "sodium above the level to stay below (CDRR) with a confidence of at least 0.85, at least 14 usable "
        "days of "
        "28; cannot fire where the authority sets no such level (EFSA)",
        ("S08", "adrenal insufficiency", "lithium", "desmopressin", "300 minutes of hard exercise in 7 days"),
        (_SALT,), (SODIUM,), "sodium", above_reference, "`advise` with high blood pressure",
    ),
)  # fmt: skip

CLINICIAN = (
    Rule(
        "C01", "C", "see_clinician_soon", 60, on.frequent_cramps,
        f"cramps on at least {on.FREQUENT_IN_28} of the last 28 days or {on.FREQUENT_IN_7} of the last 7, "
        f"or sleep "
        f"broken on at least {on.BROKEN_NIGHTS} nights in each of the last {on.WEEKS} weeks",
        (), (_NHS, _CKS), about="cramp_frequency",
    ),
    Rule(
        "C02", "C", "see_clinician_soon", 14, on.nerve_signs,
        "any of " + ", ".join(f"`{s}`" for s in on.NERVE_SIGNS) + " ticked in the last 14 days",
        (), (_INFORM, _MSD), about="nerve_signs",
    ),
    Rule(
        "C03", "C", "see_clinician_soon", 14, on.walking_pain,
        "`leg_pain_walking_stops_resting` ticked in the last 14 days", (), (_MSD, _CKS), about="walking_pain",
    ),
    Rule(
        "C04", "C", "see_clinician_soon", 30, on.cramps_after_a_medicine,
        "within 90 days after the start of a medicine: cramps on 2 days or more and none in the diary "
        "before, or on 3 "
        "or more and at least twice as often as before; needs 14 days of diary before the start",
        (), (_GARRISON, _CKS), about="new_medicine",
    ),
    Rule(
        "C05", "C", "see_clinician_soon", 14, on.statin_and_muscle_signs,
        "a statin, and `severe_muscle_pain` or `weakness` ticked in the last 14 days without `dark_urine`",
        (), ("NHS, Statins",), about="statin",
    ),
    Rule(
        "C06", "C", "see_clinician_soon", 30, on.cramps_in_pregnancy,
        "pregnant, and a cramp in the last 28 days, with no card R13 open", (), ("NHS, Pregnancy: common "
        "symptoms",),
        about="pregnancy",
    ),
    Rule(
        "C07", "C", "see_clinician_soon", 90, on.persisting_low,
        "likely low in the last 28 days, as in L01 and L02, and in the window of 28 days before",
        _LOW_OFF, (_IOM,), (MG, CA), "", low_intake, before=1,
    ),
    Rule(
        "C08", "C", "see_clinician_soon", 60, on.low_and_frequent,
        "frequent cramps as in C01, and magnesium or calcium likely low or vitamin D looking low",
        ("S05", "S06", "S08"), (_ODS_MG, _COCHRANE), about="low_and_cramps", suits=low_elsewhere,
        beside_red_flags=False,
    ),
    Rule(
        "C09", "C", "see_clinician_soon", 60, on.b12_signs,
        "any of " + ", ".join(f"`{s}`" for s in on.B12_SIGNS) + " ticked in the last 28 days, with "
        "metformin, "
        "colchicine and the like, nitrous oxide, an acid blocker for a year or since an unknown day, "
        "weight-loss or "
        "stomach surgery, coeliac or Crohn's disease, pernicious anaemia, a vegan diet without a "
        "supplement, or an age "
        "of 65 or more", (), (_B12_MHRA, _B12_NICE), about="b12_signs",
    ),
    Rule(
        "C10", "C", "see_clinician_soon", 3, on.lasting_losses,
        "any of " + ", ".join(f"`{s}`" for s in on.LOSS_SIGNS) + " ticked over more than 48 hours of the "
        "last 5 days, "
        "and a cramp in them", (), (_MSD, "NHS, Diarrhoea and vomiting"), about="losses",
    ),
    Rule(
        "C11", "C", "see_clinician_soon", 30, on.alcohol_and_cramps,
        "more than 112 g of alcohol a week (14 UK units) on average over 4 weeks, and a cramp in them",
        (), ("UK Chief Medical Officers, Low Risk Drinking Guidelines, 2016", _MSD), about="alcohol",
    ),
    Rule(
        "C12", "C", "see_clinician_soon", 60, on.new_cramps_with_a_condition,
        "thyroid, parathyroid, liver, kidney or nerve disease or diabetes, and cramps in the last 28 days "
        "with none in "
        "the diary before", (), (_CKS,), about="clinic",
    ),
    Rule(
        "C13", "C", "see_clinician_soon", 60, on.quinine,
        "a medicine or supplement named quinine (tonic water is a food, and does not count)",
        (), (_AAN, "FDA, Quinine: safety communications, 2006"), about="quinine",
    ),
)  # fmt: skip

LOW = (
    Rule(
        "L01", "L", "advise", 28, on.low_against_requirement,
        "magnesium likely low against the average requirement (confidence under 0.15), at least 10 usable "
        "days of 28, coverage at least 0.80; cannot fire where the authority sets no average requirement "
        "(EFSA)", ("S01", "S02", "S04", "S05", "S06", "S08"), (_IOM, _ODS_MG), (MG,), "", low_intake,
    ),
    Rule(
        "L02", "L", "advise", 28, on.low_against_requirement,
        "calcium likely low against the average requirement (confidence under 0.15), at least 14 usable days "
        "of 28, coverage at least 0.80", ("S01", "S04", "S05", "S06", "S07", "S08"), (_IOM, _ODS_CA), (CA,),
        "",
        low_intake,
    ),
    Rule(
        "L03", "L", "info", 28, on.below_adequate_intake,
        "potassium: upper estimate of the mean under the adequate intake, confidence of being above it under "
        "0.15, at least 7 usable days of 28, coverage at least 0.80", ("S01", "S02", "S04", "S05", "S06",
        "S08"),
        (_IOM, _SALT, _ODS_K), (K,), "", low_intake,
    ),
    Rule(
        "L04", "L", "info", 90, on.vitamin_d_looks_low,
        "vitamin D from food and supplements looks low (the 95th percentile of resampled means is under the "
        "reference), at least 28 usable days of 90, coverage at least 0.80",
        ("S01", "S04", "S05", "S06", "S07", "S08"), (_IOM, _CA_D, _ODS_D), (D,), "", low_intake,
        "`advise` in the dark half of the year in a country beyond 35 degrees of latitude, with little sun, "
        "or over "
        "70; where the country does not tell, `info`",
    ),
    Rule(
        "L05", "L", "advise", 90, on.b12_looks_low,
        "vitamin B12 looks low as in L04; for a vegan diet without a supplement from 14 usable days on, "
        "with the "
        "upper estimate of the mean under the reference", ("S04", "S05", "S06", "S08", "pernicious anaemia"),
        (_IOM, _ODS_B12, _B12_NICE), (B12,), "", low_intake,
    ),
    Rule(
        "L06", "L", "advise", 28, on.very_low,
        "magnesium or calcium very likely low (confidence under 0.05), at least 14 usable days of 28",
        _LOW_OFF, (_IOM,), (MG, CA), "", low_intake, before=1,
    ),
    Rule(
        "L07", "L", "advise", 28, on.low_beside_cramps,
        "magnesium or calcium likely low, and frequent cramps as in C01", _LOW_OFF, (_IOM, _COCHRANE), (MG,
        CA), "",
        low_intake, before=2,
    ),
    Rule(
        "L08", "L", "info", 28, on.improving,
        "magnesium or calcium: the confidence of meeting the requirement rose by at least 0.20 since the "
        "window of 28 "
        "days before, to at least 0.50", _NEWS_OFF, (_IOM,), (MG, CA), "", good_news, before=1,
    ),
    Rule(
        "L09", "L", "info", 60, on.between_references,
        "magnesium or calcium: mean between the average requirement and the recommended allowance, "
        "confidence 0.50 to "
        "0.85, at least 10 usable days of 28", _NEWS_OFF, (_IOM,), (MG, CA), "", good_news,
    ),
    Rule(
        "L10", "L", "info", 0, on.never,
        "never: a diary misses salt added at the table, and must not advise more of it", ("always",),
        (_SALT,),
        (SODIUM,), "sodium_low",
    ),
)  # fmt: skip

_LOW_SODIUM = "SSRIs, carbamazepine or the like"
_DRINK_OFF = ("S01", "S03", "S06", _LOW_SODIUM)
HYDRATION = (
    Rule(
        "H01", "H", "info", 14, on.water_below_reference,
        "water below the adequate intake (confidence of being above it under 0.15), at least 5 usable days "
        "of 14, a "
        "drink logged on at least half of them", _DRINK_OFF, (_WATER, "EFSA, reference values for "
        "water, 2010"),
        (WATER,), "", may_drink_more,
    ),
    Rule(
        "H02", "H", "info", 3, on.few_drinks_around_exercise,
        "exercise in the last 3 days with sweat of 1 L or more, and drinks in the six hours around it under "
        "half of the "
        "low end of the sweat", _DRINK_OFF, (_ACSM, _EAH), about="exercise_drinks", suits=may_drink_more,
        severity_may_be="`advise` when it happened on 3 days of 14",
    ),
    Rule(
        "H03", "H", "advise", 28, on.cramps_after_few_drinks,
        "as H02, with a cramp on that day or before noon of the next, on 3 days of 28", _DRINK_OFF,
        (_ACSM,),
        about="exercise_drinks", suits=may_drink_more, before=1,
    ),
    Rule(
        "H04", "H", "advise", 1, on.drank_beyond,
        "in the last 2 days, over any span of two hours or more: drinks beyond sweat and 0.8 L an hour, or "
        "above 1.0 L "
        "an hour for three hours and more; or weight gained during exercise. One drink alone is no span",
        (), (_EAH,),
        about="overdrinking", push=True, at_save="drink", beside_red_flags=True,
    ),
    Rule(
        "H05", "H", "advise", 1, on.hot_day_few_drinks,
        "65 years or older, and on a finished day, today or yesterday, 32 °C or more during exercise, "
        "`after_heat`, "
        "`fever` or `after_diarrhoea` ticked, and less than 1 L of drinks logged",
        ("S01", "S03", _LOW_SODIUM), (_WATER, "NHS, Dehydration"), about="hot_day", suits=may_be_told_of_heat,
    ),
    Rule(
        "H06", "H", "info", 7, on.alcohol_few_other_drinks,
        "a finished day of the last 7 with 24 g of alcohol or more (3 UK units) and less than 1 L of other "
        "drinks "
        "logged", ("S03", "S06", _LOW_SODIUM), (_WATER,), about="alcohol_drinks", suits=may_drink_more,
    ),
)  # fmt: skip

INFORMATION = (
    Rule(
        "I01", "I", "info", 90, on.first_cramp, "the first cramp of the diary, in the last 14 days", (),
        (_NHS, _MSD), about="first_cramp",
    ),
    Rule(
        "I02", "I", "info", 90, on.magnesium_for_cramps,
        "unprescribed magnesium from a supplement in the last 28 days, and a cramp in them or a supplement "
        "ticked as "
        "tried against one", ("S01 and S02: asks to check first", "S04: the same"), (_COCHRANE, _AAN),
        about="magnesium_evidence", suits=supplement_readers,
    ),
    Rule(
        "I03", "I", "info", 90, on.not_enough_days,
        "something logged in the last 7 days, and fewer than 7 usable days of 28", ("S06",), (_IOM,),
        about="progress",
        suits=those_who_count,
    ),
    Rule(
        "I04", "I", "info", 30, on.spacing,
        "a medicine that is better taken apart from a mineral or vitamin, and such a supplement logged in "
        "the last 28 "
        "days", (), (_ODS_MG, _ODS_CA, "product leaflets"), about="spacing",
    ),
    Rule(
        "I05", "I", "info", 90, on.b12_from_fifty, "older than 50", ("S06", "pernicious anaemia"),
        ("IOM, Dietary Reference Intakes for the B Vitamins and Choline, 1998", _ODS_B12),
        (B12,), suits=those_who_count,
    ),
    Rule(
        "I06", "I", "info", 90, on.personal_link,
        "a personal link worth watching (docs/numbers.md) in two looks in a row, the least likely one by "
        "chance; never one of sodium",
        ("S01, S02 and S07: links of their nutrients", "S03: links of drinks", "S05", "S06"),
        ("Lumley and Levy, Environmetrics, 2000", "Janes, Sheppard and Lumley, Epidemiology, 2005",
         "Benjamini and Hochberg, Journal of the Royal Statistical Society B, 1995"),
        about="personal_link", suits=low_elsewhere,
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*EXCESS, *CLINICIAN, *LOW, *HYDRATION, *INFORMATION)
RULE: dict[str, Rule] = {rule.id: rule for rule in RULES}


# What a person gets ----------------------------------------------------------------------------


def variant(rule: Rule, nutrient: str, flags: Flags) -> str | None:
    """Return which words a card of this rule has for this person; None: no card at all."""
    if _under(flags, INFANT) and not rule.push and rule.layer != "C":
        return None
    return rule.suits(flags, effects(flags), nutrient)


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
    for rule in RULES:
        for nutrient in rule.nutrients if not at_save or rule.at_save == at_save else ():
            if card := _judged(rule, nutrient, facts):
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


def _judged(rule: Rule, nutrient: str, facts: Facts) -> Wanted | None:
    words = variant(rule, nutrient, facts.flags)
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
