"""The words for foods and needs that models, REST, fixtures and pages share.

Codes may be added and are never renamed: phones and stored rows hold them.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class FoodSource(models.TextChoices):
    FNDDS = "fndds", _("USDA FNDDS 2021-2023")
    SR28 = "sr28", _("USDA SR28")
    OFF = "off", _("Open Food Facts")
    OWN = "own", _("own food")
    RECIPE = "recipe", _("own recipe")


class Authority(models.TextChoices):
    NASEM = "nasem", _("NASEM (United States and Canada)")
    EFSA = "efsa", _("EFSA (European Union)")


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")


class LifeStage(models.TextChoices):
    GENERAL = "general", _("neither pregnant nor breastfeeding")
    PREGNANCY = "pregnancy", _("pregnant")
    LACTATION = "lactation", _("breastfeeding")


@dataclass(frozen=True)
class Nutrient:
    """One of the twenty amounts that the food table carries; its code ends in its unit."""

    code: str
    name: str | Promise
    unit: str
    reference: str | None = None
    """Its name in the reference-intake table, if that table has it."""
    reference_factor: float = 1.0
    """What the reference table's unit is multiplied by to get this code's unit."""

    @property
    def key(self) -> str:
        """The code without its unit, for CSS classes and short references."""
        return self.code.rpartition("_")[0]


NUTRIENTS: tuple[Nutrient, ...] = (
    Nutrient("energy_kcal", _("energy"), "kcal"),
    Nutrient("protein_g", _("protein"), "g"),
    Nutrient("fat_g", _("fat"), "g"),
    Nutrient("carbohydrate_g", _("carbohydrate"), "g"),
    Nutrient("fiber_g", _("fibre"), "g"),
    Nutrient("alcohol_g", _("alcohol"), "g"),
    Nutrient("caffeine_mg", _("caffeine"), "mg"),
    Nutrient("water_g", _("water"), "g", "water_total", 1000.0),
    Nutrient("calcium_mg", _("calcium"), "mg", "calcium"),
    Nutrient("magnesium_mg", _("magnesium"), "mg", "magnesium"),
    Nutrient("potassium_mg", _("potassium"), "mg", "potassium"),
    Nutrient("sodium_mg", _("sodium"), "mg", "sodium"),
    Nutrient("iron_mg", _("iron"), "mg"),
    Nutrient("zinc_mg", _("zinc"), "mg"),
    Nutrient("phosphorus_mg", _("phosphorus"), "mg"),
    Nutrient("vitamin_d_ug", _("vitamin D"), "µg", "vitamin_d"),
    Nutrient("vitamin_b12_ug", _("vitamin B12"), "µg", "vitamin_b12"),
    Nutrient("vitamin_b6_mg", _("vitamin B6"), "mg"),
    Nutrient("folate_ug", _("folate"), "µg"),
    Nutrient("vitamin_c_mg", _("vitamin C"), "mg"),
)
CODES: tuple[str, ...] = tuple(nutrient.code for nutrient in NUTRIENTS)
NUTRIENT: dict[str, Nutrient] = {nutrient.code: nutrient for nutrient in NUTRIENTS}

KEY_CODES: tuple[str, ...] = (
    "magnesium_mg",
    "potassium_mg",
    "calcium_mg",
    "vitamin_d_ug",
    "vitamin_b12_ug",
    "sodium_mg",
    "water_g",
)
"""The seven that this product is about, in the order in which pages show them."""
