"""Food search: one function on two engines, SQLite's FTS5 and PostgreSQL's full text.

The engines find candidates; which of them comes first is decided in `ranking`, so both answer alike.
"""

import csv
import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection, models, transaction

from nutrients.codes import CODES, FoodSource
from nutrients.models import Food, FoodWords, LoadedRelease
from nutrients.search import postgres, sqlite
from nutrients.search.asking import COLUMNS, Only, Question, Select
from nutrients.search.ranking import Found, best_first, head_words, part_stems, phrase_stems, place
from nutrients.search.words import Vocabulary, readings, stem, words_of

ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgres}
LOADED = "search words"
"""The row of `LoadedRelease` whose digest says which words are indexed."""
EVERYDAY = Path(settings.BASE_DIR) / "fixtures" / "everyday_foods.csv"
HISTORY = 100
"""How many recent foods and favourites are looked at."""
MOST_LETTERS = 200
MOST_WORDS = 16
FEWEST_LETTERS = 2
"""Below it, only the person's own history is searched."""
CURATED = (FoodSource.FNDDS, FoodSource.SR28)


class Brief(NamedTuple):
    """A food as far as it must be known to tell who may see it, and whether it changed.

    As the database holds it: to make a model of each row takes longer than to search.
    """

    key: Any
    source: str
    owner_id: int | None
    hidden: bool
    deleted_at: Any
    updated_at: Any


def find(
    query: str,
    *,
    user: AbstractBaseUser | AnonymousUser | None = None,
    recent: Sequence[uuid.UUID] = (),
    favourites: Sequence[uuid.UUID] = (),
    limit: int = 25,
    source: str | Sequence[str] | None = None,
    briefly: bool = False,
) -> list[Any]:
    """Foods that answer to a query, best first, in at most three queries to the database.

    As `Brief` rows, if so said, for whoever has the rest at hand: to read it all takes as long as to search.

    The last word may be unfinished. The person's favourites and recent foods (each with the likeliest first)
    come before all others where they match; an empty query gives these alone. Other people's own foods are
    never among them.
    """
    owner = user.pk if user else None
    history = _weights(recent, favourites)
    only = _only(source)
    said = " ".join(words_of(query[:MOST_LETTERS])[:MOST_WORDS])
    if said:
        said += " " if query[-1:].isspace() else ""
        ranked = _ranked(said, owner, history, only)
    else:
        ranked = sorted(history, key=history.__getitem__, reverse=True)
    return _foods(ranked, owner, limit, source, briefly)


@transaction.atomic
def rebuild() -> int:
    """Index every food that may be found, the plainest first. Returns how many there are."""
    FoodWords.objects.all().delete()
    foods = Food.objects.searchable().defer(*CODES)
    rows = [_row(food) for food in foods]
    rows.sort(key=lambda row: (row.owner_id is not None, row.place, row.parts, str(row.food_id)))
    FoodWords.objects.bulk_create(rows, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE nutrients_foodwords"
        )  # which way to a word is shorter depends on how rare it is
    digest = hashlib.sha256("\n".join(f"{row.name};{row.other}" for row in rows).encode()).hexdigest()
    LoadedRelease.objects.update_or_create(name=LOADED, defaults={"digest": digest, "rows": len(rows)})
    return len(rows)


def index(food: Food) -> None:
    """Have one food found by its present words, or not at all if it is hidden or removed."""
    with transaction.atomic():
        forget(food)
        if not food.hidden and food.deleted_at is None:
            _row(food).save(force_insert=True)


def index_many(foods: Iterable[Food]) -> None:
    """Have foods found that are not yet."""
    FoodWords.objects.bulk_create([_row(food) for food in foods if not food.hidden], batch_size=500)


def forget(food: Food) -> None:
    """Have one food found no more."""
    FoodWords.objects.filter(food=food).delete()


def vocabulary() -> Vocabulary:
    """The words of the public tables, read once for each table that is loaded."""
    global _vocabulary
    if _vocabulary is None:
        loaded = LoadedRelease.objects.filter(name=LOADED).values("digest")
        rows = FoodWords.objects.filter(owner=None, source__in=CURATED).order_by()
        counts, heads = Counter[str](), Counter[str]()
        stamp = ""
        for row in rows.values("head", "name", "other", stamp=models.Subquery(loaded)).iterator(
            chunk_size=2000
        ):
            counts.update(row["name"].split())
            counts.update(row["other"].split())
            heads.update(row["head"].split())
            stamp = row["stamp"]
        _vocabulary = Vocabulary(stamp, counts, heads)
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
            key = key_of(food)
            weights[key] = weights.get(key, 0.0) + 1 - behind / HISTORY
    return weights


