"""Vitamin D in micrograms or in international units: bottles print the one or the other, or both.

It is stored in µg. Forms take either, with a choice beside the number; pages tell both.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.numbers import NumberField
from journal.templatetags.journal import in_iu, significant
from nutrients.calc import units
from nutrients.codes import NUTRIENT

CODE = "vitamin_d_ug"
UG, IU = "ug", "iu"
UNITS = ((UG, "µg"), (IU, gettext_lazy("IU")))
FINEST = Decimal("0.001")
"""[µg]"""


def ug(typed: Decimal, unit: str) -> Decimal:
    """What was typed, in µg."""
    if unit != IU:
        return typed
    return Decimal(repr(units.ug_from_iu_vitamin_d(float(typed)))).quantize(FINEST, ROUND_HALF_UP)


def name_in_iu() -> str:
    """Its name with the unit behind it, as lists of nutrients have it."""
    return f"{NUTRIENT[CODE].name} ({UNITS[1][1]})"


def both(amount: float | Decimal | str) -> str:
    """An amount in both units, such as "25 µg = 1,000 IU"."""
    return f"{significant(float(amount))} µg = {in_iu(float(amount))}"


class AmountWithUnit(forms.MultiWidget):
    """A number with the choice of its unit beside it."""

    use_fieldset = False

    def __init__(self, attrs: dict | None = None):
        number = forms.TextInput(attrs=NumberField.widget.attrs)
        unit = forms.Select(choices=UNITS)
        super().__init__({"": number, "unit": unit}, attrs)

    def decompress(self, value: Any) -> list:
        """A stored amount is one in µg."""
        return [value, UG]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list:
        number, unit = super().value_from_datadict(data, files, name)
        return [number, unit or UG]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The number and its unit in a row; the label of the field is that of the number."""
        both = super().render(name, value, attrs, renderer)
        label = '<label class="visually-hidden" for="{}_1">{}</label>'
        named = format_html(label, attrs["id"], _("Unit of the vitamin D")) if attrs and "id" in attrs else ""
        return format_html('<span class="amount-unit">{}{}</span>', both, named)


class VitaminDField(NumberField):
    """An amount of vitamin D, typed in µg or in IU; cleaned, it is in µg."""

    widget = AmountWithUnit

    def to_python(self, value: Any) -> Decimal | None:
        number, unit = value if isinstance(value, list) else (value, UG)
        typed = super().to_python(number)
        if unit not in (UG, IU):
            raise ValidationError(_("Choose µg or IU."))
        return None if typed is None else ug(typed, unit)
