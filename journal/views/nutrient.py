"""One nutrient of the seven: the verdict, and everything it rests on."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from journal import explanations, findings, learn
from journal.calc.suppressions import Effects, effects
from journal.closing import may_suggest
from journal.facts import red_flags_lately
from journal.flags import flags_about
from journal.models import Diarist
from journal.views.days import OLDEST_DAY
from journal.views.door import diary
from nutrients.codes import KEY_CODES


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
    about = {
        "code": code,
        "others": [other for other in KEY_CODES if other != code],
        "is_today": as_of == today,
        "effects": taken_out,
        "about": explanations.explain(diarist, code, as_of, taken_out),
        "missing": explanations.missing_answers(diarist, flags),
        "topic": learn.TOPIC_OF[code],
        "closing": _closing(code, taken_out, silent=silent),
        "stale": findings.refresh(diarist),
    }
    return render(request, "journal/nutrient.html", about)


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
