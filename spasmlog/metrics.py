"""What Prometheus is told at /metrics, where a token is set: numbers of the server, and nobody's.

Requests are counted by the name of their route and their status. Each web process of gunicorn writes its
counts into a file of its own, that every one of them can read (`spasmlog.serving`). Everything else is asked
for when somebody looks. No label holds an id, an address or a program's name: what labels can be is known
beforehand, and so is how many there are.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from spasmlog import health

OWN = CollectorRegistry()
"""Of this process alone."""
REQUESTS = Counter("spasmlog_requests", "Requests answered.", ["route", "status"], registry=OWN)
SECONDS = Histogram(
    "spasmlog_request_seconds", "How long answers took.", ["route"], registry=OWN,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
STATES = ("SUCCESS", "FAILURE")
"""How a task can end."""
MEASURED: dict[str, tuple[str, Callable[[], Mapping[str, float]]]] = {}


def also_measure(name: str, words: str, ask: Callable[[], Mapping[str, float]]) -> None:
    """Have an app's own numbers told, too: one for each state that it names."""
    MEASURED[name] = words, ask


def count_request(route: str, status: int, seconds: float) -> None:
    REQUESTS.labels(route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


def count_task(name: str, state: str) -> None:
    """Workers answer no requests: they count in the cache that all share."""
    key = _task_key(name, state)
    with contextlib.suppress(ValueError):  # emptied between the two: counted from the next one on
        cache.add(key, 0, None)
        cache.incr(key)


def _task_key(name: str, state: str) -> str:
    return f"task-count:{name}:{state}"


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """All numbers, for whoever sends the token as `Authorization: Bearer ...`."""
    if not settings.METRICS_TOKEN:
        raise Http404
    said = request.headers.get("Authorization", "")
    if not constant_time_compare(said, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse("Send the token.\n", "text/plain", 401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(OWN)
    registry.register(AtScrape())
    return HttpResponse(generate_latest(registry), CONTENT_TYPE_LATEST)


class AtScrape:
    """What is asked for when somebody looks. A database that is away leaves its numbers out."""

    def collect(self) -> Iterator[Metric]:
        yield _gauge("spasmlog_broker_up", "Whether the broker answers.", health.broker_answers())
        if (waiting := tasks_waiting()) is not None:
            yield _gauge("spasmlog_tasks_waiting", "Tasks that wait for a worker.", waiting)
        yield tasks_ended()
        for name, (words, ask) in MEASURED.items():
            with contextlib.suppress(DatabaseError):
                measured = GaugeMetricFamily(name, words, labels=["state"])
                for state, number in ask().items():
                    measured.add_metric([state], number)
                yield measured


def _gauge(name: str, words: str, value: Any) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


def tasks_ended() -> Metric:
    from spasmlog.celery import app

    told = CounterMetricFamily("spasmlog_tasks", "Tasks by how they ended.", labels=["task", "state"])
    names = [
        (name, state) for name in sorted(app.tasks) if not name.startswith("celery.") for state in STATES
    ]
    counts = cache.get_many([_task_key(*one) for one in names])
    for one in names:
        told.add_metric(list(one), counts.get(_task_key(*one), 0))
    return told


def tasks_waiting() -> int | None:
    """How many tasks nobody has begun; None where the broker does not answer."""
    if not settings.REDIS_URL:
        return sum(
            1 for _message in Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]).iterdir()
        )
    queues = [queue.name for queue in settings.CELERY_TASK_QUEUES]
    return health.asked_of_redis(lambda server: sum(int(server.llen(name)) for name in queues))
