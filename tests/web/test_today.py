"""Today and other days: what was logged, what it adds up to, and what is said of a whole day."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from journal import entries, people, review, timeline
from journal.models import DayMark, Meal, WaterIntake
from nutrients.codes import CODES
from nutrients.models import Food, food_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def milk(foods):
    return foods.get(pk=food_id("fndds", "11111000"))


@pytest.fixture
def spinach(foods):
    return foods.get(source="sr28", source_code="11457")


def words(answer):
    """The text of a page, as one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def yesterday(diarist, hour=8):
    day = entries.today(diarist) - timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, tzinfo=diarist.tz)


def test_the_seven_are_the_sum_of_the_table_over_what_was_logged(browser, alice, milk, spinach):
    entries.log_meal(alice, [(milk, Decimal(244)), (spinach, Decimal(30))])
    entries.log_water(alice, Decimal(500))

    said = words(browser.get("/"))

    # Tap water of the table weighs 30 g in 29.5735295625 ml: 500 ml are 507.211 g.
    assert "Magnesium 58.1 mg" in said  # 12 x 2.44 + 79 x 0.30 + 1 x 5.07211 = 58.05
    assert "Potassium 533 mg" in said  # 150 x 2.44 + 558 x 0.30 + 0 = 533.4
    assert "Calcium 345 mg" in said  # 123 x 2.44 + 99 x 0.30 + 3 x 5.07211 = 345.04
    assert "Vitamin D 2.68 µg" in said  # 1.1 x 2.44 = 2.684
    assert "Sodium 137 mg" in said  # 38 x 2.44 + 79 x 0.30 + 4 x 5.07211 = 136.71
    assert "Water in food and drink 749 ml" in said  # 88.1 x 2.44 + 91.4 x 0.30 + 99.9 x 5.07211 = 749.09
    assert "500 ml drunk" in said


def test_the_reference_stands_beside_the_amount_and_no_day_is_judged(browser, alice):
    said = words(browser.get("/"))

    assert "320 mg recommended a day" in said  # NASEM, magnesium, women of 31 to 50
    assert "2,600 mg adequate a day" in said  # NASEM, potassium, women of 19 and over
    assert not re.search(
        r"\b(low|deficien|too little|enough|good|met)\b", said.split("So far")[1].split("Logged")[0]
    )


def test_with_kidney_disease_nothing_is_held_up_as_an_amount_to_reach(browser, alice, milk):
    entries.log_meal(alice, [(milk, Decimal(244))])
    people.answer_conditions(alice, {"dialysis": "yes"})
    meal = browser.post(
        "/meals/add/", {"food": str(milk.pk), "quantity": "100", "measure": "g", "do": "preview"}
    )
    for html in (browser.get("/"), meal):
        said = words(html).replace("&#x27;", "'")
        # magnesium, potassium, calcium; water is the clinic's to say
        assert said.count("your kidney team's limits replace the reference") == 3
        assert said.count("follow the amount your clinic gave you") == 1
        assert "mg recommended a day" not in said and "2,600 mg" not in said
        assert said.count("adequate a day") == 1 and "1,500 mg adequate a day" in said  # sodium alone


@pytest.mark.parametrize("answer", ["fluid_limit", "heart_failure"])
def test_with_a_fluid_limit_no_amount_of_water_is_held_up(browser, alice, answer):
    assert "2,700 ml adequate a day" in words(browser.get("/"))  # NASEM, total water, women
    people.answer_conditions(alice, {answer: "yes"})
    said = words(browser.get("/"))
    assert "ml adequate a day" not in said and "follow the amount your clinic gave you" in said
    assert "320 mg recommended a day" in said


def test_a_clinicians_target_is_shown_in_spite_of_the_limits_of_others(browser, alice):
    people.answer_conditions(alice, {"kidney_disease": "yes"})
    people.set_targets(alice, [{"nutrient": "potassium_mg", "amount": Decimal(2000), "set_by": "clinician"}])
    assert "2,000 mg a day, set by your clinician" in words(browser.get("/"))


