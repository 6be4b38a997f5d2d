"""Every advice rule as a reader finds it: what sets it off, what takes it away, and what it rests on.

Made from the rules that run, so that a card leads to the line that brought it. Nothing is about a person.
"""

import re
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal import measures, rule_words
from journal.calc.advice_rules import RULES, Rule
from journal.calc.redflags import RED_FLAGS, RedFlag
from journal.codes import Condition, Severity, Sign

LAYERS: dict[str, str | Promise] = {
    "R": gettext_lazy("Warning signs"),
    "S": gettext_lazy("What takes cards away"),
    "X": gettext_lazy("Too much"),
    "C": gettext_lazy("Ask a clinician"),
    "L": gettext_lazy("Low logged intake"),
    "H": gettext_lazy("Fluid"),
    "I": gettext_lazy("Information"),
}
"""In the order in which they are looked at."""


@dataclass(frozen=True)
class Line:
    """One rule. Empty texts are left out on the page."""

    id: str
    when: str
    severity: str = ""
    effect: str = ""
    off_by: str = ""
    again: str = ""
    more: str = ""
    """The address of a page that tells more."""
    sources: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True)
class Layer:
    code: str
    name: str
    lines: tuple[Line, ...]


def layers() -> list[Layer]:
    """The rules by layer, in the order in which they are looked at."""
    lines = {"R": [_red_flag(rule) for rule in RED_FLAGS], "S": _suppressions()}
    for rule in RULES:
        lines.setdefault(rule.layer, []).append(_line(rule))
    return [Layer(code, str(name), tuple(lines[code])) for code, name in LAYERS.items()]


def _red_flag(rule: RedFlag) -> Line:
    return Line(
        rule.id,
        _in_words(rule_words.when(rule.id)),
        severity=f"{Severity.URGENT_NOW.label}: {rule_words.urgency(rule.id)}",
        again=_("It stays until you got help or take the tick back, and asks again the next day."),
        sources=rule.sources,
        version=rule.version,
    )


def _suppressions() -> list[Line]:
    told = [(id, *map(measures.spoken, rule_words.suppressed(id))) for id in rule_words.SUPPRESSED]
    return [Line(id, when, effect=effect) for id, when, effect in told]


def _line(rule: Rule) -> Line:
    again = ngettext(
        "after %(n)s day at the earliest", "after %(n)s days at the earliest", rule.cooldown_days
    )
    may_be = _in_words(rule_words.may_be(rule.id))
    return Line(
        rule.id,
        _in_words(rule_words.when(rule.id)),
        severity=str(Severity(rule.severity).label) + (f"; {may_be}" if may_be else ""),
        off_by=", ".join(rule_words.off_by(rule.not_when)),
        again=again % {"n": rule.cooldown_days} if rule.cooldown_days else "",
        more=reverse("learn_topic", args=["numbers"]) + "#patterns" if rule.id == "I06" else "",
        sources=rule.sources,
        version=rule.version,
    )


def _in_words(said: str) -> str:
    """Codes of signs, answers and severities, which stand in backticks, as a reader knows them."""
    named = dict([*Sign.choices, *Condition.choices, *Severity.choices])
    return measures.spoken(re.sub(r"`([a-z0-9_]+)`", lambda found: f"“{named[found.group(1)]}”", said))
