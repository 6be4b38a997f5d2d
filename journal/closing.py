"""Closing a gap with food: what would add most, and which few swaps of usual foods would do.

    standing_of(diarist) -> Standing                 what is lacking, and what nothing may be suggested for
    foods_for(standing, codes) -> Foods              what would add most for a portion, own foods first
    swaps(standing) -> dict | None                   the swaps worked out; None: not yet, or no longer true
    ask(diarist) -> None                             have them worked out by a worker
    work_out(diarist_id) -> bool                     work them out and store them; the worker's part

Pages rank foods themselves. The search for swaps loads scipy: it runs in a worker, is kept as a `Suggestion`,
and counts for as long as the diary, the day and what it rests on are the same. What a person's answers take
out is asked for at each look, so nothing stored can outlive an answer.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from journal import eaten, findings, tasks, verdicts
from journal.calc import closing as calc
from journal.calc.closing import Candidate, Ranked
from journal.calc.days import USABLE
from journal.calc.portions import ENERGY
from journal.calc.suppressions import YES, Effects, Flags, effects
from journal.calc.windows import RULES
from journal.codes import Band
from journal.facts import red_flags_lately
from journal.flags import flags_about
from journal.models import DailyIntake, Diarist, MealItem, NutrientGap, Suggestion, WaterIntake
from journal.templatetags.journal import amount, nutrient_name
from nutrients.codes import CODES
from nutrients.models import Food, FoodPortion, food_id
from nutrients.search import everyday

log = structlog.get_logger(__name__)

CLOSED = ("magnesium_mg", "potassium_mg", "calcium_mg", "vitamin_d_ug", "vitamin_b12_ug")
"""Nutrients that foods are suggested for. Of sodium nobody lacks any, and of water thirst tells more."""
SWAPPED = ("magnesium_mg", "potassium_mg")
SODIUM = "sodium_mg"
KEPT = ("protein_g", "calcium_mg", "vitamin_d_ug", "vitamin_b12_ug")
"""What swaps must not cost: none of these may fall by more than `ABOUT_THE_SAME`."""
ABOUT_THE_SAME = 0.10
"""Share of the day's energy within which swaps count as about the same (product choice). [-]"""
LEAST_COVERAGE = 0.80
"""Under this share of known content nothing is called lacking. [-]"""
LATELY = timedelta(days=90)
"""Foods eaten since then are one's own. [d]"""
SHOWN = 5
UNDER_NINE = 9
WINDOW = RULES["magnesium_mg"].window
OFTEN_ENOUGH = 0.1
"""A usual food was eaten on at least two usable days, and on this share of them (product choice). [-]"""
MOST_USUAL = 16
"""So many usual foods, those with most energy, are looked at for swaps (product choice)."""
USUAL_AMOUNT = "usual amount"
ABOUT = "swaps"
VERSION = 1
ASK_AGAIN_AFTER = 15
"""How long a request of a page stands before a further one is made. [s]"""


# What is lacking ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Nutrient:
    """One nutrient of an average day beside its reference.

    `state`: "below" the reference, by the verdict that Week shows, "enough", "unknown" whether it
    is, or "off": nothing is suggested.
    """

    code: str
    state: str
    why: str = ""
    """In words, where it is off or unknown."""
    mean: float | None = None
    reference: float | None = None
    kind: str = ""
    """Of the reference: `ear`, the average requirement, or `ai`, the adequate intake."""
    under_adequate: bool = False
    """Logged below an adequate intake, of which nobody can tell whether it is too little. No page calls that
    low, and swaps may add of it all the same."""

    @property
    def lacking(self) -> float:
        """How far an average day is from the reference; 0 where it is there or nobody knows."""
        known = self.state == "below" or self.under_adequate
        return (self.reference or 0.0) - (self.mean or 0.0) if known else 0.0


