"""Many diarists at once get what each gets alone."""

import ast
import inspect

import numpy as np
import pytest

from journal.calc import many
from journal.calc.gaps import assess
from journal.calc.many import Comparison, WideDays, assess_many
from journal.calc.resampling import seed_of
from journal.calc.windows import LEVEL_RULE, RULES
from tests.journal.calc.test_gaps import B12, CA, MG, NA, SUNDAY, WOMAN, D, K, diary

CODES = (MG, K, CA, D, B12, NA)
LENGTH, PEOPLE = 90, 40


@pytest.fixture(scope="module")
def people():
    """Forty diarists with nothing in common but the calendar."""
    rng = np.random.default_rng(11)
    means = np.array([260, 2500, 800, 10, 2, 2600])[None, :, None] * rng.uniform(0.4, 1.8, (PEOPLE, 6, 1))
    amount = means * rng.gamma(4, 0.25, (PEOPLE, 6, LENGTH))
    share = np.where(rng.random((PEOPLE, 6, LENGTH)) < 0.2, rng.uniform(0.3, 1, (PEOPLE, 6, LENGTH)), 1.0)
    added = amount * (rng.random((PEOPLE, 6, LENGTH)) < 0.1) * 0.5
    usable = rng.random((PEOPLE, LENGTH)) < rng.uniform(0.05, 1, (PEOPLE, 1))
    return amount, added, share, usable


def frame_of(people, i):
    amount, added, share, usable = people
    frame = diary([np.nan] * LENGTH)
    frame["status"] = np.where(usable[i], "complete_marked", "incomplete")
    for k, code in enumerate(CODES):
        frame[code], frame[f"{code}_added"] = amount[i, k], added[i, k]
        frame[f"{code}_share"], frame[f"{code}_unknown"] = share[i, k], (share[i, k] < 1).astype(int)
    return frame


def test_each_verdict_is_the_one_the_diarist_gets_alone(people):
    frames = [frame_of(people, i) for i in range(PEOPLE)]
    weekend = np.array([day.weekday() >= 5 for day in frames[0].index])
    seeds = [seed_of(i, frames[0].index[0].toordinal(), LENGTH) for i in range(PEOPLE)]
    found = assess_many(
        WideDays(*people, weekend),
        CODES,
        [
            Comparison(MG, "ear", 265, RULES[MG], prior_sd=86),
            Comparison(K, "ai", 2600, RULES[K], prior_sd=851),
            Comparison(CA, "ear", 800, RULES[CA], prior_sd=325),
            Comparison(CA, "ul", 2500, LEVEL_RULE, prior_sd=325),
            Comparison(NA, "ai", 1500, RULES[NA], prior_sd=1230),
            Comparison(NA, "cdrr", 2300, RULES[NA], prior_sd=1230),
            Comparison(D, "resampling", 10, RULES[D]),
            Comparison(B12, "resampling", 2, RULES[B12]),
        ],
        seeds=seeds,
    )
    bands = set()
    for i, frame in enumerate(frames):
        alone = assess(frame, WOMAN, SUNDAY, LENGTH, nutrients=CODES, person=i).nutrients
        for gap in alone:
            if (gap.nutrient, gap.method) not in found:
                continue
            one = found[gap.nutrient, gap.method]
            bands.add(str(one.band[i]))
            assert one.band[i] == gap.band, (i, gap)
            confidence = gap.probability_adequate if gap.method == "ear" else gap.confidence_above
            assert one.confidence[i] == pytest.approx(
                np.nan if confidence is None else confidence, nan_ok=True
            )
            if gap.interval:
                assert [one.low[i], one.high[i]] == pytest.approx(gap.interval)
    assert len(bands) > 9  # the diaries differ enough for the comparison to mean something


def test_no_diarist_has_no_verdicts():
    none = np.empty((0, 1, 28))
    days = WideDays(none, none, none, np.empty((0, 28), dtype=bool), np.zeros(28, dtype=bool))
    found = assess_many(days, [MG], [Comparison(MG, "ear", 265, RULES[MG], prior_sd=86)])
    assert found[MG, "ear"].band.shape == (0,)


def test_nothing_loops_over_diarists_or_days():
    loops = [n for n in ast.walk(ast.parse(inspect.getsource(many))) if isinstance(n, (ast.For, ast.While))]
    # The one loop is over nutrients.
    assert [ast.unparse(loop.iter) for loop in loops] == ["enumerate(codes)"]
