"""Cramps: one tap stores one, details come after or never. Warning signs are answered at once."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from journal import advice, entries
from journal.calc import days
from journal.forms import CrampForm, refuse
from journal.models import SpasmEpisode
from journal.templatetags.journal import at
from journal.views.cramps_seen import strips_of
from journal.views.days import moment_on
from journal.views.door import day_asked, diary, entry_id, mine, posted, saved, to_day
from journal.views.earlier import change
from journal.views.refusing import refuse_rest


@diary
@require_POST
def cramp_now(request: HttpRequest) -> HttpResponse:
    """Store a cramp with this moment, or on the day that is looked at, and ask for its details."""
    try:
        cramp = entries.log_spasm(
            request.diarist,
            occurred_at=moment_on(request.diarist, day_asked(request.diarist, request.GET))
            if "day" in request.GET
            else None,
            id=entry_id(SpasmEpisode, request.diarist, request.POST.get("id")),
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("today")
    saved(request, cramp, _("Cramp at %(time)s saved. Details are up to you.") % {"time": at(cramp)})
    return redirect("cramp_edit", cramp.pk)


@diary
@require_http_methods(["GET", "POST"])
def cramp_edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """The details of a cramp. If its signs are urgent, the answer begins with what to do.

    A page with script sends the form after each tap, and is answered with a word that it is saved.
    """
    cramp = mine(request.diarist, SpasmEpisode, id)
    form = CrampForm(
        posted(request), diarist=request.diarist, entry=cramp, initial=CrampForm.initial_of(cramp)
    )
    if request.method == "POST" and _store(request, form) and not request.htmx:
        stays = cramp.red_flags or form.cleaned_data["just_ended"]
        return redirect("cramp_edit", cramp.pk) if stays else to_day(request, cramp.local_date)
    request.is_night = days.is_night(timezone.localtime())
    about = {
        "form": form,
        "cramp": cramp,
        "known": CrampForm.initial_of(cramp),
        "urgent": advice.cards_of(request.diarist, advice.red_flags_of(cramp)),
    }
    if request.htmx:
        return render(request, "journal/_cramp_saved.html", about)
    [strip] = strips_of(request.diarist, [cramp])
    return render(request, "journal/cramp.html", about | {"strip": strip})


def _store(request: HttpRequest, form: CrampForm) -> bool:
    """Store what the form says of its cramp; whether that was possible. What was not is said at its field.

    A tap that is stored as it is made is taken back by the next tap; the whole form has a button for it.
    """
    if not form.is_valid():
        refuse_rest(form, form.entry, **form.said("occurred_at", "note"))
        return False
    try:
        if request.htmx:
            entries.change(form.entry, **form.fields_of_cramp())
        else:
            change(request, form.entry, _("Cramp saved."), **form.fields_of_cramp())
    except ValidationError as error:
        refuse(form, error, ended_at="minutes")
        form.entry.refresh_from_db()
        return False
    return True
