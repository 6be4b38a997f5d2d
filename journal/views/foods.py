"""Foods: found, looked at with what is not known of them, kept as favourites, and made of one's own."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from journal import drafts, entries, flags
from journal.drafts import Row, usual_measure
from journal.food_forms import AmountForm, OwnFoodForm, PortionRows, portions_of, said_portions
from journal.forms import refuse
from journal.habits import history
from journal.models import Diarist, Favourite
from journal.numbers import LARGEST_TYPED
from journal.views.door import diary, new_food_id, posted, saved, searching, undo_address
from journal.views.earlier import food_changed, food_told
from journal.views.recipes import recipe_edit
from nutrients import foods as own
from nutrients import recipes, search
from nutrients.codes import CODES, KEY_CODES, FoodSource
from nutrients.models import Food
from nutrients.usda.release import CITATIONS

MOST_RESULTS = 25
MOST_LISTED = 12


# Find -----------------------------------------------------------------------------------------


@diary
@searching
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Foods that answer to the words typed; without words one's own, favourites and recent ones."""
    query = request.GET.get("q", "").strip()
    template = "journal/foods_results.html" if request.htmx else "journal/foods.html"
    response = render(request, template, {"query": query, **_found(request.diarist, query)})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _found(diarist: Diarist, query: str) -> dict[str, Any]:
    known = history(diarist, "")
    starred = set(known.favourite_foods)
    if query:
        found = search.find(
            query,
            user=diarist.user,
            recent=tuple(known.last),
            favourites=known.favourite_foods,
            limit=MOST_RESULTS,
        )
        found.sort(key=lambda food: food.owner_id is None)  # stable: one's own first, else as ranked
        return {"found": found, "starred": starred}
    mine = list(own.own_foods(diarist.user).order_by("name")[: MOST_LISTED + 1])
    favourites = drafts.visible_foods(diarist, map(str, known.favourite_foods)) if starred else {}
    recent = [item.food for item in known.last.values() if item.food_id not in starred]
    return {
        "own_foods": mine[:MOST_LISTED],
        "more_own": len(mine) > MOST_LISTED,
        "favourites": sorted(_kept(favourites.values()), key=lambda food: food.name),
        "recent": _kept(recent)[:MOST_LISTED],
        "starred": starred,
    }


def _kept(foods) -> list[Food]:
    return [food for food in foods if food.deleted_at is None]


# One food -------------------------------------------------------------------------------------


@diary
@require_GET
def show(request: HttpRequest, id: UUID) -> HttpResponse:
    """What a food holds, per 100 g and in the amount that is looked at."""
    diarist = request.diarist
    food = _visible(diarist, id)
    row = _looked_at(food, request.GET)
    hidden = flags.suppressions(diarist, entries.today(diarist)).hide_energy
    codes = [code for code in CODES if not (hidden and code == "energy_kcal")]
    held = {code: _held(food, code, row) for code in codes}
    about = {
        "food": food,
        "row": row,
        "form": AmountForm(initial={"quantity": row.quantity, "measure": row.measure}, food=food),
        "key_rows": [held[code] for code in KEY_CODES],
        "other_rows": [held[code] for code in codes if code not in KEY_CODES],
        "unknown": sum(one["per_100g"] is None for one in held.values()),
        "citation": CITATIONS.get(food.source, ""),
        "favourite": Favourite.objects.of(diarist).live().filter(food=food).exists(),
        "log_it": _log_it(row),
        "made_of": food.ingredients,
        "not_known": recipes.not_known(food.ingredients),
        "changed_since": recipes.changed_since(food, food.ingredients),
    }
    return render(request, "journal/food_page.html", about)


def _log_it(row: Row) -> str:
    """The address of a new meal that begins with this food and amount."""
    said = {"food": row.food.pk, "measure": row.measure, "quantity": row.quantity}
    return f"{reverse('add_food')}?{urlencode(said)}"


def _visible(diarist: Diarist, id: UUID) -> Food:
    """A food of the public tables or of one's own; another's, or a removed one, is not there."""
    foods = Food.objects.visible_to(diarist.user_id).filter(deleted_at=None)
    food = foods.filter(pk=id).with_parts().first()
    if food is None:
        raise Http404
    return food


