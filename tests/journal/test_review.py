"""From entries to stored findings. Each expected number carries its sum; contents are the food table's."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
import time_machine
from django.apps import apps

from journal import entries, findings, nights, people, review
from journal.models import Advice, BodyWeight, DailyIntake, DayMark, NutrientGap, ReviewState, StaleDay
from nutrients.codes import CODES
from nutrients.models import TAP_WATER, Food, food_id

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 0, 0, tzinfo=UTC)
"""13:00 on Wednesday the 18th in Auckland (UTC+13), 19:00 on Tuesday the 17th in New York (UTC-5)."""
TODAY = date(2026, 11, 18)
LAST_SUNDAY = date(2026, 11, 15)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def fndds(code):
    return Food.objects.get(pk=food_id("fndds", code))


@pytest.fixture
def banana(foods):
    return fndds("63107010")  # per 100 g: 97 kcal, 28 mg magnesium, 75.6 g water


@pytest.fixture
def bread(foods):
    return fndds("51300110")  # 254 kcal, 77 mg, 38.7 g


@pytest.fixture
def almonds(foods):
    return fndds("42100100")  # 598 kcal, 279 mg, 2.41 g


@pytest.fixture
def milk(foods):
    return fndds("11111000")  # 61 kcal, 12 mg, 88.1 g; 1.0313 g/ml


@pytest.fixture
def barbera(foods):
    """A wine whose magnesium and vitamin D nobody measured: 85 kcal, 86.29 g water."""
    return foods.get(source="sr28", source_code="14101")


def at(day, hour=12, diarist=None):
    """A moment of a diary day on the diarist's clock."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=diarist.tz)


def day_of(diarist, day=TODAY):
    return DailyIntake.objects.get(diarist=diarist, date=day)


def gap(diarist, nutrient="magnesium_mg", as_of=TODAY, window=28):
    (found,) = [
        g
        for g in findings.gaps(diarist, as_of, window)
        if g.nutrient == nutrient and g.kind not in ("cdrr", "ul")
    ]
    return found


def snapshot(*models):
    """Every stored column, with the moments of computing: equal means that nothing was written."""
    return {model: list(model.objects.order_by("pk").values()) for model in models}


FINDINGS = (DailyIntake, NutrientGap, Advice)


def new_days():
    """Begin the day of everybody whose night has ended; how many they were."""
    nights.plan()
    return sum(visit.done for visit in iter(nights.work, None))


# What a day holds -----------------------------------------------------------------------------


def test_a_day_tells_drinks_from_food_and_wine_from_both(alice, banana, foods):
    coffee = foods.filter(source="fndds", category="Coffee", water_g__gt=98).first()
    wine = foods.get(source="fndds", name="Wine, red")
    entries.log_meal(alice, [(banana, Decimal(100)), (coffee, Decimal(200))])  # coffee within a meal
    drink = entries.log_water(alice, Decimal(150), beverage=wine)
    entries.log_water(alice, Decimal(500))
    review.review_stale(alice.pk)
    row = day_of(alice)
    tap = 507.21 * 0.999  # 500 ml weigh 507.21 g; 99.9 g of water in 100 g
    assert row.drinks_water_g == pytest.approx(200 * coffee.water_g / 100 + tap)
    assert row.uncounted_water_g == pytest.approx(float(drink.grams) * wine.water_g / 100)
    # Each drop is in the total once: 75.6 g in the banana, and both kinds of drink.
    assert row.food_water_g == pytest.approx(75.6)
    assert row.water_g == pytest.approx(75.6 + row.drinks_water_g + row.uncounted_water_g)
    assert row.moisture_share == 1


def test_days_stored_before_the_water_of_food_was_kept_are_reviewed_once_more(alice, banana):
    entries.log_meal(alice, [(banana, Decimal(100))])
    review.review_stale(alice.pk)
    DailyIntake.objects.update(food_water_g=None)

    import_module("journal.migrations.0008_food_water").have_every_day_reviewed(apps, None)
    review.review_stale(alice.pk)

    assert day_of(alice).food_water_g == pytest.approx(75.6)


