"""Which of the foods found comes first: plain arithmetic on stems, the same for both engines.

A score is in points. A food that is exactly what was said has about 100; a plain food has more than a dish
that contains it, an everyday food more than an unusual one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from nutrients.search.words import Reading, Term, stem, words_of

BARE = 103.0
"""The name says what was said and nothing else: "Milk, NFS"."""
EXACT = 100.0
"""The food is called by the very words that were said; its name goes on to say more of it."""
KIND = 94.0
"""The same behind the name of its kind: "salmon" and "Fish, salmon"."""
FLAVOUR = 72.0
"""The same behind the name of a dish: "apple" and "Pie, apple"."""
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
OPEN_LETTER = 0.4
"""For each letter that is still to be typed."""
COMPLETE = 20.0
"""The same where what was typed is a word already: "butter" and "Buttermilk"."""
CORRECTED = 3.0
"""For a word that was perhaps meant by a misspelt one, by its place among these."""
HISTORY = 1000.0
HABIT = 100.0
"""The person's own habit counts instead of what many people eat: a point for each place in it."""
BEHIND_RANK = 8
"""For each rank that the table gives a food."""
INFANT_RANK, INFANT = 5, 300
"""Food for infants comes after all that anybody else eats, however badly that fits."""
OFTEN = {"daily": 12, "weekly": 8}
"""What many people eat comes first among equals."""
OWN = 40.0
"""A food that the person entered is what the person will look for."""


def _stem_set(said: str) -> frozenset[str]:
    return frozenset(stem(word) for word in said.split())


KINDS = _stem_set(
    """
    fish seeds nuts cheese cereal cereals spices beverages game mollusks crustaceans lettuce beans
    oil liqueur vegetable poultry shellfish sweeteners snacks milk yogurt beef pork lamb veal
    chicken turkey egg eggs drink flour syrup noodles sausage alcoholic potato coffee wine rice
    pizza
    """
)
"""First parts of a name that the second part makes definite: "Fish, salmon" is salmon."""
DISHES = _stem_set(
    """
    bread roll cake pie cookie cookies muffin salad sandwich soup sauce candy candies snack pudding
    dessert squash peppers pepper crackers juice tea
    """
)
"""First parts whose second part is a flavour, or one of its sorts: "Pie, apple" is no apple."""
KIND_PHRASES = frozenset({("alcoholic", "beverag"), ("salad", "dress"), ("soft", "drink")})
PLAIN = _stem_set(
    """
    nfs raw fresh plain regular cooked all commercial any type types unspecified whole white baked
    broiled boiled roasted grilled brewed hot leaf
    """
)
"""Words that make a food no less plain."""
CHANGED = _stem_set(
    """
    evaporated condensed dried dry dehydrated powder powdered pickled candied canned frozen smoked
    imitation meatless creamed glazed gluten free low light diet decaffeinated reduced fat sodium
    sweetened flavored restaurant fast school cafeteria home concentrate reconstituted unprepared
    mix infant baby toddler bones formulated instant lactose skin breaded coated fortified
    nonalcoholic supplement
    """
)
"""Words that make a food less plain than its other words do."""
COOKED_FIRST = re.compile(
    r"fish|shellfish|poultry|chicken|turkey|beef|pork|lamb|veal|egg|meat|liver|bacon|sausage", re.IGNORECASE
)
"""Categories of foods that hardly anybody eats raw."""
SIDE = re.compile(r"\b(?:with|in|on|from|for|made|without|as|and/or|no|non|excluding)\b.*", re.IGNORECASE)
UNSAID = re.compile(r"\bNS as to\b[^,;]*|\bNFS\b", re.IGNORECASE)
UNSPECIFIED = "~"
"""What stands before the words of a name that say what is not specified."""


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
    return [word for part in name_parts(UNSAID.sub("", name))[:2] for word in words_of(SIDE.sub("", part))]


def part_stems(name: str) -> str:
    """ "Fish, salmon, raw" as "fish,salmon,raw".

    The first two parts end before what the food was made with; the rest of them follows as a part. Last
    comes what is said not to be specified, behind a mark.
    """
    parts: list[str] = []
    later: list[str] = []
    for place, part in enumerate(name_parts(UNSAID.sub("", name))):
        thing = SIDE.sub("", part) if place < 2 else part
        later += [] if thing == part else [part[len(thing) :]]
        parts.append(thing)
    said = [" ".join(stem(word) for word in words_of(part)) for part in [*parts, *later]]
    if unsaid := words_of(" ".join(UNSAID.findall(name))):
        said.append(" ".join([UNSPECIFIED, *map(stem, unsaid)]))
    return ",".join(part for place, part in enumerate(said) if part or not place)


def phrase_stems(synonyms: str) -> str:
    said = [" ".join(stem(word) for word in words_of(UNSAID.sub("", one))) for one in synonyms.split(";")]
    return ";".join(dict.fromkeys(one for one in said if one))


def place(name: str, category: str, rank: int, often: str) -> int:
    """How far behind plain foods a food stands before anything is asked; below 0 if often eaten. [points]"""
    first, *rest = (part.split() for part in part_stems(UNSAID.sub("", name)).split(","))
    told = 0 if re.search(r"\bNFS\b", name) else 1
    qualified = sum(1.5 + 0.5 * len(extra) for part in rest if (extra := set(part) - PLAIN))
    changed = sum(1.5 for part in rest for word in part if word in CHANGED)
    raw = 2 if any("raw" in part for part in rest) and COOKED_FIRST.search(category) else 0
    named = 2 * max(0, len(first) - 1)
    behind = 0 if often else INFANT if rank >= INFANT_RANK else BEHIND_RANK * rank
    return round(behind + told + qualified + changed + raw + named - OFTEN.get(often, 0))


