"""Personal links: which day a cramp counts for, which days are compared, what stands before each number."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal.calc import associations as links
from journal.calc.associations import KINDS, Compared, Day, Diary, Link
from journal.calc.crampdays import Calendar, Count, Place, count, exposure_day, outcomes
from journal.codes import Exposure, LinkState

MONDAY = date(2026, 1, 5)
ALCOHOL = next(kind for kind in KINDS if kind.code == Exposure.ALCOHOL)
MAGNESIUM = next(kind for kind in KINDS if kind.code == Exposure.MAGNESIUM_LOW)
WATER = next(kind for kind in KINDS if kind.code == Exposure.WATER_SHORT)


def day(n):
    return MONDAY + timedelta(days=n)


def diary(known, changes=(), last=None, before=None, **measures):
    last = last or max(known)
    return Diary(known, Calendar.of(known, changes, last), measures, before or {})


def of(found, exposure, lag):
    [link] = [one for one in found if (one.exposure, one.lag) == (exposure, lag)]
    return link


def linked(days, share=0.35, often=0.75, seldom=0.1, seed=3):
    """Days with alcohol by lot, and cramps that follow it often and else seldom."""
    lots = random.Random(seed)
    drunk = {day(n): 12.0 if lots.random() < share else 0.0 for n in range(-2, days)}
    known = {day(n): lots.random() < (often if drunk[day(n - 1)] else seldom) for n in range(days)}
    return known, drunk


# The day a cramp counts for -------------------------------------------------------------------


def test_a_cramp_counts_for_the_noon_to_noon_day_in_which_it_begins():
    assert exposure_day(datetime(2026, 1, 6, 12, 0)) == date(2026, 1, 6)
    assert exposure_day(datetime(2026, 1, 6, 11, 59)) == date(2026, 1, 5)
    assert exposure_day(datetime(2026, 1, 6, 3, 0)) == date(2026, 1, 5)  # of the night before
    assert exposure_day(datetime(2026, 1, 6, 23, 0)) == date(2026, 1, 6)


def test_a_day_is_without_a_cramp_only_if_somebody_said_so():
    known = outcomes(cramps=[day(0), day(0), day(1)], without=[day(1), day(3)])
    assert known == {day(0): True, day(1): True, day(3): False}  # nobody knows of day 2
    assert count(known) == (3, 2)


@pytest.mark.parametrize(("known", "cramps", "enough"), [(42, 10, True), (41, 10, False), (42, 9, False)])
def test_links_are_looked_for_from_42_known_days_and_10_cramp_days_on(known, cramps, enough):
    assert Count(known, cramps).is_enough is enough


# Strata ---------------------------------------------------------------------------------------


def test_blocks_of_28_days_are_counted_from_the_first_known_day_with_weekends_apart():
    calendar = Calendar.of([day(1), day(40)], [], day(60))
    assert calendar.place(day(1)) == Place(0, 0, False)  # a Tuesday
    assert calendar.place(day(5)) == Place(0, 0, True)  # Saturday
    assert calendar.place(day(28)) == Place(0, 0, False)  # the 28th day
    assert calendar.place(day(29)) == Place(0, 1, False)


def test_a_stratum_holds_its_days_of_the_calendar_known_or_not():
    calendar = Calendar.of([day(0), day(30)], [], day(31))
    assert calendar.days_in(Place(0, 0, False)) == 20
    assert calendar.days_in(Place(0, 0, True)) == 8
    assert calendar.days_in(Place(0, 1, False)) == 4  # Monday to Thursday, so far


def test_a_change_of_medicine_begins_a_new_series_in_which_blocks_start_anew():
    known = [day(n) for n in range(60)]
    calendar = Calendar.of(known, [day(30), day(30), day(99)], day(59))
    assert (calendar.starts, calendar.ends) == ((day(0), day(30)), (day(29), day(59)))
    assert calendar.place(day(29)) == Place(0, 1, False)
    assert calendar.place(day(30)) == Place(1, 0, False)
    assert calendar.days_in(Place(0, 1, False)) == 2  # day 28 and 29


def test_days_before_and_after_a_change_of_medicine_are_never_compared():
    """Cramps and alcohol both stop with a medicine: within each half of the diary nothing varies."""
    known = {day(n): n < 60 for n in range(120)}
    drunk = {day(n): 12.0 if n < 60 else 0.0 for n in range(-2, 120)}
    split = links.screen(diary(known, [day(60)], alcohol_g=drunk))
    assert of(split, "alcohol", 1).exposed_days == of(split, "alcohol", 1).other_days == 0
    whole = links.screen(diary(known, alcohol_g=drunk))
    assert of(whole, "alcohol", 1).exposed_days > 0  # the block in which both changed


# Exposures ------------------------------------------------------------------------------------


def test_a_day_held_little_under_seven_tenths_of_ones_own_median():
    cut = MAGNESIUM.cut([100.0, 300.0, 400.0])
    assert cut.level == pytest.approx(210)  # 0.7 x 300
    assert cut.holds(209.9) and not cut.holds(210.1)


def test_a_day_held_much_above_three_quarters_of_ones_own_days():
    [exercise] = [kind for kind in KINDS if kind.code == Exposure.HARD_EXERCISE]
    cut = exercise.cut([0.0, 1.0, 2.0, 3.0, 4.0])
    assert cut.level == 3
    assert cut.holds(3.1) and not cut.holds(3.0)


def test_any_alcohol_counts_and_heat_from_32_degrees_on():
    [heat] = [kind for kind in KINDS if kind.code == Exposure.HEAT]
    assert ALCOHOL.cut([0.0, 20.0]).holds(0.5) and not ALCOHOL.cut([0.0, 20.0]).holds(0.0)
    assert heat.cut([20.0]).holds(32.0) and not heat.cut([20.0]).holds(31.9)


def test_stores_of_the_body_are_no_exposure_and_little_of_something_is_never_looked_for_on_the_same_day():
    assert not [kind for kind in KINDS if "vitamin" in kind.code]
    assert all(0 not in kind.lags for kind in KINDS if kind.side in ("little", "half"))


def test_what_a_day_held_is_taken_as_many_days_back_as_the_lag_says():
    one = diary({day(5): True}, alcohol_g={day(4): 1.0, day(3): 2.0})
    assert (one.amount("alcohol_g", day(5), 1), one.amount("alcohol_g", day(5), 2)) == (1.0, 2.0)


def test_on_the_day_of_a_cramp_only_what_came_before_it_counts():
    one = diary(
        {day(5): True, day(6): False, day(7): True}, alcohol_g={day(5): 40.0, day(6): 40.0, day(7): 40.0},
        before={"alcohol_g": {day(5): 10.0}},
    )  # fmt: skip
    assert one.amount("alcohol_g", day(5), 0) == 10
    assert one.amount("alcohol_g", day(6), 0) == 40
    assert one.amount("alcohol_g", day(7), 0) is None  # not known: never the whole day instead


def test_a_day_without_a_known_amount_is_not_compared():
    known = {day(n): n % 2 == 0 for n in range(10)}
    found = links.compared(diary(known), ALCOHOL, 1, ALCOHOL.cut([0.0]))
    assert found.days == []
    some = diary(known, alcohol_g={day(n): 1.0 for n in range(4)})
    assert len(links.compared(some, ALCOHOL, 1, ALCOHOL.cut([0.0])).days) == 4  # days 1 to 4


# Gates ----------------------------------------------------------------------------------------


def judged(strata, kind=ALCOHOL):
    """The gate's word on strata given as (days, exposed, cramps, both), each as one block of working days."""
    days = {
        Place(0, i, False): [
            Day(Place(0, i, False), float(exposed), exposed, cramp)
            for exposed, cramp, n in (
                (True, True, both), (True, False, e - both), (False, True, m - both),
                (False, False, n - e - m + both),
            )
            for _ in range(n)
        ]
        for i, (n, e, m, both) in enumerate(strata)
    }  # fmt: skip
    found = Compared(days)
    link = links._counted(Link(kind.code, 1, LinkState.NOT_ENOUGH_DATA), found)
    return found, link


