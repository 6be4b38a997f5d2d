"""What both engines are asked, whatever their language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nutrients.search.words import Reading, Term, Vocabulary

TIERS = (80, 60, 40, 40)
"""How many foods are ranked at most: named so, begun so, so somewhere in the name, so in other names."""
ENOUGH = 100
"""Where nearer tiers have as many foods, further ones are not looked at."""
COLUMNS = "w.food_id, w.place, w.parts, w.phrases, w.id"


class Only(NamedTuple):
    """A further condition on the rows of `FoodWords`, named w, with the values of its placeholders."""

    sql: str = "TRUE"
    values: tuple[Any, ...] = ()


class Select(NamedTuple):
    """A part of the query, under its name, with the values of its placeholders."""

    name: str
    sql: str
    values: list[Any]


@dataclass(frozen=True)
class Question:
    """Which foods are looked for: by their words, and whose they are."""

    readings: Sequence[Reading]
    owner: int | None
    only: Only
    vocabulary: Vocabulary
    all_terms: bool = True
    """Whether a food must have all terms of a reading, or one of them."""

    def terms(self) -> list[list[Term]]:
        """The terms of each reading that an index is asked for.

        The first letter of a last word would have it read half of the table: it is left to the ranking.
        """
        telling = [[t for t in one.terms if len(t.typed) > 1 or not t.open] for one in self.readings]
        return [terms or list(one.terms) for terms, one in zip(telling, self.readings, strict=True)]


def nearer(tier: int) -> str:
    """SQL for how many foods the tiers before this one have."""
    return " + ".join(f"(SELECT count(*) FROM tier{before})" for before in range(tier)) or "0"
