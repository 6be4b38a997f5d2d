"""Candidates by SQLite's FTS5, from a table that triggers keep in step with `FoodWords`."""

from nutrients.search.asking import COLUMNS, ENOUGH, TIERS, Question, Select, nearer
from nutrients.search.words import Term

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
WHERE = [("head", False), ("head", True), ("head name", True), ("head name other", True)]
"""Where the words of each tier are, and whether the last may be only begun. A food is in one tier."""


def selects(asked: Question) -> list[Select]:
    """Public foods that hold the words, tier by tier, and the person's own.

    Row ids follow the order of plain foods: the first so many are the plainest, read without sorting.
    """
    said = [f"{{{where}}} : ({_said(asked, be_open)})" for where, be_open in WHERE]
    found = []
    for tier, most in enumerate(TIERS):
        match = f"({{whose}} : all) AND ({said[tier]})" + (f" NOT ({said[tier - 1]})" if tier else "")
        limit = f"CASE WHEN {nearer(tier)} < {ENOUGH} THEN {most} ELSE 0 END"
        found.append(_select(f"tier{tier}", match, asked, limit))
    if asked.owner:
        found.append(_select("own", f"({{whose}} : u{asked.owner}) AND ({said[-1]})", asked, str(TIERS[0])))
    return found


def _select(name: str, match: str, asked: Question, limit: str) -> Select:
    # CROSS JOIN: the index first, always. With statistics of a smaller table SQLite would go through all
    # foods and ask the index about each, which takes minutes.
    sql = f"""SELECT {COLUMNS}, {int(name == "own")} AS own
        FROM {TABLE} f CROSS JOIN nutrients_foodwords w ON w.id = f.rowid
        WHERE f.{TABLE} MATCH %s AND {asked.only.sql} ORDER BY f.rowid LIMIT {limit}"""
    return Select(name, sql, [match, *asked.only.values])


def _said(asked: Question, be_open: bool) -> str:
    joint = " AND " if asked.all_terms else " OR "
    return " OR ".join("(" + joint.join(_term(t, be_open) for t in terms) + ")" for terms in asked.terms())


def _term(term: Term, be_open: bool) -> str:
    """Words are letters and digits alone, and quoted all the same: AND is an operator, "and" a word."""
    asked = [f'"{word}"' for word in (term.stem, *term.also)]
    if be_open and term.open:
        asked.append(f'"{term.typed}" *')
    return "(" + " OR ".join(asked) + ")"
