"""A believable diary to look around in: ten weeks of one made-up person.

Only entries are written, through the same verbs as everybody's; whatever the pages then say was
found by the review. The same day of making gives the same diary.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from journal import entries, leaving, people
from journal.models import Diarist, Supplement
from nutrients.models import Activity, Food, FoodPortion, food_id

EMAIL = people.DEMO_EMAIL
PASSWORD = "spasmlog-demo"  # noqa: S105 - shown on the sign-in page of a fresh start, on purpose
WEEKS = 10
SEED = 20
FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "demo_diary.json"

MEAL_TIMES = {"breakfast": (7, 40), "lunch": (12, 45), "dinner": (19, 0), "snack": (16, 0)}
DRINK_HOURS = (8, 10, 11, 13, 15, 17, 18, 20)
QUIET_DAYS = {18, 19, 44}
"""Days before today with nothing written: a weekend away, a day forgotten."""
UNFINISHED_DAYS = {6, 13, 24, 25, 37, 51, 60}
"""Days on which writing stopped after lunch."""
FORGOTTEN_MARKS = {2, 9, 31, 47}
"""Whole days that were never marked as finished."""


@dataclass(frozen=True)
class Demo:
    """What making the diary needs at hand."""

    diarist: Diarist
    menu: dict[str, Any]
    chance: random.Random
    foods: dict[str, Food]
    portions: dict[tuple[str, str], FoodPortion]
    now: datetime

    def at(self, day: date, hour: int, minute: int = 0, spread: int = 20) -> datetime:
        """A moment of a day on the diarist's clock, some minutes early or late."""
        moment = datetime.combine(day, time(hour, minute), tzinfo=self.diarist.tz)
        return moment + timedelta(minutes=self.chance.randint(-spread, spread))

    def happened(self, moment: datetime) -> bool:
        return moment <= self.now

    def pick(self, choices: list[dict[str, Any]], day: date) -> dict[str, Any]:
        """One of the usual choices, the frequent ones more often."""
        fitting = [one for one in choices if not one.get("weekend") or day.weekday() >= 5]
        return self.chance.choices(fitting, weights=[one["often"] for one in fitting])[0]


def exists() -> bool:
    return get_user_model().objects.filter(email=EMAIL).exists()


@transaction.atomic
@entries.one_review()
def make(progress: Callable[[int, int], None] = lambda done, of: None) -> Diarist:
    """Make the demo person and their diary; `progress` hears (days written, days in all)."""
    menu = json.loads(FIXTURE.read_text())
    demo = _begin(menu)
    last = entries.today(demo.diarist)
    length = WEEKS * 7
    _answer_profile(demo, last)
    tablets = entries.save_supplement(demo.diarist, **menu["supplement"])
    for ago in range(length, -1, -1):
        _write_day(demo, last - timedelta(days=ago), ago, tablets)
        progress(length - ago + 1, length + 1)
    return demo.diarist


@transaction.atomic
def remove() -> None:
    """Delete the demo person with everything they wrote."""
    if user := get_user_model().objects.filter(email=EMAIL).first():
        leaving.erase(user)


def _begin(menu: dict[str, Any]) -> Demo:
    user = get_user_model().objects.create_user("demo", EMAIL, PASSWORD)
    _verified_address(user)
    diarist = people.diarist_of(user)
    diarist.time_zone = menu["profile"]["time_zone"]
    codes = sorted({item[0] for usual in menu["meals"].values() for one in usual for item in one["items"]})
    codes += [one["beverage"] for one in menu["drinks"] if one["beverage"]]
    foods = Food.objects.prefetch_related("portions").in_bulk([food_id("fndds", code) for code in codes])
    by_code = {code: foods[food_id("fndds", code)] for code in codes}
    portions = {
        (code, portion.description): portion
        for code, food in by_code.items()
        for portion in food.portions.all()
    }
    return Demo(diarist, menu, random.Random(SEED), by_code, portions, timezone.now())


def _verified_address(user) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)


def _answer_profile(demo: Demo, last: date) -> None:
    said = dict(demo.menu["profile"])
    conditions, weight = said.pop("conditions"), Decimal(said.pop("weight_kg"))
    born = date(last.year - said.pop("age_years"), 3, 14)
    said["height_cm"] = Decimal(said["height_cm"])
    people.update_profile(demo.diarist, birth_date=born, **said)
    people.answer_conditions(demo.diarist, conditions)
    first = last - timedelta(days=WEEKS * 7)
    entries.log_weight(demo.diarist, weight, occurred_at=demo.at(first, 7, 15, 5))


