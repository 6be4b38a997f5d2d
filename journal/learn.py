"""What the Learn pages tell: topics and questions as data, written for lay people, each with its sources.

Wording rules: about food and the log, never about the reader's body; no cause is claimed, nothing is promised
of a food or a supplement, and no amount is recommended. Only a clinician can measure a shortage.

    TOPICS, TOPIC       all topics in the order of pages; by slug
    TOPIC_OF            slug of the topic about a nutrient of the seven, by its code
    QUESTION            answers by slug
    foods_with(code)    everyday foods that hold most of a nutrient in a usual portion; 1 query
"""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nutrients import search
from nutrients.models import FoodPortion, food_id

Text = str | Promise

ROLE, SIGNS, FOODS, RISK, CARE, MORE = "role", "signs", "foods", "risk", "care", "more"
NUTRIENT, BODY, NUMBERS = "nutrient", "body", "numbers"

ODS = "NIH Office of Dietary Supplements, fact sheets for health professionals"
MSD = "MSD Manual, consumer version, Muscle cramps"
NHS_CRAMPS = "NHS, Leg cramps; NHS inform, Leg cramps"
CKS = "NICE CKS, Leg cramps"
HARRISON = "Harrison's Principles of Internal Medicine, 19th ed., Hypocalcaemia"
COCHRANE = "Garrison et al., Magnesium for skeletal muscle cramps, Cochrane Database, 2020, CD009402"
AAN = "Katzberg et al., American Academy of Neurology, Neurology, 2010"
COPPIN = "Coppin et al., British Journal of General Practice, 2005"
EAH = "Hew-Butler et al., consensus statement on exercise-associated hyponatraemia, 2015"
SODIUM_2019 = "NASEM, Dietary Reference Intakes for Sodium and Potassium, 2019"
IOM_2000 = "IOM, Dietary Reference Intakes: Applications in Dietary Assessment, 2000"
IOM_2011 = "IOM, Dietary Reference Intakes for Calcium and Vitamin D, 2011"
KDIGO = "KDIGO Controversies Conference on potassium, 2020"
B12 = "MHRA, Drug Safety Update, June 2022; NICE guideline NG239, 2024"
GARRISON = "Garrison et al., Archives of Internal Medicine, 2012"


@dataclass(frozen=True)
class Section:
    """A heading with paragraphs and, after them, a list. Pages may treat a kind in its own way."""

    kind: str
    heading: Text
    says: tuple[Text, ...]
    points: tuple[Text, ...] = ()
    anchor: str = ""
    """The name under which other pages lead to it."""


