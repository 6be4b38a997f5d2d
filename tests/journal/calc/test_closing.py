"""Foods that add most, and swaps that close gaps: sums by hand, and every choice tried one by one."""

import math
import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal.calc import swaps
from journal.calc.closing import Candidate, is_salty, kind_of, may_be_suggested, rank
from journal.calc.swaps import AS_GOOD, WORTH_A_SWAP, Instead, Limit, Usual, choose, options
from tests.conftest import SLOWER

MG, K, NA, KCAL = "magnesium_mg", "potassium_mg", "sodium_mg", "energy_kcal"


def food(key, grams=100.0, *, theirs=False, category="Apples", name="", **per_100g):
    return Candidate(key, name or key, category, grams, {f"{c}": v for c, v in per_100g.items()}, theirs)


def names(ranked):
    return [one.food.key for one in ranked]


# Lists ----------------------------------------------------------------------------------------


def test_the_food_that_adds_most_for_a_portion_comes_first_not_the_one_that_is_richest():
    # 30 g x 270 mg / 100 g = 81 mg; 200 g x 60 mg / 100 g = 120 mg.
    nuts, beans = food("nuts", 30, magnesium_mg=270), food("beans", 200, magnesium_mg=60)
    _theirs, others = rank([nuts, beans], {MG: 200}, most=5)
    assert names(others) == ["beans", "nuts"]
    assert [one.added[MG] for one in others] == pytest.approx([120, 81])
    assert [one.share for one in others] == pytest.approx([0.6, 0.405])


def test_what_a_person_eats_is_apart_from_other_foods():
    mine, other = food("mine", theirs=True, magnesium_mg=40), food("other", magnesium_mg=90)
    assert tuple(map(names, rank([mine, other], {MG: 100}, most=5))) == (["mine"], ["other"])


def test_a_food_of_unknown_content_is_not_suggested_and_for_a_set_it_is_told_as_unknown():
    half_known = food("half", magnesium_mg=50, potassium_mg=None)
    assert rank([half_known], {K: 100}, most=5) == ([], [])
    _theirs, (one,) = rank([half_known], {MG: 100, K: 100}, most=5)
    assert one.added == {MG: 50, K: None} and one.share == 0.25  # (50/100 + nothing) / 2
    assert one.energy_kcal is None


def test_more_than_is_lacking_does_not_put_a_food_in_front():
    much = food("much", magnesium_mg=900, potassium_mg=0)
    both = food("both", magnesium_mg=60, potassium_mg=60)
    _theirs, others = rank([much, both], {MG: 100, K: 100}, most=5)
    assert [(one.food.key, one.share) for one in others] == [("both", 0.6), ("much", 0.5)]


def test_a_third_food_of_one_category_gives_way():
    nuts = [food(f"nut {i}", magnesium_mg=90 - i, category="Nuts and seeds") for i in range(4)]
    _theirs, others = rank([*nuts, food("apple", magnesium_mg=10)], {MG: 100}, most=5)
    assert names(others) == ["nut 0", "nut 1", "apple"]


def test_less_than_a_twentieth_of_what_is_lacking_is_no_suggestion():
    assert rank([food("little", magnesium_mg=4.9)], {MG: 100}, most=5) == ([], [])
    assert names(rank([food("enough", magnesium_mg=5)], {MG: 100}, most=5)[1]) == ["enough"]


def test_a_food_that_is_more_energy_than_help_is_left_out():
    # 50 of 250 mg is 20 % of the reference; 500 kcal are 25 % of 2,000, 400 kcal are 20 %.
    heavy, light = (
        food("heavy", magnesium_mg=50, energy_kcal=500),
        food("light", magnesium_mg=50, energy_kcal=400),
    )
    assert names(rank([heavy, light], {MG: 100}, most=5, references={MG: 250})[1]) == ["light"]
    assert len(rank([heavy, light], {MG: 100}, most=5)[1]) == 2


def test_the_same_fish_in_another_pan_is_not_a_second_idea():
    salmon = [
        food(name, name=name, magnesium_mg=30) for name in ("Fish, salmon, baked", "Fish, salmon, fried")
    ]
    cod = food("Fish, cod, baked", name="Fish, cod, baked", magnesium_mg=20)
    assert names(rank([*salmon, cod], {MG: 100}, most=5)[1]) == ["Fish, salmon, baked", "Fish, cod, baked"]


