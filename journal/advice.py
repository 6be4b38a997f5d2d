"""Raise, show and put away advice cards.

Warning signs are judged inside the save that ticked them (`raise_red_flags`); everything else by the
review (`update`). What a card says comes from `wording` at the moment it is shown, with the numbers
that were kept when it was raised; so does what it must leave out for this person.

Nothing here needs pandas: web processes import it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import wording
from journal.calc import advice_rules, days
from journal.calc.advice_rules import IMPLAUSIBLE, RULE, SEVERITIES, WINDOW, Facts, GapFacts, Rule, Wanted
from journal.calc.redflags import RED_FLAG, red_flags, urgency_order
from journal.calc.suppressions import Flags
from journal.codes import AdviceState, DayStatus, Severity
from journal.emergency import Numbers, numbers
from journal.flags import flags_about, suppressions
from journal.models import Advice, DailyIntake, Diarist, NutrientGap, SpasmEpisode, StaleDay, WarningSigns
from journal.models.findings import AdviceQuerySet

__all__ = [
    "Card", "Past", "acknowledge", "cards_for", "cards_of", "dismiss", "facts_about", "got_help",
    "one_of_each", "past_cards", "raise_red_flags", "red_flags_of", "seen", "snooze", "suppressions",
    "update",
]  # fmt: skip

OVER = (AdviceState.GOT_HELP, AdviceState.DISMISSED, AdviceState.WITHDRAWN)
SILENCE = timedelta(hours=72)
"""For so long after a red-flag card was raised or ended, whichever is later, no nutrition tip is shown.
An open one keeps the silence, acknowledged or not; one withdrawn because the tick was removed counts
from its removal like any other: three days without a tip harm nobody."""
LONGEST_SNOOZE = 90
DAYS_REMEMBERED = 90
"""For so long cards that are over can be looked up. [d]"""
USABLE = (DayStatus.COMPLETE_MARKED, DayStatus.COMPLETE_INFERRED, DayStatus.FASTING_MARKED)
FINAL_BY_PERSON = (AdviceState.DISMISSED, AdviceState.GOT_HELP)


# Warning signs, inside the save ---------------------------------------------------------------


@transaction.atomic
def raise_red_flags(diarist: Diarist, entry: SpasmEpisode | WarningSigns) -> list[Advice]:
    """Judge the ticks of an entry just saved, changed or deleted. Returns its open cards, most urgent first.

    One entry and rule have one card. Taking the tick away, or the entry, withdraws it; ticking again
    opens it again, and so does a further sign of the same rule, also after help was got.
    """
    ticked = _ticked(diarist, entry)
    cards = {card.rule: card for card in Advice.objects.of(diarist).filter(trigger_id=entry.pk)}
    for rule, card in cards.items():
        if rule not in ticked and card.state != AdviceState.WITHDRAWN:
            _end(card, AdviceState.WITHDRAWN, diarist.revision)
    for rule, evidence in ticked.items():
        if rule not in cards:
            cards[rule] = _raise(diarist, entry, rule, evidence)
        elif cards[rule].state == AdviceState.WITHDRAWN or _more_signs(cards[rule], evidence):
            _reopen(cards[rule], evidence, diarist.revision)
        elif cards[rule].evidence != evidence:
            _keep(cards[rule], evidence, diarist.revision)
    return _open(cards.values())


def red_flags_of(entry: SpasmEpisode | WarningSigns) -> list[Advice]:
    """The open cards that an entry raised when it was saved, most urgent first."""
    return _open(Advice.objects.of(entry.diarist).filter(trigger_id=entry.pk))


def _open(cards: Iterable[Advice]) -> list[Advice]:
    return sorted(
        (card for card in cards if card.state not in OVER), key=lambda card: urgency_order(card.rule)
    )


def _ticked(diarist: Diarist, entry: SpasmEpisode | WarningSigns) -> dict[str, dict]:
    """The evidence of each rule that the entry sets off, by rule id; a deleted entry sets off none."""
    if entry.deleted_at is not None:
        return {}
    flags = flags_about(diarist, entry.local_date)
    cramp = isinstance(entry, SpasmEpisode)
    fired = red_flags(entry.signs, on_episode=cramp, pregnant=flags.pregnant, conditions=flags.conditions)
    return {
        rule: {
            "signs": [sign for sign in entry.signs if sign in RED_FLAG[rule].looks_at],
            "cramp": cramp,
            "day": entry.local_date.isoformat(),
        }
        for rule in fired
    }


def _more_signs(card: Advice, evidence: dict) -> bool:
    return not set(evidence["signs"]) <= set(card.evidence["signs"])


def _raise(diarist: Diarist, entry: SpasmEpisode | WarningSigns, rule: str, evidence: dict) -> Advice:
    """Store the card of one entry and rule; a second save at the same moment finds the first one's."""
    card, _made = Advice.objects.get_or_create(
        diarist=diarist,
        key=f"{rule}:{entry.pk}",
        defaults={
            "rule": rule,
            "rule_version": RED_FLAG[rule].version,
            "severity": Severity.URGENT_NOW,
            "trigger_id": entry.pk,
            "evidence": evidence,
            "revision": diarist.revision,
        },
    )
    return card


