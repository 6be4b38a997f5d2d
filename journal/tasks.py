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

from journal import account_log, devices, nights, pairing
from spasmlog.pause import Pause

log = structlog.get_logger(__name__)

DELETIONS_KEPT = timedelta(days=90)
"""A phone that was away for longer reads everything anew."""
NIGHTS_KEPT = timedelta(days=7)
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


def ring_again(*what: Any) -> None:
    """Ask for another try to send a notification, later and later: the last argument counts the tries."""
    try:
        send_again.apply_async(what, countdown=30 * 3 ** (what[-1] - 1), expires=600)
    except Exception as error:  # as in `ask`; what cannot be asked for is left out
        log.warning("broker_down", task=send_again.name, error=type(error).__name__)


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
    """Beat: review what is still stale, whoever lost the first request; ask again for chunks of the dead."""
    from journal import review

    for _chunk in range(nights.lost()):
        ask(review_chunk)
    review.sweep()


@shared_task(**RETRY)
def review_everybody() -> None:
    """Beat: share out the diaries whose night has ended since their last review, or that wait for one."""
    nights.plan()
    for _chunk in range(nights.waiting()):
        ask(review_chunk)


@shared_task(**RETRY)
def review_chunk() -> None:
    """Review a part of those for a while, and ask for another visit if some of it is left."""
    visit = nights.work()
    if visit and not visit.finished:
        ask(review_chunk)


@shared_task(**RETRY)
def ring() -> None:
    """Beat: ask for each person for whom something may have to ring."""
    from journal import ringing

    for diarist_id in ringing.whom():
        ask(ring_diarist, diarist_id)


@shared_task(expires=60, **RETRY)
def ring_diarist(diarist_id: int) -> None:
    """Ring for what is due of one person. Safe to run twice, and at once."""
    from journal import ringing

    ringing.ring(diarist_id)


@shared_task(**RETRY)
def send_again(subscription_id: str, urgent: bool, path: str, tries: int) -> None:
    """Send to one device what its push service did not take before."""
    from journal import ringing

    ringing.again(subscription_id, urgent, path, tries)


@shared_task(**RETRY)
def post_digests() -> None:
    """Beat: ask for each mail about the week that is due."""
    from journal import digest

    for diarist_id in digest.whom():
        ask(post_digest, diarist_id)


@shared_task(expires=1800, **RETRY)
def post_digest(diarist_id: int) -> None:
    """Send one person the mail about their week, once."""
    from journal import digest

    digest.post(diarist_id)


@shared_task(**RETRY)
def forget_old() -> None:
    """Beat: remove for good what was deleted long ago, answers that are kept no longer, files that nobody
    said yes to or that were half written, what is left of sign-ins and pairing codes that ended, what
    happened to accounts a while ago, and how the reviews of past nights were shared out. And put right what
    a clock that stood ahead has left."""
    from journal import changes, clocks
    from journal.exchange import uploads
    from journal.models import KeptAnswer
    from nutrients import pack

    changes.forget(timezone.now() - DELETIONS_KEPT)
    clocks.put_right(timezone.now())
    nights.forget(timezone.now() - NIGHTS_KEPT)
    KeptAnswer.objects.expired(timezone.now()).delete()
    devices.forget_ended()
    account_log.forget_old()
    pairing.forget_old()
    uploads.drop_old()
    pack.drop_parts()
