"""Drinks: water by one tap, anything else by its amount and name."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from journal import drafts, entries
from journal.forms import DrinkForm, refuse
from journal.models import Diarist, WaterIntake
from journal.templatetags.journal import volume
from journal.views.days import WATER_FL_OZ, WATER_ML, moment_on
from journal.views.door import day_asked, diary, entry_id, mine, saved, searching, to_day
from journal.views.earlier import change
from journal.views.refusing import refuse_rest
from nutrients import search
from nutrients.models import Food, food_id

COMMON = tuple(
    (str(food_id("fndds", code)), name)
    for code, name in (
        ("92101000", gettext_lazy("coffee")),
        ("92302000", gettext_lazy("tea")),
        ("11111000", gettext_lazy("milk")),
        ("61210000", gettext_lazy("orange juice")),
        ("92410310", gettext_lazy("cola")),
        ("95321000", gettext_lazy("sports drink")),
        ("93101000", gettext_lazy("beer")),
    )
)
"""Everyday drinks, by the names people use."""
MOST_RECENT = 5
MOST_RESULTS = 10


@diary
@searching
@require_http_methods(["GET", "POST"])
def water_add(request: HttpRequest) -> HttpResponse:
    """Log a drink: by one tap from Today, or with its name and time."""
    form = DrinkForm(
        request.POST if _sent(request) else None,
        diarist=request.diarist,
        initial={"occurred_at": moment_on(request.diarist, day_asked(request.diarist, request.GET))},
    )
    if _sent(request) and form.is_valid():
        drink = _stored(request, form)
        if drink:
            saved(request, drink, _drink_words(drink, request.diarist))
            return to_day(request, drink.local_date)
    elif _sent(request):
        refuse_rest(form, WaterIntake(diarist=request.diarist), **form.said("amount_ml", "occurred_at"))
    return _page(request, form)


@diary
@searching
@require_http_methods(["GET", "POST"])
def water_edit(request: HttpRequest, id: UUID) -> HttpResponse:
    drink = mine(request.diarist, WaterIntake, id)
    form = DrinkForm(
        request.POST if _sent(request) else None,
        diarist=request.diarist,
        entry=drink,
        initial={"amount_ml": drink.amount_ml, "occurred_at": drink.occurred_at},
    )
    if _sent(request) and form.is_valid():
        try:
            amount = form.cleaned_data["amount_ml"] if "amount_ml" in form.changed_data else drink.amount_ml
            moment = form.cleaned_data["occurred_at"] or drink.occurred_at
            said = {"amount_ml": amount, "occurred_at": moment, "beverage": _beverage(request)}
            change(request, drink, _("Drink changed."), **said)
            return to_day(request, drink.local_date)
        except ValidationError as error:
            refuse(form, error)
    elif _sent(request):
        refuse_rest(form, drink, **form.said("amount_ml", "occurred_at"))
    return _page(request, form, drink)


def _sent(request: HttpRequest) -> bool:
    """Whether the form was sent to be stored, and not to look for a drink."""
    return request.method == "POST" and request.POST.get("do") != "search"


def _stored(request: HttpRequest, form: DrinkForm) -> WaterIntake | None:
    try:
        return entries.log_water(
            request.diarist,
            form.cleaned_data["amount_ml"],
            beverage=_beverage(request),
            occurred_at=form.cleaned_data["occurred_at"],
            id=entry_id(WaterIntake, request.diarist, request.POST.get("id")),
        )
    except ValidationError as error:
        refuse(form, error, beverage="amount_ml")
        return None


def _beverage(request: HttpRequest) -> Food | None:
    """The drink that was chosen; none is tap water."""
    chosen = request.POST.get("beverage", "")
    if not chosen:
        return None
    found = drafts.visible_foods(request.diarist, [chosen]).get(chosen)
    if found is None:
        raise ValidationError({"beverage": _("This food is not in the table.")})
    return found


def _drink_words(drink: WaterIntake, diarist: Diarist) -> str:
    amount = volume(drink.amount_ml, diarist.units)
    if drink.beverage:
        return _("%(amount)s of %(drink)s saved.") % {"amount": amount, "drink": drink.beverage.name}
    return _("%(amount)s of water saved.") % {"amount": amount}


def _page(request: HttpRequest, form: DrinkForm, drink: WaterIntake | None = None) -> HttpResponse:
    query = (request.POST.get("q") or request.GET.get("q") or "").strip()
    chosen = (
        request.POST.get("beverage") if request.method == "POST" else str((drink and drink.beverage_id) or "")
    )
    about = {
        "form": form,
        "drink": drink,
        "chosen": chosen,
        "chosen_food": drafts.visible_foods(request.diarist, [chosen]).get(chosen),
        "amounts": _quick_amounts(request.diarist),
    }
    return render(request, "journal/drink.html", about | _choices(request.diarist, query))


def _quick_amounts(diarist: Diarist) -> tuple[int, ...]:
    return WATER_FL_OZ if diarist.units == "us" else WATER_ML


@diary
@searching
@require_GET
def drink_results(request: HttpRequest) -> HttpResponse:
    """Drinks that answer to the words typed so far."""
    return render(
        request, "journal/_drink_results.html", _choices(request.diarist, request.GET.get("q", "").strip())
    )


def _choices(diarist: Diarist, query: str) -> dict:
    """What can be chosen: by the words typed, or what this person drinks and everyday drinks."""
    if query:
        foods = search.find(query, user=diarist.user, limit=MOST_RESULTS)
        return {"query": query, "drinks": [(str(food.pk), food.name) for food in foods]}
    recent: dict[str, str] = {}
    rows = WaterIntake.objects.of(diarist).live().exclude(beverage=None)
    for food, name in rows.order_by("-occurred_at").values_list("beverage_id", "beverage__name")[:60]:
        recent.setdefault(str(food), name)
    common = [(food, name) for food, name in COMMON if food not in recent]
    return {"query": "", "drinks": [*list(recent.items())[:MOST_RECENT], *common]}
