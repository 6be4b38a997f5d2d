"""The profile: one address for what is known of the person."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from journal import entries, people
from journal.api.frame import OfDiarist
from journal.models import Diarist
from journal.serializers import ProfileShape
from spasmlog.api import ApiView

LISTS = {
    "conditions": people.answer_conditions,
    "medicines": people.set_medicines,
    "life_stages": people.set_life_stages,
    "life_stage": people.begin_life_stage,
    "targets": people.set_targets,
}
"""What has a verb of its own. Lists are replaced whole; of conditions those named change."""


class Profile(OfDiarist, ApiView):
    """Who keeps the diary. Null is "not said"."""

    @extend_schema(responses=ProfileShape)
    def get(self, request: Request) -> Response:
        """Read the profile."""
        return Response(profile_of(self.diarist))

    @extend_schema(request=ProfileShape, responses=ProfileShape)
    def patch(self, request: Request) -> Response:
        """Change part of the profile. What is named is changed, all of it or nothing; `medicines`,
        `life_stages` and `targets` are replaced whole, of `conditions` those named change."""
        shape = ProfileShape(data=request.data, partial=True)
        shape.is_valid(raise_exception=True)
        update(self.diarist, dict(shape.validated_data))
        return Response(profile_of(Diarist.objects.select_related("user").get(pk=self.diarist.pk)))


@transaction.atomic
def update(diarist: Diarist, said: dict[str, Any]) -> None:
    own = {name: value for name, value in said.items() if name not in LISTS}
    if own:
        people.update_profile(diarist, **own)
    for name, verb in LISTS.items():
        if name in said:
            verb(diarist, said[name])


def profile_of(diarist: Diarist) -> dict:
    today = entries.today(diarist)
    fields = {name: getattr(diarist, name) for name in (*people.PROFILE_FIELDS, "revision", "set_up_at")}
    return ProfileShape(
        {
            **fields,
            "email": diarist.user.email,
            "username": diarist.user.get_username(),
            "life_stage": people.life_stage(diarist, today),
            "life_stages": list(diarist.lifestageperiod_set.all()),
            "weight_kg": people.weight_kg(diarist),
            "conditions": people.conditions(diarist),
            "medicines": list(diarist.medicine_set.all()),
            "targets": list(diarist.personaltarget_set.order_by("nutrient")),
        }
    ).data
