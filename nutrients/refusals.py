"""All that is wrong with what somebody sent, told at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError


class Refusals:
    """Gathers what several checks refuse, field by field.

    with refusals.of():
        entry.full_clean(exclude=refusals.found)
    refusals.tell()
    """

    def __init__(self) -> None:
        self.found: dict[str, list[ValidationError]] = {}

    @contextmanager
    def of(self) -> Iterator[None]:
        """Keep what is refused in this block, and go on."""
        try:
            yield
        except ValidationError as error:
            error.update_error_dict(self.found)

    def tell(self) -> None:
        """Raise what was kept, if anything was."""
        if self.found:
            raise ValidationError(self.found)