# All other cards, after a review --------------------------------------------------------------


def facts_about(diarist: Diarist, today: date, gaps: Iterable[NutrientGap]) -> Facts:
    """Gather what rules look at: the gaps just computed, cramps, usable days, answers, open red flags."""
    shown = [gap for gap in gaps if gap.window_days == WINDOW]
    latest = max((gap.as_of for gap in shown), default=None)
    shown = [gap for gap in shown if gap.as_of == latest]
    first, last = days.window(today, WINDOW)
    cramps = SpasmEpisode.objects.of(diarist).live().between(first, last).order_by()
    woke_me_by_day = list(cramps.values_list("local_date", "woke_me"))
    usable = DailyIntake.objects.filter(diarist=diarist, date__range=(first, last), status__in=USABLE)
    implausible = any(IMPLAUSIBLE in str(gap.reasons) for gap in shown)
    return Facts(
        today=today,
        flags=flags_about(diarist, today, diary_implausible=implausible),
        gaps=tuple(_gap_facts(gap) for gap in shown),
        usable_days=frozenset(usable.values_list("date", flat=True)),
        cramp_days=frozenset(day for day, _woke in woke_me_by_day),
        woken_days=frozenset(day for day, woke in woke_me_by_day if woke),
        quiet=_red_flags_lately(diarist, timezone.now()).exists(),
    )


def _gap_facts(gap: NutrientGap) -> GapFacts:
    return GapFacts(
        nutrient=gap.nutrient,
        kind=gap.kind,
        as_of=gap.as_of,
        band=gap.band,
        mean=gap.mean,
        lower=gap.lower,
        upper=gap.upper,
        coverage=gap.coverage,
        reference_amounts=_reference_amounts(gap),
        probability_adequate=gap.probability_adequate,
        confidence_above=gap.confidence_above,
        days_used=gap.days_used,
        days_in_window=gap.days_in_window or gap.window_days,
        reference=gap.reference or {},
        reasons=tuple(gap.reasons),
        evidence=gap.evidence,
    )


def _reference_amounts(gap: NutrientGap) -> tuple[float, ...]:
    """What the intake is set against: one amount, or two where the diarist gave no sex."""
    if gap.reference_amount is not None:
        return (gap.reference_amount,)
    return tuple((gap.reference or {}).get("amounts") or ())


def _red_flags_lately(diarist: Diarist, now: datetime) -> AdviceQuerySet:
    """Red-flag cards that are open, or ended too short a time ago for tips to be shown again."""
    return Advice.objects.of(diarist).filter(Q(rule__startswith="R") & ~_over_for(now))


def _over_for(now: datetime) -> Q:
    """Ended that long ago; a card ends after it was raised, so this is the later of the two moments."""
    return Q(state__in=OVER, ended_at__lte=now - SILENCE)


