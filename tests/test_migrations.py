"""Migrations that a database in use can take: ours since the baseline, and the rules by made-up ones."""

import threading
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import OperationalError, connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from journal.models.person import Belonging
from spasmlog import dangers
from spasmlog.live import AddIndexLive, DropIndexOfKeyLive

once = pytest.mark.once
INDEX = models.Index(fields=["note"], name="made_up")
KEY = models.ForeignKey("journal.diarist", models.CASCADE, editable=False, db_index=False)


@once
def test_no_migration_since_the_baseline_is_dangerous_without_a_reason():
    assert dangers.all_dangers() == []


@pytest.fixture(scope="module")
def before():
    """The tables as they were at the baseline."""
    loader = MigrationLoader(None)
    return loader.project_state([("journal", "0008_food_water"), ("nutrients", "0006_recipes")])


def found(before, *operations, atomic=True, **reasons):
    class Made(migrations.Migration):
        pass

    migration = Made("9999_made_up", "journal")
    migration.operations, migration.atomic = list(operations), atomic
    if reasons:
        migration.safe_because = reasons
    return [danger.name for danger in dangers.dangers(migration, before)]


def nothing(apps, schema_editor):
    pass


@once
@pytest.mark.parametrize(
    ("operation", "danger"),
    [
        (migrations.AddField("meal", "x", models.IntegerField(default=0)), "not_null"),
        (migrations.AddField("meal", "x", models.IntegerField(null=True, db_index=True)), "add_index"),
        (migrations.RemoveField("meal", "note"), "remove"),
        (migrations.DeleteModel("suggestion"), "remove"),
        (migrations.RenameField("meal", "note", "remark"), "rename"),
        (migrations.RenameModel("meal", "feast"), "rename"),
        (migrations.AlterField("meal", "note", models.IntegerField()), "change_type"),
        (migrations.AlterField("meal", "deleted_at", models.DateTimeField()), "not_null"),
        (migrations.AddIndex("meal", INDEX), "add_index"),
        (
            migrations.AddConstraint("meal", models.UniqueConstraint(fields=["note"], name="x")),
            "add_constraint",
        ),
        (migrations.RunPython(nothing), "run_python"),
        (migrations.RunSQL("SELECT 1"), "run_python"),
        (AddIndexLive("meal", INDEX), "atomic"),
        (DropIndexOfKeyLive("meal", "diarist", KEY), "atomic"),
        (
            migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("meal", "note")]),
            "remove",
        ),
    ],
    ids=lambda one: one if isinstance(one, str) else one.describe(),
)
def test_what_would_hold_people_up_is_named(before, operation, danger):
    assert found(before, operation) == [danger]


