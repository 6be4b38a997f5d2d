"""Copy what was logged: one meal, or the food and drink of a whole day, to another day.

A copy is logged anew through `entries`, so every rule holds and warnings are judged as for any entry. The ids
of the copies follow from the id of the copying and those of the originals: the same copying sent twice makes
nothing twice, and what it made is found again to be taken back whole.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import entries
from journal.calc import days
from journal.codes import MealKind
from journal.models import Diarist, Dose, Entry, Meal, WaterIntake, foods_ahead
from journal.models.entries import OLDEST_ENTRY

COPIED: tuple[type[Entry], ...] = (Meal, WaterIntake, Dose)
"""What may be had again. A cramp, an exercise or a weight is never a copy of another."""
USUAL_HOUR = {
    MealKind.BREAKFAST: time(8),
    MealKind.LUNCH: time(12, 30),
    MealKind.SNACK: time(16),
    MealKind.DINNER: time(19),
}
"""When a meal is put that is copied as another one (product choice)."""


def copy_meal(meal: Meal, day: date, *, kind: str = "", id: UUID | None = None) -> Meal:
    """Log the foods of a meal on another day, at the time it was had or, as another meal, at that one's.

    Today's, where that time is still to come, is logged as of now.
    """
    entries.check_day(meal.diarist, day)
    at = moment(meal, day)
    if kind and kind != meal.kind:
        at = _at_its_hour(meal.diarist, day, kind)
    return entries.repeat_meal(meal, kind=kind, occurred_at=min(at, timezone.now()), id=id)


def possible_days(diarist: Diarist) -> tuple[date, date]:
    """The first and the last day to which something can be copied."""
    oldest = timezone.now() - OLDEST_ENTRY
    return _day_of(diarist, oldest) + timedelta(days=1), entries.today(diarist)


def check_target(diarist: Diarist, day: date) -> None:
    """Refuse a day of which no entry can be logged."""
    first, last = possible_days(diarist)
    if day > last:
        raise ValidationError(_("This day is still to come."))
    if day < first:
        raise ValidationError(_("This is more than five years ago. Check the date."))


def copyable(diarist: Diarist, day: date) -> list[Entry]:
    """What was eaten, drunk and taken on a day, in order of time."""
    foods = foods_ahead(diarist, "food", "portion")
    found: list[Entry] = [
        *Meal.objects.of(diarist).live().on(day).prefetch_related(foods),
        *WaterIntake.objects.of(diarist).live().on(day).select_related("beverage"),
        *Dose.objects.of(diarist)
        .live()
        .on(day)
        .filter(supplement__deleted_at=None)
        .select_related("supplement"),
    ]
    for entry in found:
        entry.diarist = diarist
    return sorted(found, key=lambda entry: (entry.occurred_at, entry.created_at))


def still_to_come(entry: Entry, day: date) -> bool:
    """Whether a copy would lie in the future, where nothing was eaten yet."""
    return moment(entry, day) > timezone.now()


@transaction.atomic
def copy_day(diarist: Diarist, source: date, day: date, chosen: Collection[UUID], copying: UUID) -> int:
    """Log what was chosen of one day on another, all or nothing; returns how many entries.

    Raises
    ------
    django.core.exceptions.ValidationError
        If nothing is chosen that can be copied, or an entry breaks a rule. Nothing is stored.
    """
    entries.check_day(diarist, day)
    if day == source:
        raise ValidationError({"to": _("Choose another day to copy to.")})
    wanted = [one for one in copyable(diarist, source) if one.pk in chosen and not still_to_come(one, day)]
    if not wanted:
        raise ValidationError(_("Choose at least one entry to copy."))
    with entries.one_review():
        for entry in wanted:
            _copied(entry, moment(entry, day), uuid5(copying, str(entry.pk)))
    return len(wanted)


def _copied(entry: Entry, at: datetime, id: UUID) -> Entry:
    if isinstance(entry, Meal):
        return entries.repeat_meal(entry, occurred_at=at, id=id)
    if isinstance(entry, WaterIntake):
        return entries.log_water(
            entry.diarist, entry.amount_ml, beverage=entry.beverage, occurred_at=at, id=id
        )
    assert isinstance(entry, Dose)
    return entries.log_dose(entry.diarist, entry.supplement, entry.quantity, occurred_at=at, id=id)


# A copying as a whole -------------------------------------------------------------------------


@transaction.atomic
def take_back(diarist: Diarist, source: date, copying: UUID) -> list[Entry]:
    """Delete what a copying made, all of it; returns what was there to delete."""
    made = [one for one in _made_by(diarist, source, copying) if one.deleted_at is None]
    for entry in made:
        entries.remove(entry)
    return made


@transaction.atomic
def bring_back(diarist: Diarist, source: date, copying: UUID) -> list[Entry]:
    """Undo that; returns what came back."""
    made = [one for one in _made_by(diarist, source, copying) if one.deleted_at is not None]
    for entry in made:
        entries.restore(entry)
    return made


def _made_by(diarist: Diarist, source: date, copying: UUID) -> list[Entry]:
    made: list[Entry] = []
    for model in COPIED:
        originals = model._default_manager.filter(diarist=diarist, local_date=source)
        ids = [uuid5(copying, str(pk)) for pk in originals.values_list("pk", flat=True)]
        made += model._default_manager.filter(diarist=diarist, pk__in=ids).select_related("diarist")
    return made


# When -----------------------------------------------------------------------------------------


def moment(entry: Entry, day: date) -> datetime:
    """The time on the clock at which an entry was made, on another diary day where the diarist lives."""
    wall = entry.occurred_at.astimezone(ZoneInfo(entry.tz))
    after_midnight = wall.date() - entry.local_date  # of a night that began the day before
    at = datetime.combine(day + after_midnight, wall.time(), tzinfo=entry.diarist.tz)
    return at if _day_of(entry.diarist, at) == day else _at_noon(entry.diarist, day)


def _at_its_hour(diarist: Diarist, day: date, kind: str) -> datetime:
    at = datetime.combine(day, USUAL_HOUR[MealKind(kind)], tzinfo=diarist.tz)
    return at if _day_of(diarist, at) == day else _at_noon(diarist, day)


def _at_noon(diarist: Diarist, day: date) -> datetime:
    """No day begins after noon: this is always of the day itself."""
    return datetime.combine(day, time(12), tzinfo=diarist.tz)


def _day_of(diarist: Diarist, at: datetime) -> date:
    return days.local_day(at, diarist.tz, diarist.day_start)