@dataclass(frozen=True)
class Question:
    """A question people ask, answered in short paragraphs, with its sources."""

    slug: str
    asks: Text
    says: tuple[Text, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """One page."""

    slug: str
    group: str
    title: Text
    lead: Text
    sections: tuple[Section, ...]
    sources: tuple[str, ...]
    questions: tuple[str, ...] = ()
    code: str = ""
    """The nutrient it is about, if it is one of the seven."""


# Questions ------------------------------------------------------------------------------------

QUESTIONS = (
    Question(
        "dehydration",
        _("Can dehydration go with cramps?"),
        (
            _(
                "It can. Losing much fluid and salt upsets the balance of minerals around muscles and "
                "nerves, and cramps may come with that, mostly during or after long effort or in heat. After "
                "ordinary days, dryness is seldom found to be the reason."
            ),
            _(
                "Thirst and dark urine tell more than a fixed amount of glasses. Drinking far beyond thirst "
                "is dangerous in its own way: it can bring blood sodium down too far."
            ),
        ),
        (MSD, EAH),
    ),
    Question(
        "at-once",
        _("What helps at once?"),
        (
            _(
                "Stretch the cramped muscle gently and hold it: for a calf, straighten the knee and pull the "
                "toes towards the shin. Massage it, walk a little, or warm it. If you are thirsty, drink, "
                "unless a clinic limits how much."
            ),
            _(
                "A cramp usually eases within minutes. One that lasts more than 10 minutes in spite of "
                "movement should be looked at the same day. Do not massage a leg that is swollen, warm and "
                "sore on one side only."
            ),
        ),
        (NHS_CRAMPS, AAN, "NHS, DVT (deep vein thrombosis)"),
    ),
    Question(
        "foods",
        _("Which foods?"),
        (
            _(
                "No single food is known to end cramps. A varied diet with vegetables, beans, whole grains, "
                "nuts and milk or fortified drinks brings magnesium, potassium and calcium together; fish, "
                "eggs and fortified foods bring the vitamins that few others hold."
            ),
            _(
                "With kidney disease, or medicines that raise potassium, ask your team before you change how "
                "much of these you eat."
            ),
        ),
        (ODS, KDIGO),
    ),
    Question(
        "supplement",
        _("Is a supplement worth it?"),
        (
            _(
                "For ordinary leg cramps in mostly older adults, magnesium tablets made no meaningful "
                "difference: in a review of 11 trials with 735 people, the number of cramps had fallen by "
                "3.9 % more after four weeks than with a dummy tablet, and the true difference may lie "
                "anywhere from 21.1 % fewer to 13.3 % more cramps. For pregnancy the trials disagree, and "
                "for cramps in exercise there is none."
            ),
            _(
                "Supplements have their place where a shortage was confirmed, on a clinician's advice; above "
                "all potassium and other salts should not be started on one's own. Quinine works modestly, "
                "and its side effects are serious enough that it is avoided as a routine."
            ),
        ),
        (COCHRANE, AAN),
    ),
    Question(
        "stretching",
        _("Does stretching every evening help?"),
        (
            _(
                "Stretching during a cramp gives relief. Whether stretching every day makes cramps fewer is "
                "unproven: one trial found no effect. It is harmless, and some people like it."
            ),
        ),
        (COPPIN, AAN),
    ),
    Question(
        "medicines",
        _("Can a medicine have to do with it?"),
        (
            _(
                "Some are linked with cramps: water tablets, statins and inhalers with a long-acting "
                "reliever among them. If cramps began or grew after a new medicine, ask your prescriber or "
                "pharmacist. Do not stop it yourself."
            ),
        ),
        (GARRISON, CKS),
    ),
    Question(
        "serious",
        _("When is it serious?"),
        (
            _(
                "At once: with a fit, fainting or confusion; trouble breathing, speaking or swallowing; "
                "sudden or spreading weakness; chest pain; a hand or foot locked in spasm, or tingling "
                "around the mouth; dark urine with muscle pain; one swollen, warm leg; or a cold, pale, numb "
                "leg. The page of warning signs says whom to call."
            ),
            _(
                "Within days: when cramps are frequent, severe or lasting, break your sleep, or come with "
                "numbness, tingling, weakness or thinning muscles, or when pain comes on walking and goes at "
                "rest."
            ),
            _(
                "A clinician can ask and examine, and can have electrolytes, kidney function, vitamin B12 "
                "and vitamin D tested in the blood. That no sign is on this list does not mean that all is "
                "well."
            ),
        ),
        (NHS_CRAMPS, MSD, CKS),
    ),
    Question(
        "log-and-blood",
        _("Can this diary show a shortage?"),
        (
            _(
                "No. It sets what you logged beside reference values for people like you. Blood levels are "
                "held steady by the body and depend on much besides food; only a test shows them."
            ),
        ),
        (IOM_2000,),
    ),
)
ABOUT_FOODS = frozenset({"foods"})
"""Questions whose answer names foods to eat: left out where nothing may be suggested to eat."""
QUESTION = {question.slug: question for question in QUESTIONS}


# Topics ---------------------------------------------------------------------------------------


MEASURED = _("Signs named with a measured shortage")


def _nutrient(
    slug: str,
    code: str,
    title: Text,
    *,
    role: tuple[Text, ...],
    signs: tuple[Text, ...],
    signs_are: Text = MEASURED,
    foods: Text,
    risk: tuple[Text, ...],
    care: tuple[Text, ...],
    sources: tuple[str, ...],
    more: tuple[Text, ...] = (),
    questions: tuple[str, ...] = ("foods", "supplement", "log-and-blood"),
) -> Topic:
    """The page of a nutrient: role, signs with a measured shortage, foods, who is at risk, care."""
    lead, *rest = role
    sections = [Section(ROLE, _("What it does"), tuple(rest))] if rest else []
    sections += [
        Section(SIGNS, signs_are, signs),
        Section(FOODS, _("Where it is found"), (foods,)),
        Section(RISK, _("Who more often lacks it"), (), risk),
        Section(CARE, _("Where care is due"), care),
    ]
    sections += [Section(MORE, _("Good to know"), more)] if more else []
    return Topic(slug, NUTRIENT, title, lead, tuple(sections), sources, questions, code)


ONLY_A_TEST = _(
    "These are reported when a blood test shows a marked shortage. Most cramps come without one, and each "
    "sign has many other reasons."
)

TOPICS = (
    _nutrient(
        "magnesium",
        "magnesium_mg",
        _("Magnesium"),
        role=(
            _("Magnesium lets a muscle relax after it has contracted."),
            _("At nerves and muscles it balances calcium, and hundreds of enzymes work with it."),
        ),
        signs=(
            _("Twitches, tremor, cramps, tiredness and weakness; seizures when it is severe."),
            ONLY_A_TEST,
        ),
        foods=_("Leafy greens, nuts, seeds, whole grains and pulses hold much of it."),
        risk=(
            _("people who eat little of these foods"),
            _("people who drink much alcohol"),
            _("people on some medicines, such as water tablets and acid blockers"),
            _("people with long diarrhoea or a disease of the gut"),
        ),
        care=(
            _(
                "Magnesium in food has no upper level. From tablets, more than 350 mg a day (in the European "
                "Union 250 mg) may upset the gut, with diarrhoea and belly cramps."
            ),
            _(
                "With kidney disease magnesium from tablets and laxatives can build up: ask your kidney team "
                "first."
            ),
        ),
        sources=(ODS, "EU Scientific Committee on Food, 2001", COCHRANE),
    ),
    _nutrient(
        "potassium",
        "potassium_mg",
        _("Potassium"),
        role=(
            _("Potassium carries the electrical signal by which a muscle contracts and lets go."),
            _(
                "It is the main mineral inside cells, and kidneys keep its level in the blood within narrow "
                "limits."
            ),
        ),
        signs=(_("Weakness, cramps, twitching, tiredness and an irregular heartbeat."), ONLY_A_TEST),
        foods=_("Potatoes, beans, leafy greens, bananas, avocado and milk hold much of it."),
        risk=(
            _("people who vomit or have diarrhoea for days"),
            _("people who sweat heavily for hours"),
            _("people on water tablets"),
        ),
        care=(
            _(
                "Too much is dangerous with kidney disease and with medicines that raise potassium, such as "
                "some for blood pressure. That includes salt substitutes, which are potassium chloride."
            ),
            _(
                "Potassium tablets are for a clinician to prescribe. No amount is known to be safe for "
                "everybody."
            ),
        ),
        sources=(ODS, SODIUM_2019, KDIGO),
    ),
    _nutrient(
        "calcium",
        "calcium_mg",
        _("Calcium"),
        role=(
            _("Calcium starts each contraction of a muscle, and it calms nerves that are too ready to fire."),
            _("Nearly all of it lies in bone, from which the body tops up the blood."),
        ),
        signs=(
            _(
                "Irritable nerves and muscles, tingling and cramps; hands or feet locked in spasm when it is "
                "severe."
            ),
            ONLY_A_TEST,
            _("A hand or foot locked in spasm, or tingling around the mouth, should be seen the same day."),
        ),
        foods=_(
            "Milk, yoghurt, cheese, fortified drinks, tofu set with calcium, leafy greens and small fish "
            "eaten with their bones hold much of it."
        ),
        risk=(
            _("people with little vitamin D"),
            _("people with a disease of the parathyroid glands or the kidneys"),
            _("people on some medicines, such as steroid tablets"),
        ),
        care=(
            _(
                "The upper level for adults is 2,500 mg a day, and 2,000 mg from 51 years on in the United "
                "States. It is seldom reached by food alone."
            ),
            _(
                "With kidney stones, or high blood calcium in the past, ask before adding tablets. They also "
                "hinder some medicines; a pharmacist knows how many hours to leave between."
            ),
        ),
        more=(
            _(
                "Calcium and vitamin D belong together: without enough vitamin D the gut absorbs little "
                "calcium."
            ),
        ),
        sources=(ODS, IOM_2011, HARRISON),
    ),
    _nutrient(
        "vitamin-d",
        "vitamin_d_ug",
        _("Vitamin D"),
        role=(
            _("Vitamin D lets the gut absorb calcium."),
            _(
                "The skin makes it in sunlight, so food is only a part of it and a food log shows only that "
                "part."
            ),
        ),
        signs=(_("Weak muscles, cramps and pain in the bones."), ONLY_A_TEST),
        foods=_("Oily fish, eggs, and fortified milk and cereals hold it. Few other foods do."),
        risk=(
            _("people who get little sun, and everybody far from the equator in winter"),
            _("people over 70, and people with dark skin"),
            _("people whose gut absorbs poorly, and people on some medicines"),
        ),
        care=(
            _(
                "The upper level is 100 µg a day, which is 4,000 IU. Too much for long raises calcium in the "
                "blood."
            ),
            _(
                "Some countries advise a supplement in the darker months. Ask which advice holds for you; "
                "a blood test shows the status."
            ),
        ),
        more=(_("Calcium and vitamin D belong together: the one is of little use without the other."),),
        sources=(ODS, IOM_2011),
    ),
    _nutrient(
        "vitamin-b12",
        "vitamin_b12_ug",
        _("Vitamin B12"),
        role=(
            _(
                "Vitamin B12 keeps the sheath of nerves and the signal in them, and serves the making of red "
                "blood cells."
            ),
            _("The liver stores it for years, so a shortage comes slowly."),
        ),
        signs=(
            _("Tingling, numbness, cramps, weakness, poor balance and tiredness."),
            ONLY_A_TEST,
        ),
        foods=_("Meat, fish, eggs, milk and fortified foods hold it. Plants hold almost none."),
        risk=(
            _("people who eat vegan without fortified foods or a supplement"),
            _("people on metformin, or on acid blockers for long"),
            _("people after surgery of stomach or bowel"),
            _("people over 65, and people with pernicious anaemia"),
        ),
        care=(
            _(
                "What was eaten cannot settle the question, for the vitamin has to be absorbed. If you are "
                "at risk and notice tingling, a sore tongue, tiredness or a change of memory or balance, ask "
                "for a blood test."
            ),
        ),
        sources=(ODS, B12),
    ),
    _nutrient(
        "sodium",
        "sodium_mg",
        _("Sodium and salt"),
        role=(
            _("Sodium holds water in the blood, and with potassium it carries the signals of nerves."),
            _(
                "Salt is by weight about two fifths sodium. Most of it comes with ready-made food, not from "
                "the shaker."
            ),
        ),
        signs=(
            _(
                "Low blood sodium can bring headache, vomiting, confusion and cramps. It mostly goes with "
                "drinking far more than was lost, with illness or with medicines, and hardly ever with "
                "eating too little salt."
            ),
            ONLY_A_TEST,
        ),
        foods=_(
            "Bread, cheese, cured meat, soups, sauces, snacks and ready meals hold most of what people eat."
        ),
        risk=(
            _("people who exercise for hours in heat"),
            _("people with days of vomiting or diarrhoea"),
            _("older people, and people on water tablets"),
        ),
        care=(
            _(
                "Most people eat more than 2,300 mg a day, the level above which cutting down is expected to "
                "lower long-term risk. This diary never suggests more salt."
            ),
            _(
                "Salt added at the table is rarely logged, so the true amount tends to be higher than the "
                "log says."
            ),
        ),
        sources=(SODIUM_2019, EAH),
        questions=("dehydration", "supplement", "log-and-blood"),
    ),
    _nutrient(
        "water",
        "water_g",
        _("Water in food and drink"),
        role=(
            _("Water carries minerals to muscles and nerves, and heat away from them."),
            _(
                "About a fifth of it commonly comes in food: soup, fruit and vegetables are mostly water. "
                "Tea and coffee count like other drinks; wine and spirits do not count here."
            ),
        ),
        signs_are=_("Signs of too little"),
        signs=(
            _("Thirst, dark and scant urine, a dry mouth, headache and dizziness go with too little."),
            _("Confusion or fainting in heat, or with vomiting, is for the emergency number."),
        ),
        foods=_("Drinks first; then soups, fruit, vegetables, yoghurt and cooked grains."),
        risk=(
            _("people who work or exercise in heat"),
            _("older people, who feel thirst less"),
            _("people with fever, vomiting or diarrhoea"),
        ),
        care=(
            _("Thirst is a good guide for healthy adults. Drinking far beyond it is dangerous, too."),
            _(
                "With heart failure, kidney or liver disease, water tablets, lithium or desmopressin, the "
                "amount your clinic gave you goes before any reference."
            ),
        ),
        sources=(
            "IOM, Dietary Reference Intakes for Water, Potassium, Sodium, Chloride and Sulfate, 2005",
            EAH,
        ),
        questions=("dehydration", "log-and-blood"),
    ),
    Topic(
        "cramps",
        BODY,
        _("Cramps"),
        _(
            "A cramp is a sudden, painful tightening of a muscle that you cannot let go of. Most are "
            "harmless, and for most no reason is found."
        ),
        (
            Section(
                MORE,
                _("When they come"),
                (
                    _("Mostly at night or at rest, in the calf, foot or thigh; and during or after effort."),
                    _("They grow more common with age and in later pregnancy."),
                ),
            ),
            Section(
                MORE,
                _("What they are linked with"),
                (_("Cramps have many causes; often none is found. Linked with them are:"),),
                (
                    _("tired or untrained muscles, long effort, heat"),
                    _("pregnancy"),
                    _("some medicines, among them water tablets, statins and some inhalers"),
                    _("diseases of nerves, thyroid, liver or kidneys, diabetes, and much alcohol"),
                    _(
                        "marked changes of calcium, magnesium, potassium or sodium in the blood, which only "
                        "a test shows"
                    ),
                ),
            ),
            Section(
                MORE,
                _("What food has to do with it"),
                (
                    _(
                        "A severe, measured shortage of calcium, magnesium or potassium can bring cramps and "
                        "spasms. Everyday cramps usually have another reason, or none that is found, and a "
                        "food log cannot show such a shortage."
                    ),
                    _(
                        "So this diary tells two things apart: what you logged beside public references, and "
                        "when you had cramps. It does not say that one made the other."
                    ),
                ),
            ),
            Section(
                CARE,
                _("When to ask a clinician"),
                (
                    _(
                        "When cramps are frequent, severe or lasting, break your sleep, or come with other "
                        "signs."
                    ),
                    _(
                        "They can take a history, examine you, and have electrolytes, kidney function, "
                        "vitamin B12 and vitamin D tested. Kidney failure or a disease of the gut need care "
                        "of their own."
                    ),
                ),
            ),
        ),
        (MSD, NHS_CRAMPS, CKS, GARRISON),
        ("at-once", "dehydration", "medicines", "supplement", "serious"),
    ),
    Topic(
        "relief",
        BODY,
        _("Relief"),
        _("What can be done during a cramp, and what is known about keeping at it afterwards."),
        (
            Section(
                MORE,
                _("During a cramp"),
                (),
                (
                    _(
                        "Stretch the muscle gently and hold until it lets go: for a calf, straighten the "
                        "knee and pull the toes up."
                    ),
                    _("Massage it, or walk a few steps."),
                    _("Warm it with a towel or a bath; some prefer cold on the sore muscle afterwards."),
                    _("Drink if you are dry, unless a clinic limits how much."),
                ),
            ),
            Section(
                MORE,
                _("Afterwards"),
                (
                    _(
                        "A muscle may ache for a day. Gentle movement is fine, and an ordinary painkiller is "
                        "a question for a pharmacist."
                    ),
                    _(
                        "A varied diet comes first. Supplements are for a shortage that was confirmed, and "
                        "on advice, electrolytes above all."
                    ),
                ),
            ),
            Section(
                CARE,
                _("Do not wait"),
                (
                    _(
                        "More than 10 minutes without easing, or one leg that is swollen, warm and sore: ask "
                        "the same day, and do not massage it."
                    ),
                ),
            ),
        ),
        (NHS_CRAMPS, AAN, COPPIN, COCHRANE, "NHS, DVT (deep vein thrombosis)"),
        ("at-once", "stretching", "supplement", "medicines", "serious"),
    ),
    Topic(
        "fluid",
        BODY,
        _("Fluid, sweat and heat"),
        _(
            "In long effort and in heat, water and salt are lost together. Both too little and too much "
            "drinking can do harm."
        ),
        (
            Section(
                MORE,
                _("What is lost"),
                (
                    _(
                        "Sweat differs widely between people and days: from hardly any to more than two "
                        "litres an hour. Weighing yourself before and after exercise, without clothes, shows "
                        "it best: a kilogram less is about a litre of sweat that was not drunk again."
                    ),
                ),
            ),
            Section(
                MORE,
                _("Drink to thirst"),
                (
                    _(
                        "For healthy people thirst is a good guide, before, during and after effort. Clear "
                        "urine all day is no aim."
                    ),
                    _(
                        "If you weigh more after exercise than before, you drank more than you lost. Then "
                        "stop drinking until you have passed water and are thirsty again."
                    ),
                ),
            ),
            Section(
                CARE,
                _("Where care is due"),
                (
                    _(
                        "Vomiting, a bad headache, puffiness or confusion during or in the day after long "
                        "effort with much drinking, or after heat: do not drink more, and call the emergency "
                        "number."
                    ),
                    _(
                        "A fluid limit from your clinic, or a heart, kidney or liver disease, goes before "
                        "all that is said here."
                    ),
                ),
            ),
        ),
        (EAH, MSD),
        ("dehydration", "at-once", "serious"),
    ),
    Topic(
        "numbers",
        NUMBERS,
        _("How the numbers are worked out"),
        _("From what you log to a verdict, and why the verdict is sometimes “cannot tell”."),
        (
            Section(
                MORE,
                _("1. A day"),
                (
                    _(
                        "Each food's content per 100 g is multiplied by its weight and added up; supplements "
                        "and medicines are exact and kept apart. What the table does not know stays unknown "
                        "and is never taken as zero."
                    ),
                    _(
                        "Only finished days count: those you marked, and those with at least three times of "
                        "eating over six hours or more and a possible amount of energy. A day of which "
                        "something is missing is left out, and is never a day of little food."
                    ),
                ),
            ),
            Section(
                MORE,
                _("2. A window"),
                (
                    _(
                        "One week tells little. Magnesium, potassium, calcium and sodium are looked at over "
                        "28 days, water over 14, vitamin D and vitamin B12 over 90. At least 7, 5 and 28 of "
                        "these days must be finished. Working days and weekends are weighed as in a week."
                    ),
                ),
            ),
            Section(
                MORE,
                _("3. How sure an average is"),
                (
                    _(
                        "People eat differently from day to day. The spread of your own days is pooled with "
                        "a published one, which weighs as much as 12 days, and neighbouring days count a "
                        "little less than separate ones."
                    ),
                ),
            ),
            Section(
                MORE,
                _("4. Beside a reference"),
                (
                    _(
                        "The reference is that of your age, sex and life stage, from one authority and never "
                        "a mixture. Against an average requirement (magnesium, calcium) a verdict can say "
                        "“low”. Against an adequate intake (potassium, water) it can only say “probably "
                        "enough” or “cannot tell”."
                    ),
                    _(
                        "“Enough” rests on what is known for certain. “Low” rests on the higher estimate, "
                        "and only where at least 80 % of what was logged has a known amount. “Above” rests "
                        "on what is known for certain."
                    ),
                ),
            ),
            Section(
                MORE,
                _("5. Patterns"),
                (
                    _(
                        "Days with a cramp are compared with other days of the same four weeks, working days "
                        "and weekends apart. A day counts only if it is known whether it brought a cramp and "
                        "what it held; a night cramp counts for the day that led up to it."
                    ),
                    _(
                        "Nothing is said before 42 known days and 10 cramp days. All questions are corrected "
                        "together, because among many some look striking by chance. A pattern is worth "
                        "watching only with 20 cramp days, when it is large and both halves of the log "
                        "agree; a card speaks of it only after two looks in a row. It is never a cause."
                    ),
                ),
                anchor="patterns",
            ),
            Section(
                MORE,
                _("6. What it is not"),
                (
                    _(
                        "A verdict compares your logged intake with reference values for a group of people. "
                        "It says nothing about your blood or your health, and food that was not logged is "
                        "not in it. People tend to log less than they eat."
                    ),
                ),
            ),
        ),
        (
            IOM_2000,
            SODIUM_2019,
            IOM_2011,
            "Black, International Journal of Obesity, 2000",
            "Lumley and Levy, Environmetrics, 2000",
            "Benjamini and Hochberg, Journal of the Royal Statistical Society B, 1995",
        ),
        ("log-and-blood",),
    ),
)
TOPIC = {topic.slug: topic for topic in TOPICS}
TOPIC_OF = {topic.code: topic.slug for topic in TOPICS if topic.code}


# Foods of the table ---------------------------------------------------------------------------

MOST_FOODS = 12
MOST_OF_A_KIND = 2
"""Foods of one category in a list: otherwise every milk would stand there and nothing else."""
LEFT_OUT = frozenset({"Sport and energy drinks"})
"""Categories that are not shown as a source of anything, whatever was added to them (product choice)."""


class RankedFood(NamedTuple):
    """A food of the shared table with what a usual portion holds, in the nutrient's unit."""

    food: UUID
    name: str
    grams: float
    amount: float


def foods_with(code: str, most: int = MOST_FOODS) -> list[RankedFood]:
    """Everyday foods that hold most of a nutrient in a usual portion, the most first; one query.

    A food whose amount is not known is not in the list; of one category there are at most two.
    """
    kinds: Counter[str] = Counter()
    names: set[str] = set()
    ranked = []
    for category, one in sorted(_usual_portions(code), key=lambda row: (-row[1].amount, row[1].name)):
        kind, name = category.partition(",")[0], ",".join(one.name.split(",")[:2])
        if kinds[kind] < MOST_OF_A_KIND and name not in names:
            ranked.append(one)
            kinds[kind] += 1
            names.add(name)
    return ranked[:most]


def _usual_portions(code: str) -> list[tuple[str, RankedFood]]:
    """Category, and what a usual portion holds, of each everyday food of which it is known."""
    everyday = {food_id(source, food_code) for source, food_code in search.everyday()}
    portions = FoodPortion.objects.filter(usual=True, food__in=everyday, **{f"food__{code}__gt": 0})
    rows = portions.order_by().values_list(
        "food__category", "food_id", "food__name", "grams", f"food__{code}"
    )
    return [
        (category, RankedFood(food, name, float(grams), per_100g * float(grams) / 100))
        for category, food, name, grams, per_100g in rows
        if category not in LEFT_OUT
    ]
