"""A server's clock that stood months ahead: once it is right again, so is what cards hold against it."""

from datetime import timedelta

from journal import advice, entries, tasks
from journal.calc.advice_rules import RULE
from journal.facts import red_flags_lately
from journal.models import Advice
from tests.journal.advice_cases import On, fires
from tests.journal.test_advice_life import NOW, TODAY, alice, clock, day_after, judged

__all__ = ["alice", "clock"]

AHEAD = 120


def raised_ahead(alice, clock, rule="L01"):
    clock.move_to(NOW + timedelta(days=AHEAD))
    [card] = judged(alice, rule, fires(On(day_after(AHEAD)))[rule])
    return card


def test_a_card_dismissed_in_the_future_comes_again_after_its_cool_down_from_now(alice, clock):
    advice.dismiss(raised_ahead(alice, clock))
    clock.move_to(NOW)
    tasks.forget_old()
    wait = RULE["L01"].cooldown_days
    clock.move_to(NOW + timedelta(days=wait - 1))
    assert judged(alice, "L01", fires(On(day_after(wait - 1)))["L01"]) == []
    clock.move_to(NOW + timedelta(days=wait))
    assert judged(alice, "L01", fires(On(day_after(wait)))["L01"])


def test_silence_beside_a_warning_sign_ends_three_days_from_now(alice, clock):
    clock.move_to(NOW + timedelta(days=AHEAD))
    [card] = entries.log_spasm(alice, signs=["chest_pain"]).red_flags
    advice.got_help(card)
    clock.move_to(NOW)
    tasks.forget_old()
    assert red_flags_lately(alice, NOW + timedelta(hours=71)).exists()
    assert not red_flags_lately(alice, NOW + timedelta(hours=73)).exists()


def test_a_card_sleeps_no_longer_than_anybody_may_ask_and_phones_are_told(alice, clock):
    card = advice.snooze(raised_ahead(alice, clock), 90)
    told = card.revision
    clock.move_to(NOW)
    tasks.forget_old()
    card.refresh_from_db()
    assert card.snoozed_until == NOW + timedelta(days=90)
    assert card.revision == told + 1


def test_cards_of_a_right_clock_are_left_alone(alice, clock):
    [card] = judged(alice, "L01", fires(On(TODAY))["L01"])
    advice.snooze(card, 90)
    stored = Advice.objects.values().get()
    clock.move_to(NOW + timedelta(minutes=1))
    tasks.forget_old()
    assert Advice.objects.values().get() == stored
