"""Personal links between what days held and cramps, or "not enough data: k of n"."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from journal import findings, pattern_words, patterns
from journal.api.frame import OfDiarist
from journal.calc.crampdays import FEWEST_CRAMPS, FEWEST_DAYS
from journal.codes import Exposure, LinkState
from journal.patterns import Shown
from spasmlog.api import ApiView


class CountsShape(serializers.Serializer):
    """Days with a cramp among the days compared, with the exposure and without it."""

    exposed_days = serializers.IntegerField()
    exposed_cramp_days = serializers.IntegerField()
    other_days = serializers.IntegerField()
    other_cramp_days = serializers.IntegerField()


class LinkShape(serializers.Serializer):
    """One exposure of the fixed list. Numbers are null until all gates before them are passed."""

    exposure = serializers.ChoiceField(Exposure.choices)
    lag_days = serializers.IntegerField(help_text="From the exposure to the day that led up to the cramp.")
    name = serializers.CharField()
    state = serializers.ChoiceField(
        LinkState.choices, allow_null=True, help_text="Null: not shown to this person; `said` tells why."
    )
    state_name = serializers.CharField()
    said = serializers.ListField(child=serializers.CharField(), help_text="All that may be said, in order.")
    known_days = serializers.IntegerField(
        help_text="Days of which outcome and exposure are known; 0 where the link is not shown."
    )
    counts = CountsShape(allow_null=True)
    odds_ratio = serializers.FloatField(
        allow_null=True, help_text="Null beside a `p`: it has no bound. Of one more litre with `per_litre`."
    )
    lower = serializers.FloatField(allow_null=True, help_text="Of the 95 % interval.")
    upper = serializers.FloatField(allow_null=True, help_text="Null beside a `p`: it has no bound.")
    per_litre = serializers.BooleanField()
    p = serializers.FloatField(allow_null=True)
    q = serializers.FloatField(
        allow_null=True, help_text="Corrected for all that was looked at (Benjamini-Hochberg)."
    )


class PatternsShape(serializers.Serializer):
    stale = serializers.BooleanField(help_text="The diary changed since; ask again in a moment.")
    known_days = serializers.IntegerField(help_text="With a cramp, or said to be without one.")
    known_days_needed = serializers.IntegerField()
    cramp_days = serializers.IntegerField()
    cramp_days_needed = serializers.IntegerField()
    looked_on = serializers.DateField(allow_null=True, help_text="Null: there was too little to look at yet.")
    next_look_on = serializers.DateField(allow_null=True, help_text="At the earliest.")
    heading = serializers.CharField()
    progress = serializers.CharField()
    next_step = serializers.CharField()
    not_a_cause = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField())
    results = LinkShape(many=True)


class PersonalPatterns(OfDiarist, ApiView):
    """Personal links, what may be said first before the others; or how far the log is from telling any."""

    @extend_schema(responses=PatternsShape)
    def get(self, request: Request) -> Response:
        found = patterns.patterns_of(self.diarist)
        standing = pattern_words.standing(found.count, found.looked_on, found.due_on, found.running)
        return Response(
            {
                "stale": findings.refresh(self.diarist),
                "known_days": found.count.known,
                "known_days_needed": FEWEST_DAYS,
                "cramp_days": found.count.cramps,
                "cramp_days_needed": FEWEST_CRAMPS,
                "looked_on": found.looked_on,
                "next_look_on": found.due_on,
                "heading": standing.heading,
                "progress": standing.progress,
                "next_step": standing.next_step,
                "not_a_cause": pattern_words.NOT_A_CAUSE,
                "sources": pattern_words.SOURCES,
                "results": [link_of(one) for one in found.links],
            }
        )


def link_of(one: Shown) -> dict:
    """A link as JSON."""
    link = one.link
    counts = {
        "exposed_days": link.exposed_days, "exposed_cramp_days": link.exposed_cramps,
        "other_days": link.other_days, "other_cramp_days": link.other_cramps,
    }  # fmt: skip
    same = ("exposure", "known_days", "odds_ratio", "lower", "upper", "p", "q")
    return {
        **{name: getattr(link, name) for name in same},
        "lag_days": link.lag,
        "name": pattern_words.name(link),
        "state": None if one.withheld else link.state,
        "state_name": pattern_words.NOT_SHOWN if one.withheld else LinkState(link.state).label,
        "said": [pattern_words.not_shown(link)] if one.withheld else pattern_words.said(link),
        "counts": counts if link.is_tested else None,
        "per_litre": link.per_unit,
    }
