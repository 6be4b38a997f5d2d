"""The Celery application. Where tasks run is decided by settings, never by the code that asks."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spasmlog.settings")

app = Celery("spasmlog")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
