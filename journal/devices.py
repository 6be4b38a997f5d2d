"""The devices that a person is signed in on: how they are called, when they were used, and their end.

A device is a sign-in: a browser's, or a phone's that holds a token. Its row is allauth's `UserSession`. It is
called as its owner renamed it (kept in that row), else as it said itself (kept in its session), else by what
its User-Agent tells. One that was ended elsewhere, or by another password, is no device.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote_to_bytes

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

PHONE = "phone-"
"""How the names of phones' sessions begin. Session keys have no hyphen, so no cookie is named so."""
LONGEST_NAME = 60
SAID_NAME = "device_name"
"""Under this a session keeps what a phone said at sign-in, before its device has a row."""
IDS = uuid.UUID("6f0f2f6e-9c0b-5d58-8f2c-3f6f0f9f3d51")
"""Ids of devices are made from the numbers of their rows in this namespace: ids here are UUIDs."""


@dataclass(frozen=True)
class Device:
    """A sign-in as its owner sees it. `last_used_at` is true to the hour."""

    id: uuid.UUID
    name: str
    is_phone: bool
    is_current: bool
    first_used_at: datetime
    last_used_at: datetime
    ip: str
    row: UserSession

    @property
    def kind(self) -> str:
        return "phone" if self.is_phone else "web"


def device_of(row: UserSession, said_name: str = "", current: str | None = "") -> Device:
    """The device of a session's row; `current` is the name of the session that asks."""
    is_phone = row.session_key.startswith(PHONE)
    return Device(
        id=uuid.uuid5(IDS, str(row.pk)),
        name=row.data.get("name") or said_name or in_plain_words(row.user_agent, is_phone),
        is_phone=is_phone,
        is_current=row.session_key == current,
        first_used_at=row.created_at,
        last_used_at=row.last_seen_at,
        ip=row.ip,
        row=row,
    )


def devices_of(user: User, current: str | None = "") -> list[Device]:
    """Every device that is signed in: the one that asks first, then by latest use."""
    rows = {row.session_key: row for row in UserSession.objects.filter(user=user)}
    found = [
        device_of(rows[name], kept.get(SAID_NAME, ""), current) for name, kept in _alive(user, list(rows))
    ]
    return sorted(found, key=lambda one: (one.is_current, one.last_used_at), reverse=True)


def find(user: User, id: uuid.UUID, current: str | None = "") -> Device | None:
    """The person's device of this id. Another's, or one that was ended: None."""
    return next((one for one in devices_of(user, current) if one.id == id), None)


def _alive(user: User, names: list[str]) -> Iterator[tuple[str, dict]]:
    """Those of the named sessions that still open the account, with what they keep.

    Not run out, and begun with the password of today.
    """
    proofs = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    for session in Session.objects.filter(session_key__in=names, expire_date__gt=timezone.now()):
        kept = session.get_decoded()
        if any(constant_time_compare(kept.get(HASH_SESSION_KEY, ""), one) for one in proofs):
            yield session.session_key, kept


def rename(device: Device, name: str) -> Device:
    """Call a device as its owner says.

    Raises
    ------
    django.core.exceptions.ValidationError
        If the name is empty or longer than `LONGEST_NAME` characters.
    """
    name = one_line(name)
    if not name:
        raise ValidationError({"name": _("Give the device a name.")})
    if len(name) > LONGEST_NAME:
        raise ValidationError(
            {"name": _("Give a name of at most %(most)s characters.") % {"most": LONGEST_NAME}}
        )
    device.row.data["name"] = name
    device.row.save(update_fields=["data"])
    return replace(device, name=name)


@transaction.atomic
def sign_out(*devices: Device) -> None:
    """End sign-ins for good: their tokens and cookies open nothing any more."""
    Session.objects.filter(session_key__in=[one.row.session_key for one in devices]).delete()
    UserSession.objects.filter(pk__in=[one.row.pk for one in devices]).delete()


def forget_ended() -> None:
    """Delete sign-ins that have run out: their sessions, and the devices whose session is gone."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    known = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(known)).delete()


# Names ------------------------------------------------------------------------------------------


def one_line(text: str) -> str:
    """A text with single spaces and nothing that cannot be shown."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def name_in_header(said: str) -> str:
    """The name in a header, which carries bytes: UTF-8 as it is, or percent-encoded. Cut where too long."""
    sent = unquote_to_bytes(said.encode("latin-1", "replace"))
    return one_line(sent.decode("utf-8", "replace"))[:LONGEST_NAME].strip()


SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("CrOS", "Chromebook"), ("Macintosh", "Mac"), ("Darwin", "Apple"), ("Linux", "Linux"),
)  # fmt: skip
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
"""What User-Agent says, and what it means. Browsers name those they are taken for: the first match counts."""


def in_plain_words(user_agent: str, is_phone: bool) -> str:
    """What a device is called that has no name, by the little that its User-Agent tells."""
    named = in_words(*program_and_system(user_agent))
    return named or (_("Phone without a name") if is_phone else _("Browser without a name"))


def program_and_system(user_agent: str) -> tuple[str, str]:
    """The program and the system that a User-Agent tells of; "" for what it does not tell."""
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    program = next((name for sign, name in BROWSERS if sign in user_agent), "")
    return program or _program(user_agent), system


def in_words(program: str, system: str) -> str:
    if program and system:
        return _("%(program)s on %(system)s") % {"program": program, "system": system}
    return program or system


def _program(user_agent: str) -> str:
    """The first word of a program that is no browser: `okhttp/4.12` is okhttp."""
    first = one_line(user_agent).partition("/")[0]
    return "" if first == "Mozilla" else first[:LONGEST_NAME]
