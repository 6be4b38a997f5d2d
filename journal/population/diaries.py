"""The diary of a made-up person, day by day: what they eat, drink, take and do, and when it cramps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from journal.calc.days import ONE_DAY, local_day, offset_minutes
from journal.codes import Doing, DoseSource, MealKind, Side, Site
from journal.models import (
    BodyWeight,
    DayMark,
    Dose,
    Exercise,
    Meal,
    MealItem,
    SpasmEpisode,
    StaleDay,
    Supplement,
    WaterIntake,
)
from journal.population.persons import Person
from journal.population.table import Table
from spasmlog.streams import Streams

KEPT = ["id", "diarist", "revision", "created_at", "updated_at"]
WHEN = [*KEPT, "occurred_at", "tz", "utc_offset_min", "local_date"]
MEAL = [*WHEN, "kind"]
ITEM = ["id", "meal", "diarist", "food", "portion", "quantity", "grams", "position"]
DRINK = [*WHEN, "amount_ml", "beverage", "grams"]
DOSE = [*WHEN, "supplement", "quantity", "source"]
EXERCISE = [*WHEN, "activity", "met", "minutes"]
CRAMP = [*WHEN, "ended_at", "site", "side", "intensity", "woke_me", "doing"]
WEIGHT = [*WHEN, "kg"]
MARK = [*KEPT, "date", "finished", "fasting", "no_cramp"]

MEALS = ((MealKind.BREAKFAST, 7.75, 0.25), (MealKind.LUNCH, 12.75, 0.28), (MealKind.DINNER, 19.0, 0.35),
         (MealKind.SNACK, 16.0, 0.12))  # fmt: skip
"""Kind, hour on the clock on the wall, and its share of what is eaten in a day."""
PRODUCTS = (
    ("Magnesium 125 mg", {"magnesium_mg": 125}), ("Magnesium 300 mg", {"magnesium_mg": 300}),
    ("Vitamin D 20 µg", {"vitamin_d_ug": 20}), ("B12 500 µg", {"vitamin_b12_ug": 500}),
    ("Calcium and D", {"calcium_mg": 500, "vitamin_d_ug": 10}),
    ("Many things", {"magnesium_mg": 60, "zinc_mg": 5, "vitamin_d_ug": 5, "vitamin_b12_ug": 2.5,
                     "folate_ug": 200, "vitamin_c_mg": 80, "iron_mg": 2.1}),
)  # fmt: skip
SITES = (Site.CALF, Site.CALF, Site.CALF, Site.FOOT, Site.TOES, Site.THIGH_BACK, Site.HAND)
WRITTEN_AFTER = timedelta(minutes=3)
"""Between what happened and its being logged."""


@dataclass(frozen=True)
class Habits:
    """What one person's days have in common."""

    diligence: float
    """The share of days on which they write."""
    marks: float
    """The share of those that they mark as finished."""
    foods: np.ndarray
    """Which helpings they know, and of breakfasts the first few."""
    glasses: np.ndarray
    drinks: float
    """A day."""
    sports: frozenset[int]
    """Weekdays on which they move."""
    activity: tuple[str, Decimal]
    cramps: float
    """A day."""
    product: UUID | None


def write(person: Person, days: int, items: float, table: Table, streams: Streams) -> None:
    """The last `days` days up to now."""
    habits, today = _habits(person, table, streams), person.today
    first = today - timedelta(days=days - 1)
    _weigh(person, first, streams)
    away = _away(person, days)
    for ago in range(days - 1, -1, -1):
        if ago in away or not person.likely(habits.diligence):
            continue
        day = today - timedelta(days=ago)
        _eat(person, habits, day, items, table, streams)
        _drink(person, habits, day, table, streams)
        _take(person, habits, day, streams)
        _move(person, habits, day, streams)
        cramped = _cramp(person, habits, day, streams)
        _mark(person, habits, day, cramped, streams)
        streams.of(StaleDay, ["diarist", "date", "version", "since"]).append(
            (person.id, day, person.revision, person.now)
        )
        person.days_written += 1


