"""What a person chose to be reminded of, and the browsers that may ring for it."""

import uuid
from datetime import time

from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.codes import ReminderKind
from journal.models.entries import Supplement
from journal.models.findings import Advice
from journal.models.person import Belonging, Diarist, whose


class ReminderPlan(models.Model):
    """How a person wants to be reminded. No row: nothing was ever chosen."""

    diarist = models.OneToOneField(Diarist, models.CASCADE, primary_key=True, related_name="reminder_plan")
    quiet_from = models.TimeField(_("quiet from"), default=time(22))
    quiet_until = models.TimeField(_("quiet until"), default=time(7))
    urgent = models.BooleanField(
        _("urgent advice rings"), default=True, help_text=_("On the devices that were asked to ring.")
    )
    digest = models.BooleanField(_("a mail each week"), default=False)
    digest_sent_for = models.DateField(null=True, editable=False, help_text=_("First day of its week."))
    language = models.CharField(max_length=10, blank=True, editable=False, help_text=_("Of the mail."))

    class Meta:
        verbose_name = _("plan of reminders")
        verbose_name_plural = _("plans of reminders")


class Reminder(Belonging):
    """One thing to be reminded of, at a time of the diarist's clock.

    `put_away_on` and `sent_on` are the latest diary days on which it was put away, or taken by a worker that
    rings: to take it is one UPDATE, so of two workers one has it.
    """

    diarist = whose()
    kind = models.CharField(_("reminder"), max_length=10, choices=ReminderKind)
    at = models.TimeField(_("at"))
    weekday = models.PositiveSmallIntegerField(
        _("on"), null=True, blank=True, help_text=_("0 Monday to 6 Sunday, of the look back alone.")
    )
    supplement = models.ForeignKey(
        Supplement, models.CASCADE, null=True, blank=True, verbose_name=_("supplement"),
        help_text=_("Of a dose alone."),
    )  # fmt: skip
    put_away_on = models.DateField(null=True, blank=True, editable=False)
    sent_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["kind", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%H:%M}"

    def clean(self) -> None:
        if (self.kind == ReminderKind.DOSE) != (self.supplement_id is not None):
            raise ValidationError(_("A reminder of a dose names one of your own supplements, no other does."))
        weekly = self.kind == ReminderKind.LOOK_BACK
        if weekly != (self.weekday is not None) or (weekly and self.weekday not in range(7)):
            raise ValidationError(_("A look back has a day of the week, 0 to 6; no other reminder has."))


class PushSubscription(Belonging):
    """A browser that rings, by the address at which the service of its maker takes messages for it.

    It lasts as long as the sign-in that asked for it.
    """

    diarist = whose()
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(UserSession, models.CASCADE, editable=False)
    endpoint = models.CharField(max_length=1000, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text=_("SHA-256 of it."))
    p256dh = models.CharField(max_length=100, editable=False, help_text=_("Key that messages are sealed to."))
    auth = models.CharField(max_length=40, editable=False)
    language = models.CharField(max_length=10, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("device that rings")
        verbose_name_plural = _("devices that ring")
        ordering = ["created_at"]


class RungCard(models.Model):
    """That the devices of a person rang for a card, or were about to: each card rings once."""

    advice = models.OneToOneField(Advice, models.CASCADE, primary_key=True, related_name="rung")
    at = models.DateTimeField(default=timezone.now)
