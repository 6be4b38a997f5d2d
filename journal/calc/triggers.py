"""When each card is due: small predicates on plain facts. Each returns what the card rests on, or None.

`window_end` of that is the day it was judged for; `event`, where there is one, the day of what set it off,
so that the same thing is not told twice; `severity` says that this finding is more, or less, severe than the
rule's own. Limits on days, counts and confidence are product choices unless the rule's sources name them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from journal.calc import hydration
from journal.calc.facts import WEEK, WINDOW, Day, Effort, Facts, GapFacts, LinkFacts, Overdrunk
from journal.calc.suppressions import KIDNEY, YES, Course, Flags, effects

Found = dict | None
Trigger = Callable[[Facts, str], Found]

MG, K, CA, D, B12 = "magnesium_mg", "potassium_mg", "calcium_mg", "vitamin_d_ug", "vitamin_b12_ug"
SODIUM, WATER = "sodium_mg", "water_g"
SOON, URGENT, ADVISE = "see_clinician_soon", "urgent_now", "advise"

LOW, VERY_LOW, EVEN, SURE = 0.15, 0.05, 0.50, 0.85
"""Confidences: under the first intake is called likely low, under the second very likely; from the last on
it is called above a level. [-]"""
LOW_BANDS = ("likely_low", "very_likely_low")
FEWEST_FOR_LOW = {MG: 10, CA: 14}
"""Usable days from which intake may be called likely low. [d]"""
ENOUGH_COVERAGE = 0.80
"""Share of the energy whose foods have a value, under which nothing is called low. [-]"""

FREQUENT_IN_28, FREQUENT_IN_7 = 8, 3
"""Cramp days in the last 28 and 7 from which cramps are frequent (product choice). [d]"""
BROKEN_NIGHTS, WEEKS = 2, 4
"""Nights broken in a week, and weeks in a row, from which cramps are frequent (product choice)."""
SIGNS_DAYS, SLOW_SIGNS_DAYS, DANGER_DAYS = 14, 28, 3
"""So long a tick counts: for most cards, for signs that come slowly, and beside a dangerous dose. [d]"""
DOSE_DAYS = 7
"""So long a dangerous dose is spoken of. [d]"""


def event(facts: Facts, day: date | None = None, **inputs: Any) -> dict:
    """What a card rests on that no gap lies behind."""
    found = {"window_end": facts.today.isoformat(), **inputs}
    return found if day is None else {**found, "event": day.isoformat()}


def never(facts: Facts, nutrient: str = "") -> Found:
    """Low sodium: a diary must not advise salt, which is the least logged of all."""
    return None


# Excess ---------------------------------------------------------------------------------------

MG_UPPER = {"nasem": 350.0, "efsa": 250.0}
"""Upper level of magnesium from supplements and medicines, from nine years of age on (NIH ODS; Scientific
Committee on Food, 2001). [mg / day]"""
MG_DAY, MG_DANGER, K_DAY = 1000.0, 5000.0, 1000.0
"""One day's supplemental magnesium and potassium from which a card comes (NIH ODS; product choice). [mg]"""
D_UPPER, D_DANGER, D_DANGER_DAYS = 100.0, 250.0, 7
"""Vitamin D: the upper level of the mean, and a day's amount that counts as danger from 7 days on (IOM
2011; EFSA 2012 and 2023). [µg]"""
ABOVE_DAYS = 7
"""Usable days from which usual intake may be called above a level. [d]"""
SODIUM_DAYS = 14
"""Usable days from which sodium may be called above its level (assessment, section 3). [d]"""
ENDURANCE_MIN, ENDURANCE_MET = 300, 6.0
"""Minutes of hard exercise in seven days from which advice to eat less salt rests (product choice)."""
DROWSY_OR_WEAK = frozenset(
    {
        "weakness",
        "spreading_weakness",
        "sudden_paralysis",
        "confused",
        "cannot_be_woken",
        "fainted",
        "feeling_faint",
    }
)
HEART_OR_WEAK = frozenset(
    {"palpitations", "weakness", "spreading_weakness", "sudden_paralysis", "fainted", "feeling_faint"}
)


def magnesium_above_level(facts: Facts, nutrient: str = "") -> Found:
    """X01: a week's mean of unprescribed magnesium above its upper level, surely or by equal days."""
    gap = facts.gap(MG, "ul", window=WEEK) or facts.gap(MG, "ul")
    level = min(gap.reference_amounts) if gap and gap.reference_amounts else MG_UPPER.get(facts.authority)
    last = 0 if facts.added(MG, facts.today) else 1  # a tablet of the evening is still to come
    week = [facts.added(MG, facts.ago(n), prescribed=False) for n in range(last, last + 7)]
    mean = sum(week) / 7
    same_dose = min(week) > 0 and max(week) - min(week) <= 0.01 * max(week)
    sure = gap is not None and _surely_above(gap)
    if level is None or mean <= level or not (same_dose or sure):
        return None
    return event(facts, mean=mean, level=level, days_used=sum(one > 0 for one in week), days_in_window=7)


