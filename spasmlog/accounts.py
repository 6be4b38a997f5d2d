"""Signing up and in, on the web and from a phone.

A phone's token is shown once, when it is made. What is stored is only its SHA-256: the phone's
session row is named by it, so a copy of the database opens no account. Such a session is reached by
the token alone; as a web cookie its name is refused.
"""

import hashlib
import secrets

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.headless.internal.sessionkit import lookup_session, session_store
from allauth.headless.tokens.strategies.base import AbstractTokenStrategy
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

PHONE = "phone-"
"""How the names of phones' sessions begin. Session keys have no hyphen, so no cookie is named so."""
NAME_LENGTH = 40
SEEN = "seen_on"


def session_name(token: str) -> str:
    """The name under which a phone's session is stored: 136 bits of the token's SHA-256."""
    return (PHONE + hashlib.sha256(token.encode()).hexdigest())[:NAME_LENGTH]


class HashedTokens(AbstractTokenStrategy):
    """Session tokens of which the database holds a digest; each use pushes their end further away."""

    def create_session_token(self, request: HttpRequest) -> str:
        """The token of this session: the one it was asked with, or a new one after any sign-in."""
        for token in (self.get_session_token(request), getattr(request, "_new_token", None)):
            if token and request.session.session_key == session_name(token):
                return token
        request._new_token = secrets.token_urlsafe(32)
        _rename(request.session, session_name(request._new_token))
        return request._new_token

    def lookup_session(self, session_token: str) -> SessionBase | None:
        session = lookup_session(session_name(session_token))
        return session if session and _slid(session) else None


@transaction.atomic
def _rename(session: SessionBase, name: str) -> None:
    """Store a session under another name, and have the list of devices follow."""
    before = session.session_key
    session[SEEN] = timezone.now().date().isoformat()
    session._session_key = name
    session.save(must_create=True)
    if before:
        session_store().delete(before)
        UserSession.objects.filter(session_key=before).update(session_key=name)


def _slid(session: SessionBase) -> bool:
    """Once a day, have a session in use last its full time again; False if it has just been ended."""
    now = timezone.now()
    if session.get(SEEN) == now.date().isoformat():
        return True
    session[SEEN] = now.date().isoformat()
    try:
        session.save()
    except UpdateError:
        return False
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)
    return True


class WebSessionMiddleware(SessionMiddleware):
    """Django's session cookies, except that a phone's session is none of them."""

    def process_request(self, request: HttpRequest) -> None:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = self.SessionStore(None if key and key.startswith(PHONE) else key)


class TooManyTries(Exception):
    """The password was wrong too often. It counts together with wrong passwords at sign-in."""

    wait = 300
    """Seconds until the lockout of sign-in ends at the latest."""
    words = _("This was wrong too often. Wait five minutes, then try again.")


def confirm_password(user: AbstractBaseUser, password: str) -> None:
    """Have the person at the device say the password again, before what cannot be undone.

    Raises
    ------
    django.core.exceptions.ValidationError
        If it is not theirs.
    TooManyTries
        If it was wrong so often, here or at sign-in, that nobody is asked any more for a while.
    """
    try:
        right = get_adapter().reauthenticate(user, password)
    except ValidationError:
        raise TooManyTries from None
    if not right:
        raise ValidationError({"password": _("This is not your password.")})


class AccountAdapter(DefaultAccountAdapter):
    """Registration as the settings say: open, by invitation or closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.REGISTRATION != "closed"
