"""Which reminders are due at a moment: times of a clock, and what the diary says already.

A reminder belongs to a diary day. One at 01:00 belongs to the day that began the morning before, as a meal
eaten then does. What is done already is not due, and nothing is due twice on one day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from journal.calc import days

MEAL, DRINK, FINISH, DOSE, LOOK_BACK = "meal", "drink", "finish", "dose", "look_back"
"""Kinds (`ReminderKind`)."""
NUDGES = frozenset({MEAL, DRINK, FINISH, LOOK_BACK})
"""Not for somebody whom counting may harm (S06). A dose is no nudge: somebody was told to take it."""
RINGS_FOR = timedelta(minutes=30)
"""A worker that was away for longer does not ring for what is over (product choice)."""


@dataclass(frozen=True)
class Chosen:
    """A reminder as it was chosen. `about` names the supplement of a dose."""

    id: int
    kind: str
    at: time
    weekday: int | None = None
    """Of a look back: 0 Monday to 6 Sunday."""
    about: str = ""


@dataclass(frozen=True)
class Logged:
    """What the diary says of the day so far."""

    meals: int = 0
    said_finished: bool = False
    """The day is marked as finished, or as a fast."""
    day_before_open: bool = False
    """Food was logged on the day before, and nobody said that this was all."""
    last_drink: datetime | None = None
    may_drink: bool = False
    """Something is left of a need that may be held up to this person."""
    doses: Mapping[str, int] = field(default_factory=dict)
    """Doses of the day by supplement."""
    nudges: bool = True
    """Whether this person may be nudged at all (S06)."""


def moment_of(at: time, day: date, tz: tzinfo, day_start: time) -> datetime:
    """Return the moment, in UTC, at which clocks in `tz` show `at` within a diary day.

    Where clocks show it twice, the first time counts; where they leap over it, it comes as long after the
    leap as it lies within it.
    """
    on = day if at >= day_start else day + days.ONE_DAY
    return days.day_begins(on, tz, at)


def come(
    chosen: Chosen, now: datetime, tz: tzinfo, day_start: time = days.DAY_START
) -> tuple[date, datetime] | None:
    """Return the diary day on which a reminder's time has come, and when; None if it has not on this day."""
    day = days.local_day(now, tz, day_start)
    if chosen.weekday is not None and day.weekday() != chosen.weekday:
        return None
    moment = moment_of(chosen.at, day, tz, day_start)
    return (day, moment) if moment <= now else None


def due(
    reminders: Sequence[Chosen],
    logged: Logged,
    now: datetime,
    tz: tzinfo,
    day_start: time = days.DAY_START,
) -> list[tuple[Chosen, datetime]]:
    """Return the reminders whose time has come and that are not done yet, the earliest first.

    Of those to drink only the latest counts: hours that went by are not to be made up for.
    """
    came = sorted(
        ((at[1], one) for one in reminders if (at := come(one, now, tz, day_start))),
        key=lambda pair: (pair[0], pair[1].id),
    )
    order = _order_of_doses(one for _at, one in came)
    last_to_drink = max((at for at, one in came if one.kind == DRINK), default=None)
    return [
        (one, at)
        for at, one in came
        if not (one.kind == DRINK and at != last_to_drink) and _is_open(one, at, logged, order)
    ]


def _order_of_doses(came: Iterable[Chosen]) -> dict[int, int]:
    """By id, how many doses of its supplement are to be taken by the time of each reminder of one."""
    so_far: dict[str, int] = {}
    order = {}
    for one in came:
        if one.kind == DOSE:
            so_far[one.about] = order[one.id] = so_far.get(one.about, 0) + 1
    return order


def _is_open(one: Chosen, at: datetime, logged: Logged, order: Mapping[int, int]) -> bool:
    if one.kind in NUDGES and not logged.nudges:
        return False
    if one.kind == MEAL:
        return not (logged.meals or logged.said_finished)
    if one.kind == DRINK:
        return logged.may_drink and (logged.last_drink is None or logged.last_drink < at)
    if one.kind == FINISH:
        return logged.day_before_open
    if one.kind == DOSE:
        return logged.doses.get(one.about, 0) < order[one.id]
    return True


# Quiet hours ------------------------------------------------------------------------------------


def is_within(at: time, quiet_from: time, quiet_until: time) -> bool:
    """Whether a time of the clock lies in the quiet hours. They may span midnight; alike ends are none."""
    if quiet_from <= quiet_until:
        return quiet_from <= at < quiet_until
    return at >= quiet_from or at < quiet_until


def is_quiet(now: datetime, tz: tzinfo, quiet_from: time, quiet_until: time) -> bool:
    """Whether clocks in `tz` show a quiet hour at an aware moment."""
    return is_within(now.astimezone(tz).time(), quiet_from, quiet_until)


def still_rings(at: datetime, now: datetime) -> bool:
    """Whether it is not too late to ring for a reminder that came at a moment."""
    return at <= now < at + RINGS_FOR
