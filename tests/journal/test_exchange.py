"""A diary out as a file and back in: nothing lost, nothing doubled, nothing half."""

import csv
import io
import json
import tracemalloc
import uuid
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journal import account_log, changes, entries, leaving, people, reminders
from journal.codes import Doing, EventKind, Helped, MealKind, Relief, Side, Sign, Site
from journal.exchange import FORMATS, csv_zip, taking_in
from journal.exchange.contents import BATCH, SECTIONS, Broken
from journal.models import (
    Advice,
    BodyWeight,
    ConditionAnswer,
    DayMark,
    Diarist,
    Favourite,
    Meal,
    MealItem,
    SpasmEpisode,
    StaleDay,
    WaterIntake,
)
from nutrients import foods as own
from nutrients import search
from nutrients.codes import CODES
from nutrients.models import Activity, Food, Recipe, food_id
from nutrients.portions import Portion
from nutrients.recipes import Dish
from tests.conftest import diarist

pytestmark = pytest.mark.django_db
ALMONDS, MILK = food_id("sr28", "12061"), food_id("fndds", "11111000")
NIGHT = datetime(
    2026, 1, 5, 14, 0, tzinfo=UTC
)  # 03:00 on the 6th in Auckland: still the diary day of the 5th


def exported(person, format="json"):
    return b"".join(FORMATS[format].write(Diarist.objects.select_related("user").get(pk=person.pk)))


def content(person):
    """What an export says, but for what each export and account has of its own."""
    said = json.loads(exported(person))
    for name in ("exported_at", "version"):
        del said[name]
    for name in ("username", "email"):
        del said["profile"][0][name]
    return said


def taken_in(person, raw):
    return taking_in.take_in(person, io.BytesIO(raw))


def somebody_new(name="carol"):
    """A person who has just signed up and answered nothing yet."""
    new = diarist(name)
    Diarist.objects.filter(pk=new.pk).update(set_up_at=None)
    return Diarist.objects.select_related("user").get(pk=new.pk)


def changed(raw, **sections):
    """An export as JSON with other lists in it."""
    return json.dumps({**json.loads(raw), **sections}).encode()


def water(**said):
    """A drink as an export says it."""
    row = {
        "id": str(uuid.uuid4()), "created_at": "2026-01-05T14:00:00Z", "occurred_at": "2026-01-05T14:00:00Z",
        "tz": "Pacific/Auckland", "local_date": "2026-01-05", "amount_ml": 250, "beverage": None,
        "grams": 250,
    }  # fmt: skip
    return {**row, **said}


@pytest.fixture
def full(alice, foods):
    """Alice with at least one row of everything, and something odd in most."""
    people.answer_conditions(alice, {"kidney_disease": "no", "vegan": "yes"})
    people.set_medicines(alice, [{"medicine_class": "statins", "name": "=HYPERLINK(1)", "started_on": None}])
    people.set_life_stages(
        alice, [{"stage": "pregnancy", "started_on": "2025-01-01", "ended_on": "2025-09-30"}]
    )
    people.set_targets(
        alice, [{"nutrient": "magnesium_mg", "amount": Decimal("350.5"), "set_by": "clinician"}]
    )
    bar = own.save_own(
        alice.user, name="+Bar, \"good\"", per_100g={"magnesium_mg": 12.345678901234, "sodium_mg": None},
        portions=[("1 bar", Decimal("40.5")), ("-half", Decimal("20.25"))], barcode="4006381333931",
    )  # fmt: skip
    almonds = foods.get(source="sr28", source_code="12061")
    handful = almonds.portions.first()
    stew = own.save_own(
        alice.user, name="A stew of =bars", dish=Dish(
            [
                Portion(bar, portion=bar.portions.first(), quantity=Decimal(2)),
                Portion(almonds, Decimal("30.5")),
            ],
            yield_g=Decimal(140), servings=Decimal(2),
        ),
    )  # fmt: skip
    own.save_own(alice.user, name="A pie of it", dish=Dish([Portion(stew, Decimal(70))]))
    tablets = entries.save_supplement(
        alice, name="Tablets", amounts={"magnesium_mg": 100, "vitamin_d_ug": 2.5}, prescribed=True
    )
    entries.save_favourite(alice, food=bar)
    entries.save_favourite(
        alice, name="Snack", kind="snack",
        items=[
            {"food": str(bar.pk), "portion": str(bar.portions.first().pk), "quantity": 2.0, "grams": None}
        ],
    )  # fmt: skip
    entries.log_weight(alice, Decimal("64.35"), occurred_at=NIGHT)
    entries.log_meal(
        alice,
        [entries.Portion(bar, portion=bar.portions.first(), quantity=Decimal("1.5")),
         entries.Portion(almonds, portion=handful), entries.Portion(almonds, grams=Decimal("30.123"))],
        kind="dinner", occurred_at=NIGHT, note="=1+1\r\n\"quoted\"; 'apostrophe' ünï 🍌",
    )  # fmt: skip
    entries.log_water(alice, Decimal("250.5"), beverage=foods.get(source="fndds", source_code="11111000"))
    entries.log_water(alice, Decimal(200), tz="Europe/London")
    entries.log_exercise(alice, activity=Activity.objects.first(), minutes=40, temperature_c=Decimal("-3.5"))
    entries.log_spasm(
        alice, occurred_at=NIGHT, ended_at=NIGHT + timedelta(minutes=4), site="calf", side="left",
        intensity=0, woke_me=False,
        relief=[{"what": "stretch", "helped": "yes"}, {"what": "heat", "helped": None}],
    )  # fmt: skip
    entries.log_spasm(alice, occurred_at=NIGHT + timedelta(days=1))
    entries.tick_warning_signs(alice, signs=["chest_pain"], occurred_at=NIGHT, note="@home")
    entries.log_dose(alice, tablets, Decimal("0.5"), occurred_at=NIGHT)
    entries.mark_day(alice, NIGHT.date(), finished=True, no_cramp=False)
    reminders.change_plan(
        alice, {
            "quiet_from": time(21), "urgent": False,
            "reminders": [
                {"kind": "drink", "at": time(10)}, {"kind": "dose", "at": time(8, 5), "supplement": tablets},
                {"kind": "look_back", "at": time(18), "weekday": 6},
            ],
        },
    )  # fmt: skip
    account_log.note(alice.user, EventKind.EXPORTED)
    return alice


