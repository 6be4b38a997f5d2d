"""What the review has found, as it is stored: read by pages and REST. Loads neither pandas nor numpy.

    is_stale(diarist) -> bool                        the findings are older than the diary, or than its day
    refresh(diarist) -> bool                         ask for a review if they are; True if so
    told(diarist) -> dict[str, bool]                 the same for a page: `stale`, or `nothing_yet`
    today(diarist) -> date                           the diary day it is now
    verdict_day(diarist, week) -> date               the day with whose windows the verdicts of a week end
    gaps(diarist, as_of, window_days=None) -> list[NutrientGap]      None: each from its own window
    gaps_of(diarist, as_ofs, window_days=None) -> dict[date, list[NutrientGap]]
    weekly_gaps(diarist, weeks=12) -> dict[date, list[NutrientGap]]   by verdict day, oldest first
    daily(diarist, first, last) -> list[DailyIntake]                  one a day; not stored: status "empty"
    day_totals(diarist, day) -> DailyIntake                           as the last review stored it
    live_totals(diarist, day) -> DailyIntake                          added up now, equal to the last digit
    water(row) -> DayWater                           of a DailyIntake, in litres
    amounts(row) -> dict[code, Amount(known, added, share, unknown)]  of a DailyIntake, in the order of CODES
    has_as_of(diarist, as_of) -> bool
    ensure_as_of(diarist, as_of, wait_s=1.5) -> bool                  have the gaps of any day computed

Rows of `daily`, `day_totals` and `live_totals` that are not stored have no primary key. In gaps, `kind`,
`method` and `band` are "" where there is none; `reference` is {} and `reference_amount` None without one.
"""

import time
from collections.abc import Iterable
from datetime import date, timedelta

from django.core.cache import cache
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone

from journal import eaten, tasks
from journal.calc import days
from journal.calc.hydration import DayWater
from journal.calc.portions import Amount
from journal.calc.windows import verdict_window
from journal.codes import DayStatus
from journal.models import (
    DailyIntake,
    DayMark,
    Diarist,
    Dose,
    Exercise,
    Meal,
    NutrientGap,
    SpasmEpisode,
    StaleDay,
    WarningSigns,
    WaterIntake,
)
from nutrients.codes import CODES, KEY_CODES

VERDICT_WINDOW = 28
"""The window of most verdicts; water, vitamin D and B12 have others (`verdict_window`). [d]"""
KINDS = ("ear", "ai", "ul", "cdrr", "own", "")
LOGGED = (Meal, WaterIntake, Dose, Exercise, SpasmEpisode, WarningSigns, DayMark)
"""What findings are about. A profile alone has none."""
ASK_AGAIN_AFTER = 15
"""How long a request of a page stands before a further one is made. [s]"""
LOOK_EVERY = 0.05


def today(diarist: Diarist) -> date:
    """The diary day it is now where the diarist lives."""
    return days.local_day(timezone.now(), diarist.tz, diarist.day_start)


# Are they current? ----------------------------------------------------------------------------


def is_stale(diarist: Diarist) -> bool:
    """Whether the diary, or its day, has gone on since the last review."""
    waiting, reviewed_on, _logged = _state(diarist)
    return waiting or reviewed_on != today(diarist)


def _state(diarist: Diarist) -> tuple[bool, date | None, bool]:
    """Whether days wait for a review, when the last one was, and whether anything was ever logged."""
    waiting = Exists(StaleDay.objects.filter(diarist=OuterRef("pk")))
    logged = Q()
    for kind in (DailyIntake, *LOGGED):
        logged |= Exists(kind.objects.filter(diarist=OuterRef("pk")))
    about = Diarist.objects.annotate(waiting=waiting, logged=ExpressionWrapper(logged, BooleanField()))
    return about.values_list("waiting", "review_state__reviewed_on", "logged").get(pk=diarist.pk)


def told(diarist: Diarist) -> dict[str, bool]:
    """Ask for a review if one is due, and say what a page tells of it.

    `stale`: findings are older than the diary. `new_day`: only because another diary day has begun.
    `nothing_yet`: nothing was ever logged that they could be of.
    """
    waiting, reviewed_on, logged = _state(diarist)
    due = waiting or reviewed_on != today(diarist)
    if due:
        _ask(diarist)
    return {"stale": due and logged, "new_day": due and not waiting, "nothing_yet": not logged}


def refresh(diarist: Diarist) -> bool:
    """Ask for a review if the findings are stale, and say whether they are.

    A page may call it each time it is shown: a request is made once in 15 s. It does not wait for an answer,
    and a broker that is down is logged: the sweep comes later.
    """
    if not is_stale(diarist):
        return False
    _ask(diarist)
    return True


def _ask(diarist: Diarist) -> None:
    if cache.add(f"review-asked:{diarist.pk}", 1, ASK_AGAIN_AFTER):
        tasks.ask(tasks.review_diarist, diarist.pk)


# Gaps -----------------------------------------------------------------------------------------


def verdict_day(diarist: Diarist, week: date) -> date:
    """The day with which the windows of a week's verdicts end: its last day, or today while it is running."""
    return min(days.week_start(week, diarist.week_start) + timedelta(days=6), today(diarist))


