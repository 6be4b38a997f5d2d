"""Write the table of constants in docs/numbers.md from the code itself, so that it shows what really runs.

A constant is an upper-case name of a `calc` module that holds numbers and is followed by a docstring. Its
unit stands there in brackets, its source in parentheses or as a number of the module's list of references.
"""

import ast
import importlib
import math
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PAGE = Path(settings.BASE_DIR) / "docs" / "numbers.md"
ROOTS = ("journal", "nutrients")
BEGINS = "<!-- written by write_numbers_table: begin -->\n"
ENDS = "<!-- written by write_numbers_table: end -->\n"
CHOICE = "product choice"
NAMES_A_SOURCE = re.compile(
    rf"\d{{4}}|{CHOICE}|by definition|assessment|advice rules|NIH|UK Chief|NIST|BIPM", re.I
)
CALENDAR = ("NOON", "MONDAY", "SATURDAY", "WEEK", "WEEKEND_DAYS", "MONTHS", "INCHES_PER_FOOT")
"""Names for what nobody chose."""
KNOWN_BY_NAME = ("IUPAC", "WHO", "Steele")
PRECISIONS = (0.10, 0.20, 0.30)
PUBLISHED_CV = {
    "energy": 0.30, "magnesium": 0.38, "potassium": 0.37, "calcium": 0.52, "sodium": 0.44, "water": 0.30,
    "vitamin D": 0.90, "vitamin B12": 1.50,
}  # fmt: skip
"""Spread within a person, as a share of the mean, that the table of days is worked out for. [-]"""
CLOSE, RATIOS = 0.9, (1.5, 3.0)
"""A correlation with true intake, and variances within over between persons, that days are worked out for."""

HEADING = """
Written by `python manage.py write_numbers_table` from the constants in the code; a test checks that it is
current. "Used in" names the files that look at it.

| constant | value | unit | what it is | source | used in |
| --- | --- | --- | --- | --- | --- |
"""
DAYS_HEADING = """
Days that bring the mean of a diary within so much of the true one, 19 times of 20 (Beaton et al., 1979), by
the published spread within a person; the page of a nutrient uses the diarist's own, pooled spread.

| | CV | ±10 % | ±20 % | ±30 % |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Constant:
    """Names that one docstring tells of, with what they hold."""

    module: str
    names: tuple[str, ...]
    values: tuple[object, ...]
    said: str
    module_said: str

    @property
    def unit(self) -> str:
        found = re.search(r"\[([^\]]+)\](?!_)[.\s]*$", self.said)
        return found[1] if found else ""

    @property
    def source(self) -> str:
        cited = [_cited(self.module_said, number) for number in re.findall(r"\[(\d+)\]_", self.said)]
        named = [one for one in re.findall(r"\(([^()]+)\)", self.said) if NAMES_A_SOURCE.search(one)]
        known = [name for name in KNOWN_BY_NAME if name in self.said]
        return "; ".join([*cited, *named] or known) or (CHOICE if CHOICE in _line(self.module_said) else "")

    @property
    def meaning(self) -> str:
        said = re.sub(r"\s*\[[^\]]+\](_)?", "", self.said)
        for one in re.findall(r"\(([^()]+)\)", said):
            if NAMES_A_SOURCE.search(one):
                said = said.replace(f" ({one})", "")
        return said.replace(" (after)", "").strip()


def _cited(module_said: str, number: str) -> str:
    found = re.search(rf"\.\. \[{number}\] (.*?)(?=\n\.\. \[|\n\n|\Z)", module_said, re.S)
    return _line(found[1]).rstrip(".") if found else ""


def _line(said: str) -> str:
    return " ".join(said.split())


# Found in the code ----------------------------------------------------------------------------


def constants() -> list[Constant]:
    """Each constant of the `calc` modules that has a docstring and holds numbers, file by file."""
    return [one for path in _sources() if path.parent.name == "calc" for one in _in_file(path)]


@cache
def _sources() -> tuple[Path, ...]:
    found = [path for root in ROOTS for path in (Path(settings.BASE_DIR) / root).rglob("*.py")]
    return tuple(sorted(path for path in found if "migrations" not in path.parts))


def _module(path: Path) -> str:
    return ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(_text(path))


def _in_file(path: Path) -> Iterator[Constant]:
    """Names that stand without a docstring directly before others share theirs."""
    module, tree = _module(path), _tree(path)
    held = vars(importlib.import_module(module))
    waiting: list[str] = []
    last_line = 0
    for node in tree.body:
        if names := _named(node):
            waiting = [*waiting, *names] if node.lineno == last_line + 1 else names
        elif waiting and node.lineno == last_line + 1 and (said := _docstring(node)):
            numbers = [name for name in waiting if _is_number(held[name])]
            if numbers:
                values = tuple(held[name] for name in numbers)
                yield Constant(module, tuple(numbers), values, said, ast.get_docstring(tree) or "")
            waiting = []
        last_line = node.end_lineno or 0


def _named(node: ast.stmt) -> list[str]:
    """The public upper-case names that a statement assigns."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    names = [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
    return [name for name in names if name.isupper() and name[0] != "_" and name not in CALENDAR]


