"""Advice: the cards to look at now, what the diarist answers to them, and those that are over."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import reselect, reswap, retarget

from journal import advice, closing, findings, measures, rulebook
from journal.codes import AdviceState, Band, Severity
from journal.models import Advice, Diarist
from journal.views.door import diary

IMPLAUSIBLE = "diary_implausible"


@diary
@require_GET
def cards(request: HttpRequest) -> HttpResponse:
    """All cards. While findings are older than the diary, the note about it asks again by itself."""
    told = findings.told(request.diarist)
    if request.htmx and told["stale"]:
        return _told_apart(render(request, "journal/advice_stale.html", told))
    response = _told_apart(render(request, "journal/advice.html", _about(request.diarist) | told))
    if request.htmx:
        return reselect(reswap(retarget(response, "#advice"), "outerHTML"), "#advice")
    return response


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """All rules with their triggers in words and their sources, signed in or not."""
    return _rules_of_diarist(request) if request.user.is_authenticated else _rules(request)


@diary
def _rules_of_diarist(request: HttpRequest) -> HttpResponse:
    return _rules(request)


def _rules(request: HttpRequest) -> HttpResponse:
    return render(request, "journal/rules.html", {"layers": rulebook.layers(), "is_us": measures.is_us()})


def _told_apart(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    return response


def _about(diarist: Diarist) -> dict[str, Any]:
    now = timezone.now()
    shown = advice.cards_for(diarist, now)
    _note_that_they_were_seen(diarist, shown)
    today = findings.today(diarist)
    effects = advice.suppressions(diarist, today)
    return {
        "closable": [code for code in closing.CLOSED if closing.may_suggest(code, effects)],
        "urgent": advice.one_of_each(card for card in shown if card.severity == Severity.URGENT_NOW),
        "others": [card for card in shown if card.severity != Severity.URGENT_NOW],
        "past": advice.past_cards(diarist, now),
        "effects": effects,
        "waits_for_days": _waits_for_days(diarist, today),
    }


def _note_that_they_were_seen(diarist: Diarist, shown: list[advice.Card]) -> None:
    new = [card.id for card in shown if card.state == AdviceState.NEW]
    for row in Advice.objects.of(diarist).filter(pk__in=new) if new else ():
        advice.seen(row)


def _waits_for_days(diarist: Diarist, today) -> dict[str, Any] | None:
    """Why the diary cannot yet be set beside references, if it cannot: usable days, or an incomplete log."""
    gaps = findings.gaps(diarist, today)
    judged = [gap for gap in gaps if gap.band]
    too_few = bool(judged) and all(gap.band == Band.NOT_ENOUGH_DATA for gap in judged)
    implausible = any(IMPLAUSIBLE in gap.reasons for gap in gaps)
    if not (too_few or implausible):
        return None
    days = max(gap.days_used for gap in gaps)
    return {"implausible": implausible, "days": days, "of": max(gap.days_in_window for gap in gaps)}


TAKE_BACK = "take-back"
ANSWERS: dict[str, tuple[Callable[..., Advice], Any]] = {
    "acknowledge": (advice.acknowledge, gettext_lazy("Noted that you have read this.")),
    "got-help": (advice.got_help, gettext_lazy("Noted. The card is closed.")),
    "snooze": (advice.snooze, gettext_lazy("The card comes back by itself, if it still holds then.")),
    "dismiss": (advice.dismiss, gettext_lazy("The card is closed. It stays under earlier cards.")),
    TAKE_BACK: (advice.take_back, gettext_lazy("Your answer is taken back. The card waits again.")),
}


@diary
@require_POST
def answer(request: HttpRequest, id: UUID, said: str) -> HttpResponse:
    """What the diarist says to a card. A verb that the card does not take is refused in the verb's words."""
    card = Advice.objects.of(request.diarist).filter(pk=id).first()
    if card is None or said not in ANSWERS:
        raise Http404
    verb, words = ANSWERS[said]
    try:
        verb(card, **({"days": _days(request)} if said == "snooze" else {}))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        undo = "" if said == TAKE_BACK else reverse("advice_state", args=[id, TAKE_BACK])
        messages.success(request, str(words), extra_tags=undo)
    return redirect("advice")


def _days(request: HttpRequest) -> int:
    """The days typed; 0, which the verb refuses, where that is no number."""
    typed = request.POST.get("days", "")
    return int(typed) if typed.isdecimal() and len(typed) < 6 else 0
