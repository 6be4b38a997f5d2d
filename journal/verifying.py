"""Whether what is stored of a diary is what its entries amount to. Its verbs load pandas, as a review does.

    look_at(diarist) -> Found    computes everything anew and compares; nothing is written
    mend(diarist) -> Found       the same, and stores what comes out

A diary that cannot be computed is found so, and stays as it is. A day that waits for its review is no fault:
the comparison is with what is stored once that review is done.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from journal import revisions
from journal.models import Advice, Diarist, Meal, MealItem, StaleDay

WRITTEN_AS = {"dailyintake": "days", "nutrientgap": "gaps"}
"""Rows that are taken away are counted with those of their kind."""


@dataclass(frozen=True)
class Found:
    """What one diary looked like."""

    waiting: int = 0
    """Days that changed after their last review. [d]"""
    wrong: Mapping[str, int] = field(default_factory=dict)
    """Days, gaps, cards -> how many are not what the entries amount to, left over or missing.
    Foods of meals -> how many do not name the diarist of their meal."""
    busy: bool = False
    """Others wrote all the while, and nothing can be said."""
    error: str = ""
    """The kind of the error that kept it from being computed. Never its message: that may hold what somebody
    wrote."""

    @property
    def is_right(self) -> bool:
        return not self.wrong and not self.busy and not self.error


def look_at(diarist: Diarist) -> Found:
    """Compare, and leave everything as it was: also what waits for a review goes on waiting."""
    return _apart(diarist, keep=False)


def mend(diarist: Diarist) -> Found:
    """Compare, and store what the entries amount to."""
    return _apart(diarist, keep=True)


def _apart(diarist: Diarist, keep: bool) -> Found:
    """Compare in a transaction of its own, so that one diary that fails leaves nothing half done."""
    try:
        with transaction.atomic():
            found = _compared(diarist)
            if not keep:
                transaction.set_rollback(True)
    except (OperationalError, MemoryError):  # no fault of this diary, and the next would fare no better
        raise
    except Exception as error:
        if not connection.is_usable():
            raise
        return Found(error=type(error).__name__)
    return found


def _compared(diarist: Diarist) -> Found:
    """Store what the entries amount to, and say what was not so."""
    from journal import review

    waiting = StaleDay.objects.filter(diarist=diarist).count()
    strayed = _bring_home(diarist)
    review.review_stale(diarist.pk)
    before = _cards(diarist)
    changes = review.recompute(diarist)
    if StaleDay.objects.filter(diarist=diarist).exists():
        return Found(waiting, busy=True)
    wrong = Counter(changes.written)
    for model, count in changes.removed.items():
        wrong[WRITTEN_AS.get(model, model)] += count
    wrong["foods of meals"] = strayed
    wrong["cards"] = len(dict(before.items() ^ _cards(diarist).items()))
    return Found(waiting, {table: count for table, count in sorted(wrong.items()) if count})


def _bring_home(diarist: Diarist) -> int:
    """Have the foods of this person's meals name this person; how many named nobody, or somebody else.

    Nobody read those, so phones are told of their meals anew.
    """
    strayed = MealItem.objects.filter(meal__diarist=diarist).exclude(diarist=diarist).order_by()
    if not (meals := set(strayed.values_list("meal", flat=True))):
        return 0
    revisions.hold(diarist.pk)
    found = MealItem.objects.filter(meal__in=meals).exclude(diarist=diarist).update(diarist=diarist)
    for meal in meals:
        Meal.objects.filter(pk=meal).update(revision=revisions.forward(diarist), updated_at=timezone.now())
    return found


def _cards(diarist: Diarist) -> dict[UUID, str]:
    """Each card as it is stored, to see which a computation changes."""
    rows = Advice.objects.filter(diarist=diarist).values()
    return {row["id"]: repr(sorted(row.items())) for row in rows}
