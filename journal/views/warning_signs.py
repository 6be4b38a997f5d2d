"""Warning signs: open to everybody, without logging, and answered at once.

For a diarist the ticks are stored and judged in the same save. For anybody else they are judged by the same
rules and forgotten. Neither waits for a worker.
"""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from journal import advice, countries, emergency, entries, signs, wording
from journal.codes import Severity
from journal.forms import refuse
from journal.models import Diarist, SpasmEpisode, WarningSigns
from journal.views.door import diary, entry_id, posted, saved, undo_address
from journal.warning_forms import DiarySignsForm, PassersBySignsForm, known_country


@require_http_methods(["GET", "HEAD", "POST"])
def warning_signs(request: HttpRequest) -> HttpResponse:
    """The list of warning signs, and what ticks on it mean."""
    return _of_diarist(request) if request.user.is_authenticated else _of_anybody(request)


# Somebody's diary -----------------------------------------------------------------------------


@diary
def _of_diarist(request: HttpRequest) -> HttpResponse:
    form = DiarySignsForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            entry = _stored(request, form.cleaned_data)
            return redirect(f"{reverse('warning_signs')}?{_kind(entry)}={entry.pk}#answer")
        except ValidationError as error:
            refuse(form, error)
    ticked = _just_ticked(request)
    diarist = request.diarist
    cards = advice.one_of_each(
        card for card in advice.cards_for(diarist) if card.severity == Severity.URGENT_NOW
    )
    return _page(
        request, form, emergency.numbers(diarist.region), cards,
        ticked=ticked, answered=ticked.signs if ticked else None, diarist=diarist,
        take_back=undo_address("entry_delete", ticked) if ticked else "",
    )  # fmt: skip


def _stored(request: HttpRequest, said: dict) -> WarningSigns | SpasmEpisode:
    """The ticks as an entry: of their own, or with the cramp they came with."""
    model, log = (
        (SpasmEpisode, entries.log_spasm) if said["cramp"] else (WarningSigns, entries.tick_warning_signs)
    )
    entry = log(
        request.diarist, signs=said["signs"], id=entry_id(model, request.diarist, request.POST.get("id"))
    )
    saved(request, entry, _("Cramp and warning signs saved.") if said["cramp"] else _("Warning signs saved."))
    return entry


def _kind(entry: WarningSigns | SpasmEpisode) -> str:
    return "cramp" if isinstance(entry, SpasmEpisode) else "ticked"


def _just_ticked(request: HttpRequest) -> WarningSigns | SpasmEpisode | None:
    """The entry that the last save led here with; none if it is gone or not the diarist's."""
    for name, model in (("ticked", WarningSigns), ("cramp", SpasmEpisode)):
        if name in request.GET:
            return _live(request.diarist, model, request.GET[name])
    return None


def _live(diarist: Diarist, model: type, typed: str):
    try:
        entry = model.objects.of(diarist).live().filter(pk=UUID(typed)).first()
    except ValueError:
        return None
    if entry:
        entry.diarist = diarist
    return entry


# Anybody --------------------------------------------------------------------------------------


def _of_anybody(request: HttpRequest) -> HttpResponse:
    country = known_country((request.POST if request.method == "POST" else request.GET).get("region", ""))
    form = PassersBySignsForm(posted(request), initial={"region": country})
    cards, answered = [], None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        cards, answered = [(card, []) for card in signs.judge(**said)], said["signs"]
    response = _page(
        request, form, emergency.numbers(country), cards,
        answered=answered, country=country, countries=countries.by_name(),
    )  # fmt: skip
    patch_cache_control(response, private=True, no_store=True)
    return response


def _page(
    request: HttpRequest, form, call: emergency.Numbers, cards: list, *, answered, **more
) -> HttpResponse:
    """`answered`: the signs that the page answers to; None when it was only opened."""
    about = {
        "form": form,
        "call": call,
        "cards": cards,
        "answered": answered is not None,
        "tell": signs.worth_telling(answered or (), beside_urgent=bool(cards)),
        "tell_soon": signs.soon(answered or ()),
        "translated": not wording.is_reviewed(),
    }
    return render(request, "journal/warning_signs.html", about | more)
