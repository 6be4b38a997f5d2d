"""Raise, show and put away advice cards.

Warning signs are judged inside the save that ticked them (`raise_red_flags`); everything else by the
review (`update_many`). What a card says comes from `wording` at the moment it is shown, with the numbers
that were kept when it was raised; so does what it must leave out for this person.

Nothing here needs pandas: web processes import it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from journal import card_words, revisions, rule_words, tasks, wording
from journal.calc import advice_rules, days
from journal.calc.advice_rules import RULE, SEVERITIES, Facts, Wanted
from journal.calc.redflags import RED_FLAG, red_flags, urgency_order
from journal.calc.suppressions import Flags
from journal.codes import AdviceState, Severity
from journal.emergency import Numbers, numbers
from journal.facts import (
    AFTER_OVERDRINKING,
    OVER,
    OVERDRINKING,
    SILENCE,
    facts_of_doses,
    facts_of_drinks,
    facts_of_many,
    over_for,
    red_flags_lately,
)
from journal.flags import flags_about, suppressions
from journal.models import (
    Advice,
    Diarist,
    Dose,
    Exercise,
    Kept,
    PushSubscription,
    SpasmEpisode,
    StaleDay,
    WarningSigns,
    WaterIntake,
)
from spasmlog import streams

__all__ = [
    "Card", "Past", "acknowledge", "cards_for", "cards_of", "dismiss", "facts_of_many",
    "got_help", "known_of", "one_of_each", "past_cards", "raise_dangers", "raise_red_flags", "raised_by",
    "red_flags_of", "seen", "snooze", "suppressions", "take_back", "update_many",
    "waits_after_a_save",
]  # fmt: skip

LONGEST_SNOOZE = 90
DAYS_REMEMBERED = 90
"""For so long cards that are over can be looked up. [d]"""
AT_SAVE: dict[type[Kept], str] = {Dose: "dose", WaterIntake: "drink", Exercise: "drink"}
"""Entries whose save may bring a danger that is no warning sign, and which rules it then judges."""
TIPS = [rule.id for rule in RULE.values() if rule.is_tip]
"""Rules whose cards are not shown beside a red flag."""
FINAL_BY_PERSON = (AdviceState.DISMISSED, AdviceState.GOT_HELP)
ANSWERS = (AdviceState.ACKNOWLEDGED, AdviceState.SNOOZED, *FINAL_BY_PERSON)
TAKEN_BACK_WITHIN = timedelta(days=1)
"""Later, what a closed card was about may have changed, and a review brings it anew if it holds."""


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
    if ticked:
        tell_again(open_cards(diarist).filter(rule__in=TIPS), diarist.revision)
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
    card, made = Advice.objects.get_or_create(
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
    if made:
        _ring(diarist)
    return card


def _ring(diarist: Diarist) -> None:
    """Have the devices of the person ring, where they asked for it, once the card is stored."""
    if not PushSubscription.objects.filter(diarist=diarist).exists():
        return

    def ask() -> None:
        tasks.ask(tasks.ring_diarist, diarist.pk)

    transaction.on_commit(ask, robust=True)


# Dangers of a dose or a drink, inside the save -------------------------------------------------


def raised_by(entry: Kept) -> list[Advice]:
    """Judge an entry just saved, changed or deleted; returns the open cards that go with it."""
    if isinstance(entry, (SpasmEpisode, WarningSigns)):
        return raise_red_flags(entry.diarist, entry)
    return raise_dangers(entry.diarist, AT_SAVE[type(entry)]) if type(entry) in AT_SAVE else []


def known_of(entry: Kept) -> list[Advice]:
    """The open cards that an entry stored earlier goes with: a repeated save answers with them, too."""
    if isinstance(entry, (SpasmEpisode, WarningSigns)):
        return red_flags_of(entry)
    rules = advice_rules.judged_at_save(AT_SAVE.get(type(entry), "none"))
    cards = Advice.objects.of(entry.diarist).filter(rule__in=rules).exclude(state__in=OVER)
    return list(cards) if rules else []


@transaction.atomic(savepoint=False)
def raise_dangers(diarist: Diarist, kind: str) -> list[Advice]:
    """Bring the cards on dangers in line with what was just saved, a `dose` or a `drink` (or exercise).

    The review judges the same rules on the same facts again; this only comes before it. The caller holds the
    diary and has taken its revision forward.
    """
    today = days.local_day(timezone.now(), diarist.tz, diarist.day_start)
    facts = (facts_of_doses if kind == "dose" else facts_of_drinks)(diarist, today)
    wanted = advice_rules.wanted(facts, at_save=kind)
    rules = advice_rules.judged_at_save(kind)
    rows = list(Advice.objects.of(diarist).filter(rule__in=rules).order_by("-created_at", "-pk"))
    if not (wanted or rows):
        return []
    changes = _Changes(diarist, today, rows)
    open_ones = changes.all_in_line(wanted, facts)
    _write(changes.touched, {diarist.pk: diarist.revision})
    return open_ones


# All other cards, after a review --------------------------------------------------------------


def update_many(
    diarists: Sequence[Diarist], facts: Mapping[int, Facts], today: date
) -> dict[int, list[Advice]]:
    """Bring the cards of these diarists in line with what was found. Returns those that are not over.

    Cards whose trigger still holds are kept with today's numbers, those whose trigger ceased are withdrawn,
    and at most one new card a day comes in each layer. Twice the same gives the same rows. The caller holds
    all these diaries; however many there are, the statements are as many.
    """
    every = Advice.objects.filter(diarist__in=diarists)
    rows: dict[int, list[Advice]] = {who.pk: [] for who in diarists}
    for card in every.exclude(rule__startswith="R").order_by("-created_at", "-pk"):
        rows[card.diarist_id].append(card)
    found, touched, ended = {}, [], _silence_ended(diarists, rows, facts)
    for who in diarists:
        changes = _Changes(who, today, rows[who.pk])
        found[who.pk] = changes.all_in_line(advice_rules.wanted(facts[who.pk]), facts[who.pk])
        changes.end_silence(ended.get(who.pk))
        touched += changes.touched
    _write(touched, revisions.forward_all({card.diarist_id for card in touched}))
    return found


def _silence_ended(
    diarists: Iterable[Diarist], rows: Mapping[int, list[Advice]], facts: Mapping[int, Facts]
) -> dict[int, datetime]:
    """When the last red flag ended that held tips back, of those whom none holds back now."""
    told = [who.pk for who in diarists if not facts[who.pk].quiet and any(map(_is_live_tip, rows[who.pk]))]
    flags = Advice.objects.filter(diarist__in=told, rule__startswith="R", ended_at__isnull=False)
    if not told:
        return {}
    return dict(flags.order_by().values_list("diarist").annotate(last=Max("ended_at")))


def _is_live_tip(card: Advice) -> bool:
    return card.rule in TIPS and card.state not in OVER


def _write(cards: Collection[Advice], revision: Mapping[int, int]) -> None:
    """Store cards that are new or were changed, each under the revision of its diary, in one statement."""
    if not cards:
        return
    now = timezone.now()
    for card in cards:
        card.revision, card.updated_at = revision[card.diarist_id], now
    names = [field.attname for field in Advice._meta.concrete_fields]
    streams.replace(Advice, names, [[getattr(card, name) for name in names] for card in cards], unique=["id"])


class _Changes:
    """The cards of one diarist during one update; those that became others are `touched`."""

    def __init__(self, diarist: Diarist, today: date, rows: list[Advice]):
        self.diarist, self.today, self.rows = diarist, today, rows
        self._touched: dict[UUID, Advice] = {}

    @property
    def touched(self) -> list[Advice]:
        return list(self._touched.values())

    def all_in_line(self, wanted: Collection[Wanted], facts: Facts) -> list[Advice]:
        """Keep or bring what is wanted, and withdraw the rest. Returns the cards that are not over."""
        right = {card.pk for want in wanted if (card := self.bring_in_line(want, facts))}
        for card in self.rows:
            if card.state not in OVER and card.pk not in right:
                self.end(card)
        return [card for card in self.rows if card.state not in OVER]

    def end_silence(self, ended: datetime | None) -> None:
        """Tell phones again of the tips that were last told of while a red flag forbade to show them."""
        for card in self.rows:
            if ended and _is_live_tip(card) and card.updated_at < ended + SILENCE:
                self.touch(card)

    def touch(self, card: Advice) -> Advice:
        self._touched[card.pk] = card
        return card

    def day_of(self, moment: datetime) -> date:
        return days.local_day(moment, self.diarist.tz, self.diarist.day_start)

    def end(self, card: Advice) -> None:
        card.evidence = {**card.evidence, "was": card.state}
        self.touch(_ended(card, AdviceState.WITHDRAWN))

    def bring_in_line(self, want: Wanted, facts: Facts) -> Advice | None:
        """The open card of what is wanted, kept, reopened or new; or a weaker one open on its topic."""
        history = [card for card in self.rows if _is_about(card, want)]
        live = next((card for card in history if card.state not in OVER), None)
        same_key = next((card for card in history if card.key == want.key), None)
        if live and not (live.state == AdviceState.ACKNOWLEDGED and self.may_come(want, facts, history)):
            return self.keep(live, want)
        if same_key and same_key.state == AdviceState.WITHDRAWN:
            return self.reopen(same_key, want)
        if not same_key and self.may_come(want, facts, history):
            return self.create(want)
        return self.keep(live, want) if live else self.weaker(want)

    def weaker(self, want: Wanted) -> Advice | None:
        for other in want.instead:
            for card in self.rows:
                if card.state not in OVER and _is_about(card, other):
                    return self.keep(card, other)
        return None

    def may_come(self, want: Wanted, facts: Facts, history: list[Advice]) -> bool:
        """Whether a new card is due: no silence, the day's first of its layer (dangers apart), cool."""
        if facts.quiet and want.rule.is_tip:
            return False
        if not want.rule.push and any(
            self.day_of(card.created_at) == self.today and _layer(card) == want.layer for card in self.rows
        ):
            return False
        if not history:
            return True
        last = history[0]
        put_away = last.ended_at if last.state in FINAL_BY_PERSON and last.ended_at else last.created_at
        raised = last.evidence["raised"]
        told = last.evidence.get("told", raised["state"])
        return advice_rules.is_due_again(
            want,
            facts,
            last_day=self.day_of(max(last.created_at, put_away)),
            last_window_end=date.fromisoformat(raised["window_end"]),
            last_state="" if last.state == AdviceState.WITHDRAWN else told,
            dismissals=sum(c.rule == want.rule.id and c.state == AdviceState.DISMISSED for c in self.rows),
        )

    def keep(self, card: Advice, want: Wanted) -> Advice:
        evidence = {**_evidence(want), "raised": card.evidence["raised"], "told": self.told(card, want)}
        if (card.evidence, card.severity) == (evidence, want.severity):
            return card
        if SEVERITIES.index(want.severity) < SEVERITIES.index(card.severity):
            card.state, card.snoozed_until = AdviceState.NEW, None
        card.severity, card.rule_version, card.evidence = want.severity, want.rule.version, evidence
        return self.touch(card)

    def told(self, card: Advice, want: Wanted) -> str:
        """What the person was told last: until a card is acknowledged it tells the newest."""
        unread = card.state in (AdviceState.NEW, AdviceState.SEEN, AdviceState.SNOOZED)
        return want.state if unread else card.evidence.get("told", card.evidence["raised"]["state"])

    def reopen(self, card: Advice, want: Wanted) -> Advice:
        """Bring back what was withdrawn this week, as the person had left it."""
        before = card.evidence.get("was", AdviceState.NEW)
        evidence = {**_evidence(want), "raised": card.evidence["raised"], "told": want.state}
        card.severity = want.severity
        state = AdviceState.NEW if before == AdviceState.SNOOZED else before
        return self.touch(_reopened(card, evidence, state))

    def create(self, want: Wanted) -> Advice:
        """A new card. Its key is nobody else's: whoever brings cards holds the diary."""
        card = Advice(
            diarist=self.diarist,
            key=want.key,
            rule=want.rule.id,
            rule_version=want.rule.version,
            nutrient=want.nutrient,
            severity=want.severity,
            evidence={**_evidence(want), "raised": _evidence(want), "told": want.state},
        )
        self.rows.insert(0, card)
        if want.rule.push:
            _ring(self.diarist)
        return self.touch(card)


