"""Who may ask over REST, how often, and how much at once.

Apart from `spasmlog.api`, because REST framework reads these while it is itself being imported.
"""

import json
from collections.abc import Callable
from typing import Any

from allauth.headless.internal.sessionkit import authenticate_by_x_session_token
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
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


MOST_BYTES_OF_SYNC = 8_000_000
"""Five hundred items, each as large as a meal of sixty foods can be."""


class LimitedJSONParser(JSONParser):
    """JSON of a sane size. NaN and Infinity are let through to the fields, which refuse them by name."""

    strict = False
    most_bytes = MOST_BYTES

    def parse(self, stream, media_type=None, parser_context=None):
        raw = stream.read(self.most_bytes + 1)
        if len(raw) > self.most_bytes:
            raise TooLarge()
        try:
            return read_json(raw)
        except ValueError:
            raise exceptions.ParseError(_("The body is not JSON.")) from None


class SyncJSONParser(LimitedJSONParser):
    most_bytes = MOST_BYTES_OF_SYNC


def read_json(raw: bytes) -> Any:
    """The content of a JSON text whose strings are text that can be stored and said again.

    Raises
    ------
    ValueError
        If it is no such text: not JSON, too deep, or with half a character (`"\\ud800"`) in a string.
    """
    try:
        said = json.loads(raw.decode("utf-8"))
        if b"\\u" in raw:
            json.dumps(said, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return said


class Private:
    """Whatever does not say itself how long it may be kept is kept nowhere: secrets, lists of devices."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class ReadableSignIn:
    """Answers 400 to a body that sign-in could not read, as it does itself to one that is not JSON."""

    path = "/_allauth/"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(self.path) and request.body:
            try:
                read_json(request.body)
            except ValueError:
                return HttpResponseBadRequest()
        return self.get_response(request)
