"""What a browser keeps of a diary, to show it and to log in it without a network."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import override

from journal import countries, emergency, entries, flags, wording
from journal.calc.redflags import RED_FLAGS, RedFlag, Ticks, kidney_failure, urgency_order
from journal.codes import Units
from journal.drafts import measure_of, plain, usual_measure
from journal.habits import history
from journal.models import Diarist, Exercise, Supplement
from nutrients.calc import units
from nutrients.models import Activity, Food

MOST_FOODS = 60
ANSWERS = ("cramp", "pregnant", "kidney_failure")
"""What a red-flag rule may look at beside the ticks."""


# Warning signs --------------------------------------------------------------------------------


def guidance() -> dict:
    """What warning signs ask to do, for everybody: judged and told by a page without a network.

    The rules are those of `calc.redflags`, written out as the ticks that set them off; the words have gaps
    for the numbers of a country. A translation has the English words beside it, by which it can be checked.
    """
    rules = sorted(RED_FLAGS, key=lambda rule: urgency_order(rule.id))
    return {
        "rules": [_told(rule) for rule in rules],
        "numbers": {
            region: [call.emergency, call.advice_line, call.advice_line_words]
            for region, call in emergency.everywhere().items()
        },
        "countries": countries.by_name(),
        "nowhere": [emergency.Numbers().emergency_words, emergency.Numbers().advice_line_words],
    }


def _told(rule: RedFlag) -> dict:
    told = {"rule": rule.id, "ways": ways(rule), **_words(rule), "sources": list(rule.sources)}
    if not wording.is_reviewed():
        with override(wording.REVIEWED):
            told["original"] = _words(rule)
    return told


def _words(rule: RedFlag) -> dict[str, str]:
    title, text = wording.RED[rule.id]
    gaps = {"emergency": "{emergency}", "advice_line": "{advice_line}"}
    return {"title": str(title), "text": str(text) % gaps}


def ways(rule: RedFlag) -> list[list[str]]:
    """The smallest sets of ticks and answers that set a rule off. One more tick never calms a rule."""
    return _ways(rule.id)


@cache
def _ways(id: str) -> list[list[str]]:
    rule = next(rule for rule in RED_FLAGS if rule.id == id)
    found: list[frozenset[str]] = []
    for said in _subsets((*rule.looks_at, *ANSWERS)):
        if not any(known <= said for known in found) and rule.fires(_ticks(said)):
            found.append(said)
    return [sorted(one) for one in found]


def _subsets(of: tuple[str, ...]) -> Iterator[frozenset[str]]:
    """Smaller ones first."""
    for size in range(len(of) + 1):
        yield from map(frozenset, combinations(of, size))


def _ticks(said: frozenset[str]) -> Ticks:
    return Ticks(said.difference(ANSWERS), *(answer in said for answer in ANSWERS))


# One person's diary ---------------------------------------------------------------------------


def facts(diarist: Diarist) -> dict:
    """What logging without a network must know of a person. Kept by the browser until they sign out."""
    about = flags.flags_about(diarist, entries.today(diarist))
    us = diarist.units == Units.US
    return {
        "name": diarist.user.get_username(),
        "zone": diarist.time_zone,
        "day_start": f"{diarist.day_start:%H:%M}",
        "region": diarist.region,
        "units": diarist.units,
        "ml": units.ML_PER_US_FLUID_OUNCE if us else 1,
        "grams_per_oz": units.GRAMS_PER_OUNCE,
        "pregnant": about.pregnant,
        "kidney_failure": kidney_failure(about.conditions),
        "foods": _foods(diarist),
        "products": [
            {"id": str(one.pk), "name": one.name, "unit": one.unit}
            for one in Supplement.objects.of(diarist).live()
        ],
        "activities": _activities(diarist),
    }


def _foods(diarist: Diarist) -> list[dict]:
    """What this person eats, with the amount of last time; own foods, which are in no public table."""
    kind = entries.kind_at(timezone.now().astimezone(diarist.tz))
    eaten = list(history(diarist, kind).last.values())[:MOST_FOODS]
    prefetch_related_objects([item.food for item in eaten], "portions")
    own = Food.objects.filter(owner_id=diarist.user_id, deleted_at=None).prefetch_related("portions")
    told = {item.food_id: (item.food, measure_of(item)) for item in eaten}
    for food in own:
        told.setdefault(food.pk, (food, usual_measure(food)))
    return [
        {
            "id": str(food.pk),
            "name": food.name,
            "portions": [[str(one.pk), one.description, plain(one.grams)] for one in food.portions.all()],
            "measure": measure,
            "quantity": quantity,
        }
        for food, (measure, quantity) in told.values()
        if food.deleted_at is None
    ]


def _activities(diarist: Diarist) -> list[list[str]]:
    """What this person does, then what most people do."""
    done = Exercise.objects.of(diarist).live().exclude(activity=None).order_by("-occurred_at")
    recent = [bout.activity for bout in done.select_related("activity")[:40]]
    everyday = Activity.objects.exclude(everyday=None).order_by("everyday")
    return [[one.pk, one.said] for one in dict.fromkeys([*recent, *everyday])]
