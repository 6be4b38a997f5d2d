"""Numbers as people type them."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LARGEST_TYPED = Decimal(10) ** 9
"""Far above every limit of what is typed, and small enough to be worked with."""


def number(text: str) -> Decimal | None:
    """A decimal number with a point or a comma; None if it is none.

    One beyond all limits is taken as the largest that is read, so that it is refused by its own limit.
    """
    try:
        typed = Decimal(text.strip().replace(",", "."))
    except ArithmeticError:
        return None
    return max(-LARGEST_TYPED, min(typed, LARGEST_TYPED)) if typed.is_finite() else None


class NumberField(forms.Field):
    """A decimal number, typed with a point or a comma."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value) -> Decimal | None:
        text = str(value or "").strip()
        if not text:
            return None
        found = number(text)
        if found is None:
            raise ValidationError(_("Give a number."))
        return found
