"""Personal links between what days held and cramps, or how far the log is from telling any."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from journal import cramps, findings, pattern_words, patterns
from journal.codes import LinkState
from journal.patterns import Shown
from journal.views.cramps_seen import strips_of
from journal.views.door import diary

LATEST = 5


@diary
@require_GET
def patterns_page(request: HttpRequest) -> HttpResponse:
    """What the last look found, and what to do until the next."""
    found = patterns.patterns_of(request.diarist)
    links = [_told(one) for one in found.links]
    return render(
        request,
        "journal/patterns.html",
        {
            "found": found,
            "standing": pattern_words.standing(found.count, found.looked_on, found.due_on, found.running),
            "tested": [one for one in links if one["link"].is_tested],
            "waiting": [one for one in links if not (one["link"].is_tested or one["withheld"])],
            "withheld": [one for one in links if one["withheld"]],
            "gates": pattern_words.GATES,
            "not_a_cause": pattern_words.NOT_A_CAUSE,
            "sources": pattern_words.SOURCES,
            "strips": strips_of(request.diarist, cramps.latest(request.diarist, LATEST), small=True),
            **findings.told(request.diarist),
        },
    )


def _told(one: Shown) -> dict:
    return {
        "link": one.link,
        "name": pattern_words.name(one.link),
        "withheld": one.withheld,
        "state": LinkState(one.link.state).label,
        "said": [pattern_words.not_shown(one.link)] if one.withheld else pattern_words.said(one.link),
    }