def test_a_food_of_unknown_water_lowers_what_is_known_of_foods_moisture(alice, banana):
    own = Food.objects.create(source="own", source_code="x1", owner=alice.user, name="Stew", energy_kcal=90)
    entries.log_meal(alice, [(banana, Decimal(100)), (own, Decimal(300))])
    review.review_stale(alice.pk)
    assert day_of(alice).moisture_share == pytest.approx(0.25)  # 100 g of 400 g


def test_medicines_and_fortified_foods_are_kept_apart(alice, banana, foods):
    fortified = foods.filter(
        source="sr28", name__contains="with added vitamin A and vitamin D", vitamin_d_ug__gt=0
    ).first()
    laxative = entries.save_supplement(
        alice, name="Milk of magnesia", amounts={"magnesium_mg": 500}, source="medicine"
    )
    tablet = entries.save_supplement(alice, name="Magnesium", amounts={"magnesium_mg": 100})
    entries.log_meal(alice, [(banana, Decimal(100)), (fortified, Decimal(200))])
    entries.log_dose(alice, laxative, Decimal(1))
    entries.log_dose(alice, tablet, Decimal(1))
    entries.mark_day(alice, TODAY, finished=True)
    review.review_stale(alice.pk)
    row = day_of(alice)
    assert row.sources["medicine"] == {"magnesium_mg": 500}
    assert row.sources["fortified"]["vitamin_d_ug"] == pytest.approx(fortified.vitamin_d_ug * 2)
    assert row.magnesium_mg_added == 600


def test_a_person_of_tablets_is_above_their_upper_level_in_each_window_that_can_say_it(alice, banana):
    tablet = entries.save_supplement(alice, name="Magnesium", amounts={"magnesium_mg": 400})
    with entries.one_review():
        for ago in range(10):
            day = TODAY - timedelta(days=ago)
            noon = {"occurred_at": at(day, 12, alice)} if ago else {}
            entries.log_meal(alice, [(banana, Decimal(1500))], **noon)
            entries.log_dose(alice, tablet, Decimal(1), **noon)
            entries.mark_day(alice, day, finished=True)
    review.review_stale(alice.pk)
    rows = NutrientGap.objects.filter(diarist=alice, as_of=TODAY, nutrient="magnesium_mg", kind="ul")
    assert {row.window_days: row.band for row in rows} == dict.fromkeys((7, 14, 28, 90), "usually_above")
    assert rows.get(window_days=28).evidence["sources"]["supplement"] == 400


def test_a_day_equals_the_hand_calculation_to_the_last_digit_for_every_nutrient(
    alice, banana, bread, almonds, milk
):
    eaten = [(banana, Decimal(120)), (bread, Decimal(60)), (almonds, Decimal(15))]
    entries.log_meal(alice, eaten)
    water = entries.log_water(alice, Decimal(500))
    cup = entries.log_water(alice, Decimal(250), beverage=milk)
    review.review_stale(alice.pk)

    assert (water.grams, cup.grams) == (
        Decimal("507.210"),
        Decimal("257.832"),
    )  # 500 x 1.01442, 250 x 1.03133
    eaten += [(Food.objects.get(pk=TAP_WATER), water.grams), (milk, cup.grams)]
    row = day_of(alice)
    for code in CODES:
        known = [
            grams * Decimal(repr(food.per_100g[code])) / 100
            for food, grams in eaten
            if food.per_100g[code] is not None
        ]
        assert getattr(row, code) == pytest.approx(float(sum(known)), rel=4e-16), code
    # 28 x 1.2 + 77 x 0.6 + 279 x 0.15 + 1 x 5.0721 + 12 x 2.57832
    assert row.magnesium_mg == pytest.approx(157.66194, rel=4e-16)
    # 75.6 x 1.2 + 38.7 x 0.6 + 2.41 x 0.15 + 99.9 x 5.0721 + 88.1 x 2.57832: each drink's water once
    assert row.water_g == pytest.approx(848.154282, rel=4e-16)
    assert (row.items, row.occasions, row.drinks_ml) == (5, 1, 750)


