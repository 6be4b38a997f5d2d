"""Who may import whom, read from the source itself (see docs/architecture.md)."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("spasmlog", "nutrients", "journal")
SOURCES = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
CALC = [path for path in SOURCES if "calc" in path.parts]
HEAVY = {"pandas", "scipy"}

VERBS = {
    "entries", "people", "review", "advice", "flags", "demo", "findings", "closing", "patterns", "devices",
    "pairing", "leaving", "exchange", "copying", "reminders", "ringing", "digest", "account_log", "nights",
    "population",
}  # fmt: skip
DOORS = {"views", "api", "tasks", "admin", "urls", "forms", "serializers", "commands", "filters", "adapters"}
CALC_MAY_IMPORT = {"numpy", "pandas", "scipy"} | set(sys.stdlib_module_names)
DATABASES = {"psycopg", "sqlite3"}
REVIEW = {"review", "begun", "assessed", "stored"}
"""The parts of a review, which tasks alone load."""
WEB_MAY_NOT_IMPORT = {"journal.frames", *(f"journal.{part}" for part in REVIEW)}


def module_of(path):
    """The dotted name of a source file, without a trailing `__init__`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(tree, module, path):
    """Every module that `tree` names in an import, in full: `from journal import review` too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                parts = module.split(".")
                above = parts[: len(parts) - node.level + (path.name == "__init__.py")]
                start = ".".join([*above, *filter(None, [node.module])])
            yield start
            yield from (f"{start}.{alias.name}" for alias in node.names)


def imported_by(path):
    return set(imports_of(ast.parse(path.read_text()), module_of(path), path))


def imported_at_load(path):
    """Only what is imported when the module is: not inside functions."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            node.body = []
    return set(imports_of(tree, module_of(path), path))


def within(imports, *packages):
    """Those of `imports` that lie in one of `packages`."""
    return {name for name in imports if any(name == p or name.startswith(p + ".") for p in packages)}


def kind(path):
    """What a file is called after its app: `views`, `calc`, `commands` ..."""
    parts = module_of(path).split(".")
    return "commands" if "commands" in parts else parts[1] if len(parts) > 1 else ""


def named(path):
    return str(path.relative_to(ROOT))


def test_the_sources_are_found_at_all():
    assert {"journal/entries.py", "nutrients/models.py", "journal/calc/days.py"} <= set(map(named, SOURCES))


@pytest.mark.parametrize("path", [p for p in SOURCES if p.is_relative_to(ROOT / "nutrients")], ids=named)
def test_nutrients_knows_nothing_of_anybodys_diary(path):
    assert not within(imported_by(path), "journal")


@pytest.mark.parametrize("path", CALC, ids=named)
def test_numbers_know_nothing_but_numbers(path):
    foreign = {
        name
        for name in imported_by(path)
        if name.split(".")[0] not in CALC_MAY_IMPORT
        and not within({name}, "journal.calc", "nutrients.calc", "journal.codes", "nutrients.codes")
        and name not in ("journal", "nutrients")
    }
    assert not foreign


@pytest.mark.parametrize("path", [p for p in SOURCES if kind(p) == "models"], ids=named)
def test_rows_know_neither_verbs_nor_doors(path):
    above = {f"journal.{name}" for name in (VERBS | DOORS | {"frames", "charts"}) - {"admin"}}
    assert not within(imported_by(path), *above)


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if kind(p) in VERBS | REVIEW | {"frames", "charts"}], ids=named
)
def test_verbs_do_not_know_who_asked(path):
    doors = {f"{app}.{door}" for app in ("journal", "nutrients") for door in DOORS - {"tasks"}}
    assert not within(imported_by(path), *doors, "rest_framework", "django.http", "django.shortcuts")


def test_review_never_writes_the_diary():
    for path in SOURCES:
        if kind(path) in REVIEW:
            assert not within(imported_by(path), "journal.entries"), named(path)


@pytest.mark.parametrize("path", [p for p in SOURCES if kind(p) == "charts"], ids=named)
def test_charts_are_pure_geometry(path):
    foreign = {name for name in imported_by(path) if name.split(".")[0] not in sys.stdlib_module_names}
    assert foreign == within(foreign, "journal.charts", "journal.calc")


def test_only_frames_joins_rows_and_pandas():
    both = {
        named(path)
        for path in SOURCES
        if within(imported_by(path), "pandas") and within(imported_by(path), "django.db", "journal.models")
    }
    assert both == {"journal/frames.py"}


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_no_module_is_a_drawer_for_odds_and_ends(path):
    assert path.stem not in {"utils", "helpers", "common", "misc", "util", "helper"}


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_nothing_happens_behind_ones_back_by_a_signal(path):
    # Django's own signals may be sent, as its own error page does; nobody here waits for one.
    connected = {
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr == "connect"
        and ast.unparse(node.value) not in DATABASES
    }
    assert not connected
    assert not within(imported_by(path), "django.dispatch", "django.db.models.signals", "celery.signals")


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if kind(p) not in {*REVIEW, "frames", "calc"}], ids=named
)
def test_heavy_packages_are_not_loaded_with_the_module(path):
    loaded = imported_at_load(path)
    assert not within(loaded, *HEAVY, *WEB_MAY_NOT_IMPORT)


WEB_PROCESS = """
import sys
import spasmlog.wsgi
from django.urls import get_resolver

def walk(resolver):
    for entry in resolver.url_patterns:
        walk(entry) if hasattr(entry, "url_patterns") else entry.callback

walk(get_resolver())
from spasmlog.celery import app
app.loader.import_default_modules()
print(" ".join(sorted({"pandas", "scipy", "openpyxl"} & set(sys.modules))))
"""


def test_a_web_process_with_every_address_resolved_has_loaded_no_pandas():
    told = subprocess.run(
        [sys.executable, "-c", WEB_PROCESS], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )
    assert told.stdout.strip() == ""
