"""What a person does with a diary, with or without a network."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from spasmlog_client import moments
from spasmlog_client.store import Data, Store

ENTRIES = ("meals", "water", "exercises", "spasms", "warning-signs", "doses", "weights")
"""The types that happen at one moment."""
DAY_START = time(4)
"""When a day begins unless the profile says otherwise: a cramp at three belongs to last night."""
AGO = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?:in)?)?")


def log(
    store: Store, kind: str, /, at: datetime | None = None, ago: timedelta = timedelta(0), **fields: Any
) -> str:
    """Write an entry and return its id. Without `at` the clock of this device tells when."""
    field = "started_at" if kind == "spasms" else "occurred_at"
    fields = {name: value for name, value in fields.items() if value is not None}
    if zone := moments.zone():
        fields["tz"] = zone
    id = moments.new_id()
    fields[field] = moments.text(at or moments.now() - ago)
    store.put(kind, id, fields, clocked=() if at else (field,))
    return id


def parse_ago(said: str) -> timedelta:
    """A time span such as 15m, 2h, 1h30m or 1d."""
    found = AGO.fullmatch(said.strip().lower())
    if not found or not any(found.groups()):
        raise ValueError("Give a time span such as 15m, 2h or 1h30m.")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def parse_at(said: str) -> datetime:
    """A time such as 2026-11-22T07:30; without an offset it is that of this device."""
    try:
        return moments.read(said).astimezone()
    except (ValueError, OverflowError):
        raise ValueError("Give a time such as 2026-11-22T07:30.") from None


def today(store: Store) -> date:
    """The diary day it is now."""
    return _local_day(store, moments.now(), moments.zone())


def entries_of(store: Store, day: date) -> list[tuple[str, str, Data]]:
    """The entries of a diary day as the person sees them, in order of time: type, id, data."""
    found = [
        (kind, id, data)
        for kind in ENTRIES
        for id, data in store.all_seen(kind).items()
        if day_of(store, data) == day
    ]
    return sorted(found, key=lambda entry: when(entry[2]))


def when(data: Data) -> datetime:
    return moments.read(data.get("started_at") or data["occurred_at"])


def day_of(store: Store, data: Data) -> date:
    """The diary day of an entry: the server's word, else the same rule applied here."""
    if told := data.get("local_date"):
        return date.fromisoformat(told)
    return _local_day(store, when(data), data.get("tz"))


def clock(store: Store, data: Data) -> str:
    """The time on the wall where it happened."""
    zone = _zone(data.get("tz") or _profile(store).get("time_zone"))
    return f"{when(data).astimezone(zone):%H:%M}"


def _local_day(store: Store, moment: datetime, tz: str | None) -> date:
    profile = _profile(store)
    start = time.fromisoformat(profile.get("day_start") or DAY_START.isoformat())
    local = moment.astimezone(_zone(tz or profile.get("time_zone")))
    return local.date() if local.time() >= start else local.date() - timedelta(days=1)


def _profile(store: Store) -> Data:
    return store.seen("profile", "me") or {}


def _zone(name: str | None) -> ZoneInfo | None:
    """The zone; None is that of this device."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