def magnesium_far_above(facts: Facts, nutrient: str = "") -> Found:
    """X02: one day's unprescribed magnesium above 1000 mg."""
    return _day_over(facts, MG, MG_DAY)


def magnesium_danger(facts: Facts, nutrient: str = "") -> Found:
    """X03: 5000 mg in a day, or any magnesium product with kidney disease; urgent beside some signs."""
    days = {day: facts.added(MG, day) for day in facts.last(DOSE_DAYS)}
    huge = [day for day, amount in days.items() if amount >= MG_DANGER]
    kidneys = facts.flags.kidney == YES
    some = [day for day, amount in days.items() if amount > 0] if kidneys else []
    listed = kidneys and "magnesium_laxatives" in facts.flags.medicines
    if not (huge or some or listed):
        return None
    day = max([*huge, *some], default=None)
    return _with_signs(
        facts, DROWSY_OR_WEAK, event(facts, day, amount=days.get(day) if day else None, kidneys=kidneys)
    )


def potassium_danger(facts: Facts, nutrient: str = "") -> Found:
    """X04: a potassium product or salt substitute with kidney disease or a potassium-raising medicine."""
    if facts.flags.kidney != YES and facts.flags.potassium_raising != YES:
        return None
    days = [day for day in facts.last(DOSE_DAYS) if facts.added(K, day, prescribed=False) > 0]
    salt = facts.flags.has("salt_substitute")
    if not (days or salt):
        return None
    why = event(
        facts, max(days, default=None), kidneys=facts.flags.kidney == YES,
        medicine=facts.flags.potassium_raising == YES, salt_substitute=salt,
    )  # fmt: skip
    return _with_signs(facts, HEART_OR_WEAK, why)


def potassium_far_above(facts: Facts, nutrient: str = "") -> Found:
    """X05: one day's unprescribed potassium above 1000 mg."""
    return _day_over(facts, K, K_DAY)


def vitamin_d_above_level(facts: Facts, nutrient: str = "") -> Found:
    """X06: vitamin D above 100 µg on average over 28 days, or above 250 µg on seven of them.

    What was prescribed is left out of all of it.
    """
    if not _had_much_d(facts):
        return None
    totals = {day: _unprescribed_d(facts, day) for day in facts.last(WINDOW)}
    used = [total for day, total in totals.items() if day in facts.days and facts.days[day].usable]
    # Tablets alone, over all days: what was not logged could only add to that.
    tablets = sum(facts.added(D, day, prescribed=False) for day in totals) / WINDOW
    mean = max(tablets, sum(used) / len(used) if len(used) >= ABOVE_DAYS else 0.0)
    high = sum(total > D_DANGER for total in totals.values())
    inputs: dict[str, Any] = {
        "mean": mean,
        "level": D_UPPER,
        "days_high": high,
        "high": D_DANGER,
        "days_in_window": WINDOW,
    }
    if high >= D_DANGER_DAYS:
        return event(facts, **inputs, severity=SOON)
    targeted = D in facts.flags.clinician_targets or _young(facts.flags)
    return event(facts, **inputs) if mean > D_UPPER and not targeted else None


def _had_much_d(facts: Facts) -> bool:
    """Whether any day comes above the level at all: most people's do not, and no mean of theirs can."""
    eaten = any((held.vitamin_d_ug or 0.0) > D_UPPER for held in facts.days.values())
    return eaten or any(facts.added(D, dose.day) > D_UPPER for dose in facts.doses if D in dose.amounts)


def _unprescribed_d(facts: Facts, day: date) -> float:
    """All of a day that is known, food included, without what was prescribed. [µg]"""
    held = facts.days.get(day)
    known = max(held.vitamin_d_ug or 0.0 if held else 0.0, facts.added(D, day))
    return known - facts.added(D, day) + facts.added(D, day, prescribed=False)


def calcium_above_level(facts: Facts, nutrient: str = CA) -> Found:
    """X07: calcium surely above its upper level."""
    gap = facts.gap(CA, "ul")
    if gap is None or not _surely_above(gap) or facts.takes(CA, prescribed=True):
        return None
    return gap.inputs()


def sodium_above_level(facts: Facts, nutrient: str = SODIUM) -> Found:
    """X08: sodium surely above the level to stay below; more than information with high blood pressure."""
    gap = facts.gap(SODIUM, "cdrr")
    if gap is None or not _surely_above(gap, SODIUM_DAYS) or _salt_is_another_matter(facts):
        return None
    worth = {"severity": ADVISE} if facts.flags.has("high_blood_pressure") else {}
    return gap.inputs() | worth


def _salt_is_another_matter(facts: Facts) -> bool:
    """Illness or medicines in which less salt is no one's advice but a clinic's; a week of endurance."""
    hard = [one for one in facts.efforts if one.met >= ENDURANCE_MET and one.day > facts.ago(7)]
    return (
        facts.flags.has("adrenal_insufficiency")
        or bool({"lithium", "desmopressin"} & facts.flags.medicines)
        or sum(one.hours for one in hard) * 60 >= ENDURANCE_MIN
    )


