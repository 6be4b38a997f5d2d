"""Activity: what, how long, and what helps to tell how much was sweated."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from journal import entries
from journal.forms import ExerciseForm, refuse
from journal.models import Diarist, Exercise
from journal.views.days import moment_on
from journal.views.door import day_asked, diary, entry_id, mine, saved, searching, to_day
from journal.views.earlier import change
from journal.views.refusing import refuse_rest
from nutrients.models import Activity

FIRST_SHOWN = 16
MOST_RECENT = 5
MOST_RESULTS = 30
FIELDS = ("occurred_at", "temperature_c", "weight_before_kg", "weight_after_kg", "note")


@diary
@searching
@require_http_methods(["GET", "POST"])
def exercise_add(request: HttpRequest) -> HttpResponse:
    form = ExerciseForm(
        request.POST if _sent(request) else None,
        diarist=request.diarist,
        initial={"occurred_at": moment_on(request.diarist, day_asked(request.diarist, request.GET))},
    )
    if _sent(request) and form.is_valid():
        try:
            id = entry_id(Exercise, request.diarist, request.POST.get("id"))
            bout = entries.log_exercise(request.diarist, id=id, **_said(request, form))
            saved(request, bout, _("%(activity)s saved.") % {"activity": bout.activity.said})
            return to_day(request, bout.local_date)
        except ValidationError as error:
            refuse(form, error)  # the activity is no field of the form; what is wrong with it is said on top
    elif _sent(request):
        refuse_rest(form, Exercise(diarist=request.diarist), **_said(request, form))
    return _page(request, form)


@diary
@searching
@require_http_methods(["GET", "POST"])
def exercise_edit(request: HttpRequest, id: UUID) -> HttpResponse:
    bout = mine(request.diarist, Exercise, id)
    initial = {name: getattr(bout, name) for name in ("minutes", *FIELDS)}
    form = ExerciseForm(
        request.POST if _sent(request) else None, diarist=request.diarist, entry=bout, initial=initial
    )
    if _sent(request) and form.is_valid():
        try:
            said = _said(request, form)
            said = {
                name: value for name, value in said.items() if name in form.changed_data or name == "activity"
            }
            if said.get("occurred_at", bout) is None:
                del said["occurred_at"]
            if said["activity"] != bout.activity:
                said["met"] = None
            change(request, bout, _("Exercise changed."), **said)
            return to_day(request, bout.local_date)
        except ValidationError as error:
            refuse(form, error)
    elif _sent(request):
        refuse_rest(form, bout, **_said(request, form))
    return _page(request, form, bout)


def _sent(request: HttpRequest) -> bool:
    return request.method == "POST" and request.POST.get("do") != "search"


def _said(request: HttpRequest, form: ExerciseForm) -> dict:
    return {"activity": _activity(request), **form.said("minutes", *FIELDS)}


def _activity(request: HttpRequest) -> Activity | None:
    return Activity.objects.filter(pk=request.POST.get("activity", "")).first()


def _page(request: HttpRequest, form: ExerciseForm, bout: Exercise | None = None) -> HttpResponse:
    query = (request.POST.get("q") or request.GET.get("q") or "").strip()
    chosen = (
        request.POST.get("activity", "") if request.method == "POST" else (bout and bout.activity_id) or ""
    )
    about = {
        "form": form,
        "bout": bout,
        "chosen": chosen,
        "chosen_activity": Activity.objects.filter(pk=chosen).first(),
    }
    return render(request, "journal/exercise.html", about | _choices(request.diarist, query))


@diary
@searching
@require_GET
def activity_results(request: HttpRequest) -> HttpResponse:
    """Activities that answer to the words typed so far."""
    return render(
        request, "journal/_activity_results.html", _choices(request.diarist, request.GET.get("q", "").strip())
    )


def _choices(diarist: Diarist, query: str) -> dict:
    """By the words typed; else what this person does, then everyday activities."""
    if query:
        found, everyday = Activity.objects.all(), list(Activity.objects.exclude(everyday=None))
        for word in query.split()[:6]:
            said = [one.pk for one in everyday if word.casefold() in one.said.casefold()]
            found = found.filter(Q(name__icontains=word) | Q(pk__in=said))
        return {"query": query, "activities": found[:MOST_RESULTS]}
    done = Exercise.objects.of(diarist).live().exclude(activity=None).order_by("-occurred_at")
    recent = list(dict.fromkeys(bout.activity for bout in done.select_related("activity")[:40]))[:MOST_RECENT]
    everyday = Activity.objects.exclude(everyday=None).exclude(pk__in=[activity.pk for activity in recent])
    return {"query": "", "activities": [*recent, *everyday[: FIRST_SHOWN - len(recent)]]}
