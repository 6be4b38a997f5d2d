"""Gather what rules of advice look at: rows of one diary in, plain facts out.

    facts_about(diarist, today, gaps) -> Facts     everything, for the review; at most 12 queries
    facts_of_doses(diarist, today) -> Facts        what the dangers of a dose need, inside its save; 4 queries
    facts_of_drinks(diarist, today) -> Facts       the same for a drink or exercise; 2 to 4 queries

Nothing here needs pandas: web processes import it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import FloatField, Q, Subquery
from django.db.models.functions import Cast
from django.utils import timezone

from journal import drunk, interactions, sweat
from journal.calc import days, triggers
from journal.calc.advice_rules import IMPLAUSIBLE
from journal.calc.days import USABLE
from journal.calc.facts import (
    DAYS_OF_CRAMPS,
    WINDOW,
    Day,
    Dose,
    Effort,
    Facts,
    GapFacts,
    LinkFacts,
    Ticked,
)
from journal.calc.suppressions import Flags
from journal.codes import AdviceState, DoseSource, LinkState, Relief
from journal.flags import flags_about
from journal.models import (
    Advice,
    DailyIntake,
    Diarist,
    Exercise,
    NutrientGap,
    PersonalLink,
    SpasmEpisode,
    WarningSigns,
)
from journal.models import Dose as DoseRow
from journal.models.findings import AdviceQuerySet
from nutrients.models import ReferenceIntake

OVER = (AdviceState.GOT_HELP, AdviceState.DISMISSED, AdviceState.WITHDRAWN)
SILENCE = timedelta(hours=72)
"""For so long after a red-flag card was raised or ended, whichever is later, no nutrition tip is shown.
An open one keeps the silence, acknowledged or not; one withdrawn because the tick was removed counts
from its removal like any other: three days without a tip harm nobody."""
OVERDRINKING = "H04"
AFTER_OVERDRINKING = timedelta(days=1)
"""How long the card on drinking too much keeps amounts to drink away after it ended (product choice)."""
AROUND_EXERCISE = timedelta(hours=3)
"""Drinks of so long before and after the middle of an exercise belong to it: six hours in all."""
ALCOHOLIC = 0.5
"""Alcohol from which a drink is no soft drink. [g / 100 g]"""
RDA_OF = ("magnesium_mg", "calcium_mg")
DRINK_DAYS = 2
"""So far back a drink's save looks for too much of it. [d]"""


class Drink(NamedTuple):
    """A drink, or a food of a meal that is drunk. A gram counts as a millilitre."""

    at: datetime
    day: date
    litres: float
    soft: bool


# All of it ------------------------------------------------------------------------------------


def facts_about(diarist: Diarist, today: date, gaps: Iterable[NutrientGap]) -> Facts:
    """Gather what rules look at, with the gaps just computed for today."""
    shown = list(gaps)
    latest = max((gap.as_of for gap in shown), default=None)
    shown = [gap for gap in shown if gap.as_of == latest]
    implausible = any(IMPLAUSIBLE in str(gap.reasons) for gap in shown if gap.window_days == WINDOW)
    flags = flags_about(diarist, today, diary_implausible=implausible)
    rows = _DayRows(diarist, today)
    drinks = _drinks(diarist, today, WINDOW)
    efforts = _efforts(diarist, today, WINDOW, flags, drinks)
    doses = _doses(diarist, today, WINDOW)
    first_cramp, diary_since = _beginnings(diarist)
    red = list(red_flags_lately(diarist, timezone.now()).values_list("rule", "state"))
    taken = {code for dose in doses for code, amount in dose.amounts.items() if amount > 0}
    cramps = _Cramps(diarist, today)
    return Facts(
        today=today,
        flags=flags,
        gaps=tuple(_with_rda([_gap_facts(gap) for gap in shown])),
        earlier_gaps=tuple(_earlier(diarist, latest)),
        usable_days=frozenset(day for day, held in rows.days.items() if held.usable),
        cramp_days=cramps.days,
        woken_days=cramps.woken,
        morning_cramp_days=cramps.mornings,
        first_cramp=first_cramp,
        diary_since=diary_since,
        tried_supplement=cramps.tried_supplement,
        ticked=tuple(
            sorted([*cramps.ticked, *_warning_signs(diarist, today, WINDOW)], key=lambda one: one.at)
        ),
        doses=tuple(doses),
        days={day: replace(held, drinks_l=_litres(drinks, day)) for day, held in rows.days.items()},
        efforts=tuple(efforts),
        soft_drinks_l={
            day: _litres([one for one in drinks if one.soft], day) for day in {d.day for d in drinks}
        },
        overdrunk=_overdrunk(today, drinks, efforts),
        spacing=interactions.spacing(flags.medicines, taken),
        links=tuple(link_facts(row) for row in _links(diarist)),
        open_red_flags=frozenset(rule for rule, state in red if state not in OVER),
        quiet=bool(red),
        region=diarist.region,
        authority=diarist.authority,
    )


