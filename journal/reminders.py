"""What a person wants to be reminded of, and what of it is due.

Times and order are `calc.reminders`; here they meet the diary. A page passes what it has read anyway
(`due_beside`), everybody else has it read (`due_now`). In quiet hours nothing is due, on no page either.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from journal import advice, flags, fluid, revisions, timeline
from journal.calc import days
from journal.calc import reminders as calc
from journal.calc.reminders import Chosen, Logged
from journal.calc.suppressions import Effects, Flags, effects
from journal.codes import ReminderKind
from journal.models import Diarist, Reminder, ReminderPlan
from journal.templatetags.journal import time_on_wall
from journal.timeline import DayPage

PLAN_FIELDS = ("quiet_from", "quiet_until", "urgent", "digest")
MOST_REMINDERS = 40
ONE_ONLY = (ReminderKind.MEAL, ReminderKind.FINISH, ReminderKind.LOOK_BACK)


# What was chosen ------------------------------------------------------------------------------


def plan_of(diarist: Diarist) -> ReminderPlan:
    """How the person wants to be reminded; as it is at first, where nothing was ever chosen."""
    try:
        return diarist.reminder_plan
    except ReminderPlan.DoesNotExist:
        return ReminderPlan(diarist_id=diarist.pk)


def chosen(diarist: Diarist) -> list[Reminder]:
    """The reminders of a person, without those of supplements that were removed. One query."""
    there = Q(supplement=None) | Q(supplement__deleted_at=None)
    return list(Reminder.objects.filter(there, diarist=diarist).select_related("supplement"))


def mail_is_there() -> bool:
    """Whether this server sends mail, and knows the address that its links need."""
    return bool(settings.EMAIL_URL and settings.PUBLIC_URL)


@transaction.atomic
def change_plan(diarist: Diarist, said: Mapping[str, Any]) -> ReminderPlan:
    """Change what is named; `reminders` are replaced whole, and one that stays keeps what was done with it.

    Raises
    ------
    django.core.exceptions.ValidationError
        Field by field. Nothing is changed.
    """
    revisions.hold(diarist.pk)
    plan = ReminderPlan.objects.filter(diarist=diarist).first() or ReminderPlan(diarist=diarist)
    for name in PLAN_FIELDS:
        setattr(plan, name, said.get(name, getattr(plan, name)))
    if said.get("digest") and not mail_is_there():
        raise ValidationError({"digest": _("This server sends no mail.")})
    plan.language = get_language() or settings.LANGUAGE_CODE
    plan.full_clean(exclude=["diarist"])
    before = list(Reminder.objects.filter(diarist=diarist))
    rows = _rows(diarist, said["reminders"]) if "reminders" in said else before
    _check_not_quiet(plan, rows)
    plan.save()
    _replace(before, rows)
    diarist.reminder_plan = plan
    return plan


def told(diarist: Diarist) -> dict[str, Any]:
    """The plan as plain values, to be put back later."""
    plan = plan_of(diarist)
    times = {name: f"{getattr(plan, name):%H:%M}" for name in ("quiet_from", "quiet_until")}
    rows = [
        {
            "kind": row.kind, "at": f"{row.at:%H:%M}", "weekday": row.weekday,
            "supplement": str(row.supplement_id) if row.supplement_id else None,
        }
        for row in chosen(diarist)
    ]  # fmt: skip
    return {**times, "urgent": plan.urgent, "digest": plan.digest, "reminders": rows}


def _rows(diarist: Diarist, said: Iterable[Mapping[str, Any]]) -> list[Reminder]:
    rows = {_same(row): row for row in (Reminder(diarist=diarist, **one) for one in said)}
    if len(rows) > MOST_REMINDERS:
        raise ValidationError(
            {"reminders": _("At most %(most)s of these belong together.") % {"most": MOST_REMINDERS}}
        )
    kinds = Counter(row.kind for row in rows.values())
    if any(kinds[kind] > 1 for kind in ONE_ONLY):
        raise ValidationError(
            {"reminders": _("One time of this kind is enough: several are for drinks and doses alone.")}
        )
    for row in rows.values():
        try:
            row.full_clean(exclude=["diarist"])
        except ValidationError as error:
            raise ValidationError({"reminders": error.messages}) from None
    return list(rows.values())


def _same(row: Reminder) -> tuple:
    """What makes two reminders one."""
    return row.kind, row.at, row.weekday, row.supplement_id


def _check_not_quiet(plan: ReminderPlan, rows: Iterable[Reminder]) -> None:
    for row in rows:
        if calc.is_within(row.at, plan.quiet_from, plan.quiet_until):
            words = _("%(at)s lies in your quiet hours. Choose another time, or other quiet hours.")
            raise ValidationError({"reminders": words % {"at": time_on_wall(row.at)}})


def _replace(before: Iterable[Reminder], rows: Iterable[Reminder]) -> None:
    known, wanted = {_same(row): row for row in before}, {_same(row): row for row in rows}
    Reminder.objects.filter(pk__in=[row.pk for same, row in known.items() if same not in wanted]).delete()
    Reminder.objects.bulk_create([row for same, row in wanted.items() if same not in known])


# What is due ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """A reminder that is due: which, since when, and on which diary day."""

    reminder: Reminder
    day: date
    since: datetime

    @property
    def kind(self) -> str:
        return self.reminder.kind

    @property
    def words(self) -> str:
        """What a page of the person's own says; no notification ever does."""
        return WORDS[self.kind](self.reminder)


