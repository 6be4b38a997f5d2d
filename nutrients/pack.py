"""The shared food table for a phone to keep: one compressed file, and what changed since an earlier one.

JSON lines in gzip. The first line names the format, the version and the columns; every other line is one
food as `fixture` writes it, or `[source, code]` of one that is gone. A version is the SHA-256 of all lines,
so the same foods have the same version on every server. The database remembers for each food in which pack
it last changed, which is how a difference to any earlier pack is known, across reloads.

A pack is made once for each version and kept as a file. It is written under another name and then renamed,
so of several processes that make it at once each leaves the same whole file. Foods may be loaded anew while
it is written: what was written is held against the version before the file gets its name, and thrown away
where it is another.
"""

import gzip
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import get_ident
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import models, transaction

from nutrients import fixture
from nutrients.codes import CODES, FoodSource
from nutrients.models import FOOD_NAMESPACE, Food, FoodPack, FoodPortion, LoadedRelease, PackedFood
from nutrients.usda.release import CITATIONS, FoodRecord, PortionRecord

FORMAT = "SpasmLog food pack 1"
MEDIA_TYPE = "application/x-ndjson"
BATCH = 500
FOOD = ("name", "category", "synonyms", "rank", "hidden", *CODES)
PORTION = ("seq", "description", "grams", "usual")
Line = tuple[UUID, str, str, str]
"""A food's id, source, code and line."""
ATTEMPTS = 4
"""Loads that may come between, one after the other, before whoever asks for a pack is sent away."""
PARTS_KEPT_S = 3600
"""After this long, whoever was writing a file is not at it any more."""


class Outdated(Exception):
    """The foods are others than those of the pack that was asked for."""


@transaction.atomic
def renew() -> FoodPack:
    """Take stock of the foods: the latest pack if nothing changed since, else a new one."""
    _let_one_take_stock()
    known = dict(PackedFood.objects.values_list("food_id", "digest"))
    latest, whole, rows = FoodPack.objects.last(), _Whole(), []
    for id, source, code, line in lines():
        digest = whole.add(line)
        if known.pop(id, None) != digest:
            rows.append(PackedFood(food_id=id, source=source, source_code=code, digest=digest))
    if latest and latest.version == whole.version:
        return latest
    pack = FoodPack.objects.create(version=whole.version, foods=whole.foods)
    _note_changed(pack, rows)
    PackedFood.objects.filter(food_id__in=[id for id, digest in known.items() if digest]).update(
        digest="", pack=pack
    )
    return pack


def current() -> FoodPack:
    """The latest pack; the first is made when somebody asks for it, if no load has made it."""
    return FoodPack.objects.last() or renew()


def opened(known: str = "") -> BinaryIO:
    """The file of the latest pack, or of what changed since a `known` version; from its beginning.

    Where foods are loaded meanwhile it is that of the newer pack.
    """
    for _attempt in range(ATTEMPTS):
        latest = current()
        try:
            return ((known and since(latest, known)) or whole(latest)).open("rb")
        except FileNotFoundError:
            continue  # a newer pack was made, and this one dropped
        except Outdated:
            renew()
    raise Outdated


def whole(pack: FoodPack) -> Path:
    """The file of a whole pack. Raises `Outdated` if it is not that of the foods any more."""
    path = _path(pack.version)
    return path if path.exists() else _write(path, _head(pack, None), _all_of(pack))


def since(pack: FoodPack, version: str) -> Path | None:
    """The file of what changed from an earlier version on; None if that version is not known here.

    Raises `Outdated` as `whole` does.
    """
    earlier = FoodPack.objects.filter(version=version).last()
    if earlier is None:
        return None
    path = _path(pack.version, version)
    return path if path.exists() else _write(path, _head(pack, version), _changed_since(earlier, pack))


def lines(foods: models.QuerySet | None = None) -> Iterator[Line]:
    """The foods of the public tables in the order of source and code, read a few hundred at a time.

    As plain values, with their portions read beside them in the same order: model instances would take
    five times as long and many times the memory.
    """
    rows = (Food.objects.all() if foods is None else foods).filter(owner=None, deleted_at=None)
    portions = FoodPortion.objects.filter(food__in=rows).order_by("food__source", "food__source_code", "seq")
    weighed = groupby(
        portions.values_list("food__source", "food__source_code", *PORTION).iterator(BATCH), itemgetter(0, 1)
    )
    key, measures = next(weighed, (None, iter(())))
    told = rows.order_by("source", "source_code").values_list("id", "source", "source_code", *FOOD)
    for id, source, code, *texts in told.iterator(BATCH):
        own: tuple[PortionRecord, ...] = ()
        if key == (source, code):
            own = tuple(PortionRecord(seq, said, float(g), usual) for _s, _c, seq, said, g, usual in measures)
            key, measures = next(weighed, (None, iter(())))
        yield id, source, code, fixture.line(_record(source, code, texts, own))


