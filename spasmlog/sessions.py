"""Where sign-ins are kept: Django's sessions in the database, which the list of devices follows.

A session in use lasts its full time again from its latest use, and the list of devices says when that was.
Both are written at most once an hour, so "last used" is true to the hour.
"""

import structlog
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY as USER
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.utils import timezone

from spasmlog.errors import DATABASE_AWAY

log = structlog.get_logger(__name__)

SEEN = "seen_in"
"""Under this name a session keeps the hour of its latest use that was written down."""


def this_hour() -> str:
    return timezone.now().strftime("%Y-%m-%dT%H")


class SessionStore(DatabaseSessions):
    def save(self, must_create: bool = False) -> None:
        if self.session_key is not None and USER in self._get_session(no_load=must_create):
            self._session[SEEN] = this_hour()
        try:
            super().save(must_create)
        except UpdateError as error:
            # Django takes each failure for a session that was ended. A full disk ends none.
            if isinstance(error.__context__, DATABASE_AWAY):
                raise error.__context__ from None
            raise

    def cycle_key(self) -> None:
        """Another name for the same sign-in, as after a change of password: it stays the same device."""
        before = self.session_key
        super().cycle_key()
        follow(before, self.session_key)

    def is_due(self) -> bool:
        """Whether somebody is signed in here whose use was not written down in this hour."""
        return USER in self and self.get(SEEN) != this_hour()

    def use(self) -> bool:
        """Write down that it is in use, when that is due; False if it has just been ended."""
        try:
            if self.is_due():
                self.note_use()
        except UpdateError:
            return False
        return True

    def note_use(self) -> bool:
        """Write down that it is in use; False where the database takes nothing now, which stops no reader.

        Raises `UpdateError` if it has just been ended.
        """
        try:
            self.save()
            UserSession.objects.filter(session_key=self.session_key).update(last_seen_at=timezone.now())
        except DATABASE_AWAY as error:
            log.warning("use_not_noted", error=type(error).__name__)
            return False
        return True


def follow(before: str | None, after: str | None) -> None:
    """Have the list of devices know a session by its new name."""
    if before and before != after:
        UserSession.objects.filter(session_key=before).update(session_key=after)