def test_without_a_birth_date_no_reference_is_assumed(browser, alice):
    people.update_profile(alice, birth_date=None)
    assert words(browser.get("/")).count("reference: tell your age first") == 7


def test_without_a_sex_both_references_are_shown(browser, alice):
    people.update_profile(alice, sex=None)
    assert "320 mg – 420 mg recommended a day" in words(browser.get("/"))  # women and men of 31 to 50


def test_an_own_target_is_shown_and_named_so(browser, alice):
    people.set_targets(alice, [{"nutrient": "magnesium_mg", "amount": Decimal(250), "set_by": "clinician"}])
    assert "250 mg a day, set by your clinician" in words(browser.get("/"))


def test_an_unknown_content_makes_the_sum_a_lower_bound_and_is_counted(browser, alice, milk):
    mystery = Food.objects.create(
        owner=alice.user, source="own", source_code="m", name="Mystery",
        **dict.fromkeys(CODES, 10.0) | {"energy_kcal": 61.0, "magnesium_mg": None},
    )  # fmt: skip
    entries.log_meal(alice, [(milk, Decimal(300)), (mystery, Decimal(100))])

    said = words(browser.get("/"))

    assert "Magnesium at least 36 mg" in said  # 12 x 3; the unknown is not zero
    # Energy: 61 x 3 = 183 of 183 + 61 = 244 kcal are of foods whose magnesium is known: 75 %.
    assert "1 item without a known amount, 75 % of the day is covered" in said
    assert "Potassium 460 mg" in said  # 150 x 3 + 10 x 1, nothing unknown


def test_a_day_with_nothing_logged_says_so_and_not_zero(browser, alice):
    said = words(browser.get("/"))
    assert "Magnesium nothing logged" in said and said.count("nothing logged") == 7


def test_a_food_of_unknown_content_alone_is_not_known(browser, alice, foods):
    unknown = foods.filter(magnesium_mg=None, owner=None).first()
    entries.log_meal(alice, [(unknown, Decimal(100))])
    assert "Magnesium not known" in words(browser.get("/"))


@pytest.mark.parametrize("address", ["/", "/week/", "/close-the-gap/", "/advice/", "/nutrients/calcium_mg/"])
def test_a_new_diary_has_no_findings_that_could_be_old(browser, alice, address):
    said = words(browser.get(address))
    assert "older than" not in said and "Being worked out" not in said

    entries.log_water(alice, Decimal(200))
    assert "older than your" in words(browser.get(address))


def test_the_week_of_a_new_diary_says_what_to_do_next(browser, alice):
    said = words(browser.get("/week/"))
    assert "Not enough yet: nothing is logged" in said and "mark each day as finished" in said

    entries.log_water(alice, Decimal(200))
    assert "Not enough yet" not in words(browser.get("/week/"))


def test_a_dose_counts_with_its_exact_amount(browser, alice):
    pill = entries.save_supplement(alice, name="Mg", amounts={"magnesium_mg": 125.5})
    entries.log_dose(alice, pill, Decimal(2))
    assert "Magnesium 251 mg" in words(browser.get("/"))  # 125.5 x 2


def test_the_time_line_is_in_order_on_the_diarists_clock(browser, alice, milk):
    at = datetime(2026, 1, 5, 19, 30, tzinfo=UTC)  # 08:30 on the 6th in Auckland, UTC+13
    entries.log_meal(alice, [(milk, Decimal(200))], occurred_at=at)
    entries.log_spasm(alice, occurred_at=at - timedelta(hours=2), site="calf", side="left", intensity=6)

    said = words(browser.get("/day/2026-01-06/"))

    assert said.index("06:30 Cramp calf, left 6/10") < said.index("08:30 Breakfast")
    assert "Tuesday 6 January 2026" in said


