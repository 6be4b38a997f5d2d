"""How a broken rule, or anything else that goes wrong, is told to a REST client.

Every answer below /api/ that is not a success is `application/problem+json` (RFC 9457): `title`,
`status`, a stable `code` to act on, a `detail` to show, and for a refused body or query `errors`,
the sentences field by field, in the language asked for. So is what goes wrong beside the views of
sign-in (no such address, a mistake of ours); those views have allauth's own format.
"""

import sys
from collections.abc import Iterator
from typing import Any

import structlog
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import csrf, defaults
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from spasmlog.logs import route_of

log = structlog.get_logger(__name__)

DATABASE_AWAY = (OperationalError, InterfaceError)
"""A database that does not answer, closed the connection or is full: nobody's mistake, and over some day."""
DATABASE_AWAY_WORDS = gettext_lazy("The database does not answer at this moment. Try again.")
RETRY_AFTER = "30"
"""[s]"""
API = ("/api/", "/_allauth/")
PROBLEM_JSON = "application/problem+json"
WHOLE = "non_field_errors"
"""The name under which `errors` holds what is wrong with the body as a whole."""

TITLES = {
    400: gettext_lazy("This cannot be taken as it is"),
    401: gettext_lazy("Sign in again"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Not possible here"),
    406: gettext_lazy("No such format"),
    410: gettext_lazy("Too long ago"),
    412: gettext_lazy("Changed since"),
    413: gettext_lazy("Too large"),
    415: gettext_lazy("No such format"),
    422: gettext_lazy("This cannot be taken as it is"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Our mistake"),
    503: gettext_lazy("Not ready yet"),
}


class ChangedSince(exceptions.APIException):
    """The row was changed after the client last read it; the answer carries what is stored now."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "changed_since"
    default_detail = gettext_lazy("This was changed since you last read it. Look at what is stored now.")

    def __init__(self, current: Any, detail: str | None = None):
        super().__init__(detail)
        self.current = current


class KeyUsed(exceptions.APIException):
    """Another request was made under the same `Idempotency-Key`."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key_used"
    default_detail = gettext_lazy("This key was used for another request. Make up a new one for each.")


class CursorExpired(exceptions.APIException):
    """What happened since this cursor cannot be told any more."""

    status_code = status.HTTP_410_GONE
    default_code = "cursor_expired"
    default_detail = gettext_lazy(
        "What changed since cannot be told any more. Send what is not sent yet, then read everything anew."
    )


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = gettext_lazy("This is more than one request may carry.")


class NotReady(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "not_ready"
    default_detail = gettext_lazy("The server is still setting itself up. Try again in a minute.")


def exception_handler(exc: Exception, context: dict) -> Response:
    """Answer any exception of an API view as a problem document."""
    known = _known(exc)
    if known is None:
        request = context["request"]._request
        log.error("request_failed", route=route_of(request), method=request.method, exc_info=exc)
        known = exceptions.APIException(
            _("Something went wrong here. It is noted; try again later."), "error"
        )
    # Also where the view itself answers HTML or YAML.
    context["request"].accepted_renderer, context["request"].accepted_media_type = (
        JSONRenderer(),
        "application/json",
    )
    return Response(problem_of(known), known.status_code, headers=_headers(known), content_type=PROBLEM_JSON)


def problem_of(known: exceptions.APIException) -> dict:
    """The problem document that tells of an exception."""
    body = problem(known.status_code, _code(known), _detail(known), _errors(known))
    current = getattr(known, "current", None)
    return body if current is None else {**body, "current": current}


def problem(status_code: int, code: str, detail: str, errors: dict[str, list[str]] | None = None) -> dict:
    """The members of a problem document."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": str(TITLES.get(status_code, _("This did not work"))),
        "status": status_code,
        "code": code,
        "detail": str(detail),
    }
    return body if errors is None else {**body, "errors": errors}


def code_and_errors(exc: Exception) -> tuple[str | None, dict[str, list[str]] | None]:
    """The `code` and `errors` of a problem's document; no code: it is our mistake."""
    known = _known(exc)
    return (None, None) if known is None else (_code(known), _errors(known))


def _known(exc: Exception) -> exceptions.APIException | None:
    if isinstance(exc, exceptions.APIException):
        return exc
    if isinstance(exc, Http404):
        return exceptions.NotFound(_("This is not there, or not yours."))
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied(str(exc) or None)
    if isinstance(exc, DATABASE_AWAY):
        log.error("database_unreachable", exc_info=exc)
        return NotReady(str(DATABASE_AWAY_WORDS))
    if isinstance(exc, ModelValidationError):
        return exceptions.ValidationError(by_field(exc))
    if isinstance(exc, RequestDataTooBig):
        return TooLarge()
    if isinstance(exc, SuspiciousOperation):
        return exceptions.ParseError()
    return None


def by_field(error: ModelValidationError) -> dict[str, list[str]]:
    """A model's refusal by field; what is said of the whole stands under `non_field_errors`."""
    if not hasattr(error, "error_dict"):
        return {WHOLE: list(error.messages)}
    said = error.message_dict
    return {WHOLE if field == NON_FIELD_ERRORS else field: list(words) for field, words in said.items()}


def _code(exc: exceptions.APIException) -> str:
    return (
        exc.default_code
        if isinstance(exc, exceptions.ValidationError)
        else getattr(exc.detail, "code", exc.default_code)
    )


def _detail(exc: exceptions.APIException) -> str:
    if not isinstance(exc, exceptions.ValidationError):
        return str(exc.detail)
    several = sum(len(words) for words in _errors(exc).values())
    return ngettext("One thing needs another value.", "Several things need other values.", several)


def _errors(exc: exceptions.APIException) -> dict[str, list[str]] | None:
    """Every refused field with its sentences; those inside a list name their place, counted from 1."""
    if not isinstance(exc, exceptions.ValidationError):
        return None
    detail = exc.detail if isinstance(exc.detail, dict) else {WHOLE: exc.detail}
    return {str(field): list(_sentences(said)) for field, said in detail.items()}


def _sentences(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        for place, inner in said.items():
            for sentence in _sentences(inner):
                yield _within(place, sentence)
    elif isinstance(said, list):
        for inner in said:
            yield from _sentences(inner)
    else:
        yield str(said)


def _within(place: int | str, sentence: str) -> str:
    if not isinstance(place, int):
        return sentence
    return _("Number %(number)s: %(problem)s") % {"number": place + 1, "problem": sentence}


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(exc, exceptions.Throttled) and exc.wait is not None:
        headers["Retry-After"] = str(max(1, round(exc.wait + 0.5)))
    if isinstance(exc, NotReady):
        headers["Retry-After"] = RETRY_AFTER
    return headers


# What goes wrong before or beside a view ------------------------------------------------------


def _answer(status_code: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse(problem(status_code, code, detail), status=status_code, content_type=PROBLEM_JSON)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    return _answer(400, "bad_request", _("The request could not be understood."))


def in_the_open(request: HttpRequest) -> HttpResponse:
    return _answer(403, "https_only", _("This server is asked over https alone."))


def too_large(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith(API):
        return render(request, "413.html", status=413)
    return _answer(413, TooLarge.default_code, str(TooLarge.default_detail))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.permission_denied(request, exception)
    return _answer(403, "permission_denied", _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.page_not_found(request, exception)
    return _answer(404, "not_found", _("There is nothing at this address. Addresses end with a slash."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django asks for this while it handles what was raised."""
    if isinstance(sys.exc_info()[1], DATABASE_AWAY):
        return _away(request)
    if not request.path.startswith(API):
        return defaults.server_error(request)
    return _answer(500, "error", _("Something went wrong here. It is noted; try again later."))


def _away(request: HttpRequest) -> HttpResponse:
    """Not now: a browser keeps the form and sends it again by itself, which it does not after a 500."""
    if request.path.startswith(API):
        answer = _answer(503, NotReady.default_code, DATABASE_AWAY_WORDS)
    else:
        answer = HttpResponse(render_to_string("503.html"), status=503)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if not request.path.startswith(API):
        return csrf.csrf_failure(request, reason)
    return _answer(403, "csrf_failed", _("The request did not come from this site."))