class Whole(Calendar):
    """A calendar in which so many of 10 days are known."""

    def __init__(self, of_all):
        object.__setattr__(self, "of_all", of_all)

    def days_in(self, place):
        return self.of_all


SET_1 = [(10, 4, 2, 2), (12, 3, 2, 1), (9, 3, 1, 1), (11, 5, 3, 2)]


def word(strata, days_each=0):
    found, link = judged(strata)
    return links.gate(link, found, Whole(days_each))


def test_data_set_1_has_eight_cramp_days_and_gives_no_number_although_p_looks_small():
    found, link = judged(SET_1)
    assert (link.known_days, link.cramps_compared) == (42, 8)
    assert links.gate(link, found, Whole(0)) == LinkState.TOO_FEW_CRAMPS


def test_ten_cramp_days_are_enough_and_nine_are_not():
    assert word([(20, 8, 5, 4), (22, 9, 5, 4)]) == LinkState.NO_CLEAR_LINK
    assert word([(20, 8, 5, 4), (22, 9, 4, 4)]) == LinkState.TOO_FEW_CRAMPS


def test_41_known_days_are_too_few():
    assert word([(20, 8, 5, 4), (21, 9, 5, 4)]) == LinkState.NOT_ENOUGH_DATA


def test_strata_of_which_less_than_seven_tenths_is_known_are_not_enough():
    strata = [(21, 8, 5, 4), (21, 9, 5, 4)]
    assert word(strata, days_each=30) == LinkState.NO_CLEAR_LINK  # 42 of 60 days
    assert word(strata, days_each=31) == LinkState.NOT_ENOUGH_DATA  # 42 of 62