def _day_over(facts: Facts, nutrient: str, most: float) -> Found:
    days = {day: facts.added(nutrient, day, prescribed=False) for day in facts.last(DOSE_DAYS)}
    over = [day for day, amount in days.items() if amount > most]
    return event(facts, max(over), amount=days[max(over)], level=most) if over else None


def _with_signs(facts: Facts, signs: Collection[str], why: dict) -> dict:
    """More severe where one of these signs was ticked in the last days."""
    ticked = _ticked(facts, signs, DANGER_DAYS)
    return why | {"signs": ticked[1], "severity": URGENT} if ticked else why


def _surely_above(gap: GapFacts, fewest_days: int = ABOVE_DAYS) -> bool:
    return gap.days_used >= fewest_days and gap.confidence_above is not None and gap.confidence_above >= SURE


def _young(flags: Flags) -> bool:
    return flags.age is not None and flags.age < YOUNGEST


YOUNGEST = 9
"""Under nine years of age numbers are shown and nothing is claimed of them. [y]"""


# See a clinician soon -------------------------------------------------------------------------

NERVE_SIGNS = ("numbness", "tingling", "weakness", "muscle_wasting", "twitching_lasting")
B12_SIGNS = ("tingling", "sore_tongue", "tiredness", "memory_change", "balance_change")
LOSS_SIGNS = ("after_vomiting", "after_diarrhoea", "vomiting")
LOSS_DAYS, LOSS_SPAN = 5, timedelta(hours=48)
"""Days looked back on for vomiting and diarrhoea, and how long they must go on (product choice)."""
MEDICINE_DAYS = 90
"""A change of cramps within so many days of a start is spoken of. [d]"""
KNOWN_BEFORE = 14
"""Diary days before a start without which it cannot be said that cramps changed. [d]"""
BEGAN, DOUBLED = 2, 3
"""Cramp days after a start from which cramps are said to have begun, or doubled."""
ALCOHOL_G_WEEK = 112.0
"""14 UK units of 8 g (UK Chief Medical Officers). [g / week]"""
ACID_BLOCKERS = ("proton_pump_inhibitors", "h2_blockers")
LONG_DAYS = 365
"""So long an acid blocker is taken before it counts as a risk (NICE NG239, 2024). [d]"""
B12_MEDICINES = ("metformin", "other_b12_lowering", "nitrous_oxide")
B12_CONDITIONS = ("bariatric_surgery", "stomach_surgery", "coeliac", "crohns", "pernicious_anaemia")
B12_AGE = 65
"""Age that counts as a risk of too little vitamin B12 by itself (NICE NG239, 2024). [y]"""
CLINIC_CONDITIONS = (
    "thyroid", "hypoparathyroidism", "liver_disease", "cirrhosis", "diabetes", *KIDNEY, "nerve_disease",
)  # fmt: skip


def frequent_cramps(facts: Facts, nutrient: str = "") -> Found:
    """C01: cramp days in the last 28 and 7 days, and nights broken in each of the last four weeks."""
    in_28, in_7 = (facts.count(facts.cramp_days, days) for days in (28, 7))
    nights = [facts.count(facts.woken_days, 7, ago=7 * week) for week in range(WEEKS)]
    if in_28 < FREQUENT_IN_28 and in_7 < FREQUENT_IN_7 and min(nights) < BROKEN_NIGHTS:
        return None
    return event(facts, cramp_days_28=in_28, cramp_days_7=in_7, broken_nights=nights)


def nerve_signs(facts: Facts, nutrient: str = "") -> Found:
    """C02: a sign that asks for an examination."""
    return _signs_event(facts, NERVE_SIGNS)


def walking_pain(facts: Facts, nutrient: str = "") -> Found:
    """C03: pain on walking that stops on resting."""
    return _signs_event(facts, ("leg_pain_walking_stops_resting",))


def cramps_after_a_medicine(facts: Facts, nutrient: str = "") -> Found:
    """C04: cramps began, or doubled, within 90 days after a medicine was started."""
    changed = [found for course in facts.flags.courses if (found := _changed_after(facts, course))]
    if not changed:
        return None
    last = max(changed, key=lambda one: one["started"])
    return event(facts, date.fromisoformat(last["started"]), **last)


def _changed_after(facts: Facts, course: Course) -> dict | None:
    start = course.started
    if start is None or facts.diary_since is None or not 0 <= (facts.today - start).days <= MEDICINE_DAYS:
        return None
    before_days = min((start - facts.diary_since).days, MEDICINE_DAYS)
    if before_days < KNOWN_BEFORE:
        return None
    after_days = (facts.today - start).days + 1
    after = facts.count(facts.cramp_days, after_days)
    before = facts.count(facts.cramp_days, before_days, ago=after_days)
    began = before == 0 and after >= BEGAN
    doubled = before > 0 and after >= DOUBLED and after * before_days >= 2 * before * after_days
    if not (began or doubled):
        return None
    return {
        "medicine": course.medicine, "name": course.name, "started": start.isoformat(), "began": began,
        "before": before, "before_days": before_days, "after": after, "after_days": after_days,
    }  # fmt: skip


