"""What a server's clock that stood ahead leaves in cards: moments that are still to come.

A card "raised" next spring would keep the next of its kind away until then, and one that "ended" then would
keep the silence beside a warning sign for as long. Entries keep the time that people gave them.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from journal import revisions
from journal.advice import LONGEST_SNOOZE
from journal.calc.days import local_day
from journal.models import Advice

log = structlog.get_logger(__name__)

TOLERANCE = timedelta(minutes=5)
"""Clocks of several servers differ by less."""


def put_right(now: datetime) -> int:
    """Bring moments that are still to come back to `now`, and a sleep to the longest that can be asked for.

    Returns how many cards were changed. What began earlier goes on as if it had begun now.
    """
    ahead, asleep = now + TOLERANCE, now + timedelta(days=LONGEST_SNOOZE)
    wrong = Q(created_at__gt=ahead) | Q(ended_at__gt=ahead) | Q(asked_again_at__gt=ahead)
    wrong |= Q(snoozed_until__gt=asleep + TOLERANCE)
    changed = 0
    for diarist_id in sorted(set(Advice.objects.filter(wrong).values_list("diarist", flat=True))):
        changed += _put_right(diarist_id, wrong, now, asleep)
    if changed:
        log.warning("cards_from_the_future", cards=changed)
    return changed


@transaction.atomic
def _put_right(diarist_id: int, wrong: Q, now: datetime, asleep: datetime) -> int:
    revisions.hold(diarist_id)
    cards = list(Advice.objects.filter(wrong, diarist=diarist_id).select_related("diarist"))
    revision = revisions.next_of(diarist_id)
    for card in cards:
        for name, last in (
            ("created_at", now),
            ("ended_at", now),
            ("asked_again_at", now),
            ("snoozed_until", asleep),
        ):
            said = getattr(card, name)
            setattr(card, name, said and min(said, last))
        raised = card.evidence.get("raised", {})
        today = local_day(now, card.diarist.tz, card.diarist.day_start).isoformat()
        if raised.get("window_end", "") > today:
            raised["window_end"] = today
        card.revision, card.updated_at = revision, now
        card.save()
    return len(cards)
