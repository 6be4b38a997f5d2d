"""Rows written by the thousand, in one statement for all of a kind.

What each row is to the database is worked out beforehand, for on SQLite nobody else writes during the
transaction; the ORM's own way would do it inside, and take most of the time.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection, models

Values = list[Any]
"""What a row holds, as the database takes it, in the order of `columns`."""


@cache
def columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in _fields(model))


def values(row: models.Model) -> Values:
    """A row that is to be made, as the database takes it."""
    return [field.get_db_prep_save(field.pre_save(row, True), connection) for field in _fields(type(row))]


def put(model: type[models.Model], name: str, value: Any) -> tuple[int, Any]:
    """The place of a column, and a value as the database takes it there."""
    place = columns(model).index(name)
    return place, _fields(model)[place].get_db_prep_save(value, connection)


def insert(model: type[models.Model], rows: Iterable[Values]) -> None:
    """Store rows that are not there yet."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in _fields(model))
    places = ", ".join(["%s"] * len(columns(model)))
    if rows := list(rows):
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})", rows)


def restamp(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Store of rows that are there whether they are deleted, and when and with what revision that changed."""
    model._default_manager.bulk_create(
        list(rows), update_conflicts=True, unique_fields=["id"],
        update_fields=["deleted_at", "revision", "updated_at"],
    )  # fmt: skip


@cache
def _fields(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if not field.generated]
