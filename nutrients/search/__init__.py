"""Food search: one function on two engines, SQLite's FTS5 and PostgreSQL's full text.

The engines find candidates; which of them comes first is decided in `ranking`, so both answer alike.
"""

import csv
import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection, models, transaction

from nutrients.codes import CODES, FoodSource
from nutrients.models import Food, FoodWords, LoadedRelease
from nutrients.search import postgres, sqlite
from nutrients.search.asking import Only
from nutrients.search.ranking import Found, best_first, head_words, part_stems, phrase_stems, place
from nutrients.search.words import Reading, Vocabulary, readings, stem, synonyms, words_of

ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgres}
LOADED = "search words"
"""The row of `LoadedRelease` whose digest says which words are indexed."""
EVERYDAY = Path(settings.BASE_DIR) / "fixtures" / "everyday_foods.csv"
CANDIDATES = (80, 60, 40, 40)
"""How many foods of each tier are ranked: named so, begun so, so somewhere in the name, or in other names."""
HISTORY = 100
"""How many recent foods and favourites are looked at."""
MOST_LETTERS = 200
MOST_WORDS = 16
FEWEST_LETTERS = 2
"""Below it, only the person's own history is searched."""
CURATED = (FoodSource.FNDDS, FoodSource.SR28)
COLUMNS = "w.food_id, w.place, w.parts, w.phrases, w.id"
STAMP = f"(SELECT digest FROM nutrients_loadedrelease WHERE name = '{LOADED}')"


def find(
    query: str,
    *,
    user: AbstractBaseUser | AnonymousUser | None = None,
    recent: Sequence[uuid.UUID] = (),
    favourites: Sequence[uuid.UUID] = (),
    limit: int = 25,
    source: str | Sequence[str] | None = None,
) -> list[Food]:
    """Foods that answer to a query, best first, in at most three queries to the database.

    The last word may be unfinished. The person's favourites and recent foods (each with the likeliest first)
    come before all others where they match; an empty query gives these alone. Other people's own foods are
    never among them.
    """
    owner = user.pk if user else None
    whose = f"u{owner}" if owner else None
    history = _weights(recent, favourites)
    only = _only(source)
    said = " ".join(words_of(query[:MOST_LETTERS])[:MOST_WORDS])
    if said:
        said += " " if query[-1:].isspace() else ""
        ranked = _ranked(said, whose, history, only)
    else:
        ranked = sorted(history, key=history.__getitem__, reverse=True)
    return _foods(ranked, owner, limit, source)


@transaction.atomic
def rebuild() -> int:
    """Index every food that may be found, the plainest first. Returns how many there are."""
    FoodWords.objects.all().delete()
    foods = Food.objects.searchable().defer(*CODES)
    rows = [_row(food) for food in foods]
    rows.sort(key=lambda row: (row.owner_id is not None, row.place, row.parts, str(row.food_id)))
    FoodWords.objects.bulk_create(rows, batch_size=500)
    digest = hashlib.sha256("\n".join(f"{row.name};{row.other}" for row in rows).encode()).hexdigest()
    LoadedRelease.objects.update_or_create(name=LOADED, defaults={"digest": digest, "rows": len(rows)})
    return len(rows)


def index(food: Food) -> None:
    """Have one food found by its present words, or not at all if it is hidden or removed."""
    with transaction.atomic():
        forget(food)
        if not food.hidden and food.deleted_at is None:
            _row(food).save(force_insert=True)


def forget(food: Food) -> None:
    """Have one food found no more."""
    FoodWords.objects.filter(food=food).delete()


def vocabulary() -> Vocabulary:
    """The words of the public tables, read once for each table that is loaded."""
    global _vocabulary
    if _vocabulary is None:
        stamp = LoadedRelease.objects.filter(name=LOADED).values("digest")
        rows = FoodWords.objects.filter(owner=None, source__in=CURATED).values_list("name", "other")
        rows = rows.annotate(stamp=models.Subquery(stamp)).order_by()
        counts: Counter[str] = Counter()
        stamp_read = None
        for name, other, stamp_read in rows.iterator(chunk_size=2000):
            counts.update(name.split())
            counts.update(other.split())
        _vocabulary = Vocabulary(stamp_read, counts)
    return _vocabulary


_vocabulary: Vocabulary | None = None


