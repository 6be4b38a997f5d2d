"""What happened to the person's account, to look through."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from journal import account_log
from journal.codes import EventKind
from journal.views.door import diary

MOST_SHOWN = 200
NOT_SURELY_YOURS = (
    EventKind.NEW_DEVICE, EventKind.SIGN_IN_REFUSED, EventKind.PASSWORD_REFUSED, EventKind.CODE_REFUSED,
    EventKind.PASSWORD_RESET, EventKind.FACTOR_OFF, EventKind.DELETION_ASKED,
)  # fmt: skip
"""What a person should look at twice."""


@diary
@require_GET
def account_events(request: HttpRequest) -> HttpResponse:
    """Sign-ins, changes of the account's locks, exports and imports of the last ninety days."""
    found = list(account_log.events_of(request.user)[: MOST_SHOWN + 1])
    events = [
        {"row": one, "device": account_log.device_of(one), "look": one.kind in NOT_SURELY_YOURS}
        for one in found[:MOST_SHOWN]
    ]
    about = {"events": events, "more": len(found) > MOST_SHOWN, "days": account_log.KEPT_FOR.days}
    return render(request, "journal/account_events.html", about)
