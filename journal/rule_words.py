"""The rules in words: what sets each off, how urgent it is, what takes it away, and where it stands in the
reference rules.

    when(id) -> str                       the trigger
    may_be(id) -> str                     when it is of another severity, if ever
    urgency(id) -> str                    of a red flag: whom to call, and when at once
    suppressed(id) -> tuple[str, str]     of a suppression: when it holds, and what follows
    off_by(codes) -> list[str]            what takes a card away, or makes it more careful
    rests_on(id, version, nutrient, evidence) -> tuple[str, ...]    where what a card says can be looked up

Codes of signs, answers and severities stand in backticks: the page of rules shows their labels, the table for
reviewers the codes themselves.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.calc import redflags, triggers
from journal.calc.suppressions import DISMISSALS, LONGER
from journal.wording import KINDS, Text
from nutrients.codes import NUTRIENT, Authority

ANY_OF = gettext_lazy("any of %(signs)s")
ONE = "%(signs)s"

WHEN: Mapping[str, Text] = {
    "R01": ANY_OF,
    "R02": gettext_lazy("`chest_pain`, or `palpitations` with `feeling_faint` or `trouble_breathing`"),
    "R03": ANY_OF,
    "R04": ANY_OF,
    "R05": gettext_lazy("`long_exercise_much_drinking` or `after_heat`, with any of %(signs)s"),
    "R06": ANY_OF,
    "R07": gettext_lazy("`dark_urine` with a cramp, or with any of %(signs)s"),
    "R08": ANY_OF,
    "R09": ANY_OF,
    "R10": ANY_OF,
    "R11": ANY_OF,
    "R12": gettext_lazy("`fever` with any of %(signs)s"),
    "R13": gettext_lazy("pregnant, with any of %(signs)s"),
    "R14": gettext_lazy(
        "`cramps_chest_arms_belly`; or a cramp with any of %(losses)s; or `after_heavy_sweating` with any of "
        "%(signs)s"
    ),
    "R15": gettext_lazy("`dialysis` or `kidney_stage_4_5`, with a cramp or any of %(signs)s"),
    "X01": gettext_lazy(
        "unprescribed magnesium from supplements and medicines above its upper level (350 mg NASEM, 250 mg "
        "EFSA) on average over 7 days, either the same every day or with a confidence of at least 0.85"
    ),
    "X02": gettext_lazy(
        "more than 1000 mg of unprescribed magnesium from supplements and medicines on one of the last 7 days"
    ),
    "X03": gettext_lazy(
        "5000 mg or more of magnesium from supplements and medicines on one of the last 7 days; or any of "
        "it, or a magnesium laxative in the profile, with kidney disease"
    ),
    "X04": gettext_lazy(
        "a product with potassium taken without prescription on one of the last 7 days, or a potassium salt "
        "substitute in the profile, with kidney disease or a potassium-raising medicine"
    ),
    "X05": gettext_lazy(
        "more than 1000 mg of unprescribed potassium from supplements and medicines on one of the last 7 days"
    ),
    "X06": gettext_lazy(
        "vitamin D from all sources but prescriptions above 100 µg a day on average over 28 days, or above "
        "250 µg on at least 7 of them"
    ),
    "X07": gettext_lazy(
        "calcium from all sources above its upper level with a confidence of at least 0.85, at least 7 "
        "usable days of 28"
    ),
    "X08": gettext_lazy(
        "sodium above the level to stay below (CDRR) with a confidence of at least 0.85, at least 14 usable "
        "days of 28; cannot fire where the authority sets no such level (EFSA)"
    ),
    "C01": gettext_lazy(
        "cramps on at least %(in_28)s of the last 28 days or %(in_7)s of the last 7, or sleep broken on at "
        "least %(nights)s nights in each of the last %(weeks)s weeks"
    ),
    "C02": gettext_lazy("any of %(signs)s ticked in the last 14 days"),
    "C03": gettext_lazy("`leg_pain_walking_stops_resting` ticked in the last 14 days"),
    "C04": gettext_lazy(
        "within 90 days after the start of a medicine: cramps on 2 days or more and none in the diary "
        "before, or on 3 or more and at least twice as often as before; needs 14 days of diary before the "
        "start"
    ),
    "C05": gettext_lazy(
        "a statin, and `severe_muscle_pain` or `weakness` ticked in the last 14 days without `dark_urine`"
    ),
    "C06": gettext_lazy("pregnant, and a cramp in the last 28 days, with no card R13 open"),
    "C07": gettext_lazy(
        "likely low in the last 28 days, as in L01 and L02, and in the window of 28 days before"
    ),
    "C08": gettext_lazy(
        "frequent cramps as in C01, and magnesium or calcium likely low or vitamin D looking low"
    ),
    "C09": gettext_lazy(
        "any of %(signs)s ticked in the last 28 days, with metformin, colchicine and the like, nitrous "
        "oxide, an acid blocker for a year or since an unknown day, weight-loss or stomach surgery, coeliac "
        "or Crohn's disease, pernicious anaemia, a vegan diet without a supplement, or an age of 65 or more"
    ),
    "C10": gettext_lazy(
        "any of %(signs)s ticked over more than 48 hours of the last 5 days, and a cramp in them"
    ),
    "C11": gettext_lazy(
        "more than 112 g of alcohol a week (14 UK units) on average over 4 weeks, and a cramp in them"
    ),
    "C12": gettext_lazy(
        "thyroid, parathyroid, liver, kidney or nerve disease or diabetes, and cramps in the last 28 days "
        "with none in the diary before"
    ),
    "C13": gettext_lazy("a medicine or supplement named quinine (tonic water is a food, and does not count)"),
    "L01": gettext_lazy(
        "magnesium likely low against the average requirement (confidence under 0.15), at least 10 usable "
        "days of 28, coverage at least 0.80; cannot fire where the authority sets no average requirement "
        "(EFSA)"
    ),
    "L02": gettext_lazy(
        "calcium likely low against the average requirement (confidence under 0.15), at least 14 usable days "
        "of 28, coverage at least 0.80"
    ),
    "L03": gettext_lazy(
        "potassium: upper estimate of the mean under the adequate intake, confidence of being above it under "
        "0.15, at least 7 usable days of 28, coverage at least 0.80"
    ),
    "L04": gettext_lazy(
        "vitamin D from food and supplements looks low (the 95th percentile of resampled means is under the "
        "reference), at least 28 usable days of 90, coverage at least 0.80"
    ),
    "L05": gettext_lazy(
        "vitamin B12 looks low as in L04; for a vegan diet without a supplement from 14 usable days on, with "
        "the upper estimate of the mean under the reference"
    ),
    "L06": gettext_lazy(
        "magnesium or calcium very likely low (confidence under 0.05), at least 14 usable days of 28"
    ),
    "L07": gettext_lazy("magnesium or calcium likely low, and frequent cramps as in C01"),
    "L08": gettext_lazy(
        "magnesium or calcium: the confidence of meeting the requirement rose by at least 0.20 since the "
        "window of 28 days before, to at least 0.50"
    ),
    "L09": gettext_lazy(
        "magnesium or calcium: mean between the average requirement and the recommended allowance, "
        "confidence 0.50 to 0.85, at least 10 usable days of 28"
    ),
    "L10": gettext_lazy("never: a diary misses salt added at the table, and must not advise more of it"),
    "H01": gettext_lazy(
        "water below the adequate intake (confidence of being above it under 0.15), at least 5 usable days "
        "of 14, a drink logged on at least half of them"
    ),
    "H02": gettext_lazy(
        "exercise in the last 3 days with sweat of 1 L or more, and drinks in the six hours around it under "
        "half of the low end of the sweat"
    ),
    "H03": gettext_lazy("as H02, with a cramp on that day or before noon of the next, on 3 days of 28"),
    "H04": gettext_lazy(
        "in the last 2 days, over any span of two hours or more: drinks beyond sweat and 0.8 L an hour, or "
        "above 1.0 L an hour for three hours and more; or weight gained during exercise. One drink alone is "
        "no span"
    ),
    "H05": gettext_lazy(
        "65 years or older, and on a finished day, today or yesterday, 32 °C or more during exercise, "
        "`after_heat`, `fever` or `after_diarrhoea` ticked, and less than 1 L of drinks logged"
    ),
    "H06": gettext_lazy(
        "a finished day of the last 7 with 24 g of alcohol or more (3 UK units) and less than 1 L of other "
        "drinks logged"
    ),
    "I01": gettext_lazy("the first cramp of the diary, in the last 14 days"),
    "I02": gettext_lazy(
        "unprescribed magnesium from a supplement in the last 28 days, and a cramp in them or a supplement "
        "ticked as tried against one"
    ),
    "I03": gettext_lazy("something logged in the last 7 days, and fewer than 7 usable days of 28"),
    "I04": gettext_lazy(
        "a medicine that is better taken apart from a mineral or vitamin, and such a supplement logged in "
        "the last 28 days"
    ),
    "I05": gettext_lazy("older than 50"),
    "I06": gettext_lazy(
        "a personal link worth watching in two looks in a row, the least likely one by chance; never one of "
        "sodium"
    ),
}


def _codes(signs: Collection[str]) -> str:
    return ", ".join(f"`{sign}`" for sign in signs)


VALUES: Mapping[str, Mapping[str, object]] = {
    **{rule.id: {"signs": _codes(rule.looks_at)} for rule in redflags.RED_FLAGS},
    "R05": {"signs": _codes(redflags.TOO_MUCH_WATER_OR_HEAT)},
    "R07": {"signs": _codes(redflags.WITH_DARK_URINE)},
    "R12": {"signs": _codes(redflags.WITH_FEVER)},
    "R14": {"losses": _codes(redflags.SALT_LOSS), "signs": _codes(redflags.WITH_SWEATING)},
    "X03": {"urgent_signs": _codes(sorted(triggers.DROWSY_OR_WEAK))},
    "X04": {"urgent_signs": _codes(sorted(triggers.HEART_OR_WEAK))},
    "C01": {
        "in_28": triggers.FREQUENT_IN_28, "in_7": triggers.FREQUENT_IN_7, "nights": triggers.BROKEN_NIGHTS,
        "weeks": triggers.WEEKS,
    },
    "C02": {"signs": _codes(triggers.NERVE_SIGNS)},
    "C09": {"signs": _codes(triggers.B12_SIGNS)},
    "C10": {"signs": _codes(triggers.LOSS_SIGNS)},
}  # fmt: skip
"""What stands in the texts for rules that share their signs or limits with the code that looks for them."""

MAY_BE: Mapping[str, Text] = {
    "X03": gettext_lazy("`urgent_now` with any of %(urgent_signs)s ticked in the last 3 days"),
    "X04": gettext_lazy("`urgent_now` with any of %(urgent_signs)s ticked in the last 3 days"),
    "X06": gettext_lazy("`see_clinician_soon` above 250 µg"),
    "X08": gettext_lazy("`advise` with high blood pressure"),
    "L04": gettext_lazy(
        "`advise` in the dark half of the year in a country beyond 35 degrees of latitude, with little sun, "
        "or over 70; where the country does not tell, `info`"
    ),
    "H02": gettext_lazy("`advise` when it happened on 3 days of 14"),
}
"""When a card has another severity than its rule's own."""

