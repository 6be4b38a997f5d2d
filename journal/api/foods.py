"""Foods, with the diary's knowledge of what this person eats."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from journal import entries
from journal.api.answers import KEY, once_for_each_key
from journal.api.frame import MATCH, OfDiarist, check_there, if_match
from journal.models import Diarist, Favourite, MealItem
from nutrients.api import Foods
from nutrients.models import Food
from nutrients.search import HISTORY


class DiaryFoods(OfDiarist, Foods):
    """Foods found by typing, one's own recent and favourite ones first; and foods of one's own."""

    def history(self) -> dict[str, Sequence[UUID]]:
        now = self.diarist
        recent, favourites = _habits(now.pk, now.history, now.revision)
        return {"recent": recent, "favourites": favourites}

    @extend_schema(parameters=[KEY])
    @once_for_each_key
    def create(self, request: Request) -> Response:
        return super().create(request)

    @extend_schema(parameters=[MATCH])
    def update(self, request: Request, id: UUID) -> Response:
        check_there(request, Food, id)
        return super().update(request, id)

    @extend_schema(parameters=[MATCH])
    def partial_update(self, request: Request, id: UUID) -> Response:
        return super().partial_update(request, id)

    @extend_schema(parameters=[MATCH])
    def destroy(self, request: Request, id: UUID) -> Response:
        return super().destroy(request, id)

    def keep(self, said: dict[str, Any]) -> Food:
        if said.get("base_revision") is None:
            said = {**said, "base_revision": if_match(self.request, None)}
        return entries.save_food(self.diarist, **said)

    def take_away(self, food: Food) -> None:
        entries.remove_food(self.diarist, food.pk, base_revision=if_match(self.request, None))

    def shown(self, food: Food) -> dict:
        """What a refused change is told of: the food as it is stored."""
        stored = Food.objects.filter(owner_id=self.diarist.user_id).prefetch_related("portions")
        return self.serializer_class.told(stored.get(pk=food.pk))


@lru_cache(maxsize=200)
def _habits(diarist_id: int, history: UUID, revision: int) -> tuple[list[UUID], list[UUID]]:
    """The latest foods and the favourites of a diary as it is at a revision.

    Remembered, because whoever types asks for the same with every letter: each change of a diary takes its
    revision forward, and its history is nobody else's.
    """
    diarist = Diarist(pk=diarist_id)
    recent = MealItem.objects.recent(diarist).values_list("food_id", flat=True)
    favourites = Favourite.objects.of(diarist).live().exclude(food=None).values_list("food_id", flat=True)
    return list(dict.fromkeys(recent))[:HISTORY], list(favourites[:HISTORY])
