"""How the review of everybody is shared out among workers."""

from datetime import datetime

from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReviewChunkQuerySet(models.QuerySet):
    """Questions about what is shared out."""

    def unfinished(self) -> "ReviewChunkQuerySet":
        return self.filter(finished_at=None)

    def waiting(self, now: datetime) -> "ReviewChunkQuerySet":
        """Those that nobody holds: not taken yet, put back, or their worker was killed."""
        return self.unfinished().filter(Q(held_until=None) | Q(held_until__lt=now))

    def lost(self, now: datetime) -> "ReviewChunkQuerySet":
        """Those whose worker has not been heard of for too long."""
        return self.unfinished().filter(held_until__lt=now)

    def progress(self) -> tuple[int, int]:
        """Diaries done, and diaries in all."""
        found = self.aggregate(done=Sum("done", default=0), due=Sum("due", default=0))
        return found["done"], found["due"]


class ReviewChunk(models.Model):
    """Up to a thousand diaries of one zone, by their numbers from one to another, for one worker at a time.

    Which of them are still due stands in the diaries themselves: whoever takes a chunk, for the first time or
    after somebody else was killed over it, looks there. A chunk only says who is at it.
    """

    time_zone = models.CharField(_("time zone"), max_length=64)
    day_start = models.TimeField(_("a day starts at"))
    day = models.DateField(_("day"), help_text=_("The diary day that began there."))
    number = models.PositiveIntegerField(_("number"), help_text=_("Within that day of that zone."))
    first_id = models.PositiveBigIntegerField()
    last_id = models.PositiveBigIntegerField()
    due = models.PositiveIntegerField(_("diaries"))
    done = models.PositiveIntegerField(_("done"), default=0)
    failed = models.PositiveIntegerField(
        _("failed"), default=0, help_text=_("Diaries whose review ended in an error; the log says which.")
    )
    planned_at = models.DateTimeField(_("planned"), default=timezone.now)
    holder = models.UUIDField(null=True, help_text=_("Names one taking of it by one worker."))
    held_until = models.DateTimeField(
        _("held until"), null=True, help_text=_("Pushed further while its worker lives.")
    )
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = ReviewChunkQuerySet.as_manager()

    class Meta:
        verbose_name = _("part of a night's review")
        verbose_name_plural = _("parts of a night's review")
        ordering = ["planned_at", "pk"]
        constraints = [
            # Two who plan at once plan the same, and one of them writes it.
            models.UniqueConstraint(
                fields=["time_zone", "day_start", "day", "number"], name="review_chunk_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["planned_at", "id"], condition=Q(finished_at=None), name="review_chunk_unfinished"
            )
        ]

    def __str__(self) -> str:
        return f"{self.time_zone}, {self.day}, {self.number}"
