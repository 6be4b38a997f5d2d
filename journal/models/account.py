"""What happened to an account, for its owner to read."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.codes import EventKind


class AccountEvent(models.Model):
    """A sign-in, a change of password, an export or the like; `journal.account_log` says what is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="account_events"
    )  # fmt: skip
    kind = models.CharField(max_length=20, choices=EventKind)
    happened_at = models.DateTimeField(default=timezone.now)
    times = models.PositiveIntegerField(default=1, help_text=_("How often within an hour."))
    program = models.CharField(max_length=60, blank=True, help_text=_("Such as Firefox."))
    system = models.CharField(max_length=20, blank=True, help_text=_("Such as Android."))
    network = models.CharField(max_length=60, blank=True, help_text=_("The front part of the address."))

    class Meta:
        verbose_name = _("account event")
        verbose_name_plural = _("account events")
        ordering = ["-happened_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-happened_at"]),
            models.Index(fields=["happened_at"]),
        ]
