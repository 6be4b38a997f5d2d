"""Signing up and in, on the web and from a phone.

A phone's token is shown once, when it is made. What is stored is only its SHA-256: the phone's
session row is named by it, so a copy of the database opens no account. Such a session is reached by
the token alone; as a web cookie its name is refused.
"""

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email, filter_users_by_username
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.core.internal.httpkit import get_client_ip
from allauth.headless.internal.sessionkit import lookup_session, session_store
from allauth.headless.tokens.strategies.base import AbstractTokenStrategy
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from journal import account_log, devices, people
from journal.codes import EventKind
from spasmlog.sessions import follow

NAME_LENGTH = 40
TOO_MANY = ("too_many_login_attempts", "rate_limited")
"""allauth's codes for too many wrong passwords, and wrong codes of a second factor."""
DEVICE_NAME = "X-Device-Name"
"""The header in which a phone says at sign-in how it is called. Percent-encoded where it is not ASCII."""


class People(AuthenticationBackend):
    """Who is signed in, by e-mail or username. A person comes with their diary and their plan of reminders,
    in one query: every page and every address of the API asks for the one, Today for both."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("diarist__reminder_plan").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None


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
        if name := getattr(request, "_device_name", "") or _name_in_header(request):
            request.session[devices.SAID_NAME] = name
        request._new_token = secrets.token_urlsafe(32)
        _rename(request.session, session_name(request._new_token))
        return request._new_token

    def lookup_session(self, session_token: str) -> SessionBase | None:
        session = lookup_session(session_name(session_token))
        return session if session and session.use() else None


def _name_in_header(request: HttpRequest) -> str:
    return devices.name_in_header(request.headers.get(DEVICE_NAME, ""))


@transaction.atomic
def _rename(session: SessionBase, name: str) -> None:
    """Store a session under another name, and have the list of devices follow."""
    before = session.session_key
    session._session_key = name
    session.save(must_create=True)
    if before:
        session_store().delete(before)
        follow(before, name)


def sign_in_phone(request: HttpRequest, user: User, name: str = "") -> tuple[str, UserSession]:
    """Sign a phone in that proved itself by a pairing code. Returns its token, shown only now, and its row.

    Without a `name` it is called by what its headers say, as at any sign-in.
    No second factor is asked for: the page that showed the code was past it (`proof_wanted`).
    """
    with _session_of_its_own(request):
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        record_authentication(request, user, method="pairing")
        request._device_name = name
        UserSession.objects.create_from_request(request)
        token = HashedTokens().create_session_token(request)
        account_log.note(user, EventKind.PHONE_CONNECTED, place_of(request))
        return token, UserSession.objects.get(session_key=session_name(token))


@contextmanager
def _session_of_its_own(request: HttpRequest) -> Iterator[None]:
    """For this while, a session that no cookie will name, whatever the request came with."""
    before = request.session, request.user
    request.session, request.user = session_store(), AnonymousUser()
    try:
        yield
    finally:
        request.session, request.user = before
        request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False  # a sign-in asks for one; a phone has no use for it


def proof_wanted(request: HttpRequest) -> str:
    """The page where a person must prove again who they are before a phone is let in; "" if they need not.

    A sign-in of the last minutes is proof enough. Where the account has a second factor, it must also have
    been given in this session, however long ago: a browser signed in before it was set up is not past it.
    """
    known = get_authentication_records(request, request.user)
    if is_mfa_enabled(request.user) and not any(one["method"] == "mfa" for one in known):
        return "mfa_reauthenticate"
    latest = max((one["at"] for one in known), default=0)
    fresh = time.time() - latest < account_settings.REAUTHENTICATION_TIMEOUT
    return "" if fresh else "account_reauthenticate"


def recovery_codes_left(user: User) -> int | None:
    """How many recovery codes are unused; None where the second factor is off."""
    if not is_mfa_enabled(user):
        return None
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(codes.wrap().get_unused_codes()) if codes else 0


class WebSessionMiddleware(SessionMiddleware):
    """Django's session cookies, except that a phone's session is none of them; in use, they last."""

    def process_request(self, request: HttpRequest) -> None:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = self.SessionStore(None if key and key.startswith(devices.PHONE) else key)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.accessed and not session.modified and session.is_due():
            try:
                session.modified = session.note_use()  # its cookie lasts its full time again
            except UpdateError:
                session.modified = True  # and it is said below that it was ended
        return super().process_response(request, response)


class TooManyTries(Exception):
    """Somebody signed in gave a wrong password too often. Sign-in counts for itself."""

    words = _("This was wrong too often. Wait five minutes, then try again.")

    def __init__(self, wait: float):
        self.wait = wait
        """How long until the lockout ends. [s]"""
        super().__init__(self.words)


def confirm_password(user: AbstractBaseUser, password: str) -> None:
    """Have the person at the device say the password again, before what cannot be undone.

    Raises
    ------
    django.core.exceptions.ValidationError
        If it is not theirs.
    TooManyTries
        If it was wrong so often that this person is not asked any more for a while.
    """
    try:
        right = get_adapter().reauthenticate(user, password)
    except ValidationError:
        raise TooManyTries(context.request.locked_for) from None
    if not right:
        raise ValidationError({"password": _("This is not your password.")})


class AccountAdapter(DefaultAccountAdapter):
    """Registration as the settings say: open, by invitation or closed. A lockout knows when it ends."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.REGISTRATION != "closed"

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The first address that is confirmed becomes the person's own: their phones are told of it."""
        with people.telling_of_account(email_address.user):
            return super().confirm_email(request, email_address)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse without a look at the password where there were too many wrong ones."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            name = self._get_login_attempts_cache_key(request, **credentials)
            request.locked_for = locked_for(request, **SIGNING_IN, key=name)
            raise

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **how: Any) -> HttpResponse:
        response = super().post_login(request, user, **how)
        if how.get("signup"):
            account_log.note(user, EventKind.SIGNED_UP, place_of(request))
        else:
            account_log.note_sign_in(user, place_of(request))
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Have the person whose name it was know of a wrong password."""
        if (user := _named(**credentials)) is not None:
            account_log.note_refused(user, EventKind.SIGN_IN_REFUSED, place_of(request))

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, *args: Any, **kwargs: Any
    ) -> None:
        """Whatever allauth has a letter for is told in the account's log, too, where no letter is sent."""
        if kind := TOLD_BY_LETTER.get(template_prefix):
            account_log.note(user, kind, place_of(self.request))
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Of wrong codes of a second factor, too, say how long they lock: they are counted by the person."""
        request = context.request
        if code in TOO_MANY and not hasattr(request, "locked_for") and (person := _being_asked(request)):
            request.locked_for = locked_for(request, **SIGNING_IN, key=f"mfa-auth-user-{person.pk}")
        return super().validation_error(code, *args)

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether a person who is signed in gives the right password; too many wrong ones are refused.

        They are counted by person, apart from those at sign-in: there a stranger who knows no more than the
        address can use them up, and must not keep anybody from deleting the account.
        """
        request = context.request
        used = ratelimit.consume(request, **CONFIRMING, user=user)
        if not used:
            request.locked_for = locked_for(request, **CONFIRMING, user=user)
            raise self.validation_error("too_many_login_attempts")
        right = user.check_password(password)
        if right:
            used.rollback()
        else:
            account_log.note_refused(user, EventKind.PASSWORD_REFUSED, place_of(request))
        return right


