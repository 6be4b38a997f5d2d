"""Words as search compares them: one spelling for the table, the synonyms and the query.

Both engines are given words that this module has already folded and stemmed, so that they cannot differ in
what they take for the same word.
"""

import csv
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language
from rapidfuzz import process
from rapidfuzz.distance import OSA

SYNONYMS = Path(settings.BASE_DIR) / "fixtures" / "synonyms.csv"
LANGUAGES = ("de", "es")
"""Languages beside English that synonyms are said in, by their `kind`."""
WORD = re.compile(r"[^\W_]+")
NO_LATIN = re.compile(r"[^a-z0-9]")
APOSTROPHES = str.maketrans("", "", "'’`´")
SMALL = frozenset("a an and as at by for from in my nfs ns of on or some the to w with".split())
"""Words that are left out of a query: they are in every other name."""
SHORTEST_TYPO = 4
"""A shorter word is never corrected: too many others are one letter away."""


LATIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
"""Letters that have no form without their accent."""


def fold(text: str) -> str:
    """Lower case, no accents, no apostrophes: "Crème d'Orge" is "creme dorge"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(LATIN).translate(APOSTROPHES)


def words_of(text: str) -> list[str]:
    """The folded words of a text, in their order, each of a-z and 0-9 alone.

    A letter of another script is told by its number: databases differ in what they take for a letter.
    """
    return [NO_LATIN.sub(lambda c: f"x{ord(c[0]):04x}", word) for word in WORD.findall(fold(text))]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """One form for singular and plural: berry, berries -> berri; tomato, tomatoes -> tomato."""
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") else word


def telling(text: str) -> list[str]:
    """The words of a text without the small ones, unless it has no others."""
    said = words_of(text)
    return [word for word in said if word not in SMALL] or said


@dataclass(frozen=True)
class Term:
    """One thing that a food must be called: any of some words, the first one typed."""

    typed: str
    stem: str
    open: bool = False
    """Still being typed: every word that begins so is meant."""
    known: bool = True
    """A word as it stands, if it ends here."""
    also: tuple[str, ...] = ()
    """Stems of words that may have been meant by a misspelt one."""


@dataclass(frozen=True)
class Reading:
    """One way to understand a query: all its terms must be found."""

    terms: tuple[Term, ...]
    cost: float = 0.0
    """How far it is from what was typed, in points of the ranking."""


@dataclass
class Vocabulary:
    """The words of the public tables: what is spelt right, and what a misspelt word may have been."""

    stamp: str
    counts: Counter[str]
    """How often each word and stem is in names and other names."""
    heads: Counter[str] = field(default_factory=Counter)
    """How often it is in what names the food itself."""
    spelt: list[str] = field(init=False)
    stems: frozenset[str] = field(init=False)
    correctable: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.spelt = sorted({*self.counts, *(word for key in synonyms() for word in key)})
        self.stems = frozenset(stem(word) for word in self.spelt)
        self.correctable = [word for word in self.spelt if len(word) >= SHORTEST_TYPO and word.isalpha()]

    def knows(self, word: str) -> bool:
        return stem(word) in self.stems

    def begins(self, start: str) -> bool:
        """Is this how some word begins?"""
        place = bisect_left(self.spelt, start)
        return place < len(self.spelt) and self.spelt[place].startswith(start)

    def how_often(self, terms: Iterable[Term], *, head: bool, begun: bool) -> int:
        """About how many foods have all of these terms, by the rarest of them."""
        return min(
            (self._how_often(term, self.heads if head else self.counts, begun) for term in terms), default=0
        )

    def _how_often(self, term: Term, counts: Counter[str], begun: bool) -> int:
        known = sum(counts[word] for word in (term.stem, *term.also))
        if not (begun and term.open):
            return known
        first = bisect_left(self.spelt, term.typed)
        last = bisect_left(self.spelt, term.typed + "\uffff", first)
        begun_so: dict[str, int] = {}
        for word in self.spelt[first:last]:  # a word and its stem are both held
            begun_so[stem(word)] = max(begun_so.get(stem(word), 0), counts[word])
        return max(known, sum(begun_so.values()))

    def corrections(self, word: str) -> tuple[str, ...]:
        """Up to three words that are one slip away, or two in a longer word; the likeliest first."""
        if len(word) < SHORTEST_TYPO or not word.isalpha():
            return ()
        slips = 1 if len(word) < 6 else 2
        near = process.extract(word, self.correctable, scorer=OSA.distance, score_cutoff=slips, limit=30)
        near.sort(
            key=lambda hit: (hit[1], hit[0][0] != word[0], hit[0][-1] != word[-1], -self.counts[hit[0]])
        )
        return tuple(hit[0] for hit in near if hit[1] == near[0][1])[:3]

    def split(self, word: str) -> tuple[str, str] | None:
        """The two words that were run together, "peanutbutter", if they are known."""
        for cut in range(3, len(word) - 2):
            if self.counts[word[:cut]] and self.counts[word[cut:]]:
                return word[:cut], word[cut:]
        return None


@cache
def synonyms(language: str = "") -> dict[tuple[str, ...], list[tuple[tuple[str, ...], bool]]]:
    """What people say -> the words of the food table, and whether these stand instead of what was said.

    In English, and in one of `LANGUAGES` if it is spoken: to others "pan" is no bread.
    """
    table: dict[tuple[str, ...], list[tuple[tuple[str, ...], bool]]] = {}
    with SYNONYMS.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if row["kind"] in LANGUAGES and row["kind"] != language:
                continue
            key = tuple(telling(row["said"]))
            table.setdefault(key, []).append((tuple(telling(row["means"])), row["how"] == "instead"))
    return table


def _here() -> str:
    """The language that is spoken, where there are synonyms of it."""
    spoken = (get_language() or "")[:2]
    return spoken if spoken in LANGUAGES else ""


@cache
def _by_stems(language: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {_meant(key): key for key in synonyms(language)}


@cache
def _foreign(language: str) -> frozenset[str]:
    """The stems of words that are said in this language alone."""
    english = {stem for key in _by_stems("") for stem in key}
    return frozenset(stem for key in _by_stems(language) for stem in key if stem not in english)


@cache
def _longest(language: str) -> int:
    return max(map(len, synonyms(language)), default=0)


ALSO_COST = 6.0
"""A synonym that stands beside the word itself comes a little behind it. [points]"""
LITERAL_COST = 25.0
"""The words themselves where a synonym stands instead of them: "scotch" in "Kale, scotch". [points]"""
UNFINISHED_COST = 12.0
"""A synonym that is not yet typed to its end. [points]"""
UNHEARD_COST = 30.0
"""The same if it stands for quite other words. [points]"""
JOINED_COST = 4.0
"""Two words read as one. [points]"""
MOST_READINGS = 5


def readings(query: str, vocabulary: Vocabulary) -> list[Reading]:
    """The ways to understand a query, the likeliest first; none for a query without a word."""
    typed = telling(query)
    finished = query[-1:].isspace()
    spelt = _spelt(typed, finished, vocabulary)
    meant = [(variant, cost) for variant, cost in _variants(list(spelt), finished)]
    meant += [(joined, JOINED_COST) for joined in _joined(typed, vocabulary)]
    found: dict[tuple[Term, ...], float] = {}
    for variant, cost in meant:
        found.setdefault(_terms(variant, spelt, finished, vocabulary), cost)
    likely = sorted(found.items(), key=lambda reading: reading[1])
    return [Reading(terms, cost) for terms, cost in likely if terms][:MOST_READINGS]


def _spelt(typed: list[str], finished: bool, vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Each word as it should be spelt -> as it was typed and, if nobody knows that, what else it may be."""
    spelt: dict[str, tuple[str, ...]] = {}
    for place, word in enumerate(typed):
        being_typed = place == len(typed) - 1 and not finished
        begun = vocabulary.begins(word) and (being_typed or len(word) >= 3)
        foreign = stem(word) in _foreign(_here())  # "Milch" is no slip for "milk"
        if begun or foreign or vocabulary.knows(word):
            spelt[word] = (word,)
        elif two := vocabulary.split(word):
            spelt.update((part, (part,)) for part in two)
        elif likely := vocabulary.corrections(word):
            spelt[likely[0]] = (word, *likely)
        else:
            spelt[word] = (word,)
    return spelt