def statin_and_muscle_signs(facts: Facts, nutrient: str = "") -> Found:
    """C05: a statin, and muscle pain or weakness without the dark urine that is a red flag."""
    if "statins" not in facts.flags.medicines or _ticked(facts, ("dark_urine",), SIGNS_DAYS):
        return None
    return _signs_event(facts, ("severe_muscle_pain", "weakness"))


def cramps_in_pregnancy(facts: Facts, nutrient: str = "") -> Found:
    """C06: pregnant and cramps, with no urgent card of pregnancy open."""
    days = facts.count(facts.cramp_days, WINDOW)
    if not (facts.flags.pregnant and days) or "R13" in facts.open_red_flags:
        return None
    return event(facts, cramp_days_28=days)


def persisting_low(facts: Facts, nutrient: str) -> Found:
    """C07: low in this window of 28 days, and in the one before it."""
    now, before = low(facts, nutrient), facts.earlier(nutrient, "ear")
    if now is None or before is None or not _is_low(before):
        return None
    return now.inputs() | {"earlier": _kept(before)}


def _kept(before: GapFacts) -> dict:
    """What a card keeps of the window before."""
    names = ("window_end", "days_used", "days_in_window", "mean", "probability_adequate")
    return {name: value for name, value in before.inputs().items() if name in names}


def low_and_frequent(facts: Facts, nutrient: str = "") -> Found:
    """C08: logged intake low and frequent cramps: two facts, side by side."""
    cramps = frequent_cramps(facts)
    lows = [code for code in (MG, CA) if low(facts, code)] + [D] * bool(_looks_low(facts, D))
    lows = [code for code in lows if code not in facts.flags.clinician_targets]
    return cramps | {"nutrients": lows} if cramps and lows else None


def b12_signs(facts: Facts, nutrient: str = "") -> Found:
    """C09: something that lowers the uptake of vitamin B12, and a sign that goes with a lack of it."""
    risks = b12_risks(facts)
    found = _signs_event(facts, B12_SIGNS, SLOW_SIGNS_DAYS) if risks else None
    return found | {"risks": risks} if found else None


def b12_risks(facts: Facts) -> list[str]:
    """Codes of medicines, conditions and the like by which less vitamin B12 is taken up."""
    flags = facts.flags
    risks = [code for code in B12_MEDICINES if code in flags.medicines]
    risks += [code for code in ACID_BLOCKERS if _taken_for(facts, code, LONG_DAYS)]
    risks += [code for code in B12_CONDITIONS if flags.has(code)]
    risks += ["vegan"] if vegan_without_supplement(facts) else []
    return risks + (["age"] if flags.age is not None and flags.age >= B12_AGE else [])


def _taken_for(facts: Facts, medicine: str, days: int) -> bool:
    """Whether it is taken now, since so long ago or since a day not told."""
    return any(
        one.medicine == medicine
        and one.taken_on(facts.today)
        and (one.started is None or (facts.today - one.started).days >= days)
        for one in facts.flags.courses
    )


def vegan_without_supplement(facts: Facts) -> bool:
    return facts.flags.has("vegan") and not facts.takes(B12)


def lasting_losses(facts: Facts, nutrient: str = "") -> Found:
    """C10: vomiting or diarrhoea ticked over more than 48 hours, and a cramp in these days."""
    ticks = [one for one in facts.ticked if one.day > facts.ago(LOSS_DAYS) and one.signs & set(LOSS_SIGNS)]
    if not ticks or not facts.count(facts.cramp_days, LOSS_DAYS):
        return None
    if max(one.at for one in ticks) - min(one.at for one in ticks) <= LOSS_SPAN:
        return None
    signs = sorted({sign for one in ticks for sign in one.signs if sign in LOSS_SIGNS})
    return event(facts, max(one.day for one in ticks), signs=signs)


def alcohol_and_cramps(facts: Facts, nutrient: str = "") -> Found:
    """C11: more than 112 g of alcohol a week over four weeks, and cramps. What was not logged only adds."""
    known = [facts.days[day].alcohol_g or 0.0 for day in facts.last(WINDOW) if day in facts.days]
    per_week, cramps = sum(known) / WEEKS, facts.count(facts.cramp_days, WINDOW)
    if per_week <= ALCOHOL_G_WEEK or not cramps:
        return None
    return event(facts, alcohol_g_week=per_week, level=ALCOHOL_G_WEEK, cramp_days_28=cramps)


def new_cramps_with_a_condition(facts: Facts, nutrient: str = "") -> Found:
    """C12: cramps in the last 28 days, none in the diary before, and a condition that a clinic follows."""
    conditions = [code for code in CLINIC_CONDITIONS if facts.flags.has(code)]
    new = {day for day in facts.cramp_days if day > facts.ago(WINDOW)}
    if not conditions or not new or new != facts.cramp_days or (facts.first_cramp or min(new)) < min(new):
        return None
    return event(facts, min(new), conditions=conditions)


