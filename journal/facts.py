"""Gather what rules of advice look at: rows of diaries in, plain facts out.

    facts_of_many(diarists, today, gaps)           everything, for the review; at most 13 queries
    facts_of_doses(diarist, today) -> Facts        what the dangers of a dose need, inside its save; 4 queries
    facts_of_drinks(diarist, today) -> Facts       the same for a drink or exercise; 2 to 4 queries

Nothing here needs pandas: web processes import it.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import FloatField, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.utils import timezone

from journal import drunk, interactions, sweat
from journal.calc import days, triggers
from journal.calc.advice_rules import IMPLAUSIBLE
from journal.calc.days import USABLE
from journal.calc.facts import (
    DAYS_OF_CRAMPS,
    DAYS_OF_DRINKS,
    WINDOW,
    Day,
    Dose,
    Effort,
    Facts,
    GapFacts,
    LinkFacts,
    Ticked,
    windows_asked_for,
)
from journal.calc.suppressions import Flags
from journal.codes import AdviceState, DoseSource, LinkState, Relief
from journal.flags import flags_about, flags_of_many
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
from spasmlog import streams

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
OF_DRINKS = ("drinks_ml", "drinks_water_g", "uncounted_water_g")
"""Columns of a day that are 0 where nothing was drunk."""

Found = Any
"""A row of `NutrientGap`, or what is to become one: an `assessed.Finding` has the same fields."""


class Drink(NamedTuple):
    """A drink, or a food of a meal that is drunk. A gram counts as a millilitre."""

    at: datetime
    day: date
    litres: float
    soft: bool


# All of it ------------------------------------------------------------------------------------


def facts_of_many(
    diarists: Sequence[Diarist], today: date, gaps: Mapping[int, Collection[Found]]
) -> dict[int, Facts]:
    """Gather what rules look at, with the gaps just computed for today, in as many queries as for one."""
    shown = {who.pk: _latest(gaps[who.pk]) for who in diarists}
    implausible = {pk: any(_is_implausible(gap) for gap in some) for pk, some in shown.items()}
    flags = flags_of_many(diarists, today, implausible)
    rows, efforts = _day_rows(diarists, today), _efforts(diarists, days.window(today, WINDOW), flags)
    drinks = _drinks_that_count(diarists, today, rows, efforts)
    known = _Known(
        flags=flags,
        gaps=_with_rda(
            {pk: [_gap_facts(gap) for gap in some if _is_asked_for(gap)] for pk, some in shown.items()}
        ),
        earlier=_earlier(diarists, {pk: some[0].as_of for pk, some in shown.items() if some}),
        days=rows,
        drinks=drinks,
        efforts={pk: [_with_drinks(one, drinks[pk], today) for one in some] for pk, some in efforts.items()},
        doses=_doses(diarists, today, WINDOW),
        cramps=_cramps(diarists, today),
        signs=_warning_signs(diarists, today, WINDOW),
        beginnings=_beginnings(diarists),
        red=_red_flags(diarists, timezone.now()),
        links=_links(diarists),
    )
    return {who.pk: _facts(who, today, known) for who in diarists}


class _Known(NamedTuple):
    """What was read of many diaries, by the number of the diarist."""

    flags: dict[int, Flags]
    gaps: dict[int, list[GapFacts]]
    earlier: dict[int, list[GapFacts]]
    days: dict[int, dict[date, Day]]
    drinks: dict[int, list[Drink]]
    efforts: dict[int, list[Effort]]
    doses: dict[int, list[Dose]]
    cramps: dict[int, "_Cramps"]
    signs: dict[int, list[Ticked]]
    beginnings: dict[int, tuple[date | None, date | None]]
    red: dict[int, list[tuple[str, str]]]
    links: dict[int, list[LinkFacts]]


def _facts(who: Diarist, today: date, known: _Known) -> Facts:
    flags, drinks, efforts, doses, red, cramps = (
        of[who.pk] for of in (known.flags, known.drinks, known.efforts, known.doses, known.red, known.cramps)
    )
    first_cramp, diary_since = known.beginnings[who.pk]
    taken = {code for dose in doses for code, amount in dose.amounts.items() if amount > 0}
    drunk_l, soft_l = _litres(drinks), _litres(one for one in drinks if one.soft)
    rows = known.days[who.pk]
    return Facts(
        today=today,
        flags=flags,
        gaps=tuple(known.gaps[who.pk]),
        earlier_gaps=tuple(known.earlier[who.pk]),
        usable_days=frozenset(day for day, held in rows.items() if held.usable),
        cramp_days=cramps.days,
        woken_days=cramps.woken,
        morning_cramp_days=cramps.mornings,
        first_cramp=first_cramp,
        diary_since=diary_since,
        tried_supplement=cramps.tried_supplement,
        ticked=tuple(sorted([*cramps.ticked, *known.signs[who.pk]], key=lambda one: one.at)),
        doses=tuple(doses),
        days={
            day: replace(held, drinks_l=drunk_l.get(day, 0.0)) if _is_late(day, today) else held
            for day, held in rows.items()
        },
        efforts=tuple(efforts),
        soft_drinks_l={day: soft_l.get(day, 0.0) for day in drunk_l},
        overdrunk=_overdrunk(today, drinks, efforts),
        spacing=interactions.spacing(flags.medicines, taken),
        links=tuple(known.links[who.pk]),
        open_red_flags=frozenset(rule for rule, state in red if state not in OVER),
        quiet=bool(red),
        region=who.region,
        authority=who.authority,
    )


def _by_diarist(diarists: Iterable[Diarist], rows: Iterable[Sequence[Any]]) -> dict[int, list]:
    """Rows whose first column is the number of their diarist, without it; none for whoever has none."""
    found: dict[int, list] = {who.pk: [] for who in diarists}
    for number, *row in rows:
        found[number].append(row)
    return found


def _red_flags(diarists: Sequence[Diarist], now: datetime) -> dict[int, list[tuple[str, str]]]:
    rows = Advice.objects.filter(Q(rule__startswith="R") & ~over_for(now), diarist__in=diarists)
    return _by_diarist(diarists, rows.order_by().values_list("diarist_id", "rule", "state"))


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
        doses=tuple(_doses([diarist], today, triggers.DOSE_DAYS)[diarist.pk]),
        ticked=tuple(_signs_of(diarist, today, triggers.DANGER_DAYS)),
        authority=diarist.authority,
    )


def facts_of_drinks(diarist: Diarist, today: date) -> Facts:
    """What the danger of drinking too much needs: the drinks and exercises of two days, and a weight."""
    lately = days.window(today, DAYS_OF_DRINKS)
    drinks = _drinks([diarist], lately)[diarist.pk]
    beyond = triggers.may_be_overdrunk(_lately(today, drinks))
    if not (beyond or sweat.was_weighed(diarist, today, DAYS_OF_DRINKS)):
        return Facts(today=today)  # most drinks: whoever drinks them, they are not too much
    flags = flags_about(diarist, today)
    bouts = _efforts([diarist], lately, {diarist.pk: flags})[diarist.pk]
    efforts = [_with_drinks(one, drinks, today) for one in bouts]
    return Facts(
        today=today, flags=flags, efforts=tuple(efforts), overdrunk=_overdrunk(today, drinks, efforts)
    )


def _overdrunk(today: date, drinks: list[Drink], efforts: list[Effort]) -> Any:
    return triggers.overdrunk(_lately(today, drinks), [one for one in efforts if _is_late(one.day, today)])


def _lately(today: date, drinks: Iterable[Drink]) -> list[tuple[datetime, date, float]]:
    return [(one.at, one.day, one.litres) for one in drinks if _is_late(one.day, today)]


def _is_late(day: date, today: date) -> bool:
    """Whether it is one of the days of which all drinks are read."""
    return day > today - timedelta(days=DAYS_OF_DRINKS)


# Gaps -----------------------------------------------------------------------------------------


def _latest(gaps: Collection[Found]) -> list[Found]:
    """Those that end on the latest day among them."""
    latest = max((gap.as_of for gap in gaps), default=None)
    return [gap for gap in gaps if gap.as_of == latest]


def _is_implausible(gap: Found) -> bool:
    return gap.window_days == WINDOW and IMPLAUSIBLE in gap.reasons


def _is_asked_for(gap: Found) -> bool:
    return gap.window_days in windows_asked_for(gap.nutrient, gap.kind)


def _gap_facts(gap: Found) -> GapFacts:
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


def _reference_amounts(gap: Found) -> tuple[float, ...]:
    """What the intake is set against: one amount, or two where the diarist gave no sex."""
    if gap.reference_amount is not None:
        return (gap.reference_amount,)
    return tuple((gap.reference or {}).get("amounts") or ())


def _with_rda(gaps: dict[int, list[GapFacts]]) -> dict[int, list[GapFacts]]:
    """Add the recommended allowance of the same rows, asked for only where a card may need it."""
    needy = [one for some in gaps.values() for one in some if _may_need_rda(one)]
    rows = {row for one in needy for row in one.reference.get("rows") or ()}
    if not rows:
        return gaps
    rdas = dict(ReferenceIntake.objects.filter(pk__in=rows).values_list("pk", "rda"))
    return {
        pk: [replace(one, rda=_least_rda(one, rdas)) if _may_need_rda(one) else one for one in some]
        for pk, some in gaps.items()
    }


def _may_need_rda(gap: GapFacts) -> bool:
    return gap.nutrient in RDA_OF and gap.kind == "ear" and gap.band == "probably_meets"


def _least_rda(gap: GapFacts, rdas: Mapping[int, float | None]) -> float | None:
    """The lower one where the sex is not known; None unless each row has one. [mg / day]"""
    found = [rdas.get(row) for row in gap.reference.get("rows") or ()]
    return None if None in found or not found else float(min(one for one in found if one is not None))


def _earlier(diarists: Sequence[Diarist], as_of: Mapping[int, date]) -> dict[int, list[GapFacts]]:
    """The gaps of the latest window of 28 days that does not overlap with the one that ends on `as_of`.

    Gaps of past days are kept for the ends of weeks: up to six days may lie between the two windows.
    """
    found: dict[int, list[GapFacts]] = {who.pk: [] for who in diarists}
    for latest in set(as_of.values()):
        last = latest - timedelta(days=WINDOW)
        rows = NutrientGap.objects.filter(
            diarist__in=[pk for pk, day in as_of.items() if day == latest], window_days=WINDOW, kind="ear",
            nutrient__in=RDA_OF, as_of__range=(last - timedelta(days=6), last),
        ).order_by("as_of")  # fmt: skip
        for gap in {(gap.diarist_id, gap.nutrient): gap for gap in rows}.values():
            found[gap.diarist_id].append(_gap_facts(gap))
    return found


# Personal links -------------------------------------------------------------------------------


def _links(diarists: Sequence[Diarist]) -> dict[int, list[LinkFacts]]:
    found: dict[int, list[LinkFacts]] = {who.pk: [] for who in diarists}
    for row in PersonalLink.objects.filter(diarist__in=diarists, state=LinkState.WORTH_WATCHING):
        found[row.diarist_id].append(link_facts(row))
    return found


def link_facts(row: PersonalLink) -> LinkFacts:
    """A stored link as rules and words look at it."""
    own = {name: getattr(row, name) for name in LINK_COLUMNS}
    return LinkFacts(lag=row.lag_days, more=row.evidence["more"], per_unit=row.evidence["per_unit"], **own)


LINK_COLUMNS = (
    "exposure", "state", "looked_on", "exposed_days", "exposed_cramps", "other_days", "other_cramps",
    "odds_ratio", "lower", "upper", "p", "q", "times_seen", "known_days",
)  # fmt: skip


# Days -----------------------------------------------------------------------------------------


def _day_rows(diarists: Sequence[Diarist], today: date) -> dict[int, dict[date, Day]]:
    """What the review found in each of the last 28 days."""
    rows = DailyIntake.objects.filter(diarist__in=diarists, date__range=days.window(today, WINDOW)).order_by()
    found: dict[int, dict[date, Day]] = {who.pk: {} for who in diarists}
    names = ("diarist_id", "date", "status", "alcohol_g", "vitamin_d_ug")
    for who, day, status, alcohol, vitamin_d, *drinks in streams.read(rows.values_list(*names, *OF_DRINKS)):
        found[who][day] = Day(status in USABLE, any(drinks), None, alcohol, vitamin_d)
    return found


def _beginnings(diarists: Sequence[Diarist]) -> dict[int, tuple[date | None, date | None]]:
    """The day of the first cramp, and the first day of the diary."""
    whose = OuterRef("pk")
    cramps = SpasmEpisode.objects.live().filter(diarist=whose).order_by("local_date")
    rows = DailyIntake.objects.filter(diarist=whose).order_by("date")
    first, begun = Subquery(cramps.values("local_date")[:1]), Subquery(rows.values("date")[:1])
    found = Diarist.objects.filter(pk__in=[who.pk for who in diarists]).order_by()
    return {
        pk: (first_cramp, min(filter(None, (first_cramp, first_day)), default=None))
        for pk, first_cramp, first_day in found.values_list("pk", first, begun)
    }


# Cramps and signs -----------------------------------------------------------------------------


class _Cramps:
    """The cramps of half a year: their days, and what was ticked on those of the last 28."""

    def __init__(self, rows: Sequence[Sequence[Any]], today: date):
        lately = today - timedelta(days=WINDOW)
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


def _cramps(diarists: Sequence[Diarist], today: date) -> dict[int, _Cramps]:
    rows = _of(SpasmEpisode, diarists, today, DAYS_OF_CRAMPS).order_by()
    names = ("diarist_id", "local_date", "occurred_at", "utc_offset_min", "woke_me", "relief", "signs")
    found = _by_diarist(diarists, streams.read(rows.values_list(*names)))
    return {pk: _Cramps(some, today) for pk, some in found.items()}


def _of(model: Any, diarists: Sequence[Diarist], today: date, length: int) -> Any:
    """The live entries of some diaries in the days that end today."""
    return model.objects.live().between(*days.window(today, length)).filter(diarist__in=diarists)


def _before_noon(day: date, at: datetime, offset_min: int) -> bool:
    """Before noon on the clock of its own diary day: the small hours after it are not its morning."""
    local = at + timedelta(minutes=offset_min)
    return local.date() == day and local.hour < 12


def _warning_signs(diarists: Sequence[Diarist], today: date, length: int) -> dict[int, list[Ticked]]:
    rows = _of(WarningSigns, diarists, today, length).order_by()
    found = _by_diarist(diarists, rows.values_list("diarist_id", "occurred_at", "local_date", "signs"))
    return {pk: [Ticked(at, day, frozenset(s)) for at, day, s in some] for pk, some in found.items()}


def _signs_of(diarist: Diarist, today: date, length: int) -> list[Ticked]:
    """Signs ticked with a cramp or without one."""
    rows = _of(SpasmEpisode, [diarist], today, length).exclude(signs=[]).order_by()
    cramps = rows.values_list("occurred_at", "local_date", "signs")
    return [Ticked(at, day, frozenset(s), cramp=True) for at, day, s in cramps] + _warning_signs(
        [diarist], today, length
    )[diarist.pk]


# Doses ----------------------------------------------------------------------------------------


def _doses(diarists: Sequence[Diarist], today: date, length: int) -> dict[int, list[Dose]]:
    rows = _of(DoseRow, diarists, today, length).order_by("occurred_at", "created_at")
    names = (
        "local_date", "quantity", "supplement__amounts", "prescribed", "source", "supplement__name"
    )  # fmt: skip
    found = _by_diarist(diarists, streams.read(rows.values_list("diarist_id", *names)))
    return {
        pk: [
            Dose(
                day=day,
                amounts={code: float(quantity * Decimal(repr(one))) for code, one in amounts.items()},
                prescribed=prescribed,
                medicine=source == DoseSource.MEDICINE,
                name=name,
            )
            for day, quantity, amounts, prescribed, source, name in some
        ]
        for pk, some in found.items()
    }


# Drinks and exercise --------------------------------------------------------------------------


def _drinks(
    diarists: Collection[Diarist | int], when: tuple[date, date], among: Collection[date] | None = None
) -> dict[int, list[Drink]]:
    """Drinks, and foods of meals that are drunk, in order of time, in one query; `among` these days alone."""
    glasses = drunk.logged().filter(diarist__in=diarists, local_date__range=when)
    eaten = drunk.in_meals().of(*diarists).filter(meal__local_date__range=when)
    if among is not None:
        glasses, eaten = glasses.filter(local_date__in=among), eaten.filter(meal__local_date__in=among)
    rows = glasses.values_list(*_drink("", "amount_ml", "beverage")).union(
        eaten.values_list(*_drink("meal__", "grams", "food")), all=True
    )
    found: dict[int, list[Drink]] = {getattr(who, "pk", who): [] for who in diarists}
    for who, at, day, ml, alcohol in streams.read(rows):
        found[who].append(Drink(at, day, float(ml) / 1000, (alcohol or 0.0) < ALCOHOLIC))
    return {pk: sorted(some, key=lambda one: one.at) for pk, some in found.items()}


def _drink(entry: str, amount: str, food: str) -> tuple[Any, ...]:
    return (
        f"{entry}diarist_id",
        f"{entry}occurred_at",
        f"{entry}local_date",
        Cast(amount, FloatField()),
        Cast(f"{food}__alcohol_g", FloatField()),
    )


def _litres(drinks: Iterable[Drink]) -> dict[date, float]:
    """What was drunk on each day with a drink. [L]"""
    litres: dict[date, float] = {}
    for one in drinks:
        litres[one.day] = litres.get(one.day, 0.0) + one.litres
    return {day: round(sum_of_day, 4) for day, sum_of_day in litres.items()}


def _drinks_that_count(
    diarists: Sequence[Diarist],
    today: date,
    rows: Mapping[int, Mapping[date, Day]],
    efforts: Mapping[int, Iterable[Effort]],
) -> dict[int, list[Drink]]:
    """Those of the last days, and of earlier ones for which a rule asks; of each day all or none."""
    lately = days.window(today, DAYS_OF_DRINKS)
    found = _drinks(diarists, lately)
    earlier = (today - timedelta(days=WINDOW), lately[0] - days.ONE_DAY)
    asked = {pk: _days_asked_for(today, rows[pk], efforts[pk]) for pk in rows}
    asked = {
        pk: among for pk, some in asked.items() if (among := {d for d in some if earlier[0] <= d < lately[0]})
    }
    if asked:
        for pk, some in _drinks(asked, earlier, frozenset().union(*asked.values())).items():
            found[pk] = [*(one for one in some if one.day in asked[pk]), *found[pk]]
    return found


def _days_asked_for(today: date, rows: Mapping[date, Day], efforts: Iterable[Effort]) -> set[date]:
    """Days with much alcohol, and around exercise of the last days or that cost much sweat."""
    since = today - timedelta(days=triggers.ALCOHOL_DAYS)
    much = {day for day, held in rows.items() if day > since and triggers.had_much_alcohol(held)}
    return much.union(*(_days_around(one) for one in efforts if _asks_for_drinks(one, today)))


def _asks_for_drinks(effort: Effort, today: date) -> bool:
    """Whether a rule looks at what was drunk around an exercise: of the last days always."""
    return _is_late(effort.day, today) or triggers.is_worth_a_drink(effort.sweat_l)


def _days_around(effort: Effort) -> Iterable[date]:
    """The diary days that the hours around an exercise may lie in."""
    last = 1 + math.ceil(effort.hours / 24)
    return (effort.day + timedelta(days=n) for n in range(-1, last + 1))


def _efforts(
    diarists: Sequence[Diarist], when: tuple[date, date], flags: Mapping[int, Flags]
) -> dict[int, list[Effort]]:
    """The exercise of some days, without what was drunk around it."""
    found = {}
    for pk, known in sweat.exercises_of_many(diarists, *when).items():
        rates, kg = sweat.own_rates(known), flags[pk].weight_kg
        found[pk] = [_effort(bout, kg, rates) for bout in known if bout.local_date >= when[0]]
    return found


def _effort(bout: Exercise, kg: float | None, rates: Mapping[str, list[float]]) -> Effort:
    lost, weighed = sweat.sweat_of(bout, kg, rates), sweat.measured(bout)
    temperature = bout.temperature_c
    return Effort(
        day=bout.local_date,
        begun=bout.occurred_at,
        hours=bout.minutes / 60,
        met=float(bout.met or 0),
        sweat_low_l=lost.low if lost else None,
        sweat_l=lost.middle if lost else None,
        hot=temperature is not None and temperature >= triggers.HOT_C,
        gained_kg=max(0.0, _gain(bout)) if weighed else 0.0,
    )


def _with_drinks(effort: Effort, drinks: Iterable[Drink], today: date) -> Effort:
    """With what was drunk around it, where that was read."""
    if not _asks_for_drinks(effort, today):
        return effort
    length = timedelta(hours=effort.hours)
    middle, half = effort.begun + length / 2, max(AROUND_EXERCISE, length / 2)
    around = sum(one.litres for one in drinks if abs(one.at - middle) <= half)
    return replace(effort, drinks_l=round(around, 4))


def _gain(bout: Exercise) -> float:
    return float(bout.weight_after_kg) - float(bout.weight_before_kg)
