"""What a mark of a chart says, to whoever points at it, tabs to it or has it read out: two short lines.

The same words stand in the tables beside the charts, so that nobody gets less than another. Nothing here
judges: amounts, days and counts alone.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal import fluid, verdicts
from journal.before import Before, Happened
from journal.charts import cramps as hours
from journal.charts import fluids, weeks
from journal.charts.month import CRAMPS, RUNNING, UNKNOWN, WITHOUT, DaySeen
from journal.codes import Side, Site
from journal.templatetags.journal import amount, clock_in, hour_on_wall, plain, temperature, volume
from journal.timeline import Line

Text = str | Promise
LONGEST_LINE = 46
"""Letters that fit beside each other on a phone."""
HOUR = timedelta(hours=1)


class Said(NamedTuple):
    """The two lines of a mark."""

    first: str
    second: str


# Twelve weeks ---------------------------------------------------------------------------------


def week(one: weeks.WeekAmount, code: str) -> Said:
    """A week of one nutrient: its mean, then days, cramps and usual intake."""
    start = date_format(one.start, _("j F"))
    return Said(
        _("Week of %(day)s: %(amount)s") % {"day": start, "amount": week_amount(one, code)},
        " · ".join(
            filter(None, [days(one.days), cramps(one.cramps) if one.cramps else "", _usual(one, code)])
        ),
    )


def week_amount(one: weeks.WeekAmount, code: str) -> str:
    """The mean of a week in words, or why there is none."""
    if one.state == weeks.RUNNING:
        return _("still running")
    if one.state == weeks.TOO_FEW or one.known is None:
        return _("too few days to tell")
    known = amount(one.known, code)
    if one.possible is None:
        return _("at least %(amount)s a day") % {"amount": known}
    possible = amount(one.possible, code)
    if known == possible:
        return _("%(amount)s a day") % {"amount": known}
    return _("%(low)s to %(high)s a day") % {"low": plain(one.known), "high": possible}


def _usual(one: weeks.WeekAmount, code: str) -> str:
    return _("usually %(band)s") % {"band": band(one, code)} if one.band else ""


def band(one: weeks.WeekAmount, code: str) -> str:
    """Where usual intake lies; empty where nothing tells."""
    if not one.band:
        return ""
    low, high = one.band
    return _("%(low)s to %(high)s") % {"low": plain(low), "high": amount(high, code)}


REFERENCES = {**verdicts.KINDS, "own": lambda: _("target")}


def references(lines: Iterable[weeks.Line], code: str) -> list[tuple[str, str]]:
    """(words, kind) of each kind of line; both amounts where it changed, or where the sex is not told."""
    amounts: dict[str, dict[float, None]] = {}
    for line in lines:
        amounts.setdefault(line.kind, {})[line.amount] = None
    return [
        (f"{REFERENCES[kind]()}: {' – '.join(amount(one, code) for one in of_kind)}", kind)
        for kind, of_kind in amounts.items()
    ]


def days(n: int) -> str:
    return ngettext("%(n)s day counts", "%(n)s days count", n) % {"n": n}


def cramps(n: int) -> str:
    return ngettext("%(n)s cramp", "%(n)s cramps", n) % {"n": n}


# Days of fluid --------------------------------------------------------------------------------


def fluid_day(one: fluids.FluidDay, units: str) -> Said:
    """A day of fluid: what was drunk and eaten of it, and what it stands beside."""
    day = date_format(one.day, _("D j M"))
    if one.state == fluids.EMPTY:
        return Said(_("%(day)s: nothing logged") % {"day": day}, "")
    parts = [_("%(amount)s drunk") % {"amount": fluid.litres(one.drinks, units)}]
    if one.food:
        parts.append(_("%(amount)s in food") % {"amount": fluid.litres(one.food, units)})
    return Said(f"{day}: {', '.join(parts)}", " · ".join(filter(None, [_need(one, units), fluid_state(one)])))


def _need(one: fluids.FluidDay, units: str) -> str:
    if not one.need:
        return ""
    words = _("reference %(need)s, drinks alone") if one.drinks_only else _("reference %(need)s")
    return words % {"need": fluid.span(one.need, units)}


def fluid_state(one: fluids.FluidDay) -> str:
    return _("not finished") if one.state == fluids.OPEN else ""


# Cramps ---------------------------------------------------------------------------------------


def day(seen: DaySeen) -> str:
    """What is known of a day, in words."""
    if seen.state != CRAMPS:
        return DAYS[seen.state]() if seen.state in DAYS else _("still to come")
    said = cramps(seen.cramps)
    return said if seen.worst is None else f"{said}, {worst(seen)}"


DAYS = {
    WITHOUT: lambda: _("no cramp, as you said"),
    UNKNOWN: lambda: _("not known"),
    RUNNING: lambda: _("still running"),
}


def worst(seen: DaySeen) -> str:
    words = _("worst %(n)s of 10") if seen.cramps > 1 else _("%(n)s of 10")
    return words % {"n": seen.worst}


def hour(one: hours.HourColumn) -> Said:
    between = {"from": hour_on_wall(one.hour), "to": hour_on_wall(one.until)}
    return Said(_("%(from)s to %(to)s") % between, cramps(one.count))


def muscle(site: str) -> str:
    return capfirst(str(Site(site).label)) if site else _("Muscle not told")


def sides(row: hours.MuscleRow) -> str:
    """How many on each side: "left 3, right 2"."""
    return ", ".join(f"{side(one.side)} {one.count}" for one in row.segments)


def side(code: str) -> str:
    return str(Side(code).label) if code else _("side not told")


SIDES = (Side.LEFT, Side.RIGHT, Side.BOTH, Side.NONE, "")


# The 48 hours before --------------------------------------------------------------------------

LANES: Mapping[str, Text] = {
    "meals": gettext_lazy("Meals"),
    "drinks": gettext_lazy("Drinks"),
    "alcohol": gettext_lazy("Alcohol"),
    "caffeine": gettext_lazy("Caffeine"),
    "exercise": gettext_lazy("Exercise"),
    "doses": gettext_lazy("Doses"),
    "cramps": gettext_lazy("Cramps"),
}


def happened(one: Happened, of: Before, units: str) -> Said:
    """An entry before a cramp: when, and what."""
    at = clock_in(one.line.at, of.tz)
    weekday = date_format(one.line.at.astimezone(of.tz), "D")
    when = _("%(weekday)s %(time)s, %(before)s before") % {
        "weekday": weekday,
        "time": at,
        "before": how_long(of.cramp.occurred_at - one.line.at),
    }
    return Said(when, Truncator(what(one, units)).chars(LONGEST_LINE))


def how_long(span: timedelta) -> str:
    """A span in hours, or in minutes below one hour."""
    if span < HOUR:
        return _("%(n)s min") % {"n": round(span / timedelta(minutes=1))}
    return _("%(n)s h") % {"n": plain(round(span / HOUR * 2) / 2)}


def what(one: Happened, units: str) -> str:
    """What an entry was, with its amount."""
    if one.lane == "alcohol":
        return _("%(g)s g of alcohol: %(what)s") % {"g": plain(one.amount), "what": _entry(one.line, units)}
    if one.lane == "caffeine":
        return _("%(mg)s mg of caffeine: %(what)s") % {
            "mg": plain(round(one.amount or 0)),
            "what": _entry(one.line, units),
        }
    return _entry(one.line, units)


def _entry(line: Line, units: str) -> str:
    return ENTRIES[line.kind](line.entry, units)


def _meal(entry, units: str) -> str:
    foods = ", ".join(item.food.name for item in entry.items.all())
    return f"{capfirst(entry.get_kind_display())}: {foods}"


def _drink(entry, units: str) -> str:
    name = entry.beverage.name if entry.beverage else _("Water")
    return f"{name}, {volume(entry.amount_ml, units)}"


def _exercise(entry, units: str) -> str:
    name = entry.activity.said if entry.activity else _("Exercise")
    minutes = _("%(n)s min") % {"n": entry.minutes}
    degrees = [] if entry.temperature_c is None else [temperature(entry.temperature_c, units)]
    return ", ".join([minutes, *degrees, name])


def _dose(entry, units: str) -> str:
    return f"{entry.supplement.name}, {plain(entry.quantity)} × {entry.supplement.unit}"


def _cramp(entry, units: str) -> str:
    return cramp(entry)


ENTRIES = {"meal": _meal, "drink": _drink, "exercise": _exercise, "dose": _dose, "cramp": _cramp}


def cramp(entry) -> str:
    """A cramp in a line: muscle, side and intensity, as far as they were told."""
    parts = [capfirst(entry.get_site_display()) if entry.site else _("Cramp")]
    parts += [entry.get_side_display()] if entry.side and entry.side != Side.NONE else []
    parts += [f"{entry.intensity}/10"] if entry.intensity is not None else []
    return ", ".join(str(part) for part in parts)


def in_lanes(happened: Iterable[Happened]) -> str:
    """How much stands in each lane: "Meals 6, Drinks 9, Alcohol 0 ..."."""
    lanes = [one.lane for one in happened]
    return ", ".join(f"{name} {lanes.count(lane)}" for lane, name in LANES.items())
