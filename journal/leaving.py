"""Delete an account with everything of the person. The web page and the REST address both come through here.

Nothing is kept: no tombstone, no session, no factor, no file. What stays is one row that says when an account
was deleted and how many rows went with it, without anything that leads back to the person.
"""

from collections import Counter

import structlog
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from journal.exchange import uploads
from journal.models import AccountDeletion, Diarist, Dose, Meal, WaterIntake
from journal.people import DEMO_EMAILS

log = structlog.get_logger(__name__)

FIRST = (Dose, Meal, WaterIntake)
"""They protect the supplements and foods they name, and so go before them."""
BATCH = 500
NOT_THE_DEMO = _("This is the demo diary. It is for everybody who looks around here, and cannot be deleted.")


def is_demo(user: User) -> bool:
    """Whether it is the account whose password everybody is shown."""
    return user.email in DEMO_EMAILS


def delete_account(user: User) -> AccountDeletion:
    """Delete the account and everything of it, and note that one was deleted.

    Raises
    ------
    django.core.exceptions.PermissionDenied
        If it is the demo account, which is not one person's to delete.
    """
    if is_demo(user):
        raise PermissionDenied(NOT_THE_DEMO)
    sessions = _sessions(user)
    with transaction.atomic():
        gone = _erase(user, sessions)
        log.info("account_deleted", rows=sum(gone.values()))
        return AccountDeletion.objects.create(rows=dict(sorted(gone.items())))


def erase(user: User) -> Counter[str]:
    """Delete all rows of a person; returns how many of each kind there were."""
    return _erase(user, _sessions(user))


def _sessions(user: User) -> list[str]:
    """The keys of the person's sessions, in browsers and on phones: only its content says whose one is.

    Read before the transaction: all sessions of the server are, and on SQLite nobody else writes during it.
    """
    return [
        session.pk
        for session in Session.objects.iterator(chunk_size=BATCH)
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]


@transaction.atomic
def _erase(user: User, sessions: list[str]) -> Counter[str]:
    # A writer that is at work on the diary ends first; one that comes later finds no diary.
    diarist = Diarist.objects.select_for_update().filter(user=user).first()
    gone: Counter[str] = Counter()
    for model in FIRST:
        gone += _delete(model.objects.filter(diarist=diarist))
    user_type = ContentType.objects.get_for_model(User)
    gone += _delete(LogEntry.objects.filter(content_type=user_type, object_id=str(user.pk)))
    uploads.forget(user)
    # A sign-in that came since the others were read has a device.
    devices = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
    gone += _delete(Session.objects.filter(pk__in={*sessions, *devices}))
    return gone + _delete(User.objects.filter(pk=user.pk))


def _delete(rows: QuerySet) -> Counter[str]:
    _total, by_model = rows.delete()
    return Counter(by_model)
