"""What is said of personal links, on page, REST and card. Style and numbers are those of `wording`.

    name(link) -> str                   "alcohol, the day before"
    counts(link) -> str                 on how many days of both kinds cramps were logged
    size(link) -> str                   the odds ratio with its interval, from its larger side
    said(link) -> list[str]             all that may be said, sentence by sentence
    not_shown(link) -> str              why a link is kept back
    standing(patterns) -> Standing      how far the log has come, and what to do next

Always counts and an interval, never only an odds ratio; never a cause, and nothing to swallow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal import measures
from journal.calc.crampdays import (
    CRAMPS_TO_SHOW,
    FALSE_FINDS,
    FEWEST_CRAMPS,
    FEWEST_DAYS,
    FEWEST_OF_A_KIND,
    Count,
    Running,
)
from journal.calc.facts import LinkFacts
from journal.codes import Exposure, LinkState
from journal.wording import Text, number

SOURCES = (
    "Maclure, American Journal of Epidemiology, 1991",
    "Lumley and Levy, Environmetrics, 2000",
    "Janes, Sheppard and Lumley, Epidemiology, 2005",
    "Vines and Farrington, Statistics in Medicine, 2001",
    "Benjamini and Hochberg, Journal of the Royal Statistical Society B, 1995",
)
"""Of the method. The gates are product choices."""

WHEN: Mapping[int, Text] = {
    0: gettext_lazy("the same day"), 1: gettext_lazy("the day before"), 2: gettext_lazy("two days before"),
}  # fmt: skip
PER_LITRE_SHORT = measures.either(
    gettext_lazy("with each litre that water was short"),
    gettext_lazy("with each 34 fl oz that water was short"),
)
PER_LITRE_LESS = measures.either(
    gettext_lazy("with each litre less of that"), gettext_lazy("with each 34 fl oz less of that")
)
"""A litre is 33.8 US fluid ounces."""
COUNTED: Mapping[int, Text] = {
    0: gettext_lazy(
        "On days with %(what)s you logged cramps on %(a)s of %(e)s days, on other days on %(b)s of %(f)s."
    ),
    1: gettext_lazy(
        "On days after %(what)s you logged cramps on %(a)s of %(e)s days, on other days on %(b)s of %(f)s."
    ),
    2: gettext_lazy(
        "Two days after %(what)s you logged cramps on %(a)s of %(e)s days, on other days on %(b)s of %(f)s."
    ),
}
OTHER_REASONS = gettext_lazy(
    "Other things may explain it: poor sleep, other effort, or remembering to log on bad days. It does not "
    "show that one causes the other."
)
NO_REASON_TO_CHANGE = gettext_lazy("It is no reason to change a medicine or to begin a supplement.")
CUT_SHORT = gettext_lazy(
    "On the day of a cramp only what came before it counts, so that such a day holds less by itself: nothing "
    "is made of it."
)
NOT_SHOWN = gettext_lazy("not shown")
NOT_BY_ANSWERS = gettext_lazy(
    "Not shown because of your answers: it could read as a tip that is not for you."
)
NOT_OF_SALT = gettext_lazy("Not shown to anybody: it could read as a tip to eat more salt.")
NOT_A_CAUSE = gettext_lazy(
    "A link in a diary is not a cause, and no forecast. It is never a reason to wait with a warning sign."
)
GATES = {
    "known": FEWEST_DAYS, "cramps": FEWEST_CRAMPS, "each": FEWEST_OF_A_KIND, "to_show": CRAMPS_TO_SHOW,
}  # fmt: skip
"""How many days what may be said needs. [d]"""
LEAST_SHOWN = 0.05
"""An odds ratio under this reads as less than a tenth. [-]"""


def name(link: LinkFacts) -> str:
    """What the link is about, and how long before the cramp."""
    return _("%(what)s, %(when)s") % {"what": what(link), "when": WHEN[link.lag]}


def what(link: LinkFacts) -> str:
    return str(Exposure(link.exposure).label)


def counts(link: LinkFacts) -> str:
    """On how many of the days compared cramps were logged."""
    return str(COUNTED[link.lag]) % {
        "what": what(link), "a": link.exposed_cramps, "e": link.exposed_days, "b": link.other_cramps,
        "f": link.other_days,
    }  # fmt: skip


def size(link: LinkFacts) -> str:
    """How many times as high the odds of a cramp were, told from the side on which they were higher."""
    ends = [link.odds_ratio, link.lower, link.upper]
    best, lower, upper = ends if link.more else [_turned(ends[0]), _turned(ends[2]), _turned(ends[1])]
    if link.per_unit:
        side = str(PER_LITRE_SHORT if link.more else PER_LITRE_LESS)
    else:
        side = _("on those days") if link.more else _("on the other days")
    if best is None or upper is None:
        return _("The odds of a cramp were at least %(lower)s times as high %(side)s (95%% interval).") % {
            "lower": _ratio(lower), "side": side,
        }  # fmt: skip
    return _(
        "The odds of a cramp were about %(best)s times as high %(side)s (95%% interval %(lower)s to "
        "%(upper)s)."
    ) % {"best": _ratio(best), "side": side, "lower": _ratio(lower), "upper": _ratio(upper)}


def _turned(ratio: float | None) -> float | None:
    """The same seen from the other side; no bound becomes 0, and 0 no bound."""
    if ratio is None:
        return 0.0
    return 1 / ratio if ratio > 0 else None


def _ratio(ratio: float | None) -> str:
    """An odds ratio as people read it; the smallest ones are no "0.0"."""
    if ratio is None or ratio < LEAST_SHOWN:
        return _("less than 0.1")
    return number(ratio)


# What may be said -----------------------------------------------------------------------------


def said(link: LinkFacts) -> list[str]:
    """The sentences on one link, by its state."""
    return [str(one) for one in SPEAKERS[LinkState(link.state)](link)]


def not_shown(link: LinkFacts) -> str:
    """Why a link is kept back. Salt is for everybody, so that it tells nothing of anybody's answers."""
    return str(NOT_OF_SALT if link.exposure == Exposure.SODIUM_LOW else NOT_BY_ANSWERS)


