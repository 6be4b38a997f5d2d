"""How far reviews are, for whoever looks after the server: numbers of all diaries together."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from journal import nights
from journal.doctor import oldest_stale
from journal.models import ReviewState, StaleDay

LATELY = timedelta(hours=24)


def oldest_stale_day_s() -> int | None:
    """How long the oldest day has waited for its review; None if none does. [s]"""
    age = oldest_stale()
    return None if age is None else max(0, int(age.total_seconds()))


def reviews() -> Mapping[str, float]:
    """Diaries with days that wait, and those that were reviewed within a day."""
    return {
        "to_do": StaleDay.objects.order_by().values("diarist").distinct().count(),
        "done": ReviewState.objects.filter(reviewed_at__gt=timezone.now() - LATELY).count(),
    }


def night() -> Mapping[str, float]:
    """Diaries of the reviews that are shared out and not finished yet."""
    night = nights.progress()
    return {"to_do": night.due - night.done, "done": night.done}


def stale_days() -> Mapping[str, float]:
    """How many days wait, and for how many seconds the oldest does."""
    return {"waiting": StaleDay.objects.count(), "oldest_s": oldest_stale_day_s() or 0}
