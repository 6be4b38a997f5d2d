"""Fill the tables that everybody reads: foods, reference intakes, day-to-day variation, activities.

The first start and `manage.py load_foods` both come through here. Everything is loaded in one transaction
or nothing is, and what is loaded already is not loaded again.
"""

import csv
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import timezone
from tqdm import tqdm

from nutrients import fixture, pack, search
from nutrients.codes import CODES, FoodSource
from nutrients.models import (
    Activity,
    Food,
    FoodPortion,
    LoadedRelease,
    ReferenceIntake,
    WithinPersonVariation,
    food_id,
    portion_id,
)
from nutrients.usda import fndds as fndds_release
from nutrients.usda import sr28 as sr28_release
from nutrients.usda.arrangement import arranged
from nutrients.usda.release import CITATIONS, FoodRecord, ReleaseError

BATCH = 500
"""Rows written at once."""

FOODS = "foods"
SOURCES = (FoodSource.FNDDS.value, FoodSource.SR28.value)


@dataclass(frozen=True)
class Table:
    """A small table that ships as a CSV file with the columns of its model."""

    name: str
    model: type[models.Model]
    unique: tuple[str, ...]
    citation: str
    complete: bool = True
    """Whether a row that the file no longer has goes; an activity stays, for diaries name it."""

    @property
    def path(self) -> Path:
        return fixture.FOLDER / f"{self.name}.csv"


TABLES = (
    Table(
        "reference_intakes",
        ReferenceIntake,
        ("authority", "nutrient", "life_stage", "sex", "age_min_months"),
        "NASEM and EFSA; each row names its publication.",
    ),
    Table(
        "within_person_variation",
        WithinPersonVariation,
        ("nutrient", "sex", "age_min_y"),
        "Institute of Medicine, Dietary Reference Intakes: Applications in Dietary Assessment, 2000, "
        "Appendix B; each row names its source.",
    ),
    Table(
        "activities",
        Activity,
        ("code",),
        "Ainsworth BE, Haskell WL, Herrmann SD, et al. 2011 Compendium of Physical Activities: a second "
        "update of codes and MET values. Med Sci Sports Exerc 2011;43(8):1575-1581. Codes and values only; "
        "the names are our own.",
        complete=False,
    ),
)


@dataclass(frozen=True)
class Loaded:
    """What became of one table: how many rows it has, and whether they were written this time."""

    name: str
    rows: int
    written: bool


def is_current() -> bool:
    """Whether the database holds the tables that ship with this version. Cheap: asked at every start."""
    shipped = {table.name: fixture.digest(table.path) for table in TABLES} | {FOODS: fixture.digest()}
    loaded = dict(LoadedRelease.objects.filter(name__in=shipped).values_list("name", "digest"))
    return loaded == shipped


@transaction.atomic
def load_everything(
    *,
    fndds: Path | None = None,
    sr28: Path | None = None,
    fixture_file: Path | None = None,
    again: bool = False,
    progress: bool = False,
) -> list[Loaded]:
    """Load every table that is not loaded yet, and make foods searchable.

    A release folder stands in for its part of the fixture, and the fixture for what no folder is given
    for. A food that is no longer in its release is hidden from search, never deleted: diaries name it.

    Parameters
    ----------
    fndds, sr28
        Folders of official releases.
    fixture_file
        A food table in the compact format, instead of the one that ships with the project.
    again
        Load what is loaded already, too.
    progress
        Draw a progress bar on the standard error.

    Raises
    ------
    ReleaseError
        If a file is broken; it says where. Nothing is loaded then.
    """
    foods = _load_foods(fndds, sr28, fixture_file, again, progress)
    return [*foods, *(_load_table(table, again) for table in TABLES)]


# Foods ----------------------------------------------------------------------------------------


def _load_foods(
    fndds: Path | None, sr28: Path | None, fixture_file: Path | None, again: bool, progress: bool
) -> list[Loaded]:
    shipped = fixture.digest()
    asked = bool(fndds or sr28 or fixture_file)
    if not asked and not again and _is_loaded(FOODS, shipped):
        return [Loaded(FOODS, Food.objects.filter(owner=None).count(), written=False)]
    foods = _read_foods(fndds, sr28, fixture_file)
    digests = {source: _content_digest(foods, source) for source in SOURCES}
    written = again or not all(_is_loaded(source, digest) for source, digest in digests.items())
    if written:
        with tqdm(total=len(foods), desc=FOODS, file=sys.stderr, disable=not progress, leave=False) as bar:
            _write_foods(foods, bar)
            search.rebuild()
            pack.renew()
    for source, digest in digests.items():
        rows = sum(food.source == source for food in foods)
        _note(source, digest, rows, CITATIONS[source])
    _note(FOODS, shipped, len(foods), " ".join(CITATIONS.values()))
    return [Loaded(FOODS, len(foods), written)]


def _read_foods(fndds: Path | None, sr28: Path | None, fixture_file: Path | None) -> list[FoodRecord]:
    """The foods of the folders given, and of the fixture for the rest."""
    folders = {FoodSource.FNDDS: fndds, FoodSource.SR28: sr28}
    foods: list[FoodRecord] = []
    if not all(folders.values()):
        kept = [source for source, folder in folders.items() if not folder]
        foods += [food for food in fixture.read(fixture_file or fixture.SHIPPED) if food.source in kept]
    if fndds:
        foods += fndds_release.read(fndds)
    if sr28:
        foods += sr28_release.read(sr28)
    return arranged(foods) if fndds or sr28 else foods


def _content_digest(foods: Iterable[FoodRecord], source: str) -> str:
    lines = sorted(fixture.line(food) for food in foods if food.source == source)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


