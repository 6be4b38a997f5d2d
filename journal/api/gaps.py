"""Usual intake beside the person's reference values."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from journal import entries, explanations, findings
from journal.api.frame import OfDiarist, limits_by
from journal.calc import days
from journal.calc.suppressions import Effects
from journal.codes import Band, Method, SetBy
from journal.models import NutrientGap
from nutrients.codes import KEY_CODES, Authority
from spasmlog.api import ApiView, Parameter

WINDOWS = (7, 14, 28, 90)
MOST_WEEKS = 53
VERDICT = ("interval", "probability_adequate", "confidence_above")
"""What is left out, with the band, where numbers alone may be told."""
KINDS = ("ear", "ai", "ul", "cdrr", "own")


class ReferenceShape(serializers.Serializer):
    kind = serializers.ChoiceField(KINDS)
    amount = serializers.FloatField(
        allow_null=True, help_text="A day, in the unit the nutrient's code ends in."
    )
    amounts = serializers.ListField(
        child=serializers.FloatField(),
        help_text="Both sexes' where the sex is not known; `amount` is null then.",
    )
    authority = serializers.ChoiceField(Authority.choices, allow_null=True)
    source = serializers.CharField(allow_null=True)
    group = serializers.CharField(allow_null=True)
    nearest = serializers.BooleanField(help_text="The table has no row for this person; this is the nearest.")
    label = serializers.CharField(allow_blank=True)
    set_by = serializers.ChoiceField(SetBy.choices, allow_null=True, help_text="Of an own target.")


class GapShape(serializers.Serializer):
    """One nutrient beside one kind of reference. Null where the method allows no number."""

    nutrient = serializers.ChoiceField([(code, code) for code in KEY_CODES])
    reference = ReferenceShape(allow_null=True)
    method = serializers.ChoiceField(Method.choices, allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    lower = serializers.FloatField(allow_null=True, help_text="Mean of what is known at least.")
    upper = serializers.FloatField(allow_null=True, help_text="Mean of what it can be at most.")
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    coverage = serializers.FloatField(allow_null=True)
    days_used = serializers.IntegerField()
    days_in_window = serializers.IntegerField()
    days_needed = serializers.IntegerField(allow_null=True)
    probability_adequate = serializers.FloatField(allow_null=True)
    confidence_above = serializers.FloatField(allow_null=True)
    band = serializers.ChoiceField(
        Band.choices,
        allow_null=True,
        help_text="Null, with the confidences and the interval, also where answers in the profile leave "
        "numbers alone: where `limits_by` says whose limits count, and for a low band with an eating "
        "disorder or a BMI under 18.5.",
    )
    reasons = serializers.ListField(child=serializers.CharField())
    limits_by = limits_by()


class GapsShape(serializers.Serializer):
    as_of = serializers.DateField()
    window_days = serializers.ChoiceField(
        WINDOWS,
        help_text="As asked for. 28 where nothing was: each nutrient then has its own, see `days_in_window`.",
    )
    stale = serializers.BooleanField(help_text="The diary changed since; ask again in a moment.")
    nutrients = GapShape(many=True)


class WeekShape(serializers.Serializer):
    week_start = serializers.DateField()
    as_of = serializers.DateField(help_text="The last day of the week, or today.")
    window_days = serializers.IntegerField(help_text="Of most nutrients; of each, see `days_in_window`.")
    nutrients = GapShape(many=True)


class WeeksShape(serializers.Serializer):
    stale = serializers.BooleanField()
    results = WeekShape(many=True)


class Gaps(OfDiarist, ApiView):
    """The verdicts of the days that end with one day, of each nutrient over the window it needs."""

    parameters = {
        "get": (
            Parameter(
                "window",
                int,
                gettext_lazy("Days: 7, 14, 28 or 90. Left out: of each nutrient the window of its verdict."),
                choices=WINDOWS,
            ),
            Parameter("as_of", date, gettext_lazy("The last of them; left out: today.")),
        )
    }

    @extend_schema(responses=GapsShape)
    def get(self, request: Request) -> Response:
        """Compare usual intake with reference values. Null where the method allows no number."""
        today = findings.today(self.diarist)
        as_of, window = self.asked.get("as_of", today), self.asked.get("window")
        if as_of > today:
            raise exceptions.ValidationError({"as_of": [_("This day is still to come.")]})
        if as_of < entries.OLDEST_DAY:
            raise exceptions.ValidationError({"as_of": [_("This day is before 1990. Check the date.")]})
        known = findings.ensure_as_of(self.diarist, as_of)
        rows = findings.gaps(self.diarist, as_of, window)
        stale = findings.refresh(self.diarist) or not known
        return Response(
            {
                "as_of": as_of,
                "window_days": window or findings.VERDICT_WINDOW,
                "stale": stale,
                "nutrients": [gap_of(row, self.effects) for row in rows],
            }
        )


class WeeklyGaps(OfDiarist, ApiView):
    """The verdict at the end of each of the latest weeks, the running one last."""

    parameters = {"get": (Parameter("weeks", int, gettext_lazy("How many: 12 unless said, at most 53.")),)}

    @extend_schema(responses=WeeksShape)
    def get(self, request: Request) -> Response:
        """Compare usual intake with reference values, week by week."""
        weeks = self.asked.get("weeks", 12)
        if not 1 <= weeks <= MOST_WEEKS:
            raise exceptions.ValidationError({"weeks": [_("Give a number from 1 to 53.")]})
        stale = findings.refresh(self.diarist)
        found = findings.weekly_gaps(self.diarist, weeks)
        return Response(
            {"stale": stale, "results": [self.week(as_of, rows) for as_of, rows in found.items()]}
        )

    def week(self, as_of: date, rows: list[NutrientGap]) -> dict:
        return {
            "week_start": days.week_start(as_of, self.diarist.week_start),
            "as_of": as_of,
            "window_days": findings.VERDICT_WINDOW,
            "nutrients": [gap_of(row, self.effects) for row in rows],
        }


def gap_of(row: NutrientGap, effects: Effects) -> dict:
    """A stored gap as JSON."""
    said = ("kind", "amount", "amounts", "authority", "source", "group", "nearest", "label", "set_by")
    reference = {name: row.reference.get(name) for name in said} if row.reference else None
    same = (
        "nutrient", "mean", "lower", "upper", "coverage", "days_used", "days_in_window", "days_needed",
        "reasons",
    )  # fmt: skip
    quiet = explanations.is_numbers_only(row, effects)
    verdict = {name: None if quiet else getattr(row, name) for name in VERDICT}
    return {
        **{name: getattr(row, name) for name in same},
        **verdict,
        "band": None if quiet else row.band or None,
        "reference": reference,
        "method": row.method or None,
        "limits_by": explanations.limits_of(row, effects) or None,
    }
