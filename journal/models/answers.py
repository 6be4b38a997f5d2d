"""What was answered to a request that may be sent again."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.models.person import Belonging

KEPT_FOR = timedelta(days=7)


class KeptAnswerQuerySet(models.QuerySet):
    def expired(self, now: datetime) -> "KeptAnswerQuerySet":
        """Answers that are kept for too long already, and count as nothing."""
        return self.filter(created_at__lt=now - KEPT_FOR)


class KeptAnswer(Belonging):
    """The answer to a POST that named a key. The same request under the same key gets it again."""

    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64, help_text=_("SHA-256 of what was asked: address and body."))
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["diarist", "key"], name="answer_once_per_key")]
        indexes = [models.Index(fields=["created_at"], name="answer_age")]