def test_a_day_still_to_come_or_that_is_none_is_not_found(browser, alice):
    tomorrow = entries.today(alice) + timedelta(days=1)
    assert browser.get(f"/day/{tomorrow}/").status_code == 404
    assert browser.get("/day/2026-02-31/").status_code == 404
    assert browser.get("/day/0001-01-01/").status_code == 404


def test_the_address_of_this_day_leads_to_today(browser, alice):
    answer = browser.get(f"/day/{entries.today(alice)}/")
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_water_is_one_tap_and_has_an_undo(browser, alice):
    answer = browser.post("/drinks/add/", {"amount_ml": "300"}, follow=True)
    drink = WaterIntake.objects.get()

    assert drink.amount_ml == Decimal(300) and drink.beverage is None
    assert "300 ml of water saved." in words(answer)
    assert f'action="/entries/drink/{drink.pk}/delete/"' in answer.content.decode()


def test_in_us_units_a_tap_is_fluid_ounces(client, bob):
    client.force_login(bob.user)
    assert 'value="12"' in client.get("/").content.decode()

    client.post("/drinks/add/", {"amount_ml": "12"})

    assert WaterIntake.objects.get().amount_ml == Decimal("354.9")  # 12 x 29.5735295625 = 354.882
    assert "12 fl oz" in words(client.get("/"))


def test_each_reference_leads_to_where_it_is_told_which_one_it_is(browser):
    page = browser.get("/").content.decode()

    assert re.search(r'<a href="/nutrients/magnesium_mg/#reference">320 mg\s+recommended a day\s*</a>', page)
    assert "average requirement, which is lower than the recommended amount" in page


def test_a_drink_reads_the_same_wherever_today_speaks_of_it_in_fluid_ounces(client, bob):
    client.force_login(bob.user)
    client.post("/drinks/add/", {"amount_ml": "8"})

    said = words(client.get("/"))

    # By the table 8 fl oz of tap water weigh 240 g, and 239.76 g of water are 8.11 fl oz.
    assert "8 fl oz drunk" in said and "Water 8 fl oz" in said
    assert "Water in food and drink 8 fl oz" in said and "In drinks that count 8 fl oz" in said
    assert "8.1" not in said


def test_a_bottle_reads_as_it_was_typed(client, bob):
    client.force_login(bob.user)
    client.post("/drinks/add/", {"amount_ml": "16.9"})

    assert "Water 16.9 fl oz" in words(client.get("/"))


def test_a_double_tap_is_one_drink_and_a_tap_on_an_old_page_is_another(browser, alice):
    known = "0d6f7f0e-94a5-4b8e-9d4e-5f6f5b0b6a11"
    browser.post("/drinks/add/", {"amount_ml": "200", "id": known})
    browser.post("/drinks/add/", {"amount_ml": "200", "id": known})
    assert WaterIntake.objects.count() == 1

    WaterIntake.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    browser.post("/drinks/add/", {"amount_ml": "200", "id": known})
    assert WaterIntake.objects.count() == 2


def test_yesterdays_breakfast_is_one_tap_away_until_there_is_one_today(browser, alice, milk):
    before = entries.log_meal(alice, [(milk, Decimal(244))], kind="breakfast", occurred_at=yesterday(alice))
    assert f"/meals/{before.pk}/repeat/" in browser.get("/").content.decode()

    browser.post(f"/meals/{before.pk}/repeat/")

    again = Meal.objects.exclude(pk=before.pk).get()
    assert (again.kind, again.local_date) == ("breakfast", entries.today(alice))
    assert [(i.food, i.grams) for i in again.items.all()] == [(milk, Decimal(244))]
    assert f"/meals/{before.pk}/repeat/" not in browser.get("/").content.decode()