def _write_day(demo: Demo, day: date, ago: int, tablets: Supplement) -> None:
    if ago in QUIET_DAYS:
        return
    unfinished = ago in UNFINISHED_DAYS
    for kind, (hour, minute) in MEAL_TIMES.items():
        if kind in ("dinner", "snack") and unfinished:
            continue
        if kind == "snack" and demo.chance.random() < 0.25:
            continue
        _eat(demo, day, kind, demo.at(day, hour, minute))
    _drink(demo, day, 3 if unfinished else demo.chance.randint(5, 7))
    _move(demo, day)
    _take_tablet(demo, day, ago, tablets)
    _cramp(demo, day, ago)
    if ago and not unfinished and ago not in FORGOTTEN_MARKS:
        entries.mark_day(demo.diarist, day, finished=True)


def _eat(demo: Demo, day: date, kind: str, moment: datetime) -> None:
    items = [
        entries.Portion(
            demo.foods[code], portion=demo.portions[code, portion], quantity=Decimal(str(quantity))
        )
        for code, portion, quantity in demo.pick(demo.menu["meals"][kind], day)["items"]
    ]
    if demo.happened(moment):
        entries.log_meal(demo.diarist, items, kind=kind, occurred_at=moment)


def _drink(demo: Demo, day: date, times: int) -> None:
    for hour in sorted(demo.chance.sample(DRINK_HOURS, times)):
        drink = demo.pick(demo.menu["drinks"], day)
        ml, moment = Decimal(demo.chance.choice(drink["ml"])), demo.at(day, hour, 30)
        if demo.happened(moment):
            entries.log_water(
                demo.diarist, ml, beverage=demo.foods.get(drink["beverage"]), occurred_at=moment
            )


def _move(demo: Demo, day: date) -> None:
    runs, walks = demo.menu["runs"], demo.menu["walks"]
    usual = runs if day.weekday() in runs["weekdays"] else walks
    moment, minutes = demo.at(day, 18, 0), demo.chance.choice(usual["minutes"])
    warmth = Decimal(demo.chance.randint(11, 19))
    if demo.chance.random() < 0.85 and demo.happened(moment):
        entries.log_exercise(
            demo.diarist,
            activity=Activity.objects.get(pk=usual["activity"]),
            minutes=minutes,
            temperature_c=warmth if usual is runs else None,
            occurred_at=moment,
        )


def _take_tablet(demo: Demo, day: date, ago: int, tablets: Supplement) -> None:
    """From the sixth week on, most mornings."""
    taken, moment = demo.chance.random() < 0.8, demo.at(day, 8, 0, 10)
    if ago <= 35 and taken and demo.happened(moment):
        entries.log_dose(demo.diarist, tablets, occurred_at=moment)


def _cramp(demo: Demo, day: date, ago: int) -> None:
    """Now and then at first; in the last four weeks about every third night, more often after a run."""
    ran_yesterday = (day - timedelta(days=1)).weekday() in demo.menu["runs"]["weekdays"]
    likely = (0.42 if ago <= 28 else 0.14) * (1.4 if ran_yesterday else 0.7)
    at_night = demo.chance.random() < 0.8
    # The small hours of the next date still belong to this diary day.
    moment = demo.at(day + timedelta(days=1), 2, 50, 45) if at_night else demo.at(day, 19, 30)
    minutes, intensity = demo.chance.randint(1, 6), demo.chance.choice([3, 4, 5, 5, 6, 7])
    site, side = (
        demo.chance.choice(["calf", "calf", "calf", "foot", "toes"]),
        demo.chance.choice(["left", "right"]),
    )
    helped, tried = demo.chance.choice(["yes", "partly", "partly", "no"]), demo.chance.random() < 0.8
    if demo.chance.random() >= likely or not demo.happened(moment):
        if ago and demo.chance.random() < 0.7:
            entries.mark_day(demo.diarist, day, no_cramp=True)
        return
    entries.log_spasm(
        demo.diarist,
        occurred_at=moment,
        ended_at=moment + timedelta(minutes=minutes)
        if moment + timedelta(minutes=minutes) <= demo.now
        else None,
        site=site,
        side=side,
        intensity=intensity,
        woke_me=at_night,
        doing="asleep" if at_night else "after_exercise",
        relief=[{"what": "stretch", "helped": helped}] if tried else [],
    )
