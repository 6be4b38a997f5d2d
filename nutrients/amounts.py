"""Decimal amounts in the tables."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

OUT_OF_RANGE = ("min_value", "max_value")


class AmountField(models.DecimalField):
    """A decimal number of which the limit is told that it breaks, and not how many digits it has besides."""

    def run_validators(self, value: Any) -> None:
        try:
            super().run_validators(value)
        except ValidationError as error:
            limits = [one for one in error.error_list if one.code in OUT_OF_RANGE]
            raise ValidationError(limits[:1] or error.error_list) from None

    def deconstruct(self) -> tuple:
        """To a database it is a decimal number as any."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs
