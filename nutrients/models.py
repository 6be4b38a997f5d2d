"""What foods hold and what people need. Read-mostly; knows nothing of anybody's diary."""

import re
import uuid
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext as in_words

from nutrients.amounts import AmountField
from nutrients.codes import CODES, NUTRIENTS, Authority, FoodSource, LifeStage, Sex

ML_PER_FLUID_OUNCE = Decimal("29.5735295625")
"""US fluid ounce, exact by its definition as 1/128 of a gallon of 231 cubic inches. [mL]"""

FLUID_OUNCES = re.compile(r"^(?:(?P<count>\d+(?:\.\d+)?) )?fl oz(?: \(no ice\))?$")
"""A portion that is so many plain fluid ounces. With ice the weight is not that of the volume."""

FOOD_NAMESPACE = uuid.UUID("8a1f3b52-5d0e-5c6a-9c63-7a1f0c5d9e10")
"""Foods of every server share it, so a phone can keep their ids across servers and reloads."""


def food_id(source: str, code: str) -> uuid.UUID:
    """The id that a food of a public table has on every server."""
    return uuid.uuid5(FOOD_NAMESPACE, f"{source}:{code}")


def portion_id(food: uuid.UUID, key: str) -> uuid.UUID:
    """The id of a household portion, named within its food by `key` (its sequence number)."""
    return uuid.uuid5(food, key)


TAP_WATER = food_id("fndds", "94000100")


class NutrientAmounts(models.Model):
    """The twenty amounts as columns. NULL is "not known", never zero."""

    class Meta:
        abstract = True

    @property
    def per_100g(self) -> dict[str, float | None]:
        return {code: getattr(self, code) for code in CODES}


for _nutrient in NUTRIENTS:
    NutrientAmounts.add_to_class(
        _nutrient.code,
        models.FloatField(
            _nutrient.name,
            null=True,
            blank=True,
            validators=[
                MinValueValidator(0, _("An amount cannot be below 0. Leave it empty if it is not known."))
            ],
        ),
    )


class FoodQuerySet(models.QuerySet):
    """Questions about foods."""

    def visible_to(self, user) -> "FoodQuerySet":
        """Foods of the public tables and the user's own."""
        return self.filter(models.Q(owner=None) | models.Q(owner=user))

    def tap_water(self) -> "Food | None":
        """What a drink without a named beverage is."""
        return self.filter(pk=TAP_WATER).prefetch_related("portions").first()

    def with_parts(self) -> "FoodQuerySet":
        """With portions, and of recipes their ingredients: no query more where there is no recipe."""
        return self.select_related("recipe").prefetch_related(
            "portions", models.Prefetch("recipe__ingredients", Ingredient.objects.select_related("food"))
        )

    def searchable(self) -> "FoodQuerySet":
        return self.filter(hidden=False, deleted_at=None)


class Food(NutrientAmounts):
    """A food or drink, with its content per 100 g of the edible part."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(_("source"), max_length=8, choices=FoodSource)
    source_code = models.CharField(_("code in its source"), max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="foods",
        help_text=_("Set for a person's own food; empty for the public tables."),
    )
    name = models.CharField(_("name"), max_length=200)
    category = models.CharField(_("category"), max_length=120, blank=True)
    synonyms = models.TextField(_("other names"), blank=True, help_text=_("Searched as well as the name."))
    barcode = models.CharField(_("barcode"), max_length=14, blank=True)
    rank = models.SmallIntegerField(
        default=0,
        help_text=_("Search order before anything else: 0 an everyday food, higher = further behind."),
    )
    hidden = models.BooleanField(
        default=False,
        help_text=_("Left out of search (industry ingredients, near duplicates); still found by its code."),
    )
    revision = models.PositiveBigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text=_("Of a person's own food: counted by whoever keeps it for them."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = FoodQuerySet.as_manager()

    class Meta:
        verbose_name = _("food")
        verbose_name_plural = _("foods")
        ordering = ["rank", "name"]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_code"], name="food_source_code_once"),
            models.CheckConstraint(
                condition=models.Q(owner=None, source__in=["fndds", "sr28", "off"])
                | models.Q(owner__isnull=False, source__in=["own", "recipe", "off"]),
                name="food_own_has_owner",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "name"]),
            models.Index(fields=["barcode"]),
            models.Index(fields=["owner", "revision"], name="own_food_revision"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def dish(self) -> "Recipe | None":
        """What it is made of, of a recipe."""
        return getattr(self, "recipe", None) if self.source == FoodSource.RECIPE else None

    @property
    def ingredients(self) -> "list[Ingredient]":
        return list(self.dish.ingredients.all()) if self.dish else []

    @property
    def yield_g(self) -> Decimal | None:
        """What the finished dish was said to weigh. [g]"""
        return self.dish.yield_g if self.dish else None

    @property
    def servings(self) -> Decimal | None:
        return self.dish.servings if self.dish else None

    def grams_per_ml(self) -> Decimal:
        """Density by the food's own fluid-ounce portion; water's where it has none. [g/mL]"""
        for portion in self.portions.all():
            said = FLUID_OUNCES.match(portion.description)
            if said:
                return portion.grams / (Decimal(said["count"] or 1) * ML_PER_FLUID_OUNCE)
        return Decimal(1)


class FoodPortion(models.Model):
    """A household measure of a food and what it weighs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    food = models.ForeignKey(Food, models.CASCADE, related_name="portions")
    seq = models.PositiveSmallIntegerField(default=0)
    description = models.CharField(_("portion"), max_length=140)
    grams = AmountField(
        _("weight in g"),
        max_digits=9,
        decimal_places=3,
        validators=[MinValueValidator(Decimal("0.001"), _("A portion must weigh more than 0 g."))],
    )
    usual = models.BooleanField(
        default=False, help_text=_("The amount the survey assumes when nobody said how much.")
    )

    class Meta:
        verbose_name = _("portion")
        verbose_name_plural = _("portions")
        ordering = ["food", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["food", "seq"], name="portion_seq_once_per_food"),
            models.CheckConstraint(condition=models.Q(grams__gt=0), name="portion_weighs_something"),
        ]

    def __str__(self) -> str:
        return self.description


