"""Fluid against the worked figures of the hydration method, and the promises that hold for every bout."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from journal.calc import hydration as h

LAST_DIGIT = 5.1e-5  # the vectors are printed to four decimals


@pytest.mark.parametrize(
    ("met", "kg", "temperature", "rate"),
    [
        (10, 70, 18, 0.7862), (10, 70, 28, 0.8904), (8, 60, 22, 0.5368), (4, 80, 20, 0.3043),
        (3.5, 60, 5, 0.0546), (12, 75, 38, 1.2279), (2, 50, 10, 0.0),
    ],
)  # fmt: skip
def test_sweat_rate_is_that_of_the_worked_figures(met, kg, temperature, rate):
    assert h.sweat_rate(met, kg, temperature) == pytest.approx(rate, abs=LAST_DIGIT)


@pytest.mark.parametrize(
    ("weighed", "printed"),
    [
        ((70.0, 69.1, 0.5, 0.2, 1), (1.2, 1.2, 1.2857)),
        ((82.0, 80.8, 1.0, 0, 1.5), (2.2, 1.4667, 1.4634)),
        ((60.0, 60.4, 1.6, 0.1, 2), (1.1, 0.55, -0.6667)),
    ],
)
def test_weighing_tells_loss_rate_and_change(weighed, printed):
    found = h.measured_sweat(*weighed)
    assert found == pytest.approx(printed, abs=LAST_DIGIT)
    assert found.overdrunk == (printed[2] < 0)


def test_two_percent_lighter_means_that_much_less_was_drunk_than_sweated():
    assert not h.measured_sweat(70, 68.6, 0, 0, 1).drank_much_less  # 1.4 / 70 is 2 %
    assert h.measured_sweat(70, 68.5, 0, 0, 1).drank_much_less


@pytest.mark.parametrize(("before", "hours"), [(0, 1), (70, 0), (70, -1)])
def test_sweat_without_a_body_or_a_time_is_refused(before, hours):
    with pytest.raises(ValueError, match="above 0"):
        h.measured_sweat(before, before, 0, 0, hours)


@pytest.mark.parametrize(
    ("nutrient", "printed"),
    [
        ("sodium_mg", (275.88, 965.58, 1931.16)),
        ("potassium_mg", (None, 234.59, None)),
        ("calcium_mg", (None, 24.05, None)),
        ("magnesium_mg", (None, 11.67, None)),
    ],
)
def test_minerals_in_a_litre_and_a_fifth_of_sweat(nutrient, printed):
    for found, expected in zip(h.mineral_loss(1.2, nutrient), printed, strict=True):
        assert expected is None or found == pytest.approx(expected, abs=0.0051)  # printed to two decimals


def test_only_sodium_is_shown_and_as_a_range():
    sweat = h.estimated_sweat(10, 70, 60, 18)  # 0.7862 L, 0.3931 to 1.1793
    # 0.3931 x 10 x 22.990 and 1.1793 x 70 x 22.990
    assert h.sodium_loss_range(sweat) == pytest.approx((90.4, 1897.9), abs=0.1)
    assert h.SHOWN_MINERALS == ("sodium_mg",)


@pytest.mark.parametrize(
    ("drinks", "sweat", "hours", "printed", "caution"),
    [
        (3.0, 1.2, 2, (0.9, 0.2), True),
        (1.0, 1.8, 2, (-0.4, -2.4), False),
        (4.5, 1.5, 3, (1.0, 0.6), True),
    ],
)
def test_drinking_beyond_sweat_and_kidneys_is_too_much(drinks, sweat, hours, printed, caution):
    found = h.overdrinking(drinks, sweat, hours)
    assert (found.rate, found.over_renal) == pytest.approx(printed, abs=LAST_DIGIT)
    assert found.caution is caution


def test_a_big_glass_in_a_short_time_is_no_caution():
    assert not h.overdrinking(1.5, 0, 1).caution  # over 0.8 L, but not over 2 h
    assert h.overdrinking(2.0, 0, 2).caution  # 2.0 - 1.6 = 0.4


def test_at_the_limit_of_the_kidneys_there_is_no_caution():
    assert not h.overdrinking(2.4, 0.8, 2).caution  # 2.4 - 0.8 - 1.6 = 0


def test_weight_gained_or_a_litre_an_hour_for_three_hours_is_a_caution_by_itself():
    assert h.overdrinking(0.5, 0.6, 1, weight_change_kg=0.4).caution
    assert not h.overdrinking(0.5, 0.6, 1, weight_change_kg=-0.4).caution
    assert h.overdrinking(3.1, 3.0, 3).caution
    assert not h.overdrinking(3.0, 3.0, 3).caution  # 1.0 L/h is not more than that
    assert not h.overdrinking(2.5, 2.5, 2).caution  # fast, but not for 3 h


def test_a_span_of_no_hours_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        h.overdrinking(1, 0, 0)


# Accounting


def test_water_of_drinks_and_food_is_counted_once():
    drinks = [(250, 99, h.TEA_COFFEE), (330, 89, h.JUICE_MILK), (500, 100, h.WATER), (200, 88, h.JUICE_MILK)]
    found = h.day_water([*drinks, (500, 84, None), (250, 80, None)])
    assert found.drinks == pytest.approx(1.2172, abs=LAST_DIGIT)
    assert found.food == pytest.approx(0.62)
    assert found.counted == pytest.approx(1.8372, abs=LAST_DIGIT)


@pytest.mark.parametrize(
    ("ai", "authority", "part"), [(3.7, "nasem", 2.9970), (2.7, "NASEM", 2.1870), (2.0, "efsa", 1.6)]
)
def test_drinks_alone_are_set_beside_their_part_of_the_adequate_intake(ai, authority, part):
    assert ai * h.beverage_share(authority) == pytest.approx(part, abs=LAST_DIGIT)


@pytest.mark.parametrize(
    ("category", "alcohol", "kind", "counts"),
    [
        ("Coffee", 0, "tea_coffee", True),
        ("Beer", 3.9, "beer", True),
        ("Beer", 7.7, "beer", True),
        ("Wine", 10.6, "wine_spirits", False),
        ("Wine", 4, "beer", True),  # a cooler is as weak as beer
        ("Liquor and cocktails", 33.4, "wine_spirits", False),
        ("Tap water", None, "water", True),
    ],
)
def test_beer_and_weaker_count_and_wine_and_spirits_do_not(category, alcohol, kind, counts):
    found = h.drink_kind(category, 90, alcohol)
    assert (found, h.counts_toward_goal(found)) == (kind, counts)


def test_what_is_eaten_is_no_drink():
    assert h.drink_kind("Bananas", 75) is None
    assert h.drink_kind("Beverages", 3) is None  # instant coffee powder
    assert h.drink_kind("Beverages", 99) == "juice_milk_soft_drink"


# The need of a day


def test_exercise_raises_the_need_by_the_sweat():
    need = h.need_today(2.187, 0.6)
    assert (need.total, need.capped) == (pytest.approx(2.7870, abs=LAST_DIGIT), False)


def test_the_need_is_never_raised_by_more_than_two_litres():
    assert h.need_today(2.7, 3.5) == (2.7, 2.0, 4.7, True)
    assert h.need_today(2.7, 2.0).capped is False


def test_no_more_than_a_litre_an_hour_is_ever_suggested_and_nothing_beyond_the_goal():
    assert h.left_to_drink(2.7, 0.2, 1) == 1
    assert h.left_to_drink(2.7, 2.4, 1) == pytest.approx(0.3)
    assert h.left_to_drink(2.7, 3.4, 5) == 0


# Which sweat


def test_an_estimate_is_a_range_shown_to_a_tenth_of_a_litre():
    assert h.estimated_sweat(10, 70, 60, 18).shown == (0.4, 1.2)  # 0.7862 x 0.5 and x 1.5


def test_light_activity_is_estimated_in_the_heat_alone():
    assert h.estimated_sweat(2.9, 70, 60, 24.9) is None
    assert h.estimated_sweat(2.9, 70, 60, 25) is not None
    assert h.estimated_sweat(3, 70, 60, 10) is not None


def test_without_a_body_mass_nothing_is_assumed():
    assert h.estimated_sweat(10, None, 60, 18) is None
    assert h.estimated_sweat(None, 70, 60, 18) is None


def test_three_measured_bouts_replace_the_estimate_by_their_median_and_spread():
    rates = [0.8, 1.4, 1.0]
    assert h.sweat_of(10, 70, 30, 18, own_rates=rates) == (0.4, 0.5, 0.7, h.OWN_RATES)
    assert h.sweat_of(10, 70, 30, 18, own_rates=rates[:2]).kind == h.ESTIMATED
    assert h.sweat_of(None, None, 30, own_rates=rates).middle == 0.5


def test_a_bouts_own_weighing_comes_first():
    weighed = h.measured_sweat(70.0, 69.1, 0.5, 0.2, 1)
    found = h.sweat_of(10, 70, 60, 18, weighed=weighed, own_rates=[2.0, 2.0, 2.0])
    assert (found.low, found.high) == pytest.approx((1.2, 1.2))


# Promises for every bout

met, kg, temperature = st.floats(1, 20), st.floats(30, 200), st.floats(-20, 50)


@given(met, kg, temperature, st.floats(1, 600))
def test_no_estimate_is_negative_and_the_range_holds_the_middle(m, mass, t, minutes):
    found = h.estimated_sweat(m, mass, minutes, t)
    assume(found)
    assert 0 <= found.low <= found.middle <= found.high


@given(met, kg, temperature, st.floats(0, 5), st.floats(0, 30), st.floats(0, 10))
def test_harder_heavier_and_hotter_never_sweat_less(m, mass, t, more_met, more_kg, more_t):
    assert h.sweat_rate(m + more_met, mass + more_kg, t + more_t) >= h.sweat_rate(m, mass, t) - 1e-12


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0.1, 24), st.floats(0, 3))
def test_more_sweat_never_makes_a_caution_of_what_was_none(drinks, sweat, hours, more):
    if not h.overdrinking(drinks, sweat, hours).caution:
        assert not h.overdrinking(drinks, sweat + more, hours).caution


PORTION = st.tuples(
    st.floats(1, 2000), st.none() | st.floats(0, 100), st.none() | st.sampled_from(sorted(h.WATER_FRACTION))
)


@given(st.lists(PORTION, max_size=20), st.randoms())
def test_the_order_of_drinks_is_irrelevant(drinks, shuffle):
    mixed = list(drinks)
    shuffle.shuffle(mixed)
    assert h.day_water(mixed) == h.day_water(drinks)


@given(st.floats(0, 6), st.floats(0, 20))
def test_the_need_stays_between_the_baseline_and_two_litres_more(baseline, sweat):
    assert baseline <= h.need_today(baseline, sweat).total <= baseline + 2
