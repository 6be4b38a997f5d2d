"""The account as a whole: taken along as a file, or deleted."""

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from journal import account_log, leaving
from journal.api.frame import OfDiarist
from journal.codes import EventKind
from journal.download import as_download
from journal.exchange import FORMATS
from journal.models import AccountEvent
from spasmlog.access import ExportPatience, Patience
from spasmlog.accounts import TooManyTries, confirm_password, place_of
from spasmlog.api import PAGE, ApiView, ApiViewSet, Files, Moment, Pages, Parameter, Shape
from spasmlog.telling import teller


class Export(OfDiarist, Files, ApiView):
    """Everything of one's own as one file, which can be taken in again; sent as it is read."""

    throttle_classes = [Patience, ExportPatience]
    parameters = {
        "get": (
            Parameter(
                "format", str, gettext_lazy("json unless said, or zip: CSV files."), choices=tuple(FORMATS)
            ),
        )
    }

    @extend_schema(
        operation_id="export_retrieve",
        responses={
            (200, made.MEDIA_TYPE): OpenApiTypes.OBJECT if name == "json" else OpenApiTypes.BINARY
            for name, made in FORMATS.items()
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        account_log.note(request.user, EventKind.EXPORTED, place_of(request))
        return as_download(self.diarist, self.asked.get("format", "json"))


class PasswordShape(Shape):
    password = serializers.CharField(trim_whitespace=False, max_length=1000, help_text="Asked for again.")


class Account(ApiView):
    """One's own account."""

    delete_takes_body = True

    @extend_schema(operation_id="account_destroy", request=PasswordShape, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Delete the account and everything of it, for good; signs all devices out."""
        shape = PasswordShape(data=request.data)
        shape.is_valid(raise_exception=True)
        account_log.note(request.user, EventKind.DELETION_ASKED, place_of(request))
        try:
            confirm_password(request.user, shape.validated_data["password"])
        except TooManyTries as locked:
            refused = exceptions.Throttled(detail=str(locked.words))
            refused.wait = locked.wait
            raise refused from None
        leaving.delete_account(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EventShape(serializers.ModelSerializer):
    happened_at = Moment(help_text="Of several within an hour, the first.")
    words = serializers.CharField(source="get_kind_display", help_text="To show.")
    times = serializers.IntegerField(min_value=1, help_text="How often within an hour.")
    device = serializers.SerializerMethodField(
        help_text="In plain words, by what its User-Agent told; empty: done on the server, or not told."
    )

    class Meta:
        model = AccountEvent
        fields = ["id", "kind", "words", "happened_at", "times", "device", "network"]
        extra_kwargs = {
            "network": {"help_text": "The front part of the address, such as 203.0.113.0/24; may be empty."}
        }

    @extend_schema_field(str)
    def get_device(self, event: AccountEvent) -> str:
        return account_log.device_of(event)


class AccountEvents(ApiViewSet):
    """What happened to one's own account: sign-ins, changes of its locks, exports, imports."""

    nouns = "event", "events of the account"
    serializer_class = EventShape
    pagination_class = Pages
    page_ordering = ("-happened_at", "-id")
    parameters = {"list": PAGE}

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return AccountEvent.objects.none()
        return account_log.events_of(self.request.user)

    @extend_schema(operation_id="account_events_list")
    def list(self, request: Request) -> Response:
        """Of the last ninety days, the latest first. Wrong passwords of an hour are one, and counted."""
        rows = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([teller(EventShape)(row) for row in rows])
