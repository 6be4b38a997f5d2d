"""Diary days: which day a moment belongs to, where that day begins and ends, and its week.

A diary day begins at the diarist's own hour, 04:00 unless they chose another, so that a cramp at
03:00 still belongs to the night before. Days are laid end to end on the time line: a day with a
clock change in it has 23 or 25 hours, and every moment lies in exactly one day.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY_START = time(4)
"""The hour at which a diary day begins, unless the diarist chose another (product choice)."""

COMPLETE_MARKED, COMPLETE_INFERRED, FASTING_MARKED = "complete_marked", "complete_inferred", "fasting_marked"
INCOMPLETE, EMPTY = "incomplete", "empty"
"""What a day can be (`DayStatus`)."""
USABLE = (COMPLETE_MARKED, COMPLETE_INFERRED, FASTING_MARKED)
"""Days that count; an unfinished one is missing, and never a day of little food (assessment, section 5)."""

MONDAY = 0
ONE_DAY = timedelta(days=1)


def local_day(moment: datetime, tz: tzinfo, day_start: time = DAY_START) -> date:
    """Return the diary day in which an aware moment lies, for a diarist in `tz`.

    Raises
    ------
    ValueError
        If `moment` has no time zone.
    """
    _refuse_naive(moment)
    day = moment.astimezone(tz).date()
    while moment < day_begins(day, tz, day_start):
        day -= ONE_DAY
    while moment >= day_begins(day + ONE_DAY, tz, day_start):
        day += ONE_DAY
    return day


def day_begins(day: date, tz: tzinfo, day_start: time = DAY_START) -> datetime:
    """Return the moment, in UTC, at which a diary day begins.

    Where clocks show that hour twice, the first time counts. Where they leap over it, the day
    begins as long after the leap as the hour lies within it.
    """
    return datetime.combine(day, day_start.replace(tzinfo=None, fold=0), tzinfo=tz).astimezone(UTC)


def day_bounds(day: date, tz: tzinfo, day_start: time = DAY_START) -> tuple[datetime, datetime]:
    """Return the moments, in UTC, at which a diary day begins (within it) and ends (not within it)."""
    return day_begins(day, tz, day_start), day_begins(day + ONE_DAY, tz, day_start)


def span_bounds(
    first: date, last: date, tz: tzinfo, day_start: time = DAY_START
) -> tuple[datetime, datetime]:
    """Return the moments, in UTC, at which `first` begins and `last`, itself included, ends."""
    return day_begins(first, tz, day_start), day_begins(last + ONE_DAY, tz, day_start)


def offset_minutes(moment: datetime, tz: tzinfo) -> int:
    """Return how far clocks in `tz` are ahead of UTC at a moment. [min]

    Raises
    ------
    ValueError
        If `moment` has no time zone.
    """
    _refuse_naive(moment)
    offset = moment.astimezone(tz).utcoffset() or timedelta()
    return round(offset / timedelta(minutes=1))


def week_start(day: date, first_weekday: int = MONDAY) -> date:
    """Return the first day of the week of `day`; weekdays count from Monday = 0 to Sunday = 6."""
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)


def week_days(start: date) -> tuple[date, ...]:
    """Return the seven days of the week that begins on `start`."""
    return tuple(start + timedelta(days=i) for i in range(7))


def window(as_of: date, length: int) -> tuple[date, date]:
    """Return the first and the last of the `length` days that end with `as_of`, both included."""
    return as_of - timedelta(days=length - 1), as_of


def _refuse_naive(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone; this one has none: {moment.isoformat()}")
