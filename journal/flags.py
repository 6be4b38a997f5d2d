"""What a person's answers mean for advice: rows of the profile in, plain flags out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import CharField, DateField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from journal.calc.suppressions import NO, UNKNOWN, YES, Course, Effects, Flags, effects
from journal.codes import DIURETICS, POTASSIUM_RAISING, SetBy
from journal.models import BodyWeight, ConditionAnswer, Diarist, LifeStagePeriod, Medicine, PersonalTarget
from nutrients.codes import LifeStage


def suppressions(diarist: Diarist, today: date, *, diary_implausible: bool = False) -> Effects:
    """What pages and cards must leave out for this person, by their answers on one diary day."""
    return effects(flags_about(diarist, today, diary_implausible=diary_implausible))


def flags_about(diarist: Diarist, today: date, *, diary_implausible: bool = False) -> Flags:
    """What advice must know of a person on one diary day. Asks the database once."""
    return flags_of_many([diarist], today, {diarist.pk: diary_implausible})[diarist.pk]


def flags_of_many(
    diarists: Sequence[Diarist], today: date, implausible: Mapping[int, bool]
) -> dict[int, Flags]:
    """The same for many persons, and whose diary is implausible. Asks the database once."""
    told: dict[int, list[tuple]] = {who.pk: [] for who in diarists}
    for number, *answer in _answers(diarists, today):
        told[number].append(tuple(answer))
    return {who.pk: _flags(who, told[who.pk], today, implausible[who.pk]) for who in diarists}


def _flags(diarist: Diarist, told: Iterable[tuple], today: date, diary_implausible: bool = False) -> Flags:
    """What the answers mean on one diary day."""
    answers: dict[str, str] = {}
    medicines: set[str] = set()
    courses: list[Course] = []
    stages: set[str] = set()
    targets: set[str] = set()
    kilograms = None
    for kind, code, value, first, last in told:
        now = (first is None or first <= today) and (last is None or today <= last)
        if kind == "condition":
            answers[code] = value
        elif kind == "medicine":
            courses.append(Course(code, value, first, last))
            medicines |= {code} if now else set()
        elif kind == "stage" and now:
            stages.add(code)
        elif kind == "target":
            targets.add(code)
        elif kind == "weight":
            kilograms = Decimal(value)
    return Flags(
        age=_age(diarist.birth_date, today),
        pregnant=LifeStage.PREGNANCY in stages,
        breastfeeding=LifeStage.LACTATION in stages,
        bmi=_bmi(kilograms, diarist.height_cm),
        conditions=answers,
        medicines=frozenset(medicines),
        potassium_raising=_potassium_raising(diarist.takes_medicines, medicines, bool(courses)),
        diuretics=not DIURETICS.isdisjoint(medicines),
        clinician_targets=frozenset(targets),
        diary_implausible=diary_implausible,
        takes_medicines=YES if courses else diarist.takes_medicines,
        courses=tuple(sorted(courses, key=lambda one: (one.started or date.min, one.medicine, one.name))),
        weight_kg=None if kilograms is None else float(kilograms),
    )


def flags_of_past(diarist: Diarist, day: date, now: Flags) -> Flags:
    """What a page of a past day must know: weight, age and stage are that day's.

    What is taken today still forbids, `now`: a reference held up today is read today.
    """
    return _as_of_now(flags_about(diarist, day), now)


def flags_of_days(diarist: Diarist, days: Collection[date], now: Flags) -> dict[date, Flags]:
    """What `flags_of_past` tells, of each of some days. Two queries, however many days."""
    told = [tuple(answer) for _who, *answer in _answers([diarist], max(days)) if answer[0] != "weight"]
    weights = BodyWeight.objects.of(diarist).live().order_by("occurred_at", "created_at")
    logged = list(weights.values_list("local_date", "kg"))
    return {day: _as_of_now(_flags(diarist, [*told, *_weight_on(logged, day)], day), now) for day in days}


def _weight_on(logged: Sequence[tuple[date, Decimal]], day: date) -> list[tuple]:
    """The latest weight up to a day, or the first one that is known, as an answer."""
    known = [kg for at, kg in logged if at <= day][-1:] or [kg for _at, kg in logged[:1]]
    return [("weight", "", str(kg), None, None) for kg in known]


def _as_of_now(then: Flags, now: Flags) -> Flags:
    medicines = then.medicines | now.medicines
    return replace(then, medicines=medicines, diuretics=then.diuretics or now.diuretics)


def _answers(diarists: Sequence[Diarist], day: date) -> QuerySet:
    """(diarist, kind, code, value, first day, last day) of everything answered, in one query.

    The weight is the latest up to the day; before the first one that is known, the first.
    """
    logged = BodyWeight.objects.live().filter(diarist=OuterRef("pk"))
    latest = logged.filter(local_date__lte=day).order_by("-occurred_at", "-created_at").values("kg")[:1]
    first = logged.order_by("occurred_at", "created_at").values("kg")[:1]
    people = Diarist.objects.filter(pk__in=[who.pk for who in diarists])
    weighed = people.alias(kg=Coalesce(Subquery(latest), Subquery(first))).filter(kg__isnull=False)
    conditions = ConditionAnswer.objects.filter(diarist__in=diarists)
    medicines = Medicine.objects.filter(diarist__in=diarists)
    stages = LifeStagePeriod.objects.filter(diarist__in=diarists)
    targets = PersonalTarget.objects.filter(diarist__in=diarists, set_by=SetBy.CLINICIAN)
    return _rows(conditions, "condition", "condition", "answer").union(
        _rows(medicines, "medicine", "medicine_class", "name", "started_on", "stopped_on"),
        _rows(stages, "stage", "stage", None, "started_on", "ended_on"),
        _rows(targets, "target", "nutrient", "amount"),
        _rows(weighed, "weight", None, "kg", whose="pk"),
        all=True,
    )


def _rows(
    of: QuerySet,
    kind: str,
    code: str | None,
    value: str | None,
    first: str | None = None,
    last: str | None = None,
    whose: str = "diarist_id",
) -> QuerySet:
    """One kind of answer in the columns that all kinds share."""
    text, day = CharField(), DateField()
    return of.order_by().values_list(
        whose,
        Value(kind, output_field=text),
        Cast(code or Value(""), text),
        Cast(value or Value(""), text),
        Cast(first or Value(None), day),
        Cast(last or Value(None), day),
    )


def _age(born: date | None, today: date) -> int | None:
    """Full years of age. [y]"""
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _bmi(kilograms: Decimal | None, height_cm: Decimal | None) -> float | None:
    """Body mass index by the last weight logged. [kg/m2]"""
    if kilograms is None or not height_cm:
        return None
    return float(kilograms) / (float(height_cm) / 100) ** 2


def _potassium_raising(takes_medicines: str, taken_today: set[str], listed: bool) -> str:
    """Whether a potassium-raising medicine is taken. "Yes" to medicines with none listed is not known."""
    if not POTASSIUM_RAISING.isdisjoint(taken_today):
        return YES
    if takes_medicines == NO or (takes_medicines == YES and listed):
        return NO
    return UNKNOWN