def test_cramps_where_the_exposure_never_varied_are_told_as_too_little_variation():
    assert word([(30, 30, 8, 8), (30, 0, 8, 0)]) == LinkState.NOT_ENOUGH_VARIATION


@pytest.mark.parametrize(("exposed", "said"), [(4, "not_enough_variation"), (5, "no_clear_link")])
def test_five_days_of_each_kind_are_needed(exposed, said):
    assert word([(60, exposed, 15, 2)]) == said
    assert word([(60, 60 - exposed, 15, 13)]) == said


def test_margins_that_could_never_give_a_small_p_cannot_answer():
    # All five exposed days among the 21 with a cramp, or none: C(21,5) / C(42,5) = 0.024
    assert word([(42, 5, 21, 5)]) == LinkState.CANNOT_ANSWER_YET


# Found, or not --------------------------------------------------------------------------------


def test_a_strong_link_over_months_is_worth_watching():
    known, drunk = linked(200)
    link = of(links.screen(diary(known, alcohol_g=drunk)), "alcohol", 1)
    assert link.state == LinkState.WORTH_WATCHING
    assert link.more and link.stable and link.q <= 0.10
    assert link.lower > 1 and link.lower < link.odds_ratio < link.upper
    # Of what was made: 0.75 / 0.25 against 0.1 / 0.9 is an odds ratio of 27.
    assert link.lower < 27 < link.upper
    assert link.lower < link.checks["mantel_haenszel"] < link.upper
    assert link.exposed_cramps / link.exposed_days > 0.6 > 0.2 > link.other_cramps / link.other_days


def test_a_day_with_fewer_cramps_is_told_as_that():
    known, drunk = linked(200, often=0.1, seldom=0.7)
    link = of(links.screen(diary(known, alcohol_g=drunk)), "alcohol", 1)
    assert (link.state, link.more) == (LinkState.WORTH_WATCHING, False)
    assert link.upper < 0.5


def test_fewer_cramps_on_the_same_day_are_not_made_much_of_because_a_cramp_cuts_its_day_short():
    """Wine comes in the evening and cramps in the afternoon: no cramp ever follows the wine of its day."""
    known, drunk = linked(200, often=0.3, seldom=0.3)
    before = {"alcohol_g": dict.fromkeys(known, 0.0)}
    link = of(links.screen(diary(known, alcohol_g=drunk, before=before)), "alcohol", 0)
    assert link.q <= 0.10 and not link.more and link.stable and link.cramps_compared >= 20
    assert link.state == LinkState.NO_CLEAR_LINK


def test_more_cramps_on_the_same_day_may_be_worth_watching():
    known, drunk = linked(200)
    before = {"alcohol_g": {when: drunk[when - timedelta(days=1)] for when in known}}
    same_day = {when: drunk[when - timedelta(days=1)] for when in known}
    link = of(links.screen(diary(known, alcohol_g=same_day, before=before)), "alcohol", 0)
    assert (link.more, link.state) == (True, LinkState.WORTH_WATCHING)


def test_the_same_link_on_fewer_than_20_cramp_days_is_not_yet_worth_watching():
    known, drunk = linked(80, often=0.5, seldom=0.05, seed=4)
    link = of(links.screen(diary(known, alcohol_g=drunk)), "alcohol", 1)
    assert 10 <= link.cramps_compared < 20
    assert link.q <= 0.10 and link.odds_ratio >= 2
    assert link.state == LinkState.NO_CLEAR_LINK


def test_a_link_that_turns_over_half_way_is_mixed():
    first, drunk = linked(112, often=0.95, seldom=0.1)
    second, also = linked(112, often=0.28, seldom=0.42, seed=5)
    known = first | {day(112) + (when - MONDAY): cramp for when, cramp in second.items()}
    drunk |= {day(112) + (when - MONDAY): grams for when, grams in also.items() if when >= MONDAY}
    link = of(links.screen(diary(known, alcohol_g=drunk)), "alcohol", 1)
    assert link.q <= 0.10 and link.odds_ratio >= 2
    assert (link.stable, link.state) == (False, LinkState.MIXED)