def _evidence(want: Wanted) -> dict:
    """What a card keeps: the inputs of the latest review; under `raised` those it first came with."""
    return {**want.inputs, "variant": want.variant, "layer": want.layer, "state": want.state}


def _is_about(card: Advice, want: Wanted) -> bool:
    return (card.rule, card.nutrient) == (want.rule.id, want.nutrient)


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
    rests_on: tuple[str, ...]
    """Rule, sections and row of the reference texts behind it, in words."""
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
    snoozed_until: datetime | None = None
    push: bool = False
    """A phone may ring for it: red flags and dangers alone."""
    original: "Card | None" = None
    """The same in English, where it is shown in a language whose wording nobody has reviewed clinically."""

    @property
    def speaks_of_low(self) -> bool:
        """Whether it is about low intake, and no good news of it."""
        return self.layer == "L" and self.rule not in advice_rules.GOOD_NEWS


def cards_for(
    diarist: Diarist,
    now: datetime | None = None,
    known: Flags | None = None,
    rows: list[Advice] | None = None,
) -> list[Card]:
    """The cards to show at this moment, most severe first. Asks the database at most twice.

    Nutrition tips are left out beside a red flag and for 72 hours after; what answers in the profile
    take away is left out at once, whether or not a review has run since. `known` are those answers, where
    the caller has read them already, `rows` what `held_back_by` gave.
    """
    now = now or timezone.now()
    rows = held_back_by(diarist, now) if rows is None else rows
    silent = any(row.rule in RED_FLAG for row in rows)
    rows = [row for row in rows if row.state not in OVER and not _asleep(row, now)]
    rows = [row for row in rows if row.rule in RED_FLAG or _may_be_shown(row, silent)]
    return cards_of(diarist, rows, now, known)


