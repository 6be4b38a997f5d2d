"""The verbs that write the diary: what is stored, what is refused, and what hangs on each entry."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.utils import timezone

from journal import entries, people
from journal.entries import Conflict, NotYours, Portion
from journal.models import (
    DayMark,
    Dose,
    Exercise,
    Favourite,
    Meal,
    MealItem,
    SpasmEpisode,
    StaleDay,
    Supplement,
    WaterIntake,
)
from nutrients.models import Activity, Food, food_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(alice):
    """Alice with a diary that nothing was written into yet."""
    StaleDay.objects.all().delete()
    alice.revision = 0
    alice.save(update_fields=["revision"])
    return alice


@pytest.fixture
def spinach(foods):
    return foods.get(source="sr28", source_code="11457")


@pytest.fixture
def milk(foods):
    return foods.get(pk=food_id("fndds", "11111000"))


def cup_of(food):
    return food.portions.get(description="1 cup")


# Meals ----------------------------------------------------------------------------------------


def test_a_meal_keeps_its_foods_in_order_with_what_they_weigh(alice, spinach, milk):
    meal = entries.log_meal(
        alice, [Portion(milk, portion=cup_of(milk), quantity=Decimal("1.5")), (spinach, Decimal(30))]
    )

    stored = [(item.food, item.grams, item.quantity) for item in meal.items.all()]
    assert stored == [
        (milk, Decimal("366.000"), Decimal("1.500")),  # 1.5 x 244 g
        (spinach, Decimal("30.000"), None),
    ]


@pytest.mark.parametrize(
    ("hour", "kind"),
    [(3, "snack"), (7, "breakfast"), (12, "lunch"), (16, "snack"), (19, "dinner"), (23, "snack")],
)
def test_a_meal_without_a_kind_takes_that_of_its_hour(bob, spinach, hour, kind):
    local = datetime(2026, 10, 5, hour, 30, tzinfo=bob.tz)
    assert entries.log_meal(bob, [(spinach, Decimal(30))], occurred_at=local).kind == kind


def test_a_meal_sent_twice_under_one_id_is_stored_once(alice, spinach):
    known = uuid.uuid4()
    first = entries.log_meal(alice, [(spinach, Decimal(30))], id=known)
    again = entries.log_meal(alice, [(spinach, Decimal(99))], id=known)

    assert again == first and again.revision == first.revision
    assert [item.grams for item in MealItem.objects.filter(meal=first)] == [Decimal(30)]


def test_an_id_of_somebody_else_neither_creates_nor_tells(alice, bob, spinach):
    meal = entries.log_meal(bob, [(spinach, Decimal(30))])
    with pytest.raises(NotYours):
        entries.log_meal(alice, [(spinach, Decimal(30))], id=meal.id)
    with pytest.raises(NotYours):
        entries.put(Meal, alice, meal.id, items=[(spinach, Decimal(1))])
    assert not Meal.objects.of(alice).exists()
    assert meal.items.get().grams == 30


@pytest.mark.parametrize(
    ("grams", "words"),
    [
        (Decimal(0), "more than 0 g"),
        (Decimal(-5), "more than 0 g"),
        (Decimal(40_000), "More than 5 kg"),
        (Decimal("NaN"), "number"),
        (Decimal("Infinity"), ""),
        (None, "Say how much"),
    ],
)
def test_an_impossible_amount_is_refused_in_words_and_nothing_is_stored(alice, spinach, milk, grams, words):
    with pytest.raises(ValidationError) as refused:
        entries.log_meal(alice, [(milk, Decimal(100)), Portion(spinach, grams=grams)])

    assert (
        "Food 2 (Spinach, raw):" in refused.value.message_dict["items"][0]
        and words in refused.value.message_dict["items"][0]
    )
    assert not Meal.objects.exists() and not MealItem.objects.exists() and not StaleDay.objects.exists()
    alice.refresh_from_db()
    assert alice.revision == 0


def test_a_meal_without_foods_is_refused(alice):
    with pytest.raises(ValidationError, match="Add at least one food"):
        entries.log_meal(alice, [])


def test_a_portion_of_another_food_is_refused(alice, spinach, milk):
    with pytest.raises(ValidationError, match="belongs to another food"):
        entries.log_meal(alice, [Portion(spinach, portion=cup_of(milk))])


def test_another_persons_own_food_is_not_in_the_table(alice, bob):
    secret = Food.objects.create(source="own", source_code="x", owner=bob.user, name="Bob's soup")
    with pytest.raises(ValidationError, match="not in the table"):
        entries.log_meal(alice, [(secret, Decimal(100))])
    with pytest.raises(ValidationError, match="not in the table"):
        entries.log_water(alice, Decimal(100), beverage=secret)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2099, 1, 1, tzinfo=UTC), "in the future"),
        (datetime(2000, 1, 1, tzinfo=UTC), "five years ago"),
    ],
)
def test_a_meal_of_another_age_is_refused(alice, spinach, moment, words):
    with pytest.raises(ValidationError, match=words):
        entries.log_meal(alice, [(spinach, Decimal(30))], occurred_at=moment)


def test_a_phone_whose_clock_is_some_minutes_fast_is_believed(alice):
    soon = timezone.now() + timedelta(minutes=5)
    assert entries.log_spasm(alice, occurred_at=soon).occurred_at == soon


# Days -----------------------------------------------------------------------------------------


def test_a_cramp_at_three_belongs_to_the_night_before(alice):
    # Alice lives in Auckland (UTC+13 in January), her day starts at 04:00:
    # 14:00 UTC on the 5th is 03:00 on the 6th there, still the diary day of the 5th.
    cramp = entries.log_spasm(alice, occurred_at=datetime(2026, 1, 5, 14, 0, tzinfo=UTC), site="calf")
    assert (cramp.local_date, cramp.utc_offset_min) == (date(2026, 1, 5), 13 * 60)


def test_an_entry_of_a_journey_belongs_to_the_day_where_it_was_logged(alice):
    # 23:00 UTC on 1 June is noon of the 2nd in Auckland, but 19:00 of the 1st in New York.
    moment = datetime(2026, 6, 1, 23, 0, tzinfo=UTC)
    assert entries.log_water(alice, Decimal(200), occurred_at=moment).local_date == date(2026, 6, 2)
    away = entries.log_water(alice, Decimal(200), occurred_at=moment, tz="America/New_York")
    assert (away.local_date, away.utc_offset_min) == (date(2026, 6, 1), -4 * 60)


def test_an_unknown_zone_is_refused(alice):
    with pytest.raises(ValidationError, match="not a time zone"):
        entries.log_water(alice, Decimal(200), tz="Mars/Olympus")


def test_moving_to_another_zone_leaves_the_days_already_written(alice):
    cramp = entries.log_spasm(alice, occurred_at=datetime(2026, 1, 5, 14, 0, tzinfo=UTC))
    people.update_profile(alice, time_zone="America/New_York")
    entries.change(cramp, intensity=4)
    cramp.refresh_from_db()
    assert cramp.local_date == date(2026, 1, 5) and cramp.tz == "Pacific/Auckland"


def test_an_entry_sent_again_after_a_change_of_the_day_start_is_the_same(alice):
    moment = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)  # 03:00 in Auckland
    cramp = entries.log_spasm(alice, occurred_at=moment, site="calf")
    people.update_profile(alice, day_start=time(0))
    same, new = entries.put(SpasmEpisode, alice, cramp.id, occurred_at=moment, tz="", site="calf")
    assert (same.revision, same.local_date, new) == (cramp.revision, date(2026, 1, 5), False)


def test_an_entry_moved_to_another_day_leaves_both_days_to_be_reviewed(bob, spinach):
    meal = entries.log_meal(
        bob, [(spinach, Decimal(30))], occurred_at=datetime(2026, 10, 5, 12, tzinfo=bob.tz)
    )
    StaleDay.objects.all().delete()
    entries.change(meal, occurred_at=datetime(2026, 10, 7, 12, tzinfo=bob.tz))
    assert set(StaleDay.objects.values_list("date", flat=True)) == {date(2026, 10, 5), date(2026, 10, 7)}


def test_a_day_touched_again_is_as_stale_as_its_last_touch(alice):
    moment = timezone.now()
    entries.log_water(alice, Decimal(200), occurred_at=moment)
    second = entries.log_water(alice, Decimal(200), occurred_at=moment)
    assert StaleDay.objects.get(diarist=alice).version == second.revision == 2


# Drinks ---------------------------------------------------------------------------------------


def test_a_drink_weighs_what_its_own_fluid_ounce_weighs(alice, milk):
    # Whole milk: 1 fl oz weighs 30.5 g, and is 29.5735295625 mL: 250 x 30.5 / 29.5735295625 = 257.832.
    assert entries.log_water(alice, Decimal(250), beverage=milk).grams == Decimal("257.832")


def test_a_drink_without_a_name_is_the_tables_tap_water(alice):
    # Tap water: 1 fl oz weighs 30 g: 500 x 30 / 29.5735295625 = 507.210.
    assert entries.log_water(alice, Decimal(500)).grams == Decimal("507.210")


def test_a_drink_without_a_fluid_ounce_weighs_a_gram_per_ml(alice, spinach):
    assert entries.log_water(alice, Decimal(250), beverage=spinach).grams == Decimal("250.000")


@pytest.mark.parametrize("ml", [0, -1, 5001, "NaN", "Infinity", "a cup"])
def test_an_impossible_drink_is_refused(alice, ml):
    with pytest.raises(ValidationError):
        entries.log_water(alice, Decimal(ml) if ml != "a cup" else ml)
    assert not WaterIntake.objects.exists()


@pytest.mark.parametrize("mg", [10_001, 999_999])
def test_a_product_of_more_than_any_holds_is_a_slip_of_the_unit(alice, mg):
    with pytest.raises(ValidationError, match="Magnesium: no product holds that much"):
        entries.save_supplement(alice, name="Magnesium", amounts={"magnesium_mg": mg})
    assert entries.save_supplement(alice, name="Magnesium", amounts={"magnesium_mg": 10_000}).pk


# Cramps and exercise --------------------------------------------------------------------------


def test_a_cramp_is_saved_with_nothing_but_its_time(alice):
    before = timezone.now()
    cramp = entries.log_spasm(alice)
    assert before <= cramp.occurred_at <= timezone.now()
    assert SpasmEpisode.objects.of(alice).live().get() == cramp


def test_a_cramp_cannot_end_before_it_starts(alice):
    now = timezone.now()
    with pytest.raises(ValidationError, match="cannot end before it starts"):
        entries.log_spasm(alice, occurred_at=now, ended_at=now - timedelta(minutes=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"intensity": 11},
        {"site": "knee_pit"},
        {"side": "up"},
        {"doing": "flying"},
        {"relief": [{"what": "prayer"}]},
        {"relief": [{"what": "stretch", "helped": "very"}]},
        {"relief": [{"what": "stretch"}, {"what": "stretch"}]},
        {"signs": ["dragon"]},
        {"signs": ["fever", "fever"]},
        {"signs": "fever"},
    ],
)
def test_a_detail_outside_the_lists_is_refused(alice, wrong):
    with pytest.raises(ValidationError) as refused:
        entries.log_spasm(alice, **wrong)
    assert set(refused.value.message_dict) == set(wrong)


def test_an_exercise_takes_the_met_of_its_activity(alice):
    running = Activity.objects.get(pk="12050")
    assert entries.log_exercise(alice, activity=running, minutes=30).met == running.met


def test_an_exercise_needs_an_activity_or_a_met(alice):
    with pytest.raises(ValidationError, match="Choose an activity"):
        entries.log_exercise(alice, minutes=30)
    assert entries.log_exercise(alice, minutes=30, met=Decimal(6)).met == 6


def test_two_weights_that_cannot_both_be_right_are_refused(alice):
    with pytest.raises(ValidationError, match="more than a tenth"):
        entries.log_exercise(
            alice, met=Decimal(6), minutes=60, weight_before_kg=Decimal(70), weight_after_kg=Decimal(7)
        )
    assert not Exercise.objects.exists()


# Supplements, marks, favourites ---------------------------------------------------------------


def test_a_dose_is_of_ones_own_supplement(alice, bob):
    tablets = entries.save_supplement(bob, name="Mg", amounts={"magnesium_mg": 100})
    with pytest.raises(ValidationError, match="your own supplements"):
        entries.log_dose(alice, tablets)
    assert entries.log_dose(bob, tablets, Decimal(2)).quantity == 2
    assert not Dose.objects.of(alice).exists()


@pytest.mark.parametrize(
    "amounts",
    [{}, {"gold_mg": 1}, {"zinc_mg": 0}, {"zinc_mg": -1}, {"zinc_mg": float("nan")}, {"zinc_mg": "5"}, []],
)
def test_a_supplement_needs_exact_amounts_of_known_nutrients(alice, amounts):
    with pytest.raises(ValidationError):
        entries.save_supplement(alice, name="Pill", amounts=amounts)
    assert not Supplement.objects.exists()


@pytest.mark.parametrize("nothing", [{}, [], None])
def test_a_supplement_without_amounts_is_told_what_to_give(alice, nothing):
    with pytest.raises(ValidationError) as refused:
        entries.save_supplement(alice, name="Pill", amounts=nothing)
    assert "Give at least one nutrient and its amount." in refused.value.message_dict["amounts"]


def test_a_supplement_with_doses_is_kept(alice):
    tablets = entries.save_supplement(alice, name="Mg", amounts={"magnesium_mg": 100})
    dose = entries.log_dose(alice, tablets)
    with pytest.raises(ValidationError, match="Doses of this supplement are logged"):
        entries.remove(tablets)
    entries.remove(dose)
    entries.remove(tablets)
    assert not Supplement.objects.live().exists()


def test_a_day_has_one_mark_and_each_thing_said_of_it_stays(alice):
    day = entries.today(alice) - timedelta(days=1)  # of today "no cramp" can be said from noon on
    entries.mark_day(alice, day, finished=True)
    mark = entries.mark_day(alice, day, no_cramp=True)
    assert (mark.finished, mark.no_cramp, mark.fasting) == (True, True, False)
    assert DayMark.objects.get(diarist=alice).revision == alice.revision == 2


def test_tomorrow_cannot_be_finished(alice):
    with pytest.raises(ValidationError, match="still to come"):
        entries.mark_day(alice, entries.today(alice) + timedelta(days=1), finished=True)


def test_a_food_is_a_favourite_once(alice, milk):
    assert entries.save_favourite(alice, food=milk) == entries.save_favourite(alice, food=milk)
    assert Favourite.objects.of(alice).count() == 1


# Change, remove, restore ----------------------------------------------------------------------


def test_a_change_takes_the_revision_forward_and_no_change_does_not(alice, spinach):
    meal = entries.log_meal(alice, [(spinach, Decimal(30))], note="salad")
    same = entries.change(meal, note="salad", items=[(spinach, Decimal(30))])
    assert same.revision == 1
    other = entries.change(meal, items=[(spinach, Decimal(45))])
    assert (other.revision, other.note, other.items.get().grams) == (2, "salad", 45)


def test_a_late_retry_does_not_undo_a_newer_edit(alice):
    cramp = entries.log_spasm(alice, site="calf")
    entries.change(cramp, site="foot")
    with pytest.raises(Conflict) as conflict:
        entries.put(SpasmEpisode, alice, cramp.id, base_revision=1, site="hand")
    assert conflict.value.current.site == "foot"
    # What is there already is no conflict, however old the sender's copy.
    same, new = entries.put(SpasmEpisode, alice, cramp.id, base_revision=1, site="foot")
    assert (same.revision, new) == (2, False)


def test_a_put_over_an_existing_entry_must_say_what_it_saw(alice):
    cramp = entries.log_spasm(alice, site="calf")
    with pytest.raises(Conflict):
        entries.put(SpasmEpisode, alice, cramp.id, site="hand")


def test_a_refused_change_leaves_the_entry_as_it_was(alice, spinach):
    meal = entries.log_meal(alice, [(spinach, Decimal(30))], note="salad")
    with pytest.raises(ValidationError):
        entries.change(meal, note="soup", items=[(spinach, Decimal(-1))])
    meal.refresh_from_db()
    assert (meal.note, meal.revision, meal.items.get().grams) == ("salad", 1, 30)


def test_a_removed_entry_leaves_a_tombstone_and_comes_back_whole(alice, spinach):
    meal = entries.log_meal(alice, [(spinach, Decimal(30))])
    entries.remove(meal)
    assert not Meal.objects.of(alice).live().exists()
    assert Meal.objects.get(pk=meal.pk).revision == 2

    restored = entries.restore(meal)
    assert Meal.objects.of(alice).live().get() == restored
    assert (restored.revision, restored.items.get().grams) == (3, 30)


def test_each_change_of_a_diary_has_a_revision_of_its_own(alice, bob, spinach):
    rows = [
        entries.log_meal(alice, [(spinach, Decimal(30))]),
        entries.log_water(alice, Decimal(200)),
        entries.log_weight(alice, Decimal("70.5")),
        entries.tick_warning_signs(alice, signs=["tiredness"]),
        entries.mark_day(alice, entries.today(alice), finished=True),
    ]
    assert [row.revision for row in rows] == [1, 2, 3, 4, 5]
    bobs = bob.revision
    bob.refresh_from_db()
    assert bob.revision == bobs


def test_what_was_written_before_the_database_failed_is_asked_a_review_for(
    alice, django_capture_on_commit_callbacks
):
    def die_midway():
        with entries.one_review():
            entries.log_spasm(alice, site="calf")
            raise OperationalError

    with django_capture_on_commit_callbacks() as asked, pytest.raises(OperationalError):
        die_midway()
    assert len(asked) == 1


def test_many_entries_written_together_ask_for_one_review(alice, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as asked, entries.one_review():
        entries.log_water(alice, Decimal(200))
        entries.log_water(alice, Decimal(300))
    assert len(asked) == 1


def test_logging_a_meal_costs_the_same_queries_for_one_food_and_for_ten(
    alice, foods, django_assert_max_num_queries
):
    ten = list(foods.filter(source="fndds")[:10])
    with django_assert_max_num_queries(14):
        entries.log_meal(alice, [(food, Decimal(50)) for food in ten])
    with django_assert_max_num_queries(14):
        entries.log_meal(alice, [(ten[0], Decimal(50))])
