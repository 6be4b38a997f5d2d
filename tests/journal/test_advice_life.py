"""The life of a card of each rule on real rows, the facts it is judged on, and dangers inside the save."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth import get_user_model
from kombu.exceptions import OperationalError

from journal import advice, entries, tasks
from journal.calc.advice_rules import RULE, RULES
from journal.calc.facts import Facts
from journal.codes import AdviceState
from journal.facts import facts_of_doses, facts_of_many
from journal.models import (
    Advice,
    ConditionAnswer,
    DailyIntake,
    Diarist,
    Medicine,
    NutrientGap,
    StaleDay,
)
from nutrients.models import Activity
from tests import advising
from tests.advising import facts_about
from tests.journal.advice_cases import HEALTHY, On, fires

NOW = datetime(2026, 7, 22, 12, tzinfo=UTC)  # Wednesday of ISO week 30
TODAY = NOW.date()
SPEAKING = sorted({rule.id for rule in RULES} - {"L10"})


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alice(db, clock):
    user = get_user_model().objects.create(username="alice")
    diarist = Diarist.objects.create(
        user=user, birth_date=date(1986, 5, 1), takes_medicines="no", region="GB"
    )
    ConditionAnswer.objects.create(diarist=diarist, condition="kidney_disease", answer="no")
    return diarist


def day_after(days):
    return TODAY + timedelta(days=days)


def judged(alice, rule, facts):
    """The rows of one rule that are not over, after an update with these facts."""
    return [card for card in advising.update(alice, facts, facts.today) if card.rule == rule]


def the_day_before(alice, clock, rule):
    """Frequent cramps have a card of their own, which comes first: it was there yesterday."""
    if rule == "C08":
        clock.move_to(NOW - timedelta(days=1))
        assert judged(alice, "C01", fires(On(day_after(-1)))["C01"])
        clock.move_to(NOW)


def blank(today):
    return Facts(today, HEALTHY)


# Each rule's card ------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", SPEAKING)
def test_a_card_comes_and_is_withdrawn_when_its_trigger_no_longer_holds(alice, clock, rule):
    the_day_before(alice, clock, rule)
    [card] = judged(alice, rule, fires(On(TODAY))[rule])
    assert (card.state, card.rule_version, card.evidence["window_end"]) == ("new", 1, TODAY.isoformat())
    assert judged(alice, rule, blank(TODAY)) == []
    card.refresh_from_db()
    assert (card.state, card.ended_at) == (AdviceState.WITHDRAWN, NOW)


@pytest.mark.parametrize("rule", SPEAKING)
def test_a_dismissed_card_stays_away_for_its_cool_down_and_then_comes_again(alice, clock, rule):
    the_day_before(alice, clock, rule)
    [card] = judged(alice, rule, fires(On(TODAY))[rule])
    advice.dismiss(card) if card.severity != "urgent_now" else advice.got_help(card)
    wait = RULE[rule].cooldown_days
    for days in {0, wait - 1}:
        clock.move_to(NOW + timedelta(days=days))
        assert judged(alice, rule, fires(On(day_after(days)))[rule]) == []
    clock.move_to(NOW + timedelta(days=wait))
    [again] = judged(alice, rule, fires(On(day_after(wait)))[rule])
    assert again.pk != card.pk


@pytest.mark.parametrize("rule", SPEAKING)
def test_the_same_facts_twice_change_nothing(alice, rule):
    facts = fires(On(TODAY))[rule]
    advising.update(alice, facts, TODAY)
    once = list(Advice.objects.order_by("pk").values())
    advising.update(alice, facts, TODAY)
    assert list(Advice.objects.order_by("pk").values()) == once


@pytest.mark.parametrize("rule", SPEAKING)
def test_beside_a_red_flag_only_cards_that_are_no_tips_come(alice, rule):
    quiet = replace(fires(On(TODAY))[rule], quiet=True)
    assert bool(judged(alice, rule, quiet)) == (not RULE[rule].is_tip)


def test_those_that_speak_beside_a_red_flag_are_dangers_and_signs_to_show():
    speak = [rule.id for rule in RULES if not rule.is_tip]
    assert speak == [
        "X02", "X03", "X04", "X05", "X06", "C01", "C02", "C03", "C04", "C05", "C06", "C09", "C10", "C11",
        "C12", "C13",
        "H04",
    ]  # fmt: skip


def test_a_phone_may_ring_for_dangers_alone(alice):
    assert [rule.id for rule in RULES if rule.push] == ["X03", "X04", "X05", "H04"]
    both = replace(fires(On(TODAY))["X04-medicine"], cramp_days=On(TODAY).days(0, 1, 2))
    advising.update(alice, both, TODAY)
    entries.tick_warning_signs(alice, signs=["chest_pain"])
    assert {card.rule: card.push for card in advice.cards_for(alice)} == {
        "R02": True,
        "X04": True,
        "C01": False,
    }


def test_a_danger_does_not_wait_for_another_card_of_its_layer(alice):
    on = On(TODAY)
    sodium = fires(on)["X08"]
    judged(alice, "X08", sodium)
    both = on.facts(gaps=sodium.gaps, doses=(on.dose("potassium_mg", 1001), on.dose("magnesium_mg", 1001)))
    # X02 is no danger to ring for, and waits for tomorrow; X05 does not.
    assert sorted(card.rule for card in advising.update(alice, both, TODAY)) == ["X05", "X08"]


def test_a_weaker_card_stays_until_the_stronger_one_may_come(alice, clock):
    on = On(TODAY)
    assert [c.rule for c in advising.update(alice, on.facts(gaps=(on.gap(),)), TODAY)] == ["L01"]
    worse = on.facts(gaps=(on.gap(band="very_likely_low", probability_adequate=0.01),))
    # Its layer has had a card today.
    assert [c.rule for c in advising.update(alice, worse, TODAY)] == ["L01"]
    clock.shift(timedelta(days=1))
    on = On(day_after(1))
    worse = on.facts(gaps=(on.gap(band="very_likely_low", probability_adequate=0.01),))
    assert [c.rule for c in advising.update(alice, worse, on.today)] == ["L06"]


def test_a_new_dose_after_the_card_was_read_brings_a_new_card_and_the_same_dose_does_not(alice, clock):
    medicine = replace(HEALTHY, potassium_raising="yes")
    on = On(TODAY)
    [card] = judged(alice, "X04", on.facts(medicine, doses=(on.dose("potassium_mg", 99),)))
    advice.acknowledge(card)
    clock.shift(timedelta(days=1))
    on = On(day_after(1))
    same = on.facts(medicine, doses=(on.dose("potassium_mg", 99, ago=1),))
    assert [c.pk for c in judged(alice, "X04", same)] == [card.pk]
    another = on.facts(medicine, doses=(*same.doses, on.dose("potassium_mg", 99)))
    [new] = judged(alice, "X04", another)
    assert (new.pk != card.pk, new.state) == (True, "new")


def test_an_urgent_danger_names_whom_to_call_and_cannot_be_hidden(alice):
    on = On(TODAY)
    alice.conditionanswer_set.update(answer="yes")
    [row] = judged(alice, "X04", replace(fires(on)["X04"], ticked=(on.tick("palpitations"),)))
    [card] = advice.cards_for(alice)
    assert (card.severity, card.numbers.emergency) == ("urgent_now", "999")
    assert "NHS 111" in card.text and "999" in card.text
    assert card.actions == ("acknowledge", "got_help")
    assert advice.acknowledge(row).asked_again_at == datetime(2026, 7, 23, 4, tzinfo=UTC)


# What the rows say ------------------------------------------------------------------------------


def write_much(alice):
    """Something of everything that facts are read from."""
    supplement = entries.save_supplement(
        alice, name="Magnesium 400", amounts={"magnesium_mg": 400, "potassium_mg": 50}
    )
    for ago in range(28):
        entries.log_dose(alice, supplement, Decimal("1.5"), occurred_at=NOW - timedelta(days=ago))
        entries.log_water(alice, Decimal(500), occurred_at=NOW - timedelta(days=ago, hours=1))
    entries.log_spasm(
        alice, occurred_at=NOW, relief=[{"what": "supplement", "helped": "no"}], signs=["tingling"]
    )
    entries.log_spasm(alice, occurred_at=NOW - timedelta(days=100), woke_me=True)
    entries.tick_warning_signs(alice, signs=["tiredness"], occurred_at=NOW - timedelta(days=3))
    Medicine.objects.create(
        diarist=alice, medicine_class="levothyroxine", name="Thyro", started_on=date(2026, 6, 1)
    )
    entries.log_weight(alice, Decimal(70))
    run = Activity.objects.get(pk="12050")
    entries.log_exercise(
        alice, activity=run, minutes=60, temperature_c=Decimal(33), occurred_at=NOW - timedelta(hours=2)
    )
    for ago in range(28):
        DailyIntake.objects.create(
            diarist=alice,
            date=TODAY - timedelta(days=ago),
            status="complete_marked",
            alcohol_g=1.0,
            vitamin_d_ug=2.0,
        )


def test_facts_are_read_from_the_rows_in_twelve_queries(alice, django_assert_max_num_queries):
    write_much(alice)
    gap = NutrientGap(
        diarist=alice, as_of=TODAY, window_days=28, nutrient="magnesium_mg", kind="ear",
        band="probably_meets",
        reference={"rows": [_row_with_rda()]}, mean=280.0, days_used=20,
    )  # fmt: skip
    NutrientGap.objects.create(
        diarist=alice,
        as_of=TODAY - timedelta(days=31),
        window_days=28,
        nutrient="magnesium_mg",
        kind="ear",
        days_used=9,
    )
    with django_assert_max_num_queries(12):
        facts = facts_about(alice, TODAY, [gap])

    assert facts.cramp_days == {TODAY, TODAY - timedelta(days=100)}
    assert facts.woken_days == {TODAY - timedelta(days=100)}
    assert facts.first_cramp == facts.diary_since == TODAY - timedelta(days=100)
    assert facts.morning_cramp_days == frozenset()  # noon is no morning
    assert facts.tried_supplement
    assert [(sorted(one.signs), one.cramp) for one in facts.ticked] == [
        (["tiredness"], False),
        (["tingling"], True),
    ]
    assert (len(facts.doses), facts.doses[0].amounts) == (
        28,
        {"magnesium_mg": 600.0, "potassium_mg": 75.0},
    )  # x 1.5
    assert facts.spacing == ("levothyroxine",)
    assert facts.flags.courses[0].started == date(2026, 6, 1)
    assert len(facts.usable_days) == 28
    assert facts.days[TODAY].drinks_l == facts.soft_drinks_l[TODAY] == 0.5
    [effort] = facts.efforts
    # One hour, 70 kg, 33 degrees: 0.001323 MET 70 - 0.1399 + 0.01042 x 15 = 0.0926 MET + 0.0164 L.
    met = float(Activity.objects.get(pk="12050").met)
    assert effort.sweat_l == pytest.approx(0.09261 * met + 0.0164)
    assert effort.sweat_low_l == pytest.approx(effort.sweat_l / 2)
    assert (effort.drinks_l, effort.hot) == (0.5, True)
    assert [gap.days_used for gap in facts.earlier_gaps] == [9]
    assert facts.gaps[0].rda == 320.0
    assert not facts.quiet


def _row_with_rda():
    from nutrients.models import ReferenceIntake

    women = ReferenceIntake.objects.filter(authority="nasem", nutrient="magnesium", sex="female", rda=320)
    return women.values_list("pk", flat=True)[0]


def test_facts_cost_no_more_for_a_long_diary(alice, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        facts_about(alice, TODAY, [])


def test_a_morning_is_before_noon_on_the_clock_where_it_was_logged(alice):
    early = datetime(2026, 7, 21, 21, tzinfo=UTC)  # 09:00 on the 22nd in Auckland (UTC+12)
    entries.log_spasm(alice, occurred_at=early, tz="Pacific/Auckland")
    night = datetime(2026, 7, 20, 3, tzinfo=UTC)  # 03:00 on the 20th in UTC: the diary day of the 19th
    entries.log_spasm(alice, occurred_at=night)
    facts = facts_about(alice, TODAY, [])
    assert facts.cramp_days == {date(2026, 7, 22), date(2026, 7, 19)}
    assert facts.morning_cramp_days == {date(2026, 7, 22)}


def test_deleted_entries_and_other_peoples_are_no_facts(alice):
    bob = Diarist.objects.create(user=get_user_model().objects.create(username="bob"))
    write_much(bob)
    gone = entries.log_spasm(alice, signs=["tingling"])
    entries.remove(gone)
    facts = facts_about(alice, TODAY, [])
    assert (facts.cramp_days, facts.ticked, facts.doses, facts.efforts, facts.days) == (
        frozenset(),
        (),
        (),
        (),
        {},
    )
    assert facts.first_cramp is None


def test_tea_with_a_meal_is_a_drink_and_wine_no_soft_one(alice, foods):
    tea = foods.filter(category="Tea", name__istartswith="tea").first()
    wine = foods.filter(category="Wine", alcohol_g__gt=5).first()
    entries.log_meal(alice, [(tea, Decimal(250)), (wine, Decimal(150))])
    DailyIntake.objects.create(diarist=alice, date=TODAY, status="complete_marked")
    facts = facts_about(alice, TODAY, [])
    assert facts.days[TODAY].drinks_l == 0.4
    assert facts.soft_drinks_l[TODAY] == 0.25


def run_of(alice, ago, minutes, drunk_ml, hours_before=0):
    """A run by 80 kg, and a drink in the middle of it or before."""
    begun = NOW - timedelta(days=ago)
    entries.log_exercise(
        alice, activity_id="12050", minutes=minutes, temperature_c=30, weight_before_kg=80, occurred_at=begun
    )
    entries.log_water(alice, Decimal(drunk_ml), occurred_at=begun - timedelta(hours=hours_before))


def test_what_was_drunk_around_a_run_of_last_week_is_known_where_much_was_sweated(alice):
    run_of(alice, 12, 90, 250)
    run_of(alice, 10, 5, 300)
    run_of(alice, 8, 90, 200, hours_before=2)
    entries.log_water(alice, Decimal(900), occurred_at=NOW - timedelta(days=9))
    run_of(alice, 1, 5, 150)
    efforts = sorted(facts_about(alice, TODAY, []).efforts, key=lambda one: one.begun)
    assert [one.sweat_l is not None and one.sweat_l >= 1.0 for one in efforts] == [True, False, True, False]
    assert [one.drinks_l for one in efforts] == [0.25, None, 0.2, 0.15]
    card = judged(alice, "H02", facts_about(alice, TODAY, []))
    assert not card  # none in the last three days


def test_hours_around_a_run_may_lie_in_the_diary_days_beside_its_own(alice):
    """A day begins at four in the morning."""
    four = NOW.replace(hour=4)
    early, late = four - timedelta(days=10), four - timedelta(days=5, minutes=30)
    for begun in (early, late):
        entries.log_exercise(
            alice, activity_id="12050", minutes=90, temperature_c=30, weight_before_kg=80, occurred_at=begun
        )
    entries.log_water(alice, Decimal(100), occurred_at=early - timedelta(minutes=20))
    entries.log_water(alice, Decimal(300), occurred_at=late + timedelta(hours=2))
    bob = Diarist.objects.create(user=get_user_model().objects.create(username="bob"))
    entries.log_water(bob, Decimal(900), occurred_at=early)
    known = facts_of_many([alice, bob], TODAY, {alice.pk: [], bob.pk: []})
    assert [one.drinks_l for one in known[alice.pk].efforts] == [0.1, 0.3]
    assert known[bob.pk].soft_drinks_l == {}  # nobody asks what he drank that day


def test_few_drinks_around_three_runs_are_worth_a_look_though_two_were_last_week(alice):
    for ago in (12, 9, 2):
        run_of(alice, ago, 90, 100)
    [card] = judged(alice, "H02", facts_about(alice, TODAY, []))
    assert (card.severity, card.evidence["days"], card.evidence["drinks_l"]) == ("advise", 3, 0.1)


def cramp_at(alice, ago, hour):
    entries.log_spasm(alice, occurred_at=(NOW - timedelta(days=ago)).replace(hour=hour))


def test_three_dry_runs_with_a_cramp_on_their_day_or_the_morning_after_are_told(alice):
    for ago in (12, 9, 6):
        run_of(alice, ago, 90, 100)
    cramp_at(alice, 12, 20)
    cramp_at(alice, 8, 8)
    assert not judged(alice, "H03", facts_about(alice, TODAY, []))  # two so far
    cramp_at(alice, 5, 14)  # the afternoon after the third run
    assert not judged(alice, "H03", facts_about(alice, TODAY, []))
    cramp_at(alice, 5, 11)
    [card] = judged(alice, "H03", facts_about(alice, TODAY, []))
    assert (card.evidence["days"], card.evidence["of"]) == (3, 3)
    entries.log_water(alice, Decimal(2000), occurred_at=NOW - timedelta(days=9))
    assert not judged(alice, "H03", facts_about(alice, TODAY, []))  # that run was no dry one


def test_of_days_before_yesterday_it_is_known_whether_anything_was_drunk(alice):
    DailyIntake.objects.create(diarist=alice, date=day_after(-9), status="complete_marked", drinks_ml=300)
    DailyIntake.objects.create(diarist=alice, date=day_after(-2), status="complete_marked")
    DailyIntake.objects.create(diarist=alice, date=day_after(-1), status="complete_marked")
    days = facts_about(alice, TODAY, []).days
    assert [days[day_after(-ago)].drank for ago in (9, 2, 1)] == [True, False, False]
    assert [days[day_after(-ago)].drinks_l for ago in (9, 2, 1)] == [None, None, 0.0]


def test_of_a_day_with_much_alcohol_it_is_known_what_else_was_drunk(alice, foods):
    wine = foods.filter(category="Wine", alcohol_g__gt=5).first()
    for ago, alcohol_g in ((6, 24.0), (5, 23.9), (7, 40.0)):
        at = NOW - timedelta(days=ago)
        entries.log_meal(alice, [(wine, Decimal(300))], occurred_at=at)
        entries.log_water(alice, Decimal(250), occurred_at=at)
        DailyIntake.objects.create(
            diarist=alice, date=day_after(-ago), status="complete_marked", alcohol_g=alcohol_g
        )
    facts = facts_about(alice, TODAY, [])
    assert facts.soft_drinks_l == {day_after(-6): 0.25}
    [card] = judged(alice, "H06", facts)
    assert (card.evidence["alcohol_g"], card.evidence["drinks_l"]) == (24.0, 0.25)


# Dangers inside the save ------------------------------------------------------------------------


@pytest.fixture
def potassium(alice):
    return entries.save_supplement(alice, name="Potassium", amounts={"potassium_mg": 600})


def rules(cards):
    return [card.rule for card in cards]


def test_a_dangerous_dose_is_answered_by_its_save_with_no_worker(
    alice, potassium, monkeypatch, django_capture_on_commit_callbacks
):
    def nobody_there(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.review_diarist, "delay", nobody_there)
    with django_capture_on_commit_callbacks(execute=True):
        assert entries.log_dose(alice, potassium).red_flags == []
        second = entries.log_dose(alice, potassium)  # 1200 mg in all

    assert rules(second.red_flags) == ["X05"]
    assert second.red_flags[0].revision == second.revision
    assert StaleDay.objects.exists()
    assert rules(advice.cards_for(alice)) == ["X05"]


def test_the_review_finds_the_same_card_and_changes_nothing(alice, potassium):
    entries.log_dose(alice, potassium, Decimal(2))
    before = list(Advice.objects.values())
    advising.update(alice, facts_about(alice, TODAY, []), TODAY)
    assert list(Advice.objects.filter(rule="X05").values()) == before


def test_deleting_the_dose_withdraws_its_card_and_bringing_it_back_brings_it(alice, potassium):
    dose = entries.log_dose(alice, potassium, Decimal(2))
    entries.remove(dose)
    assert [c.state for c in Advice.objects.all()] == ["withdrawn"]
    assert rules(entries.restore(dose).red_flags) == ["X05"]


def test_a_prescribed_dose_raises_nothing(alice, potassium):
    assert entries.log_dose(alice, potassium, Decimal(2), prescribed=True).red_flags == []


def test_a_retried_dose_answers_with_the_card_again(alice, potassium):
    dose = entries.log_dose(alice, potassium, Decimal(2))
    assert rules(entries.log_dose(alice, potassium, Decimal(2), id=dose.id).red_flags) == ["X05"]


def test_kidney_disease_and_a_sign_make_it_urgent(alice, potassium):
    alice.conditionanswer_set.update(answer="yes")
    entries.tick_warning_signs(alice, signs=["palpitations"])
    [card] = entries.log_dose(alice, potassium).red_flags
    assert (card.rule, card.severity) == ("X04", "urgent_now")


def test_magnesium_with_kidney_disease_is_answered_too(alice):
    alice.conditionanswer_set.update(answer="yes")
    tablets = entries.save_supplement(alice, name="Mg", amounts={"magnesium_mg": 100})
    assert rules(entries.log_dose(alice, tablets).red_flags) == ["X03"]


def test_too_much_water_in_two_hours_is_answered_by_the_drink(alice):
    assert entries.log_water(alice, Decimal(900), occurred_at=NOW - timedelta(hours=2)).red_flags == []
    assert rules(entries.log_water(alice, Decimal(800), occurred_at=NOW).red_flags) == [
        "H04"
    ]  # 1.7 - 1.6 = 0.1 L


def test_weight_gained_in_exercise_is_answered_by_its_save(alice):
    run = Activity.objects.get(pk="12050")
    done = entries.log_exercise(
        alice, activity=run, minutes=90, weight_before_kg=Decimal(60), weight_after_kg=Decimal("60.4"),
        occurred_at=NOW - timedelta(hours=2),
    )  # fmt: skip
    assert rules(done.red_flags) == ["H04"]


def test_other_saves_judge_no_dangers(alice, django_assert_num_queries):
    weight = entries.log_weight(alice, Decimal(70))
    with django_assert_num_queries(0):
        assert advice.raised_by(weight) == []


def test_a_save_costs_few_queries_more_however_much_was_logged(
    alice, potassium, django_assert_max_num_queries
):
    for ago in range(7):
        entries.log_dose(alice, potassium, Decimal(2), occurred_at=NOW - timedelta(days=ago))
        entries.log_water(alice, Decimal(900), occurred_at=NOW - timedelta(minutes=5 * ago))
    with django_assert_max_num_queries(
        8
    ):  # answers, doses, two kinds of signs, cards, one kept, the savepoint's two
        advice.raise_dangers(alice, "dose")
    with django_assert_max_num_queries(7):  # answers, drinks, exercises, cards, one kept, the savepoint's two
        advice.raise_dangers(alice, "drink")


def test_what_a_save_knows_of_doses_is_what_the_review_knows(alice, potassium):
    write_much(alice)
    saved, reviewed = facts_of_doses(alice, TODAY), facts_about(alice, TODAY, [])
    assert saved.flags == reviewed.flags
    week = TODAY - timedelta(days=7)
    assert saved.doses == tuple(dose for dose in reviewed.doses if dose.day > week)
    assert set(saved.ticked) == {one for one in reviewed.ticked if one.day > TODAY - timedelta(days=3)}
