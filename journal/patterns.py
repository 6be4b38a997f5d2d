"""Personal links between what days held and cramps: looked for by the review, read by pages and REST.

    looks(diarists, today, instead)             what a look at each finds; the worker's part, loads scipy
    keep(looks) -> None                         store them in place of those before
    patterns_of(diarist) -> Patterns            what pages and REST show, and how far the log has come

Who looks often finds something by chance, so a look comes at most once in 14 days. Below the gates on all
days nothing is looked at, only counted, and counted again the next day.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count

from journal import tracked
from journal.calc.crampdays import DAYS_BETWEEN, FEWEST_CRAMPS, Calendar, Running, count
from journal.calc.crampdays import Count as DaysKnown
from journal.calc.days import ONE_DAY
from journal.calc.facts import LinkFacts
from journal.calc.suppressions import Flags, effects
from journal.calc.triggers import NUTRIENT_OF, OF_DRINKING, speaks_against_answers
from journal.codes import LinkState
from journal.facts import link_facts
from journal.findings import today
from journal.flags import flags_about
from journal.models import DailyIntake, Diarist, PersonalLink, ReviewState, SpasmEpisode

log = structlog.get_logger(__name__)

Instead = Mapping[date, DailyIntake | None]
"""Days just computed that take the place of the stored ones; None: no such day any more."""
EVIDENCE = ("level", "attainable_p", "per_unit", "more", "stable", "checks")
"""What a row keeps of a link beside its own columns."""


# Looking --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """What a look found, and when the next may come."""

    due_on: date
    links: Sequence[PersonalLink]


def looks(
    diarists: Collection[Diarist], today: Mapping[int, date], instead: Mapping[int, Instead]
) -> dict[int, Look]:
    """Search the whole diary of each, with days just computed in place of the stored ones; stores nothing.

    Whoever has logged fewer cramps than it takes is told apart by one query for all.
    """
    cramps = SpasmEpisode.objects.live().filter(diarist__in=diarists).order_by().values_list("diarist")
    logged = dict(cramps.annotate(Count("pk"))) if diarists else {}
    return {
        who.pk: look(who, today[who.pk], instead[who.pk])
        if logged.get(who.pk, 0) >= FEWEST_CRAMPS
        else Look(today[who.pk] + ONE_DAY, ())
        for who in diarists
    }


def look(diarist: Diarist, today: date, instead: Instead) -> Look:
    """Search the whole diary of one person."""
    last = tracked.last_whole_day(diarist)
    known = tracked.outcomes(diarist, last)
    if not count(known).is_enough:
        return Look(today + ONE_DAY, ())
    from journal.calc import associations

    measured = tracked.measures(diarist, last, instead)
    calendar = Calendar.of(known, tracked.changes(diarist), last)
    found = associations.screen(associations.Diary(known, calendar, measured.whole, measured.before))

    def tell() -> None:
        log.info("links_looked_for", diarist=diarist.pk, days=len(known), links=len(found))

    transaction.on_commit(tell)  # at once, unless `verify` is about to take it all back
    return Look(today + timedelta(days=DAYS_BETWEEN), [_row(diarist, today, asdict(link)) for link in found])


def _row(diarist: Diarist, today: date, link: dict[str, Any]) -> PersonalLink:
    evidence = {name: link.pop(name) for name in EVIDENCE}
    return PersonalLink(diarist=diarist, lag_days=link.pop("lag"), evidence=evidence, looked_on=today, **link)


def keep(found: Mapping[int, Look]) -> None:
    """Store looks, by diarist, in place of those before. The caller's transaction holds the diaries."""
    if not found:
        return
    before = {_what(row): row for row in PersonalLink.objects.filter(diarist__in=found)}
    links = [row for look in found.values() for row in look.links]
    for row in links:
        row.times_seen = _times_seen(row, before.get(_what(row)))
    if before:
        PersonalLink.objects.filter(pk__in=[row.pk for row in before.values()]).delete()
    PersonalLink.objects.bulk_create(links)


def _what(row: PersonalLink) -> tuple[int, str, int]:
    return row.diarist_id, row.exposure, row.lag_days


def _times_seen(row: PersonalLink, before: PersonalLink | None) -> int:
    """In how many looks in a row it was worth watching, in the same direction: one alone raises no card."""
    if row.state != LinkState.WORTH_WATCHING:
        return 0
    same = before is not None and before.evidence.get("more") == row.evidence["more"]
    return 1 + (before.times_seen if before is not None and same else 0)


# Reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A link as it may be shown to this person."""

    link: LinkFacts
    withheld: bool = False
    """It could be read as a tip that this person must not be given: neither numbers nor answer are shown."""


@dataclass(frozen=True)
class Patterns:
    """What is known of one diary's links. The count is of this moment, the links of the last look."""

    count: DaysKnown
    links: Sequence[Shown]
    looked_on: date | None
    """None: there was nothing to look at yet."""
    due_on: date | None
    """The earliest day of the next look; None: with the next review."""
    running: Running | None = None
    """What is known already of the day that goes on; None: nothing is."""


def patterns_of(diarist: Diarist) -> Patterns:
    """Read the last look, and count how far the log has come since. Five queries."""
    rows = [link_facts(row) for row in PersonalLink.objects.filter(diarist=diarist)]
    due = ReviewState.objects.filter(diarist=diarist).values_list("links_due_on", flat=True).first()
    flags = flags_about(diarist, today(diarist))
    running = tracked.last_whole_day(diarist) + ONE_DAY
    known = tracked.outcomes(diarist, running)
    has_cramp = known.pop(running, None)
    return Patterns(
        count=count(known),
        links=[_shown(link, flags) for link in sorted(rows, key=_place) if _may_be_shown(link, flags)],
        looked_on=rows[0].looked_on if rows else None,
        due_on=due,
        running=None if has_cramp is None else Running(running + ONE_DAY, has_cramp),
    )


def _shown(link: LinkFacts, flags: Flags) -> Shown:
    """The link, or only its name: odds beside "less potassium" are a tip, whatever is written under them."""
    if not (link.is_tested and speaks_against_answers(link, flags)):
        return Shown(link)
    return Shown(LinkFacts(link.exposure, link.lag, link.state, link.looked_on), withheld=True)


def _may_be_shown(link: LinkFacts, flags: Flags) -> bool:
    """Whoever should not be led to watch how little they ate is not shown that."""
    of_little = link.exposure in NUTRIENT_OF or link.exposure in OF_DRINKING
    return not (of_little and effects(flags).hide_energy)


SHOWN_FIRST = (
    LinkState.WORTH_WATCHING, LinkState.MIXED, LinkState.NO_CLEAR_LINK, LinkState.CANNOT_ANSWER_YET,
    LinkState.TOO_FEW_CRAMPS, LinkState.NOT_ENOUGH_VARIATION, LinkState.NOT_ENOUGH_DATA,
)  # fmt: skip


def _place(link: LinkFacts) -> tuple[int, float, str, int]:
    """The place of a link on a page: what may be said first, and of that the least likely by chance."""
    by_chance = float("inf") if link.q is None else link.q
    return SHOWN_FIRST.index(LinkState(link.state)), by_chance, link.exposure, link.lag
