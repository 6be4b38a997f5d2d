"""The diary's rows: the person, their entries, and what was found in them."""

from journal.models.account import AccountEvent
from journal.models.answers import KeptAnswer
from journal.models.devices import Pairing, SignInAttempts
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
    foods_ahead,
)
from journal.models.findings import (
    Advice,
    DailyIntake,
    NutrientGap,
    PersonalLink,
    ReviewState,
    StaleDay,
    Suggestion,
    ToldGaps,
)
from journal.models.nights import ReviewChunk
from journal.models.person import (
    AccountDeletion,
    ConditionAnswer,
    Diarist,
    Invitation,
    LifeStagePeriod,
    Medicine,
    PersonalTarget,
)
from journal.models.reminders import PushSubscription, Reminder, ReminderPlan, RungCard

__all__ = [
    "AccountDeletion",
    "AccountEvent",
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
    "KeptAnswer",
    "LifeStagePeriod",
    "Meal",
    "MealItem",
    "Medicine",
    "NutrientGap",
    "Pairing",
    "PersonalLink",
    "PersonalTarget",
    "PushSubscription",
    "Reminder",
    "ReminderPlan",
    "ReviewChunk",
    "ReviewState",
    "RungCard",
    "SignInAttempts",
    "SpasmEpisode",
    "StaleDay",
    "Suggestion",
    "Supplement",
    "ToldGaps",
    "WarningSigns",
    "WaterIntake",
    "foods_ahead",
]
