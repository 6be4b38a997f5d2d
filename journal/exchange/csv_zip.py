"""A diary as a zip of CSV files: one for each kind of row, one for the foods of meals, and so on.

UTF-8 with the mark that spreadsheets look for, units in the names of columns, an empty cell for what is not
known or not said. A text that a spreadsheet would take for a formula stands behind an apostrophe, as does one
that begins with an apostrophe; reading takes it away again, so nothing is lost.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.exchange.contents import SECTIONS, Broken, Kind, Part, Row, Section, batches, kind_of, number
from journal.models import Diarist
from nutrients.codes import CODES

MEDIA_TYPE = "application/zip"
MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
"""What a cell must not begin with, after OWASP's list of what spreadsheets take for a formula."""
MOST_UNPACKED = 60_000_000
"""Twelve years of many meals with a note each."""
ABOUT = gettext_lazy(
    "A diary that SpasmLog exported. Each file holds one kind of row, in UTF-8, with units in the names of "
    "its columns. An empty cell is not known or not said, never zero. Times are in UTC; local_date is the "
    "diary day. A text behind an apostrophe would otherwise be a formula in a spreadsheet. SpasmLog reads "
    "this file back in."
)  # fmt: skip


# Out ------------------------------------------------------------------------------------------


def write(diarist: Diarist, began: datetime | None = None) -> Iterator[bytes]:
    """The whole diary, packed while it is read; no more than a few hundred rows are in memory."""
    began = began or timezone.now()
    out = _Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("README.txt", f"{ABOUT}\n")
        for section in SECTIONS:
            yield from _written(packed, out, f"{section.name}.csv", _table(section, diarist, began))
            if section.part:
                yield from _written(packed, out, _part_file(section), _part_table(section, diarist, began))
    yield out.taken()


class _Pieces(io.RawIOBase):
    """Where the zip is written to: what has come since it was last taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _written(packed: zipfile.ZipFile, out: _Pieces, name: str, table: Iterator[list[str]]) -> Iterator[bytes]:
    with packed.open(name, "w", force_zip64=True) as file:
        file.write("\ufeff".encode())
        for rows in batches(table):
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            file.write(text.getvalue().encode())
            yield out.taken()


def _table(section: Section, diarist: Diarist, began: datetime) -> Iterator[list[str]]:
    columns = _columns(section)
    yield [*columns, *section.told]
    for row in section.rows(diarist, began):
        yield [
            *(column.out(row) for column in columns.values()),
            *(_cell(row[name]) for name in section.told),
        ]


def _part_table(section: Section, diarist: Diarist, began: datetime) -> Iterator[list[str]]:
    part = section.part
    assert part is not None
    yield [part.parent, *part.fields, *part.told]
    for row in section.rows(diarist, began):
        for one in row[part.name]:  # a food of a usual meal names only what was said of it
            yield [row["id"], *(_cell(one.get(name)) for name in (*part.fields, *part.told))]


def _part_file(section: Section) -> str:
    assert section.part is not None
    return f"{section.part.parent}_{section.part.name}.csv"


def _cell(value: Any) -> str:
    """A plain value as a cell; numbers are no text, so a minus before them is no formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(MARKS) else text


def _columns(section: Section) -> dict[str, "Column"]:
    columns: dict[str, Column] = {}
    for name in section.fields:
        if name == "amounts":
            columns |= {code: Column(name, None, code) for code in CODES}
        else:
            columns[name] = Column(name, kind_of(section.model, name))
    return columns


class Column:
    """A column of a file and what it holds of a row: a field, or one amount of its amounts."""

    def __init__(self, field: str, kind: Kind | None, code: str = ""):
        self.field, self.kind, self.code = field, kind, code

    def out(self, row: Row) -> str:
        said = row[self.field]
        if self.code:
            return _cell(said.get(self.code))
        return _joined(said) if isinstance(said, list) else _cell(said)

    def put(self, cell: str, row: Row) -> None:
        if self.kind is None:
            if cell:
                row.setdefault(self.field, {})[self.code] = _number(cell)
        elif self.kind.name == "listed":
            row[self.field] = _tried(cell) if self.field == "relief" else _split(cell)
        else:
            row[self.field] = _read_cell(cell, self.kind)


def _joined(listed: list) -> str:
    """`stretch: yes; massage` for what was tried, `fever; chest_pain` for signs."""
    return "; ".join(
        one
        if isinstance(one, str)
        else f"{one['what']}: {one['helped']}"
        if one.get("helped")
        else one["what"]
        for one in listed
    )


# In -------------------------------------------------------------------------------------------


