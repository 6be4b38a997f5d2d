"""`manage.py make_population`: people who were made up, by the rules that everybody's entries obey."""

from datetime import UTC

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from journal import entries, leaving, nights, population, verifying
from journal.calc.days import local_day, offset_minutes
from journal.models import (
    BodyWeight,
    ConditionAnswer,
    DailyIntake,
    DayMark,
    Diarist,
    Dose,
    Exercise,
    Meal,
    MealItem,
    ReviewState,
    SpasmEpisode,
    StaleDay,
    WaterIntake,
)

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
ENTRIES = (Meal, WaterIntake, Dose, Exercise, SpasmEpisode, BodyWeight)


@pytest.fixture
def people(foods):
    population.make(12, days=20, items=6, seed=3)
    return list(Diarist.objects.order_by("pk"))


def test_every_row_obeys_the_rules_of_its_kind_and_its_day_is_frozen_as_a_save_does_it(people):
    for one in people:
        one.full_clean()
    checked = 0
    for model in ENTRIES:
        for entry in model.objects.select_related("diarist")[:60]:
            entry.full_clean()
            zone = entry.diarist.tz
            assert entry.tz == zone.key
            assert entry.local_date == local_day(entry.occurred_at, zone, entry.diarist.day_start)
            assert entry.utc_offset_min == offset_minutes(entry.occurred_at, zone)
            checked += 1
    assert checked > 150
    for item in MealItem.objects.select_related("food", "portion")[:60]:
        item.full_clean()
        assert (
            item.grams
            == entries.Portion(item.food, portion=item.portion, quantity=item.quantity).weighed()[1]
        )
    for drink in WaterIntake.objects.select_related("diarist", "beverage")[:60]:
        assert drink.grams == entries._drink_grams(drink)


def test_revisions_are_those_of_a_diary_that_was_written_change_by_change(people):
    for one in people:
        at = sorted(
            revision
            for model in (*ENTRIES, DayMark)
            for revision in model.objects.filter(diarist=one).values_list("revision", flat=True)
        )
        assert len(at) == len(set(at))
        assert at[-1] <= one.revision
        assert set(StaleDay.objects.filter(diarist=one).values_list("date", flat=True)) >= set(
            Meal.objects.filter(diarist=one).values_list("local_date", flat=True)
        )


def test_people_differ_and_so_do_their_days(people):
    assert len({one.time_zone for one in people}) > 3
    assert len({one.birth_date.year // 10 for one in people}) > 3
    assert {one.sex for one in people} >= {"female", "male"}
    assert ConditionAnswer.objects.exists() and Dose.objects.exists() and SpasmEpisode.objects.exists()
    days = [one.meal_set.values("local_date").distinct().count() for one in people]
    assert min(days) < 20 and max(days) <= 20  # days without an entry
    daily = MealItem.objects.count() / sum(days)
    assert 5 < daily < 7  # 6 asked for


def test_nobody_eats_in_the_future(people):
    assert not any(model.objects.filter(occurred_at__gt=timezone.now()).exists() for model in ENTRIES)


def test_their_findings_are_what_their_entries_amount_to(foods):
    population.make(3, days=6, items=5, seed=5)
    call_command("review_all", verbosity=0)
    assert not StaleDay.objects.exists()
    assert DailyIntake.objects.count() > 6
    for one in Diarist.objects.all():
        assert verifying.look_at(one) == verifying.Found()


def test_the_same_seed_makes_the_same_people_and_more_of_them_others(foods):
    now = timezone.now().astimezone(UTC)
    columns = ("birth_date", "time_zone", "height_cm", "revision")
    made = []
    for _twice in range(2):
        population.make(4, days=3, items=4, seed=7, now=now)
        made.append(list(Diarist.objects.order_by("pk").values_list(*columns)))
        for user in User.objects.all():
            leaving.erase(user)
    assert made[0] == made[1]

    population.make(2, days=3, items=4, seed=7, now=now)
    population.make(2, days=3, items=4, seed=7, now=now)
    assert len(set(User.objects.values_list("username", flat=True))) == 4
    assert len(set(Diarist.objects.values_list("history", flat=True))) == 4


def test_totals_alone_are_days_that_the_night_finds_reviewed_yesterday(foods):
    population.make(5, days=20, items=12, totals_only=True, seed=3)
    assert DailyIntake.objects.count() > 40
    assert not Meal.objects.exists() and not StaleDay.objects.exists()
    before = DailyIntake.objects.count()

    nights.plan()
    while nights.work():
        pass
    assert DailyIntake.objects.count() == before
    for state in ReviewState.objects.select_related("diarist"):
        assert state.reviewed_on == entries.today(state.diarist)


def test_made_up_people_are_kept_away_from_real_ones(alice, capsys):
    with pytest.raises(CommandError, match="1 real accounts"):
        call_command("make_population", diarists=1, days=2, verbosity=0)
    assert Diarist.objects.count() == 1

    call_command("make_population", diarists=2, days=2, beside_real_people=True, verbosity=0)
    assert "Made 2 people" in capsys.readouterr().out
    assert Diarist.objects.count() == 3
    new = entries.log_weight(alice, 70)  # numbers of rows go on for everybody
    assert new.pk


def test_a_person_who_signs_up_afterwards_gets_a_number_of_their_own(foods):
    from tests.conftest import diarist

    population.make(3, days=2, items=4)
    one = diarist("later")
    assert Diarist.objects.count() == 4
    assert one.pk not in Diarist.objects.exclude(pk=one.pk).values_list("pk", flat=True)