def held_back_by(diarist: Diarist, now: datetime | None = None) -> list[Advice]:
    """The cards that are open, also asleep, and those that ended so lately that they hold something back.

    Those are red flags, which silence tips and amounts for 72 hours, and the card on drinking too much, which
    keeps amounts to drink away for a day. One query.
    """
    now = now or timezone.now()
    behind = Exists(StaleDay.objects.filter(diarist=OuterRef("diarist")))
    red = Q(rule__startswith="R") & ~over_for(now)
    too_much = Q(rule=OVERDRINKING, ended_at__gt=now - AFTER_OVERDRINKING)
    found = Advice.objects.of(diarist).filter(~Q(state__in=OVER) | red | too_much)
    return list(found.annotate(behind=behind))


def cards_to_tell(diarist: Diarist, ids: Iterable[UUID], now: datetime | None = None) -> list[Card]:
    """Those of some cards that a phone may keep: open, also asleep, and not forbidden at this moment."""
    now = now or timezone.now()
    behind = Exists(StaleDay.objects.filter(diarist=OuterRef("diarist")))
    rows = list(open_cards(diarist).filter(pk__in=list(ids)).annotate(behind=behind))
    silent = any(row.rule in TIPS for row in rows) and red_flags_lately(diarist, now).exists()
    return cards_of(diarist, [row for row in rows if row.rule in RED_FLAG or _may_be_shown(row, silent)], now)


