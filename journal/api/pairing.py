"""Pairing: a phone sends the code that a signed-in page shows, and is signed in."""

from allauth.headless.adapter import get_adapter
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from journal import devices, pairing
from spasmlog.access import PairingPatience
from spasmlog.accounts import sign_in_phone
from spasmlog.api import ApiView, Shape, Text


class PairingShape(Shape):
    code = serializers.CharField(
        max_length=200,
        help_text="From the picture, or as it was typed: capitals, spaces and hyphens do not matter.",
    )
    device_name = Text(help_text="How this phone is called. Left out: what `X-Device-Name` says.")


class PairedUserShape(serializers.Serializer):
    left_out = "email", "username"
    id = serializers.IntegerField()
    display = serializers.CharField()
    email = serializers.EmailField(required=False)
    username = serializers.CharField(required=False)
    has_usable_password = serializers.BooleanField()


class PairedDataShape(serializers.Serializer):
    user = PairedUserShape()


class PairedMetaShape(serializers.Serializer):
    is_authenticated = serializers.BooleanField()
    session_token = serializers.CharField(help_text="Goes into `X-Session-Token`. It is shown only now.")


class PairedShape(serializers.Serializer):
    """What signing in answers too."""

    status = serializers.IntegerField()
    data = PairedDataShape()
    meta = PairedMetaShape()


class Pairing(ApiView):
    """Open to whoever has a code, ten times a minute from one address."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = [PairingPatience]

    @extend_schema(
        request=PairingShape,
        responses=PairedShape,
        auth=[],
        examples=[
            OpenApiExample("Typed", {"code": "7K2MX-9QRTB", "device_name": "Anna's Pixel"}, request_only=True)
        ],
    )
    def post(self, request: Request) -> Response:
        """Sign this phone in with a code that a signed-in page shows.

        The answer is that of signing in, with the token in `meta.session_token`. A code is good once and for
        two minutes. Wrong, used, too old: all are refused alike.
        """
        shape = PairingShape(data=request.data)
        shape.is_valid(raise_exception=True)
        signed_in = _let_in(request, **shape.validated_data)
        if signed_in is None:
            raise exceptions.ValidationError({"code": [refused()]})
        return Response(signed_in, headers={"Cache-Control": "no-store"})


@transaction.atomic
def _let_in(request: Request, code: str, device_name: str = "") -> dict | None:
    """Use the code up, sign the phone in and tell the page: all at once, or nothing of it."""
    paired = pairing.take(code)
    if paired is None:
        return None
    name = devices.one_line(device_name)[: devices.LONGEST_NAME]
    user = paired.shown_on.user
    token, session = sign_in_phone(request._request, user, name)
    pairing.connected(paired, session)
    return _signed_in(user, token)


def refused() -> str:
    return _("This code is not good, or not any more. Show a new one and send that.")


def _signed_in(user: User, token: str) -> dict:
    return {
        "status": 200,
        "data": {"user": get_adapter().serialize_user(user)},
        "meta": {"is_authenticated": True, "session_token": token},
    }
