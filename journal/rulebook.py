"""Every advice rule as a reader finds it: what sets it off, what takes it away, and what it rests on.

Made from the rules that run, so that a card leads to the line that brought it. Nothing is about a person.
"""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal.calc.advice_rules import RULES, Rule
from journal.calc.redflags import EMERGENCY, RED_FLAGS, RedFlag
from journal.calc.suppressions import DISMISSALS, LONGER, SUPPRESSIONS
from journal.codes import Severity, Sign

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
    urgency = _("emergency number or department") if rule.urgency == EMERGENCY else _("the same day")
    return Line(
        rule.id,
        _in_words(rule.when),
        severity=f"{Severity.URGENT_NOW.label}: {urgency}",
        again=_("It stays until you got help or take the tick back, and asks again the next day."),
        sources=rule.sources,
        version=rule.version,
    )


def _suppressions() -> list[Line]:
    twice = _("you put cards of a rule away with “Not for me” %(times)s times") % {"times": DISMISSALS}
    longer = _("it stays quiet %(times)s times as long, except for R and X04 to X06") % {"times": LONGER}
    lines = [Line(id, when, effect=effect) for id, when, effect, _holds in SUPPRESSIONS]
    return [*lines, Line("S09", twice, effect=longer)]


def _line(rule: Rule) -> Line:
    again = ngettext(
        "after %(n)s day at the earliest", "after %(n)s days at the earliest", rule.cooldown_days
    )
    may_be = _in_words(rule.severity_may_be)
    return Line(
        rule.id,
        _in_words(rule.when),
        severity=str(Severity(rule.severity).label) + (f"; {may_be}" if may_be else ""),
        off_by=", ".join(rule.not_when),
        again=again % {"n": rule.cooldown_days} if rule.cooldown_days else "",
        sources=rule.sources,
        version=rule.version,
    )


def _in_words(said: str) -> str:
    """Codes of signs and severities as a reader knows them."""
    named = {**dict(Sign.choices), **dict(Severity.choices)}
    return re.sub(r"`?\b([a-z0-9_]+)\b`?", lambda found: _named(found.group(0), found.group(1), named), said)


def _named(whole: str, code: str, named: dict) -> str:
    """A code is set in code style or has an underscore; a word such as "fever" is one already."""
    is_code = "_" in code or whole.startswith("`")
    return f"“{named[code]}”" if is_code and code in named else whole