@dataclass(frozen=True)
class Standing:
    """Where a diarist stands today, and what may be suggested to them."""

    diarist: Diarist
    today: date
    effects: Effects
    vegan: bool
    off: str
    """Why nothing at all is suggested, in words; empty where something is."""
    nutrients: tuple[Nutrient, ...]
    spares_salt: bool = False
    """Sodium is usually above where cutting down is advised: salty foods are no suggestion."""

    @property
    def without_salt(self) -> str:
        """That salty foods are left out, in words; empty where they are not."""
        if not self.spares_salt or self.off:
            return ""
        return _(
            "Your logged sodium is usually above the level where cutting down is advised. Foods with more "
            "than %(most)s of it in a portion, or with an amount that is not known, are left out."
        ) % {"most": amount(calc.MOST_SODIUM, SODIUM)}

    @property
    def is_untold(self) -> bool:
        """Nothing can be said of any nutrient yet: neither that it is enough nor that it is low."""
        return all(one.state in ("unknown", "off") for one in self.nutrients)

    @property
    def below(self) -> list[Nutrient]:
        return [one for one in self.nutrients if one.state == "below"]

    def of(self, code: str) -> Nutrient:
        return next(one for one in self.nutrients if one.code == code)

    def lacking(self, codes: Iterable[str] = CLOSED) -> dict[str, float]:
        """What an average day lacks of these, without those that lack nothing."""
        return {code: amount for code in codes if (amount := self.of(code).lacking) > 0}

    @property
    def capped(self) -> list[str]:
        """Of these no swap may add anything: sodium, and what the person's answers take out."""
        return [SODIUM, *(code for code in CLOSED if code in self.effects.no_more_tips)]

    @property
    def rests_on(self) -> dict[str, Any]:
        """What stored swaps must have been worked out from to be shown."""
        lacking = {code: float(f"{amount:.9g}") for code, amount in self.lacking(SWAPPED).items()}
        return {
            "version": VERSION, "lacking": lacking, "capped": self.capped, "vegan": self.vegan,
            "spares_salt": self.spares_salt,
        }  # fmt: skip


def may_suggest(code: str, taken_out: Effects) -> bool:
    """Whether foods that hold this nutrient may be named to this person at all."""
    return code in CLOSED and code not in taken_out.no_more_tips | taken_out.no_food_lists


def standing_of(diarist: Diarist) -> Standing:
    """See what the diary lacks by the last review, and what the person's answers take out."""
    today = findings.today(diarist)
    gaps = findings.gaps(diarist, today)
    implausible = any("diary_implausible" in gap.reasons for gap in gaps)
    flags = flags_about(diarist, today, diary_implausible=implausible)
    taken_out = effects(flags)
    off = _wholly_off(diarist, flags, taken_out)
    nutrients = tuple(_nutrient(code, gaps, flags, taken_out, off) for code in CLOSED)
    salty = any(gap.nutrient == SODIUM and gap.band == Band.USUALLY_ABOVE for gap in gaps)
    return Standing(diarist, today, taken_out, flags.conditions.get("vegan") == YES, off, nutrients, salty)


def _wholly_off(diarist: Diarist, flags: Flags, taken_out: Effects) -> str:
    if red_flags_lately(diarist, timezone.now()).exists():
        return _("A warning sign was ticked, and that comes first. No foods are suggested beside it.")
    if taken_out.kidney_limits:
        return _(
            "Your profile names a kidney condition. Your kidney team's limits come first: ask them which "
            "foods suit you."
        )
    if taken_out.hide_energy:
        return _(
            "No foods are suggested here. What to eat, and how much, is best talked over with your clinician."
        )
    if flags.age is not None and flags.age < UNDER_NINE:
        return _(
            "Under nine years of age only numbers are shown. A doctor or dietitian can say what suits "
            "a child."
        )
    if taken_out.low_intake_off:
        return _(
            "Some of what you ate is probably not logged yet. Log some complete days first: what is lacking "
            "cannot be told before."
        )
    return ""


def _nutrient(code: str, gaps: Sequence[NutrientGap], flags: Flags, taken_out: Effects, off: str) -> Nutrient:
    if off or (off := _off(code, flags, taken_out)):
        return Nutrient(code, "off", off)
    gap = next((gap for gap in gaps if gap.nutrient == code and gap.kind in ("ear", "ai")), None)
    if gap is None:
        if flags.age is None:
            return Nutrient(code, "unknown", _("Your birth date under Me: references follow age."))
        return Nutrient(code, "unknown", _("There is no reference value to compare with."))
    reference = gap.reference_amount or max((gap.reference or {}).get("amounts", [0.0]))
    state, why = "below", ""
    if gap.mean is None or gap.band == Band.NOT_ENOUGH_DATA:
        state, why = "unknown", _("There are too few finished days yet to tell what is lacking.")
    elif gap.coverage is not None and gap.coverage < LEAST_COVERAGE and gap.mean < reference:
        state, why = "unknown", _("Too much of what was logged has no known amount to tell what is lacking.")
    elif verdicts.calls_enough(gap):
        state = "enough"
    elif not verdicts.calls_low(gap):
        state, why = "unknown", verdicts.why_untold(gap)
        under = gap.kind == "ai" and gap.band == Band.CANNOT_TELL and gap.mean < reference
        return Nutrient(code, state, why, gap.mean, reference, gap.kind, under)
    return Nutrient(code, state, why, gap.mean, reference, gap.kind)