@once
def test_what_an_older_version_can_live_with_is_no_danger(before):
    harmless = [
        migrations.AddField("meal", "x", models.IntegerField(null=True)),
        migrations.AddField("meal", "y", models.IntegerField(default=0, db_default=0)),
        migrations.AlterField("meal", "note", models.CharField("other words", max_length=500)),
        migrations.CreateModel("new", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("new", "x", models.IntegerField(default=0)),
        migrations.AddIndex("new", models.Index(fields=["x"], name="new_x")),
    ]
    assert found(before, *harmless) == []
    assert found(before, AddIndexLive("meal", INDEX), migrations.RunPython(nothing), atomic=False) == []


@once
def test_a_reason_answers_its_own_danger_and_no_other(before):
    operations = [migrations.RemoveField("meal", "note"), migrations.RunPython(nothing)]
    assert found(before, *operations, remove="No release has read it for a year.") == ["run_python"]
    assert found(before, *operations, remove=" ", run_python="Three rows.") == ["remove"]
    assert found(before, rename="There is nothing to rename.") == ["rename"]


# On a real database ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_table_has_an_index_that_another_one_begins_with():
    """Each costs time with every row that is written, and room."""
    doubled = [
        (table, shorter)
        for table, known in _indexes().items()
        for shorter, columns in known.items()
        if any(other != shorter and longer[: len(columns)] == columns for other, longer in known.items())
    ]
    assert doubled == []


@pytest.mark.django_db
def test_each_row_of_a_diarist_is_found_by_an_index():
    led = {
        table
        for table, known in _indexes().items()
        if any(columns[0] == "diarist_id" for columns in known.values())
    }
    kinds = [model for model in apps.get_app_config("journal").get_models() if issubclass(model, Belonging)]
    assert len(kinds) > 20
    assert [kind for kind in kinds if kind._meta.db_table not in led] == []


def _indexes():
    """Names and columns of all whole indexes that tell rows apart by order, by table of the journal."""
    found = {}
    with connection.cursor() as sql:
        for table in connection.introspection.table_names(sql):
            if table.startswith("journal_"):
                known = connection.introspection.get_constraints(sql, table)
                found[table] = {
                    name: one["columns"]
                    for name, one in known.items()
                    if (one["index"] or one["unique"]) and all(one["columns"]) and _is_whole(sql, name)
                }
    return found


def _is_whole(sql, name):
    """Not of some rows alone, nor for words that begin alike."""
    if connection.vendor == "postgresql":
        sql.execute(
            "SELECT indpred IS NULL AND NOT name LIKE '%%_like' FROM pg_index, CAST(%s AS text) AS name "
            "WHERE indexrelid = name::regclass",
            [name],
        )
    else:
        sql.execute(
            "SELECT sql NOT LIKE '%% WHERE %%' OR sql IS NULL FROM sqlite_master WHERE name = %s", [name]
        )
    row = sql.fetchone()
    return row is None or bool(row[0])


@pytest.mark.django_db(transaction=True)
def test_the_index_of_a_key_can_be_taken_away_and_put_back_and_the_key_stays():
    def keys_and_indexes():
        with connection.cursor() as sql:
            known = connection.introspection.get_constraints(sql, "journal_meal").values()
        alone = [one for one in known if one["columns"] == ["diarist_id"]]
        return [bool(one["foreign_key"]) for one in alone], [one["index"] for one in alone]

    without = keys_and_indexes()
    assert without == ([True], [False])
    try:
        call_command("migrate", "journal", "0012", verbosity=0)
        both = keys_and_indexes()
    finally:
        call_command("migrate", verbosity=0)
    assert sorted(both[0]) == sorted(both[1]) == [False, True]
    assert keys_and_indexes() == without


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_a_migration_lets_people_go_first_and_is_applied_when_the_table_is_free(capfd, monkeypatch):
    from journal.management.commands import migrate

    call_command("migrate", "journal", "0011", verbosity=0)
    held, over = threading.Event(), threading.Event()
    monkeypatch.setattr(migrate, "WAITS_FOR_A_LOCK", "200ms")
    monkeypatch.setattr(migrate, "time", SimpleNamespace(sleep=lambda pause: over.set() or writer.join()))

    def somebody_writes():
        with connection.cursor() as sql:
            sql.execute("BEGIN")
            sql.execute("LOCK TABLE journal_reviewchunk IN ACCESS EXCLUSIVE MODE")
            held.set()
            over.wait(60)
            sql.execute("COMMIT")
        connection.close()

    writer = threading.Thread(target=somebody_writes)
    writer.start()
    held.wait(10)
    call_command("migrate", "journal", "0010", verbosity=0)  # takes the table away that somebody holds

    assert "tries again" in capfd.readouterr().err
    assert "journal_reviewchunk" not in connection.introspection.table_names()
    with connection.cursor() as sql:
        sql.execute("SHOW lock_timeout")
        assert sql.fetchone() == ("0",)
    call_command("migrate", verbosity=0)


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_an_index_that_was_broken_off_half_way_is_built_anew_while_others_write():
    name = "diarist_night"
    call_command("migrate", "journal", "0014", verbosity=0)  # what came later is not made twice
    with connection.cursor() as sql:
        sql.execute(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{name}'::regclass")
        sql.execute("DELETE FROM django_migrations WHERE app = 'journal' AND name >= '0012'")

    call_command("migrate", verbosity=0)

    with connection.cursor() as sql:
        sql.execute(f"SELECT indisvalid FROM pg_index WHERE indexrelid = '{name}'::regclass")
        assert sql.fetchone() == (True,)


@pytest.mark.servers
@pytest.mark.django_db
def test_a_query_without_end_is_given_up(settings):
    with connection.cursor() as sql:
        sql.execute("SHOW statement_timeout")
        assert sql.fetchone() == (f"{settings.STATEMENT_TIMEOUT}s",)
        sql.execute("SHOW idle_in_transaction_session_timeout")
        assert sql.fetchone() == ("2min",)

        sql.execute("SET LOCAL statement_timeout = '200ms'")
        with pytest.raises(OperationalError, match="statement timeout"):
            sql.execute("SELECT pg_sleep(10)")
