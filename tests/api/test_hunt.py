"""Requests that nobody would write, made from the document: the answer is one that the document tells of.

Schemathesis makes them, half of them as the document wants them and half broken in some way, and sends them
through the real WSGI application. Each finds the diary as it was: a full one, with a row of every kind.
"""

from functools import partial

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from journal import findings
from spasmlog.access import Patience, StrangersPatience
from tests.api.conftest import diarist
from tests.api.contract import document, operations
from tests.api.rows import OF_ONESELF, OWNED, body_of, row_for

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
FEW, MANY = 3, 24
SERVER = get_wsgi_application()


def application(environ, start_response):
    """The product as a server in front of it calls it, which says from where a request came."""
    return SERVER({**environ, "REMOTE_ADDR": "127.0.0.1"}, start_response)


def without_locks(told):
    """The document with every operation open: tokens are tried elsewhere, here each request carries one."""
    paths = {
        path: {method: {**operation, "security": []} for method, operation in verbs.items()}
        for path, verbs in told["paths"].items()
    }
    return {**told, "paths": paths}


SCHEMA = schemathesis.openapi.from_dict(without_locks(document()))


def hunt(operation, phone, milk, most):
    """Send up to `most` odd requests, and as many broken ones, and hold each answer against the document."""
    who = diarist(phone)
    known = {"id": str(row_for(operation.path, who, milk).pk)} if set(operation.ids) - OF_ONESELF else {}
    sensible = body_of(operation, who, milk)
    for mode in modes(operation):
        cases = SCHEMA[operation.path][operation.method].as_strategy(generation_mode=mode)

        @settings(
            max_examples=most, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(
            case=cases, of_a_row=st.sampled_from([True, False]), odd=st.lists(st.integers(0, 40), max_size=3)
        )
        def send(case, of_a_row, odd):
            if of_a_row:
                case.path_parameters.update(known)
            if odd and sensible and isinstance(case.body, dict):
                case.body = {**sensible, **some_of(case.body, odd)}
            with transaction.atomic():
                answer = case.call(app=application, headers={"X-Session-Token": phone.token})
                transaction.set_rollback(True)
            case.validate_response(answer, checks=CHECKS)

        send()


def modes(operation):
    """A request that takes nothing cannot be broken."""
    asked = [one for one in operation.parameters.values() if one["in"] != "header"]
    breakable = asked or "requestBody" in operation.told
    return [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if breakable else [])]


def some_of(body, places):
    """A few values of a body: with the rest as it should be, the request gets further in."""
    names = sorted(body)
    return {names[place % len(names)]: body[names[place % len(names)]] for place in places if names}


@pytest.fixture
def full_diary(alice, milk, monkeypatch):
    """A phone of somebody who has logged one of everything, and may ask as often as she likes."""
    for patience in (Patience, StrangersPatience):
        monkeypatch.setattr(patience, "get_rate", lambda self: None)
    # No worker is here to wait for.
    monkeypatch.setattr(findings, "ensure_as_of", partial(findings.ensure_as_of, wait_s=0))
    for log in OWNED.values():
        log(diarist(alice), milk)
    # A request ends by closing a connection that is inside a transaction, as the test's own is.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield alice
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.once  # `make test-all` asks far more, on each engine
@pytest.mark.thorough
@pytest.mark.parametrize("operation", operations(), ids=str)
def test_odd_requests_are_answered_as_the_document_tells(operation, full_diary, milk):
    hunt(operation, full_diary, milk, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("operation", operations(), ids=str)
def test_many_odd_requests_are_answered_as_the_document_tells(operation, full_diary, milk):
    hunt(operation, full_diary, milk, MANY)
