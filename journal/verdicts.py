"""What a gap says in a lay person's words: the verdict first, the numbers after it, and what limits it.

Wording rules: always "your logged intake", always on how many days, never a word about blood levels,
never a probability from an adequate intake.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from journal.codes import Band
from journal.models import NutrientGap
from journal.templatetags.journal import amount, percent
from nutrients.codes import Authority

NOT_YET = "method_to_come"
OF_WHAT_WAS_LOGGED = (
    Band.LIKELY_MEETS, Band.PROBABLY_MEETS, Band.PROBABLY_ENOUGH,
    Band.POSSIBLY_LOW, Band.LIKELY_LOW, Band.VERY_LIKELY_LOW,
)  # fmt: skip
"""Bands that below the bare name of a nutrient could be read as being about the body."""
TONE = {
    Band.LIKELY_MEETS: "enough",
    Band.PROBABLY_MEETS: "enough",
    Band.PROBABLY_ENOUGH: "enough",
    Band.POSSIBLY_LOW: "unsure",
    Band.CANNOT_TELL: "unsure",
    Band.LIKELY_LOW: "low",
    Band.VERY_LIKELY_LOW: "low",
}
"""How a page marks a band, always beside its words. What is not here is no verdict."""


@dataclass(frozen=True)
class Verdict:
    """Words for one gap. Empty texts are left out on the page."""

    headline: str
    tone: str
    days: str
    numbers: str
    reference: str
    limits: tuple[str, ...]


def verdict(gap: NutrientGap, *, numbers_only: bool = False) -> Verdict:
    """Word one gap; `numbers_only` where calling it low would do this person no good."""
    return Verdict(
        headline=_("Numbers only") if numbers_only else _headline(gap),
        tone="none" if numbers_only else TONE.get(gap.band, "none"),
        days=_days(gap),
        numbers=_numbers(gap),
        reference=reference(gap),
        limits=() if numbers_only else tuple(_limits(gap.reasons, gap)),
    )


def _headline(gap: NutrientGap) -> str:
    if gap.band == Band.NOT_ENOUGH_DATA and gap.days_needed:
        return ngettext(
            "Cannot tell yet: %(days)s more finished day",
            "Cannot tell yet: %(days)s more finished days",
            gap.days_needed,
        ) % {"days": gap.days_needed}
    if gap.band in OF_WHAT_WAS_LOGGED:
        return _("Logged intake %(verdict)s") % {"verdict": gap.get_band_display()}
    if gap.band:
        return capfirst(gap.get_band_display())
    if "needs_birth_date" in gap.reasons:
        return _("No reference without a birth date")
    if NOT_YET in gap.reasons:
        return _("No verdict yet for this nutrient")
    return _("No verdict")


def _days(gap: NutrientGap) -> str:
    return ngettext(
        "%(used)s of %(window)s day counted", "%(used)s of %(window)s days counted", gap.days_in_window
    ) % {"used": gap.days_used, "window": gap.window_days}


def _numbers(gap: NutrientGap) -> str:
    if gap.mean is None:
        return ""
    lower, upper = amount(gap.lower, gap.nutrient), amount(gap.upper, gap.nutrient)
    if gap.upper is None:
        said = _("On average at least %(lower)s a day") % {"lower": lower}
    elif lower == upper:
        said = _("On average %(mean)s a day") % {"mean": lower}
    else:
        said = _("On average between %(lower)s and %(upper)s a day") % {"lower": lower, "upper": upper}
    if gap.coverage is not None and gap.coverage < 0.995:
        return _("%(said)s; %(share)s of what was logged has a known amount") % {
            "said": said,
            "share": percent(gap.coverage),
        }
    return said


KINDS = {
    "ear": lambda: _("average requirement"),
    "ai": lambda: _("adequate intake"),
    "cdrr": lambda: _("cutting down is advised above"),
    "ul": lambda: _("upper level for supplements and medicines"),
}


def reference(gap: NutrientGap) -> str:
    """The reference value with its kind and whose it is; empty without one."""
    row = gap.reference or {}
    values = [amount(value, gap.nutrient) for value in row.get("amounts", [])]
    if not values:
        return ""
    value = " – ".join(dict.fromkeys(values))
    if gap.kind == "own":
        by_clinician = row.get("set_by") == "clinician"
        return (
            _("Target set by your clinician: %(value)s") if by_clinician else _("Your own target: %(value)s")
        ) % {"value": value}
    kind = KINDS[gap.kind]() if gap.kind in KINDS else gap.kind
    if gap.kind == "ul":
        value = _("%(level)s, %(taken)s logged") % {"level": value, "taken": amount(gap.mean, gap.nutrient)}
    return pgettext("reference value", "%(kind)s %(value)s (%(authority)s)") % {
        "kind": capfirst(kind),
        "value": value,
        "authority": str(row.get("authority", "")).upper() or Authority.NASEM.value.upper(),
    }


REASONS = {
    "needs_birth_date": lambda: _("Needs follow age: give your birth date under Me."),
    "needs_sex": lambda: _("Sex is not given: a verdict needs the values of both to agree."),
    "sexes_disagree": lambda: _("The values for women and men lead to different verdicts."),
    "no_reference_row": lambda: _("This authority gives no value for your group."),
    "nearest_row": lambda: _("The table has no row for your age and life stage; the nearest is shown."),
    "under_nine": lambda: _("Under nine years of age only the numbers are shown."),
    "infant": lambda: _("For infants only the numbers are shown, and no advice."),
    "few_days": lambda: _("Fewer than half of the days count."),
    "low_coverage": lambda: _("Too much of what was logged has no known amount to call it low."),
    "weekends_missing": lambda: _("No or too few weekend days count."),
    "working_days_missing": lambda: _("No or too few working days count."),
    "diary_implausible": lambda: _(
        "The days logged hold less energy than a body uses: some food is probably not logged, so nothing "
        "is called low."
    ),
    "window_too_short": lambda: _("This window is too short for a verdict."),
    "too_variable": lambda: _("From day to day it varies too much for this method."),
    "more_days_for_low": lambda: _("More finished days are needed before it could be called likely low."),
    "clinician_target": lambda: _(
        "Your clinician's target is shown, and no verdict: it may be a limit or a goal."
    ),
    "no_variation": lambda: _("How much it varies from day to day is not known for your group."),
}


def _limits(reasons: Iterable[str], gap: NutrientGap) -> Iterable[str]:
    for code in reasons:
        if code in REASONS:
            yield REASONS[code]()
    if gap.band == Band.CANNOT_TELL and gap.method == "ai" and "window_too_short" not in reasons:
        yield _("Below the adequate intake nobody can tell from a diary whether it is too little.")
