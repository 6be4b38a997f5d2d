"""What people write into their diary."""

import math
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from journal.codes import Doing, DoseSource, Helped, MealKind, Relief, Side, Sign, Site
from journal.measures import either
from journal.models.person import Belonging, Diarist, validate_zone
from nutrients.amounts import AmountField
from nutrients.codes import CODES, NUTRIENT
from nutrients.models import Activity, Food, FoodPortion

if TYPE_CHECKING:
    from journal.models.findings import Advice

CLOCK_SKEW = timedelta(minutes=10)
"""How far ahead a phone's clock may run before an entry is refused as one of the future."""
OLDEST_ENTRY = timedelta(days=366 * 5)
MOST_GRAMS = Decimal(5000)
"""More of one food at one meal is a slip of the keyboard: no portion in the table is above 6 kg."""

LEAST_WEIGHT, MOST_WEIGHT = 2, 400
"""[kg]"""
NO_SUCH_WEIGHT = either(
    _("A body weight must be from 2 to 400 kg."), _("A body weight must be from 4.4 to 881 lb.")
)
NO_SUCH_TEMPERATURE = either(
    _("A temperature must be from -40 to 60 °C."), _("A temperature must be from -40 to 140 °F.")
)


def validate_not_in_future(moment) -> None:
    if moment > timezone.now() + CLOCK_SKEW:
        raise ValidationError(_("This is in the future. Check the date and the time."))


def validate_not_too_old(moment) -> None:
    if moment < timezone.now() - OLDEST_ENTRY:
        raise ValidationError(_("This is more than five years ago. Check the date."))


def amount(lowest: str, highest: str, message) -> list:
    """Validators that keep an amount in a possible range, with one sentence for both ends."""
    return [MinValueValidator(Decimal(lowest), message), MaxValueValidator(Decimal(highest), message)]


class EntryQuerySet(models.QuerySet):
    """Questions every kind of diary entry answers alike."""

    def of(self, diarist: Diarist) -> "EntryQuerySet":
        return self.filter(diarist=diarist)

    def live(self) -> "EntryQuerySet":
        """Without those that were deleted (their tombstones stay for phones to learn of)."""
        return self.filter(deleted_at=None)

    def on(self, day: date) -> "EntryQuerySet":
        return self.filter(local_date=day)

    def between(self, first: date, last: date) -> "EntryQuerySet":
        """Entries of the diary days from `first` to `last`, both included."""
        return self.filter(local_date__gte=first, local_date__lte=last)


