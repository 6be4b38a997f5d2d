"""What the database would do for each query that a piece of the product sends."""

import contextlib
import json

from django.db import connection

FEW = 1000
"""Rows up to which reading a whole table is no matter."""
PLANNED = ("SELECT", "UPDATE", "DELETE", "WITH", "(SELECT")


class Plans:
    """The queries of a block, and how each is answered."""

    def __init__(self):
        self.queries = {}

    def __call__(self, execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(PLANNED) and not many:
            self.queries.setdefault(sql, params)
        return execute(sql, params, many, context)

    def whole_tables(self):
        """(table, query) of each query that reads a large table from end to end."""
        large, found = _large(), []
        for sql, params in self.queries.items():
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                (plan,) = cursor.fetchone()
            plan = json.loads(plan) if isinstance(plan, str) else plan
            found += [(table, sql) for table in _read_whole(plan[0]["Plan"]) if table in large]
        return found


@contextlib.contextmanager
def planned():
    """`with planned() as plans: ...` takes down each query of the block."""
    plans = Plans()
    with connection.execute_wrapper(plans):
        yield plans


def _large():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND reltuples > %s", [FEW])
        return {name for (name,) in cursor.fetchall()}


def _read_whole(node):
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _read_whole(below)
