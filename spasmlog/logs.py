"""Logs: structured, tied together by a request id, and without a word of what somebody wrote.

Each request has an id: that of the proxy in front, where one is trusted, or a new one. It stands in each line
that is logged meanwhile, goes along with the tasks that the request asks for (`spasmlog.celery`), and comes
back as `X-Request-ID`. One line tells of each request: method, route, status and milliseconds. The address
itself is left out, because people's words are in it (a search), and so is the person: who opened which page
would be a health record of its own.
"""

import logging
import re
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)

HEADER = "X-Request-ID"
BOUND = "request_id"
"""The name of the id in log lines, and in the headers of a task's message."""
STRICT = re.compile(r"[0-9a-fA-F-]{16,64}")
"""What an id of a proxy's looks like: nothing that a log could take for something else."""
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
QUIET = ("/health/", "/metrics")
"""What machines ask for every few seconds, told of at DEBUG alone; and so are static files."""


def new_id() -> str:
    return uuid.uuid4().hex


def given_id(request: HttpRequest) -> str:
    """The id that a proxy of ours has given; "" without one: anybody can send a header."""
    said = request.headers.get(HEADER, "") if settings.PROXIES else ""
    return said if STRICT.fullmatch(said) else ""


def current_id() -> str | None:
    """The id of the request that is being answered here, or whose task is being done."""
    return structlog.contextvars.get_contextvars().get(BOUND)


def route_of(request: HttpRequest) -> str:
    """The name of the address, without what is filled into it."""
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"


class Traced:
    """The outermost middleware: a request's id, its line in the log, and its place in the metrics."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        request_id = given_id(request) or new_id()
        with structlog.contextvars.bound_contextvars(**{BOUND: request_id}):
            response = self.get_response(request)
            response.headers[HEADER] = request_id
            self.tell(request, response, time.perf_counter() - begun)
        return response

    def tell(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        route, status = route_of(request), response.status_code
        method = request.method if request.method in METHODS else "OTHER"
        quiet = status < 500 and (route == "static" or request.path.startswith(QUIET))
        say = log.debug if quiet else log.info
        say("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
        if settings.METRICS_TOKEN:
            from spasmlog import metrics  # after settings, which name this module

            metrics.count_request(route, status, seconds)


# What must not be in them ---------------------------------------------------------------------

TELLING = (
    OperationalError, InterfaceError, ImproperlyConfigured, ImportError, AttributeError, NameError, TypeError,
)  # fmt: skip
"""Exceptions whose message tells of our mistake or of a server. That of any other may hold a value, as
PostgreSQL's "Failing row contains (...)" does: of those the log has the kind and the place alone."""


def places_alone(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A structlog processor: an exception as its kind and where it was, without what somebody typed."""
    said = event.pop("exc_info", None)
    exception = said[1] if isinstance(said, tuple) else sys.exc_info()[1] if said is True else said
    if isinstance(exception, BaseException):
        event["exception"] = "".join(_told(exception)).rstrip()
    return event


def _told(exception: BaseException) -> Iterator[str]:
    before = exception.__cause__ or (None if exception.__suppress_context__ else exception.__context__)
    if before:
        yield from _told(before)
        yield "\nAfter that:\n\n"
    yield from traceback.format_tb(exception.__traceback__)
    message = f": {exception}" if isinstance(exception, TELLING) else ""
    yield f"{type(exception).__module__}.{type(exception).__qualname__}{message}\n"


class WithoutValues(logging.Filter):
    """Takes values out of lines of others: Celery tells what a task failed with, Django and gunicorn whole
    addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict) and "exc" in record.args:
            kind = str(record.args["exc"]).partition("(")[0]
            record.args = {**record.args, "exc": kind, "args": "", "kwargs": "", "return_value": ""}
        elif record.name == "gunicorn.error" and str(record.msg).startswith("Error handling request"):
            record.msg, record.args = "Error handling request", ()
        elif isinstance(record.args, tuple):
            record.args = tuple("..." if str(one).startswith("/") else one for one in record.args)
        return True
