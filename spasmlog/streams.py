"""Many rows into a table at once, or out of it, by what PostgreSQL has for that; plainly on SQLite."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import NOT_PROVIDED, Field, JSONField, Model, QuerySet

Row = Sequence[Any]
LINES = 200
"""Rows sent to COPY at once."""
MOST_KNOWN = 1000
"""Values of a column, as COPY reads them, that are remembered while rows are written."""
PLAIN = (
    models.IntegerField, models.FloatField, models.DecimalField, models.BooleanField, models.DateField,
    models.TimeField, models.UUIDField,
)  # fmt: skip
"""Fields whose values, as Python says them, hold nothing that COPY would take for something else."""
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
    """Rows of a `values_list`, many or wide, which PostgreSQL sends as they are: words take both sides
    longer, and moments of time the longest."""
    if connection.vendor != "postgresql":
        return list(rows)
    from psycopg import Cursor
    from psycopg.pq import Format
    from psycopg.types.json import set_json_loads

    try:
        statement, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    plain = Cursor(connection.connection)
    plain.format = Format.BINARY
    set_json_loads(_loads, plain)
    with connection._prepare_cursor(plain) as sql:  # so that logs and tests see the query
        sql.execute(statement, values)
        return sql.fetchall()


def _loads(text: str | bytes) -> Any:
    """Most documents are empty."""
    return {} if text == b"{}" else json.loads(text)


def write(model: type[Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Write new rows whose values stand in the order of the fields `names`."""
    given, missing, rest = _fields(model, names)
    fields = [*given, *missing]
    with connection.cursor() as sql:
        if connection.vendor == "postgresql":
            # A number, a date or nothing is what Python calls it: most values need no look at them.
            statement = f"COPY {_table(model)} ({_columns(fields)}) FROM STDIN WITH (NULL 'None')"
            _copy(sql, statement, _lines(given, rows, _end(missing, rest)))
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
            named = [
                {name: _of_column(value) for name, value in zip(columns, _finite(fields, row), strict=True)}
                for row in ((*row, *rest) for row in rows)
            ]
            sql.execute(
                f"INSERT INTO {_table(model)} ({_columns(fields)}) SELECT {_columns(fields)} "
                f"FROM json_populate_recordset(NULL::{_table(model)}, %s) {instead}",
                [_document(named)],
            )
        else:
            whole = ((*row, *rest) for row in rows)
            sql.executemany(f"{_insert(model, fields)} {instead}", _prepared(fields, whole))


def _of_column(value: Any) -> Any:
    """A value as it stands in JSON: all are known to it but exact numbers."""
    return str(value) if isinstance(value, Decimal) else value


def _document(value: Any) -> str:
    """In words. What is no number, within a document, is null: not known."""
    words: bytes = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY)
    return words.decode()


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


def _copy(sql: Any, statement: str, lines: Iterator[str]) -> None:
    """As text, which is said here: psycopg looks up how to say each value of each row."""
    with sql.copy(statement) as copy:
        while part := "".join(islice(lines, LINES)):  # each write waits for the connection
            copy.write(part)


def _lines(fields: Sequence[Field], rows: Iterable[Row], end: str) -> Iterator[str]:
    say = [(at, how) for at, field in enumerate(fields) if (how := _saying(field))]
    line = "\t".join(["%s"] * len(fields)) + end.replace("%", "%%")
    for row in rows:
        values = list(row)
        for at, how in say:
            values[at] = how(values[at])
        said = line % tuple(values)
        if "nan" in said or "inf" in said:  # most lines need no closer look
            _finite(fields, row)
        yield said


def _finite(fields: Sequence[Field], row: Row) -> Row:
    """The row, whose numbers all are numbers: what is not known is None, on both engines."""
    for field, value in zip(fields, row, strict=True):
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{field}: {value} cannot be stored. What is not known is None.")
    return row


def _end(fields: Sequence[Field], row: Row) -> str:
    """The end of a line: what is the same in all."""
    (said,) = _lines(fields, [row], "\n")
    return f"\t{said}" if fields else said


def _saying(field: Field) -> Callable[[Any], Any] | None:
    """How COPY reads the values of a column; None where it is as Python says them."""
    while field.is_relation:
        field = field.target_field
    if isinstance(field, JSONField):
        return _Json().text
    return None if isinstance(field, PLAIN) else lru_cache(MOST_KNOWN, typed=True)(_in_text)


class _Json:
    """How COPY reads the values of a column of JSON. Many rows share a value: it is put in words once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, str | None]] = {}
        """With the value itself, so that no other one gets its number."""

    def text(self, value: Any) -> str | None:
        known = self._known.get(id(value))
        if known is None:
            if len(self._known) == MOST_KNOWN:
                self._known.clear()
            known = self._known[id(value)] = value, None if value is None else _json_in_text(value)
        return known[1]


def _json_in_text(value: Any) -> str:
    """Of all that COPY would take for something else, a document in words holds backslashes alone."""
    text = _document(value)
    return text.replace("\\", r"\\") if "\\" in text else text


def _in_text(value: Any) -> str | None:
    """A value as COPY reads it."""
    if value is None:
        return None
    text = str(value)
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:  # most have none: that is seen soon
        return text.translate(ESCAPED)
    return r"\None" if text == "None" else text


def _prepared(fields: Sequence[Field], rows: Iterable[Row]) -> Iterable[list[Any]]:
    prepare: list[Callable[..., Any]] = [field.get_db_prep_save for field in fields]
    for row in rows:
        yield [one(value, connection) for one, value in zip(prepare, _finite(fields, row), strict=True)]
