"""A day's totals against sums done by hand; foods are per 100 g, doses exact."""

import math
import random
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.calc.intake import daily_intake

CODES = ("energy_kcal", "water_g", "magnesium_mg", "calcium_mg")
MONDAY, TUESDAY = "2026-11-02", "2026-11-03"


def portion(grams=100.0, kcal=0.0, water=0.0, mg=math.nan, ca=math.nan, *, day=MONDAY, source="food"):
    """A portion with its content per 100 g (of a dose: exact amounts)."""
    contents = dict(zip(CODES, (kcal, water, mg, ca), strict=True))
    return {"day": day, "source": source, "grams": grams} | contents


def dose(*, day=MONDAY, source="supplement", **amounts):
    exact = {code: amounts.get(code, math.nan) for code in CODES}
    return {"day": day, "source": source, "grams": math.nan} | exact


def intake(*portions, **options):
    return daily_intake(pd.DataFrame(portions), CODES, **options)


def day_of(*portions):
    return intake(*portions).loc[MONDAY]


def test_a_portion_is_content_times_grams_by_100():
    day = day_of(portion(30, kcal=579, water=4.41, mg=270, ca=269))  # almonds, 30 g
    assert (day.magnesium_mg, day.calcium_mg) == (81.0, 80.7)  # 270 x 0.3, 269 x 0.3
    assert (day.energy_kcal_share, day.magnesium_mg_share, day.magnesium_mg_unknown) == (1, 1, 0)


def test_a_missing_value_is_unknown_and_not_zero():
    # kcal and mg as eaten: (400, 90), (300, missing), (500, 60), (800, 110)
    day = day_of(
        portion(kcal=400, mg=90), portion(kcal=300), portion(kcal=500, mg=60), portion(kcal=800, mg=110)
    )
    assert day.magnesium_mg == 260  # 90 + 60 + 110
    assert day.magnesium_mg_share == 0.85  # 1700 / 2000
    assert day.magnesium_mg / day.magnesium_mg_share == pytest.approx(305.8824, abs=5.1e-5)
    assert day.magnesium_mg_unknown == 1


def test_nothing_known_is_nan_and_the_items_are_counted():
    day = day_of(portion(kcal=400), portion(kcal=100))
    assert math.isnan(day.calcium_mg)
    assert (day.calcium_mg_share, day.calcium_mg_unknown, day["items"]) == (0, 2, 2)


def test_a_drink_without_energy_counts_as_unknown_and_weighs_nothing():
    day = day_of(portion(kcal=400, mg=90), portion(500, kcal=0, water=99, source="drink"))
    assert (day.magnesium_mg_share, day.magnesium_mg_unknown) == (1, 1)


def test_a_day_of_water_alone_has_no_energy_to_weigh_by():
    day = day_of(portion(500, kcal=0, water=99.9, mg=1, source="drink"))
    assert math.isnan(day.magnesium_mg_share)
    assert (day.magnesium_mg, day.water_g, day.water_g_share) == (5, 499.5, 1)


def test_water_weighs_by_grams():
    day = day_of(
        portion(500, kcal=0, water=100, source="drink"),
        portion(100, kcal=300, water=60),
        portion(200, kcal=200, water=math.nan),
    )
    assert day.water_g == 560  # 500 + 60
    assert day.water_g_share == 0.75  # 600 / 800 g


def test_a_food_of_unknown_energy_weighs_as_much_as_its_grams_do_in_the_others():
    day = day_of(portion(100, kcal=300, mg=90), portion(100, kcal=math.nan), portion(400, kcal=0, mg=0))
    assert day.magnesium_mg_share == 0.5  # 300 of 300 + 300 kcal; the drink of 0 kcal does not dilute it
    assert (day.energy_kcal, day.energy_kcal_share, day.energy_kcal_unknown) == (300, 0.5, 1)


def test_a_dose_is_exact_and_kept_apart():
    day = day_of(
        portion(kcal=400, mg=90),
        portion(kcal=600),
        dose(magnesium_mg=250.0),
        dose(magnesium_mg=100.0, source="medicine"),
    )
    assert (day.magnesium_mg, day.magnesium_mg_added) == (440, 350)
    assert (day.magnesium_mg_share, day.magnesium_mg_unknown) == (0.4, 1)  # of food alone: 400 / 1000
    assert (day["items"], day.doses) == (2, 2)


def test_what_a_supplement_does_not_list_is_not_unknown():
    day = day_of(portion(kcal=400, mg=90, ca=20), dose(magnesium_mg=250.0))
    assert (day.calcium_mg, day.calcium_mg_added) == (20, 0)
    assert (day.calcium_mg_unknown, day.calcium_mg_share) == (0, 1)