def quinine(facts: Facts, nutrient: str = "") -> Found:
    """C13: quinine among the medicines or supplements. Tonic water is a food and does not count."""
    named = [one.name for one in facts.flags.courses if one.taken_on(facts.today)]
    named += [dose.name for dose in facts.doses]
    found = sorted({name for name in named if {"quinine", "chinin", "quinina"} & set(name.lower().split())})
    return event(facts, products=found) if found else None


def _ticked(facts: Facts, signs: Collection[str], days: int) -> tuple[date, list[str]] | None:
    """The last day on which one of these was ticked, and which were, within so many days."""
    ticks = [one for one in facts.ticked if one.day > facts.ago(days) and one.signs & set(signs)]
    if not ticks:
        return None
    return max(one.day for one in ticks), sorted(
        {sign for one in ticks for sign in one.signs if sign in signs}
    )


def _signs_event(facts: Facts, signs: Collection[str], days: int = SIGNS_DAYS) -> Found:
    ticked = _ticked(facts, signs, days)
    return event(facts, ticked[0], signs=ticked[1]) if ticked else None


# Low intake -----------------------------------------------------------------------------------

LOOKS_LOW = "looks_low"
VEGAN_DAYS = 14
"""Usable days from which a vegan diet without a supplement is spoken of (product choice). [d]"""
OLD_FOR_D = 70
"""Age above which vitamin D that looks low is more than information (advice rules, L04). [y]"""
RISE = 0.20
"""Rise of the confidence that counts as improving. [-]"""
NORTH_OF_35 = frozenset(
    "AT BE BG CA CH CZ DE DK EE ES FI FR GB GE GG GR HR HU IE IM IS IT JE KR LI LT LU LV MT NL NO PL PT RO "
    "SE SI SK "
    "TR UA".split()
)
"""Countries that lie beyond 35 degrees of latitude, nearly or wholly; others span it or do not reach it."""
SOUTH_OF_35 = frozenset({"NZ"})
DARK_MONTHS = {"north": (10, 11, 12, 1, 2, 3), "south": (4, 5, 6, 7, 8, 9)}


def low(facts: Facts, nutrient: str) -> GapFacts | None:
    """The gap of a nutrient whose usual intake is likely below the average requirement, or None."""
    gap = facts.gap(nutrient, "ear")
    return gap if gap and _is_low(gap) else None


def _is_low(gap: GapFacts) -> bool:
    return (
        _well_known(gap, FEWEST_FOR_LOW[gap.nutrient])
        and gap.band in LOW_BANDS
        and gap.probability_adequate is not None
        and gap.probability_adequate < LOW
    )


def _well_known(gap: GapFacts, fewest_days: int) -> bool:
    return gap.days_used >= fewest_days and gap.coverage is not None and gap.coverage >= ENOUGH_COVERAGE


def low_against_requirement(facts: Facts, nutrient: str) -> Found:
    """L01, L02: usual intake is likely below the average requirement, on enough and well-known days."""
    gap = low(facts, nutrient)
    return gap.inputs() if gap else None


def below_adequate_intake(facts: Facts, nutrient: str = K) -> Found:
    """L03: even the upper estimate of the mean is below the adequate intake. Says nothing of "too little"."""
    gap = facts.gap(nutrient, "ai")
    if gap is None or not _well_known(gap, 7):
        return None
    if gap.upper is None or not gap.reference_amounts or gap.confidence_above is None:
        return None
    if gap.upper >= min(gap.reference_amounts) or gap.confidence_above >= LOW:
        return None
    return gap.inputs()


def vitamin_d_looks_low(facts: Facts, nutrient: str = D) -> Found:
    """L04: logged vitamin D looks low over 90 days; more than information in the dark months or at an age."""
    gap = _looks_low(facts, D)
    if gap is None:
        return None
    flags, reasons = facts.flags, []
    if facts.today.month in DARK_MONTHS.get(hemisphere(facts.region), ()):
        reasons.append("dark_months")
    if flags.has("little_sun"):
        reasons.append("little_sun")
    if flags.age is not None and flags.age > OLD_FOR_D:
        reasons.append("age")
    return gap.inputs() | ({"severity": ADVISE, "reasons": reasons} if reasons else {})


def hemisphere(region: str) -> str:
    """ "north" or "south" for a country beyond 35 degrees of latitude; empty: not known, or it spans them."""
    return "north" if region in NORTH_OF_35 else "south" if region in SOUTH_OF_35 else ""


def b12_looks_low(facts: Facts, nutrient: str = B12) -> Found:
    """L05: logged vitamin B12 looks low over 90 days; for vegans without a supplement from day 14 on."""
    if facts.flags.has("pernicious_anaemia"):
        return None  # food says nothing of what is taken up
    vegan = {"vegan": vegan_without_supplement(facts)}
    gap = _looks_low(facts, B12)
    if gap:
        return gap.inputs() | vegan
    gap = facts.gap(B12, "ear", "ai")
    if not vegan["vegan"] or gap is None or gap.days_used < VEGAN_DAYS or not gap.reference_amounts:
        return None
    highest = gap.upper if gap.upper is not None else gap.mean
    return gap.inputs() | vegan if highest is not None and highest < min(gap.reference_amounts) else None


