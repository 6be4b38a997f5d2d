"""Where a person's e-mail address becomes another: allauth's own views, except that phones are told of it.

Adding an address, and asking for its letter again, change nothing yet and send mail: no transaction waits for
that. A confirmed address comes through `accounts.AccountAdapter.confirm_email`, a correction through the
admin.
"""

from typing import Any

from allauth.account.views import EmailView
from allauth.headless.account.views import ManageEmailView
from django.http import HttpRequest, HttpResponse

from journal import people

CHANGES = {"action_primary", "action_remove"}
"""The buttons of the page that may change which address is the person's."""


class Addresses(EmailView):
    """The page of a person's addresses."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not CHANGES & request.POST.keys():
            return super().post(request, *args, **kwargs)
        with people.telling_of_account(request.user):
            return super().post(request, *args, **kwargs)


class PhoneAddresses(ManageEmailView):
    """The same from a phone."""

    def patch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with people.telling_of_account(request.user):
            return super().patch(request, *args, **kwargs)

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with people.telling_of_account(request.user):
            return super().delete(request, *args, **kwargs)
