"""What happened to an account, for its owner to read: sign-ins, changes of its locks, exports, imports.

    note(user, kind, place)       one more row
    note_sign_in(user, place)     one that says whether this kind of device was seen before
    note_refused(user, kind, ...) wrong passwords and codes: those of an hour are one row that counts them

A row knows the device by its program and system alone, and the network by the front part of its address. So
it tells "not mine" from "mine", and is no trail of where somebody was. It is kept ninety days: long enough
to come back from a journey and find out, and not longer, for the same reason.
"""

import ipaddress
import re
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from journal import devices
from journal.codes import EventKind
from journal.models import AccountEvent

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=90)
TOGETHER = timedelta(hours=1)
"""Refusals of one kind within this are counted in one row: who guesses all day writes 24."""
SIGN_INS = (EventKind.SIGNED_UP, EventKind.SIGNED_IN, EventKind.NEW_DEVICE, EventKind.PHONE_CONNECTED)
PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._ -]{0,39}")
"""What a program may be called here. Anybody can send anything, also with a wrong password."""


@dataclass(frozen=True)
class Place:
    """From where something was done, as far as it is kept."""

    program: str = ""
    system: str = ""
    network: str = ""


HERE = Place()
"""Done by whoever runs the server."""


def place_of(user_agent: str, address: str) -> Place:
    program, system = devices.program_and_system(user_agent)
    return Place(program if PLAIN_NAME.fullmatch(program) else "", system, network_of(address))


def network_of(address: str) -> str:
    """The front part of an address: 203.0.113.0/24, 2001:db8:1::/48. This machine is called by its name."""
    try:
        said = ipaddress.ip_address(address)
    except ValueError:
        return ""
    said = getattr(said, "ipv4_mapped", None) or said
    if said.is_loopback:
        return "localhost"
    return str(ipaddress.ip_network((said, 24 if said.version == 4 else 48), strict=False))


def note(user: User, kind: EventKind, place: Place = HERE) -> AccountEvent:
    log.info("account_event", kind=kind.value, account=user.pk)
    return AccountEvent.objects.create(
        user=user, kind=kind, program=place.program, system=place.system, network=place.network
    )


def note_sign_in(user: User, place: Place) -> AccountEvent:
    """A sign-in, or the first within ninety days of such a program on such a system."""
    known = AccountEvent.objects.filter(user=user, kind__in=SIGN_INS)
    seen = known.filter(program=place.program, system=place.system).exists()
    return note(user, EventKind.SIGNED_IN if seen else EventKind.NEW_DEVICE, place)


@transaction.atomic
def note_refused(user: User, kind: EventKind, place: Place) -> None:
    """A wrong password or code: of those of one hour, how many, and from where the latest came."""
    now = timezone.now()
    of_this_hour = AccountEvent.objects.filter(user=user, kind=kind, happened_at__gt=now - TOGETHER)
    row = of_this_hour.select_for_update().first()
    if row is None:
        note(user, kind, place)
        return
    log.info("account_event", kind=kind.value, account=user.pk)
    AccountEvent.objects.filter(pk=row.pk).update(
        times=F("times") + 1, program=place.program, system=place.system, network=place.network
    )


def device_of(event: AccountEvent) -> str:
    """The device in plain words; "" where it was done on the server, or said nothing of itself."""
    return devices.in_words(event.program, event.system)


def events_of(user: User) -> QuerySet[AccountEvent]:
    """The latest first."""
    return AccountEvent.objects.filter(user=user)


def forget_old() -> None:
    AccountEvent.objects.filter(happened_at__lt=timezone.now() - KEPT_FOR).delete()
