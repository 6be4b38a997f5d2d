"""Which of the foods found comes first: plain arithmetic on stems, the same for both engines.

A score is in points. A food that is exactly what was said has about 100; a plain food has more than a dish
that contains it, an everyday food more than an unusual one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from nutrients.search.words import Reading, Term, stem, words

EXACT = 100.0
"""The food is called by the very words that were said, no more and no fewer."""
KIND = 94.0
"""The same behind the name of its kind: "salmon" and "Fish, salmon"."""
OTHER_NAME = 78.0
"""One of its other names is what was said."""
HEAD = 62.0
"""The words are in what names the food: "chocolate" and "Chocolate milk"."""
ANYWHERE = 30.0
"""The words are somewhere in the name."""
WITHIN_OTHER = 34.0
"""The words are within one of its other names."""
ONLY_OTHER = 14.0
"""The words are scattered over its other names."""
IN_OTHER = 8.0
"""For each word of the query that only other names have."""
BEYOND = 2.0
"""For each word that is only in the later parts of a name: how it was made, with what."""
MISSED = 40.0
"""For each word of the query that is nowhere, where not all are asked for."""
NO_MATCH = -1000.0
NAMED = 20.0
"""From so many points on, a food is meant, and not only mentioned."""
LAST_WORD = 8.0
"""What was said is the thing itself: "milk" in "Chocolate milk", not in "Milk shake"."""
FIRST_WORD = 5.0
BEHIND = 7.0
"""For each word that names the food and was not said."""
OPEN = 4.0
"""A word of the query that only begins a word of the food."""
OPEN_LETTER = 0.6
"""For each letter that is still to be typed."""
CORRECTED = 3.0
"""For a word that was perhaps meant by a misspelt one, by its place among these."""
HISTORY = 1000.0
HABIT = 30.0
OWN = 40.0
"""A food that the person entered is what the person will look for."""

KINDS = frozenset(
    stem(word)
    for word in """
    fish seeds nuts cheese bread cereal cereals spices beverages beverage snacks snack candies candy soup
    sauce oil game mollusks crustaceans lettuce beans squash peppers pepper cake pie cookie cookies crackers
    salad yogurt milk juice muffin roll drink liqueur noodles flour syrup vegetable sandwich tea coffee wine
    sweeteners poultry shellfish sausage beef pork lamb veal chicken turkey egg eggs potato rice
    """.split()
)
"""First parts of a name that a second part makes definite."""
KIND_PHRASES = frozenset({("alcohol", "beverag"), ("salad", "dress"), ("soft", "drink")})
PLAIN = frozenset(
    stem(word) for word in "nfs raw fresh plain regular cooked all commercial any type types unspecified".split()
)
"""Words that make a food no less plain."""
SIDE = re.compile(r"\b(?:with|in|on|from|for|made|without|as|and/or|no|excluding)\b.*", re.IGNORECASE)
UNSAID = re.compile(r"\bNS as to\b[^,;]*|\bNFS\b", re.IGNORECASE)
BRACKETS = re.compile(r"[()\[\]]")


class Found(NamedTuple):
    """A candidate as the engines hand it over."""

    food_id: Any
    place: int
    parts: str
    phrases: str
    own: bool
    id: int


def name_parts(name: str) -> list[str]:
    """The parts of a name: what commas and brackets divide."""
    return [part for part in re.split(r"[,()\[\]]", name) if part.strip()]


def head_words(name: str) -> list[str]:
    """The words that name the food: of its first two parts, without what it was made with."""
    return [word for part in name_parts(UNSAID.sub("", name))[:2] for word in words(SIDE.sub("", part))]


def part_stems(name: str) -> str:
    """"Fish, salmon, raw" as "fish,salmon,raw"; what is said not to be specified is left out.

    The first two parts end before what the food was made with; the rest of them follows as a part.
    """
    parts: list[str] = []
    later: list[str] = []
    for place, part in enumerate(name_parts(UNSAID.sub("", name))):
        thing = SIDE.sub("", part) if place < 2 else part
        later += [] if thing == part else [part[len(thing) :]]
        parts.append(thing)
    said = [" ".join(stem(word) for word in words(part)) for part in [*parts, *later]]
    return ",".join(part for place, part in enumerate(said) if part or not place)


def phrase_stems(synonyms: str) -> str:
    said = [" ".join(stem(word) for word in words(UNSAID.sub("", one))) for one in synonyms.split(";")]
    return ";".join(dict.fromkeys(one for one in said if one))


def place(name: str, rank: int) -> int:
    """How far behind plain foods a food stands before anything is asked. [points]"""
    first, *rest = part_stems(name).split(",")
    vague = 0 if re.search(r"\bNFS\b", name) else 1
    extra = sum(1.5 + 0.5 * len(words) for part in rest if (words := set(part.split()) - PLAIN))
    return round(8 * rank + vague + 2 * max(0, len(first.split()) - 1) + extra)


def best_first(
    found: Iterable[Found], readings: Sequence[Reading], history: Mapping[Any, float], *, relaxed: bool = False
) -> list[Any]:
    """The foods' ids, best first.

    `history` weighs the person's own habits; a food in it comes first if its name or a whole other name of it
    is meant. `relaxed`: a food that has some of the words answers, too.
    """
    scored: dict[Any, tuple[float, int]] = {}
    for one in found:
        if one.food_id in scored:
            continue
        score = max((_score(one, reading, relaxed) for reading in readings), default=NO_MATCH)
        if score <= NO_MATCH:
            continue
        if one.own:
            score += OWN
        if one.food_id in history:
            score += HABIT * history[one.food_id] + (HISTORY if score > NAMED else 0)
        scored[one.food_id] = score - one.place, -one.id
    return sorted(scored, key=scored.__getitem__, reverse=True)


def _score(one: Found, reading: Reading, relaxed: bool) -> float:
    """Points for how well a food answers one reading."""
    parts = [part.split() for part in one.parts.split(",")]
    away, missed, in_other = 0.0, 0, 0
    hits: set[tuple[int, int]] = set()
    for term in reading.terms:
        if hit := _nearest(term, parts):
            away += hit[0]
            hits.add(hit[1])
        elif (further := _in_other_names(term, one.phrases)) is not None:
            away += further
            in_other += 1
        elif relaxed:
            missed += 1
        else:
            return NO_MATCH
    if missed == len(reading.terms):
        return NO_MATCH
    points = max(_by_name(parts, hits) - IN_OTHER * in_other, _by_other_name(one.phrases, reading))
    return points - away - MISSED * missed - reading.cost


def _nearest(term: Term, parts: list[list[str]]) -> tuple[float, tuple[int, int]] | None:
    """The word of a name that is nearest to what was typed, and the foremost of these: part and word."""
    best = None
    for p, part in enumerate(parts):
        for w, word in enumerate(part):
            away = _away(term, word)
            if away is not None and (best is None or away < best[0]):
                best = away, (p, w)
    return best


def _by_name(parts: list[list[str]], hits: set[tuple[int, int]]) -> float:
    if not hits:
        return ONLY_OTHER
    first = {w for p, w in hits if p == 0}
    second = {w for p, w in hits if p == 1}
    beyond = BEYOND * sum(1 for p, _ in hits if p > 1)
    if len(first) == len(parts[0]):
        unsaid = _unsaid(parts[1], second) if second else 0
        return EXACT - BEHIND * unsaid / 2 - beyond
    if second and not first and _is_kind(parts[0]):
        return KIND - BEHIND * _unsaid(parts[1], second) - beyond
    if first:
        last = len(parts[0]) - 1
        named = HEAD - BEHIND * (last + 1 - len(first)) + LAST_WORD * (last in first) + FIRST_WORD * (0 in first)
        return named + BEYOND * len(second) - beyond
    return ANYWHERE + FIRST_WORD * bool(second)


def _unsaid(part: list[str], said: set[int]) -> int:
    return sum(1 for w, word in enumerate(part) if w not in said and word not in PLAIN)


def _is_kind(part: list[str]) -> bool:
    return tuple(part) in KIND_PHRASES or (len(part) == 1 and part[0] in KINDS)


def _by_other_name(phrases: str, reading: Reading) -> float:
    said = {term.stem for term in reading.terms}
    best = NO_MATCH
    for phrase in phrases.split(";"):
        named = set(phrase.split())
        if named == said:
            return OTHER_NAME
        if said <= named:
            best = max(best, WITHIN_OTHER - 3 * (len(named) - len(said)))
    return best


def _away(term: Term, word: str) -> float | None:
    """How far a word is from what was typed, in points; None if it is another word."""
    if word == term.stem:
        return 0.0
    if term.open:
        if word.startswith(term.typed):
            return OPEN + OPEN_LETTER * (len(word) - len(term.typed))
        if word.startswith(term.stem) and len(term.stem) >= 3:
            return OPEN + 1 + OPEN_LETTER * (len(word) - len(term.stem))
    if word in term.also:
        return CORRECTED * (1 + term.also.index(word))
    return None


def _in_other_names(term: Term, phrases: str) -> float | None:
    aways = [away for word in phrases.replace(";", " ").split() if (away := _away(term, word)) is not None]
    return min(aways, default=None)
