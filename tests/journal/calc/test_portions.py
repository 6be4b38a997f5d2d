"""A day's totals against sums done by hand; foods are per 100 g, doses exact."""

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.calc.portions import day_amounts

CODES = ("energy_kcal", "water_g", "magnesium_mg", "calcium_mg")


def portion(grams=100.0, kcal=0.0, water=0.0, mg=None, ca=None):
    """A food or drink: its weight, and its content per 100 g in the order of the codes."""
    return grams, (kcal, water, mg, ca)


def dose(**amounts):
    return amounts


def day_of(*portions):
    """The amounts of a day of foods and drinks (pairs) and doses (their exact amounts)."""
    eaten = [one for one in portions if isinstance(one, tuple)]
    return day_amounts(CODES, eaten, [one for one in portions if isinstance(one, dict)])


def test_a_portion_is_content_times_grams_by_100():
    day = day_of(portion(30, kcal=579, water=4.41, mg=270, ca=269))  # almonds, 30 g
    assert (day["magnesium_mg"].known, day["calcium_mg"].known) == (81.0, 80.7)  # 270 x 0.3, 269 x 0.3
    assert (day["energy_kcal"].share, day["magnesium_mg"].share, day["magnesium_mg"].unknown) == (1, 1, 0)


def test_a_missing_value_is_unknown_and_not_zero():
    # kcal and mg as eaten: (400, 90), (300, missing), (500, 60), (800, 110)
    magnesium = day_of(
        portion(kcal=400, mg=90), portion(kcal=300), portion(kcal=500, mg=60), portion(kcal=800, mg=110)
    )["magnesium_mg"]
    assert magnesium.known == 260  # 90 + 60 + 110
    assert magnesium.share == 0.85  # 1700 / 2000
    assert magnesium.known / magnesium.share == pytest.approx(305.8824, abs=5.1e-5)
    assert magnesium.unknown == 1


def test_nothing_known_is_none_and_the_items_are_counted():
    calcium = day_of(portion(kcal=400), portion(kcal=100))["calcium_mg"]
    assert calcium == (None, 0, 0, 2)


def test_a_drink_without_energy_counts_as_unknown_and_weighs_nothing():
    magnesium = day_of(portion(kcal=400, mg=90), portion(500, kcal=0, water=99))["magnesium_mg"]
    assert (magnesium.share, magnesium.unknown) == (1, 1)


def test_a_day_of_water_alone_has_no_energy_to_weigh_by():
    day = day_of(portion(500, kcal=0, water=99.9, mg=1))
    assert (day["magnesium_mg"].known, day["magnesium_mg"].share) == (5, None)
    assert (day["water_g"].known, day["water_g"].share) == (499.5, 1)


def test_water_weighs_by_grams():
    water = day_of(
        portion(500, kcal=0, water=100), portion(100, kcal=300, water=60), portion(200, kcal=200, water=None)
    )["water_g"]
    assert water.known == 560  # 500 + 60
    assert water.share == 0.75  # 600 / 800 g


def test_a_food_of_unknown_energy_weighs_as_much_as_its_grams_do_in_the_others():
    day = day_of(portion(100, kcal=300, mg=90), portion(100, kcal=None), portion(400, kcal=0, mg=0))
    assert day["magnesium_mg"].share == 0.5  # 300 of 300 + 300 kcal; the drink of 0 kcal does not dilute it
    assert day["energy_kcal"] == (300, 0, 0.5, 1)


def test_a_dose_is_exact_and_kept_apart():
    magnesium = day_of(
        portion(kcal=400, mg=90), portion(kcal=600), dose(magnesium_mg=250.0), dose(magnesium_mg=100.0)
    )["magnesium_mg"]
    assert (magnesium.known, magnesium.added) == (440, 350)
    assert (magnesium.share, magnesium.unknown) == (0.4, 1)  # of food alone: 400 / 1000


def test_what_a_supplement_does_not_list_is_not_unknown():
    calcium = day_of(portion(kcal=400, mg=90, ca=20), dose(magnesium_mg=250.0))["calcium_mg"]
    assert calcium == (20, 0, 1, 0)


def test_a_day_of_doses_alone_knows_nothing_of_food():
    day = day_of(dose(magnesium_mg=250.0))
    assert day["magnesium_mg"] == (250, 250, None, 0)
    assert day["calcium_mg"] == (None, 0, None, 0)


def test_totals_are_the_sum_to_the_last_digit():
    tenths = [portion(10, kcal=1, mg=1) for _ in range(10)]  # ten times 0.1 mg; added one by one: 0.99999...
    assert day_of(*tenths)["magnesium_mg"].known == 1.0


values = st.one_of(st.none(), st.floats(0, 900, allow_subnormal=False))
foods = st.builds(portion, st.floats(0.001, 900), values, values, values, values)
pills = st.builds(dose, magnesium_mg=st.floats(0.001, 900))
days = st.lists(st.one_of(foods, foods, pills), min_size=1, max_size=12)


@given(days, st.randoms())
def test_the_order_of_entries_never_shows(portions, shuffle):
    before = day_of(*portions)
    shuffle.shuffle(portions)
    assert day_of(*portions) == before


@given(days, foods)
def test_an_unknown_food_leaves_what_is_known_and_lowers_the_share(portions, food):
    grams, (kcal, water, _mg, ca) = food
    before, after = day_of(*portions), day_of(*portions, (grams, (kcal, water, None, ca)))
    known, more = before["magnesium_mg"], after["magnesium_mg"]
    assert more.known == known.known
    assert more.unknown == known.unknown + 1
    if before["energy_kcal"].unknown == 0 and known.share is not None:
        assert more.share <= known.share * (1 + 1e-9)


@given(days)
def test_totals_equal_the_exact_sum_of_the_portions(portions):
    found = day_of(*portions)["magnesium_mg"].known
    terms = [
        one["magnesium_mg"] if isinstance(one, dict) else one[1][2] * one[0] / 100
        for one in portions
        if isinstance(one, dict) or one[1][2] is not None
    ]
    exact = float(sum((Decimal(term) for term in terms), Decimal(0)))
    assert found == pytest.approx(exact, rel=1e-15) if terms else found is None


@given(days)
def test_shares_are_shares_and_the_added_part_is_a_part(portions):
    for amount in day_of(*portions).values():
        assert amount.share is None or 0 <= amount.share <= 1
        assert amount.known is None or amount.added <= amount.known * (1 + 1e-15)


def test_a_share_is_blank_only_where_nothing_weighs():
    rng = random.Random(5)
    day = day_of(*(portion(rng.uniform(1, 300), kcal=rng.uniform(1, 500)) for _ in range(20)))
    assert day["magnesium_mg"].share == 0