def _habits(person: Person, table: Table, streams: Streams) -> Habits:
    dice = person.dice
    weekdays = dice.choice(7, int(dice.integers(0, 5)), replace=False).tolist()
    return Habits(
        diligence=float(dice.beta(6, 1.5)),
        marks=float(dice.beta(3, 2)),
        foods=dice.choice(len(table.helpings), 45, replace=False, p=table.helping_odds),
        glasses=dice.choice(len(table.glasses), 6, replace=False, p=table.glass_odds),
        drinks=float(dice.uniform(2.5, 6)),
        sports=frozenset(weekdays),
        activity=table.activities[dice.integers(len(table.activities))],
        cramps=float(dice.gamma(0.8, 0.12)) if dice.random() < 0.8 else 0.0,
        product=_product(person, streams) if dice.random() < 0.35 else None,
    )


def _product(person: Person, streams: Streams) -> UUID:
    (id,) = person.ids(1)
    name, amounts = PRODUCTS[person.dice.integers(len(PRODUCTS))]
    row = (id, person.id, person.forward(), person.now, person.now, name, amounts)
    streams.of(Supplement, [*KEPT, "name", "amounts"]).append(row)
    return id


def _away(person: Person, days: int) -> frozenset[int]:
    """Days before today of a journey or an illness, on which nothing is written."""
    if days < 10 or person.likely(0.4):
        return frozenset()
    begin, length = int(person.dice.integers(1, days)), int(person.dice.integers(2, 10))
    return frozenset(range(begin, begin + length))


# When -----------------------------------------------------------------------------------------


@lru_cache(maxsize=100_000)
def _frozen(zone: str, day_start: time, quarter: int) -> tuple[int, date]:
    """Offset and diary day of a quarter of an hour: in none of them do they change."""
    moment, tz = datetime.fromtimestamp(quarter * 900, UTC), ZoneInfo(zone)
    return offset_minutes(moment, tz), local_day(moment, tz, day_start)


