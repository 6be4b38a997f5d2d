"""Deleting without a question, because it can be taken back."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from journal import entries
from journal.models import Favourite
from journal.views.door import KINDS, diary, mine, to_day, undo_address


@diary
@require_POST
def entry_delete(request: HttpRequest, kind: str, id: UUID) -> HttpResponse:
    entry = mine(request.diarist, _model(kind), id)
    try:
        entries.remove(entry)
        messages.success(request, _("Deleted."), extra_tags=undo_address("entry_restore", entry))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return _back(request, entry)


@diary
@require_POST
def entry_restore(request: HttpRequest, kind: str, id: UUID) -> HttpResponse:
    entry = mine(request.diarist, _model(kind), id, deleted=True)
    try:
        entries.restore(entry)
        messages.success(request, _("It is back."), extra_tags=undo_address("entry_delete", entry))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return _back(request, entry)


def _model(kind: str):
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def _back(request: HttpRequest, entry) -> HttpResponse:
    if hasattr(entry, "local_date"):
        return to_day(request, entry.local_date)
    if isinstance(entry, Favourite):
        return redirect("food", entry.food_id) if entry.food_id else redirect("usual_meals")
    return redirect("supplement_add")
