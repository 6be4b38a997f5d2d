"""The diary's rows: the person, their entries, and what was found in them."""

from journal.models.entries import (
    BodyWeight,
    DayMark,
    Dose,
    Entry,
    Exercise,
    Favourite,
    Kept,
    Meal,
    MealItem,
    SpasmEpisode,
    Supplement,
    WarningSigns,
    WaterIntake,
)
from journal.models.findings import Advice, DailyIntake, NutrientGap, ReviewState, StaleDay
from journal.models.person import (
    ConditionAnswer,
    Diarist,
    Invitation,
    LifeStagePeriod,
    Medicine,
    PersonalTarget,
)

__all__ = [
    "Advice",
    "BodyWeight",
    "ConditionAnswer",
    "DailyIntake",
    "DayMark",
    "Diarist",
    "Dose",
    "Entry",
    "Exercise",
    "Favourite",
    "Invitation",
    "Kept",
    "LifeStagePeriod",
    "Meal",
    "MealItem",
    "Medicine",
    "NutrientGap",
    "PersonalTarget",
    "ReviewState",
    "SpasmEpisode",
    "StaleDay",
    "Supplement",
    "WarningSigns",
    "WaterIntake",
]
