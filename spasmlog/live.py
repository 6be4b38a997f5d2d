"""Operations for migrations of a database in use. `spasmlog.dangers` says where they are needed.

A table in parts (`spasmlog.parts`) gets its index part by part: the whole takes nothing concurrently.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import migrations
from django.db.backends.ddl_references import Table

from spasmlog import parts


class AddIndexLive(migrations.AddIndex):
    """Build an index while others write: concurrently on PostgreSQL. Its migration says `atomic = False`.

    What an attempt before left behind, when it was broken off, is taken away first.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop(schema_editor, model, self.index.name)
            _build(schema_editor, model, partial(self.index.create_sql, model, schema_editor))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop(schema_editor, model, self.index.name)

    def describe(self):
        return f"{super().describe()}, while others write"


class DropIndexOfKeyLive(migrations.AlterField):
    """Take away the index that comes with a foreign key, where another one begins with its column.

    Django's own AlterField would take the key away, too, and look at all rows to set it up again.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model, field = self._of(app_label, to_state)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop_index(schema_editor, model, field)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model, field = self._of(app_label, to_state)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop_index(schema_editor, model, field)  # what an attempt before left behind
            _build(schema_editor, model, partial(schema_editor._create_index_sql, model, fields=[field]))

    def describe(self):
        return f"Drop the index of {self.name} on {self.model_name}, while others write"

    def _of(self, app_label, state):
        model = state.apps.get_model(app_label, self.model_name)
        return model, model._meta.get_field(self.name)


def _drop_index(schema_editor: Any, model: Any, field: Any) -> None:
    """The one of this column alone, by the name that Django gives it."""
    _drop(schema_editor, model, schema_editor._create_index_name(model._meta.db_table, [field.column]))


def _drop(schema_editor: Any, model: Any, name: str) -> None:
    """With what an attempt before left of its parts."""
    quoted, pieces = schema_editor.quote_name, _pieces(schema_editor, model)
    if schema_editor.connection.vendor == "postgresql" and not pieces:
        _execute_live(schema_editor, f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}")
        return
    schema_editor.execute(f"DROP INDEX IF EXISTS {quoted(name)}", params=None)
    for piece in pieces:
        left = quoted(_of_piece(name, piece, model))
        _execute_live(schema_editor, f"DROP INDEX CONCURRENTLY IF EXISTS {left}")


def _build(schema_editor: Any, model: Any, statement: Callable[..., Any]) -> None:
    """Of each part while others write, and of the whole from these, which takes no time."""
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute(statement(), params=None)
        return
    pieces = _pieces(schema_editor, model)
    if not pieces:
        _execute_live(schema_editor, statement(concurrently=True))
        return
    quoted, whole = schema_editor.quote_name, statement()
    name = str(whole.parts["name"]).strip('"')
    whole.parts["table"] = f"ONLY {quoted(model._meta.db_table)}"
    schema_editor.execute(whole, params=None)
    for piece in pieces:
        part, its_name = statement(concurrently=True), quoted(_of_piece(name, piece, model))
        part.parts |= {"table": Table(piece, quoted), "name": its_name}
        _execute_live(schema_editor, part)
        schema_editor.execute(f"ALTER INDEX {quoted(name)} ATTACH PARTITION {its_name}", params=None)


def _pieces(schema_editor: Any, model: Any) -> list[str]:
    """The parts of the table, if it stands in such."""
    if schema_editor.connection.vendor != "postgresql":
        return []
    table = model._meta.db_table
    with schema_editor.connection.cursor() as sql:
        return [name for name in parts.leaves(sql, table) if name != table]


def _of_piece(name: str, piece: str, model: Any) -> str:
    """What the index of one part is called, in the 63 bytes that a name may have."""
    return f"{name[:58]}{piece.removeprefix(model._meta.db_table)}"


def _execute_live(schema_editor: Any, statement: Any) -> None:
    """Concurrently, without a limit of waiting for a lock: it waits for those who wrote before it, and nobody
    waits behind it meanwhile. All else keeps the limit of `migrate`, which tries again."""
    if schema_editor.collect_sql:
        schema_editor.execute(statement, params=None)
        return
    with schema_editor.connection.cursor() as sql:
        sql.execute("SELECT current_setting('lock_timeout')")
        (before,) = sql.fetchone()
        sql.execute("SET lock_timeout = 0")
        try:
            schema_editor.execute(statement, params=None)
        finally:
            sql.execute("SELECT set_config('lock_timeout', %s, false)", [before])
