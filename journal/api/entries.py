"""Entries: each kind of row in the diary is listed, read, made, replaced, changed and deleted alike."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from journal import entries, serializers
from journal.api import advice
from journal.api.answers import KEY, once_for_each_key
from journal.api.frame import MATCH, OfDiarist, check_there, if_match
from journal.models import (
    BodyWeight,
    Dose,
    Exercise,
    Favourite,
    Kept,
    Meal,
    SpasmEpisode,
    Supplement,
    WarningSigns,
    WaterIntake,
    foods_ahead,
)
from nutrients.models import Food
from spasmlog.api import PAGE, ApiViewSet, Pages, Parameter

UPDATED_SINCE = Parameter("updated_since", datetime, gettext_lazy("Rows changed at this time or later."))
DAYS = (
    Parameter("from", date, gettext_lazy("First diary day.")),
    Parameter("to", date, gettext_lazy("Last diary day, included.")),
)


ANSWERED_WITH_CARDS = (SpasmEpisode, WarningSigns, Dose, WaterIntake, Exercise)
"""Entries whose save is answered with the cards that go with it."""


class KeptViewSet(OfDiarist, ApiViewSet, ABC):
    """Rows of one's own with a revision. PUT creates or replaces, so a retry is harmless."""

    pagination_class = Pages
    page_ordering = ("-created_at", "-id")
    parameters = {"list": (UPDATED_SINCE, *PAGE)}
    model: type[Kept]
    lookup_field = "pk"
    lookup_url_kwarg = "id"
    lookup_value_converter = "id"

    @abstractmethod
    def log(self, **fields: Any) -> Kept:
        """The verb that makes such a row."""

    def all_rows(self) -> models.QuerySet:
        return self.model.objects.of(self.diarist)

    def get_queryset(self) -> models.QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        rows = self.all_rows().live()
        if since := self.asked.get("updated_since"):
            rows = rows.filter(updated_at__gte=since)
        return rows

    def list(self, request: Request) -> Response:
        """In pages, newest first. Deleted rows are not among them."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([self.serializer_class.told(entry) for entry in page])

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Its ETag is its `revision`, for `If-Match`."""
        entry = self.get_object()
        return Response(self.shown(entry), headers={"ETag": f'"{entry.revision}"'})

    @extend_schema(parameters=[KEY])
    @once_for_each_key
    def create(self, request: Request) -> Response:
        """The `id` is best made by the client: the same one sent again answers what is stored, and nothing
        is logged twice."""
        said = self.read(request)
        said.pop("base_revision", None)
        entry = self.log(**said)
        if not entry.written:
            return self.answer(entry)
        place = request.build_absolute_uri(f"{entry.pk}/")
        return self.answer(entry, status.HTTP_201_CREATED, headers={"Location": place})

    @extend_schema(parameters=[MATCH])
    def update(self, request: Request, id: UUID) -> Response:
        """Harmless to repeat. What is left out is emptied, except when and where. A row that exists and
        differs needs `base_revision` or `If-Match`: another than the stored is refused with 412."""
        said = self.shape(request.data).whole()
        check_there(request, self.model, id)
        entry, made = self.store(id, said, self.base(request, said, id))
        return self.answer(entry, status.HTTP_201_CREATED if made else status.HTTP_200_OK)

    @extend_schema(parameters=[MATCH])
    def partial_update(self, request: Request, id: UUID) -> Response:
        """What is left out stays as it was."""
        entry = self.get_object()
        said = self.read(request, partial=True)
        check_id(said, id)
        return self.answer(entries.change(entry, base_revision=self.base(request, said, id), **said))

    @extend_schema(parameters=[MATCH])
    def destroy(self, request: Request, id: UUID) -> Response:
        """A tombstone stays, so that other devices learn of it; PUT brings the row back."""
        entry = self.get_object()
        entries.remove(entry, base_revision=if_match(request, entry.revision))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def store(self, id: UUID, said: dict[str, Any], base_revision: int | None) -> tuple[Kept, bool]:
        """Create the row or replace its content; returns it and whether it is new."""
        check_id(said, id)
        return entries.put(self.model, self.diarist, id, base_revision=base_revision, **said)

    def shape(self, data: Any, *, partial: bool = False):
        return self.serializer_class.reading(data, self.get_serializer_context(), partial=partial)

    def read(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        return dict(self.shape(request.data, partial=partial).validated_data)

    def base(self, request: Request, said: dict[str, Any], id: UUID) -> int | None:
        """The revision that the change was made on, taken out of the body or the header."""
        base = said.pop("base_revision", None)
        if base is None and "If-Match" in request.headers:
            current = self.all_rows().filter(pk=id).values_list("revision", flat=True).first()
            base = if_match(request, current)
        return base

    def shown(self, entry: Kept) -> dict:
        """The row with what belongs to it."""
        return self.serializer_class.told(entry)

    def answer(self, entry: Kept, status: int = 200, headers: dict | None = None) -> Response:
        shown = self.shown(entry)
        if isinstance(entry, ANSWERED_WITH_CARDS):
            shown["advice"] = advice.raised(self.diarist, entry.red_flags)
        return Response(shown, status, headers={"ETag": f'"{entry.revision}"', **(headers or {})})


def check_id(said: dict[str, Any], id: UUID) -> None:
    """Take the id out of what was said of a row, and see that it is the one that the row is asked by."""
    if said.pop("id", id) != id:
        raise exceptions.ValidationError({"id": [_("This is another id than that of the address.")]})


def _raised(help_text: str) -> advice.CardShape:
    return advice.CardShape(many=True, read_only=True, help_text=help_text)


class SavedSpasmShape(serializers.SpasmShape):
    advice = _raised("The cards that the ticked signs raise.")


class SavedWarningSignsShape(serializers.WarningSignsShape):
    advice = _raised("The cards that the ticked signs raise.")


class SavedDoseShape(serializers.DoseShape):
    advice = _raised("Open cards on dangers of doses.")


class SavedWaterShape(serializers.WaterShape):
    advice = _raised("The open card on drinking too much, if there is one.")


class SavedExerciseShape(serializers.ExerciseShape):
    advice = _raised("The open card on drinking too much, if there is one.")


def answers_with(shape: type) -> Callable:
    """Tell in the API document that a save answers with more than a read."""
    return extend_schema_view(
        create=extend_schema(responses={201: shape}),
        update=extend_schema(responses=shape),
        partial_update=extend_schema(responses=shape),
    )


class EntryViewSet(KeptViewSet):
    """Something that happened at one moment."""

    page_ordering = ("-occurred_at", "-id")
    parameters = {"list": (*DAYS, UPDATED_SINCE, *PAGE)}

    def get_queryset(self) -> models.QuerySet:
        rows = super().get_queryset()
        if first := getattr(self, "asked", {}).get("from"):
            rows = rows.filter(local_date__gte=first)
        if last := getattr(self, "asked", {}).get("to"):
            rows = rows.filter(local_date__lte=last)
        return rows


class Meals(EntryViewSet):
    """What was eaten and drunk at one moment: foods of the table, each with a portion or in grams."""

    model, serializer_class = Meal, serializers.MealShape

    def all_rows(self) -> models.QuerySet:
        # A food is in many meals: its name is read once.
        named = models.Prefetch("items__food", Food.objects.only("id", "name"))
        return super().all_rows().prefetch_related(foods_ahead(self.diarist), named)

    def log(self, **fields: Any) -> Meal:
        return entries.log_meal(self.diarist, fields.pop("items"), **fields)


@answers_with(SavedWaterShape)
class Water(EntryViewSet):
    """Drinks by their volume: water of the tap, or another drink of the food table."""

    model, serializer_class = WaterIntake, serializers.WaterShape

    def log(self, **fields: Any) -> WaterIntake:
        return entries.log_water(self.diarist, fields.pop("amount_ml"), **fields)


@answers_with(SavedExerciseShape)
class Exercises(EntryViewSet):
    """Exercise, by a code of the activity table or by its MET alone."""

    model, serializer_class = Exercise, serializers.ExerciseShape

    def all_rows(self) -> models.QuerySet:
        return super().all_rows().select_related("activity")

    def log(self, **fields: Any) -> Exercise:
        return entries.log_exercise(self.diarist, **fields)


@answers_with(SavedSpasmShape)
class Spasms(EntryViewSet):
    """Muscle cramps. A save answers with the advice that its ticked warning signs raise."""

    model, serializer_class = SpasmEpisode, serializers.SpasmShape

    def log(self, **fields: Any) -> SpasmEpisode:
        return entries.log_spasm(self.diarist, **fields)


@answers_with(SavedWarningSignsShape)
class WarningSignTicks(EntryViewSet):
    """Warning signs without a cramp. A save answers with the advice that they raise."""

    model, serializer_class = WarningSigns, serializers.WarningSignsShape

    def log(self, **fields: Any) -> WarningSigns:
        return entries.tick_warning_signs(self.diarist, **fields)


class Supplements(KeptViewSet):
    """One's own supplements and medicines that hold nutrients, with what one unit of each has in it."""

    model, serializer_class = Supplement, serializers.SupplementShape

    def log(self, **fields: Any) -> Supplement:
        return entries.save_supplement(self.diarist, **fields)


@answers_with(SavedDoseShape)
class Doses(EntryViewSet):
    """What was taken of a supplement, and when."""

    model, serializer_class = Dose, serializers.DoseShape

    def all_rows(self) -> models.QuerySet:
        return super().all_rows().select_related("supplement")

    def log(self, **fields: Any) -> Dose:
        return entries.log_dose(self.diarist, fields.pop("supplement"), **fields)


class Favourites(KeptViewSet):
    """Foods and usual meals that one wants to find first."""

    model, serializer_class = Favourite, serializers.FavouriteShape

    def all_rows(self) -> models.QuerySet:
        return super().all_rows().select_related("food")

    def log(self, **fields: Any) -> Favourite:
        return entries.save_favourite(self.diarist, **fields)


class Weights(EntryViewSet):
    """Body weight over time. The latest counts for energy and sweat."""

    model, serializer_class = BodyWeight, serializers.WeightShape

    def log(self, **fields: Any) -> BodyWeight:
        return entries.log_weight(self.diarist, fields.pop("kg"), **fields)


RESOURCES = {
    "meals": Meals,
    "water": Water,
    "exercises": Exercises,
    "spasms": Spasms,
    "warning-signs": WarningSignTicks,
    "supplements": Supplements,
    "doses": Doses,
    "favourites": Favourites,
    "weights": Weights,
}
