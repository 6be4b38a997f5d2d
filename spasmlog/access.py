"""Who may ask over REST, how often, and how much at once.

Apart from `spasmlog.api`, because REST framework reads these while it is itself being imported.
"""

import json

from allauth.headless.internal.sessionkit import authenticate_by_x_session_token
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, throttling
from rest_framework.authentication import BaseAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from spasmlog.errors import TooLarge

MOST_BYTES = 1_000_000
"""The largest body: a meal of sixty foods has about 10 kB."""


class TokenAuthentication(BaseAuthentication):
    """`X-Session-Token`, as the sign-in below /_allauth/app/v1/ hands it out. Cookies open nothing."""

    header = "X-Session-Token"

    def authenticate(self, request: Request):
        token = request.headers.get(self.header)
        if not token:
            return None
        found = authenticate_by_x_session_token(token)
        if found is None:
            raise exceptions.AuthenticationFailed(_("This sign-in has ended. Sign in again."), "signed_out")
        return found

    def authenticate_header(self, request: Request) -> str:
        return f'{self.header} realm="api"'


class Patience(throttling.UserRateThrottle):
    """So many requests a minute from one person; enough for a phone that comes back from a month offline."""

    scope = "person"


class StrangersPatience(throttling.AnonRateThrottle):
    scope = "stranger"


class LimitedJSONParser(JSONParser):
    """JSON of a sane size. NaN and Infinity are let through to the fields, which refuse them by name."""

    strict = False

    def parse(self, stream, media_type=None, parser_context=None):
        raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise TooLarge()
        try:
            return json.loads(raw.decode("utf-8"))
        except (ValueError, RecursionError):
            raise exceptions.ParseError(_("The body is not JSON.")) from None
