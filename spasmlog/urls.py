"""Where each address leads."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from spasmlog import health, metrics
from spasmlog.addresses import Addresses, PhoneAddresses

# One way in for everybody, with its lockout and second factor: the admin has no sign-in of its own.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("metrics", metrics.page),
    path("admin/", admin.site.urls),
    path("api/", include("spasmlog.api_urls")),
    path("_allauth/app/v1/account/email", PhoneAddresses.as_api_view(client="app")),
    path("_allauth/", include("allauth.headless.urls")),
    path("accounts/email/", Addresses.as_view()),
    path("accounts/sessions/", RedirectView.as_view(pattern_name="devices")),
    path("accounts/", include("allauth.urls")),
    path("language/", set_language, name="set_language"),
    path("", include("journal.urls")),
]

handler400 = "spasmlog.errors.bad_request"
handler403 = "spasmlog.errors.permission_denied"
handler404 = "spasmlog.errors.not_found"
handler500 = "spasmlog.errors.server_error"
