"""Warning signs: for everybody, answered at once, and stored only in one's own diary."""

from itertools import chain

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from journal import countries, emergency, entries, people, signs, tasks
from journal.calc.redflags import RED_FLAGS
from journal.codes import Sign
from journal.models import Advice, SpasmEpisode, StaleDay, WarningSigns
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
PAGE = "/warning-signs/"


@pytest.fixture
def passer_by(client):
    """A browser that nobody signed in on."""
    return client


def rules(answer):
    """Rules of the cards on a page, in their order."""
    return [part.split('"')[0] for part in answer.content.decode().split('data-rule="')[1:]]


def everything_stored():
    kinds = [WarningSigns, SpasmEpisode, Advice, StaleDay, Session]
    return {kind.__name__: kind.objects.count() for kind in kinds}


# The list -------------------------------------------------------------------------------------


def test_every_sign_has_exactly_one_tick_box():
    listed = [*chain.from_iterable(group for _title, group in signs.URGENT), *signs.TELL]
    assert sorted(listed) == sorted(Sign.values)


def test_no_sign_that_a_rule_looks_at_is_called_merely_worth_telling():
    looked_at = set(chain.from_iterable(rule.looks_at for rule in RED_FLAGS))
    assert not looked_at & set(signs.TELL)


@pytest.mark.parametrize("who", ["passer_by", "browser"])
def test_the_list_opens_with_or_without_an_account(who, request):
    answer = request.getfixturevalue(who).get(PAGE)
    said = words(answer)

    assert answer.content.decode().count('name="signs"') == len(Sign)
    assert "Tick what you notice" in said and "Cannot be woken" in said
    assert "If no warning is shown here, that does not mean that all is well" in said  # the lasting note
    assert 'role="alert"' not in answer.content.decode()


def test_it_is_one_tap_away_from_every_page_with_or_without_an_account(browser, alice):
    for page in ("/", "/advice/", "/foods/", "/me/"):
        assert f'<a href="{PAGE}">' in browser.get(page).content.decode(), page
    assert f'<a href="{PAGE}">' in Client().get("/accounts/login/").content.decode()


# Anybody --------------------------------------------------------------------------------------


def test_without_an_account_ticks_are_answered_and_nothing_is_stored(passer_by, django_assert_num_queries):
    before = everything_stored()
    with django_assert_num_queries(0):
        answer = passer_by.post(PAGE, {"signs": ["seizure", "numbness"]})

    assert rules(answer) == ["R01"]
    assert 'id="answer" class="stack" tabindex="-1" role="alert" autofocus' in answer.content.decode()
    assert "You ticked: a fit or seizure." in words(answer)
    assert "Call your local emergency number now" in words(answer) and "tel:" not in answer.content.decode()
    assert "Mention these as well when you get help Numbness" in words(answer)
    assert everything_stored() == before
    assert not passer_by.session.keys() and "spasmlog_session" not in answer.cookies
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_chosen_country_gives_the_number_to_call(passer_by):
    chosen = passer_by.get(PAGE, {"region": "GB"}).content.decode()
    assert 'href="tel:999"' in chosen and 'name="region" value="GB"' in chosen
    answered = passer_by.post(PAGE, {"signs": ["one_leg_swollen"], "region": "GB"}).content.decode()
    assert 'href="tel:999"' in answered and 'href="tel:111"' in answered and "NHS 111" in answered


@pytest.mark.parametrize("typed", ["XX", "", "GBR", "<b>", "  "])
def test_a_country_that_is_not_known_gets_no_guessed_number(passer_by, typed):
    answer = passer_by.get(PAGE, {"region": typed}).content.decode()
    assert "call your local emergency number" in answer and "tel:" not in answer


def test_every_country_with_a_number_has_a_name_and_every_name_a_number():
    assert set(countries.COUNTRIES) == set(emergency._table())


def test_what_a_profile_would_know_is_asked_without_one(passer_by):
    # R13 asks for pregnancy, R15 for dialysis, R14 for a cramp beside what came before (docs/advice.md).
    assert rules(passer_by.post(PAGE, {"signs": ["visual_change"]})) == []
    assert rules(passer_by.post(PAGE, {"signs": ["visual_change"], "pregnant": "on"})) == ["R13"]
    assert rules(passer_by.post(PAGE, {"signs": ["palpitations"]})) == []
    assert rules(passer_by.post(PAGE, {"signs": ["palpitations"], "kidney_failure": "on"})) == ["R15"]
    assert rules(passer_by.post(PAGE, {"signs": ["after_vomiting"]})) == []
    answer = passer_by.post(PAGE, {"signs": ["after_vomiting"], "cramp": "on"})
    assert rules(answer) == ["R14"] and "after heavy vomiting and a muscle cramp" in words(answer)


def test_the_emergency_number_comes_before_the_same_day(passer_by):
    assert rules(passer_by.post(PAGE, {"signs": ["one_leg_swollen", "numb_saddle"]})) == ["R11", "R08"]