def _off(code: str, flags: Flags, taken_out: Effects) -> str:
    """Why nothing is suggested for one nutrient; empty where something is."""
    if code in taken_out.targets_replaced:
        return _(
            "Your clinician set your amount, which may be a limit or a goal: ask them before you change it."
        )
    if code not in taken_out.no_more_tips | taken_out.no_food_lists:
        return ""
    if code == "potassium_mg" and taken_out.complete_profile and flags.potassium_raising != YES:
        return _(
            "More potassium can do harm with some kidney conditions and medicines. Until both questions are "
            "answered under Me, nothing is suggested for it."
        )
    if code == "potassium_mg":
        return _(
            "With your medicines or condition more potassium can do harm: ask your clinician or pharmacist."
        )
    return _("With your medicines or condition more of it can do harm: ask your clinician or pharmacist.")


# Foods ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suggested:
    """A food in a list: a portion, in words if it has any, and what it would add."""

    id: UUID
    name: str
    grams: float
    portion: str
    added: list[tuple[str, float | None]]
    energy_kcal: float | None


@dataclass(frozen=True)
class Foods:
    """What would add most: of the foods a person eats, and of common ones."""

    codes: tuple[str, ...]
    theirs: list[Suggested]
    others: list[Suggested]


def foods_for(standing: Standing, codes: Sequence[str], larder: "Larder | None" = None) -> Foods:
    """List foods by what a portion would add of one nutrient, or of several together.

    Nothing is listed for a nutrient that is off or that the diary has enough of. Where it is unknown
    what is lacking, foods are set beside the richest of them.
    """
    open_ = [one for one in map(standing.of, codes) if one.state in ("below", "unknown")]
    if not open_:
        return Foods(tuple(codes), [], [])
    larder = larder or Larder.of(standing)
    lacking = {one.code: one.lacking or larder.richest(one.code, vegan=standing.vegan) for one in open_}
    lacking = {code: amount for code, amount in lacking.items() if amount > 0}
    theirs, others = (
        calc.rank(larder.foods, lacking, most=SHOWN, vegan=standing.vegan) if lacking else ([], [])
    )
    hide = standing.effects.hide_energy
    return Foods(
        tuple(lacking),
        [larder.suggested(one, hide_energy=hide) for one in theirs],
        [larder.suggested(one, hide_energy=hide) for one in others],
    )


@dataclass(frozen=True)
class Larder:
    """The foods that may be suggested to one person, and their portions."""

    foods: list[Candidate]
    measures: dict[UUID, list[tuple[str, float]]]
    """Household measures of a food: words, and grams."""

    @classmethod
    def of(cls, standing: Standing) -> "Larder":
        """Foods of the last 90 days in the amount last eaten, and everyday foods in their usual portion."""
        eaten_lately = _last_amounts(standing.diarist, standing.today)
        common = {food_id(source, code) for source, code in everyday()}
        keys = {*eaten_lately, *common}
        measures: dict[UUID, list[tuple[str, float]]] = defaultdict(list)
        usual: dict[UUID, float] = {}
        portions = FoodPortion.objects.filter(food__in=keys).order_by("food_id", "-usual", "seq")
        for key, words, weight in portions.values_list("food_id", "description", "grams"):
            usual.setdefault(key, float(weight))
            measures[key] += [(words, float(weight))] if words != USUAL_AMOUNT else []
        rows = Food.objects.filter(pk__in=keys, deleted_at=None).order_by("name", "pk")
        foods = [
            Candidate(
                str(key),
                name,
                category,
                grams,
                dict(zip(CODES, amounts, strict=True)),
                key in eaten_lately,
            )
            for key, name, category, *amounts in rows.values_list("pk", "name", "category", *CODES)
            if (grams := eaten_lately.get(key) or usual.get(key))
        ]
        may = [food for food in foods if not (standing.spares_salt and calc.is_salty(food))]
        return cls(may, dict(measures))

    def richest(self, code: str, *, vegan: bool) -> float:
        """The most that a portion of any of these foods holds."""
        held = [one.holds(code) for one in self.foods if calc.may_be_suggested(one, vegan=vegan)]
        return max((amount for amount in held if amount is not None), default=0.0)

    def suggested(self, one: Ranked, *, hide_energy: bool = False) -> Suggested:
        id = UUID(one.food.key)
        energy = None if hide_energy else one.energy_kcal
        return Suggested(
            id, one.food.name, one.food.grams, self.words(id, one.food.grams), list(one.added.items()), energy
        )

    def words(self, food: UUID, grams: float) -> str:
        """The household measure that weighs so much; empty without one."""
        return next((words for words, each in self.measures.get(food, ()) if math.isclose(each, grams)), "")


