"""Two questions a process manager asks: is this process alive, and may it be sent people?"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nutrients.models import Food

_migrated = False
"""Once seen, it stays so for the life of the process; the look takes 50 ms."""


TOLD: dict[str, Callable[[], Any]] = {}
"""What apps have told beside it, by name."""


def also_tell(name: str, ask: Callable[[], Any]) -> None:
    """Have `/health/ready` tell what an app knows of its own work. It decides nothing."""
    TOLD[name] = ask


@require_safe
@never_cache
def live(request):
    """200 as long as the process answers at all."""
    return JsonResponse({"status": "live"})


@require_safe
@never_cache
def ready(request):
    """200 when pages can be served, else 503 with what is missing.

    The broker's state is told, and decides nothing: without it entries are stored all the same, and
    reviewed when it is back. Nor does what apps tell of their own work.
    """
    state = {"database": False, "migrations": False, "foods": False, "broker": broker_answers()}
    told = dict.fromkeys(TOLD)
    try:
        with connection.cursor() as sql:
            sql.execute("SELECT 1")  # a connection kept from before may lead to nobody any more
        state["database"] = True
        state["migrations"] = migrated()
        state["foods"] = state["migrations"] and Food.objects.filter(owner=None).exists()
        if state["migrations"]:
            told = {name: ask() for name, ask in TOLD.items()}
    except DatabaseError:
        pass
    served = all(state[part] for part in ("database", "migrations", "foods"))
    return JsonResponse(
        {"status": "ready" if served else "not ready", **state, **told}, status=200 if served else 503
    )


def migrated() -> bool:
    """Whether no migration waits to be applied. One of a newer version does no harm: while that comes up,
    processes of this one go on (`spasmlog.dangers`)."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def broker_answers() -> bool:
    """Whether background work can be asked for at this moment."""
    return not settings.REDIS_URL or bool(asked_of_redis(lambda server: server.ping()))  # without: a folder


def asked_of_redis(question: Callable[[Any], Any]) -> Any:
    """What Redis answers; None if it does not, within a second."""
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as server:
            return question(server)
    except (RedisError, OSError, ValueError):  # the last of an address that is none
        return None