def test_an_amount_is_tested_by_its_likelihood_and_told_by_its_halves():
    lots = random.Random(7)
    short = {day(n): lots.uniform(-3, 0) for n in range(-2, 200)}
    known = {day(n): lots.random() < (0.75 if short[day(n - 1)] > -1 else 0.15) for n in range(200)}
    link = of(links.screen(diary(known, water_short_l=short)), "water_short", 1)
    assert link.per_unit and link.more and link.state == LinkState.WORTH_WATCHING
    assert link.lower < link.odds_ratio < link.upper
    assert link.p < 0.001
    assert link.checks["p_by_permutation"] <= 0.001  # 2 x 1 / 10,001 at least
    assert link.exposed_days + link.other_days <= 200


def parted(n, turned):
    """Days on which water was short by lot, and a cramp after each of more than half a litre and no other."""
    lots = random.Random(13)
    short = {day(i): lots.uniform(-1, 1) for i in range(-2, n)}
    return {day(i): turned * short[day(i - 1)] > 0.5 for i in range(n)}, short


@pytest.mark.parametrize("turned", [1, -1])
def test_an_amount_that_parts_the_days_without_exception_is_told_with_an_odds_ratio_without_bound(turned):
    known, short = parted(112, turned)
    link = of(links.screen(diary(known, water_short_l=short)), "water_short", 1)
    assert link.state == LinkState.WORTH_WATCHING and link.more == (turned > 0)
    assert link.p == pytest.approx(2 / 10_001)  # none of 10,000 shuffles is as extreme; both sides
    assert (
        (link.odds_ratio, link.upper) == (None, None)
        if link.more
        else (link.odds_ratio, link.lower) == (0, 0)
    )
    assert link.lower > 10 if link.more else link.upper < 0.1


def test_every_exposure_is_corrected_together_with_all_that_were_tested():
    known, drunk = linked(200)
    lots = random.Random(11)
    noise = {day(n): float(lots.random() < 0.5) for n in range(-2, 200)}
    alone = of(links.screen(diary(known, alcohol_g=drunk)), "alcohol", 1)
    among = of(links.screen(diary(known, alcohol_g=drunk, unusual=noise, caffeine_mg=drunk)), "alcohol", 1)
    assert among.p == alone.p
    assert among.q != alone.q


def test_nothing_known_is_not_enough_data_for_any_exposure_and_no_number():
    found = links.screen(diary({day(0): True}))
    assert {link.state for link in found} == {LinkState.NOT_ENOUGH_DATA}
    assert {(link.p, link.q, link.odds_ratio) for link in found} == {(None, None, None)}
    assert len(found) == 20  # 4 nutrients x 2, drinks and water once, five more x 2


def test_each_gate_that_holds_leaves_no_number():
    known, drunk = linked(60, often=0.2, seldom=0.05)
    for link in links.screen(diary(known, alcohol_g=drunk)):
        assert link.state not in (LinkState.NO_CLEAR_LINK, LinkState.MIXED, LinkState.WORTH_WATCHING)
        assert (link.p, link.odds_ratio, link.lower, link.upper) == (None, None, None, None)


# What must hold for any diary -----------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.3, 0.6, 0.9]))
def test_the_order_in_which_days_are_read_does_not_matter(seed, often):
    known, drunk = linked(100, often=often, seed=seed)
    backwards = dict(reversed(known.items())), dict(reversed(drunk.items()))
    forwards = links.screen(diary(known, alcohol_g=drunk))
    assert links.screen(diary(backwards[0], alcohol_g=backwards[1])) == forwards


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 100))
def test_the_unit_of_an_amount_changes_neither_p_nor_odds_ratio(seed, factor):
    known, eaten = linked(100, seed=seed)
    eaten = {when: 200 + 10 * grams for when, grams in eaten.items()}
    scaled = {when: amount * factor for when, amount in eaten.items()}
    one = of(links.screen(diary(known, caffeine_mg=eaten)), "caffeine_high", 1)
    other = of(links.screen(diary(known, caffeine_mg=scaled)), "caffeine_high", 1)
    assert replace(one, level=0.0) == replace(other, level=0.0)


@pytest.mark.thorough
def test_a_diary_without_any_link_is_seldom_said_to_be_worth_watching():
    runs = 60
    alarms = 0
    for seed in range(runs):
        known, drunk = linked(168, share=0.3, often=0.2, seldom=0.2, seed=seed)
        lots = random.Random(1000 + seed)
        others = {
            name: {when: float(lots.random() < 0.3) for when in drunk} for name in ("unusual", "caffeine_mg")
        }
        found = links.screen(diary(known, alcohol_g=drunk, **others))
        alarms += any(link.state == LinkState.WORTH_WATCHING for link in found)
    # At most one diary in ten by the share of false finds; 2 deviations of 60 x 0.1 more: 6 + 2 x 2.3
    assert alarms <= 10
