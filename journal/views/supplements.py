"""Supplements and medicines with exact amounts, and the doses taken of them."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from journal import entries
from journal.drafts import plain
from journal.forms import DoseForm, SupplementForm, refuse
from journal.models import Dose, Supplement
from journal.views.days import moment_on
from journal.views.door import day_asked, diary, entry_id, mine, posted, saved, to_day
from journal.views.earlier import change
from journal.views.refusing import refuse_rest


@diary
@require_http_methods(["GET", "POST"])
def supplement_add(request: HttpRequest) -> HttpResponse:
    """Take one of one's own products."""
    products = list(Supplement.objects.of(request.diarist).live())
    form = DoseForm(
        posted(request),
        diarist=request.diarist,
        initial={
            "quantity": 1,
            "occurred_at": moment_on(request.diarist, day_asked(request.diarist, request.GET)),
        },
    )
    if request.method == "POST":
        chosen = next((p for p in products if str(p.pk) == request.POST.get("supplement")), None)
        if form.is_valid() and chosen:
            try:
                id = entry_id(Dose, request.diarist, request.POST.get("id"))
                dose = entries.log_dose(
                    request.diarist, chosen, id=id, **form.said("quantity", "occurred_at")
                )
                saved(request, dose, _("%(name)s saved.") % {"name": chosen.name})
                return to_day(request, dose.local_date)
            except ValidationError as error:
                refuse(form, error)
        else:
            said = form.said("quantity", "occurred_at")
            refuse_rest(form, Dose(diarist=request.diarist), unread=["supplement"], **said)
            if chosen is None:
                form.add_error(None, _("Choose one of your own supplements."))
    return render(request, "journal/supplements.html", {"form": form, "products": products})


@diary
@require_http_methods(["GET", "POST"])
def dose_edit(request: HttpRequest, id: UUID) -> HttpResponse:
    dose = mine(request.diarist, Dose, id)
    initial = {"quantity": plain(dose.quantity), "occurred_at": dose.occurred_at}
    form = DoseForm(posted(request), diarist=request.diarist, entry=dose, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            moment = form.cleaned_data["occurred_at"] or dose.occurred_at
            quantity = form.cleaned_data["quantity"]
            change(request, dose, _("Dose changed."), quantity=quantity, occurred_at=moment)
            return to_day(request, dose.local_date)
        except ValidationError as error:
            refuse(form, error)
    elif request.method == "POST":
        refuse_rest(form, dose, **form.said("quantity", "occurred_at"))
    return render(request, "journal/dose.html", {"form": form, "dose": dose})


@diary
@require_http_methods(["GET", "POST"])
def supplement_new(request: HttpRequest) -> HttpResponse:
    """Describe a product by what its label says of one unit."""
    form = SupplementForm(posted(request), diarist=request.diarist)
    if request.method == "POST" and form.is_valid():
        try:
            id = entry_id(Supplement, request.diarist, request.POST.get("id"))
            product = entries.save_supplement(request.diarist, id=id, **_product(form))
            saved(request, product, _("%(name)s is among your products.") % {"name": product.name})
            return redirect("supplement_add")
        except ValidationError as error:
            refuse(form, error)
    elif request.method == "POST":
        refuse_rest(form, Supplement(diarist=request.diarist), _unread(form), **_product(form))
    return render(request, "journal/supplement.html", {"form": form})


@diary
@require_http_methods(["GET", "POST"])
def supplement_edit(request: HttpRequest, id: UUID) -> HttpResponse:
    product = mine(request.diarist, Supplement, id)
    initial = {name: getattr(product, name) for name in ("name", "unit", "source", "prescribed", "amounts")}
    form = SupplementForm(posted(request), diarist=request.diarist, entry=product, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change(request, product, _("Product changed."), **_product(form))
            return redirect("supplement_add")
        except ValidationError as error:
            refuse(form, error)
    elif request.method == "POST":
        refuse_rest(form, product, _unread(form), **_product(form))
    return render(request, "journal/supplement.html", {"form": form, "product": product})


def _unread(form: SupplementForm) -> list[str]:
    """The amounts, where none of them could be read."""
    return [] if form.amounts() else ["amounts"]


def _product(form: SupplementForm) -> dict:
    return {**form.said("name", "unit", "source", "prescribed"), "amounts": form.amounts()}