@transaction.atomic
def update(diarist: Diarist, facts: Facts, today: date) -> list[Advice]:
    """Bring the diarist's cards in line with what was found. Returns those that are not over.

    Cards whose trigger still holds are kept with today's numbers, those whose trigger ceased are
    withdrawn, and at most one new card a day comes in each layer. Twice the same gives the same rows.
    """
    diarist = Diarist.objects.select_for_update().get(pk=diarist.pk)
    rows = list(Advice.objects.of(diarist).exclude(rule__startswith="R").order_by("-created_at", "-pk"))
    wanted = advice_rules.wanted(facts)
    changes = _Changes(diarist, today, rows)
    for card in rows:
        if card.state not in OVER and not any(_is_about(card, want.rule) for want in wanted):
            changes.end(card)
    for want in wanted:
        changes.bring_in_line(want, facts)
    return [card for card in changes.rows if card.state not in OVER]


class _Changes:
    """The cards of one diarist during one update, which takes the revision forward at most once."""

    def __init__(self, diarist: Diarist, today: date, rows: list[Advice]):
        self.diarist, self.today, self.rows = diarist, today, rows
        self._revision: int | None = None

    @property
    def revision(self) -> int:
        if self._revision is None:
            self._revision = _forward(self.diarist)
        return self._revision

    def day_of(self, moment: datetime) -> date:
        return days.local_day(moment, self.diarist.tz, self.diarist.day_start)

    def end(self, card: Advice) -> None:
        card.evidence = {**card.evidence, "was": card.state}
        _end(card, AdviceState.WITHDRAWN, self.revision)

    def bring_in_line(self, want: Wanted, facts: Facts) -> None:
        history = [card for card in self.rows if _is_about(card, want.rule)]
        live = next((card for card in history if card.state not in OVER), None)
        ended_this_week = next((card for card in history if card.key == want.key), None)
        if live and not (live.state == AdviceState.ACKNOWLEDGED and self.may_come(want, facts, history)):
            self.keep(live, want)
        elif ended_this_week and ended_this_week.state == AdviceState.WITHDRAWN:
            self.reopen(ended_this_week, want)
        elif not ended_this_week and self.may_come(want, facts, history):
            if live:
                self.end(live)
            self.create(want)

    def may_come(self, want: Wanted, facts: Facts, history: list[Advice]) -> bool:
        """Whether a new card is due: no silence, the day's first of its layer, after its cool-down."""
        if facts.quiet and want.rule.is_tip:
            return False
        if any(
            self.day_of(card.created_at) == self.today and _layer(card) == want.layer for card in self.rows
        ):
            return False
        if not history:
            return True
        last = history[0]
        put_away = last.ended_at if last.state in FINAL_BY_PERSON and last.ended_at else last.created_at
        raised = last.evidence["raised"]
        return advice_rules.is_due_again(
            want,
            facts,
            last_day=self.day_of(max(last.created_at, put_away)),
            last_window_end=date.fromisoformat(raised["window_end"]),
            last_state="" if last.state == AdviceState.WITHDRAWN else raised["state"],
            dismissals=sum(c.rule == want.rule.id and c.state == AdviceState.DISMISSED for c in self.rows),
        )

    def keep(self, card: Advice, want: Wanted) -> None:
        evidence = {**_evidence(want), "raised": card.evidence["raised"]}
        if (card.evidence, card.severity) == (evidence, want.severity):
            return
        if SEVERITIES.index(want.severity) < SEVERITIES.index(card.severity):
            card.state, card.snoozed_until = AdviceState.NEW, None
        card.severity, card.rule_version = want.severity, want.rule.version
        _keep(card, evidence, self.revision)

    def reopen(self, card: Advice, want: Wanted) -> None:
        """Bring back what was withdrawn this week, as the person had left it."""
        before = card.evidence.get("was", AdviceState.NEW)
        evidence = {**_evidence(want), "raised": card.evidence["raised"]}
        card.severity = want.severity
        _reopen(card, evidence, self.revision, AdviceState.NEW if before == AdviceState.SNOOZED else before)

    def create(self, want: Wanted) -> None:
        card, made = Advice.objects.get_or_create(
            diarist=self.diarist,
            key=want.key,
            defaults={
                "rule": want.rule.id,
                "rule_version": want.rule.version,
                "nutrient": want.rule.nutrient,
                "severity": want.severity,
                "evidence": {**_evidence(want), "raised": _evidence(want)},
                "revision": self.revision,
            },
        )
        if made:
            self.rows.insert(0, card)


