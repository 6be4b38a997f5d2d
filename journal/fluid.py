"""The fluid of one day: a reference to set it beside, what was drunk of it, and what was sweated, as ranges.

    of_day(...) -> DayFluid                      the numbers, for pages and REST
    figures(fluid, units) -> list[Figure]        each number with its reason, in words
    set_beside(fluid, units) -> list[str]        what is compared with the reference, in sentences

No need is shown where a clinic gives the amount, to children under nine, or beside a card that may forbid to
drink more. Below the need nobody can tell whether it was too little: the adequate intake is what
healthy groups drink, and no minimum.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journal import measures, sweat
from journal.calc import advice_rules, days, hydration
from journal.calc.hydration import DayWater, Need, Sweat
from journal.calc.suppressions import Flags, effects
from journal.codes import Units
from journal.explanations import Figure
from journal.facts import OVERDRINKING
from journal.models import Advice, Diarist, Exercise
from journal.templatetags.journal import percent, plain, volume
from journal.timeline import Reference
from nutrients.calc.units import us_fl_oz_from_ml

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Lost:
    """The sweat of one bout, and what must be said of it."""

    sweat: Sweat
    hours: float
    temperature_known: bool
    activity: str
    weighed: int
    """Weighed bouts of the same activity."""


@dataclass(frozen=True)
class DayFluid:
    """One day. Amounts in litres, sodium in mg; ranges are (least, most)."""

    water: DayWater
    instead: str
    """`clinic` where a clinic gives the amount: nothing is then set beside it."""
    reference: str
    """Kind of the baseline: `ai`, `own`, `clinician`; empty: there is none to show."""
    authority: str
    needs: tuple[Need, ...]
    """One, or two where the sex is not told and the values differ."""
    lost: tuple["Lost", ...]
    """Bouts whose sweat is known or estimated."""
    needs_weight: bool
    """A bout is there whose sweat could be estimated with a body weight."""
    much_lighter: bool
    """After a bout more than 2 % of the body mass was gone: clearly less was drunk than sweated."""
    sodium_mg: tuple[float, float] | None
    thirst_is_weak: bool
    """From 65 years on thirst is no guide to rely on."""
    left_l: float | None
    """What may still be suggested today; None where there is no need to set it beside, and for past days."""

    @property
    def need(self) -> tuple[float, float] | None:
        totals = [one.total for one in self.needs]
        return (min(totals), max(totals)) if totals else None

    @property
    def sweat(self) -> tuple[float, float] | None:
        """Of all bouts together, to 0.1 L; None: none that can be told."""
        if not self.lost:
            return None
        lows, highs = zip(*((one.sweat.low, one.sweat.high) for one in self.lost), strict=True)
        return round(sum(lows), 1), round(sum(highs), 1)

    @property
    def sweat_rests_on(self) -> list[str]:
        return sorted({one.sweat.kind for one in self.lost})

    def of_kind(self, kind: str) -> list["Lost"]:
        return [one for one in self.lost if one.sweat.kind == kind]


def of_day(
    diarist: Diarist,
    day: date,
    water: DayWater,
    exercises: Sequence[Exercise],
    answers: Flags,
    reference: Reference | None,
    *,
    resting: bool = False,
    now: datetime | None = None,
) -> DayFluid:
    """Work out the fluid of a day from rows at hand; asks the database nothing.

    `exercises` are the day's and the measured ones before it (`sweat.exercises`); `resting`: no need is set
    beside what was drunk, see `rests`.
    """
    rates = sweat.own_rates(exercises)
    today = [bout for bout in exercises if bout.local_date == day]
    lost = [one for bout in today if (one := _lost_in(bout, answers.weight_kg, rates))]
    if advice_rules.may_drink_more(answers, effects(answers), "water_g") is None:
        lost, reference = [], None
    reference = None if resting else reference
    needs = _needs(reference, water, diarist.authority, sum(one.sweat.middle for one in lost))
    return DayFluid(
        water=water,
        instead=effects(answers).whose_limits("water_g"),
        reference=reference.kind if reference else "",
        authority=diarist.authority,
        needs=needs,
        lost=tuple(lost),
        needs_weight=answers.weight_kg is None and bool(needs) and any(_would_show(bout) for bout in today),
        much_lighter=bool(lost) and any(_drank_much_less(bout) for bout in today),
        sodium_mg=_sodium(lost),
        thirst_is_weak=answers.age is not None and answers.age >= hydration.THIRST_WEAKENS,
        left_l=_left(diarist, day, needs, water, now or timezone.now()),
    )


def rests(cards: Iterable[Advice]) -> bool:
    """Whether no amount to drink may be held up: beside and after a warning sign, or too much drunk.

    `cards` are those of `advice.held_back_by`: what was answered to them changes nothing.
    """
    return any(card.rule.startswith("R") or card.rule == OVERDRINKING for card in cards)


def _needs(reference: Reference | None, water: DayWater, authority: str, sweat_l: float) -> tuple[Need, ...]:
    if reference is None:
        return ()
    of_drinks = water.drinks_only and reference.kind == "ai"
    share = hydration.beverage_share(authority) if of_drinks else 1.0
    litres = dict.fromkeys((reference.lowest / 1000, reference.highest / 1000))
    return tuple(hydration.need_today(share * one, sweat_l) for one in litres)


def _lost_in(bout: Exercise, kg: float | None, rates: Mapping[str, list[float]]) -> Lost | None:
    one = sweat.sweat_of(bout, kg, rates)
    activity = bout.activity_id or ""
    weighed = len(rates.get(activity, ()))
    return one and Lost(one, bout.minutes / 60, bout.temperature_c is not None, activity, weighed)


def _sodium(lost: Iterable[Lost]) -> tuple[float, float] | None:
    ranges = [hydration.sodium_loss_range(one.sweat) for one in lost]
    return (sum(low for low, _high in ranges), sum(high for _low, high in ranges)) if ranges else None


def _drank_much_less(bout: Exercise) -> bool:
    weighed = sweat.measured(bout)
    return weighed is not None and weighed.drank_much_less


def _would_show(bout: Exercise) -> bool:
    """Whether its sweat is hidden for nothing but a body weight."""
    return sweat.sweat_of(bout, None, {}) is None and sweat.sweat_of(bout, 70.0, {}) is not None


def _left(diarist: Diarist, day: date, needs: Sequence[Need], water: DayWater, now: datetime) -> float | None:
    ends = days.day_begins(day + days.ONE_DAY, diarist.tz, diarist.day_start)
    if not needs or now >= ends:
        return None
    goal = min(one.total for one in needs)
    return hydration.left_to_drink(goal, water.counted, (ends - now) / HOUR)


# In JSON --------------------------------------------------------------------------------------


def as_json(fluid: DayFluid) -> dict:
    """The numbers as REST names them; null where nothing may or can be said."""
    return {
        "drinks_l": fluid.water.drinks,
        "not_counted_l": fluid.water.uncounted,
        "food_l": None if fluid.water.drinks_only else fluid.water.food,
        "drinks_only": fluid.water.drinks_only,
        "limits_by": fluid.instead or None,
        "need_l": list(fluid.need) if fluid.need else None,
        "baseline_l": _ends([one.baseline for one in fluid.needs]),
        "baseline_kind": fluid.reference or None,
        "sweat_added_l": fluid.needs[0].sweat_added if fluid.needs else None,
        "sweat_added_is_capped": any(one.capped for one in fluid.needs),
        "sweat_l": list(fluid.sweat) if fluid.sweat else None,
        "sweat_is_measured": fluid.sweat_rests_on == [hydration.WEIGHED] if fluid.lost else None,
        "sweat_rests_on": fluid.sweat_rests_on,
        "sodium_in_sweat_mg": [round(end, -1) for end in fluid.sodium_mg] if fluid.sodium_mg else None,
        "left_l": fluid.left_l,
    }


def _ends(amounts: Sequence[float]) -> list[float] | None:
    return [min(amounts), max(amounts)] if amounts else None


# In words -------------------------------------------------------------------------------------


def figures(fluid: DayFluid, units: str) -> list[Figure]:
    """Each number with its reason, in the order in which they add up."""
    return [
        one for one in (_need(fluid, units), _baseline(fluid, units), _added(fluid, units)) if one is not None
    ] + [*_drunk(fluid, units), *_lost(fluid, units)]


def need_words(fluid: DayFluid, units: str) -> str:
    return span(fluid.need, units) if fluid.need else ""


def set_beside(fluid: DayFluid, units: str) -> list[str]:
    """In sentences: what is compared with the reference of the day, and why that is not the usual amount."""
    if not fluid.needs:
        return []
    return [_compared(fluid, units), *_drinks_part(fluid, units), *_for_exercise(fluid, units)]


def _compared(fluid: DayFluid, units: str) -> str:
    drinks = litres(fluid.water.drinks, units)
    if fluid.water.drinks_only:
        return _("Compared with it: %(drinks)s in drinks that count, those at meals too.") % {
            "drinks": drinks
        }
    return _(
        "Compared with it: %(drinks)s in drinks that count, those at meals too, and %(food)s in food."
    ) % {
        "drinks": drinks,
        "food": litres(fluid.water.food, units),
    }


def _drinks_part(fluid: DayFluid, units: str) -> Iterable[str]:
    if not fluid.water.drinks_only or fluid.reference != "ai":
        return
    share = hydration.beverage_share(fluid.authority)
    whole = [one.baseline / share for one in fluid.needs]
    yield _(
        "It is the part from drinks, %(share)s of the %(whole)s in food and drink: how much water your "
        "food held is not known closely."
    ) % {"share": percent(share), "whole": span((min(whole), max(whole)), units)}


def _for_exercise(fluid: DayFluid, units: str) -> Iterable[str]:
    if fluid.needs[0].sweat_added:
        yield _("Exercise added %(sweat)s to it for sweat.") % {
            "sweat": litres(fluid.needs[0].sweat_added, units)
        }


def _need(fluid: DayFluid, units: str) -> Figure | None:
    if not fluid.need:
        return None
    about = _(
        "The baseline, and what exercise added: no requirement and no minimum. Below it a diary cannot tell: "
        "the colour of urine tells more, and so does thirst, less surely from 65 on. Nothing ever suggests "
        "more than %(most)s in an hour."
    ) % {"most": litres(1, units)}
    return Figure(_("Reference for the day"), need_words(fluid, units), about)


BASELINES: Mapping[str, object] = {
    "ai": lambda: _(
        "The adequate intake of your group: what healthy people drink and eat, ordinary activity included."
    ),
    "own": lambda: _("Your own target."),
    "clinician": lambda: _("Your target, set by your clinician."),
}


def _baseline(fluid: DayFluid, units: str) -> Figure | None:
    if not fluid.needs:
        return None
    about = BASELINES[fluid.reference]()
    if fluid.water.drinks_only and fluid.reference == "ai":
        about += " " + _(
            "Drinks only: %(share)s of it, because the water in most of your food is not known."
        ) % {"share": percent(hydration.beverage_share(fluid.authority))}
    baselines = [one.baseline for one in fluid.needs]
    return Figure(_("Baseline"), span((min(baselines), max(baselines)), units), about)


def _added(fluid: DayFluid, units: str) -> Figure | None:
    if not fluid.needs or not fluid.needs[0].sweat_added:
        return None
    about = _("The middle of the sweat below.")
    if fluid.needs[0].capped:
        about = _("More was sweated, but a day's need is never raised by more than %(most)s.") % {
            "most": litres(2, units)
        }
    return Figure(_("Added for exercise"), litres(fluid.needs[0].sweat_added, units), about)


def _drunk(fluid: DayFluid, units: str) -> Iterable[Figure]:
    yield Figure(
        _("In drinks that count"),
        litres(fluid.water.drinks, units),
        _("The water in them. Tea, coffee and beer count; wine and spirits do not."),
    )
    if fluid.water.uncounted > 0:
        yield Figure(_("In wine and spirits, not counted"), litres(fluid.water.uncounted, units))
    if not fluid.water.drinks_only:
        yield Figure(
            _("In food"), litres(fluid.water.food, units), _("The moisture of what you ate, by the table.")
        )


def _lost(fluid: DayFluid, units: str) -> Iterable[Figure]:
    if fluid.sweat is None or fluid.sodium_mg is None:
        return
    yield Figure(_("Sweat"), span(fluid.sweat, units), " ".join(_told_of_sweat(fluid)))
    low, high = (round(end, -1) for end in fluid.sodium_mg)
    yield Figure(
        _("Sodium in the sweat"),
        f"{plain(low)} – {plain(high)} mg",
        _("People differ by seven times. It is not taken off what you ate: references allow for it."),
    )


def _told_of_sweat(fluid: DayFluid) -> Iterable[str]:
    """What the sweat rests on, of each kind of bout, and what was taken for granted."""
    for kind, say in SWEAT_WORDS.items():
        if bouts := fluid.of_kind(kind):
            yield from say(bouts)
    if fluid.much_lighter:
        yield _("You were more than 2 % lighter after it: clearly less was drunk than sweated.")


def _weighed(bouts: list[Lost]) -> Iterable[str]:
    yield ngettext(
        "Measured: by your weight before and after %(n)s exercise.",
        "Measured: by your weight before and after %(n)s exercises.",
        len(bouts),
    ) % {"n": len(bouts)}
    yield _("Only drinks that were logged meanwhile are in it, and urine is taken as none.")
    if any(one.hours > hydration.WEIGHING_HOLDS_H for one in bouts):
        yield _("Weighing holds for up to about two hours; this was longer.")


def _by_own_rates(bouts: list[Lost]) -> Iterable[str]:
    weighed = sum({one.activity: one.weighed for one in bouts}.values())
    yield ngettext(
        "Not weighed, %(n)s exercise: from your own %(weighed)s weighed ones of the same activity, "
        "lowest to highest.",
        "Not weighed, %(n)s exercises: from your own %(weighed)s weighed ones of the same activity, "
        "lowest to highest.",
        len(bouts),
    ) % {"n": len(bouts), "weighed": weighed}


def _estimated(bouts: list[Lost]) -> Iterable[str]:
    yield ngettext(
        "Estimated from %(n)s exercise: activity, minutes, body weight and temperature. Clothing, "
        "humidity and you yourself can halve it or add half.",
        "Estimated from %(n)s exercises: activity, minutes, body weight and temperature. Clothing, "
        "humidity and you yourself can halve it or add half.",
        len(bouts),
    ) % {"n": len(bouts)}
    if not all(one.temperature_known for one in bouts):
        degrees, unit = measures.celsius(hydration.INDOORS_C)
        yield _("Where no temperature was logged, %(temperature)s was taken.") % {
            "temperature": f"{plain(degrees)} {unit}"
        }


SWEAT_WORDS = {
    hydration.WEIGHED: _weighed,
    hydration.OWN_RATES: _by_own_rates,
    hydration.ESTIMATED: _estimated,
}


def span(ends: tuple[float, float], units: str) -> str:
    """A range of litres in words; one number where both ends read the same."""
    low, high = (litres(end, units) for end in ends)
    return low if low == high else f"{low} – {high}"


def litres(amount: float, units: str) -> str:
    """Litres as every page names fluid: in millilitres to the nearest hundred, or in whole fluid ounces."""
    if units == Units.US:
        return f"{plain(measures.round_fl_oz(us_fl_oz_from_ml(amount * 1000)))} fl oz"
    return volume(round(amount, 1) * 1000, units)
