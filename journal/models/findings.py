"""What the review finds in a diary. Computed, never typed; each row keeps its evidence."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.codes import AdviceState, Band, DayStatus, Exposure, LinkState, Method, Severity
from journal.models.entries import deleted
from journal.models.person import Belonging
from nutrients.codes import NUTRIENTS


class StaleDay(Belonging):
    """A diary day that changed after its last review. The database, not the broker, remembers it."""

    date = models.DateField()
    version = models.PositiveBigIntegerField(
        help_text=_(
            "The diary's revision that touched the day: a later touch survives the review of an earlier one."
        )
    )
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["diarist", "date"], name="stale_day_once")]
        indexes = [models.Index(fields=["since"])]


class DailyIntake(Belonging):
    """What one diary day held: one wide row, recomputed from its entries and never added to.

    For each nutrient four columns, in the nutrient's own unit:
    `<code>` all that is known, from food, drinks, supplements and medicines (NULL: nothing known);
    `<code>_added` the part of it from supplements and medicines;
    `<code>_share` coverage, the share of the day's energy (of water: of its grams) whose foods have
    a value, NULL when there is nothing to weigh by; `<code>_unknown` the items without a value.

    Of water, in grams: `drinks_water_g` in drinks that count toward the day's goal, `uncounted_water_g` in
    those that do not (wine, spirits); `food_water_g` in food whose water is known (NULL: not added up yet);
    `moisture_share` the share of food, by weight, whose water is known, NULL without food.
    """

    date = models.DateField()
    status = models.CharField(max_length=18, choices=DayStatus)
    items = models.PositiveSmallIntegerField(default=0)
    occasions = models.PositiveSmallIntegerField(default=0)
    drinks_ml = models.FloatField(default=0)
    drinks_water_g = models.FloatField(default=0)
    uncounted_water_g = models.FloatField(default=0)
    food_water_g = models.FloatField(null=True)
    moisture_share = models.FloatField(null=True)
    sources = models.JSONField(
        default=dict, help_text=_("What came from fortified food and from medicines, by nutrient.")
    )
    revision = models.PositiveBigIntegerField(default=0)
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["diarist", "date"], name="daily_intake_once")]


for _nutrient in NUTRIENTS:
    DailyIntake.add_to_class(_nutrient.code, models.FloatField(null=True))
    DailyIntake.add_to_class(f"{_nutrient.code}_added", models.FloatField(default=0))
    DailyIntake.add_to_class(f"{_nutrient.code}_share", models.FloatField(null=True))
    DailyIntake.add_to_class(f"{_nutrient.code}_unknown", models.PositiveSmallIntegerField(default=0))


class NutrientGap(Belonging):
    """Usual intake of one nutrient over a window, beside one reference value of the person."""

    as_of = models.DateField()
    window_days = models.PositiveSmallIntegerField()
    nutrient = models.CharField(max_length=20)
    kind = models.CharField(max_length=6, help_text=_("ear, ai, ul, cdrr or own"))
    reference_amount = models.FloatField(null=True)
    reference = models.JSONField(default=dict, help_text=_("Row, authority, group, source, label."))
    method = models.CharField(max_length=12, choices=Method, blank=True)
    mean = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    interval = models.JSONField(null=True)
    coverage = models.FloatField(null=True)
    days_used = models.PositiveSmallIntegerField(default=0)
    days_in_window = models.PositiveSmallIntegerField(default=0)
    days_needed = models.PositiveSmallIntegerField(null=True)
    probability_adequate = models.FloatField(null=True)
    confidence_above = models.FloatField(null=True)
    band = models.CharField(max_length=20, choices=Band, blank=True)
    reasons = models.JSONField(default=list)
    evidence = models.JSONField(
        default=dict, help_text=_("SD, effective days, z and the like, for explanations.")
    )
    revision = models.PositiveBigIntegerField(default=0)
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["as_of", "window_days"]
        constraints = [
            models.UniqueConstraint(
                fields=["diarist", "as_of", "window_days", "nutrient", "kind"], name="nutrient_gap_once"
            )
        ]


class ToldGaps(Belonging):
    """Today's gaps over one window, as phones are told of them: at which revision they last became others."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    as_of = models.DateField()
    window_days = models.PositiveSmallIntegerField()
    revision = models.PositiveBigIntegerField(default=0)
    deleted_at = models.DateTimeField(null=True, help_text=_("When another day had become today."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["diarist", "as_of", "window_days"], name="told_gaps_once")
        ]
        indexes = [
            models.Index(fields=["diarist", "revision"], name="told_gaps_revision"),
            deleted("told_gaps"),
        ]


