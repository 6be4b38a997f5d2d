"""Each rule on plain facts: it fires, it stays silent just below, and answers take it away or change it."""

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.calc import triggers
from journal.calc.advice_rules import RULE, RULES, wanted
from journal.calc.suppressions import Flags
from tests.journal import advice_cases as cases
from tests.journal.advice_cases import HEALTHY, On, fires, just_below, with_answer

TODAY = date(2026, 7, 22)  # a Wednesday in the light half of the northern year
ON = On(TODAY)
FIRES = fires(ON)


def found(facts):
    return {card.rule.id: card for card in wanted(facts)}


def judged(rule, facts):
    """The card of one rule, whatever else would take its place on the topic."""
    flat = [one for card in wanted(facts) for one in (card, *card.instead)]
    return next((card for card in flat if card.rule.id == rule), None)


def test_every_rule_but_the_one_that_never_speaks_has_a_case():
    assert {name.partition("-")[0] for name in FIRES} == {rule.id for rule in RULES} - {"L10"}
    assert {rule for rule, _why, _facts in just_below(ON)} == {rule.id for rule in RULES} - {"L10"}


@pytest.mark.parametrize("name", sorted(FIRES))
def test_the_rule_fires(name):
    rule = name.partition("-")[0]
    card = found(FIRES[name])[rule]
    assert card.layer == rule[0]


@pytest.mark.parametrize(
    ("rule", "why", "facts"), just_below(ON), ids=[f"{rule}: {why}" for rule, why, _facts in just_below(ON)]
)
def test_it_does_not_fire_just_below(rule, why, facts):
    assert judged(rule, facts) is None


def test_low_sodium_never_speaks():
    low = ON.gap("sodium_mg", "ai", confidence_above=0.0, band="cannot_tell", reference_amounts=(1500.0,))
    assert judged("L10", ON.facts(gaps=(low,))) is None


# Severity -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(name for name in FIRES if "-" not in name))
def test_the_severity_is_that_of_the_table_unless_the_case_is_worse(name):
    assert found(FIRES[name])[name].severity == RULE[name].severity


@pytest.mark.parametrize(
    ("name", "changed", "severity"),
    [
        ("X03", {"ticked": (ON.tick("weakness", ago=2),)}, "urgent_now"),
        ("X03", {"ticked": (ON.tick("weakness", ago=3),)}, "see_clinician_soon"),
        ("X03", {"ticked": (ON.tick("palpitations"),)}, "see_clinician_soon"),  # not among drowsy, weak
        ("X04", {"ticked": (ON.tick("palpitations"),)}, "urgent_now"),
        ("X06-high", {}, "see_clinician_soon"),
        ("X08", {"flags": with_answer("high_blood_pressure")}, "advise"),
        ("L04", {"region": "GB"}, "info"),  # July
        ("L04", {"region": "NZ"}, "advise"),
        ("L04", {"region": "GB", "today": date(2026, 10, 1)}, "advise"),
        ("L04", {"region": "GB", "today": date(2026, 3, 31)}, "advise"),
        ("L04", {"region": "NZ", "today": date(2026, 10, 1)}, "info"),
        ("L04", {"region": "US", "today": date(2026, 12, 1)}, "info"),  # on both sides of 35 degrees
        ("L04", {"flags": with_answer("little_sun")}, "advise"),
        ("L04", {"flags": replace(HEALTHY, age=71)}, "advise"),
        ("L04", {"flags": replace(HEALTHY, age=70)}, "info"),
        ("H02-often", {}, "advise"),
    ],
)
def test_some_findings_are_more_severe(name, changed, severity):
    facts = replace(FIRES[name], **changed)
    if "today" in changed:
        facts = replace(facts, gaps=tuple(replace(gap, as_of=changed["today"]) for gap in facts.gaps))
    assert found(facts)[name.partition("-")[0]].severity == severity


