"""Candidates by PostgreSQL's full-text index on words that arrive folded and stemmed.

The words need no dictionary and no extension in the database, so any PostgreSQL gives the answers that
SQLite gives. A word of the head is held twice, the second time behind "^"; of the name, behind "=".
"""

from collections.abc import Sequence
from typing import Any

from nutrients.search.asking import Only
from nutrients.search.words import Reading, Term

MAKE = [
    """ALTER TABLE nutrients_foodwords ADD COLUMN lexemes tsvector GENERATED ALWAYS AS (
        array_to_tsvector(array_remove(string_to_array(
            regexp_replace(' ' || head, ' +', ' ^', 'g') || regexp_replace(' ' || name, ' +', ' =', 'g')
            || ' ' || name || ' ' || other, ' '), ''))
        ) STORED""",
    "CREATE INDEX nutrients_foodwords_lexemes ON nutrients_foodwords USING gin (lexemes)",
]
UNMAKE = ["ALTER TABLE nutrients_foodwords DROP COLUMN lexemes"]
TIERS = [("^", False), ("^", True), ("=", True), ("", True)]
"""Where the words must be, and whether the last may be only the beginning of one."""


def arms(
    readings: Sequence[Reading], whose: str | None, limits: Sequence[int], columns: str, only: Only, *, all_terms: bool
) -> tuple[list[str], list[Any]]:
    """SELECTs of the foods that hold the words: public ones tier by tier, then the person's own.

    The tier is computed on the rows found, once: reading the index for every tier would take four times as long.
    """
    *nearer, widest = [_asked(readings, mark, be_open, all_terms) for mark, be_open in TIERS]
    tier = "CASE " + " ".join(f"WHEN lexemes @@ %s::tsquery THEN {t}" for t in range(len(nearer)))
    tier += f" ELSE {len(nearer)} END"
    sql, values = [], list[Any]()
    for own, owner in enumerate(filter(None, ["all", whose])):
        sql.append(
            f"""(SELECT {columns}, {own} AS own, tier FROM (
                SELECT id, tier, row_number() OVER (PARTITION BY tier ORDER BY id) AS nth FROM (
                    SELECT id, {tier} AS tier FROM nutrients_foodwords w
                    WHERE lexemes @@ %s::tsquery AND whose = %s AND {only.sql}) held) numbered
            JOIN nutrients_foodwords w USING (id) WHERE nth <= (%s::int[])[tier + 1])"""
        )
        values += [*nearer, widest, owner, *only.values, list(limits)]
    return sql, values


def _asked(readings: Sequence[Reading], mark: str, be_open: bool, all_terms: bool) -> str:
    joint = " & " if all_terms else " | "
    return " | ".join("(" + joint.join(_term(t, mark, be_open) for t in r.terms) + ")" for r in readings)


def _term(term: Term, mark: str, be_open: bool) -> str:
    asked = [f"'{mark}{word}'" for word in (term.stem, *term.also)]
    if be_open and term.open:
        asked.append(f"'{mark}{term.typed}':*")
    return "(" + " | ".join(asked) + ")"
