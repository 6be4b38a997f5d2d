"""Migrations that would hold people up, or break a process of the version before that still runs.

    python -m spasmlog.dangers

looks at every migration since the baseline and names what is dangerous on a database in use, with the way
around it. A migration that knows better says so, danger by danger, with a reason:

    class Migration(migrations.Migration):
        safe_because = {"run_python": "The table has 30 rows."}
"""

import sys
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED, Field, ManyToManyField

from spasmlog.live import AddIndexLive, DropIndexOfKeyLive

BASELINE = {"journal": 8, "nutrients": 6}
"""Our apps, and the last migration of each that was made before anybody had much to lose."""


class Danger(NamedTuple):
    """What is wrong with one operation, by a name that a migration may answer to."""

    migration: str
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.migration}: {self.what} [{self.name}]"


def all_dangers() -> list[Danger]:
    """What no migration since the baseline has a reason for."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    found: list[Danger] = []
    state = ProjectState()
    for key in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        migration = loader.get_migration(*key)
        if is_ours(migration):
            found += dangers(migration, state)
        state = migration.mutate_state(state, preserve=False)
    return found


def is_ours(migration: Migration) -> bool:
    number = migration.name.partition("_")[0]
    return migration.app_label in BASELINE and int(number) > BASELINE[migration.app_label]


def dangers(migration: Migration, before: ProjectState) -> list[Danger]:
    """The dangers of one migration that it gives no reason for, and reasons for what it does not do."""
    name = f"{migration.app_label}.{migration.name}"
    reasons: dict[str, str] = getattr(migration, "safe_because", {})
    found = {Danger(name, *one): one[0] for one in _look_at(migration, before)}
    open_ones = [danger for danger, kind in found.items() if not reasons.get(kind, "").strip()]
    idle = [
        Danger(name, kind, "gives a reason for what it does not do")
        for kind in set(reasons) - {*found.values()}
    ]
    return open_ones + idle


def _look_at(migration: Migration, before: ProjectState) -> Iterator[tuple[str, str]]:
    state, new = before.clone(), set()
    for operation in _each(migration.operations):
        if isinstance(operation, operations.CreateModel):
            new.add(operation.name_lower)
        elif getattr(operation, "model_name_lower", None) not in new:
            yield from _of(operation, migration, state)
        operation.state_forwards(migration.app_label, state)


def _each(several: list[Operation]) -> Iterator[Operation]:
    """Each operation that reaches the database."""
    for operation in several:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from _each(operation.database_operations)
        else:
            yield operation


def _of(operation: Operation, migration: Migration, before: ProjectState) -> Iterator[tuple[str, str]]:
    """What one operation on a table that has rows would do."""
    match operation:
        case operations.AddField():
            yield from _of_new_column(operation)
        case AddIndexLive() | DropIndexOfKeyLive():
            if migration.atomic:
                yield ("atomic", f"{operation.describe()}: not possible in a transaction. Say atomic = False")
            if isinstance(operation, DropIndexOfKeyLive):
                yield from _of_other_column(operation, migration.app_label, before)
        case operations.AlterField():
            yield from _of_other_column(operation, migration.app_label, before)
        case operations.RemoveField() | operations.DeleteModel():
            yield (
                "remove",
                f"{operation.describe()}: the version before still reads it. First a release that does not",
            )
        case operations.RenameField() | operations.RenameModel() | operations.AlterModelTable():
            yield (
                "rename",
                f"{operation.describe()}: the version before knows the old name. Add, copy, remove later",
            )
        case operations.AddIndex():
            yield (
                "add_index",
                f"{operation.describe()}: nobody can write meanwhile. Use spasmlog.live.AddIndexLive",
            )
        case operations.AddConstraint():
            yield ("add_constraint", f"{operation.describe()}: nobody can write while all rows are looked at")
        case operations.RunPython() | operations.RunSQL():
            if migration.atomic:
                yield (
                    "run_python",
                    f"{operation.describe()}: one long transaction. A migration of its own, atomic = False",
                )


def _of_new_column(operation: operations.AddField) -> Iterator[tuple[str, str]]:
    field = operation.field
    if isinstance(field, ManyToManyField):
        return
    if not field.null and field.db_default is NOT_PROVIDED:
        yield (
            "not_null",
            f"{operation.describe()}: the version before cannot fill it. Give it null=True or a db_default",
        )
    if field.db_index or field.unique:
        yield (
            "add_index",
            f"{operation.describe()}: its index keeps writers out. Add the index apart, by AddIndexLive",
        )


def _of_other_column(
    operation: operations.AlterField, app_label: str, before: ProjectState
) -> Iterator[tuple[str, str]]:
    """Another type, or NULL no more. Words and choices are nothing to a database."""
    old = before.models[app_label, operation.model_name_lower].fields[operation.name]
    new = operation.field
    if _type(old, operation.name) != _type(new, operation.name):
        yield (
            "change_type",
            f"{operation.describe()}: the whole table may be written anew, and nobody can read it",
        )
    if old.null and not new.null:
        yield ("not_null", f"{operation.describe()}: all rows are looked at, and nobody can write meanwhile")
    if (new.db_index or new.unique) and not (old.db_index or old.unique):
        yield (
            "add_index",
            f"{operation.describe()}: its index keeps writers out. Add the index apart, by AddIndexLive",
        )


def _type(field: Field, name: str) -> str | None:
    if field.is_relation:
        return f"reference to {field.remote_field.model}"
    bound = field.clone()
    bound.set_attributes_from_name(name)
    return bound.db_type(connection)


def main() -> int:
    import django

    django.setup()
    found = all_dangers()
    for danger in found:
        print(danger, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spasmlog.settings")
    sys.exit(main())
