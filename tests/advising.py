"""What a review does for many diaries, for one: the facts that rules look at, and the cards that follow."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from journal import advice
from journal.calc.facts import Facts
from journal.facts import facts_of_many
from journal.models import Advice, Diarist


def facts_about(diarist: Diarist, today: date, gaps: Iterable[Any]) -> Facts:
    return facts_of_many([diarist], today, {diarist.pk: list(gaps)})[diarist.pk]


@transaction.atomic
def update(diarist: Diarist, facts: Facts, today: date) -> list[Advice]:
    """Bring the diarist's cards in line with these facts. Returns those that are not over."""
    held = Diarist.objects.select_for_update().get(pk=diarist.pk)
    return advice.update_many([held], {held.pk: facts}, today)[held.pk]
