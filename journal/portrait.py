"""What the diary knows of its person, in a line each; and where something is missing, what to do next.

The page Me is made of these lines. Amounts are said in the units that are spoken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journal import entries, people
from journal.codes import Answer, Condition, Units, WeekStart
from journal.models import BodyWeight, Diarist, Supplement
from journal.templatetags.journal import on_label, plain, weight
from nutrients.calc import units as conversions
from nutrients.codes import Authority, LifeStage, Sex

MOST_NAMES = 3


@dataclass(frozen=True)
class Line:
    """One thing that is known, and the page where it is changed."""

    page: str
    """Name of the address."""
    title: str
    said: str
    missing: bool = False
    """Nothing is known: `said` tells what an answer would be good for."""


def of_health(diarist: Diarist) -> list[Line]:
    """What advice must know."""
    return [
        _conditions(diarist),
        _medicines(diarist),
        _life_stage(diarist),
        _targets(diarist),
        _weight(diarist),
        _supplements(diarist),
    ]


def of_person(diarist: Diarist) -> list[Line]:
    """Who they are, and how they measure."""
    return [_about(diarist), _place(diarist)]


def _line(page: str, title: str, said: Sequence[str], otherwise: str, *, wanted: bool = True) -> Line:
    """`wanted`: without an answer, something is missing."""
    return Line(page, title, capfirst(" · ".join(said) or otherwise), missing=wanted and not said)


def _about(diarist: Diarist) -> Line:
    born, today = diarist.birth_date, entries.today(diarist)
    age = born and today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    said = [
        ngettext("%(n)s year old", "%(n)s years old", age) % {"n": age} if age is not None else "",
        str(Sex(diarist.sex).label) if diarist.sex else "",
        _height(diarist) if diarist.height_cm else "",
    ]
    known = [one for one in said if one]
    by = [_("values by %(authority)s") % {"authority": Authority(diarist.authority).label}] if known else []
    return _line(
        "me_profile", _("About you"), [*known, *by],
        _("Nothing yet. Say how old you are and which sex, and the reference values are yours."),
    )  # fmt: skip


def _height(diarist: Diarist) -> str:
    if diarist.units != Units.US:
        return f"{plain(diarist.height_cm)} cm"
    feet, inches = divmod(
        round(conversions.inches_from_cm(float(diarist.height_cm))), conversions.INCHES_PER_FOOT
    )
    return _("%(feet)s ft %(inches)s in") % {"feet": feet, "inches": inches}


def _place(diarist: Diarist) -> Line:
    said = [
        _("US units") if diarist.units == Units.US else _("metric"),
        diarist.time_zone.replace("_", " "),
        _("weeks start on %(day)s") % {"day": WeekStart(diarist.week_start).label},
    ]
    return _line("me_place", _("Units, place and time"), said, "")


def _conditions(diarist: Diarist) -> Line:
    answers = people.conditions(diarist)
    yes = [str(Condition(code).label) for code, answer in answers.items() if answer == Answer.YES]
    no = sum(answer == Answer.NO for answer in answers.values())
    said = _names(yes) or ([_("no to all answered so far")] if no else [])
    if said and (rest := len(answers) - len(yes) - no):
        said.append(ngettext("%(n)s not answered", "%(n)s not answered", rest) % {"n": rest})
    return _line(
        "me_conditions", _("Conditions"), said,
        _("Not answered yet. Until then tips that may not be safe for everybody are left out."),
    )  # fmt: skip


def _names(names: Iterable[str]) -> list[str]:
    """The first few names, and how many more there are."""
    names = list(names)
    rest = len(names) - MOST_NAMES
    more = [ngettext("and %(n)s more", "and %(n)s more", rest) % {"n": rest}] if rest > 0 else []
    return [", ".join([*names[:MOST_NAMES], *more])] if names else []


def _medicines(diarist: Diarist) -> Line:
    today = entries.today(diarist)
    taken = [one for one in diarist.medicine_set.all() if one.taken_on(today)]
    said = _names(one.name or str(one.get_medicine_class_display()) for one in taken)
    if not said and diarist.takes_medicines == Answer.NO:
        said = [_("you take none")]
    return _line(
        "me_medicines", _("Medicines"), said,
        _("None listed. Some go with cramps, and some with no more potassium: add those you take."),
    )  # fmt: skip


def _life_stage(diarist: Diarist) -> Line:
    stage = people.life_stage(diarist, entries.today(diarist))
    said = [str(LifeStage(stage).label)] if stage != LifeStage.GENERAL else []
    return _line(
        "me_life_stages",
        _("Pregnancy and breastfeeding"),
        said,
        _("Neither now. Add one with its dates."),
        wanted=False,
    )


def _targets(diarist: Diarist) -> Line:
    rows = diarist.personaltarget_set.order_by("nutrient")
    said = _names(
        _("%(nutrient)s %(amount)s, %(by)s")
        % {
            "nutrient": one.get_nutrient_display(),
            "amount": on_label(float(one.amount), one.nutrient),
            "by": one.get_set_by_display(),
        }
        for one in rows
    )
    return _line(
        "me_targets", _("Own targets"), said,
        _("None: the public reference values count. Did a clinician give you an amount? Add it."),
        wanted=False,
    )  # fmt: skip


def _weight(diarist: Diarist) -> Line:
    last = BodyWeight.objects.of(diarist).live().order_by("-occurred_at").first()
    said = [weight(last.kg, diarist.units), date_format(last.local_date, "DATE_FORMAT")] if last else []
    return _line(
        "weight_add",
        _("Body weight"),
        said,
        _("Not logged. Sweat, and the fluid of a day, are reckoned with it."),
    )


def _supplements(diarist: Diarist) -> Line:
    names = Supplement.objects.of(diarist).live().values_list("name", flat=True)
    return _line(
        "supplement_add",
        _("Supplements"),
        _names(names),
        _("None yet. Describe one once, as its label says."),
        wanted=False,
    )
