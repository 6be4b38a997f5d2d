"""What a review starts from: diaries, their persons, and what is due in each, as they are at one moment.

begin(diarist_ids) -> list[Begun]     read in six statements, however many diaries
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from journal import frames, people
from journal.calc import days, plausibility
from journal.calc.crampdays import DAYS_BETWEEN
from journal.calc.plausibility import ADULT_YEARS
from journal.models import DailyIntake, Diarist, StaleDay
from nutrients.calc.requirement import Need, OwnTarget, Person, age_in_months, age_in_years, needs
from nutrients.codes import LifeStage


class Persons:
    """What is known of some diarists. It is read when the first of them is looked at: most are not due."""

    def __init__(self, diarists: Collection[Diarist]):
        self.diarists = diarists

    @cached_property
    def weights(self) -> dict[int, list[frames.Weight]]:
        return frames.weights(self.diarists)

    @cached_property
    def targets(self) -> dict[int, list[OwnTarget]]:
        return frames.targets(self.diarists)

    @cached_property
    def needs(self) -> dict[tuple, dict[str, Need]]:
        """Those found already, by what they depend on."""
        return {}


class Someone:
    """The diarist on each day: body, age, life stage, and the references that follow from these."""

    def __init__(self, diarist: Diarist, persons: Persons):
        self.diarist, self._persons = diarist, persons

    @property
    def weights(self) -> list[frames.Weight]:
        return self._persons.weights[self.diarist.pk]

    @property
    def targets(self) -> list[OwnTarget]:
        return self._persons.targets[self.diarist.pk]

    def years_on(self, day: date) -> int | None:
        return age_in_years(self.diarist.birth_date, day) if self.diarist.birth_date else None

    def adult_on(self, day: date) -> bool:
        years = self.years_on(day)
        return years is None or years >= ADULT_YEARS

    def weight_on(self, day: date) -> float | None:
        """The latest body weight logged up to a day. [kg]"""
        known = bisect_right(self.weights, day, key=lambda weight: weight[0])
        return self.weights[known - 1][1] if known else None

    def bmr_on(self, day: date) -> float | None:
        height = self.diarist.height_cm
        return plausibility.bmr_kcal(
            self.diarist.sex, self.weight_on(day), float(height) if height else None, self.years_on(day)
        )

    def needs_on(self, day: date) -> dict[str, Need]:
        """What holds on a day: the same for all of one sex, life stage and step of age."""
        who, stage = self.diarist, people.life_stage(self.diarist, day)
        references, variations, steps = frames.tables(who.authority, stage)
        months = age_in_months(who.birth_date, day) if who.birth_date else None
        age = months if months is None or stage != LifeStage.GENERAL else bisect_right(steps, months)
        key = (who.authority, who.sex, stage, age, *self.targets)
        if key not in self._persons.needs:
            person = Person(who.birth_date, who.sex, stage, who.authority)
            self._persons.needs[key] = needs(references, variations, person, day, self.targets)
        return self._persons.needs[key]


@dataclass(frozen=True)
class Begun:
    """One diary and its stale days as they were at that moment."""

    diarist: Diarist
    today: date
    state: tuple[int, datetime | None] | None
    """Revision and time of the last review, to see whether another one was stored meanwhile."""
    reviewed_on: date | None
    stale: Mapping[date, int]
    """Stale days and the revision that touched each."""
    person: Someone
    also: frozenset[date] = frozenset()
    """Days to compute beside the stale ones."""
    turned: frozenset[date] = frozenset()
    """Days that were over at the last review and are not now, or the other way round."""
    links_due_on: date | None = None
    """From this day on personal links may be looked for; None: never yet."""

    @property
    def pk(self) -> int:
        return self.diarist.pk

    @property
    def links_are_due(self) -> bool:
        """Also where the clock was ahead when they were looked for, and they would not be for as long."""
        due, longest = self.links_due_on, timedelta(days=DAYS_BETWEEN)
        return due is None or not self.today < due <= self.today + longest

    @property
    def is_due(self) -> bool:
        return bool(self.stale) or self.reviewed_on != self.today

    @property
    def days(self) -> list[date]:
        """What to compute: also the day that was running at the last review, which may now look finished."""
        return sorted({*self.stale, *self.also, *self.turned})

    def with_days(self, also: Iterable[date]) -> "Begun":
        return replace(self, also=frozenset(also))


def begin(diarist_ids: Collection[int]) -> list[Begun]:
    """Read what is due, without those that are gone. The revisions are read before all else."""
    people_of = Diarist.objects.filter(pk__in=diarist_ids).select_related("review_state").order_by("pk")
    diarists = list(people_of.prefetch_related("lifestageperiod_set"))
    now = timezone.now()
    today = {who.pk: days.local_day(now, who.tz, who.day_start) for who in diarists}
    stale: dict[int, dict[date, int]] = {who.pk: {} for who in diarists}
    waiting = StaleDay.objects.filter(diarist__in=diarists).order_by()
    for pk, day, version in waiting.values_list("diarist_id", "date", "version"):
        stale[pk][day] = version
    turned = _turned(diarists, today)
    persons = Persons(diarists)
    return [_begun(who, today[who.pk], stale[who.pk], turned.get(who.pk, ()), persons) for who in diarists]


def _begun(
    who: Diarist, today: date, stale: dict[date, int], turned: Collection[date], persons: Persons
) -> Begun:
    state = getattr(who, "review_state", None)
    return Begun(
        who,
        today=today,
        state=(state.revision, state.reviewed_at) if state else None,
        reviewed_on=state.reviewed_on if state else None,
        stale=stale,
        person=Someone(who, persons),
        turned=frozenset(turned),
        links_due_on=state.links_due_on if state else None,
    )


def _turned(diarists: Iterable[Diarist], today: Mapping[int, date]) -> dict[int, set[date]]:
    """The stored days from one day to another, whichever comes first: a clock may have been set back."""
    moved: dict[tuple[date, date], list[int]] = {}
    for who in diarists:
        state = getattr(who, "review_state", None)
        if state and state.reviewed_on and state.reviewed_on != today[who.pk]:
            first, after = sorted((state.reviewed_on, today[who.pk]))
            moved.setdefault((first, after), []).append(who.pk)
    found: dict[int, set[date]] = {}
    spans = Q(pk__in=[])
    for (first, after), some in moved.items():
        spans |= Q(diarist__in=some, date__gte=first, date__lt=after)
    rows = DailyIntake.objects.filter(spans).order_by() if moved else DailyIntake.objects.none()
    for pk, day in rows.values_list("diarist_id", "date"):
        found.setdefault(pk, set()).add(day)
    return found