def waits_after_a_save(card: Card) -> bool:
    """Whether it is a danger of a dose, a drink or an exercise that is not urgent and not read yet.

    The page that follows the save shows it in full, as it does urgent ones.
    """
    at_save = card.rule in RULE and bool(RULE[card.rule].at_save)
    return at_save and card.asks and card.severity != Severity.URGENT_NOW


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
    silent = bool(rows) and red_flags_lately(diarist, now).exists()
    shown = [row for row in rows.values() if row.rule in RED_FLAG or _may_be_shown(row, silent)]
    cards = cards_of(diarist, shown, now)
    past = [Past(card, rows[card.id].ended_at, rows[card.id].snoozed_until) for card in cards]
    return sorted(past, key=lambda one: one.ended_at or now, reverse=True)


def _asleep(card: Advice, now: datetime) -> bool:
    return card.state == AdviceState.SNOOZED and card.snoozed_until is not None and card.snoozed_until > now


def _may_be_shown(card: Advice, silent: bool) -> bool:
    return card.rule in RULE and not (silent and RULE[card.rule].is_tip)


def cards_of(
    diarist: Diarist, rows: Iterable[Advice], now: datetime | None = None, known: Flags | None = None
) -> list[Card]:
    """Put rows into words, most severe first. Those that must not be shown to this person are left out."""
    rows = list(rows)
    now = now or timezone.now()
    flags = known or Flags()
    if known is None and any(row.rule not in RED_FLAG for row in rows):
        flags = flags_about(diarist, days.local_day(now, diarist.tz, diarist.day_start))
    cards = _in_words(diarist, rows, flags, now)
    if wording.is_reviewed():
        return cards
    with translation.override(wording.REVIEWED):
        originals = {card.id: card for card in _in_words(diarist, rows, flags, now)}
    return [replace(card, original=originals[card.id]) for card in cards]