def red_flags_lately(diarist: Diarist, now: datetime) -> AdviceQuerySet:
    """Red-flag cards that are open, or ended too short a time ago for tips to be shown again."""
    return Advice.objects.of(diarist).filter(Q(rule__startswith="R") & ~over_for(now))


def over_for(now: datetime) -> Q:
    """Ended that long ago; a card ends after it was raised, so this is the later of the two moments."""
    return Q(state__in=OVER, ended_at__lte=now - SILENCE)


# Inside a save --------------------------------------------------------------------------------


def facts_of_doses(diarist: Diarist, today: date) -> Facts:
    """What the dangers of a dose need: answers, the doses of a week, and the signs of the last days."""
    return Facts(
        today=today,
        flags=flags_about(diarist, today),
        doses=tuple(_doses(diarist, today, triggers.DOSE_DAYS)),
        ticked=tuple(_signs_of(diarist, today, triggers.DANGER_DAYS)),
        authority=diarist.authority,
    )


def facts_of_drinks(diarist: Diarist, today: date) -> Facts:
    """What the danger of drinking too much needs: the drinks and exercises of two days, and a weight."""
    drinks = _drinks(diarist, today, DRINK_DAYS)
    beyond = triggers.may_be_overdrunk(_lately(today, drinks))
    if not (beyond or sweat.was_weighed(diarist, today, DRINK_DAYS)):
        return Facts(today=today)  # most drinks: whoever drinks them, they are not too much
    flags = flags_about(diarist, today)
    efforts = _efforts(diarist, today, DRINK_DAYS, flags, drinks)
    return Facts(
        today=today, flags=flags, efforts=tuple(efforts), overdrunk=_overdrunk(today, drinks, efforts)
    )


def _overdrunk(today: date, drinks: list[Drink], efforts: list[Effort]) -> Any:
    since = today - timedelta(days=DRINK_DAYS)
    return triggers.overdrunk(_lately(today, drinks), [one for one in efforts if one.day > since])


def _lately(today: date, drinks: Iterable[Drink]) -> list[tuple[datetime, date, float]]:
    since = today - timedelta(days=DRINK_DAYS)
    return [(one.at, one.day, one.litres) for one in drinks if one.day > since]


# Gaps -----------------------------------------------------------------------------------------


def _gap_facts(gap: NutrientGap) -> GapFacts:
    return GapFacts(
        nutrient=gap.nutrient,
        kind=gap.kind,
        as_of=gap.as_of,
        band=gap.band,
        mean=gap.mean,
        lower=gap.lower,
        upper=gap.upper,
        coverage=gap.coverage,
        reference_amounts=_reference_amounts(gap),
        probability_adequate=gap.probability_adequate,
        confidence_above=gap.confidence_above,
        days_used=gap.days_used,
        days_in_window=gap.days_in_window or gap.window_days,
        reference=gap.reference or {},
        reasons=tuple(gap.reasons),
        evidence=gap.evidence,
        window=gap.window_days,
    )


def _reference_amounts(gap: NutrientGap) -> tuple[float, ...]:
    """What the intake is set against: one amount, or two where the diarist gave no sex."""
    if gap.reference_amount is not None:
        return (gap.reference_amount,)
    return tuple((gap.reference or {}).get("amounts") or ())


def _with_rda(gaps: list[GapFacts]) -> list[GapFacts]:
    """Add the recommended allowance of the same rows, asked for only where a card may need it."""
    needy = [
        one for one in gaps if one.nutrient in RDA_OF and one.kind == "ear" and one.band == "probably_meets"
    ]
    rows = {row for one in needy for row in one.reference.get("rows") or ()}
    if not rows:
        return gaps
    rdas = dict(ReferenceIntake.objects.filter(pk__in=rows).values_list("pk", "rda"))
    return [replace(one, rda=_least_rda(one, rdas)) if one in needy else one for one in gaps]


