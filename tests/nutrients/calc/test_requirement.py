"""Which row holds for whom, on the reference tables that ship with the project (IOM, NASEM, EFSA)."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutrients.calc.requirement import (
    OwnTarget,
    Person,
    ReferenceRow,
    Spread,
    VariationRow,
    age_in_months,
    age_in_years,
    level_spread,
    needs,
    noting_changes,
    prior_spread,
)

TABLES = Path(__file__).parents[3] / "fixtures"
TODAY = date(2026, 11, 22)


def read(name):
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text) if text else None


def whole(text):
    return int(text) if text else None


ROWS = [
    ReferenceRow(
        authority=row["authority"],
        nutrient=row["nutrient"],
        life_stage=row["life_stage"],
        sex=row["sex"],
        age_min_months=int(row["age_min_months"]),
        age_max_months=whole(row["age_max_months"]),
        **{kind: number(row[kind]) for kind in ("ear", "rda", "ai", "ul", "cdrr")},
        unit=row["unit"],
        source=row["source"],
        group=row["group"],
        id=i,
    )
    for i, row in enumerate(read("reference_intakes.csv"))
]
VARIATIONS = [
    VariationRow(
        nutrient=row["nutrient"],
        sex=row["sex"],
        age_min_y=int(row["age_min_y"]),
        age_max_y=whole(row["age_max_y"]),
        sd=number(row["sd"]),
        cv=number(row["cv"]),
        unit=row["unit"],
        method=row["method"],
    )
    for row in read("within_person_variation.csv")
]


def need(nutrient, born=None, sex=None, life_stage="general", authority="nasem", targets=()):
    person = Person(born, sex, life_stage, authority)
    return needs(ROWS, VARIATIONS, person, TODAY, targets)[nutrient]


def years_old(years):
    return date(TODAY.year - years, TODAY.month, TODAY.day)


def ears(found):
    return [option.row.ear for option in found.options]


def test_a_woman_of_forty_has_the_magnesium_row_of_women_of_31_to_50():
    found = need("magnesium", years_old(40), "female")
    (option,) = found.options
    assert (option.row.ear, option.row.group, option.variation.sd) == (265, "31-50 y", 85.8)
    assert (found.nearest, found.reasons, found.claims_allowed) == (False, (), True)


def test_a_row_ends_on_the_birthday_itself():
    born = date(1995, 11, 22)  # 31 today: 372 months, the first month of the row 31-50
    assert ears(need("magnesium", born, "female")) == [265]
    assert ears(need("magnesium", date(1995, 11, 23), "female")) == [255]  # 31 tomorrow: still 19-30


def test_a_birth_date_that_is_not_told_has_no_row_and_says_so():
    found = need("calcium", None, "female")
    assert (found.options, found.reasons, found.claims_allowed) == ((), ("needs_birth_date",), False)


def test_without_a_sex_both_rows_are_returned():
    found = need("magnesium", years_old(40))
    assert [(o.sex, o.row.ear, o.variation.sd) for o in found.options] == [
        ("female", 265, 85.8),
        ("male", 350, 122),
    ]
    assert found.reasons == ("needs_sex",)


def test_without_a_sex_one_row_for_all_still_has_two_spreads():
    found = need("calcium", years_old(40), authority="efsa")
    assert ears(found) == [750, 750]  # EFSA's AR from 25 years, the same for both
    assert [o.variation.sd for o in found.options] == [325, 492]


def test_without_a_sex_what_is_the_same_for_both_is_asked_once():
    found = need("potassium", date(2026, 6, 1))  # five months old: one row, no spread
    assert [o.row.ai for o in found.options] == [400]
    assert "needs_sex" not in found.reasons


def test_authorities_are_never_mixed():
    found = need("magnesium", years_old(40), "female", authority="efsa")
    (option,) = found.options
    assert (option.row.ear, option.row.ai, option.row.authority) == (None, 300, "efsa")
    everything = needs(ROWS, VARIATIONS, Person(years_old(40), "male", authority="efsa"), TODAY)
    assert {o.row.authority for n in everything.values() for o in n.options} == {"efsa"}


def test_pregnancy_has_its_own_row():
    found = need("magnesium", years_old(40), "female", "pregnancy")
    assert (ears(found), found.nearest) == ([300], False)


@pytest.mark.parametrize(("years", "ear"), [(13, 335), (52, 300)])
def test_pregnancy_outside_its_rows_takes_the_nearest_and_says_so(years, ear):
    found = need("magnesium", years_old(years), "female", "pregnancy")
    assert (ears(found), found.nearest) == ([ear], True)
    assert "nearest_row" in found.reasons


def test_pregnancy_asks_for_no_sex():
    found = need("magnesium", years_old(30), None, "pregnancy")
    assert (ears(found), found.reasons) == ([290], ())


def test_an_age_without_a_row_has_none():
    found = need("calcium", date(2026, 8, 1), "male", authority="efsa")  # EFSA begins at 7 months
    assert (found.options, found.reasons) == ((), ("no_reference_row", "under_nine", "infant"))


def test_a_child_under_nine_has_numbers_and_no_claims():
    found = need("calcium", years_old(8), "male")
    assert (ears(found), found.reasons, found.claims_allowed) == ([800], ("under_nine",), False)
    assert need("calcium", years_old(9), "male").claims_allowed


def test_an_infant_is_told_apart():
    assert need("calcium", date(2026, 2, 1), "female").reasons == ("under_nine", "infant")


def test_an_own_target_stands_beside_the_row():
    target = OwnTarget("magnesium", 300.0, "clinician", "Dr Lee")
    found = need("magnesium", years_old(40), "female", targets=[target])
    assert (found.target, ears(found)) == (target, [265])
    assert need("calcium", years_old(40), "female", targets=[target]).target is None


def test_an_own_target_of_a_nutrient_without_rows_is_kept():
    assert need("fiber_g", years_old(40), "male", targets=[OwnTarget("fiber_g", 30.0)]).target.amount == 30


@given(
    st.dates(date(1930, 1, 1), TODAY),
    st.sampled_from([None, "female", "male"]),
    st.sampled_from(["general", "pregnancy", "lactation"]),
    st.sampled_from(["nasem", "efsa"]),
)
def test_everybody_gets_at_most_one_row_for_each_sex(born, sex, life_stage, authority):
    for found in needs(ROWS, VARIATIONS, Person(born, sex, life_stage, authority), TODAY).values():
        assert len({o.sex for o in found.options}) == len(found.options) <= 2
        months = age_in_months(born, TODAY)
        assert found.nearest or all(o.row.holds_at(months) for o in found.options)
        assert all(o.row.sex in ("any", o.sex) for o in found.options)


@pytest.mark.parametrize(
    ("born", "on", "months"),
    [
        (date(2000, 1, 15), date(2000, 2, 14), 0),
        (date(2000, 1, 15), date(2000, 2, 15), 1),
        (date(2000, 1, 31), date(2000, 2, 29), 0),
        (date(2000, 1, 31), date(2000, 3, 1), 1),
        (date(2000, 2, 29), date(2026, 2, 28), 311),  # 26 years are 312 months, complete on 1 March
        (date(2000, 2, 29), date(2026, 3, 1), 312),
    ],
)
def test_age_counts_completed_months(born, on, months):
    assert age_in_months(born, on) == months
    assert age_in_years(born, on) == months // 12


def test_water_in_litres_becomes_grams():
    row = next(r for r in ROWS if r.nutrient == "water_total" and r.group == ">=14 y" and r.sex == "female")
    grams = row.in_unit("water_g", "g", 1000)
    assert (grams.nutrient, grams.unit, grams.ai, grams.ear) == ("water_g", "g", 2000, None)


def test_a_published_sd_is_used_as_it_stands():
    option = need("magnesium", years_old(60), "male").options[0]
    assert prior_spread(option.variation, option.row) == Spread(sd=94)


@pytest.mark.parametrize(
    ("nutrient", "sd"),
    [
        ("magnesium", 0.40 * 340),  # cv x EAR, a boy of 15
        ("calcium", 0.48 * 1100),  # cv x reference median, read as the EAR
        ("potassium", 0.40 * 3000),  # cv x AI
    ],
)
def test_spreads_of_minors_are_shares_of_their_reference(nutrient, sd):
    option = need(nutrient, years_old(15), "male").options[0]
    assert prior_spread(option.variation, option.row).sd == pytest.approx(sd)


def test_a_share_of_an_ear_that_is_not_set_is_one_of_the_ai():
    option = need("magnesium", years_old(15), "male", authority="efsa").options[0]
    assert prior_spread(option.variation, option.row).sd == pytest.approx(0.40 * 300)  # EFSA's AI, 10-17 y


def test_a_share_of_the_persons_own_mean_waits_for_it():
    option = need("water_total", years_old(40), "male").options[0]
    assert prior_spread(option.variation, option.row) == Spread(cv_of_mean=0.30)


@pytest.mark.parametrize("nutrient", ["vitamin_b12", "vitamin_d"])
def test_nutrients_barred_from_the_normal_method_have_no_spread(nutrient):
    option = need(nutrient, years_old(40), "female").options[0]
    assert prior_spread(option.variation, option.row) == Spread()


def test_no_row_of_variation_is_no_spread():
    assert prior_spread(None, ROWS[0]) == Spread()


def test_a_way_to_get_a_spread_that_nobody_knows_is_refused():
    row = VariationRow("calcium", "any", 19, None, None, 0.5, "mg", "sd = cv x moon")
    with pytest.raises(ValueError, match="cv x moon"):
        prior_spread(row, ROWS[0])


def test_every_row_of_the_shipped_table_has_a_known_way():
    for row in VARIATIONS:
        prior_spread(row, ROWS[0])


# A window in which the row changes


def over(first, last, then="general", now="general", **person):
    """The needs of the last day of a window, marked where the first day's were others."""
    about = {"birth_date": date(1990, 1, 1), "sex": "female", **person}
    before, after = (
        needs(ROWS, VARIATIONS, Person(life_stage=stage, **about), day)
        for stage, day in ((then, first), (now, last))
    )
    return noting_changes(after, before)