def test_ticks_without_a_card_are_no_all_clear(passer_by):
    said = words(passer_by.post(PAGE, {"signs": ["fever"]}))
    assert "No urgent card goes with these ticks. That does not mean that all is well" in said


def test_signs_for_a_clinician_are_named_with_how_soon(passer_by):
    said = words(passer_by.post(PAGE, {"signs": ["tingling", "leg_pain_walking_stops_resting"]}))
    assert "Worth telling a clinician Tingling Leg pain on walking that stops on resting" in said
    assert "within a day or two" in said
    assert "within a day or two" not in words(passer_by.post(PAGE, {"signs": ["sore_tongue"]}))


def test_what_was_ticked_stays_ticked_beside_the_answer(passer_by):
    page = passer_by.post(PAGE, {"signs": ["seizure"]}).content.decode()
    assert 'value="seizure" id="id_signs_0" checked' in page


# Somebody's diary -----------------------------------------------------------------------------


@pytest.fixture
def nobody_works(monkeypatch):
    """No worker, and no broker to ask one."""

    def away(*arguments, **more):
        raise ConnectionError("no broker")

    for task in (tasks.review_diarist, tasks.review_as_of):
        monkeypatch.setattr(task, "delay", away)


def test_a_diarists_ticks_are_stored_and_answered_with_no_worker_and_no_broker(
    browser, alice, nobody_works, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        saved = browser.post(PAGE, {"signs": ["seizure", "numbness"]})
    stored = WarningSigns.objects.of(alice).get()
    answer = browser.get(saved.headers["Location"])

    assert saved.headers["Location"] == f"{PAGE}?ticked={stored.pk}#answer"
    assert stored.signs == ["seizure", "numbness"]
    assert rules(answer) == ["R01"] and 'href="tel:111"' in answer.content.decode()  # New Zealand
    assert f"/advice/{Advice.objects.get().pk}/got-help/" in answer.content.decode()


def test_a_cramp_that_was_not_logged_yet_is_logged_with_its_signs(browser, alice):
    answer = browser.post(PAGE, {"signs": ["dark_urine"], "cramp": "on"}, follow=True)

    assert SpasmEpisode.objects.of(alice).get().signs == ["dark_urine"]  # R07: dark urine on a cramp
    assert rules(answer) == ["R07"] and not WarningSigns.objects.exists()


def test_the_profile_answers_what_others_are_asked(browser, alice):
    people.answer_conditions(alice, {"dialysis": "yes"})
    answer = browser.post(PAGE, {"signs": ["weakness"]}, follow=True)
    assert rules(answer) == ["R15"] and 'name="kidney_failure"' not in answer.content.decode()


def test_open_cards_stay_on_the_page_until_help_was_got(browser, alice):
    browser.post(PAGE, {"signs": ["seizure"]})
    assert rules(browser.get(PAGE)) == ["R01"]
    browser.post(f"/advice/{Advice.objects.get().pk}/got-help/")
    assert rules(browser.get(PAGE)) == []


def test_a_tick_by_mistake_is_taken_back_and_its_card_with_it(browser, alice):
    page = browser.post(PAGE, {"signs": ["seizure"]}, follow=True).content.decode()
    stored = WarningSigns.objects.get()
    assert f'action="/entries/signs/{stored.pk}/delete/"' in page

    browser.post(f"/entries/signs/{stored.pk}/delete/", {"next": PAGE})
    assert Advice.objects.get().state == "withdrawn" and rules(browser.get(PAGE)) == []


def test_the_same_form_sent_twice_is_one_entry(browser, alice):
    form = {"signs": ["seizure"], "id": "11111111-1111-4111-8111-111111111111"}
    browser.post(PAGE, form)
    browser.post(PAGE, form)
    assert WarningSigns.objects.count() == 1 and Advice.objects.count() == 1


def test_web_and_rest_refuse_an_empty_or_unknown_tick_in_the_same_words(browser, phone, passer_by, alice):
    none, unknown = "Tick at least one warning sign.", "Choose warning signs from the list."
    for sent, refusal in (([], none), (["gloom"], unknown)):
        by_rest = phone.post("/api/v1/warning-signs/", {"signs": sent}, format="json")
        assert by_rest.status_code == 400 and refusal in by_rest.content.decode()
        assert refusal in words(browser.post(PAGE, {"signs": sent}))
        assert refusal in words(Client().post(PAGE, {"signs": sent}))
    assert not WarningSigns.objects.exists()


def test_another_persons_ticks_are_not_shown(browser, alice, bob):
    of_bob = entries.tick_warning_signs(bob, signs=["seizure"])
    answer = browser.get(f"{PAGE}?ticked={of_bob.pk}")
    assert rules(answer) == [] and str(of_bob.pk) not in answer.content.decode()
    assert browser.get(f"{PAGE}?ticked=nonsense").status_code == 200


def test_many_ticked_entries_cost_no_more_queries(browser, alice, django_assert_num_queries):
    for count in (1, 5):
        for _again in range(count):
            entries.tick_warning_signs(alice, signs=["seizure"])
        with django_assert_num_queries(3):  # session, person with diary, cards
            browser.get(PAGE)
