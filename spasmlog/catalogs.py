"""The catalogs of words in other languages: kept in step with the source, and complete.

`python -m spasmlog.catalogs` reads every text meant for people out of the source (Python, templates),
brings `locale/<language>/LC_MESSAGES/django.po` up to date and writes the `.mo` beside each, which is what
Django reads. With `--check` it writes nothing and tells what is missing or stale, and what a translation
broke: a placeholder that is gone, an unfinished plural.

A text that changed is translated anew: nothing is guessed from one that looks alike.
"""

import csv
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from spasmlog.american import american

HOUSE = Path(__file__).resolve().parent.parent
PLACES = ("spasmlog", "nutrients", "journal")
LOCALE = HOUSE / "spasmlog" / "locale"
ACTIVITIES = HOUSE / "fixtures" / "activities.csv"
WHOLE = ("de", "es")
"""Languages in which every text must be said."""
AMERICAN = "en_US"
"""The source is British; this catalog says what is spelled otherwise, and nothing else."""

KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
"""The head of a `.mo` has a date; with one that stands still, the same words are the same bytes."""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|%%")


# Out of the source ----------------------------------------------------------------------------


def texts() -> Catalog:
    """Every text for people in the source, with the files that say it, and names of everyday activities."""
    found = Catalog(charset="utf-8")
    for name in _everyday_activities():
        found.add(name, locations=[(ACTIVITIES.relative_to(HOUSE).as_posix(), None)], context="activity")
    for path in _sources():
        name = path.relative_to(HOUSE).as_posix()
        for _line, message, _comments, context in _texts_in(path):
            found.add(message, locations=[(name, None)], context=context)
    return found


def _everyday_activities() -> list[str]:
    with ACTIVITIES.open(encoding="utf-8", newline="") as file:
        return [row["name"] for row in csv.DictReader(file) if row["everyday"]]


def _sources() -> Iterator[Path]:
    for place in PLACES:
        for path in sorted((HOUSE / place).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and "migrations" not in path.parts:
                yield path


def _texts_in(path: Path) -> Iterator[tuple]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What is not a text comes out as rows of capitals; indented, they would be no Python.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    return extract("python", BytesIO(source.encode()), KEYWORDS, (), {"encoding": "utf-8"})


# The catalogs ---------------------------------------------------------------------------------


def path_of(language: str, suffix: str = ".po") -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"django{suffix}"


def stored(language: str) -> Catalog:
    """The catalog of a language as it lies in the repository; empty where there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, project="SpasmLog", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def renewed(language: str, source: Catalog) -> Catalog:
    """The catalog of a language with just the texts of the source, each as it was translated so far."""
    if language == AMERICAN:
        return _spelled_otherwise(source)
    catalog = stored(language)
    catalog.update(source, no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    return catalog


def _spelled_otherwise(source: Catalog) -> Catalog:
    catalog = Catalog(locale=AMERICAN, charset="utf-8", fuzzy=False)
    for message in source:
        said = tuple(map(american, _forms(message.id)))
        if message.id and said != _forms(message.id):
            string = said[0] if isinstance(message.id, str) else said
            catalog.add(message.id, string, message.locations, message.flags, context=message.context)
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """A catalog as text: one order, no dates and no line numbers, so that a diff shows words alone."""
    out = BytesIO()
    write_po(out, catalog, width=100, sort_output=True, omit_header=True, include_lineno=False)
    return _head(catalog) + out.getvalue()


def _head(catalog: Catalog) -> bytes:
    lines = [
        "Project-Id-Version: SpasmLog",
        f"Language: {catalog.locale}",
        f"Plural-Forms: {catalog.plural_forms}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    return ('msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n").encode()


def as_mo(po: bytes, language: str) -> bytes:
    """What Django reads. The same words give the same bytes."""
    catalog = read_po(BytesIO(po), locale=language, charset="utf-8")
    for message in [one for one in catalog if one.id and not _said(one)]:
        catalog.delete(message.id, message.context)  # it would be said as nothing, not in English
    catalog.creation_date = catalog.revision_date = NO_DAY
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


# What is wrong with them ----------------------------------------------------------------------


def complaints(language: str, source: Catalog) -> Iterator[str]:
    """What a person who reads this language would miss or stumble over."""
    catalog = renewed(language, source)
    po, mo = path_of(language), path_of(language, ".mo")
    if not po.exists() or po.read_bytes() != as_po(catalog):
        yield f"{language}: the catalog is not in step with the source"
    elif not mo.exists() or mo.read_bytes() != as_mo(po.read_bytes(), language):
        yield f"{language}: the .mo is not made from the .po beside it"
    for message in catalog:
        if message.id and (wrong := _wrong(message, language)):
            yield f"{language}: {wrong}: {_forms(message.id)[0]!r}"


def _wrong(message: Message, language: str) -> str:
    if not _said(message):
        return "not translated" if language in WHOLE else ""
    if message.fuzzy:
        return "a guess that nobody confirmed"
    return "" if _keeps_placeholders(message) else "placeholders differ"


def _said(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def _forms(text) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _keeps_placeholders(message: Message) -> bool:
    """Each form fills the blanks that every form of the source fills, and no others."""
    asked = [_blanks(one) for one in _forms(message.id)]
    return all(
        set.intersection(*asked) <= _blanks(form) <= set.union(*asked) for form in _forms(message.string)
    )


def _blanks(text: str) -> set[str]:
    return {found[0] for found in PLACEHOLDER.finditer(text)}


# By hand --------------------------------------------------------------------------------------


def renew() -> None:
    source = texts()
    for language in (*WHOLE, AMERICAN):
        po = as_po(renewed(language, source))
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(po)
        path_of(language, ".mo").write_bytes(as_mo(po, language))


def main(arguments: list[str]) -> int:
    if "--check" not in arguments:
        renew()
    source = texts()
    found = [one for language in (*WHOLE, AMERICAN) for one in complaints(language, source)]
    for one in found[:50]:
        print(one)
    print(
        f"{len(list(source)) - 1} texts; {len(found)} complaints" if found else "The catalogs are complete."
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
