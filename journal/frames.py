"""Rows as pandas frames, and the reference tables in our units: the one place where the ORM meets pandas.

known_days(diarists, first, last, instead) -> the stored days of a window, for `calc.totals.days_in_window`
tables(authority, life_stage) -> what `requirement.needs` chooses from, in our units
"""

import time
from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from journal.calc.gaps import RULES
from journal.models import BodyWeight, DailyIntake, Diarist, PersonalTarget
from nutrients.calc.requirement import OwnTarget, ReferenceRow, VariationRow, steps_of_age
from nutrients.codes import NUTRIENT, NUTRIENTS, LifeStage
from nutrients.models import ReferenceIntake, WithinPersonVariation
from spasmlog import streams

ASSESSED = tuple(RULES)
"""Nutrients that gaps are computed for."""
WINDOW_CODES = ("energy_kcal", *ASSESSED)
FLUID = ("drinks_water_g", "food_water_g", "moisture_share")
WINDOW_COLUMNS = [
    *(f"{code}{part}" for code in WINDOW_CODES for part in ("", "_added", "_share", "_unknown")),
    *FLUID,
]
APART = [(source, code) for source in ("fortified", "medicine") for code in ASSESSED]
"""Sources kept apart, each a column `<code>_<source>` of a window's frame."""
NOTHING_APART = (0.0,) * len(APART)
KEYS = ("diarist", "date")
REFERENCES = {nutrient.reference: nutrient for nutrient in NUTRIENTS if nutrient.reference}
"""Our nutrients by their names in the reference tables."""


Instead = Mapping[int, Mapping[date, DailyIntake | None]]
"""Rows just computed, by diarist and day, that take the place of stored ones; None: no such day any more."""
Weight = tuple[date, float]
Frame = pd.DataFrame


def known_days(
    diarists: Collection[Diarist], first: date, last: date, instead: Instead | None = None
) -> pd.DataFrame:
    """The stored days of some diaries from `first` to `last`; index: number of the diarist, date.

    The columns are `status`, `WINDOW_COLUMNS`, and what is kept apart of each nutrient (`APART`).
    """
    instead = instead or {}
    rows = DailyIntake.objects.filter(diarist__in=diarists, date__range=(first, last)).order_by()
    columns = ["diarist_id", "date", "status", "sources", *WINDOW_COLUMNS]
    days = [row for row in streams.read(rows.values_list(*columns)) if row[1] not in instead.get(row[0], ())]
    days += [
        tuple(getattr(row, name) for name in columns)
        for some in instead.values()
        for day, row in some.items()
        if row and first <= day <= last
    ]
    days.sort(key=itemgetter(0, 1))
    index = pd.MultiIndex.from_arrays([[row[0] for row in days], [row[1] for row in days]], names=KEYS)
    names = [*WINDOW_COLUMNS, *(f"{code}_{source}" for source, code in APART)]
    numbers = np.empty((len(days), len(names)))
    numbers[:, : len(WINDOW_COLUMNS)] = np.array([row[4:] for row in days], dtype=float).reshape(
        len(days), len(WINDOW_COLUMNS)
    )
    numbers[:, len(WINDOW_COLUMNS) :] = [_apart(row[3]) for row in days] or 0.0
    status = pd.Series([row[2] for row in days], index=index, name="status", dtype=object)
    return pd.concat([status, pd.DataFrame(numbers, index, names)], axis=1)


def _apart(sources: Mapping[str, Mapping[str, float]]) -> tuple[float, ...]:
    if not sources:
        return NOTHING_APART
    return tuple(sources.get(source, {}).get(code, 0.0) for source, code in APART)


def tables(authority: str, life_stage: str) -> tuple[list[ReferenceRow], list[VariationRow], list[int]]:
    """References and published spreads, by our codes and in their units, for people of one stage; and the
    ages at which the need of others becomes another."""
    found = _references(authority, frozenset({LifeStage.GENERAL, life_stage}), minute := _minute())
    return list(found), list(_variations(minute)), _steps(authority, minute)


def _minute() -> int:
    """The tables change with a release, or in the admin: a worker may rest on what it read a minute ago."""
    return int(time.monotonic() // 60)


@lru_cache(maxsize=16)
def _references(authority: str, life_stages: frozenset[str], _minute: int) -> tuple[ReferenceRow, ...]:
    rows = ReferenceIntake.objects.filter(
        authority=authority, life_stage__in=life_stages, nutrient__in=REFERENCES
    ).order_by("pk")
    names = [name for name in ReferenceRow.__dataclass_fields__ if name != "id"]
    return tuple(_ours(ReferenceRow(**row)) for row in rows.values("id", *names))


@lru_cache(maxsize=1)
def _variations(_minute: int) -> tuple[VariationRow, ...]:
    rows = WithinPersonVariation.objects.filter(nutrient__in=REFERENCES).order_by("pk")
    names = [name for name in VariationRow.__dataclass_fields__ if name != "id"]
    return tuple(_ours(VariationRow(**row)) for row in rows.values("id", *names))


@lru_cache(maxsize=4)
def _steps(authority: str, minute: int) -> list[int]:
    return steps_of_age(_references(authority, frozenset({LifeStage.GENERAL}), minute), _variations(minute))


def _ours(row: Any) -> Any:
    nutrient = REFERENCES[row.nutrient]
    return row.in_unit(nutrient.code, nutrient.unit, nutrient.reference_factor)


def targets(diarists: Collection[Diarist]) -> dict[int, list[OwnTarget]]:
    """Amounts that replace the public reference, for each of these diarists."""
    rows = PersonalTarget.objects.filter(diarist__in=diarists, nutrient__in=NUTRIENT).order_by("nutrient")
    found: dict[int, list[OwnTarget]] = {who.pk: [] for who in diarists}
    for row in rows:
        found[row.diarist_id].append(OwnTarget(row.nutrient, float(row.amount), row.set_by, id=row.pk))
    return found


def weights(diarists: Collection[Diarist]) -> dict[int, list[Weight]]:
    """Body weights of each by the day they were logged on, in kg, oldest first."""
    rows = BodyWeight.objects.live().filter(diarist__in=diarists).order_by("occurred_at", "created_at")
    found: dict[int, list[Weight]] = {who.pk: [] for who in diarists}
    for pk, day, kg in rows.values_list("diarist_id", "local_date", "kg"):
        found[pk].append((day, float(kg)))
    return found
