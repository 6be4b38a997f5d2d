"""The compact food table that ships with the project: JSON lines, compressed.

The first line names the format, its columns and the releases. Every other line is one food, in the order
of source and code: its texts, rank, whether it is hidden, its amounts per 100 g (`null` is "not known"),
and its portions as [number, description, grams, usual]. Numbers are written as the shortest decimals that
read back to the same value, so that nothing is lost and the same foods give the same bytes.
"""

import hashlib
import json
import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from nutrients.codes import CODES
from nutrients.usda.release import CITATIONS, FoodRecord, PortionRecord, ReleaseError

FORMAT = "SpasmLog foods 1"
FOLDER = Path(settings.BASE_DIR) / "fixtures"
SHIPPED = FOLDER / "foods.jsonl.xz"
COLUMNS = ["source", "code", "name", "category", "synonyms", "rank", "hidden", "amounts", "portions"]
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]
"""Tuned for text; named in full, so that the bytes do not hang on a default."""


def write(path: Path, foods: Iterable[FoodRecord]) -> None:
    """Write foods; the same foods give the same file, byte for byte."""
    foods = sorted(foods, key=lambda food: (food.source, food.code))
    head = {
        "format": FORMAT,
        "columns": COLUMNS,
        "nutrients": list(CODES),
        "citations": {source: CITATIONS[source] for source in sorted({food.source for food in foods})},
    }
    text = "\n".join([as_json(head), *(line(food) for food in foods), ""])
    path.write_bytes(lzma.compress(text.encode(), check=lzma.CHECK_CRC64, filters=FILTERS))


def line(food: FoodRecord) -> str:
    """One food as the fixture writes it; a food's digest is taken from it, too."""
    return as_json(
        [
            food.source, food.code, food.name, food.category, food.synonyms, food.rank, int(food.hidden),
            [_short(amount) for amount in food.amounts],
            [[p.seq, p.description, _short(p.grams), *([1] if p.usual else [])] for p in food.portions],
        ]
    )  # fmt: skip


def read(path: Path = SHIPPED) -> list[FoodRecord]:
    """Return the foods of a fixture.

    Raises
    ------
    ReleaseError
        If the file is missing, damaged, of another format, or names a food twice.
    """
    try:
        head, *lines = lzma.decompress(path.read_bytes()).decode().splitlines()
    except (OSError, lzma.LZMAError, ValueError) as broken:
        raise ReleaseError(f"cannot be read ({broken})", path.name) from broken
    _check_head(head, path)
    return list(_foods(lines, path))


def digest(path: Path = SHIPPED) -> str:
    """SHA-256 of a file as it stands on disk."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_head(text: str, path: Path) -> None:
    try:
        head = json.loads(text)
        known = head["format"], head["columns"], head["nutrients"]
    except (ValueError, KeyError, TypeError):
        known = None
    if known != (FORMAT, COLUMNS, list(CODES)):
        raise ReleaseError("is not a food table that this version reads", path.name, 1)


def _foods(lines: list[str], path: Path) -> Iterator[FoodRecord]:
    seen: set[tuple[str, str]] = set()
    for row, text in enumerate(lines, start=2):
        try:
            food = _food(json.loads(text))
        except (ValueError, TypeError) as broken:
            raise ReleaseError(f"is not a food ({broken})", path.name, row) from broken
        if (food.source, food.code) in seen:
            raise ReleaseError(f"food {food.source} {food.code} comes twice", path.name, row)
        seen.add((food.source, food.code))
        yield food


def _food(cells: list) -> FoodRecord:
    source, code, name, category, synonyms, rank, hidden, amounts, portions = cells
    if len(amounts) != len(CODES) or any(amount is not None and not amount >= 0 for amount in amounts):
        raise ValueError("an amount is missing or below 0")
    return FoodRecord(
        source, code, name, category, synonyms,
        tuple(None if amount is None else float(amount) for amount in amounts),
        tuple(PortionRecord(seq, said, float(grams), bool(usual)) for seq, said, grams, *usual in portions),
        rank, bool(hidden),
    )  # fmt: skip


def as_json(value: object) -> str:
    """As short as JSON can be."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _short(number: float | None) -> float | int | None:
    """3.0 as 3: the same number in fewer characters."""
    return int(number) if number is not None and number == int(number) else number