def test_a_birthday_that_changes_the_row_is_marked_and_todays_row_is_used():
    # 31 on 1 November: magnesium of women 255 mg until then, 265 mg from then on.
    found = over(date(2026, 10, 20), TODAY, birth_date=date(1995, 11, 1))
    assert found["magnesium"].options[0].row.ear == 265
    assert "reference_changed" in found["magnesium"].reasons
    assert "reference_changed" not in found["calcium"].reasons  # 800 mg before and after


def test_a_birthday_without_another_row_is_not_marked():
    found = over(date(2026, 10, 20), TODAY, birth_date=date(1990, 11, 1))
    assert all("reference_changed" not in need.reasons for need in found.values())


def test_a_pregnancy_that_begins_within_the_window_is_marked():
    found = over(date(2026, 10, 20), TODAY, now="pregnancy")
    assert "reference_changed" in found["magnesium"].reasons


def test_an_own_target_has_not_changed_with_a_birthday():
    target = OwnTarget("magnesium", 300.0)
    before = needs(ROWS, VARIATIONS, Person(date(1995, 11, 1), "female"), date(2026, 10, 1))
    after = needs(ROWS, VARIATIONS, Person(date(1995, 11, 1), "female"), TODAY, [target])
    assert "reference_changed" not in noting_changes(after, before)["magnesium"].reasons


# Spread for an upper level


def test_for_an_upper_level_the_cv_of_food_stands_for_food_where_the_normal_method_is_barred():
    [vitamin_d] = [row for row in VARIATIONS if row.nutrient == "vitamin_d"]
    assert prior_spread(vitamin_d, None) == Spread()
    assert level_spread(vitamin_d, None) == Spread(cv_of_mean=0.9)


def test_for_an_upper_level_a_published_sd_is_taken_as_it_is():
    calcium = next(row for row in VARIATIONS if (row.nutrient, row.sex, row.sd) == ("calcium", "female", 325))
    assert level_spread(calcium, None) == prior_spread(calcium, None) == Spread(sd=325)