def test_totals_added_up_now_equal_those_of_the_review(alice, banana, almonds, milk, barbera):
    entries.log_meal(
        alice, [(banana, Decimal("117.3")), (almonds, Decimal("13.7")), (barbera, Decimal("151.9"))]
    )
    entries.log_water(alice, Decimal("333.3"))
    entries.log_water(alice, Decimal("210.5"), beverage=milk)
    pill = entries.save_supplement(
        alice, name="D and Mg", amounts={"magnesium_mg": 62.5, "vitamin_d_ug": 10.1}
    )
    entries.log_dose(alice, pill, Decimal("1.5"))
    review.review_stale(alice.pk)

    stored, live = day_of(alice), findings.live_totals(alice, TODAY)
    assert findings.amounts(live) == findings.amounts(stored)
    assert (live.items, live.drinks_ml, live.status, live.pk) == (
        stored.items,
        stored.drinks_ml,
        stored.status,
        None,
    )


def test_a_food_of_unknown_content_makes_the_total_a_lower_bound_that_says_so(alice, banana, barbera):
    entries.log_meal(alice, [(banana, Decimal(100)), (barbera, Decimal(150))])
    review.review_stale(alice.pk)

    row = day_of(alice)
    assert (row.magnesium_mg, row.magnesium_mg_unknown) == (28, 1)  # the banana's
    assert row.magnesium_mg_share == pytest.approx(
        97 / (97 + 127.5)
    )  # kcal: banana, and 85 x 1.5 of the wine
    assert (row.energy_kcal, row.energy_kcal_unknown, row.energy_kcal_share) == (224.5, 0, 1)


def test_what_nobody_knows_is_null_and_not_zero(alice, barbera):
    entries.log_meal(alice, [(barbera, Decimal(150))])
    review.review_stale(alice.pk)

    row = day_of(alice)
    assert (row.magnesium_mg, row.magnesium_mg_unknown, row.magnesium_mg_share) == (None, 1, 0)


def test_a_dose_counts_beside_food_and_is_kept_apart(alice, banana):
    pill = entries.save_supplement(alice, name="Magnesium", amounts={"magnesium_mg": 125})
    entries.log_dose(alice, pill, Decimal(2))
    entries.log_meal(alice, [(banana, Decimal(100))])
    review.review_stale(alice.pk)

    row = day_of(alice)
    assert (row.magnesium_mg, row.magnesium_mg_added) == (278, 250)  # 28 + 2 x 125
    assert (row.potassium_mg, row.potassium_mg_added) == (326, 0)  # not on the label: not in the pill
    assert row.items == 1


def test_a_deleted_meal_leaves_the_total_and_a_restored_one_comes_back(alice, banana):
    meal = entries.log_meal(alice, [(banana, Decimal(100))])
    entries.log_water(alice, Decimal(100))
    review.review_stale(alice.pk)
    with_meal = day_of(alice).magnesium_mg

    entries.remove(meal)
    review.review_stale(alice.pk)
    assert day_of(alice).magnesium_mg == pytest.approx(1.01442)  # tap water: 1 mg in 100 g, 101.442 g

    entries.restore(meal)
    review.review_stale(alice.pk)
    assert day_of(alice).magnesium_mg == with_meal == pytest.approx(29.01442)


def test_a_day_emptied_of_its_last_entry_has_no_row_left(alice, banana):
    meal = entries.log_meal(alice, [(banana, Decimal(100))])
    review.review_stale(alice.pk)
    entries.remove(meal)
    review.review_stale(alice.pk)

    assert not DailyIntake.objects.exists()
    assert [row.status for row in findings.daily(alice, TODAY, TODAY)] == ["empty"]


