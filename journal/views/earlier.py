"""What a row was before it was changed, kept with the session so that the change can be taken back.

A row is kept as the REST address of its kind tells it, and put back as that takes it: with every rule, and
only while nothing newer came between. The last few changes of a session can be taken back.
"""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer

from journal import entries, people
from journal.api.entries import RESOURCES
from journal.api.profile import Profile, profile_of
from journal.models import Diarist, Kept
from journal.views.door import KIND_OF, KINDS, diary, mine, to_day
from nutrients import foods
from nutrients.models import Food
from nutrients.serializers import FoodShape

KEPT_CHANGES = 8
"""So many changes of a session can be taken back; each holds what one row was."""
SESSION_KEY = "earlier"
FOOD, PERSON = "food", "person"
OF_PERSON = (*people.PROFILE_FIELDS, "conditions", "medicines", "life_stages", "targets")
"""What the profile says of a person but a weight, which is an entry of its own."""
NEWER = gettext_lazy("It was changed again since; nothing was taken back.")


def change(request: HttpRequest, entry: Kept, words: str, **fields: Any) -> Kept:
    """Give an entry other content, and tell of it with a button that puts back what it was."""
    before = _told(request, entry)
    changed = entries.change(entry, **fields)
    if changed.written:
        _remember(request, KIND_OF[type(changed)], changed.pk, changed.revision, before, words)
    else:
        messages.success(request, words)
    return changed


def food_changed(request: HttpRequest, food: Food, before: dict, words: str) -> None:
    """Tell that a food of one's own was changed, with a button that puts back what it was."""
    if food.revision == before["revision"]:
        messages.success(request, words)
    else:
        _remember(request, FOOD, food.pk, food.revision, before, words)


def food_told(food: Food) -> dict:
    """A food of one's own as it is now, to be put back later."""
    return _plain(FoodShape.told(Food.objects.with_parts().get(pk=food.pk)))


def person_told(diarist: Diarist) -> dict:
    """What the profile says now, to be put back later."""
    told = profile_of(Diarist.objects.select_related("user").get(pk=diarist.pk))
    return _plain({name: told[name] for name in (*OF_PERSON, "revision")})


def person_changed(request: HttpRequest, before: dict, words: str) -> None:
    """Tell that the profile was changed, with a button that puts back what it said."""
    id, revision = UUID(int=request.diarist.pk), before.pop("revision")
    now = Diarist.objects.values_list("profile_revision", flat=True).get(pk=request.diarist.pk)
    if now == revision:
        messages.success(request, words)
    else:
        _remember(request, PERSON, id, now, before, words)


def _told(request: HttpRequest, entry: Kept) -> dict:
    return _plain(_address(request, entry).shown(entry))


def _address(request: HttpRequest, entry: Kept):
    """The REST address of entries of this kind, asked as this person would."""
    kind = next(kind for kind, view in RESOURCES.items() if view.model is type(entry))
    return RESOURCES[kind](request=request)


def _plain(told: dict) -> dict:
    return json.loads(JSONRenderer().render(told))


def _remember(request: HttpRequest, kind: str, id: UUID, revision: int, before: dict, words: str) -> None:
    kept = request.session.get(SESSION_KEY, [])
    kept.append({"kind": kind, "id": str(id), "revision": revision, "before": before})
    request.session[SESSION_KEY] = kept[-KEPT_CHANGES:]
    messages.success(request, words, extra_tags=reverse("put_back", args=[kind, id, revision]))


# Put back -------------------------------------------------------------------------------------


@diary
@require_POST
def put_back(request: HttpRequest, kind: str, id: UUID, revision: int) -> HttpResponse:
    """Give a row back what it held before the change that made this revision."""
    asked = {"kind": kind, "id": str(id), "revision": revision}
    kept = request.session.get(SESSION_KEY, [])
    before = next((one["before"] for one in kept if asked.items() <= one.items()), None)
    if before is None:
        messages.error(request, _("This can be taken back no more."))
        return redirect("today")
    if kind == PERSON:
        return _person_back(request, revision, before)
    return _food_back(request, id, revision, before) if kind == FOOD else _entry_back(request, asked, before)


def _entry_back(request: HttpRequest, asked: dict, before: dict) -> HttpResponse:
    if asked["kind"] not in KINDS:
        raise Http404
    entry = mine(request.diarist, KINDS[asked["kind"]], UUID(asked["id"]))
    now, address = _told(request, entry), _address(request, entry)
    try:
        said = address.shape(before).whole()
        said.pop("base_revision", None)
        entry, _made = address.store(entry.pk, said, asked["revision"])
        words = _("It is as it was.")
        _remember(request, asked["kind"], entry.pk, entry.revision, now, words)
    except entries.Conflict:
        messages.error(request, str(NEWER))
    except (ValidationError, exceptions.ValidationError) as error:
        messages.error(request, _refusal(error))
    day = getattr(entry, "local_date", None)
    return to_day(request, day) if day else redirect("supplement_add")


def _food_back(request: HttpRequest, id: UUID, revision: int, before: dict) -> HttpResponse:
    food = foods.own_foods(request.user).filter(pk=id).first()
    if food is None:
        raise Http404
    now = food_told(food)
    try:
        said = FoodShape.reading(before, {"request": request}).as_said()
        food = entries.save_food(
            request.diarist, **{**said, "id": id, "base_revision": revision}, must_name_base=True
        )
        _remember(request, FOOD, id, food.revision, now, _("It is as it was."))
    except entries.Conflict:
        messages.error(request, str(NEWER))
    except (ValidationError, exceptions.ValidationError) as error:
        messages.error(request, _refusal(error))
    return redirect("food", id)


def _person_back(request: HttpRequest, revision: int, before: dict) -> HttpResponse:
    now = person_told(request.diarist)
    try:
        _base, said = Profile.read(_differing(before, now))
        people.change_profile(request.diarist, said, base_revision=revision)
        person_changed(request, now, _("It is as it was."))
    except entries.Conflict:
        messages.error(request, str(NEWER))
    except (ValidationError, exceptions.ValidationError) as error:
        messages.error(request, _refusal(error))
    return redirect("me")


def _differing(before: dict, now: dict) -> dict:
    """What was said otherwise: what is alike is not answered anew."""
    said = {name: value for name, value in before.items() if value != now[name]}
    if "conditions" in said:
        said["conditions"] = _differing(said["conditions"], now["conditions"])
    return said


def _refusal(error: ValidationError | exceptions.ValidationError) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return _("What it was cannot be read any more; nothing was taken back.")
