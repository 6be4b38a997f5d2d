"""What is read from a release: foods, their portions, and the error that says where a file is broken."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

FNDDS_CITATION = (
    "USDA, ARS, 2024. USDA Food and Nutrient Database for Dietary Studies 2021-2023. "
    "Food Surveys Research Group Home Page."
)
SR28_CITATION = (
    "US Department of Agriculture, Agricultural Research Service, Nutrient Data Laboratory. USDA National "
    "Nutrient Database for Standard Reference, Release 28. Version Current: September 2015, slightly "
    "revised May 2016."
)
CITATIONS = {"fndds": FNDDS_CITATION, "sr28": SR28_CITATION}

USUAL_SEQ = 999
"""The place of the usual amount among a food's portions: behind every measure."""


class ReleaseError(Exception):
    """A release that cannot be trusted: which file, which row and column of it, and what is wrong there."""

    def __init__(self, problem: str, file: str, row: int | None = None, column: str | None = None):
        self.problem, self.file, self.row, self.column = problem, file, row, column
        place = file
        if row is not None:
            place += f", row {row}"
        if column is not None:
            place += f", column '{column}'"
        super().__init__(f"{place}: {problem}")


@dataclass(frozen=True, slots=True)
class PortionRecord:
    """A household measure: what it is called, and what the whole of it weighs [g]."""

    seq: int
    description: str
    grams: float
    usual: bool = False


@dataclass(frozen=True, slots=True)
class FoodRecord:
    """A food of a public table. `amounts` stand in the order of `nutrients.codes.CODES`, per 100 g of
    the edible part; None is "not known"."""

    source: str
    code: str
    name: str
    category: str
    synonyms: str
    amounts: tuple[float | None, ...]
    portions: tuple[PortionRecord, ...] = ()
    rank: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a release file, to be named in an error."""

    file: str
    row: int
    column: str

    def error(self, problem: str) -> ReleaseError:
        return ReleaseError(problem, self.file, self.row, self.column)


def tidy(text: object) -> str:
    """One line of text without doubled, leading or trailing white space; empty for a blank."""
    return "" if text is None else " ".join(str(text).split())


def amount(value: object, place: Place) -> float | None:
    """A content per 100 g. Blank is not known, never 0."""
    number = _number(value, place)
    return None if number is None else float(number)


def weight(value: object, place: Place) -> float:
    """A portion's weight [g], which must be there. 0 is left to the caller: releases use it for "none"."""
    number = _number(value, place)
    if number is None:
        raise place.error("the weight is missing")
    if number != round(number, 3):
        raise place.error(f"{str(value)!r} has more than three decimals")
    return float(number)


def _number(value: object, place: Place) -> Decimal | None:
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise place.error(f"{text!r} is not a number") from None
    if not math.isfinite(number):
        raise place.error(f"{text!r} is not a number")
    if number < 0:
        raise place.error(f"{text} is below 0")
    return number


def whole_number(value: object, place: Place) -> int:
    """A sequence number."""
    number = _number(value, place)
    if number is None or number != int(number):
        raise place.error(f"{'' if value is None else str(value)!r} is not a whole number")
    return int(number)


def only_file(folder: Path, pattern: str) -> Path:
    """The one file of a release folder whose name fits; releases put their years into the names."""
    found = sorted(folder.glob(pattern)) if folder.is_dir() else []
    if len(found) == 1:
        return found[0]
    if found:
        raise ReleaseError(f"more than one file is named {pattern}", str(folder))
    raise ReleaseError(f"there is no file named {pattern}", str(folder))


def in_order(portions: Iterable[PortionRecord]) -> tuple[PortionRecord, ...]:
    return tuple(sorted(portions, key=lambda portion: portion.seq))
