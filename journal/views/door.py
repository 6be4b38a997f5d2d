"""What every page of the diary goes through: whose diary it is, on whose clock, and the way back."""

from datetime import date, timedelta
from functools import wraps
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_date
from django.utils.http import url_has_allowed_host_and_scheme

from journal import entries, measures, people
from journal.codes import Units
from journal.models import (
    BodyWeight,
    Diarist,
    Dose,
    Exercise,
    Favourite,
    Kept,
    Meal,
    SpasmEpisode,
    Supplement,
    WarningSigns,
    WaterIntake,
)
from nutrients.models import Food
from spasmlog.access import SearchPatience
from spasmlog.browsers import DIARY, diary_key

KINDS: dict[str, type[Kept]] = {
    "meal": Meal,
    "drink": WaterIntake,
    "exercise": Exercise,
    "cramp": SpasmEpisode,
    "dose": Dose,
    "weight": BodyWeight,
    "signs": WarningSigns,
    "supplement": Supplement,
    "favourite": Favourite,
}
KIND_OF = {model: kind for kind, model in KINDS.items()}
DOUBLE_TAP = timedelta(seconds=10)


def diary(view):
    """A page of somebody's diary: they are signed in, `request.diarist` is theirs, clocks and units
    are theirs.

    The answer names the diary, so that a browser keeps it for nobody else.

    Asked for its head alone, it is made as any page; the server sends what is asked for.
    """

    @login_required
    @wraps(view)
    def page(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        request.diarist, diary_of = people.diarist_of(request.user), diary_key(request.user)
        asked, request.method = request.method, "GET" if request.method == "HEAD" else request.method
        spelling = translation.override(spelling_of(request.diarist))
        with timezone.override(request.diarist.tz), spelling, measures.speaking(request.diarist.units):
            response = view(request, *args, **kwargs)
        request.method = asked
        patch_cache_control(response, private=True, no_cache=True)
        response.headers[DIARY] = diary_of
        return response

    return page


def searching(view):
    """A page that looks for words, so many times a minute for one person. What is sent to be stored is not
    counted."""

    @wraps(view)
    def page(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        asked = request.GET.get("q") or (request.POST.get("do") == "search" and request.POST.get("q"))
        if asked and not SearchPatience().allow_request(request, None):
            return render(request, "429.html", status=429)
        return view(request, *args, **kwargs)

    return page


def spelling_of(diarist: Diarist) -> str:
    """The language asked for; English in the spelling of those who use the diarist's units."""
    spoken = translation.get_language() or settings.LANGUAGE_CODE
    if not spoken.startswith("en"):
        return spoken
    return "en-us" if diarist.units == Units.US else "en-gb"


def mine(diarist: Diarist, model: type[Kept], id: UUID, *, deleted: bool = False):
    """The diarist's entry of this id. Another's, or none: 404."""
    rows = model.objects.of(diarist).filter(pk=id)
    entry = (rows if deleted else rows.live()).first()
    if entry is None:
        raise Http404
    entry.diarist = diarist
    return entry


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, if one was sent: also one in which nothing is ticked any more."""
    return request.POST if request.method == "POST" else None


def entry_id(model: type[Kept], diarist: Diarist, typed: str | None) -> UUID:
    """The id for a new entry: the form's own, so that a double tap is one entry.

    A page brought back by the back button carries an id that was used a while ago: what it sends now
    is another entry.
    """
    try:
        id = UUID(typed or "")
    except ValueError:
        return uuid4()
    known = model.objects.filter(pk=id).values_list("diarist_id", "created_at").first()
    fresh = known is None or (known[0] == diarist.pk and timezone.now() - known[1] < DOUBLE_TAP)
    return id if fresh else uuid4()


def new_food_id(request: HttpRequest) -> UUID:
    """The form's own id, so that a double tap is one food; a fresh one if that was used a while ago."""
    try:
        id = UUID(request.POST.get("id", ""))
    except ValueError:
        return uuid4()
    known = Food.objects.filter(pk=id).values_list("owner_id", "created_at").first()
    fresh = known is None or (known[0] == request.user.pk and timezone.now() - known[1] < DOUBLE_TAP)
    return id if fresh else uuid4()


def day_asked(diarist: Diarist, said: QueryDict) -> date:
    """The day whose page led here; today if there is none."""
    today = entries.today(diarist)
    try:
        return min(parse_date(said.get("day", "")) or today, today)
    except ValueError:
        return today


def saved(request: HttpRequest, entry: Kept, words: str) -> None:
    """Tell that a new entry is stored, with a button that takes it back."""
    messages.success(request, words, extra_tags=undo_address("entry_delete", entry))


def undo_address(name: str, entry: Kept) -> str:
    return reverse(name, args=[KIND_OF[type(entry)], entry.pk])


def to_day(request: HttpRequest, day: date) -> HttpResponse:
    """Back to the page of a day, or to where the form says it came from."""
    back = request.POST.get("next", "")
    if back and url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        return redirect(back)
    if day == entries.today(request.diarist):
        return redirect("today")
    return redirect("day", day)