def test_an_export_holds_every_kind_of_row(full):
    said = content(full)
    assert [name for name, rows in said.items() if not rows] == []
    assert set(said) == {"format", *(section.name for section in SECTIONS)}


@pytest.mark.parametrize("format", FORMATS)
def test_a_diary_that_went_out_of_one_account_and_into_a_new_one_is_the_same(full, format):
    before, raw = content(full), exported(full, format)
    assert before.pop("account_events")  # these happened to that account, and not to another
    leaving.delete_account(full.user)
    new = somebody_new()
    counts = taken_in(new, raw)

    assert content(new) == {**before, "account_events": []}
    assert {name: counted["new"] for name, counted in counts.items()} == {
        name: len(rows) for name, rows in before.items() if name != "format"
    }


@pytest.mark.parametrize("format", FORMATS)
def test_into_the_same_account_nothing_is_doubled_and_nothing_is_touched(full, format):
    raw, before = exported(full, format), content(full)
    revision = Diarist.objects.get(pk=full.pk).revision
    counts = taken_in(full, raw)

    assert content(full) == before
    assert {what for counted in counts.values() for what, number in counted.items() if number} == {"known"}
    assert Diarist.objects.get(pk=full.pk).revision == revision


def test_a_recipe_in_a_file_keeps_its_content_and_its_own_foods(full):
    stew = Food.objects.get(name="A stew of =bars")
    Food.objects.filter(pk=stew.pk).update(magnesium_mg=7.25)  # as it was when an ingredient held other
    raw = exported(full, "json")
    new = somebody_new()
    taken_in(new, raw)  # the ids are still Alice's: everything gets another

    copy = Food.objects.get(name="A stew of =bars", owner=new.user)
    assert (copy.source, copy.magnesium_mg) == ("recipe", 7.25)
    bar, almonds = copy.recipe.ingredients.all()
    assert bar.food.owner == new.user and bar.portion.food == bar.food and almonds.food.owner is None
    assert Recipe.objects.count() == 4
    assert search.find("stew of bars", user=new.user)[0] == copy


def test_a_recipe_that_leads_back_to_itself_is_not_taken(full):
    said = json.loads(exported(full, "json"))
    leaving.delete_account(full.user)
    foods = {row["name"]: row["id"] for row in said["foods"]}
    for recipe in said["recipes"]:
        if recipe["food"] == foods["A stew of =bars"]:
            recipe["ingredients"][0] |= {"food": foods["A pie of it"], "portion": None}
    with pytest.raises(Broken, match="A recipe cannot be part of itself"):
        taken_in(somebody_new(), json.dumps(said).encode())
    assert not Food.objects.exclude(owner=None).exists()