_CALL = gettext_lazy("emergency number, now")
URGENCY: Mapping[str, Text] = {
    **dict.fromkeys(("R01", "R02", "R03", "R05", "R10"), _CALL),
    "R04": gettext_lazy("emergency number or department, now"),
    "R06": gettext_lazy("the same day; the emergency number, now, with a sign of R01, R02 or R03 as well"),
    "R07": gettext_lazy("emergency department, now"),
    "R08": gettext_lazy(
        "the same day; the emergency number, now, with breathlessness, chest pain or coughing blood as well"
    ),
    "R09": gettext_lazy("the same day: a doctor or the advice line"),
    "R11": gettext_lazy("emergency number or department, now"),
    "R12": gettext_lazy("the same day; the emergency number, now, if somebody grows drowsy or confused"),
    "R13": gettext_lazy("the maternity unit, now, by day or night"),
    "R14": gettext_lazy("a doctor, right away"),
    "R15": gettext_lazy("the kidney unit or an emergency department, now"),
}
"""Whom a red flag sends to, and what makes it more urgent (advice rules, R)."""

SUPPRESSED: Mapping[str, tuple[Text, Text]] = {
    "S01": (
        gettext_lazy(
            "kidney disease, kidney disease of stage 4 or 5, dialysis or a transplant answered with yes"
        ),
        gettext_lazy(
            "no tip for more magnesium, potassium, calcium or fluid; no foods sorted by them; no salt "
            "substitute or electrolyte drink; numbers say that the kidney team's limits replace the "
            "reference; L01, L03, L06, L07 and C07 on magnesium and potassium become “ask your kidney team”; "
            "L02, L04, L08 and L09 are off; I02 asks to check first"
        ),
    ),
    "S02": (
        gettext_lazy(
            "kidney disease not answered, a potassium-raising medicine taken or not known, or adrenal "
            "insufficiency"
        ),
        gettext_lazy(
            "no tip for more potassium (L03 off), no salt substitute; magnesium from food only; asks once to "
            "complete the profile"
        ),
    ),
    "S03": (
        gettext_lazy(
            "heart failure, cirrhosis, any kidney disease, a fluid limit, diuretics, lithium or desmopressin"
        ),
        gettext_lazy(
            "no fluid goal, reminder or hydration card, except the warning of drinking too much (H04)"
        ),
    ),
    "S04": (
        gettext_lazy("under 18, pregnant or breastfeeding"),
        gettext_lazy("no supplement advice; low-intake cards say to ask the clinician or midwife"),
    ),
    "S05": (
        gettext_lazy(
            "the diary's energy is implausible (Goldberg limit); for one nutrient: too few usable days, or "
            "coverage under 0.80"
        ),
        gettext_lazy("no low-intake card; pages ask for more complete days"),
    ),
    "S06": (
        gettext_lazy("an eating disorder answered with yes, or a BMI under 18.5 (adults)"),
        gettext_lazy(
            "no energy numbers, streaks or low-intake nudges; all low-intake cards become one: talk to the "
            "clinician"
        ),
    ),
    "S07": (
        gettext_lazy(
            "digoxin taken; past high calcium, kidney stones, sarcoidosis or overactive parathyroid"
        ),
        gettext_lazy("no tip for more calcium or vitamin D; L02 and L04 say to ask the clinician"),
    ),
    "S08": (
        gettext_lazy("a clinician set a personal target"),
        gettext_lazy(
            "the target is used and labelled; cards that rest on the public reference are off for that "
            "nutrient"
        ),
    ),
    "S09": (
        gettext_lazy("cards of a rule were put away with “Not for me” %(dismissals)s times"),
        gettext_lazy("the rule stays quiet %(longer)s times as long, except for R and X04 to X06"),
    ),
}
"""When each holds, and what follows. S01 to S08 are tested in `calc.suppressions`."""

