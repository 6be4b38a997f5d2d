"""Meals: put together by typing, several foods at once, and changed."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from journal import drafts, entries, flags, timeline
from journal.codes import MealKind
from journal.drafts import Draft, offers
from journal.forms import MealForm, refuse
from journal.habits import History, history
from journal.models import Diarist, Meal
from journal.views.days import moment_on, nutrient_rows
from journal.views.door import day_asked, diary, entry_id, mine, posted, saved, searching, to_day
from journal.views.earlier import change
from journal.views.refusing import refuse_rest
from nutrients import barcodes, foods, search
from nutrients.models import Food

FIELDS = ("kind", "occurred_at", "note")
BEFORE_TYPING = 8
MOST_RESULTS = 12


@diary
@searching
@require_http_methods(["GET", "POST"])
def add_food(request: HttpRequest) -> HttpResponse:
    """Put a meal together: search, choose, say how much; nothing is stored before it is saved."""
    data = request.POST or request.GET
    draft = Draft.worked_on(request.diarist, data)
    moment = moment_on(request.diarist, day_asked(request.diarist, request.GET))
    initial = {"kind": data.get("kind") or entries.kind_at(timezone.localtime(moment)), "occurred_at": moment}
    form = MealForm(data if "occurred_at" in data else None, diarist=request.diarist, initial=initial)
    if request.method == "POST" and data.get("do") == "save" and form.is_valid():
        meal = _stored(request, form, draft)
        if meal:
            saved(request, meal, _("%(meal)s saved.") % {"meal": meal.get_kind_display().capitalize()})
            return to_day(request, meal.local_date)
    elif request.method == "POST" and data.get("do") == "save" and form.is_bound:
        refuse_rest(form, Meal(diarist=request.diarist), items=draft.said(), **form.said(*FIELDS))
    elif "do" not in data or data["do"] != "save":
        form.errors.clear()
    return _meal_page(request, form, draft, data)


def _stored(request: HttpRequest, form: MealForm, draft: Draft) -> Meal | None:
    """The saved meal; or none, with the reasons at their fields."""
    try:
        id = entry_id(Meal, request.diarist, request.POST.get("id"))
        return entries.log_meal(request.diarist, draft.said(), **form.said(*FIELDS), id=id)
    except ValidationError as error:
        refuse(form, error)
        return None


@diary
@searching
@require_http_methods(["GET", "POST"])
def meal_edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """Change a meal: its foods, amounts, time and kind."""
    meal = mine(request.diarist, Meal, id)
    data = request.POST
    draft = Draft.worked_on(request.diarist, data) if request.method == "POST" else Draft.of_meal(meal)
    initial = {"kind": meal.kind, "occurred_at": meal.occurred_at, "note": meal.note}
    form = MealForm(posted(request), diarist=request.diarist, entry=meal, initial=initial)
    if data.get("do") == "save" and form.is_valid():
        try:
            change(request, meal, _("Meal changed."), items=draft.said(), **_changed(form))
            return to_day(request, meal.local_date)
        except ValidationError as error:
            refuse(form, error)
    elif data.get("do") == "save":
        refuse_rest(form, meal, items=draft.said(), **_changed(form))
    else:
        form.errors.clear()
    return _meal_page(request, form, draft, data, meal)


def _changed(form: MealForm) -> dict:
    said = form.said(*FIELDS)
    return {name: value for name, value in said.items() if value or name == "note"}


def _meal_page(
    request: HttpRequest, form: MealForm, draft: Draft, data: QueryDict, meal: Meal | None = None
) -> HttpResponse:
    diarist, today = request.diarist, entries.today(request.diarist)
    about = {
        "form": form,
        "draft": draft,
        "meal": meal,
        "units": diarist.units,
        "nutrients": nutrient_rows(
            draft.amounts(), timeline.references(diarist, today), flags.suppressions(diarist, today)
        ),
    }
    if request.htmx:
        return render(request, "journal/_draft.html", about)
    kind = form["kind"].value() or ""
    return render(request, "journal/add_food.html", about | results(request.diarist, data.get("q", ""), kind))


@diary
@searching
@require_GET
def food_results(request: HttpRequest) -> HttpResponse:
    """What answers to the words typed so far; without words, what this person eats at this meal."""
    found = results(request.diarist, request.GET.get("q", ""), request.GET.get("kind", ""))
    return render(request, "journal/_results.html", found)


def results(diarist: Diarist, query: str, kind: str) -> dict:
    """What a list of results shows: by words, by the number of a barcode, or what is eaten at this meal."""
    known = history(diarist, kind if kind in MealKind.values else "")
    query = query.strip()
    about = _by_barcode(diarist, query) if barcodes.looks_like_one(query) else {}
    chosen = (
        about.pop("foods")
        if about
        else _by_words(diarist, query, known)
        if query
        else _before(diarist, known)
    )
    return {
        "query": query,
        "offers": offers(chosen, known.last, known.favourite_foods),
        "usual_meals": () if query else known.favourite_meals,
        **about,
    }


def _by_barcode(diarist: Diarist, query: str) -> dict:
    try:
        found = foods.by_barcode(diarist.user, query)
    except ValidationError as error:
        return {"foods": [], "barcode_wrong": " ".join(error.messages)}
    return {"foods": found, "barcode": barcodes.plain(query)}


def _by_words(diarist: Diarist, query: str, known: History) -> list[Food]:
    return search.find(
        query,
        user=diarist.user,
        recent=tuple(known.last),
        favourites=known.favourite_foods,
        limit=MOST_RESULTS,
    )


def _before(diarist: Diarist, known: History) -> list[Food]:
    """Before anything is typed: what is eaten at this meal about this hour, then favourites."""
    likely = [item.food for item in known.last.values()][:BEFORE_TYPING]
    missing = [str(id) for id in known.favourite_foods if id not in known.last]
    return [*likely, *drafts.visible_foods(diarist, missing[:BEFORE_TYPING]).values()]
