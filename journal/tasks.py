"""Celery's door: fetch by key, call a verb, return.

The verbs of `review` are imported inside the tasks: they load pandas, and web processes, which
import this module to ask for work, must not.
"""

from datetime import date, timedelta
from typing import Any

import structlog
from celery import Task, shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from journal import devices, pairing
from spasmlog.pause import Pause

log = structlog.get_logger(__name__)

DELETIONS_KEPT = timedelta(days=90)
"""A phone that was away for longer reads everything anew."""
broker_away = Pause(5)
RETRY = {"autoretry_for": [OperationalError, InterfaceError], "retry_backoff": True, "max_retries": 5}


def ask(task: Task, *arguments: Any) -> bool:
    """Ask the workers for a task, and say whether the broker took it.

    A broker that is down is one line in the log, and is not asked for some seconds: the database remembers
    what is due, and the sweep comes back for it.
    """
    if broker_away.is_on:
        return False
    try:
        task.delay(*arguments)
    except Exception as error:  # kombu's and redis' errors have no ancestor in common
        broker_away.begin()
        log.warning("broker_down", task=task.name, error=type(error).__name__)
        return False
    return True


@shared_task(**RETRY)
def review_diarist(diarist_id: int) -> None:
    """Review the stale days of one diary. Safe to run twice, and at once."""
    from journal import review

    review.review_stale(diarist_id)


@shared_task(**RETRY)
def review_as_of(diarist_id: int, as_of: str) -> None:
    """Compute the gaps of the windows that end on one day (ISO 8601)."""
    from journal import review

    review.review_as_of(diarist_id, date.fromisoformat(as_of))


@shared_task(**RETRY)
def suggest_swaps(diarist_id: int) -> None:
    """Work out which swaps of usual foods would close gaps, from findings that are current."""
    from journal import closing, review

    review.review_stale(diarist_id)
    closing.work_out(diarist_id)


@shared_task(**RETRY)
def sweep() -> None:
    """Beat: review what is still stale, whoever lost the first request."""
    from journal import review

    review.sweep()


@shared_task(**RETRY)
def review_everybody() -> None:
    """Beat: begin the new day of every diarist whose night has ended since their last review."""
    from journal import review

    review.review_new_days()


@shared_task(**RETRY)
def forget_old() -> None:
    """Beat: remove for good what was deleted long ago, answers that are kept no longer, files that nobody
    said yes to or that were half written, and what is left of sign-ins and pairing codes that ended."""
    from journal import changes
    from journal.exchange import uploads
    from journal.models import KeptAnswer
    from nutrients import pack

    changes.forget(timezone.now() - DELETIONS_KEPT)
    KeptAnswer.objects.expired(timezone.now()).delete()
    devices.forget_ended()
    pairing.forget_old()
    uploads.drop_old()
    pack.drop_parts()
