"""What was drunk: drinks, and the foods of meals that are drunk. The one list of sums by time and by day.

A gram of a food counts as a millilitre. All that is drunk is fluid that went in, wine and spirits too; what
counts toward the need of a day is for `calc.hydration` to say.
"""

from datetime import datetime

from django.db.models import FloatField, Q, QuerySet
from django.db.models.functions import Cast

from journal.calc import hydration
from journal.models import Diarist, MealItem, WaterIntake

IN_MEALS = Q(food__category__in=[name for names in hydration.CATEGORIES.values() for name in names]) | Q(
    food__category=hydration.MIXED_CATEGORY, food__water_g__gte=hydration.LEAST_DRINK_WATER
)
"""Foods that are drunk, as `hydration.drink_kind` tells them."""


def logged() -> QuerySet[WaterIntake]:
    """Drinks, of everybody."""
    return WaterIntake.objects.live().order_by()


def in_meals() -> QuerySet[MealItem]:
    """Foods of meals that are drunk, of everybody."""
    return MealItem.objects.filter(IN_MEALS, meal__deleted_at=None).order_by()


def between(diarist: Diarist, begin: datetime, end: datetime) -> list[tuple[datetime, float]]:
    """When and how much one person drank from one moment to another, both included, in one query. [mL]"""
    glasses = logged().filter(diarist=diarist, occurred_at__range=(begin, end))
    foods = in_meals().of(diarist).filter(meal__occurred_at__range=(begin, end))
    rows = glasses.values_list("occurred_at", Cast("amount_ml", FloatField())).union(
        foods.values_list("meal__occurred_at", Cast("grams", FloatField())), all=True
    )
    return list(rows)
