"""Which reference row, and which published day-to-day spread, hold for one person.

One authority a person, never mixed. A row is chosen by age in completed months, sex and life stage; what is
not known about the person is not guessed: without a birth date there is no row, and without a sex both
rows are returned, so that a claim can be made where both agree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

MONTHS = 12
INFANT_MONTHS = 12
"""Below this age no advice at all is given (product choice)."""
CLAIMS_FROM_MONTHS = 9 * MONTHS
"""Below this age numbers are shown and nothing is claimed (product choice)."""

GENERAL = "general"
ANY = "any"
SEXES = ("female", "male")

NEEDS_BIRTH_DATE = "needs_birth_date"
NEEDS_SEX = "needs_sex"
NO_ROW = "no_reference_row"
NEAREST_ROW = "nearest_row"
CHANGED = "reference_changed"
"""Another row held at the beginning of the window: a birthday, a pregnancy or its end lies within it."""
UNDER_NINE = "under_nine"
INFANT = "infant"
BARRED = "do not use normal method"
"""How the method of a published spread begins where the normal method misleads."""


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """What one authority advises one group to take in of one nutrient; None is "not set by it"."""

    authority: str
    nutrient: str
    life_stage: str
    sex: str
    age_min_months: int
    age_max_months: int | None
    ear: float | None = None
    rda: float | None = None
    ai: float | None = None
    ul: float | None = None
    cdrr: float | None = None
    unit: str = ""
    note: str = ""
    source: str = ""
    group: str = ""
    id: Any = None

    def in_unit(self, nutrient: str, unit: str, factor: float = 1.0) -> "ReferenceRow":
        """Return the row under another nutrient code, each amount multiplied by `factor`."""
        kinds = ("ear", "rda", "ai", "ul", "cdrr")
        return replace(self, nutrient=nutrient, unit=unit, **_scaled(self, kinds, factor))

    def holds_at(self, months: int) -> bool:
        return self.months_away(months) == 0

    def months_away(self, months: int) -> int:
        """How far an age lies outside the row, 0 within it. [months]"""
        if months < self.age_min_months:
            return self.age_min_months - months
        if self.age_max_months is not None and months >= self.age_max_months:
            return months - self.age_max_months + 1
        return 0


@dataclass(frozen=True, slots=True)
class VariationRow:
    """How much one person's intake differs from day to day, as published for a group."""

    nutrient: str
    sex: str
    age_min_y: int
    age_max_y: int | None
    sd: float | None
    cv: float | None
    unit: str
    method: str
    source: str = ""
    id: Any = None

    def in_unit(self, nutrient: str, unit: str, factor: float = 1.0) -> "VariationRow":
        """Return the row under another nutrient code, its SD multiplied by `factor`."""
        return replace(self, nutrient=nutrient, unit=unit, **_scaled(self, ("sd",), factor))

    def holds_for(self, sex: str, years: int) -> bool:
        young_enough = self.age_max_y is None or years < self.age_max_y
        return self.sex in (ANY, sex) and self.age_min_y <= years and young_enough


@dataclass(frozen=True, slots=True)
class Person:
    """What the choice of a row depends on. None is "not told"."""

    birth_date: date | None
    sex: str | None
    life_stage: str = GENERAL
    authority: str = "nasem"


@dataclass(frozen=True, slots=True)
class OwnTarget:
    """An amount a day, in the unit of the nutrient's code, that replaces the public reference."""

    nutrient: str
    amount: float
    set_by: str = "own"
    """`own` or `clinician`."""
    label: str = ""
    id: Any = None


@dataclass(frozen=True, slots=True)
class Option:
    """The row and the day-to-day spread that hold if the person is of `sex`."""

    sex: str
    row: ReferenceRow
    variation: VariationRow | None


@dataclass(frozen=True, slots=True)
class Need:
    """One person's need of one nutrient: one option, two if the sex is not known, or none."""

    nutrient: str
    options: tuple[Option, ...] = ()
    target: OwnTarget | None = None
    nearest: bool = False
    """Whether the row is that of the nearest age, because none holds at this one."""
    reasons: tuple[str, ...] = field(default=())
    """Codes that say what is missing or limits the claims."""

    @property
    def claims_allowed(self) -> bool:
        return bool(self.options) and UNDER_NINE not in self.reasons


@dataclass(frozen=True, slots=True)
class Spread:
    """A prior day-to-day SD: fixed, or a share of the mean; neither where the normal method is barred."""

    sd: float | None = None
    cv_of_mean: float | None = None


def needs(
    rows: Iterable[ReferenceRow],
    variations: Iterable[VariationRow],
    person: Person,
    on: date,
    targets: Iterable[OwnTarget] = (),
) -> dict[str, Need]:
    """Return a person's need of every nutrient in `rows` or `targets`, as of a day."""
    rows, variations = list(rows), list(variations)
    own = {target.nutrient: target for target in targets}
    nutrients = dict.fromkeys([*(row.nutrient for row in rows), *own])
    found = {}
    for nutrient in nutrients:
        need = choose(
            [row for row in rows if row.nutrient == nutrient],
            [row for row in variations if row.nutrient == nutrient],
            person,
            on,
            nutrient,
        )
        found[nutrient] = replace(need, target=own.get(nutrient))
    return found


