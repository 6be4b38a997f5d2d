"""What the diary holds of the 48 hours before a cramp: entries in lanes. It says nothing about causes.

    before(diarist, cramps) -> dict[UUID, Before]    of some cramps at once; six queries, however many

Alcohol and caffeine are those of what was eaten, drunk and taken; a food of unknown content is counted apart
and never as one without.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from journal.calc import hydration
from journal.calc.portions import portion_amount
from journal.charts.before import SPAN
from journal.models import Diarist, Dose, Exercise, Meal, SpasmEpisode, WaterIntake, foods_ahead
from journal.timeline import Line
from nutrients.models import Food

ALCOHOL, CAFFEINE = "alcohol_g", "caffeine_mg"
LEAST = {ALCOHOL: 1.0, CAFFEINE: 10.0}
"""Less of it in one entry is not shown: a trace, as of caffeine in chocolate (product choice). [g], [mg]"""
LONGEST = timedelta(hours=24)
"""An exercise may have begun so long before the 48 hours, and reach into them."""
LANES = ("meals", "drinks", "alcohol", "caffeine", "exercise", "doses", "cramps")


@dataclass(frozen=True)
class Happened:
    """An entry in its lane."""

    lane: str
    line: Line
    until: datetime | None = None
    amount: float | None = None
    """Of alcohol or caffeine. [g], [mg]"""
    is_hot: bool = False


@dataclass
class Before:
    """The 48 hours before one cramp, in order of time."""

    cramp: SpasmEpisode
    begin: datetime
    tz: tzinfo
    happened: list[Happened] = field(default_factory=list)
    unknown: int = 0
    """Foods and drinks of which alcohol or caffeine is not known."""

    @property
    def logged(self) -> int:
        """Entries in it: one with alcohol stands in two lanes, and is one."""
        return len({one.line.entry.pk for one in self.happened})


def before(diarist: Diarist, cramps: Sequence[SpasmEpisode]) -> dict[UUID, Before]:
    """Read what happened in the 48 hours before each of some cramps."""
    lines = list(_lines(diarist, cramps)) if cramps else []
    return {cramp.pk: _before(diarist, cramp, lines) for cramp in cramps}


def zone_of(diarist: Diarist, cramp: SpasmEpisode) -> tzinfo:
    """The clocks of the place where it was logged."""
    return ZoneInfo(cramp.tz) if cramp.tz else diarist.tz


def _lines(diarist: Diarist, cramps: Sequence[SpasmEpisode]) -> Iterable[Line]:
    kinds: dict[str, QuerySet] = {
        "meal": Meal.objects.prefetch_related(foods_ahead(diarist, "food")),
        "drink": WaterIntake.objects.select_related("beverage"),
        "exercise": Exercise.objects.select_related("activity"),
        "dose": Dose.objects.select_related("supplement"),
        "cramp": SpasmEpisode.objects.all(),
    }
    for kind, rows in kinds.items():
        earlier = LONGEST if kind == "exercise" else timedelta()
        spans = Q()
        for cramp in cramps:
            begin = cramp.occurred_at - SPAN - earlier
            spans |= Q(occurred_at__gte=begin, occurred_at__lt=cramp.occurred_at)
        entries = rows.of(diarist).live().filter(spans).order_by("occurred_at", "created_at")
        yield from (Line(kind, entry) for entry in entries)


def _before(diarist: Diarist, cramp: SpasmEpisode, lines: Iterable[Line]) -> Before:
    begin = cramp.occurred_at.astimezone(UTC) - SPAN
    found = Before(cramp, begin, zone_of(diarist, cramp))
    for line in lines:
        ends = _ends(line)
        if (ends or line.at) >= begin and line.at < cramp.occurred_at:
            found.happened += _happened(line, ends)
            found.unknown += _unknown(line)
    return found


def _ends(line: Line) -> datetime | None:
    return line.at + timedelta(minutes=line.entry.minutes) if line.kind == "exercise" else None


OF_KIND = {"meal": "meals", "drink": "drinks", "exercise": "exercise", "dose": "doses", "cramp": "cramps"}


def _happened(line: Line, until: datetime | None) -> Iterable[Happened]:
    yield Happened(OF_KIND[line.kind], line, until, is_hot=_is_hot(line))
    for lane, code in (("alcohol", ALCOHOL), ("caffeine", CAFFEINE)):
        amount = _held(line, code)
        if amount >= LEAST[code]:
            yield Happened(lane, line, amount=amount)


def _is_hot(line: Line) -> bool:
    celsius = line.entry.temperature_c if line.kind == "exercise" else None
    return celsius is not None and float(celsius) >= hydration.LEAST_TEMPERATURE


def _eaten(line: Line) -> list[tuple[float, Food]]:
    if line.kind == "meal":
        return [(float(item.grams), item.food) for item in line.entry.items.all()]
    if line.kind == "drink" and line.entry.beverage:
        return [(float(line.entry.grams), line.entry.beverage)]
    return []


def _held(line: Line, code: str) -> float:
    """What is known of alcohol or caffeine in one entry."""
    amounts = [portion_amount(getattr(food, code), grams) for grams, food in _eaten(line)]
    taken = line.entry.supplement.amounts.get(code, 0.0) if line.kind == "dose" else 0.0
    known = math.fsum(amount for amount in amounts if amount is not None)
    return known + (taken * float(line.entry.quantity) if taken else 0.0)


def _unknown(line: Line) -> int:
    return sum(food.alcohol_g is None or food.caffeine_mg is None for _grams, food in _eaten(line))