def _looks_low(facts: Facts, nutrient: str) -> GapFacts | None:
    gap = facts.gap(nutrient, "ear", "ai")
    return gap if gap and gap.band == LOOKS_LOW and _well_known(gap, 28) else None


def very_low(facts: Facts, nutrient: str) -> Found:
    """L06: confidence of meeting the requirement under 0.05, on 14 days or more."""
    gap = low(facts, nutrient)
    if gap is None or gap.days_used < 14 or gap.band != "very_likely_low":
        return None
    return gap.inputs() if (gap.probability_adequate or 0.0) < VERY_LOW else None


def low_beside_cramps(facts: Facts, nutrient: str) -> Found:
    """L07: low, and frequent cramps."""
    gap, cramps = low(facts, nutrient), frequent_cramps(facts)
    return {**cramps, **gap.inputs()} if gap and cramps else None


def improving(facts: Facts, nutrient: str) -> Found:
    """L08: the confidence rose by 0.20 or more since the window before, to 0.50 or more."""
    now, before = facts.gap(nutrient, "ear"), facts.earlier(nutrient, "ear")
    if (
        now is None
        or before is None
        or now.probability_adequate is None
        or before.probability_adequate is None
    ):
        return None
    rise = now.probability_adequate - before.probability_adequate
    if (
        rise < RISE - 1e-9
        or now.probability_adequate < EVEN
        or now.band not in ("likely_meets", "probably_meets")
    ):
        return None
    return now.inputs() | {"earlier": _kept(before)}


def between_references(facts: Facts, nutrient: str) -> Found:
    """L09: between the average requirement and the recommended allowance, confidence 0.50 to 0.85."""
    gap = facts.gap(nutrient, "ear")
    if gap is None or gap.days_used < 10 or gap.mean is None or gap.rda is None or not gap.reference_amounts:
        return None
    if gap.probability_adequate is None or not EVEN <= gap.probability_adequate < SURE:
        return None
    inside = max(gap.reference_amounts) <= gap.mean < gap.rda
    return gap.inputs() | {"rda": gap.rda} if inside else None


# Hydration ------------------------------------------------------------------------------------

SWEAT_WORTH_L = 1.0
"""Sweat from which few drinks around an exercise are spoken of (product choice). [L]"""
EFFORT_DAYS, REPEATED, REPEATED_DAYS = 3, 3, 14
"""How far back an exercise counts; on how many days of how many it weighs more (product choice). [d]"""
FEW_DRINKS_L = 1.0
"""Drinks of a day under which they are few: about half of what AIs reckon with (product choice). [L]"""
HOT_C = 32.0
"""Temperature in exercise from which a day is hot (product choice). [°C]"""
HOT_AGE = 65
"""Age from which a hot day with few drinks brings a card: thirst is blunted (product choice). [y]"""
ALCOHOL_DAY_G = 24.0
"""Alcohol of a day, three UK units, from which other drinks are looked at (product choice). [g]"""
ALCOHOL_DAYS = 7
"""So far back such a day is looked for (product choice). [d]"""


def water_below_reference(facts: Facts, nutrient: str = WATER) -> Found:
    """H01: total water surely below its adequate intake over 14 days on which drinks were logged at all."""
    gap = facts.gap(WATER, "ai")
    if gap is None or gap.days_used < 5 or gap.confidence_above is None or gap.confidence_above >= LOW:
        return None
    days = [facts.days[day] for day in facts.last(14) if day in facts.days and facts.days[day].usable]
    logged = sum(day.drank for day in days)
    return gap.inputs() if days and 2 * logged >= len(days) else None


def drank_less_than_sweated(effort: Effort) -> bool:
    """Under half of the low end of the sweat, of which there was a litre or more."""
    if effort.sweat_low_l is None or effort.drinks_l is None or not is_worth_a_drink(effort.sweat_l):
        return False
    return effort.drinks_l < 0.5 * effort.sweat_low_l


def is_worth_a_drink(sweat_l: float | None) -> bool:
    """Whether so much was sweated that it is looked at what was drunk around it."""
    return sweat_l is not None and sweat_l >= SWEAT_WORTH_L


def few_drinks_around_exercise(facts: Facts, nutrient: str = "") -> Found:
    """H02: such an exercise in the last three days; worth a look when it happened on three days of 14."""
    dry = [
        one for one in facts.efforts if drank_less_than_sweated(one) and one.day > facts.ago(REPEATED_DAYS)
    ]
    lately = [one for one in dry if one.day > facts.ago(EFFORT_DAYS)]
    if not lately:
        return None
    last, days = max(lately, key=lambda one: one.begun), len({one.day for one in dry})
    found = event(
        facts, last.day, drinks_l=last.drinks_l, sweat_low_l=last.sweat_low_l, sweat_l=last.sweat_l, days=days
    )
    return found | ({"severity": ADVISE} if days >= REPEATED else {})


