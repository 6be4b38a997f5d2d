"""A table of PostgreSQL in parts by a hash of one column, and back into one.

    of(model) -> int                     in how many parts its table stands; 1: it is one table
    rows_and_bytes(model) -> (int, int)  about how many rows; bytes with all indexes
    rebuild(model, column, parts)        all or nothing; who uses the table meanwhile is held up

Parts pay where the indexes of one table no longer fit into memory. Everything that names the table goes on as
it was: rows, queries and migrations know nothing of parts. PostgreSQL asks for two things: each unique key
holds the column (a primary key gets it as its second), and indexes are built part by part (`spasmlog.live`).
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

BLOCKS = 8192
"""Pages that are copied in one statement: 64 MB, so that progress is seen."""
PATIENCE = "10s"
"""How long to wait for those who use the table."""


def of(model: type[Model]) -> int:
    """How many parts the table of a model stands in; 1 where it is one table."""
    with connection.cursor() as sql:
        return len(leaves(sql, model._meta.db_table))


def leaves(sql: Any, table: str) -> list[str]:
    """The tables that hold the rows: the parts in their order, or the table itself."""
    sql.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = to_regclass(%s) AND c.relkind = 'r' ORDER BY length(c.relname), c.relname",
        [connection.ops.quote_name(table)],
    )
    return [name for (name,) in sql.fetchall()] or [table]


def rows_and_bytes(model: type[Model]) -> tuple[int, int]:
    """About how many rows the table has, by its statistics, and its bytes on disk, indexes and all."""
    with connection.cursor() as sql:
        names = [connection.ops.quote_name(name) for name in leaves(sql, model._meta.db_table)]
        sql.execute(
            "SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint, "
            "sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE oid = ANY(%s::regclass[])",
            [names],
        )
        return sql.fetchone()


def rebuild(
    model: type[Model], column: str, parts: int, told: Callable[[float], Any] = lambda share: None
) -> None:
    """Write the table anew, in so many parts by a hash of a column, or as one table.

    Parameters
    ----------
    column : of an integer, in every row.
    parts : 1 for one table.
    told : called with the share that was copied since it was called last; all together 1.

    Raises
    ------
    django.db.OperationalError
        If somebody used the table for ten seconds, or would wait for us as we for them. Nothing was changed.
    django.db.IntegrityError
        If the column is NULL in a row. Nothing was changed.
    """
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as sql:
        sql.execute("SET LOCAL statement_timeout = 0")
        sql.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        _lock(sql, table)
        sql.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the end of a transaction is in the way
        constraints, beside = _constraints(sql, table), _beside(sql, table)
        next_number = _next_number(sql, table)
        old = _put_aside(sql, table)
        _make(sql, table, old, column, parts)
        _copy(sql, old, table, told)
        sql.execute(f"DROP TABLE {old}")
        for name, definition in constraints:
            wanted = _key(definition, model, column, parts)
            sql.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {wanted}")
        if parts == 1 and model._meta.get_field(column).null:  # the key forbade it
            sql.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
        for statement in beside:
            sql.execute(statement)
        _count_on(sql, table, next_number)
        sql.execute(f"ANALYZE {table}")


def _lock(sql: Any, table: str) -> None:
    """First the tables that its keys name, in which others may write before they come to this one."""
    sql.execute(
        "SELECT DISTINCT confrelid::regclass::text FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype = 'f' AND confrelid <> conrelid ORDER BY 1",
        [table],
    )
    if named := ", ".join(name for (name,) in sql.fetchall()):
        sql.execute(f"LOCK TABLE {named} IN SHARE ROW EXCLUSIVE MODE")
    sql.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")


# What there was -------------------------------------------------------------------------------


def _constraints(sql: Any, table: str) -> list[tuple[str, str]]:
    """Names and definitions; the primary key first: it says what may not be NULL. Checks come along with the
    columns."""
    sql.execute(
        "SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f') "
        "ORDER BY array_position('{p,u,f}'::text[], contype::text), conname",
        [table],
    )
    return sql.fetchall()


INDEXES = (
    "SELECT replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') FROM pg_index i "
    "WHERE i.indrelid = %s::regclass AND NOT EXISTS "
    "(SELECT FROM pg_constraint k WHERE k.conrelid = i.indrelid AND k.conindid = i.indexrelid)"
)
"""Those that are no key's own."""
TRIGGERS = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
GRANTS = (
    "SELECT format('GRANT %%s ON %%s TO %%s', acl.privilege_type, oid::regclass, "
    "CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END) "
    "FROM pg_class, aclexplode(relacl) AS acl WHERE oid = %s::regclass AND acl.grantee <> relowner"
)
"""What others than its owner may do."""


