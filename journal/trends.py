"""Twelve weeks of intake as charts show them, from the gaps that the review stored at the end of each week.

    of_nutrient(diarist, code, as_of, effects) -> list[WeekAmount]    one, with bands and cramps; 3 queries
    of_all(diarist, as_of, effects) -> dict[code, list[WeekAmount]]   the seven, their means alone; 1 query

The means are the review's own, over the seven days of each week. Where somebody else sets a person's amount,
or numbers beside a reference may harm, neither reference nor band is drawn.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from journal import findings
from journal.calc import days
from journal.calc.suppressions import Effects
from journal.calc.windows import RULES
from journal.charts.weeks import WeekAmount
from journal.facts import USABLE
from journal.models import DailyIntake, Diarist, NutrientGap, SpasmEpisode
from nutrients.codes import KEY_CODES

WEEKS = 12
WEEK = 7
MEANS = ("ear", "ai", "own", "")
"""Kinds of gap that are about all of the intake; the first that is there gives the mean."""
COLUMNS = ("as_of", "window_days", "nutrient", "kind", "reference", "lower", "upper", "interval", "days_used")


def of_nutrient(diarist: Diarist, code: str, as_of: date, effects: Effects) -> list[WeekAmount]:
    """Twelve weeks of one nutrient, the oldest first; the last is the week of `as_of`."""
    starts = _starts(diarist, as_of)
    ends = [findings.verdict_day(diarist, start) for start in starts]
    gaps = _gaps(diarist, ends, [code], {WEEK, RULES[code].window})
    cramps = _cramps_by_week(diarist, starts)
    running = _counted(diarist, starts[-1])
    return [
        _week(diarist, start, [gap for gap in gaps if gap.as_of == end], effects, cramps[start], running)
        for start, end in zip(starts, ends, strict=True)
    ]


def of_all(diarist: Diarist, as_of: date, effects: Effects) -> dict[str, list[WeekAmount]]:
    """Twelve weeks of each of the seven: means and references alone."""
    starts = _starts(diarist, as_of)
    ends = [findings.verdict_day(diarist, start) for start in starts]
    gaps = _gaps(diarist, ends, KEY_CODES, {WEEK})
    return {
        code: [
            _week(diarist, start, [gap for gap in gaps if (gap.as_of, gap.nutrient) == (end, code)], effects)
            for start, end in zip(starts, ends, strict=True)
        ]
        for code in KEY_CODES
    }


def _starts(diarist: Diarist, as_of: date) -> list[date]:
    last = days.week_start(as_of, diarist.week_start)
    return [last - timedelta(weeks=n) for n in reversed(range(WEEKS))]


def _gaps(
    diarist: Diarist, ends: Iterable[date], codes: Sequence[str], windows: Iterable[int]
) -> list[NutrientGap]:
    rows = findings.all_gaps_of(diarist, ends).filter(nutrient__in=codes, window_days__in=windows)
    return list(rows.only(*COLUMNS))


def _cramps_by_week(diarist: Diarist, starts: Sequence[date]) -> Counter[date]:
    episodes = SpasmEpisode.objects.of(diarist).live().between(starts[0], starts[-1] + timedelta(days=6))
    dates = episodes.order_by().values_list("local_date", flat=True)
    return Counter(days.week_start(day, diarist.week_start) for day in dates)


def _counted(diarist: Diarist, start: date) -> int:
    """Days of one week that count so far."""
    week = DailyIntake.objects.filter(diarist=diarist, date__range=(start, start + timedelta(days=6)))
    return week.filter(status__in=USABLE).count()


def _week(
    diarist: Diarist,
    start: date,
    gaps: Sequence[NutrientGap],
    effects: Effects,
    cramps: int = 0,
    counted_so_far: int = 0,
) -> WeekAmount:
    """One week from its gaps. The windows that end today hold days of the week before, too."""
    running = start + timedelta(days=6) >= findings.today(diarist)
    mean = None if running else _first(gaps, lambda gap: gap.window_days == WEEK)
    usual = _first(gaps, lambda gap: gap.window_days != WEEK)
    quiet = bool(gaps and _is_quiet(gaps[0], effects))
    return WeekAmount(
        start=start,
        days=counted_so_far if running else mean.days_used if mean else 0,
        known=mean.lower if mean else None,
        possible=mean.upper if mean else None,
        band=None if quiet or usual is None or not usual.interval else tuple(usual.interval),
        references=() if quiet else _references(gaps),
        cramps=cramps,
        running=running,
    )


def _first(gaps: Sequence[NutrientGap], holds) -> NutrientGap | None:
    return next((gap for gap in gaps if gap.kind in MEANS and holds(gap)), None)


def _is_quiet(gap: NutrientGap, effects: Effects) -> bool:
    """Whether neither a reference nor a band may stand beside this person's amounts."""
    return bool(effects.whose_limits(gap.nutrient)) or effects.hide_streaks


def _references(gaps: Sequence[NutrientGap]) -> tuple[tuple[str, float], ...]:
    """Each value that a line is drawn for, of the verdict's own window where it is there."""
    longest = max((gap.window_days for gap in gaps), default=WEEK)
    return tuple(
        dict.fromkeys(
            (gap.kind, amount)
            for gap in gaps
            if gap.window_days == longest and gap.kind != "ul"
            for amount in (gap.reference or {}).get("amounts", [])
        )
    )