def read(file: IO[bytes]) -> Iterator[tuple[str, str, Any]]:
    """The rows of a file as (section, place in the file, row).

    Raises
    ------
    Broken
        If it is not a zip of such files, or unpacks to more than a diary can be.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            _check(packed)
            for section in SECTIONS:
                yield from _rows(packed, section)
    except (zipfile.BadZipFile, zlib.error, zipfile.LargeZipFile, RuntimeError, EOFError, OSError) as wrong:
        raise Broken(_("This is not a whole zip file.")) from wrong


def _check(packed: zipfile.ZipFile) -> None:
    names = [one.filename for one in packed.infolist()]
    known = {"README.txt", *(f"{section.name}.csv" for section in SECTIONS)}
    known |= {_part_file(section) for section in SECTIONS if section.part}
    if "profile.csv" not in names:
        raise Broken(_("This is not a diary that SpasmLog exported."))
    for name in names:
        if name not in known or names.count(name) > 1:
            raise Broken(_("There is no such list in a diary."), name[:60])
    # What a file says of its size is all that zipfile unpacks of it.
    if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
        raise Broken(_("Unpacked, this is larger than any diary."))


def _rows(packed: zipfile.ZipFile, section: Section) -> Iterator[tuple[str, str, Row]]:
    columns = _columns(section)
    parts = _Parts(packed, section.part, _part_file(section)) if section.part else None
    for place, cells in _cells(packed, f"{section.name}.csv", [*columns, *section.told]):
        row: Row = {}
        try:
            for name, column in columns.items():
                column.put(cells[name], row)
            if parts:  # an id before it is asked for: nothing else may stand for many parts
                kind_of(section.model, name := "id").value(row["id"])
        except ValueError as wrong:
            raise Broken(wrong, f"{place}, {name}") from None
        if parts:
            row[parts.name] = parts.of(row["id"])
        yield section.name, place, row
    if parts:
        parts.end()


class _Parts:
    """The rows of a file of parts, which stand in the order of what they belong to."""

    def __init__(self, packed: zipfile.ZipFile, part: Part, file: str):
        self.name, self._part, self._file = part.name, part, file
        self._rows = _cells(packed, file, [part.parent, *part.fields, *part.told])
        self._next = next(self._rows, None)

    def of(self, parent: str) -> list[Row]:
        found = []
        while self._next and self._next[1][self._part.parent] == parent:
            place, cells = self._next
            found.append(self._row(place, cells))
            self._part.check_number(len(found), place)
            self._next = next(self._rows, None)
        return found

    def end(self) -> None:
        if self._next:
            raise Broken(_("This belongs to no row, or its file is sorted otherwise."), self._next[0])

    def _row(self, place: str, cells: dict[str, str]) -> Row:
        kinds = {name: kind_of(self._part.model, name) for name in self._part.fields}
        try:
            return {name: _read_cell(cells[name], kind) for name, kind in kinds.items()}
        except ValueError as wrong:
            raise Broken(wrong, place) from None


def _cells(packed: zipfile.ZipFile, name: str, columns: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of one file by column, each with its place. A file that is not there has none."""
    if name not in packed.namelist():
        return
    with packed.open(name) as file:
        lines = csv.reader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""), strict=True)
        try:
            if next(lines, None) != columns:
                raise Broken(_("The columns are not those of an export."), name)
            for cells in lines:
                if len(cells) != len(columns):
                    raise Broken(
                        _("This line has more or fewer cells than columns."), f"{name}, {lines.line_num}"
                    )
                yield f"{name}, {lines.line_num}", dict(zip(columns, cells, strict=True))
        except (csv.Error, UnicodeDecodeError) as wrong:
            raise Broken(_("This is not a CSV file in UTF-8."), name) from wrong


def _read_cell(cell: str, kind: Kind) -> Any:
    """A cell as the plain value it was written from."""
    if kind.name != "text":
        return None if not cell else READERS.get(kind.name, str)(cell)
    if not cell and kind.null:
        return None
    return cell[1:] if cell.startswith("'") else cell


def _number(cell: str) -> Decimal:
    try:
        exact = number(Decimal(cell))
    except (ArithmeticError, ValueError):
        exact = None
    if exact is None:
        raise ValueError(_("Enter a number."))
    return exact


def _yes(cell: str) -> bool:
    if cell.lower() not in ("true", "false"):  # a spreadsheet writes TRUE
        raise ValueError(_("Give true or false."))
    return cell.lower() == "true"


READERS: dict[str, Callable[[str], Any]] = {"number": _number, "whole": _number, "yes": _yes}


def _split(cell: str) -> list[str]:
    return [one.strip() for one in cell.split(";") if one.strip()]


def _tried(cell: str) -> list[Row]:
    said = (one.partition(":") for one in _split(cell))
    return [{"what": what.strip(), "helped": helped.strip() or None} for what, _colon, helped in said]