# Topics ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stronger", "weaker", "facts"),
    [
        ("X03", "X02", FIRES["X03"]),
        ("X04", "X05", ON.facts(with_answer("kidney_disease"), doses=(ON.dose("potassium_mg", 1001),))),
        ("X02", "X01", ON.facts(doses=ON.daily("magnesium_mg", 1001, 7))),
        ("C07", "L07", replace(FIRES["C07"], cramp_days=ON.days(0, 1, 2))),
        ("L07", "L06", replace(FIRES["L06"], cramp_days=ON.days(0, 1, 2))),
        ("L06", "L01", FIRES["L06"]),
        ("H03", "H02", replace(FIRES["H03"], efforts=tuple(ON.effort(n) for n in (2, 3, 6, 9)))),
        ("L05", "I05", replace(FIRES["L05"], flags=replace(HEALTHY, age=60))),
    ],
)
def test_of_one_topic_the_stronger_card_is_wanted_and_the_weaker_waits_behind_it(stronger, weaker, facts):
    shown = found(facts)
    assert stronger in shown and weaker not in shown
    assert weaker in {other.rule.id for other in shown[stronger].instead}


def test_beside_a_warning_of_drinking_too_much_nothing_asks_to_drink():
    thirsty = replace(FIRES["H02"], gaps=FIRES["H01"].gaps, days=FIRES["H01"].days)
    assert {"H01", "H02"} <= set(found(thirsty))
    both = replace(thirsty, overdrunk=FIRES["H04"].overdrunk)
    assert {rule for rule in found(both) if rule.startswith("H")} == {"H04"}


def test_low_intake_and_frequent_cramps_come_as_two_facts():
    assert {"C01", "C08", "L07"} <= set(found(FIRES["L07"]))


# Suppressions ---------------------------------------------------------------------------------


def with_flags(name, **changed):
    return replace(FIRES[name], flags=replace(FIRES[name].flags, **changed))


def with_conditions(name, *conditions):
    flags = FIRES[name].flags
    answers = {**flags.conditions, **dict.fromkeys(conditions, "yes")}
    return replace(FIRES[name], flags=replace(flags, conditions=answers))


@pytest.mark.parametrize(
    "change",
    [
        {"conditions": {"kidney_disease": "no", "heart_failure": "yes"}},
        {"conditions": {"kidney_disease": "no", "fluid_limit": "yes"}},
        {"conditions": {"dialysis": "yes"}},
        {"diuretics": True},
        {"medicines": frozenset({"desmopressin"})},
    ],
)
@pytest.mark.parametrize("rule", cases.NO_FLUID)
def test_s03_takes_every_card_on_drinking_more_away(rule, change):
    assert judged(rule, with_flags(rule, **change)) is None


@pytest.mark.parametrize("medicine", cases.LOW_SODIUM_MEDICINES)
@pytest.mark.parametrize("rule", cases.NO_FLUID)
def test_medicines_that_lower_sodium_take_every_card_on_drinking_more_away(rule, medicine):
    assert judged(rule, with_flags(rule, medicines=frozenset({"statins"}))) is not None
    assert judged(rule, with_flags(rule, medicines=frozenset({medicine}))) is None


@pytest.mark.parametrize("medicine", cases.LOW_SODIUM_MEDICINES)
def test_the_warning_of_too_much_stays_beside_medicines_that_lower_sodium(medicine):
    assert judged("H04", with_flags("H04", medicines=frozenset({medicine}))) is not None


@pytest.mark.parametrize("rule", cases.NO_GOAL_TO_DRINK)
@pytest.mark.parametrize("eating", [{"conditions": {"kidney_disease": "no", "eating_disorder": "yes"}},
                                    {"bmi": 18.4}])  # fmt: skip
def test_s06_takes_nudges_to_drink_away(rule, eating):
    assert judged(rule, with_flags(rule, **eating)) is None