def test_today_asks_whether_yesterday_is_finished_until_it_is_said(browser, alice, milk):
    assert "Was everything logged yesterday?" not in words(browser.get("/"))  # nothing was logged then
    entries.log_meal(alice, [(milk, Decimal(244))], occurred_at=yesterday(alice))
    assert "Was everything logged yesterday?" in words(browser.get("/"))

    day = entries.today(alice) - timedelta(days=1)
    answer = browser.post(f"/day/{day}/mark/", {"mark": "finished", "next": "/"}, follow=True)

    assert DayMark.objects.get(date=day).finished
    assert "Was everything logged yesterday?" not in words(answer)


@pytest.mark.parametrize("mark", ["finished", "no_cramp", "fasting"])
def test_a_mark_can_be_made_and_taken_back(browser, alice, mark):
    with time_machine.travel(at_hour(alice, 21), tick=False):
        day = entries.today(alice)
        browser.post(f"/day/{day}/mark/", {"mark": mark, "value": "yes"})
        assert getattr(DayMark.objects.get(date=day), mark) is True
        assert re.search(r'aria-pressed="true"', browser.get("/").content.decode())

        browser.post(f"/day/{day}/mark/", {"mark": mark, "value": "no"})
        assert getattr(DayMark.objects.get(date=day), mark) is False


def test_no_cramp_before_noon_is_refused_by_page_and_phone_in_the_same_words(browser, alice, phone):
    with time_machine.travel(at_hour(alice, 9), tick=False):
        day, refused = entries.today(alice), "“No cramp” can be said from noon on"
        by_page = browser.post(f"/day/{day}/mark/", {"mark": "no_cramp", "next": "/"}, follow=True)
        by_phone = phone.put(f"/api/v1/days/{day}/", {"no_cramp": True}, format="json")
        assert refused in words(by_page) and refused in " ".join(by_phone.json()["errors"]["no_cramp"])
        assert by_phone.status_code == 400 and not DayMark.objects.exists()


def at_hour(diarist, hour):
    return datetime(2026, 11, 18, hour, tzinfo=diarist.tz)


def test_no_cramp_is_asked_from_noon_on_unless_one_came_since(browser, alice):
    with time_machine.travel(at_hour(alice, 11), tick=False):
        assert "No cramp" not in words(browser.get("/"))  # the day that leads up to the night has not begun
    with time_machine.travel(at_hour(alice, 21), tick=False):
        assert "No cramp today" in words(browser.get("/"))
        entries.log_spasm(alice, occurred_at=at_hour(alice, 7))  # the night before's
        assert "No cramp since noon" in words(browser.get("/"))
        entries.log_spasm(alice, occurred_at=at_hour(alice, 20))
        assert "No cramp" not in words(browser.get("/"))


def test_a_mark_of_a_day_to_come_is_refused_in_words(browser, alice):
    tomorrow = entries.today(alice) + timedelta(days=1)
    answer = browser.post(f"/day/{tomorrow}/mark/", {"mark": "finished", "next": "/"}, follow=True)
    assert "This day is still to come." in words(answer) and not DayMark.objects.exists()


def test_the_note_on_old_findings_asks_again_until_they_are_fresh(browser, alice, milk, eager_review):
    entries.log_meal(alice, [(milk, Decimal(244))])
    assert 'hx-get="/freshness/"' in browser.get("/").content.decode()
    with eager_review():
        entries.log_water(alice, Decimal(200))

    assert browser.get("/freshness/").content.decode().strip() == ""
    assert "older than your last entries" not in browser.get("/").content.decode()


def test_an_urgent_card_comes_before_everything_else(browser, alice):
    entries.log_spasm(alice, signs=["chest_pain"])
    page = browser.get("/").content.decode()
    assert page.index('data-rule="R02"') < page.index("<h1>")
    assert 'href="tel:111"' in page  # the emergency number of New Zealand


def test_the_same_urgent_card_of_two_cramps_is_said_once(browser, alice):
    entries.log_spasm(alice, signs=["chest_pain"])
    entries.log_spasm(alice, signs=["chest_pain"])
    assert browser.get("/").content.decode().count('data-rule="R02"') == 1


