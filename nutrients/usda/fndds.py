"""FNDDS, foods as eaten: three workbooks, "At A Glance", each with its data on the first sheet.

Row 1 is a title, row 2 the headers, data start in row 3. All amounts are per 100 g of the edible part.
The release has no blanks; a blank in a later one would be "not known". Many of its zeros are imputed,
and count as known.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from nutrients.codes import CODES, FoodSource
from nutrients.usda.release import (
    USUAL_SEQ,
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

HEADERS: dict[str, str] = {
    "energy_kcal": "Energy (kcal)",
    "protein_g": "Protein (g)",
    "fat_g": "Total Fat (g)",
    "carbohydrate_g": "Carbohydrate (g)",
    "fiber_g": "Fiber, total dietary (g)",
    "alcohol_g": "Alcohol (g)",
    "caffeine_mg": "Caffeine (mg)",
    "water_g": "Water (g)",
    "calcium_mg": "Calcium (mg)",
    "magnesium_mg": "Magnesium (mg)",
    "potassium_mg": "Potassium (mg)",
    "sodium_mg": "Sodium (mg)",
    "iron_mg": "Iron (mg)",
    "zinc_mg": "Zinc (mg)",
    "phosphorus_mg": "Phosphorus (mg)",
    "vitamin_d_ug": "Vitamin D (D2 + D3) (mcg)",
    "vitamin_b12_ug": "Vitamin B-12 (mcg)",
    "vitamin_b6_mg": "Vitamin B-6 (mg)",
    "folate_ug": "Folate, total (mcg)",
    "vitamin_c_mg": "Vitamin C (mg)",
}
"""Where each of the twenty amounts stands; white space in headers is collapsed before they are matched."""

CODE, NAME, CATEGORY = "Food code", "Main food description", "WWEIA Category description"
OTHER_NAMES = "Additional food description"
SEQ, PORTION, GRAMS = "Seq num", "Portion description", "Portion weight (g)"

USUAL = "Quantity not specified"
"""The amount the survey assumes when nobody said how much."""
SURVEY_RULE = "Guideline amount"
"""Begins a rule for survey staff (milk in coffee, sauce on a sandwich), which is no measure of a food."""


def read(folder: Path) -> list[FoodRecord]:
    """Return the foods of a release folder in the order of their codes, not yet ranked.

    Raises
    ------
    ReleaseError
        If a file or column is missing, a value is no amount, a code comes twice, or a portion is of a
        food that the release does not list.
    """
    listed = _other_names(only_file(folder, "*Foods and Beverages*.xlsx"))
    foods = _nutrient_values(only_file(folder, "*Nutrient Values*.xlsx"), listed)
    portions = _portions(only_file(folder, "*Portions and Weights*.xlsx"), {*foods, *listed})
    return [
        FoodRecord(
            FoodSource.FNDDS.value,
            code,
            name,
            category,
            listed.get(code, ""),
            amounts,
            in_order(portions[code]),
        )
        for code, (name, category, amounts) in sorted(foods.items())
    ]


def _nutrient_values(
    path: Path, listed: dict[str, str]
) -> dict[str, tuple[str, str, tuple[float | None, ...]]]:
    foods: dict[str, tuple[str, str, tuple[float | None, ...]]] = {}
    for row, cells in _rows(path, [CODE, NAME, CATEGORY, *HEADERS.values()]):
        code = _code(cells[CODE], Place(path.name, row, CODE))
        if code in foods:
            raise ReleaseError(f"food {code} comes twice", path.name, row, CODE)
        if code not in listed:
            raise ReleaseError(f"food {code} is not in the list of foods", path.name, row, CODE)
        name = _name(cells[NAME], Place(path.name, row, NAME))
        amounts = tuple(amount(cells[HEADERS[c]], Place(path.name, row, HEADERS[c])) for c in CODES)
        foods[code] = name, tidy(cells[CATEGORY]), amounts
    return foods


def _other_names(path: Path) -> dict[str, str]:
    """What else each listed food is called: brands and other words, separated by semicolons."""
    listed: dict[str, str] = {}
    for row, cells in _rows(path, [CODE, NAME, OTHER_NAMES]):
        code = _code(cells[CODE], Place(path.name, row, CODE))
        if code in listed:
            raise ReleaseError(f"food {code} comes twice", path.name, row, CODE)
        listed[code] = tidy(cells[OTHER_NAMES])
    return listed


def _portions(path: Path, codes: set[str]) -> dict[str, list[PortionRecord]]:
    """The measures of each food. The workbook is in no order that can be relied upon."""
    portions: dict[str, list[PortionRecord]] = defaultdict(list)
    seen: set[tuple[str, int]] = set()
    for row, cells in _rows(path, [CODE, SEQ, PORTION, GRAMS]):
        code = _code(cells[CODE], Place(path.name, row, CODE))
        if code not in codes:
            raise ReleaseError(f"food {code} is not in the list of foods", path.name, row, CODE)
        seq = whole_number(cells[SEQ], Place(path.name, row, SEQ))
        if (code, seq) in seen or seq >= USUAL_SEQ:
            raise ReleaseError(
                f"portion {seq} of food {code} comes twice or is out of range", path.name, row, SEQ
            )
        seen.add((code, seq))
        description = _name(cells[PORTION], Place(path.name, row, PORTION))
        grams = weight(cells[GRAMS], Place(path.name, row, GRAMS))
        if grams and not description.startswith(SURVEY_RULE):
            portions[code].append(_portion(seq, description, grams))
    return portions


def _portion(seq: int, description: str, grams: float) -> PortionRecord:
    if description == USUAL:
        return PortionRecord(USUAL_SEQ, "usual amount", grams, usual=True)
    return PortionRecord(seq, description, grams)


def _rows(path: Path, wanted: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The data rows of a workbook's first sheet as (row number in the file, {header: cell})."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as broken:  # whatever a damaged archive makes of itself
        raise ReleaseError(f"is not a readable workbook ({broken})", path.name) from broken
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        next(rows, None)
        headers = {tidy(header): index for index, header in enumerate(next(rows, ()))}
        if missing := [header for header in wanted if header not in headers]:
            raise ReleaseError("the column is missing", path.name, 2, missing[0])
        columns = {header: headers[header] for header in wanted}
        for number, cells in enumerate(rows, start=3):
            if any(cell is not None for cell in cells):
                yield number, {h: cells[i] if i < len(cells) else None for h, i in columns.items()}
    finally:
        book.close()


def _code(value: object, place: Place) -> str:
    """A food code, eight digits that the workbook holds as a number."""
    code = tidy(value)
    if not (code.isascii() and code.isdigit() and len(code) == 8):
        raise place.error(f"{code!r} is not a food code of eight digits")
    return code


def _name(value: object, place: Place) -> str:
    if not (name := tidy(value)):
        raise place.error("the description is missing")
    return name