@pytest.mark.parametrize(
    ("name", "category", "alcohol"),
    [
        ("Beer", "Beer", 3.9),
        ("Cider", "Apples", 4.5),
        ("Coffee, brewed", "Coffee", 0),
        ("Grapefruit, raw", "Citrus fruits", 0),
        ("Salt substitute", "Mustard", 0),
        ("Beef liver, fried", "Beef, excludes ground", 0),
        ("Electrolyte mix", "", 0),
        ("Rice cereal", "Baby food: cereals", 0),
    ],
)
def test_some_foods_are_never_suggested(name, category, alcohol):
    assert not may_be_suggested(food("it", name=name, category=category, alcohol_g=alcohol))


def test_a_vegan_is_offered_plants_and_what_they_log_themselves():
    cheese = {"category": "Cheese", "name": "Cheese, Cheddar"}
    assert not may_be_suggested(food("it", **cheese), vegan=True)
    assert may_be_suggested(food("it", **cheese, theirs=True), vegan=True)
    assert may_be_suggested(food("it", category="Plant-based milk", name="Soy milk"), vegan=True)
    assert may_be_suggested(food("it", **cheese))


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("Yeast breads", "bread"),
        ("Rice", "side"),
        ("Rice mixed dishes", ""),
        ("Oatmeal", "cereal"),
        ("Ready-to-eat cereal, higher sugar (>21.2g/100g)", "cereal"),
        ("Cereal bars", "snack"),
        ("Nuts and seeds", "snack"),
        ("Citrus juice", "drink"),
        ("Vegetable juice", "drink"),
        ("Apples", "fruit"),
        ("Milk, whole", "milk"),
        ("Fish", "main"),
        ("Baby food: vegetables", ""),
        ("", ""),
    ],
)
def test_each_category_is_of_one_kind(category, kind):
    assert kind_of(category) == kind


# Swaps ----------------------------------------------------------------------------------------

WHITE = Usual("white bread", "bread", 80, 1.0, {MG: 25, K: 100, NA: 450, KCAL: 260})
"""80 g on every day: 20 mg, 80 mg, 360 mg, 208 kcal."""
BROWN = Instead("brown bread", "bread", 80, {MG: 75, K: 250, NA: 440, KCAL: 250})
"""80 g: 60 mg, 200 mg, 352 mg, 200 kcal."""
SWEETS = Usual("sweets", "snack", 30, 0.5, {MG: 2, K: 10, NA: 40, KCAL: 400})
"""60 g on every other day."""
NUTS = Instead("nuts", "snack", 40, {MG: 250, K: 700, NA: 5, KCAL: 600})
ABOUT_THE_SAME = {KCAL: Limit(-200, 200), NA: Limit(-math.inf, 0)}


def test_one_swap_that_is_enough_is_told_alone_with_its_sum():
    found = choose([WHITE, SWEETS], [BROWN, NUTS], {MG: 40}, ABOUT_THE_SAME)
    (swap,) = found.swaps
    assert (found.reached, found.proven) == (True, True)
    assert (swap.away, swap.instead) == ("white bread", "brown bread")
    # 60 - 20 = 40 mg; 352 - 360 = -8 mg; 200 - 208 = -8 kcal; 80 g for 80 g.
    assert found.change == pytest.approx({MG: 40, KCAL: -8, NA: -8})
    assert (swap.grams_at_a_time, swap.grams_changed) == (80, 0)


def test_an_amount_at_a_time_counts_on_the_days_of_the_food_that_it_replaces():
    found = choose([SWEETS], [NUTS], {MG: 60}, ABOUT_THE_SAME)
    (swap,) = found.swaps
    # 60 g of nuts on half of the days is 30 g a day: 75 mg instead of 0.6; 180 kcal instead of 120.
    assert (swap.half_portions, swap.grams_at_a_time) == (3, 60)
    assert found.change == pytest.approx({MG: 74.4, KCAL: 60, NA: 1.5 - 12})


def test_two_gaps_take_two_swaps_if_one_alone_closes_neither():
    found = choose([WHITE, SWEETS], [BROWN, NUTS], {MG: 100, K: 300}, ABOUT_THE_SAME)
    assert found.reached and {swap.away for swap in found.swaps} == {"white bread", "sweets"}
    assert found.change[MG] >= 100 and found.change[K] >= 300


