"""The least that a server can do for the same answer: what the API's own speed is set beside.

These views are served by the same server, behind the same middleware, and know the same token. They check
nothing and remember nothing beside the rows themselves.
"""

import json
from datetime import UTC, datetime
from uuid import uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpResponse
from django.urls import include, path
from rest_framework.response import Response
from rest_framework.views import APIView

from journal.models import Meal, MealItem, StaleDay, WaterIntake
from spasmlog.access import TokenAuthentication


class Bare(APIView):
    authentication_classes = [TokenAuthentication]
    throttle_classes = []


class Meals(Bare):
    """Inserts a meal and its foods as they were sent."""

    def post(self, request) -> Response:
        now = datetime.now(UTC)
        meal = Meal(
            id=uuid4(), diarist_id=request.user.diarist.pk, occurred_at=now, tz="UTC", local_date=now.date(),
            kind="lunch",
        )  # fmt: skip
        items = [
            MealItem(
                id=uuid4(),
                meal=meal,
                diarist_id=meal.diarist_id,
                food_id=one["food"],
                grams=one["grams"],
                position=n,
            )
            for n, one in enumerate(request.data["items"])
        ]
        with transaction.atomic():
            meal.save(force_insert=True)
            MealItem.objects.bulk_create(items)
            StaleDay.objects.bulk_create(
                [StaleDay(diarist_id=meal.diarist_id, date=meal.local_date, version=0)], ignore_conflicts=True
            )
        return Response({"id": meal.pk}, 201)


class Waters(Bare):
    """Inserts a drink as it was sent: the one row that a plain diary entry is."""

    def post(self, request) -> Response:
        now = datetime.now(UTC)
        drink = WaterIntake(
            id=uuid4(), diarist_id=request.user.diarist.pk, occurred_at=now, tz="UTC", local_date=now.date(),
            amount_ml=request.data["amount_ml"], grams=request.data["amount_ml"],
        )  # fmt: skip
        with transaction.atomic():
            drink.save(force_insert=True)
            StaleDay.objects.bulk_create(
                [StaleDay(diarist_id=drink.diarist_id, date=drink.local_date, version=0)],
                ignore_conflicts=True,
            )
        return Response({"id": drink.pk}, 201)


class Rows(Bare):
    """Fetches all meals with their foods, and encodes the rows."""

    def get(self, request) -> HttpResponse:
        limit = int(request.GET["limit"])
        meals = Meal.objects.filter(diarist=request.user.diarist, deleted_at=None).order_by("revision")
        rows = list(meals.values()[:limit])
        items: dict = {}
        for item in MealItem.objects.filter(meal__in=[row["id"] for row in rows]).values(
            "id", "meal_id", "food_id", "food__name", "portion_id", "quantity", "grams", "position"
        ):
            items.setdefault(item["meal_id"], []).append(item)
        whole = [{**row, "items": items.get(row["id"], [])} for row in rows]
        return HttpResponse(json.dumps(whole, cls=DjangoJSONEncoder), content_type="application/json")


urlpatterns = [
    path("bare/meals/", Meals.as_view()),
    path("bare/water/", Waters.as_view()),
    path("bare/rows/", Rows.as_view()),
    path("", include("spasmlog.urls")),
]