def _last_amounts(diarist: Diarist, today: date) -> dict[UUID, float]:
    """Foods and drinks of the last 90 days, with the grams of the last time. [g]"""
    since = today - LATELY
    items = MealItem.objects.live_of(diarist).filter(meal__local_date__gt=since, meal__local_date__lte=today)
    drinks = WaterIntake.objects.of(diarist).live().between(since, today).exclude(beverage=None)
    rows = [
        *items.order_by().values_list("meal__occurred_at", "food_id", "grams"),
        *drinks.order_by().values_list("occurred_at", "beverage_id", "grams"),
    ]
    return {food: float(weight) for _at, food, weight in sorted(rows)}


# Swaps: what pages read -----------------------------------------------------------------------


def swaps(standing: Standing) -> dict[str, Any] | None:
    """The swaps that were worked out, if they still hold; None where there are none to show yet."""
    if standing.off or not standing.lacking(SWAPPED):
        return None
    row = Suggestion.objects.filter(diarist=standing.diarist, about=ABOUT).first()
    if row is None or (row.revision, row.as_of) != (standing.diarist.revision, standing.today):
        return None
    return row.found if row.found.get("rests_on") == standing.rests_on else None


def ask(diarist: Diarist) -> None:
    """Have the swaps worked out; a request stands for 15 s. A broker that is down is logged."""
    if not cache.add(f"swaps-asked:{diarist.pk}", 1, ASK_AGAIN_AFTER):
        return
    try:
        tasks.suggest_swaps.delay(diarist.pk)
    except Exception as error:  # kombu's and redis' errors have no ancestor in common
        log.warning("broker_down", task=tasks.suggest_swaps.name, error=repr(error))


def change_in_words(change: Mapping[str, float], codes: Iterable[str], *, hide_energy: bool = False) -> str:
    """What changes in an average day: "about 62 mg more magnesium, about 20 kcal less energy"."""
    told = [*codes, *([] if hide_energy else [ENERGY]), SODIUM]
    return get_text_list([_changed(code, change[code]) for code in told if code in change], _("and"))


def _changed(code: str, by: float) -> str:
    said = {"amount": amount(round(abs(by)), code), "name": nutrient_name(code)}
    if round(abs(by)) == 0:
        return _("the same %(name)s") % said
    return (_("about %(amount)s more %(name)s") if by > 0 else _("about %(amount)s less %(name)s")) % said


# Swaps: what the worker does ------------------------------------------------------------------


def work_out(diarist_id: int) -> bool:
    """Work out the swaps of one diary and keep them. Returns whether there was anything to work out.

    The gaps should be current: the task reviews the diary first. Safe to run twice.
    """
    diarist = Diarist.objects.filter(pk=diarist_id).first()
    if diarist is None:
        return False
    standing = standing_of(diarist)
    lacking = {} if standing.off else standing.lacking(SWAPPED)
    found = _found(standing, lacking) if lacking else None
    with transaction.atomic():
        if not Diarist.objects.select_for_update(no_key=True).filter(pk=diarist_id).values("pk").first():
            return False
        if found is None:
            Suggestion.objects.filter(diarist=diarist, about=ABOUT).delete()
            return False
        kept = {
            "as_of": standing.today,
            "found": found,
            "revision": diarist.revision,
            "computed_at": timezone.now(),
        }
        Suggestion.objects.update_or_create(diarist=diarist, about=ABOUT, defaults=kept)
    log.info("swaps_worked_out", diarist=diarist_id, swaps=len(found["swaps"]), reached=found["reached"])
    return True