def _docstring(node: ast.stmt) -> str:
    value = node.value if isinstance(node, ast.Expr) else None
    return _line(value.value) if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _is_number(value: object) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(map(_is_number, value.values()))
    if isinstance(value, tuple):
        return bool(value) and all(map(_is_number, value))
    return isinstance(value, (int, float, timedelta, time)) and not isinstance(value, bool)


def _users(constant: Constant) -> list[str]:
    """The files that name it, its own first."""
    own = constant.module.replace(".", "/") + ".py"
    others = (str(path.relative_to(settings.BASE_DIR)) for path in _sources() if _looks_at(path, constant))
    return [own, *(name for name in others if name != own)]


def _looks_at(path: Path, constant: Constant) -> bool:
    if not any(name in _text(path) for name in constant.names):
        return False  # most files: to walk their trees would take half a minute
    package, _dot, short = constant.module.rpartition(".")
    aliases = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module == constant.module:
            if not set(constant.names).isdisjoint(alias.name for alias in node.names):
                return True
        elif isinstance(node, ast.ImportFrom) and node.module == package:
            aliases |= {one.asname or one.name for one in node.names if one.name == short}
        elif _reads(node, constant.names, aliases):
            return True
    return False


def _reads(node: ast.AST, names: Iterable[str], modules: Collection[str]) -> bool:
    """Whether it is `module.NAME` of one of these."""
    named = isinstance(node, ast.Attribute) and node.attr in names and isinstance(node.value, ast.Name)
    return named and node.value.id in modules


# Written --------------------------------------------------------------------------------------


def table() -> str:
    """All that stands between the two marks."""
    return HEADING + "".join(map(_row, constants())) + days_table()


def days_table() -> str:
    """How many days a precision takes, by the formulas that run."""
    from journal.calc.usual import days_for_correlation, days_for_precision

    rows = [
        f"| {name} | {cv:.2f} | " + " | ".join(_whole(days_for_precision(cv, d)) for d in PRECISIONS) + " |\n"
        for name, cv in PUBLISHED_CV.items()
    ]
    days = " and ".join(f"{float(days_for_correlation(CLOSE, ratio)):.1f}" for ratio in RATIOS)
    ratios = " and ".join(map(str, RATIOS))
    closing = (
        f"\nTo tell people apart, a correlation of {CLOSE} with true intake, takes {days} days where the\n"
        f"variance within persons is {ratios} times that between them (Liu et al., 1978; Nelson et al.,\n"
        "1989).\n"
    )
    return DAYS_HEADING + "".join(rows) + closing


def _whole(days: Any) -> str:
    """Days as they are counted: the next whole one."""
    return str(math.ceil(float(days)))


def _row(one: Constant) -> str:
    names = ", ".join(f"`{name}`" for name in one.names)
    users = ", ".join(f"`{name}`" for name in _users(one))
    cells = names, ", ".join(map(_value, one.values)), one.unit, one.meaning, one.source, users
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_value(one)}" for name, one in value.items())
    if isinstance(value, tuple):
        return " to ".join(map(_value, value)) if len(value) == 2 else ", ".join(map(_value, value))
    if isinstance(value, timedelta):
        minutes = round(value / timedelta(minutes=1))
        return f"{minutes // 1440} d" if minutes % 1440 == 0 else f"{minutes} min"
    if isinstance(value, time):
        return value.isoformat("minutes")
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def page() -> str:
    """The document with the table as the code has it; the rest of it stays as it was written."""
    before, begins, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    _old, ends, after = rest.partition(ENDS)
    if not (begins and ends):
        raise CommandError("docs/numbers.md has no marks for the table.")
    return before + BEGINS + table() + ENDS + after


class Command(BaseCommand):
    help = "Write the table of constants in docs/numbers.md from the code."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="Only say whether the table is current.")

    def handle(self, *args, **options):
        if not options["check"]:
            PAGE.write_text(page(), encoding="utf-8")
        elif PAGE.read_text(encoding="utf-8") != page():
            raise CommandError("docs/numbers.md is not current. Run: python manage.py write_numbers_table")
