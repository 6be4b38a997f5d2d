"""Gaps against sums done by hand, and the promises that hold for every diary."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from journal.calc import usual
from journal.calc.gaps import (
    LOW_BANDS,
    RULES,
    DaysInWindow,
    Someone,
    assess,
    assess_days,
    days_in_window,
    judge_ear,
    judge_level,
)
from journal.calc.totals import Columns
from nutrients.calc.requirement import Need, Option, OwnTarget, ReferenceRow, VariationRow

SUNDAY = date(2026, 11, 1)
MG, K, CA = "magnesium_mg", "potassium_mg", "calcium_mg"
D, B12, NA, WATER = "vitamin_d_ug", "vitamin_b12_ug", "sodium_mg", "water_g"
CODES = ("energy_kcal", *RULES)
SHAPE = (
    *("nutrient", "reference", "method", "mean", "lower", "upper", "interval", "coverage", "days_used"),
    *("days_in_window", "days_needed", "probability_adequate", "confidence_above", "band"),
)
"""What clients rely on."""
STRENGTH = {band: i for i, band in enumerate(("very_likely_low", "likely_low", "possibly_low"))}
"""How strong a low claim is: 0 the strongest; every other band counts as 3."""


def row(nutrient, sex="any", *, authority="nasem", id=1, **amounts):
    return ReferenceRow(authority, nutrient, "general", sex, 228, None, source="a table", id=id, **amounts)


def spread(nutrient, sd, sex="any"):
    return VariationRow(nutrient, sex, 19, None, sd, None, "mg", "published SD")


def skewed(nutrient, cv, sd=None):
    method = "do not use normal method (cv above 0.7)"
    return VariationRow(nutrient, "any", 19, None, sd, cv, "ug", method)


def of_mean(nutrient, cv):
    return VariationRow(nutrient, "any", 19, None, None, cv, "g", "sd = cv x user mean")


def woman(nutrient, sd, **amounts):
    return Need(nutrient, (Option("female", row(nutrient, "female", **amounts), spread(nutrient, sd)),))


WOMAN = {  # 31-50 years, NASEM; spreads of IOM 2000, appendix B
    MG: woman(MG, 86, ear=265, rda=320, ul=350),
    K: woman(K, 851, ai=2600),
    CA: woman(CA, 325, ear=800, rda=1000, ul=2500),
    "sodium_mg": woman("sodium_mg", 1230, ai=1500, cdrr=2300),
    D: Need(D, (Option("female", row(D, ear=10, rda=15, ul=100), skewed(D, 0.9)),)),
    B12: Need(B12, (Option("female", row(B12, ear=2, rda=2.4), skewed(B12, 2.94, 12)),)),
    WATER: Need(WATER, (Option("female", row(WATER, ai=2700), of_mean(WATER, 0.3)),)),
}


def diary(
    amounts,
    *,
    nutrient=MG,
    share=1.0,
    unknown=0,
    added=0.0,
    status="complete_marked",
    until=SUNDAY,
    kcal=2000.0,
):
    """Days that end with `until`, all alike but for the amounts of one nutrient; others are not known."""
    index = [until - timedelta(days=len(amounts) - 1 - i) for i in range(len(amounts))]
    frame = pd.DataFrame({"status": status}, index=pd.Index(index, name="day"))
    for code in CODES:
        unknown_day = {code: np.nan, f"{code}_added": 0.0, f"{code}_share": 0.0, f"{code}_unknown": 5}
        frame = frame.assign(**unknown_day)
    frame["energy_kcal"] = kcal
    frame[nutrient], frame[f"{nutrient}_added"] = np.array(amounts, dtype=float), added
    frame[f"{nutrient}_share"], frame[f"{nutrient}_unknown"] = share, unknown
    return frame


def gap(days, nutrient=MG, *, needs=None, window=28, kind=None, **options):
    found = assess(days, needs or WOMAN, SUNDAY, window, nutrients=[nutrient], **options)
    return next(one for one in found.nutrients if kind in (None, one.kind))


def around(mean, days, swing=60.0):
    """Amounts with a given mean, swinging to and fro by `swing`, so that r is 0 or assumed."""
    return [mean + (swing if i % 2 else -swing) for i in range(days)]


# What is said, and on what


def test_fourteen_days_well_below_the_ear_are_likely_low_by_the_formula():
    amounts = [190, 250, 210, 270, 200, 240, 160, 220, 260, 180, 230, 215, 205, 245]
    found = gap(diary(amounts))
    # 19 October to 1 November: weekend days are the 6th, 7th, 13th and 14th of these fourteen.
    weekend = [240, 160, 205, 245]
    working = [a for i, a in enumerate(amounts) if i not in (5, 6, 12, 13)]
    mean = (5 * sum(working) / 10 + 2 * sum(weekend) / 4) / 7
    sd = np.std(amounts, ddof=1)
    s_w = ((12 * 86**2 + 13 * sd**2) / 25) ** 0.5
    n_eff = 14 * 0.9 / 1.1  # 13 pairs only: r = 0.1
    expected = usual.confidence_ear(mean, 265, 0.10, s_w, n_eff).probability

    assert found.lower == found.upper == found.mean == pytest.approx(mean)
    assert found.probability_adequate == pytest.approx(float(expected))
    assert 0.05 <= found.probability_adequate < 0.15
    assert (found.band, found.method, found.days_used, found.days_in_window) == ("likely_low", "ear", 14, 28)
    assert found.reasons == []


def test_magnesium_that_is_taken_stands_beside_its_own_upper_level_apart_from_food():
    every_other_day = [300.0, 0.0] * 5  # five of ten days, tablets of 300 mg
    days = diary([400.0] * 10, added=every_other_day)
    both, taken = assess(days, WOMAN, SUNDAY, 28, nutrients=[MG]).nutrients
    assert (both.kind, both.mean) == ("ear", 400)
    assert (taken.kind, taken.reference["amount"], taken.days_used) == ("ul", 350, 10)
    # 23 October, a Friday, to 1 November; tablets on the 1st, 3rd, 5th, 7th and 9th of these ten days
    weekdays = [300 if i % 2 == 0 else 0 for i in range(10) if i not in (1, 2, 8, 9)]
    weekends = [300 if i % 2 == 0 else 0 for i in (1, 2, 8, 9)]
    mean = (5 * sum(weekdays) / 6 + 2 * sum(weekends) / 4) / 7
    assert taken.mean == taken.lower == taken.upper == pytest.approx(mean)
    assert (taken.band, taken.method) == ("not_usually_above", "ul")


def test_a_clinicians_target_leaves_no_public_upper_level_beside_it():
    need = {MG: replace(WOMAN[MG], target=OwnTarget(MG, 300, "clinician"))}
    found = assess(diary([400.0] * 10), need, SUNDAY, 28, nutrients=[MG])
    assert [gap.kind for gap in found.nutrients] == ["own"]


@pytest.mark.parametrize(
    ("mean", "band"),
    [
        (340, "likely_meets"),
        (285, "probably_meets"),
        (250, "possibly_low"),
        (220, "likely_low"),
        (170, "very_likely_low"),
    ],
)
def test_magnesium_bands_follow_the_mean(mean, band):
    assert gap(diary(around(mean, 28))).band == band


def test_low_calcium_needs_fourteen_days():
    thirteen, fourteen = (gap(diary(around(350, n), nutrient=CA), CA) for n in (13, 14))
    assert (thirteen.band, fourteen.band) == ("possibly_low", "very_likely_low")
    assert "more_days_for_low" in thirteen.reasons


def test_low_magnesium_needs_ten_days_and_anything_at_all_seven():
    assert [gap(diary(around(150, n))).band for n in (6, 7, 9, 10)] == [
        "not_enough_data",
        "possibly_low",
        "possibly_low",
        "very_likely_low",
    ]


def test_too_few_days_say_how_many_are_needed():
    found = gap(diary(around(150, 5)))
    assert (found.band, found.days_needed, found.probability_adequate) == ("not_enough_data", 2, None)
    # Numbers are shown all the same: Wednesday to Sunday 90, 210, 90 and 210, 90, balanced over the week.
    assert found.mean == pytest.approx((5 * 130 + 2 * 150) / 7)
    assert "too_few_days" in found.reasons


def test_the_first_day_has_numbers_and_no_verdict():
    found = gap(diary([320.0]))
    assert (found.mean, found.days_used, found.days_needed) == (320, 1, 6)


def test_an_empty_diary_has_no_numbers():
    found = gap(diary([]))
    assert (found.mean, found.lower, found.upper, found.coverage) == (None, None, None, None)
    assert (found.days_used, found.band, found.days_needed) == (0, "not_enough_data", 7)


def test_potassium_below_its_ai_is_never_called_low():
    found = gap(diary(around(1500, 28, 300), nutrient=K), K)
    assert (found.band, found.method, found.probability_adequate) == ("cannot_tell", "ai", None)
    assert found.confidence_above < 0.15


def test_potassium_above_its_ai_is_probably_enough():
    found = gap(diary(around(3100, 28, 300), nutrient=K), K)
    assert found.band == "probably_enough"
    assert found.confidence_above >= 0.85


def test_sodium_stands_beside_both_its_references():
    found = assess(diary(around(100, 28), nutrient="sodium_mg"), WOMAN, SUNDAY, 28, nutrients=["sodium_mg"])
    assert [(g.kind, g.reference["amount"]) for g in found.nutrients] == [("ai", 1500), ("cdrr", 2300)]


def test_where_an_authority_sets_no_ear_the_ai_is_used():
    efsa = {MG: woman(MG, 86, ai=300, ul=250, authority="efsa")}
    found = gap(diary(around(150, 28)), needs=efsa)
    assert (found.band, found.method, found.reference["authority"]) == ("cannot_tell", "ai", "efsa")


# Upper levels (method C)


def test_sodium_well_above_the_level_to_stay_below_is_usually_above():
    amounts = [2900, 3300, 2700, 3500, 3100, 2800, 3400] * 4
    found = gap(diary(amounts, nutrient=NA), NA, kind="cdrr")
    weekend = [i % 7 >= 5 for i in range(28)]  # 5 October was a Monday
    s_w = usual.pooled_sd(1230, np.std(amounts, ddof=1), 28)
    n_eff = usual.effective_days(28, usual.correlation_with_next_day(amounts))
    expected = usual.confidence_above(usual.balanced_mean(amounts, weekend), 2300, s_w, n_eff).above
    assert (found.band, found.method) == ("usually_above", "cdrr")
    assert found.confidence_above == pytest.approx(float(expected)) and found.confidence_above > 0.85


def test_sodium_has_a_verdict_against_its_adequate_intake_too_and_never_a_low_one():
    enough, little = (gap(diary(around(m, 28, 200), nutrient=NA), NA, kind="ai") for m in (2600, 900))
    assert (enough.band, little.band) == ("probably_enough", "cannot_tell")


def test_above_needs_seven_days_and_says_how_many_are_missing():
    six, seven = (gap(diary([5000.0] * n, nutrient=NA), NA, kind="cdrr") for n in (6, 7))
    assert (six.band, six.days_needed, six.confidence_above) == ("not_enough_data", 1, None)
    assert seven.band == "usually_above"


def test_a_mean_just_above_the_level_is_not_yet_usually_above():
    found = gap(diary(around(2350, 28, 300), nutrient=NA), NA, kind="cdrr")
    assert 0.5 < found.confidence_above < 0.85
    assert found.band == "not_usually_above"


def test_above_rests_on_what_is_known_alone():
    # 2,000 mg known; with the coverage of 0.7 the estimate would be 2,857 mg, above 2,300.
    found = gap(diary(around(2000, 28), nutrient=NA, share=0.7), NA, kind="cdrr")
    assert found.band == "not_usually_above"


LEVELS = """
3.8 4.0 0.4 7 0.0929
2300 2500 325 7 0.0517
2200 2000 256 14 0.9983
"""


@pytest.mark.parametrize("line", LEVELS.split("\n")[1:-1])
def test_the_confidence_of_a_level_is_that_of_the_worked_figures(line):
    m, level, s_w, n, printed = map(float, line.split())
    found = usual.Summary(*map(np.asarray, (n, n, 1.0, m, m, m, s_w, 0.0, False, False)))
    verdict = judge_level(found, level, None, RULES[MG])
    assert verdict.confidence == pytest.approx(printed, abs=5.1e-5)
    assert verdict.band == ("usually_above" if printed >= 0.85 else "not_usually_above")


def with_tablets(taken, from_food=300.0):
    return diary([from_food + t for t in taken], added=np.array(taken, dtype=float))


def test_magnesium_of_food_never_counts_towards_the_upper_level_of_tablets():
    found = gap(with_tablets([0] * 28, from_food=900.0), kind="ul")
    assert (found.band, found.mean, found.method) == ("not_usually_above", 0, "ul")
    assert found.reference["amount"] == 350 and "supplements_only" in found.reasons


def test_fortified_food_is_no_part_of_what_tablets_brought():
    days = with_tablets([200] * 28).assign(magnesium_mg_fortified=50.0, magnesium_mg_medicine=80.0)
    sources = gap(days, kind="ul").evidence["sources"]
    assert sources == {"food": 0, "fortified": 0, "supplement": 120, "medicine": 80}
    assert gap(days, kind="ear").evidence["sources"]["food"] == 250


def test_the_same_tablets_above_the_upper_level_every_day_are_certain():
    found = gap(with_tablets([400] * 28), kind="ul")
    assert (found.band, found.confidence_above, found.mean) == ("usually_above", 1, 400)


def test_tablets_on_every_other_day_do_not_reach_the_upper_level_that_one_of_them_passes():
    assert gap(with_tablets([400, 0] * 14), kind="ul").band == "not_usually_above"


def test_a_week_of_tablets_is_enough_to_say_that_they_are_above():
    assert gap(with_tablets([400] * 28), kind="ul", window=7).band == "usually_above"
    assert gap(with_tablets([400] * 28), kind="ear", window=7).band == "cannot_tell"


def test_efsa_sets_a_lower_upper_level_for_tablets():
    efsa = {MG: woman(MG, 86, ai=300, ul=250, authority="efsa")}
    assert gap(with_tablets([300] * 28), needs=efsa, kind="ul").band == "usually_above"
    assert gap(with_tablets([300] * 28), kind="ul").band == "not_usually_above"


def test_calcium_of_all_sources_is_set_beside_its_upper_level():
    high, usual_one = (gap(diary(around(m, 28, 100), nutrient=CA), CA, kind="ul") for m in (2900, 1100))
    assert (high.band, usual_one.band) == ("usually_above", "not_usually_above")


def test_vitamin_d_from_strong_drops_is_usually_above_and_food_alone_is_not():
    drops = diary([128.0, 127.0] * 14, nutrient=D, added=125.0)  # 125 µg = 5,000 IU a day
    found = gap(drops, D, kind="ul")
    # Food brings 2.5 µg a day, so the prior is 0.9 x 2.5 and not 0.9 x 127.5.
    s_w = usual.pooled_sd(0.9 * 2.5, np.std([128.0, 127.0] * 14, ddof=1), 28)
    assert found.evidence["sd"] == pytest.approx(float(s_w))
    assert found.band == "usually_above"
    assert gap(diary([6.0, 2.0] * 14, nutrient=D), D, kind="ul").band == "not_usually_above"


# Uneven days (method D)

SPARSE = [
    *(0.4, 1.1, 0.2, 0.9, 3.8, 0.5, 0.3, 1.4, 0.6, 0.2, 2.1, 0.8, 0.4, 0.7),
    *(1.9, 0.3, 0.5, 1.2, 0.1, 0.6, 4.2, 0.9, 0.4, 1.0, 0.8, 0.2, 1.6, 0.5),
]
"""28 days of vitamin B12 with a mean of 0.9857 µg."""
WITH_LIVER = [18.0 if i == 7 else 22.0 if i == 15 else amount for i, amount in enumerate(SPARSE)]


@pytest.mark.parametrize("person", [0, 1, 7, 4711, 2**31])
def test_b12_of_few_sources_looks_low(person):
    found = gap(diary(SPARSE, nutrient=B12), B12, window=90, person=person)
    assert (found.band, found.method) == ("looks_low", "resampling")
    assert found.mean == pytest.approx(0.9857, abs=5e-5)
    assert found.interval == pytest.approx([0.69, 1.32], abs=0.05)
    assert (found.probability_adequate, found.confidence_above) == (None, None)
    # Days with at least 0.2 µg, a tenth of the requirement: all but the one of 0.1.
    assert found.evidence["share_with_source"] == pytest.approx(27 / 28)


def test_two_days_of_liver_leave_it_open():
    found = gap(diary(WITH_LIVER, nutrient=B12), B12, window=90)
    assert found.band == "cannot_tell"
    assert found.mean == pytest.approx(2.3536, abs=5e-5)
    assert found.interval == pytest.approx([0.93, 4.1], abs=0.2)


def test_milk_every_day_looks_sufficient():
    found = gap(diary([3.5, 2.8, 3.1, 2.6] * 7, nutrient=B12), B12, window=90)
    assert found.band == "looks_sufficient"


def test_b12_needs_twenty_eight_days_and_its_own_window():
    few = gap(diary(SPARSE[:20], nutrient=B12), B12, window=90)
    assert (few.band, few.days_needed) == ("not_enough_data", 8)
    short = gap(diary(SPARSE, nutrient=B12), B12, window=28)
    assert (short.band, "window_too_short" in short.reasons) == ("cannot_tell", True)
    week = gap(diary(SPARSE, nutrient=B12), B12, window=7)
    assert (week.band, week.days_needed) == ("cannot_tell", None)  # a week never has 28 days


def test_the_mean_of_uneven_days_is_the_plain_one():
    amounts = [9.0 if i % 7 >= 5 else 0.5 for i in range(35)]
    found = gap(diary(amounts, nutrient=B12), B12, window=90)
    assert found.mean == pytest.approx(np.mean(amounts))
    assert "weekends_missing" not in found.reasons


def test_below_an_adequate_intake_uneven_days_are_never_called_low():
    efsa = {B12: Need(B12, (Option("female", row(B12, ai=4.0, authority="efsa"), skewed(B12, 2.94)),))}
    low, enough = (gap(diary(a, nutrient=B12), B12, window=90, needs=efsa) for a in (SPARSE, [9.0] * 28))
    assert (low.band, low.method, low.kind) == ("cannot_tell", "resampling", "ai")
    assert enough.band == "looks_sufficient"


def test_looks_low_needs_coverage_and_a_plausible_diary():
    days = diary(SPARSE, nutrient=B12, share=0.78, unknown=1)
    assert gap(days, B12, window=90).band == "cannot_tell"
    thin = diary(SPARSE, nutrient=B12, kcal=1000.0)
    assert gap(thin, B12, window=90, bmr_kcal=1320.25).band == "cannot_tell"
    assert gap(thin, B12, window=90).band == "looks_low"


def test_looks_low_needs_twenty_eight_well_known_days():
    days = diary([0.5, 0.7] * 18, nutrient=B12)  # 36 days
    days.loc[days.index[:8], f"{B12}_share"] = 0.5
    assert gap(days, B12, window=90).band == "looks_low"  # 28 well known
    days.loc[days.index[:9], f"{B12}_share"] = 0.5
    assert gap(days, B12, window=90).band == "cannot_tell"  # 27; coverage (27 + 9 x 0.5) / 36 = 0.875


def test_days_of_which_little_is_known_do_not_make_it_look_low():
    # 40 days around 2.1 are not low. Fifteen of 0.1, of which 30 % is known, would bring the mean down to
    # 1.57 (as they are) or at most 1.65 (with the least they can hold); nobody knows what they held.
    days = diary([2.3, 1.9] * 20 + [0.1] * 15, nutrient=B12)
    days.loc[days.index[40:], f"{B12}_share"] = 0.3
    found = gap(days, B12, window=90)
    assert found.coverage >= 0.80
    assert found.band == "cannot_tell"


def test_vitamin_d_counts_tablets_and_keeps_them_apart():
    days = diary([22.0, 26.0] * 14, nutrient=D, added=20.0).assign(vitamin_d_ug_medicine=5.0)
    found = gap(days, D, window=90)
    assert found.band == "looks_sufficient"  # food alone, 4 µg, would look low
    assert found.evidence["sources"] == pytest.approx(
        {"food": 4, "fortified": 0, "supplement": 15, "medicine": 5}
    )


def test_without_a_sex_uneven_days_need_both_rows_to_agree():
    rows = [Option(sex, row(B12, sex, ear=ear, id=ear), None) for sex, ear in (("female", 0.3), ("male", 2))]
    found = gap(diary(SPARSE, nutrient=B12), B12, window=90, needs={B12: Need(B12, tuple(rows))})
    assert (found.band, "sexes_disagree" in found.reasons) == ("cannot_tell", True)


# Water


def fluid(amounts, *, drinks, uncounted=0.0, moisture=1.0, **options):
    days = diary(amounts, nutrient=WATER, **options)
    food = days[WATER] - drinks - uncounted
    return days.assign(drinks_water_g=drinks, food_water_g=food, moisture_share=moisture)


def test_water_has_a_verdict_from_five_days_of_fourteen():
    found = gap(fluid([3600.0] * 5, drinks=2900.0), WATER, window=14)
    assert (found.band, found.method, found.reference["amount"]) == ("probably_enough", "ai", 2700)
    four = gap(fluid([3600.0] * 4, drinks=2900.0), WATER, window=14)
    assert (four.band, four.days_needed) == ("not_enough_data", 1)


def test_below_the_adequate_intake_of_water_nobody_can_tell():
    found = gap(fluid([1500.0, 1700.0] * 7, drinks=1100.0), WATER, window=14)
    assert found.band == "cannot_tell" and found.confidence_above < 0.15


def test_wine_and_spirits_do_not_count_towards_the_goal():
    found = gap(fluid([3000.0] * 14, drinks=2000.0, uncounted=500.0), WATER, window=14)
    assert found.mean == 2500


def test_a_drink_of_unknown_content_is_not_taken_off_the_water_of_food():
    # 445 g by its kind, in the drinks and not in the total of 205 g, which is the food's alone
    days = diary([205.0] * 14, nutrient=WATER).assign(
        drinks_water_g=445.0, food_water_g=205.0, moisture_share=1.0
    )
    assert gap(days, WATER, window=14).mean == 650


def test_only_the_water_of_food_may_be_more_than_is_known():
    found = gap(fluid([2600.0] * 14, drinks=1800.0, moisture=0.8), WATER, window=14)
    assert (found.lower, found.upper) == (2600, pytest.approx(2800))  # 1800 + 800 / 0.8


def test_where_foods_moisture_is_not_known_drinks_are_set_beside_their_part():
    found = gap(fluid([2600.0] * 14, drinks=2400.0, moisture=0.5, share=0.9), WATER, window=14)
    assert found.mean == 2400 and "drinks_only" in found.reasons
    assert found.reference["amount"] == pytest.approx(2187)  # 0.81 x 2700
    assert "low_coverage" not in found.reasons


def test_a_target_of_water_is_not_cut_to_the_part_of_drinks():
    needs = {WATER: Need(WATER, target=OwnTarget(WATER, 2000.0))}
    found = gap(fluid([2600.0] * 14, drinks=2400.0, moisture=0.5), WATER, window=14, needs=needs)
    assert found.reference["amount"] == 2000 and "drinks_only" in found.reasons


def test_a_day_without_a_drink_is_a_day_of_no_drinks():
    days = fluid([800.0] * 14, drinks=[np.nan] * 7 + [1000.0] * 7, moisture=0.2)
    assert gap(days, WATER, window=14).mean == 500


# Windows


def test_a_week_never_carries_a_verdict():
    found = gap(diary(around(150, 28)), window=7)
    assert (found.band, found.days_used, found.days_in_window) == ("cannot_tell", 7, 7)
    assert (found.probability_adequate, "window_too_short" in found.reasons) == (None, True)


def test_days_outside_the_window_do_not_count():
    found = gap(diary([900.0] * 30 + [200.0] * 28))
    assert (found.days_used, found.mean) == (28, 200)


def test_a_longer_window_carries_one_too():
    assert gap(diary(around(150, 80)), window=90).band == "very_likely_low"


# Days that do not count


def test_unfinished_days_are_missing_and_not_low():
    days = diary(around(320, 28))
    days.loc[days.index[::2], "status"] = "incomplete"
    days.loc[days.index[::2], MG] = 10.0
    found = gap(days)
    assert (found.days_used, found.mean) == (14, pytest.approx(380))  # the odd days: 320 + 60
    assert found.band == "likely_meets"


def test_a_fast_with_nothing_logged_is_a_day_of_nothing():
    days = diary([280.0] * 7 + [np.nan], unknown=0, share=1.0)
    days.loc[days.index[-1], ["status", f"{MG}_share"]] = ["fasting_marked", np.nan]
    found = gap(days)
    assert (found.days_used, found.coverage) == (8, 1)
    # 25 October to 1 November: both Sundays and the Saturday, 280, 280 and 0; five working days of 280.
    assert found.mean == pytest.approx((5 * 280 + 2 * (560 / 3)) / 7)


def test_under_half_the_days_is_said():
    assert "few_days" in gap(diary(around(320, 13))).reasons
    assert "few_days" not in gap(diary(around(320, 14))).reasons


def test_missing_weekends_are_said():
    days = diary(around(320, 28))
    days = days[[day.weekday() < 5 for day in days.index]]
    found = gap(days)
    assert found.reasons == ["weekends_missing"]
    assert found.mean == pytest.approx(days[MG].mean())


# What is unknown


def test_an_unknown_part_opens_a_range():
    found = gap(diary(around(255, 28), share=0.85))
    assert (found.lower, found.upper) == (pytest.approx(255), pytest.approx(300))  # 255 / 0.85
    assert found.coverage == pytest.approx(0.85)


def test_where_the_known_is_low_and_the_estimate_is_not_nothing_is_told():
    found = gap(diary(around(230, 28), share=0.80))  # U = 287.5, above the EAR of 265
    assert (found.band, found.probability_adequate) == ("cannot_tell", None)


def test_a_supplement_is_not_scaled_up():
    found = gap(diary(around(300, 28), share=0.8, added=100.0))
    assert found.upper == pytest.approx(100 + 200 / 0.8)


def test_a_low_claim_rests_on_the_estimate_and_on_its_own_spread():
    amounts = [160, 210, 180, 190, 230, 170, 200] * 4
    weekend = [i % 7 >= 5 for i in range(28)]  # 5 October was a Monday
    estimates = np.array(amounts) / 0.85
    mean = usual.balanced_mean(estimates, weekend)
    s_w = ((12 * 86**2 + 27 * np.var(estimates, ddof=1)) / 39) ** 0.5
    n_eff = usual.effective_days(28, usual.correlation_with_next_day(estimates))
    expected = usual.confidence_ear(mean, 265, 0.10, s_w, n_eff).probability

    found = gap(diary(amounts, share=0.85))
    assert found.band == "likely_low"
    assert found.probability_adequate == pytest.approx(float(expected))


def test_a_low_claim_is_as_sure_as_its_well_known_days():
    days = diary([200.0] * 28)
    days.loc[days.index[:7], f"{MG}_share"] = 0.5
    # 21 of 28 days count towards "low", all alike (r = 0.1 is assumed): s_w = 86 x sqrt(12 / 39).
    # The other 7 hold at least 200 / 0.6 = 333.33, so a quarter of the days raises the mean to 233.33.
    s_w = 86 * (12 / 39) ** 0.5
    expected = usual.confidence_ear(700 / 3, 265, 0.10, s_w, 21 * 0.9 / 1.1).probability
    assert gap(days).probability_adequate == pytest.approx(float(expected))


def test_low_coverage_makes_no_low_claim_and_says_so():
    found = gap(diary(around(100, 28), share=0.79))
    assert (found.band, found.probability_adequate) == ("cannot_tell", None)
    assert "low_coverage" in found.reasons


def test_enough_needs_no_coverage():
    assert gap(diary(around(400, 28), share=0.3, unknown=4)).band == "likely_meets"


def test_a_day_of_which_nothing_is_known_is_left_out_of_the_mean():
    amounts = np.array(around(320, 28))
    amounts[3] = np.nan
    days = diary(amounts)
    days.loc[days.index[3], [f"{MG}_share", f"{MG}_unknown"]] = [0.0, 6]
    found = gap(days)
    assert found.days_used == 27
    assert found.coverage == pytest.approx(27 / 28)
    assert found.mean > 300


def test_a_day_with_little_coverage_does_not_count_towards_low():
    days = diary(around(150, 12))
    days.loc[days.index[:3], f"{MG}_share"] = 0.5
    found = gap(days)
    assert (found.band, found.evidence["days_well_known"]) == ("possibly_low", 9)  # 9 of the 10 needed


def test_low_in_any_degree_needs_seven_well_known_days():
    days = diary(around(150, 8))
    days.loc[days.index[:1], f"{MG}_share"] = 0.5
    assert gap(days).band == "possibly_low"  # 7 of 8
    days.loc[days.index[:2], f"{MG}_share"] = 0.5
    assert (gap(days).band, gap(days).coverage) == ("cannot_tell", 0.875)  # 6 of 8: (6 + 2 x 0.5) / 8


def test_water_alone_without_energy_is_fully_known():
    days = diary([5.0] * 8, share=np.nan, unknown=0)
    assert gap(days).coverage == 1
    days[f"{MG}_unknown"] = 1
    assert gap(days).coverage == 0


# The person


def test_without_a_birth_date_there_are_numbers_and_a_reason():
    found = gap(diary(around(150, 28)), needs={MG: Need(MG, reasons=("needs_birth_date",))})
    assert (found.reference, found.band, found.method) == (None, None, None)
    assert (found.mean, found.reasons) == (pytest.approx(150), ["needs_birth_date"])


BOTH = {
    MG: Need(
        MG,
        (
            Option("female", row(MG, "female", ear=265, id=1), spread(MG, 86)),
            Option("male", row(MG, "male", ear=350, id=2), spread(MG, 122)),
        ),
        reasons=("needs_sex",),
    ),
}


def test_without_a_sex_a_claim_needs_both_rows_to_agree():
    found = gap(diary(around(320, 28)), needs=BOTH)  # enough for a woman, low for a man
    assert (found.band, found.probability_adequate) == ("cannot_tell", None)
    assert found.reasons == ["needs_sex", "sexes_disagree"]
    assert (found.reference["amount"], found.reference["amounts"]) == (None, [265, 350])


def test_without_a_sex_two_rows_that_agree_make_the_weaker_claim():
    found = gap(diary(around(120, 28)), needs=BOTH)
    alone = gap(diary(around(120, 28)))
    assert found.band == "very_likely_low"
    assert found.probability_adequate >= alone.probability_adequate
    assert found.reasons == ["needs_sex"]


def test_a_child_under_nine_gets_numbers_and_no_claim():
    need = Need(CA, (Option("male", row(CA, ear=800), None),), reasons=("under_nine",))
    found = gap(diary(around(300, 28), nutrient=CA), CA, needs={CA: need})
    assert (found.band, found.method, found.reasons) == (None, None, ["under_nine"])
    assert found.reference["amount"] == 800


def test_an_own_target_replaces_the_reference_and_is_labelled():
    target = OwnTarget(MG, 300.0, "own", "my aim", id=9)
    found = gap(diary(around(400, 28)), needs={MG: Need(MG, WOMAN[MG].options, target)})
    assert (found.kind, found.method, found.band) == ("own", "ai", "probably_enough")
    assert (found.reference["amount"], found.reference["label"]) == (300, "my aim")
    assert (found.reference["authority"], found.reasons) == (None, ["own_target"])


def test_a_clinicians_target_shows_numbers_and_claims_nothing():
    target = OwnTarget(K, 2000.0, "clinician")
    found = gap(diary(around(3500, 28), nutrient=K), K, needs={K: Need(K, WOMAN[K].options, target)})
    assert (found.band, found.reasons) == (None, ["clinician_target"])
    assert (found.reference["set_by"], found.reference["amount"]) == ("clinician", 2000)


def test_an_implausible_diary_makes_no_low_claim():
    days = diary(around(150, 28), kcal=1100.0)
    found = assess(days, WOMAN, SUNDAY, 28, bmr_kcal=1320.25, nutrients=[MG, K])
    assert found.diary_implausible
    magnesium, potassium = (gap for gap in found.nutrients if gap.kind != "ul")
    assert (magnesium.band, magnesium.probability_adequate) == ("cannot_tell", None)
    assert "diary_implausible" in magnesium.reasons
    assert potassium.confidence_above is None
    assert gap(days).band == "very_likely_low"  # the same without a known resting energy


def test_fasts_do_not_make_a_diary_implausible():
    days = diary(around(300, 28), kcal=1800.0)
    days.loc[days.index[::3], ["status", "energy_kcal"]] = ["fasting_marked", 0.0]
    assert not assess(days, WOMAN, SUNDAY, 28, bmr_kcal=1320.25, nutrients=[MG]).diary_implausible


def test_days_that_differ_too_much_bar_the_normal_method():
    found = gap(diary([20, 30, 25, 600] * 7))  # CV well above 0.7
    assert (found.band, found.probability_adequate) == ("cannot_tell", None)
    assert "too_variable" in found.reasons


def test_a_gap_can_be_sent_as_json():
    found = assess(diary(around(150, 20)), WOMAN | BOTH, SUNDAY, 28)
    for one in found.nutrients:
        sent = json.loads(json.dumps(one.as_json(), allow_nan=False))
        assert set(SHAPE) <= set(sent)
    assert [(one.nutrient, one.kind) for one in found.nutrients] == [
        *((MG, "ear"), (K, "ai"), (CA, "ear"), (CA, "ul"), (D, "ear"), (D, "ul"), (B12, "ear")),
        *(("sodium_mg", "ai"), ("sodium_mg", "cdrr"), ("water_g", "ai")),
    ]


def test_many_diarists_at_once_get_what_each_gets_alone():
    kinds = [(mean, share) for mean in (120, 240, 300, 400) for share in (0.7, 0.9, 1)]
    diaries = [diary(around(mean, 28), share=share) for mean, share in kinds]
    alone = [gap(days).band for days in diaries]
    stack = {name: np.stack([days[name] for days in diaries]) for name in (MG, f"{MG}_added", f"{MG}_share")}
    weekend = [day.weekday() >= 5 for day in diaries[0].index]
    found = usual.summary(*stack.values(), np.ones((len(diaries), 28), dtype=bool), weekend)
    assert judge_ear(found, 265, 86, RULES[MG]).band.tolist() == alone
    assert len(set(alone)) > 3


def test_a_target_for_sodium_may_be_a_limit_and_so_nothing_is_claimed():
    need = Need(NA, WOMAN[NA].options, OwnTarget(NA, 2000.0, "own"))
    found = gap(diary(around(3500, 28), nutrient=NA), NA, needs={NA: need})
    assert (found.band, found.reasons) == (None, ["own_target", "limit_or_goal"])


# Promises for every diary

amounts = st.floats(1, 800)
coverages = st.floats(0.0, 1.0)
a_day = st.tuples(amounts, coverages)
some_days = st.lists(a_day, min_size=7, max_size=28)


def of(days):
    known, shares = zip(*days, strict=True)
    return diary(list(known), share=list(shares), unknown=[int(share < 1) for share in shares])


def strength(found):
    return STRENGTH.get(found.band, 3)


@given(some_days, st.data())
@example([(150.0, 1.0)] * 10 + [(400.0, 1.0)] * 4, None)
def test_unknown_items_never_make_a_low_claim_stronger(days, data):
    if data is None:
        less = [(amount, 0.5 if amount > 300 else share) for amount, share in days]
    else:
        less = [(amount, share * data.draw(st.floats(0, 1))) for amount, share in days]
    before, after = gap(of(days)), gap(of(less))
    assert strength(after) >= strength(before)
    if before.band in LOW_BANDS and after.band in LOW_BANDS:
        assert after.probability_adequate >= before.probability_adequate - 1e-12


@given(some_days, st.data())
def test_unknown_items_leave_an_enough_claim_as_it_was(days, data):
    less = [(amount, share * data.draw(st.floats(0, 1))) for amount, share in days]
    before, after = gap(of(days)), gap(of(less))
    if "meets" in before.band:
        assert (after.band, after.probability_adequate) == (before.band, before.probability_adequate)


@given(some_days, st.randoms())
def test_the_order_of_rows_is_irrelevant(days, shuffle):
    frame = of(days)
    rows = list(frame.index)
    shuffle.shuffle(rows)
    assert gap(frame.loc[rows]) == gap(frame)


@given(some_days, st.sampled_from([0.001, 1000.0, 2.0, 1024.0]))
def test_the_unit_does_not_change_the_band(days, factor):
    scaled = [(amount * factor, share) for amount, share in days]
    needs = {MG: woman(MG, 86 * factor, ear=265 * factor)}
    here, there = gap(of(days)), gap(of(scaled), needs=needs)
    near = (
        here.probability_adequate is not None
        and min(abs(here.probability_adequate - limit) for limit in (0.85, 0.5, 0.15, 0.05)) < 1e-9
    )
    assume(not near)
    assert here.band == there.band


@given(some_days)
def test_the_known_is_never_above_the_estimate(days):
    found = gap(of(days))
    assert found.upper is None or found.lower <= found.upper
    if found.interval:
        assert found.interval[0] <= found.lower <= found.upper <= found.interval[1]


@given(some_days)
def test_low_claims_stand_on_coverage(days):
    found = gap(of(days))
    if found.band in LOW_BANDS:
        assert found.coverage >= 0.80
        assert found.evidence["days_well_known"] >= 7


@given(st.lists(amounts, min_size=7, max_size=28))
def test_with_everything_known_the_careful_mean_is_the_plain_one(known):
    (found,) = Columns(days_in_window(diary(known), [MG], SUNDAY, 28), [MG])[MG].of_each
    assert found.cautious == found.lower == found.upper


@given(st.integers(7, 27), st.floats(100, 450))
def test_more_days_of_the_same_mean_and_spread_never_widen_the_interval(n, mean):
    def width(days):
        found = usual.Summary(days, days, 1.0, mean, mean, mean, 60.0, 0.1, False, False)
        verdict = judge_ear(usual.Summary(*map(np.asarray, found)), 265, 86, RULES[MG])
        return verdict.sd / np.sqrt(verdict.days)

    assert width(n + 1.0) <= width(float(n))


sparse = st.lists(st.tuples(st.floats(0, 30), coverages), min_size=28, max_size=60)


def long_run(days, **options):
    known, shares = zip(*days, strict=True)
    unknown = [int(share < 1) for share in shares]
    return gap(
        diary(list(known), nutrient=B12, share=list(shares), unknown=unknown), B12, window=90, **options
    )


@given(sparse, st.data())
def test_unknown_items_never_make_looks_low_stronger(days, data):
    less = [(amount, share * data.draw(st.floats(0, 1))) for amount, share in days]
    before, after = long_run(days), long_run(less)
    assert after.interval[1] >= before.interval[1] * (1 - 1e-12)
    assert after.band != "looks_low" or before.band == "looks_low"
    assert (before.band == "looks_sufficient") == (after.band == "looks_sufficient")


@given(sparse, st.integers(0, 2**40))
def test_resampling_gives_the_same_twice(days, person):
    assert long_run(days, person=person) == long_run(days, person=person)


@given(sparse, st.randoms())
def test_the_order_of_rows_is_irrelevant_for_resampling(days, shuffle):
    frame = diary([amount for amount, _ in days], nutrient=B12)
    rows = list(frame.index)
    shuffle.shuffle(rows)
    assert gap(frame.loc[rows], B12, window=90) == gap(frame, B12, window=90)


@given(sparse, st.sampled_from([2.0**-20, 0.5, 1024.0]))
def test_the_unit_does_not_change_a_resampled_band(days, factor):
    need = {B12: Need(B12, (Option("female", row(B12, ear=2 * factor), None),))}
    scaled = [(amount * factor, share) for amount, share in days]
    assert long_run(days).band == long_run(scaled, needs=need).band


@given(st.lists(st.floats(0, 30), min_size=28, max_size=45))
def test_the_same_days_over_again_never_widen_the_resampled_range(known):
    once, twice = (gap(diary(known * times, nutrient=B12), B12, window=90) for times in (1, 2))
    width = [one.interval[1] - one.interval[0] for one in (once, twice)]
    assert width[1] <= width[0] + 1e-9


@given(st.integers(7, 27), st.floats(100, 450), st.floats(50, 900))
def test_more_days_of_the_same_mean_never_weaken_what_is_said_of_a_level(n, mean, level):
    def sure(days):
        found = usual.Summary(days, days, 1.0, mean, mean, mean, 60.0, 0.1, False, False)
        return judge_level(usual.Summary(*map(np.asarray, found)), level, 86, RULES[MG]).confidence

    one, more = abs(sure(float(n)) - 0.5), abs(sure(n + 1.0) - 0.5)
    assert more >= one - 1e-12


lengths = st.sampled_from([7, 14, 28, 90])


@given(
    st.lists(st.one_of(st.just(np.nan), st.floats(0, 900)), min_size=1, max_size=100),
    lengths,
)
def test_a_window_cut_from_a_longer_one_says_what_its_own_days_say(amounts, length):
    days = diary(amounts)
    nth = np.arange(len(days), dtype=float)
    days["water_g"], days["drinks_water_g"] = 2000 + nth, 1000 + nth
    days["food_water_g"], days["moisture_share"] = nth, 1 - nth / 200
    days[f"{MG}_added"], days[f"{MG}_medicine"], days["energy_kcal"] = nth, nth / 2, 1500 + nth
    cut = days_in_window(days, list(RULES), SUNDAY, 90).last(length)
    (alone,) = assess_days(cut, [Someone(7, SUNDAY, WOMAN, 1450.0)])
    assert alone == assess(days, WOMAN, SUNDAY, length, bmr_kcal=1450.0, person=7)


@given(st.lists(st.lists(st.floats(0, 900), min_size=1, max_size=40), min_size=2, max_size=5), lengths)
def test_everybody_gets_the_same_alone_and_among_others(diaries, length):
    frames = [diary(amounts, nutrient=nutrient) for amounts, nutrient in zip(diaries, cycle((MG, B12, CA)))]
    people = [
        Someone(number, SUNDAY - timedelta(days=number), needs, bmr)
        for number, needs, bmr in zip(range(len(frames)), cycle((WOMAN, BOTH)), cycle((None, 1450.0, 2900.0)))
    ]
    frame = pd.concat(dict(enumerate(frames)))
    windows = [days_in_window(frame, list(RULES), one.as_of, length, [one.number]) for one in people]
    found = assess_days(DaysInWindow.together(windows), people)
    for one, frame, assessed in zip(people, frames, found, strict=True):
        same = {"bmr_kcal": one.bmr_kcal, "person": one.number}
        assert assessed == assess(frame, one.needs, one.as_of, length, **same)
