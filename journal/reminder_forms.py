"""The form in which a person chooses reminders: a time for each, and no time for none."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal.codes import ReminderKind
from journal.models import Reminder, ReminderPlan, Supplement

LEAST_DRINKS, LEAST_DOSES = 4, 2
"""So many times are offered; a person who chose more elsewhere finds them all, and an empty one."""
NO_DAY = ("", gettext_lazy("no day"))


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def clock(label: Any, **more: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=ClockInput(), **{"required": False, **more})


class RemindersForm(forms.Form):
    meal = clock(gettext_lazy("If no meal is logged by"))
    finish = clock(gettext_lazy("If yesterday is not marked by"))
    look_back_on = forms.TypedChoiceField(label=gettext_lazy("Look back on the week, on"), required=False)
    look_back_at = clock(gettext_lazy("At"))
    quiet_from = clock(gettext_lazy("From"), required=True)
    quiet_until = clock(gettext_lazy("Until"), required=True)
    urgent = forms.BooleanField(
        label=gettext_lazy("Ring for dangers, too"), required=False,
        help_text=gettext_lazy(
            "A warning sign, too much of a supplement, or drinking far too much. What cannot wait, such as "
            "an emergency, rings in quiet hours as well; the rest waits until they end."
        ),
    )  # fmt: skip
    digest = forms.BooleanField(
        label=gettext_lazy("A mail once a week"), required=False,
        help_text=gettext_lazy(
            "To your confirmed address: on how many days something was logged, and a link. No figures, for "
            "a mail is not private."
        ),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        plan: ReminderPlan,
        reminders: Sequence[Reminder],
        supplements: Iterable[Supplement],
        weekdays: Sequence[tuple[int, str]],
        mail: bool,
        **kwargs: Any,
    ):
        super().__init__(*args, label_suffix="", **kwargs)
        self.supplements = {str(one.pk): one for one in supplements}
        self.fields["look_back_on"].choices = [NO_DAY, *weekdays]
        for name in ("quiet_from", "quiet_until", "urgent", "digest"):
            self.initial[name] = getattr(plan, name)
        if not mail:
            del self.fields["digest"]
        of = {kind: [one for one in reminders if one.kind == kind] for kind in ReminderKind.values}
        for kind in (ReminderKind.MEAL, ReminderKind.FINISH):
            self.initial[kind] = next((one.at for one in of[kind]), None)
        for one in of[ReminderKind.LOOK_BACK][:1]:
            self.initial |= {"look_back_on": one.weekday, "look_back_at": one.at}
        self.drink_names = self._times("drink", [one.at for one in of[ReminderKind.DRINK]], LEAST_DRINKS)
        self.dose_names = {
            pk: self._times(
                f"dose-{pk}",
                [one.at for one in of[ReminderKind.DOSE] if str(one.supplement_id) == pk],
                LEAST_DOSES,
            )
            for pk in self.supplements
        }

    def _times(self, name: str, known: Sequence, least: int) -> list[str]:
        """Fields for the times that are known, and empty ones."""
        names = [f"{name}-{place}" for place in range(max(least, len(known) + 1))]
        for place, one in enumerate(names):
            self.fields[one] = clock(_("Time %(number)s") % {"number": place + 1})
            self.initial[one] = known[place] if place < len(known) else None
        return names

    @property
    def drinks(self) -> list[forms.BoundField]:
        return [self[name] for name in self.drink_names]

    @property
    def doses(self) -> list[tuple[Supplement, list[forms.BoundField]]]:
        return [
            (self.supplements[pk], [self[name] for name in names]) for pk, names in self.dose_names.items()
        ]

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("look_back_on") and not said.get("look_back_at") and "look_back_at" not in self.errors:
            self.add_error("look_back_at", _("Give a time."))
        return said

    def answers(self) -> dict[str, Any]:
        """What was chosen, as `reminders.change_plan` takes it."""
        said = self.cleaned_data
        chosen: list[dict[str, Any]] = [
            {"kind": kind, "at": said[kind]}
            for kind in (ReminderKind.MEAL, ReminderKind.FINISH)
            if said[kind]
        ]
        if said["look_back_on"]:
            weekday = int(said["look_back_on"])
            chosen.append({"kind": ReminderKind.LOOK_BACK, "weekday": weekday, "at": said["look_back_at"]})
        chosen += [{"kind": ReminderKind.DRINK, "at": said[name]} for name in self.drink_names if said[name]]
        chosen += [
            {"kind": ReminderKind.DOSE, "supplement": self.supplements[pk], "at": said[name]}
            for pk, names in self.dose_names.items()
            for name in names
            if said[name]
        ]
        plan = {name: said[name] for name in ("quiet_from", "quiet_until", "urgent")}
        mail = {"digest": said["digest"]} if "digest" in self.fields else {}
        return {**plan, **mail, "reminders": chosen}


def words_of_plan(reminders: Sequence[Reminder], devices: int) -> str:
    """What was chosen, in a line for the page Me."""
    if not reminders:
        return _("None. Choose what to be reminded of, and when it must be quiet.")
    said = ngettext("%(n)s reminder", "%(n)s reminders", len(reminders)) % {"n": len(reminders)}
    if devices:
        said += " · " + ngettext("%(n)s device rings", "%(n)s devices ring", devices) % {"n": devices}
    return said