def choose(
    rows: list[ReferenceRow], variations: list[VariationRow], person: Person, on: date, nutrient: str
) -> Need:
    """Choose from the rows of one nutrient those that hold for a person on a day."""
    if person.birth_date is None:
        return Need(nutrient, reasons=(NEEDS_BIRTH_DATE,))
    months = age_in_months(person.birth_date, on)
    rows = [row for row in rows if (row.authority, row.life_stage) == (person.authority, person.life_stage)]
    chosen = {sex: _row_for(rows, sex, months) for sex in _sexes(person)}
    options = tuple(
        Option(sex, row, _variation_for(variations, sex, months)) for sex, row in chosen.items() if row
    )
    if not options:
        return Need(nutrient, reasons=(NO_ROW, *_age_reasons(months)))
    nearest = any(not option.row.holds_at(months) for option in options)
    if len(options) == 2 and _alike(*options):
        options = options[:1]
    reasons = [NEEDS_SEX] * (len(options) > 1) + [NEAREST_ROW] * nearest + _age_reasons(months)
    return Need(nutrient, options, nearest=nearest, reasons=tuple(reasons))


def steps_of_age(rows: Iterable[ReferenceRow], variations: Iterable[VariationRow]) -> list[int]:
    """Return the ages at which the need of somebody in no special life stage may become another. [months]"""
    ends = [(row.age_min_months, row.age_max_months) for row in rows]
    years = [(row.age_min_y, row.age_max_y) for row in variations]
    months = {end for span in ends for end in span if end is not None}
    months |= {end * MONTHS for span in years for end in span if end is not None}
    return sorted(months | {INFANT_MONTHS, CLAIMS_FROM_MONTHS})


def noting_changes(now: Mapping[str, Need], before: Mapping[str, Need]) -> dict[str, Need]:
    """Return the needs of the last day of a window, marked where those of its first day were others.

    The verdict is about now, so the row of the last day is the one compared with; that the intake of some
    days was for another need is said.
    """
    if before is now:
        return dict(now)
    return {
        code: replace(need, reasons=(*need.reasons, CHANGED)) if _moved(before.get(code), need) else need
        for code, need in now.items()
    }


def _moved(before: Need | None, now: Need) -> bool:
    """Whether the amounts differ; a need that a target replaces, or that was not known, has not moved."""
    if before is None or now.target or not (before.options and now.options):
        return False
    return _amounts(before) != _amounts(now)


def _amounts(need: Need) -> list[tuple[float | None, ...]]:
    return [(row.ear, row.ai, row.ul, row.cdrr) for row in (option.row for option in need.options)]


def age_in_months(born: date, on: date) -> int:
    """Return completed months of life. [months]

    A month is complete on the same day of a later month; for someone born on the 31st and a month of 30
    days, on the day after it.
    """
    return (on.year - born.year) * MONTHS + on.month - born.month - (on.day < born.day)


def age_in_years(born: date, on: date) -> int:
    """Return completed years of life. [a]"""
    return age_in_months(born, on) // MONTHS


def prior_spread(variation: VariationRow | None, row: ReferenceRow | None) -> Spread:
    """Return the SD from day to day that a published row stands for, before any own days are known.

    Some rows give a share of something else instead: of the diarist's own mean, of the EAR, of the AI or of
    the "reference median", which is read as the EAR, the median requirement. Where an authority sets no EAR,
    its AI takes that place, and the reverse.

    Raises
    ------
    ValueError
        If the method of the row is not known.
    """
    if variation is None or variation.method.startswith(BARRED):
        return Spread()
    if variation.sd is not None:
        return Spread(sd=variation.sd)
    if variation.method == "sd = cv x user mean":
        return Spread(cv_of_mean=variation.cv)
    amounts = {
        "sd = cv x EAR": lambda r: (r.ear, r.ai),
        "sd = cv x reference median of group": lambda r: (r.ear, r.ai),
        "sd = cv x AI": lambda r: (r.ai, r.ear),
    }
    if variation.method not in amounts:
        raise ValueError(f"this way to get a spread from day to day is not known: {variation.method!r}")
    candidates = amounts[variation.method](row) if row else ()
    amount = next((a for a in candidates if a is not None), None)
    return Spread() if amount is None or variation.cv is None else Spread(sd=variation.cv * amount)


def level_spread(variation: VariationRow | None, row: ReferenceRow | None) -> Spread:
    """Return the prior SD for a comparison with an upper level, of what food alone brings.

    Published spreads are those of food. Where the normal method is barred for requirements, as food varies
    too much, its CV still tells how much the part from food does: a share of the mean from food, while the
    doses that bring somebody near an upper level are known exactly.
    """
    if variation is not None and variation.method.startswith(BARRED):
        return Spread(cv_of_mean=variation.cv)
    return prior_spread(variation, row)


def _sexes(person: Person) -> tuple[str, ...]:
    """The sexes to look rows up for; pregnancy and breastfeeding have one set of rows."""
    if person.life_stage != GENERAL:
        return ("female",)
    return (person.sex,) if person.sex else SEXES


def _row_for(rows: list[ReferenceRow], sex: str, months: int) -> ReferenceRow | None:
    """The row that holds; for pregnancy and breastfeeding else the nearest one by age."""
    rows = [row for row in rows if row.sex in (ANY, sex)]
    holding = [row for row in rows if row.holds_at(months)]
    if holding:
        return holding[0]
    staged = [row for row in rows if row.life_stage != GENERAL]
    return min(staged, key=lambda row: row.months_away(months), default=None)


def _variation_for(variations: list[VariationRow], sex: str, months: int) -> VariationRow | None:
    return next((row for row in variations if row.holds_for(sex, months // MONTHS)), None)


def _alike(one: Option, other: Option) -> bool:
    return (one.row, one.variation) == (other.row, other.variation)


def _age_reasons(months: int) -> list[str]:
    return [UNDER_NINE] * (months < CLAIMS_FROM_MONTHS) + [INFANT] * (months < INFANT_MONTHS)


def _scaled(row: Any, kinds: tuple[str, ...], factor: float) -> dict[str, Any]:
    amounts = {kind: getattr(row, kind) for kind in kinds}
    return {kind: amount if amount is None else amount * factor for kind, amount in amounts.items()}