def gaps(diarist: Diarist, as_of: date, window_days: int | None = None) -> list[NutrientGap]:
    """Gaps over the days that end with `as_of`, in the order of pages; none if there are none (yet).

    Without a length each nutrient comes from the window of its own verdict.
    """
    return gaps_of(diarist, [as_of], window_days)[as_of]


def gaps_of(
    diarist: Diarist, as_ofs: Iterable[date], window_days: int | None = None
) -> dict[date, list[NutrientGap]]:
    """Gaps of several days at once, in one query."""
    found: dict[date, list[NutrientGap]] = {as_of: [] for as_of in as_ofs}
    rows = all_gaps_of(diarist, found)
    for gap in rows.filter(window_days=window_days) if window_days else rows:
        if window_days or gap.window_days == (verdict_window(gap.nutrient, gap.kind) or VERDICT_WINDOW):
            found[gap.as_of].append(gap)
    return found


def all_gaps_of(diarist: Diarist, as_ofs: Iterable[date]) -> QuerySet[NutrientGap]:
    """Gaps of some days over every window, in the order of pages."""
    rows = NutrientGap.objects.filter(diarist=diarist, as_of__in=list(as_ofs))
    return rows.order_by("as_of", _place("nutrient", KEY_CODES), _place("kind", KINDS))


def _place(field: str, order: Iterable[str]) -> Case:
    cases = [When(**{field: value}, then=Value(i)) for i, value in enumerate(order)]
    return Case(*cases, default=Value(99), output_field=IntegerField())


def weekly_gaps(diarist: Diarist, weeks: int = 12) -> dict[date, list[NutrientGap]]:
    """Gaps at the end of the latest weeks, the running one included, by verdict day, oldest first."""
    this_week = days.week_start(today(diarist), diarist.week_start)
    starts = [this_week - timedelta(weeks=n) for n in reversed(range(weeks))]
    return gaps_of(diarist, [verdict_day(diarist, start) for start in starts])


def has_as_of(diarist: Diarist, as_of: date) -> bool:
    """Whether there are gaps for windows that end with this day."""
    return NutrientGap.objects.filter(diarist=diarist, as_of=as_of).exists()


def ensure_as_of(diarist: Diarist, as_of: date, wait_s: float = 1.5) -> bool:
    """Have the gaps of any day up to today computed, and wait a moment for them; whether they are there.

    If not, the worker is busy or away: ask again later.
    """
    if as_of > today(diarist):
        return False
    if has_as_of(diarist, as_of):
        return True
    if not tasks.ask(tasks.review_as_of, diarist.pk, as_of.isoformat()):
        return False
    last = time.monotonic() + wait_s
    while time.monotonic() < last:
        time.sleep(LOOK_EVERY)
        if has_as_of(diarist, as_of):
            return True
    return False


# Days -----------------------------------------------------------------------------------------


def daily(diarist: Diarist, first: date, last: date) -> list[DailyIntake]:
    """One row for each day from `first` to `last`, both included; a day without a stored row is empty."""
    stored = {row.date: row for row in DailyIntake.objects.filter(diarist=diarist, date__range=(first, last))}
    span = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    return [stored.get(day) or _empty(diarist, day) for day in span]


def day_totals(diarist: Diarist, day: date) -> DailyIntake:
    """What the last review found in one day."""
    return daily(diarist, day, day)[0]


def live_totals(diarist: Diarist, day: date) -> DailyIntake:
    """What one day holds at this moment, added up as the review does; not stored.

    Whether the day counts is for the review to say: the status is that of the stored row, or "incomplete"
    until there is one.
    """
    found = eaten.eaten([diarist], [day])
    status = DailyIntake.objects.filter(diarist=diarist, date=day).values_list("status", flat=True).first()
    nothing = not (found.portions or found.doses or found.marks)
    return DailyIntake(
        diarist=diarist,
        date=day,
        status=DayStatus.EMPTY if nothing else status or DayStatus.INCOMPLETE,
        drinks_ml=float(sum(one.ml for one in found.portions if one.ml is not None)),
        **eaten.day_columns(found),
    )


def amounts(row: DailyIntake) -> dict[str, Amount]:
    """The amounts of a day, in the order of the codes."""
    return {code: Amount(*(getattr(row, name) for name in eaten.amount_columns(code))) for code in CODES}


def water(row: DailyIntake) -> DayWater:
    """The water of a day: in drinks that count, in those that do not, and in food.

    Food is no remainder of the total: a drink of unknown content counts by its kind, and is not in that.
    Where the water of food was not added up yet, nothing is known of it.
    """
    drinks, uncounted, food = row.drinks_water_g / 1000, row.uncounted_water_g / 1000, row.food_water_g
    if food is None:
        return DayWater(drinks, uncounted, 0.0, None)
    return DayWater(drinks, uncounted, food / 1000, row.moisture_share)


def _empty(diarist: Diarist, day: date) -> DailyIntake:
    return DailyIntake(diarist=diarist, date=day, status=DayStatus.EMPTY)
