"""Ring on the devices that a person asked to: for reminders that are due, and for dangers among the cards.

What a notification says is the same for all of them and tells nothing of anybody's health. What rings is
taken in the database before it is sent: two workers at once do not ring twice, and one that is killed loses
that one at most. When nobody rang for half an hour, a reminder is over.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from journal import advice, devices, reminders, revisions, tasks
from journal.advice import Card
from journal.calc import reminders as calc
from journal.calc.advice_rules import RULES
from journal.codes import AdviceState, ReminderKind, Severity
from journal.models import Advice, Diarist, PushSubscription, Reminder, RungCard
from journal.reminders import Due
from spasmlog import webpush
from spasmlog.webpush import GONE, LATER, Browser

log = structlog.get_logger(__name__)

MOST_DEVICES = 10
"""Browsers that ring for one person."""
REMINDER_TTL = int(calc.RINGS_FOR.total_seconds())
URGENT_TTL = 4 * 3600
"""How long a push service keeps what a browser that is away did not get. [s]"""
CARD_RINGS_FOR = timedelta(hours=24)
"""A card that came in the quiet hours rings when they end; an older one is left to the page."""
MOST_TRIES = 4
PUSH_RULES = [rule.id for rule in RULES if rule.push]


# Which devices --------------------------------------------------------------------------------


@transaction.atomic
def subscribe(
    diarist: Diarist, session: UserSession, endpoint: str, p256dh: str, auth: str
) -> PushSubscription:
    """Have a browser ring for this person, as long as this sign-in lasts.

    A browser has one address: whoever subscribed it before is not rung for on it any more.

    Raises
    ------
    django.core.exceptions.ValidationError
        If it is no address of a push service, a key is none, or too many browsers ring already.
    """
    try:
        Browser(endpoint, p256dh, auth).check()
    except ValueError:
        raise ValidationError(_("This browser gave an address that nothing can be sent to.")) from None
    revisions.hold(diarist.pk)
    digest = digest_of(endpoint)
    PushSubscription.objects.filter(Q(digest=digest) | Q(session=session)).delete()
    if PushSubscription.objects.filter(diarist=diarist).count() >= MOST_DEVICES:
        raise ValidationError(
            _("At most %(most)s devices ring. Have another one stop first.") % {"most": MOST_DEVICES}
        )
    plan = reminders.plan_of(diarist)
    if plan._state.adding:
        plan.save()
    return PushSubscription.objects.create(
        diarist=diarist, session=session, endpoint=endpoint, digest=digest, p256dh=p256dh, auth=auth,
        language=get_language() or "",
    )  # fmt: skip


def digest_of(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def subscriptions(diarist: Diarist) -> list[PushSubscription]:
    """The devices of a person that ring: those whose sign-in still opens the account."""
    alive = {one.row.pk for one in devices.devices_of(diarist.user)}
    rows = PushSubscription.objects.filter(diarist=diarist).select_related("session")
    return [row for row in rows if row.session_id in alive]


def stop(diarist: Diarist, id: UUID) -> bool:
    """Have a device ring no more; whether there was such a one."""
    return bool(PushSubscription.objects.filter(diarist=diarist, pk=id).delete()[0])


# Who is to be rung ------------------------------------------------------------------------------


def whom(now: datetime | None = None) -> set[int]:
    """The diarists for whom something may have to ring now; whether it must, `ring` finds out."""
    now = now or timezone.now()
    return _with_reminders(now) | _with_cards(now)


def _with_reminders(now: datetime) -> set[int]:
    """By the clock alone: what is done already takes more to know."""
    rings = Exists(PushSubscription.objects.filter(diarist=OuterRef("diarist")))
    rows = Reminder.objects.filter(rings).select_related("diarist__reminder_plan").order_by("diarist")
    return {row.diarist_id for row in rows.iterator() if _rings_by_the_clock(row, now)}


def _rings_by_the_clock(row: Reminder, now: datetime) -> bool:
    diarist = row.diarist
    came = calc.come(reminders.as_chosen(row), now, diarist.tz, diarist.day_start)
    if came is None or not calc.still_rings(came[1], now):
        return False
    return (row.sent_on is None or row.sent_on < came[0]) and not _is_quiet(diarist, now)


def _with_cards(now: datetime) -> set[int]:
    rings = Exists(PushSubscription.objects.filter(diarist=OuterRef("diarist")))
    return set(_unrung(now).filter(rings).values_list("diarist_id", flat=True))


def _unrung(now: datetime) -> QuerySet[Advice]:
    """New cards of the rules that may ring, for which nobody has rung."""
    rules = Q(rule__startswith="R") | Q(rule__in=PUSH_RULES)
    fresh = Q(state=AdviceState.NEW, created_at__gt=now - CARD_RINGS_FOR, rung=None)
    return Advice.objects.filter(rules, fresh)


def _is_quiet(diarist: Diarist, now: datetime) -> bool:
    plan = reminders.plan_of(diarist)
    return calc.is_quiet(now, diarist.tz, plan.quiet_from, plan.quiet_until)


# Ring ---------------------------------------------------------------------------------------------


def ring(diarist_id: int, now: datetime | None = None) -> int:
    """Ring for what is due of one person. Safe to run twice, and at once. Returns for how much it rang."""
    now = now or timezone.now()
    diarist = Diarist.objects.select_related("user", "reminder_plan").filter(pk=diarist_id).first()
    to = subscriptions(diarist) if diarist else []
    if not diarist or not to:
        return 0
    rung = 0
    for card in _cards(diarist, now):
        if _take_card(card):
            _send(to, urgent=True, path=reverse("advice"))
            rung += 1
    for due in reminders.due_now(diarist, now):
        if calc.still_rings(due.since, now) and _take(due):
            _send(to, urgent=False, path=_path_of(due))
            rung += 1
    return rung


def _cards(diarist: Diarist, now: datetime) -> list[Card]:
    """The cards to ring for: in quiet hours only those on which somebody must act at once."""
    if not reminders.plan_of(diarist).urgent:
        return []
    waiting = set(_unrung(now).filter(diarist=diarist).values_list("pk", flat=True))
    shown = advice.cards_for(diarist, now) if waiting else []
    quiet = _is_quiet(diarist, now)
    return [
        card
        for card in shown
        if card.id in waiting and card.push and (card.severity == Severity.URGENT_NOW or not quiet)
    ]


def _take_card(card: Card) -> bool:
    """Take a card to ring for; whether nobody else had."""
    _row, made = RungCard.objects.get_or_create(advice_id=card.id)
    return made


def _take(due: Due) -> bool:
    """Take a reminder to ring for on its day; whether nobody else had."""
    untaken = Q(sent_on=None) | Q(sent_on__lt=due.day)
    return Reminder.objects.filter(untaken, pk=due.reminder.pk).update(sent_on=due.day) == 1


def _path_of(due: Due) -> str:
    return reverse("week") if due.kind == ReminderKind.LOOK_BACK else reverse("today")


def _send(to: Iterable[PushSubscription], *, urgent: bool, path: str) -> None:
    for subscription in to:
        deliver(subscription, urgent=urgent, path=path)


def deliver(subscription: PushSubscription, *, urgent: bool, path: str, tries: int = 1) -> None:
    """Send a notification to one device. One that is gone is forgotten; a service that is down is asked again
    a few times, as long as that is of use."""
    message = _message(subscription.language, urgent, path)
    browser = Browser(subscription.endpoint, subscription.p256dh, subscription.auth)
    came = webpush.send(browser, message, ttl_s=URGENT_TTL if urgent else REMINDER_TTL, urgent=urgent)
    log.info("rang", outcome=came, tries=tries)
    if came == GONE:
        PushSubscription.objects.filter(pk=subscription.pk).delete()
    elif came == LATER and tries < MOST_TRIES:
        tasks.ring_again(str(subscription.pk), urgent, path, tries)


def _message(language: str, urgent: bool, path: str) -> bytes:
    with translation.override(language or None):
        words = (
            _("SpasmLog: something in your diary needs your attention")
            if urgent
            else _("SpasmLog: a reminder")
        )
    return json.dumps({"title": words, "path": path}, ensure_ascii=False).encode()


def again(subscription_id: str, urgent: bool, path: str, tries: int) -> None:
    """Try once more to send what a service did not take."""
    row = PushSubscription.objects.filter(pk=subscription_id).first()
    if row:
        deliver(row, urgent=urgent, path=path, tries=tries + 1)
