"""The address by which a phone that was offline and the server come to hold the same diary."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from journal import changes, findings
from journal.api import batch, feed
from journal.api.advice import CardShape
from journal.api.frame import OfDiarist
from journal.changes import KINDS
from spasmlog.access import SyncJSONParser, TokenAuthentication
from spasmlog.api import ApiView, Parameter, Shape
from spasmlog.browsers import OwnPages
from spasmlog.errors import CursorExpired

MOST_CHANGES, USUAL_CHANGES = 1000, 500
MOST_ITEMS = 500


class ChangeShape(serializers.Serializer):
    """A row as it is now, or that it is deleted."""

    type = serializers.ChoiceField(list(KINDS))
    id = serializers.CharField(
        help_text="A UUID; of days the date, of the profile `me`, of gaps such as 2026-11-25/28."
    )
    revision = serializers.IntegerField()
    deleted = serializers.BooleanField()
    data = serializers.DictField(allow_null=True, help_text="As its own address answers; null: deleted.")


class ChangesShape(serializers.Serializer):
    changes = ChangeShape(many=True)
    cursor = serializers.CharField(help_text="For the next request; keep it once the changes are stored.")
    has_more = serializers.BooleanField(help_text="Ask again at once.")
    stale = serializers.BooleanField(help_text="Gaps and advice are older than the diary, and follow soon.")


class BatchShape(Shape):
    """The items are looked at one by one: what is wrong with one is told in its result."""

    items = serializers.ListField()


class ToldBatchShape(serializers.Serializer):
    items = batch.SyncItemShape(many=True, help_text="1 to 500.")


class ResultShape(serializers.Serializer):
    type = serializers.CharField(allow_null=True)
    id = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(batch.STATUSES)
    revision = serializers.IntegerField(allow_null=True)
    data = serializers.DictField(allow_null=True, help_text="The row as it is stored now.")
    current = serializers.DictField(allow_null=True, help_text="Of a conflict: the row as it is stored.")
    code = serializers.CharField(allow_null=True, help_text="Of a conflict or a refusal: what to act on.")
    errors = serializers.DictField(
        allow_null=True, child=serializers.ListField(child=serializers.CharField())
    )
    advice = CardShape(many=True, allow_null=True, help_text="The cards that the ticked signs raise.")


class ResultsShape(serializers.Serializer):
    results = ResultShape(many=True)


class Sync(OfDiarist, ApiView):
    """What changed since a cursor; and what a phone changed while it was offline."""

    authentication_classes = [TokenAuthentication, OwnPages]
    parser_classes = [SyncJSONParser]
    refuses = {"get": ("410",)}
    parameters = {
        "get": (
            Parameter("cursor", str, _("Where the last answer ended; left out: from the start.")),
            Parameter("limit", int, _("Changes of one answer: 500 unless said, at most 1000.")),
        )
    }

    @extend_schema(responses=ChangesShape)
    def get(self, request: Request) -> Response:
        """Read what changed since a cursor. Deletions are told for 90 days; a cursor that is older is refused
        with 410: send what is not sent yet, then read everything anew."""
        limit = self.asked.get("limit", USUAL_CHANGES)
        if not 1 <= limit <= MOST_CHANGES:
            raise exceptions.ValidationError({"limit": [_("Give a number from 1 to 1000.")]})
        page = changes.page(self.diarist, self.place(), limit)
        stale = findings.refresh(self.diarist)
        told = feed.tell(request, self.diarist, page.changes, stale)
        cursor = changes.told(page.place)
        return Response({"changes": told, "cursor": cursor, "has_more": page.has_more, "stale": stale})

    def place(self) -> changes.Place:
        if "cursor" not in self.asked:
            return changes.begin(self.diarist)
        try:
            return changes.read(self.asked["cursor"], self.diarist)
        except changes.Unreadable:
            words = _("This cursor is not one of ours. Send the last one as it came, or none.")
            raise exceptions.ValidationError({"cursor": [words]}) from None
        except changes.TooOld:
            raise CursorExpired() from None

    @extend_schema(request=ToldBatchShape, responses=ResultsShape)
    def post(self, request: Request) -> Response:
        """Store and delete up to 500 rows. Each has a result of its own, in the order sent, and none that is
        refused holds up another. All of it may be sent again."""
        return Response({"results": batch.store(request, self.diarist, self.items(request.data))})

    def items(self, data: Any) -> list:
        shape = BatchShape(data=data)
        shape.is_valid(raise_exception=True)
        items = shape.validated_data["items"]
        if not 1 <= len(items) <= MOST_ITEMS:
            raise exceptions.ValidationError({"items": [_("Send 1 to 500 items.")]})
        return items
