"""The REST door's frame: what may be asked, pages, ETags, and the types of what is sent.

The resources themselves are in `nutrients.api` and `journal.api`; what the API document says of them is made
in `spasmlog.document`.
"""

import hashlib
import math
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import register_converter
from django.urls.converters import UUIDConverter
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import exceptions, pagination, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from spasmlog.telling import teller

# Addresses -----------------------------------------------------------------------------------


class AnyUUID(UUIDConverter):
    """An id in an address, in small letters or, as some phones write them, in capitals."""

    regex = UUIDConverter.regex.replace("a-f", "a-fA-F")


register_converter(AnyUUID, "id")


# What is asked -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parameter:
    """A query parameter: how it is read, and how the API document tells of it."""

    name: str
    kind: type
    description: str | Promise
    choices: tuple = ()
    required: bool = False
    format: str = field(default="", compare=False)

    def read(self, said: str) -> Any:
        try:
            value = READERS[self.kind](said)
        except (ValueError, OverflowError):
            value = None
        if value is None:
            raise exceptions.ValidationError({self.name: [NOT_READ[self.kind]]})
        if self.choices and value not in self.choices:
            choices = ", ".join(str(choice) for choice in self.choices)
            raise exceptions.ValidationError(
                {self.name: [_("Give one of: %(choices)s.") % {"choices": choices}]}
            )
        return value

    def documented(self) -> OpenApiParameter:
        return OpenApiParameter(
            self.name, self.kind, OpenApiParameter.QUERY, required=self.required,
            description=force_str(self.description), enum=self.choices or None,
        )  # fmt: skip


def _moment(said: str) -> datetime | None:
    # A plus that was not written as %2B arrives as a space.
    moment = parse_datetime(said.replace(" ", "+") if said.count(" ") == 1 and "T" in said else said)
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


def _whole(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None


def _text(said: str) -> str | None:
    return None if "\x00" in said else said


READERS = {date: parse_date, datetime: _moment, int: _whole, str: _text, UUID: UUID}
NOT_READ = {
    date: _("Give a date such as 2026-11-22."),
    datetime: _("Give a time with its offset from UTC, such as 2026-11-22T07:30:00+01:00."),
    int: _("Give a whole number."),
    str: _("This text has characters that cannot be looked for."),
    UUID: _("Give an id (a UUID)."),
}
PAGE = (
    Parameter("cursor", str, _("Where to go on: `next` and `previous` of the answer hold it.")),
    Parameter("page_size", int, _("Rows of a page: 50 unless said, at most 200.")),
)


class Refusing:
    """A view that refuses query parameters it does not know, and reads those it does."""

    parameters: Mapping[str, Iterable[Parameter]] = {}
    """By action (of a viewset) or by method in small letters."""

    @property
    def taken(self) -> dict[str, Parameter]:
        asked = getattr(self, "action", None) or self.request.method.lower().replace("head", "get")
        return {one.name: one for one in self.parameters.get(asked, ())}

    def initial(self, request: Request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        self.asked = read_query(request, self.taken)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        if response.streaming:
            return get_conditional_response(
                request._request, etag=response.headers.get("ETag"), response=response
            )
        if request.method == "GET" and response.status_code == 200:
            if not isinstance(response, Response):
                return with_etag(request, response)
            response.add_post_render_callback(lambda rendered: with_etag(request, rendered))
        return response


def read_query(request: Request, taken: Mapping[str, Parameter]) -> dict[str, Any]:
    """The values of the query by name; anything unknown, doubled or unreadable is refused."""
    wrong, found = {}, {}
    for name, said in request.query_params.lists():
        try:
            if name not in taken:
                known = ", ".join(taken) or "-"
                raise exceptions.ValidationError(
                    {name: [_("There is no such parameter here. Known: %(known)s.") % {"known": known}]}
                )
            if len(said) > 1:
                raise exceptions.ValidationError({name: [_("Give this once.")]})
            found[name] = taken[name].read(said[0])
        except exceptions.ValidationError as error:
            wrong.update(error.detail)
    for name, parameter in taken.items():
        if parameter.required and name not in found and name not in wrong:
            wrong[name] = [_("Give this.")]
    if wrong:
        raise exceptions.ValidationError(wrong)
    return found


def with_etag(request: Request, response: HttpResponse):
    """Name what is answered, and answer 304 to a client that says it has just that."""
    if not response.headers.get("ETag"):
        response.headers["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    return get_conditional_response(request._request, etag=response.headers["ETag"], response=response)


class ApiView(Refusing, APIView):
    """A single address."""


class Files:
    """A view that answers files, whatever the client says it accepts: problems are JSON all the same."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple:
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type


class ApiViewSet(Refusing, viewsets.GenericViewSet):
    """A resource."""


class Pages(pagination.CursorPagination):
    """`{results, next, previous}`; rows that come or go meanwhile neither repeat nor hide others."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    invalid_cursor_message = _("This cursor is not one of ours. Begin at the first page.")

    def paginate_queryset(self, queryset, request, view=None):
        said = request.query_params.get("page_size")
        if said is not None and not 1 <= int(said) <= self.max_page_size:
            raise exceptions.ValidationError({"page_size": [_("Give a number from 1 to 200.")]})
        try:
            return super().paginate_queryset(queryset, request, view)
        except (exceptions.NotFound, ValueError, OverflowError):
            raise exceptions.ValidationError({"cursor": [self.invalid_cursor_message]}) from None

    def get_ordering(self, request, queryset, view):
        return view.page_ordering

    def get_paginated_response(self, data) -> Response:
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return Response({"results": data, **links})

    def get_paginated_response_schema(self, schema: dict) -> dict:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }


# Shapes ---------------------------------------------------------------------------------------


@extend_schema_field({"type": "number", "format": "double"})
class Number(serializers.DecimalField):
    """A finite number, exact as it was typed; answered as a JSON number."""

    default_error_messages = {"invalid": _("Enter a number."), "max_string_length": _("Enter a number.")}

    def __init__(self, **kwargs):
        super().__init__(max_digits=None, decimal_places=None, **kwargs)

    def validate_empty_values(self, data):
        return serializers.Field.validate_empty_values(self, data)  # an empty text is no number, not null

    def to_internal_value(self, data) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, (int, float, str, Decimal)) or "_" in str(data):
            self.fail("invalid")
        try:
            value = super().to_internal_value(data)
        except (ValueError, OverflowError):
            self.fail("invalid")
        if value and not -30 < value.adjusted() < 30:
            self.fail("invalid")  # nothing that a person eats, weighs or drinks; too long for any column
        return value

    def to_representation(self, value) -> float:
        return float(value)


class Whole(serializers.IntegerField):
    """A whole number that a database can hold."""

    default_error_messages = {
        "invalid": _("Enter a whole number."),
        "max_string_length": _("Enter a whole number."),
    }

    def to_internal_value(self, data) -> int:
        if isinstance(data, bool) or (
            isinstance(data, float) and not (math.isfinite(data) and data.is_integer())
        ):
            self.fail("invalid")
        if not isinstance(data, (int, float, str)) or "_" in str(data):
            self.fail("invalid")
        value = super().to_internal_value(int(data) if isinstance(data, float) else data)
        if abs(value) >= 2**31:
            self.fail("invalid")
        return value


class Text(serializers.CharField):
    """A text; null says the same as nothing."""

    def __init__(self, **kwargs):
        kwargs = {"allow_blank": True, "allow_null": True, "required": False, **kwargs}
        super().__init__(**kwargs)

    def to_internal_value(self, data) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)

    def run_validation(self, data=serializers.empty):
        value = super().run_validation(data)
        return "" if value is None else value


