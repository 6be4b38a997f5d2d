"""The product's own settings, for processes that tests start and then break.

Static files are as they lie in the source, passwords of test people are known, sweeps come sooner than a test
would wait for, and the database may be told how large it can grow.
"""

import os

from spasmlog.settings import *  # noqa: F403
from spasmlog.settings import CELERY_BEAT_SCHEDULE, DATABASES, PASSWORD_HASHERS, STORAGES

SWEEP_EVERY = 1.0
"""[s]"""

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = [*PASSWORD_HASHERS, "django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BEAT_SCHEDULE["sweep-stale-days"] |= {"schedule": SWEEP_EVERY}
if most := os.environ.get("TEST_MOST_PAGES"):
    DATABASES["default"]["OPTIONS"]["init_command"] += f" PRAGMA max_page_count={most};"
