"""Copies: a meal to another day or another meal, and what was eaten and drunk on a whole day."""

from datetime import date
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from journal import copying, entries
from journal.copy_forms import CopyDayForm, CopyMealForm
from journal.entries import OLDEST_DAY
from journal.forms import refuse
from journal.models import Dose, Entry, Meal
from journal.timeline import Line
from journal.views.door import KIND_OF, diary, entry_id, mine, posted, saved


@diary
@require_http_methods(["GET", "POST"])
def meal_copy(request: HttpRequest, id: UUID) -> HttpResponse:
    """Log a meal again on another day, or as another meal."""
    meal = mine(request.diarist, Meal, id)
    initial = {"day": entries.today(request.diarist), "kind": meal.kind}
    form = CopyMealForm(posted(request), diarist=request.diarist, initial=initial)
    copy = _copied(request, form, meal) if form.is_valid() else None
    if copy:
        words = _("%(meal)s copied.") % {"meal": copy.get_kind_display().capitalize()}
        saved(request, copy, words)
        return redirect("day", copy.local_date)
    return render(request, "journal/meal_copy.html", {"form": form, "meal": meal})


def _copied(request: HttpRequest, form: CopyMealForm, meal: Meal) -> Meal | None:
    """The copy; or none, with the reasons at their fields."""
    new = entry_id(Meal, request.diarist, request.POST.get("id"))
    try:
        return copying.copy_meal(meal, form.cleaned_data["day"], kind=form.cleaned_data["kind"], id=new)
    except ValidationError as error:
        refuse(form, error, date="day", occurred_at="day")
        return None


# A day ----------------------------------------------------------------------------------------


@diary
@require_http_methods(["GET", "POST"])
def day_copy(request: HttpRequest, day: date) -> HttpResponse:
    """Show what of a day would be copied to another, and copy what is ticked."""
    today = entries.today(request.diarist)
    if not OLDEST_DAY <= day <= today:
        raise Http404
    data = request.POST or request.GET
    form = CopyDayForm(data if "to" in data else None, diarist=request.diarist, initial={"to": today})
    to = form.cleaned_data["to"] if form.is_valid() else today
    if request.method == "POST" and form.is_valid() and "save" in data:
        answer = _day_copied(request, form, day, to)
        if answer:
            return answer
    return render(request, "journal/day_copy.html", _about(request, form, day, to))


def _day_copied(request: HttpRequest, form: CopyDayForm, day: date, to: date) -> HttpResponse | None:
    """Back to the day that was copied to; or none, with the reasons at the form."""
    id = _copying_id(request, day)
    try:
        count = copying.copy_day(request.diarist, day, to, _ticked(request), id)
    except ValidationError as error:
        refuse(form, error, date="to", occurred_at="to")
        return None
    words = ngettext("%(n)s entry copied.", "%(n)s entries copied.", count) % {"n": count}
    messages.success(request, words, extra_tags=reverse("copy_take_back", args=[day, id]))
    return redirect("day", to)


def _ticked(request: HttpRequest) -> set[UUID]:
    ticked = set()
    for text in request.POST.getlist("entry"):
        try:
            ticked.add(UUID(text))
        except ValueError:
            continue
    return ticked


def _copying_id(request: HttpRequest, day: date) -> UUID:
    """The form's own id, so that a double tap copies once; a fresh one if that was used a while ago."""
    try:
        id = UUID(request.POST.get("id", ""))
    except ValueError:
        return uuid4()
    fresh = all(
        entry_id(type(one), request.diarist, str(made)) == made
        for one in copying.copyable(request.diarist, day)
        for made in [uuid5(id, str(one.pk))]
    )
    return id if fresh else uuid4()


def _about(request: HttpRequest, form: CopyDayForm, day: date, to: date) -> dict:
    """What would be copied, what would not, and what is there already."""
    ticked = _ticked(request) if request.method == "POST" else None
    there = copying.copyable(request.diarist, to) if to != day else []
    return {
        "form": form,
        "day": day,
        "to": to,
        "same": day == to,
        "lines": [_line(one, to, ticked) for one in copying.copyable(request.diarist, day)],
        "there": [Line(KIND_OF[type(one)], one) for one in there],
        "units": request.diarist.units,
    }


def _line(entry: Entry, to: date, ticked: set[UUID] | None) -> dict:
    """An entry to tick. What was swallowed is not ticked beforehand: nobody takes a tablet by copying."""
    usual = not isinstance(entry, Dose)
    return {
        "kind": KIND_OF[type(entry)],
        "entry": entry,
        "to_come": copying.still_to_come(entry, to),
        "ticked": usual if ticked is None else entry.pk in ticked,
    }


@diary
@require_POST
def copy_take_back(request: HttpRequest, day: date, id: UUID) -> HttpResponse:
    """Delete what a copying made."""
    made = copying.take_back(request.diarist, day, id)
    words = ngettext("%(n)s copied entry deleted.", "%(n)s copied entries deleted.", len(made))
    return _told(request, made, words, reverse("copy_bring_back", args=[day, id]))


@diary
@require_POST
def copy_bring_back(request: HttpRequest, day: date, id: UUID) -> HttpResponse:
    """Bring back what a copying made."""
    try:
        made = copying.bring_back(request.diarist, day, id)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("day", day)
    words = ngettext("%(n)s copied entry is back.", "%(n)s copied entries are back.", len(made))
    return _told(request, made, words, reverse("copy_take_back", args=[day, id]))


def _told(request: HttpRequest, made: list[Entry], words: str, undo: str) -> HttpResponse:
    if not made:
        raise Http404
    messages.success(request, words % {"n": len(made)}, extra_tags=undo)
    return redirect("day", made[0].local_date)