def test_s06_leaves_the_danger_of_heat():
    assert judged("H05", with_conditions("H05", "eating_disorder")) is not None


@pytest.mark.parametrize("rule", cases.IMPLAUSIBLE_OFF)
def test_s05_takes_every_low_card_away(rule):
    assert judged(rule, with_flags(rule, diary_implausible=True)) is None


@pytest.mark.parametrize("rule", cases.OFF_WHEN_EATING_IS_HARD)
def test_s06_takes_nudges_and_counts_away(rule):
    assert judged(rule, with_conditions(rule, "eating_disorder")) is None


@pytest.mark.parametrize("rule", ["L01", "L02", "L03", "L04", "L05", "L06", "L07", "C07"])
def test_s06_makes_low_cards_one_talk(rule):
    [talk] = [card for card in wanted(with_conditions(rule, "eating_disorder")) if card.variant == "talk"]
    assert (talk.layer, talk.severity) == ("C", "see_clinician_soon")


def test_s06_has_one_talk_for_many_nutrients():
    gaps = (*FIRES["L01"].gaps, *FIRES["L02"].gaps, *FIRES["L03"].gaps)
    facts = ON.facts(with_answer("eating_disorder"), gaps=gaps)
    assert [card.variant for card in wanted(facts)] == ["talk"]


@pytest.mark.parametrize(("rule", "nutrient"), sorted(cases.TARGET.items()))
def test_s08_a_clinicians_target_takes_the_cards_of_its_nutrient_away(rule, nutrient):
    assert judged(rule, with_flags(rule, clinician_targets=frozenset({nutrient}))) is None


def test_s08_leaves_the_danger_of_vitamin_d():
    assert judged("X06", with_flags("X06-high", clinician_targets=frozenset({"vitamin_d_ug"}))) is not None


@pytest.mark.parametrize(
    ("rule", "words"),
    [("L01", "kidney_team"), ("L02", None), ("L03", "kidney_team"), ("L04", None), ("L05", "plain"), ("L06",
    "kidney_team"),
     ("L07", "kidney_team"), ("C07", "kidney_team"), ("L08", None), ("L09", None), ("I02", "ask_first")],
)  # fmt: skip
def test_s01_kidney_answers(rule, words):
    card = judged(rule, with_conditions(rule, "kidney_disease"))
    assert (card.variant if card else None) == words


@pytest.mark.parametrize(
    ("rule", "words"),
    [("L01", "food_only"), ("L03", None), ("L06", "food_only"), ("C07", "food_only"), ("I02", "ask_first")],
)
def test_s02_an_open_answer(rule, words):
    card = judged(rule, with_flags(rule, conditions={}))
    assert (card.variant if card else None) == words


@pytest.mark.parametrize("rule", ["L01", "L02", "L03", "L04", "L05", "L06", "L07", "C07"])
def test_s04_somebody_is_asked_first(rule):
    assert judged(rule, with_flags(rule, pregnant=True)).variant == "midwife"
    assert judged(rule, with_flags(rule, age=17)).variant == "clinician"


def test_s04_evidence_on_magnesium_asks_first():
    assert judged("I02", with_flags("I02", pregnant=True)).variant == "ask_first"
    assert judged("I02", FIRES["I02"]).variant == "plain"


@pytest.mark.parametrize("rule", ["L02", "L04"])
def test_s07_calcium_and_d_become_a_question(rule):
    assert judged(rule, with_flags(rule, medicines=frozenset({"digoxin"}))).variant == "clinician"


def test_s07_praises_no_calcium():
    rising = replace(FIRES["L08"], gaps=tuple(replace(g, nutrient="calcium_mg") for g in FIRES["L08"].gaps),
                     earlier_gaps=tuple(replace(g,
                     nutrient="calcium_mg") for g in FIRES["L08"].earlier_gaps))  # fmt: skip
    assert judged("L08", rising) is not None
    assert judged("L08", replace(rising, flags=with_answer("kidney_stones"))) is None