OFF_BY: Mapping[str, Text] = {
    "prescribed": gettext_lazy("prescribed"),
    "lithium": gettext_lazy("lithium"),
    "desmopressin": gettext_lazy("desmopressin"),
    "always": gettext_lazy("always"),
    "S08_mean_only": gettext_lazy("S08 (not the second part)"),
    "adrenal_insufficiency": gettext_lazy("adrenal insufficiency"),
    "endurance_week": gettext_lazy("300 minutes of hard exercise in 7 days"),
    "pernicious_anaemia": gettext_lazy("pernicious anaemia"),
    "low_sodium_medicines": gettext_lazy("SSRIs, carbamazepine or the like"),
    "S01_S02_ask_first": gettext_lazy("S01 and S02: asks to check first"),
    "S04_ask_first": gettext_lazy("S04: the same"),
    "S01_S02_S07_links": gettext_lazy("S01, S02 and S07: links of their nutrients"),
    "S03_links": gettext_lazy("S03: links of drinks"),
}

# Asked for ------------------------------------------------------------------------------------


def when(rule: str) -> str:
    """What sets a rule off."""
    text = ONE if WHEN[rule] is ANY_OF and len(redflags.RED_FLAG[rule].looks_at) == 1 else WHEN[rule]
    return str(text) % VALUES.get(rule, {})


