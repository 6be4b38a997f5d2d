"""A change that an older phone would stumble over is found and named; one that only adds is not."""

import json
from copy import deepcopy

import pytest
import yaml

from spasmlog import promises
from tests.api.contract import document as document_of_the_code

UUID = {"type": "string", "format": "uuid"}
ROW = {
    "type": "object",
    "required": ["id", "site", "note"],
    "properties": {
        "id": UUID,
        "site": {"nullable": True, "oneOf": [{"$ref": "#/components/schemas/SiteEnum"}]},
        "note": {"type": "string"},
        "grams": {"type": "number"},
        "relief": {"type": "array", "items": {"$ref": "#/components/schemas/Relief"}},
        "amounts": {"type": "object", "additionalProperties": {"type": "number"}},
    },
}
SENT = {
    "type": "object",
    "required": ["site"],
    "properties": {
        "site": {"$ref": "#/components/schemas/SiteEnum"},
        "note": {"type": "string", "nullable": True, "maxLength": 500},
        "tz": {"type": "string"},
    },
}
DOCUMENT = {
    "components": {
        "schemas": {
            "Row": ROW,
            "RowRequest": SENT,
            "Relief": {"type": "object", "required": ["what"], "properties": {"what": {"type": "string"}}},
            "SiteEnum": {"type": "string", "enum": ["calf", "foot"]},
        }
    },
    "paths": {
        "/cramps/": {
            "get": {
                "summary": "List cramps",
                "security": [],
                "parameters": [
                    {"in": "query", "name": "from", "schema": {"type": "string", "format": "date"}},
                ],
                "responses": {
                    "200": {"content": {"json": {"schema": {"$ref": "#/components/schemas/Row"}}}},
                    "304": {"description": "The same"},
                },
            },
            "post": {
                "requestBody": {
                    "content": {"json": {"schema": {"$ref": "#/components/schemas/RowRequest"}}},
                },
                "responses": {"201": {"content": {"json": {"schema": {"$ref": "#/components/schemas/Row"}}}}},
            },
        }
    },
}


class Change:
    """The document with something changed in it, by the words for each place."""

    def __init__(self):
        self.whole = deepcopy(DOCUMENT)
        self.paths = self.whole["paths"]
        self.get, self.post = self.paths["/cramps/"]["get"], self.paths["/cramps/"]["post"]
        self.schemas = self.whole["components"]["schemas"]
        self.row, self.sent = self.schemas["Row"], self.schemas["RowRequest"]
        self.site, self.relief = self.schemas["SiteEnum"], self.schemas["Relief"]


def found(change):
    changed = Change()
    change(changed)
    return promises.broken(promises.promise_of(DOCUMENT), promises.promise_of(changed.whole))