MOST_YIELD_G = Decimal(100_000)


class Recipe(models.Model):
    """What makes a food of one's own a recipe: what went in, what it weighs when done, how many it serves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    food = models.OneToOneField(Food, models.CASCADE, related_name="recipe")
    yield_g = AmountField(
        _("weight of the finished dish in g"),
        max_digits=9,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[
            MinValueValidator(Decimal("0.001"), _("The finished dish must weigh more than 0 g.")),
            MaxValueValidator(MOST_YIELD_G, _("A dish of more than 100 kg is not possible.")),
        ],
        help_text=_("Empty: the sum of the ingredients."),
    )
    servings = AmountField(
        _("servings"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[
            MinValueValidator(Decimal("0.01"), _("Give more than 0 and at most 1000 servings.")),
            MaxValueValidator(Decimal(1000), _("Give more than 0 and at most 1000 servings.")),
        ],
    )

    class Meta:
        verbose_name = _("recipe")
        verbose_name_plural = _("recipes")

    def __str__(self) -> str:
        return self.food.name


class Ingredient(models.Model):
    """A food of a recipe. `grams` is what counts; portion and quantity tell how it was said."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipe = models.ForeignKey(Recipe, models.CASCADE, related_name="ingredients")
    # A food that is part of a recipe stays with it; with its owner both go.
    food = models.ForeignKey(Food, models.RESTRICT, related_name="+", verbose_name=_("food"))
    portion = models.ForeignKey(
        FoodPortion, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("portion")
    )
    quantity = AmountField(
        _("how many"),
        max_digits=7,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[
            MinValueValidator(Decimal("0.001"), _("Give more than 0 and at most 100 portions.")),
            MaxValueValidator(Decimal(100), _("Give more than 0 and at most 100 portions.")),
        ],
    )
    grams = AmountField(
        _("grams"),
        max_digits=9,
        decimal_places=3,
        validators=[
            MinValueValidator(Decimal("0.001"), _("An amount must be more than 0 g.")),
            MaxValueValidator(
                Decimal(50_000), _("More than 50 kg of one ingredient is not possible. Check the amount.")
            ),
        ],
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("ingredient")
        verbose_name_plural = _("ingredients")
        ordering = ["recipe", "position"]
        constraints = [
            models.CheckConstraint(condition=models.Q(grams__gt=0), name="ingredient_weighs_something")
        ]

    def __str__(self) -> str:
        return f"{self.food}, {self.grams.normalize():f} g"

    def clean(self) -> None:
        if self.portion is not None and self.portion.food_id != self.food_id:
            raise ValidationError({"portion": _("This portion belongs to another food.")})


class ReferenceIntake(models.Model):
    """What one group of people is advised to take in of one nutrient, by one authority.

    An empty column was not set by that authority; an empty upper level is no sign of safety.
    """

    authority = models.CharField(_("authority"), max_length=8, choices=Authority)
    nutrient = models.CharField(_("nutrient"), max_length=20)
    life_stage = models.CharField(_("life stage"), max_length=10, choices=LifeStage)
    group = models.CharField(_("group"), max_length=20)
    sex = models.CharField(_("sex"), max_length=6, choices=[("any", _("any")), *Sex.choices])
    age_min_months = models.PositiveSmallIntegerField(_("from this age in months"))
    age_max_months = models.PositiveSmallIntegerField(_("below this age in months"), null=True, blank=True)
    ear = models.FloatField(_("average requirement (EAR, AR)"), null=True, blank=True)
    rda = models.FloatField(_("recommended (RDA, PRI)"), null=True, blank=True)
    ai = models.FloatField(_("adequate intake (AI)"), null=True, blank=True)
    ul = models.FloatField(_("upper level (UL)"), null=True, blank=True)
    cdrr = models.FloatField(_("reduce if above (CDRR)"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=8)
    note = models.TextField(_("note"), blank=True)
    source = models.TextField(_("source"))
    verified = models.TextField(_("verified"), blank=True)

    class Meta:
        verbose_name = _("reference intake")
        verbose_name_plural = _("reference intakes")
        ordering = ["authority", "nutrient", "life_stage", "age_min_months", "sex"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "nutrient", "life_stage", "sex", "age_min_months"],
                name="reference_intake_once_per_group",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_authority_display()}: {self.nutrient}, {self.group}, {self.sex}"


class WithinPersonVariation(models.Model):
    """How much one person's intake differs from day to day: the prior of the pooled SD."""

    nutrient = models.CharField(_("nutrient"), max_length=20)
    sex = models.CharField(_("sex"), max_length=6)
    age_min_y = models.PositiveSmallIntegerField()
    age_max_y = models.PositiveSmallIntegerField(null=True, blank=True)
    sd = models.FloatField(null=True, blank=True)
    cv = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=8)
    method = models.CharField(max_length=80)
    verified = models.TextField(blank=True)
    source = models.TextField()

    class Meta:
        verbose_name = _("day-to-day variation")
        verbose_name_plural = _("day-to-day variations")
        ordering = ["nutrient", "age_min_y", "sex"]
        constraints = [
            models.UniqueConstraint(fields=["nutrient", "sex", "age_min_y"], name="variation_once_per_group")
        ]

    def __str__(self) -> str:
        return f"{self.nutrient}, {self.sex}, from {self.age_min_y}"


