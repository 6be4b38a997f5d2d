"""Recipes of one's own: put together as a meal is, with the weight of the dish and how many it serves."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from journal import entries, flags, timeline
from journal.calc.portions import Amount
from journal.drafts import Draft
from journal.food_forms import RecipeForm
from journal.forms import refuse
from journal.views.days import nutrient_rows
from journal.views.door import diary, new_food_id, posted, searching
from journal.views.earlier import food_changed, food_told
from journal.views.meals import results
from nutrients import recipes
from nutrients.models import Food
from nutrients.recipes import Dish


@diary
@searching
@require_http_methods(["GET", "POST"])
def recipe_new(request: HttpRequest) -> HttpResponse:
    """Put a recipe together; nothing is stored before it is saved."""
    form = RecipeForm(posted(request), initial={"name": request.GET.get("name", "")})
    draft = Draft.worked_on(request.diarist, request.POST)
    food = _saved(request, form, draft, new_food_id(request))
    if food:
        words = _("“%(food)s” is saved.") % {"food": food.name}
        messages.success(request, words, extra_tags=reverse("food_remove", args=[food.pk]))
        return redirect("food", food.pk)
    return _page(request, form, draft)


def recipe_edit(request: HttpRequest, food: Food) -> HttpResponse:
    """Change a recipe. What is in it is worked out anew, and days with it are added up again."""
    form = RecipeForm(posted(request), initial=RecipeForm.initial_of(food))
    diarist = request.diarist
    draft = (
        Draft.worked_on(diarist, request.POST) if request.method == "POST" else Draft.of_recipe(diarist, food)
    )
    before = food_told(food)
    changed = _saved(request, form, draft, food.pk, food.barcode)
    if changed:
        words = _("“%(food)s” is changed. Days with it are added up again.") % {"food": changed.name}
        food_changed(request, changed, before, words)
        return redirect("food", changed.pk)
    return _page(request, form, draft, food)


def _saved(request: HttpRequest, form: RecipeForm, draft: Draft, id: UUID, barcode: str = "") -> Food | None:
    """The stored recipe; or none, with the reasons at their fields."""
    if request.POST.get("do") != "save":
        form.errors.clear()
        return None
    is_read, said = form.is_valid(), form.cleaned_data
    dish = Dish(draft.said(), said.get("yield_g"), said.get("servings"))
    try:
        if not is_read:
            recipes.cook(Food(pk=id, owner_id=request.user.pk), dish)  # for what is wrong with the rest
            return None
        return entries.save_food(request.diarist, id=id, name=said["name"], dish=dish, barcode=barcode)
    except ValidationError as error:
        refuse(form, error)
    except Food.DoesNotExist:
        raise Http404 from None
    return None


def _whole(draft: Draft) -> dict[str, Amount]:
    """What the dish will hold: known only where it is known of every ingredient, as when it is saved."""
    return {
        code: amount._replace(known=None, share=None) if amount.unknown else amount
        for code, amount in draft.amounts().items()
    }


def _page(request: HttpRequest, form: RecipeForm, draft: Draft, food: Food | None = None) -> HttpResponse:
    diarist, today = request.diarist, entries.today(request.diarist)
    about = {
        "form": form,
        "draft": draft,
        "food": food,
        "units": diarist.units,
        "nutrients": nutrient_rows(
            _whole(draft), timeline.references(diarist, today), flags.suppressions(diarist, today)
        ),
    }
    if request.htmx:
        return render(request, "journal/_recipe_draft.html", about)
    found = results(diarist, request.POST.get("q", request.GET.get("q", "")), "")
    return render(
        request, "journal/recipe_form.html", about | found | {"usual_meals": (), "of_any_meal": True}
    )
