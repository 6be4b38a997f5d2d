"""Who may ask over REST, how often, and how much at once.

Apart from `spasmlog.api`, because REST framework reads these while it is itself being imported.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from allauth.headless.internal.sessionkit import authenticate_by_x_session_token
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.connection import ConnectionProxy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, throttling
from rest_framework.authentication import BaseAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from spasmlog.errors import API, TooLarge, in_the_open, too_large

MOST_BYTES = 1_000_000
"""The largest body: a meal of sixty foods has about 10 kB."""


HEADER = "X-Session-Token"
CHALLENGE = f'{HEADER} realm="api"'


class TokenAuthentication(BaseAuthentication):
    """`X-Session-Token`, as the sign-in below /_allauth/app/v1/ hands it out. Cookies open nothing."""

    header = HEADER

    def authenticate(self, request: Request):
        token = request.headers.get(self.header)
        if not token:
            return None
        found = authenticate_by_x_session_token(token)
        if found is None:
            raise exceptions.AuthenticationFailed(_("This sign-in has ended. Sign in again."), "signed_out")
        return found

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


@dataclass
class Tally:
    """Requests of one caller since a moment: those that all processes know of, and this one's since then."""

    since: float
    shared: int = 0
    own: int = 0

    @property
    def count(self) -> int:
        return self.shared + self.own