def test_a_meal_moved_to_another_day_restates_both(alice, banana, bread):
    meal = entries.log_meal(alice, [(banana, Decimal(100))])
    entries.log_meal(alice, [(bread, Decimal(100))])
    review.review_stale(alice.pk)

    entries.change(meal, occurred_at=at(TODAY - timedelta(days=1), diarist=alice))
    review.review_stale(alice.pk)
    assert day_of(alice).magnesium_mg == 77  # the bread
    assert day_of(alice, TODAY - timedelta(days=1)).magnesium_mg == 28  # the banana


def test_in_the_night_of_the_clock_change_each_meal_counts_on_its_own_day(alice, banana, bread):
    # Auckland, 27 September 2026: 02:00 becomes 03:00. The diary day of the 26th ends at 04:00 by the new
    # clock, 15:00 UTC, and has 23 hours.
    before, after = (datetime(2026, 9, 26, hour, minute, tzinfo=UTC) for hour, minute in ((14, 59), (15, 0)))
    entries.log_meal(alice, [(banana, Decimal(100))], occurred_at=before)
    entries.log_meal(alice, [(bread, Decimal(100))], occurred_at=after)
    review.review_stale(alice.pk)

    assert day_of(alice, date(2026, 9, 26)).magnesium_mg == 28
    assert day_of(alice, date(2026, 9, 27)).magnesium_mg == 77


def test_a_fast_held_nothing_and_that_is_known(alice):
    entries.mark_day(alice, TODAY, fasting=True)
    review.review_stale(alice.pk)

    row = day_of(alice)
    assert (row.status, row.magnesium_mg, row.energy_kcal, row.items) == ("fasting_marked", 0, 0, 0)
    assert findings.amounts(findings.live_totals(alice, TODAY)) == findings.amounts(row)


def test_a_finished_day_below_500_kcal_does_not_count(alice, banana, almonds):
    entries.log_meal(alice, [(banana, Decimal(100))])  # 97 kcal
    entries.mark_day(alice, TODAY, finished=True)
    review.review_stale(alice.pk)
    assert day_of(alice).status == "incomplete"

    entries.log_meal(alice, [(almonds, Decimal(300))])  # + 1794 kcal
    review.review_stale(alice.pk)
    assert day_of(alice).status == "complete_marked"


def test_whether_an_unmarked_day_looks_finished_depends_on_the_body_weight_of_that_day(alice, almonds):
    # Three meals over 12 hours, 1196 kcal (598 x 2). Least for one day: 0.8723 x BMR, by Mifflin-St Jeor
    # 10 kg + 6.25 x 168 - 5 x 36 - 161: 64 kg -> 1349, x 0.8723 = 1176.7; 90 kg -> 1609, x 0.8723 = 1403.5.
    days = [TODAY - timedelta(days=n) for n in (20, 10)]
    BodyWeight.objects.all().delete()
    entries.log_weight(alice, Decimal(64), occurred_at=at(TODAY - timedelta(days=25), diarist=alice))
    entries.log_weight(alice, Decimal(90), occurred_at=at(TODAY - timedelta(days=15), diarist=alice))
    for day in days:
        for hour, grams in ((8, 60), (13, 70), (20, 70)):
            entries.log_meal(alice, [(almonds, Decimal(grams))], occurred_at=at(day, hour, alice))
    review.review_stale(alice.pk)

    assert [day_of(alice, day).status for day in days] == ["complete_inferred", "incomplete"]


def test_a_day_looks_finished_only_when_it_is_over(alice, almonds, time_machine):
    time_machine.move_to(at(TODAY, 21, alice), tick=False)
    for hour in (8, 13, 20):
        entries.log_meal(alice, [(almonds, Decimal(100))], occurred_at=at(TODAY, hour, alice))
    review.review_stale(alice.pk)
    assert day_of(alice, TODAY).status == "incomplete"

    time_machine.move_to(at(TODAY + timedelta(days=1), 9, alice), tick=False)
    assert new_days() == 1
    assert day_of(alice, TODAY).status == "complete_inferred"


# Gaps -----------------------------------------------------------------------------------------