def _worth_watching(link: LinkFacts) -> list[Text]:
    return [counts(link), size(link), by_chance(link), OTHER_REASONS, NO_REASON_TO_CHANGE]


def _mixed(link: LinkFacts) -> list[Text]:
    disagree = _("The earlier and the later half of the log do not agree, so nothing is made of it.")
    return [disagree, counts(link), size(link)]


def _no_clear_link(link: LinkFacts) -> list[Text]:
    if link.lag == 0 and not link.more and _is_unusual(link):
        return [counts(link), size(link), CUT_SHORT]
    if link.cramps_compared >= CRAMPS_TO_SHOW:
        weak = _(
            "With %(k)s cramp days only a large link would be seen: this is weak evidence that there is none."
        )
        return [counts(link), size(link), by_chance(link), weak % {"k": link.cramps_compared}]
    few = _(
        "This rests on %(k)s cramp days; nothing is called worth watching on fewer than %(n)s."
    ) % {"k": link.cramps_compared, "n": CRAMPS_TO_SHOW}  # fmt: skip
    return [counts(link), size(link), by_chance(link), few, *[OTHER_REASONS] * _is_unusual(link)]


def _cannot_answer(link: LinkFacts) -> list[Text]:
    return [_("However the cramps had fallen on the days compared, chance could not have been told from it.")]


def _too_few_cramps(link: LinkFacts) -> list[Text]:
    return [
        _("%(k)s of %(n)s cramp days so far, in weeks that can be compared.")
        % {"k": link.cramps_compared, "n": FEWEST_CRAMPS}
    ]


