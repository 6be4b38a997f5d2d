"""Every sentence a card can say, with real numbers: calm, whole, and without a claim or a dose."""

import json
import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from journal import card_words, wording
from journal.calc.advice_rules import RULE, RULES, wanted
from journal.calc.redflags import EMERGENCY, RED_FLAGS
from journal.calc.suppressions import Flags
from journal.emergency import Numbers, numbers
from tests.journal.advice_cases import On, fires

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


ON = On(date(2026, 11, 18))
LOW_RULES = ("L01", "L02", "L03", "L04", "L05", "L06", "L07", "C07")


def low_cards():
    for rule in LOW_RULES:
        kind = "ai" if rule == "L03" else "ear"
        more = {"cramp_days_28": 9} if rule == "L07" else {}
        more |= {"earlier": {"mean": 199.04, "days_used": 11}} if rule == "C07" else {}
        more |= {"reasons": ["dark_months"]} if rule == "L04" else {}
        for variant in VARIANTS:
            for who, flags in PEOPLE.items():
                more["kind"] = kind
                for evidence in ({**LOW, **more}, {**BARE, **more, "vegan": True}):
                    words = wording.low_intake_words(rule, RULE[rule].nutrients[0], variant, evidence, flags)
                    yield f"{rule} {variant} {who}", words


def every_card():
    """Each rule's words on what its own trigger found, stored and read again, wherever a person lives."""
    for name, facts in fires(ON).items():
        for card in wanted(facts):
            for one in (card, *card.instead):
                kept = json.loads(json.dumps(one.inputs))
                for call in (numbers("GB"), Numbers()):
                    said = (one.rule.id, one.nutrient, one.variant, one.severity, kept, facts.flags, call)
                    yield f"{one.rule.id} in {name}", card_words.words(*said)
    for rule, signs in (("X03", ["weakness"]), ("X04", ["palpitations"])):
        facts = replace(fires(ON)[rule], ticked=(ON.tick(*signs),))
        [card] = [card for card in wanted(facts) if card.rule.id == rule]
        for call in (numbers("GB"), Numbers()):
            said = (rule, "", card.variant, card.severity, card.inputs, facts.flags, call)
            yield f"{rule} urgent", card_words.words(*said)
    asked = replace(fires(ON)["I02"], flags=Flags(age=40))
    [card] = [card for card in wanted(asked) if card.rule.id == "I02"]
    said = ("I02", "", "ask_first", "info", card.inputs, asked.flags, Numbers())
    yield "I02 ask_first", card_words.words(*said)


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


EVERY = [*every_card()]
CARDS = [*low_cards(), *red_cards(), *frequent_cards(), *EVERY]


def test_every_rule_has_words_and_they_are_looked_at():
    speaking = {rule.id for rule in RULES} - {"L10"}
    assert set(card_words.SPEAKERS) == speaking
    assert {name.split()[0] for name, _words in EVERY} == speaking


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


def test_no_card_recommends_magnesium_or_potassium_for_cramps():
    offer = re.compile(r"(?i)(try|start|begin|use|consider)\w* (a |an |some )?(magnesium|potassium)")
    assert [name for name, words in CARDS if offer.search(f"{words.title} {words.text}")] == []
    assert offer.search("Try a magnesium tablet") and offer.search("consider starting potassium")
    [evidence] = {words.text for name, words in EVERY if name.startswith("I02 in I02-tried")}
    assert "made no meaningful difference to cramps" in evidence  # Cochrane 2020
    for figure in ("11 trials, 735 people", "-3.9% against placebo", "-21.1 to 13.3"):
        assert figure in evidence


def test_advice_on_fluid_never_promises_an_end_of_cramps_and_leaves_a_clinics_amount_alone():
    for name, words in EVERY:
        if name[:3] in ("H01", "H02", "H03", "H05", "H06"):
            assert "If a clinic gave you an amount to drink, follow that." in words.text, name


def test_a_personal_link_is_told_with_counts_interval_and_other_reasons_and_never_as_a_cause():
    texts = {name.split(" in ")[1]: words for name, words in EVERY if name.startswith("I06 ")}
    plain = texts["I06"].text
    assert "On days after alcohol you logged cramps on 18 of 40 days, on other days on 12 of 90." in plain
    assert "about 5.3 times as high on those days (95% interval 2.2 to 13)" in plain
    for words in texts.values():
        assert "unusual by chance" in words.text
        assert "Other things may explain it: poor sleep" in words.text
        assert "It does not show that one causes the other." in words.text
        assert "no reason to change a medicine or to begin a supplement" in words.text
        assert "2 looks in a row" in words.why
    # 1 / 0.2 with ends of 1 / 0.7 and none: told from the side with more cramps
    assert "at least 1.4 times as high on the other days" in texts["I06-fewer"].text
    assert "5.3 times as high with each litre that water was short" in texts["I06-litre"].text
    assert "at least 2.2 times as high on those days" in texts["I06-unbound"].text


def test_dangers_say_whom_to_call():
    for name, words in EVERY:
        if name.split()[0] in ("X03", "X04", "X05", "H04"):
            assert "999" in words.text or "your local emergency number" in words.text, name


def test_medicines_are_never_to_be_stopped_on_ones_own():
    for rule in ("C04", "C05", "C09"):
        texts = {words.text for name, words in EVERY if name.startswith(f"{rule} ")}
        assert texts and all("do not stop" in text for text in texts), rule


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
            assert re.search("greens|fortified", words.text), name


def test_a_talk_shows_no_amounts():
    for name, words in low_cards():
        if " talk " in name:
            assert not re.search(r"\bmg\b|265|203", said(words)), name


def test_vegans_are_offered_no_milk_and_no_fish():
    vegan = Flags(conditions={"vegan": "yes"})
    assert set(wording.FOODS) == set(wording.FOODS_OF_PLANTS)
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