FOOD_COLUMNS = (
    "id", "source", "source_code", "name", "category", "synonyms", "rank", "hidden", *CODES,
    "barcode", "created_at", "updated_at",
)  # fmt: skip
PORTION_COLUMNS = ("id", "food_id", "seq", "description", "grams", "usual")


def _write_foods(foods: Sequence[FoodRecord], bar: tqdm) -> None:
    known_foods, known_portions = _ids_in_database()
    for batch in _batches(foods):
        ids = [food_id(record.source, record.code) for record in batch]
        portions = [
            row for food, record in zip(ids, batch, strict=True) for row in _portion_rows(food, record)
        ]
        _upsert(Food, FOOD_COLUMNS, list(map(_food_row, ids, batch)), skip=("barcode", "created_at"))
        _upsert(FoodPortion, PORTION_COLUMNS, portions)
        known_foods.difference_update(ids)
        known_portions.difference_update(row[0] for row in portions)
        bar.update(len(batch))
    _retire(known_foods, known_portions)


def _ids_in_database() -> tuple[set[UUID], set[UUID]]:
    """The foods of the public tables and their portions, as they stand before a load."""
    foods = Food.objects.filter(owner=None, source__in=SOURCES)
    portions = FoodPortion.objects.filter(food__owner=None, food__source__in=SOURCES)
    return set(foods.values_list("id", flat=True)), set(portions.values_list("id", flat=True))


def _retire(foods: set[UUID], portions: set[UUID]) -> None:
    """Hide foods that are no longer in their release, with their portions; let go of other old portions."""
    for gone in _batches(foods):
        Food.objects.filter(id__in=gone).update(hidden=True, updated_at=timezone.now())
        portions = portions - set(FoodPortion.objects.filter(food__in=gone).values_list("id", flat=True))
    for gone in _batches(portions):
        FoodPortion.objects.filter(id__in=gone).delete()


def _food_row(food: UUID, record: FoodRecord) -> tuple:
    now = timezone.now()
    return (
        food, record.source, record.code, record.name, record.category, record.synonyms, record.rank,
        record.hidden, *record.amounts, "", now, now,
    )  # fmt: skip


def _portion_rows(food: UUID, record: FoodRecord) -> Iterator[tuple]:
    for portion in record.portions:
        grams = Decimal(str(portion.grams))
        yield portion_id(food, str(portion.seq)), food, portion.seq, portion.description, grams, portion.usual


def _upsert(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple], skip: Sequence[str] = ()
) -> None:
    """Insert rows, or bring the stored ones of the same id up to date but for the `skip` columns.

    One statement for all rows, in the same words for SQLite and PostgreSQL: the ORM's own bulk insert
    takes twice as long, and a first start waits for it.
    """
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    news = ", ".join(f"{quote(c)} = EXCLUDED.{quote(c)}" for c in columns if c not in {"id", *skip})
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({names}) "
        f"VALUES ({', '.join(['%s'] * len(columns))}) ON CONFLICT ({quote('id')}) DO UPDATE SET {news}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [[_stored(value) for value in row] for row in rows])


def _stored(value: Any) -> Any:
    """A value as this database's driver takes it."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, Decimal):
        return connection.ops.adapt_decimalfield_value(value, 9, 3)
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _batches(rows: Iterable) -> Iterator[list]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


# Small tables ---------------------------------------------------------------------------------


def _load_table(table: Table, again: bool) -> Loaded:
    digest = fixture.digest(table.path)
    if not again and _is_loaded(table.name, digest):
        return Loaded(table.name, table.model._default_manager.count(), written=False)
    rows = list(_rows(table))
    names = [field.name for field in _fields(table) if field.name not in table.unique]
    table.model._default_manager.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=table.unique, update_fields=names
    )
    if table.complete:
        _delete_others(table, rows)
    _note(table.name, digest, len(rows), table.citation)
    return Loaded(table.name, len(rows), written=True)


def _rows(table: Table) -> Iterator[models.Model]:
    """The rows of a CSV file, each value checked by its model's field."""
    with table.path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        fields = _fields(table)
        if missing := [field.name for field in fields if field.name not in (reader.fieldnames or ())]:
            raise ReleaseError("the column is missing", table.path.name, 1, missing[0])
        for cells in reader:
            row = table.model()
            for field in fields:
                setattr(row, field.name, _value(field, cells, row, table.path.name, reader.line_num))
            yield row


def _fields(table: Table) -> list[models.Field]:
    """The columns that the file has: all but a key that the database counts by itself."""
    return [field for field in table.model._meta.concrete_fields if field.name != "id"]


def _value(field: models.Field, cells: dict[str, str], row: models.Model, file: str, line: int) -> Any:
    text = cells[field.name] or ""
    try:
        return field.clean(None if field.null and not text else text, row)
    except ValidationError as refused:
        raise ReleaseError(f"{text!r}: {' '.join(refused.messages)}", file, line, field.name) from refused


def _delete_others(table: Table, rows: Iterable[models.Model]) -> None:
    kept = {tuple(getattr(row, name) for name in table.unique) for row in rows}
    stored = table.model._default_manager.values_list("pk", *table.unique)
    gone = [pk for pk, *key in stored if tuple(key) not in kept]
    table.model._default_manager.filter(pk__in=gone).delete()


# What is loaded -------------------------------------------------------------------------------


def _is_loaded(name: str, digest: str) -> bool:
    return LoadedRelease.objects.filter(name=name, digest=digest).exists()


def _note(name: str, digest: str, rows: int, citation: str) -> None:
    """Remember what is loaded, and since when: loading the same again leaves the time alone."""
    if not _is_loaded(name, digest):
        LoadedRelease.objects.update_or_create(
            name=name,
            defaults={"digest": digest, "rows": rows, "citation": citation, "loaded_at": timezone.now()},
        )