def test_the_footer_never_lets_silence_be_read_as_safety(browser, alice):
    assert "If no warning is shown here, that does not mean that all is well" in words(browser.get("/"))


def full_day(alice, milk, spinach, times):
    pill = entries.save_supplement(alice, name="Mg", amounts={"magnesium_mg": 100})
    for _ in range(times):
        entries.log_meal(alice, [(milk, Decimal(100)), (spinach, Decimal(30))])
        entries.log_meal(alice, [(milk, Decimal(100))], occurred_at=yesterday(alice), kind="breakfast")
        entries.log_water(alice, Decimal(200), beverage=milk)
        entries.log_exercise(alice, minutes=10, met=Decimal(5))
        entries.log_spasm(alice, signs=["chest_pain"])
        entries.tick_warning_signs(alice, signs=["tiredness"])
        entries.log_dose(alice, pill)
    people.set_targets(alice, [{"nutrient": "calcium_mg", "amount": Decimal(900)}])
    people.set_life_stages(alice, [{"stage": "lactation", "started_on": date(2026, 1, 1)}])


def test_a_day_without_entries_says_what_to_do_first_and_a_past_one_does_not(browser, alice, milk):
    begin = "To begin, add a food or tap an amount of water above. When a cramp comes, “Cramp now”"
    assert begin in words(browser.get("/"))
    yesterday = entries.today(alice) - timedelta(days=1)
    past = words(browser.get(f"/day/{yesterday}/"))
    assert begin not in past and "Nothing yet." in past
    entries.log_meal(alice, [(milk, Decimal(200))])
    assert begin not in words(browser.get("/"))


@pytest.mark.parametrize("times", [1, 8])
def test_today_costs_at_most_15_queries_however_much_is_logged(
    browser, alice, milk, spinach, times, django_assert_max_num_queries
):
    full_day(alice, milk, spinach, times)
    browser.get("/")  # tap water and the reference table are read once by a process
    with django_assert_max_num_queries(15):
        answer = browser.get("/")
    assert words(answer).count("Milk, whole 240 g") == 0 and words(answer).count("Milk, whole 100 g") == times


def test_the_page_adds_up_as_the_stored_totals_do(alice, milk, spinach, eager_review):
    from journal import findings

    with eager_review():
        full_day(alice, milk, spinach, 3)
    day = entries.today(alice)
    stored = findings.amounts(findings.day_totals(alice, day))
    shown = timeline.day_page(alice, day).amounts
    assert {code: shown[code] for code in shown} == {code: stored[code] for code in shown}


@pytest.mark.parametrize(
    "about", [{"eating_disorder": "yes"}, {"weight_kg": Decimal(50)}]
)  # 50 kg at 168 cm: BMI 17.7
def test_no_bar_fills_for_somebody_whom_numbers_may_harm(browser, alice, milk, about):
    entries.log_meal(alice, [(milk, Decimal(244))])
    assert browser.get("/").content.decode().count('class="meter"') == 7
    if "weight_kg" in about:
        people.update_profile(alice, **about)
    else:
        people.answer_conditions(alice, about)

    page = browser.get("/")

    assert 'class="meter"' not in page.content.decode()
    assert "Magnesium 29.3 mg" in words(page)  # 12 x 2.44: the numbers stay
    assert "kcal" not in words(page)


@pytest.mark.parametrize("page", ["/", "/week/", "/advice/"])
def test_on_the_first_page_of_a_day_it_is_said_that_the_day_is_new(browser, alice, milk, page):
    entries.log_meal(alice, [(milk, Decimal(244))])
    review.review_stale(alice.pk)
    with time_machine.travel(at_hour(alice, 9) + timedelta(days=1), tick=False):
        said = words(browser.get(page))
        assert "A new diary day has begun." in said and "older than" not in said
        entries.log_water(alice, Decimal(200))
        said = words(browser.get(page))
        assert "A new diary day" not in said and "older than" in said
