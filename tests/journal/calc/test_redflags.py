"""Each row of the table of warning signs: what sets it off, and what falls just short of it."""

import pytest

from journal.calc.redflags import EMERGENCY, RED_FLAG, RED_FLAGS, red_flags

FINE = {"dialysis": "no", "kidney_stage_4_5": "no"}


def raised(*signs, cramp=False, pregnant=False, **conditions):
    return red_flags(set(signs), on_episode=cramp, pregnant=pregnant, conditions={**FINE, **conditions})


ONE_TICK = {
    "R01": "seizure fainted confused cannot_be_woken",
    "R02": "chest_pain",
    "R03": "sudden_paralysis spreading_weakness trouble_breathing trouble_speaking trouble_swallowing"
    " throat_tightness",
    "R04": "jaw_locked whole_body_stiffness",
    "R06": "hand_or_foot_locked tingling_around_mouth",
    "R08": "one_leg_swollen one_leg_warm_red calf_pain_between_cramps",
    "R09": "not_easing_10_min",
    "R10": "leg_cold_pale_numb",
    "R11": "bladder_bowel_control_lost numb_saddle",
    "R14": "cramps_chest_arms_belly",
}


@pytest.mark.parametrize("cramp", [True, False], ids=["on a cramp", "without a cramp"])
@pytest.mark.parametrize(
    ("rule", "sign"), [(rule, sign) for rule, signs in ONE_TICK.items() for sign in signs.split()]
)
def test_one_tick_alone_raises_exactly_its_rule(rule, sign, cramp):
    assert raised(sign, cramp=cramp) == [rule]


TOGETHER = [
    ("R02", ["palpitations", "feeling_faint"]),
    ("R05", ["after_heat", "vomiting"]),
    ("R05", ["after_heat", "bad_headache"]),
    ("R05", ["after_heat", "puffiness"]),
    ("R05", ["long_exercise_much_drinking", "vomiting"]),
    ("R05", ["long_exercise_much_drinking", "bad_headache"]),
    ("R05", ["long_exercise_much_drinking", "puffiness"]),
    ("R07", ["dark_urine", "severe_muscle_pain"]),
    ("R07", ["dark_urine", "muscle_swelling"]),
    ("R07", ["dark_urine", "weakness"]),
    ("R12", ["fever", "severe_muscle_pain"]),
    ("R12", ["fever", "stiff_neck"]),
    ("R12", ["fever", "rash"]),
    ("R14", ["after_heavy_sweating", "weakness"]),
    ("R14", ["after_heavy_sweating", "vomiting"]),
    ("R14", ["after_heavy_sweating", "severe_muscle_pain"]),
]


@pytest.mark.parametrize(("rule", "signs"), TOGETHER)
def test_signs_that_count_only_together_raise_nothing_one_by_one(rule, signs):
    assert raised(*signs) == [rule]
    assert [raised(sign) for sign in signs] == [[], []]


def test_palpitations_with_trouble_breathing_are_both_a_heart_and_a_breathing_matter():
    assert raised("palpitations", "trouble_breathing") == ["R02", "R03"]


def test_confusion_after_heat_raises_its_own_card_beside_the_one_for_confusion():
    assert raised("confused", "after_heat") == ["R01", "R05"]


def test_headache_and_vomiting_without_effort_or_heat_raise_no_card():
    assert raised("bad_headache", "vomiting", "puffiness") == []


def test_dark_urine_with_a_cramp_needs_no_other_sign():
    assert raised("dark_urine", cramp=True) == ["R07"]
    assert raised("dark_urine", cramp=False) == []


@pytest.mark.parametrize("sign", ["after_vomiting", "after_diarrhoea", "after_water_tablets"])
def test_salt_loss_calls_for_help_only_when_a_cramp_came_with_it(sign):
    assert raised(sign, cramp=True) == ["R14"]
    assert raised(sign, cramp=False) == []


def test_a_runners_cramp_after_heavy_sweating_alone_is_not_an_emergency():
    assert raised("after_heavy_sweating", cramp=True) == []


PREGNANCY = [
    "one_leg_swollen",
    "tummy_cramps_bleeding",
    "bad_headache",
    "visual_change",
    "swelling_face_hands",
]


@pytest.mark.parametrize("sign", PREGNANCY)
def test_pregnancy_signs_count_in_pregnancy_and_not_outside_of_it(sign):
    assert "R13" in raised(sign, pregnant=True)
    assert "R13" not in raised(sign, pregnant=False)


def test_a_cramp_in_pregnancy_alone_raises_no_card():
    assert raised(cramp=True, pregnant=True) == []


@pytest.mark.parametrize("condition", ["dialysis", "kidney_stage_4_5"])
def test_with_failing_kidneys_a_cramp_or_weakness_or_palpitations_suffice(condition):
    assert raised(cramp=True, **{condition: "yes"}) == ["R15"]
    assert raised("weakness", **{condition: "yes"}) == ["R15"]
    assert raised("palpitations", **{condition: "yes"}) == ["R15"]
    assert raised("tiredness", **{condition: "yes"}) == []


@pytest.mark.parametrize("answer", ["no", "unknown"])
def test_kidney_failure_must_be_answered_with_yes(answer):
    assert (
        raised("weakness", cramp=True, dialysis=answer, kidney_stage_4_5=answer, kidney_disease="yes") == []
    )


def test_nothing_answered_and_nothing_ticked_raise_nothing():
    assert red_flags(set(), on_episode=True, pregnant=False, conditions={}) == []


MILD = (
    "numbness tingling muscle_wasting twitching_lasting leg_pain_walking_stops_resting sore_tongue tiredness"
    " memory_change balance_change"
)


@pytest.mark.parametrize("sign", MILD.split())
def test_signs_for_an_ordinary_appointment_are_no_red_flags(sign):
    assert raised(sign, cramp=True) == []


def test_cards_for_the_emergency_number_come_before_those_for_the_same_day():
    fired = raised("not_easing_10_min", "leg_cold_pale_numb", "one_leg_swollen", "seizure")

    assert fired == ["R01", "R10", "R08", "R09"]
    assert [RED_FLAG[rule].urgency == EMERGENCY for rule in fired] == [True, True, False, False]


def test_there_are_fifteen_rules_and_each_names_its_sources():
    assert [rule.id for rule in RED_FLAGS] == [f"R{number:02}" for number in range(1, 16)]
    assert all(rule.sources for rule in RED_FLAGS)


def test_rules_look_at_signs_that_can_be_ticked():
    from journal.codes import Sign

    assert {sign for rule in RED_FLAGS for sign in rule.looks_at} <= set(Sign.values)