def test_an_old_entry_and_what_was_frozen_at_logging_come_back_as_they_were(alice, foods):
    meal = entries.log_meal(alice, [(foods.get(pk=ALMONDS), Decimal(30))], occurred_at=NIGHT)
    Meal.objects.filter(pk=meal.pk).update(
        occurred_at=datetime(2014, 3, 1, 12, tzinfo=UTC), local_date=date(2014, 3, 2)
    )
    drink = entries.log_water(alice, Decimal(200), beverage=foods.get(pk=MILK), occurred_at=NIGHT)
    WaterIntake.objects.filter(pk=drink.pk).update(grams=Decimal("199.5"))  # weighed by an earlier release
    people.update_profile(
        alice, day_start=datetime(2026, 1, 1, 0, 0).time()
    )  # the day began at 04:00 when logged
    before, raw = content(alice), exported(alice)
    leaving.delete_account(alice.user)
    new = somebody_new()
    taken_in(new, raw)

    assert content(new) == before
    assert WaterIntake.objects.get().local_date == date(2026, 1, 5)


def test_a_food_and_a_supplement_that_were_removed_come_along_as_long_as_an_entry_needs_them(alice):
    eaten = own.save_own(alice.user, name="Eaten bar", per_100g={"magnesium_mg": 1})
    never = own.save_own(alice.user, name="Never eaten", per_100g={"magnesium_mg": 1})
    entries.log_meal(alice, [(eaten, Decimal(40))])
    for food in (eaten, never):
        own.remove(alice.user, food.pk)
    tablets = entries.save_supplement(alice, name="Tablets", amounts={"magnesium_mg": 100})
    dose = entries.log_dose(alice, tablets)
    entries.remove(dose)
    entries.remove(tablets)
    entries.restore(dose)
    before, raw = content(alice), exported(alice)
    assert [food["name"] for food in before["foods"]] == ["Eaten bar"]
    assert before["supplements"][0]["deleted_at"]

    leaving.delete_account(alice.user)
    new = somebody_new()
    taken_in(new, raw)
    after = content(new)
    assert after["foods"][0].pop("deleted_at") and before["foods"][0].pop("deleted_at")
    assert after == before
    assert not own.own_foods(new.user).exists()


def test_what_was_deleted_is_not_in_an_export_and_comes_back_with_an_older_one(full):
    older = exported(full)
    before = content(full)
    entries.remove(Meal.objects.get())
    assert content(full)["meals"] == []
    counts = taken_in(full, older)
    assert counts["meals"] == {"brought_back": 1}
    assert content(full) == before


def test_an_export_that_somebody_else_takes_in_gets_ids_of_its_own_and_once_only(full, bob):
    Diarist.objects.filter(pk=bob.pk).update(set_up_at=None)
    bob = Diarist.objects.select_related("user").get(pk=bob.pk)
    before, raw = content(full), exported(full)
    taken_in(bob, raw)
    once = content(bob)
    counts = taken_in(bob, raw)

    assert content(full) == before
    assert content(bob) == once
    assert not any(counted["new"] for counted in counts.values())
    eaten = Meal.objects.get(diarist=bob).items.get(food__owner__isnull=False)
    assert (eaten.food.owner, eaten.portion.food, eaten.portion.description) == (
        bob.user,
        eaten.food,
        "1 bar",
    )
    usual = Favourite.objects.get(diarist=bob, food=None)
    assert usual.items[0]["food"] == str(eaten.food_id)
    assert bob.dose_set.get().supplement.diarist == bob
    for name in ("meals", "water", "spasms", "doses", "supplements", "foods"):
        assert len(once[name]) == len(before[name])
        assert not {row["id"] for row in once[name]} & {row["id"] for row in before[name]}


def test_answers_that_were_given_here_are_not_replaced(full, bob):
    people.answer_conditions(bob, {"vegan": "no"})
    people.set_targets(bob, [{"nutrient": "magnesium_mg", "amount": Decimal(300), "set_by": "own"}])
    Diarist.objects.filter(pk=bob.pk).update(height_cm=None)
    taken_in(bob, exported(full))
    bob.refresh_from_db()

    assert people.conditions(bob)["vegan"] == "no" and people.conditions(bob)["kidney_disease"] == "no"
    assert bob.personaltarget_set.get().amount == Decimal(300)
    assert (bob.sex, bob.time_zone) == ("male", "America/New_York")
    assert bob.height_cm == Decimal(168)  # Alice's, where Bob had given none


def test_one_mark_for_a_day_and_one_favourite_for_a_food_stay_one(full, bob, foods):
    entries.save_favourite(bob, food=foods.get(pk=ALMONDS))
    entries.save_favourite(full, food=foods.get(pk=ALMONDS))
    entries.mark_day(bob, NIGHT.date(), no_cramp=True)
    taken_in(bob, exported(full))
    assert DayMark.objects.get(diarist=bob).no_cramp
    assert Favourite.objects.filter(diarist=bob, food=ALMONDS).count() == 1