def link_card(flags, *found):
    return judged("I06", ON.facts(flags, links=found))


@pytest.mark.parametrize(("exposure", "flags"), cases.LINKS_SPOKEN_AGAINST)
def test_a_link_that_could_read_as_a_tip_to_have_more_is_held_back_by_the_answers_that_take_tips(
    exposure, flags
):
    assert link_card(HEALTHY, ON.link(exposure)) is not None
    assert link_card(flags, ON.link(exposure)) is None
    assert link_card(flags, ON.link(exposure), ON.link("hard_exercise")).inputs["exposure"] == "hard_exercise"


def test_of_several_links_the_least_likely_by_chance_is_told():
    card = link_card(HEALTHY, ON.link(q=0.03), ON.link("caffeine_high", q=0.01), ON.link("heat", q=0.08))
    assert (card.inputs["exposure"], card.inputs["others"]) == ("caffeine_high", 2)


@pytest.mark.parametrize("name", sorted(name for name in FIRES if not name.startswith("I06")))
def test_a_link_never_takes_or_lowers_another_card(name):
    """Also one that says "fewer cramps on such days"."""
    links = (ON.link(), ON.link("hard_exercise", more=False, odds_ratio=0.1, lower=0.0, upper=0.4))
    without, beside = found(FIRES[name]), found(replace(FIRES[name], links=links))
    kept = {rule: card for rule, card in beside.items() if rule != "I06"}
    assert {rule: card.severity for rule, card in kept.items()} == {
        rule: card.severity for rule, card in without.items()
    }


WORST = {
    "conditions": {"kidney_disease": "no", "heart_failure": "yes", "eating_disorder": "yes",
    "kidney_stones": "yes"},
    "diary_implausible": True, "diuretics": True,
    "clinician_targets": frozenset({"magnesium_mg", "potassium_mg", "vitamin_d_ug", "water_g"}),
}  # fmt: skip


@pytest.mark.parametrize("rule", cases.NEVER_OFF)
def test_dangers_and_signs_are_never_taken_away(rule):
    facts = FIRES[rule]
    if rule in ("X03", "X04"):
        facts = replace(
            facts,
            flags=replace(
                facts.flags, **{**WORST, "conditions": {**WORST["conditions"], "kidney_disease": "yes"}}
            ),
        )
    else:
        facts = with_flags(rule, **WORST)
    assert judged(rule, facts) is not None


@pytest.mark.parametrize(
    "rule", ["X01", "X07", "X08", "L01", "L04", "L08", "L09", "C07", "C08", "H01", "H02"]
)
def test_under_nine_years_nothing_rests_on_a_reference(rule):
    assert judged(rule, with_flags(rule, age=8)) is None
    assert judged(rule, with_flags(rule, age=9)) is not None


def test_infants_get_dangers_and_signs_alone():
    left = {rule for rule in (n.partition("-")[0] for n in FIRES) if judged(rule, with_flags(rule, age=0))}
    assert not {rule for rule in left if rule[0] in "LI"}
    assert {"X03", "X04", "X05", "H04", "C02"} <= left


# The supplement rule --------------------------------------------------------------------------


def test_no_card_on_low_intake_follows_from_cramps_alone():
    facts = ON.facts(Flags(), cramp_days=ON.days(*range(28)), woken_days=ON.days(*range(28)))
    assert {card.rule.id for card in wanted(facts)} == {"C01"}


# Drinking too much ----------------------------------------------------------------------------


def drinks(*pairs):
    return [(ON.at(0, 0).replace(hour=hour), TODAY, litres) for hour, litres in pairs]