class Code(serializers.ChoiceField):
    """One word of a list. Null is "not said", and so is nothing at all."""

    def __init__(self, choices, **kwargs):
        kwargs = {"allow_null": True, "required": False, **kwargs}
        super().__init__(choices, **kwargs)

    def run_validation(self, data=serializers.empty):
        if data == "" and self.allow_null:
            data = None
        value = super().run_validation(data)
        return "" if value is None else value

    def to_internal_value(self, data) -> str:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)

    def to_representation(self, value):
        return str(value) if value else None


class Moment(serializers.DateTimeField):
    """RFC 3339 with offset; answered in UTC."""

    default_error_messages = {
        "invalid": _("Give a time with its offset from UTC, such as 2026-11-22T07:30:00+01:00."),
        "naive": _("This time has no offset from UTC. Write it such as 2026-11-22T07:30:00+01:00."),
    }

    def to_internal_value(self, value) -> datetime:
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
            if moment is None:
                self.fail("invalid")
            if moment.tzinfo is None:
                self.fail("naive")
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")


class Yes(serializers.BooleanField):
    """true or false, and no word that looks like it."""

    default_error_messages = {"invalid": _("Give true or false.")}

    def to_internal_value(self, data) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


_made = threading.local()


class Shape(serializers.Serializer):
    """Names and types of a JSON object. A field that it does not know is refused, not ignored."""

    default_error_messages = {"unknown": _("There is no such field."), "invalid": _("Give a JSON object.")}

    @classmethod
    def reading(cls, data: Any, context: dict, *, partial: bool = False) -> "Shape":
        """A checked reading of `data`; raises `ValidationError` by field. It holds until the next reading.

        The shape is made once for each thread: to make one takes longer than to read with it.
        """
        shapes = _made.__dict__.setdefault("shapes", {})
        shape = shapes.get(cls) or shapes.setdefault(cls, cls(data=data))
        shape._context, shape.partial, shape.initial_data = context, partial, data
        for before in ("_validated_data", "_errors", "_data"):
            shape.__dict__.pop(before, None)
        shape.is_valid(raise_exception=True)
        return shape

    @classmethod
    def told(cls, row: Any) -> dict[str, Any]:
        """A row as JSON: what `.data` holds."""
        return teller(cls)(row)

    def to_internal_value(self, data):
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise exceptions.ValidationError({name: [self.error_messages["unknown"]] for name in unknown})
        return super().to_internal_value(data)