def test_what_was_taken_in_is_stamped_for_phones_and_waits_for_one_review(full, monkeypatch):
    raw, asked = exported(full), []
    leaving.delete_account(full.user)
    new = somebody_new()
    monkeypatch.setattr(entries.transaction, "on_commit", lambda ask, robust: asked.append("on commit"))
    taken_in(new, raw)
    new.refresh_from_db()
    assert asked == ["on commit"]

    revisions = sorted(
        revision
        for rows in (
            *(kind.objects.filter(diarist=new) for kind in (Meal, WaterIntake, SpasmEpisode, BodyWeight)),
            *(kind.objects.filter(diarist=new) for kind in (DayMark, Favourite)),
            Food.objects.filter(owner=new.user),
        )
        for revision in rows.values_list("revision", flat=True)
    )
    assert revisions and revisions[0] > 0 and len(set(revisions)) == len(revisions)
    assert new.revision >= revisions[-1]
    assert NIGHT.date() in set(StaleDay.objects.filter(diarist=new).values_list("date", flat=True))


def test_a_phone_that_has_a_cursor_hears_of_everything_that_was_taken_in(full):
    carol = somebody_new()
    place = changes.page(carol, changes.begin(carol), 1000).place
    taken_in(carol, exported(full))

    heard = changes.page(carol, place, 1000).changes
    assert {"profile", "foods", "supplements", "favourites", "weights", "meals", "days"} <= {
        one.kind for one in heard
    }
    named = [one.id for one in heard if one.kind == "foods"]
    assert set(named) == set(Food.objects.filter(owner=carol.user).values_list("pk", flat=True))

    entries.remove_food(carol, Food.objects.filter(owner=carol.user, deleted_at=None).first().pk)
    entries.remove(carol.bodyweight_set.first())
    place = changes.page(carol, place, 1000).place
    taken_in(carol, exported(full))
    back = {one.kind for one in changes.page(carol, place, 1000).changes}
    assert {"foods", "weights", "profile"} <= back  # brought back, and told


def test_fresh_warning_signs_raise_their_card_and_old_ones_do_not(alice):
    entries.tick_warning_signs(alice, signs=["chest_pain"], occurred_at=NIGHT)
    old = exported(alice)
    entries.tick_warning_signs(alice, signs=["chest_pain"])
    fresh = exported(alice)
    leaving.delete_account(alice.user)

    assert taken_in(somebody_new("carol"), old) and not Advice.objects.exists()
    assert taken_in(somebody_new("dora"), fresh) and Advice.objects.exists()


def test_a_look_counts_as_taking_in_does_and_writes_nothing(full, bob):
    raw = exported(full)
    entries.remove(Meal.objects.get())
    for person in (full, bob):
        before = content(person)
        seen = taking_in.preview(person, io.BytesIO(raw))
        assert content(person) == before
        assert list(seen.items()) == list(taken_in(person, raw).items())


# CSV --------------------------------------------------------------------------------------------


def test_no_cell_of_the_csv_is_a_formula_to_a_spreadsheet(full):
    packed = zipfile.ZipFile(io.BytesIO(exported(full, "zip")))
    cells = [
        cell
        for name in packed.namelist()
        for row in csv.reader(io.StringIO(packed.read(name).decode("utf-8-sig")))
        for cell in row
    ]
    dangerous = [cell for cell in cells if cell.startswith(csv_zip.MARKS[:-5])]
    assert dangerous == ["-3.5"]  # a temperature, which is a number
    assert {"'=HYPERLINK(1)", "'@home", "'-half"} <= set(cells)


def test_the_columns_of_the_csv_say_their_units_and_it_opens_in_a_spreadsheet(full):
    packed = zipfile.ZipFile(io.BytesIO(exported(full, "zip")))
    columns = {
        name: packed.read(name).decode("utf-8-sig").splitlines()[0].split(",")
        for name in packed.namelist()[1:]
    }
    assert packed.read("water.csv").startswith(b"\xef\xbb\xbf")
    assert {"amount_ml", "grams"} <= set(columns["water.csv"])
    assert {"minutes", "temperature_c", "weight_before_kg"} <= set(columns["exercises.csv"])
    assert {"magnesium_mg", "vitamin_d_ug"} <= set(columns["supplements.csv"]) & set(columns["foods.csv"])
    assert {"meal", "food", "food_name", "grams"} <= set(columns["meal_items.csv"])


