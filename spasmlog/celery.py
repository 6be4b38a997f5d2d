"""The Celery application. Where tasks run is decided by settings, never by the code that asks."""

import importlib
import os
import time
from typing import Any

import structlog
from celery import Celery, Task, bootsteps
from django.conf import settings

from spasmlog import logs
from spasmlog.pool import WatchThePool

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spasmlog.settings")

log = structlog.get_logger(__name__)


class Traced(Task):
    """A task that carries the id of the request that asked for it, and logs its lines under it."""

    def apply_async(self, args=None, kwargs=None, *rest, **options):
        if request_id := logs.current_id():
            options["headers"] = {logs.BOUND: request_id, **(options.get("headers") or {})}
        return super().apply_async(args, kwargs, *rest, **options)

    def before_start(self, task_id: str, args: tuple, kwargs: dict) -> None:
        self.request.begun = time.perf_counter()
        if not self.request.is_eager:  # else it is done inside of a request, whose id is bound already
            structlog.contextvars.clear_contextvars()
            told = {logs.BOUND: (self.request.headers or {}).get(logs.BOUND), "task_id": task_id}
            structlog.contextvars.bind_contextvars(**{name: id for name, id in told.items() if id})

    def after_return(self, status: str, *_how: Any) -> None:
        ms = round((time.perf_counter() - self.request.begun) * 1000, 1)
        say = log.info if logs.current_id() else log.debug  # the scheduler asks every twenty seconds
        say("task", task=self.name, state=status, ms=ms)
        if settings.METRICS_TOKEN:
            from spasmlog import metrics

            metrics.count_task(self.name, status)
        if not self.request.is_eager:
            structlog.contextvars.clear_contextvars()


app = Celery("spasmlog", task_cls=Traced)
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