BREAKS = {
    "an address": (lambda to: to.paths.pop("/cramps/"), "/cramps/: the address is gone"),
    "an operation": (
        lambda to: to.paths["/cramps/"].pop("post"),
        "POST /cramps/: the operation is gone",
    ),
    "a token": (
        lambda to: to.get.update(security=[{"sessionToken": []}]),
        "GET /cramps/: a token is asked for",
    ),
    "a parameter": (lambda to: to.get["parameters"].clear(), "GET /cramps/: the parameter from is gone"),
    "a parameter's type": (
        lambda to: to.get["parameters"][0].update(schema={"type": "integer"}),
        "GET /cramps/: from was string, is integer",
    ),
    "a parameter asked for": (
        lambda to: to.get["parameters"].append({"in": "query", "name": "to", "required": True, "schema": {}}),
        "GET /cramps/: the parameter to is asked for",
    ),
    "a status": (lambda to: to.get["responses"].pop("304"), "GET /cramps/: 304 is not answered any more"),
    "a format answered": (
        lambda to: to.get["responses"]["200"].update(content={"xml": {"schema": {}}}),
        "GET /cramps/: 200 is not answered as json any more",
    ),
    "a format sent": (
        lambda to: to.post["requestBody"].update(content={"xml": {"schema": {}}}),
        "POST /cramps/: json is not taken any more",
    ),
    "a body taken": (lambda to: to.post.pop("requestBody"), "POST /cramps/: no body is taken any more"),
    "a body asked for": (
        lambda to: to.post["requestBody"].update(required=True),
        "POST /cramps/: a body is asked for",
    ),
    "a field answered": (lambda to: to.row["properties"].pop("note"), "GET /cramps/: 200:.note is gone"),
    "a field left out": (
        lambda to: to.row.update(required=["id", "site"]),
        "GET /cramps/: 200:.note may be left out",
    ),
    "a field null": (
        lambda to: to.row["properties"]["note"].update(nullable=True),
        "GET /cramps/: 200:.note may be null",
    ),
    "a field's type": (
        lambda to: to.row["properties"]["grams"].update(type="string"),
        "GET /cramps/: 200:.grams was number, is string",
    ),
    "a field's format": (
        lambda to: to.row["properties"]["id"].pop("format"),
        "GET /cramps/: 200:.id was uuid, is anything",
    ),
    "a code": (
        lambda to: to.site.update(enum=["calf", "toes"]),
        "GET /cramps/: 200:.site has no foot any more",
    ),
    "a code sent": (
        lambda to: to.site.update(enum=["calf"]),
        "POST /cramps/: the body:.site has no foot any more",
    ),
    "a field within a list": (
        lambda to: to.relief["properties"].pop("what"),
        "GET /cramps/: 200:.relief[].what is gone",
    ),
    "amounts by name": (
        lambda to: to.row["properties"]["amounts"]["additionalProperties"].update(type="string"),
        "GET /cramps/: 200:.amounts.* was number, is string",
    ),
    "a field sent": (
        lambda to: to.sent["properties"].pop("tz"),
        "POST /cramps/: the body:.tz is gone",
    ),
    "a field asked for": (
        lambda to: to.sent.update(required=["site", "tz"]),
        "POST /cramps/: the body:.tz is asked for",
    ),
    "a new field asked for": (
        lambda to: (to.sent["properties"].update(side=UUID), to.sent["required"].append("side")),
        "POST /cramps/: the body:.side is asked for",
    ),
    "no null sent": (
        lambda to: to.sent["properties"]["note"].pop("nullable"),
        "POST /cramps/: the body:.note may not be null any more",
    ),
    "a shorter text": (
        lambda to: to.sent["properties"]["note"].update(maxLength=100),
        "POST /cramps/: the body:.note is taken within narrower limits: maxLength",
    ),
    "a pattern": (
        lambda to: to.sent["properties"]["tz"].update(pattern="^[A-Z]"),
        "POST /cramps/: the body:.tz is taken within narrower limits: pattern",
    ),
}
ADDITIONS = {
    "an address": lambda to: to.paths.update({"/sleep/": to.paths["/cramps/"]}),
    "an operation": lambda to: to.paths["/cramps/"].update(delete={"responses": {"204": {}}}),
    "a parameter": lambda to: to.get["parameters"].append({"in": "query", "name": "to", "schema": {}}),
    "a status": lambda to: to.get["responses"].update({"429": {}}),
    "a field answered": lambda to: to.row["properties"].update(side=UUID),
    "a field sent": lambda to: to.sent["properties"].update(side=UUID),
    "a field sure to come": lambda to: to.row["required"].append("grams"),
    "a field that may be left out": lambda to: to.sent.update(required=[]),
    "a field never null": lambda to: to.row["properties"]["site"].update(nullable=False),
    "null taken": lambda to: to.sent["properties"]["tz"].update(nullable=True),
    "a code": lambda to: to.site["enum"].append("toes"),
    "a longer text": lambda to: to.sent["properties"]["note"].update(maxLength=900),
    "other words": lambda to: to.get.update(summary="Cramps", description="All of them"),
    "no token": lambda to: to.get.pop("security"),
    "another name of a schema": lambda to: (
        to.schemas.update(Cramp=to.row),
        to.get["responses"]["200"]["content"]["json"].update(schema={"$ref": "#/components/schemas/Cramp"}),
    ),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_what_breaks_an_older_phone_is_named(kind):
    change, words = BREAKS[kind]

    assert words in found(change)


@pytest.mark.parametrize("kind", ADDITIONS)
def test_what_is_added_breaks_nothing(kind):
    assert found(ADDITIONS[kind]) == []


def test_a_field_named_like_a_word_for_people_is_kept_too():
    def gone(to):
        del to.row["properties"]["title"]

    before = Change()
    before.row["properties"]["title"] = {"type": "string"}
    after = deepcopy(before)
    gone(after)

    broken = promises.broken(promises.promise_of(before.whole), promises.promise_of(after.whole))
    assert "GET /cramps/: 200:.title is gone" in broken


def test_the_api_keeps_what_it_promised():
    promised = json.loads(promises.BASELINE.read_text())

    assert promises.broken(promised, promises.promise_of(document_of_the_code())) == []


def test_the_check_fails_and_names_what_a_changed_document_breaks(tmp_path, monkeypatch, capsys):
    changed = yaml.safe_load(promises.DOCUMENT.read_text())
    del changed["components"]["schemas"]["WaterShape"]["properties"]["amount_ml"]
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(changed))
    assert promises.main([]) == 0
    monkeypatch.setattr(promises, "DOCUMENT", tmp_path / "openapi.yaml")

    assert promises.main([]) == 1
    said = capsys.readouterr().err
    assert "GET /api/v1/water/: 200:.results[].amount_ml is gone" in said
    assert "Changing the contract" in said


def test_a_promise_that_was_renewed_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(promises, "BASELINE", tmp_path / "baseline.json")

    assert promises.main(["--renew"]) == 0
    assert promises.main([]) == 0
