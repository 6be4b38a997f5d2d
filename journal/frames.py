"""Rows as pandas frames, and the reference tables in our units: the one place where the ORM meets pandas.

known_days(diarist, first, last, instead) -> the stored days of a window, ready for `calc.gaps.assess`
references(...), variations() -> the tables that `requirement.needs` chooses from, in our units
"""

import time
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from journal.calc.gaps import RULES
from journal.models import BodyWeight, DailyIntake, Diarist, PersonalTarget
from nutrients.calc.requirement import OwnTarget, ReferenceRow, VariationRow
from nutrients.codes import NUTRIENT, NUTRIENTS
from nutrients.models import ReferenceIntake, WithinPersonVariation

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
REFERENCES = {nutrient.reference: nutrient for nutrient in NUTRIENTS if nutrient.reference}
"""Our nutrients by their names in the reference tables."""


def known_days(
    diarist: Diarist, first: date, last: date, instead: Mapping[date, DailyIntake | None] | None = None
) -> pd.DataFrame:
    """The stored days from `first` to `last`; index: date.

    The columns are `status`, `WINDOW_COLUMNS`, and what is kept apart of each nutrient (`APART`).
    Rows of `instead`, just computed, take the place of the stored ones; None there: no such day any more.
    """
    instead = instead or {}
    rows = DailyIntake.objects.filter(diarist=diarist, date__range=(first, last)).order_by("date")
    columns = ["date", "status", "sources", *WINDOW_COLUMNS]
    found = {row[0]: row for row in rows.values_list(*columns) if row[0] not in instead}
    fresh = {day: tuple(getattr(row, name) for name in columns) for day, row in instead.items() if row}
    days = [row for _day, row in sorted({**found, **fresh}.items())]
    index = pd.Index([row[0] for row in days], name="date", dtype=object)
    values = [(*row[3:], *(row[2].get(source, {}).get(code, 0.0) for source, code in APART)) for row in days]
    names = [*WINDOW_COLUMNS, *(f"{code}_{source}" for source, code in APART)]
    numbers = np.array(values, dtype=float).reshape(len(days), len(names))
    status = pd.Series([row[1] for row in days], index=index, name="status", dtype=object)
    return pd.concat([status, pd.DataFrame(numbers, index, names)], axis=1)


def references(authority: str, life_stages: Iterable[str]) -> list[ReferenceRow]:
    """Reference intakes of one authority for some life stages, by our codes and in their units."""
    return list(_references(authority, frozenset(life_stages), _minute()))


def variations() -> list[VariationRow]:
    """Published spreads from day to day, by our codes and in their units."""
    return list(_variations(_minute()))


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


def _ours(row: Any) -> Any:
    nutrient = REFERENCES[row.nutrient]
    return row.in_unit(nutrient.code, nutrient.unit, nutrient.reference_factor)


def targets(diarist: Diarist) -> list[OwnTarget]:
    """Amounts that replace the public reference for this diarist."""
    rows = PersonalTarget.objects.filter(diarist=diarist, nutrient__in=NUTRIENT).order_by("nutrient")
    return [OwnTarget(row.nutrient, float(row.amount), row.set_by, id=row.pk) for row in rows]


def weights(diarist: Diarist) -> list[tuple[date, float]]:
    """Body weights by the day they were logged on, in kg, oldest first."""
    rows = BodyWeight.objects.of(diarist).live().order_by("occurred_at", "created_at")
    return [(day, float(kg)) for day, kg in rows.values_list("local_date", "kg")]
