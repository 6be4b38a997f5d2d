"""Many rows into a table at once, or out of it, by what PostgreSQL has for that; plainly on SQLite."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import NOT_PROVIDED, Field, JSONField, Model, QuerySet

Row = Sequence[Any]
LINES = 200
"""Rows sent to COPY at once."""
MOST_KNOWN = 1000
"""Values of a column of JSON that are remembered while rows are written."""
ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def reserve(model: type[Model], count: int) -> list[int]:
    """Numbers for so many new rows, which nobody else is given."""
    table = model._meta.db_table
    with connection.cursor() as sql:
        if connection.vendor == "postgresql":
            sql.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [number for (number,) in sql.fetchall()]
        # The transaction of the caller holds the only write lock there is.
        sql.execute(f"SELECT coalesce(max(id), 0) FROM {connection.ops.quote_name(table)}")
        (last,) = sql.fetchone()
    return list(range(last + 1, last + 1 + count))


class Streams:
    """Rows that wait to be written, by table, in the order in which tables were first named."""

    def __init__(self) -> None:
        self._rows: dict[tuple[type[Model], tuple[str, ...]], list[Row]] = defaultdict(list)

    def add(self, model: type[Model], **values: Any) -> None:
        """One row, by its fields. What is not named has the field's own default."""
        self._rows[model, tuple(values)].append(tuple(values.values()))

    def of(self, model: type[Model], names: Sequence[str]) -> list[Row]:
        """The list to which rows of many columns are added in the order of `names`."""
        return self._rows[model, tuple(names)]

    def send(self) -> Counter[str]:
        """Write all that waits; returns how many rows went to each table."""
        written: Counter[str] = Counter()
        for (model, names), rows in sorted(self._rows.items(), key=lambda one: _depth(one[0][0])):
            write(model, names, rows)
            written[model._meta.db_table] += len(rows)
        self._rows.clear()
        return written


def _depth(model: type[Model]) -> int:
    """How many tables a row needs before it: rows are written after those they refer to."""
    above = [
        field.related_model
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is not model
    ]
    return 1 + max((_depth(one) for one in above), default=0)


def read(rows: QuerySet) -> list[tuple]:
    """Rows of a `values_list` with many numbers, which PostgreSQL sends as they are: words take both sides
    longer. Django does not see the query: it is in no log, and in no count of a test."""
    if connection.vendor != "postgresql":
        return list(rows)
    from psycopg import Cursor
    from psycopg.types.json import set_json_loads

    statement, values = rows.query.sql_with_params()
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as sql:
        set_json_loads(_loads, sql)
        return sql.execute(statement, values, binary=True).fetchall()


def _loads(text: str | bytes) -> Any:
    """Most documents are empty."""
    return {} if text == b"{}" else json.loads(text)


def write(model: type[Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Write new rows whose values stand in the order of the fields `names`."""
    given, missing, rest = _fields(model, names)
    fields = [*given, *missing]
    with connection.cursor() as sql:
        if connection.vendor == "postgresql":
            _copy(
                sql,
                f"COPY {_table(model)} ({_columns(fields)}) FROM STDIN",
                given,
                rows,
                _said(missing, rest),
            )
        else:
            sql.executemany(_insert(model, fields), _prepared(fields, ((*row, *rest) for row in rows)))


def replace(
    model: type[Model],
    names: Sequence[str],
    rows: Iterable[Row],
    unique: Sequence[str],
    update: Sequence[str] | None = None,
) -> None:
    """Write rows in the place of those that agree with them in the fields `unique`, and new ones.

    Of the old ones the fields `update` become others, or all that are named. PostgreSQL gets them as one JSON
    document: psycopg would look up how to say each value of each row.
    """
    given, missing, rest = _fields(model, names)
    fields = [*given, *missing]
    keys = [model._meta.get_field(name) for name in unique]
    others = [one for one in given if one not in keys]
    changed = others if update is None else [model._meta.get_field(name) for name in update]
    news = ", ".join(f"{_quoted(one)} = EXCLUDED.{_quoted(one)}" for one in changed)
    instead = f"ON CONFLICT ({_columns(keys)}) DO UPDATE SET {news}"
    with connection.cursor() as sql:
        if connection.vendor == "postgresql":
            columns = [one.column for one in fields]
            says = [_as_it_is if isinstance(one, JSONField) else _for_json for one in fields]
            named = [
                {name: say(value) for name, say, value in zip(columns, says, (*row, *rest), strict=True)}
                for row in rows
            ]
            sql.execute(
                f"INSERT INTO {_table(model)} ({_columns(fields)}) SELECT {_columns(fields)} "
                f"FROM json_populate_recordset(NULL::{_table(model)}, %s) {instead}",
                [json.dumps(named, allow_nan=False)],
            )
        else:
            whole = ((*row, *rest) for row in rows)
            sql.executemany(f"{_insert(model, fields)} {instead}", _prepared(fields, whole))


def _as_it_is(value: Any) -> Any:
    return value


def _for_json(value: Any) -> Any:
    """A value of a column as PostgreSQL reads it out of JSON."""
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _fields(model: type[Model], names: Sequence[str]) -> tuple[list[Any], list[Any], list[Any]]:
    """The fields that are named, the others, and what these have by default."""
    given: list[Any] = [model._meta.get_field(name) for name in names]
    missing = [
        field
        for field in model._meta.concrete_fields
        if field not in given and not field.primary_key and field.db_default is NOT_PROVIDED
    ]
    return given, missing, [field.get_default() for field in missing]


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(field: Field) -> str:
    return connection.ops.quote_name(field.column)


def _columns(fields: Iterable[Field]) -> str:
    return ", ".join(map(_quoted, fields))


def _insert(model: type[Model], fields: Sequence[Field]) -> str:
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {_table(model)} ({_columns(fields)}) VALUES ({places})"


def _copy(sql: Any, statement: str, fields: Sequence[Field], rows: Iterable[Row], rest: str) -> None:
    """As text, which is said here: psycopg looks up how to say each value of each row."""
    say, end = _sayings(fields), f"{rest}\n"
    lines = ("\t".join([one(value) for one, value in zip(say, row, strict=True)]) + end for row in rows)
    with sql.copy(statement) as copy:
        while part := "".join(islice(lines, LINES)):  # each write waits for the connection
            copy.write(part)


def _said(fields: Sequence[Field], row: Row) -> str:
    """The end of a line: what is the same in all."""
    return "".join("\t" + one(value) for one, value in zip(_sayings(fields), row, strict=True))


def _sayings(fields: Iterable[Field]) -> list[Callable[[Any], str]]:
    return [_Json().text if isinstance(field, JSONField) else _in_text for field in fields]


class _Json:
    """How COPY reads the values of a column of JSON. Many rows share a value: it is put in words once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, str]] = {}
        """With the value itself, so that no other one gets its number."""

    def text(self, value: Any) -> str:
        known = self._known.get(id(value))
        if known is None:
            if len(self._known) == MOST_KNOWN:
                self._known.clear()
            known = self._known[id(value)] = value, _in_text(None if value is None else json.dumps(value))
        return known[1]


def _in_text(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return r"\N"
    if not isinstance(value, str):
        return str(value)
    if "\\" in value or "\t" in value or "\n" in value or "\r" in value:  # most have none: that is seen soon
        return value.translate(ESCAPED)
    return value


def _prepared(fields: Sequence[Field], rows: Iterable[Row]) -> Iterable[list[Any]]:
    prepare: list[Callable[..., Any]] = [field.get_db_prep_save for field in fields]
    for row in rows:
        yield [one(value, connection) for one, value in zip(prepare, row, strict=True)]
