"""The tick boxes of the page of warning signs."""

from django import forms
from django.utils.translation import gettext_lazy as _

from journal import countries, signs


class SignsForm(forms.Form):
    """Warning signs in groups. Which ticks are urgent is not for a form to say."""

    signs = forms.MultipleChoiceField(
        label=_("Warning signs"), choices=signs.named, required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose warning signs from the list.")},
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)

    def urgent_groups(self) -> list[tuple]:
        """The boxes of signs that may be urgent, under headings."""
        return [(title, self._boxes(group)) for title, group in signs.URGENT]

    def tell_boxes(self) -> list:
        """The boxes of signs that are worth telling a clinician."""
        return self._boxes(signs.TELL)

    def _boxes(self, wanted) -> list:
        boxes = {choice.data["value"]: choice for choice in self["signs"]}
        return [boxes[sign.value] for sign in wanted]


class DiarySignsForm(SignsForm):
    """For a diarist, whose profile knows the rest."""

    cramp = forms.BooleanField(
        label=_("I also have a cramp that is not logged yet: log it with these signs"), required=False
    )


class PassersBySignsForm(SignsForm):
    """For anybody: what a profile would know is asked here, and nothing is stored."""

    cramp = forms.BooleanField(label=_("a muscle cramp, now or in the last hours"), required=False)
    pregnant = forms.BooleanField(label=_("pregnant"), required=False)
    kidney_failure = forms.BooleanField(
        label=_("on dialysis, or kidney disease of stage 4 or 5"), required=False
    )
    region = forms.CharField(required=False, max_length=2, widget=forms.HiddenInput)

    def about_you(self) -> list[forms.BoundField]:
        return [self["cramp"], self["pregnant"], self["kidney_failure"]]

    def clean_region(self) -> str:
        return known_country(self.cleaned_data["region"])

    def clean(self) -> dict:
        said = super().clean()
        if not self.errors and not (said["signs"] or said["cramp"]):
            self.add_error("signs", _("Tick at least one warning sign."))
        return said


def known_country(region: str) -> str:
    """Two letters of a country whose numbers are known here, or nothing."""
    region = region.strip().upper()
    return region if region in countries.COUNTRIES else ""
