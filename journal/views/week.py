"""The week: seven nutrients, seven days, cramps above, and the verdicts of the longer times that end then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from journal import explanations, findings, flags, trends, verdicts
from journal.calc import days
from journal.calc.days import USABLE
from journal.calc.suppressions import Effects
from journal.charts import week as charts
from journal.charts import weeks
from journal.codes import DayStatus
from journal.models import DailyIntake, Diarist, NutrientGap, SpasmEpisode
from journal.views.days import OLDEST_DAY
from journal.views.door import diary
from nutrients.codes import KEY_CODES


@dataclass(frozen=True)
class DayHead:
    """The head of a column: the day, whether it counts, and its cramps."""

    day: date
    status: str
    status_name: str
    usable: bool
    cramps: int
    to_come: bool
    is_today: bool


@dataclass(frozen=True)
class NutrientRow:
    """A row: its chart, and a verdict for each reference value it is set beside."""

    code: str
    chart: charts.WeekRow
    verdicts: list[verdicts.Verdict]
    instead: str
    """Whose limits replace the reference: "kidney_team", "clinic", or nobody's."""

    @property
    def limits(self) -> list[str]:
        """What limits the verdicts, each said once."""
        return list(dict.fromkeys(limit for said in self.verdicts for limit in said.limits))


@diary
@require_GET
def week(request: HttpRequest) -> HttpResponse:
    """The running week."""
    today = findings.today(request.diarist)
    return _page(request, days.week_start(today, request.diarist.week_start), today)


@diary
@require_GET
def week_of(request: HttpRequest, day: date) -> HttpResponse:
    """The week that holds a day."""
    today = findings.today(request.diarist)
    start = days.week_start(day, request.diarist.week_start)
    if day < OLDEST_DAY or start > today:
        raise Http404
    return redirect("week_of", start) if day != start else _page(request, start, today)


def _page(request: HttpRequest, start: date, today: date) -> HttpResponse:
    diarist, last = request.diarist, start + timedelta(days=6)
    rows = findings.daily(diarist, start, last)
    heads = _heads(diarist, rows, today)
    gaps = findings.gaps(diarist, findings.verdict_day(diarist, start))
    effects = flags.suppressions(diarist, today)
    is_running = start <= today <= last
    return render(
        request,
        "journal/week.html",
        {
            "start": start,
            "last": last,
            "before": start - timedelta(days=7),
            "after": None if is_running else start + timedelta(days=7),
            "is_running": is_running,
            "verdict_day": min(last, today),
            "heads": heads,
            "rows": [_row(code, rows, heads, gaps, effects) for code in KEY_CODES],
            "not_finished": [head for head in heads if head.status == DayStatus.INCOMPLETE],
            "counted": sum(head.usable for head in heads),
            "cramps": sum(head.cramps for head in heads),
            "sparks": _sparks(diarist, min(last, today), effects),
            "has_gaps": bool(gaps),
            "effects": effects,
            **findings.told(diarist),
        },
    )


def _sparks(diarist: Diarist, as_of: date, effects: Effects) -> list[tuple[str, weeks.Spark]]:
    found = trends.of_all(diarist, as_of, effects)
    return [(code, weeks.spark(found[code])) for code in KEY_CODES]


def _heads(diarist: Diarist, rows: Sequence[DailyIntake], today: date) -> list[DayHead]:
    episodes = SpasmEpisode.objects.of(diarist).live().between(rows[0].date, rows[-1].date)
    cramps = list(episodes.values_list("local_date", flat=True))
    return [
        DayHead(
            day=row.date,
            status=charts.TO_COME if row.date > today else row.status,
            status_name=DayStatus(row.status).label,
            usable=row.status in USABLE,
            cramps=cramps.count(row.date),
            to_come=row.date > today,
            is_today=row.date == today,
        )
        for row in rows
    ]


def _row(
    code: str, rows: Sequence[DailyIntake], heads: list[DayHead], gaps: list[NutrientGap], effects: Effects
) -> NutrientRow:
    mine = [gap for gap in gaps if gap.nutrient == code and verdicts.is_shown(gap)]
    amounts = [
        charts.DayAmount(
            row.date,
            head.status,
            getattr(row, code),
            getattr(row, f"{code}_added"),
            getattr(row, f"{code}_share"),
            getattr(row, f"{code}_unknown"),
        )
        for row, head in zip(rows, heads, strict=True)
    ]
    instead = explanations.whose_limits(code, mine, effects)
    said = [explanations.verdict_of(gap, effects) for gap in mine]
    lines = [] if instead else _references(mine)
    return NutrientRow(code, charts.week_row(amounts, lines), said, instead)


def _references(gaps: Sequence[NutrientGap]) -> list[tuple[str, float]]:
    """Each value that a line is drawn for; of an upper level for supplements alone there is none."""
    return [
        (gap.kind, value)
        for gap in gaps
        if gap.kind != "ul"
        for value in dict.fromkeys((gap.reference or {}).get("amounts", []))
    ]