@pytest.fixture
def ten_poor_days(alice, foods, almonds):
    """Ten finished days up to last Sunday: 450 g sugar and 30 g almonds, 83.7 mg of magnesium each."""
    sugar = fndds("91101010")
    for n in range(10):
        day = LAST_SUNDAY - timedelta(days=n)
        food = [(sugar, Decimal(450)), (almonds, Decimal(30))]
        entries.log_meal(alice, food, occurred_at=at(day, 8, alice))
        entries.mark_day(alice, day, finished=True)
    review.review_stale(alice.pk)
    return [LAST_SUNDAY - timedelta(days=n) for n in range(10)]


def test_the_week_carries_the_verdict_of_the_28_days_that_end_with_it(alice, ten_poor_days):
    found = gap(alice, as_of=LAST_SUNDAY)
    assert (found.days_used, found.days_in_window, found.band) == (10, 28, "very_likely_low")
    assert found.mean == pytest.approx(83.7)  # 279 x 0.3; sugar has none
    assert (found.kind, found.reference_amount) == ("ear", 265)  # women of 31 to 50 years, NASEM
    assert found.evidence["days_usable"] == 10


def test_editing_a_past_day_changes_the_verdict_of_its_week(alice, ten_poor_days):
    entries.mark_day(alice, ten_poor_days[3], finished=False)
    review.review_stale(alice.pk)

    found = gap(alice, as_of=LAST_SUNDAY)
    assert (found.days_used, found.band) == (9, "possibly_low")  # "likely low" needs 10 days
    assert "more_days_for_low" in found.reasons
    assert gap(alice).band == "possibly_low"  # and so does that of today


def test_a_week_that_ended_before_the_first_entry_has_no_gaps(alice, ten_poor_days):
    kept = set(NutrientGap.objects.values_list("as_of", flat=True))
    # The first entry is of Friday the 6th. Those that end on the 8th and the 15th hold entries.
    assert kept == {date(2026, 11, 8), LAST_SUNDAY, TODAY}


def test_each_kept_day_has_all_windows_and_all_seven_nutrients(alice, ten_poor_days):
    rows = NutrientGap.objects.filter(as_of=LAST_SUNDAY)
    # Potassium, B12 and water once; magnesium, calcium and D against their upper level too, sodium against
    # AI and CDRR: 3 + 4 x 2.
    assert {w: rows.filter(window_days=w).count() for w in (7, 14, 28, 90)} == {7: 11, 14: 11, 28: 11, 90: 11}


def test_another_birth_date_brings_another_reference_row(alice, ten_poor_days):
    people.update_profile(alice, birth_date=date(2000, 3, 14))
    review.review_stale(alice.pk)

    for as_of in (TODAY, LAST_SUNDAY):
        assert gap(alice, as_of=as_of).reference_amount == 255  # women of 19 to 30 years, NASEM
        assert gap(alice, as_of=as_of).reference["group"] == "19-30 y"


def test_each_day_has_the_life_stage_it_ended_in(alice, ten_poor_days):
    people.set_life_stages(alice, [{"stage": "pregnancy", "started_on": date(2026, 11, 16)}])
    review.review_stale(alice.pk)

    assert gap(alice, as_of=LAST_SUNDAY).reference_amount == 265  # not yet
    assert gap(alice).reference_amount == 300  # pregnant, 31 to 50 years, NASEM


def test_an_own_target_takes_the_place_of_the_public_one(alice, ten_poor_days):
    people.set_targets(alice, [{"nutrient": "magnesium_mg", "amount": Decimal(80)}])
    review.review_stale(alice.pk)
    found = gap(alice)
    assert (found.kind, found.reference_amount) == ("own", 80)
    assert not NutrientGap.objects.filter(nutrient="magnesium_mg", kind="ear").exists()

    people.set_targets(alice, [])
    review.review_stale(alice.pk)
    assert gap(alice).kind == "ear"
    assert not NutrientGap.objects.filter(kind="own").exists()


def test_without_a_birth_date_there_are_numbers_and_no_verdict(alice, ten_poor_days):
    people.update_profile(alice, birth_date=None)
    review.review_stale(alice.pk)

    found = gap(alice)
    assert found.mean == pytest.approx(83.7)
    assert (found.kind, found.reference, found.reference_amount, found.band) == ("", {}, None, "")
    assert "needs_birth_date" in found.reasons