class FactorAdapter(DefaultMFAAdapter):
    """A wrong code of a second factor is told in the account's log."""

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code == "incorrect_code" and (person := _being_asked(context.request)):
            account_log.note_refused(person, EventKind.CODE_REFUSED, place_of(context.request))
        return super().validation_error(code, *args)


TOLD_BY_LETTER = {
    "account/email/password_changed": EventKind.PASSWORD_CHANGED,
    "account/email/password_set": EventKind.PASSWORD_CHANGED,
    "account/email/password_reset": EventKind.PASSWORD_RESET,
    "account/email/email_changed": EventKind.EMAIL_CHANGED,
    "account/email/email_deleted": EventKind.EMAIL_REMOVED,
    "mfa/email/totp_activated": EventKind.FACTOR_ON,
    "mfa/email/totp_deactivated": EventKind.FACTOR_OFF,
    "mfa/email/recovery_codes_generated": EventKind.CODES_MADE,
}
"""allauth's letters about an account, and what each is in its log."""


def place_of(request: HttpRequest) -> account_log.Place:
    """From where somebody asks, as far as it is kept."""
    return account_log.place_of(request.headers.get("User-Agent", ""), get_client_ip(request) or "")


def _named(email: str = "", username: str = "", **_more: Any) -> AbstractBaseUser | None:
    """Whose name or address it is that somebody gave at sign-in."""
    found = filter_users_by_email(email, is_active=True) if email else []
    return next(iter(found or (filter_users_by_username(username) if username else [])), None)


def _being_asked(request: HttpRequest) -> AbstractBaseUser | None:
    """The person whose second factor is asked for: signed in, or half-way through signing in."""
    if request.user.is_authenticated:
        return request.user
    begun = unstash_login(request, peek=True)
    return begun.user if begun else None


SIGNING_IN: dict[str, Any] = {"app": "allauth.account", "action": "login_failed"}
CONFIRMING: dict[str, Any] = {
    "app": "spasmlog",
    "action": "confirm_password",
    "config": {"confirm_password": "5/300s/user"},
}
"""How allauth counts wrong passwords at sign-in, and those of somebody who is signed in."""


def locked_for(
    request: HttpRequest, app: str, action: str, config: dict[str, str] | None = None, **whose: Any
) -> float:
    """How long until the oldest of the attempts that lock is forgotten. [s]"""
    waits = [0.0]
    for rate in ratelimit.get_rates(app=app, action=action, config=config):
        place = ratelimit.get_cache_key(request, app=app, action=action, rate=rate, **whose)
        attempts = cache.get(place, [])
        if len(attempts) >= rate.amount:
            waits.append(attempts[-1] + rate.duration - time.time())
    return max(waits)
