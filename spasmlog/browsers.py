"""Pages of this server as a client of its own REST API: they send what was logged without a network.

A page has no token. It is let in by the cookie of its web session, and only where all of this holds: it names
the diary that it speaks for (`X-Diary`), the person signed in at this moment is the one whose diary that is,
and what changes something carries the CSRF token. So what waits in a browser for one person is never stored
in the diary of another, whoever signed in meanwhile. A request without the header is not looked at here:
cookies alone open nothing.
"""

import hashlib

from django.contrib.auth.models import AbstractBaseUser
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

DIARY = "X-Diary"


def diary_key(user: AbstractBaseUser) -> str:
    """The name under which a browser keeps what is this person's; it opens nothing.

    A new SECRET_KEY does not change it, so what waits still finds its diary. The moment of sign-up is in it,
    because a server that is set up anew counts its people from 1 again.
    """
    return hashlib.sha256(f"{user.pk} {user.date_joined.isoformat()}".encode()).hexdigest()[:24]


class OwnPages(SessionAuthentication):
    """The web session of the person whose diary the request names."""

    def authenticate(self, request: Request):
        named = request.headers.get(DIARY)
        if not named:
            return None
        user = getattr(request._request, "user", None)
        if not (user and user.is_active and constant_time_compare(named, diary_key(user))):
            raise exceptions.AuthenticationFailed(
                _("Sign in again as the person whose diary this is."), "signed_out"
            )
        self.enforce_csrf(request)
        return user, None
