"""Day totals and foods of meals in parts by diarist: whoever uses the product notices nothing of it.

Parts are made within the transaction of a test, which takes them back, but where it says otherwise.
"""

import io
import json
import re

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.urls import reverse

from journal import entries, leaving, population, review, verifying
from journal.calc.days import week_start
from journal.exchange import FORMATS, taking_in
from journal.models import DailyIntake, Diarist, Meal, MealItem
from nutrients.models import food_id
from spasmlog import live, parts
from tests.conftest import diarist
from tests.plans.plans import planned

pytestmark = pytest.mark.django_db
in_postgres = pytest.mark.servers
MILK, ALMONDS = food_id("fndds", "11111000"), food_id("sr28", "12061")
TABLES = (DailyIntake, MealItem)
PARTS = 8


def divide(count=PARTS):
    for model in TABLES:
        parts.rebuild(model, "diarist_id", count)


@pytest.fixture
def people(foods):
    """Twelve with three days of entries, reviewed."""
    population.make(12, days=3, items=5, seed=1)
    for one in Diarist.objects.all():
        review.review_stale(one.pk)
    return list(Diarist.objects.order_by("pk"))


@pytest.fixture
def milk(foods):
    return foods.get(pk=MILK)


def content():
    """All rows of both tables, by table."""
    return [sorted(map(str, model.objects.order_by().values_list())) for model in TABLES]


def shape(model):
    """What PostgreSQL says of a table: columns, rules, indexes, triggers, whether others may read it, and the
    number of the next row."""
    table = model._meta.db_table
    with connection.cursor() as sql:
        sql.execute(
            "SELECT column_name, data_type, is_nullable, column_default, is_identity "
            "FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
            [table],
        )
        columns = sql.fetchall()
        sql.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = %s::regclass ORDER BY conname",
            [table],
        )
        rules = sql.fetchall()
        sql.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s ORDER BY 1", [table])
        indexes = sql.fetchall()
        sql.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table]
        )
        triggers = sql.fetchall()
        sql.execute("SELECT has_table_privilege('reporter', %s, 'SELECT')", [table])
        return columns, rules, indexes, triggers, sql.fetchone(), parts._next_number(sql, table)


# The tables -----------------------------------------------------------------------------------


@in_postgres
def test_parts_are_made_and_joined_with_every_row_rule_index_and_number(people):
    with connection.cursor() as sql:
        sql.execute("CREATE ROLE reporter")
        sql.execute("GRANT SELECT ON journal_dailyintake, journal_mealitem TO reporter")
    before, shapes = content(), [shape(model) for model in TABLES]
    assert all(before)  # how many rows, the hour decides

    divide()
    assert [parts.of(model) for model in TABLES] == [PARTS, PARTS]
    assert content() == before
    with connection.cursor() as sql:
        for model in TABLES:
            sql.execute(f"SELECT count(DISTINCT tableoid) FROM {model._meta.db_table}")
            assert sql.fetchone()[0] > 1  # the people are spread over them, as their numbers will have it

    divide(3)
    assert [parts.of(model) for model in TABLES] == [3, 3]
    assert content() == before

    assert [shape(model)[3:] for model in TABLES] == [one[3:] for one in shapes]

    divide(1)
    assert [parts.of(model) for model in TABLES] == [1, 1]
    assert content() == before
    assert [shape(model) for model in TABLES] == shapes


