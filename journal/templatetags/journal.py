"""How pages say amounts and times, and the few things that every page asks for."""

import json
import re
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from journal import measures, signs
from journal.calc.redflags import RED_FLAG, urgency_order
from journal.codes import Units
from nutrients.calc import units as conversions
from nutrients.codes import NUTRIENT
from spasmlog.browsers import diary_key

register = template.Library()
THEMES = ("light", "dark")
SHORTENED = re.compile(r"\b(NFS|NS(?= as to))\b")
"""How the survey's table writes that nobody said which, or how."""
LEAST_TENTH = 0.15
"""Below it a tenth of an ounce would be told as half of what it is. [oz]"""


@register.simple_tag
def theme_of(request) -> str:
    """The attribute that asks for the colours chosen by hand; nothing where the device decides.

    A page that is opened in the dark of night (`request.is_night`) is dark unless light was chosen by hand.
    """
    chosen = request.COOKIES.get("spasmlog_theme") if request else None
    if getattr(request, "is_night", False) and chosen != "light":
        return SafeString(' data-theme="dark" data-night')
    return format_html(' data-theme="{}"', chosen) if chosen in THEMES else ""


@register.simple_tag(takes_context=True)
def here(context, *names: str) -> str:
    """aria-current for a link of the navigation, if the page shown is one of these or lies under one."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    shown = (match and match.url_name) or ""
    is_here = any(shown == name or shown.startswith(f"{name}_") for name in names)
    return SafeString(' aria-current="page"') if is_here else ""


@register.simple_tag
def page_url(name: str, otherwise: str) -> str:
    """The address of a page, or a plain path where no page of that name is installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return otherwise


@register.simple_tag
def spoken_here() -> tuple[tuple[str, str], ...]:
    """Code and own name of each language; both spellings of English count as one."""
    return (("en-gb", "English"), *(one for one in settings.LANGUAGES if not one[0].startswith("en")))


@register.simple_tag
def fresh_id() -> str:
    """A client id for a new entry: the same form sent twice is then one entry."""
    return str(uuid4())


@register.simple_tag(takes_context=True)
def diary_of_page(context) -> str:
    """The name of the diary that this page is of, as browsers know it; nothing on a page for everybody."""
    user = context.get("user")
    return diary_key(user) if isinstance(user, AbstractBaseUser) else ""


@register.simple_tag
def offline_site() -> str:
    """The addresses that the modules of a page ask, and the order in which it shows urgent cards, as JSON."""
    names = {
        "who": "offline_who", "facts": "offline_facts", "activities": "offline_activities",
        "sync": "api-sync", "worker": "service_worker", "signOut": "account_logout",
    }  # fmt: skip
    site = {name: reverse(address) for name, address in names.items()}
    return json.dumps({**site, "urgency": sorted(RED_FLAG, key=urgency_order)})


# Amounts --------------------------------------------------------------------------------------


def significant(value: float) -> str:
    """A number as people read it: three significant figures, no decimals from 100 on."""
    if value >= 100:
        places = 0
    elif value >= 10:
        places = 1
    else:
        places = 2
    text = number_format(
        round(Decimal(str(value)), places), decimal_pos=places, use_l10n=True, force_grouping=True
    )
    whole = number_format(Decimal("0.1"), decimal_pos=1)[1]
    return text.rstrip("0").rstrip(whole) if whole in text else text


@register.filter
def plain(value) -> str:
    """A number without needless zeros: 2, 1.5, 126."""
    return significant(float(value)) if value is not None else ""


@register.filter
def amount(value: float | None, code: str) -> str:
    """An amount of a nutrient with its unit; water reads as a volume, in the units that are spoken. None is
    "not known"."""
    if value is None:
        return _("not known")
    shown, unit = float(value), NUTRIENT[code].unit
    if code == "water_g":
        shown, unit = measures.millilitres(shown)
        shown = measures.round_fl_oz(shown) if measures.is_us() else shown
    return f"{significant(shown)} {unit}"


@register.filter
def on_label(value: float | None, code: str) -> str:
    """The same, of what is on a label: vitamin D also in international units."""
    told = amount(value, code)
    return f"{told} ({in_iu(value)})" if value is not None and code == "vitamin_d_ug" else told


def in_iu(vitamin_d_ug: float) -> str:
    """Vitamin D in international units, such as "1,000 IU"."""
    return _("%(amount)s IU") % {"amount": significant(conversions.iu_from_ug_vitamin_d(float(vitamin_d_ug)))}


@register.filter
def nutrient_name(code: str) -> str:
    return str(NUTRIENT[code].name)


