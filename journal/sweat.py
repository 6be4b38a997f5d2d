"""What exercise cost in sweat, by one rule for pages, REST and advice: rows of one diary in, ranges out.

A bout with weights before and after is measured. Where three or more bouts of the same activity were, their
rates stand for the others, too; else it is an estimate from activity, minutes, body weight and temperature.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from journal import drunk
from journal.calc import days, hydration
from journal.calc.hydration import Measured, Sweat
from journal.models import Diarist, Exercise

OWN_DAYS = 180
"""How far back measured bouts stand for others of their activity (product choice). [d]"""
MEASURES = (
    "diarist_id", "local_date", "occurred_at", "minutes", "met", "activity_id", "temperature_c",
    "weight_before_kg", "weight_after_kg",
)  # fmt: skip
WEIGHED = Q(weight_before_kg__isnull=False, weight_after_kg__isnull=False)


def exercises(diarist: Diarist, first: date, last: date) -> list[Exercise]:
    """The exercises of these days, and the weighed ones of the half year before.

    A weighed one has `drunk_ml`, what was logged as drunk while it lasted: one more query, and only where
    something was weighed.
    """
    return _found([diarist], _rows([diarist], first, last).select_related("activity"))[diarist.pk]


def exercises_of_many(diarists: Sequence[Diarist], first: date, last: date) -> dict[int, list[Exercise]]:
    """The same for many diaries, without what their activities are called, and with `MEASURES` alone.

    One query, and one more for each in which something was weighed.
    """
    return _found(diarists, _rows(diarists, first, last).only(*MEASURES))


def _rows(diarists: Sequence[Diarist], first: date, last: date) -> QuerySet[Exercise]:
    weighed = WEIGHED & Q(local_date__range=(last - timedelta(days=OWN_DAYS), last))
    of_days = Q(local_date__range=(first, last))
    rows = Exercise.objects.live().filter(of_days | weighed, diarist__in=diarists)
    return rows.order_by("occurred_at", "created_at")


def _found(diarists: Sequence[Diarist], rows: Iterable[Exercise]) -> dict[int, list[Exercise]]:
    found: dict[int, list[Exercise]] = {who.pk: [] for who in diarists}
    for bout in rows:
        found[bout.diarist_id].append(bout)
    for who in diarists:
        _note_drinks(who, [bout for bout in found[who.pk] if _was_weighed(bout)])
    return found


def was_weighed(diarist: Diarist, today: date, length: int) -> bool:
    """Whether the scales were asked before and after any bout of the last days."""
    first, last = days.window(today, length)
    return Exercise.objects.of(diarist).live().between(first, last).filter(WEIGHED).exists()


def _note_drinks(diarist: Diarist, weighed: list[Exercise]) -> None:
    if not weighed:
        return
    ends = {bout.pk: bout.occurred_at + timedelta(minutes=bout.minutes) for bout in weighed}
    drinks = drunk.between(diarist, min(bout.occurred_at for bout in weighed), max(ends.values()))
    for bout in weighed:
        meanwhile = [ml for at, ml in drinks if bout.occurred_at <= at <= ends[bout.pk]]
        bout.drunk_ml = math.fsum(meanwhile)


def of_days(bouts: Iterable[Exercise], kg: float | None) -> dict[date, float | None]:
    """What was sweated on each day with exercise, as the page of that day adds it up. [L]

    Light effort in the cool adds nothing. None: of a bout of that day neither sweat nor that is known.
    `bouts` are those of the days, and the weighed ones of the half year before, as `exercises` gives them.
    """
    bouts = list(bouts)
    weighed = [bout for bout in bouts if _was_weighed(bout)]
    by_day: dict[date, list[Exercise]] = defaultdict(list)
    for bout in bouts:
        by_day[bout.local_date].append(bout)
    return {day: _of_day(some, kg, _rates_on(day, weighed)) for day, some in by_day.items()}


def _of_day(bouts: Iterable[Exercise], kg: float | None, rates: Mapping[str, list[float]]) -> float | None:
    litres = []
    for bout in bouts:
        one = sweat_of(bout, kg, rates)
        if one is None and not _is_too_light(bout):
            return None
        litres.append(one.middle if one else 0.0)
    return math.fsum(litres)


def _is_too_light(bout: Exercise) -> bool:
    t = bout.temperature_c
    return bout.met is not None and hydration.is_too_light(float(bout.met), None if t is None else float(t))


def _rates_on(day: date, weighed: Iterable[Exercise]) -> dict[str, list[float]]:
    since = day - timedelta(days=OWN_DAYS)
    return own_rates(bout for bout in weighed if since <= bout.local_date <= day)


def _was_weighed(bout: Exercise) -> bool:
    return bout.weight_before_kg is not None and bout.weight_after_kg is not None


def measured(bout: Exercise) -> Measured | None:
    """Sweat by the scales, with what was drunk meanwhile; None where it was not weighed."""
    if not _was_weighed(bout):
        return None
    before, after = float(bout.weight_before_kg), float(bout.weight_after_kg)
    drunk_l = bout.drunk_ml / 1000
    return hydration.measured_sweat(before, after, drunk_l, 0.0, bout.minutes / 60)


def own_rates(bouts: Iterable[Exercise]) -> dict[str, list[float]]:
    """Measured rates by activity. [L/h]"""
    rates: dict[str, list[float]] = defaultdict(list)
    for bout in bouts:
        if bout.activity_id and (weighed := measured(bout)):
            rates[bout.activity_id].append(weighed.rate)
    return rates


def sweat_of(bout: Exercise, kg: float | None, rates: Mapping[str, list[float]]) -> Sweat | None:
    """The best that is known of one bout; `kg` is the body weight where the bout names none."""
    before, temperature = bout.weight_before_kg, bout.temperature_c
    return hydration.sweat_of(
        None if bout.met is None else float(bout.met),
        kg if before is None else float(before),
        bout.minutes,
        None if temperature is None else float(temperature),
        weighed=measured(bout),
        own_rates=rates.get(bout.activity_id or "", ()),
    )
