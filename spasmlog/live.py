"""Operations for migrations of a database in use. `spasmlog.dangers` says where they are needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import migrations


class AddIndexLive(migrations.AddIndex):
    """Build an index while others write: concurrently on PostgreSQL. Its migration says `atomic = False`.

    What an attempt before left behind, when it was broken off, is taken away first.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            name = schema_editor.quote_name(self.index.name)
            with _patient(schema_editor):
                schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
                schema_editor.add_index(model, self.index, concurrently=True)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            with _patient(schema_editor):
                schema_editor.remove_index(model, self.index, concurrently=True)

    def describe(self):
        return f"{super().describe()}, while others write"


class DropIndexOfKeyLive(migrations.AlterField):
    """Take away the index that comes with a foreign key, where another one begins with its column.

    Django's own AlterField would take the key away, too, and look at all rows to set it up again.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model, field = self._of(app_label, to_state)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            with _patient(schema_editor):
                _drop_index(schema_editor, model, field)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model, field = self._of(app_label, to_state)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            live = {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}
            with _patient(schema_editor):
                _drop_index(schema_editor, model, field)  # what an attempt before left behind
                schema_editor.execute(schema_editor._create_index_sql(model, fields=[field], **live))

    def describe(self):
        return f"Drop the index of {self.name} on {self.model_name}, while others write"

    def _of(self, app_label, state):
        model = state.apps.get_model(app_label, self.model_name)
        return model, model._meta.get_field(self.name)


def _drop_index(schema_editor: Any, model: Any, field: Any) -> None:
    """The one of this column alone, by the name that Django gives it."""
    name = schema_editor.quote_name(schema_editor._create_index_name(model._meta.db_table, [field.column]))
    how = "CONCURRENTLY " if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP INDEX {how}IF EXISTS {name}")


@contextmanager
def _patient(schema_editor: Any) -> Iterator[None]:
    """Lift the limit of waiting for a lock, and put it back: what is done concurrently waits for those who
    wrote before it, and nobody waits behind it meanwhile."""
    if schema_editor.connection.vendor != "postgresql" or schema_editor.collect_sql:
        yield
        return
    with schema_editor.connection.cursor() as sql:
        sql.execute("SELECT current_setting('lock_timeout')")
        (before,) = sql.fetchone()
        sql.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            sql.execute("SELECT set_config('lock_timeout', %s, false)", [before])
