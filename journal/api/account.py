"""The account itself: deleted from a phone as from the web."""

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from journal import leaving
from spasmlog.accounts import TooManyTries, confirm_password
from spasmlog.api import ApiView, Shape


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