WORDS: Mapping[str, Any] = {
    ReminderKind.MEAL: lambda one: _("No meal is logged yet today."),
    ReminderKind.DRINK: lambda one: _("Time for something to drink, if you like."),
    ReminderKind.FINISH: lambda one: _("Was everything logged yesterday?"),
    ReminderKind.DOSE: lambda one: (
        _("%(name)s, planned for %(at)s, is not logged yet.")
        % {"name": one.supplement.name, "at": time_on_wall(one.at)}
    ),
    ReminderKind.LOOK_BACK: lambda one: _("Your last seven days are there to look back on."),
}


def due_beside(
    diarist: Diarist, page: DayPage, left_l: float | None, acts: Effects, now: datetime | None = None
) -> list[Due]:
    """What is due, from today's page; one query, and none where nothing was ever chosen."""
    now = now or timezone.now()
    plan = plan_of(diarist)
    if plan._state.adding or calc.is_quiet(now, diarist.tz, plan.quiet_from, plan.quiet_until):
        return []
    return _due(diarist, chosen(diarist), _logged(page, left_l, acts), page.day, now)


def due_now(diarist: Diarist, now: datetime | None = None) -> list[Due]:
    """What is due at this moment."""
    now = now or timezone.now()
    if plan_of(diarist)._state.adding:
        return []
    page = timeline.day_page(diarist, days.local_day(now, diarist.tz, diarist.day_start))
    answers = flags.flags_about(diarist, page.day)
    return due_beside(diarist, page, _left_to_drink(diarist, page, answers, now), effects(answers), now)


def _left_to_drink(diarist: Diarist, page: DayPage, answers: Flags, now: datetime) -> float | None:
    reference = timeline.references(diarist, page.day).get("water_g")
    resting = fluid.rests(advice.held_back_by(diarist, now))
    water = fluid.of_day(
        diarist, page.day, page.water, page.bouts, answers, reference, resting=resting, now=now
    )
    return water.left_l


def _logged(page: DayPage, left_l: float | None, acts: Effects) -> Logged:
    return Logged(
        meals=len(page.of_kind("meal")),
        said_finished=bool(page.mark and (page.mark.finished or page.mark.fasting)),
        day_before_open=page.asks_about_before,
        last_drink=max((drink.occurred_at for drink in page.drinks), default=None),
        may_drink=bool(left_l) and not acts.hydration_off,
        doses=Counter(str(dose.supplement_id) for dose in page.of_kind("dose")),  # type: ignore[attr-defined]
        nudges=not acts.hide_streaks,
    )


def _due(diarist: Diarist, rows: Iterable[Reminder], logged: Logged, day: date, now: datetime) -> list[Due]:
    by_id = {row.pk: row for row in rows}
    found = calc.due([as_chosen(row) for row in by_id.values()], logged, now, diarist.tz, diarist.day_start)
    due = (Due(by_id[one.id], day, since) for one, since in found)
    return [one for one in due if one.reminder.put_away_on is None or one.reminder.put_away_on < day]


def as_chosen(row: Reminder) -> Chosen:
    """A reminder as the numbers take it."""
    return Chosen(row.pk, row.kind, row.at, row.weekday, str(row.supplement_id or ""))


# What is done with one ------------------------------------------------------------------------


def put_away(reminder: Reminder, day: date) -> None:
    """Say of a reminder "not today"."""
    Reminder.objects.filter(pk=reminder.pk).update(put_away_on=day)


def bring_back(reminder: Reminder) -> None:
    """Take that back."""
    Reminder.objects.filter(pk=reminder.pk).update(put_away_on=None)
