"""What every address of the diary shares: the diarist who asks, and how a verb's refusal is told."""

import hashlib
from uuid import UUID

from django.db.models import Model
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from journal import entries, flags, measures, people
from journal.calc.suppressions import Effects, Flags, effects
from journal.codes import Units
from journal.models import Diarist
from spasmlog.errors import ChangedSince

LIMITS_BY = ("clinic", "kidney_team")


def limits_by() -> serializers.ChoiceField:
    """Who sets this person's amount in place of the reference, which is then nothing to reach."""
    return serializers.ChoiceField(
        LIMITS_BY,
        allow_null=True,
        help_text="Whose limits replace the reference, by the answers in the profile; null: nobody's.",
    )


class OfDiarist:
    """A view of one's own diary. Texts speak in the person's units; fields name their own."""

    def dispatch(self, request, *args, **kwargs):
        with measures.speaking(Units.METRIC):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        measures.speak(self.diarist.units)

    @property
    def diarist(self) -> Diarist:
        return people.diarist_of(self.request.user)

    @cached_property
    def answers(self) -> Flags:
        """What the profile answers today; asks the database once."""
        return flags.flags_about(self.diarist, entries.today(self.diarist))

    @cached_property
    def effects(self) -> Effects:
        """What these answers take out of advice."""
        return effects(self.answers)

    def get_serializer_context(self) -> dict:
        return {"request": self.request, "diarist": self.diarist}

    def handle_exception(self, exc: Exception):
        if isinstance(exc, entries.NotYours):
            exc = Http404()
        elif isinstance(exc, entries.Conflict):
            exc = ChangedSince(self.shown(exc.current))
        return super().handle_exception(exc)


MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The row's ETag: another way to say `base_revision`.",
    pattern=r'^(\*|(W/)?"\d{1,18}(-[0-9a-f]*)?")$',
)


def tag_of(revision: int, shown: dict) -> str:
    """The ETag of what changes without a new revision, too: a day with its entries, a dated life stage."""
    digest = hashlib.sha256(JSONRenderer().render(shown)).hexdigest()
    return f'"{revision}-{digest[:16]}"'


def check_there(request: Request, model: type[Model], id: UUID) -> None:
    """Refuse `If-Match`, with `*` too, where there is no row (RFC 9110, 13.1.1)."""
    if "If-Match" in request.headers and not model._default_manager.filter(pk=id).exists():
        raise ChangedSince(None, _("There is nothing here yet that could be changed."))


def if_match(request: Request, current: int | None) -> int | None:
    """The revision that `If-Match` names: that of the ETag the row was read with, or any with `*`."""
    said = request.headers.get("If-Match")
    if said is None:
        return None
    tag = said.strip().removeprefix("W/").strip('"').partition("-")[0]
    if tag == "*":
        return current
    if not (tag.isascii() and tag.isdecimal() and len(tag) < 19):
        raise exceptions.ValidationError({"If-Match": ['Give the ETag of the row, such as "12".']})
    return int(tag)
