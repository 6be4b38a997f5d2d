"""The product's own settings, on the servers and in the folder of one test run.

Everything is said through the environment, as in production, so a worker or a web server that a
test starts as a process of its own finds the same database and queue.
"""

import os
from urllib.parse import urlsplit, urlunsplit

from tests import engines

TEST_ENGINE = os.environ.get("TEST_ENGINE") or "sqlite"
os.environ.update(engines.provide(TEST_ENGINE))

RUN_DIR = os.environ["SPASMLOG_TEST_DIR"]
LANE = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
"""Which of the parallel test processes this is: each has a database, a queue and a cache to itself."""


def _at(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=path))


for name in (
    "DATABASE_URL", "REDIS_URL", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "EMAIL_URL",
    "SPASMLOG_PUBLIC_URL", "SPASMLOG_REGISTRATION", "SPASMLOG_STATIC", "CONN_MAX_AGE", "LOG_FORMAT",
    "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "DEFAULT_FROM_EMAIL", "DATABASE_POOL", "STATEMENT_TIMEOUT",
    "SPASMLOG_VAPID_KEY", "SPASMLOG_PUSH_TEST_SERVER", "SPASMLOG_METRICS_TOKEN",
    "SPASMLOG_PROXIES", "POSTGRES_PASSWORD", "SECRET_KEY_FILE", "POSTGRES_PASSWORD_FILE", "EMAIL_URL_FILE",
    "SPASMLOG_METRICS_TOKEN_FILE", "DATABASE_URL_FILE", "REDIS_URL_FILE",
):  # fmt: skip
    os.environ[name] = ""  # neither the developer's shell nor a .env file decides what is tested
os.environ["SPASMLOG_DATA"] = os.path.join(RUN_DIR, "data", LANE)
os.environ["LOG_LEVEL"] = "WARNING"
if TEST_ENGINE == "postgres":
    os.environ["DATABASE_URL"] = _at(os.environ["TEST_DATABASE_URL"], f"/test_spasmlog_{LANE}")
    os.environ["REDIS_URL"] = _at(os.environ["TEST_REDIS_URL"], f"/{int(LANE.removeprefix('gw')) + 1}")

from spasmlog.settings import *  # noqa: E402, F403
from spasmlog.settings import DATABASES, STORAGES  # noqa: E402

if TEST_ENGINE == "sqlite":
    # Nobody will need these files after a loss of power.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"

# A password costs 0.1 s to hash in production, on purpose; the suite makes thousands.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
