"""A diary day on a page: Today, other days, and what is said of a whole day."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from journal import advice, entries, findings, flags, fluid, reminders, timeline
from journal.calc.suppressions import Effects, effects
from journal.codes import ReminderKind, Severity, Units
from journal.entries import OLDEST_DAY
from journal.models import Diarist
from journal.timeline import DayPage
from journal.views.door import diary, to_day
from nutrients.codes import KEY_CODES

WATER_ML = (200, 300, 500)
WATER_FL_OZ = (8, 12, 16)


@diary
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    return _day_page(request, entries.today(request.diarist))


@diary
@require_GET
def day(request: HttpRequest, day: date) -> HttpResponse:
    now = entries.today(request.diarist)
    if not OLDEST_DAY <= day <= now:
        raise Http404
    return redirect("today") if day == now else _day_page(request, day)


def _day_page(request: HttpRequest, day: date) -> HttpResponse:
    diarist, now = request.diarist, entries.today(request.diarist)
    page = timeline.day_page(diarist, day)
    answers = flags.flags_about(diarist, now)
    rows = advice.held_back_by(diarist)
    cards = advice.cards_for(diarist, timezone.now(), answers, rows)
    dangers = [card for card in cards if advice.waits_after_a_save(card)]
    references = timeline.references(diarist, day)
    of_the_day = answers if day == now else flags.flags_of_past(diarist, day, answers)
    water = fluid.of_day(
        diarist, day, page.water, page.bouts, of_the_day, references.get("water_g"),
        resting=fluid.rests(rows),
    )  # fmt: skip
    seven = nutrient_rows(page.amounts, references, effects(answers))
    return render(
        request,
        "journal/day.html",
        {
            "page": page,
            "day": day,
            "is_today": day == now,
            "reminders": _reminders(diarist, page, water.left_l, effects(answers)) if day == now else [],
            "may_be_without_cramp": page.may_be_without_cramp(timezone.now().astimezone(diarist.tz)),
            "before": day - timedelta(days=1),
            "after": day + timedelta(days=1) if day < now else None,
            "nutrients": seven,
            "has_recommended": any(row["reference"] and row["reference"].kind == "rda" for row in seven),
            "urgent": one_of_each_rule(card for card in cards if card.severity == Severity.URGENT_NOW),
            "dangers": dangers,
            "dangers_are_soon": any(card.severity == Severity.SEE_CLINICIAN_SOON for card in dangers),
            "more_cards": len([card for card in cards if card.severity != Severity.URGENT_NOW and card.asks]),
            "fluid": water,
            "need": fluid.need_words(water, diarist.units),
            "set_beside": fluid.set_beside(water, diarist.units),
            "fluid_figures": fluid.figures(water, diarist.units),
            "waters": WATER_FL_OZ if diarist.units == Units.US else WATER_ML,
            "units": diarist.units,
            **findings.told(diarist),
            "new_here": diarist.set_up_at is None,
            "moment": moment_on(diarist, day),
        },
    )


def _reminders(diarist: Diarist, page: DayPage, left_l: float | None, acts: Effects) -> list[reminders.Due]:
    """What is due, but for yesterday's mark: Today asks for that anyhow."""
    due = reminders.due_beside(diarist, page, left_l, acts)
    return [one for one in due if one.kind != ReminderKind.FINISH]


def one_of_each_rule(cards: Iterable[advice.Card]) -> list[advice.Card]:
    """Two cramps with the same sign ask for the same help: it is said once, of the latest."""
    return [latest for latest, _earlier in advice.one_of_each(cards)]


def nutrient_rows(amounts, references, effects: Effects) -> list[dict]:
    """The seven, each with its amount, what is not known of it, and the reference beside it.

    Where somebody else sets this person's limits, no public amount is held up, only the clinician's own. A
    bar that fills is a nudge to eat more: those whom numbers may harm get the amounts without it.
    """
    rows = []
    for code in KEY_CODES:
        amount, reference = amounts[code], references.get(code)
        instead = effects.whose_limits(code, reference.kind if reference else "")
        reference = None if instead else reference
        meter = reference and not effects.hide_streaks
        full = max(reference.highest * 1.25, amount.known or 0) if meter else None
        rows.append(
            {
                "code": code,
                "amount": amount,
                "at_least": amount.known is not None and amount.unknown > 0,
                "reference": reference,
                "instead": instead,
                "is_range": reference and reference.lowest != reference.highest,
                "filled": round(100 * (amount.known or 0) / full, 1) if full else None,
                "mark": round(100 * reference.highest / full, 1) if full else None,
            }
        )
    return rows


def moment_on(diarist: Diarist, day: date) -> datetime:
    """When an entry made on the page of a day is likely to have been: now, or noon of that day."""
    if day == entries.today(diarist):
        return timezone.now()
    return datetime(day.year, day.month, day.day, 12, tzinfo=diarist.tz)


@diary
@require_GET
def freshness(request: HttpRequest) -> HttpResponse:
    """The note that findings are older than the diary; empty, and asking no more, once they are not."""
    return render(request, "journal/_stale.html", findings.told(request.diarist))


MARKS = {"finished", "fasting", "no_cramp"}


@diary
@require_POST
def mark(request: HttpRequest, day: date) -> HttpResponse:
    """Say of a day that it is finished, a fast or without a cramp, or take that back."""
    name, said = request.POST.get("mark", ""), request.POST.get("value", "yes") == "yes"
    return _marked(request, day, name, said)


@diary
@require_POST
def mark_back(request: HttpRequest, day: date, name: str, value: str) -> HttpResponse:
    """Undo a mark: say again what was said before."""
    return _marked(request, day, name, value == "yes")


def _marked(request: HttpRequest, day: date, name: str, said: bool) -> HttpResponse:
    if name not in MARKS:
        raise Http404
    try:
        entries.mark_day(request.diarist, day, **{name: said})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        undo = reverse("mark_back", args=[day, name, "no" if said else "yes"])
        messages.success(request, _mark_words(name, said), extra_tags=undo)
    return to_day(request, day)


def _mark_words(name: str, said: bool) -> str:
    if not said:
        return _("Taken back.")
    return {
        "finished": _("This day is finished."),
        "fasting": _("Noted as a fasting day."),
        "no_cramp": _("Noted: no cramp."),
    }[name]