def cramps_after_few_drinks(facts: Facts, nutrient: str = "") -> Found:
    """H03: such a day and a cramp on it, or on the next morning, three times in 28 days."""
    dry = sorted({one.day for one in facts.efforts if drank_less_than_sweated(one)})
    both = [
        day for day in dry if day in facts.cramp_days or day + timedelta(days=1) in facts.morning_cramp_days
    ]
    if len(both) < REPEATED or both[-1] <= facts.ago(REPEATED_DAYS):
        return None
    return event(facts, both[-1], days=len(both), of=len(dry), days_in_window=WINDOW)


def drank_beyond(facts: Facts, nutrient: str = "") -> Found:
    """H04: more was drunk than sweated and cleared, in the last two days."""
    over = facts.overdrunk
    if over is None or over.day <= facts.ago(2):
        return None
    return event(
        facts,
        over.day,
        drinks_l=over.drinks_l,
        sweat_l=over.sweat_l,
        hours=over.hours,
        gained_kg=over.gained_kg,
    )


def hot_day_few_drinks(facts: Facts, nutrient: str = "") -> Found:
    """H05: heat, fever or diarrhoea, few drinks logged, and an age at which thirst is blunted."""
    if facts.flags.age is None or facts.flags.age < HOT_AGE:
        return None
    for day in facts.last(2):
        reasons = _thirsty_reasons(facts, day)
        held = facts.days.get(day)
        drinks_l = held.drinks_l if held and held.usable else None
        if reasons and drinks_l is not None and drinks_l < FEW_DRINKS_L:
            return event(facts, day, reasons=reasons, drinks_l=drinks_l)
    return None


def _thirsty_reasons(facts: Facts, day: date) -> list[str]:
    signs = {sign for one in facts.ticked if one.day == day for sign in one.signs}
    hot = "after_heat" in signs or any(one.hot for one in facts.efforts if one.day == day)
    return ["heat"] * hot + [s for s in ("fever", "after_diarrhoea") if s in signs]


def alcohol_few_other_drinks(facts: Facts, nutrient: str = "") -> Found:
    """H06: a finished day with alcohol and few other drinks, in the last week."""
    for day in facts.last(ALCOHOL_DAYS):
        held = facts.days.get(day)
        other = facts.soft_drinks_l.get(day)
        if held and had_much_alcohol(held) and other is not None and other < FEW_DRINKS_L:
            return event(facts, day, alcohol_g=held.alcohol_g, drinks_l=other)
    return None


def had_much_alcohol(held: Day) -> bool:
    """Whether it is looked at what else was drunk on a day."""
    return held.usable and (held.alcohol_g or 0.0) >= ALCOHOL_DAY_G


def overdrunk(
    drinks: Iterable[tuple[datetime, date, float]], efforts: Sequence[Effort] = ()
) -> Overdrunk | None:
    """The span of two hours or more in which most was drunk beyond sweat and kidneys; None if in none.

    Parameters
    ----------
    drinks
        Moment, diary day and volume of each drink. [L]
    efforts
        Bouts of exercise; sweat of those in a span, or up to two hours before it, counts against drinks.

    Notes
    -----
    The test is `hydration.overdrinking`. One drink alone is no span unless an effort lies in it: many write
    down a day's water at once.
    """
    worst: tuple[float, Overdrunk] | None = None
    for start, day, total, hours, lone in _beyond_the_kidneys(drinks):
        end = start + timedelta(hours=hours)
        if lone and not any(_overlap(one, start, end) for one in efforts):
            continue
        before = start - timedelta(hours=hydration.SHORTEST_SPAN)
        sweat = sum(_sweat_in(one, before, end) for one in efforts)
        excess = hydration.overdrinking(total, sweat, hours)
        if excess.caution and (worst is None or excess.over_renal > worst[0]):
            worst = excess.over_renal, Overdrunk(day, total, sweat, hours)
    return worst[1] if worst else _gained_weight(efforts)


def may_be_overdrunk(drinks: Iterable[tuple[datetime, date, float]]) -> bool:
    """Whether `overdrunk` has to be asked: without such a span it finds only a weight that was gained."""
    return any(True for _span in _beyond_the_kidneys(drinks))


Span = tuple[datetime, date, float, float, bool]
"""Begin, diary day of its last drink, volume [L], length [h], and whether it is one moment's drink alone."""


def _beyond_the_kidneys(drinks: Iterable[tuple[datetime, date, float]]) -> Iterator[Span]:
    """Spans between drinks in which more was drunk than kidneys pass on. All others are never too much,
    whatever was sweated."""
    events = _by_the_minute(drinks)
    for i, (start, _day, _litres, at_once) in enumerate(events):
        total = 0.0
        for at, day, litres, _at_once in events[i:]:
            total = round(total + litres, 6)  # sums of tenths must not be more than they are
            hours = max(hydration.SHORTEST_SPAN, (at - start) / timedelta(hours=1))
            if total > hydration.RENAL_L_PER_HOUR * hours:
                yield start, day, total, hours, at == start and at_once


