"""Moments, and ids that carry one."""

import os
import secrets
import time
import uuid
from datetime import UTC, datetime, timedelta

WORTH_CORRECTING = timedelta(minutes=2)
"""A clock that is less wrong than this is right: a diary needs no seconds, and answers take time."""


def now() -> datetime:
    """What this device's clock says, right or wrong."""
    return datetime.fromtimestamp(time.time(), UTC)


def text(moment: datetime) -> str:
    """RFC 3339 in UTC, as the server takes it and answers it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def read(said: str) -> datetime:
    """The moment that `text`, or the server, wrote."""
    return datetime.fromisoformat(said)


def corrected(said: str, skew: timedelta) -> str:
    """The same moment by the server's clock, which is `skew` ahead of this device's."""
    return said if abs(skew) < WORTH_CORRECTING else text(read(said) + skew)


def new_id() -> str:
    """A UUID of version 7: made here, so that a row has its name before any server knows of it.

    The first 48 bits are the clock's milliseconds. Should the clock be wrong, ids sort oddly and
    nothing else happens: 74 random bits keep them apart.
    """
    bits = int(time.time() * 1000) << 80 | secrets.randbits(80)
    bits = bits & ~(0xF << 76) | 7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=bits))


def zone() -> str | None:
    """The IANA zone that this device is set to; None if it cannot be told, or is UTC, where nobody lives."""
    try:
        name = os.environ.get("TZ") or os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    except OSError:
        return None
    return name if "/" in name and not name.startswith("Etc/") else None
