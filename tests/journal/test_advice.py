"""Cards from the review's findings: raised, kept, withdrawn, put away and shown, on real rows."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from journal import advice, entries
from journal.calc.days import local_day
from journal.flags import flags_about
from journal.models import (
    Advice,
    BodyWeight,
    ConditionAnswer,
    DailyIntake,
    Diarist,
    LifeStagePeriod,
    Medicine,
    NutrientGap,
    PersonalTarget,
)
from tests import advising

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)  # Wednesday of ISO week 47
TODAY = NOW.date()


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def person(name, kidneys="no", **answers):
    user = get_user_model().objects.create(username=name)
    diarist = Diarist.objects.create(
        user=user, birth_date=date(1986, 5, 1), **{"takes_medicines": "no", "region": "GB", **answers}
    )
    ConditionAnswer.objects.create(diarist=diarist, condition="kidney_disease", answer=kidneys)
    return diarist


@pytest.fixture
def alice(db, clock):
    return person("alice")


@pytest.fixture
def bob(db, clock):
    return person("bob")


def today(diarist):
    return local_day(timezone.now(), diarist.tz, diarist.day_start)


def gap(diarist, nutrient="magnesium_mg", kind="ear", **found):
    """What the review stores: 14 of 28 days, likely low."""
    low = {
        "reference_amount": {"magnesium_mg": 265.0, "calcium_mg": 800.0, "potassium_mg": 2600.0}[nutrient],
        "reference": {"authority": "nasem"},
        "mean": 202.5, "lower": 198.2, "upper": 206.8, "coverage": 0.93,
        "days_used": 14, "days_in_window": 28, "probability_adequate": 0.06, "band": "likely_low",
    }  # fmt: skip
    if kind == "ai":
        low |= {"probability_adequate": None, "confidence_above": 0.05, "band": "cannot_tell"}
    NutrientGap.objects.filter(diarist=diarist, nutrient=nutrient).exclude(as_of=today(diarist)).delete()
    row, _ = NutrientGap.objects.update_or_create(
        diarist=diarist,
        as_of=today(diarist),
        window_days=28,
        nutrient=nutrient,
        kind=kind,
        defaults=low | found,
    )
    return row


def logged_days(diarist, count):
    DailyIntake.objects.bulk_create(
        [
            DailyIntake(diarist=diarist, date=today(diarist) - timedelta(days=n), status="complete_marked")
            for n in range(count)
        ],
        ignore_conflicts=True,
    )


def review(diarist, *gaps):
    day = today(diarist)
    return advising.update(diarist, advising.facts_about(diarist, day, gaps), day)


def rows(diarist):
    return list(Advice.objects.of(diarist).order_by("created_at", "pk").values_list("rule", "state"))


def shown(diarist):
    return [card.rule for card in advice.cards_for(diarist)]


# Raise, keep, withdraw ------------------------------------------------------------------------


def test_a_low_gap_makes_a_card_with_its_numbers(alice):
    [card] = review(alice, gap(alice))

    assert (card.rule, card.severity, card.state) == ("L01", "advise", "new")
    assert card.key == "L01:magnesium_mg:2026-W47"
    assert (card.evidence["days_used"], card.evidence["mean"], card.evidence["reference_amounts"]) == (
        14,
        202.5,
        [265.0],
    )
    assert card.rule_version == 1


def test_the_same_review_twice_gives_the_same_rows(alice):
    review(alice, gap(alice))
    alice.refresh_from_db()
    once, revision = list(Advice.objects.values()), alice.revision

    review(alice, gap(alice))
    alice.refresh_from_db()

    assert (list(Advice.objects.values()), alice.revision) == (once, revision)


def test_a_card_whose_trigger_still_holds_is_kept_with_the_newest_numbers_and_the_first_ones(alice, clock):
    [first] = review(alice, gap(alice))
    clock.shift(timedelta(days=10))
    [card] = review(alice, gap(alice, mean=190.0))

    assert card.pk == first.pk
    assert (card.evidence["mean"], card.evidence["raised"]["mean"]) == (190.0, 202.5)


def test_a_card_whose_trigger_no_longer_holds_is_withdrawn_with_its_history(alice):
    review(alice, gap(alice))
    assert review(alice, gap(alice, band="probably_meets", probability_adequate=0.6)) == []

    card = Advice.objects.get()
    assert (card.state, card.ended_at) == ("withdrawn", NOW)
    assert (card.evidence["days_used"], card.evidence["mean"]) == (14, 202.5)
    assert shown(alice) == []


def test_an_edit_and_its_undo_bring_the_card_back_as_it_was_left(alice):
    [card] = review(alice, gap(alice))
    advice.acknowledge(card)
    review(alice, gap(alice, days_used=9))
    review(alice, gap(alice))
    assert rows(alice) == [("L01", "acknowledged")]


def test_one_new_card_a_layer_and_day_the_rest_follow(alice, clock):
    for fired in (["L01"], ["L01", "L02"], ["L01", "L02", "L03"]):
        for _twice in range(2):
            review(alice, gap(alice), gap(alice, "calcium_mg"), gap(alice, "potassium_mg", "ai"))
            assert rows(alice) == [(rule, "new") for rule in fired]
        clock.shift(timedelta(days=1))


def test_the_day_of_that_limit_is_the_diarists_own(db, clock):
    aroha = person("aroha", time_zone="Pacific/Auckland")
    clock.move_to(datetime(2026, 11, 18, 14, 50, tzinfo=UTC))  # 03:50 on the 19th there: still her 18th
    review(aroha, gap(aroha), gap(aroha, "calcium_mg"))
    clock.shift(timedelta(minutes=15))  # 04:05: her 19th has begun
    review(aroha, gap(aroha), gap(aroha, "calcium_mg"))
    assert rows(aroha) == [("L01", "new"), ("L02", "new")]


def test_another_layer_has_its_own_card_that_day(alice):
    for day in (16, 17, 18):
        entries.log_spasm(alice, occurred_at=datetime(2026, 11, day, 10, tzinfo=UTC))
    review(alice, gap(alice))
    assert sorted(rows(alice)) == [("C01", "new"), ("I01", "new"), ("L07", "new")]


def test_deleting_a_cramp_withdraws_the_card_on_frequent_cramps(alice):
    cramps = [
        entries.log_spasm(alice, occurred_at=datetime(2026, 11, day, 10, tzinfo=UTC)) for day in (16, 17, 18)
    ]
    review(alice)
    entries.remove(cramps[0])
    review(alice)
    assert sorted(rows(alice)) == [("C01", "withdrawn"), ("I01", "new")]


def test_another_window_or_an_older_day_raises_nothing(alice, clock):
    row = gap(alice)
    row.window_days = 7
    assert review(alice, row) == []
    old = gap(alice)
    clock.shift(timedelta(days=1))
    assert review(alice, old, gap(alice, "calcium_mg", band="likely_meets", probability_adequate=0.9)) == []


def test_another_diarists_cards_stay_untouched(alice, bob):
    [his] = review(bob, gap(bob))
    review(alice)
    review(alice, gap(alice))
    his.refresh_from_db()
    assert (his.state, his.revision) == ("new", 1)
    assert shown(bob) == ["L01"]


def test_a_changed_answer_makes_an_open_card_careful_at_once_and_its_row_at_the_next_review(alice):
    review(alice, gap(alice))
    ConditionAnswer.objects.filter(diarist=alice).update(answer="yes")

    [card] = advice.cards_for(alice)
    assert (card.severity, card.layer) == ("see_clinician_soon", "C")
    assert "nuts" not in card.text
    assert "kidney team's limits replace it" in card.text

    [row] = review(alice, gap(alice))
    assert (row.severity, row.evidence["variant"], row.state) == ("see_clinician_soon", "kidney_team", "new")


# Cool-down ------------------------------------------------------------------------------------


def test_a_dismissed_card_stays_away_for_28_days_from_its_dismissal(alice, clock):
    [card] = review(alice, gap(alice))
    clock.shift(timedelta(days=10))
    advice.dismiss(card)
    clock.shift(timedelta(days=27))
    logged_days(alice, 28)
    assert review(alice, gap(alice)) == []
    clock.shift(timedelta(days=1))
    logged_days(alice, 28)
    assert len(review(alice, gap(alice))) == 1


def test_two_dismissals_keep_it_away_for_112_days(alice, clock):
    for wait in (28, 112):
        [card] = review(alice, gap(alice))
        advice.dismiss(card)
        clock.shift(timedelta(days=wait - 1))
        logged_days(alice, 28)
        assert review(alice, gap(alice)) == []
        clock.shift(timedelta(days=1))
        logged_days(alice, 28)
    assert len(review(alice, gap(alice))) == 1


def test_an_acknowledged_card_is_followed_by_a_new_one_after_the_cool_down(alice, clock):
    [card] = review(alice, gap(alice))
    advice.acknowledge(card)
    clock.shift(timedelta(days=27))
    logged_days(alice, 28)
    assert [c.pk for c in review(alice, gap(alice))] == [card.pk]
    clock.shift(timedelta(days=1))
    logged_days(alice, 28)
    [new] = review(alice, gap(alice))
    assert new.pk != card.pk
    assert rows(alice) == [("L01", "withdrawn"), ("L01", "new")]


def test_an_acknowledged_card_is_not_repeated_without_seven_new_days_unless_something_changed(alice, clock):
    [card] = review(alice, gap(alice))
    advice.acknowledge(card)
    clock.shift(timedelta(days=28))
    logged_days(alice, 6)
    assert [c.pk for c in review(alice, gap(alice))] == [card.pk]
    [new] = review(alice, gap(alice, band="very_likely_low", probability_adequate=0.01))
    assert new.pk != card.pk


def test_what_ceased_and_came_back_weeks_later_waits_for_the_cool_down(alice, clock):
    review(alice, gap(alice))
    clock.shift(timedelta(days=7))
    review(alice)
    clock.shift(timedelta(days=7))
    assert review(alice, gap(alice)) == []
    clock.shift(timedelta(days=14))
    assert len(review(alice, gap(alice))) == 1


# The 72 hours ---------------------------------------------------------------------------------


def test_no_tip_is_made_or_shown_beside_a_red_flag_and_other_cards_are(alice):
    review(alice, gap(alice))
    for day in (16, 17, 18):
        entries.log_spasm(alice, occurred_at=datetime(2026, 11, day, 10, tzinfo=UTC))
    entries.tick_warning_signs(alice, signs=["chest_pain"])
    review(alice, gap(alice), gap(alice, "calcium_mg"))

    assert sorted(rows(alice)) == [("C01", "new"), ("L01", "new"), ("R02", "new")]
    assert shown(alice) == ["R02", "C01"]


def test_tips_return_72_hours_after_help_was_got(alice, clock):
    review(alice, gap(alice))
    clock.shift(timedelta(days=-5))
    [red] = entries.tick_warning_signs(alice, signs=["chest_pain"]).red_flags
    clock.move_to(NOW)
    assert shown(alice) == ["R02"]  # five days old and still open: still silent
    advice.got_help(red)
    clock.shift(timedelta(hours=71, minutes=59))
    assert shown(alice) == []
    clock.shift(timedelta(minutes=1))
    assert shown(alice) == ["L01"]


def test_no_tip_is_made_until_72_hours_after_a_tick_was_removed(alice, clock):
    ticked = entries.log_spasm(alice, signs=["chest_pain"])
    entries.change(ticked, signs=[])
    clock.shift(timedelta(hours=71, minutes=59))
    assert review(alice, gap(alice)) == []
    clock.shift(timedelta(minutes=1))
    assert {card.rule for card in review(alice, gap(alice))} == {"I01", "L01"}


def test_an_acknowledged_red_flag_keeps_the_silence(alice, clock):
    [red] = entries.tick_warning_signs(alice, signs=["chest_pain"]).red_flags
    advice.acknowledge(red)
    clock.shift(timedelta(days=10))
    assert review(alice, gap(alice)) == []


# What the diarist does with a card ------------------------------------------------------------


def test_a_tip_can_be_seen_acknowledged_snoozed_and_dismissed_but_help_is_not_its_matter(alice):
    [card] = review(alice, gap(alice))
    assert advice.seen(card).state == "seen"
    assert advice.acknowledge(card).state == "acknowledged"
    assert advice.seen(card).state == "acknowledged"
    with pytest.raises(ValidationError, match="asks for no help"):
        advice.got_help(card)
    assert advice.snooze(card, 3).state == "snoozed"
    assert advice.dismiss(card).state == "dismissed"


def test_a_card_to_ask_a_clinician_takes_got_help_too(alice):
    for day in (16, 17, 18):
        entries.log_spasm(alice, occurred_at=datetime(2026, 11, day, 10, tzinfo=UTC))
    [card] = [card for card in review(alice) if card.rule == "C01"]
    assert advice.got_help(card).state == "got_help"
    assert "C01" not in {card.rule for card in review(alice)}


def test_a_snoozed_card_sleeps_its_days_and_wakes(alice, clock):
    [card] = review(alice, gap(alice))
    advice.snooze(card, 3)
    clock.shift(timedelta(days=3, seconds=-1))
    assert shown(alice) == []
    clock.shift(timedelta(seconds=1))
    [awake] = advice.cards_for(alice)
    assert awake.asks


@pytest.mark.parametrize("days", [0, -1, 91, 1.5, True, "3", None])
def test_a_snooze_takes_1_to_90_days(alice, days):
    [card] = review(alice, gap(alice))
    with pytest.raises(ValidationError, match="Give 1 to 90 days"):
        advice.snooze(card, days)
    assert shown(alice) == ["L01"]


def test_a_closed_card_takes_no_other_answer_and_the_same_one_again_changes_nothing(alice):
    [card] = review(alice, gap(alice))
    closed = advice.dismiss(card)
    again = advice.dismiss(card)
    assert again.revision == closed.revision
    for verb in (advice.acknowledge, advice.got_help, lambda one: advice.snooze(one, 1)):
        with pytest.raises(ValidationError, match="closed already"):
            verb(card)


def test_each_answer_takes_the_diary_one_revision_on(alice):
    [card] = review(alice, gap(alice))
    before = Advice.objects.get().revision
    assert advice.acknowledge(card).revision == before + 1
    alice.refresh_from_db()
    assert alice.revision == before + 1


# Shown ----------------------------------------------------------------------------------------


def test_cards_cost_two_queries_for_one_and_for_many(alice, clock, django_assert_num_queries):
    review(alice, gap(alice))
    with django_assert_num_queries(2):
        assert len(advice.cards_for(alice)) == 1
    clock.shift(timedelta(days=1))
    gaps = [gap(alice), gap(alice, "calcium_mg")]
    for day in (16, 17, 18):
        entries.log_spasm(alice, occurred_at=datetime(2026, 11, day, 10, tzinfo=UTC))
    review(alice, *gaps)
    with django_assert_num_queries(2):
        assert len(advice.cards_for(alice)) == 3


def test_a_card_says_when_the_diary_is_newer_than_it_and_a_red_flag_never_does(alice):
    review(alice, gap(alice))
    assert [card.stale for card in advice.cards_for(alice)] == [False]
    entries.log_spasm(alice)  # its day waits for a review
    assert [card.stale for card in advice.cards_for(alice)] == [True]
    entries.log_spasm(alice, signs=["chest_pain"])
    assert [card.stale for card in advice.cards_for(alice)] == [False]


def test_a_card_explains_itself_with_numbers_as_people_read_them(alice):
    review(alice, gap(alice, mean=1234.56, lower=1198.2, upper=1206.8))
    [card] = advice.cards_for(alice)
    assert card.why == (
        "On 14 of 28 days your logged intake was on average between 1,198 and 1,207 mg a day. "
        "The reference for your group (average requirement, NASEM (United States and Canada)) is 265 mg. "
        "The food table knows this nutrient for 93% of the energy logged. In a word: likely low."
    )
    assert card.not_a_diagnosis.startswith("This is not a diagnosis.")
    assert card.sources
    assert card.actions == ("acknowledge", "snooze", "dismiss")


def test_without_a_sex_a_card_names_both_references(alice):
    both = {"authority": "nasem", "amount": None, "amounts": [2600.0, 3400.0]}
    review(alice, gap(alice, "potassium_mg", "ai", reference_amount=None, reference=both))
    [card] = advice.cards_for(alice)
    assert "(adequate intake, NASEM (United States and Canada)) is 2,600 or 3,400 mg." in card.why


# From meals to a card -------------------------------------------------------------------------


def test_weeks_of_little_but_rice_become_a_card_through_the_real_review(alice, foods):
    from journal import review as reviews

    rice = foods.filter(name__icontains="rice, white", magnesium_mg__gt=0, magnesium_mg__lt=15).first()
    alice.sex = "female"
    alice.save()
    for ago in range(1, 21):
        noon = NOW - timedelta(days=ago)
        entries.log_meal(alice, [(rice, Decimal(1100))], occurred_at=noon)
        entries.mark_day(alice, noon.date(), finished=True)
    reviews.review_stale(alice.pk)

    [card] = [card for card in advice.cards_for(alice) if card.nutrient == "magnesium_mg"]
    assert (card.rule, card.stale) == ("L06", False)
    assert card.evidence["days_used"] == 20
    assert card.evidence["lower"] == pytest.approx(11 * float(rice.magnesium_mg))  # 1100 g a day
    assert "On 20 of 28 days your logged intake was on average about" in card.why
    assert "(average requirement, NASEM (United States and Canada)) is 265 mg." in card.why

    before = list(Advice.objects.values())
    reviews.review_stale(alice.pk)
    assert list(Advice.objects.values()) == before


# The answers behind it ------------------------------------------------------------------------


def test_flags_are_read_from_the_profile_in_one_query(alice, bob, django_assert_num_queries):
    alice.height_cm = Decimal("170.0")
    alice.save()
    for kg, day in ((Decimal(70), 1), (Decimal("57.8"), 10)):
        entries.log_weight(alice, kg, occurred_at=datetime(2026, 11, day, tzinfo=UTC))
    entries.log_weight(bob, Decimal(100))
    ConditionAnswer.objects.create(diarist=alice, condition="cirrhosis", answer="yes")
    ConditionAnswer.objects.create(diarist=bob, condition="dialysis", answer="yes")
    Medicine.objects.create(diarist=alice, medicine_class="loop_diuretics", started_on=date(2026, 1, 1))
    Medicine.objects.create(diarist=alice, medicine_class="lithium", stopped_on=TODAY - timedelta(days=1))
    LifeStagePeriod.objects.create(diarist=alice, stage="lactation", started_on=date(2026, 6, 1))
    LifeStagePeriod.objects.create(
        diarist=alice, stage="pregnancy", started_on=date(2025, 9, 1), ended_on=date(2026, 5, 31)
    )
    PersonalTarget.objects.create(diarist=alice, nutrient="potassium_mg", amount=2000, set_by="clinician")
    PersonalTarget.objects.create(diarist=alice, nutrient="calcium_mg", amount=900, set_by="own")

    with django_assert_num_queries(1):
        flags = flags_about(alice, TODAY)

    assert flags.age == 40  # born on 1 May 1986
    assert flags.bmi == pytest.approx(20.0)  # 57.8 kg / (1.70 m)^2
    assert flags.conditions == {"kidney_disease": "no", "cirrhosis": "yes"}
    assert flags.medicines == {"loop_diuretics"}
    assert flags.diuretics
    assert (flags.pregnant, flags.breastfeeding) == (False, True)
    assert flags.clinician_targets == {"potassium_mg"}


@pytest.mark.parametrize(
    ("takes", "listed", "stopped", "answer"),
    [
        ("no", None, None, "no"),
        ("unknown", None, None, "unknown"),
        ("yes", None, None, "unknown"),  # nothing listed yet
        ("yes", "statins", None, "no"),
        ("yes", "ace_inhibitors", None, "yes"),
        ("unknown", "ace_inhibitors", None, "yes"),
        ("yes", "ace_inhibitors", TODAY - timedelta(days=1), "no"),
        ("yes", "ace_inhibitors", TODAY, "yes"),
    ],
)
def test_potassium_raising_follows_from_the_medicines_of_the_day(db, clock, takes, listed, stopped, answer):
    diarist = person("somebody", takes_medicines=takes)
    if listed:
        Medicine.objects.create(diarist=diarist, medicine_class=listed, stopped_on=stopped)
    assert flags_about(diarist, TODAY).potassium_raising == answer


def test_an_answer_never_given_is_unknown_kidneys(db, clock):
    diarist = person("somebody", kidneys="unknown")
    assert flags_about(diarist, TODAY).kidney == "unknown"
    diarist.conditionanswer_set.all().delete()
    assert flags_about(diarist, TODAY).kidney == "unknown"
    assert advice.suppressions(diarist, TODAY).holds("S02")


def test_a_deleted_weight_does_not_count(alice):
    alice.height_cm = Decimal(170)
    weight = entries.log_weight(alice, Decimal(45))
    assert advice.suppressions(alice, TODAY).hide_energy  # 45 / 1.7^2 = 15.6
    entries.remove(weight)
    assert BodyWeight.objects.of(alice).live().count() == 0
    assert not advice.suppressions(alice, TODAY).hide_energy


def test_an_implausible_diary_is_read_from_the_reasons_of_its_gaps(alice):
    assert review(alice, gap(alice, reasons=["diary_implausible"])) == []


@pytest.mark.django_db(transaction=True)
def test_two_reviews_at_once_make_one_card(transactional_db):
    alice = person("alice")
    facts = advising.facts_about(alice, today(alice), [gap(alice)])
    start = threading.Barrier(4)

    def one():
        try:
            start.wait()
            advising.update(alice, facts, facts.today)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for result in [pool.submit(one) for _ in range(4)]:
            result.result()

    assert rows(alice) == [("L01", "new")]
    alice.refresh_from_db()
    assert alice.revision == 1  # only the first one changed something
