"""Whether a database is of this version, by the migrations that it says were applied."""

from collections.abc import Iterable

from django.db.migrations.loader import MigrationLoader


def unknown(applied: Iterable[tuple[str, str]]) -> list[str]:
    """Those of a newer version or another product, by name. Squashed ones stand for those they replaced."""
    there = MigrationLoader(None).disk_migrations
    known = {*there, *(old for new in there.values() for old in new.replaces)}
    return [f"{app}.{name}" for app, name in sorted(set(applied) - known)]
