"""One nutrient of the seven: the verdict, and everything it rests on."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from journal import chart_words, explanations, findings, learn, timeline, trends
from journal.calc.suppressions import Effects, effects
from journal.calc.windows import RULES
from journal.charts import weeks as charts
from journal.closing import may_suggest
from journal.facts import red_flags_lately
from journal.flags import flags_about
from journal.models import Diarist
from journal.templatetags.journal import amount
from journal.views.days import OLDEST_DAY
from journal.views.door import diary
from nutrients.codes import KEY_CODES

DATED = 3
"""Every so many weeks one has its date under it: more do not fit on a phone."""


@diary
@require_GET
def nutrient(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a nutrient; `?day=` asks for the verdict of the week that holds a day."""
    if code not in KEY_CODES:
        raise Http404
    diarist = request.diarist
    today = findings.today(diarist)
    as_of = _as_of(diarist, request.GET.get("day", ""), today)
    flags = flags_about(diarist, today)
    taken_out = effects(flags)
    silent = red_flags_lately(diarist, timezone.now()).exists()
    explained = explanations.explain(diarist, code, as_of, taken_out)
    shown_today = timeline.references(diarist, today).get(code)
    about = {
        "code": code,
        "others": [other for other in KEY_CODES if other != code],
        "is_today": as_of == today,
        "effects": taken_out,
        "about": explained,
        "which": explanations.which_references(explained, shown_today, taken_out),
        "missing": explanations.missing_answers(diarist, flags),
        "trend": _trend(diarist, code, as_of, taken_out),
        "topic": learn.TOPIC_OF[code],
        "closing": _closing(code, taken_out, silent=silent),
        **findings.told(diarist),
    }
    return render(request, "journal/nutrient.html", about)


def _trend(diarist: Diarist, code: str, as_of: date, taken_out: Effects) -> dict:
    """Twelve weeks of it, with the words of each mark and the same as a table."""
    chart = charts.weeks_chart(trends.of_nutrient(diarist, code, as_of, taken_out))
    return {
        "chart": chart,
        "is_empty": not chart.counted,
        "height": charts.HEIGHT,
        "window": RULES[code].window,
        "has_band": any(one.week.band for one in chart.columns),
        "marks": [(one, chart_words.week(one.week, code)) for one in chart.columns],
        "ticks": [(tick, amount(tick.amount, code)) for tick in chart.ticks],
        "dates": [(one, date_format(one.week.start, _("j M"))) for one in chart.columns[::DATED]],
        "references": chart_words.references(chart.lines, code),
        "rows": [
            {
                "week": one.week,
                "amount": chart_words.week_amount(one.week, code),
                "band": chart_words.band(one.week, code),
            }
            for one in chart.columns
        ],
    }


def _as_of(diarist: Diarist, asked: str, today: date) -> date:
    """The day with which the windows end: today, or the verdict day of the week that was asked for."""
    if not asked:
        return today
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        raise Http404 from None
    if not OLDEST_DAY <= day <= today:
        raise Http404
    return findings.verdict_day(diarist, day)


def _closing(code: str, taken_out: Effects, *, silent: bool) -> str:
    """The address of foods that would add most; empty where no food may be suggested, or not now."""
    return "" if silent or not may_suggest(code, taken_out) else reverse("closing", args=[code])