@register.filter
def food_name(name: str) -> str:
    """A food's name as its table writes it, with what a shortening in it means at the tip of a pointer."""
    said = _("not further specified")
    parts = [
        format_html('<abbr title="{}">{}</abbr>', said, part) if place % 2 else escape(part)
        for place, part in enumerate(SHORTENED.split(name))
    ]
    return SafeString("".join(parts))


@register.filter
def is_shortened(name: str) -> bool:
    """Whether the name holds a shortening of the food tables."""
    return bool(SHORTENED.search(name))


@register.filter
def percent(share: float | None) -> str:
    """0.874 is "87 %", never broken over two lines; unknown is an empty text."""
    return "" if share is None else f"{round(share * 100)}\N{NO-BREAK SPACE}%"


@register.filter
def volume(ml, units: str) -> str:
    """A volume in the diarist's units, to the tenth of a fluid ounce in which it can be typed. [mL]"""
    if ml is None:
        return _("not known")
    if units == Units.US:
        return f"{significant(round(conversions.us_fl_oz_from_ml(float(ml)), 1))} fl oz"
    return f"{significant(float(ml))} ml"


@register.filter
def speeds(text: str) -> str:
    """Words with any speed in them in the units that are spoken."""
    return measures.speeds(text)


@register.filter
def food_weight(grams) -> str:
    """A weight of food in the units that are spoken, ounces to the tenth. [g]"""
    if not measures.is_us():
        return f"{plain(grams)} g"
    ounces = conversions.oz_from_g(float(grams))
    return f"{significant(round(ounces, 1 if ounces >= LEAST_TENTH else 2))} oz"


@register.filter
def food_weights(grams) -> str:
    """The same beside a portion or on a label, which in the United States name grams, too. [g]"""
    return f"{food_weight(grams)} ({plain(grams)} g)" if measures.is_us() else food_weight(grams)


@register.filter
def weight(kg, units: str) -> str:
    """A body weight in the diarist's units. [kg]"""
    if kg is None:
        return _("not known")
    if units == Units.US:
        return f"{significant(conversions.lb_from_kg(float(kg)))} lb"
    return f"{significant(float(kg))} kg"


@register.filter
def temperature(celsius, units: str) -> str:
    """An air temperature in the diarist's units. [°C]"""
    if units == Units.US:
        return f"{round(conversions.f_from_c(float(celsius)))} °F"
    return f"{plain(celsius)} °C"


@register.filter
def sign_in_english(sign: str) -> str:
    """The English name of a warning sign beside a translated one; nothing on English pages."""
    return signs.in_english(sign)


# Times ----------------------------------------------------------------------------------------


def _clock() -> str:
    return "g:i A" if get_language() == "en-us" else "H:i"


@register.filter
def clock(moment: datetime) -> str:
    """The time on the diarist's wall."""
    return date_format(timezone.localtime(moment), _clock())


@register.filter
def hour_on_wall(hour: int) -> str:
    """A full hour as clocks show it: 03:00, or 3:00 AM."""
    return time_on_wall(time(hour))


@register.filter
def time_on_wall(at: time) -> str:
    """A time of the day as clocks show it: 19:30, or 7:30 PM."""
    return date_format(at, _clock())


def clock_in(moment: datetime, tz: tzinfo) -> str:
    """The time on the wall of a place."""
    return date_format(moment.astimezone(tz), _clock())


@register.filter
def at(entry) -> str:
    """The time of an entry on the clocks of the place where it was logged."""
    return date_format(_there(entry), _clock())


@register.filter
def date_there(entry) -> date:
    """The date beside that time: of the small hours it is the one after the diary day."""
    return _there(entry).date()


def _there(entry) -> datetime:
    zone = ZoneInfo(entry.tz) if entry.tz else timezone.get_current_timezone()
    return entry.occurred_at.astimezone(zone)


@register.filter
def elsewhere(entry) -> str:
    """The time zone of an entry that was logged where clocks differ from home; else nothing."""
    home = timezone.localtime(entry.occurred_at).utcoffset()
    there = timedelta(minutes=entry.utc_offset_min)
    return entry.tz.replace("_", " ") if there != home else ""


@register.filter
def wall(moment: datetime) -> str:
    """A moment as a date-and-time field of a form holds it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


@register.filter
def wall_of(moment: datetime, entry) -> str:
    """A moment as a date-and-time field holds it, on the clocks of the place where the entry was logged."""
    zone = ZoneInfo(entry.tz) if entry.tz else timezone.get_current_timezone()
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


@register.filter
def minutes_long(duration: timedelta) -> int:
    return round(duration / timedelta(minutes=1))


# This server ----------------------------------------------------------------------------------


@register.simple_tag
def mail_is_sent() -> bool:
    """Whether mail is configured, so that a forgotten password can be mended by it."""
    return bool(settings.EMAIL_URL)