def test_energy_keeps_within_its_limit_and_sodium_does_not_rise():
    tight = {**ABOUT_THE_SAME, KCAL: Limit(-50, 50)}
    found = choose([SWEETS], [NUTS], {MG: 60}, tight)
    # 40 g on half of the days: 50 - 0.6 mg, and no more than that, as 60 g would add 60 kcal.
    assert not found.reached
    assert (found.change[MG], found.change[KCAL]) == pytest.approx((49.4, 0))
    salty = Instead("brown bread", "bread", 80, {**BROWN.per_100g, NA: 451})
    assert choose([WHITE], [salty], {MG: 40}, ABOUT_THE_SAME).change.get(NA, 0) <= 0


def test_what_cannot_be_reached_is_told_as_not_reached_with_the_nearest():
    found = choose([WHITE], [BROWN], {MG: 500}, {KCAL: Limit(-30, 30), NA: Limit(-math.inf, 0)})
    assert not found.reached and found.proven
    assert [swap.half_portions for swap in found.swaps] == [2]  # 3 half portions are 92 kcal more


def test_nothing_is_said_where_nothing_of_that_kind_helps():
    assert choose([WHITE], [NUTS], {MG: 40}, ABOUT_THE_SAME).swaps == ()
    worse = Instead("cake", "bread", 80, {MG: 5, K: 50, NA: 300, KCAL: 260})
    assert choose([WHITE], [worse], {MG: 40}, ABOUT_THE_SAME).swaps == ()
    assert choose([], [BROWN], {MG: 40}, {}).swaps == ()


def test_a_food_with_an_unknown_content_takes_no_part_on_either_side():
    no_sodium = Instead("brown bread", "bread", 80, {**BROWN.per_100g, NA: None})
    assert choose([WHITE], [no_sodium], {MG: 40}, ABOUT_THE_SAME).swaps == ()
    unknown = Usual("white bread", "bread", 80, 1.0, {**WHITE.per_100g, MG: None})
    assert choose([unknown], [BROWN], {MG: 40}, ABOUT_THE_SAME).swaps == ()


def test_a_swap_that_does_little_or_changes_energy_much_by_itself_is_no_option():
    # For 400 mg lacking a swap must close 20: 2 half portions add 40, one adds 10. 3 are 92 kcal more.
    found = options([WHITE], [BROWN], {MG: 400}, {KCAL: Limit(-50, 50)})
    assert [swap.half_portions for swap in found] == [2]
    assert [swap.half_portions for swap in options([WHITE], [BROWN], {MG: 400}, {})] == [2, 3, 4]


def test_fewer_swaps_come_before_smaller_ones():
    usual = [Usual(key, key, 100, 1.0, {MG: 0, KCAL: 0}) for key in ("bread", "snack")]
    foods = [Instead(f"better {key}", key, 100, {MG: 50, KCAL: 0}) for key in ("bread", "snack")]
    # Two for two, gram for gram, are 100 mg as well; one of 200 g for 100 g is a single change.
    (swap,) = choose(usual, foods, {MG: 80}, {}).swaps
    assert (swap.half_portions, swap.grams_changed) == (4, 100)


def test_no_food_goes_and_comes_at_once():
    one = Usual("a", "bread", 50, 1.0, {MG: 10, KCAL: 100})
    two = Usual("b", "bread", 50, 1.0, {MG: 50, KCAL: 100})
    foods = [Instead("a", "bread", 50, one.per_100g), Instead("b", "bread", 50, two.per_100g)]
    found = choose([one, two], foods, {MG: 30}, {})
    assert {swap.away for swap in found.swaps}.isdisjoint(swap.instead for swap in found.swaps)


# Against every choice -------------------------------------------------------------------------


def contents(magnesium, potassium, sodium, energy):
    ranges = {MG: magnesium, K: potassium, NA: sodium, KCAL: energy}
    return st.fixed_dictionaries({code: st.integers(*one) for code, one in ranges.items()})


poor = contents((0, 60), (0, 300), (50, 600), (100, 500))
rich = contents((0, 300), (0, 900), (0, 500), (50, 600))
kinds, tens = st.sampled_from("xxy"), st.integers(3, 15)
some_usual = st.lists(st.tuples(kinds, tens, poor), min_size=1, max_size=3)
some_foods = st.lists(st.tuples(kinds, st.integers(2, 8), rich), min_size=1, max_size=4)
NEAR = 1e-3
"""Sums of whole numbers come no nearer to a bound without reaching it."""