def key_of(food: uuid.UUID) -> Any:
    """A food's id as rows of this database hold it."""
    return Food._meta.pk.get_db_prep_value(food, connection)


def _only(source: str | Sequence[str] | None) -> Only:
    if source is None:
        return Only()
    sources = (source,) if isinstance(source, str) else tuple(source)
    return Only(f"w.source IN ({', '.join(['%s'] * len(sources))})", sources) if sources else Only("FALSE")


def _ranked(said: str, owner: int | None, history: dict[Any, float], only: Only) -> list[Any]:
    known = vocabulary()
    understood = readings(said, known)
    asked = Question(understood, owner, only, known)
    ranked = best_first(_candidates(asked, history), understood, history)
    if not ranked and any(len(reading.terms) > 1 for reading in understood):
        asked = replace(asked, all_terms=False)
        ranked = best_first(_candidates(asked, history), understood, history, relaxed=True)
    return ranked


def _candidates(asked: Question, history: dict[Any, float]) -> list[Found]:
    """Rows that may answer, from one query: by their words, and all of the person's history."""
    global _vocabulary
    letters = sum(len(term.typed) for term in asked.readings[0].terms)
    selects = ENGINES[connection.vendor].selects(asked) if letters >= FEWEST_LETTERS else []
    if history:
        selects.append(_eaten_before(asked, history))
    if not selects:
        return []
    parts = ", ".join(f"{one.name} AS MATERIALIZED ({one.sql})" for one in selects)
    union = " UNION ALL ".join(f"SELECT * FROM {one.name}" for one in selects)
    loaded = f"SELECT digest FROM nutrients_loadedrelease WHERE name = '{LOADED}'"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {parts} SELECT found.*, ({loaded}) FROM ({union}) found",
            [value for one in selects for value in one.values],
        )
        rows = cursor.fetchall()
    if rows and _vocabulary and rows[0][-1] != _vocabulary.stamp:
        _vocabulary = None  # another table has been loaded since; the next search reads its words
    return [
        Found(food, place, parts, phrases, bool(own), id) for food, place, parts, phrases, id, own, _ in rows
    ]


def _eaten_before(asked: Question, history: dict[Any, float]) -> Select:
    marks = ", ".join(["%s"] * len(history))
    sql = f"""SELECT {COLUMNS}, CASE WHEN w.owner_id IS NULL THEN 0 ELSE 1 END AS own
        FROM nutrients_foodwords w
        WHERE w.food_id IN ({marks}) AND (w.owner_id IS NULL OR w.owner_id = %s) AND {asked.only.sql}"""
    return Select("eaten", sql, [*history, asked.owner or 0, *asked.only.values])


def _foods(
    ranked: Sequence[Any],
    owner: Any,
    limit: int,
    source: str | Sequence[str] | None,
    briefly: bool,
) -> list[Any]:
    """The foods of these ids, in their order.

    Who may see them is asked of the rows: as a condition it would lead SQLite to the index of owners, and
    through all foods without one.
    """
    wanted = ranked[: max(0, limit)]
    sources = [source] if isinstance(source, str) else source
    foods: dict[Any, Any]
    if not wanted:
        return []
    if briefly:
        foods = {brief.key: brief for brief in _briefly(wanted)}
    else:
        foods = {key_of(food.pk): food for food in Food.objects.filter(pk__in=wanted)}
    return [
        food
        for food in map(foods.get, wanted)
        if food and not food.hidden and food.deleted_at is None and food.owner_id in (None, owner)
        and (sources is None or food.source in sources)
    ]  # fmt: skip


def _briefly(keys: Sequence[Any]) -> Iterable[Brief]:
    marks = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id, source, owner_id, hidden, deleted_at, updated_at
            FROM nutrients_food WHERE id IN ({marks})""",
            list(keys),
        )
        return map(Brief._make, cursor.fetchall())
