"""Which nutrients the table's name of a food tells were added to it.

Neither FNDDS nor SR28 has a field for fortification; their names and further descriptions are all there is.
The further descriptions name brands of several recipes at once ("not fortified" among them), so that only the
name is read. Not every fortified food is named so (milk in FNDDS is not): what is found is a lower bound.
"""

import re

CALCIUM, VITAMIN_D, B12 = "calcium_mg", "vitamin_d_ug", "vitamin_b12_ug"
ADDABLE = frozenset({CALCIUM, VITAMIN_D, B12})
"""Nutrients of pages that are added to foods."""

ALL = re.compile(
    r"(?<!un)(?<!not )(?<!non-)(?<!protein[ -])(?<!calcium[ -])(?<!vitamin D[ -])\bfortified\b(?! with)"
    r"|\bwith added nutrients\b",
    re.I,
)
"""Said of a food without naming what: each of them counts as added."""
LIST = re.compile(r"(?:fortified with|\bwith\b|(?<!without )\badded)\s+((?:(?!without)[^()])*)", re.I)
"""What was named as added, up to a bracket or to what was left out."""
BEFORE = {
    CALCIUM: re.compile(r"\bcalcium(?: added|[ -]fortified)\b", re.I),
    VITAMIN_D: re.compile(r"\bvitamin D[ -]fortified\b", re.I),
}
"""What was added, named before the word that says so."""
NAMED = {
    CALCIUM: re.compile(r"\bcalcium\b(?! (?:propionate|sulfate|reduced))", re.I),
    VITAMIN_D: re.compile(r"\bvitamins?\b[^()]*\bD[23]?\b"),
    B12: re.compile(r"\bvitamins?\b[^()]*\bB-?12\b"),
}


def added_to(name: str) -> frozenset[str]:
    """Return the codes of nutrients that were added to a food, by its name in the table."""
    if ALL.search(name):
        return ADDABLE
    listed = " ".join(LIST.findall(name))
    found = {code for code, named in NAMED.items() if named.search(listed)}
    return frozenset(found | {code for code, named in BEFORE.items() if named.search(name)})
