"""Personal links on real rows: what days held, when a look comes, and what it leaves in the database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal import advice, entries, pattern_words, patterns, people, review, tracked
from journal.calc.facts import LinkFacts
from journal.calc.hydration import sweat_of
from journal.codes import AdviceState, LinkState
from journal.models import (
    Advice,
    DailyIntake,
    DayMark,
    Exercise,
    LifeStagePeriod,
    Medicine,
    PersonalLink,
    ReviewState,
)
from nutrients.models import Activity
from tests.journal.link_diary import keep_diary, stored_day

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 0, 0, tzinfo=UTC)
"""13:00 on Wednesday the 18th in Auckland (UTC+13)."""
TODAY = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def ago(days):
    return TODAY - timedelta(days=days)


def at(diarist, day, hour=12, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=diarist.tz)


def cramp(diarist, day, hour, minute=0):
    return entries.log_spasm(diarist, occurred_at=at(diarist, day, hour, minute))


def measured(diarist, *days):
    DailyIntake.objects.bulk_create(days)
    return tracked.measures(diarist, ago(1))


# Outcomes -------------------------------------------------------------------------------------


def test_a_cramp_of_the_night_counts_for_the_day_before_on_the_clock_of_the_wall(alice):
    cramp(alice, ago(3), 3)  # a diary day begins at four: this is still the day before, both ways
    cramp(alice, ago(5), 6)  # of that diary day, and of the noon-to-noon day before
    cramp(alice, ago(7), 21)
    assert set(tracked.first_cramps(alice)) == {ago(4), ago(6), ago(7)}


def test_a_cramp_keeps_the_clock_it_was_logged_on(alice):
    # 23:00 in Auckland is 10:00 UTC, before noon in London, where the phone was by then.
    entries.log_spasm(alice, occurred_at=at(alice, ago(3), 23), tz="Europe/London")
    assert set(tracked.first_cramps(alice)) == {ago(4)}


def test_days_without_a_cramp_are_those_said_so_and_no_others(alice):
    entries.mark_day(alice, ago(3), no_cramp=True)
    entries.mark_day(alice, ago(4), finished=True)
    cramp(alice, ago(5), 22)
    entries.remove(cramp(alice, ago(6), 22))
    assert tracked.outcomes(alice, ago(1)) == {ago(3): False, ago(5): True}


def test_no_cramp_is_refused_before_the_noon_of_its_day_and_counts_from_then_on(alice, clock):
    clock.move_to(at(alice, ago(1), 8))
    with pytest.raises(ValidationError, match="from noon on"):
        entries.mark_day(alice, ago(1), finished=True, no_cramp=True)
    assert not DayMark.objects.exists()  # neither of the two was stored
    entries.mark_day(alice, ago(2), no_cramp=True)  # the morning after
    assert tracked.outcomes(alice, ago(1)) == {ago(2): False}
    clock.move_to(at(alice, ago(1), 12))
    entries.mark_day(alice, ago(1), no_cramp=True)
    assert tracked.outcomes(alice, ago(1)) == {ago(1): False, ago(2): False}


def test_the_day_whose_night_is_still_to_come_is_not_known(alice, clock):
    assert tracked.last_whole_day(alice) == ago(1)  # 13:00: yesterday's noon-to-noon day is over
    clock.move_to(NOW - timedelta(hours=2))
    assert tracked.last_whole_day(alice) == ago(2)  # 11:00: its morning is not
    cramp(alice, ago(1), 22)
    entries.mark_day(alice, ago(1), no_cramp=False)
    assert tracked.outcomes(alice, ago(2)) == {}


def test_a_series_begins_at_each_change_of_a_medicine_or_of_a_time_of_life(alice):
    Medicine.objects.create(diarist=alice, medicine_class="statins", started_on=ago(50), stopped_on=ago(20))
    Medicine.objects.create(diarist=alice, medicine_class="metformin")  # since when, nobody said
    LifeStagePeriod.objects.create(diarist=alice, stage="pregnancy", started_on=ago(90), ended_on=ago(50))
    assert tracked.changes(alice) == [ago(90), ago(50), ago(49), ago(19)]


# What days held -------------------------------------------------------------------------------


def test_only_usable_days_are_known(alice):
    found = measured(
        alice, stored_day(alice, ago(2)), stored_day(alice, ago(3), "incomplete"),
        stored_day(alice, ago(4), "complete_inferred"), stored_day(alice, ago(0)),
    ).whole  # fmt: skip
    assert set(found["magnesium_mg"]) == set(found["met_h"]) == {ago(2), ago(4)}


def test_a_nutrient_is_known_where_nearly_all_food_has_a_value_of_it(alice):
    found = measured(
        alice,
        stored_day(alice, ago(2), potassium_mg_share=0.79),
        stored_day(alice, ago(3), potassium_mg_share=0.80),
        stored_day(alice, ago(4), potassium_mg_share=None),
        stored_day(alice, ago(5), "fasting_marked", potassium_mg_share=None, potassium_mg=0.0),
    ).whole
    assert found["potassium_mg"] == {ago(3): 100, ago(5): 0}
    assert len(found["magnesium_mg"]) == 4


def test_a_finished_day_without_a_drink_is_one_on_which_drinks_were_not_logged(alice):
    found = measured(alice, stored_day(alice, ago(2), drinks_water_g=0.0), stored_day(alice, ago(3))).whole
    assert found["drinks_l"] == {ago(3): 1.5}
    assert found["water_short_l"] == {ago(3): pytest.approx(-2.1)}  # 1.5 L of drinks, 0.6 in food, no sweat


def test_water_is_short_of_what_was_sweated(alice):
    # 64 kg at 9.8 MET and 20 °C, as the goal of a day reckons it
    entries.log_exercise(
        alice, met=Decimal("9.8"), minutes=60, temperature_c=20, occurred_at=at(alice, ago(2))
    )
    sweat = sweat_of(9.8, 64, 60, 20).middle
    found = measured(alice, stored_day(alice, ago(2), drinks_water_g=500.0)).whole
    assert found["water_short_l"][ago(2)] == pytest.approx(min(sweat, 2) - 1.1)  # 0.5 drunk, 0.6 in food


def test_wine_is_no_water_and_food_of_unknown_water_leaves_a_day_unknown(alice):
    found = measured(
        alice,
        stored_day(alice, ago(2), uncounted_water_g=800.0),
        stored_day(alice, ago(3), moisture_share=0.79),
        stored_day(alice, ago(4), food_water_g=None),
        stored_day(alice, ago(5), "fasting_marked", food_water_g=0.0, moisture_share=None),
    ).whole
    # 1.5 + 0.6 L whatever wine was drunk; on a fast the drinks are all there is
    assert found["water_short_l"] == {ago(2): pytest.approx(-2.1), ago(5): pytest.approx(-1.5)}


def test_sweat_is_that_of_the_day_page_weighed_bouts_and_own_rates_first(alice):
    # Three weighed runs of an hour, each 1 kg lighter: 1.0 L/h stands for a fourth that was not weighed.
    running = Activity.objects.filter(met__gt=3).first()
    for n in (5, 4, 3):
        weighed = {"weight_before_kg": 64, "weight_after_kg": 63}
        entries.log_exercise(alice, activity=running, minutes=60, occurred_at=at(alice, ago(n)), **weighed)
    entries.log_exercise(alice, activity=running, minutes=90, occurred_at=at(alice, ago(2)))
    found = measured(alice, stored_day(alice, ago(3)), stored_day(alice, ago(2))).whole
    assert found["water_short_l"] == {ago(3): pytest.approx(1.0 - 2.1), ago(2): pytest.approx(1.5 - 2.1)}


def test_a_light_walk_in_the_cool_adds_no_sweat_and_leaves_its_day_known(alice):
    entries.log_exercise(alice, met=Decimal("2.5"), minutes=60, occurred_at=at(alice, ago(2)))
    assert measured(alice, stored_day(alice, ago(2))).whole["water_short_l"] == {ago(2): pytest.approx(-2.1)}


def test_without_a_body_weight_a_day_of_exercise_is_not_known_and_others_are(bob):
    people.update_profile(bob, weight_kg=None)
    bob.bodyweight_set.all().delete()
    entries.log_exercise(bob, met=8, minutes=60, occurred_at=at(bob, ago(3)))
    found = measured(bob, stored_day(bob, ago(3)), stored_day(bob, ago(4))).whole
    assert set(found["water_short_l"]) == {ago(4)}


def test_exercise_is_added_up_in_met_hours_and_a_usable_day_without_any_has_none(alice):
    entries.log_exercise(alice, met=8, minutes=30, occurred_at=at(alice, ago(2), 9))
    entries.log_exercise(alice, met=3, minutes=20, temperature_c=33, occurred_at=at(alice, ago(2), 18))
    found = measured(alice, stored_day(alice, ago(2)), stored_day(alice, ago(3))).whole
    assert found["met_h"] == {ago(2): pytest.approx(5), ago(3): 0}  # 8 x 0.5 + 3 / 3
    assert found["temperature_c"] == {ago(2): 33}  # how warm the other day was, nobody knows


def test_an_exercise_of_unknown_effort_leaves_effort_and_sweat_of_its_day_unknown(alice):
    danced = entries.log_exercise(alice, met=5, minutes=60, occurred_at=at(alice, ago(2)))
    Exercise.objects.filter(pk=danced.pk).update(met=None)
    entries.log_exercise(alice, met=8, minutes=30, occurred_at=at(alice, ago(2), 18))
    found = measured(alice, stored_day(alice, ago(2)), stored_day(alice, ago(3))).whole
    assert found["met_h"] == {ago(3): 0}
    assert set(found["water_short_l"]) == {ago(3)}


def test_an_activity_is_unusual_after_four_weeks_without_it_once_four_weeks_are_known(alice):
    running, swimming = Activity.objects.order_by("pk")[:2]
    for day, activity in ((60, running), (31, running), (10, running), (9, running), (8, swimming)):
        entries.log_exercise(alice, activity=activity, minutes=30, occurred_at=at(alice, ago(day)))
    found = measured(alice, *(stored_day(alice, ago(day)) for day in (60, 31, 10, 9, 8))).whole
    # 29 days without running before the 31st day ago, 21 before the 10th; swimming is new.
    assert found["unusual"] == {ago(31): 1, ago(10): 0, ago(9): 0, ago(8): 1}


def test_before_a_cramp_only_what_had_begun_by_then_counts(alice):
    entries.log_exercise(alice, met=6, minutes=30, occurred_at=at(alice, ago(2), 10))
    entries.log_exercise(alice, met=6, minutes=30, occurred_at=at(alice, ago(2), 20))
    cramp(alice, ago(2), 14)
    found = measured(alice, stored_day(alice, ago(2)))
    assert (found.whole["met_h"], found.before["met_h"]) == ({ago(2): 6}, {ago(2): 3})


def test_wine_after_a_cramp_of_the_same_day_does_not_count_and_wine_before_does(alice, foods):
    wine = foods.get(source="fndds", name="Wine, red")
    grams = entries.log_water(alice, Decimal(150), beverage=wine, occurred_at=at(alice, ago(2), 13)).grams
    entries.log_water(alice, Decimal(300), beverage=wine, occurred_at=at(alice, ago(2), 20))
    cramp(alice, ago(2), 15)
    found = measured(alice, stored_day(alice, ago(2), alcohol_g=40.0))
    assert found.before["alcohol_g"] == {ago(2): pytest.approx(float(grams) * wine.alcohol_g / 100)}
    assert found.whole["alcohol_g"] == {ago(2): 40}


def test_of_a_day_that_was_over_before_the_cramp_all_counts(alice):
    cramp(alice, ago(1), 7)  # the morning after; the diary day before ended at four
    found = measured(alice, stored_day(alice, ago(2), alcohol_g=40.0))
    assert found.before["alcohol_g"] == {ago(2): 40}


def test_a_caffeine_tablet_after_the_cramp_does_not_count(alice):
    tablet = entries.save_supplement(alice, name="Caffeine", amounts={"caffeine_mg": 200})
    for hour in (13, 20):
        entries.log_dose(alice, tablet, Decimal(1), occurred_at=at(alice, ago(2), hour))
    cramp(alice, ago(2), 15)
    found = measured(alice, stored_day(alice, ago(2), caffeine_mg=400.0))
    assert found.before["caffeine_mg"] == {ago(2): 200}


# A diary to look at ---------------------------------------------------------------------------


def link(diarist, exposure="alcohol", lag=1):
    return PersonalLink.objects.get(diarist=diarist, exposure=exposure, lag_days=lag)


def due_on(diarist):
    return ReviewState.objects.get(diarist=diarist).links_due_on


def test_a_review_finds_what_the_diary_holds_and_stores_it_with_its_date(alice):
    keep_diary(alice, TODAY)
    assert review.review_stale(alice.pk)
    row = link(alice)
    assert (row.state, row.looked_on, row.times_seen) == (LinkState.WORTH_WATCHING, TODAY, 1)
    assert row.exposed_cramps / row.exposed_days > row.other_cramps / row.other_days
    assert 1 < row.lower < row.odds_ratio < row.upper
    assert row.evidence["more"] and row.evidence["stable"]
    assert link(alice, "heat").state == LinkState.NOT_ENOUGH_DATA
    assert PersonalLink.objects.filter(diarist=alice).count() == 20
    assert due_on(alice) == TODAY + timedelta(days=14)


def test_links_looked_for_while_the_clock_was_ahead_do_not_stay_unlooked_for_as_long(alice):
    review.review_stale(alice.pk)
    ReviewState.objects.update(links_due_on=TODAY + timedelta(days=14))
    entries.log_water(alice, Decimal(200))
    review.review_stale(alice.pk)
    assert due_on(alice) == TODAY + timedelta(days=14)

    ReviewState.objects.update(links_due_on=TODAY + timedelta(days=300))
    entries.log_water(alice, Decimal(200))
    review.review_stale(alice.pk)
    assert due_on(alice) == TODAY + timedelta(days=1)  # there are too few days to look at


@pytest.mark.slow
def test_nothing_is_looked_for_again_within_14_days_whatever_is_reviewed(alice, clock, monkeypatch):
    keep_diary(alice, TODAY)
    review.review_stale(alice.pk)
    looks = []
    real = patterns.look
    monkeypatch.setattr(patterns, "look", lambda *what: looks.append(what) or real(*what))
    for day in (0, 1, 13):
        clock.move_to(NOW + timedelta(days=day))
        entries.log_water(alice, Decimal(100))
        assert review.review_stale(alice.pk)
    assert looks == []
    assert link(alice).looked_on == TODAY
    clock.move_to(NOW + timedelta(days=14))
    review.review_stale(alice.pk)
    assert len(looks) == 1
    assert (link(alice).looked_on, link(alice).times_seen) == (TODAY + timedelta(days=14), 2)


@pytest.mark.slow
def test_a_review_that_is_not_due_reads_and_writes_nothing_of_links(alice):
    keep_diary(alice, TODAY)
    review.review_stale(alice.pk)
    entries.log_water(alice, Decimal(100))
    with CaptureQueriesContext(connection) as queries:
        review.review_stale(alice.pk)
    about = [one["sql"] for one in queries if "personallink" in one["sql"]]
    assert len(about) <= 1  # the facts of advice
    assert not [one for one in about if not one.startswith("SELECT")]


def test_too_short_a_diary_is_only_counted_and_counted_again_the_next_day(alice):
    keep_diary(alice, TODAY, length=41)
    review.review_stale(alice.pk)
    assert not PersonalLink.objects.exists()
    assert due_on(alice) == TODAY + timedelta(days=1)
    found = patterns.patterns_of(alice)
    assert (found.count.known, found.looked_on, found.due_on) == (41, None, TODAY + timedelta(days=1))


def test_a_link_of_another_direction_begins_to_be_counted_anew(alice):
    before = PersonalLink(state="worth_watching", evidence={"more": True}, times_seen=4)
    after = PersonalLink(state="worth_watching", evidence={"more": False})
    assert patterns._times_seen(after, before) == 1
    assert patterns._times_seen(PersonalLink(state="mixed", evidence={"more": True}), before) == 0
    assert patterns._times_seen(PersonalLink(state="worth_watching", evidence={"more": True}), before) == 5


def test_days_just_computed_take_the_place_of_stored_ones(alice):
    DailyIntake.objects.bulk_create([stored_day(alice, ago(2)), stored_day(alice, ago(3))])
    instead = {ago(2): stored_day(alice, ago(2), magnesium_mg=7.0), ago(3): None}
    found = tracked.measures(alice, ago(1), instead).whole
    assert found["magnesium_mg"] == {ago(2): 7}


def test_a_diary_that_no_longer_has_enough_days_loses_its_links(alice, clock):
    keep_diary(alice, TODAY)
    review.review_stale(alice.pk)
    DayMark.objects.filter(diarist=alice).delete()
    clock.move_to(NOW + timedelta(days=14))
    review.review_stale(alice.pk)
    assert not PersonalLink.objects.exists()


@pytest.mark.slow
def test_what_is_mine_is_not_anothers(alice, bob):
    keep_diary(alice, TODAY)
    review.review_stale(alice.pk)
    review.review_stale(bob.pk)
    assert patterns.patterns_of(bob).links == []
    assert patterns.patterns_of(bob).count == (0, 0)


def test_looking_costs_as_many_queries_for_a_long_diary_as_for_a_short_one(alice, bob):
    costs = []
    for diarist, length in ((alice, 90), (bob, 300)):
        keep_diary(diarist, TODAY, length)
        with CaptureQueriesContext(connection) as queries:
            patterns.look(diarist, TODAY, {})
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 16


def test_reading_costs_five_queries(alice, django_assert_num_queries):
    keep_diary(alice, TODAY)
    review.review_stale(alice.pk)
    with django_assert_num_queries(5):
        patterns.patterns_of(alice)


def test_an_unusual_pattern_that_a_cramp_may_have_made_itself_is_told_as_that():
    odds = {"odds_ratio": 0.1, "lower": 0.02, "upper": 0.4, "p": 0.001, "q": 0.01}
    cut_short = LinkFacts("alcohol", 0, "no_clear_link", TODAY, 30, 1, 90, 29, more=False, **odds)
    assert "such a day holds less by itself" in pattern_words.said(cut_short)[-1]
    more = replace(cut_short, more=True, odds_ratio=3.0)
    assert "holds less by itself" not in " ".join(pattern_words.said(more))


# The card -------------------------------------------------------------------------------------


def cards(diarist):
    return list(Advice.objects.of(diarist).filter(rule="I06"))


def test_the_first_look_that_finds_a_link_raises_no_card(alice):
    keep_diary(alice, TODAY)
    review.review_stale(alice.pk)
    assert link(alice).state == LinkState.WORTH_WATCHING
    assert cards(alice) == []


@pytest.fixture
def seen_twice(alice, clock):
    """Alice after two looks; one new card a day comes of a layer, so that another may have been first."""
    keep_diary(alice, TODAY)
    for day in (0, 14, 15):
        clock.move_to(NOW + timedelta(days=day))
        review.review_stale(alice.pk)
    return alice


@pytest.mark.slow
def test_a_card_speaks_of_a_link_that_two_looks_in_a_row_found(seen_twice):
    [card] = cards(seen_twice)
    assert (card.evidence["exposure"], card.evidence["lag"]) == ("alcohol", 1)
    assert card.evidence["exposed_cramps"] == link(seen_twice).exposed_cramps
    [shown] = [one for one in advice.cards_for(seen_twice) if one.rule == "I06"]
    assert "cramps and alcohol, the day before" in shown.title
    assert f"on {card.evidence['exposed_cramps']} of {card.evidence['exposed_days']} days" in shown.text


@pytest.mark.slow
def test_the_card_goes_when_the_link_is_no_longer_found(seen_twice, clock):
    PersonalLink.objects.filter(diarist=seen_twice).update(state=LinkState.NO_CLEAR_LINK, times_seen=0)
    clock.move_to(NOW + timedelta(days=16))
    review.review_stale(seen_twice.pk)
    assert [card.state for card in cards(seen_twice)] == [AdviceState.WITHDRAWN]