def may_be(rule: str) -> str:
    """When a card of the rule has another severity; empty: never."""
    return str(MAY_BE.get(rule, "")) % VALUES.get(rule, {})


def urgency(rule: str) -> str:
    return str(URGENCY[rule])


def suppressed(id: str) -> tuple[str, str]:
    """When a suppression holds, and what follows."""
    holds, effect = SUPPRESSED[id]
    return str(holds) % _S09, str(effect) % _S09


def off_by(codes: Iterable[str]) -> list[str]:
    """What takes a card away, or makes it more careful; ids of suppressions stay as they are."""
    return [str(OFF_BY.get(code, code)) for code in codes]


_S09 = {"dismissals": DISMISSALS, "longer": LONGER}


# Where it stands ------------------------------------------------------------------------------

SECTIONS: Mapping[str, Text] = {
    "assessment 2A": gettext_lazy("assessment, section 2 A (average requirement)"),
    "assessment 2B": gettext_lazy("assessment, section 2 B (adequate intake)"),
    "assessment 2C": gettext_lazy("assessment, section 2 C (upper levels)"),
    "assessment 2D": gettext_lazy("assessment, section 2 D (uneven days)"),
    "assessment 3": gettext_lazy("section 3 (windows and least days)"),
    "assessment 3-6": gettext_lazy("sections 3 to 6 (windows, spread, days that count, unknown amounts)"),
    "assessment 5": gettext_lazy("section 5 (days that count)"),
    "assessment 6": gettext_lazy("section 6 (what food tables do not know)"),
    "hydration 1": gettext_lazy("hydration, section 1 (what counts as water)"),
    "hydration 2": gettext_lazy("hydration, section 2 (sweat)"),
    "hydration 3": gettext_lazy("hydration, section 3 (cramps and fluid)"),
    "hydration 4": gettext_lazy("hydration, section 4 (drinking too much)"),
    "interactions": gettext_lazy("interactions (medicines and minerals)"),
    "associations": gettext_lazy("associations (links in one diary)"),
    "codes": gettext_lazy("warning signs and their rules"),
}
_SHARED = ("assessment 3-6",)
OF_METHOD: Mapping[str, tuple[str, ...]] = {
    "ear": ("assessment 2A", *_SHARED),
    "ai": ("assessment 2B", *_SHARED),
    "ul": ("assessment 2C", *_SHARED),
    "cdrr": ("assessment 2C", *_SHARED),
    "resampling": ("assessment 2D", "assessment 3", "assessment 5", "assessment 6"),
}
"""By the method of a verdict."""
STANDS_IN: Mapping[str, tuple[str, ...]] = {
    **{rule.id: ("codes",) for rule in redflags.RED_FLAGS},
    "X01": OF_METHOD["ul"],
    "X07": OF_METHOD["ul"],
    "X08": OF_METHOD["cdrr"],
    **dict.fromkeys(("C02", "C03", "C05", "C09", "C10"), ("codes",)),
    **dict.fromkeys(("C07", "C08", "L01", "L02", "L06", "L07", "L08", "L09"), OF_METHOD["ear"]),
    "L03": OF_METHOD["ai"],
    "L04": OF_METHOD["resampling"],
    "L05": OF_METHOD["resampling"],
    "H01": (*OF_METHOD["ai"], "hydration 1"),
    "H02": ("hydration 2",),
    "H03": ("hydration 2", "hydration 3"),
    "H04": ("hydration 4",),
    "H05": ("hydration 1",),
    "H06": ("hydration 1",),
    "I03": ("assessment 3", "assessment 5"),
    "I04": ("interactions",),
    "I06": ("associations",),
}
"""Sections of the reference texts that a rule uses, beside its own line among the rules of advice."""


