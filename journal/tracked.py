"""What the days of a diary held, for the search of personal links: rows of one diary in, plain days out.

    outcomes(diarist, last) -> dict[date, bool]              which known days had a cramp; 2 queries
    last_whole_day(diarist) -> date                          the latest outcome day that is over
    changes(diarist) -> list[date]                           days on which a new series begins; 2 queries
    measures(diarist, last, instead, known) -> Measured      what days held, whole and before a cramp

Pages count outcomes, too: nothing here loads scipy.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from journal import eaten, findings, sweat
from journal.calc import crampdays, hydration
from journal.calc.days import ONE_DAY, USABLE, local_day
from journal.calc.triggers import ENOUGH_COVERAGE
from journal.codes import DayStatus
from journal.flags import flags_about
from journal.models import (
    DailyIntake,
    DayMark,
    Diarist,
    Dose,
    Exercise,
    LifeStagePeriod,
    Medicine,
    SpasmEpisode,
)
from nutrients.codes import CODES

EATEN = ("magnesium_mg", "potassium_mg", "calcium_mg", "sodium_mg", "alcohol_g", "caffeine_mg")
STIMULANTS = ("alcohol_g", "caffeine_mg")
"""Of these the day of the cramp itself counts, up to its beginning."""
UNUSUAL_AFTER = timedelta(days=28)
"""An activity not done for so long is unusual (product choice). [d]"""

Amounts = dict[date, float]


# Outcomes -------------------------------------------------------------------------------------


def outcomes(diarist: Diarist, last: date) -> dict[date, bool]:
    """Which of the known days up to `last` had a cramp."""
    cramps = [day for day in first_cramps(diarist) if day <= last]
    return crampdays.outcomes(cramps, _said_without(diarist, last))


def _said_without(diarist: Diarist, last: date) -> list[date]:
    """Days marked as without a cramp; before its noon no day can be."""
    marks = DayMark.objects.of(diarist).live().filter(no_cramp=True, date__lte=last)
    return list(marks.order_by().values_list("date", flat=True))


def first_cramps(diarist: Diarist) -> dict[date, datetime]:
    """The moment at which the first cramp of each outcome day began."""
    rows = SpasmEpisode.objects.of(diarist).live().order_by("-occurred_at")
    return {
        crampdays.exposure_day(at + timedelta(minutes=offset)): at
        for at, offset in rows.values_list("occurred_at", "utc_offset_min")
    }


def last_whole_day(diarist: Diarist) -> date:
    """The latest day whose night and morning are over, too."""
    return crampdays.exposure_day(timezone.now().astimezone(diarist.tz)) - ONE_DAY


def changes(diarist: Diarist) -> list[date]:
    """The days on which another medicine, or another time of life, began: none before is like one after."""
    medicines = Medicine.objects.filter(diarist=diarist).values_list("started_on", "stopped_on")
    stages = LifeStagePeriod.objects.filter(diarist=diarist).values_list("started_on", "ended_on")
    spans = [*medicines, *stages]
    starts = [start for start, _end in spans if start]
    return sorted({*starts, *(end + ONE_DAY for _start, end in spans if end)})


# What days held -------------------------------------------------------------------------------


class Bout(NamedTuple):
    """One exercise."""

    day: date
    at: datetime
    minutes: int
    met: float | None
    activity: str | None
    temperature_c: float | None

    @property
    def met_h(self) -> float | None:
        return None if self.met is None else self.met * self.minutes / 60


def _bout(row: Exercise) -> Bout:
    met = None if row.met is None else float(row.met)
    heat = None if row.temperature_c is None else float(row.temperature_c)
    return Bout(row.local_date, row.occurred_at, row.minutes, met, row.activity_id, heat)


class Measured(NamedTuple):
    """By measure: whole days known in full, and days with a cramp up to its beginning."""

    whole: dict[str, Amounts]
    before: dict[str, Amounts]


def measures(
    diarist: Diarist, last: date, instead: Mapping[date, DailyIntake | None] | None = None
) -> Measured:
    """What the usable days up to `last` held.

    Rows of `instead`, just computed, take the place of the stored ones; None there: no such day any more.
    """
    stored = DailyIntake.objects.filter(diarist=diarist, date__lte=last)
    rows = {row.date: row for row in stored.only(*_columns())} | dict(instead or {})
    days = {day: row for day, row in rows.items() if row and row.status in USABLE and day <= last}
    exercises = sweat.exercises(diarist, date.min, last)
    sweated = sweat.of_days(exercises, flags_about(diarist, last).weight_kg)
    bouts = [_bout(row) for row in exercises]
    whole = _eaten(days) | _fluid(days, sweated) | _moved(days, bouts)
    cramps = {day: at for day, at in first_cramps(diarist).items() if day in days}
    return Measured(whole, _moved(days, bouts, cramps) | _eaten_before(diarist, whole, cramps))


def _columns() -> list[str]:
    codes = EATEN
    fluid = ("drinks_water_g", "uncounted_water_g", "food_water_g", "moisture_share")
    return ["date", "status", *fluid, *codes, *(f"{code}_share" for code in codes)]


def _eaten(days: Mapping[date, DailyIntake]) -> dict[str, Amounts]:
    """What was eaten and taken, of each nutrient on the days on which nearly all of it is known."""
    return {
        code: {day: amount for day, row in days.items() if (amount := _known(row, code)) is not None}
        for code in EATEN
    }


def _known(row: DailyIntake, code: str) -> float | None:
    share = getattr(row, f"{code}_share")
    fast = row.status == DayStatus.FASTING_MARKED and share is None
    return getattr(row, code) if fast or (share is not None and share >= ENOUGH_COVERAGE) else None


def _fluid(days: Mapping[date, DailyIntake], sweated: Mapping[date, float | None]) -> dict[str, Amounts]:
    """Drinks, and how far the water that counts stays behind sweat. [L]

    A finished day without any drink is one on which drinks were not logged. The baseline of need is the same
    on all days of a person, so that it falls out of every comparison: `water_short_l` leaves it out.
    """
    drinks = {day: row.drinks_water_g / 1000 for day, row in days.items() if row.drinks_water_g > 0}
    short = {
        day: hydration.need_today(0.0, sweat_l).total - water
        for day in drinks
        if (water := _water(days[day])) is not None and (sweat_l := sweated.get(day, 0.0)) is not None
    }
    return {"drinks_l": drinks, "water_short_l": short}


def _water(row: DailyIntake) -> float | None:
    """The water of a day as its page counts it, without wine and spirits; None where that of food is not
    known well enough: days told by drinks alone are not like the others. [L]"""
    water = findings.water(row)
    fast = row.status == DayStatus.FASTING_MARKED and water.moisture_share is None
    return None if water.drinks_only and not fast else water.counted


def _moved(
    days: Iterable[date], bouts: list[Bout], until: Mapping[date, datetime] | None = None
) -> dict[str, Amounts]:
    """Exercise of each day, or of the days in `until` what had begun before these moments.

    A usable day without a bout is one without exercise; its heat, which only bouts tell, is not known. A bout
    of unknown effort leaves the effort of its day unknown.
    """
    first = min((one.day for one in bouts), default=date.max)
    met_h, unusual, heat = {}, {}, {}
    by_day: dict[date, list[Bout]] = defaultdict(list)
    strange = _strange(bouts)
    for one in bouts:
        by_day[one.day].append(one)
    for day in days if until is None else until:
        some = [one for one in by_day[day] if until is None or one.at < until[day]]
        efforts = [one.met_h for one in some]
        if None not in efforts:
            met_h[day] = sum(effort for effort in efforts if effort is not None)
        if day - first >= UNUSUAL_AFTER:
            unusual[day] = float(any(one in strange for one in some))
        if warm := [one.temperature_c for one in some if one.temperature_c is not None]:
            heat[day] = max(warm)
    return {"met_h": met_h, "unusual": unusual, "temperature_c": heat}


def _strange(bouts: list[Bout]) -> set[Bout]:
    """The bouts, oldest first, of an activity that had not been logged for four weeks."""
    last: dict[str, date] = {}
    found = set()
    for one in bouts:
        if one.activity is not None:
            before = last.get(one.activity)
            if before is None or one.day - before >= UNUSUAL_AFTER:
                found.add(one)
            last[one.activity] = one.day
    return found


# Before a cramp of the same day ---------------------------------------------------------------


def _eaten_before(
    diarist: Diarist, whole: Mapping[str, Amounts], cramps: Mapping[date, datetime]
) -> dict[str, Amounts]:
    """Alcohol and caffeine up to a cramp: of a day that was over by then all of it, else entry by entry."""
    running = {day: at for day, at in cramps.items() if _day_of(diarist, at) <= day}
    found = eaten.eaten([diarist], running) if running else None
    taken = _taken_before(diarist, running) if running else {}
    amounts: dict[str, Amounts] = {}
    for code in STIMULANTS:
        place = CODES.index(code)
        amounts[code] = {day: whole[code][day] for day in cramps if day in whole[code]}
        for day in amounts[code].keys() & running.keys():
            eaten_then = (
                float(one.grams) * (found.content(one.food)[place] or 0.0) / 100
                for one in found.portions
                if one.day == day and one.at < running[day]
            )
            amounts[code][day] = sum(eaten_then) + taken.get((day, code), 0.0)
    return amounts


def _day_of(diarist: Diarist, moment: datetime) -> date:
    return local_day(moment, diarist.tz, diarist.day_start)


def _taken_before(diarist: Diarist, cramps: Mapping[date, datetime]) -> dict[tuple[date, str], float]:
    """Alcohol and caffeine of supplements and medicines taken before the cramps of these days."""
    rows = Dose.objects.of(diarist).live().filter(local_date__in=cramps).order_by()
    found: dict[tuple[date, str], float] = defaultdict(float)
    for day, at, quantity, amounts in rows.values_list(
        "local_date", "occurred_at", "quantity", "supplement__amounts"
    ):
        for code in STIMULANTS:
            if at < cramps[day] and code in amounts:
                found[day, code] += float(quantity * Decimal(repr(amounts[code])))
    return found