def test_a_day_of_doses_alone_knows_nothing_of_food():
    day = day_of(dose(magnesium_mg=250.0))
    assert (day.magnesium_mg, day.magnesium_mg_added, day["items"], day.doses) == (250, 250, 0, 1)
    assert math.isnan(day.calcium_mg)
    assert math.isnan(day.magnesium_mg_share)


def test_each_day_has_its_own_row():
    found = intake(portion(kcal=1, mg=2), portion(kcal=3, mg=4, day=TUESDAY), portion(kcal=5, mg=6))
    assert found.magnesium_mg.to_dict() == {MONDAY: 8, TUESDAY: 4}


def test_many_diaries_at_once_are_kept_apart():
    rows = [portion(kcal=1, mg=2) | {"diarist": 7}, portion(kcal=3, mg=4) | {"diarist": 3}]
    found = intake(*rows, by=("diarist", "day"))
    assert found.magnesium_mg.to_dict() == {(3, MONDAY): 4, (7, MONDAY): 2}


def test_no_portions_make_no_rows():
    empty = pd.DataFrame(columns=["day", "source", "grams", *CODES])
    found = daily_intake(empty, CODES)
    assert found.empty
    assert "magnesium_mg_share" in found.columns


def test_totals_are_the_sum_to_the_last_digit():
    tenths = [portion(10, kcal=1, mg=1) for _ in range(10)]  # ten times 0.1 mg; added one by one: 0.99999...
    assert day_of(*tenths).magnesium_mg == 1.0


@pytest.mark.parametrize("wrong", [{"grams": -1.0}, {"mg": -0.1}, {"kcal": math.inf}])
def test_an_impossible_amount_is_refused(wrong):
    with pytest.raises(ValueError, match="negative or infinite"):
        intake(portion(**wrong))


def test_an_unknown_source_and_a_food_without_weight_are_refused():
    with pytest.raises(ValueError, match="air"):
        intake(portion(source="air"))
    with pytest.raises(ValueError, match="no weight"):
        intake(portion(grams=math.nan))


values = st.one_of(st.just(math.nan), st.floats(0, 900, allow_subnormal=False))
foods = st.builds(
    portion,
    st.floats(0.001, 900),
    values,
    values,
    values,
    values,
    day=st.sampled_from([MONDAY, TUESDAY]),
    source=st.sampled_from(["food", "drink"]),
)
pills = st.builds(dose, day=st.just(MONDAY), magnesium_mg=st.floats(0.001, 900))
diaries = st.lists(st.one_of(foods, foods, pills), min_size=1, max_size=12)


@given(diaries, st.randoms())
def test_the_order_of_entries_never_shows(portions, shuffle):
    before = intake(*portions)
    shuffle.shuffle(portions)
    pd.testing.assert_frame_equal(intake(*portions), before, check_exact=True)


@given(diaries, foods)
def test_an_unknown_food_leaves_what_is_known_and_lowers_the_share(portions, food):
    blank = food | {"day": portions[0]["day"], "magnesium_mg": math.nan}
    before, after = (intake(*p).loc[portions[0]["day"]] for p in (portions, [*portions, blank]))
    assert np.array_equal(after.magnesium_mg, before.magnesium_mg, equal_nan=True)
    assert after.magnesium_mg_unknown == before.magnesium_mg_unknown + 1
    if before.energy_kcal_unknown == 0 and not math.isnan(before.magnesium_mg_share):
        assert after.magnesium_mg_share <= before.magnesium_mg_share * (1 + 1e-9)


@given(diaries)
def test_totals_equal_the_exact_sum_of_the_portions(portions):
    found = intake(*portions)
    for day, row in found.iterrows():
        terms = [
            p["magnesium_mg"] if p["source"] == "supplement" else p["magnesium_mg"] * p["grams"] / 100
            for p in portions
            if p["day"] == day and not math.isnan(p["magnesium_mg"])
        ]
        exact = float(sum((Decimal(term) for term in terms), Decimal(0)))
        assert row.magnesium_mg == pytest.approx(exact, rel=1e-15) if terms else math.isnan(row.magnesium_mg)


@given(diaries)
def test_shares_are_shares_and_the_added_part_is_a_part(portions):
    for _, row in intake(*portions).iterrows():
        for code in CODES:
            assert math.isnan(row[f"{code}_share"]) or 0 <= row[f"{code}_share"] <= 1
            assert math.isnan(row[code]) or row[f"{code}_added"] <= row[code] * (1 + 1e-15)


def test_a_share_is_blank_only_where_nothing_weighs():
    rng = random.Random(5)
    day = day_of(*(portion(rng.uniform(1, 300), kcal=rng.uniform(1, 500)) for _ in range(20)))
    assert day.magnesium_mg_share == 0
