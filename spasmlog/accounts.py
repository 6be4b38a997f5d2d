"""Signing up and in, on the web and from a phone.

A phone's token is shown once, when it is made. What is stored is only its SHA-256: the phone's
session row is named by it, so a copy of the database opens no account. Such a session is reached by
the token alone; as a web cookie its name is refused.
"""

import hashlib
import secrets

from allauth.account.adapter import DefaultAccountAdapter
from allauth.headless.internal.sessionkit import lookup_session, session_store
from allauth.headless.tokens.strategies.base import AbstractTokenStrategy
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from journal import devices
from spasmlog.sessions import follow, note_use

NAME_LENGTH = 40
DEVICE_NAME = "X-Device-Name"
"""The header in which a phone says at sign-in how it is called. Percent-encoded where it is not ASCII."""


def session_name(token: str) -> str:
    """The name under which a phone's session is stored: 136 bits of the token's SHA-256."""
    return (devices.PHONE + hashlib.sha256(token.encode()).hexdigest())[:NAME_LENGTH]


class HashedTokens(AbstractTokenStrategy):
    """Session tokens of which the database holds a digest; each use pushes their end further away."""

    def create_session_token(self, request: HttpRequest) -> str:
        """The token of this session: the one it was asked with, or a new one after any sign-in."""
        for token in (self.get_session_token(request), getattr(request, "_new_token", None)):
            if token and request.session.session_key == session_name(token):
                return token
        if name := devices.name_in_header(request.headers.get(DEVICE_NAME, "")):
            request.session[devices.SAID_NAME] = name
        request._new_token = secrets.token_urlsafe(32)
        _rename(request.session, session_name(request._new_token))
        return request._new_token

    def lookup_session(self, session_token: str) -> SessionBase | None:
        session = lookup_session(session_name(session_token))
        return session if session and session.use() else None


@transaction.atomic
def _rename(session: SessionBase, name: str) -> None:
    """Store a session under another name, and have the list of devices follow."""
    before = session.session_key
    session._session_key = name
    session.save(must_create=True)
    if before:
        session_store().delete(before)
        follow(before, name)


class WebSessionMiddleware(SessionMiddleware):
    """Django's session cookies, except that a phone's session is none of them; in use, they last."""

    def process_request(self, request: HttpRequest) -> None:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = self.SessionStore(None if key and key.startswith(devices.PHONE) else key)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.accessed and not session.modified and session.is_due():
            session.modified = True  # stored below, and its cookie lasts its full time again
            note_use(session.session_key)
        return super().process_response(request, response)


class AccountAdapter(DefaultAccountAdapter):
    """Registration as the settings say: open, by invitation or closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.REGISTRATION != "closed"
