"""What holds for every address below /api/: who may ask, what may be asked, and how refusals look."""

import json
import uuid
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import override_settings
from drf_spectacular.generators import SchemaGenerator

from journal import entries
from spasmlog import api_urls, health
from tests.api.conftest import diarist

SOME_ID = uuid.UUID("0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5a6b")
OPEN = {"/api/v1/server/", "/api/v1/schema/", "/api/v1/docs/"}
OPEN_WITH_A_CODE = "/api/v1/pairing/"


def operations():
    """Every operation that the API document tells of, as (method, address with ids filled in)."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    for path, methods in document["paths"].items():
        address = path.replace("{id}", str(SOME_ID)).replace("{date}", "2026-11-01")
        yield from ((method.upper(), address) for method in methods)


OPERATIONS = [one for one in operations() if one[1] not in OPEN | {OPEN_WITH_A_CODE}]
READS = [path for method, path in OPERATIONS if method == "GET"]


def is_problem(said, status, code=None):
    body = said.json()
    assert said.status_code == status, said.content
    assert said["Content-Type"] == "application/problem+json"
    assert body["status"] == status
    assert {"type", "title", "status", "code", "detail"} <= set(body)
    assert all(isinstance(words, list) for words in body.get("errors", {}).values())
    assert code is None or body["code"] == code
    return body


def test_the_document_tells_of_every_resource_of_the_contract():
    resources = {path.split("/")[3] for _method, path in OPERATIONS}

    assert resources >= {
        "profile", "foods", "meals", "water", "exercises", "spasms", "supplements", "doses", "days", "intake",
        "advice", "warning-signs", "favourites", "weights", "devices",
    }  # fmt: skip


def test_a_phone_that_is_to_be_paired_needs_no_token_but_nothing_else_is_taken_from_it(stranger):
    is_problem(stranger.send(OPEN_WITH_A_CODE, {}), 400)
    assert "colour" in is_problem(stranger.send(f"{OPEN_WITH_A_CODE}?colour=blue", {}), 400)["errors"]
    is_problem(stranger.read(OPEN_WITH_A_CODE), 405, "method_not_allowed")


@pytest.mark.parametrize("path", [*READS, *sorted(OPEN)])
def test_a_parameter_that_is_not_known_is_refused_and_named(alice, path):
    assert list(is_problem(alice.read(f"{path}?colour=blue"), 400)["errors"]) == ["colour"]


@pytest.mark.parametrize("path", READS)
def test_a_format_in_the_query_is_a_parameter_that_is_not_known(alice, path):
    assert list(is_problem(alice.read(f"{path}?format=xml"), 400)["errors"]) == ["format"]


@pytest.mark.parametrize(("method", "path"), [one for one in OPERATIONS if one[0] != "GET"])
def test_parameters_are_refused_where_something_is_written_too(alice, method, path):
    assert "colour" in is_problem(alice.ask(method, f"{path}?colour=blue", {}), 400)["errors"]


@pytest.mark.parametrize("path", sorted({path for _method, path in OPERATIONS}))
def test_another_method_is_405_and_named(alice, path):
    said = alice.ask("PROPFIND", path)

    is_problem(said, 405, "method_not_allowed")
    assert {method for method, address in OPERATIONS if address == path} <= set(said["Allow"].split(", "))


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v2/meals/", "/api/v1/meals", "/api/v1/days/2026-13-40/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_that_is_not_there_is_a_404_problem_with_or_without_a_token(alice, stranger, method, path):
    is_problem(stranger.ask(method, path, {}), 404, "not_found")
    is_problem(alice.ask(method, path, {}), 404, "not_found")


@override_settings(DEBUG=True)
def test_an_address_that_is_not_there_is_a_problem_while_debugging_too(alice):
    is_problem(alice.read("/api/v1/nowhere/"), 404)


def test_pages_of_the_web_keep_their_own_404(client, db):
    assert client.get("/nowhere/")["Content-Type"].startswith("text/html")


def test_a_body_that_is_no_json_is_refused(alice):
    for body in ('{"amount_ml": 200', b"\xff\xfe", '{"a":' * 100_000, "1" * 5000):
        is_problem(alice.send("water/", body), 400)
    assert is_problem(alice.send("water/", "[1, 2]"), 400)["errors"]["non_field_errors"]


def test_a_body_in_another_format_is_415(alice):
    is_problem(alice.send("water/", "amount_ml=200", Content_Type="application/x-www-form-urlencoded"), 415)


def test_a_body_beyond_a_megabyte_is_413(alice):
    is_problem(
        alice.send("water/", json.dumps({"amount_ml": 200, "note": "x" * 1_000_001})), 413, "too_large"
    )


def test_a_client_that_takes_no_json_is_told_so(alice):
    is_problem(alice.read("water/", Accept="application/xml"), 406)


def test_our_own_mistake_is_a_problem_and_tells_nothing_of_the_inside(alice, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("secret inside")

    monkeypatch.setattr(entries, "log_water", fails)
    alice.raise_request_exception = False

    said = alice.send("water/", {"amount_ml": 200})

    assert "secret" not in is_problem(said, 500, "error")["detail"] + said.content.decode()


def test_problems_are_told_in_the_language_asked_for(alice, monkeypatch):
    from django.utils import translation

    seen = []
    monkeypatch.setattr(entries, "log_water", lambda *a, **k: seen.append(translation.get_language()))
    alice.raise_request_exception = False
    alice.send("water/", {"amount_ml": 200}, Accept_Language="en-us")

    assert seen == ["en-us"]


def test_a_phone_may_send_a_hundred_requests_at_once_and_no_flood(alice, settings):
    for _request in range(100):
        assert alice.read("profile/").status_code == 200


def test_a_flood_is_429_and_says_when_to_come_back(alice, monkeypatch):
    from spasmlog.access import Patience

    monkeypatch.setattr(Patience, "THROTTLE_RATES", {"person": "3/min"})
    for _request in range(3):
        assert alice.read("profile/").status_code == 200
    said = alice.read("profile/")

    is_problem(said, 429, "throttled")
    assert 1 <= int(said["Retry-After"]) <= 61


def test_what_two_processes_count_adds_up_and_is_written_once_in_many_requests(alice, monkeypatch):
    from spasmlog.access import Patience

    class One(Patience):
        THROTTLE_RATES, tallies = {"person": "120/min"}, {}

    class Other(One):
        tallies = {}

    written = []
    store = cache.set
    monkeypatch.setattr(Patience.cache, "set", lambda *said: written.append(store(*said)))
    asked = SimpleNamespace(user=diarist(alice).user)
    let_through = sum(process().allow_request(asked, None) for _ in range(80) for process in (One, Other))

    assert 120 <= let_through <= 120 + 2 * 2  # each may be a sixtieth ahead of what it told
    assert not One().allow_request(asked, None)
    assert len(written) < let_through


def test_an_etag_stands_on_every_read_and_304_comes_only_when_asked_for(alice):
    first = alice.read("profile/")

    assert alice.read("profile/").status_code == 200
    again = alice.read("profile/", If_None_Match=first["ETag"])
    assert again.status_code == 304
    assert again.content == b""
    assert alice.read("profile/", If_None_Match='"another"').status_code == 200


def test_answers_about_a_person_are_kept_by_no_cache_between(alice):
    assert alice.read("profile/")["Cache-Control"] == "private, no-cache"


def test_the_server_tells_who_it_is_to_anybody(stranger):
    body = stranger.read("server/").json()

    assert (body["product"], body["api_version"], body["registration"]) == ("SpasmLog", "v1", "open")
    assert "diary" in body["features"]
    assert {"diary", "sync"} <= set(body["features"])


def test_the_server_is_not_ready_without_foods_or_migrations(stranger, foods, monkeypatch):
    monkeypatch.setattr(health, "migrated", lambda: False)
    said = stranger.read("server/")
    is_problem(said, 503, "not_ready")
    assert int(said["Retry-After"]) > 0

    monkeypatch.undo()
    monkeypatch.setattr(api_urls.Food.objects, "filter", lambda **_: foods.none())
    is_problem(stranger.read("server/"), 503)


def test_the_page_of_the_contract_loads_nothing_from_another_host(stranger):
    page = stranger.get("/api/v1/docs/").content.decode()

    assert "swagger-ui-bundle" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<style" not in page
    assert "<script>" not in page


def test_the_committed_document_is_that_of_the_code(settings):
    from drf_spectacular.renderers import OpenApiYamlRenderer

    document = SchemaGenerator().get_schema(request=None, public=True)
    written = OpenApiYamlRenderer().render(document, renderer_context={}).decode()

    assert (settings.BASE_DIR / "docs" / "openapi.yaml").read_text() == written, (
        "make it with manage.py spectacular"
    )