class Kept(Belonging):
    """A row of a diary that phones sync: own id, revision, and a tombstone when deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    revision = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = EntryQuerySet.as_manager()

    red_flags: "Sequence[Advice]" = ()
    """The urgent cards that the save of this entry has raised; not stored here."""
    written: bool = False
    """Whether the verb that returned this entry changed it; not stored."""

    class Meta:
        abstract = True


def deleted(kind: str) -> models.Index:
    """The few tombstones of a table, so that forgetting the old ones reads nothing else."""
    return models.Index(
        fields=["deleted_at"], condition=models.Q(deleted_at__isnull=False), name=f"{kind}_deleted"
    )


class Entry(Kept):
    """Something that happened to one diarist at one moment."""

    occurred_at = models.DateTimeField(
        _("when"), default=timezone.now, validators=[validate_not_in_future, validate_not_too_old]
    )
    tz = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text=_("Where it was logged; empty: the profile's zone."),
    )
    utc_offset_min = models.SmallIntegerField(default=0, editable=False)
    local_date = models.DateField(_("diary day"), editable=False, help_text=_("Frozen at logging."))

    class Meta:
        abstract = True
        ordering = ["-occurred_at", "-created_at"]
        indexes = [
            models.Index(fields=["diarist", "local_date"], name="%(class)s_day"),
            models.Index(fields=["diarist", "revision"], name="%(class)s_revision"),
            deleted("%(class)s"),
        ]

    @property
    def day(self) -> date:
        return self.local_date


class Meal(Entry):
    kind = models.CharField(_("meal"), max_length=9, choices=MealKind)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("meal")
        verbose_name_plural = _("meals")

    def __str__(self) -> str:
        return self.get_kind_display()

    def foods(self) -> "models.QuerySet[MealItem]":
        """Its items, asked of the database; where the table stands in parts by diarist, of one part."""
        return self.items.filter(diarist=self.diarist_id)


class MealItemQuerySet(models.QuerySet):
    """Questions about what was eaten."""

    def of(self, *diarists: Diarist | int) -> "MealItemQuerySet":
        """The foods of these people's meals. Both are named: the meal has the index, and where the table
        stands in parts by diarist, only theirs are opened."""
        return self.filter(meal__diarist__in=diarists, diarist__in=diarists)

    def live_of(self, *diarists: Diarist | int) -> "MealItemQuerySet":
        return self.of(*diarists).filter(meal__deleted_at=None)

    def recent(self, diarist: Diarist, kind: str = "", most: int = 200) -> "MealItemQuerySet":
        """The latest items, of one kind of meal if given: what a person is likely to eat again."""
        items = self.live_of(diarist)
        items = items.filter(meal__kind=kind) if kind else items
        return items.order_by("-meal__occurred_at", "position")[:most]


class MealItem(models.Model):
    """A food of a meal. `grams` is what counts; portion and quantity tell how it was said."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meal = models.ForeignKey(Meal, models.CASCADE, related_name="items")
    diarist = models.ForeignKey(
        Diarist,
        models.DO_NOTHING,
        null=True,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    """The diarist of the meal, by whom `spasmlog.parts` can divide the table. None only while a release is
    rolled out; it may be NOT NULL in the next."""
    food = models.ForeignKey(Food, models.PROTECT, verbose_name=_("food"))
    portion = models.ForeignKey(
        FoodPortion, models.SET_NULL, null=True, blank=True, verbose_name=_("portion")
    )
    quantity = AmountField(
        _("how many"),
        max_digits=7,
        decimal_places=3,
        null=True,
        blank=True,
        validators=amount("0.001", "100", _("Give more than 0 and at most 100 portions.")),
    )
    grams = AmountField(
        _("grams"),
        max_digits=9,
        decimal_places=3,
        validators=[
            MinValueValidator(Decimal("0.001"), _("An amount must be more than 0 g.")),
            MaxValueValidator(
                MOST_GRAMS,
                either(
                    _("More than 5 kg of one food at once is not possible. Check the amount."),
                    _("More than 11 lb (5 kg) of one food at once is not possible. Check the amount."),
                ),
            ),
        ],
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = MealItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("food of a meal")
        verbose_name_plural = _("foods of a meal")
        ordering = ["meal", "position"]
        constraints = [
            models.CheckConstraint(condition=models.Q(grams__gt=0), name="meal_item_weighs_something")
        ]

    def __str__(self) -> str:
        return f"{self.food}, {self.grams.normalize():f} g"

    def clean(self) -> None:
        if self.portion_id and self.portion.food_id != self.food_id:
            raise ValidationError({"portion": _("This portion belongs to another food.")})


def foods_ahead(diarist: Diarist, *named: str) -> models.Prefetch:
    """Read the foods of one person's meals with the meals, and with each the rows `named`; where their table
    stands in parts by diarist, from one part."""
    items = MealItem.objects.filter(diarist=diarist)
    return models.Prefetch("items", items.select_related(*named) if named else items)


class WaterIntake(Entry):
    """A drink logged by its volume. `grams` is frozen at logging from the beverage's own weight."""

    amount_ml = AmountField(
        _("amount in ml"),
        max_digits=7,
        decimal_places=1,
        validators=[
            MinValueValidator(
                Decimal("0.1"),
                either(_("An amount must be more than 0 ml."), _("An amount must be more than 0 fl oz.")),
            ),
            MaxValueValidator(
                Decimal(5000),
                either(
                    _("More than 5 litres at once is not possible. Check the amount."),
                    _("More than 169 fl oz at once is not possible. Check the amount."),
                ),
            ),
        ],
    )
    beverage = models.ForeignKey(
        Food, models.PROTECT, null=True, blank=True, verbose_name=_("drink"), help_text=_("Empty: tap water.")
    )
    grams = AmountField(max_digits=9, decimal_places=3, editable=False)

    class Meta(Entry.Meta):
        verbose_name = _("drink")
        verbose_name_plural = _("drinks")
        constraints = [models.CheckConstraint(condition=models.Q(amount_ml__gt=0), name="drink_has_volume")]

    def validate_constraints(self, exclude: Any = None) -> None:
        """Its validators hold what its constraint does, and need not ask the database."""
        super().validate_constraints({*(exclude or ()), "amount_ml"})

    def __str__(self) -> str:
        return f"{self.amount_ml.normalize():f} ml"


class Exercise(Entry):
    """A bout of activity; `occurred_at` is its start."""

    activity = models.ForeignKey(Activity, models.PROTECT, null=True, blank=True, verbose_name=_("activity"))
    met = AmountField(
        "MET",
        max_digits=4,
        decimal_places=2,
        blank=True,
        null=True,
        validators=amount("0.9", "25", _("A MET value must be from 0.9 to 25.")),
        help_text=_("Energy cost; empty: that of the activity."),
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        validators=[
            MinValueValidator(1, _("Give at least 1 minute.")),
            MaxValueValidator(1440, _("An exercise cannot last longer than 24 hours.")),
        ],
    )
    temperature_c = AmountField(
        _("temperature in °C"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=amount("-40", "60", NO_SUCH_TEMPERATURE),
    )
    weight_before_kg = AmountField(
        _("weight before in kg"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=amount(str(LEAST_WEIGHT), str(MOST_WEIGHT), NO_SUCH_WEIGHT),
    )
    weight_after_kg = AmountField(
        _("weight after in kg"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=amount(str(LEAST_WEIGHT), str(MOST_WEIGHT), NO_SUCH_WEIGHT),
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")

    def __str__(self) -> str:
        return str(_("%(minutes)s min") % {"minutes": self.minutes})

    def clean(self) -> None:
        if self.activity_id is None and self.met is None:
            raise ValidationError({"activity": _("Choose an activity, or give its MET value.")})
        before, after = self.weight_before_kg, self.weight_after_kg
        if _is_weight(before) and _is_weight(after) and abs(before - after) > before / 10:
            raise ValidationError(
                {"weight_after_kg": _("The two weights differ by more than a tenth. Check them.")}
            )


def _is_weight(kg: Decimal | None) -> bool:
    """Whether it can be somebody's weight: what cannot is refused for that alone."""
    return kg is not None and LEAST_WEIGHT <= kg <= MOST_WEIGHT


def validate_signs(signs) -> None:
    if not isinstance(signs, list) or any(sign not in Sign.values for sign in signs):
        raise ValidationError(_("Choose warning signs from the list."))
    if len(set(signs)) != len(signs):
        raise ValidationError(_("A warning sign can be ticked once only."))


def validate_relief(tried) -> None:
    """`[{"what": "stretch", "helped": "yes" | "partly" | "no" | None}, ...]`"""
    if not isinstance(tried, list) or not all(isinstance(one, dict) for one in tried):
        raise ValidationError(_("Give what you tried as a list of what and helped."))
    for one in tried:
        if set(one) - {"what", "helped"} or one.get("what") not in Relief.values:
            raise ValidationError(_("Choose what you tried from the list."))
        if one.get("helped") not in (*Helped.values, None):
            raise ValidationError(_("Say whether it helped: yes, partly or no."))
    if len({one["what"] for one in tried}) != len(tried):
        raise ValidationError(_("Each thing you tried can be listed once only."))


class SpasmEpisode(Entry):
    """A muscle cramp. One tap saves it with its time; every detail may come later or never."""

    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    site = models.CharField(_("where"), max_length=12, choices=Site, blank=True)
    side = models.CharField(_("side"), max_length=5, choices=Side, blank=True)
    intensity = models.PositiveSmallIntegerField(
        _("intensity, 0 to 10"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(10, _("Intensity goes from 0 to 10."))],
    )
    woke_me = models.BooleanField(_("woke me"), null=True, blank=True)
    doing = models.CharField(_("what I was doing"), max_length=16, choices=Doing, blank=True)
    relief = models.JSONField(_("what I tried"), default=list, blank=True, validators=[validate_relief])
    signs = models.JSONField(_("warning signs"), default=list, blank=True, validators=[validate_signs])
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("cramp")
        verbose_name_plural = _("cramps")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(intensity=None) | models.Q(intensity__lte=10),
                name="spasm_intensity_0_to_10",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("occurred_at")),
                name="spasm_ends_after_start",
                violation_error_message=_("A cramp cannot end before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_site_display() if self.site else str(_("cramp"))

    def clean(self) -> None:
        if self.ended_at is None or self.occurred_at is None:
            return
        if self.ended_at < self.occurred_at:
            raise ValidationError({"ended_at": _("A cramp cannot end before it starts.")})
        if self.ended_at - self.occurred_at > timedelta(hours=24):
            raise ValidationError({"ended_at": _("A cramp cannot last longer than 24 hours. Log several.")})
        if self.ended_at > timezone.now() + CLOCK_SKEW:
            raise ValidationError({"ended_at": _("This is in the future. Check the date and the time.")})

    @property
    def duration(self) -> timedelta | None:
        return self.ended_at - self.occurred_at if self.ended_at else None


class WarningSigns(Entry):
    """Warning signs ticked without an episode."""

    signs = models.JSONField(_("warning signs"), default=list, validators=[validate_signs])
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("warning signs")
        verbose_name_plural = _("warning signs")

    def clean(self) -> None:
        if not self.signs:
            raise ValidationError({"signs": _("Tick at least one warning sign.")})


MOST_IN_A_UNIT = {
    "magnesium_mg": 10_000, "calcium_mg": 10_000, "potassium_mg": 20_000, "sodium_mg": 20_000,
    "vitamin_d_ug": 25_000, "vitamin_b12_ug": 25_000,
}  # fmt: skip
"""More than the strongest scoop, ampoule or tablet that is sold holds; beyond is a slip of the unit (product
choice)."""


def validate_amounts(amounts) -> None:
    """`{"magnesium_mg": 250, ...}`: each a known nutrient and a number above 0."""
    if not isinstance(amounts, dict) or not amounts:
        raise ValidationError(_("Give at least one nutrient and its amount."))
    wrong = [error for code, value in amounts.items() if (error := _wrong_amount(code, value))]
    if wrong:
        raise ValidationError(wrong)


def _wrong_amount(code: str, value: Any) -> ValidationError | None:
    """What is wrong with the amount of one nutrient."""
    if code not in CODES:
        return ValidationError(_("“%(code)s” is not a nutrient of the table."), params={"code": code})
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not number or value <= 0:
        return ValidationError(
            _("The amount of %(name)s must be a number above 0."), params={"name": NUTRIENT[code].name}
        )
    if value > MOST_IN_A_UNIT.get(code, 1_000_000):
        return ValidationError(
            _("%(name)s: no product holds that much in one unit. Check the amount and the unit."),
            params={"name": capfirst(NUTRIENT[code].name)},
        )
    return None


class Supplement(Kept):
    """A product of one's own, with the exact amounts of one unit (a tablet, a scoop)."""

    name = models.CharField(_("name"), max_length=120)
    unit = models.CharField(_("one unit is"), max_length=40, default="tablet")
    # `blank` leaves the word on an empty list to clean(): Django's own does not say what to do.
    amounts = models.JSONField(_("amounts in one unit"), blank=True, validators=[validate_amounts])
    source = models.CharField(_("kind"), max_length=10, choices=DoseSource, default=DoseSource.SUPPLEMENT)
    prescribed = models.BooleanField(_("prescribed"), default=False)

    class Meta:
        verbose_name = _("supplement")
        verbose_name_plural = _("supplements")
        ordering = ["name"]
        indexes = [
            models.Index(fields=["diarist", "revision"], name="supplement_revision"),
            deleted("supplement"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not self.amounts:
            raise ValidationError({"amounts": _("Give at least one nutrient and its amount.")})


class Dose(Entry):
    """So many units of a supplement, taken at one moment."""

    supplement = models.ForeignKey(
        Supplement, models.PROTECT, related_name="doses", verbose_name=_("supplement")
    )
    quantity = AmountField(
        _("how many"),
        max_digits=6,
        decimal_places=2,
        default=1,
        validators=amount("0.01", "100", _("Give more than 0 and at most 100.")),
    )
    source = models.CharField(_("kind"), max_length=10, choices=DoseSource, blank=True)
    prescribed = models.BooleanField(_("prescribed"), default=False)

    class Meta(Entry.Meta):
        verbose_name = _("dose")
        verbose_name_plural = _("doses")


class BodyWeight(Entry):
    kg = AmountField(
        _("body weight in kg"),
        max_digits=6,
        decimal_places=2,
        validators=amount(str(LEAST_WEIGHT), str(MOST_WEIGHT), NO_SUCH_WEIGHT),
    )

    class Meta(Entry.Meta):
        verbose_name = _("body weight")
        verbose_name_plural = _("body weights")


class DayMark(Kept):
    """What the diarist says of a whole day. One for each date."""

    date = models.DateField(_("day"))
    finished = models.BooleanField(_("everything is logged"), default=False)
    fasting = models.BooleanField(_("fasting day"), default=False)
    no_cramp = models.BooleanField(_("no cramp today"), default=False)

    class Meta:
        verbose_name = _("day mark")
        verbose_name_plural = _("day marks")
        ordering = ["-date"]
        constraints = [models.UniqueConstraint(fields=["diarist", "date"], name="one_mark_per_day")]
        indexes = [
            models.Index(fields=["diarist", "revision"], name="daymark_revision"),
            deleted("daymark"),
        ]

    @property
    def local_date(self) -> date:
        return self.date


class Favourite(Kept):
    """A food to find first, or a usual meal to repeat (`items` as the meal's own)."""

    food = models.ForeignKey(Food, models.CASCADE, null=True, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    kind = models.CharField(_("meal"), max_length=9, choices=MealKind, blank=True)
    items = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("favourite")
        verbose_name_plural = _("favourites")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["diarist", "food"], condition=models.Q(deleted_at=None), name="favourite_food_once"
            )
        ]
        indexes = [
            models.Index(fields=["diarist", "revision"], name="favourite_revision"),
            deleted("favourite"),
        ]

    def clean(self) -> None:
        if (self.food_id is None) == (not self.items):
            raise ValidationError(_("A favourite is either a food or a meal with its items."))
        if self.items and not self.name:
            raise ValidationError({"name": _("Give the meal a name.")})