Drunk = tuple[datetime, date, float, bool]
"""Moment, diary day, volume [L], and whether all of it was written down for one moment."""


def _by_the_minute(drinks: Iterable[tuple[datetime, date, float]]) -> list[Drunk]:
    """Drinks of a minute together, in order: each is set beside each, and days have only so many minutes."""
    found: dict[datetime, Drunk] = {}
    for at, day, litres in sorted(drinks):
        minute = at.replace(second=0, microsecond=0)
        first, _day, before, at_once = found.get(minute, (at, day, 0.0, True))
        found[minute] = first, day, before + litres, at_once and at == first
    return list(found.values())


def _gained_weight(efforts: Sequence[Effort]) -> Overdrunk | None:
    gained = [one for one in efforts if one.gained_kg > 0]
    if not gained:
        return None
    last = max(gained, key=lambda one: one.begun)
    return Overdrunk(last.day, last.drinks_l or 0.0, last.sweat_l or 0.0, last.hours, last.gained_kg)


def _overlap(effort: Effort, start: datetime, end: datetime) -> float:
    """Hours of an effort that lie between two moments."""
    over = effort.begun + timedelta(hours=effort.hours)
    return max(0.0, (min(end, over) - max(start, effort.begun)) / timedelta(hours=1))


def _sweat_in(effort: Effort, start: datetime, end: datetime) -> float:
    return (effort.sweat_l or 0.0) * _overlap(effort, start, end) / effort.hours if effort.hours else 0.0


# Information ----------------------------------------------------------------------------------

FIRST_DAYS = 14
"""So long after the first cramp its card may come (product choice). [d]"""
B12_FOOD_AGE = 50
"""Age above which vitamin B12 of fortified foods is advised (IOM 1998). [y]"""
LOOKS_IN_A_ROW = 2
"""Looks in a row that must find a personal link before a card speaks of it: a first crossing raises none."""
NUTRIENT_OF = {"magnesium_low": MG, "potassium_low": K, "calcium_low": CA, "sodium_low": SODIUM}
OF_DRINKING = ("drinks_low", "water_short")


def first_cramp(facts: Facts, nutrient: str = "") -> Found:
    """I01: the first cramp of this diary."""
    first = facts.first_cramp
    return event(facts, first) if first and facts.ago(FIRST_DAYS) < first <= facts.today else None


def magnesium_for_cramps(facts: Facts, nutrient: str = "") -> Found:
    """I02: unprescribed magnesium, beside cramps or ticked as something tried against them."""
    if not facts.takes(MG, prescribed=False):
        return None
    cramps = facts.count(facts.cramp_days, WINDOW)
    if not (cramps or facts.tried_supplement):
        return None
    days = {dose.day for dose in facts.doses if dose.amounts.get(MG, 0) > 0 and not dose.prescribed}
    return event(facts, days=facts.count(days, WINDOW), cramp_days_28=cramps, tried=facts.tried_supplement)


def not_enough_days(facts: Facts, nutrient: str = "") -> Found:
    """I03: something was logged this week, and too few days are finished for a first verdict."""
    gap = facts.gap(MG, "ear", "ai")
    if gap is None or gap.band != "not_enough_data" or not facts.count(facts.days, 7):
        return None
    return event(facts, days_used=gap.days_used, days_in_window=gap.days_in_window, days_needed=ABOVE_DAYS)


def spacing(facts: Facts, nutrient: str = "") -> Found:
    """I04: a medicine and a mineral or vitamin, both logged, that are better taken apart."""
    return event(facts, medicines=list(facts.spacing)) if facts.spacing else None


def b12_from_fifty(facts: Facts, nutrient: str = "") -> Found:
    """I05: over 50, where vitamin B12 from fortified foods or a supplement is taken up more surely."""
    age = facts.flags.age
    if age is None or age <= B12_FOOD_AGE or facts.flags.has("pernicious_anaemia"):
        return None
    return event(facts, age=age)


def personal_link(facts: Facts, nutrient: str = "") -> Found:
    """I06: a personal link that two looks in a row found, the least likely one by chance."""
    seen = [
        link for link in facts.links
        if link.times_seen >= LOOKS_IN_A_ROW and not speaks_against_answers(link, facts.flags)
    ]  # fmt: skip
    if not seen:
        return None
    first = min(seen, key=lambda link: (1.0 if link.q is None else link.q, link.exposure, link.lag))
    kept = {name: value for name, value in asdict(first).items() if name != "state"}
    return event(facts, **kept | {"looked_on": first.looked_on.isoformat(), "others": len(seen) - 1})


def speaks_against_answers(link: LinkFacts, flags: Flags) -> bool:
    """Whether a card on a link could be read as a tip that this person must not be given.

    Less salt than usual beside cramps must never read as advice to eat more of it (L10).
    """
    taken_out = effects(flags)
    if link.exposure in OF_DRINKING:
        return taken_out.hydration_off or WATER in taken_out.no_more_tips
    return NUTRIENT_OF.get(link.exposure, "") in taken_out.no_more_tips | {SODIUM}
