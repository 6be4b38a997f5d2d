"""Candidates by SQLite's FTS5, from a table that triggers keep in step with `FoodWords`."""

from collections.abc import Sequence
from typing import Any

from nutrients.search.asking import Only
from nutrients.search.words import Reading, Term

TABLE = "nutrients_foodwords_fts"
MAKE = [
    f"""CREATE VIRTUAL TABLE {TABLE} USING fts5(
        whose, head, name, other, content='nutrients_foodwords', content_rowid='id',
        detail='column', prefix='2 3', tokenize="unicode61 remove_diacritics 0")""",
    f"""CREATE TRIGGER nutrients_foodwords_fts_insert AFTER INSERT ON nutrients_foodwords BEGIN
        INSERT INTO {TABLE}(rowid, whose, head, name, other)
        VALUES (new.id, new.whose, new.head, new.name, new.other); END""",
    f"""CREATE TRIGGER nutrients_foodwords_fts_delete AFTER DELETE ON nutrients_foodwords BEGIN
        INSERT INTO {TABLE}({TABLE}, rowid, whose, head, name, other)
        VALUES ('delete', old.id, old.whose, old.head, old.name, old.other); END""",
    f"""CREATE TRIGGER nutrients_foodwords_fts_update AFTER UPDATE ON nutrients_foodwords BEGIN
        INSERT INTO {TABLE}({TABLE}, rowid, whose, head, name, other)
        VALUES ('delete', old.id, old.whose, old.head, old.name, old.other);
        INSERT INTO {TABLE}(rowid, whose, head, name, other)
        VALUES (new.id, new.whose, new.head, new.name, new.other); END""",
]
"""A later migration that alters `FoodWords` makes its table anew on SQLite: it must run these again."""
UNMAKE = [
    "DROP TRIGGER nutrients_foodwords_fts_update",
    "DROP TRIGGER nutrients_foodwords_fts_delete",
    "DROP TRIGGER nutrients_foodwords_fts_insert",
    f"DROP TABLE {TABLE}",
]
ARM = f"""SELECT * FROM (SELECT {{columns}}, {{own}} AS own, {{tier}} AS tier
    FROM {TABLE} f JOIN nutrients_foodwords w ON w.id = f.rowid
    WHERE f.{TABLE} MATCH %s AND {{only}} ORDER BY f.rowid LIMIT %s)"""
"""Row ids follow the order of plain foods: the first so many are the plainest, read without sorting."""
TIERS = [("head", False), ("head", True), ("head name", True), ("head name other", True)]
"""Where the words must be, and whether the last may be only the beginning of one. A food is in one tier."""


def arms(
    readings: Sequence[Reading], whose: str | None, limits: Sequence[int], columns: str, only: Only, *, all_terms: bool
) -> tuple[list[str], list[Any]]:
    """SELECTs of the foods that hold the words: public ones tier by tier, then the person's own."""
    sql, values = [], list[Any]()
    said = [f"{{{where}}} : ({_said(readings, be_open, all_terms)})" for where, be_open in TIERS]
    for tier, limit in enumerate(limits):
        nearer = f" NOT ({said[tier - 1]})" if tier else ""
        sql.append(ARM.format(columns=columns, own=0, tier=tier, only=only.sql))
        values += [f"({{whose}} : all) AND ({said[tier]}){nearer}", *only.values, limit]
    if whose:
        sql.append(ARM.format(columns=columns, own=1, tier=0, only=only.sql))
        values += [f"({{whose}} : {whose}) AND ({said[-1]})", *only.values, limits[0]]
    return sql, values


def _said(readings: Sequence[Reading], be_open: bool, all_terms: bool) -> str:
    joint = " AND " if all_terms else " OR "
    return " OR ".join("(" + joint.join(_term(t, be_open) for t in r.terms) + ")" for r in readings)


def _term(term: Term, be_open: bool) -> str:
    """Words are letters and digits alone, and quoted all the same: AND is an operator, "and" a word."""
    asked = [f'"{word}"' for word in (term.stem, *term.also)]
    if be_open and term.open:
        asked.append(f'"{term.typed}" *')
    return "(" + " OR ".join(asked) + ")"
