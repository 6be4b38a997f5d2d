"""Usual meals: logged again with one tap, kept under a name, and let go."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from journal import drafts, entries
from journal.codes import MealKind
from journal.drafts import Draft
from journal.habits import usual_meals
from journal.models import Favourite, Meal
from journal.views.days import moment_on
from journal.views.door import day_asked, diary, entry_id, mine, saved, to_day, undo_address


@diary
@require_GET
def usual(request: HttpRequest) -> HttpResponse:
    """Meals that this person has again and again, those of this meal first."""
    day, today = day_asked(request.diarist, request.GET), entries.today(request.diarist)
    kind = entries.kind_at(timezone.localtime(moment_on(request.diarist, day)))
    found = usual_meals(request.diarist, kind)
    about = {
        "here": [one for one in found if one.kind in (kind, "")],
        "others": [one for one in found if one.kind not in (kind, "")],
        "kind": MealKind(kind).label,
        "day": day,
        "is_today": day == today,
    }
    return render(request, "journal/usual.html", about)


@diary
@require_POST
def meal_repeat(request: HttpRequest, id: UUID) -> HttpResponse:
    """Log the foods of an earlier meal again, now or on the day whose page led here."""
    meal = mine(request.diarist, Meal, id)
    return _logged(request, lambda at, new: entries.repeat_meal(meal, occurred_at=at, id=new))


@diary
@require_POST
def usual_log(request: HttpRequest, id: UUID) -> HttpResponse:
    """Log a usual meal as it was kept, now or on the day whose page led here."""
    favourite, draft = mine(request.diarist, Favourite, id), Draft(request.diarist)
    draft.add_favourite(favourite)
    return _logged(
        request,
        lambda at, new: entries.log_meal(
            request.diarist, draft.said(), kind=favourite.kind, occurred_at=at, id=new
        ),
    )


def _logged(request: HttpRequest, log) -> HttpResponse:
    """Back to the day with the meal in it, or with what was wrong."""
    day = day_asked(request.diarist, request.POST)
    try:
        meal = log(_moment(request, day), entry_id(Meal, request.diarist, request.POST.get("id")))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return to_day(request, day)
    saved(request, meal, _("%(meal)s saved.") % {"meal": meal.get_kind_display().capitalize()})
    return to_day(request, meal.local_date)


def _moment(request: HttpRequest, day) -> datetime | None:
    return None if day == entries.today(request.diarist) else moment_on(request.diarist, day)


@diary
@require_POST
def meal_favourite(request: HttpRequest, id: UUID) -> HttpResponse:
    """Keep the foods of a meal as a usual one, to be added whole."""
    meal = mine(request.diarist, Meal, id)
    name = request.POST.get("name", "").strip()
    try:
        kept = entries.save_favourite(
            request.diarist, name=name, kind=meal.kind, items=drafts.kept_items(meal.foods())
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = _("“%(name)s” is among your usual meals.") % {"name": name}
        messages.success(request, words, extra_tags=undo_address("entry_delete", kept))
    return to_day(request, meal.local_date)


@diary
@require_POST
def usual_drop(request: HttpRequest, id: UUID) -> HttpResponse:
    """Let a usual meal go. What was logged with it stays."""
    favourite = mine(request.diarist, Favourite, id)
    entries.remove(favourite)
    words = _("“%(name)s” is no usual meal any more.") % {"name": favourite.name}
    messages.success(request, words, extra_tags=undo_address("entry_restore", favourite))
    return redirect("usual_meals")
