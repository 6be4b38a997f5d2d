"""The API document: for each operation what it is for, what it takes and answers, and how it refuses.

All of it comes from the views and shapes, so a new address is documented by being there: the summary and
the description from docstrings and the names of rows, the statuses from what a view takes, the examples
from `spasmlog.examples` (the rest by type). What cannot be seen from outside a view is said in it:
`nouns`, and `refuses`, further statuses by action (of a viewset) or by method in small letters.
"""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from django.utils.encoding import force_str
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance
from rest_framework import exceptions

from spasmlog.access import TokenAuthentication
from spasmlog.errors import (
    PROBLEM_JSON,
    ChangedSince,
    CursorExpired,
    KeyUsed,
    NotReady,
    TooLarge,
    problem,
    problem_of,
)
from spasmlog.examples import SOME_ID, example_of_shape

SUMMARIES = {
    "list": "List {many}",
    "retrieve": "Read {one}",
    "create": "Add {one}",
    "update": "Create or replace {one}",
    "partial_update": "Change part of {one}",
    "destroy": "Delete {one}",
}
DONE = {
    "200": "Done.",
    "201": "Made.",
    "204": "Done; there is nothing to answer.",
}
STORED = "This `id` or `Idempotency-Key` was known: the row as it is stored."
UNCHANGED = "The same as the answer whose ETag the client sent; no body."
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "The ETag of an answer that is still at hand: 304 if it is current.",
}
REFUSALS: dict[str, tuple[str, str, exceptions.APIException]] = {
    "400": (
        "NotTaken",
        "The body or the query cannot be taken: `errors` says why, field by field.",
        exceptions.ValidationError({"amount_ml": ["Enter a number."]}),
    ),
    "401": (
        "SignIn",
        "No token, or one that has ended: sign in again.",
        exceptions.NotAuthenticated(),
    ),
    "403": (
        "NotAllowed",
        "Signed in, but not allowed, now or later.",
        exceptions.PermissionDenied(),
    ),
    "404": (
        "NotThere",
        "Not there, or not yours; nobody is told which.",
        exceptions.NotFound("This is not there, or not yours."),
    ),
    "406": (
        "NoSuchFormat",
        "The client takes no format that is answered.",
        exceptions.NotAcceptable(),
    ),
    "410": (
        "TooLongAgo",
        "What happened since cannot be told any more: read everything anew.",
        CursorExpired(),
    ),
    "412": (
        "ChangedSince",
        "Changed since it was read: `current` is what is stored. `If-Match` where no row is: no `current`.",
        ChangedSince({"id": SOME_ID, "revision": 12}),
    ),
    "413": ("TooLarge", "More than one request may carry.", TooLarge()),
    "415": (
        "NotJson",
        "The body is not JSON by its `Content-Type`.",
        exceptions.UnsupportedMediaType("text/csv"),
    ),
    "422": ("KeyUsed", "This `Idempotency-Key` stands for another request.", KeyUsed()),
    "429": (
        "TooMany",
        "Too many requests: wait for `Retry-After` seconds.",
        exceptions.Throttled(wait=20),
    ),
    "500": (
        "OurMistake",
        "Our mistake. It is noted; try again later.",
        exceptions.APIException("Something went wrong here. It is noted; try again later.", "error"),
    ),
    "503": (
        "NotReady",
        "Not ready, or the database does not answer: wait for `Retry-After` seconds.",
        NotReady(),
    ),
}
"""By status: the name of the answer in the document, what it means, and what raises it."""

ALWAYS = ("400", "406", "429", "500", "503")


class TokenScheme(OpenApiAuthenticationExtension):
    """How the API document describes the token."""

    target_class = "spasmlog.access.TokenAuthentication"
    name = "sessionToken"

    def get_security_definition(self, auto_schema) -> dict:
        return {
            "type": "apiKey",
            "in": "header",
            "name": TokenAuthentication.header,
            "description": "`meta.session_token` of the answer to /_allauth/app/v1/auth/login.",
        }


