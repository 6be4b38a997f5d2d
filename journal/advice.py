"""Raise, show and put away advice cards.

Warning signs are judged inside the save that ticked them (`raise_red_flags`); everything else by the
review (`update`). What a card says comes from `wording` at the moment it is shown, with the numbers
that were kept when it was raised; so does what it must leave out for this person.

Nothing here needs pandas: web processes import it.
"""

from django.db import transaction
from django.utils import timezone

from journal.calc.redflags import RED_FLAG, red_flags, urgency_order
from journal.codes import AdviceState, Severity
from journal.flags import flags_about, suppressions
from journal.models import Advice, Diarist, SpasmEpisode, WarningSigns

__all__ = ["raise_red_flags", "red_flags_of", "suppressions"]

OVER = (AdviceState.GOT_HELP, AdviceState.DISMISSED, AdviceState.WITHDRAWN)


# Warning signs, inside the save ---------------------------------------------------------------


@transaction.atomic
def raise_red_flags(diarist: Diarist, entry: SpasmEpisode | WarningSigns) -> list[Advice]:
    """Judge the ticks of an entry just saved, changed or deleted. Returns its open cards, most urgent first.

    One entry and rule have one card. Taking the tick away, or the entry, withdraws it; ticking again
    opens it again, also after help was got: the sign is back.
    """
    ticked = _ticked(diarist, entry)
    cards = {card.rule: card for card in Advice.objects.of(diarist).filter(trigger_id=entry.pk)}
    for rule, card in cards.items():
        if rule not in ticked and card.state != AdviceState.WITHDRAWN:
            _end(card, AdviceState.WITHDRAWN, diarist.revision)
    for rule, evidence in ticked.items():
        if rule not in cards:
            cards[rule] = _raise(diarist, entry, rule, evidence)
        elif cards[rule].state == AdviceState.WITHDRAWN:
            _reopen(cards[rule], evidence, diarist.revision)
        elif cards[rule].evidence != evidence:
            _refresh(cards[rule], evidence, diarist.revision)
    return _open(cards.values())


def red_flags_of(entry: SpasmEpisode | WarningSigns) -> list[Advice]:
    """The open cards that an entry raised when it was saved, most urgent first."""
    return _open(Advice.objects.of(entry.diarist).filter(trigger_id=entry.pk))


def _open(cards) -> list[Advice]:
    return sorted((card for card in cards if card.state not in OVER), key=lambda card: urgency_order(card.rule))


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


def _end(card: Advice, state: str, revision: int) -> None:
    """Close a card; what it was before is kept for the case that it is opened again."""
    card.state, card.ended_at, card.snoozed_until = state, timezone.now(), None
    _save(card, revision)


def _reopen(card: Advice, evidence: dict, revision: int) -> None:
    card.state, card.ended_at, card.asked_again_at = AdviceState.NEW, None, None
    _refresh(card, evidence, revision)


def _refresh(card: Advice, evidence: dict, revision: int) -> None:
    card.evidence = evidence
    _save(card, revision)


def _save(card: Advice, revision: int) -> None:
    card.revision, card.updated_at = revision, timezone.now()
    card.save()