def _at(person: Person, day: date, hour: float) -> datetime | None:
    """A moment by the hours since midnight on the clock on the wall; None if it is still to come, or if the
    clock was changed in between and it belongs to another day."""
    wall = datetime.combine(day, time(0)) + timedelta(minutes=round(hour * 60))
    moment = wall.replace(tzinfo=person.tz).astimezone(UTC)
    _offset, belongs = _frozen(person.zone, person.day_start, int(moment.timestamp()) // 900)
    return moment if belongs == day and moment <= person.now - WRITTEN_AFTER else None


def _hour(person: Person, usual: float, spread: float) -> float:
    """About the usual hour, and within what still belongs to the same day."""
    begins = person.day_start.hour
    return min(max(person.dice.normal(usual, spread), begins + 0.5), begins + 23.5)


def _logged(person: Person, moment: datetime, id: UUID) -> tuple[Any, ...]:
    """The columns that every kind of entry has, as `entries` fills them."""
    offset, day = _frozen(person.zone, person.day_start, int(moment.timestamp()) // 900)
    written = moment + WRITTEN_AFTER
    return (id, person.id, person.forward(), written, written, moment, person.zone, offset, day)


# What -----------------------------------------------------------------------------------------


def _eat(person: Person, habits: Habits, day: date, items: float, table: Table, streams: Streams) -> None:
    meals, rows = streams.of(Meal, MEAL), streams.of(MealItem, ITEM)
    more = 1.12 if day.weekday() >= 5 else 0.95
    for kind, hour, share in MEALS:
        count = min(int(person.dice.poisson(items * share * more)), 20)
        moment = _at(person, day, _hour(person, hour + (0.75 if day.weekday() >= 5 else 0), 0.5))
        if moment is None or not count:
            continue
        meal, *ids = person.ids(1 + count)
        meals.append((*_logged(person, moment, meal), str(kind)))
        for position, (id, which) in enumerate(zip(ids, _chosen(person, habits, kind, count), strict=True)):
            rows.append((id, meal, person.id, *table.helpings[which], position))


def _chosen(person: Person, habits: Habits, kind: str, count: int) -> Iterator[int]:
    """Of the foods they know: at breakfast the same few, otherwise the first of the list more often."""
    known = len(habits.foods)
    if kind == MealKind.BREAKFAST:
        picked = person.dice.integers(0, 8, count)
    else:
        picked = (person.dice.random(count) ** 1.5 * known).astype(int)
    return iter(habits.foods[picked].tolist())


def _drink(person: Person, habits: Habits, day: date, table: Table, streams: Streams) -> None:
    rows = streams.of(WaterIntake, DRINK)
    count = min(int(person.dice.poisson(habits.drinks)), 12)
    hours = np.sort(person.dice.uniform(7.5, 22, count))
    kinds = habits.glasses[person.dice.integers(0, len(habits.glasses), count)]
    for id, hour, which in zip(person.ids(count), hours.tolist(), kinds.tolist(), strict=True):
        if moment := _at(person, day, hour):
            glass = table.glasses[which]
            rows.append((*_logged(person, moment, id), glass.ml, glass.beverage, glass.grams))


def _take(person: Person, habits: Habits, day: date, streams: Streams) -> None:
    moment = _at(person, day, _hour(person, 8, 0.3))
    if habits.product is None or moment is None or not person.likely(0.8):
        return
    row = _logged(person, moment, *person.ids(1))
    streams.of(Dose, DOSE).append((*row, habits.product, Decimal(1), str(DoseSource.SUPPLEMENT)))


def _move(person: Person, habits: Habits, day: date, streams: Streams) -> None:
    moment = _at(person, day, _hour(person, 17.75, 1))
    if day.weekday() not in habits.sports or moment is None or not person.likely(0.85):
        return
    code, met = habits.activity
    minutes = int(min(max(person.dice.normal(40, 15), 10), 150))
    streams.of(Exercise, EXERCISE).append((*_logged(person, moment, *person.ids(1)), code, met, minutes))


def _cramp(person: Person, habits: Habits, day: date, streams: Streams) -> bool:
    """Mostly in the small hours, which belong to the night before."""
    if not person.likely(habits.cramps):
        return False
    at_night = person.likely(0.75)
    moment = _at(person, day, 24 + person.dice.uniform(-1, 2.9) if at_night else _hour(person, 18, 3))
    if moment is None:
        return False
    dice = person.dice
    streams.of(SpasmEpisode, CRAMP).append(
        (
            *_logged(person, moment, *person.ids(1)),
            moment + timedelta(minutes=int(dice.integers(0, 3))),
            str(SITES[dice.integers(len(SITES))]),
            str(Side.LEFT if dice.random() < 0.5 else Side.RIGHT),
            int(dice.integers(2, 9)),
            at_night,
            str(Doing.ASLEEP if at_night else Doing.RESTING),
        )
    )
    return True


def _mark(person: Person, habits: Habits, day: date, cramped: bool, streams: Streams) -> None:
    """Finished, or without a cramp: of a day that is over."""
    finished = person.likely(habits.marks)
    without = not cramped and person.likely(0.5)
    if day >= person.today or not (finished or without):
        return
    written = min(datetime.combine(day + ONE_DAY, time(20), person.tz).astimezone(UTC), person.now)
    row = (*person.ids(1), person.id, person.forward(), written, written, day, finished, False, without)
    streams.of(DayMark, MARK).append(row)


def _weigh(person: Person, first: date, streams: Streams) -> None:
    moment = _at(person, first, 8)
    if moment and person.likely(0.9):
        row = _logged(person, moment, *person.ids(1))
        streams.of(BodyWeight, WEIGHT).append((*row, Decimal(f"{person.weight_kg:.2f}")))
