"""The profile: one address for what is known of the person."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from journal import entries, people
from journal.api.frame import MATCH, OfDiarist, if_match, tag_of
from journal.models import Diarist
from journal.serializers import ProfileShape
from spasmlog.api import ApiView


class Profile(OfDiarist, ApiView):
    """Who keeps the diary. Null is "not said"."""

    @extend_schema(responses=ProfileShape)
    def get(self, request: Request) -> Response:
        """Read the profile."""
        return self.answer(self.diarist)

    @extend_schema(parameters=[MATCH], request=ProfileShape, responses=ProfileShape)
    def patch(self, request: Request) -> Response:
        """Change part of the profile. What is named is changed, all of it or nothing; `medicines`,
        `life_stages` and `targets` are replaced whole, of `conditions` those named change."""
        base, said = self.read(request.data)
        base = if_match(request, None) if base is None else base
        people.change_profile(self.diarist, said, base_revision=base)
        return self.answer(Diarist.objects.select_related("user").get(pk=self.diarist.pk))

    @staticmethod
    def read(data: Any) -> tuple[int | None, dict[str, Any]]:
        """The revision that the change was made on, if it is named, and what is said."""
        shape = ProfileShape(data=data, partial=True)
        shape.is_valid(raise_exception=True)
        said = dict(shape.validated_data)
        return said.pop("base_revision", None), said

    def answer(self, diarist: Diarist) -> Response:
        shown = profile_of(diarist)
        return Response(shown, headers={"ETag": tag_of(diarist.profile_revision, shown)})

    def shown(self, diarist: Diarist) -> dict:
        """What a refused change is told of: the profile as it is stored."""
        return profile_of(diarist)


def profile_of(diarist: Diarist) -> dict:
    today = entries.today(diarist)
    fields = {name: getattr(diarist, name) for name in (*people.PROFILE_FIELDS, "set_up_at")}
    return ProfileShape(
        {
            **fields,
            "revision": diarist.profile_revision,
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