class Documented(AutoSchema):
    """An operation in the document, told from its view."""

    def get_operation(self, *args, **kwargs) -> dict | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            operation.setdefault("security", [])
            self._tell_answers(operation)
            _tell_refusals(operation, self._may_refuse(operation))
        return operation

    def _get_request_body(self, direction: str = "request") -> dict | None:
        """Also of a DELETE that must be told something, which the generator would leave out."""
        method = self.method
        try:
            if method == "DELETE" and getattr(self.view, "delete_takes_body", False):
                self.method = "POST"
            return super()._get_request_body(direction)
        finally:
            self.method = method

    def get_override_parameters(self) -> list:
        declared = getattr(self.view, "parameters", {})
        return [one.documented() for one in declared.get(self._asked, ())]

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_summary(self) -> str:
        if self._asked in SUMMARIES and (nouns := self._nouns()):
            return SUMMARIES[self._asked].format(one=_one(*nouns), many=nouns[1])
        return _first_sentence(self._said_of_method() or self._said_of_view())

    def get_description(self) -> str:
        said = dict.fromkeys(filter(None, [self._said_of_view(), self._said_of_method()]))
        paragraphs = (" ".join(one.split()) for text in said for one in text.split("\n\n"))
        return "\n\n".join(paragraphs)

    def _map_serializer(self, serializer, direction, bypass_extensions=False) -> dict:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        known = schema.get("properties", {})
        if direction == "response" and known:
            # What is answered is whole: a value that is not known is null, and there. Unless a shape says
            # in `left_out` what may be missing.
            optional = getattr(force_instance(serializer), "left_out", ())
            schema["required"] = sorted(set(known) - set(optional))
        example = example_of_shape(type(force_instance(serializer)))
        if told := {name: value for name, value in example.items() if name in known}:
            schema["example"] = told
        return schema

    @property
    def _asked(self) -> str:
        return getattr(self.view, "action", None) or self.method.lower()

    def _nouns(self) -> tuple[str, str] | None:
        """What the rows are called, one and many."""
        if nouns := getattr(self.view, "nouns", None):
            return nouns
        queryset = getattr(self.view, "get_queryset", None)
        meta = queryset().model._meta if queryset else None
        return (force_str(meta.verbose_name), force_str(meta.verbose_name_plural)) if meta else None

    def _said_of_view(self) -> str:
        return inspect.cleandoc(type(self.view).__doc__ or "")

    def _said_of_method(self) -> str:
        return inspect.getdoc(getattr(self.view, self._asked, None)) or ""

    def _tell_answers(self, operation: dict) -> None:
        """Say of each answer what it is, and add those that come instead of it."""
        answers = operation["responses"]
        if self._asked == "update" and "200" in answers:
            answers["201"] = {**answers["200"]}
        if "201" in answers and self._names_its_row(operation):
            answers.setdefault("200", {**answers["201"], "description": STORED})
        for status, answer in answers.items():
            answer["description"] = answer.get("description") or DONE.get(status, "")
            if status in ("200", "201") and (self.method == "GET" or self._may_be_late(operation)):
                answer["headers"] = {
                    "ETag": {"$ref": "#/components/headers/ETag"},
                    **answer.get("headers", {}),
                }
        if self.method == "GET":
            operation.setdefault("parameters", []).append(IF_NONE_MATCH)
            answers["304"] = {"description": UNCHANGED}

    def _may_refuse(self, operation: dict) -> list[str]:
        """The statuses of the problems that this operation may answer."""
        writes = self.method in ("POST", "PUT", "PATCH") or "requestBody" in operation
        when = {
            "401": bool(operation["security"]),
            "404": "{" in self.path or self._names_its_row(operation),
            "412": self._may_be_late(operation),
            "413": writes,
            "415": writes,
            "422": _takes(operation, "Idempotency-Key"),
        }
        declared = getattr(self.view, "refuses", {}).get(self._asked, ())
        return sorted({*ALWAYS, *declared, *(status for status, may in when.items() if may)})

    def _names_its_row(self, operation: dict) -> bool:
        """Whether a client may say the id of what it makes: one that was known, or is another's."""
        return self.method == "POST" and "id" in self._body_fields(operation)

    def _may_be_late(self, operation: dict) -> bool:
        """Whether a client says which revision its change was made on."""
        if _takes(operation, "If-Match"):
            return True
        return self.method in ("PUT", "PATCH") and "base_revision" in self._body_fields(operation)

    def _body_fields(self, operation: dict) -> dict:
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        name = schema.get("$ref", "").rpartition("/")[2]
        for component in self.registry._components.values():
            if component.name == name:
                return component.schema.get("properties", {})
        return schema.get("properties", {})


def _takes(operation: dict, parameter: str) -> bool:
    return any(one["name"] == parameter for one in operation.get("parameters", ()))


def _tell_refusals(operation: dict, statuses: list[str]) -> None:
    answers = operation["responses"]
    declared = [status for status in answers if status >= "400"]
    for status in sorted({*statuses, *declared}):
        known = REFUSALS.get(status)
        said = answers.get(status, {}).get("description")
        if known and not said:
            answers[status] = {"$ref": f"#/components/responses/{known[0]}"}
        else:
            answers[status] = _refusal(status, said or known[1])
    operation["responses"] = dict(sorted(answers.items()))


def _one(name: str, plural: str) -> str:
    if name == plural:
        return name
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _first_sentence(said: str) -> str:
    return re.split(r"[.:;](?=\s|$)", " ".join(said.split()), maxsplit=1)[0]


