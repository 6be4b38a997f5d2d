"""Cramps looked back on: a month of days, the hours and muscles of twelve weeks, and what came before one."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from journal import before, chart_words, cramps, findings
from journal.before import LANES, Before
from journal.calc.crampdays import FEWEST_CRAMPS
from journal.charts import before as strips
from journal.charts import cramps as charts
from journal.charts import month as months
from journal.entries import OLDEST_DAY
from journal.models import Diarist
from journal.views.door import diary


@diary
@require_GET
def cramps_page(request: HttpRequest, month: date | None = None) -> HttpResponse:
    """A month of cramps, and of the last twelve weeks the hours and the muscles."""
    diarist, today = request.diarist, findings.today(request.diarist)
    first = month or today.replace(day=1)
    if not OLDEST_DAY <= first <= today:
        raise Http404
    after = months.next_month(first)
    return render(
        request,
        "journal/cramps.html",
        {
            "first": first,
            "before": months.month_before(first),
            "after": after if after <= today else None,
            "is_running": after > today,
            **_month(diarist, first, today),
            **_lately(diarist, today),
        },
    )


def _month(diarist: Diarist, first: date, today: date) -> dict:
    seen = cramps.days_seen(diarist, first, months.last_of_month(first), today)
    weeks = months.month_weeks(first, seen, diarist.week_start)
    states = [one.state for one in seen.values()]
    return {
        "today": today,
        "weeks": [[cell and (cell, chart_words.day(cell.seen)) for cell in week] for week in weeks],
        "weekdays": [cell.day for cell in weeks[1] if cell],  # the second week of a month is always whole
        "days": [
            (day, one, chart_words.day(one)) for day, one in seen.items() if one.state != months.TO_COME
        ],
        "cramps": sum(one.cramps for one in seen.values()),
        "with_cramps": states.count(months.CRAMPS),
        "without": states.count(months.WITHOUT),
        "unknown": states.count(months.UNKNOWN),
    }


def _lately(diarist: Diarist, today: date) -> dict:
    lately = cramps.lately(diarist, today)
    rows = charts.muscle_rows(lately.places, chart_words.SIDES)
    told = {one.side for row in rows for one in row.segments}
    hours = charts.hours_chart(lately.hours, diarist.day_start.hour)
    return {
        "lately": lately,
        "is_few": lately.count < FEWEST_CRAMPS,
        "hours": hours,
        "hours_said": [(one, chart_words.hour(one)) for one in hours.columns],
        "muscles": [(row, chart_words.muscle(row.site), chart_words.sides(row)) for row in rows],
        "sides_told": [(one, chart_words.side(one)) for one in chart_words.SIDES if one in told],
        "height": charts.HEIGHT,
    }


# Before a cramp -------------------------------------------------------------------------------


def strip_of(found: Before, units: str, *, small: bool = False) -> dict:
    """The strip of a cramp, with the words of each of its marks; a small one has no room for them."""
    events = [strips.Event(one.lane, i, one.line.at, one.until) for i, one in enumerate(found.happened)]
    top = strips.NO_WORDS if small else strips.WORDS
    drawn = strips.strip(found.cramp.occurred_at, found.tz, events, LANES, top)
    said = [chart_words.happened(one, found, units) for one in found.happened]
    return {
        "found": found,
        "drawn": drawn,
        "lanes": [
            (chart_words.LANES[lane.name], lane, [
                (mark, found.happened[mark.key], said[mark.key]) for mark in lane.marks
            ])
            for lane in drawn.lanes
        ],
        "rows": [
            (one, words, chart_words.what(one, units))
            for one, words in zip(found.happened, said, strict=True)
        ],
        "in_lanes": chart_words.in_lanes(found.happened),
        "cramp": chart_words.cramp(found.cramp),
    }  # fmt: skip


def strips_of(diarist: Diarist, episodes: list, *, small: bool = False) -> list[dict]:
    """The strips of some cramps, in their order."""
    found = before.before(diarist, episodes)
    return [strip_of(found[one.pk], diarist.units, small=small) for one in episodes]
