"""Cramps: one tap stores one, details come after or never. Warning signs are answered at once."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from journal import advice, entries
from journal.forms import CrampForm, refuse
from journal.models import SpasmEpisode
from journal.templatetags.journal import at
from journal.views.days import moment_on
from journal.views.door import day_asked, diary, entry_id, mine, posted, saved, to_day
from journal.views.earlier import change


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
    """The details of a cramp. If its signs are urgent, the answer begins with what to do."""
    cramp = mine(request.diarist, SpasmEpisode, id)
    form = CrampForm(
        posted(request), diarist=request.diarist, entry=cramp, initial=CrampForm.initial_of(cramp)
    )
    if request.method == "POST" and form.is_valid():
        try:
            cramp = change(request, cramp, _("Cramp saved."), **form.fields_of_cramp())
            return redirect("cramp_edit", cramp.pk) if cramp.red_flags else to_day(request, cramp.local_date)
        except ValidationError as error:
            refuse(form, error, ended_at="minutes")
    urgent = advice.cards_of(request.diarist, advice.red_flags_of(cramp))
    return render(request, "journal/cramp.html", {"form": form, "cramp": cramp, "urgent": urgent})