def test_advice_follows_in_the_same_review_and_is_taken_back_with_its_reason(alice, ten_poor_days):
    people.answer_conditions(alice, {"kidney_disease": "no"})
    review.review_stale(alice.pk)
    assert Advice.objects.filter(rule="L01").exclude(state="withdrawn").exists()

    entries.mark_day(alice, ten_poor_days[3], finished=False)
    review.review_stale(alice.pk)
    assert [card.state for card in Advice.objects.filter(rule="L01")] == ["withdrawn"]


def test_an_answer_of_the_profile_asks_for_todays_review_alone_and_only_if_it_is_new(alice, ten_poor_days):
    people.answer_conditions(alice, {"kidney_disease": "no", "vegan": "no"})
    waiting = StaleDay.objects.filter(diarist=alice)
    assert list(waiting.values_list("date", flat=True)) == [
        entries.today(alice)
    ]  # no amount of a day rests on it
    assert review.review_stale(alice.pk) and not waiting.exists()

    alice.refresh_from_db()
    revision = alice.profile_revision
    people.answer_conditions(alice, {"kidney_disease": "no"})
    alice.refresh_from_db()
    assert not waiting.exists() and alice.profile_revision == revision
    people.answer_conditions(alice, {"dialysis": "unknown"})  # as it was without an answer
    assert not waiting.exists()


# Twice, at once, and in between ---------------------------------------------------------------


def test_the_same_review_twice_writes_nothing_the_second_time(alice, ten_poor_days, now):
    before = snapshot(*FINDINGS)
    now.shift(timedelta(minutes=5))
    entries.mark_stale(alice, ten_poor_days)
    assert review.review_stale(alice.pk)

    assert snapshot(*FINDINGS) == before


def test_computing_all_anew_finds_what_is_stored(alice, ten_poor_days):
    before = snapshot(*FINDINGS)
    assert review.recompute(alice).total == 0
    assert snapshot(*FINDINGS) == before


def test_computing_all_anew_mends_what_somebody_spoiled(alice, ten_poor_days):
    before = [(row.date, row.magnesium_mg) for row in DailyIntake.objects.all()]
    DailyIntake.objects.filter(date=LAST_SUNDAY).update(magnesium_mg=999)
    DailyIntake.objects.filter(date=ten_poor_days[1]).delete()
    DailyIntake.objects.create(diarist=alice, date=date(2026, 3, 3), status="complete_marked", magnesium_mg=5)

    changes = review.recompute(alice)
    assert (changes.written["days"], changes.removed["dailyintake"]) == (2, 1)
    assert [(row.date, row.magnesium_mg) for row in DailyIntake.objects.all()] == before


def test_nothing_due_is_nothing_done(alice, ten_poor_days, django_assert_max_num_queries):
    with django_assert_max_num_queries(
        3
    ):  # the diarist with the state of the review, life stages, stale days
        assert not review.review_stale(alice.pk)


def test_a_diarist_who_left_is_no_error(alice):
    number = alice.pk
    alice.user.delete()
    assert not review.review_stale(number)
    assert not review.review_as_of(number, TODAY)


def in_between(monkeypatch, happening):
    """Let `happening` come once, after a review has read and before it stores."""
    compute = review.assessed.gap_rows
    left = [happening]

    def computing(*arguments):
        found = compute(*arguments)
        if left:
            left.pop()()
        return found

    monkeypatch.setattr(review.assessed, "gap_rows", computing)


def test_a_meal_logged_while_a_review_computes_stays_due(alice, banana, bread, monkeypatch):
    entries.log_meal(alice, [(banana, Decimal(100))])
    in_between(monkeypatch, lambda: entries.log_meal(alice, [(bread, Decimal(100))]))
    review.review_stale(alice.pk)

    assert day_of(alice).magnesium_mg == 28  # what the review had read
    assert findings.is_stale(alice)
    assert StaleDay.objects.get(date=TODAY).version == alice.revision

    review.review_stale(alice.pk)
    assert day_of(alice).magnesium_mg == 105  # 28 + 77
    assert not findings.is_stale(alice)


