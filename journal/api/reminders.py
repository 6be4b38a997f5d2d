"""Reminders: what a person chose to be reminded of, and what of it is due."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from journal import reminders
from journal.api.frame import OfDiarist
from journal.codes import ReminderKind
from journal.serializers import ReminderPlanShape
from spasmlog.api import ApiView, Moment, Shape


class DueShape(Shape):
    kind = serializers.ChoiceField(ReminderKind.choices, read_only=True)
    day = serializers.DateField(read_only=True, help_text="The diary day that it belongs to.")
    since = Moment(read_only=True)
    words = serializers.CharField(
        read_only=True, help_text="For a screen of the person's own: a notification must not say it."
    )


class RemindersShape(ReminderPlanShape):
    due = DueShape(
        many=True,
        read_only=True,
        help_text="What is due at this moment: its time has come, it is not done, not put away, and no quiet "
        "hour.",
    )


class Reminders(OfDiarist, ApiView):
    """What a person is reminded of. Everything is off until it is chosen."""

    @extend_schema(operation_id="reminders_retrieve", responses=RemindersShape)
    def get(self, request: Request) -> Response:
        """Read what was chosen, and what of it is due now."""
        return self.answer()

    @extend_schema(
        operation_id="reminders_partial_update", request=ReminderPlanShape, responses=RemindersShape
    )
    def patch(self, request: Request) -> Response:
        """Change what is named, all of it or nothing; `reminders` are replaced whole."""
        shape = ReminderPlanShape(data=request.data, partial=True, context=self.get_serializer_context())
        shape.is_valid(raise_exception=True)
        reminders.change_plan(self.diarist, shape.validated_data)
        return self.answer()

    def answer(self) -> Response:
        plan, due = reminders.plan_of(self.diarist), reminders.due_now(self.diarist)
        fields = {name: getattr(plan, name) for name in reminders.PLAN_FIELDS}
        return Response(
            RemindersShape({**fields, "reminders": reminders.chosen(self.diarist), "due": due}).data
        )
