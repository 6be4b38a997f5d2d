"""Red-flag cards through the verbs that people's doors call: raised by the save, kept until answered."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from kombu.exceptions import OperationalError

from journal import advice, entries, tasks
from journal.models import Advice, ConditionAnswer, Diarist, LifeStagePeriod

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday
EMERGENCY = ["seizure"]


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def person(name, **answers):
    return Diarist.objects.create(user=get_user_model().objects.create(username=name), **answers)


@pytest.fixture
def alice(db, clock):
    return person("alice", region="GB")


@pytest.fixture
def bob(db, clock):
    return person("bob")


def rules(cards):
    return [card.rule for card in cards]


# Raised by the save ---------------------------------------------------------------------------


def test_a_ticked_sign_is_answered_by_the_save_itself(alice):
    cramp = entries.log_spasm(alice, site="calf", signs=["not_easing_10_min", "leg_cold_pale_numb"])

    assert rules(cramp.red_flags) == ["R10", "R09"]  # the emergency number before the same day
    assert {card.revision for card in cramp.red_flags} == {cramp.revision}
    assert {card.trigger_id for card in cramp.red_flags} == {cramp.id}
    assert {card.severity for card in cramp.red_flags} == {"urgent_now"}


def test_signs_ticked_without_a_cramp_raise_cards_too(alice):
    ticked = entries.tick_warning_signs(alice, signs=["chest_pain"])
    assert rules(ticked.red_flags) == ["R02"]


def test_a_cramp_without_signs_raises_nothing(alice):
    assert entries.log_spasm(alice, site="calf").red_flags == []
    assert not Advice.objects.exists()


def test_the_card_comes_with_the_save_when_no_broker_and_no_worker_answers(
    alice, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []

    def nobody_there(*args, **kwargs):
        asked.append(args)
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.review_diarist, "delay", nobody_there)
    with django_capture_on_commit_callbacks(execute=True):
        ticked = entries.tick_warning_signs(alice, signs=["chest_pain"])

    assert asked == [(alice.pk,)]
    assert rules(ticked.red_flags) == ["R02"]
    assert [card.rule for card in advice.cards_for(alice)] == ["R02"]


def test_the_answers_of_the_profile_count_in_the_save(alice):
    ConditionAnswer.objects.create(diarist=alice, condition="dialysis", answer="yes")
    assert rules(entries.log_spasm(alice).red_flags) == ["R15"]


def test_pregnancy_counts_on_the_day_of_the_entry(alice):
    LifeStagePeriod.objects.create(
        diarist=alice, stage="pregnancy", started_on=date(2026, 3, 1), ended_on=date(2026, 11, 16)
    )
    noon = datetime(2026, 11, 16, 12, tzinfo=UTC)
    before = entries.tick_warning_signs(alice, signs=["bad_headache"], occurred_at=noon)
    after = entries.tick_warning_signs(alice, signs=["bad_headache"], occurred_at=noon + timedelta(days=1))
    assert rules(before.red_flags) == ["R13"]
    assert rules(after.red_flags) == []


def test_the_same_entry_and_rule_have_one_card_however_often_it_is_saved(alice):
    cramp = entries.log_spasm(alice, signs=EMERGENCY)
    entries.change(cramp, note="again")
    assert rules(advice.raise_red_flags(alice, cramp)) == ["R01"]
    assert Advice.objects.count() == 1


def test_unticking_withdraws_the_card_and_ticking_again_brings_it_back(alice):
    cramp = entries.log_spasm(alice, signs=["seizure", "not_easing_10_min"])
    cramp = entries.change(cramp, signs=["not_easing_10_min"])
    assert rules(cramp.red_flags) == ["R09"]
    gone = Advice.objects.get(rule="R01")
    assert (gone.state, gone.ended_at, gone.evidence["signs"]) == ("withdrawn", NOW, ["seizure"])

    cramp = entries.change(cramp, signs=["seizure"])
    assert rules(cramp.red_flags) == ["R01"]
    back = Advice.objects.get(rule="R01")
    assert (back.pk, back.state, back.ended_at) == (gone.pk, "new", None)


def test_deleting_the_entry_withdraws_its_cards_and_undoing_brings_them_back(alice):
    cramp = entries.log_spasm(alice, signs=EMERGENCY)
    entries.remove(cramp)
    assert Advice.objects.get().state == "withdrawn"
    assert rules(entries.restore(cramp).red_flags) == ["R01"]


def test_a_new_days_tick_makes_a_new_card(alice, clock):
    entries.log_spasm(alice, signs=EMERGENCY)
    clock.shift(timedelta(days=1))
    entries.log_spasm(alice, signs=EMERGENCY)
    assert rules(advice.cards_for(alice)) == ["R01", "R01"]


def test_a_further_sign_of_the_same_rule_asks_again_after_help_was_got(alice):
    cramp = entries.log_spasm(alice, signs=["fainted"])
    advice.got_help(cramp.red_flags[0])
    assert rules(entries.change(cramp, note="better now").red_flags) == []
    assert rules(entries.change(cramp, signs=["fainted", "confused"]).red_flags) == ["R01"]


def test_the_open_cards_of_an_entry_can_be_asked_for_again(alice):
    cramp = entries.log_spasm(alice, signs=EMERGENCY)
    assert rules(advice.red_flags_of(cramp)) == ["R01"]
    advice.got_help(cramp.red_flags[0])
    assert advice.red_flags_of(cramp) == []


def test_a_save_asks_the_database_no_more_for_many_signs_that_raised_cards_before(
    alice, django_assert_max_num_queries
):
    few = entries.log_spasm(alice, signs=EMERGENCY)
    many = entries.log_spasm(
        alice, signs=["seizure", "chest_pain", "jaw_locked", "numb_saddle", "fever", "rash"]
    )
    for entry in (few, many):
        with django_assert_max_num_queries(5):  # answers, cards, tips that fall silent, the savepoint's two
            advice.raise_red_flags(alice, entry)


# Kept until answered --------------------------------------------------------------------------


def test_an_acknowledged_card_stays_and_asks_again_on_the_next_diary_day(alice, clock):
    card = advice.acknowledge(entries.log_spasm(alice, signs=EMERGENCY).red_flags[0])

    assert card.asked_again_at == datetime(2026, 11, 19, 4, tzinfo=UTC)  # her day begins at 04:00
    [shown] = advice.cards_for(alice)
    assert (shown.state, shown.asks) == ("acknowledged", False)
    clock.move_to(datetime(2026, 11, 19, 3, 59, tzinfo=UTC))
    assert [card.asks for card in advice.cards_for(alice)] == [False]
    clock.move_to(datetime(2026, 11, 19, 4, tzinfo=UTC))
    assert [card.asks for card in advice.cards_for(alice)] == [True]
    advice.acknowledge(card)
    assert [card.asks for card in advice.cards_for(alice)] == [False]


def test_got_help_closes_the_card_and_older_ones_of_the_same_sign_but_no_newer_one(alice, clock):
    cards = []
    for _day in range(3):
        cards += entries.log_spasm(alice, signs=["seizure"]).red_flags
        clock.shift(timedelta(days=1))
    other = entries.log_spasm(alice, signs=["chest_pain"]).red_flags

    advice.got_help(cards[1])

    assert [card.id for card in advice.cards_for(alice)] == [cards[2].id, other[0].id]
    assert set(Advice.objects.filter(pk__in=[cards[0].pk, cards[1].pk]).values_list("state", flat=True)) == {
        "got_help"
    }


@pytest.mark.parametrize(
    "hide", [advice.dismiss, lambda card: advice.snooze(card, 1)], ids=["dismiss", "snooze"]
)
def test_an_urgent_card_cannot_be_hidden(alice, hide):
    [card] = entries.log_spasm(alice, signs=EMERGENCY).red_flags
    with pytest.raises(ValidationError, match="cannot be hidden"):
        hide(card)
    assert rules(advice.cards_for(alice)) == ["R01"]


def test_another_diarists_cards_are_neither_raised_nor_shown_nor_closed(alice, bob):
    [hers] = entries.log_spasm(alice, signs=EMERGENCY).red_flags
    [his] = entries.log_spasm(bob, signs=EMERGENCY).red_flags
    advice.got_help(his)

    assert advice.cards_for(bob) == []
    assert [card.id for card in advice.cards_for(alice)] == [hers.id]


def test_the_most_urgent_card_is_shown_first_however_old(alice, clock):
    entries.log_spasm(alice, signs=["seizure"])
    clock.shift(timedelta(hours=1))
    entries.log_spasm(alice, signs=["not_easing_10_min"])
    entries.log_spasm(alice, signs=["numb_saddle"])
    assert rules(advice.cards_for(alice)) == ["R01", "R11", "R09"]


# Whom to call ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "call"),
    [
        ("GB", "999"), ("US", "911"), ("DE", "112"), ("AU", "000"), ("NZ", "111"),
        ("", "your local emergency number"), ("XX", "your local emergency number"),
    ],
)  # fmt: skip
def test_the_card_names_the_emergency_number_of_the_country_and_guesses_none(db, clock, region, call):
    diarist = person("somebody", region=region)
    entries.log_spasm(diarist, signs=EMERGENCY)
    [card] = advice.cards_for(diarist)
    assert f"Call {call} now" in card.text


def test_same_day_cards_name_the_advice_line_where_there_is_one(db, clock):
    british, american = person("a", region="GB"), person("b", region="US")
    texts = []
    for diarist in (british, american):
        entries.log_spasm(diarist, signs=["not_easing_10_min"])
        texts += [card.text for card in advice.cards_for(diarist)]
    assert "Call your doctor or NHS 111 today" in texts[0]
    assert "Call your doctor or an out-of-hours doctor today" in texts[1]


def test_the_card_says_which_ticks_raised_it(alice):
    entries.log_spasm(alice, signs=["fever", "stiff_neck", "tiredness"])
    [card] = advice.cards_for(alice)
    assert card.why == "On 18 Nov 2026 you ticked with a cramp: fever and stiff neck."
