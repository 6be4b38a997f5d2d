"""Rules of advice on plain facts: each fires, stays silent just below, and is changed by each suppression."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from journal.calc import advice_rules
from journal.calc.advice_rules import RULE, Facts, GapFacts, is_due_again, wanted
from journal.calc.suppressions import Flags, cooldown_days, effects

TODAY = date(2026, 11, 22)  # a Sunday: ISO week 47
HEALTHY = Flags(age=40, conditions={"kidney_disease": "no"}, potassium_raising="no", bmi=22.0)

MAGNESIUM = GapFacts(
    "magnesium_mg", "ear", TODAY, band="likely_low", mean=205.0, lower=200.0, upper=210.0, coverage=0.80,
    reference_amounts=(265.0,), probability_adequate=0.149, days_used=10,
)  # fmt: skip
CALCIUM = replace(MAGNESIUM, nutrient="calcium_mg", reference_amounts=(800.0,), days_used=14)
POTASSIUM = GapFacts(
    "potassium_mg", "ai", TODAY, band="cannot_tell", mean=2300.0, lower=2250.0, upper=2599.0, coverage=0.80,
    reference_amounts=(2600.0,), confidence_above=0.149, days_used=7,
)  # fmt: skip


def cards(*gaps, flags=HEALTHY, **facts):
    return [(card.rule.id, card.variant) for card in wanted(Facts(TODAY, flags, gaps=gaps, **facts))]


def last(*ago):
    return frozenset(TODAY - timedelta(days=n) for n in ago)


# C01 ------------------------------------------------------------------------------------------


def test_eight_cramp_days_in_28_are_frequent_and_seven_are_not():
    eight = (7, 8, 10, 13, 16, 20, 24, 27)  # none in the last 7 days: those are 0 to 6 days ago
    assert cards(cramp_days=last(*eight)) == [("C01", "plain")]
    assert cards(cramp_days=last(*eight[:7])) == []


def test_the_29th_day_back_is_outside_of_the_28():
    assert cards(cramp_days=last(7, 8, 10, 13, 16, 20, 24, 28)) == []


def test_three_cramp_days_in_the_last_seven_are_frequent_and_two_are_not():
    assert cards(cramp_days=last(0, 3, 6)) == [("C01", "plain")]
    assert (
        cards(cramp_days=last(0, 3, 7)) == []
    )  # the third is eight days back, counted from today as the first


def test_two_broken_nights_in_each_of_four_weeks_are_frequent():
    eight = (0, 6, 7, 13, 14, 20, 21, 27)  # two in each block of seven days
    assert cards(woken_days=last(*eight)) == [("C01", "plain")]
    assert cards(woken_days=last(0, 6, 7, 13, 14, 20, 21)) == []  # one in the fourth week back
    assert (
        cards(woken_days=last(0, 1, 2, 3, 7, 8, 14, 15)) == []
    )  # eight nights, none in the fourth week back


# L01, L02, L03 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "rule", "days"), [(MAGNESIUM, "L01", 10), (CALCIUM, "L02", 14), (POTASSIUM, "L03", 7)]
)
def test_a_low_intake_card_needs_its_days_and_coverage(gap, rule, days):
    assert gap.days_used == days
    assert cards(gap) == [(rule, "plain")]
    assert cards(replace(gap, days_used=days - 1)) == []
    assert cards(replace(gap, coverage=0.799)) == []
    assert cards(replace(gap, coverage=None)) == []


@pytest.mark.parametrize("gap", [MAGNESIUM, CALCIUM])
def test_low_against_the_requirement_means_a_confidence_under_15_percent_and_the_band(gap):
    assert cards(replace(gap, probability_adequate=0.15)) == []
    assert cards(replace(gap, probability_adequate=None)) == []
    assert cards(replace(gap, band="cannot_tell")) == []  # what is unknown could close the gap
    assert cards(replace(gap, band="possibly_low")) == []
    assert cards(replace(gap, probability_adequate=0.06, band="likely_low")) != []


def test_potassium_is_below_only_when_even_the_upper_estimate_is():
    assert cards(replace(POTASSIUM, upper=2600.0)) == []
    assert cards(replace(POTASSIUM, confidence_above=0.15)) == []
    assert cards(replace(POTASSIUM, upper=None)) == []


def test_without_a_sex_potassium_must_be_below_both_references():
    both = replace(POTASSIUM, reference_amounts=(2600.0, 3400.0))
    assert cards(both) == [("L03", "plain")]
    assert cards(replace(both, upper=2600.0)) == []  # below 3400, not below 2600
    assert cards(replace(both, reference_amounts=())) == []


def test_potassium_stays_information_and_no_warning():
    assert [card.severity for card in wanted(Facts(TODAY, HEALTHY, gaps=(POTASSIUM,)))] == ["info"]


def test_magnesium_is_never_low_against_an_adequate_intake():
    # EFSA sets no average requirement for magnesium, so the row's kind is "ai".
    assert cards(replace(MAGNESIUM, kind="ai")) == []
    assert cards(replace(MAGNESIUM, kind="ai", probability_adequate=None, confidence_above=0.01)) == []


def test_under_nine_years_nothing_is_claimed():
    assert cards(MAGNESIUM, flags=replace(HEALTHY, age=8)) == []
    assert cards(MAGNESIUM, flags=replace(HEALTHY, age=9)) == [("L01", "clinician")]


def test_layers_come_in_order():
    fired = cards(POTASSIUM, CALCIUM, MAGNESIUM, cramp_days=last(0, 1, 2))
    assert [rule for rule, _words in fired] == ["C01", "C08", "L07", "L07", "L03"]


# Suppressions ---------------------------------------------------------------------------------


def with_condition(condition, answer="yes"):
    return replace(HEALTHY, conditions={"kidney_disease": "no", condition: answer})


ALL = (MAGNESIUM, CALCIUM, POTASSIUM)


@pytest.mark.parametrize("condition", ["kidney_disease", "kidney_stage_4_5", "dialysis", "transplant"])
def test_s01_kidney_answers_turn_magnesium_and_potassium_into_a_question_and_calcium_off(condition):
    flags = with_condition(condition)
    assert cards(*ALL, flags=flags) == [("L01", "kidney_team"), ("L03", "kidney_team")]
    found = wanted(Facts(TODAY, flags, gaps=ALL))
    assert {(card.layer, card.severity) for card in found} == {("C", "see_clinician_soon")}
    acts = effects(flags)
    assert acts.kidney_limits and acts.salt_substitutes_off and acts.hydration_off
    assert {"magnesium_mg", "potassium_mg", "calcium_mg", "water_g"} <= acts.no_more_tips & acts.no_food_lists


@pytest.mark.parametrize(
    "flags",
    [
        replace(HEALTHY, conditions={}),
        replace(HEALTHY, conditions={"kidney_disease": "unknown"}),
        replace(HEALTHY, conditions={"kidney_stage_4_5": "no", "dialysis": "no", "transplant": "no"}),
        replace(HEALTHY, potassium_raising="unknown"),
        replace(HEALTHY, potassium_raising="yes"),
        with_condition("adrenal_insufficiency"),
    ],
)
def test_s02_an_open_answer_takes_potassium_away_and_leaves_magnesium_from_food(flags):
    assert cards(*ALL, flags=flags) == [("L01", "food_only"), ("L02", "plain")]
    acts = effects(flags)
    assert acts.salt_substitutes_off and not acts.kidney_limits
    assert "potassium_mg" in acts.no_more_tips and "magnesium_mg" not in acts.no_more_tips
    assert {"potassium_mg", "magnesium_mg"} <= acts.no_supplement_tips


def test_s02_asks_for_the_answers_that_are_missing_and_for_no_others():
    assert effects(HEALTHY).complete_profile == ()
    assert effects(Flags()).complete_profile == ("kidney_disease", "medicines")
    assert effects(replace(HEALTHY, potassium_raising="unknown")).complete_profile == ("medicines",)
    assert effects(replace(HEALTHY, potassium_raising="yes")).complete_profile == ()


@pytest.mark.parametrize(
    "flags",
    [
        with_condition("heart_failure"),
        with_condition("cirrhosis"),
        with_condition("fluid_limit"),
        with_condition("dialysis"),
        replace(HEALTHY, diuretics=True),
        replace(HEALTHY, medicines=frozenset({"lithium"})),
        replace(HEALTHY, medicines=frozenset({"desmopressin"})),
    ],
)
def test_s03_turns_fluid_goals_off(flags):
    assert effects(flags).hydration_off
    assert not effects(HEALTHY).hydration_off
    assert not effects(replace(HEALTHY, medicines=frozenset({"statins"}))).hydration_off


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (replace(HEALTHY, age=17), "clinician"),
        (replace(HEALTHY, pregnant=True), "midwife"),
        (replace(HEALTHY, breastfeeding=True), "midwife"),
        (replace(HEALTHY, age=18), "plain"),
    ],
)
def test_s04_children_and_people_who_feed_two_ask_first(flags, words):
    assert cards(*ALL, flags=flags) == [("L01", words), ("L02", words), ("L03", words)]
    assert bool(effects(flags).no_supplement_tips) == (words != "plain")


def test_s05_an_implausible_diary_says_nothing_of_low_intake():
    flags = replace(HEALTHY, diary_implausible=True)
    assert cards(*ALL, flags=flags, cramp_days=last(0, 1, 2)) == [("C01", "plain")]
    assert effects(flags).low_intake_off


@pytest.mark.parametrize("flags", [with_condition("eating_disorder"), replace(HEALTHY, bmi=18.49)])
def test_s06_low_intake_becomes_a_talk_with_the_clinician(flags):
    assert {words for _rule, words in cards(*ALL, flags=flags)} == {"talk"}
    assert {card.layer for card in wanted(Facts(TODAY, flags, gaps=ALL))} == {"C"}
    acts = effects(flags)
    assert acts.hide_energy and acts.hide_streaks


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (Flags(age=80, bmi=17.0), True),  # frail and underweight: heat is a danger for them above all
        (Flags(age=80, conditions={"fluid_limit": "yes"}), False),  # the clinic gives the amount
        (Flags(age=80, bmi=17.0, medicines=frozenset({"ssris"})), False),  # more water may harm
    ],
)
def test_s06_hides_goals_to_drink_and_no_danger_of_heat(flags, told):
    heat, goal = (RULE[id].suits(flags, effects(flags), "") for id in ("H05", "H01"))
    assert (heat is not None, goal) == (told, None)


def test_s06_begins_below_its_limit_and_spares_children_whose_bmi_reads_otherwise():
    assert not effects(replace(HEALTHY, bmi=18.5)).hide_energy
    assert not effects(replace(HEALTHY, bmi=None)).hide_energy
    assert not effects(replace(HEALTHY, bmi=16.0, age=10)).hide_energy


@pytest.mark.parametrize(
    "flags",
    [
        replace(HEALTHY, medicines=frozenset({"digoxin"})),
        with_condition("high_calcium_past"),
        with_condition("kidney_stones"),
        with_condition("sarcoidosis"),
        with_condition("hyperparathyroidism"),
    ],
)
def test_s07_calcium_becomes_a_question_and_the_others_stay(flags):
    assert cards(*ALL, flags=flags) == [("L01", "plain"), ("L02", "clinician"), ("L03", "plain")]
    assert effects(flags).no_more_tips == {"calcium_mg", "vitamin_d_ug"}


def test_s07_does_not_bring_back_the_potassium_that_s02_took_away():
    flags = replace(HEALTHY, medicines=frozenset({"digoxin"}), potassium_raising="yes")
    assert cards(POTASSIUM, flags=flags) == []


def test_s08_a_clinicians_target_takes_the_card_of_that_nutrient_away():
    flags = replace(HEALTHY, clinician_targets=frozenset({"magnesium_mg"}))
    assert cards(*ALL, flags=flags) == [("L02", "plain"), ("L03", "plain")]
    assert effects(flags).targets_replaced == {"magnesium_mg"}


def test_s09_two_dismissals_make_the_cool_down_four_times_as_long_but_not_for_dangers():
    assert cooldown_days("L01", 28, 1) == 28
    assert cooldown_days("L01", 28, 2) == 112  # 28 x 4
    assert [cooldown_days(rule, 7, 5) for rule in ("R01", "X04", "X05", "X06")] == [7, 7, 7, 7]
    assert cooldown_days("X03", 1, 2) == 4


def test_kidney_disease_beats_every_softer_word():
    flags = replace(with_condition("dialysis"), pregnant=True, potassium_raising="yes", bmi=17.0)
    assert cards(*ALL, flags=flags) == [("L01", "kidney_team"), ("L03", "kidney_team")]


# When a further card may come -----------------------------------------------------------------


def due(rule="L01", *, ago, dismissals=0, usable=28, state="plain likely_low"):
    [card] = wanted(Facts(TODAY, HEALTHY, gaps=(MAGNESIUM,))) if rule == "L01" else wanted(
        Facts(TODAY, HEALTHY, cramp_days=last(0, 1, 2))
    )  # fmt: skip
    then = TODAY - timedelta(days=ago)
    return is_due_again(
        card, Facts(TODAY, usable_days=last(*range(usable))), last_day=then, last_window_end=then,
        last_state=state, dismissals=dismissals,
    )  # fmt: skip


def test_a_card_comes_again_when_its_cool_down_has_passed_and_not_a_day_before():
    assert RULE["L01"].cooldown_days == 28
    assert due(ago=28)
    assert not due(ago=27)
    assert not due(ago=27, state="")


def test_c01_comes_again_after_60_days():
    assert due("C01", ago=60, state="plain")
    assert not due("C01", ago=59, state="plain")


def test_two_dismissals_keep_it_away_for_112_days():
    assert not due(ago=111, dismissals=2)
    assert due(ago=112, dismissals=2)


def test_a_card_about_the_same_needs_seven_new_usable_days():
    assert due(ago=28, usable=7)
    assert not due(ago=28, usable=6)
    assert due(ago=28, usable=6, state="plain very_likely_low")  # something changed


def test_the_key_names_the_iso_week_of_the_windows_end():
    [card] = wanted(Facts(TODAY, HEALTHY, gaps=(MAGNESIUM,)))
    assert card.key == "L01:magnesium_mg:2026-W47"
    new_year = advice_rules.card_key(RULE["C01"], date(2027, 1, 3))
    assert new_year == "C01:2026-W53"  # a Sunday still of the week that began on 28 December


def test_only_the_most_severe_of_one_topic_is_wanted(monkeypatch):
    softer = replace(RULE["L01"], id="I99", layer="I", severity="info")
    monkeypatch.setattr(advice_rules, "RULES", (softer, *advice_rules.RULES))
    assert cards(MAGNESIUM) == [("L01", "plain")]


def test_a_card_keeps_the_numbers_it_rests_on():
    [card] = wanted(Facts(TODAY, with_condition("coeliac"), gaps=(MAGNESIUM,)))
    assert card.inputs["days_used"] == 10
    assert (card.inputs["lower"], card.inputs["upper"], card.inputs["reference_amounts"]) == (
        200.0,
        210.0,
        [265.0],
    )
    assert card.inputs["caveats"] == ["absorption"]
