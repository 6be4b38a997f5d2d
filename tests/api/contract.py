"""The API document as the tests read it: its operations, and schemas that a validator understands."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema
from drf_spectacular.generators import SchemaGenerator

OPEN = {"/api/v1/server/", "/api/v1/schema/", "/api/v1/pairing/"}
"""What anybody may ask without a token. Whoever adds to these says so here."""


@cache
def document() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


@dataclass(frozen=True)
class Operation:
    """One verb at one address of the document."""

    method: str
    path: str

    def __str__(self):
        return f"{self.method} {self.path.removeprefix('/api/v1')}"

    @property
    def told(self) -> dict:
        return document()["paths"][self.path][self.method.lower()]

    @property
    def is_open(self) -> bool:
        return self.told["security"] == []

    @property
    def parameters(self) -> dict[str, dict]:
        return {one["name"]: one for one in self.told.get("parameters", ())}

    @property
    def ids(self) -> list[str]:
        return [name for name, one in self.parameters.items() if one["in"] == "path"]

    def answer(self, status) -> dict:
        return resolved(self.told["responses"][str(status)])

    def example(self) -> Any:
        """What the document says a client might send."""
        content = self.told.get("requestBody", {}).get("content", {})
        if not content:
            return {}
        [first, *_others] = content["application/json"]["examples"].values()
        return resolved(first)["value"]

    def address(self, **ids) -> str:
        """The path with its ids filled in: with those given, else as in the document's example."""
        return self.path.format_map({name: one.get("example") for name, one in self.parameters.items()} | ids)


def operations() -> list[Operation]:
    return [
        Operation(method.upper(), path) for path, verbs in document()["paths"].items() for method in verbs
    ]


def resolved(part: dict) -> dict:
    """What a part of the document refers to, or itself."""
    if "$ref" not in part:
        return part
    found = document()
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return resolved(found)


def bodies(told: dict):
    """Every body in an operation's request and answers, as (where, content)."""
    for content in told.get("requestBody", {}).get("content", {}).values():
        yield "request", content
    for status, answer in told["responses"].items():
        for content in resolved(answer).get("content", {}).values():
            yield status, content


def fits(value: Any, schema: dict) -> None:
    """Raise if a value is not of a schema of the document."""
    jsonschema.Draft7Validator(
        _plain(schema) | {"components": {"schemas": _plain(document()["components"]["schemas"])}},
        format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER,
    ).validate(value)


def _plain(part: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` is another type there."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    plain = {name: _plain(one) for name, one in part.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if part.get("nullable") is True else plain