def build(usual, foods):
    return (
        [Usual(f"u{i}", kind, tens * 10, 1.0, per) for i, (kind, tens, per) in enumerate(usual)],
        [Instead(f"f{i}", kind, tens * 20, per) for i, (kind, tens, per) in enumerate(foods)],
    )


def every_choice(columns, limits, most):
    """All sets of swaps that keep within limits, with no food in two of them."""
    for size in range(1, most + 1):
        for some in combinations(columns, size):
            keys = [key for swap in some for key in (swap.away, swap.instead)]
            total = {code: math.fsum(swap.change[code] for swap in some) for code in some[0].change}
            fits = all(low - NEAR <= total[code] <= high + NEAR for code, (low, high) in limits.items())
            if len(set(keys)) == len(keys) and fits:
                yield some, total


@settings(max_examples=60, deadline=None)
@given(some_usual, some_foods, st.integers(1, 250), st.integers(1, 700), st.integers(50, 500))
def test_it_finds_what_trying_every_choice_finds(usual, foods, magnesium, potassium, energy):
    usual, foods = build(usual, foods)
    lacking, limits = {MG: magnesium, K: potassium}, {KCAL: Limit(-energy, energy), NA: Limit(-math.inf, 0)}
    found = choose(usual, foods, lacking, limits)
    tried = list(every_choice(options(usual, foods, lacking, limits), limits, 3))
    closing = [some for some, total in tried if all(total[c] >= lacking[c] - NEAR for c in lacking)]
    assert found.proven and found.reached == bool(closing)
    if closing:
        fewest = min(map(len, closing))
        least = min(sum(swap.grams_changed for swap in some) for some in closing if len(some) == fewest)
        assert len(found.swaps) == fewest
        assert sum(swap.grams_changed for swap in found.swaps) == pytest.approx(least, abs=1e-3)
        return
    worth = [
        sum(min(1.0, total[c] / amount) for c, amount in lacking.items()) - WORTH_A_SWAP * len(some)
        for some, total in tried
        if min(total[c] for c in lacking) >= -NEAR
    ]
    got = sum(min(1.0, found.change.get(c, 0.0) / amount) for c, amount in lacking.items())
    assert got - WORTH_A_SWAP * len(found.swaps) == pytest.approx(max([0.0, *worth]), abs=2 * AS_GOOD)


@settings(max_examples=25, deadline=None)
@given(some_usual, some_foods, st.randoms(use_true_random=False))
def test_the_order_of_foods_does_not_show_in_the_answer(usual, foods, chance):
    usual, foods = build(usual, foods)
    first = choose(usual, foods, {MG: 60, K: 200}, ABOUT_THE_SAME)
    chance.shuffle(usual)
    chance.shuffle(foods)
    assert choose(usual, foods, {MG: 60, K: 200}, ABOUT_THE_SAME) == first


def test_a_full_search_answers_within_a_second(monkeypatch, time_limit_of_swaps):
    kinds = ["bread", "snack", "side", "main"]
    usual = [
        Usual(f"u{i}", kinds[i % 4], 40 + 7 * i, 0.3 + i / 40, per)
        for i in range(16)
        for per in [{MG: 5 + i, K: 90 + 11 * i, NA: 200, KCAL: 150 + 9 * i}]
    ]
    foods = [
        Instead(f"f{i}", kinds[i % 4], 30 + 3 * i, per)
        for i in range(48)
        for per in [{MG: 10 + i * 7 % 61, K: i * 37 % 811, NA: 3 * i, KCAL: 90 + 5 * i}]
    ]
    limits = {KCAL: Limit(-200, 200), NA: Limit(-math.inf, 0)}
    assert len(options(usual, foods, {MG: 90, K: 900}, limits)) > 200
    monkeypatch.setattr(swaps, "TIME_LIMIT_S", time_limit_of_swaps)
    begun = time.monotonic()
    choose(usual, foods, {MG: 90, K: 900}, limits)
    assert time.monotonic() - begun < 1.0 * SLOWER


def test_a_portion_is_salty_above_400_mg_of_sodium_and_where_nobody_knows():
    assert is_salty(food("brine", sodium_mg=401)) and not is_salty(food("bread", sodium_mg=400))
    assert is_salty(food("own dish"))