def test_a_review_overtaken_by_a_newer_one_does_not_bring_back_what_it_read(
    alice, banana, bread, monkeypatch
):
    entries.log_meal(alice, [(banana, Decimal(100))])

    def another():
        entries.log_meal(alice, [(bread, Decimal(100))])
        review.review_stale(alice.pk)

    in_between(monkeypatch, another)
    review.review_stale(alice.pk)

    assert day_of(alice).magnesium_mg == 105  # 28 + 77
    assert not StaleDay.objects.exists()
    assert ReviewState.objects.get().revision == alice.revision


def test_gaps_asked_for_while_the_diary_changes_are_those_of_the_newer_diary(
    alice, ten_poor_days, monkeypatch
):
    asked = LAST_SUNDAY - timedelta(days=1)

    def another():
        entries.mark_day(alice, ten_poor_days[3], finished=False)
        review.review_stale(alice.pk)

    in_between(monkeypatch, another)
    assert review.review_as_of(alice.pk, asked)
    assert gap(alice, as_of=asked).days_used == 8  # ten, without last Sunday and without the day unmarked


def test_trouble_while_storing_leaves_everything_as_it_was(alice, ten_poor_days, banana, monkeypatch):
    entries.log_meal(alice, [(banana, Decimal(100))])
    before = snapshot(*FINDINGS, StaleDay, ReviewState)

    def broken(*_arguments):
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(review.stored.advice, "update_many", broken)
    with pytest.raises(RuntimeError):
        review.review_stale(alice.pk)
    assert snapshot(*FINDINGS, StaleDay, ReviewState) == before


def test_the_sweep_takes_what_has_waited_and_trouble_with_one_diary_does_not_stop_it(
    alice, bob, banana, now, monkeypatch
):
    for diarist in (alice, bob):
        entries.log_meal(diarist, [(banana, Decimal(100))])
    assert review.sweep() == 0  # the task asked for with the save is expected to come first

    now.shift(timedelta(seconds=6))
    entire = review.review_stale

    def not_for_alice(diarist_id):
        if diarist_id == alice.pk:
            raise RuntimeError("this diary is broken")
        return entire(diarist_id)

    monkeypatch.setattr(review, "review_stale", not_for_alice)
    assert review.sweep() == 1
    assert set(StaleDay.objects.values_list("diarist", flat=True)) == {alice.pk}


def test_a_day_of_a_clock_that_was_set_back_is_swept_without_waiting_for_it(alice, banana, now):
    now.shift(timedelta(days=1))
    entries.log_meal(alice, [(banana, Decimal(100))])
    now.shift(timedelta(days=-1))
    assert review.sweep() == 1
    assert not StaleDay.objects.exists()


# A new day ------------------------------------------------------------------------------------


def test_a_new_day_begins_at_the_diarists_own_hour(alice, bob, banana, now):
    for diarist in (alice, bob):
        entries.log_meal(diarist, [(banana, Decimal(100))])
        review.review_stale(diarist.pk)
    assert new_days() == 0

    now.move_to(
        datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
    )  # 04:00 on the 19th in Auckland, 10:00 on the 18th in New York
    assert findings.is_stale(alice)
    assert new_days() == 2
    assert ReviewState.objects.get(diarist=alice).reviewed_on == date(2026, 11, 19)
    assert ReviewState.objects.get(diarist=bob).reviewed_on == date(2026, 11, 18)
    assert not findings.is_stale(alice)
    assert set(NutrientGap.objects.filter(diarist=alice).values_list("as_of", flat=True)) == {
        date(2026, 11, 19)
    }
    assert new_days() == 0


def test_a_new_week_keeps_the_day_that_ended_the_last_one(alice, ten_poor_days, now):
    now.move_to(datetime(2026, 11, 22, 16, 0, tzinfo=UTC))  # Monday the 23rd, 05:00
    new_days()

    kept = set(NutrientGap.objects.filter(diarist=alice).values_list("as_of", flat=True))
    assert kept == {date(2026, 11, 8), LAST_SUNDAY, date(2026, 11, 22), date(2026, 11, 23)}