def _least_rda(gap: GapFacts, rdas: Mapping[int, float | None]) -> float | None:
    """The lower one where the sex is not known; None unless each row has one. [mg / day]"""
    found = [rdas.get(row) for row in gap.reference.get("rows") or ()]
    return None if None in found or not found else float(min(one for one in found if one is not None))


def _earlier(diarist: Diarist, as_of: date | None) -> list[GapFacts]:
    """The gaps of the latest window of 28 days that does not overlap with the one that ends on `as_of`.

    Gaps of past days are kept for the ends of weeks: up to six days may lie between the two windows.
    """
    if as_of is None:
        return []
    last = as_of - timedelta(days=WINDOW)
    rows = NutrientGap.objects.filter(
        diarist=diarist, window_days=WINDOW, kind="ear", nutrient__in=RDA_OF,
        as_of__range=(last - timedelta(days=6), last),
    ).order_by("as_of")  # fmt: skip
    return [_gap_facts(gap) for gap in {gap.nutrient: gap for gap in rows}.values()]


# Personal links -------------------------------------------------------------------------------


def _links(diarist: Diarist) -> Iterable[PersonalLink]:
    return PersonalLink.objects.filter(diarist=diarist, state=LinkState.WORTH_WATCHING)


def link_facts(row: PersonalLink) -> LinkFacts:
    """A stored link as rules and words look at it."""
    own = {name: getattr(row, name) for name in LINK_COLUMNS}
    return LinkFacts(lag=row.lag_days, more=row.evidence["more"], per_unit=row.evidence["per_unit"], **own)


LINK_COLUMNS = (
    "exposure", "state", "looked_on", "exposed_days", "exposed_cramps", "other_days", "other_cramps",
    "odds_ratio", "lower", "upper", "p", "q", "times_seen", "known_days",
)  # fmt: skip


# Days -----------------------------------------------------------------------------------------


class _DayRows:
    """What the review found in each of the last 28 days."""

    def __init__(self, diarist: Diarist, today: date):
        first, last = days.window(today, WINDOW)
        rows = DailyIntake.objects.filter(diarist=diarist, date__range=(first, last)).order_by()
        names = ("date", "status", "alcohol_g", "vitamin_d_ug")
        self.days = {
            day: Day(status in USABLE, 0.0, alcohol, vitamin_d)
            for day, status, alcohol, vitamin_d in rows.values_list(*names)
        }


def _beginnings(diarist: Diarist) -> tuple[date | None, date | None]:
    """The day of the first cramp, and the first day of the diary."""
    cramps = SpasmEpisode.objects.of(diarist).live().order_by("local_date")
    rows = DailyIntake.objects.filter(diarist=diarist).order_by("date")
    first = Subquery(cramps.values("local_date")[:1])
    begun = Subquery(rows.values("date")[:1])
    first_cramp, first_day = Diarist.objects.filter(pk=diarist.pk).values_list(first, begun).get()
    return first_cramp, min(filter(None, (first_cramp, first_day)), default=None)


# Cramps and signs -----------------------------------------------------------------------------


class _Cramps:
    """The cramps of half a year: their days, and what was ticked on those of the last 28."""

    def __init__(self, diarist: Diarist, today: date):
        first, last = days.window(today, DAYS_OF_CRAMPS)
        lately = today - timedelta(days=WINDOW)
        rows = list(
            SpasmEpisode.objects.of(diarist)
            .live()
            .between(first, last)
            .order_by()
            .values_list("local_date", "occurred_at", "utc_offset_min", "woke_me", "relief", "signs")
        )
        self.days = frozenset(row[0] for row in rows)
        self.woken = frozenset(row[0] for row in rows if row[3])
        self.mornings = frozenset(day for day, at, offset, *_rest in rows if _before_noon(day, at, offset))
        self.tried_supplement = any(
            one.get("what") == Relief.SUPPLEMENT for row in rows if row[0] > lately for one in row[4]
        )
        self.ticked = [
            Ticked(at, day, frozenset(signs), cramp=True)
            for day, at, _offset, _woke, _relief, signs in rows
            if signs and day > lately
        ]


