"""Reminders: the page under Me, the line on Today, the devices that ring, the link that ends the mails."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from journal import devices, digest, entries, flags, reminders, ringing
from journal.forms import refuse
from journal.models import Diarist, Reminder, Supplement
from journal.reminder_forms import RemindersForm
from journal.serializers import ReminderPlanShape
from journal.views.devices import own_session
from journal.views.door import diary, posted
from spasmlog import webpush


@diary
@require_http_methods(["GET", "POST"])
def reminders_page(request: HttpRequest) -> HttpResponse:
    """What to be reminded of, when it is quiet, and where it rings."""
    diarist, form = request.diarist, _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, form.answers(), _("Saved."))
            return redirect("me_reminders")
        except ValidationError as error:
            refuse(form, error)
    acts = flags.suppressions(diarist, entries.today(diarist))
    return render(
        request,
        "journal/reminders.html",
        {
            "form": form,
            "effects": acts,
            "drinks_off": acts.hydration_off or "water_g" in acts.no_more_tips,
            "rings": _ringing(request),
            "known": json.dumps([row.digest for row in ringing.subscriptions(diarist)]),
            "key": webpush.application_key(),
            "mail_is_there": reminders.mail_is_there(),
        },
    )


BEFORE = "reminders_before"
"""The key of the session under which the plan before the last change is kept."""


def _change(request: HttpRequest, said: Mapping[str, Any], words: str) -> None:
    """Change the plan, and tell of it with a button that puts the one before back."""
    before = reminders.told(request.diarist)
    reminders.change_plan(request.diarist, said)
    request.session[BEFORE] = before
    messages.success(request, words, extra_tags=reverse("reminders_back"))


@diary
@require_POST
def reminders_back(request: HttpRequest) -> HttpResponse:
    """Choose again what was chosen before the last change."""
    before = ReminderPlanShape(data=request.session.get(BEFORE), context={"diarist": request.diarist})
    if not before.is_valid():
        messages.error(request, _("This can be taken back no more."))
        return redirect("me_reminders")
    try:
        _change(request, before.validated_data, _("It is as it was."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("me_reminders")


def _form(request: HttpRequest) -> RemindersForm:
    diarist: Diarist = request.diarist
    order = sorted(WEEKDAYS, key=lambda number: (number - diarist.week_start) % 7)
    return RemindersForm(
        posted(request),
        plan=reminders.plan_of(diarist),
        reminders=reminders.chosen(diarist),
        supplements=Supplement.objects.of(diarist).live(),
        weekdays=[(number, str(WEEKDAYS[number])) for number in order],
        mail=reminders.mail_is_there(),
    )


# Devices --------------------------------------------------------------------------------------


def _ringing(request: HttpRequest) -> list[dict]:
    """The devices that ring, by the names that they have under Devices."""
    names = {one.row.pk: one for one in devices.devices_of(request.user, request.session.session_key)}
    return [
        {"id": row.pk, "digest": row.digest, "device": names[row.session_id]}
        for row in ringing.subscriptions(request.diarist)
        if row.session_id in names
    ]


@diary
@require_POST
def ring_here(request: HttpRequest) -> HttpResponse:
    """Have this browser ring, with what its maker's service gave it."""
    said = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    try:
        ringing.subscribe(request.diarist, own_session(request), **said)
    except ValidationError as error:
        return JsonResponse({"words": " ".join(error.messages)}, status=400)
    if "again" not in request.POST:  # the browser says of itself that its address is another now
        messages.success(request, _("This device rings from now on."))
    return JsonResponse({}, status=201)


@diary
@require_POST
def ring_no_more(request: HttpRequest, id: UUID) -> HttpResponse:
    if not ringing.stop(request.diarist, id):
        raise Http404
    messages.success(request, _("This device rings no more."))
    return redirect("me_reminders")


# The line on Today ------------------------------------------------------------------------------


@diary
@require_POST
def reminder_put_away(request: HttpRequest, id: int) -> HttpResponse:
    """Not today: the reminder comes back on another day."""
    reminders.put_away(_own(request, id), entries.today(request.diarist))
    undo = reverse("reminder_back", args=[id])
    messages.success(request, _("Put away for today."), extra_tags=undo)
    return redirect("today")


@diary
@require_POST
def reminder_back(request: HttpRequest, id: int) -> HttpResponse:
    reminders.bring_back(_own(request, id))
    messages.success(request, _("It is back."), extra_tags=reverse("reminder_put_away", args=[id]))
    return redirect("today")


def _own(request: HttpRequest, id: int) -> Reminder:
    found = Reminder.objects.filter(diarist=request.diarist, pk=id).first()
    if found is None:
        raise Http404
    return found


# Mails ------------------------------------------------------------------------------------------


# A mail program presses this button by itself (RFC 8058); the word in the address is the proof.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def mail_off(request: HttpRequest, word: str) -> HttpResponse:
    """End the weekly mails of the person that a link names, without signing in. To look changes nothing."""
    diarist = digest.diarist_named(word)
    if diarist is None:
        raise Http404
    if request.method == "POST":
        digest.end(diarist)
    response = render(request, "journal/mail_off.html", {"ended": request.method == "POST"})
    response.headers["Cache-Control"] = "no-store"
    return response
