"""A single day, and the daily totals of many."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from journal import advice, entries, findings, flags, fluid, sweat, timeline
from journal.api.entries import (
    Doses,
    EntryViewSet,
    Exercises,
    Meals,
    Spasms,
    WarningSignTicks,
    Water,
    Weights,
)
from journal.api.frame import LIMITS_BY, MATCH, OfDiarist, if_match, limits_by, tag_of
from journal.calc import hydration
from journal.calc.portions import ENERGY
from journal.calc.suppressions import Effects
from journal.codes import DayStatus, SetBy
from journal.models import DailyIntake, DayMark, StaleDay
from journal.serializers import (
    DayMarkShape,
    DoseShape,
    ExerciseShape,
    MealShape,
    SpasmShape,
    WarningSignsShape,
    WaterShape,
    WeightShape,
)
from nutrients.codes import CODES, KEY_CODES
from spasmlog.api import ApiView, Parameter

MOST_DAYS = 366
COMPLETE = (DayStatus.COMPLETE_MARKED, DayStatus.COMPLETE_INFERRED, DayStatus.FASTING_MARKED)
KINDS: dict[str, type[EntryViewSet]] = {
    "meals": Meals,
    "water": Water,
    "exercises": Exercises,
    "spasms": Spasms,
    "doses": Doses,
    "warning_signs": WarningSignTicks,
    "weights": Weights,
}


class AmountShape(serializers.Serializer):
    """Of one nutrient on one day."""

    amount = serializers.FloatField(
        allow_null=True, help_text="The sum of what is known, unrounded; null: nothing is, or `left_out`."
    )
    known_share = serializers.FloatField(allow_null=True, help_text="Coverage; null: nothing to weigh by.")
    unknown_items = serializers.IntegerField(help_text="Items without a value.")


def left_out() -> serializers.ListField:
    """What this person's answers have nobody tell them."""
    return serializers.ListField(
        child=serializers.CharField(),
        help_text="Nutrients whose `amount` is null by the profile, however much of it is known: energy with "
        "an eating disorder or a BMI under 18.5. Show no number for them, nor one of your own.",
    )


class TotalsShape(serializers.Serializer):
    def get_fields(self) -> dict:
        return {code: AmountShape() for code in CODES}


class IntakeDayShape(serializers.Serializer):
    date = serializers.DateField()
    status = serializers.ChoiceField(DayStatus.choices)
    complete = serializers.BooleanField()
    stale = serializers.BooleanField(help_text="Entries changed since; the numbers follow within seconds.")
    nutrients = TotalsShape()


class IntakeShape(serializers.Serializer):
    limits_by = serializers.DictField(
        child=serializers.ChoiceField(LIMITS_BY),
        help_text="By nutrient: whose limits replace the reference. Nutrients without such are left out.",
    )
    left_out = left_out()
    results = IntakeDayShape(many=True)


class DayEntriesShape(serializers.Serializer):
    meals = MealShape(many=True)
    water = WaterShape(many=True)
    exercises = ExerciseShape(many=True)
    spasms = SpasmShape(many=True)
    doses = DoseShape(many=True)
    warning_signs = WarningSignsShape(many=True)
    weights = WeightShape(many=True)


class FluidShape(serializers.Serializer):
    """Fluid of the day, in litres; ranges are [least, most]. Null where nothing may, or can, be said."""

    drinks_l = serializers.FloatField(help_text="Water in drinks that count toward the need.")
    not_counted_l = serializers.FloatField(help_text="Water in wine and spirits.")
    food_l = serializers.FloatField(allow_null=True, help_text="Null: too little is known of it.")
    drinks_only = serializers.BooleanField(help_text="The need is the part of it that comes from drinks.")
    limits_by = limits_by()
    need_l = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    baseline_l = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    baseline_kind = serializers.ChoiceField(
        ["ai", "own", "clinician"], allow_null=True, help_text="Adequate intake, or a target."
    )
    sweat_added_l = serializers.FloatField(allow_null=True, help_text="At most 2.")
    sweat_added_is_capped = serializers.BooleanField()
    sweat_l = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    sweat_is_measured = serializers.BooleanField(
        allow_null=True, help_text="By weighing, all of it; false: some rests on something else."
    )
    sweat_rests_on = serializers.ListField(
        child=serializers.ChoiceField([hydration.ESTIMATED, hydration.OWN_RATES, hydration.WEIGHED]),
        help_text="Weighing, own rates (other bouts, weighed), or an estimate; of several bouts all.",
    )
    sodium_in_sweat_mg = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    left_l = serializers.FloatField(
        allow_null=True, help_text="May still be suggested today, at most 1 in an hour; null on past days."
    )


class DayShape(serializers.Serializer):
    date = serializers.DateField()
    finished = serializers.BooleanField()
    fasting = serializers.BooleanField()
    no_cramp = serializers.BooleanField()
    revision = serializers.IntegerField(help_text="Of the marks; 0: none was made yet.")
    updated_at = serializers.DateTimeField(allow_null=True)
    status = serializers.ChoiceField(DayStatus.choices)
    complete = serializers.BooleanField()
    stale = serializers.BooleanField(
        help_text="The status waits for a review; the totals are of this moment."
    )
    totals = TotalsShape()
    left_out = left_out()
    fluid = FluidShape()
    entries = DayEntriesShape()