def _looked_at(food: Food, asked) -> Row:
    """The amount that the page was asked for; else the usual one."""
    typed = Row(food, asked.get("measure", ""), asked.get("quantity", "").strip())
    known = typed.portion is not None or typed.measure in (drafts.GRAMS, drafts.OUNCES)
    readable = typed.grams and typed.number != LARGEST_TYPED
    return typed if known and readable else Row(food, *usual_measure(food))


def _held(food: Food, code: str, row: Row) -> dict[str, Any]:
    per_100g = getattr(food, code)
    return {
        "code": code,
        "per_100g": per_100g,
        "in_amount": None if per_100g is None or row.grams is None else per_100g * float(row.grams) / 100,
    }


@diary
@require_POST
def favourite(request: HttpRequest, id: UUID) -> HttpResponse:
    """Keep a food among the favourites, or take it out: whichever the form says, however often."""
    food = _visible(request.diarist, id)
    if request.POST.get("value", "yes") == "yes":
        kept = entries.save_favourite(request.diarist, food=food)
        saved(request, kept, _("“%(food)s” is among your favourites.") % {"food": food.name})
    else:
        kept = (
            Favourite.objects.of(request.diarist).live().filter(food=food).select_related("diarist").first()
        )
        if kept:
            entries.remove(kept)
            words = _("“%(food)s” is no favourite any more.") % {"food": food.name}
            messages.success(request, words, extra_tags=undo_address("entry_restore", kept))
    return redirect("food", food.pk)


# One's own ------------------------------------------------------------------------------------


@diary
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A food of one's own: what stands on its label, with the rest left open."""
    asked = {name: request.GET.get(name, "") for name in ("name", "barcode")}
    form = OwnFoodForm(posted(request), initial=asked)
    rows = PortionRows(posted(request), prefix="portions")
    food = _saved(request, form, rows, new_food_id(request))
    if food:
        words = _("“%(food)s” is saved.") % {"food": food.name}
        messages.success(request, words, extra_tags=reverse("food_remove", args=[food.pk]))
        return redirect("food", food.pk)
    return render(request, "journal/food_form.html", {"form": form, "rows": rows})


@diary
@searching
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """Change an own food. Days with it are added up again."""
    food = _own(request.diarist, id)
    if food.source == FoodSource.RECIPE:
        return recipe_edit(request, food)
    form = OwnFoodForm(posted(request), initial=OwnFoodForm.initial_of(food))
    rows = PortionRows(posted(request), prefix="portions", initial=portions_of(food))
    before = food_told(food)
    changed = _saved(request, form, rows, food.pk)
    if changed:
        words = _("“%(food)s” is changed. Days with it are added up again.") % {"food": changed.name}
        food_changed(request, changed, before, words)
        return redirect("food", changed.pk)
    return render(request, "journal/food_form.html", {"form": form, "rows": rows, "food": food})


def _saved(request: HttpRequest, form: OwnFoodForm, rows: forms.BaseFormSet, id: UUID) -> Food | None:
    """The stored food; or none, with the reasons at their fields."""
    if request.method != "POST":
        return None
    is_read = form.is_valid() & rows.is_valid()
    try:
        if not is_read:
            own.checked_amounts(**form.amounts())  # for what is wrong with the rest
            return None
        with transaction.atomic():
            portions = [*form.first_portion(), *said_portions(rows)]
            return entries.save_food(request.diarist, **form.food(), portions=portions, id=id)
    except ValidationError as error:
        refuse(form, error)
    except Food.DoesNotExist:
        raise Http404 from None
    return None


def _own(diarist: Diarist, id: UUID) -> Food:
    """An own food. Others are not there; those of the public tables are shown and cannot be changed."""
    food = own.own_foods(diarist.user).filter(pk=id).prefetch_related("portions").first()
    if food is None:
        raise Http404
    return food


@diary
@require_POST
def remove(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take an own food out of lists and search. Meals with it keep it; it can be brought back."""
    food = entries.remove_food(request.diarist, _own(request.diarist, id).pk)
    words = _("“%(food)s” is removed. Meals with it keep it.") % {"food": food.name}
    messages.success(request, words, extra_tags=reverse("food_restore", args=[food.pk]))
    return redirect("foods")


@diary
@require_POST
def restore(request: HttpRequest, id: UUID) -> HttpResponse:
    """Bring a removed food of one's own back."""
    try:
        food = entries.restore_food(request.diarist, id)
    except Food.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("foods")
    words = _("It is back.")
    messages.success(request, words, extra_tags=reverse("food_remove", args=[food.pk]))
    return redirect("food", food.pk)