def test_the_span_of_two_hours_and_its_limit():
    # 1.61 L in two hours, no sweat: 1.61 - 0.8 x 2 = 0.01 L over.
    over = triggers.overdrunk(drinks((10, 0.8), (12, 0.81)))
    assert (over.drinks_l, over.hours, over.sweat_l) == (pytest.approx(1.61), 2.0, 0.0)
    assert triggers.overdrunk(drinks((10, 0.8), (12, 0.8))) is None  # 1.6 - 1.6 = 0


def test_a_span_may_begin_with_any_drink_of_the_day():
    over = triggers.overdrunk(drinks((8, 0.1), (20, 0.8), (21, 0.9)))
    assert (over.drinks_l, over.hours) == (pytest.approx(1.7), 2.0)


def test_sweat_of_the_span_counts_against_it():
    effort = replace(ON.effort(), begun=ON.at(0, 10), sweat_l=1.2, hours=2.0)
    # 3.0 - 1.2 - 0.8 x 2 = 0.2 L over; with 2.8 L nothing is over.
    assert triggers.overdrunk(drinks((10, 1.5), (12, 1.5)), [effort]).sweat_l == pytest.approx(1.2)
    assert triggers.overdrunk(drinks((10, 1.4), (12, 1.4)), [effort]) is None


def test_three_hours_of_more_than_a_litre_an_hour_are_too_much_whatever_is_sweated():
    effort = replace(ON.effort(), begun=ON.at(0, 9), sweat_l=4.0, hours=4.0)
    litres = [(9, 0.8), (10, 0.8), (11, 0.8), (12, 0.7)]  # 3.1 L in three hours
    assert triggers.overdrunk(drinks(*litres), [effort]) is not None
    assert triggers.overdrunk(drinks(*litres[:3], (12, 0.6)), [effort]) is None  # 3.0 L


def test_a_day_written_down_at_once_is_no_span():
    assert triggers.overdrunk(drinks((21, 3.0))) is None
    effort = replace(ON.effort(), begun=ON.at(0, 21), sweat_l=0.5)
    assert triggers.overdrunk(drinks((21, 3.0)), [effort]) is not None  # 3.0 - 0.5 - 1.6 = 0.9


def test_drinks_of_one_minute_are_a_span_unless_all_are_of_one_moment():
    ten, day = ON.at(0, 10), ON.ago(0)
    taps = [(ten + timedelta(seconds=n), day, 0.5) for n in range(4)]
    over = triggers.overdrunk(taps)
    assert (over.drinks_l, over.hours) == (2.0, 2.0)  # 2.0 - 0.8 x 2 = 0.4
    assert triggers.overdrunk([(ten, day, 0.5)] * 4) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 600), st.floats(0.05, 1.5).map(lambda litres: round(litres, 2))), max_size=8
    ),
    st.integers(0, 600),
)
def test_what_cannot_be_too_much_is_never_found_to_be(sips, begin):
    """The quick look inside a save may say "perhaps" too often, never "no" where the full one finds it."""
    noon, day = ON.at(0, 0), ON.ago(0)
    drunk = [(noon + timedelta(minutes=n), day, litres) for n, litres in sips]
    effort = replace(ON.effort(), begun=noon + timedelta(minutes=begin), sweat_l=0.1, hours=1.0)
    if not triggers.may_be_overdrunk(drunk):
        assert triggers.overdrunk(drunk) is None and triggers.overdrunk(drunk, [effort]) is None


def test_thousands_of_drinks_are_judged_at_once():
    drunk = [(ON.at(0, 10) + timedelta(milliseconds=200 * n), ON.ago(0), 0.001) for n in range(3000)]
    began = time.process_time()
    assert triggers.overdrunk(drunk).drinks_l == pytest.approx(3.0)
    assert time.process_time() - began < 2  # each beside each, they were 30 s


def test_weight_gained_in_exercise_is_too_much():
    effort = replace(ON.effort(), gained_kg=0.4)
    assert triggers.overdrunk([], [effort]).gained_kg == 0.4
    assert triggers.overdrunk([], [ON.effort()]) is None
