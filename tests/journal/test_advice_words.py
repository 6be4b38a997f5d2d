"""Every sentence a card can say, with real numbers: calm, whole, and without a claim or a dose."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from journal import wording
from journal.calc.advice_rules import RULES
from journal.calc.redflags import EMERGENCY, RED_FLAGS
from journal.calc.suppressions import Flags
from journal.emergency import Numbers, numbers

LOW = {
    "days_used": 14, "days_in_window": 28, "mean": 202.46, "lower": 198.2, "upper": 206.8, "coverage": 0.9312,
    "reference_amounts": [265.0], "reference": {"authority": "nasem"}, "band": "likely_low", "kind": "ear",
    "probability_adequate": 0.0585, "caveats": ["absorption"],
}  # fmt: skip
BARE = {**LOW, "lower": None, "upper": None, "caveats": []}
VARIANTS = ("plain", "food_only", "kidney_team", "midwife", "clinician", "talk")
PEOPLE = {
    "anybody": Flags(),
    "vegan": Flags(conditions={"vegan": "yes"}),
    "dairy_free": Flags(conditions={"dairy_free": "yes"}),
}


def low_cards():
    for rule in RULES:
        if not rule.nutrient:
            continue
        kind = "ai" if rule.id == "L03" else "ear"
        for variant in VARIANTS:
            for who, flags in PEOPLE.items():
                for evidence in ({**LOW, "kind": kind}, {**BARE, "kind": kind}):
                    words = wording.low_intake_words(rule.id, rule.nutrient, variant, evidence, flags)
                    yield f"{rule.id} {variant} {who}", words


def red_cards():
    for rule in RED_FLAGS:
        evidence = {"signs": list(rule.looks_at), "cramp": True, "day": "2026-11-18"}
        for call in (numbers("GB"), numbers("US"), Numbers()):
            yield rule.id, wording.red_flag_words(rule.id, evidence, call)
        yield rule.id, wording.red_flag_words(rule.id, {**evidence, "signs": [], "cramp": False}, Numbers())


def frequent_cards():
    for nights in ([0, 0, 0, 0], [2, 2, 3, 2]):
        for days in (1, 9):
            evidence = {"cramp_days_28": days, "cramp_days_7": 3, "broken_nights": nights}
            yield "C01", wording.frequent_cramps_words(evidence)


CARDS = [*low_cards(), *red_cards(), *frequent_cards()]


def said(words):
    return " ".join([words.title, words.text, words.why, words.what_would_change_it, words.not_a_diagnosis])


FORBIDDEN = [
    r"deficien", r"\byou have\b", r"because of", r"caused by", r"\byou need\b", r"\btake\b", r"\bprevents?\b",
    r"\byou are fine\b", r"your (magnesium|calcium|potassium) is", r"\d+ ?(mg|g|µg) of \w+", r"\bdosage\b",
    r"\bdose\b",     r"\bcures?\b", r"\btreats? cramps\b", r"!",
]  # fmt: skip


@pytest.mark.parametrize("phrase", FORBIDDEN)
def test_no_card_claims_a_cause_a_lack_or_a_dose(phrase):
    assert len(CARDS) > 150
    assert [name for name, words in CARDS if re.search(phrase, said(words), re.IGNORECASE)] == []


def test_the_search_for_forbidden_phrases_would_find_them():
    bad = "You have a deficiency caused by sweating; take 300 mg of magnesium a day."
    assert sum(bool(re.search(phrase, bad, re.IGNORECASE)) for phrase in FORBIDDEN) == 5


def test_no_card_shows_a_raw_number_or_an_unfilled_place():
    for name, words in CARDS:
        assert not re.search(r"\d\.\d\d|%\(|%s|\bNone\b|\bnan\b|[{}]", said(words)), name
        assert unescape(said(words)) == said(words), name
        assert all([words.title, words.text, words.why, words.what_would_change_it]), name


def test_every_card_says_that_it_is_no_diagnosis():
    assert [
        name for name, words in CARDS if not words.not_a_diagnosis.startswith("This is not a diagnosis")
    ] == []


ILLNESSES = (
    "tetanus stroke thrombosis clot dvt rhabdo hyponatr hypocalc tetany sepsis mening infection cauda "
    "hyperkal"
    " hypokal preeclampsia ischaem failure electrolyte breakdown"
)


@pytest.mark.parametrize("illness", ILLNESSES.split())
def test_titles_name_signs_and_no_illness(illness):
    assert [words.title for _name, words in CARDS if illness in words.title.lower()] == []


def test_every_emergency_card_says_whom_to_call_and_guesses_no_number():
    urgent = {rule.id for rule in RED_FLAGS if rule.urgency == EMERGENCY}
    for rule in RED_FLAGS:
        evidence = {"signs": list(rule.looks_at), "cramp": True, "day": "2026-11-18"}
        british = wording.red_flag_words(rule.id, evidence, numbers("GB")).text
        unknown = wording.red_flag_words(rule.id, evidence, Numbers()).text
        if rule.id in urgent:
            assert "999" in british, rule.id
            assert "your local emergency number" in unknown, rule.id
        assert not re.search(r"\d", unknown), rule.id


def test_low_intake_cards_say_on_how_many_days_and_what_a_diary_cannot_know():
    for name, words in low_cards():
        assert "14 of 28 days" in words.why, name
        if " talk " not in name:
            assert "your logged intake" in words.text.lower(), name
            assert "Cramps have many causes; often none is found." in words.text, name


def test_potassium_is_called_below_a_reference_and_never_low():
    for name, words in low_cards():
        if name.startswith("L03") and " talk " not in name:
            assert "cannot tell whether it is too little" in words.text, name
            assert "likely below" not in said(words), name


@pytest.mark.parametrize("variant", ["kidney_team", "clinician", "talk"])
def test_those_who_must_ask_first_are_named_no_food_and_no_supplement(variant):
    for name, words in low_cards():
        if f" {variant} " in name:
            assert not re.search(
                r"greens|nuts|milk|potato|banana|tofu|tablet|powder|supplement|salt", words.text
            ), name


@pytest.mark.parametrize("variant", ["food_only", "midwife"])
def test_food_only_cards_suggest_no_tablet(variant):
    for name, words in low_cards():
        if f" {variant} " in name:
            assert "starting a supplement" not in words.text, name
            assert "greens" in words.text, name


def test_a_talk_shows_no_amounts():
    for name, words in low_cards():
        if " talk " in name:
            assert not re.search(r"\bmg\b|265|203", said(words)), name


def test_vegans_are_offered_no_milk_and_no_fish():
    vegan = Flags(conditions={"vegan": "yes"})
    for nutrient in wording.FOODS:
        assert not re.search(r"milk|yoghurt|cheese|fish|dairy", str(wording.foods(nutrient, vegan))), nutrient
        no_dairy = replace(vegan, conditions={"dairy_free": "yes"})
        assert not re.search(r"milk|yoghurt|cheese|dairy", str(wording.foods(nutrient, no_dairy))), nutrient
    assert "milk" in str(wording.foods("calcium_mg", Flags()))


def test_malabsorption_is_said_on_the_card():
    words = wording.low_intake_words("L01", "magnesium_mg", "plain", LOW, Flags())
    assert "less may be absorbed than is logged" in words.text


@pytest.mark.parametrize(
    ("amount", "read"),
    [(1206.8, "1,207"), (9.96, "10"), (9.94, "9.9"), (0.04, "0.0"), (265.0, "265"), (93.12, "93")],
)
def test_amounts_are_rounded_as_people_read_them(amount, read):
    assert wording.number(amount) == read


def test_a_span_that_reads_the_same_at_both_ends_is_one_number():
    assert wording.span(199.8, 200.2, 200.0) == "about 200"
    assert wording.span(190.0, 210.0, 200.0) == "between 190 and 210"
    assert wording.span(None, None, 200.0) == "about 200"
    assert wording.span(None, None, None) == "not known"


def test_why_names_the_day_in_the_readers_own_way(settings):
    from django.utils import translation

    evidence = {"signs": ["seizure"], "cramp": False, "day": date(2026, 11, 18).isoformat()}
    with translation.override("en-us"):
        assert "Nov. 18, 2026" in wording.red_flag_words("R01", evidence, Numbers()).why
