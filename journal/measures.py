"""Amounts in the units of whoever is spoken to: metric, or those of the United States.

A door says once in whose units it speaks (`speaking`), as it says in whose time zone; words, filters and
refusals ask here. Nutrients stay in mg and µg for everybody, as on labels in the United States. Where
nobody said anything, it is metric.

    litres(1.5), millilitres(500), kilograms(64), celsius(30)  ->  the amount in the person's unit, its name
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.functional import Promise, lazy

from journal.codes import Units
from nutrients.calc import units

SPEED = re.compile(r"(\d+(?:[.,]\d+)?(?:-\d+(?:[.,]\d+)?)?) km/h")
VOLUME = re.compile(r"(\d+(?:[.,]\d+)?)[ \N{NO-BREAK SPACE}][Ll]\b")
DEGREES = re.compile(r"(\d+(?:[.,]\d+)?)[ \N{NO-BREAK SPACE}]°C")
WHOLE_FROM_MPH = 9.75
"""From here on a speed is told to the whole mile an hour. [mph]"""
WHOLE_FROM_FL_OZ = 9.75
"""From here on a volume that was worked out is told to the whole fluid ounce. [US fl oz]"""
_spoken: ContextVar[str] = ContextVar("units that are spoken", default=Units.METRIC.value)


@contextmanager
def speaking(system: str) -> Iterator[None]:
    """Say amounts in these units within the block."""
    before = _spoken.set(system)
    try:
        yield
    finally:
        _spoken.reset(before)


def speak(system: str) -> None:
    """Say amounts in these units from here on, within the `speaking` around it."""
    _spoken.set(system)


def is_us() -> bool:
    return _spoken.get() == Units.US


def litres(amount: float) -> tuple[float, str]:
    """Litres as L or fl oz."""
    return (units.us_fl_oz_from_ml(amount * 1000), "fl oz") if is_us() else (amount, "L")


def millilitres(amount: float) -> tuple[float, str]:
    """Millilitres as ml or fl oz."""
    return (units.us_fl_oz_from_ml(amount), "fl oz") if is_us() else (amount, "ml")


def round_fl_oz(ounces: float) -> float:
    """Fluid ounces that were worked out: to the half one, from 10 on to the whole one.

    By its table a fluid ounce of tap water weighs 30 g: eight that were drunk would come back as 8.11.
    """
    return round(ounces) if ounces >= WHOLE_FROM_FL_OZ else round(ounces * 2) / 2


def kilograms(amount: float) -> tuple[float, str]:
    """A body weight as kg or lb."""
    return (units.lb_from_kg(amount), "lb") if is_us() else (amount, "kg")


def celsius(amount: float) -> tuple[float, str]:
    """An air temperature as °C or °F."""
    return (units.f_from_c(amount), "°F") if is_us() else (amount, "°C")


def speeds(text: str) -> str:
    """Words in which each speed, such as "16-19 km/h", is told in miles an hour where those are spoken."""
    return SPEED.sub(_in_mph, text) if is_us() else text


def spoken(text: str) -> str:
    """Words in which each volume and temperature, such as "0.8 L" and "32 °C", is told as it is spoken."""
    if not is_us():
        return text
    return DEGREES.sub(_in_fahrenheit, VOLUME.sub(_in_fl_oz, text))


def _in_fl_oz(said: re.Match) -> str:
    return f"{round_fl_oz(units.us_fl_oz_from_ml(float(said[1].replace(',', '.')) * 1000)):g} fl oz"


def _in_fahrenheit(said: re.Match) -> str:
    return f"{round(units.f_from_c(float(said[1].replace(',', '.'))))} °F"


def _in_mph(said: re.Match) -> str:
    return "-".join(_mph(float(end.replace(",", "."))) for end in said[1].split("-")) + " mph"


def _mph(kmh: float) -> str:
    """To the half mile an hour, from 10 on to the whole one."""
    mph = units.mph_from_kmh(kmh)
    return f"{round(mph) if mph >= WHOLE_FROM_MPH else round(mph * 2) / 2:g}"


def _either(metric: str | Promise, us: str | Promise) -> str:
    return str(us if is_us() else metric)


either = lazy(_either, str)
"""`either(metric, us)`: one of two sentences, chosen when it is said."""