def _before_noon(day: date, at: datetime, offset_min: int) -> bool:
    """Before noon on the clock of its own diary day: the small hours after it are not its morning."""
    local = at + timedelta(minutes=offset_min)
    return local.date() == day and local.hour < 12


def _warning_signs(diarist: Diarist, today: date, length: int) -> list[Ticked]:
    first, last = days.window(today, length)
    rows = WarningSigns.objects.of(diarist).live().between(first, last).order_by()
    return [
        Ticked(at, day, frozenset(s)) for at, day, s in rows.values_list("occurred_at", "local_date", "signs")
    ]


def _signs_of(diarist: Diarist, today: date, length: int) -> list[Ticked]:
    """Signs ticked with a cramp or without one."""
    first, last = days.window(today, length)
    rows = SpasmEpisode.objects.of(diarist).live().between(first, last).exclude(signs=[]).order_by()
    cramps = rows.values_list("occurred_at", "local_date", "signs")
    return [Ticked(at, day, frozenset(s), cramp=True) for at, day, s in cramps] + _warning_signs(
        diarist, today, length
    )


# Doses ----------------------------------------------------------------------------------------


def _doses(diarist: Diarist, today: date, length: int) -> list[Dose]:
    first, last = days.window(today, length)
    rows = DoseRow.objects.of(diarist).live().between(first, last).order_by("occurred_at", "created_at")
    return [
        Dose(
            day=day,
            amounts={code: float(quantity * Decimal(repr(one))) for code, one in amounts.items()},
            prescribed=prescribed,
            medicine=source == DoseSource.MEDICINE,
            name=name,
        )
        for day, quantity, amounts, prescribed, source, name in rows.values_list(
            "local_date", "quantity", "supplement__amounts", "prescribed", "source", "supplement__name"
        )
    ]


# Drinks and exercise --------------------------------------------------------------------------


def _drinks(diarist: Diarist, today: date, length: int) -> list[Drink]:
    """Drinks, and foods of meals that are drunk, in one query."""
    first, last = days.window(today, length)
    glasses = drunk.logged().filter(diarist=diarist, local_date__range=(first, last))
    eaten = drunk.in_meals().filter(meal__diarist=diarist, meal__local_date__range=(first, last))
    rows = glasses.values_list(*_drink("", "amount_ml", "beverage")).union(
        eaten.values_list(*_drink("meal__", "grams", "food")), all=True
    )
    found = [Drink(at, day, float(ml) / 1000, (alcohol or 0.0) < ALCOHOLIC) for at, day, ml, alcohol in rows]
    return sorted(found, key=lambda one: one.at)


def _drink(entry: str, amount: str, food: str) -> tuple[Any, ...]:
    return (
        f"{entry}occurred_at",
        f"{entry}local_date",
        Cast(amount, FloatField()),
        Cast(f"{food}__alcohol_g", FloatField()),
    )


def _litres(drinks: Iterable[Drink], day: date) -> float:
    return round(sum(one.litres for one in drinks if one.day == day), 4)


def _efforts(diarist: Diarist, today: date, length: int, flags: Flags, drinks: list[Drink]) -> list[Effort]:
    first, last = days.window(today, length)
    known = sweat.exercises(diarist, first, last)
    rates = sweat.own_rates(known)
    return [_effort(bout, flags.weight_kg, rates, drinks) for bout in known if bout.local_date >= first]


def _effort(
    bout: Exercise, kg: float | None, rates: Mapping[str, list[float]], drinks: list[Drink]
) -> Effort:
    length = timedelta(minutes=bout.minutes)
    middle, half = bout.occurred_at + length / 2, max(AROUND_EXERCISE, length / 2)
    around = sum(one.litres for one in drinks if abs(one.at - middle) <= half)
    lost, weighed = sweat.sweat_of(bout, kg, rates), sweat.measured(bout)
    temperature = bout.temperature_c
    return Effort(
        day=bout.local_date,
        begun=bout.occurred_at,
        hours=bout.minutes / 60,
        met=float(bout.met or 0),
        sweat_low_l=lost.low if lost else None,
        sweat_l=lost.middle if lost else None,
        drinks_l=round(around, 4),
        hot=temperature is not None and temperature >= triggers.HOT_C,
        gained_kg=max(0.0, _gain(bout)) if weighed else 0.0,
    )


def _gain(bout: Exercise) -> float:
    return float(bout.weight_after_kg) - float(bout.weight_before_kg)
