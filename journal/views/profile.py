"""The person: first answers, profile, conditions, medicines, life stages, targets, weight, looks."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from journal import devices, entries, interactions, people, portrait, reminders, ringing
from journal.codes import MedicineClass
from journal.drafts import plain
from journal.forms import (
    ConditionsForm,
    LifeStageForm,
    MedicineForm,
    PlaceForm,
    ProfileForm,
    StartForm,
    TargetForm,
    WeightForm,
    refuse,
    rows_form,
)
from journal.models import BodyWeight, Diarist
from journal.reminder_forms import words_of_plan
from journal.views import keys
from journal.views.days import moment_on
from journal.views.door import diary, entry_id, mine, posted, saved, searching, to_day
from journal.views.earlier import change, person_changed, person_told
from journal.views.refusing import refuse_rest
from spasmlog.accounts import recovery_codes_left

THEMES = ("auto", "light", "dark")
A_YEAR = 365 * 24 * 60 * 60
PERSON = ("birth_date", "sex", "height_cm", "units", "time_zone", "region", "takes_medicines")
MOST_TYPED = 80
MOST_EXAMPLES = 4


@diary
@require_http_methods(["GET", "POST"])
def profile_start(request: HttpRequest) -> HttpResponse:
    """The first answers. "Later" is an answer to all of them."""
    diarist = request.diarist
    if request.POST.get("do") == "later":
        people.update_profile(diarist)
        return redirect("today")
    answers = people.conditions(diarist)
    asked = diarist.set_up_at is not None
    initial = _person(diarist) if asked else {**_person(diarist), "takes_medicines": ""}
    initial["kidney_disease"] = answers["kidney_disease"] if asked else ""
    form = StartForm(posted(request), diarist=diarist, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            people.update_profile(diarist, **form.answers())
            if form.cleaned_data["kidney_disease"]:
                people.answer_conditions(diarist, {"kidney_disease": form.cleaned_data["kidney_disease"]})
            return redirect("me_medicines" if form.cleaned_data["takes_medicines"] == "yes" else "today")
        except ValidationError as error:
            diarist.refresh_from_db()
            refuse(form, error)
    elif request.method == "POST":
        _refuse_rest(form, diarist)
    return render(request, "journal/start.html", {"form": form})


def _refuse_rest(form: StartForm | ProfileForm | PlaceForm, diarist: Diarist) -> None:
    """Beside answers that cannot be read, tell what is wrong with the others."""
    try:
        people.check_profile(diarist, form.answers(), unread=[*form.errors])
    except ValidationError as error:
        refuse(form, error)
    diarist.refresh_from_db()


def _person(diarist: Diarist) -> dict:
    known = {name: getattr(diarist, name) for name in PERSON}
    return {**known, "sex": diarist.sex or "", "weight_kg": people.weight_kg(diarist)}


@diary
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """What is known of the person, in a line each, and the ways to change it."""
    theme = request.COOKIES.get("spasmlog_theme", "auto")
    return render(
        request,
        "journal/me.html",
        {
            "person": portrait.of_person(request.diarist),
            "health": portrait.of_health(request.diarist),
            "reminders": words_of_plan(
                reminders.chosen(request.diarist), len(ringing.subscriptions(request.diarist))
            ),
            "codes_left": recovery_codes_left(request.user),
            "devices": len(devices.devices_of(request.user, request.session.session_key)),
            "theme": theme if theme in THEMES else "auto",
            "keys_off": keys.are_off(request),
        },
    )


PARTS = {"profile": (ProfileForm, ("authority",)), "place": (PlaceForm, ("day_start", "week_start"))}
"""The form of a part of the profile, and what it asks beyond the first answers."""


@diary
@require_http_methods(["GET", "POST"])
def me_part(request: HttpRequest, part: str) -> HttpResponse:
    """About you, or units, place and time."""
    diarist, (form_of_part, more) = request.diarist, PARTS[part]
    known = {**_person(diarist), **{name: getattr(diarist, name) for name in more}}
    form = form_of_part(posted(request), diarist=diarist, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            before = person_told(diarist)
            people.update_profile(diarist, **form.answers())
            person_changed(request, before, _("Saved."))
            return redirect("me")
        except ValidationError as error:
            diarist.refresh_from_db()
            refuse(form, error)
    elif request.method == "POST":
        _refuse_rest(form, diarist)
    return render(request, f"journal/{part}.html", {"form": form})


@diary
@require_http_methods(["GET", "POST"])
def me_conditions(request: HttpRequest) -> HttpResponse:
    form = ConditionsForm(posted(request), answers=people.conditions(request.diarist))
    if request.method == "POST" and form.is_valid():
        before = person_told(request.diarist)
        people.answer_conditions(request.diarist, form.answers())
        person_changed(request, before, _("Saved."))
        return redirect("me")
    return render(request, "journal/conditions.html", {"form": form, **_kinds(request)})


@diary
@searching
@require_GET
def kind_results(request: HttpRequest) -> HttpResponse:
    """Kinds of medicine, and conditions, that answer to the words typed so far."""
    return render(request, "journal/_kind_results.html", _kinds(request))


def _kinds(request: HttpRequest) -> dict:
    """What the words typed may mean, each with where it is answered: no page is needed but these two."""
    query = request.GET.get("q", "").strip()[:MOST_TYPED]
    kinds = [
        {
            "label": kind.name,
            "examples": kind.examples[:MOST_EXAMPLES],
            "is_medicine": kind.kind == interactions.MEDICINE,
            "address": _address(kind, query),
        }
        for kind in interactions.find(query)
    ]
    return {"query": query, "kinds": kinds}


def _address(kind: interactions.Kind, query: str) -> str:
    if kind.kind == interactions.CONDITION:
        return f"{reverse('me_conditions')}#{kind.code}"
    named = any(query.casefold() == example.casefold() for example in kind.examples)
    said = QueryDict(mutable=True)
    said.update({"kind": kind.code, **({"name": query} if named else {})})
    return f"{reverse('me_medicines')}?{said.urlencode()}#list"


LISTS = {
    "medicines": (MedicineForm, "medicine_set", people.set_medicines),
    "life_stages": (LifeStageForm, "lifestageperiod_set", people.set_life_stages),
    "targets": (TargetForm, "personaltarget_set", people.set_targets),
}
"""The form of one row, the stored rows, and the verb that takes the whole list."""


@diary
@require_http_methods(["GET", "POST"])
def me_list(request: HttpRequest, about: str) -> HttpResponse:
    """Medicines, life stages or targets: a list that is stored as a whole."""
    form_of_row, stored, store = LISTS[about]
    names = list(form_of_row.base_fields)
    known = [
        {name: _typed(row[name]) for name in names} for row in getattr(request.diarist, stored).values(*names)
    ]
    rows = rows_form(form_of_row)(
        posted(request), initial=known, prefix="row", form_kwargs={"label_suffix": ""}
    )
    refused = None
    if request.method == "POST" and rows.is_valid():
        said = [row for row in rows.cleaned_data if row and not row.pop("DELETE")]
        try:
            before = person_told(request.diarist)
            store(request.diarist, said)
            person_changed(request, before, _("Saved."))
            return redirect(request.path) if request.POST.get("do") == "more" else redirect("me")
        except ValidationError as error:
            refused = error.messages
    if request.method == "GET" and about == "medicines":
        _fill_in(rows, request)
    found = _kinds(request) if about == "medicines" else {}
    return render(request, f"journal/{about}.html", {"rows": rows, "refused": refused, **found})


def _fill_in(rows: BaseFormSet, request: HttpRequest) -> None:
    """Choose the medicine that was found in the empty row; it is stored once it is sent."""
    kind = request.GET.get("kind", "")
    for empty in rows.extra_forms if kind in MedicineClass.values else ():
        empty.initial = {"medicine_class": kind, "name": request.GET.get("name", "")[:MOST_TYPED]}


def _typed(value):
    """A stored value as it would be typed."""
    return plain(value) if isinstance(value, Decimal) else value


@diary
@require_http_methods(["GET", "POST"])
def weight_add(request: HttpRequest) -> HttpResponse:
    """Log a body weight, and see those logged before."""
    diarist = request.diarist
    form = WeightForm(
        posted(request), diarist=diarist, initial={"occurred_at": moment_on(diarist, entries.today(diarist))}
    )
    if request.method == "POST" and form.is_valid():
        try:
            id = entry_id(BodyWeight, diarist, request.POST.get("id"))
            weight = entries.log_weight(
                diarist, form.cleaned_data["kg"], id=id, occurred_at=form.cleaned_data["occurred_at"]
            )
            saved(request, weight, _("Weight saved."))
            return redirect("weight_add")
        except ValidationError as error:
            refuse(form, error)
    elif request.method == "POST":
        refuse_rest(form, BodyWeight(diarist=diarist), **form.said("kg", "occurred_at"))
    weights = BodyWeight.objects.of(diarist).live()[:50]
    return render(request, "journal/weights.html", {"form": form, "weights": weights, "units": diarist.units})


@diary
@require_http_methods(["GET", "POST"])
def weight_edit(request: HttpRequest, id) -> HttpResponse:
    weight = mine(request.diarist, BodyWeight, id)
    initial = {"kg": weight.kg, "occurred_at": weight.occurred_at}
    form = WeightForm(posted(request), diarist=request.diarist, entry=weight, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kg = form.cleaned_data["kg"] if "kg" in form.changed_data else weight.kg
            moment = form.cleaned_data["occurred_at"] or weight.occurred_at
            change(request, weight, _("Weight changed."), kg=kg, occurred_at=moment)
            return to_day(request, weight.local_date)
        except ValidationError as error:
            refuse(form, error)
    elif request.method == "POST":
        refuse_rest(form, weight, **form.said("kg", "occurred_at"))
    return render(
        request, "journal/weights.html", {"form": form, "weight": weight, "units": request.diarist.units}
    )


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the device says; kept in a cookie that the next page reads before it is drawn."""
    asked, https = request.POST.get("theme", "auto"), request.is_secure()
    chosen = asked if asked in THEMES else "auto"
    response = redirect("me")
    response.set_cookie("spasmlog_theme", chosen, max_age=A_YEAR, samesite="Lax", secure=https)
    return response
