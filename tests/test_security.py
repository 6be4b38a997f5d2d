"""docs/security.md names tests; here are those that look at the source, the image and the settings."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.module_loading import import_string

ROOT = Path(settings.BASE_DIR)
DOCUMENT = (ROOT / "docs" / "security.md").read_text()
SOURCES = [path for app in ("spasmlog", "nutrients", "journal") for path in (ROOT / app).rglob("*.py")]
SCRIPTS = [path for app in ("spasmlog", "journal") for path in (ROOT / app / "static").rglob("*.js")]
ROW = re.compile(r"^\| (\d+\.\d+\.\d+)")


def names_in_the_suite():
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_test_that_is_named_exists():
    named = set(re.findall(r"`(test_\w+)`", DOCUMENT))
    assert len(named) > 100
    assert named - names_in_the_suite() == set()


def test_every_item_that_is_met_names_a_test_and_none_that_is_not_met_does():
    met, not_met = DOCUMENT.split("## Not met")
    rows = [line for line in met.splitlines() if ROW.match(line)]
    assert len(rows) > 60
    assert [line for line in rows if "`test_" not in line] == []
    assert [line for line in not_met.splitlines() if ROW.match(line) and "`test_" in line] == []


# The source -----------------------------------------------------------------------------------


def test_no_source_starts_a_shell():
    shells = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in shells, path
                assert not any(one.arg == "shell" for one in node.keywords), path


def test_no_source_uses_a_weak_digest():
    for path in SOURCES:
        assert not re.search(r"\b(md5|sha1)\b", path.read_text(), re.I), path


def test_no_script_writes_html():
    writing = r"document\.write|\beval\(|new Function|\.(inner|outer)HTML\s*=|insertAdjacentHTML"
    assert len(SCRIPTS) > 10
    for path in SCRIPTS:
        assert not re.search(writing, path.read_text()), path


def test_the_image_holds_no_repository_and_no_secret():
    copied = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.M)
    names = {name for line in copied for name in line.split()}
    assert names == {
        "requirements.txt",
        "manage.py",
        "pyproject.toml",
        "spasmlog",
        "nutrients",
        "journal",
        "fixtures",
    }
    assert {".git", ".env", "data"} <= set((ROOT / ".dockerignore").read_text().split())


# The settings ---------------------------------------------------------------------------------


def test_passwords_are_stored_as_argon2id():
    from spasmlog import settings as own

    hasher = import_string(own.PASSWORD_HASHERS[0])()
    assert hasher.encode("kelp forest 9", hasher.salt()).startswith("argon2$argon2id$")


def test_tasks_are_json_and_nothing_else_is_accepted():
    assert settings.CELERY_ACCEPT_CONTENT == ["json"] and settings.CELERY_TASK_SERIALIZER == "json"


def test_no_password_runs_out():
    assert not any("expir" in name.lower() for name in vars(settings._wrapped) if "PASSWORD" in name)


@pytest.mark.django_db
def test_a_migrated_database_has_no_accounts():
    assert not get_user_model().objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/static/", "/static/spasmlog/", "/journal/", "/.env", "/.git/config", "/data/"]
)
def test_folders_are_not_listed_and_trace_is_not_heard(client, path):
    assert client.get(path).status_code == 404
    assert client.trace("/accounts/login/").status_code in (403, 405)
