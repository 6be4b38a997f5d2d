"""Where a copy goes: the day, and for a meal which meal it is there."""

from django import forms
from django.utils.translation import gettext_lazy as _

from journal.codes import MealKind
from journal.forms import DateInput, chips


class CopyMealForm(forms.Form):
    day = forms.DateField(label=_("Day"), widget=DateInput)
    kind = forms.ChoiceField(label=_("Meal"), choices=MealKind, widget=chips)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)


class CopyDayForm(forms.Form):
    to = forms.DateField(label=_("Copy to"), widget=DateInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
