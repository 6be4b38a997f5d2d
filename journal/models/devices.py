"""How a phone is connected from a page, and how often somebody tried to get in."""

import uuid

from allauth.usersessions.models import UserSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Pairing(models.Model):
    """A one-time code shown on a page that is signed in; a phone that sends it is signed in too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shown_on = models.ForeignKey(
        UserSession, models.CASCADE, related_name="pairings_shown", help_text=_("The browser that shows it.")
    )
    digest = models.CharField(max_length=64, unique=True, help_text=_("Of the code in the picture."))
    typed_digest = models.CharField(max_length=64, unique=True, help_text=_("Of the code to type."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    connected = models.ForeignKey(
        UserSession, models.SET_NULL, null=True, blank=True, related_name="pairings_used"
    )

    class Meta:
        verbose_name = _("pairing code")
        verbose_name_plural = _("pairing codes")
        indexes = [models.Index(fields=["expires_at"])]


class SignInAttempts(models.Model):
    """Recent attempts to get in, by whom they are counted for: the table of the cache `lockouts`.

    In the database, so that they count in every process, and also while Redis is down. Its columns are
    those of Django's database cache, which alone reads and writes it.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "lockouts"
        verbose_name = _("sign-in attempts")
        verbose_name_plural = _("sign-in attempts")