class Activity(models.Model):
    """A physical activity and its energy cost in METs (2011 Compendium codes and values)."""

    code = models.CharField(_("code"), max_length=5, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    category = models.CharField(_("category"), max_length=40)
    met = AmountField("MET", max_digits=4, decimal_places=2)
    everyday = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Its place among the everyday activities that lists show first.")
    )

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = [models.F("everyday").asc(nulls_last=True), "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def said(self) -> str:
        """Its name in the language that is spoken; in English, where it is no everyday one."""
        return in_words("activity", self.name)


class LoadedRelease(models.Model):
    """Which release of which table is loaded, so that a second start loads nothing again."""

    name = models.CharField(max_length=40, primary_key=True)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of what was loaded."))
    rows = models.PositiveIntegerField()
    citation = models.TextField(blank=True)
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("loaded release")
        verbose_name_plural = _("loaded releases")

    def __str__(self) -> str:
        return self.name


class FoodWords(models.Model):
    """What search looks at: the words of one food that may be found, folded and stemmed.

    Written by `nutrients.search` alone and made anew from the foods at any time. The ids of the public
    foods follow the order in which plain foods come first. SQLite keeps a full-text table beside it (by
    triggers), PostgreSQL a generated column; both are made in a migration.
    """

    id = models.BigAutoField(primary_key=True)
    food = models.OneToOneField(Food, models.CASCADE, related_name="words")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    whose = models.CharField(max_length=24, help_text=_('"all", or "u" and the number of its owner.'))
    source = models.CharField(max_length=8, choices=FoodSource)
    head = models.TextField(help_text=_("Words that name the food itself, not how it was made."))
    name = models.TextField(help_text=_("All words of its name, as written and stemmed."))
    other = models.TextField(help_text=_("Words of its other names."))
    parts = models.TextField(help_text=_("Stems of its name, part by part."))
    phrases = models.TextField(help_text=_("Stems of its other names, one after the other."))
    place = models.SmallIntegerField(help_text=_("How far behind plain foods it stands, in points."))

    class Meta:
        verbose_name = _("words of a food")
        verbose_name_plural = _("words of foods")

    def __str__(self) -> str:
        return self.parts


class FoodPack(models.Model):
    """A version of the food table that phones were given. Later ones have higher numbers."""

    number = models.BigAutoField(primary_key=True)
    version = models.CharField(
        max_length=32, help_text=_("Of its SHA-256: the same foods, the same version.")
    )
    foods = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("food pack")
        verbose_name_plural = _("food packs")
        ordering = ["number"]
        indexes = [models.Index(fields=["version"])]

    def __str__(self) -> str:
        return self.version


class PackedFood(models.Model):
    """In which pack a food of the public tables was last other than in the pack before."""

    food_id = models.UUIDField(
        primary_key=True, help_text=_("No foreign key: a food that is gone stays here.")
    )
    source = models.CharField(max_length=8, choices=FoodSource)
    source_code = models.CharField(max_length=40)
    digest = models.CharField(max_length=32, blank=True, help_text=_("Of its line; empty: it is gone."))
    pack = models.ForeignKey(FoodPack, models.CASCADE, related_name="changed")

    class Meta:
        verbose_name = _("packed food")
        verbose_name_plural = _("packed foods")

    def __str__(self) -> str:
        return f"{self.source} {self.source_code}"