class AdviceQuerySet(models.QuerySet):
    def of(self, diarist) -> "AdviceQuerySet":
        return self.filter(diarist=diarist)

    def open(self, now) -> "AdviceQuerySet":
        """Cards to show: not withdrawn, dismissed or over, and not asleep."""
        over = [AdviceState.WITHDRAWN, AdviceState.DISMISSED, AdviceState.GOT_HELP]
        return self.exclude(state__in=over).exclude(state=AdviceState.SNOOZED, snoozed_until__gt=now)


class Advice(Belonging):
    """A card: a rule that fired, with the evidence it fired on. Its words come from the rule."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField(max_length=4)
    rule_version = models.PositiveSmallIntegerField(default=1)
    severity = models.CharField(max_length=20, choices=Severity)
    nutrient = models.CharField(max_length=20, blank=True)
    key = models.CharField(
        max_length=80, help_text=_("Rule, nutrient and ISO week: a card comes once for each.")
    )
    state = models.CharField(max_length=12, choices=AdviceState, default=AdviceState.NEW)
    evidence = models.JSONField(default=dict)
    trigger_id = models.UUIDField(
        null=True, help_text=_("The entry whose ticks raised it, for warning signs.")
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    asked_again_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(
        null=True, help_text=_("When it was dismissed, withdrawn or help was got.")
    )
    revision = models.PositiveBigIntegerField(default=0)

    objects = AdviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("advice")
        verbose_name_plural = _("advice")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["diarist", "key"], name="advice_key_once")]
        indexes = [
            models.Index(fields=["diarist", "rule", "-created_at"]),
            models.Index(fields=["diarist", "revision"], name="advice_revision"),
        ]


class ReviewState(models.Model):
    """How far the review of one diary has come."""

    diarist = models.OneToOneField(
        "journal.Diarist", models.CASCADE, primary_key=True, related_name="review_state"
    )
    revision = models.PositiveBigIntegerField(default=0)
    reviewed_on = models.DateField(null=True, help_text=_("The diarist's day at the last review."))
    reviewed_at = models.DateTimeField(null=True)
    links_due_on = models.DateField(
        null=True,
        help_text=_("From this day on personal links may be looked for. Empty: not looked yet."),
    )


class Suggestion(Belonging):
    """Swaps of usual foods that would close gaps, worked out when their page was asked for."""

    about = models.CharField(max_length=20, help_text=_("What it is about: a code of `closing`."))
    as_of = models.DateField(help_text=_("The diary day with which its window ends."))
    found = models.JSONField(default=dict, help_text=_("What it rests on, and the swaps."))
    revision = models.PositiveBigIntegerField(default=0)
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["diarist", "about"], name="suggestion_once")]


class PersonalLink(Belonging):
    """What one exposure amounts to beside cramps, as the last look at the whole diary found it.

    Counts are of the days compared. Numbers stand where the gates let them; an odds ratio, or an upper end,
    that is NULL beside a `p` has no bound.
    """

    exposure = models.CharField(max_length=20, choices=Exposure)
    lag_days = models.PositiveSmallIntegerField(
        help_text=_("From the exposure to the day that led up to the cramp.")
    )
    state = models.CharField(max_length=20, choices=LinkState)
    known_days = models.PositiveIntegerField(default=0)
    cramp_days = models.PositiveIntegerField(default=0)
    exposed_days = models.PositiveIntegerField(default=0)
    exposed_cramps = models.PositiveIntegerField(default=0)
    other_days = models.PositiveIntegerField(default=0)
    other_cramps = models.PositiveIntegerField(default=0)
    odds_ratio = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    p = models.FloatField(null=True)
    q = models.FloatField(null=True)
    times_seen = models.PositiveSmallIntegerField(
        default=0, help_text=_("In how many looks in a row it was worth watching, in the same direction.")
    )
    evidence = models.JSONField(default=dict, help_text=_("Cut, smallest possible p, checks and the like."))
    looked_on = models.DateField()

    class Meta:
        ordering = ["exposure", "lag_days"]
        constraints = [
            models.UniqueConstraint(fields=["diarist", "exposure", "lag_days"], name="personal_link_once")
        ]
