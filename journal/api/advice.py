"""Advice cards: those to show now, and what the diarist answers to them."""

from dataclasses import asdict
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from journal import advice
from journal.api.answers import KEY, once_for_each_key
from journal.api.frame import OfDiarist
from journal.codes import AdviceState, Severity
from journal.models import Advice
from spasmlog.api import ApiViewSet, Moment, Shape, Whole

DAYS_ASLEEP = 7
LAYERS = (
    "R: warning sign, X: too much, C: ask a clinician, L: low intake, H: fluid, I: information; looked at "
    "in this order."
)


class NumbersShape(serializers.Serializer):
    """Whom to call in the profile's country; empty: not known here."""

    emergency = serializers.CharField()
    advice_line = serializers.CharField()
    advice_line_name = serializers.CharField()


class OriginalShape(serializers.Serializer):
    """The English words of a card. No other language was reviewed clinically: show these beside it."""

    title = serializers.CharField()
    text = serializers.CharField()
    why = serializers.CharField()
    what_would_change_it = serializers.CharField()


class CardShape(serializers.Serializer):
    id = serializers.UUIDField()
    rule = serializers.CharField()
    rule_version = serializers.IntegerField()
    severity = serializers.ChoiceField(Severity.choices)
    layer = serializers.CharField(help_text=LAYERS)
    nutrient = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    text = serializers.CharField()
    why = serializers.CharField()
    what_would_change_it = serializers.CharField()
    not_a_diagnosis = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField())
    rests_on = serializers.ListField(
        child=serializers.CharField(),
        help_text="Rule and version, sections and row of the reference texts behind it, in words.",
    )
    evidence = serializers.DictField(help_text="The numbers or ticks that the rule fired on.")
    state = serializers.ChoiceField(AdviceState.choices)
    asks = serializers.BooleanField(help_text="It waits for an answer.")
    actions = serializers.ListField(child=serializers.CharField(), help_text="The answers that it takes.")
    stale = serializers.BooleanField(help_text="The diary changed since it was found.")
    created_at = Moment()
    entry_id = serializers.UUIDField(allow_null=True, help_text="The entry whose ticks raised it.")
    numbers = NumbersShape(allow_null=True)
    snoozed_until = Moment(allow_null=True, help_text="A card that sleeps is not to be shown before.")
    push = serializers.BooleanField(help_text="A phone may ring for it: warning signs and dangers alone.")
    original = OriginalShape(allow_null=True)


@extend_schema_serializer(many=False)
class CardsShape(serializers.Serializer):
    results = CardShape(many=True)


class SnoozeShape(Shape):
    days = Whole(
        required=False,
        default=DAYS_ASLEEP,
        help_text=f"1 to {advice.LONGEST_SNOOZE}; left out: {DAYS_ASLEEP}.",
    )


class NothingShape(Shape):
    """An empty object, or no body at all."""


def shown(card: advice.Card) -> dict:
    """A card as JSON."""
    return CardShape({**asdict(card), "nutrient": card.nutrient or None}).data


def raised(diarist, rows) -> list[dict]:
    """The cards that a save raised, for its answer."""
    return [shown(card) for card in advice.cards_of(diarist, rows)]


class AdviceCards(OfDiarist, ApiViewSet):
    """Cards of advice, each with the rule and the numbers or ticks behind it. They never diagnose."""

    nouns = "card", "cards of advice"

    serializer_class = CardShape
    lookup_url_kwarg = "id"
    lookup_value_converter = "id"

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Advice.objects.none()
        return Advice.objects.of(self.diarist).select_related("diarist")

    @extend_schema(responses=CardsShape)
    def list(self, request: Request) -> Response:
        """Those to show now, most severe first."""
        return Response({"results": [shown(card) for card in advice.cards_for(self.diarist)]})

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Also one that was put away."""
        return self.answer(get_object_or_404(self.get_queryset(), pk=id))

    @extend_schema(parameters=[KEY], request=NothingShape)
    @action(detail=True, methods=["post"])
    @once_for_each_key
    def acknowledge(self, request: Request, id: UUID) -> Response:
        """Say that a card was read."""
        return self.put_away(advice.acknowledge)

    @extend_schema(parameters=[KEY], request=NothingShape)
    @action(detail=True, methods=["post"], url_path="got-help")
    @once_for_each_key
    def got_help(self, request: Request, id: UUID) -> Response:
        """Say that one was seen, or called somebody."""
        return self.put_away(advice.got_help)

    @extend_schema(parameters=[KEY], request=SnoozeShape)
    @action(detail=True, methods=["post"])
    @once_for_each_key
    def snooze(self, request: Request, id: UUID) -> Response:
        """Put a card off. It comes back after so many days."""
        return self.put_away(advice.snooze, SnoozeShape)

    @extend_schema(parameters=[KEY], request=NothingShape)
    @action(detail=True, methods=["post"])
    @once_for_each_key
    def dismiss(self, request: Request, id: UUID) -> Response:
        """Say that a card is not for oneself."""
        return self.put_away(advice.dismiss)

    @extend_schema(parameters=[KEY], request=NothingShape)
    @action(detail=True, methods=["post"], url_path="take-back")
    @once_for_each_key
    def take_back(self, request: Request, id: UUID) -> Response:
        """Take the latest answer back. The card waits again, as before; a closed one for a day only."""
        return self.put_away(advice.take_back)

    def put_away(self, verb, shape: type[Shape] = NothingShape) -> Response:
        card = get_object_or_404(self.get_queryset(), pk=self.kwargs["id"])
        said = shape(data=self.request.data or {})
        said.is_valid(raise_exception=True)
        return self.answer(verb(card, **said.validated_data))

    def answer(self, row: Advice) -> Response:
        cards = advice.cards_of(self.diarist, [row])
        if not cards:
            raise Http404  # what the profile says since forbids to show it
        return Response(shown(cards[0]))
