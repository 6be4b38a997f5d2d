"""What cards say. Calm, about the log and never about the body, and never a dose.

A title names signs, not illnesses. Every text speaks of "your logged intake" and "on n of N days",
says what it cannot know, and asks rather than tells. Numbers are written as people read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from journal import measures
from journal.calc.suppressions import Flags
from journal.codes import Band, Sign
from journal.emergency import Numbers
from nutrients.codes import NUTRIENT, Authority


@dataclass(frozen=True)
class Words:
    """What one card says: heading, body, the numbers behind it, and what would end it."""

    title: str
    text: str
    why: str
    what_would_change_it: str
    not_a_diagnosis: str


Text = str | Promise

REVIEWED = "en-gb"
"""The language whose wording the references give. Beside every other the English is shown."""


def is_reviewed() -> bool:
    """Whether what is shown at this moment is in the language of the references."""
    return (get_language() or REVIEWED).startswith("en")


# Warning signs --------------------------------------------------------------------------------

RED: Mapping[str, tuple[Text, Text]] = {
    "R01": (
        gettext_lazy("A fit, fainting or confusion: get help now"),
        gettext_lazy(
            "Call %(emergency)s now, or let somebody near you call. Do not drive. Somebody should stay with "
            "the person until help is there."
        ),
    ),
    "R02": (
        gettext_lazy("Chest pain or a racing heart: get help now"),
        gettext_lazy(
            "Call %(emergency)s now, or let somebody near you call. Do not drive. Sit down and rest until "
            "help is there."
        ),
    ),
    "R03": (
        gettext_lazy("Sudden weakness, or trouble breathing, speaking or swallowing: get help now"),
        gettext_lazy(
            "Call %(emergency)s now. Signs like these can go with a severe change in blood salts or with a "
            "nerve problem, and only tests can tell. Do not drive."
        ),
    ),
    "R04": (
        gettext_lazy("A locked jaw or a stiff body: get help now"),
        gettext_lazy(
            "Call %(emergency)s or go to an emergency department now. Say whether there was a wound in the "
            "last weeks, above all a dirty one: tetanus must be ruled out."
        ),
    ),
    "R05": (
        gettext_lazy("Unwell after long exercise or heat: get help now"),
        gettext_lazy(
            "Call %(emergency)s now. Do not drink more water for the moment, and say how much was drunk: low "
            "sodium or heat illness is possible, and they are treated differently. In the heat: shade, and "
            "cool the skin."
        ),
    ),
    "R06": (
        gettext_lazy("A locked hand or foot, or tingling around the mouth: be seen today"),
        gettext_lazy(
            "Blood salts should be checked today: call a doctor, or %(advice_line)s, and say what was "
            "ticked. With a fit, fainting, confusion, chest pain, weakness that spreads or trouble "
            "breathing, call %(emergency)s."
        ),
    ),
    "R07": (
        gettext_lazy(
            "Dark urine with a cramp, or sore, swollen or weak muscles: go to an emergency department now"
        ),
        gettext_lazy(
            "Go to an emergency department now, or call %(emergency)s. Muscle breakdown must be ruled out "
            "with a blood and urine test. Say what came before: effort, heat, a crush, or a new medicine "
            "such as a statin."
        ),
    ),
    "R08": (
        gettext_lazy("One leg swollen, warm or red, or calf pain that stays: be seen today"),
        gettext_lazy(
            "Be seen by a doctor today: a clot must be ruled out. Ring %(advice_line)s if no doctor can be "
            "reached. Do not massage the leg. With breathlessness, chest pain or coughing blood, call "
            "%(emergency)s."
        ),
    ),
    "R09": (
        gettext_lazy("A cramp that lasts and does not ease: ask for advice today"),
        gettext_lazy(
            "A cramp of more than ten minutes that does not ease with movement should be looked at. Call "
            "your doctor or %(advice_line)s today. If it grows worse or another sign comes, call "
            "%(emergency)s."
        ),
    ),
    "R10": (
        gettext_lazy("A leg suddenly cold, pale or numb: get help now"),
        gettext_lazy(
            "Call %(emergency)s now. The blood supply of the leg must be checked at once. Do not warm, raise "
            "or massage the leg."
        ),
    ),
    "R11": (
        gettext_lazy("Lost control of bladder or bowel, or numb between the legs: get help now"),
        gettext_lazy(
            "Call %(emergency)s or go to an emergency department now. A pressed nerve in the lower back must "
            "be ruled out within hours."
        ),
    ),
    "R12": (
        gettext_lazy("Fever with severe muscle pain, a stiff neck or a rash: be seen today"),
        gettext_lazy(
            "Be seen by a doctor today: an infection is possible. Ring %(advice_line)s if no doctor can be "
            "reached. If somebody is drowsy, confused or breathing fast, or a rash does not fade when "
            "pressed, call %(emergency)s."
        ),
    ),
    "R13": (
        gettext_lazy("Signs in pregnancy to call about now"),
        gettext_lazy(
            "Call your maternity unit now, by day or night, and say what was ticked. If nobody answers, call "
            "%(advice_line)s. With heavy bleeding, a fit, chest pain or trouble breathing, call "
            "%(emergency)s."
        ),
    ),
    "R14": (
        gettext_lazy("Cramps that a doctor should hear about right away"),
        gettext_lazy(
            "Call a doctor right away, or %(advice_line)s: blood salts may be out of balance, and only a "
            "test can tell. Please do not treat this with tablets or salt on your own. If another sign "
            "comes, call %(emergency)s."
        ),
    ),
    "R15": (
        gettext_lazy("Cramps, weakness or palpitations, with your kidney answers: call now"),
        gettext_lazy(
            "Call your kidney unit now, or go to an emergency department: potassium may be too high or too "
            "low, and only a blood test can tell. If nobody answers, or with fainting or chest pain, call "
            "%(emergency)s."
        ),
    ),
}


def red_flag_words(rule: str, evidence: Mapping, numbers: Numbers) -> Words:
    """The words of a red-flag card, with the numbers to call where the person lives."""
    title, text = RED[rule]
    call = {"emergency": numbers.emergency_words, "advice_line": numbers.advice_line_words}
    return Words(
        title=str(title),
        text=str(text) % call,
        why=_why_red(rule, evidence),
        what_would_change_it=_(
            "The card stays until you say that you got help, or until the tick is removed. It asks again "
            "tomorrow."
        ),
        not_a_diagnosis=_("This is not a diagnosis. It is a reason to be seen."),
    )


def _why_red(rule: str, evidence: Mapping) -> str:
    labels = [str(Sign(sign).label) for sign in evidence.get("signs", []) if sign in Sign.values]
    day = formats.date_format(date.fromisoformat(evidence["day"]), "DATE_FORMAT")
    if rule == "R15":
        labels = labels or [_("a cramp")]
        said = _(
            "On %(day)s you logged: %(signs)s. Your profile says dialysis or kidney disease of stage 4 or 5."
        )
    elif evidence.get("cramp"):
        said = _("On %(day)s you ticked with a cramp: %(signs)s.")
    else:
        said = _("On %(day)s you ticked: %(signs)s.")
    return said % {"day": day, "signs": get_text_list(labels, _("and"))}


# Everything else ------------------------------------------------------------------------------

FOODS: Mapping[str, Text] = {
    "magnesium_mg": gettext_lazy("leafy greens, nuts, seeds, whole grains, beans and lentils"),
    "calcium_mg": gettext_lazy(
        "milk, yoghurt and cheese, fortified drinks, calcium-set tofu, leafy greens, and small fish eaten "
        "with their bones"
    ),
    "potassium_mg": gettext_lazy("potatoes, bananas, avocado, beans, leafy greens, milk and yoghurt"),
    "vitamin_d_ug": gettext_lazy("oily fish, eggs, and fortified milk and cereals"),
    "vitamin_b12_ug": gettext_lazy("fish, meat, eggs, milk, and fortified foods"),
}
FOODS_WITHOUT_DAIRY: Mapping[str, Text] = {
    **FOODS,
    "calcium_mg": gettext_lazy(
        "fortified drinks, calcium-set tofu, leafy greens, and small fish eaten with bones"
    ),
    "potassium_mg": gettext_lazy("potatoes, bananas, avocado, beans and leafy greens"),
    "vitamin_d_ug": gettext_lazy("oily fish, eggs, and fortified drinks and cereals"),
    "vitamin_b12_ug": gettext_lazy("fish, meat, eggs, and fortified drinks and cereals"),
}
FOODS_OF_PLANTS: Mapping[str, Text] = {
    **FOODS_WITHOUT_DAIRY,
    "calcium_mg": gettext_lazy("fortified plant drinks, calcium-set tofu and leafy greens"),
    "vitamin_d_ug": gettext_lazy("fortified plant drinks and cereals, and mushrooms grown under UV light"),
    "vitamin_b12_ug": gettext_lazy("plant drinks, cereals and spreads fortified with it"),
}

LOW_TITLES: Mapping[str, Text] = {
    "plain": gettext_lazy("%(Nutrient)s: logged intake likely below the reference for your group"),
    "kidney_team": gettext_lazy("%(Nutrient)s in your log: a question for your kidney team"),
    "talk": gettext_lazy("Something to bring to your clinician"),
    "midwife": gettext_lazy("%(Nutrient)s in your log: a question for your midwife or clinician"),
    "clinician": gettext_lazy("%(Nutrient)s in your log: a question for your clinician"),
}
UNSURE_TITLE = gettext_lazy("%(Nutrient)s: logged intake below the reference used")

_LIKELY_BELOW = gettext_lazy(
    "Your logged intake of %(nutrient)s is likely below what most people in your group need."
)
_LOOKS_LOW = gettext_lazy("Your logged intake of %(nutrient)s looks low beside the reference for your group.")
TITLES: Mapping[str, Text] = {
    "L03": UNSURE_TITLE,
    "L04": gettext_lazy("%(Nutrient)s: logged intake looks low, and a log says little about it"),
    "L05": gettext_lazy("%(Nutrient)s: a reliable source is worth a look"),
    "L06": gettext_lazy("%(Nutrient)s: logged intake very likely below the reference for your group"),
    "C07": gettext_lazy("%(Nutrient)s: logged intake below the reference for two months"),
}
OPENINGS: Mapping[str, Text] = {
    "L01": _LIKELY_BELOW,
    "L02": _LIKELY_BELOW,
    "L03": gettext_lazy(
        "Your logged intake of %(nutrient)s is below the reference used. That reference is an adequate "
        "intake, so the diary cannot tell whether it is too little."
    ),
    "L04": _LOOKS_LOW,
    "L05": _LOOKS_LOW,
    "L06": gettext_lazy(
        "Your logged intake of %(nutrient)s is very likely below what most people in your group need. Please "
        "look at the log first: drinks, snacks and second helpings are easily left out. If it is complete, "
        "it "
        "is worth asking a clinician whether a blood test makes sense."
    ),
    "L07": gettext_lazy(
        "Your logged intake of %(nutrient)s is likely below what most people in your group need, and you "
        "logged "
        "frequent cramps. These are two separate facts: the diary cannot tell whether one has to do with the "
        "other, and for most people no link is proven."
    ),
    "C07": gettext_lazy(
        "Your logged intake of %(nutrient)s is likely below what most people in your group need, in these "
        "28 days "
        "and in those before. It is worth asking a clinician whether a blood test makes sense."
    ),
}
EXTRA: Mapping[str, Text] = {
    "L04": gettext_lazy(
        "A food log says little about vitamin D: the skin makes most of it in sunlight, and it is stored for "
        "months. Only a blood test can tell."
    ),
    "L05": gettext_lazy(
        "How much is absorbed matters as much as what is eaten, and the body stores it for years. Only a "
        "blood "
        "test can tell."
    ),
}
DARK_MONTHS = gettext_lazy(
    "In the darker half of the year several countries advise everybody on a supplement; a pharmacist knows "
    "what "
    "is advised where you live."
)
RELIABLE_B12 = gettext_lazy(
    "With a vegan diet a reliable source is worth having: foods fortified with vitamin B12, or a supplement "
    "that "
    "a pharmacist or dietitian helps to choose."
)
ADVICE: Mapping[str, Text] = {
    "plain": gettext_lazy(
        "Foods that add much of it: %(foods)s. Before starting a supplement, ask a clinician or pharmacist."
    ),
    "food_only": gettext_lazy(
        "Foods that add much of it: %(foods)s. Your answers about kidneys or medicines leave it open whether "
        "more than food is safe for you, so please ask before any tablet or powder."
    ),
    "kidney_team": gettext_lazy(
        "For you the public reference is not the one to follow: your kidney team's limits replace it. Please "
        "change nothing on your own, and ask your team at the next contact."
    ),
    "midwife": gettext_lazy(
        "It is worth asking your midwife or clinician about it at the next visit, before changing anything. "
        "Foods that hold much of it: %(foods)s."
    ),
    "clinician": gettext_lazy("It is worth asking your clinician about it before changing anything."),
}
TALK = gettext_lazy(
    "Going by what you logged, it would be good to talk with your clinician about how eating is going. There "
    "is nothing to change on your own for now. The diary comes along if you like."
)
CAUSES = gettext_lazy("Cramps have many causes; often none is found.")
LIMITS = gettext_lazy(
    "A diary cannot see what was not logged, values that the food table lacks, or how much is absorbed, and "
    "it says nothing about blood levels. Cramps have many causes; often none is found."
)
ABSORPTION = gettext_lazy(
    "With one of the conditions in your profile, less may be absorbed than is logged: mention this to your "
    "clinician."
)


def low_intake_words(rule: str, nutrient: str, variant: str, evidence: Mapping, flags: Flags) -> Words:
    """The words of a card on logged intake below a reference, as careful as `variant` asks for."""
    name = str(NUTRIENT[nutrient].name)
    named = {"nutrient": name, "Nutrient": name[:1].upper() + name[1:], "foods": str(foods(nutrient, flags))}
    parts = [TALK] if variant == "talk" else _low_parts(rule, variant, evidence)
    return Words(
        title=str(_low_title(rule, variant)) % named,
        text=" ".join(str(part) % named for part in parts),
        why=_days(evidence) if variant == "talk" else why_low(nutrient, evidence),
        what_would_change_it=_what_would_change(rule, variant),
        not_a_diagnosis=_("This is not a diagnosis. It sets what you logged beside public reference values."),
    )


def _low_parts(rule: str, variant: str, evidence: Mapping) -> list[Text]:
    """The sentences of a card, the more careful ones instead of the others."""
    free = variant in ("plain", "food_only")
    said = [OPENINGS[rule], EXTRA.get(rule), ADVICE[variant]]
    if rule == "L05" and evidence.get("vegan") and free:
        said[2] = RELIABLE_B12
    said += [DARK_MONTHS] if free and "dark_months" in evidence.get("reasons", []) else []
    said += [ABSORPTION] if "absorption" in evidence.get("caveats", []) else []
    return [part for part in [*said, LIMITS] if part]


def foods(nutrient: str, flags: Flags) -> Text:
    """Kinds of food that hold much of a nutrient, without what this person does not eat."""
    if flags.has("vegan"):
        return FOODS_OF_PLANTS[nutrient]
    return (FOODS_WITHOUT_DAIRY if flags.has("dairy_free") else FOODS)[nutrient]


def _low_title(rule: str, variant: str) -> Text:
    if variant in ("plain", "food_only"):
        return TITLES.get(rule, LOW_TITLES["plain"])
    return LOW_TITLES[variant]


def _days(evidence: Mapping) -> str:
    return _("This looks at %(n)s of %(days)s days, those that were logged in full.") % {
        "n": evidence["days_used"],
        "days": evidence["days_in_window"],
    }


def why_low(nutrient: str, evidence: Mapping) -> str:
    """The numbers that a card on one nutrient rests on, in sentences."""
    parts = [*intake_and_reference(nutrient, evidence)]
    if evidence.get("coverage") is not None:
        parts.append(
            _("The food table knows this nutrient for %(share)s%% of the energy logged.")
            % {"share": number(100 * evidence["coverage"])}
        )
    if earlier := evidence.get("earlier"):
        parts.append(_why_earlier(nutrient, earlier))
    if "cramp_days_28" in evidence:
        parts.append(_("Cramps were logged on %(n)s of the last 28 days.") % {"n": evidence["cramp_days_28"]})
    if evidence.get("band") in Band.values:
        parts.append(_("In a word: %(band)s.") % {"band": Band(evidence["band"]).label})
    return " ".join(parts)


def _why_earlier(nutrient: str, earlier: Mapping) -> str:
    return _("In the window before it was on average %(amount)s %(unit)s a day, on %(n)s days.") % {
        "amount": span(None, None, earlier.get("mean")),
        "unit": NUTRIENT[nutrient].unit,
        "n": earlier.get("days_used"),
    }


KINDS: Mapping[str, Text] = {
    "ear": gettext_lazy("average requirement"),
    "ai": gettext_lazy("adequate intake"),
    "ul": gettext_lazy("upper level"),
    "cdrr": gettext_lazy("level to stay below"),
}


def intake_and_reference(nutrient: str, evidence: Mapping) -> list[str]:
    """The numbers of a gap, in a unit that people read: water as a volume."""
    factor, unit = measures.litres(0.001) if nutrient == "water_g" else (1.0, NUTRIENT[nutrient].unit)
    authority = evidence.get("reference", {}).get("authority", "")
    amounts = [None if one is None else one * factor for one in map(evidence.get, ("lower", "upper", "mean"))]
    return [
        _("On %(n)s of %(days)s days your logged intake was on average %(amount)s %(unit)s a day.")
        % {
            "n": evidence["days_used"],
            "days": evidence["days_in_window"],
            "amount": span(*amounts),
            "unit": unit,
        },
        _("The reference for your group (%(kind)s%(authority)s) is %(amount)s %(unit)s.")
        % {
            "kind": KINDS[evidence["kind"]],
            "authority": f", {Authority(authority).label}" if authority in Authority.values else "",
            "amount": _(" or ").join(number(amount * factor) for amount in evidence["reference_amounts"]),
            "unit": unit,
        },
    ]


def _what_would_change(rule: str, variant: str) -> str:
    if variant in ("kidney_team", "talk"):
        return _("Other answers in your profile, or a target set by your clinician, would change this card.")
    if rule == "L03":
        return _("More finished days, or a logged intake at or above the reference, would change this card.")
    if rule in ("L07", "C08"):
        return _("A higher logged intake on finished days, or fewer cramps, would change this card.")
    return _("More finished days, or a higher logged intake on them, would change this card.")


def frequent_cramps_words(evidence: Mapping) -> Words:
    """The words of C01."""
    in_28, in_7 = evidence["cramp_days_28"], evidence["cramp_days_7"]
    why = [
        ngettext(
            "You logged a cramp on %(n)s of the last 28 days,",
            "You logged cramps on %(n)s of the last 28 days,",
            in_28,
        )
        % {"n": in_28},
        _("and on %(n)s of the last 7.") % {"n": in_7},
    ]
    if min(evidence["broken_nights"]) >= 2:
        why.append(_("In each of the last four weeks cramps woke you on at least two nights."))
    return Words(
        title=_("Frequent cramps are worth a check-up"),
        text=_(
            "Cramps are common, they have many causes, and often none is found. When they come this often, "
            "or break your sleep, it is worth asking a clinician in the next days or weeks. Bring the diary: "
            "when and where they come, how long they last, and your list of medicines and supplements. "
            "Stretching or massaging the muscle during a cramp can ease it. Should a warning sign come, tick "
            "it here or call for help at once."
        ),
        why=" ".join(why),
        what_would_change_it=_(
            "Fewer cramps would: under 8 days in 28, under 3 days in 7, and no four weeks with two broken "
            "nights each."
        ),
        not_a_diagnosis=_(
            "This is not a diagnosis. Where no card is shown, that is no proof that all is well."
        ),
    )


# Numbers --------------------------------------------------------------------------------------


def number(amount: float) -> str:
    """An amount as people read it: whole from 10 upwards, one decimal below."""
    places = 0 if round(abs(amount), 1) >= 10 else 1
    # Django cuts digits off instead of rounding.
    return formats.number_format(round(amount, places), decimal_pos=places, force_grouping=True)


def litres(amount: float) -> str:
    """A volume of drink or sweat with its unit, in the units that are spoken. [L]"""
    said, unit = measures.litres(amount)
    return f"{number(measures.round_fl_oz(said) if measures.is_us() else said)} {unit}"


def span(lower: float | None, upper: float | None, mean: float | None) -> str:
    """An amount between what is known and what it may be; one number where both read the same."""
    known = [number(amount) for amount in (lower, upper) if amount is not None]
    if not known:
        return _("about %(amount)s") % {"amount": number(mean)} if mean is not None else _("not known")
    if len(set(known)) == 1:
        return _("about %(amount)s") % {"amount": known[0]}
    return _("between %(lower)s and %(upper)s") % {"lower": known[0], "upper": known[1]}
