"""SR28, single foods and ingredients: text files with fields separated by `^`, text within `~`.

A quote is an inch mark in these files, never a quotation, so no CSV reader is asked. All amounts are per
100 g of the edible part. A blank is "not known"; there is no field for alcohol or caffeine, so both are
not known for any food, whatever its name suggests.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from nutrients.codes import CODES, FoodSource
from nutrients.usda.release import (
    FoodRecord,
    Place,
    PortionRecord,
    ReleaseError,
    amount,
    in_order,
    only_file,
    tidy,
    weight,
    whole_number,
)

FIELDS: dict[str, tuple[int, str]] = {
    "energy_kcal": (4, "Energ_Kcal"),
    "protein_g": (5, "Protein"),
    "fat_g": (6, "Lipid_Tot"),
    "carbohydrate_g": (8, "Carbohydrt"),
    "fiber_g": (9, "Fiber_TD"),
    "water_g": (3, "Water"),
    "calcium_mg": (11, "Calcium"),
    "magnesium_mg": (13, "Magnesium"),
    "potassium_mg": (15, "Potassium"),
    "sodium_mg": (16, "Sodium"),
    "iron_mg": (12, "Iron"),
    "zinc_mg": (17, "Zinc"),
    "phosphorus_mg": (14, "Phosphorus"),
    "vitamin_d_ug": (42, "Vit_D_mcg"),
    "vitamin_b12_ug": (32, "Vit_B12"),
    "vitamin_b6_mg": (26, "Vit_B6"),
    "folate_ug": (27, "Folate_Tot"),
    "vitamin_c_mg": (21, "Vit_C"),
}
"""Which field of ABBREV.txt holds each amount, counted from 1."""

VITAMIN_D_IU = (43, "Vit_D_IU")
IU_PER_UG_VITAMIN_D = 40
"""1 µg of vitamin D is 40 IU (IOM, Dietary Reference Intakes for Calcium and Vitamin D, 2011)."""


@dataclass(frozen=True)
class Description:
    name: str
    category: str
    synonyms: str


def read(folder: Path) -> list[FoodRecord]:
    """Return the foods of a release folder in the order of their codes, not yet ranked.

    Raises
    ------
    ReleaseError
        If a file is missing, a row has not the fields of its format, a value is no amount, a code comes
        twice, or a description or weight is of a food that the release does not hold.
    """
    contents = _contents(only_file(folder, "ABBREV.txt"))
    descriptions = _descriptions(
        only_file(folder, "FOOD_DES.txt"), _groups(only_file(folder, "FD_GROUP.txt")), set(contents)
    )
    portions = _portions(only_file(folder, "WEIGHT.txt"), set(contents))
    foods = []
    for code, (short_name, amounts) in sorted(contents.items()):
        said = descriptions.get(code) or Description(short_name, "", "")
        foods.append(
            FoodRecord(
                FoodSource.SR28.value,
                code,
                said.name,
                said.category,
                said.synonyms,
                amounts,
                in_order(portions[code]),
            )
        )
    return foods


def _contents(path: Path) -> dict[str, tuple[str, tuple[float | None, ...]]]:
    foods: dict[str, tuple[str, tuple[float | None, ...]]] = {}
    for row, fields in _rows(path, 53, "utf-8"):
        code = _code(fields[0], Place(path.name, row, "NDB_No"))
        if code in foods:
            raise ReleaseError(f"food {code} comes twice", path.name, row, "NDB_No")
        foods[code] = tidy(fields[1]), tuple(_amount(nutrient, fields, path.name, row) for nutrient in CODES)
    return foods


def _amount(nutrient: str, fields: list[str], file: str, row: int) -> float | None:
    if nutrient not in FIELDS:
        return None
    number, column = FIELDS[nutrient]
    known = amount(fields[number - 1], Place(file, row, column))
    if known is None and nutrient == "vitamin_d_ug":
        return _vitamin_d_from_iu(fields, file, row)
    return known


def _vitamin_d_from_iu(fields: list[str], file: str, row: int) -> float | None:
    number, column = VITAMIN_D_IU
    units = amount(fields[number - 1], Place(file, row, column))
    return None if units is None else units / IU_PER_UG_VITAMIN_D


def _groups(path: Path) -> dict[str, str]:
    return {tidy(fields[0]): tidy(fields[1]) for _row, fields in _rows(path, 2)}


def _descriptions(path: Path, groups: dict[str, str], codes: set[str]) -> dict[str, Description]:
    found: dict[str, Description] = {}
    for row, fields in _rows(path, 14):
        code = _code(fields[0], Place(path.name, row, "NDB_No"))
        if code in found:
            raise ReleaseError(f"food {code} comes twice", path.name, row, "NDB_No")
        if code not in codes:
            raise ReleaseError(f"food {code} is not in ABBREV.txt", path.name, row, "NDB_No")
        if fields[1] not in groups:
            raise ReleaseError(f"food group {fields[1]!r} is not in FD_GROUP.txt", path.name, row, "FdGrp_Cd")
        if not (name := tidy(fields[2])):
            raise ReleaseError("the description is missing", path.name, row, "Long_Desc")
        found[code] = Description(name, groups[fields[1]], _synonyms(fields[4], fields[5]))
    return found


PAPERWORK = re.compile(r"urmis|usda commodity|\bcommodity (food|code)|nfsmi|^wic\b", re.IGNORECASE)
"""Numbers of purchasing programmes, which stand among the common names."""


def _synonyms(common_names: str, manufacturer: str) -> str:
    names = [tidy(common_names)] if not PAPERWORK.search(common_names) else []
    return "; ".join(filter(None, [*names, tidy(manufacturer)]))


def _portions(path: Path, codes: set[str]) -> dict[str, list[PortionRecord]]:
    portions: dict[str, list[PortionRecord]] = defaultdict(list)
    seen: set[tuple[str, int]] = set()
    for row, fields in _rows(path, 7):
        code = _code(fields[0], Place(path.name, row, "NDB_No"))
        if code not in codes:
            raise ReleaseError(f"food {code} is not in ABBREV.txt", path.name, row, "NDB_No")
        seq = whole_number(fields[1], Place(path.name, row, "Seq"))
        if (code, seq) in seen:
            raise ReleaseError(f"portion {seq} of food {code} comes twice", path.name, row, "Seq")
        seen.add((code, seq))
        description = measure(fields[2], fields[3], Place(path.name, row, "Amount"))
        grams = weight(fields[4], Place(path.name, row, "Gm_Wgt"))
        if grams:
            portions[code].append(PortionRecord(seq, description, grams))
    return portions


def measure(amount_field: str, measure_field: str, place: Place) -> str:
    """Name a portion as people say it: `.5` and `cup` are "1/2 cup", `3` and `oz` are "3 oz".

    The weight beside it is that of the whole, so the amount belongs to the name. Some rows repeat the
    amount within the measure (`8`, `bottle 8 fl oz`): they are one of that measure.
    """
    many = amount(amount_field, place)
    if not many:
        raise place.error(f"{amount_field!r} is not an amount of a measure")
    words = _plain_words(measure_field)
    if not words:
        raise place.error("the measure is missing")
    if _repeats(amount_field, words):
        many = 1
    return f"{fraction(many)} {words}"


def _repeats(amount_field: str, words: str) -> bool:
    """Whether "8" of "bottle (8 fl oz)" is the 8 of its fluid ounces, and not eight bottles."""
    number = re.escape(amount_field.strip())
    return amount_field.strip() != "1" and bool(
        re.fullmatch(rf"[a-z]+ \({number} (fl )?oz\)", words, re.IGNORECASE)
    )


def _plain_words(text: str) -> str:
    """A measure without doubled spaces, shorthand of food labels, or a size that runs into its noun."""
    words = re.sub(r"\( | \)| ,", lambda found: found.group().strip(), tidy(text)).replace("1/ 2", "1/2")
    words = re.sub("NLEA serving", "serving on the label", words, flags=re.IGNORECASE)
    words = CAPITALISED.sub(lambda found: found.group().lower(), words)
    return SIZE.sub(r"\1 (\2)", words)


CAPITALISED = re.compile(r"^(Cups?|Serving|Tbsp|Burger|Sandwich|Item|Biscuits?|Bar|Packet|Pouch)\b")
SIZE = re.compile(
    r"^((?:serving|bottle|can|container|jar|carton|package)(?= \d)|[a-z]+(?= 1 serving)) (\d[^()]*)$"
)
"""`serving 1/2 cup` is "serving (1/2 cup)", and `crackers 1 serving` is "crackers (1 serving)"."""


COMMON_FRACTIONS = [Fraction(n, d) for d in (2, 3, 4, 5, 6, 8, 10, 12) for n in range(1, d)]


def fraction(number: float) -> str:
    """Write an amount as a cook would: 0.5 as "1/2", 1.333 as "1 1/3", 5.3 as "5.3"."""
    whole, rest = divmod(number, 1)
    if not rest:
        return f"{whole:.0f}"
    near = min(COMMON_FRACTIONS, key=lambda candidate: abs(candidate - rest))
    if abs(near - rest) > 0.004 or (near.denominator in (5, 10) and whole):
        return f"{number:g}"
    return f"{whole:.0f} {near}" if whole else str(near)


def _rows(path: Path, fields: int, encoding: str = "iso-8859-1") -> Iterator[tuple[int, list[str]]]:
    """The rows of a file as (row number, fields without their tildes)."""
    try:
        lines = path.read_bytes().decode(encoding).split("\n")
    except UnicodeDecodeError as broken:
        raise ReleaseError(f"is not text in {encoding} ({broken.reason})", path.name) from broken
    for number, line in enumerate(lines, start=1):
        if not (line := line.rstrip("\r")):
            continue
        cells = line.split("^")
        if len(cells) != fields:
            raise ReleaseError(f"has {len(cells)} fields where {fields} belong", path.name, number)
        yield number, [cell.strip().removeprefix("~").removesuffix("~").strip() for cell in cells]


def _code(text: str, place: Place) -> str:
    """A food code: five digits, of which the leading zeros count."""
    if not (text.isascii() and text.isdigit() and len(text) == 5):
        raise place.error(f"{text!r} is not a food code of five digits")
    return text