def _in_words(diarist: Diarist, rows: list[Advice], flags: Flags, now: datetime) -> list[Card]:
    cards = [_card(row, diarist, flags, now) for row in rows]
    return sorted((card for card in cards if card is not None), key=_most_severe_first)


def _most_severe_first(card: Card) -> tuple:
    urgency = urgency_order(card.rule) if card.rule in RED_FLAG else (True, "~")
    return SEVERITIES.index(card.severity), urgency, -card.created_at.timestamp()


def _card(row: Advice, diarist: Diarist, flags: Flags, now: datetime) -> Card | None:
    if row.rule in RED_FLAG:
        call = numbers(diarist.region)
        words = wording.red_flag_words(row.rule, row.evidence, call)
        return _shown(row, words, row.severity, "R", RED_FLAG[row.rule].sources, now, call, push=True)
    rule = RULE[row.rule]
    variant = advice_rules.variant(rule, row.nutrient, flags)
    if variant is None:
        return None
    severity = advice_rules.severity(rule, variant, row.evidence.get("severity"))
    call = numbers(diarist.region)
    words = card_words.words(rule.id, row.nutrient, variant, severity, row.evidence, flags, call)
    layer = advice_rules.layer(rule, variant)
    urgent = severity == Severity.URGENT_NOW
    return _shown(row, words, severity, layer, rule.sources, now, call if urgent else None, push=rule.push)