# Long diaries -----------------------------------------------------------------------------------


@pytest.fixture
def long_diary(alice):
    """Five years: a meal of three foods, six drinks and a weight each day."""
    zone = ZoneInfo("Pacific/Auckland")
    days = [timezone.now().astimezone(zone) - timedelta(days=ago) for ago in range(1825)]

    def rows(model, **said):
        return [
            model(diarist=alice, occurred_at=day, tz=zone.key, local_date=day.date(), **said) for day in days
        ]

    meals = Meal.objects.bulk_create(rows(Meal, kind="lunch", note="n" * 60))
    MealItem.objects.bulk_create(
        [
            MealItem(meal=meal, diarist=meal.diarist, food_id=ALMONDS, grams=30, position=place)
            for meal in meals
            for place in range(3)
        ]
    )
    for _each in range(6):
        WaterIntake.objects.bulk_create(rows(WaterIntake, amount_ml=Decimal(250), grams=Decimal(250)))
    BodyWeight.objects.bulk_create(rows(BodyWeight, kg=Decimal(64)))
    Diarist.objects.filter(pk=alice.pk).update(set_up_at=timezone.now())
    return alice


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_five_years_are_sent_in_many_pieces_with_little_in_memory(long_diary, format):
    Diarist.objects.get(pk=long_diary.pk)
    sizes, largest = [], 0
    tracemalloc.start()
    try:
        for piece in FORMATS[format].write(long_diary):
            sizes.append(len(piece))
        largest = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len([size for size in sizes if size]) > 30
    assert max(sizes) < BATCH * 1200  # characters of one row
    assert largest < 8_000_000  # as JSON 5 MB, as rows of Python about 40
    assert format == "zip" or sum(sizes) > 4_000_000


def test_a_long_diary_costs_few_queries_for_each_batch(alice, foods, django_assert_max_num_queries):
    for _each in range(30):
        entries.log_meal(alice, [(foods.get(pk=ALMONDS), Decimal(30))])
    with django_assert_max_num_queries(len(SECTIONS) + 3):  # the parts of foods and meals; the person
        b"".join(FORMATS["json"].write(alice))


@pytest.mark.slow
def test_five_years_come_back_in_with_few_queries(long_diary, django_assert_max_num_queries):
    raw = exported(long_diary)
    leaving.delete_account(long_diary.user)
    new = somebody_new()
    with django_assert_max_num_queries(600):  # 16,425 rows in batches of 500, items besides
        counts = taken_in(new, raw)
    assert (counts["meals"]["new"], counts["water"]["new"]) == (1825, 6 * 1825)
    assert MealItem.objects.count() == 3 * 1825


@pytest.mark.django_db(transaction=True)
def test_rows_are_checked_while_others_may_write(full, bob, monkeypatch):
    raw, held, check = exported(full), [], WaterIntake.full_clean

    def noting(self, *said, **more):
        held.append(connection.in_atomic_block)
        check(self, *said, **more)

    monkeypatch.setattr(WaterIntake, "full_clean", noting)
    assert taken_in(bob, raw)["water"]["new"] == 2
    assert held == [False, False]


def test_what_was_logged_while_a_file_was_read_is_neither_doubled_nor_lost(full, bob, monkeypatch):
    raw, store, stored = changed(exported(full), days=[]), taking_in._Taking.store, []
    first = json.loads(raw)["water"][0]["id"]

    def late(self):
        if not stored:  # the same drink comes from a phone, and is deleted there
            stored.append(Diarist.objects.get(pk=bob.pk))
            id = taking_in._own_id(bob, uuid.UUID(first))
            entries.remove(entries.log_water(stored[0], Decimal(250), id=id))
        return store(self)

    monkeypatch.setattr(taking_in._Taking, "store", late)
    counts = taken_in(bob, raw)
    assert (counts["water"]["new"], counts["water"]["brought_back"]) == (1, 1)
    assert WaterIntake.objects.of(bob).live().count() == 2


# Files that cannot be taken ---------------------------------------------------------------------


def refused(person, raw):
    """The words with which a file is refused; nothing of it may be left."""
    before, revision = content(person), Diarist.objects.get(pk=person.pk).revision
    with pytest.raises(Broken) as said:
        taken_in(person, raw)
    assert content(person) == before
    assert Diarist.objects.get(pk=person.pk).revision == revision
    return " ".join(said.value.messages)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"format": "something"}', b'{"meals": []}', b"PK\x03\x04",
     b'{"format": "SpasmLog diary 1"} and more', b'{"format": "SpasmLog diary 1", "meals": {}}',
     b'{"format": "SpasmLog diary 1", "meals": ' + b"[" * 100_000,
     b'{"format": "SpasmLog diary 1", "secrets": []}', b'{"format": "SpasmLog diary 1", "water": [1]}',
     b'{"format": "SpasmLog diary 1", "days": [], "water": []'],
)  # fmt: skip
def test_what_is_no_export_is_refused_in_words(alice, raw):
    assert refused(alice, raw)


