"""Where each resource of the diary is, below /api/v1/."""

from django.urls import path, register_converter
from rest_framework.routers import SimpleRouter

from journal.api.account import Account, AccountEvents, Export
from journal.api.advice import AdviceCards
from journal.api.days import DateConverter, Day, Intake
from journal.api.devices import Devices, OneDevice
from journal.api.entries import RESOURCES
from journal.api.foods import DiaryFoods
from journal.api.gaps import Gaps, WeeklyGaps
from journal.api.pairing import Pairing
from journal.api.patterns import PersonalPatterns
from journal.api.profile import Profile
from journal.api.reminders import Reminders
from journal.api.sync import Sync
from nutrients.api import Activities, FoodPack

register_converter(DateConverter, "date")

router = SimpleRouter(use_regex_path=False)
for name, resource in RESOURCES.items():
    router.register(name, resource, basename=f"api-{name}")

router.register("foods", DiaryFoods, basename="api-foods")
router.register("activities", Activities, basename="api-activities")
router.register("advice", AdviceCards, basename="api-advice")

CARD_ANSWERS = ("acknowledge", "got-help", "snooze", "dismiss", "take-back")
"""What is said to a card is heard without the closing slash, too; the document names the one with it."""

urlpatterns = [
    *(
        path(f"advice/<id:id>/{said}", AdviceCards.as_view({"post": said.replace("-", "_")}, schema=None))
        for said in CARD_ANSWERS
    ),
    path("account/", Account.as_view(), name="api-account"),
    path("account/events/", AccountEvents.as_view({"get": "list"}), name="api-account-events"),
    path("export/", Export.as_view(), name="api-export"),
    path("profile/", Profile.as_view(), name="api-profile"),
    path("reminders/", Reminders.as_view(), name="api-reminders"),
    path("pairing/", Pairing.as_view(), name="api-pairing"),
    path("devices/", Devices.as_view(), name="api-devices"),
    path("devices/<id:id>/", OneDevice.as_view(), name="api-device"),
    path("sync/", Sync.as_view(), name="api-sync"),
    path("days/<date:date>/", Day.as_view(), name="api-day"),
    path("intake/", Intake.as_view(), name="api-intake"),
    path("gaps/", Gaps.as_view(), name="api-gaps"),
    path("gaps/weekly/", WeeklyGaps.as_view(), name="api-gaps-weekly"),
    path("patterns/", PersonalPatterns.as_view(), name="api-patterns"),
    path("foods/pack/", FoodPack.as_view(), name="api-food-pack"),
    *router.urls,
]
