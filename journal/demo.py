"""Believable diaries to look around in, of two made-up people.

One has ten weeks, in which the review finds something of each kind of advice that is no emergency; the other
twelve days and a warning sign, beside which tips fall silent. Only entries are written, through the same
verbs as everybody's; whatever the pages then say was found by the review. The same day of making gives the
same diaries.
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

EMAIL, SIGN_EMAIL = people.DEMO_EMAILS
"""Who keeps ten weeks of diary, and who ticked a warning sign yesterday."""
PASSWORD = "spasmlog-demo"  # noqa: S105 - printed at a fresh start, on purpose; both have it
WEEKS = 10
SIGN_DAYS = 12
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
OFFICE_WEEKDAYS = (1, 2, 3)
OFFICE_DAYS = range(29, 57)
"""Afternoons with cake of which only the energy is known: four weeks, before the last four."""
TRIED_DAYS = range(1, 10)
"""Evenings on which a product was tried against cramps, all but every fourth."""


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


def exists(email: str = EMAIL) -> bool:
    return get_user_model().objects.filter(email=email).exists()


def all_exist() -> bool:
    return exists(EMAIL) and exists(SIGN_EMAIL)


@transaction.atomic
@entries.one_review()
def make(progress: Callable[[int, int], None] = lambda done, of: None) -> Diarist:
    """Make the demo person and their diary; `progress` hears (days written, days in all)."""
    menu = json.loads(FIXTURE.read_text())
    length = WEEKS * 7
    demo = _begin(menu, menu["profile"], EMAIL, length)
    last = entries.today(demo.diarist)
    tablets = entries.save_supplement(demo.diarist, **menu["supplement"])
    tried = entries.save_supplement(demo.diarist, **menu["tried"])
    cake = entries.save_food(demo.diarist, **menu["cake"])
    for ago in range(length, -1, -1):
        _write_day(demo, last - timedelta(days=ago), ago, tablets)
        _try_product(demo, last - timedelta(days=ago), ago, tried)
        _eat_cake(demo, last - timedelta(days=ago), ago, cake)
        progress(length - ago + 1, length + 1)
    return demo.diarist


@transaction.atomic
@entries.one_review()
def make_with_a_sign() -> Diarist:
    """Make the second demo person: a short diary, and a warning sign ticked yesterday evening."""
    menu = json.loads(FIXTURE.read_text())
    second = menu["second"]
    demo = _begin(menu, second["profile"], SIGN_EMAIL, SIGN_DAYS)
    last = entries.today(demo.diarist)
    for ago in range(SIGN_DAYS, -1, -1):
        day = last - timedelta(days=ago)
        _write_meals_and_drinks(demo, day)
        if ago:
            entries.mark_day(demo.diarist, day, finished=True)
        if ago in second["cramps"]:
            _log_calf_cramp(demo, day)
    yesterday = last - timedelta(days=1)
    entries.tick_warning_signs(demo.diarist, signs=second["signs"], occurred_at=demo.at(yesterday, 21))
    return demo.diarist


@transaction.atomic
def remove() -> None:
    """Delete the demo people with everything they wrote."""
    for user in get_user_model().objects.filter(email__in=people.DEMO_EMAILS):
        leaving.erase(user)


def _begin(menu: dict[str, Any], profile: dict[str, Any], email: str, days: int) -> Demo:
    """The person, with their profile answered and what writing `days` days of diary needs at hand."""
    user = get_user_model().objects.create_user(email.partition("@")[0], email, PASSWORD)
    _verified_address(user)
    diarist = people.diarist_of(user)
    diarist.time_zone = profile["time_zone"]
    codes = sorted({item[0] for usual in menu["meals"].values() for one in usual for item in one["items"]})
    codes += [one["beverage"] for one in menu["drinks"] if one["beverage"]]
    foods = Food.objects.prefetch_related("portions").in_bulk([food_id("fndds", code) for code in codes])
    by_code = {code: foods[food_id("fndds", code)] for code in codes}
    portions = {
        (code, portion.description): portion
        for code, food in by_code.items()
        for portion in food.portions.all()
    }
    demo = Demo(diarist, menu, random.Random(SEED), by_code, portions, timezone.now())
    _answer_profile(demo, profile, days)
    return demo


def _verified_address(user) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)


def _answer_profile(demo: Demo, profile: dict[str, Any], days: int) -> None:
    said, last = dict(profile), entries.today(demo.diarist)
    conditions, weight = said.pop("conditions"), Decimal(said.pop("weight_kg"))
    born = date(last.year - said.pop("age_years"), 3, 14)
    said["height_cm"] = Decimal(said["height_cm"])
    people.update_profile(demo.diarist, birth_date=born, **said)
    people.answer_conditions(demo.diarist, conditions)
    first = last - timedelta(days=days)
    entries.log_weight(demo.diarist, weight, occurred_at=demo.at(first, 7, 15, 5))


def _write_day(demo: Demo, day: date, ago: int, tablets: Supplement) -> None:
    if ago in QUIET_DAYS:
        return
    unfinished = ago in UNFINISHED_DAYS
    _write_meals_and_drinks(demo, day, unfinished=unfinished)
    _move(demo, day)
    _take_tablet(demo, day, ago, tablets)
    _cramp(demo, day, ago)
    if ago and not unfinished and ago not in FORGOTTEN_MARKS:
        entries.mark_day(demo.diarist, day, finished=True)


def _write_meals_and_drinks(demo: Demo, day: date, *, unfinished: bool = False) -> None:
    for kind, (hour, minute) in MEAL_TIMES.items():
        if kind in ("dinner", "snack") and unfinished:
            continue
        if kind == "snack" and demo.chance.random() < 0.25:
            continue
        _eat(demo, day, kind, demo.at(day, hour, minute))
    _drink(demo, day, 3 if unfinished else demo.chance.randint(4, 6))


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


def _try_product(demo: Demo, day: date, ago: int, product: Supplement) -> None:
    if ago in TRIED_DAYS and ago % 4:
        entries.log_dose(demo.diarist, product, occurred_at=datetime.combine(day, time(21), demo.diarist.tz))


def _eat_cake(demo: Demo, day: date, ago: int, cake: Food) -> None:
    if ago in OFFICE_DAYS and day.weekday() in OFFICE_WEEKDAYS and ago not in QUIET_DAYS | UNFINISHED_DAYS:
        moment = datetime.combine(day, time(15, 30), demo.diarist.tz)
        entries.log_meal(demo.diarist, [(cake, Decimal(75))], kind="snack", occurred_at=moment)


def _log_calf_cramp(demo: Demo, day: date) -> None:
    """In the small hours that still belong to this diary day."""
    moment = demo.at(day + timedelta(days=1), 2, 50, 45)
    entries.log_spasm(
        demo.diarist,
        occurred_at=moment,
        ended_at=moment + timedelta(minutes=3),
        site="calf",
        side="left",
        intensity=5,
        woke_me=True,
        doing="asleep",
    )


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
