"""The fluid of some days, each as its own page tells it: what was drunk beside what the day needed.

    of_days(diarist, length) -> FluidDays      the days that end with today; at most 9 queries

It keeps silent where a day's page does: where a clinic gives the amount, beside a warning sign, or for those
whom a nudge to drink may harm. The amounts themselves are shown to everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from journal import advice, findings, flags, fluid, sweat, timeline
from journal.calc.days import window
from journal.calc.suppressions import Effects, effects
from journal.charts.fluids import COUNTED, EMPTY, OPEN, FluidDay
from journal.codes import DayStatus
from journal.facts import USABLE
from journal.fluid import DayFluid
from journal.models import DailyIntake, Diarist

WATER = "water_g"


@dataclass(frozen=True)
class FluidDays:
    """Some days that end with today."""

    days: list[FluidDay]
    """A day with nothing logged stands beside no need: nothing of it is known."""
    instead: str
    """Whose amount replaces the reference: `clinic`, `kidney_team`, or nobody's."""
    resting: bool
    """A warning sign, or too much drunk: no amount is held up for now."""
    silent: bool
    """No need stands beside any of the days, for whatever reason."""


def of_days(diarist: Diarist, length: int) -> FluidDays:
    """Read the fluid of the last days, as the last review added it up."""
    first, today = window(findings.today(diarist), length)
    rows = findings.daily(diarist, first, today)
    answers = flags.flags_about(diarist, today)
    resting = fluid.rests(advice.held_back_by(diarist))
    told = _told(diarist, rows, answers, resting)
    return FluidDays(
        days=[_day(row, one, today) for row, one in zip(rows, told, strict=True)],
        instead=effects(answers).whose_limits(WATER),
        resting=resting,
        silent=not any(one.need for one in told),
    )


def _told(
    diarist: Diarist, rows: Sequence[DailyIntake], answers: flags.Flags, resting: bool
) -> list[DayFluid]:
    """Each day with its need, as `fluid.of_day` works it out for the page of that day."""
    span = [row.date for row in rows]
    bouts = sweat.exercises(diarist, span[0], span[-1])
    then = flags.flags_of_days(diarist, span, answers)
    references = timeline.references_on(diarist, span, [WATER])
    quiet = resting or _is_quiet(effects(answers))
    return [
        fluid.of_day(
            diarist, row.date, findings.water(row), bouts, then[row.date], references[row.date].get(WATER),
            resting=quiet,
        )
        for row in rows
    ]  # fmt: skip


def _is_quiet(taken_out: Effects) -> bool:
    """What today's answers forbid is not held up beside an earlier day either: it is read today."""
    return bool(taken_out.whose_limits(WATER)) or WATER in taken_out.no_more_tips


def _day(row: DailyIntake, told: DayFluid, today: date) -> FluidDay:
    water, state = told.water, _state(row, today)
    return FluidDay(
        day=row.date,
        state=state,
        drinks=water.drinks,
        food=0.0 if water.drinks_only else water.food,
        need=None if state == EMPTY else told.need,
        drinks_only=water.drinks_only,
    )


def _state(row: DailyIntake, today: date) -> str:
    if row.status == DayStatus.EMPTY:
        return EMPTY
    return COUNTED if row.status in USABLE and row.date < today else OPEN
