"""What a person is likely to eat again: what they had at this meal, about this hour, lately and often."""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

HALF_LIFE_DAYS = 14.0
"""After so many days something eaten counts half (product choice: habits of this season). [d]"""
HOURS_NEAR = 2.0
"""At so many hours from now something eaten counts half (product choice). [h]"""


class Eating(NamedTuple):
    """Something that was eaten once."""

    what: Hashable
    same_meal: bool
    """Whether it was at the meal that is asked about."""
    hour: float
    """On the clock on the wall. [h, 0 to 24]"""
    days_ago: float
    """[d]"""


def likeliest(eatings: Iterable[Eating], hour: float | None = None) -> list[Hashable]:
    """What was eaten, each once, the likeliest first: all of this meal before what was of others.

    Within each part by the sum over every time it was eaten, so that what is eaten often, lately and about
    this `hour` comes first. Without an hour only how often and how lately count.
    """
    weights: dict[Hashable, tuple[bool, float]] = {}
    for one in eatings:
        here, weight = weights.get(one.what, (False, 0.0))
        weights[one.what] = here or one.same_meal, weight + _weight(one, hour)
    return sorted(weights, key=lambda what: weights[what], reverse=True)


def _weight(one: Eating, hour: float | None) -> float:
    near = 1.0 if hour is None else 1 / (1 + (hours_apart(one.hour, hour) / HOURS_NEAR) ** 2)
    return near * 0.5 ** (max(one.days_ago, 0.0) / HALF_LIFE_DAYS)


def hours_apart(one: float, other: float) -> float:
    """Distance on the face of the clock, over midnight where that is shorter. [h, 0 to 12]"""
    apart = abs(one - other) % 24
    return min(apart, 24 - apart)