def _beside(sql: Any, table: str) -> list[str]:
    """What else belongs to a table, as statements that make it."""
    found: list[str] = []
    for asked in (INDEXES, TRIGGERS, GRANTS):
        sql.execute(asked, [table])
        found += [statement for (statement,) in sql.fetchall()]
    return found


def _next_number(sql: Any, table: str) -> int | None:
    """What the next row would be numbered; None where rows have no numbers."""
    if (sequence := _sequence(sql, table)) is None:
        return None
    sql.execute(f"SELECT last_value + is_called::int FROM {sequence}")
    (number,) = sql.fetchone()
    return number


def _sequence(sql: Any, table: str) -> str | None:
    sql.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
    (name,) = sql.fetchone()
    return name


# What there is then ---------------------------------------------------------------------------


def _put_aside(sql: Any, table: str) -> str:
    """Under another name, and its parts, too, whose names are needed."""
    for place, leaf in enumerate(leaves(sql, table)):
        if leaf != table:
            sql.execute(f"ALTER TABLE {leaf} RENAME TO {table}_old_{place}")
    if sequence := _sequence(sql, table):
        sql.execute(f"ALTER SEQUENCE {sequence} RENAME TO {table}_old_id_seq")
    sql.execute(f"ALTER TABLE {table} RENAME TO {table}_old")
    return f"{table}_old"


def _make(sql: Any, table: str, old: str, column: str, parts: int) -> None:
    divided = f" PARTITION BY HASH ({column})" if parts > 1 else ""
    sql.execute(
        f"CREATE TABLE {table} (LIKE {old} INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS){divided}"
    )
    for part in range(parts if divided else 0):
        those = f"FOR VALUES WITH (MODULUS {parts}, REMAINDER {part})"
        sql.execute(f"CREATE TABLE {table}_{part} PARTITION OF {table} {those}")


def _copy(sql: Any, old: str, table: str, told: Callable[[float], Any]) -> None:
    pieces = list(_pieces(sql, old))
    for leaf, first, last in pieces:
        some = f"SELECT * FROM {leaf} WHERE ctid >= %s AND ctid < %s"
        sql.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE {some}", [f"({first},0)", f"({last},0)"])
        told(1 / len(pieces))


def _pieces(sql: Any, old: str) -> Iterator[tuple[str, int, int]]:
    """Each table of rows from one page to another."""
    for leaf in leaves(sql, old):
        sql.execute("SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::bigint", [leaf])
        (pages,) = sql.fetchone()
        for first in range(0, pages, BLOCKS):
            yield leaf, first, min(first + BLOCKS, pages)


def _key(definition: str, model: type[Model], column: str, parts: int) -> str:
    """The definition of a constraint, whose primary key holds the column where there are parts."""
    if not definition.startswith("PRIMARY KEY"):
        return definition
    own = model._meta.pk.column
    return f"PRIMARY KEY ({own}, {column})" if parts > 1 else f"PRIMARY KEY ({own})"


def _count_on(sql: Any, table: str, number: int | None) -> None:
    if number is not None:
        sql.execute("SELECT setval(%s, %s, false)", [_sequence(sql, table), number])