def _no_variation(link: LinkFacts) -> list[Text]:
    return [_("In the weeks compared there were too few days with it, or too few without.")]


def _not_enough(link: LinkFacts) -> list[Text]:
    if link.known_days < FEWEST_DAYS:
        return [_("%(k)s of %(n)s days on which both are known.") % {"k": link.known_days, "n": FEWEST_DAYS}]
    return [_("Too many days of the weeks compared are not known.")]


SPEAKERS = {
    LinkState.WORTH_WATCHING: _worth_watching, LinkState.MIXED: _mixed,
    LinkState.NO_CLEAR_LINK: _no_clear_link, LinkState.CANNOT_ANSWER_YET: _cannot_answer,
    LinkState.TOO_FEW_CRAMPS: _too_few_cramps, LinkState.NOT_ENOUGH_VARIATION: _no_variation,
    LinkState.NOT_ENOUGH_DATA: _not_enough,
}  # fmt: skip


def _is_unusual(link: LinkFacts) -> bool:
    return link.q is not None and link.q <= FALSE_FINDS


def by_chance(link: LinkFacts) -> str:
    """How unusual the pattern is, all exposures looked at together."""
    if _is_unusual(link):
        return _("Looked at together with all the others, this pattern would be unusual by chance.")
    return _("Looked at together with all the others, a pattern like this is common by chance.")


# How far the log has come ---------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Where a log stands, in words: a heading, how far it has come, and what to do next."""

    heading: str
    progress: str
    next_step: str


def standing(
    found: Count, looked_on: date | None, due_on: date | None, running: Running | None = None
) -> Standing:
    """How far the log has come towards a look, or when the last one was and the next may be."""
    said = _standing(found, looked_on, due_on)
    return replace(said, progress=f"{said.progress} {_not_yet(running)}") if running else said


def _not_yet(running: Running) -> str:
    """Why what was just logged is not among the days counted."""
    words = (
        _(
            "The latest cramp is not among them yet: its day runs from noon to noon, and counts once it is "
            "over, from noon on %(day)s."
        )
        if running.has_cramp
        else _(
            "The day noted last as without a cramp is not among them yet: it runs from noon to noon, and "
            "counts once it is over, from noon on %(day)s."
        )
    )
    return words % {"day": _day(running.ends_on)}


def _standing(found: Count, looked_on: date | None, due_on: date | None) -> Standing:
    progress = _("%(k)s of %(n)s cramp days and %(days)s of %(of)s known days so far.") % {
        "k": min(found.cramps, FEWEST_CRAMPS), "n": FEWEST_CRAMPS, "days": min(found.known, FEWEST_DAYS),
        "of": FEWEST_DAYS,
    }  # fmt: skip
    if looked_on is None and not found.is_enough:
        return Standing(_("Not enough data yet"), progress, _next_step(found))
    if looked_on is None:
        return Standing(
            _("Enough days are known"),
            progress,
            _("The first look comes with the next review of your diary."),
        )
    known = ngettext("%(n)s known day", "%(n)s known days", found.known) % {"n": found.known}
    cramps = ngettext("%(n)s cramp day", "%(n)s cramp days", found.cramps) % {"n": found.cramps}
    return Standing(
        _("Last looked on %(day)s") % {"day": _day(looked_on)},
        _("The log now holds %(known)s with %(cramps)s.") % {"known": known, "cramps": cramps},
        _("The next look comes on %(day)s at the earliest: who looks often finds something by chance.")
        % {"day": _day(due_on)}
        if due_on
        else "",
    )


def _next_step(found: Count) -> str:
    if found.known < FEWEST_DAYS:
        return _(
            "Tap “No cramp today” on each day without one. A day of which nothing is said is not known, and "
            "is never counted as a day without cramps."
        )
    return _("Nothing else is to do: there are too few cramp days to compare.")


def _day(day: date | None) -> str:
    return formats.date_format(day, "DATE_FORMAT") if day else ""
