"""Settings as somebody else's server gives them: one address, secrets in files, Django's own check."""

import json
import os
import stat
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

BARE = {
    name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ
}  # fmt: skip
PUBLIC = {"SPASMLOG_PUBLIC_URL": "https://diary.example.org"}
SECRET = "a-secret-of-this-test-with-more-than-fifty-characters-0123456789"

TELL = """
import json, django
django.setup()
from django.conf import settings
names = %r
print(json.dumps({name: getattr(settings, name) for name in names}, default=str))
"""


def run(tmp_path, *arguments, **told):
    here = {"SPASMLOG_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "spasmlog.settings"}
    return subprocess.run(
        [sys.executable, *arguments], env={**BARE, **here, **told}, cwd=settings.BASE_DIR,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def told(tmp_path, *names, **environment):
    said = run(tmp_path, "-c", TELL % (names,), **environment)
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


def test_djangos_own_check_for_a_server_on_the_net_finds_nothing(tmp_path):
    said = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PUBLIC)
    assert said.returncode == 0, said.stderr
    assert "no issues" in said.stdout


def test_one_address_decides_hosts_origins_cookies_and_https(tmp_path):
    names = (
        "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_HTTPONLY",
        "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD",
        "SECURE_PROXY_SSL_HEADER", "DEBUG",
    )  # fmt: skip
    assert told(tmp_path, *names, **PUBLIC) == {
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]", "diary.example.org"],
        "CSRF_TRUSTED_ORIGINS": ["https://diary.example.org"],
        "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True, "LANGUAGE_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "__Host-spasmlog_session", "CSRF_COOKIE_NAME": "__Host-spasmlog_csrf",
        "SESSION_COOKIE_HTTPONLY": True, "SECURE_SSL_REDIRECT": True, "SECURE_HSTS_SECONDS": 31536000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False, "SECURE_HSTS_PRELOAD": False,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"], "DEBUG": False,
    }  # fmt: skip


AT_THE_ADDRESS = """
import re
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.conf import settings
from django.test import Client
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"

HOST, PROXIED = "diary.example.org", {"HTTP_X_FORWARDED_PROTO": "https"}
def client(**more):
    return Client(enforce_csrf_checks=True, SERVER_NAME=HOST, **more)

led = client().get("/accounts/login/")
print("plain", led.status_code, led.headers.get("Location"))
print("phone", client().get("/api/v1/server/").status_code)
print("health", client().get("/health/live").status_code)
print("stranger", Client(SERVER_NAME="evil.example.com", **PROXIED).get("/accounts/login/").status_code)
web = client(**PROXIED)
page = web.get("/accounts/login/")
print("hsts", page.headers["Strict-Transport-Security"])
cookie = web.cookies["__Host-spasmlog_csrf"]
print("cookie", cookie["secure"], cookie["path"], repr(cookie["domain"]), cookie["samesite"])
token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]
for origin in ("https://diary.example.org", "https://evil.example.com", "http://diary.example.org"):
    sent = {"csrfmiddlewaretoken": token, "login": "nobody", "password": "x"}
    print(origin, web.post("/accounts/login/", sent, HTTP_ORIGIN=origin).status_code)
"""


def test_the_address_is_all_that_pages_forms_and_phones_need(tmp_path):
    said = run(tmp_path, "-c", AT_THE_ADDRESS, LOG_LEVEL="CRITICAL", **PUBLIC)
    assert said.stdout.splitlines() == [
        "plain 301 https://diary.example.org/accounts/login/",
        "phone 403",  # and not led on: what went over the line in the open is to be noticed
        "health 200",
        "stranger 400",
        "hsts max-age=31536000",
        "cookie True / '' Lax",
        "https://diary.example.org 200",
        "https://evil.example.com 403",
        "http://diary.example.org 403",
    ], said.stderr


def test_whose_domain_it_is_may_promise_more(tmp_path):
    asked = {"SECURE_HSTS_INCLUDE_SUBDOMAINS": "1", "SECURE_HSTS_PRELOAD": "1"}
    assert told(tmp_path, *asked, **asked, **PUBLIC) == dict.fromkeys(asked, True)


