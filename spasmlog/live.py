"""Operations for migrations of a database in use. `spasmlog.dangers` says where they are needed."""

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
            # It waits for those who wrote before it, and nobody waits behind it meanwhile.
            schema_editor.execute("SET lock_timeout = 0")
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            schema_editor.add_index(model, self.index, concurrently=True)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.remove_index(model, self.index, concurrently=True)

    def describe(self):
        return f"{super().describe()}, while others write"
