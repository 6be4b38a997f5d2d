"""One diarist's review after one logged meal, beside reading the same ninety days of items."""

from benchmarks.house import Line, median, milliseconds
from journal import demo, entries, review
from journal.models import Diarist, MealItem

ALLOWED = 60.0
"""Median of one review. [ms]"""


def measure() -> list[Line]:
    diarist = Diarist.objects.get(user__email=demo.EMAIL)
    today = entries.today(diarist)

    def one_review():
        entries.mark_stale(diarist, [today])
        assert review.review_stale(diarist.pk)

    def marking():
        entries.mark_stale(diarist, [today])

    items = MealItem.objects.filter(meal__diarist=diarist, meal__deleted_at=None)
    read = median(milliseconds(lambda: list(items.values_list("meal__local_date", "food_id", "grams")), 20))
    taken = median(milliseconds(one_review, 30)) - median(milliseconds(marking, 30))
    return [Line("review of one diarist; bare: reading the items", taken, "ms", ALLOWED, read)]