# What every operation shares ------------------------------------------------------------------


def complete(result: dict, generator, **kwargs) -> dict:
    """Add to the document what its operations refer to: problems, headers and examples."""
    components = result["components"]
    components["schemas"]["Problem"] = PROBLEM_SCHEMA
    components["headers"] = HEADERS
    components["responses"] = {name: _refusal(status, said) for status, (name, said, _e) in REFUSALS.items()}
    components["examples"] = {}
    for operation in operations(result):
        _show_examples(operation, components)
    for schema in components["schemas"].values():
        schema.pop("example", None)  # it stands in the examples now, with the rest of its shape
    return result


def operations(document: dict) -> Iterator[dict]:
    for methods in document["paths"].values():
        yield from methods.values()


def _refusal(status: str, said: str) -> dict:
    """An answer that is a problem document, with an example of it."""
    answer: dict[str, Any] = {
        "description": said,
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {"problem": {"value": _example_problem(status, said)}},
            }
        },
    }
    if headers := REFUSAL_HEADERS.get(status):
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    return answer


def _example_problem(status: str, said: str) -> dict:
    known = REFUSALS.get(status)
    return problem_of(known[2]) if known else problem(int(status), "refused", said)


HEADERS = {
    "ETag": {"description": "Names what is answered.", "schema": {"type": "string"}},
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {
        "description": "The header in which a token is wanted.",
        "required": True,
        "schema": {"type": "string"},
    },
}
REFUSAL_HEADERS = {"401": ["WWW-Authenticate"], "429": ["Retry-After"], "503": ["Retry-After"]}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457. `code` is stable: act on it. `detail` is a sentence to show.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "current": {"type": "object", "description": "Of 412: the row as it is stored now, if there is one."},
    },
}


# Examples -------------------------------------------------------------------------------------

BY_FORMAT = {
    "uuid": SOME_ID,
    "date": "2026-01-05",
    "date-time": "2026-01-05T20:40:00Z",
    "time": "04:00",
    "uri": "https://spasmlog.example.org/",
    "email": "me@example.org",
}
BY_TYPE: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True}


def _show_examples(operation: dict, components: dict) -> None:
    if body := operation.get("requestBody"):
        _show(body, components, whole=False)
    for status, answer in operation["responses"].items():
        if status < "400":
            _show(answer, components, whole=True)
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter.setdefault("example", example_of(parameter["schema"], components, whole=True))


def _show(message: dict, components: dict, *, whole: bool) -> None:
    """Refer from the body of a request or an answer to an example of it."""
    for content in message.get("content", {}).values():
        schema = content["schema"]
        if content.get("examples"):
            continue
        if "$ref" not in schema:
            content["examples"] = {"example": {"value": example_of(schema, components, whole=whole)}}
            continue
        name = schema["$ref"].rpartition("/")[2]
        if name not in components["examples"]:
            components["examples"][name] = {"value": example_of(schema, components, whole=whole)}
        content["examples"] = {"example": {"$ref": f"#/components/examples/{name}"}}


UNSAID: Any = object()


def example_of(schema: dict, components: dict, *, whole: bool, told: Any = UNSAID) -> Any:
    """A value that fits a schema: as it was `told`, else as its shape tells, else by its type.

    Of an answer the `whole` of it, of a request what must be said and what is told.
    """
    inner = schema.get("allOf", [schema])[0]
    if "$ref" in inner:
        inner = components["schemas"][inner["$ref"].rpartition("/")[2]]
    if "properties" in inner and (told is UNSAID or isinstance(told, dict)):
        return _object(inner, components, whole, {} if told is UNSAID else told)
    if inner.get("type") == "array" and (told is UNSAID or isinstance(told, list)):
        rows = [UNSAID] if told is UNSAID else told
        return [example_of(inner["items"], components, whole=whole, told=row) for row in rows]
    if told is not UNSAID:
        return told
    return None if schema.get("nullable") else _by_type(inner, components, whole)


def _object(schema: dict, components: dict, whole: bool, told: dict) -> dict:
    told = {**schema.get("example", {}), **told}
    wanted = schema["properties"] if whole else {*schema.get("required", ()), *told}
    return {
        name: example_of(inner, components, whole=whole, told=told.get(name, UNSAID))
        for name, inner in schema["properties"].items()
        if name in wanted
    }


def _by_type(schema: dict, components: dict, whole: bool) -> Any:
    if "default" in schema:
        return schema["default"]
    for kind in ("oneOf", "anyOf"):
        if kind in schema:
            return example_of(schema[kind][0], components, whole=whole)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type", "object") == "object":
        return {}
    return BY_FORMAT.get(schema.get("format", ""), BY_TYPE[schema["type"]])