def test_a_day_judged_while_the_clock_was_ahead_is_running_again_once_it_is_right(alice, banana, bread, now):
    for hour in (5, 9, 12):
        food = [(banana, Decimal(200)), (bread, Decimal(150))]  # 3 x (194 + 381) kcal
        entries.log_meal(alice, food, occurred_at=at(TODAY, hour, alice))
    now.shift(timedelta(days=3))
    review.review_stale(alice.pk)
    assert day_of(alice).status == "complete_inferred"

    now.shift(timedelta(days=-3))
    assert review.review_stale(alice.pk)
    assert day_of(alice).status == "incomplete"
    assert review.recompute(alice).total == 0


def test_a_day_that_was_over_while_nothing_ran_is_judged_by_the_next_review(alice, banana, bread, now):
    now.shift(timedelta(days=2))
    for hour in (5, 9, 12):
        food = [(banana, Decimal(200)), (bread, Decimal(150))]
        entries.log_meal(alice, food, occurred_at=at(TODAY + timedelta(days=2), hour, alice))
    now.shift(timedelta(days=-2))  # the clock was ahead
    review.review_stale(alice.pk)

    now.shift(timedelta(days=5))
    review.review_stale(alice.pk)
    assert day_of(alice, TODAY + timedelta(days=2)).status == "complete_inferred"
    assert review.recompute(alice).total == 0


def test_a_diary_at_rest_is_left_alone(alice, ten_poor_days, now):
    now.move_to(NOW + timedelta(days=120))
    assert new_days() == 0


def test_gaps_of_any_day_are_made_when_asked_for_and_forgotten_when_the_diary_changes(
    alice, ten_poor_days, banana
):
    asked = date(2026, 11, 11)
    assert findings.gaps(alice, asked) == []
    assert review.review_as_of(alice.pk, asked)
    assert gap(alice, as_of=asked).days_used == 6  # the 6th to the 11th

    entries.log_meal(alice, [(banana, Decimal(100))])
    review.review_stale(alice.pk)
    assert findings.gaps(alice, asked) == []


def test_gaps_of_a_day_still_to_come_are_not_made(alice, ten_poor_days):
    assert not review.review_as_of(alice.pk, TODAY + timedelta(days=1))


def test_weeks_that_start_on_sunday_end_on_saturday(alice, ten_poor_days):
    people.update_profile(alice, week_start=6)
    review.review_stale(alice.pk)

    kept = set(NutrientGap.objects.values_list("as_of", flat=True))
    assert kept == {date(2026, 11, 7), date(2026, 11, 14), TODAY}
    assert gap(alice, as_of=date(2026, 11, 14)).days_used == 9  # the 6th to the 14th


# What it costs --------------------------------------------------------------------------------


def test_a_review_of_many_days_reads_as_often_as_one_of_a_single_day(
    alice, ten_poor_days, banana, django_assert_max_num_queries
):
    def reads_for(days):
        for day in days:
            entries.log_meal(alice, [(banana, Decimal(100))], occurred_at=at(day, 9, alice))
        with django_assert_max_num_queries(50) as captured:
            review.review_stale(alice.pk)
        return sum(query["sql"].startswith("SELECT") for query in captured.captured_queries)

    reads_for([TODAY])
    assert reads_for(ten_poor_days) == reads_for([LAST_SUNDAY]) <= 32


def test_one_diary_never_shows_in_another(alice, bob, banana, bread):
    entries.log_meal(alice, [(banana, Decimal(100))])
    entries.log_meal(bob, [(bread, Decimal(100))])
    review.review_stale(alice.pk)
    review.review_stale(bob.pk)

    assert day_of(alice).magnesium_mg == 28
    assert day_of(bob, date(2026, 11, 17)).magnesium_mg == 77
    assert DayMark.objects.count() == 0
