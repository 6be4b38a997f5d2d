"""Whom to call, by the country of the profile. An unknown country gets words, never a guessed number."""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

NUMBERS = Path(settings.BASE_DIR) / "fixtures" / "emergency_numbers.csv"


@dataclass(frozen=True)
class Numbers:
    """How to reach help in one country. An empty number: not known here."""

    emergency: str = ""
    advice_line: str = ""
    advice_line_name: str = ""

    @property
    def emergency_words(self) -> str:
        return self.emergency or _("your local emergency number")

    @property
    def advice_line_words(self) -> str:
        return self.advice_line_name or _("an out-of-hours doctor")


def numbers(region: str) -> Numbers:
    """The numbers of a country, by its two letters."""
    return _table().get(region.upper(), Numbers())


def everywhere() -> dict[str, Numbers]:
    """The numbers of every country that is known here, by its two letters."""
    return dict(_table())


@functools.cache
def _table() -> dict[str, Numbers]:
    with NUMBERS.open(encoding="utf-8", newline="") as file:
        return {
            row["region"]: Numbers(row["emergency"], row["advice_line"], row["advice_line_name"])
            for row in csv.DictReader(file)
        }
