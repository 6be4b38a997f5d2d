"""Foods, with the diary's knowledge of what this person eats."""

from collections.abc import Sequence
from uuid import UUID

from journal import entries
from journal.api.frame import OfDiarist
from journal.models import Favourite, MealItem
from nutrients.api import Foods
from nutrients.models import Food


class DiaryFoods(OfDiarist, Foods):
    """Foods found by typing, one's own recent and favourite ones first; and foods of one's own."""

    def history(self) -> dict[str, Sequence[UUID]]:
        recent = MealItem.objects.recent(self.diarist).values_list("food_id", flat=True)
        favourites = (
            Favourite.objects.of(self.diarist).live().exclude(food=None).values_list("food_id", flat=True)
        )
        return {"recent": list(dict.fromkeys(recent)), "favourites": list(favourites)}

    def changed(self, food: Food) -> None:
        entries.food_changed(self.diarist, food)
