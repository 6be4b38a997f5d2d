"""How far the mean of uneven days may be off, found by drawing the days again and again.

For nutrients that few foods hold (vitamin D, vitamin B12) a few days carry most of the intake, and the normal
method misleads. The usable days are drawn with replacement, as many as there are, `RESAMPLES` times; the 5th
and the 95th percentile of the means are the range.

Everything here is deterministic. The draws for n days are the same for everybody; which day stands at which
place is shuffled for each diarist and window by a key made from its seed. So one diarist gets the same range
alone and among ten thousand, today and tomorrow, and the range rises whenever the amount of a day does.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

RESAMPLES = 2000
"""Number of draws (assessment method D)."""
PERCENTILES = (5.0, 95.0)
"""Ends of the range (assessment, section 2 D). [%]"""
_GOLDEN, _FIRST, _SECOND = (
    np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
"""Constants of the 64-bit mixing function of Steele, Lea and Flood, OOPSLA 2014 (SplitMix64)."""


class Range(NamedTuple):
    """Where the mean lies, NaN where there is no day. [unit / day]"""

    lower: Floats
    upper: Floats


def resampled_range(values: ArrayLike, seeds: ArrayLike = 0) -> Range:
    """Return the 5th and 95th percentile of the resampled arithmetic means.

    Parameters
    ----------
    values : days in calendar order along the last axis, NaN where a day does not count. [unit / day]
    seeds : a whole number for each diarist and window, broadcast against the other axes.
    """
    x = np.asarray(values, dtype=float)
    flat = x.reshape(-1, x.shape[-1])
    seed = np.broadcast_to(np.asarray(seeds, dtype=np.uint64), x.shape[:-1]).reshape(-1)
    days, counts = _shuffled(flat, seed), (~np.isnan(flat)).sum(axis=-1)
    ends = np.full((len(PERCENTILES), len(flat)), np.nan)
    for n in np.unique(counts[counts > 0]):
        rows = counts == n
        # einsum sums in one order whatever the batch: one diarist gets the same digits as ten thousand do;
        # a matrix product would not, and its threads get in each other's way beside other workers.
        means = np.einsum("id,dr->ir", days[rows, :n], _draws(int(n)).astype(float)) / n
        ends[:, rows] = _ends(np.sort(means, axis=-1))
    lower, upper = ends.reshape(len(PERCENTILES), *x.shape[:-1])
    return Range(lower, upper)


def _ends(ordered: Floats) -> list[Floats]:
    """The percentiles of what is in order along the last axis: to sort all is sooner done than to look for
    them, as `np.percentile` does."""
    places = [percent / 100 * (ordered.shape[-1] - 1) for percent in PERCENTILES]
    whole = [int(place) for place in places]
    return [
        ordered[:, at] + (place - at) * (ordered[:, at + 1] - ordered[:, at])
        for at, place in zip(whole, places, strict=True)
    ]


def seed_of(person: int, first_ordinal: int, length: int) -> int:
    """Return the seed of one diarist and window: who, the day number it begins on, and its length."""
    return (person << 32 ^ first_ordinal << 10 ^ length) & 0xFFFFFFFFFFFFFFFF


@lru_cache(maxsize=128)
def _draws(n: int) -> NDArray[np.uint16]:
    """How often each of `n` places comes up in each of the resamples; shape (n, RESAMPLES)."""
    drawn = np.random.default_rng(n).integers(n, size=(RESAMPLES, n))
    places = drawn + n * np.arange(RESAMPLES)[:, None]
    counts = np.bincount(places.ravel(), minlength=RESAMPLES * n)
    return np.ascontiguousarray(counts.reshape(RESAMPLES, n).T.astype(np.uint16))


def _shuffled(days: Floats, seeds: NDArray[np.uint64]) -> Floats:
    """The days of each row that count, in the order of their keys, and the others after them."""
    places = _GOLDEN * np.arange(1, days.shape[-1] + 1, dtype=np.uint64)
    keys = _mixed(np.add(_mixed(seeds)[:, None], places, dtype=np.uint64))
    keys = np.where(np.isnan(days), np.iinfo(np.uint64).max, keys)
    return np.take_along_axis(days, np.argsort(keys, axis=-1, kind="stable"), axis=-1)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Whole numbers made to look random, each its own."""
    z = numbers + _GOLDEN  # overflow wraps around, as it should
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))