class Counting:
    """Counts requests from the first of a minute on. REST framework's own keeps the time of each: six hundred
    numbers to read and write for every request, where a count and a time tell as much.

    A process tells the others of what it counted once it is a sixtieth of what is allowed: a cache in a
    folder takes longer to write than a meal does. So many more than is allowed may come through for each
    process. A cache that holds nothing, because it was emptied or cannot be reached, begins the count anew.
    """

    tallies: ClassVar[dict[str, Tally]] = {}
    MOST_TALLIES = 10_000

    def allow_request(self, request: Request, view: Any) -> bool:
        key = self.get_cache_key(request, view)
        if self.rate is None or key is None:
            return True
        self.now = self.timer()
        tally = self.tallies.get(key)
        if (
            tally is None
            or self._is_over(tally)
            or tally.own >= self.step
            or tally.count >= self.num_requests
        ):
            tally = self._share(key, tally)
        self.since = tally.since
        if tally.count >= self.num_requests:
            return False
        tally.own += 1
        return True

    @property
    def step(self) -> int:
        return max(1, self.num_requests // 60)

    def _is_due(self, tally: Tally) -> bool:
        return self._is_over(tally) or tally.own >= self.step or tally.count >= self.num_requests

    def _is_over(self, tally: Tally) -> bool:
        return not 0 <= self.now - tally.since < self.duration

    def _share(self, key: str, own: Tally | None) -> Tally:
        """Add what this process counted to what all know of, and go on from there."""
        tally = Tally(self.now)
        if known := self.cache.get(key):
            stored = Tally(*known)
            if not self._is_over(stored):
                same_minute = own is not None and own.since == stored.since
                tally = Tally(stored.since, stored.shared + (own.own if own and same_minute else 0))
        self.cache.set(key, (tally.since, tally.shared), self.duration)
        if len(self.tallies) >= self.MOST_TALLIES:
            self.tallies.clear()
        self.tallies[key] = tally
        return tally

    def wait(self) -> float:
        return self.since + self.duration - self.now


class Patience(Counting, throttling.UserRateThrottle):
    """So many requests a minute from one person; enough for a phone that comes back from a month offline."""

    scope = "person"


class ExportPatience(throttling.UserRateThrottle):
    """So many exports an hour: each reads a whole diary. Counted together for the web and for phones."""

    scope = "export"


class ImportPatience(throttling.UserRateThrottle):
    """So many imports an hour: each is read twice, and what is new of it is written at once."""

    scope = "import"


class SearchPatience(Counting, throttling.UserRateThrottle):
    """So many searches a minute: one for each letter that somebody types, and no more than that."""

    scope = "search"


class StrangersPatience(Counting, throttling.AnonRateThrottle):
    scope = "stranger"


class PairingPatience(StrangersPatience):
    """Guesses at a pairing code are counted where attempts to sign in are: Redis may be down."""

    scope = "pairing"
    cache = ConnectionProxy(caches, "lockouts")


MOST_BYTES_OF_SYNC = 8_000_000
"""Five hundred items, each as large as a meal of sixty foods can be."""
MOST_BYTES_OF_ANY = 10_000_000
"""More than any address takes, but for the one that says so itself."""
UNUSED_POWERS = (
    "accelerometer", "autoplay", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi",
    "payment", "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial",
    "usb", "xr-spatial-tracking",
)  # fmt: skip
"""What browsers can do and no page here does."""


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


class SearchesCounted:
    """A resource of whose questions those with `search` are counted apart."""

    def get_throttles(self) -> list[throttling.BaseThrottle]:
        searched = "search" in self.request.query_params
        return [*super().get_throttles(), *([SearchPatience()] if searched else [])]


class Apart:
    """What keeps other sites out, on every answer: none may embed one, and pages use no powers but these."""

    HEADERS: ClassVar[dict[str, str]] = {
        "Cross-Origin-Resource-Policy": "same-origin",
        # The camera reads barcodes, where a person says so.
        "Permissions-Policy": "camera=(self), " + ", ".join(f"{power}=()" for power in UNUSED_POWERS),
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def takes_up_to(most_bytes: int) -> Callable:
    """Let a view take a larger body than others do."""

    def marked(view: Callable) -> Callable:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return marked


class Bounded:
    """Refuses a body that is larger than its view takes, before anything reads it.

    Of a form with a file Django writes all to disk before a view is asked, and so it would for anybody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, *_filled_in: Any) -> HttpResponse | None:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return None  # Django takes it for none
        most = getattr(view, "most_bytes", MOST_BYTES_OF_ANY)
        return too_large(request) if length > most else None


class Encrypted:
    """A phone that asks over plain http is refused and not led on to https: its owner would never learn that
    the token went about in the open. (Pages are led on, by Django.)"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and request.path.startswith(API):
            return in_the_open(request)
        return self.get_response(request)


class Private:
    """Whatever does not say itself how long it may be kept is kept nowhere: secrets, lists of devices."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


SIGN_IN = "/_allauth/"
TOO_MANY = ("too_many_login_attempts", "rate_limited")
"""allauth's codes for too many wrong passwords, and wrong codes of a second factor."""
A_WHILE = 60
"""Where nobody knows how long a limit holds: most count by the minute. [s]"""


class StrictSignIn:
    """The statuses that phones rely on, from allauth too, whose own format stays.

    A token that has ended is 401 (allauth: 410), too many wrong passwords are 429 with Retry-After
    (allauth: 400), and a refusal comes with a sentence to show.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        refused = response.status_code >= 400 and response.get("Content-Type") == "application/json"
        if refused and request.path.startswith(SIGN_IN):
            strict(request, response)
        if response.status_code == 429 and "Retry-After" not in response:
            response["Retry-After"] = str(max(1, math.ceil(getattr(request, "locked_for", A_WHILE))))
        return response


def strict(request: HttpRequest, response: HttpResponse) -> None:
    """Say in a refusal of allauth's what is said everywhere else: status, challenge, words."""
    said = json.loads(response.content)
    locked = any(one.get("code") in TOO_MANY for one in said.get("errors", []))
    status = 429 if locked else 401 if response.status_code == 410 else response.status_code
    if status in (403, 429) and not said.get("errors"):
        said["errors"] = [REFUSALS[status](request)]
    if status == 401:
        response["WWW-Authenticate"] = CHALLENGE
    response.status_code = said["status"] = status
    response.content = json.dumps(said)


def _not_allowed(request: HttpRequest) -> dict[str, str]:
    if request.path.endswith("/signup") and settings.REGISTRATION == "closed":
        return {
            "code": "signup_closed",
            "message": gettext("Sign-up is closed on this server. Ask whoever runs it."),
        }
    return {"code": "permission_denied", "message": gettext("You may not do this.")}


def _too_many(request: HttpRequest) -> dict[str, str]:
    return {"code": "throttled", "message": gettext("Too many attempts. Wait a little, then try again.")}


REFUSALS = {403: _not_allowed, 429: _too_many}


class ReadableSignIn:
    """Answers 400 to a body that sign-in could not read, as it does itself to one that is not JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(SIGN_IN):
            try:
                if request.body:
                    read_json(request.body)
            except ValueError:
                return HttpResponseBadRequest()
            except RequestDataTooBig:
                return too_large(request)
        return self.get_response(request)
