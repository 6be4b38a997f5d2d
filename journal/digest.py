"""The mail about a week, for those who asked for it: how many days something was logged on, where to look.

A mail lies open on its way and in a mailbox: it holds nothing of what was eaten, felt or measured. It is
taken in the database before it is sent, so it comes once; where sending fails, it is given back and tried
again that day.
"""

from datetime import date, datetime, time, timedelta

import structlog
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from journal import flags, reminders
from journal.calc import days
from journal.calc import reminders as calc
from journal.models import Diarist, Dose, Exercise, Meal, ReminderPlan, SpasmEpisode, WaterIntake

log = structlog.get_logger(__name__)

AT = time(9)
"""On the diarist's clock, on the first day of their week (product choice)."""
POSTED_FOR = timedelta(hours=24)
"""A server that was off for longer sends no mail about a week that is long over."""
SALT = "journal.digest"
LOGGED = (Meal, WaterIntake, Exercise, SpasmEpisode, Dose)


# To whom, and when ------------------------------------------------------------------------------


def whom(now: datetime | None = None) -> list[int]:
    """The diarists whose mail is due."""
    now = now or timezone.now()
    if not reminders.mail_is_there():
        return []
    plans = ReminderPlan.objects.filter(digest=True).select_related("diarist")
    return [plan.diarist_id for plan in plans if _week_due(plan, now)]


def _week_due(plan: ReminderPlan, now: datetime) -> date | None:
    """The first day of the running week, if the mail about the one before it is due and was not sent."""
    diarist = plan.diarist
    today = days.local_day(now, diarist.tz, diarist.day_start)
    week = days.week_start(today, diarist.week_start)
    begins = calc.moment_of(AT, week, diarist.tz, diarist.day_start)
    sent = plan.digest_sent_for is not None and plan.digest_sent_for >= week
    return week if begins <= now < begins + POSTED_FOR and not sent else None


def post(diarist_id: int, now: datetime | None = None) -> bool:
    """Send one person the mail about their week. Safe to run twice, and at once. Whether one was sent."""
    now = now or timezone.now()
    plan = ReminderPlan.objects.filter(pk=diarist_id, digest=True).select_related("diarist__user").first()
    week = _week_due(plan, now) if plan and reminders.mail_is_there() else None
    address = address_of(plan.diarist) if plan and week else ""
    if plan is None or week is None or not address or not _take(plan, week):
        return False
    try:
        _mail(plan, week, address).send()
    except OSError as error:  # smtplib's errors are some, and those of connections
        log.warning("digest_not_sent", error=type(error).__name__)
        ReminderPlan.objects.filter(pk=plan.pk).update(digest_sent_for=plan.digest_sent_for)
        return False
    return True


def address_of(diarist: Diarist) -> str:
    """Where the person's mail goes: never to an address that nobody has shown to be theirs."""
    known = EmailAddress.objects.filter(user=diarist.user_id, verified=True, primary=True)
    return known.values_list("email", flat=True).first() or ""


def _take(plan: ReminderPlan, week: date) -> bool:
    untaken = Q(digest_sent_for=None) | Q(digest_sent_for__lt=week)
    return ReminderPlan.objects.filter(untaken, pk=plan.pk).update(digest_sent_for=week) == 1


# What it says -----------------------------------------------------------------------------------


def _mail(plan: ReminderPlan, week: date, address: str) -> EmailMessage:
    off = settings.PUBLIC_URL + reverse("mail_off", args=[word_of(plan.diarist)])
    with translation.override(plan.language or settings.LANGUAGE_CODE):
        return EmailMessage(
            _("SpasmLog: your week"),
            "\n\n".join([*_said(plan.diarist, week), _("To end these mails, without signing in: %s") % off])
            + "\n",
            to=[address],
            headers={
                "List-Unsubscribe": f"<{off}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )


def _said(diarist: Diarist, week: date) -> list[str]:
    first, last = week - timedelta(days=7), week - days.ONE_DAY
    named = {"first": date_format(first, "j F"), "last": date_format(last, "j F")}
    if flags.suppressions(diarist, week).hide_streaks:  # counted days are numbers that may harm
        told = _("Your week of %(first)s to %(last)s is there to look back on.") % named
    else:
        told = _("In the week of %(first)s to %(last)s something was logged on %(n)s of 7 days.") % {
            **named, "n": days_logged(diarist, first, last),
        }  # fmt: skip
    where = settings.PUBLIC_URL + reverse("week_of", args=[first])
    return [told, _("Look at it here: %s") % where, _("Figures stay in the diary: a mail is not private.")]


def days_logged(diarist: Diarist, first: date, last: date) -> int:
    """On how many of some days anything was logged. [d]"""
    found = [
        model.objects.of(diarist).live().between(first, last).order_by().values_list("local_date")
        for model in LOGGED
    ]
    return found[0].union(*found[1:]).count()


# No more of them --------------------------------------------------------------------------------


def word_of(diarist: Diarist) -> str:
    """What a link holds that ends the mails of one person, and opens nothing."""
    return signing.dumps(diarist.pk, salt=SALT)


def diarist_named(word: str) -> Diarist | None:
    """Whose mails such a link ends; None where it was not made here."""
    try:
        number = signing.loads(word, salt=SALT)
    except signing.BadSignature:
        return None
    return Diarist.objects.filter(pk=number).first()


def end(diarist: Diarist) -> None:
    """Send this person no more mails about their week."""
    ReminderPlan.objects.filter(diarist=diarist).update(digest=False)