@dataclass(frozen=True)
class AverageDay:
    """An average usable day of the window, and how often each food was on it."""

    days: int
    means: dict[str, float]
    """Of energy and some nutrients; without those that no day tells."""
    grams: dict[UUID, float]
    shares: dict[UUID, float]
    names: dict[UUID, tuple[str, str]]
    per_100g: Mapping[UUID, Sequence[float | None]]

    @classmethod
    def of(cls, diarist: Diarist, today: date) -> "AverageDay":
        """Read the usable days of the 28 that end today."""
        first = today - timedelta(days=WINDOW - 1)
        rows = DailyIntake.objects.filter(diarist=diarist, date__range=(first, today), status__in=USABLE)
        codes = (ENERGY, SODIUM, *KEPT)
        days = list(rows.values_list("date", *codes))
        known = {
            code: [row[i] for row in days if row[i] is not None] for i, code in enumerate(codes, start=1)
        }
        found = eaten.eaten([diarist], [row[0] for row in days])
        grams: dict[UUID, list[float]] = defaultdict(list)
        on: dict[UUID, set[date]] = defaultdict(set)
        for portion in found.portions:
            grams[portion.food].append(float(portion.grams))
            on[portion.food].add(portion.day)
        return cls(
            len(days),
            {code: math.fsum(amounts) / len(amounts) for code, amounts in known.items() if amounts},
            {food: math.fsum(some) / len(days) for food, some in grams.items()},
            {food: len(dates) / len(days) for food, dates in on.items() if len(dates) > 1},
            found.names,
            found.per_100g,
        )

    def content(self, food: UUID) -> dict[str, float | None]:
        return dict(zip(CODES, self.per_100g.get(food, eaten.NOTHING_KNOWN), strict=True))

    def usual(self) -> list[UUID]:
        """The foods eaten often, those that give most energy first."""
        often = [food for food, share in self.shares.items() if share >= OFTEN_ENOUGH]
        energy = {food: (self.content(food)[ENERGY] or 0.0) * self.grams[food] for food in often}
        return sorted(often, key=lambda food: (-energy[food], str(food)))[:MOST_USUAL]


def _found(standing: Standing, lacking: dict[str, float]) -> dict[str, Any]:
    """Search, and put what was found into plain words and numbers to store."""
    from journal.calc.swaps import Answer, Instead, Limit, Usual, choose

    day = AverageDay.of(standing.diarist, standing.today)
    larder = Larder.of(standing)
    instead = [
        Instead(one.key, kind, one.grams, one.per_100g)
        for one in larder.foods
        if (kind := calc.kind_of(one.category)) and calc.may_be_suggested(one, vegan=standing.vegan)
    ]
    usual = [
        Usual(
            str(food), calc.kind_of(day.names[food][1]), day.grams[food], day.shares[food], day.content(food)
        )
        for food in day.usual()
        if food in day.names
    ]
    limits = {code: Limit(*span) for code, span in _limits(standing, day).items()}
    answer = choose(usual, instead, lacking, limits) if ENERGY in limits else Answer((), False, {})
    return {
        "rests_on": standing.rests_on,
        "reached": answer.reached,
        "proven": answer.proven,
        "days": day.days,
        "energy_kcal": day.means.get(ENERGY),
        "change": answer.change,
        "swaps": [_told(one, day, larder) for one in answer.swaps],
    }


def _limits(standing: Standing, day: AverageDay) -> dict[str, tuple[float, float]]:
    """How far the day may change: its energy hardly, and some nutrients in one direction alone."""
    limits = {code: (-ABOUT_THE_SAME * day.means[code], math.inf) for code in KEPT if code in day.means}
    limits |= {code: (limits.get(code, (-math.inf,))[0], 0.0) for code in standing.capped}
    if ENERGY in day.means:
        limits[ENERGY] = -ABOUT_THE_SAME * day.means[ENERGY], ABOUT_THE_SAME * day.means[ENERGY]
    return limits


def _told(swap: Any, day: AverageDay, larder: Larder) -> dict[str, Any]:
    """A swap as it is stored: names, what is eaten at a time now and then, and what it changes in a day."""
    away, instead = UUID(swap.away), UUID(swap.instead)
    food = next(one for one in larder.foods if one.key == swap.instead)
    return {
        "away": {
            "id": swap.away,
            "name": day.names[away][0],
            "grams": day.grams[away] / day.shares[away],
            "share_of_days": day.shares[away],
        },
        "instead": {
            "id": swap.instead,
            "name": food.name,
            "theirs": food.theirs,
            "grams": swap.grams_at_a_time,
            "portions": swap.half_portions / 2,
            "portion": larder.words(instead, food.grams),
        },
        "change": swap.change,
    }
