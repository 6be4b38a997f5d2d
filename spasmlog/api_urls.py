"""Everything below /api/: the resources of both apps, the server's own word, and the document of it all."""

import hashlib
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from nutrients.models import Food
from spasmlog import __version__, health
from spasmlog.access import StrangersPatience
from spasmlog.api import ApiView, Refusing
from spasmlog.errors import NotReady, not_found

API_VERSION = "v1"
OLDEST_CLIENT = "1.0"
FEATURES = [
    "diary", "foods", "intake", "gaps", "advice", "second_factor", "sync", "food_pack", "export", "patterns",
    "devices", "pairing", "reminders", "account_events",
]  # fmt: skip
"""What a client may rely on; more will be added as the product grows."""


class ServerShape(serializers.Serializer):
    product = serializers.CharField()
    version = serializers.CharField()
    api_version = serializers.CharField()
    oldest_client = serializers.CharField(
        help_text="The oldest version of this contract that is still understood."
    )
    time = serializers.DateTimeField()
    registration = serializers.ChoiceField(["open", "invitation", "closed"])
    features = serializers.ListField(child=serializers.CharField())


class Open:
    """For everybody: nothing of anybody's is in it."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = [StrangersPatience]


class Server(Open, ApiView):
    """Which server this is, for anybody. It answers once foods are loaded and the database is up to date."""

    @extend_schema(responses=ServerShape, auth=[])
    def get(self, request: Request) -> Response:
        if not (health.migrated() and Food.objects.filter(owner=None).exists()):
            raise NotReady()
        return Response(
            {
                "product": "SpasmLog",
                "version": __version__,
                "api_version": API_VERSION,
                "oldest_client": OLDEST_CLIENT,
                "time": timezone.now(),
                "registration": settings.REGISTRATION,
                "features": FEATURES,
            }
        )


@extend_schema_view(
    get=extend_schema(parameters=[OpenApiParameter(name, exclude=True) for name in ("format", "lang")])
)
class Schema(Open, Refusing, SpectacularAPIView):
    """This document, as YAML unless the client asks for JSON by `Accept`."""

    def _get_schema_response(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        body, etag = _document(type(renderer), get_language())
        name = self._get_filename(request, None)
        headers = {"Content-Disposition": f'inline; filename="{name}"', "ETag": etag}
        return HttpResponse(body, headers=headers, content_type=f"{renderer.media_type}; charset=utf-8")


@cache
def _document(renderer: type[BaseRenderer], language: str) -> tuple[bytes, str]:
    """The document in one form and language, and its ETag. Made once: it takes a quarter of a second."""
    document = Schema.generator_class().get_schema(public=True)
    body = renderer().render(document, renderer_context={})
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


class Docs(Open, Refusing, SpectacularSwaggerView):
    """The document as a page, with nothing loaded from another host."""

    template_name = "api_docs.html"
    url_name = "api-schema"


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """Any other address, for any method, also while debugging."""
    return not_found(request, Http404())


urlpatterns = [
    path("v1/server/", Server.as_view(), name="api-server"),
    path("v1/schema/", Schema.as_view(), name="api-schema"),
    path("v1/docs/", Docs.as_view(), name="api-docs"),
    path("v1/", include("journal.api.urls")),
    re_path("", nowhere),
]