@pytest.mark.parametrize("format", FORMATS)
def test_half_a_file_is_refused_and_nothing_of_it_is_written(full, bob, format):
    raw = exported(full, format)
    assert "not a whole" in refused(bob, raw[: len(raw) * 2 // 3])


@pytest.mark.parametrize(
    ("row", "words"),
    [(water(amount_ml=0), "more than 0 ml"), (water(amount_ml="250"), "Enter a number."),
     (water(amount_ml=float("nan")), "not a whole JSON"), (water(amount_ml=1e300), "Enter a number."),
     (water(grams=2), "cannot weigh this"), (water(occurred_at="2026-01-05T14:00:00"), "offset from UTC"),
     (water(occurred_at="2076-01-05T14:00:00Z", local_date="2076-01-06"), "in the future"),
     (water(occurred_at="1976-01-05T14:00:00Z", local_date="1976-01-06"), "before 1990"),
     (water(local_date="2026-01-04"), "does not fit the time"), (water(tz="Moon/Sea"), "not a time zone"),
     (water(beverage=str(uuid.uuid4())), "not in the table"), (water(id="1"), "Give an id"),
     (water(revision=3), "no such field"), (water(tz=None), "Give a text."), (water(id=None), "Give an id")],
)  # fmt: skip
def test_a_row_that_breaks_a_rule_refuses_the_file_and_is_named(alice, row, words):
    said = refused(alice, changed(exported(alice), water=[water(), row]))
    assert words in said
    assert "water, 2" in said or "whole JSON" in said


@pytest.mark.parametrize(("day", "words"), [("2096-01-01", "still to come"), ("1989-12-31", "before 1990")])
def test_a_mark_of_a_day_that_cannot_be_refuses_the_file(alice, day, words):
    entries.mark_day(alice, NIGHT.date(), finished=True)
    mark = {**json.loads(exported(alice))["days"][0], "id": str(uuid.uuid4()), "date": day}
    assert words in refused(alice, changed(exported(alice), days=[mark]))


@pytest.mark.parametrize("amount", ["1e300000", "-1e300000", "1e-300000", "[[1]]"])
@pytest.mark.parametrize("format", FORMATS)
def test_an_amount_of_no_size_that_an_amount_can_have_is_refused_before_it_is_computed(
    full, bob, amount, format
):
    """`int(Decimal("1e30000000"))` holds the whole process for minutes; this one for a moment."""
    if format == "json":
        raw = exported(full).replace(b'"vitamin_d_ug": 2.5', f'"vitamin_d_ug": {amount}'.encode())
    else:
        raw = rewritten(exported(full, "zip"), "supplements.csv", b",2.5,", f",{amount},".encode())
    assert raw != exported(full, format)
    assert refused(bob, raw).endswith("Enter a number.")


def test_another_persons_own_food_is_not_in_the_table(alice, bob):
    theirs = own.save_own(bob.user, name="Bob's bar", per_100g={"magnesium_mg": 1})
    assert "not in the table" in refused(
        alice, changed(exported(alice), water=[water(beverage=str(theirs.pk))])
    )


def test_an_own_food_that_breaks_a_rule_refuses_the_file(full, bob):
    said = json.loads(exported(full))
    said["foods"][0]["magnesium_mg"] = -1
    assert "below 0" in refused(bob, json.dumps(said).encode())
    assert not Food.objects.filter(owner=bob.user).exists()


def rewritten(raw, name, said, instead):
    """A zip with one of its files changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as packed, zipfile.ZipFile(out, "w") as new:
        for one in packed.namelist():
            text = packed.read(one)
            new.writestr(one, text.replace(said, instead) if one == name else text)
    return out.getvalue()


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in {"profile": "", **files}.items():
            packed.writestr(f"{name}.csv", text)
    return out.getvalue()


def test_a_zip_that_unpacks_to_far_more_than_a_diary_is_refused_whatever_it_says_of_itself(
    alice, monkeypatch
):
    monkeypatch.setattr(csv_zip, "MOST_UNPACKED", 1_000_000)
    honest = zipped(water="x" * 5_000_000)
    assert "larger than any diary" in refused(alice, honest)
    # The size stands in the directory at the end, little-endian; no more than that is unpacked.
    lying = honest.replace((5_000_000).to_bytes(4, "little"), (900_000).to_bytes(4, "little"))
    assert lying != honest
    assert refused(alice, lying)


MEAL_COLUMNS = "id,created_at,occurred_at,tz,local_date,kind,note\r\n"
ITEM_COLUMNS = "meal,food,portion,quantity,grams,food_name,portion_name\r\n"


@pytest.mark.parametrize(
    ("id", "words"),
    [("x", "meals.csv, 2, id: Give an id"), ("0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5a6b", "At most 60 of these")],
    ids=["no id", "an id"],
)
def test_a_small_zip_with_far_more_foods_than_a_meal_has_is_refused_before_they_are_in_memory(
    alice, id, words
):
    raw = zipped(
        profile=exported_profile(alice), meals=f"\ufeff{MEAL_COLUMNS}{id},,,,,,\r\n",
        meal_items=f"\ufeff{ITEM_COLUMNS}" + f"{id},,,,,,\r\n" * 50_000,
    )  # fmt: skip
    tracemalloc.start()
    try:
        assert words in refused(alice, raw)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000  # 50,000 rows of seven cells: over 20 MB
    finally:
        tracemalloc.stop()


def exported_profile(person):
    with zipfile.ZipFile(io.BytesIO(exported(person, "zip"))) as packed:
        return packed.read("profile.csv").decode()


def test_a_json_meal_of_more_foods_than_a_meal_has_is_refused_in_the_same_words(full, bob):
    said = json.loads(exported(full))
    said["meals"][0]["items"] *= 30
    assert "meals, 1, items: At most 60 of these" in refused(bob, json.dumps(said).encode())


@pytest.mark.parametrize("format", FORMATS)
def test_foods_of_meals_count_towards_what_a_file_can_hold(full, bob, format, monkeypatch):
    monkeypatch.setattr(taking_in, "MOST_PARTS", 5)
    assert "more rows" in refused(bob, exported(full, format))


def test_a_file_of_too_many_bytes_or_rows_is_refused(full, bob, monkeypatch):
    raw = exported(full)
    monkeypatch.setattr(taking_in, "MOST_ROWS", 5)
    assert "more rows" in refused(bob, raw)
    monkeypatch.setattr(taking_in, "MOST_BYTES", 1000)
    assert "larger than any diary" in refused(bob, raw)


@pytest.mark.parametrize(
    ("file", "words"),
    [({"../../etc/passwd": "x"}, "no such list"), ({"profile": "a,b\n"}, "columns are not those"),
     ({"water": "\xff"}, "columns are not those")],
)  # fmt: skip
def test_a_zip_of_something_else_is_refused(alice, file, words):
    assert words in refused(alice, zipped(**file))


def test_a_csv_whose_parts_belong_to_nothing_is_refused(full, bob):
    out, raw = io.BytesIO(), exported(full, "zip")
    with zipfile.ZipFile(io.BytesIO(raw)) as packed, zipfile.ZipFile(out, "w") as changed_zip:
        for name in packed.namelist():
            text = packed.read(name)
            changed_zip.writestr(name, text.splitlines(keepends=True)[0] if name == "meals.csv" else text)
    assert "belongs to no row" in refused(bob, out.getvalue())


# Whatever people log ----------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(
    ["Pacific/Auckland", "America/New_York", "UTC", "Asia/Kathmandu", "Pacific/Kiritimati"]
)
WHEN = {"occurred_at": MOMENTS, "tz": ZONES}
GRAMS = st.decimals("0.001", "5000", places=3)
TRIED = st.lists(st.sampled_from(Relief.values), unique=True, max_size=4).flatmap(
    lambda whats: st.tuples(
        *(
            st.fixed_dictionaries({"what": st.just(what), "helped": st.sampled_from([*Helped.values, None])})
            for what in whats
        )
    ).map(list)
)
ENTRIES = st.one_of(
    st.tuples(st.just("meal"), st.fixed_dictionaries(
        {**WHEN, "kind": st.sampled_from(MealKind.values), "note": TEXT,
         "grams": st.lists(GRAMS, min_size=1, max_size=3)}
    )),
    st.tuples(st.just("water"), st.fixed_dictionaries(
        {**WHEN, "amount_ml": st.decimals("0.1", "5000", places=1), "milk": st.booleans()}
    )),
    st.tuples(st.just("spasm"), st.fixed_dictionaries({
        **WHEN, "site": st.sampled_from(["", *Site.values]), "side": st.sampled_from(["", *Side.values]),
        "intensity": st.none() | st.integers(0, 10), "woke_me": st.none() | st.booleans(),
        "doing": st.sampled_from(["", *Doing.values]), "note": TEXT, "relief": TRIED,
        "signs": st.lists(st.sampled_from(Sign.values), unique=True, max_size=3),
    })),
    st.tuples(st.just("exercise"), st.fixed_dictionaries({
        **WHEN, "met": st.decimals("0.9", "25", places=2), "minutes": st.integers(1, 1440), "note": TEXT,
        "temperature_c": st.none() | st.decimals("-40", "60", places=1),
    })),
    st.tuples(st.just("weight"), st.fixed_dictionaries({**WHEN, "kg": st.decimals("2", "400", places=2)})),
    st.tuples(st.just("day"), st.fixed_dictionaries({
        "day": st.dates(date(2024, 1, 1), date(2026, 6, 1)), "finished": st.booleans(),
        "fasting": st.booleans(), "no_cramp": st.booleans(),
    })),
)  # fmt: skip


def logged(person, kind, said):
    """Log what hypothesis made up through the verb that people use."""
    said = dict(said)
    if kind == "meal":
        entries.log_meal(
            person, [(Food.objects.get(pk=ALMONDS), grams) for grams in said.pop("grams")], **said
        )
    elif kind == "water":
        milk = Food.objects.get(pk=MILK) if said.pop("milk") else None
        entries.log_water(person, said.pop("amount_ml"), beverage=milk, **said)
    elif kind == "weight":
        entries.log_weight(person, said.pop("kg"), **said)
    elif kind == "day":
        entries.mark_day(person, said.pop("day"), **said)
    else:
        {"spasm": entries.log_spasm, "exercise": entries.log_exercise}[kind](person, **said)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    diary=st.lists(ENTRIES, max_size=6), format=st.sampled_from(sorted(FORMATS)), name=TEXT.filter(str.strip)
)
def test_whatever_was_logged_comes_back_out_of_either_format(alice, diary, format, name):
    from django.db import transaction

    mark = transaction.savepoint()
    try:
        own.save_own(
            alice.user, name=name, per_100g={"magnesium_mg": 0.1 + 0.2}, portions=[(name, Decimal("0.333"))]
        )
        for kind, said in diary:
            logged(alice, kind, said)
        before, raw = content(alice), exported(alice, format)
        leaving.delete_account(alice.user)
        new = somebody_new()
        taken_in(new, raw)
        assert content(new) == before
    finally:
        transaction.savepoint_rollback(mark)


# The command ------------------------------------------------------------------------------------


def test_the_command_says_what_it_would_do_and_does_it(full, bob, tmp_path, capsys):
    file = tmp_path / "diary.json"
    file.write_bytes(exported(full))
    call_command("import_export", bob.user.email, file, preview=True, verbosity=0)
    would_do = capsys.readouterr().out
    assert "meals: 1 new, 0 known, 0 brought back" in would_do
    assert "conditions: 2 new, 0 known, 0 brought back" in would_do
    assert not Meal.objects.filter(diarist=bob).exists()
    call_command("import_export", bob.user.username, file, verbosity=0)
    assert capsys.readouterr().out == would_do
    assert Meal.objects.filter(diarist=bob).count() == 1
    assert ConditionAnswer.objects.filter(diarist=bob).count() == 2


def test_the_command_refuses_in_words(bob, tmp_path):
    (tmp_path / "broken.json").write_text("{")
    for account, file, words in (
        ("nobody@example.org", "broken.json", "no account"),
        ("bob", "broken.json", "Nothing was taken in"),
        ("bob", "none.json", "cannot be read"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("import_export", account, tmp_path / file, verbosity=0)


def test_many_own_foods_are_taken_in_with_hardly_more_queries_than_two(alice, bob):
    def queries(count):
        rows = [
            {"id": str(uuid.uuid4()), "name": f"Soup {count} {n}", "barcode": "", "deleted_at": None,
             **dict.fromkeys(CODES, 1.0),
             "portions": [{"id": str(uuid.uuid4()), "description": "cup", "grams": 100}]}
            for n in range(count)
        ]  # fmt: skip
        said = json.dumps({"format": "SpasmLog diary 1", "foods": rows}).encode()
        with CaptureQueriesContext(connection) as asked:
            assert taking_in.take_in(alice, io.BytesIO(said))["foods"]["new"] == count
        return len(asked)

    queries(1)
    few = queries(2)
    assert few <= queries(60) <= few + 4  # SQLite takes some 30 foods in one statement
    assert Food.objects.filter(owner=alice.user).values("revision").distinct().count() == 63
    assert search.find("soup 60 7", user=alice.user)[0].name == "Soup 60 7"