def rests_on(rule: str, version: int, nutrient: str, evidence: Mapping) -> tuple[str, ...]:
    """Where a card's rule and numbers can be looked up: rule, sections, and the row of the references."""
    own = _("advice rules, %(rule)s (version %(version)s)") % {"rule": rule, "version": version}
    row = reference_row(nutrient, evidence.get("kind", ""), evidence.get("reference") or {})
    return tuple(filter(None, (own, *sections(STANDS_IN.get(rule, ())), row)))


def sections(names: Iterable[str]) -> list[str]:
    return [str(SECTIONS[name]) for name in names]


GROUP = re.compile(r"(?P<ages>.+) (?P<unit>y|mo)")


def ages(group: str) -> str:
    """The ages of a group of the reference table, such as "31-50 y", "7-11 mo" or ">=18 y"."""
    said = GROUP.fullmatch(group)
    if not said:
        return group
    bounds = {"ages": said["ages"].replace(">=", "≥")}
    return _("%(ages)s y") % bounds if said["unit"] == "y" else _("%(ages)s mo") % bounds


def reference_row(nutrient: str, kind: str, reference: Mapping) -> str:
    """The row of the reference table that an amount was set beside, in words; empty where there is none."""
    group, authority = reference.get("group"), reference.get("authority")
    if nutrient not in NUTRIENT or kind not in KINDS or not group:
        return ""
    return _("reference table: %(nutrient)s, %(kind)s, %(authority)s, group %(group)s (%(source)s)") % {
        "nutrient": NUTRIENT[nutrient].name,
        "kind": KINDS[kind],
        "authority": Authority(authority).label if authority in Authority.values else "",
        "group": ages(group),
        "source": reference.get("source") or "",
    }
