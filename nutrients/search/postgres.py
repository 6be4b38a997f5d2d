"""Candidates by PostgreSQL's full-text index on words that arrive folded and stemmed.

The words need no dictionary and no extension in the database, so any PostgreSQL gives the answers that
SQLite gives. A word of the head is held twice, the second time behind "^"; of the name, behind "=".
"""

from nutrients.search.asking import COLUMNS, ENOUGH, TIERS, Question, Select, nearer
from nutrients.search.words import Term

MAKE = [
    """ALTER TABLE nutrients_foodwords ADD COLUMN lexemes tsvector GENERATED ALWAYS AS (
        array_to_tsvector(array_remove(string_to_array(
            regexp_replace(' ' || head, ' +', ' ^', 'g') || regexp_replace(' ' || name, ' +', ' =', 'g')
            || ' ' || name || ' ' || other, ' '), ''))
        ) STORED""",
    # Without fastupdate: a list of pending rows would be read by every search until the next vacuum.
    """CREATE INDEX nutrients_foodwords_lexemes ON nutrients_foodwords USING gin (lexemes)
        WITH (fastupdate = off)""",
]
UNMAKE = ["ALTER TABLE nutrients_foodwords DROP COLUMN lexemes"]
OFTEN = 1000
"""Foods with a word, of 14,000, from which on walking is quicker: about sqrt(60 wanted x 14,000)."""
WHERE = [("^", False), ("^", True), ("=", True), ("", True)]
"""Where the words of each tier are, and whether the last may be only begun. A food is in one tier."""


def selects(asked: Question) -> list[Select]:
    """Public foods that hold the words, tier by tier, and the person's own.

    Ids follow the order of plain foods.
    """
    said = [_said(asked, mark, be_open) for mark, be_open in WHERE]
    found = []
    for tier, most in enumerate(TIERS):
        match = f"({said[tier]})" + (f" & !({said[tier - 1]})" if tier else "")
        sql = f"""SELECT {COLUMNS}, 0 AS own FROM nutrients_foodwords w
            WHERE w.lexemes @@ %s::tsquery AND w.owner_id IS NULL AND {asked.only.sql}
            AND {nearer(tier)} < {ENOUGH} ORDER BY {_order(asked, tier)} LIMIT {most}"""
        found.append(Select(f"tier{tier}", sql, [match, *asked.only.values]))
    if asked.owner:
        sql = f"""SELECT {COLUMNS}, 1 AS own FROM nutrients_foodwords w
            WHERE w.lexemes @@ %s::tsquery AND w.owner_id = %s AND {asked.only.sql} LIMIT {TIERS[0]}"""
        found.append(Select("own", sql, [said[-1], asked.owner, *asked.only.values]))
    return found


def _order(asked: Question, tier: int) -> str:
    """The order of ids, said so that rows are read along it only where enough of them soon turn up.

    A word that every tenth food has is found sooner by walking through the foods in their order than by
    fetching all that have it; a rare one by the index of words, to which the other spelling leads. (The
    planner guesses too high for beginnings of words, and would walk through the whole table.)
    """
    often = _how_often(asked, tier) - (_how_often(asked, tier - 1) if tier else 0)
    return "w.id" if often > OFTEN else "w.id + 0"


def _how_often(asked: Question, tier: int) -> int:
    mark, be_open = WHERE[tier]
    return sum(asked.vocabulary.how_often(terms, head=mark == "^", begun=be_open) for terms in asked.terms())


def _said(asked: Question, mark: str, be_open: bool) -> str:
    joint = " & " if asked.all_terms else " | "
    return " | ".join(
        "(" + joint.join(_term(t, mark, be_open) for t in terms) + ")" for terms in asked.terms()
    )


def _term(term: Term, mark: str, be_open: bool) -> str:
    asked = [f"'{mark}{word}'" for word in (term.stem, *term.also)]
    if be_open and term.open:
        asked.append(f"'{mark}{term.typed}':*")
    return "(" + " | ".join(asked) + ")"
