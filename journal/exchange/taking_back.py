"""Take an import back: what it brought into the diary is deleted again, as anything else is deleted.

Its rows are known by their revisions, which it gave one after another while it held the diary. What was
changed since has another one, and stays; so do a supplement whose doses stay, and the answers of the profile.
"""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from journal import advice, entries
from journal.exchange.contents import SECTIONS, batches
from journal.exchange.writing import restamp
from journal.models import Advice, BodyWeight, Diarist, Kept, Supplement
from nutrients import foods
from nutrients.models import Food


@entries.one_review()
@transaction.atomic
def take_back(diarist: Diarist, revisions: range) -> int:
    """Delete what one import brought. Returns how many rows were deleted; twice is none the second time."""
    taking = _TakingBack(Diarist.objects.select_for_update().get(pk=diarist.pk), revisions)
    for section in reversed(SECTIONS):  # a dose before its supplement, a meal before its foods
        if section.model is Food:
            taking.foods()
        elif issubclass(section.model, Kept):
            taking.rows_of(section.model)
    taking.finish()
    return taking.deleted


class _TakingBack:
    def __init__(self, diarist: Diarist, revisions: range):
        self.diarist, self.revisions = diarist, revisions
        self.deleted = 0
        self.days: set[date] = set()
        self.ticked: list[Kept] = []
        """Entries whose warning signs brought cards."""

    def brought(self, rows: QuerySet) -> QuerySet:
        return rows.filter(revision__gte=self.revisions.start, revision__lt=self.revisions.stop)

    def rows_of(self, model: type[Kept]) -> None:
        rows = self.brought(model._default_manager.filter(diarist=self.diarist, deleted_at=None))
        if model is Supplement:
            rows = rows.exclude(doses__deleted_at=None, doses__isnull=False)
        for batch in batches(rows.order_by("revision").iterator(2000)):
            for row in batch:
                self._delete(row)
            restamp(model, batch)
            raised = Advice.objects.filter(trigger_id__in=[row.pk for row in batch])
            ticked = set(raised.values_list("trigger_id", flat=True))
            self.ticked += [row for row in batch if row.pk in ticked]

    def _delete(self, row: Kept) -> None:
        row.deleted_at = row.updated_at = timezone.now()
        self.diarist.revision += 1
        row.revision = self.diarist.revision
        self.deleted += 1
        if day := getattr(row, "local_date", None):
            self.days.add(day)
        if isinstance(row, BodyWeight):  # the profile tells the latest
            self.diarist.profile_revision = row.revision

    def foods(self) -> None:
        """Take the foods that came with it out of lists and search. What names them keeps them."""
        for food in self.brought(foods.own_foods(self.diarist.user)).order_by("revision"):
            foods.remove(self.diarist.user, food.pk)
            self.diarist.revision += 1
            Food.objects.filter(pk=food.pk).update(revision=self.diarist.revision)
            self.deleted += 1

    def finish(self) -> None:
        """Store the revision that the rows were stamped with, and have what rests on them judged anew."""
        Diarist.objects.filter(pk=self.diarist.pk).update(
            revision=self.diarist.revision, profile_revision=self.diarist.profile_revision
        )
        if self.days:
            entries.mark_stale(self.diarist, self.days)
        for entry in self.ticked:
            entry.diarist = self.diarist
            advice.raised_by(entry)
