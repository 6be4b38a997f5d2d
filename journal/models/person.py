"""Who keeps the diary, and what advice must know of them."""

import uuid
import zoneinfo
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.codes import Answer, Condition, MedicineClass, SetBy, Units, WeekStart
from journal.measures import either
from nutrients.amounts import AmountField
from nutrients.codes import CODES, NUTRIENTS, Authority, LifeStage, Sex

OLDEST_BIRTH_YEAR = 1900
NO_SUCH_HEIGHT = either(
    _("A height must be from 40 to 260 cm."), _("A height must be from 1 ft 4 in to 8 ft 6 in.")
)


def validate_zone(name: str) -> None:
    """Refuse a time zone that this computer does not know."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError(
            _("“%(zone)s” is not a time zone. Give one such as Europe/London."), params={"zone": name}
        ) from None


def validate_birth_date(born: date) -> None:
    if born > timezone.now().date():
        raise ValidationError(_("A birth date cannot be in the future."))
    if born.year < OLDEST_BIRTH_YEAR:
        raise ValidationError(_("Check the year: a birth date before 1900 is not possible."))


class Diarist(models.Model):
    """A person who keeps a diary. Each answer may be missing; nothing is assumed instead."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE)
    birth_date = models.DateField(_("birth date"), null=True, blank=True, validators=[validate_birth_date])
    sex = models.CharField(_("sex"), max_length=6, choices=Sex, null=True, blank=True)
    height_cm = AmountField(
        _("height in cm"),
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[
            MinValueValidator(Decimal(40), NO_SUCH_HEIGHT),
            MaxValueValidator(Decimal(260), NO_SUCH_HEIGHT),
        ],
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    day_start = models.TimeField(
        _("a day starts at"),
        default=time(4),
        help_text=_("A cramp at three in the morning then still belongs to the night before."),
    )
    week_start = models.PositiveSmallIntegerField(
        _("a week starts on"), choices=WeekStart, default=WeekStart.MONDAY
    )
    units = models.CharField(_("units"), max_length=6, choices=Units, default=Units.METRIC)
    authority = models.CharField(
        _("reference values by"), max_length=8, choices=Authority, default=Authority.NASEM
    )
    region = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        help_text=_("Two letters such as GB. Used for the emergency number on warning cards."),
    )
    takes_medicines = models.CharField(
        _("takes medicines"), max_length=7, choices=Answer, default=Answer.UNKNOWN
    )
    revision = models.PositiveBigIntegerField(
        default=0, editable=False, help_text=_("Goes up by one with each change of this diary.")
    )
    profile_revision = models.PositiveBigIntegerField(
        default=0, editable=False, help_text=_("The revision at which an answer of the profile changed last.")
    )
    forgotten_revision = models.PositiveBigIntegerField(
        default=0, editable=False, help_text=_("Deletions up to this revision are not remembered any more.")
    )
    history = models.UUIDField(
        default=uuid.uuid4,
        editable=False,
        help_text=_("Names this run of revisions; another one begins when a backup is put back."),
    )
    set_up_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("diarist")
        verbose_name_plural = _("diarists")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(height_cm=None) | models.Q(height_cm__gte=40, height_cm__lte=260),
                name="diarist_height_possible",
            ),
        ]
        # Whose night has ended is asked zone by zone.
        indexes = [models.Index(fields=["time_zone", "day_start", "id"], name="diarist_night")]

    def __str__(self) -> str:
        return str(_("diarist %(number)s") % {"number": self.pk})

    def clean(self) -> None:
        if self.region and not (len(self.region) == 2 and self.region.isascii() and self.region.isalpha()):
            raise ValidationError({"region": _("Give the country as two letters, such as GB or US.")})
        self.region = self.region.upper()
        if self.day_start >= time(12):
            raise ValidationError({"day_start": _("A day must start before noon.")})

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


def whose(**options: bool) -> models.ForeignKey:
    """The diarist to whom a row belongs, and with whom it goes."""
    return models.ForeignKey(Diarist, models.CASCADE, editable=False, **options)


class Belonging(models.Model):
    """Something that belongs to one diarist.

    Most kinds have an index that begins with the diarist and goes on, so that one of the diarist alone would
    only cost time and room; the others say that they need it.
    """

    diarist = whose(db_index=False)

    class Meta:
        abstract = True


def validate_period(started, stopped, field: str) -> None:
    if started and stopped and stopped < started:
        raise ValidationError({field: _("This cannot end before it starts.")})


