"""The API document says of every operation what a phone developer must know, and its examples work."""

import io
import json

import pytest
import yaml
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.urls import URLPattern, get_resolver
from drf_spectacular.generators import SchemaGenerator
from jsonschema import ValidationError

from journal import pairing
from spasmlog import api_urls
from spasmlog.examples import EXAMPLES
from tests.api.conftest import diarist
from tests.api.contract import bodies, document, fits, operations, resolved
from tests.api.rows import OF_ONESELF, row_for

OPERATIONS = operations()
FILE = {"type": "string", "format": "binary"}
WRITES = {"POST", "PUT", "PATCH"}
UNTOLD = {
    "/api/v1/docs/": "the page that shows the document",
    **{
        f"/api/v1/advice/{{id}}/{said}": "the same without the closing slash"
        for said in ("acknowledge", "got-help", "snooze", "dismiss", "take-back")
    },
}
"""Addresses that the document leaves out, each with the reason."""


def addresses(patterns, before="/"):
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path
        else:
            yield from addresses(pattern.url_patterns, path)


def in_braces(route):
    """`/meals/{id}/` of Django's `/meals/<uuid:id>/`."""
    for part in route.split("<")[1:]:
        inner = part.split(">")[0]
        route = route.replace(f"<{inner}>", "{" + inner.partition(":")[2] + "}")
    return route


def test_no_address_below_the_api_is_missing_from_the_document():
    served = {in_braces(path) for path in addresses(get_resolver().url_patterns)}

    assert {path for path in served if path.startswith("/api/v1/")} == set(document()["paths"]) | set(UNTOLD)


def test_the_generator_has_nothing_to_complain_about():
    call_command("spectacular", validate=True, fail_on_warn=True, file=None, stdout=io.StringIO())


def test_the_document_is_made_once_in_each_form_and_language(stranger, monkeypatch):
    api_urls._document.cache_clear()
    made = []
    make = SchemaGenerator.get_schema
    monkeypatch.setattr(
        SchemaGenerator, "get_schema", lambda *said, **more: made.append(1) or make(*said, **more)
    )
    forms = ("application/vnd.oai.openapi", "application/vnd.oai.openapi+json")
    for accept in (*forms, *forms):
        said = stranger.read("schema/", Accept=accept)
        assert (said.status_code, said["Content-Type"]) == (200, f"{accept}; charset=utf-8")
    assert len(made) == 2
    american = stranger.read("schema/", Accept_Language="en-us")
    assert len(made) == 3
    assert yaml.safe_load(american.content)["paths"].keys() == document()["paths"].keys()


def test_a_client_that_has_the_document_is_told_so(stranger):
    said = stranger.read("schema/")
    again = stranger.read("schema/", If_None_Match=said["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    as_json = stranger.read("schema/", Accept="application/vnd.oai.openapi+json", If_None_Match=said["ETag"])
    assert as_json.status_code == 200  # another form has another ETag


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_is_told_in_words(operation):
    told = operation.told

    assert told["summary"]
    assert len(told["description"]) > 10
    assert told["tags"]
    assert all(resolved(answer)["description"] for answer in told["responses"].values())
    assert all(one["description"] for one in told.get("parameters", ()) if one["in"] != "path")


def test_no_two_operations_have_the_same_summary():
    summaries = [operation.told["summary"] for operation in OPERATIONS]

    assert sorted(summaries) == sorted(set(summaries))


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_body_has_an_example_that_fits_its_schema(operation):
    for where, content in bodies(operation.told):
        assert content["examples"], where
        for example in content["examples"].values():
            try:
                fits(resolved(example)["value"], content["schema"])
            except ValidationError as error:
                pytest.fail(f"{where}: {error.message} at {list(error.absolute_path)}")


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_tells_how_it_may_refuse(operation):
    writes = operation.method in WRITES
    expected = {
        "400": True,
        "401": not operation.is_open,
        "404": bool(operation.ids),
        "406": True,
        "412": "If-Match" in operation.parameters,
        "413": writes,
        "415": writes,
        "429": True,
        "503": True,
    }
    refusals = {status for status in operation.told["responses"] if status >= "400"}

    assert {status for status, must in expected.items() if must} <= refusals
    assert "401" not in refusals or not operation.is_open
    assert "default" not in operation.told["responses"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_refusal_is_a_problem_of_its_status_and_tells_when_to_come_back(operation):
    for status in (one for one in operation.told["responses"] if one >= "400"):
        answer = operation.answer(status)
        [content] = [answer["content"]["application/problem+json"]]
        for example in content["examples"].values():
            assert example["value"]["status"] == int(status)
        if status in ("429", "503"):
            assert "Retry-After" in answer["headers"]
        if status == "401":
            assert "WWW-Authenticate" in answer["headers"]
        if status == "400":
            assert example["value"]["errors"]


def test_an_example_of_a_request_is_taken_by_the_server(alice, almonds):
    """One after the other in a diary, as a reader who tries them would: made first, then changed."""
    sent = [one for one in OPERATIONS if one.method in WRITES]
    makes_first = {"POST": 0, "PUT": 1, "PATCH": 2}
    needed_first = {"supplements", "foods"}  # doses and meals name them
    sent.sort(key=lambda one: (one.told["tags"][0] not in needed_first, makes_first[one.method]))

    for operation in sent:
        body = _shown_now(operation.example(), alice)
        refused = alice.ask(operation.method, _address(operation, alice, almonds), body)
        status = str(refused.status_code)
        assert status in operation.told["responses"], f"{operation}: {refused.content}"
        assert status < "300" or _is_late(operation, refused), f"{operation}: {refused.content}"


def _address(operation, alice, almonds):
    """The example's own address, or that of a row of Alice's where none can be made by asking."""
    made = any(one.method == "PUT" and one.path == operation.path for one in OPERATIONS)
    if made or not set(operation.ids) - OF_ONESELF:
        return operation.address()
    return operation.address(id=row_for(operation.path, diarist(alice), almonds).pk)


def _shown_now(body, alice):
    """A code to pair with is good for two minutes, so no example is: one that Alice's page shows now."""
    if "code" not in body:
        return body
    return {**body, "code": pairing.offer(UserSession.objects.filter(user_id=alice.user_id)[0]).typed}


def _is_late(operation, refused):
    """A second write to the same row without saying on which revision: 412 is the documented answer."""
    return refused.status_code == 412 and operation.method != "POST"


def test_what_is_answered_fits_the_document(alice, milk):
    """Each kind of row read as the document tells, null and all."""
    who = diarist(alice)
    for operation in (one for one in OPERATIONS if one.method == "GET" and not one.is_open):
        ids = {"id": row_for(operation.path, who, milk).pk} if "id" in operation.ids else {}
        said = alice.read(operation.address(**ids))
        assert said.status_code == 200, operation
        schema = operation.answer(200)["content"].get("application/json", {}).get("schema", FILE)
        assert schema == FILE or fits(json.loads(b"".join(said)), schema) is None


def test_examples_are_told_by_shapes_that_there_are():
    names = document()["components"]["schemas"]
    shapes = {name.removeprefix("Patched").removesuffix("Request") for name in names}

    assert set(EXAMPLES) - shapes == set()