@in_postgres
def test_rules_hold_in_parts(people, milk):
    divide()
    [item, *_] = MealItem.objects.all()
    [day, *_] = DailyIntake.objects.all()
    for broken in (
        lambda: MealItem.objects.filter(pk=item.pk).update(grams=0),
        lambda: MealItem.objects.bulk_create([item]),
        lambda: DailyIntake.objects.create(diarist=day.diarist, date=day.date, status="complete"),
        lambda: DailyIntake.objects.filter(pk=day.pk).update(water_g_unknown=-1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()
    with connection.cursor() as sql:
        sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        MealItem.objects.filter(pk=item.pk).update(food=food_id("sr28", "no such food"))


@in_postgres
def test_rows_without_a_diarist_are_not_divided(people):
    [item, *_] = MealItem.objects.all()
    MealItem.objects.filter(pk=item.pk).update(diarist=None)
    before = content()
    with pytest.raises(CommandError, match=r"journal_mealitem is as it was: .* `manage.py verify --mend`"):
        call_command("partition", parts=4, verbosity=0)
    assert (parts.of(DailyIntake), parts.of(MealItem)) == (4, 1)
    assert content() == before


# The product ----------------------------------------------------------------------------------


@in_postgres
def test_a_diary_in_parts_is_kept_changed_reviewed_exported_and_deleted(people, phone, alice, milk):
    divide()
    said = phone.post(
        "/api/v1/meals/", {"items": [{"food": str(MILK), "grams": 200}, {"food": str(ALMONDS), "grams": 30}]},
        format="json",
    )  # fmt: skip
    assert said.status_code == 201
    meal = Meal.objects.get(pk=said.json()["id"])
    changed = phone.patch(
        f"/api/v1/meals/{meal.pk}/", {"items": [{"food": str(MILK), "grams": 250}]}, format="json",
        headers={"If-Match": said["ETag"]},
    )  # fmt: skip
    assert [one["grams"] for one in changed.json()["items"]] == [250]
    entries.remove(entries.log_meal(alice, [(milk, 100)]))
    review.review_stale(alice.pk)
    day = DailyIntake.objects.get(diarist=alice, date=meal.local_date)
    assert day.calcium_mg == pytest.approx(2.5 * milk.calcium_mg)
    assert verifying.look_at(alice).is_right

    bob = diarist("bob")
    Diarist.objects.filter(pk=bob.pk).update(set_up_at=None)
    raw = b"".join(FORMATS["json"].write(alice))
    taking_in.take_in(Diarist.objects.select_related("user").get(pk=bob.pk), io.BytesIO(raw))
    [item] = MealItem.objects.filter(diarist=bob)
    assert (item.food_id, item.grams) == (MILK, 250)

    others = MealItem.objects.exclude(diarist=alice).count()
    leaving.erase(alice.user)
    assert [model.objects.filter(diarist_id=alice.pk).count() for model in TABLES] == [0, 0]
    assert MealItem.objects.count() == others


@in_postgres
def test_what_a_person_looks_at_is_read_from_their_own_part(people, browser, phone, alice, milk):
    for _ in range(3):
        entries.log_meal(alice, [(milk, 100)])
    review.review_stale(alice.pk)
    divide()
    with connection.cursor() as sql:
        own = set()
        for model in TABLES:
            sql.execute(
                f"SELECT DISTINCT tableoid::regclass::text FROM {model._meta.db_table} WHERE diarist_id = %s",
                [alice.pk],
            )
            own |= {name for (name,) in sql.fetchall()}
    assert len(own) == 2

    pages = ("today", "week", "fluids", "patterns", "advice", "add_food", "usual_meals", "closing")
    cramp, meal = entries.log_spasm(alice, site="calf"), entries.log_meal(alice, [(milk, 100)])
    with planned() as plans:
        for page in pages:
            assert browser.get(reverse(page)).status_code == 200
        for page, entry in (("cramp_edit", cramp), ("meal_edit", meal)):
            assert browser.get(reverse(page, args=[entry.pk])).status_code == 200
        assert browser.post(reverse("meal_favourite", args=[meal.pk]), {"name": "x"}).status_code == 302
        entries.repeat_meal(meal)
        entries.change(meal, items=[(milk, 200)])
        b"".join(FORMATS["json"].write(alice))
        day = entries.today(alice)
        for path in ("meals/", f"days/{day}/", f"intake/?from={week_start(day)}&to={day}", "foods/?search="):
            assert phone.get(f"/api/v1/{path}").status_code == 200, path
        review.review_stale(alice.pk)

    strange = [one for one in opened(plans) if one[0] not in own]
    assert not strange, "\n\n".join(f"{part}: {statement[:600]}" for part, statement in strange)
    assert {part for part, _statement in opened(plans)} == own


def opened(plans):
    """(part, query) of each part of the two tables that a query opens when it is run."""
    for statement, values in plans.queries.items():
        with transaction.atomic(), connection.cursor() as sql:
            sql.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
            (plan,) = sql.fetchone()
            transaction.set_rollback(True)  # a change is made once more
        plan = json.loads(plan) if isinstance(plan, str) else plan
        for table in run(plan[0]["Plan"]):
            if re.fullmatch(r"journal_(mealitem|dailyintake)_\d+", table):
                yield table, statement


def run(node):
    """The tables that were read, not those that were left out on the way."""
    if node["Actual Loops"] and "Relation Name" in node:
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from run(below)


def test_each_food_of_a_meal_names_whose_it_is_however_it_was_written(people, alice, milk):
    meal = entries.log_meal(alice, [(milk, 100)])
    entries.change(meal, items=[(milk, 200)])
    entries.repeat_meal(meal)
    bob = diarist("bob")
    Diarist.objects.filter(pk=bob.pk).update(set_up_at=None)
    raw = b"".join(FORMATS["json"].write(alice))
    taking_in.take_in(Diarist.objects.select_related("user").get(pk=bob.pk), io.BytesIO(raw))

    assert MealItem.objects.filter(meal__diarist__in=[alice, bob]).count() == 4
    assert MealItem.objects.exclude(diarist=models.F("meal__diarist")).count() == 0
    assert MealItem.objects.filter(diarist=None).count() == 0


# The version before, and the next -------------------------------------------------------------


@in_postgres
def test_a_meal_that_the_version_before_logs_meanwhile_is_told_whose_it_is(alice, milk):
    meal = entries.log_meal(alice, [(milk, 100)])
    with connection.cursor() as sql:
        sql.execute(
            "INSERT INTO journal_mealitem (id, meal_id, food_id, grams, position) "
            "VALUES (gen_random_uuid(), %s, %s, 50, 1)",
            [meal.pk, milk.pk],
        )
    assert MealItem.objects.get(grams=50).diarist_id == alice.pk


@pytest.mark.django_db(transaction=True)
def test_foods_of_meals_from_before_are_told_whose_they_are(alice, milk):
    kept, removed = (entries.log_meal(alice, [(milk, 100)]) for _ in range(2))
    other = entries.log_meal(diarist("bob"), [(milk, 50)])
    entries.remove(removed)
    call_command("migrate", "journal", "0015", verbosity=0)
    MealItem.objects.update(diarist=None)
    call_command("migrate", verbosity=0)

    told = dict(MealItem.objects.values_list("meal", "diarist"))
    assert told == {kept.pk: alice.pk, removed.pk: alice.pk, other.pk: other.diarist_id}


@in_postgres
@pytest.mark.django_db(transaction=True)
def test_a_later_migration_builds_and_drops_an_index_of_a_table_in_parts(people):
    divide()
    index = models.Index(fields=["grams"], name="item_grams")
    operation = live.AddIndexLive("mealitem", index)

    def built():
        with connection.cursor() as sql:
            sql.execute(
                "SELECT count(*), bool_and(indisvalid) FROM pg_index i "
                "JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname LIKE 'item_grams%%'"
            )
            return sql.fetchone()

    with connection.cursor() as sql:  # what an attempt before left behind
        sql.execute("CREATE INDEX item_grams ON ONLY journal_mealitem (grams)")
        sql.execute("CREATE INDEX item_grams_3 ON journal_mealitem_3 (grams)")
    changed_by(operation.database_forwards)
    assert built() == (1 + PARTS, True)
    changed_by(operation.database_backwards)
    assert built() == (0, None)

    key = models.ForeignKey("journal.meal", models.CASCADE, related_name="items", db_index=False)
    without = live.DropIndexOfKeyLive("mealitem", "meal", key)
    changed_by(without.database_forwards)
    assert indexed("meal_id") == 0
    changed_by(without.database_backwards)
    assert indexed("meal_id") == 1


@in_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["database_forwards", "database_backwards"])
def test_nobody_waits_behind_a_migration_of_a_table_in_parts_that_waits(people, change):
    """What locks the whole table gives up after the time that `migrate` sets, and `migrate` tries again."""
    divide()
    operation = live.AddIndexLive("mealitem", models.Index(fields=["grams"], name="item_grams"))
    if change == "database_backwards":
        changed_by(operation.database_forwards)
    with connection.cursor() as sql:
        sql.execute("SET lock_timeout = '200ms'")
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("UPDATE journal_mealitem SET position = position")
        with pytest.raises(OperationalError, match="lock timeout"):
            changed_by(getattr(operation, change))


def changed_by(change):
    """An operation of a migration on the tables as they are: no model is another by it."""
    from django.db.migrations.loader import MigrationLoader

    state = MigrationLoader(connection).project_state()
    with connection.schema_editor(atomic=False) as editor:
        change("journal", editor, state, state)


def indexed(column):
    with connection.cursor() as sql:
        known = connection.introspection.get_constraints(sql, "journal_mealitem").values()
    return sum(one["index"] and one["columns"] == [column] for one in known)


@in_postgres
@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_the_parts(people, tmp_path):
    divide()
    before = content()
    call_command("backup", tmp_path / "all.backup")
    divide(1)
    MealItem.objects.all().delete()
    call_command("restore", tmp_path / "all.backup", yes=True)
    assert [parts.of(model) for model in TABLES] == [PARTS, PARTS]
    assert content() == before


# The command ----------------------------------------------------------------------------------


@in_postgres
def test_the_command_divides_joins_and_tells(people, capsys):
    call_command("partition")
    assert capsys.readouterr().out.splitlines()[0].startswith("journal_dailyintake: one table, about ")
    call_command("partition", parts=4)
    said = capsys.readouterr()
    assert [line.partition(",")[0] for line in said.out.splitlines()] == [
        "journal_dailyintake: 4 parts by diarist", "journal_mealitem: 4 parts by diarist",
    ]  # fmt: skip
    assert f"about {MealItem.objects.count()} rows" in said.out
    assert "journal_dailyintake: " in said.err and "journal_mealitem: " in said.err
    call_command("partition", parts=1, verbosity=0)
    assert (parts.of(DailyIntake), parts.of(MealItem)) == (1, 1)


@in_postgres
@pytest.mark.parametrize("number", [0, -1, 65])
def test_a_number_of_parts_that_cannot_be_is_refused(number):
    with pytest.raises(CommandError, match="from 1 to 64"):
        call_command("partition", parts=number)


@in_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "use",
    ["SELECT 1 FROM journal_dailyintake LIMIT 1", "UPDATE journal_diarist SET revision = revision + 1"],
    ids=["read", "about_to_write"],
)  # fmt: skip
def test_a_table_in_use_is_left_as_it_is(people, monkeypatch, use):
    """Also by somebody who has taken the diary's revision forward and writes to the table next."""
    monkeypatch.setattr(parts, "PATIENCE", "200ms")
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute(use)
        with pytest.raises(CommandError, match=r"journal_dailyintake is as it was: it is in use\. Stop"):
            call_command("partition", parts=4, verbosity=0)
        other.execute("UPDATE journal_dailyintake SET items = items")
    assert parts.of(DailyIntake) == 1


def test_a_database_that_was_never_prepared_or_has_no_parts_is_refused(foods):
    said = "SQLite has no tables in parts" if connection.vendor == "sqlite" else "has no tables yet"
    with connection.cursor() as sql:
        sql.execute("ALTER TABLE journal_diarist RENAME TO gone")
    with pytest.raises(CommandError, match=said):
        call_command("partition", parts=4)
