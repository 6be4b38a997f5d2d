"""From a diary to foods and swaps that would close its gaps. Contents are the food table's."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from journal import closing, entries, findings, people, review, tasks
from journal.calc import judging
from journal.models import Suggestion
from nutrients.foods import remove, save_own
from nutrients.models import Food, food_id

pytestmark = pytest.mark.django_db
WHITE_BREAD, WHEAT_BREAD, RICE, CHICKEN, CRISPS = "51101000", "51301010", "56205001", "24122130", "71200010"
MENU = [(WHITE_BREAD, 250), (CHICKEN, 250), (RICE, 400), (CRISPS, 90)]


@pytest.fixture(autouse=True)
def clock():
    """A Wednesday: on another day other ones are weekends, which a mean weighs by their share of a week."""
    with time_machine.travel(datetime(2026, 11, 25, 9, tzinfo=UTC)):
        yield


def fndds(code):
    return Food.objects.get(pk=food_id("fndds", code))


def eat(diarist, ago, *items):
    day = findings.today(diarist) - timedelta(days=ago)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=diarist.tz)
    entries.log_meal(diarist, [(food, Decimal(grams)) for food, grams in items], occurred_at=noon)
    entries.mark_day(diarist, day, finished=True)


@pytest.fixture
def settled(alice, foods):
    """Alice, whose kidneys are well and who takes no medicine."""
    people.answer_conditions(alice, {"kidney_disease": "no"})
    return alice


@pytest.fixture
def white_days(settled):
    """Twelve finished days of white bread, chicken, rice and crisps; rice on every other day alone."""
    with entries.one_review():
        for ago in range(1, 13):
            menu = [(fndds(code), grams) for code, grams in MENU if code != RICE or ago % 2]
            eat(settled, ago, *menu)
    review.review_stale(settled.pk)
    return settled


def standing(diarist):
    return closing.standing_of(type(diarist).objects.get(pk=diarist.pk))


def found(diarist):
    closing.work_out(diarist.pk)
    return closing.swaps(standing(diarist))


def test_before_any_day_is_finished_nothing_is_called_enough_and_it_is_said_why(settled):
    review.review_stale(settled.pk)
    here = standing(settled)
    assert here.is_untold
    assert "too few finished days" in here.of("magnesium_mg").why


def test_brazil_nuts_are_in_no_list(white_days):
    larder = closing.Larder.of(standing(white_days))
    assert any("brazil nut" in one.name.lower() for one in larder.foods)
    offered = closing.foods_for(standing(white_days), ["magnesium_mg"], larder)
    assert offered and "brazil nut" not in str(offered).lower()


def test_what_is_lacking_is_the_reference_without_the_mean(white_days):
    magnesium = standing(white_days).of("magnesium_mg")
    per_100g = {code: fndds(code).magnesium_mg for code, _grams in MENU}
    # Bread, chicken and crisps on each day, rice on half of them.
    mean = sum(per_100g[code] * grams / 100 * (0.5 if code == RICE else 1) for code, grams in MENU)
    assert (magnesium.state, magnesium.mean) == ("below", pytest.approx(mean))
    assert magnesium.lacking == pytest.approx(265 - mean)  # NASEM's average requirement of a woman of 36


def test_an_average_day_has_each_food_by_the_days_that_had_it(white_days):
    day = closing.AverageDay.of(white_days, findings.today(white_days))
    rice, bread = fndds(RICE).pk, fndds(WHITE_BREAD).pk
    assert day.days == 12
    assert (day.grams[rice], day.shares[rice]) == (200, 0.5)  # 400 g on 6 of 12 days
    assert (day.grams[bread], day.shares[bread]) == (250, 1)
    energy = sum(fndds(code).energy_kcal * grams / 100 * (0.5 if code == RICE else 1) for code, grams in MENU)
    assert day.means["energy_kcal"] == pytest.approx(energy)


def test_unfinished_days_are_no_part_of_the_average(white_days):
    day = findings.today(white_days) - timedelta(days=14)
    entries.log_meal(
        white_days, [(fndds(RICE), Decimal(900))],
        occurred_at=datetime(day.year, day.month, day.day, 12, tzinfo=white_days.tz),
    )  # fmt: skip
    review.review_stale(white_days.pk)
    assert closing.AverageDay.of(white_days, findings.today(white_days)).grams[fndds(RICE).pk] == 200


def test_swaps_keep_energy_and_sodium_and_their_sums_are_those_of_the_foods(white_days):
    said = found(white_days)
    assert 1 <= len(said["swaps"]) <= 3 and said["proven"]
    assert abs(said["change"]["energy_kcal"]) <= 0.1 * said["energy_kcal"] + 1e-6
    assert said["change"]["sodium_mg"] <= 1e-6
    lacking = said["rests_on"]["lacking"]
    assert said["reached"] == all(said["change"][code] >= lacking[code] - 1e-6 for code in lacking)
    total = 0.0
    for swap in said["swaps"]:
        away, instead = (Food.objects.get(pk=swap[side]["id"]) for side in ("away", "instead"))
        share = swap["away"]["share_of_days"]
        more = instead.magnesium_mg * swap["instead"]["grams"] - away.magnesium_mg * swap["away"]["grams"]
        assert swap["change"]["magnesium_mg"] == pytest.approx(more / 100 * share)
        total += more / 100 * share
    assert said["change"]["magnesium_mg"] == pytest.approx(total)


def test_the_same_diary_gives_the_same_swaps(white_days):
    first = found(white_days)
    Suggestion.objects.all().delete()
    assert found(white_days) == first


def test_a_food_is_told_in_the_amount_of_the_last_time(white_days):
    almonds = fndds("42100100")
    eat(white_days, 14, (almonds, 40))
    eat(white_days, 13, (almonds, 25))
    review.review_stale(white_days.pk)
    listed = closing.foods_for(standing(white_days), ["magnesium_mg"])
    (one,) = [food for food in listed.theirs if food.id == almonds.pk]
    # 279 mg in 100 g
    assert (one.grams, one.added) == (25, [("magnesium_mg", pytest.approx(69.75))])
    assert one.id not in {food.id for food in listed.others}


def test_a_food_of_ones_own_without_a_magnesium_value_is_never_listed_for_it(white_days):
    per_100g = {"energy_kcal": 500, "potassium_mg": 900, "sodium_mg": 5}
    mix = save_own(white_days.user, name="Seed mix", per_100g=per_100g)
    eat(white_days, 13, (mix, 50))
    review.review_stale(white_days.pk)
    here = standing(white_days)
    assert mix.pk not in {food.id for food in closing.foods_for(here, ["magnesium_mg"]).theirs}
    (one,) = [
        food for food in closing.foods_for(here, ["magnesium_mg", "potassium_mg"]).theirs if food.id == mix.pk
    ]
    assert one.added == [("magnesium_mg", None), ("potassium_mg", 450)]


def test_a_food_that_was_removed_is_not_listed(white_days):
    per_100g = {"energy_kcal": 500, "magnesium_mg": 400, "sodium_mg": 5}
    mix = save_own(white_days.user, name="Seed mix", per_100g=per_100g)
    eat(white_days, 13, (mix, 50))
    remove(white_days.user, mix.pk)
    assert mix.pk not in {
        food.id for food in closing.foods_for(standing(white_days), ["magnesium_mg"]).theirs
    }


def test_a_vegan_is_not_offered_milk(white_days):
    people.answer_conditions(white_days, {"kidney_disease": "no", "vegan": "yes"})
    listed = closing.foods_for(standing(white_days), ["calcium_mg"])
    names = " ".join(food.name for food in listed.others)
    assert listed.others and "Milk, " not in names and "Cheese" not in names


def test_where_potassium_may_not_rise_swaps_for_magnesium_do_not_raise_it(white_days):
    people.update_profile(white_days, takes_medicines="unknown")
    here = standing(white_days)
    assert here.of("potassium_mg").state == "off" and "potassium_mg" in here.capped
    said = found(white_days)
    assert set(said["rests_on"]["lacking"]) == {"magnesium_mg"}
    assert said["change"].get("potassium_mg", 0) <= 1e-6


@pytest.mark.parametrize(
    "answers", [{"kidney_disease": "yes"}, {"kidney_disease": "no", "eating_disorder": "yes"}]
)
def test_where_everything_is_off_nothing_is_worked_out_and_what_was_kept_goes(white_days, answers):
    assert found(white_days)
    people.answer_conditions(white_days, answers)
    here = standing(white_days)
    assert here.off and here.below == [] and closing.foods_for(here, closing.CLOSED).others == []
    assert closing.work_out(white_days.pk) is False
    assert not Suggestion.objects.exists()


def test_a_clinicians_target_closes_the_subject_for_its_nutrient(white_days):
    people.set_targets(
        white_days, [{"nutrient": "magnesium_mg", "amount": Decimal(300), "set_by": "clinician"}]
    )
    review.recompute(white_days)
    magnesium = standing(white_days).of("magnesium_mg")
    assert magnesium.state == "off" and "Your clinician set your amount" in magnesium.why


def test_digoxin_keeps_calcium_and_vitamin_d_out_of_lists_and_swaps(white_days):
    people.set_medicines(white_days, [{"medicine_class": "digoxin"}])
    here = standing(white_days)
    assert {here.of(code).state for code in ("calcium_mg", "vitamin_d_ug")} == {"off"}
    assert {"calcium_mg", "vitamin_d_ug"} <= set(here.capped)


def test_a_diary_with_less_energy_than_a_body_uses_is_called_unfinished_and_not_lacking(settled):
    with entries.one_review():
        for ago in range(1, 13):
            eat(settled, ago, (fndds(RICE), 400))
    review.review_stale(settled.pk)
    here = standing(settled)
    assert "not logged yet" in here.off and here.below == [] and closing.work_out(settled.pk) is False


def test_a_young_child_is_shown_no_foods(white_days):
    people.update_profile(white_days, birth_date=findings.today(white_days) - timedelta(days=365 * 8))
    assert "Under nine" in standing(white_days).off


def test_swaps_of_another_day_or_revision_are_not_shown(white_days):
    closing.work_out(white_days.pk)
    assert closing.swaps(standing(white_days))
    Suggestion.objects.update(as_of=findings.today(white_days) - timedelta(days=1))
    assert closing.swaps(standing(white_days)) is None
    closing.work_out(white_days.pk)
    entries.log_water(white_days, Decimal(200))
    assert closing.swaps(standing(white_days)) is None


def test_the_task_reviews_first_so_that_swaps_rest_on_todays_diary(settled):
    for ago in range(1, 13):
        eat(settled, ago, *[(fndds(code), grams) for code, grams in MENU])
    assert findings.is_stale(settled)
    tasks.suggest_swaps(settled.pk)
    assert closing.swaps(standing(settled))["swaps"]


def test_a_diary_that_is_gone_is_nobodys_work():
    assert closing.work_out(987654) is False


def test_pages_call_lacking_known_from_the_same_coverage_on_as_verdicts():
    assert closing.LEAST_COVERAGE == judging.LEAST_COVERAGE


def test_a_change_is_told_in_words_without_a_number_of_energy_where_that_is_hidden():
    change = {"magnesium_mg": 62.4, "energy_kcal": -20.2, "sodium_mg": 0.2}
    said = closing.change_in_words(change, ["magnesium_mg"])
    assert said == "about 62 mg more magnesium, about 20 kcal less energy and the same sodium"
    assert "kcal" not in closing.change_in_words(change, ["magnesium_mg"], hide_energy=True)
