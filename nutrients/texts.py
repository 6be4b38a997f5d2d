"""Foods as JSON, as a search tells them for every letter that is typed.

What the public tables hold changes with a load, so a process keeps the text of each food that it told lately,
by the moment at which the food was changed last: a text that is kept is told only while the row still says
that moment. Foods of one's own are read every time.
"""

from collections.abc import Sequence
from typing import Any

from rest_framework.renderers import JSONRenderer

from nutrients import foods
from nutrients.models import Food
from nutrients.search import Brief, key_of
from nutrients.serializers import FoodShape

MOST_KEPT = 3000
"""About 4 MB. What people type leads to fewer."""

_kept: dict[Any, tuple[Any, bytes]] = {}


def of(found: Sequence[Brief]) -> list[bytes]:
    """Each food as its own address tells it, in their order."""
    known = {food.key: text for food in found if (text := _at_hand(food))}
    if len(known) < len(found):
        known |= _read([food for food in found if food.key not in known])
    return [known[food.key] for food in found if food.key in known]


def forget() -> None:
    """Keep none of them any longer."""
    _kept.clear()


def _at_hand(food: Brief) -> bytes | None:
    changed_at, text = _kept.get(food.key, (None, None))
    return text if changed_at == food.updated_at else None


def _read(found: list[Brief]) -> dict[Any, bytes]:
    """A text that is newer than what was found of its food counts as old, and is read once more."""
    rows = foods.with_portions(list(Food.objects.filter(pk__in=[food.key for food in found])))
    texts = {key_of(food.pk): JSONRenderer().render(FoodShape.told(food)) for food in rows}
    if len(_kept) + len(texts) > MOST_KEPT:
        forget()
    public = [food for food in found if food.owner_id is None and food.key in texts]
    _kept.update({food.key: (food.updated_at, texts[food.key]) for food in public})
    return texts
