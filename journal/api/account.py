"""The account as a whole: taken along as a file, or deleted."""

from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from journal import leaving
from journal.api.frame import OfDiarist
from journal.download import as_download
from journal.exchange import FORMATS
from spasmlog.access import ExportPatience, Patience
from spasmlog.accounts import TooManyTries, confirm_password
from spasmlog.api import ApiView, Files, Parameter, Shape


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
        try:
            confirm_password(request.user, shape.validated_data["password"])
        except TooManyTries as locked:
            refused = exceptions.Throttled(detail=str(locked.words))
            refused.wait = locked.wait
            raise refused from None
        leaving.delete_account(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
