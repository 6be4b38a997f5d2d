"""The fluid of a day on its page and over REST: the need, what counts, and the sweat of exercise."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from journal import advice, entries, people
from journal.models import Advice, Medicine, PersonalTarget
from nutrients.models import Activity, Food, food_id

pytestmark = pytest.mark.django_db

RUN = "12050"  # running, 6 mph: 9.3 MET in the shipped table


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()).replace("&#x27;", "'")


def fluid(diarist):
    """The field of the day over REST."""
    rest = APIClient()
    rest.force_authenticate(diarist.user)
    return rest.get(f"/api/v1/days/{entries.today(diarist)}/").json()["fluid"]


def at(diarist, hour):
    day = entries.today(diarist)
    return datetime(day.year, day.month, day.day, hour, tzinfo=diarist.tz)


@pytest.fixture
def evening(db, request):
    """22:00 on a Wednesday in Auckland, where Alice said just now what she weighs."""
    with time_machine.travel(
        datetime(2026, 11, 18, 22, tzinfo=ZoneInfo("Pacific/Auckland")), tick=False
    ) as clock:
        request.getfixturevalue("alice")
        yield clock


@pytest.fixture
def wine(foods):
    return Food.objects.get(pk=food_id("fndds", "93401010"))


def run(alice, minutes=60, **said):
    return entries.log_exercise(
        alice, activity=Activity.objects.get(pk=RUN), minutes=minutes, occurred_at=at(alice, 18), **said
    )


def test_a_day_of_drinks_alone_asks_for_the_part_that_comes_from_drinks(evening, browser, alice):
    entries.log_water(alice, Decimal(500))

    said, found = words(browser.get("/")), fluid(alice)

    # NASEM, women: 2.7 L of all water; drinks are 0.81 of it: 2.187 L
    assert "Reference for the day: about 2,200 ml in drinks." in said
    assert found["need_l"] == pytest.approx([2.187, 2.187]) and found["drinks_only"] is True
    assert found["drinks_l"] == pytest.approx(0.5, abs=0.01) and found["sweat_l"] is None
    assert "Drinks only: 81 % of it" in said and "Thirst" in said


def test_the_page_says_what_is_compared_and_why_the_reference_of_the_day_is_another_amount(
    evening, browser, alice
):
    entries.log_water(alice, Decimal(500))
    said = words(browser.get("/"))
    assert "Compared with it: 500 ml in drinks that count, those at meals too." in said
    assert "the part from drinks, 81 % of the 2,700 ml in food and drink" in said  # 0.81 x 2700 = 2187
    assert "2,700 ml adequate a day" in said and not re.search(r"\d L\b", said)
    assert "to it for sweat" not in said

    bout = run(alice, temperature_c=Decimal(18))
    middle = 0.001323 * float(bout.met) * 64 - 0.1399  # L in an hour at 18 °C, 64 kg
    said = words(browser.get("/"))
    assert f"Exercise added {round(middle, 1) * 1000:.0f} ml to it for sweat." in said
    assert f"about {round(2.187 + middle, 1) * 1000:,.0f} ml in drinks" in said


def test_food_of_known_moisture_counts_and_the_whole_reference_stands_beside_it(
    evening, browser, alice, foods
):
    banana = foods.get(pk=food_id("fndds", "63107010"))
    entries.log_meal(alice, [(banana, Decimal(200))])  # 75.6 g of water in 100 g

    found = fluid(alice)

    assert found["need_l"] == [2.7, 2.7] and found["food_l"] == pytest.approx(0.1512)
    said = words(browser.get("/"))
    assert "about 2,700 ml in food and drink" in said
    assert "Compared with it: 0 ml in drinks that count, those at meals too, and 200 ml in food." in said
    assert "the part from drinks" not in said


def test_a_drink_of_unknown_content_takes_nothing_off_the_water_of_food(evening, browser, alice, foods):
    smoothie, stew = (
        Food.objects.create(source="own", source_code=code, owner=alice.user, name=code, **content)
        for code, content in {"Smoothie": {}, "Stew": {"water_g": 80.0}}.items()
    )
    entries.log_water(alice, Decimal(500), beverage=smoothie)
    entries.log_meal(alice, [(stew, Decimal(300))])

    found = fluid(alice)

    assert found["food_l"] == pytest.approx(0.24)  # 300 g at 80 g in 100 g
    assert found["drinks_l"] == pytest.approx(0.445)  # 500 g at 0.89, the share of its kind
    assert re.search(r"In food 200 ml", words(browser.get("/")))


def test_a_run_raises_the_need_by_the_middle_of_a_range_that_is_said_with_its_sodium(evening, browser, alice):
    bout = run(alice, temperature_c=Decimal(18))
    middle = 0.001323 * float(bout.met) * 64 - 0.1399  # L in an hour at 18 °C, 64 kg

    found, said = fluid(alice), words(browser.get("/"))

    assert found["need_l"][0] == pytest.approx(2.187 + middle)
    assert found["sweat_l"] == [round(0.5 * middle, 1), round(1.5 * middle, 1)]
    assert found["sweat_is_measured"] is False
    low, high = (0.5 * middle * 10 * 22.990, 1.5 * middle * 70 * 22.990)
    assert found["sodium_in_sweat_mg"] == [round(low, -1), round(high, -1)]
    assert "Estimated from 1 exercise" in said and "Sodium in the sweat" in said


def test_weights_before_and_after_measure_the_sweat(evening, browser, alice):
    run(alice, weight_before_kg=Decimal("64.0"), weight_after_kg=Decimal("63.2"))
    entries.log_water(alice, Decimal(400), occurred_at=at(alice, 18) + timedelta(minutes=30))

    found = fluid(alice)

    assert found["sweat_l"] == [1.2, 1.2]  # 64.0 - 63.2 + 0.4
    assert found["sweat_is_measured"] is True
    said = words(browser.get("/"))
    assert "Measured: by your weight before and after 1 exercise." in said
    assert "Only drinks that were logged meanwhile are in it, and urine is taken as none." in said
    assert "up to about two hours" not in said and "20 °C" not in said


def test_weighing_around_more_than_two_hours_is_said_to_hold_less(evening, browser, alice):
    run(alice, minutes=121, weight_before_kg=Decimal("64.0"), weight_after_kg=Decimal("63.2"))
    assert "Weighing holds for up to about two hours; this was longer." in words(browser.get("/"))


@pytest.mark.parametrize(("logged", "told"), [({}, True), ({"temperature_c": Decimal(18)}, False)])
def test_a_temperature_that_was_taken_for_granted_is_said(evening, browser, alice, logged, told):
    run(alice, **logged)
    said = words(browser.get("/"))
    assert ("Where no temperature was logged, 20 °C was taken." in said) is told


def test_milk_in_a_snack_during_a_weighed_run_is_drunk_too(evening, alice, foods):
    milk = foods.filter(source="fndds", category="Milk, whole").first()
    banana = foods.get(pk=food_id("fndds", "63107010"))
    run(alice, weight_before_kg=Decimal("64.0"), weight_after_kg=Decimal("63.2"))
    half_way = at(alice, 18) + timedelta(minutes=30)
    entries.log_meal(alice, [(milk, Decimal(300)), (banana, Decimal(50))], occurred_at=half_way)
    entries.log_meal(alice, [(milk, Decimal(500))], occurred_at=at(alice, 20))
    entries.log_water(alice, Decimal(200), occurred_at=half_way)

    assert fluid(alice)["sweat_l"] == [1.3, 1.3]  # 64.0 - 63.2 + 0.3 + 0.2; the banana is eaten


@pytest.mark.parametrize(("after", "told"), [("62.7", True), ("62.8", False)])
def test_more_than_two_percent_lighter_is_told(evening, browser, alice, after, told):
    run(alice, weight_before_kg=Decimal("64.0"), weight_after_kg=Decimal(after))  # 2 % of 64.0 are 1.28
    assert ("clearly less was drunk than sweated" in words(browser.get("/"))) is told


def test_from_three_measured_runs_on_their_own_rates_stand_for_a_run_that_was_not_weighed(
    evening, browser, alice
):
    for ago, after in ((20, "63.6"), (13, "63.4"), (6, "63.0")):
        run_at = at(alice, 18) - timedelta(days=ago)
        entries.log_exercise(
            alice, activity=Activity.objects.get(pk=RUN), minutes=60, occurred_at=run_at,
            weight_before_kg=Decimal("64.0"), weight_after_kg=Decimal(after),
        )  # fmt: skip
    run(alice, minutes=30)

    # rates 0.4, 0.6 and 1.0 L/h: half an hour is 0.2 to 0.5 L, its middle 0.3 L
    found = fluid(alice)
    assert found["sweat_l"] == [0.2, 0.5] and found["sweat_added_l"] == pytest.approx(0.3)
    assert found["sweat_is_measured"] is False and found["sweat_rests_on"] == ["own_rates"]
    said = words(browser.get("/"))
    assert "1 exercise: from your own 3 weighed ones of the same activity, lowest to highest." in said
    assert "Measured:" not in said and "Estimated" not in said


def test_a_stroll_in_the_cool_adds_nothing_and_two_litres_are_the_most(evening, browser, alice):
    entries.log_exercise(alice, met=Decimal("2.9"), minutes=120, temperature_c=Decimal(24))
    assert fluid(alice)["sweat_l"] is None

    run(alice, minutes=300)
    found = fluid(alice)
    assert found["sweat_added_l"] == 2 and found["sweat_added_is_capped"] is True
    assert "never raised by more than 2,000 ml" in words(browser.get("/"))


def test_wine_is_drunk_and_does_not_count(evening, browser, alice, wine):
    entries.log_water(alice, Decimal(200), beverage=wine)
    found = fluid(alice)
    assert found["drinks_l"] == 0 and found["not_counted_l"] > 0.15
    assert "In wine and spirits, not counted" in words(browser.get("/"))


@pytest.mark.parametrize(
    "answer", ["heart_failure", "fluid_limit", "dialysis", "kidney_disease", "cirrhosis"]
)
def test_where_a_clinic_sets_the_amount_no_need_no_sweat_and_nothing_left_is_said(
    evening, browser, alice, answer
):
    run(alice)
    people.answer_conditions(alice, {answer: "yes"})

    found, said = fluid(alice), words(browser.get("/"))

    assert said.count("follow the amount your clinic gave you") == 1
    assert "Reference for the day" not in said and "Sweat" not in said.split("Logged")[0]
    assert found["limits_by"] == "clinic"
    assert {found[name] for name in ("left_l", "sweat_added_l", "sodium_in_sweat_mg")} == {None}
    assert found["need_l"] is None and found["sweat_l"] is None


def takes(alice, medicine):
    people.update_profile(alice, takes_medicines="yes")
    Medicine.objects.create(diarist=alice, medicine_class=medicine)


@pytest.mark.parametrize(
    "tell",
    [
        lambda alice: people.answer_conditions(alice, {"eating_disorder": "yes"}),
        lambda alice: takes(alice, "ssris"),
        lambda alice: takes(alice, "enzyme_inducing_anticonvulsants"),
    ],
    ids=["eating disorder", "SSRI", "carbamazepine"],
)
def test_those_whom_a_nudge_to_drink_may_harm_get_none(evening, browser, alice, tell):
    tell(alice)
    found = fluid(alice)
    assert found["need_l"] is None and found["left_l"] is None
    assert "Reference for the day" not in words(browser.get("/"))


@pytest.mark.parametrize(("set_by", "kind"), [("own", "own"), ("clinician", "clinician")])
def test_a_target_is_not_cut_to_the_part_that_comes_from_drinks(evening, browser, alice, set_by, kind):
    PersonalTarget.objects.create(diarist=alice, nutrient="water_g", amount=2000, set_by=set_by)
    found = fluid(alice)
    assert (found["need_l"], found["baseline_kind"], found["drinks_only"]) == ([2.0, 2.0], kind, True)
    assert "81 %" not in words(browser.get("/"))


@pytest.mark.parametrize(("born", "old"), [(1961, True), (1962, False)])
def test_from_65_on_thirst_is_not_called_the_guide(evening, browser, alice, born, old):
    people.update_profile(alice, birth_date=date(born, 11, 18))
    said = words(browser.get("/"))
    assert ("Drink regularly: thirst is a weaker sign with age." in said) is old
    assert ("Thirst is the better guide." in said) is not old


def test_late_in_the_day_no_more_than_a_litre_an_hour_is_suggested(evening, browser, alice):
    evening.move_to(datetime(2026, 11, 19, 2, 30, tzinfo=alice.tz))  # the diary day ends at 04:00
    # 2.187 L are open, and an hour and a half is left
    assert fluid(alice)["left_l"] == pytest.approx(1.5)


def test_a_met_need_asks_for_no_more(evening, browser, alice):
    for hour in (8, 10, 12, 14, 16, 18, 20):
        entries.log_water(alice, Decimal(330), occurred_at=at(alice, hour))
    assert fluid(alice)["left_l"] == 0
    assert "Nothing more is suggested: drink to thirst." in words(browser.get("/"))


def test_beside_a_warning_sign_or_too_much_drinking_no_amount_is_held_up(evening, browser, alice):
    signs = entries.tick_warning_signs(alice, signs=["confused"])
    assert fluid(alice)["need_l"] is None and "Reference for the day" not in words(browser.get("/"))
    entries.remove(signs)
    drink_too_much(alice)
    assert fluid(alice)["need_l"] is None and "Reference for the day" not in words(browser.get("/"))


def drink_too_much(alice):
    for minute in range(0, 120, 20):
        moment = timezone.now() - timedelta(minutes=130 - minute)
        entries.log_water(alice, Decimal(600), occurred_at=moment)  # 3.6 L in 100 minutes


@pytest.mark.parametrize("answer", ["acknowledge", "got_help"])
def test_for_three_days_after_a_warning_sign_no_amount_is_held_up(evening, browser, alice, answer):
    entries.tick_warning_signs(alice, signs=["cramps_chest_arms_belly"])
    getattr(advice, answer)(Advice.objects.get(rule__startswith="R"))

    assert fluid(alice)["need_l"] is None and "in drinks." not in words(browser.get("/"))
    evening.shift(timedelta(hours=73))
    shown = fluid(alice)["need_l"] is not None, "in drinks." in words(browser.get("/"))
    assert shown == ((True, True) if answer == "got_help" else (False, False))


@pytest.mark.parametrize("answer", ["dismiss", "snooze"])
def test_a_card_on_too_much_that_was_put_away_still_keeps_the_amount_away(evening, browser, alice, answer):
    drink_too_much(alice)
    card = Advice.objects.get(rule="H04")
    advice.dismiss(card) if answer == "dismiss" else advice.snooze(card, days=30)

    assert fluid(alice)["need_l"] is None and "in drinks." not in words(browser.get("/"))
    if answer == "dismiss":
        evening.shift(timedelta(hours=25))
        assert fluid(alice)["need_l"] and "in drinks." in words(browser.get("/"))


@pytest.mark.parametrize(("medicine", "told"), [("nsaids", True), ("statins", False)])
def test_painkillers_are_named_where_too_much_was_drunk(evening, alice, medicine, told):
    takes(alice, medicine)
    drink_too_much(alice)
    (card,) = [card for card in advice.cards_for(alice) if card.rule == "H04"]
    assert ("Anti-inflammatory painkillers" in card.why) is told


def test_without_a_body_weight_the_page_says_what_it_would_need(evening, client, db):
    from tests.conftest import diarist

    carol = diarist("carol", birth_date=datetime(1990, 3, 14).date(), sex="female", time_zone="UTC")
    entries.log_exercise(carol, met=Decimal(9), minutes=60, occurred_at=at(carol, 5))
    client.force_login(carol.user)

    said = words(client.get("/"))

    assert "it would need your body weight" in said
    assert fluid(carol)["sweat_l"] is None
    assert fluid(carol)["need_l"] == pytest.approx([2.187, 2.187])


def test_the_sexes_differ_and_both_needs_are_shown_where_sex_is_not_given(evening, browser, alice):
    people.update_profile(alice, sex="")
    found = fluid(alice)
    assert found["need_l"] == pytest.approx([2.187, 2.997])  # 0.81 of 2.7 and of 3.7 L
    assert "2,200 ml – 3,000 ml" in words(browser.get("/"))


def _ml(litres):
    return f"{round(litres * 1000):,} ml"


def test_a_past_day_is_reckoned_with_the_weight_and_the_age_of_that_day(evening, browser, alice):
    people.update_profile(alice, birth_date=date(1961, 11, 30))  # 65 years old in twelve days
    run(alice, temperature_c=Decimal(18))
    before = fluid(alice)["sweat_l"]
    day = entries.today(alice)
    evening.shift(timedelta(days=20))
    entries.log_weight(alice, Decimal(90))

    rest = APIClient()
    rest.force_authenticate(alice.user)
    assert rest.get(f"/api/v1/days/{day}/").json()["fluid"]["sweat_l"] == before
    said = words(browser.get(f"/day/{day}/"))
    assert f"Sweat {_ml(before[0])} – {_ml(before[1])}" in said and "Thirst is the better guide." in said
    run(alice, temperature_c=Decimal(18))
    assert fluid(alice)["sweat_l"] > before  # 90 kg


def test_on_the_page_of_a_past_day_what_is_taken_today_still_forbids(evening, browser, alice):
    day = entries.today(alice)
    assert "Reference for the day" in words(browser.get("/"))
    evening.shift(timedelta(days=20))
    people.update_profile(alice, takes_medicines="yes")
    Medicine.objects.create(diarist=alice, medicine_class="lithium", started_on=entries.today(alice))
    assert "Reference for the day" not in words(browser.get(f"/day/{day}/"))


def test_another_persons_day_is_not_told(evening, browser, alice, bob):
    entries.log_water(bob, Decimal(900))
    assert fluid(alice)["drinks_l"] == 0
    assert Client().get(f"/api/v1/days/{entries.today(alice)}/").status_code in (401, 403)