class LifeStagePeriod(Belonging):
    """A dated pregnancy or time of breastfeeding. Outside such a period: general."""

    diarist = whose()
    stage = models.CharField(
        _("life stage"),
        max_length=10,
        choices=[c for c in LifeStage.choices if c[0] != LifeStage.GENERAL],
    )
    started_on = models.DateField(_("since"))
    ended_on = models.DateField(_("until"), null=True, blank=True, help_text=_("Last day. Empty: still so."))

    class Meta:
        verbose_name = _("life stage")
        verbose_name_plural = _("life stages")
        ordering = ["started_on"]

    def clean(self) -> None:
        validate_period(self.started_on, self.ended_on, "ended_on")


class ConditionAnswer(Belonging):
    """Whether the diarist has a condition. No row: not asked yet, which counts as unknown."""

    condition = models.CharField(_("condition"), max_length=24, choices=Condition)
    answer = models.CharField(_("answer"), max_length=7, choices=Answer)

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["condition"]
        constraints = [
            models.UniqueConstraint(fields=["diarist", "condition"], name="condition_answered_once")
        ]


class Medicine(Belonging):
    """A medicine, by its class, from one day to another."""

    diarist = whose()
    medicine_class = models.CharField(_("kind of medicine"), max_length=40, choices=MedicineClass)
    name = models.CharField(_("name"), max_length=80, blank=True)
    started_on = models.DateField(_("since"), null=True, blank=True)
    stopped_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("medicine")
        verbose_name_plural = _("medicines")
        ordering = ["medicine_class", "started_on"]

    def clean(self) -> None:
        validate_period(self.started_on, self.stopped_on, "stopped_on")

    def taken_on(self, day: date) -> bool:
        """Whether it was taken on `day`. An unknown start or stop does not end it."""
        return (self.started_on is None or self.started_on <= day) and (
            self.stopped_on is None or day <= self.stopped_on
        )


MOST_A_DAY = {
    "magnesium_mg": Decimal(10_000), "calcium_mg": Decimal(20_000), "potassium_mg": Decimal(30_000),
    "sodium_mg": Decimal(30_000), "vitamin_d_ug": Decimal(25_000), "vitamin_b12_ug": Decimal(25_000),
    "water_g": Decimal(20_000),
}  # fmt: skip
"""Far beyond what any clinician sets for a day: more is a slip of the unit (product choice)."""
MOST_OF_ANY = Decimal(100_000)


class PersonalTarget(Belonging):
    """An amount a day that replaces the public reference for one nutrient, labelled as such."""

    nutrient = models.CharField(_("nutrient"), max_length=20, choices=[(n.code, n.name) for n in NUTRIENTS])
    amount = AmountField(
        _("amount a day"),
        max_digits=10,
        decimal_places=3,
        validators=[MinValueValidator(Decimal("0.001"), _("A target must be more than 0."))],
    )
    set_by = models.CharField(_("set by"), max_length=9, choices=SetBy, default=SetBy.OWN)

    class Meta:
        verbose_name = _("own target")
        verbose_name_plural = _("own targets")
        constraints = [
            models.UniqueConstraint(fields=["diarist", "nutrient"], name="one_target_per_nutrient")
        ]

    def clean_fields(self, exclude: Any = None) -> None:
        """What is far too much is told as that alone, and not by its digits, too."""
        too_much = isinstance(self.amount, Decimal) and self.amount > MOST_A_DAY.get(
            self.nutrient, MOST_OF_ANY
        )
        errors: dict[str, list] = {}
        try:
            super().clean_fields([*(exclude or ()), "amount"] if too_much else exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if too_much:
            errors["amount"] = [
                ValidationError(_("No target is that much a day. Check the amount and the unit."))
            ]
        if errors:
            raise ValidationError(errors)

    def clean(self) -> None:
        if self.nutrient not in CODES:
            raise ValidationError({"nutrient": _("Choose a nutrient from the list.")})


class Invitation(models.Model):
    """A one-time code to sign up with, where registration is by invitation."""

    digest = models.CharField(
        max_length=64, unique=True, help_text=_("SHA-256 of the code; the code itself is not kept.")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")


class AccountDeletion(models.Model):
    """That an account was deleted: when, and how many rows of each kind. Nothing leads back to the person."""

    deleted_at = models.DateTimeField(default=timezone.now, editable=False)
    rows = models.JSONField(default=dict, editable=False, help_text=_("Deleted rows by kind."))

    class Meta:
        verbose_name = _("deleted account")
        verbose_name_plural = _("deleted accounts")
        ordering = ["-deleted_at"]
