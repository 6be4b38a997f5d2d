"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path

from spasmlog import health

urlpatterns = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
]