class Near(dict[str, float | None]):
    """How far words are from one term, in points; each is compared once a search."""

    def __init__(self, term: Term):
        super().__init__()
        self.term = term

    def __missing__(self, word: str) -> float | None:
        away = self[word] = _away(self.term, word)
        return away


class Wanted(NamedTuple):
    """A reading, made ready to be compared with many foods."""

    terms: tuple[Near, ...]
    said: frozenset[str]
    cost: float


def best_first(
    found: Iterable[Found],
    readings: Sequence[Reading],
    history: Mapping[Any, float],
    *,
    relaxed: bool = False,
) -> list[Any]:
    """The foods' ids, best first.

    `history` weighs the person's own habits; a food in it comes first if its name or a whole other name of it
    is meant. `relaxed`: a food that has some of the words answers, too.
    """
    fits = _fits(tuple(readings), relaxed)
    scored: dict[Any, tuple[float, int]] = {}
    for one in found:
        if one.food_id in scored:
            continue
        score = fits[one.parts, one.phrases]
        if score <= NO_MATCH:
            continue
        if one.own:
            score += OWN
        if one.food_id in history:
            score += HABIT * history[one.food_id] + (HISTORY if score > NAMED else 0)
        else:
            score -= one.place
        scored[one.food_id] = score, -one.id
    return sorted(scored, key=scored.__getitem__, reverse=True)


class Fits(dict[tuple[str, str], float]):
    """Points for how well the likeliest of the readings is answered by a food of these words."""

    def __init__(self, readings: Sequence[Reading], relaxed: bool):
        super().__init__()
        self.relaxed = relaxed
        self.wanted = [
            Wanted(tuple(map(Near, one.terms)), frozenset(term.stem for term in one.terms), one.cost)
            for one in readings
        ]

    def __missing__(self, words: tuple[str, str]) -> float:
        said, phrases = words
        parts = [part.split() for part in said.split(",")]
        points = (_answers(parts, phrases, reading, self.relaxed) for reading in self.wanted)
        best = self[words] = max(points, default=NO_MATCH)
        return best


@lru_cache(maxsize=64)
def _fits(readings: tuple[Reading, ...], relaxed: bool) -> Fits:
    """Most people begin to type the same words: what was compared for one is known for the next."""
    return Fits(readings, relaxed)


def _answers(parts: list[list[str]], phrases: str, reading: Wanted, relaxed: bool) -> float:
    away, missed, in_other = 0.0, 0, 0
    hits: set[tuple[int, int]] = set()
    for near in reading.terms:
        if hit := _nearest(near, parts):
            away += hit[0]
            hits.add(hit[1])
        elif (further := _in_other_names(near, phrases)) is not None:
            away += further
            in_other += 1
        elif relaxed:
            missed += 1
        else:
            return NO_MATCH
    if missed == len(reading.terms):
        return NO_MATCH
    points = max(_by_name(parts, hits) - IN_OTHER * in_other, _by_other_name(phrases, reading.said))
    return points - away - MISSED * missed - reading.cost


def _nearest(near: Near, parts: list[list[str]]) -> tuple[float, tuple[int, int]] | None:
    """The word of a name that is nearest to what was typed, and the foremost of these: part and word."""
    best = None
    for p, part in enumerate(parts):
        for w, word in enumerate(part):
            away = near[word]
            if away is not None and (best is None or away < best[0]):
                best = away, (p, w)
                if not away:
                    return best
    return best


def _by_name(parts: list[list[str]], hits: set[tuple[int, int]]) -> float:
    if not hits:
        return ONLY_OTHER
    head = parts[0]
    first = {w for p, w in hits if p == 0}
    second = {w for p, w in hits if p == 1}
    beyond = BEYOND * sum(1 for p, _ in hits if p > 1)
    unsaid = _unsaid(head, first)
    if first and not unsaid:
        if len(parts) == 1 or parts[1][0] == UNSPECIFIED:
            return BARE
        return EXACT - (BEHIND * _unsaid(parts[1], second) / 2 if second else 0) - beyond
    if second and not first and _is_kind(head):
        return (FLAVOUR if head[0] in DISHES else KIND) - BEHIND * _unsaid(parts[1], second) - beyond
    if first:
        named = HEAD - BEHIND * unsaid + LAST_WORD * (len(head) - 1 in first) + FIRST_WORD * (0 in first)
        return named + BEYOND * len(second) - beyond
    return ANYWHERE + FIRST_WORD * bool(second)


def _unsaid(part: list[str], said: set[int]) -> int:
    """How many telling words of a part were not said. Of "Cake or cupcake" one of the two is enough."""
    if "or" not in part:
        return sum(1 for w, word in enumerate(part) if w not in said and word not in PLAIN)
    unsaid, sides = 0, []
    for w, word in enumerate([*part, "or"]):
        if word == "or":
            sides.append(unsaid)
            unsaid = 0
        else:
            unsaid += w not in said and word not in PLAIN
    return min(sides)


def _is_kind(part: list[str]) -> bool:
    return (*part,) in KIND_PHRASES or (len(part) == 1 and part[0] in KINDS | DISHES)


def _by_other_name(phrases: str, said: frozenset[str]) -> float:
    best = NO_MATCH
    if not phrases or not all(word in phrases for word in said):
        return best
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
        for begun in (term.typed, term.stem):
            if word.startswith(begun):
                return (COMPLETE if term.known else OPEN) + OPEN_LETTER * (len(word) - len(begun))
    if word in term.also:
        return CORRECTED * (1 + term.also.index(word))
    return None


def _in_other_names(near: Near, phrases: str) -> float | None:
    aways = [away for word in phrases.replace(";", " ").split() if (away := near[word]) is not None]
    return min(aways, default=None)