def _variants(typed: list[str], finished: bool) -> Iterator[tuple[list[str], float]]:
    """The words as they are and with synonyms put in: instead of what was said, or beside it."""
    said = next(_spoken(typed, finished), None)
    if said is None:
        yield typed, 0.0
        return
    start, end, key, unfinished = said
    meanings = [(list(meant), 0.0 if instead else ALSO_COST) for meant, instead in synonyms(_here())[key]]
    if unfinished:
        meanings = [(meant, UNFINISHED_COST if cost else UNHEARD_COST) for meant, cost in meanings]
    literal = 0.0 if unfinished or all(cost for _, cost in meanings) else LITERAL_COST
    meanings.insert(0, (typed[start:end], literal))
    for meant, cost in meanings:
        for rest, more in _variants(typed[end:], finished):
            yield [*typed[:start], *meant, *rest], cost + more


def _spoken(typed: list[str], finished: bool) -> Iterator[tuple[int, int, tuple[str, ...], bool]]:
    """Where synonyms are said, the longest first: from, to, which, and whether it is unfinished."""
    for length in range(min(len(typed), _longest(_here())), 0, -1):
        for start in range(len(typed) - length + 1):
            said = tuple(typed[start : start + length])
            if key := _by_stems(_here()).get(_meant(said)):
                yield start, start + length, key, False
            elif start + length == len(typed) and not finished and (key := _begun(said)):
                yield start, start + length, key, True


def _meant(said: Iterable[str]) -> tuple[str, ...]:
    return tuple(stem(word) for word in said)


def _begun(said: tuple[str, ...]) -> tuple[str, ...] | None:
    """A synonym that begins with what was typed, at least three letters into its last word.

    One that stands beside its own word goes before others, a short one before a long one.
    """
    if len(said[-1]) < 3:
        return None
    table = synonyms(_here())
    begun = [
        key for key in table
        if len(key) == len(said) and key[:-1] == said[:-1] and key[-1].startswith(said[-1])
    ]  # fmt: skip
    return min(begun, key=lambda key: (table[key][0][1], len(key[-1]), key), default=None)


def _joined(typed: list[str], vocabulary: Vocabulary) -> Iterator[list[str]]:
    """Neighbours that are one word in the table: "butter milk"."""
    for at in range(len(typed) - 1):
        one = typed[at] + typed[at + 1]
        if vocabulary.counts[one]:
            yield [*typed[:at], one, *typed[at + 2 :]]


def _terms(
    variant: list[str], spelt: dict[str, tuple[str, ...]], finished: bool, vocabulary: Vocabulary
) -> tuple[Term, ...]:
    terms = []
    for place, word in enumerate(variant):
        typed, *likely = spelt.get(word, (word,))
        being_typed = place == len(variant) - 1 and not finished
        known = not likely and vocabulary.knows(typed)
        also = tuple(dict.fromkeys(map(stem, likely)))
        terms.append(Term(typed, stem(typed), being_typed or not known, known, also))
    return tuple(dict.fromkeys(terms))
