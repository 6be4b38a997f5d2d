"""What 100 g of a dish hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutrients.calc.recipe import dish_per_100g


def test_a_dish_holds_what_went_in_divided_by_what_it_weighs():
    dish = dish_per_100g([(200, {"magnesium_mg": 30}), (100, {"magnesium_mg": 120})], 240)
    assert dish["magnesium_mg"] == pytest.approx(75)  # (200 x 0.30 + 100 x 1.20) / 240 x 100


def test_without_a_weight_it_weighs_what_its_ingredients_do():
    dish = dish_per_100g([(200, {"magnesium_mg": 30}), (100, {"magnesium_mg": 120})])
    assert dish["magnesium_mg"] == pytest.approx(60)  # 180 / 300 x 100


def test_one_ingredient_of_unknown_content_makes_the_dish_unknown_and_zero_does_not():
    contents = [{"zinc_mg": 1, "iron_mg": 0}, {"zinc_mg": None, "iron_mg": 2}]
    dish = dish_per_100g([(50, contents[0]), (50, contents[1])])
    assert dish == {"zinc_mg": None, "iron_mg": pytest.approx(1)}  # 50 x 0.02 / 100 x 100


def test_what_boils_away_is_water_and_nothing_else():
    # 300 g of water and 100 g of rice with 12 g of water lose 150 g: 312 - 150 = 162 g in 250 g
    went_in = [(300, {"water_g": 100, "protein_g": 0}), (100, {"water_g": 12, "protein_g": 7})]
    dish = dish_per_100g(went_in, 250)
    assert dish == {"water_g": pytest.approx(64.8), "protein_g": pytest.approx(2.8)}  # 162 / 2.5; 7 / 2.5


def test_more_lost_than_there_was_water_comes_out_below_zero_for_the_caller_to_refuse():
    assert dish_per_100g([(100, {"water_g": 40})], 50)["water_g"] == pytest.approx(-20)  # (40 - 50) / 50


@pytest.mark.parametrize(("ingredients", "weighs"), [([], None), ([(0, {})], None), ([(1, {})], 0)])
def test_nothing_and_weightless_things_are_refused(ingredients, weighs):
    with pytest.raises(ValueError, match="weigh more than 0 g"):
        dish_per_100g(ingredients, weighs)


amounts = st.floats(0.1, 1000)


@given(st.lists(st.tuples(amounts, st.floats(0, 500)), min_size=1, max_size=12), amounts)
def test_nothing_is_gained_or_lost_on_the_way_but_water(parts, weighs):
    dish = dish_per_100g([(grams, {"iron_mg": each}) for grams, each in parts], weighs)
    went_in = sum(grams * each / 100 for grams, each in parts)
    assert dish["iron_mg"] * weighs / 100 == pytest.approx(went_in)
