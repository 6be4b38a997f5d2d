"""Foods as JSON, as a search tells them for every letter that is typed.

What the public tables hold changes with a load, so a process keeps the text of each food that it told lately,
by the moment at which the food was changed last: a text that is kept is told only while the row still says
that moment. Foods of one's own are read every time.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from rest_framework.renderers import JSONRenderer

from nutrients import foods
from nutrients.models import Food
from nutrients.search import Brief
from nutrients.serializers import FoodShape

MOST_KEPT = 3000
"""About 4 MB. What people type leads to fewer."""

_kept: dict[UUID, tuple[datetime, bytes]] = {}


def of(found: Sequence[Brief]) -> list[bytes]:
    """Each food as its own address tells it, in their order."""
    known = {food.pk: text for food in found if (text := _at_hand(food))}
    if len(known) < len(found):
        known |= _read([food.pk for food in found if food.pk not in known])
    return [known[food.pk] for food in found if food.pk in known]


def forget() -> None:
    """Keep none of them any longer."""
    _kept.clear()


def _at_hand(food: Brief) -> bytes | None:
    changed_at, text = _kept.get(food.pk, (None, None))
    return text if changed_at == food.updated_at else None


def _read(ids: list[UUID]) -> dict[UUID, bytes]:
    rows = foods.with_portions(list(Food.objects.filter(pk__in=ids)))
    texts = {food.pk: JSONRenderer().render(FoodShape.told(food)) for food in rows}
    if len(_kept) + len(texts) > MOST_KEPT:
        forget()
    _kept.update({food.pk: (food.updated_at, texts[food.pk]) for food in rows if food.owner_id is None})
    return texts