class DateConverter:
    """A date in an address; one that no calendar has is no address."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


DATE_IN_PATH = OpenApiParameter("date", date, OpenApiParameter.PATH, description="Diary day.")


class Day(OfDiarist, ApiView):
    """A diary day: its entries, its totals with what is known of them, and what is said of the whole."""

    @extend_schema(parameters=[DATE_IN_PATH], responses=DayShape)
    def get(self, request: Request, date: date) -> Response:
        """Read a day. One on which nothing was logged is answered too."""
        return self.answer(date, DayMark.objects.of(self.diarist).live().filter(date=date).first())

    @extend_schema(parameters=[DATE_IN_PATH, MATCH], request=DayMarkShape, responses=DayShape)
    def put(self, request: Request, date: date) -> Response:
        """Say something of the whole day. What is left out stays as it was; a change that was made on another
        revision is refused with 412."""
        shape = DayMarkShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = dict(shape.validated_data)
        base = said.pop("base_revision", None)
        base = if_match(request, None) if base is None else base
        mark = entries.mark_day(self.diarist, date, base_revision=base, **said)
        return self.answer(date, mark)

    def answer(self, day: date, mark: DayMark | None) -> Response:
        shown = self.shown_day(day, mark)
        return Response(shown, headers={"ETag": tag_of(shown["revision"], shown)})

    def shown(self, mark: DayMark) -> dict:
        """What a refused change is told of: the day as it is stored."""
        return self.shown_day(mark.date, mark)

    def shown_day(self, day: date, mark: DayMark | None) -> dict:
        stale = StaleDay.objects.filter(diarist=self.diarist, date=day).exists()
        row = findings.live_totals(self.diarist, day)
        silent = silences(self.effects)
        found = totals(row, stale, silent)
        return {
            "date": day.isoformat(),
            **{name: bool(mark and getattr(mark, name)) for name in ("finished", "fasting", "no_cramp")},
            "revision": mark.revision if mark else 0,
            "updated_at": mark.updated_at if mark else None,
            **{name: found[name] for name in ("status", "complete", "stale")},
            "totals": found["nutrients"],
            "left_out": silent,
            "fluid": self.fluid_of(row),
            "entries": {kind: self.entries_of(day, view) for kind, view in KINDS.items()},
        }

    def fluid_of(self, row: DailyIntake) -> dict:
        diarist, day, today = self.diarist, row.date, findings.today(self.diarist)
        of_the_day = self.answers if day >= today else flags.flags_of_past(diarist, day, self.answers)
        return fluid.as_json(
            fluid.of_day(
                diarist, day, findings.water(row), sweat.exercises(diarist, day, day),
                of_the_day,
                timeline.references(diarist, day).get("water_g"),
                resting=fluid.rests(advice.held_back_by(diarist)),
            )
        )  # fmt: skip

    def entries_of(self, day: date, view: type[EntryViewSet]) -> list:
        kind = view(request=self.request)
        rows = kind.all_rows().live().on(day).order_by("occurred_at", "created_at")
        return [view.serializer_class.told(row) for row in rows]


class Intake(OfDiarist, ApiView):
    """What each day held, from the first to the last asked for, both included, unfinished days too.

    `amount` is the sum of what is known, a lower bound where `unknown_items` is above 0.
    """

    parameters = {
        "get": (
            Parameter("from", date, gettext_lazy("First day; left out: six days before the last.")),
            Parameter("to", date, gettext_lazy("Last day, included; left out: today.")),
        )
    }

    @extend_schema(responses=IntakeShape)
    def get(self, request: Request) -> Response:
        """Read the totals of each day. At most 366 days at once."""
        first, last = span(self.asked.get("from"), self.asked.get("to"), entries.today(self.diarist))
        limits = {code: whose for code in KEY_CODES if (whose := self.whose_limits(code))}
        silent = silences(self.effects)
        results = daily_totals(self.diarist, first, last, silent)
        return Response({"limits_by": limits, "left_out": silent, "results": results})

    def whose_limits(self, code: str) -> str:
        own = code in self.effects.targets_replaced
        return self.effects.whose_limits(code, SetBy.CLINICIAN if own else "")


def span(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    last = last or (max(today, first) if first else today)
    try:
        first = first or last - timedelta(days=6)
    except OverflowError:
        first = date.min
    if last < first:
        raise exceptions.ValidationError({"to": [_("This is before the first day.")]})
    if (last - first).days >= MOST_DAYS:
        raise exceptions.ValidationError(
            {"from": [_("Ask for at most %(most)s days.") % {"most": MOST_DAYS}]}
        )
    return first, last


def silences(effects: Effects) -> list[str]:
    """The nutrients of which no number is told to this person: energy, as on the pages (S06)."""
    return [ENERGY] if effects.hide_energy else []


def daily_totals(diarist, first: date, last: date, silent: Sequence[str]) -> list[dict]:
    """One entry for each day, also for one on which nothing was logged."""
    stale = StaleDay.objects.filter(diarist=diarist, date__range=(first, last)).order_by()
    waiting = set(stale.values_list("date", flat=True))
    findings.refresh(diarist)
    return [totals(row, row.date in waiting, silent) for row in findings.daily(diarist, first, last)]


def totals(row: DailyIntake, stale: bool, silent: Sequence[str]) -> dict:
    """A day's amounts as JSON, except those of which nothing is told."""
    return {
        "date": row.date.isoformat(),
        "status": str(row.status),
        "complete": row.status in COMPLETE,
        "stale": stale,
        "nutrients": {
            code: {
                "amount": None if code in silent else one.known,
                "known_share": one.share,
                "unknown_items": one.unknown,
            }
            for code, one in findings.amounts(row).items()
        },
    }
