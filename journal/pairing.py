"""Connect a phone from a page that is signed in, by a code that is good once and for two minutes.

The code is no token and opens nothing by itself: a phone sends it, and gets a token of its own. The picture
holds a long code; a short one, for cameras that do not work, is typed. Of both only keyed digests are stored.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from journal import devices
from journal.models import Pairing

GOOD_FOR = timedelta(minutes=2)
SHOWN_AFTERWARDS = timedelta(hours=1)
"""How long the page that showed a code can still tell what became of it."""
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What a code to type is made of: nothing that looks like something else."""
TYPED_LENGTH = 10
"""10 of 30 letters are 49 bits. Ten guesses a minute hit one within its two minutes once in 3e13 times."""


@dataclass(frozen=True)
class Offer:
    """A code as it is shown, once. `in_picture` has 256 bits."""

    pairing: Pairing
    in_picture: str
    typed: str

    def address(self, server: str) -> str:
        """What the picture says. Behind the #, so that whatever opens it sends the code to nobody."""
        return f"spasmlog:pair#server={quote(server, safe='')}&code={self.in_picture}"


@transaction.atomic
def offer(shown_on: UserSession) -> Offer:
    """Make a code for a signed-in browser to show. The one it showed before is good no more."""
    now = timezone.now()
    forget_old()
    Pairing.objects.filter(shown_on__user=shown_on.user, used_at=None).update(expires_at=now)
    in_picture = secrets.token_urlsafe(32)
    typed = "".join(secrets.choice(LETTERS) for _letter in range(TYPED_LENGTH))
    pairing = Pairing.objects.create(
        shown_on=shown_on, digest=_digest(in_picture), typed_digest=_digest(typed), expires_at=now + GOOD_FOR
    )
    return Offer(pairing, in_picture, f"{typed[:5]}-{typed[5:]}")


def take(code: str) -> Pairing | None:
    """Use a code up. None if it is wrong, used, too old, or the browser that shows it is signed out.

    One statement decides, whatever is wrong with the code; of two that send it at once, one gets it.
    """
    now = timezone.now()
    meant = Q(digest=_digest(code.strip())) | Q(typed_digest=_digest(_as_shown(code)))
    if not Pairing.objects.filter(meant, used_at=None, expires_at__gt=now).update(used_at=now):
        return None
    pairing = Pairing.objects.select_related("shown_on__user").get(meant)
    return pairing if _may_still_connect(pairing) else None


def _may_still_connect(pairing: Pairing) -> bool:
    """Whether the account is open, and the browser that shows the code still signed in to it."""
    user = pairing.shown_on.user
    shown_on = (one.row.pk for one in devices.devices_of(user))
    return user.is_active and pairing.shown_on_id in shown_on


def connected(pairing: Pairing, session: UserSession) -> None:
    """Remember which phone came in by a code, for the page that showed it."""
    pairing.connected = session
    pairing.save(update_fields=["connected"])


def shown_to(user: User, id: UUID) -> Pairing | None:
    """The person's own pairing of this id."""
    return Pairing.objects.filter(shown_on__user=user, pk=id).select_related("connected").first()


def forget_old() -> None:
    """Delete the codes whose pages have nothing more to tell."""
    Pairing.objects.filter(expires_at__lt=timezone.now() - SHOWN_AFTERWARDS).delete()


def _as_shown(code: str) -> str:
    """A typed code as it was made: capitals, without the spaces and lines between."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _digest(code: str) -> str:
    return salted_hmac("journal.pairing", code, algorithm="sha256").hexdigest()
