"""A diary as JSON: one object with a list for each kind of row, written and read a few rows at a time."""

import codecs
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from journal.exchange.contents import BY_NAME, SECTIONS, Broken, batches, number, plain
from journal.models import Diarist
from spasmlog import __version__

FORMAT = "SpasmLog diary 1"
MEDIA_TYPE = "application/json"
HEAD = ("format", "version", "exported_at")
CHUNK = 64 * 1024
LONGEST = 1_000_000
"""Characters of one row: a meal of sixty foods has about 20,000."""


def write(diarist: Diarist, began: datetime | None = None) -> Iterator[bytes]:
    """The whole diary, in pieces of a few hundred rows."""
    began = began or timezone.now()
    head = {"format": FORMAT, "version": __version__, "exported_at": plain(began)}
    yield ("{" + ",\n".join(f"{_json(name)}: {_json(value)}" for name, value in head.items())).encode()
    for section in SECTIONS:
        yield f",\n{_json(section.name)}: [".encode()
        between = "\n"
        for batch in batches(section.rows(diarist, began)):
            yield (between + ",\n".join(map(_json, batch))).encode()
            between = ",\n"
        yield b"]"
    yield b"}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def read(file: IO[bytes]) -> Iterator[tuple[str, str, Any]]:
    """The rows of a file as (section, place in the file, row), in the order of the file.

    Raises
    ------
    Broken
        If it is not JSON, not of this format, or has a list that is not known.
    """
    text = _Text(file)
    try:
        yield from _members(text)
    except (ValueError, RecursionError) as wrong:
        if isinstance(wrong, Broken):
            raise
        raise Broken(_("This is not a whole JSON file.")) from None


def _members(text: "_Text") -> Iterator[tuple[str, str, Any]]:
    text.take("{")
    first = True
    while not text.comes("}"):
        if not first:
            text.take(",")
        name = text.value()
        if not isinstance(name, str):
            raise ValueError("a name that is no text")
        text.take(":")
        if first and name != "format":
            raise Broken(_("This is not a diary that SpasmLog exported."))
        first = False
        if name in HEAD:
            _check_head(name, text.value())
        elif name in BY_NAME:
            yield from ((name, f"{name}, {number}", row) for number, row in enumerate(text.listed(), start=1))
        else:
            raise Broken(_("There is no such list in a diary."), name[:40])
    text.take("}")
    text.end()


def _check_head(name: str, said: Any) -> None:
    if name == "format" and said != FORMAT:
        raise Broken(_("This is not a diary that SpasmLog exported."))


class _Text:
    """A JSON text of which only the next values are in memory."""

    def __init__(self, file: IO[bytes]):
        self._pieces = codecs.getreader("utf-8-sig")(file)
        self._decoder = json.JSONDecoder(parse_float=_exact, parse_constant=_no_number)
        self._left, self._at, self._over = "", 0, False

    def comes(self, mark: str) -> bool:
        self._skip()
        return self._left.startswith(mark, self._at)

    def take(self, mark: str) -> None:
        if not self.comes(mark):
            raise ValueError(mark)
        self._at += 1

    def end(self) -> None:
        self._skip()
        if self._at < len(self._left):
            raise ValueError("more than one value")

    def value(self) -> Any:
        """The next value; more of the file is read until it is whole."""
        self._skip()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._left, self._at)
                if end < len(self._left) or self._over:  # a number could go on in what is not read yet
                    self._at = end
                    return value
            except ValueError:
                if self._over or len(self._left) - self._at > LONGEST:
                    raise
            self._more()

    def listed(self) -> Iterator[Any]:
        """The values of a list, one by one."""
        self.take("[")
        first = True
        while not self.comes("]"):
            if not first:
                self.take(",")
            first = False
            yield self.value()
        self.take("]")

    def _skip(self) -> None:
        while True:
            while self._at < len(self._left) and self._left[self._at] in " \t\n\r":
                self._at += 1
            if self._at < len(self._left) or self._over:
                return
            self._more()

    def _more(self) -> None:
        piece = self._pieces.read(CHUNK)
        self._left, self._at, self._over = self._left[self._at :] + piece, 0, not piece


def _exact(said: str) -> Decimal:
    """The number as it is written; one of a size that nothing has is none, and is refused where it stands."""
    exact = number(Decimal(said))
    return Decimal("NaN") if exact is None else exact


def _no_number(said: str) -> None:
    raise ValueError(said)