def test_without_an_address_it_is_for_this_machine_over_http(tmp_path):
    names = ("SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_NAME")
    assert told(tmp_path, *names) == dict(zip(names, (False, False, 0, "spasmlog_session"), strict=True))


# Secrets in files -----------------------------------------------------------------------------


def test_any_setting_may_stand_in_a_file_which_then_counts(tmp_path):
    said = {
        "SECRET_KEY": SECRET, "DATABASE_URL": "postgres://me@db/diary", "POSTGRES_PASSWORD": "$p@ss/word:1",
        "REDIS_URL": "redis://:hidden@redis:6379/0", "EMAIL_URL": "smtp+tls://me:hidden@mail:587",
    }  # fmt: skip
    named = {}
    for name, value in said.items():
        (tmp_path / name).write_text(f"{value}\n")
        named[f"{name}_FILE"] = str(tmp_path / name)
    found = told(
        tmp_path, "SECRET_KEY", "DATABASES", "REDIS_URL", "EMAIL_HOST_PASSWORD",
        **named, SECRET_KEY="another-secret-that-does-not-count-0123456789",
    )  # fmt: skip
    assert found["SECRET_KEY"] == SECRET
    assert found["DATABASES"]["default"]["PASSWORD"] == "$p@ss/word:1"
    assert found["REDIS_URL"] == said["REDIS_URL"] and found["EMAIL_HOST_PASSWORD"] == "hidden"
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_file_that_is_missing_or_empty_is_named_and_nothing_is_made_up(tmp_path, content):
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)
    said = run(tmp_path, "manage.py", "check", SECRET_KEY_FILE=str(path))
    assert said.returncode != 0
    assert "SECRET_KEY_FILE" in said.stderr.splitlines()[-1]
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"SPASMLOG_METRICS_TOKEN": "guess-me"}, "SPASMLOG_METRICS_TOKEN is too short"),
        ({"DEBUG": "1", **PUBLIC}, "DEBUG shows settings"),
        ({"ALLOWED_HOSTS": "*"}, "must name your hosts"),
        ({"SPASMLOG_PUBLIC_URL": "diary.example.org"}, "SPASMLOG_PUBLIC_URL must be an address such as"),
        ({"SPASMLOG_PUBLIC_URL": "https://[diary"}, "SPASMLOG_PUBLIC_URL must be an address such as"),
        ({"REDIS_URL": "foo"}, "REDIS_URL must be an address such as"),
        ({"DATABASE_URL": "foo:secret"}, "DATABASE_URL must be an address such as"),
        ({"STATEMENT_TIMEOUT": "30s"}, "STATEMENT_TIMEOUT must be a whole number, 0 or more, and not '30s'"),
        ({"DATABASE_POOL": "-1"}, "DATABASE_POOL must be a whole number"),
    ],
)
def test_what_opens_a_door_or_cannot_be_is_refused_by_name_in_a_line(tmp_path, told, words):
    said = run(tmp_path, "manage.py", "check", **told)
    assert said.returncode == 1 and words in said.stderr.splitlines()[-1]
    assert "Traceback" not in said.stderr and "secret" not in said.stderr


def test_an_address_in_capitals_is_the_same(tmp_path):
    said = told(
        tmp_path, "SESSION_COOKIE_SECURE", "PUBLIC_URL", SPASMLOG_PUBLIC_URL="HTTPS://diary.example.org/"
    )
    assert said == {"SESSION_COOKIE_SECURE": True, "PUBLIC_URL": "https://diary.example.org"}


def test_an_address_of_a_database_or_of_redis_may_be_any_that_their_programs_take(tmp_path):
    odd = {"DATABASE_URL": "postgres://me:a[b@127.0.0.1:5432/diary", "REDIS_URL": "redis://:6379/0"}
    said = told(tmp_path, "DATABASES", "REDIS_URL", **odd)
    assert said["DATABASES"]["default"]["PASSWORD"] == "a[b" and said["REDIS_URL"] == odd["REDIS_URL"]


def test_the_folder_that_is_made_for_diaries_is_their_owners_alone(tmp_path):
    told(tmp_path / "new", "DEBUG")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
