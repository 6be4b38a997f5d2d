"""What exercise cost in sweat, by one rule for pages, REST and advice: rows of one diary in, ranges out.

A bout with weights before and after is measured. Where three or more bouts of the same activity were, their
rates stand for the others, too; else it is an estimate from activity, minutes, body weight and temperature.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from journal import drunk
from journal.calc import hydration
from journal.calc.hydration import Measured, Sweat
from journal.models import Diarist, Exercise

OWN_DAYS = 180
"""How far back measured bouts stand for others of their activity (product choice). [d]"""
MINUTE = timedelta(minutes=1)
WEIGHED = Q(weight_before_kg__isnull=False, weight_after_kg__isnull=False)


def exercises(diarist: Diarist, first: date, last: date) -> QuerySet[Exercise]:
    """The exercises of these days, and the measured ones of the half year before: one query.

    Each has `drunk_ml`, what was logged as drunk while it lasted.
    """
    length = ExpressionWrapper(
        Cast("minutes", IntegerField()) * Value(MINUTE, DurationField()), DurationField()
    )
    meanwhile = (OuterRef("occurred_at"), OuterRef("over_at"))
    glasses = drunk.logged().filter(diarist=diarist, occurred_at__range=meanwhile)
    in_meals = drunk.in_meals().filter(meal__diarist=diarist, meal__occurred_at__range=meanwhile)
    measured = WEIGHED & Q(local_date__range=(last - timedelta(days=OWN_DAYS), last))
    return (
        Exercise.objects.of(diarist)
        .live()
        .filter(Q(local_date__range=(first, last)) | measured)
        .select_related("activity")
        .annotate(over_at=ExpressionWrapper(F("occurred_at") + length, DateTimeField()))
        .annotate(
            drunk_ml=_sum_of(glasses, "diarist", "amount_ml") + _sum_of(in_meals, "meal__diarist", "grams")
        )
        .order_by("occurred_at", "created_at")
    )


def _sum_of(drunk: QuerySet, diarist: str, amount: str) -> Coalesce:
    """All that was drunk; 0 where nothing was logged. [mL]"""
    total = drunk.values(diarist).annotate(ml=Cast(Sum(amount), FloatField())).values("ml")
    return Coalesce(Subquery(total), Value(0.0), output_field=FloatField())


def measured(bout: Exercise) -> Measured | None:
    """Sweat by the scales, with what was drunk meanwhile; None where it was not weighed."""
    if bout.weight_before_kg is None or bout.weight_after_kg is None:
        return None
    before, after = float(bout.weight_before_kg), float(bout.weight_after_kg)
    drunk_l = bout.drunk_ml / 1000
    return hydration.measured_sweat(before, after, drunk_l, 0.0, bout.minutes / 60)


def own_rates(bouts: Iterable[Exercise]) -> dict[str, list[float]]:
    """Measured rates by activity. [L/h]"""
    rates: dict[str, list[float]] = defaultdict(list)
    for bout in bouts:
        if bout.activity_id and (weighed := measured(bout)):
            rates[bout.activity_id].append(weighed.rate)
    return rates


def sweat_of(bout: Exercise, kg: float | None, rates: Mapping[str, list[float]]) -> Sweat | None:
    """The best that is known of one bout; `kg` is the body weight where the bout names none."""
    before, temperature = bout.weight_before_kg, bout.temperature_c
    return hydration.sweat_of(
        None if bout.met is None else float(bout.met),
        kg if before is None else float(before),
        bout.minutes,
        None if temperature is None else float(temperature),
        weighed=measured(bout),
        own_rates=rates.get(bout.activity_id or "", ()),
    )