def _shown(
    row: Advice,
    words: wording.Words,
    severity: str,
    layer: str,
    sources: tuple[str, ...],
    now: datetime,
    call: Numbers | None = None,
    push: bool = False,
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
        rests_on=rule_words.rests_on(row.rule, row.rule_version, row.nutrient, row.evidence),
        evidence=row.evidence,
        state=row.state,
        state_name=str(row.get_state_display()),
        asks=_asks(row, now),
        stale=layer != "R" and bool(getattr(row, "behind", False)),
        actions=_actions(row),
        created_at=row.created_at,
        entry_id=row.trigger_id,
        numbers=call,
        snoozed_until=row.snoozed_until,
        push=push,
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
        _save(card, revisions.forward(card.diarist))
    return card


@transaction.atomic
def acknowledge(card: Advice) -> Advice:
    """Say "I have read this". A red-flag card stays, and asks again from the next diary day on."""
    card = _held(card)
    _check(card, "acknowledge")
    card.state, card.snoozed_until = AdviceState.ACKNOWLEDGED, None
    card.asked_again_at = _tomorrow(card.diarist) if card.severity == Severity.URGENT_NOW else None
    return _save(card, revisions.forward(card.diarist))


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
    return _save(card, revisions.forward(card.diarist))


@transaction.atomic
def take_back(card: Advice) -> Advice:
    """Take the latest answer back: the card waits again, and so do those that the answer closed with it.

    A card that waits already stays as it is.

    Raises
    ------
    django.core.exceptions.ValidationError
        If the card was closed longer ago than a day, was withdrawn, or came anew meanwhile.
    """
    card = _held(card)
    if card.state == AdviceState.WITHDRAWN:
        raise ValidationError(_("What this card was about does not hold any more."))
    if card.state not in ANSWERS:
        return card
    if card.state in OVER:
        _check_reopening(card)
    together = Advice.objects.of(card.diarist).filter(
        rule=card.rule, state=AdviceState.GOT_HELP, revision=card.revision
    )
    revision = revisions.forward(card.diarist)
    for same in together.exclude(pk=card.pk):
        _wait_again(same, revision)
    return _wait_again(card, revision)


def _wait_again(card: Advice, revision: int) -> Advice:
    card.state, card.ended_at = AdviceState.SEEN, None
    card.snoozed_until = card.asked_again_at = None
    return _save(card, revision)


def _check_reopening(card: Advice) -> None:
    if card.ended_at and card.ended_at < timezone.now() - TAKEN_BACK_WITHIN:
        raise ValidationError(
            _("This card was closed more than a day ago. It comes again if it still holds.")
        )
    same = open_cards(card.diarist).filter(rule=card.rule, nutrient=card.nutrient)
    if card.rule not in RED_FLAG and same.exists():
        raise ValidationError(_("Another card says the same by now. Answer that one."))


def _put_away(card: Advice, verb: str, state: str) -> Advice:
    """Close a card; saying the same again, as a phone does that lost the answer, changes nothing."""
    card = _held(card)
    if card.state == state:
        return card
    _check(card, verb)
    return _end(card, state, revisions.forward(card.diarist))


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
    revisions.hold(card.diarist_id)
    return Advice.objects.select_related("diarist").get(pk=card.pk)


def _tomorrow(diarist: Diarist) -> datetime:
    today = days.local_day(timezone.now(), diarist.tz, diarist.day_start)
    return days.day_begins(today + days.ONE_DAY, diarist.tz, diarist.day_start)


# Rows -----------------------------------------------------------------------------------------


def open_cards(diarist: Diarist) -> QuerySet[Advice]:
    """Cards that are not over, also those that are asleep or must not be shown at this moment."""
    return Advice.objects.of(diarist).exclude(state__in=OVER)


def tell_again(rows: QuerySet[Advice], revision: int) -> None:
    """Stamp cards that are as they were, because whether or how they are shown is not."""
    rows.update(revision=revision, updated_at=timezone.now())


def _end(card: Advice, state: str, revision: int) -> Advice:
    return _save(_ended(card, state), revision)


def _ended(card: Advice, state: str) -> Advice:
    card.state, card.ended_at, card.snoozed_until = state, timezone.now(), None
    return card


def _reopen(card: Advice, evidence: dict, revision: int) -> Advice:
    return _save(_reopened(card, evidence), revision)


def _reopened(card: Advice, evidence: dict, state: str = AdviceState.NEW) -> Advice:
    card.state, card.ended_at, card.asked_again_at, card.evidence = state, None, None, evidence
    return card


def _keep(card: Advice, evidence: dict, revision: int) -> Advice:
    card.evidence = evidence
    return _save(card, revision)


def _save(card: Advice, revision: int) -> Advice:
    card.revision, card.updated_at = revision, timezone.now()
    card.save()
    return card