def _evidence(want: Wanted) -> dict:
    """What a card keeps: the inputs of the latest review; under `raised` those it first came with."""
    return {**want.inputs, "variant": want.variant, "layer": want.layer, "state": want.state}


def _is_about(card: Advice, rule: Rule) -> bool:
    return (card.rule, card.nutrient) == (rule.id, rule.nutrient)


def _layer(card: Advice) -> str:
    """The layer in which a card was raised; its words may have become more careful since."""
    return card.evidence["raised"]["layer"]


# Show -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """A card as pages and REST show it, in the language asked for.

    `asks` is true while it waits for an answer: not yet acknowledged, or, for a red flag, on the
    next day again. `actions` names the verbs it allows. `stale`: the diary changed since the review.
    """

    id: UUID
    rule: str
    rule_version: int
    severity: str
    severity_name: str
    layer: str
    nutrient: str
    title: str
    text: str
    why: str
    what_would_change_it: str
    not_a_diagnosis: str
    sources: tuple[str, ...]
    evidence: dict
    state: str
    state_name: str
    asks: bool
    stale: bool
    actions: tuple[str, ...]
    created_at: datetime
    entry_id: UUID | None
    numbers: Numbers | None
    """Whom to call; None for cards that are not urgent."""


def cards_for(diarist: Diarist, now: datetime | None = None) -> list[Card]:
    """The cards to show at this moment, most severe first. Asks the database at most twice.

    Nutrition tips are left out beside a red flag and for 72 hours after; what answers in the profile
    take away is left out at once, whether or not a review has run since.
    """
    now = now or timezone.now()
    behind = Exists(StaleDay.objects.filter(diarist=OuterRef("diarist")))
    lately = Q(rule__startswith="R") & ~_over_for(now)
    rows = list(Advice.objects.of(diarist).filter(~Q(state__in=OVER) | lately).annotate(behind=behind))
    silent = any(row.rule in RED_FLAG for row in rows)
    rows = [row for row in rows if row.state not in OVER and not _asleep(row, now)]
    rows = [row for row in rows if row.rule in RED_FLAG or _may_be_shown(row, silent)]
    return cards_of(diarist, rows, now)


def one_of_each(cards: Iterable[Card]) -> list[tuple[Card, list[str]]]:
    """Cards that say the same, such as those of two entries with the same sign, as one: the latest, with the
    whys of the earlier ones. "Got help" on the latest closes them all."""
    groups: dict[str, list[Card]] = {}
    for card in cards:
        groups.setdefault(card.rule, []).append(card)
    for group in groups.values():
        group.sort(key=lambda card: card.created_at, reverse=True)
    return [(one, [card.why for card in before if card.why != one.why]) for one, *before in groups.values()]


@dataclass(frozen=True)
class Past:
    """A card that is over or asleep: what it was about. Its advice is not repeated."""

    card: Card
    ended_at: datetime | None
    back_at: datetime | None
    """When a snoozed card is shown again."""


def past_cards(diarist: Diarist, now: datetime | None = None, days_back: int = DAYS_REMEMBERED) -> list[Past]:
    """Cards that ended lately or are snoozed, the latest first. Asks the database at most three times.

    What must not be shown now, such as tips in the silence after a red flag, is left out here as well.
    """
    now = now or timezone.now()
    ended = Q(state__in=OVER, ended_at__gte=now - timedelta(days=days_back))
    asleep = Q(state=AdviceState.SNOOZED, snoozed_until__gt=now)
    rows = {row.pk: row for row in Advice.objects.of(diarist).filter(ended | asleep)}
    silent = bool(rows) and _red_flags_lately(diarist, now).exists()
    shown = [row for row in rows.values() if row.rule in RED_FLAG or _may_be_shown(row, silent)]
    cards = cards_of(diarist, shown, now)
    past = [Past(card, rows[card.id].ended_at, rows[card.id].snoozed_until) for card in cards]
    return sorted(past, key=lambda one: one.ended_at or now, reverse=True)


def _asleep(card: Advice, now: datetime) -> bool:
    return card.state == AdviceState.SNOOZED and card.snoozed_until is not None and card.snoozed_until > now


def _may_be_shown(card: Advice, silent: bool) -> bool:
    return card.rule in RULE and not (silent and RULE[card.rule].is_tip)


def cards_of(diarist: Diarist, rows: Iterable[Advice], now: datetime | None = None) -> list[Card]:
    """Put rows into words, most severe first. Those that must not be shown to this person are left out."""
    rows = list(rows)
    now = now or timezone.now()
    flags = Flags()
    if any(row.rule not in RED_FLAG for row in rows):
        flags = flags_about(diarist, days.local_day(now, diarist.tz, diarist.day_start))
    cards = [_card(row, diarist, flags, now) for row in rows]
    return sorted((card for card in cards if card is not None), key=_most_severe_first)


def _most_severe_first(card: Card) -> tuple:
    urgency = urgency_order(card.rule) if card.rule in RED_FLAG else (False, "")
    return SEVERITIES.index(card.severity), urgency, -card.created_at.timestamp()


def _card(row: Advice, diarist: Diarist, flags: Flags, now: datetime) -> Card | None:
    if row.rule in RED_FLAG:
        call = numbers(diarist.region)
        words = wording.red_flag_words(row.rule, row.evidence, call)
        return _shown(row, words, row.severity, "R", RED_FLAG[row.rule].sources, now, call)
    rule = RULE[row.rule]
    variant = advice_rules.variant(rule, flags)
    if variant is None:
        return None
    if rule.nutrient:
        words = wording.low_intake_words(rule.id, rule.nutrient, variant, row.evidence, flags)
    else:
        words = wording.OTHERS[rule.id](row.evidence)
    layer = advice_rules.layer(rule, variant)
    return _shown(row, words, advice_rules.severity(rule, variant), layer, rule.sources, now)


def _shown(
    row: Advice,
    words: wording.Words,
    severity: str,
    layer: str,
    sources: tuple[str, ...],
    now: datetime,
    call: Numbers | None = None,
) -> Card:
    return Card(
        id=row.pk,
        rule=row.rule,
        rule_version=row.rule_version,
        severity=severity,
        severity_name=str(Severity(severity).label),
        layer=layer,
        nutrient=row.nutrient,
        title=words.title,
        text=words.text,
        why=words.why,
        what_would_change_it=words.what_would_change_it,
        not_a_diagnosis=words.not_a_diagnosis,
        sources=sources,
        evidence=row.evidence,
        state=row.state,
        state_name=str(row.get_state_display()),
        asks=_asks(row, now),
        stale=layer != "R" and bool(getattr(row, "behind", False)),
        actions=_actions(row),
        created_at=row.created_at,
        entry_id=row.trigger_id,
        numbers=call,
    )


def _asks(card: Advice, now: datetime) -> bool:
    if card.state == AdviceState.ACKNOWLEDGED:
        return card.asked_again_at is not None and now >= card.asked_again_at
    return card.state not in OVER


def _actions(card: Advice) -> tuple[str, ...]:
    """The verbs that a card allows."""
    if card.state in OVER:
        return ()
    if card.severity == Severity.URGENT_NOW:
        return ("acknowledge", "got_help")
    if card.severity == Severity.SEE_CLINICIAN_SOON:
        return ("acknowledge", "got_help", "snooze", "dismiss")
    return ("acknowledge", "snooze", "dismiss")


# What the diarist does with a card ------------------------------------------------------------


@transaction.atomic
def seen(card: Advice) -> Advice:
    """Note that a new card was shown. Any other card stays as it is."""
    card = _held(card)
    if card.state == AdviceState.NEW:
        card.state = AdviceState.SEEN
        _save(card, _forward(card.diarist))
    return card


@transaction.atomic
def acknowledge(card: Advice) -> Advice:
    """Say "I have read this". A red-flag card stays, and asks again from the next diary day on."""
    card = _held(card)
    _check(card, "acknowledge")
    card.state, card.snoozed_until = AdviceState.ACKNOWLEDGED, None
    card.asked_again_at = _tomorrow(card.diarist) if card.rule in RED_FLAG else None
    return _save(card, _forward(card.diarist))


@transaction.atomic
def got_help(card: Advice) -> Advice:
    """Say that somebody was seen or called. It closes the card, and older open ones of the same sign."""
    card = _put_away(card, "got_help", AdviceState.GOT_HELP)
    if card.rule in RED_FLAG:
        older = Advice.objects.of(card.diarist).filter(rule=card.rule, created_at__lt=card.created_at)
        for same in older.exclude(state__in=OVER):
            _end(same, AdviceState.GOT_HELP, card.revision)
    return card


@transaction.atomic
def dismiss(card: Advice) -> Advice:
    """Say "not for me". Twice for one rule makes its cool-down four times as long."""
    return _put_away(card, "dismiss", AdviceState.DISMISSED)


@transaction.atomic
def snooze(card: Advice, days: int) -> Advice:
    """Hide a card for so many days, 1 to 90.

    Raises
    ------
    django.core.exceptions.ValidationError
        If the card is urgent or closed, or the days are out of range.
    """
    card = _held(card)
    _check(card, "snooze")
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= LONGEST_SNOOZE:
        raise ValidationError({"days": _("Give 1 to %(most)s days.") % {"most": LONGEST_SNOOZE}})
    card.state, card.snoozed_until = AdviceState.SNOOZED, timezone.now() + timedelta(days=days)
    return _save(card, _forward(card.diarist))


def _put_away(card: Advice, verb: str, state: str) -> Advice:
    """Close a card; saying the same again, as a phone does that lost the answer, changes nothing."""
    card = _held(card)
    if card.state == state:
        return card
    _check(card, verb)
    return _end(card, state, _forward(card.diarist))


def _check(card: Advice, verb: str) -> None:
    if card.state in OVER:
        raise ValidationError(_("This card is closed already."))
    if verb in _actions(card):
        return
    if card.severity == Severity.URGENT_NOW:
        raise ValidationError(
            _(
                "An urgent card cannot be hidden. Say that you got help, or remove the tick if it was set by "
                "mistake."
            )
        )
    raise ValidationError(_("This card asks for no help. Acknowledge it, snooze it or dismiss it."))


def _held(card: Advice) -> Advice:
    """The card as it is now, with its diary locked for other writers."""
    Diarist.objects.select_for_update().only("pk").get(pk=card.diarist_id)
    return Advice.objects.select_related("diarist").get(pk=card.pk)


def _tomorrow(diarist: Diarist) -> datetime:
    today = days.local_day(timezone.now(), diarist.tz, diarist.day_start)
    return days.day_begins(today + days.ONE_DAY, diarist.tz, diarist.day_start)


# Rows -----------------------------------------------------------------------------------------


def _forward(diarist: Diarist) -> int:
    """Take the diary's revision forward on its locked row."""
    Diarist.objects.filter(pk=diarist.pk).update(revision=F("revision") + 1)
    diarist.revision = Diarist.objects.values_list("revision", flat=True).get(pk=diarist.pk)
    return diarist.revision


def _end(card: Advice, state: str, revision: int) -> Advice:
    card.state, card.ended_at, card.snoozed_until = state, timezone.now(), None
    return _save(card, revision)


def _reopen(card: Advice, evidence: dict, revision: int, state: str = AdviceState.NEW) -> Advice:
    card.state, card.ended_at, card.asked_again_at = state, None, None
    return _keep(card, evidence, revision)


def _keep(card: Advice, evidence: dict, revision: int) -> Advice:
    card.evidence = evidence
    return _save(card, revision)


def _save(card: Advice, revision: int) -> Advice:
    card.revision, card.updated_at = revision, timezone.now()
    card.save()
    return card
