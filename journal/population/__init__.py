"""Make up a great many people with diaries, to measure the product and to try it out. Never real ones.

    make(diarists, days, items, totals_only=False, seed=0, progress) -> Counter     rows written, by table
    real_people() -> QuerySet[User]              who is here and was not made up

A person's day is written as the verbs of `entries` would have left it: the same columns filled, revisions in
order, its day frozen in its zone, and a `StaleDay` that has it reviewed. With `totals_only` there are no
entries but what a review would have stored of them (`DailyIntake`), so that a hundred thousand people fit a
small machine; the entries of such a diary do not amount to its totals, and `manage.py verify` says so.

The same seed on the same day makes the same people.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from journal.models import Diarist
from journal.people import DEMO_EMAILS
from journal.population import diaries, persons, totals
from journal.population.persons import ADDRESS, Person
from journal.population.table import Table
from spasmlog.streams import Streams, reserve

AT_ONCE = 200
"""People of one transaction. What was made before an interruption stays, whole."""


def real_people() -> QuerySet[User]:
    """Everybody who was neither made up here nor is a demo."""
    return User.objects.exclude(email__endswith=ADDRESS).exclude(email__in=DEMO_EMAILS)


def make(
    diarists: int,
    days: int,
    items: float,
    *,
    totals_only: bool = False,
    seed: int = 0,
    now: datetime | None = None,
    progress: Callable[[int], object] = lambda more: None,
) -> Counter[str]:
    """Make so many people with `days` days of diary, on average `items` foods on each day with an entry."""
    table, now = Table.read(), now or timezone.now()
    first = User.objects.filter(email__endswith=ADDRESS).count()
    written: Counter[str] = Counter()
    for begin in range(0, diarists, AT_ONCE):
        count = min(AT_ONCE, diarists - begin)
        dice = np.random.default_rng([seed, first + begin])
        with transaction.atomic():
            streams = Streams()
            for person in _people(dice, count, first + begin, now):
                if totals_only:
                    totals.write(person, days, items, streams)
                else:
                    diaries.write(person, days, items, table, streams)
                persons.write(person, streams)
            written += streams.send()
        progress(count)
    return written


def _people(dice: np.random.Generator, count: int, first: int, now: datetime) -> list[Person]:
    users, rows = reserve(User, count), reserve(Diarist, count)
    return [
        persons.make(dice, number, user, row, now)
        for number, (user, row) in enumerate(zip(users, rows, strict=True), start=first)
    ]
