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

DOSES_ALONE, DRINKS_ALONE = "supplements_only", "drinks_only"
"""Reasons of a gap that is about a part of the intake alone."""
OF_WHAT_WAS_LOGGED = (
    Band.LIKELY_MEETS, Band.PROBABLY_MEETS, Band.PROBABLY_ENOUGH,
    Band.POSSIBLY_LOW, Band.LIKELY_LOW, Band.VERY_LIKELY_LOW,
)  # fmt: skip
"""Bands that below the bare name of a nutrient could be read as being about the body."""
CALLED_LOW = (Band.POSSIBLY_LOW, Band.LIKELY_LOW, Band.VERY_LIKELY_LOW, Band.LOOKS_LOW)
"""Bands by which a verdict says that intake may be too little. Below an adequate intake none of them does."""
TONE = {
    Band.LIKELY_MEETS: "enough",
    Band.PROBABLY_MEETS: "enough",
    Band.PROBABLY_ENOUGH: "enough",
    Band.POSSIBLY_LOW: "unsure",
    Band.CANNOT_TELL: "unsure",
    Band.LIKELY_LOW: "low",
    Band.VERY_LIKELY_LOW: "low",
    Band.LOOKS_SUFFICIENT: "enough",
    Band.LOOKS_LOW: "low",
    Band.USUALLY_ABOVE: "above",
    Band.NOT_USUALLY_ABOVE: "enough",
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
    if gap.band in LEVELS:
        return LEVELS[gap.band][_level(gap)]()
    if gap.band in OF_WHAT_WAS_LOGGED:
        return _("Logged intake %(verdict)s") % {"verdict": gap.get_band_display()}
    if gap.band:
        return capfirst(gap.get_band_display())
    if "needs_birth_date" in gap.reasons:
        return _("No reference without a birth date")
    return _("No verdict")


LEVELS = {
    Band.USUALLY_ABOVE: {
        "cdrr": lambda: _("Usually above the level where cutting down is advised"),
        "ul": lambda: _("Usually above the upper level"),
        "doses": lambda: _("Supplements and medicines usually above their upper level"),
    },
    Band.NOT_USUALLY_ABOVE: {
        "cdrr": lambda: _("Not usually above the level where cutting down is advised"),
        "ul": lambda: _("Not usually above the upper level"),
        "doses": lambda: _("Supplements and medicines not usually above their upper level"),
    },
}


def _level(gap: NutrientGap) -> str:
    return "doses" if DOSES_ALONE in gap.reasons else gap.kind


def is_shown(gap: NutrientGap) -> bool:
    """Whether a page says it: an upper level that is not reached is not worth a line."""
    return gap.kind != "ul" or gap.band == Band.USUALLY_ABOVE


def calls_low(gap: NutrientGap) -> bool:
    """Whether the verdict says that intake may be too little; no page may say so where it does not."""
    return gap.band in CALLED_LOW


def calls_enough(gap: NutrientGap) -> bool:
    return TONE.get(gap.band) == "enough"


def why_untold(gap: NutrientGap) -> str:
    """In words, as beside the verdict, that it cannot be told, and what stands in the way."""
    return " ".join([_("%(verdict)s.") % {"verdict": _headline(gap)}, *_limits(gap.reasons, gap)])


def _days(gap: NutrientGap) -> str:
    return ngettext(
        "%(used)s of %(window)s day counted", "%(used)s of %(window)s days counted", gap.days_in_window
    ) % {"used": gap.days_used, "window": gap.window_days}


def _numbers(gap: NutrientGap) -> str:
    """The mean with its range, how much of it is known, and on how many days there was a source."""
    if gap.mean is None:
        return ""
    said = [_mean(gap)]
    share = (gap.evidence or {}).get("share_with_source")
    if share is not None:
        said.append(
            _("%(share)s of these days had a food or supplement with some of it") % {"share": percent(share)}
        )
    return ". ".join([*said, *filter(None, [_taken(gap)])])


def _taken(gap: NutrientGap) -> str:
    """What came from supplements and medicines, where some of it did and food did, too."""
    sources = (gap.evidence or {}).get("sources", {})
    taken = sources.get("supplement", 0) + sources.get("medicine", 0)
    if not taken or DOSES_ALONE in gap.reasons:
        return ""
    return _("%(amount)s of it from supplements and medicines") % {"amount": amount(taken, gap.nutrient)}


def _mean(gap: NutrientGap) -> str:
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
    return pgettext("reference value", "%(kind)s %(value)s (%(authority)s)") % {
        "kind": capfirst(_kind(gap)),
        "value": value,
        "authority": str(row.get("authority", "")).upper() or Authority.NASEM.value.upper(),
    }


def _kind(gap: NutrientGap) -> str:
    if DOSES_ALONE in gap.reasons:
        return _("upper level for supplements and medicines")
    if DRINKS_ALONE in gap.reasons:
        return _("adequate intake, the part from drinks")
    return KINDS[gap.kind]() if gap.kind in KINDS else gap.kind


REASONS = {
    "needs_birth_date": lambda: _("Needs follow age: give your birth date under Me."),
    "needs_sex": lambda: _("Sex is not given: a verdict needs the values of both to agree."),
    "sexes_disagree": lambda: _("The values for women and men lead to different verdicts."),
    "no_reference_row": lambda: _("This authority gives no value for your group."),
    "nearest_row": lambda: _("The table has no row for your age and life stage; the nearest is shown."),
    "reference_changed": lambda: _(
        "Your reference value changed during these days, with a birthday, a pregnancy or its end; the "
        "verdict uses today's."
    ),
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
    "limit_or_goal": lambda: _("Your own target is shown, and no verdict: it may be a limit or a goal."),
    DRINKS_ALONE: lambda: _("Drinks only: how much water your food held is not known well enough."),
    DOSES_ALONE: lambda: _("Magnesium in food does not count here."),
    "no_variation": lambda: _("How much it varies from day to day is not known for your group."),
}


def _limits(reasons: Iterable[str], gap: NutrientGap) -> Iterable[str]:
    for code in reasons:
        if code in REASONS:
            yield REASONS[code]()
    if gap.band == Band.CANNOT_TELL and gap.kind == "ai" and "window_too_short" not in reasons:
        yield _("Below the adequate intake nobody can tell from a diary whether it is too little.")
    if gap.band and gap.nutrient in BESIDE:
        yield BESIDE[gap.nutrient]()


BESIDE = {
    "sodium_mg": lambda: _("Salt added at the table is rarely logged."),
    "water_g": lambda: _("Thirst and the colour of urine tell more. Drinks are easily forgotten in a log."),
    "vitamin_d_ug": lambda: _(
        "Sun on the skin makes vitamin D too, and no log shows that. Only a blood test tells the status."
    ),
    "vitamin_b12_ug": lambda: _(
        "How well it is absorbed matters as much as the intake. Only a blood test tells the status."
    ),
}
"""What no diary shows of a nutrient, said beside each verdict."""
