"""Foods over REST: found by typing, by their code, by their barcode; and one's own.

What is known of the asking person's habits comes from the diary, which this app does not know: see
`journal.api.foods`.
"""

import gzip
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import models
from django.http import FileResponse, Http404, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from nutrients import barcodes, foods, pack, recipes, search, texts
from nutrients.codes import FoodSource
from nutrients.models import Activity, Food
from nutrients.recipes import Dish
from nutrients.serializers import ActivityShape, FoodShape
from spasmlog.access import SearchesCounted, TokenAuthentication
from spasmlog.api import PAGE, ApiView, ApiViewSet, Files, Pages, Parameter
from spasmlog.browsers import OwnPages

MOST_FOUND = 100


class Foods(SearchesCounted, ApiViewSet, ABC):
    """The public tables and one's own foods."""

    serializer_class = FoodShape
    pagination_class = Pages
    page_ordering = ("name", "id")
    lookup_url_kwarg = "id"
    lookup_value_converter = "id"
    refuses = dict.fromkeys(("update", "partial_update", "destroy"), ("403",))  # a food of the public tables
    parameters = {
        "list": (
            Parameter(
                "search",
                str,
                gettext_lazy("What was typed so far; the best come first, and no page follows."),
            ),
            Parameter(
                "limit", int, gettext_lazy("With search: how many at most, 25 unless said, at most 100.")
            ),
            Parameter("source", str, gettext_lazy("Only of this table."), choices=tuple(FoodSource.values)),
            Parameter(
                "source_code", str, gettext_lazy("With source: exactly one, also one that search hides.")
            ),
            Parameter("barcode", str, gettext_lazy("Foods with this barcode.")),
            *PAGE,
        )
    }

    def history(self) -> dict[str, Sequence[UUID]]:
        """Foods that this person is likely to mean, each list with the likeliest first."""
        return {"recent": (), "favourites": ()}

    @abstractmethod
    def keep(self, said: dict[str, Any]) -> Food:
        """Store an own food as it was said."""

    @abstractmethod
    def take_away(self, food: Food) -> None:
        """Remove an own food."""

    def get_queryset(self) -> models.QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Food.objects.none()
        return Food.objects.visible_to(self.request.user).filter(deleted_at=None).with_parts()

    def list(self, request: Request) -> HttpResponse:
        """By words as they are typed (`search`), by code, by barcode, or page by page."""
        asked = self.asked
        if "source_code" in asked and "source" not in asked:
            raise exceptions.ValidationError({"source": [_("A code belongs to a source: give both.")]})
        if "limit" in asked and ("search" not in asked or not 1 <= asked["limit"] <= MOST_FOUND):
            raise exceptions.ValidationError({"limit": [_("With search, give a number from 1 to 100.")]})
        if "search" not in asked:
            rows = self.get_queryset().filter(**_exactly(asked))
            return self.get_paginated_response(
                [FoodShape.told(food) for food in self.paginate_queryset(rows)]
            )
        if {"source_code", "barcode", "cursor"} & set(asked):
            raise exceptions.ValidationError(
                {"search": [_("Search by words, by code or by barcode: one of them.")]}
            )
        page = b'{"results":[%b],"next":null,"previous":null}' % b",".join(self.found(asked))
        return HttpResponse(page, content_type="application/json")

    def found(self, asked: dict[str, Any]) -> Sequence[bytes]:
        """The foods that a search finds, as JSON."""
        limit = asked.get("limit") or 25
        found = search.find(
            asked["search"], user=self.request.user, limit=limit, source=asked.get("source"), briefly=True,
            **self.history(),
        )  # fmt: skip
        return texts.of(found)

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Of the public tables, or one's own."""
        food = self.food(id)
        return Response(FoodShape.told(food), headers=self.tag(food))

    def create(self, request: Request) -> Response:
        """One of one's own, given `per_100g`, `per_portion` or, of a recipe, `ingredients`.

        A known `id` answers what is stored.
        """
        said = self.said(request.data)
        if known := self.own_or_none(said.get("id")):
            return self.answer(known)
        return self.save(said, status.HTTP_201_CREATED)

    def update(self, request: Request, id: UUID) -> Response:
        """One of one's own, whole: what is left out is emptied."""
        said = self.said(request.data, id)
        made = self.own_or_none(id) is None
        return self.save({**said, "id": id}, status.HTTP_201_CREATED if made else status.HTTP_200_OK)

    def partial_update(self, request: Request, id: UUID) -> Response:
        """One of one's own. Amounts that are not named stay as they were."""
        food = self.own(id)
        said = self.said(request.data, id, partial=True, before=recipes.dish_of(food))
        if "per_100g" in said:
            said["per_100g"] = {**food.per_100g, **said["per_100g"]}
        elif "per_portion" not in said:
            said["per_100g"] = food.per_100g
        portions = [(portion.description, portion.grams) for portion in food.portions.all()]
        return self.save({"name": food.name, "barcode": food.barcode, "portions": portions, **said, "id": id})

    def destroy(self, request: Request, id: UUID) -> Response:
        """One of one's own. Meals that it was eaten in keep it."""
        self.take_away(self.own(id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def said(
        self, data: Any, id: UUID | None = None, *, partial: bool = False, before: Dish | None = None
    ) -> dict[str, Any]:
        said = FoodShape.reading(data, self.get_serializer_context(), partial=partial).as_said(before)
        if id and said.get("id", id) != id:
            raise exceptions.ValidationError({"id": [_("This is another id than that of the address.")]})
        return said

    def save(self, said: dict[str, Any], status: int = 200) -> Response:
        try:
            food = self.keep(said)
        except Food.DoesNotExist:
            raise Http404 from None
        return self.answer(food, status)

    def answer(self, food: Food, status: int = 200) -> Response:
        food = self.get_queryset().get(pk=food.pk)
        return Response(FoodShape.told(food), status, headers=self.tag(food))

    def tag(self, food: Food) -> dict[str, str]:
        """The ETag of an own food is its revision, to be named by a change."""
        return {"ETag": f'"{food.revision}"'} if food.owner_id else {}

    def food(self, id: UUID) -> Food:
        food = self.get_queryset().filter(pk=id).first()
        if food is None:
            raise Http404
        return food

    def own_or_none(self, id: UUID | None) -> Food | None:
        return foods.own_foods(self.request.user).filter(pk=id).first() if id else None

    def own(self, id: UUID) -> Food:
        """One's own food: another's is not there, and one of the public tables is not to be changed."""
        food = self.food(id)
        if food.owner_id is None:
            raise exceptions.PermissionDenied(
                _("Foods of the public tables cannot be changed. Make one of your own.")
            )
        return food


def _exactly(asked: dict[str, Any]) -> dict[str, Any]:
    named = {name: asked[name] for name in ("source", "source_code") if name in asked}
    if "barcode" in asked:
        return {**named, "barcode__in": _spellings(asked["barcode"])}
    return named if "source_code" in named else {**named, "hidden": False}


def _spellings(barcode: str) -> set[str]:
    """All ways in which what has this barcode may be stored; refuses what is no barcode."""
    try:
        return barcodes.spellings(barcodes.checked(barcode))
    except ModelValidationError as wrong:
        raise exceptions.ValidationError({"barcode": wrong.messages}) from None


class FoodPack(Files, ApiView):
    """The food table of the server, to search in without a network: JSON lines in gzip.

    The first line names the columns; each other line is one food, or with two cells only, one that is gone.
    An amount that is not known is null.
    """

    authentication_classes = [TokenAuthentication, OwnPages]
    parameters = {
        "get": (
            Parameter(
                "since",
                str,
                gettext_lazy(
                    "The version the phone has: only what changed since. The whole if it is not known here."
                ),
            ),
        )
    }

    @extend_schema(
        operation_id="foods_pack_retrieve", responses={(200, pack.MEDIA_TYPE): OpenApiTypes.BINARY}
    )
    def get(self, request: Request) -> FileResponse:
        file = pack.opened(self.asked.get("since", ""))
        return _unpacked(file) if _refuses_gzip(request) else _packed(file)


def _packed(file: BinaryIO) -> FileResponse:
    answer = FileResponse(file, content_type=pack.MEDIA_TYPE)
    answer.headers["Content-Encoding"] = "gzip"
    return _named(answer, Path(file.name).name)


def _unpacked(file: BinaryIO) -> FileResponse:
    """For a client that takes no gzip: unpacked on the way."""
    answer = FileResponse(gzip.GzipFile(fileobj=file), content_type=pack.MEDIA_TYPE)
    answer._resource_closers.append(file.close)
    return _named(answer, Path(file.name).stem)


def _named(answer: FileResponse, etag: str) -> FileResponse:
    answer.headers["ETag"] = f'"{etag.partition(".")[0]}{"" if etag.endswith(".gz") else "-unpacked"}"'
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer


def _refuses_gzip(request: Request) -> bool:
    """Whether the client says which encodings it takes, and gzip is not among them."""
    said = request.headers.get("Accept-Encoding", "*").replace(" ", "").lower().split(",")
    taken = {one.partition(";")[0] for one in said if not one.endswith((";q=0", ";q=0.0"))}
    return not taken & {"gzip", "x-gzip", "*"}


class Activities(SearchesCounted, ApiViewSet):
    """Activities with their energy cost: `code` goes into an exercise."""

    nouns = "activity", "activities"
    queryset = Activity.objects.all()
    serializer_class = ActivityShape
    pagination_class = Pages
    page_ordering = ("name", "code")
    parameters = {"list": (Parameter("search", str, gettext_lazy("Part of the name.")), *PAGE)}

    @extend_schema(operation_id="activities_list")
    def list(self, request: Request) -> Response:
        """In the order of their names."""
        rows = self.get_queryset().filter(name__icontains=self.asked.get("search", ""))
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)
