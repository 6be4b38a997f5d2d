"""The Celery application. Where tasks run is decided by settings, never by the code that asks."""

import importlib
import os

from celery import Celery, bootsteps

from spasmlog.pool import WatchThePool

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spasmlog.settings")

app = Celery("spasmlog")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class LoadTheHeavyPart(bootsteps.Step):
    """Load what takes a second to load once in each worker, before it forks, and not inside its first tasks.

    The processes of the pool then share that memory, too. Web processes and the scheduler do not load it.
    """

    def __init__(self, worker, **options):
        importlib.import_module("journal.review")
        super().__init__(worker, **options)


app.steps["worker"].update([LoadTheHeavyPart, WatchThePool])