def _row(food: Food) -> FoodWords:
    name, other = words_of(food.name), words_of(food.synonyms)
    return FoodWords(
        food=food,
        owner_id=food.owner_id,
        whose="all" if food.owner_id is None else f"u{food.owner_id}",
        source=food.source,
        head=_both(head_words(food.name)),
        name=_both(name),
        other=_both(other),
        parts=part_stems(food.name),
        phrases=phrase_stems(food.synonyms),
        place=place(food.name, food.category, food.rank, everyday().get((food.source, food.source_code), "")),
    )


@cache
def everyday() -> dict[tuple[str, str], str]:
    """Source and code of the foods that many people eat -> on most days ("daily") or in most weeks."""
    with EVERYDAY.open(encoding="utf-8", newline="") as rows:
        return {(row["source"], row["code"]): row["often"] for row in csv.DictReader(rows)}


def everyday_names() -> dict[str, str]:
    """Code -> name of the same foods, as the list tells them to its readers."""
    with EVERYDAY.open(encoding="utf-8", newline="") as rows:
        return {row["code"]: row["name"] for row in csv.DictReader(rows)}


def _both(found: Iterable[str]) -> str:
    """Words as written, for one that is being typed, and their stems, for one that is complete."""
    return " ".join(dict.fromkeys(form for word in found for form in (word, stem(word))))


def _weights(recent: Sequence[uuid.UUID], favourites: Sequence[uuid.UUID]) -> dict[Any, float]:
    """How near to the front each food of the person's history comes, from 0 to 2."""
    weights: dict[Any, float] = {}
    for ids in (recent[:HISTORY], favourites[:HISTORY]):
        for behind, food in enumerate(ids):
            key = _key(food)
            weights[key] = weights.get(key, 0.0) + 1 - behind / HISTORY
    return weights


def _key(food: uuid.UUID) -> Any:
    """A food's id as rows of this database hold it."""
    return Food._meta.pk.get_db_prep_value(food, connection)


def _only(source: str | Sequence[str] | None) -> Only:
    if source is None:
        return Only()
    sources = (source,) if isinstance(source, str) else tuple(source)
    return Only(f"w.source IN ({', '.join(['%s'] * len(sources))})", sources) if sources else Only("FALSE")


def _ranked(said: str, whose: str | None, history: dict[Any, float], only: Only) -> list[Any]:
    known = vocabulary()
    understood = readings(said, known)
    found = _candidates(understood, whose, history, only, all_terms=True)
    ranked = best_first(found, understood, history)
    if not ranked and any(len(reading.terms) > 1 for reading in understood):
        found = _candidates(understood, whose, history, only, all_terms=False)
        ranked = best_first(found, understood, history, relaxed=True)
    return ranked


def _candidates(
    understood: Sequence[Reading], whose: str | None, history: dict[Any, float], only: Only, *, all_terms: bool
) -> list[Found]:
    """Rows that may answer, from one query: by their words, and all of the person's history."""
    global _vocabulary
    columns = f"{COLUMNS}, {STAMP}"
    arms, values = [], list[Any]()
    if sum(len(term.typed) for term in understood[0].terms) >= FEWEST_LETTERS:
        engine = ENGINES[connection.vendor]
        arms, values = engine.arms(understood, whose, CANDIDATES, columns, only, all_terms=all_terms)
    if history:
        places = ", ".join(["%s"] * len(history))
        arms.append(
            f"""SELECT {columns}, CASE WHEN w.owner_id IS NULL THEN 0 ELSE 1 END, 0 FROM nutrients_foodwords w
            WHERE w.food_id IN ({places}) AND w.whose IN ('all', %s) AND {only.sql}"""
        )
        values += [*history, whose or "all", *only.values]
    if not arms:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(arms), values)
        rows = cursor.fetchall()
    if rows and _vocabulary and rows[0][5] != _vocabulary.stamp:
        _vocabulary = None  # another table has been loaded since; the next search reads its words
    return [Found(food, place, parts, phrases, bool(own), id) for food, place, parts, phrases, id, _, own, _ in rows]


def _foods(ranked: Sequence[Any], owner: Any, limit: int, source: str | Sequence[str] | None) -> list[Food]:
    """The foods of these ids, in their order.

    Who may see them is asked of the rows: as a condition it would lead SQLite to the index of owners, and
    through all foods without one.
    """
    wanted = ranked[: max(0, limit)]
    sources = [source] if isinstance(source, str) else source
    foods = {_key(food.pk): food for food in Food.objects.filter(pk__in=wanted)} if wanted else {}
    return [
        food
        for food in map(foods.get, wanted)
        if food and not food.hidden and food.deleted_at is None and food.owner_id in (None, owner)
        and (sources is None or food.source in sources)
    ]  # fmt: skip