class _Whole:
    """The digest of all lines, taken one by one."""

    def __init__(self) -> None:
        self.foods = 0
        self._all = hashlib.sha256()

    def add(self, line: str) -> str:
        digest = hashlib.sha256(line.encode())
        self.foods += 1
        self._all.update(digest.digest())
        return digest.hexdigest()[:32]

    @property
    def version(self) -> str:
        return self._all.hexdigest()[:32]


def _let_one_take_stock() -> None:
    """Hold the row of the loaded food table: a load, and whoever else takes stock, wait."""
    list(LoadedRelease.objects.select_for_update().filter(name="foods"))


def _note_changed(pack: FoodPack, rows: list[PackedFood]) -> None:
    for row in rows:
        row.pack = pack
    PackedFood.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["food_id"],
        update_fields=["source", "source_code", "digest", "pack"],
    )  # fmt: skip


def _record(source: str, code: str, texts: list, portions: tuple[PortionRecord, ...]) -> FoodRecord:
    name, category, synonyms, rank, hidden, *amounts = texts
    return FoodRecord(source, code, name, category, synonyms, tuple(amounts), portions, rank, hidden)


# Files ----------------------------------------------------------------------------------------


def _all_of(pack: FoodPack) -> Iterator[str]:
    """Every line, if in the end they are those of this pack."""
    read = _Whole()
    for *_food, line in lines():
        read.add(line)
        yield line
    if read.version != pack.version:
        raise Outdated


def _changed_since(earlier: FoodPack, pack: FoodPack) -> Iterator[str]:
    """The lines that changed, if each is still as the stock that was taken for this pack knows it."""
    rows = PackedFood.objects.filter(pack__gt=earlier).order_by("source", "source_code")
    changed = list(rows.values_list("food_id", "source", "source_code", "digest"))
    known = {id: digest for id, _source, _code, digest in changed if digest}
    read = _Whole()
    for id, _source, _code, line in lines(Food.objects.filter(pk__in=rows.values("food_id"))):
        if read.add(line) != known.pop(id, None):
            raise Outdated
        yield line
    if known or FoodPack.objects.last() != pack:
        raise Outdated
    for _id, source, code, digest in changed:
        if not digest:
            yield fixture.as_json((source, code))


def _head(pack: FoodPack, earlier: str | None) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": pack.version,
        "since": earlier,
        "foods": pack.foods,
        "columns": fixture.COLUMNS,
        "nutrients": list(CODES),
        "sources": {source.value: str(CITATIONS[source]) for source in (FoodSource.FNDDS, FoodSource.SR28)},
        "namespace": str(FOOD_NAMESPACE),
    }


def _path(version: str, earlier: str = "") -> Path:
    return _folder() / f"{'-since-'.join(filter(None, [version, earlier]))}.jsonl.gz"


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "packs"
    folder.mkdir(exist_ok=True)
    return folder


def _write(path: Path, head: dict[str, Any], rows: Iterable[str]) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}")
    try:
        # Without a name or a time in it, the same lines give the same file.
        with part.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
            packed.write(f"{fixture.as_json(head)}\n".encode())
            packed.writelines(f"{row}\n".encode() for row in rows)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _drop_older(path)
    drop_parts()
    return path


def _drop_older(kept: Path) -> None:
    """Packs of earlier versions are asked for no more; whoever is being sent one still has it open."""
    version = kept.name[:32]
    for path in kept.parent.glob("*.jsonl.gz"):
        if not path.name.startswith(version):
            path.unlink(missing_ok=True)


def drop_parts() -> None:
    """Delete what a process left behind that was killed while it wrote."""
    for part in _folder().glob(".*.jsonl.gz.*"):
        try:
            if part.stat().st_mtime < time.time() - PARTS_KEPT_S:
                part.unlink()
        except FileNotFoundError:
            continue  # another process was first
