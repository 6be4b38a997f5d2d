"""Advice: each card explains itself and takes an answer; urgent ones first, calm ones calm."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from journal import advice, entries, findings, people, tasks
from journal.models import Advice, NutrientGap, ReviewState, StaleDay
from tests import advising
from tests.web.test_today import words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kidneys_are_known(alice):
    people.answer_conditions(alice, {"kidney_disease": "no"})
    StaleDay.objects.all().delete()
    ReviewState.objects.update_or_create(diarist=alice, defaults={"reviewed_on": findings.today(alice)})


def low_magnesium(alice, **found):
    """What a review stores of a likely low intake, and the card that follows."""
    today = findings.today(alice)
    said = {
        "reference_amount": 265.0, "reference": {"authority": "nasem"}, "coverage": 0.93,
        "mean": 202.5, "lower": 198.2, "upper": 206.8,
        "days_used": 14, "days_in_window": 28, "probability_adequate": 0.06, "band": "likely_low",
    }  # fmt: skip
    gap = NutrientGap.objects.create(
        diarist=alice, as_of=today, window_days=28, nutrient="magnesium_mg", kind="ear", **(said | found)
    )
    advising.update(alice, advising.facts_about(alice, today, [gap]), today)
    return Advice.objects.of(alice).get(rule="L01")


def ticked(alice, *signs):
    entry = entries.tick_warning_signs(alice, signs=list(signs))
    StaleDay.objects.all().delete()
    return entry.red_flags[0]


def answered(browser, card, said, **more):
    return browser.post(f"/advice/{card.pk}/{said}/", more, follow=True)


# What a card says -----------------------------------------------------------------------------


def test_a_card_says_how_severe_it_is_why_it_is_there_what_would_change_it_and_its_sources(browser, alice):
    card = low_magnesium(alice)
    said = words(browser.get("/advice/"))

    assert "Worth a look Magnesium: logged intake likely below the reference for your group" in said
    # between 198.2 and 206.8 mg, rounded to whole mg, over the 14 of 28 days that count
    assert "Why you see this On 14 of 28 days your logged intake" in said
    assert "was on average between 198 and 207 mg a day." in said
    assert "What would change it More finished days" in said
    assert "Sources IOM, Dietary Reference Intakes" in said
    assert "This is not a diagnosis." in said
    card.refresh_from_db()
    assert card.state == "seen"


def test_an_urgent_card_comes_first_as_an_alert_with_the_number_of_the_country(browser, alice):
    for days_ago in range(9):  # 9 cramp days of 28: C01
        entries.log_spasm(alice, occurred_at=timezone.now() - timedelta(days=days_ago))
    today = findings.today(alice)
    advising.update(alice, advising.facts_about(alice, today, []), today)
    ticked(alice, "seizure")
    page = browser.get("/advice/").content.decode()

    alert, rest = page.split('role="alert"')[1].split("</section>", 1)
    assert 'data-rule="R01"' in alert and 'href="tel:111"' in alert  # New Zealand's emergency number
    assert "Get help now" in alert
    assert 'data-rule="C01"' in rest and 'role="alert"' not in rest and "card-urgent" not in rest


def test_tips_are_silent_beside_a_red_flag_also_among_earlier_cards(browser, alice):
    card = low_magnesium(alice)
    advice.dismiss(card)
    assert "Magnesium: logged intake" in words(browser.get("/advice/"))  # under earlier cards
    ticked(alice, "chest_pain")

    assert "Magnesium" not in words(browser.get("/advice/"))


def test_the_same_sign_ticked_twice_is_one_card_and_help_closes_both(browser, alice):
    ticked(alice, "seizure")
    latest = ticked(alice, "seizure", "fainted")
    page = browser.get("/advice/").content.decode()
    assert page.count('data-rule="R01"') == 1 and "fainted" in page

    answered(browser, latest, "got-help")
    assert set(Advice.objects.of(alice).values_list("state", flat=True)) == {"got_help"}


# Answers --------------------------------------------------------------------------------------


def test_a_card_read_stays_without_asking_again(browser, alice):
    card = low_magnesium(alice)
    page = answered(browser, card, "acknowledge").content.decode()
    said = page[page.index("<main") : page.index("</main>")]

    assert "you have read this" in said and "Magnesium: logged intake" in said
    assert "I have read this" not in said


def test_what_puts_a_card_away_stands_together_and_says_what_it_does(browser, alice):
    low_magnesium(alice)
    page = browser.get("/advice/").content.decode()
    reading, away = re.findall(r'<div class="answers">(.*?)</div>', page, re.S)[:2]

    assert "I have read this" in reading and "Not for me" not in reading
    assert re.findall(r'aria-label="([^"]+)"', away) == ["Later: 1 week", "Later: 1 month"]
    assert "Not for me" in away


@pytest.mark.parametrize("answer", ["acknowledge", "snooze", "dismiss"])
def test_an_answer_can_be_taken_back(browser, alice, answer):
    card = low_magnesium(alice)
    undo = f"/advice/{card.pk}/take-back/"
    assert f'action="{undo}"' in answered(browser, card, answer, days=7).content.decode()
    page = browser.post(undo, follow=True)
    card.refresh_from_db()

    assert (card.state, card.ended_at, card.snoozed_until) == ("seen", None, None)
    assert "Your answer is taken back" in words(page) and "I have read this" in words(page)
    assert undo not in page.content.decode()


def test_help_that_was_said_by_mistake_is_taken_back_for_all_cards_that_it_closed(browser, alice):
    first, latest = ticked(alice, "seizure"), ticked(alice, "seizure", "fainted")
    answered(browser, latest, "got-help")
    browser.post(f"/advice/{latest.pk}/take-back/")

    assert 'role="alert"' in browser.get("/advice/").content.decode()
    assert {Advice.objects.get(pk=card.pk).state for card in (first, latest)} == {"seen"}


def test_a_card_that_was_closed_long_ago_or_came_anew_is_not_taken_back(browser, alice):
    card = low_magnesium(alice)
    answered(browser, card, "dismiss")
    Advice.objects.filter(pk=card.pk).update(ended_at=timezone.now() - timedelta(hours=25))
    assert "more than a day ago" in words(answered(browser, card, "take-back"))

    Advice.objects.filter(pk=card.pk).update(ended_at=timezone.now())
    Advice.objects.create(
        diarist=alice, rule=card.rule, nutrient=card.nutrient, key="anew", severity=card.severity,
        evidence=card.evidence,
    )  # fmt: skip
    assert "Another card says the same" in words(answered(browser, card, "take-back"))
    card.refresh_from_db()
    assert card.state == "dismissed"


@pytest.mark.parametrize("length", [7, 30])
def test_a_snoozed_card_is_away_for_a_week_or_a_month_and_says_when_it_comes_back(browser, alice, length):
    card = low_magnesium(alice)
    page = answered(browser, card, "snooze", days=length)
    card.refresh_from_db()

    away = card.snoozed_until - timezone.now()
    assert away == pytest.approx(timedelta(days=length), abs=timedelta(minutes=1))
    assert "1 earlier card" in words(page) and "snoozed, back on" in words(page)
    assert 'data-rule="L01"' not in page.content.decode()


def test_a_dismissed_card_is_kept_among_the_earlier_ones_for_90_days(browser, alice):
    card = low_magnesium(alice)
    page = answered(browser, card, "dismiss")
    assert "No card is open" in words(page) and "dismissed on" in words(page)

    Advice.objects.filter(pk=card.pk).update(ended_at=timezone.now() - timedelta(days=91))
    assert "earlier card" not in words(browser.get("/advice/"))


def test_a_withdrawn_card_is_kept_with_its_numbers(browser, alice):
    low_magnesium(alice)
    today = findings.today(alice)
    advising.update(alice, advising.facts_about(alice, today, []), today)
    said = words(browser.get("/advice/"))

    assert "withdrawn on" in said and "On 14 of 28 days" in said


@pytest.mark.parametrize(
    ("said", "more"), [("dismiss", {}), ("snooze", {"days": 7})], ids=["dismiss", "snooze"]
)
def test_web_and_rest_refuse_to_hide_an_urgent_card_in_the_same_words(browser, phone, alice, said, more):
    card = ticked(alice, "seizure")
    on_web = words(answered(browser, card, said, **more))
    by_rest = phone.post(f"/api/v1/advice/{card.pk}/{said}/", more, format="json")

    assert by_rest.status_code == 400
    assert "An urgent card cannot be hidden." in on_web
    assert "An urgent card cannot be hidden." in by_rest.content.decode()
    card.refresh_from_db()
    assert card.state in ("new", "seen")


@pytest.mark.parametrize("typed", ["0", "91", "soon", "-7", "9" * 9, "٣x"])
def test_an_impossible_snooze_is_refused_in_the_words_of_rest(browser, phone, alice, typed):
    card = low_magnesium(alice)
    assert "Give 1 to 90 days." in words(answered(browser, card, "snooze", days=typed))
    by_rest = phone.post(f"/api/v1/advice/{card.pk}/snooze/", {"days": 91}, format="json")
    assert "Give 1 to 90 days." in by_rest.content.decode()
    assert not Advice.objects.filter(state="snoozed").exists()


def test_another_persons_card_and_an_unknown_answer_do_not_exist(browser, alice, bob):
    of_bob = entries.tick_warning_signs(bob, signs=["seizure"]).red_flags[0]
    of_alice = ticked(alice, "seizure")

    assert browser.post(f"/advice/{of_bob.pk}/acknowledge/").status_code == 404
    assert browser.post(f"/advice/{of_alice.pk}/forget/").status_code == 404
    assert browser.get(f"/advice/{of_alice.pk}/acknowledge/").status_code == 405


# Round about ----------------------------------------------------------------------------------


def test_no_card_is_no_reassurance(browser, alice):
    said = words(browser.get("/advice/"))
    assert "No card is open That does not mean that all is well" in said
    assert "you are fine" not in said.lower()


def test_missing_answers_are_asked_for_with_a_link_to_each(browser, alice):
    people.answer_conditions(alice, {"kidney_disease": "unknown"})
    people.update_profile(alice, takes_medicines="unknown")
    page = browser.get("/advice/")

    assert "Some answers are missing in your profile" in words(page)
    assert 'href="/me/conditions/"' in page.content.decode()
    assert 'href="/me/medicines/"' in page.content.decode()
    people.answer_conditions(alice, {"kidney_disease": "no"})
    people.update_profile(alice, takes_medicines="no")
    assert "Some answers are missing" not in words(browser.get("/advice/"))


def test_with_a_kidney_condition_the_kidney_team_comes_before_any_reference(browser, alice):
    people.answer_conditions(alice, {"dialysis": "yes"})
    low_magnesium(alice)
    said = words(browser.get("/advice/"))

    assert "Your kidney team's limits replace these references." in said
    assert "leafy greens" not in said  # no food tip


@pytest.mark.parametrize("eats_little", [False, True])
def test_too_few_finished_days_are_said_without_energy_where_that_could_harm(browser, alice, eats_little):
    today = findings.today(alice)
    NutrientGap.objects.create(
        diarist=alice, as_of=today, window_days=28, nutrient="magnesium_mg", kind="ear",
        band="not_enough_data", days_used=4, days_in_window=28, reasons=["diary_implausible", "too_few_days"],
    )  # fmt: skip
    if eats_little:
        people.answer_conditions(alice, {"eating_disorder": "yes"})
    said = words(browser.get("/advice/"))

    assert "Log more complete days" in said
    assert ("less than a body like yours usually uses" in said) is not eats_little
    assert ("4 of 28 count so far" in said) is eats_little


def test_findings_older_than_the_diary_are_called_so_and_the_page_mends_itself(browser, alice):
    entries.log_water(alice, 200)
    page = browser.get("/advice/").content.decode()
    assert "These cards are older than your diary." in page and 'hx-get="/advice/"' in page

    asked_again = browser.get("/advice/", headers={"HX-Request": "true"})
    assert "older than your diary" in asked_again.content.decode()
    assert "<main" not in asked_again.content.decode()

    StaleDay.objects.all().delete()
    current = browser.get("/advice/", headers={"HX-Request": "true"})
    assert current.headers["HX-Retarget"] == "#advice" and current.headers["HX-Reselect"] == "#advice"
    assert 'id="advice"' in current.content.decode()
    assert "older than your diary" not in current.content.decode()
    assert "HX-Request" in current.headers["Vary"]


def test_with_the_broker_away_the_page_still_shows_its_cards(browser, alice, monkeypatch):
    def away(*arguments):
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.review_diarist, "delay", away)
    entries.tick_warning_signs(alice, signs=["seizure"])
    said = words(browser.get("/advice/"))
    assert "A fit, fainting or confusion: get help now" in said
    assert "These cards are older than your diary." in said


def test_whoever_is_not_signed_in_is_led_to_the_sign_in(client, db):
    assert client.get("/advice/").headers["Location"] == "/accounts/login/?next=/advice/"


def test_many_earlier_cards_cost_no_more_queries(browser, alice, django_assert_num_queries):
    def sum_up(count):
        for n in range(count):
            [card] = entries.tick_warning_signs(alice, signs=["seizure"]).red_flags
            advice.got_help(card)
            Advice.objects.filter(pk=card.pk).update(created_at=timezone.now() - timedelta(hours=n))
        StaleDay.objects.all().delete()

    for count in (1, 8):
        sum_up(count)
        # session, user, diarist, freshness, cards, past cards, the silence, answers, gaps
        with django_assert_num_queries(8):
            browser.get("/advice/")
