"""`manage.py make_population`: people who were made up, by the rules that everybody's entries obey."""

import math
from datetime import UTC, date, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import transaction
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
    Supplement,
    WaterIntake,
)
from spasmlog import streams

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
    StaleDay.objects.update(since=timezone.now() - timedelta(hours=1))
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


def test_what_is_copied_arrives_as_it_was(alice):
    odd = 'a tab\t, a line\n, a return\r, a \\ and "quotes", \\N and ü'
    streams.write(Supplement, ["id", "diarist", "name", "amounts"], [(uuid4(), alice.pk, odd, {"x": odd})])
    stored = Supplement.objects.get()
    assert (stored.name, stored.amounts) == (odd, {"x": odd})
    assert (stored.deleted_at, stored.prescribed, stored.unit) == (None, False, "tablet")


@pytest.mark.parametrize("name", ["None", r"\None", "NULL", r"\N", "100 % banana", "%s", ""])
def test_a_name_that_reads_like_nothing_is_copied_as_a_name(alice, name):
    streams.write(Supplement, ["id", "diarist", "name", "amounts"], [(uuid4(), alice.pk, name, {name: 0.1})])
    stored = Supplement.objects.get()
    assert (stored.name, stored.amounts) == (name, {name: 0.1})


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_copied(alice, number):
    names = ["diarist_id", "date", "status", "magnesium_mg", "revision"]
    days = [(alice.pk, date(2026, 3, n), "finished", amount, 1) for n, amount in ((1, 300.0), (2, number))]
    with pytest.raises(ValueError, match=r"magnesium_mg.*What is not known is None"), transaction.atomic():
        streams.write(DailyIntake, names, days)
    assert not DailyIntake.objects.exists()


def test_what_takes_the_place_of_rows_arrives_as_it_was_and_leaves_the_others(alice):
    odd = 'a tab\t, a line\n, a \\ and "quotes", a quote\' and ü'
    old, other, new = uuid4(), uuid4(), uuid4()
    moment = timezone.now()
    for one in (old, other):
        Supplement.objects.create(
            id=one, diarist=alice, name="old", amounts={"x": 1}, deleted_at=moment, unit="capsule"
        )
    names = ["id", "diarist_id", "name", "amounts", "deleted_at"]
    rows = [(old, alice.pk, odd, {"x": [odd, 0.1]}, None), (new, alice.pk, "new", {}, moment)]
    streams.replace(Supplement, names, rows, unique=["id"])
    found = {row[0]: row[1:] for row in Supplement.objects.values_list(*(names[:1] + names[2:]))}
    assert found == {
        old: (odd, {"x": [odd, 0.1]}, None),
        other: ("old", {"x": 1}, moment),
        new: ("new", {}, moment),
    }
    streams.replace(Supplement, names, [(old, alice.pk, "third", {}, moment)], unique=["id"], update=["name"])
    assert Supplement.objects.values_list("name", "amounts", "deleted_at").get(pk=old) == (
        "third",
        {"x": [odd, 0.1]},
        None,
    )


def test_a_value_that_many_rows_share_is_the_same_in_each(alice):
    shared, many = {"x": 1}, 3 * streams.MOST_KNOWN
    rows = [(uuid4(), alice.pk, str(n), shared if n % 2 else {"x": n}) for n in range(many)]
    streams.write(Supplement, ["id", "diarist", "name", "amounts"], rows)
    stored = Supplement.objects.values_list("name", "amounts")
    assert len(stored) == many
    assert all(amounts == ({"x": 1} if int(name) % 2 else {"x": int(name)}) for name, amounts in stored)


def test_what_is_read_many_at_a_time_is_what_is_stored(alice):
    odd = 'a tab\t, a \\ and "quotes" and ü'
    moment = timezone.now()
    rows = [(uuid4(), alice.pk, odd, {"x": [odd, 0.1, None]}, moment), (uuid4(), alice.pk, "", {}, None)]
    names = ["id", "diarist_id", "name", "amounts", "deleted_at"]
    streams.write(Supplement, names, rows)
    plain = Supplement.objects.order_by("name").values_list(*names, "prescribed")
    assert streams.read(plain) == list(plain) == [(*rows[1], False), (*rows[0], False)]
