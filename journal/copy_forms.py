"""Where a copy goes: the day, and for a meal which meal it is there."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from journal import copying
from journal.codes import MealKind
from journal.forms import DateInput, chips
from journal.models import Diarist

NO_DAY = {"required": _("Give a day.")}
DAYS = _("Any day of the last five years, up to today.")


class TargetForm(forms.Form):
    """A form that asks for the day of a copy: it says beforehand which days there are, and refuses others."""

    day_field: str

    def __init__(self, *args, diarist: Diarist, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.diarist = diarist
        first, last = copying.possible_days(diarist)
        field = self.fields[self.day_field]
        field.help_text = DAYS
        field.widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def _possible(self) -> date:
        day = self.cleaned_data[self.day_field]
        copying.check_target(self.diarist, day)
        return day


class CopyMealForm(TargetForm):
    day_field = "day"
    day = forms.DateField(label=_("Day"), widget=DateInput, error_messages=NO_DAY)
    kind = forms.ChoiceField(label=_("Meal"), choices=MealKind, widget=chips)

    def clean_day(self) -> date:
        return self._possible()


class CopyDayForm(TargetForm):
    day_field = "to"
    to = forms.DateField(label=_("Copy to"), widget=DateInput, error_messages=NO_DAY)

    def clean_to(self) -> date:
        return self._possible()
