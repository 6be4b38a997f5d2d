"""Signing up, in and out; the first answers; what advice must know; a forgotten password."""

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from journal import countries, demo, entries, people
from journal.codes import Condition
from journal.models import ConditionAnswer, Diarist, Invitation, LifeStagePeriod, Medicine, PersonalTarget
from tests.conftest import PASSWORD
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
NEW = {"email": "carol@example.org", "password1": "long enough for anybody 7"}
PERSON = {"units": "metric", "time_zone": "Europe/London"}


def test_sign_up_leads_to_the_first_answers_and_then_to_today(client):
    answer = client.post("/accounts/signup/", NEW, follow=True)
    assert answer.redirect_chain[-1][0] == "/me/start/"

    answer = client.post("/me/start/", {
        **PERSON, "birth_date": "1985-06-30", "sex": "female", "height_cm": "170", "weight_kg": "65,5",
        "region": "gb", "kidney_disease": "no", "takes_medicines": "no", "do": "save",
    }, follow=True)  # fmt: skip

    assert answer.redirect_chain[-1][0] == "/"
    diarist = Diarist.objects.get(user__email=NEW["email"])
    assert (diarist.birth_date, diarist.sex, diarist.height_cm) == (date(1985, 6, 30), "female", Decimal(170))
    assert (diarist.time_zone, diarist.region, diarist.takes_medicines) == ("Europe/London", "GB", "no")
    assert people.weight_kg(diarist) == Decimal("65.5")
    assert people.conditions(diarist)["kidney_disease"] == "no"


def test_all_of_it_can_come_later_and_nothing_is_assumed(client):
    client.post("/accounts/signup/", NEW)
    answer = client.post("/me/start/", {"do": "later"}, follow=True)
    diarist = Diarist.objects.get(user__email=NEW["email"])
    assert (diarist.birth_date, diarist.sex, diarist.takes_medicines) == (None, None, "unknown")
    assert not ConditionAnswer.objects.exists()
    assert "Answer a few questions" not in words(answer)  # it was asked once


def test_height_and_weight_are_read_in_the_units_chosen_in_the_same_form(browser, alice):
    browser.post(
        "/me/start/", {**PERSON, "units": "us", "height_cm": "5'10", "weight_kg": "154", "do": "save"}
    )
    alice.refresh_from_db()
    assert alice.height_cm == Decimal("177.8")  # 70 in x 2.54
    assert people.weight_kg(alice) == Decimal("69.85")  # 154 lb x 0.45359237 = 69.853


@pytest.mark.parametrize("units", ["us", "metric"])
def test_an_untouched_height_stays_to_the_millimetre_also_when_the_units_change(client, bob, units):
    client.force_login(bob.user)
    page = client.get("/me/start/").content.decode()
    shown = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("height_cm", "weight_kg")
    }
    assert shown == {
        "height_cm": "70.9",
        "weight_kg": "180.8",
    }  # 180 / 2.54 = 70.866; 82 / 0.45359237 = 180.779
    client.post("/me/start/", {"units": units, "time_zone": "America/New_York", **shown, "do": "save"})
    bob.refresh_from_db()
    assert (bob.height_cm, people.weight_kg(bob), bob.units) == (Decimal("180.0"), Decimal("82.00"), units)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("birth_date", "2099-01-01", "A birth date cannot be in the future."),
        ("birth_date", "1850-01-01", "Check the year: a birth date before 1900 is not possible."),
        ("height_cm", "1.70", "A height must be from 40 to 260 cm."),
        ("weight_kg", "6500", "A body weight must be from 2 to 400 kg."),
        ("region", "G1", "Give the country as two letters, such as GB or US."),
        ("time_zone", "Mars/Olympus", "Select a valid choice."),
    ],
)
def test_an_impossible_answer_is_refused_at_its_field_and_nothing_is_changed(
    browser, alice, field, typed, said
):
    answer = browser.post("/me/start/", {**PERSON, "birth_date": "1990-03-14", field: typed, "do": "save"})
    assert answer.status_code == 200
    assert said in answer.content.decode().split(f'id="id_{field}_error"')[1][:700]
    alice.refresh_from_db()
    assert (alice.time_zone, alice.height_cm, people.weight_kg(alice)) == (
        "Pacific/Auckland",
        Decimal(168),
        Decimal(64),
    )


def test_web_and_rest_refuse_the_same_height_in_the_same_words(browser, phone):
    on_web = browser.post("/me/start/", {**PERSON, "height_cm": "500", "do": "save"})
    by_rest = phone.patch("/api/v1/profile/", {"height_cm": 500}, format="json")
    assert by_rest.status_code == 400
    assert (
        "A height must be from 40 to 260 cm." in words(on_web)
        and "A height must be from 40 to 260 cm." in by_rest.content.decode()
    )


def test_me_says_what_is_known_in_a_line_each(browser, alice):
    people.answer_conditions(alice, {"vegan": "yes", "diabetes": "no"})
    people.set_medicines(alice, [{"medicine_class": "statins", "name": "simvastatin"}])
    people.set_targets(alice, [{"nutrient": "magnesium_mg", "amount": Decimal(350), "set_by": "clinician"}])
    with time_machine.travel("2026-11-25T00:00:00Z"):
        said = words(browser.get("/me/"))
    assert "36 years old · female · 168 cm" in said  # born in March 1990
    assert "Metric · Pacific/Auckland · weeks start on Monday" in said
    unanswered = len(Condition) - 2
    assert f"Vegan diet · {unanswered} not answered" in said
    assert "Simvastatin" in said and "Magnesium 350 mg, set by my clinician" in said
    assert "64 kg" in said and "Off. With it, a password that leaks opens nothing." in said


def test_me_speaks_in_the_units_of_the_person(client, bob):
    client.force_login(bob.user)
    said = words(client.get("/me/"))
    assert "5 ft 11 in" in said  # 180 cm / 2.54 = 70.9 in
    assert "181 lb" in said  # 82 kg / 0.45359237 = 180.8
    assert "US units · America/New York · weeks start on Sunday" in said


def test_what_is_missing_says_what_it_would_be_good_for(client):
    client.post("/accounts/signup/", NEW)
    client.post("/me/start/", {"do": "later"})
    page = client.get("/me/")
    said = words(page)
    assert "Say how old you are and which sex, and the reference values are yours." in said
    assert "Until then tips that may not be safe for everybody are left out." in said
    assert "Did a clinician give you an amount? Add it." in said
    # You, conditions, medicines, weight, and the second factor is off. No target is nothing amiss.
    assert page.content.decode().count('class="me-missing"') == 5


def test_about_you_changes_what_reference_values_ask(browser, alice):
    page = browser.get("/me/profile/").content.decode()
    assert 'value="1990-03-14"' in page and 'value="168"' in page and 'value="64"' in page
    browser.post("/me/profile/", {
        "authority": "efsa", "takes_medicines": "yes", "birth_date": "1990-03-14", "sex": "female",
    })  # fmt: skip
    alice.refresh_from_db()
    assert (alice.authority, alice.takes_medicines, alice.sex) == ("efsa", "yes", "female")
    assert alice.height_cm is None  # taken out of the form, and so not known any more
    assert alice.time_zone == "Pacific/Auckland"  # another page's answer stays


def test_place_changes_units_zone_and_weeks_and_leaves_the_rest(browser, alice):
    browser.post("/me/place/", {
        "units": "us", "time_zone": "Europe/London", "region": "gb", "day_start": "05:00", "week_start": "6",
    })  # fmt: skip
    alice.refresh_from_db()
    assert (alice.units, alice.time_zone, alice.region) == ("us", "Europe/London", "GB")
    assert (alice.day_start.hour, alice.week_start) == (5, 6)
    assert (alice.height_cm, alice.sex, alice.authority) == (Decimal(168), "female", "nasem")


def test_exercise_names_its_speeds_in_the_persons_units(browser, alice):
    assert "km/h" in words(browser.get("/exercise/add/?q=walking"))
    people.update_profile(alice, units="us")
    said = words(browser.get("/exercise/add/?q=walking"))
    assert "mph" in said and "km/h" not in said


@pytest.mark.parametrize("path", ["/me/delete-account/", "/me/import/"])
def test_pages_behind_me_lead_back_to_it_at_their_head(browser, alice, path):
    head = browser.get(path).content.decode().split("<h1>")[0].split("<main")[1]
    assert 'href="/me/"' in head


def test_the_page_of_addresses_speaks_as_the_other_pages_do(browser, alice):
    said = words(browser.get("/accounts/email/"))
    assert "E-mail addresses" in said and "Make it the main one" in said and "Add an address" in said
    assert not re.search("Email|Primary|Re-send|Verified", said)
    browser.post("/accounts/email/", {"action_add": "", "email": "second@example.org"})
    assert "second@example.org" in words(browser.get("/accounts/email/"))


def test_the_unit_of_an_own_target_is_told_before_a_nutrient_is_chosen(browser, alice):
    assert "In the unit that stands behind the nutrient" in words(browser.get("/me/targets/"))


def test_signing_in_asks_for_an_e_mail_or_a_username(client, alice):
    said = client.get("/accounts/login/").content.decode()
    assert '<label for="id_login">E-mail or username</label>' in said
    for name in (alice.user.username, alice.user.email):
        client.logout()
        assert client.post("/accounts/login/", {"login": name, "password": PASSWORD}).status_code == 302


def test_the_demo_account_is_named_where_it_is_there_to_look_around_and_nowhere_else(client, db, settings):
    def said():
        return words(client.get("/accounts/login/"))

    assert settings.SHOW_DEMO is False  # as on any server that `make run` did not start
    settings.SHOW_DEMO = True
    assert demo.EMAIL not in said()  # no such diary here
    get_user_model().objects.create_user("demo", demo.EMAIL, demo.PASSWORD)
    assert f"sign in as {demo.EMAIL} with the password {demo.PASSWORD}" in said()
    settings.SHOW_DEMO = False
    assert demo.EMAIL not in said()


@pytest.mark.parametrize(("region", "starts_on"), [("us", 6), ("EG", 5), ("DE", 0), ("", 0)])
def test_with_the_first_answers_weeks_start_as_they_do_in_the_country(client, region, starts_on):
    """Unicode CLDR: Sunday in the United States, Saturday in Egypt, Monday in Germany."""
    client.post("/accounts/signup/", NEW)
    client.post("/me/start/", {**PERSON, "region": region, "do": "save"})
    assert Diarist.objects.get().week_start == starts_on


def test_a_week_start_that_was_chosen_is_not_changed_by_another_country(alice):
    people.update_profile(alice, region="US")
    assert alice.week_start == 0
    other = get_user_model().objects.create_user("dora", "dora@example.org", "x")
    assert people.update_profile(people.diarist_of(other), region="US", week_start=0).week_start == 0


def country_list(html):
    """The choices of the country on a page, and those of them that are selected."""
    options = re.search(r'<select name="region".*?</select>', html, re.S)[0]
    return re.findall(r'value="(\w\w)"', options), re.findall(r'value="(\w*)" selected', options)


def test_the_country_is_chosen_by_name_from_the_list_of_the_warning_signs_and_nothing_is_preselected(client):
    client.post("/accounts/signup/", NEW)
    start = client.get("/me/start/", headers={"Accept-Language": "en-US"}).content.decode()
    listed, selected = country_list(start)
    assert listed == [code for code, _name in countries.by_name()] and not set(selected) - {""}
    assert 'data-detect="region"' not in start  # a browser's language tells no country
    client.post("/me/start/", {**PERSON, "region": "", "do": "save"})
    assert Diarist.objects.get().region == ""
    assert "your local emergency number" in client.get("/warning-signs/").content.decode()


def test_a_country_that_was_chosen_is_selected_again_also_one_that_the_list_does_not_hold(browser, alice):
    assert country_list(browser.get("/me/place/").content.decode())[1] == ["NZ"]
    people.update_profile(alice, region="TV")
    assert country_list(browser.get("/me/place/").content.decode())[1] == ["TV"]
    browser.post("/me/place/", {
        "units": "metric", "time_zone": "Europe/London", "region": "TV", "day_start": "04:00",
        "week_start": "0",
    })  # fmt: skip
    alice.refresh_from_db()
    assert (alice.region, alice.time_zone) == ("TV", "Europe/London")


def test_what_was_logged_before_a_journey_keeps_its_day_and_its_clock(browser, alice):
    with time_machine.travel("2026-11-24T22:10:00Z"):  # 11:10 on the 25th in Auckland
        water = entries.log_water(alice, Decimal(300))
    with time_machine.travel("2026-11-25T12:00:00Z"):
        browser.post("/me/place/", {
            "units": "metric", "time_zone": "Europe/London", "day_start": "04:00", "week_start": "0",
        })  # fmt: skip
        page = words(browser.get("/day/2026-11-25/", follow=True))
    water.refresh_from_db()
    assert (water.local_date, water.tz) == (date(2026, 11, 25), "Pacific/Auckland")
    assert "11:10" in page and "Pacific/Auckland" in page


def test_the_page_says_what_becomes_of_days_on_a_journey(browser):
    said = words(browser.get("/me/place/"))
    assert "What is logged already stays on its day" in said


def test_conditions_are_answered_one_by_one(browser, alice):
    browser.post("/me/conditions/", {"kidney_disease": "yes", "vegan": "no"})
    known = people.conditions(alice)
    assert (known["kidney_disease"], known["vegan"], known["diabetes"]) == ("yes", "no", "unknown")
    assert re.search(
        r'name="kidney_disease" value="yes"[^>]*checked', browser.get("/me/conditions/").content.decode()
    )


def rows(prefix, *said):
    form = {
        "row-TOTAL_FORMS": len(said),
        "row-INITIAL_FORMS": prefix,
        "row-MIN_NUM_FORMS": 0,
        "row-MAX_NUM_FORMS": 40,
    }
    for i, row in enumerate(said):
        form |= {f"row-{i}-{name}": value for name, value in row.items()}
    return form


def test_medicines_are_a_list_with_dates_that_can_be_shortened(browser, alice):
    metformin = {"medicine_class": "metformin", "name": "", "started_on": "2025-02-01", "stopped_on": ""}
    browser.post("/me/medicines/", rows(0, metformin, {"medicine_class": ""}))
    alice.refresh_from_db()
    assert alice.takes_medicines == "yes" and Medicine.objects.get().started_on == date(2025, 2, 1)

    browser.post("/me/medicines/", rows(1, {**metformin, "DELETE": "on"}, {"medicine_class": "statins"}))
    assert [m.medicine_class for m in Medicine.objects.all()] == ["statins"]


def test_a_medicine_that_ends_before_it_starts_is_refused_and_the_list_stays(browser, alice):
    people.set_medicines(alice, [{"medicine_class": "statins"}])
    wrong = {"medicine_class": "metformin", "started_on": "2025-02-01", "stopped_on": "2025-01-01"}
    answer = browser.post("/me/medicines/", rows(0, wrong))
    assert "This cannot end before it starts." in words(answer)
    assert [m.medicine_class for m in Medicine.objects.all()] == ["statins"]


def test_life_stages_and_targets_are_lists_too(browser, alice):
    browser.post("/me/life-stages/", rows(0, {"stage": "pregnancy", "started_on": "2026-05-01"}))
    assert LifeStagePeriod.objects.get().stage == "pregnancy"
    browser.post(
        "/me/targets/", rows(0, {"nutrient": "magnesium_mg", "amount": "350,5", "set_by": "clinician"})
    )
    assert PersonalTarget.objects.get().amount == Decimal("350.5")
    assert 'value="350.5"' in browser.get("/me/targets/").content.decode()


def test_a_target_of_nothing_is_refused(browser, alice):
    answer = browser.post(
        "/me/targets/", rows(0, {"nutrient": "magnesium_mg", "amount": "0", "set_by": "own"})
    )
    assert "A target must be more than 0." in words(answer) and not PersonalTarget.objects.exists()


@pytest.mark.parametrize(
    ("nutrient", "amount"),
    [
        ("magnesium_mg", "10001"),
        ("magnesium_mg", "99999999"),
        ("vitamin_d_iu", "99999999"),
        ("water_g", "999999"),
    ],
)
def test_a_target_that_can_only_be_a_slip_of_the_unit_is_refused_by_both_doors(
    browser, phone, alice, nutrient, amount
):
    said = "No target is that much a day. Check the amount and the unit."
    answer = words(
        browser.post("/me/targets/", rows(0, {"nutrient": nutrient, "amount": amount, "set_by": "own"}))
    )
    assert answer.count(said) == 1 and "digits" not in answer
    if nutrient != "vitamin_d_iu":  # phones send µg
        target = {"nutrient": nutrient, "amount": float(amount)}
        refused = phone.patch("/api/v1/profile/", {"targets": [target]}, format="json")
        assert refused.status_code == 400 and said in refused.content.decode()
    assert not PersonalTarget.objects.exists()


# Getting in -----------------------------------------------------------------------------------


def test_sign_in_by_address_or_name_and_sign_out(client, alice):
    for login in ("alice@example.org", "alice"):
        answer = client.post("/accounts/login/", {"login": login, "password": PASSWORD})
        assert answer["Location"] == "/"
        assert client.get("/").status_code == 200
        client.post("/accounts/logout/")
        assert client.get("/").status_code == 302


def test_a_wrong_password_says_so_at_the_form(client, alice):
    answer = client.post("/accounts/login/", {"login": "alice", "password": "not this one"})
    assert answer.status_code == 200 and 'role="alert"' in answer.content.decode()


def test_registration_can_be_closed_or_by_invitation(client, settings):
    settings.REGISTRATION = "closed"
    assert "Sign-up is closed" in words(client.get("/accounts/signup/"))

    settings.REGISTRATION = "invitation"
    client.post("/accounts/signup/", {**NEW, "invitation": "guessed"})
    assert not get_user_model().objects.filter(email=NEW["email"]).exists()
    client.post("/accounts/signup/", {**NEW, "invitation": people.invite()})
    assert get_user_model().objects.filter(email=NEW["email"]).exists()


def test_the_invitation_command_prints_a_code_that_works_once(capsys):
    call_command("invite", "--days", "2")
    code = capsys.readouterr().out.strip()
    days = (Invitation.objects.get().expires_at - Invitation.objects.get().created_at).total_seconds() / 86400
    assert people._unused(code, Invitation.objects.get().created_at).exists() and round(days) == 2


@pytest.mark.parametrize("days", ["0", "-5", "366", "99999999999"])
def test_an_invitation_that_is_dead_or_good_for_ever_is_refused(db, days):
    with pytest.raises(CommandError, match="1 to 365"):
        call_command("invite", "--days", days)
    assert not Invitation.objects.exists()


def test_a_forgotten_password_is_mended_by_a_link_that_is_good_once(client, alice, capsys):
    call_command("reset_link", "Alice@example.org", "--at", "https://diary.example.org")
    link = capsys.readouterr().out.strip()
    assert link.startswith("https://diary.example.org/accounts/password/reset/key/")

    form = client.get(link.removeprefix("https://diary.example.org"), follow=True)
    client.post(
        form.redirect_chain[-1][0], {"password1": "quite another one 8", "password2": "quite another one 8"}
    )
    alice.user.refresh_from_db()
    assert alice.user.check_password("quite another one 8")

    again = client.get(link.removeprefix("https://diary.example.org"), follow=True)
    assert "This link is no longer good" in words(again)


@pytest.mark.parametrize(
    "at", ["foo.example", "foo.example:8000", "ftp://foo.example", "https://", "http://["]
)
def test_a_link_without_the_whole_address_of_the_server_is_refused(alice, at):
    with pytest.raises(CommandError, match="such as https://"):
        call_command("reset_link", "alice", "--at", at)


def test_there_is_no_link_for_somebody_who_is_not_there(db):
    with pytest.raises(CommandError, match="There is no account of"):
        call_command("reset_link", "nobody@example.org")


def test_without_mail_the_page_tells_who_can_help(client):
    said = words(client.get("/accounts/password/reset/"))
    assert "This server sends no mail." in said and "reset_link" in said


@pytest.mark.parametrize(
    "path", ["/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/logout/"]
)
def test_pages_of_the_account_stand_in_the_same_house(browser, alice, path):
    page = browser.get(path, follow=True).content.decode()
    assert '<nav class="main-nav"' in page and "base.css" in page and page.count("<h1>") == 1


def test_a_user_who_came_another_way_gets_a_diary_and_no_error(client):
    user = get_user_model().objects.create_superuser("root", "root@example.org", "x")
    client.force_login(user)
    assert "Answer a few questions" in words(client.get("/"))


# Colours --------------------------------------------------------------------------------------


def test_chosen_colours_are_in_the_next_page_from_its_first_byte(browser, alice):
    assert "data-theme" not in browser.get("/").content.decode()
    browser.post("/me/theme/", {"theme": "dark"})
    assert '<html lang="en-gb" data-theme="dark">' in browser.get("/").content.decode()
    browser.post("/me/theme/", {"theme": '"><script>'})
    assert "data-theme" not in browser.get("/").content.decode()


# What people call their medicines --------------------------------------------------------------


@pytest.mark.parametrize("part", ["/me/kinds/", "/me/medicines/", "/me/conditions/"])
def test_a_medicine_is_found_by_its_name_or_by_what_people_call_it(browser, part):
    """The part that htmx asks for, and both pages without it."""
    for typed in ("water tablet", "Furosemide"):
        page = browser.get(part, {"q": typed})
        assert "loop diuretic" in words(page).casefold(), typed
        assert "/me/medicines/?kind=loop_diuretics" in page.content.decode()


def test_a_medicine_that_was_found_is_filled_in_and_stored_when_sent(browser, alice):
    page = browser.get("/me/medicines/", {"q": "furosemide"}).content.decode()
    address = re.search(r'href="(/me/medicines/[^"]*kind=loop_diuretics[^"]*)#list"', page).group(1)

    form = browser.get(address.replace("&amp;", "&")).content.decode()

    assert re.search(r'<option value="loop_diuretics" selected', form)
    assert re.search(r'name="row-0-name" value="furosemide"', form)
    assert not Medicine.objects.exists()  # looking stores nothing
    browser.post("/me/medicines/", rows(0, {"medicine_class": "loop_diuretics", "name": "furosemide"}))
    assert Medicine.objects.get().medicine_class == "loop_diuretics"


def test_the_filled_row_comes_after_those_that_are_stored(browser, alice):
    people.set_medicines(alice, [{"medicine_class": "statins"}])
    form = browser.get("/me/medicines/", {"kind": "metformin"}).content.decode()
    assert form.index('<option value="statins" selected') < form.index('<option value="metformin" selected')


def test_a_condition_is_found_and_leads_to_its_question(browser):
    page = browser.get("/me/medicines/", {"q": "kidney"}).content.decode()
    assert 'href="/me/conditions/#kidney_disease"' in page
    assert 'id="kidney_disease"' in browser.get("/me/conditions/").content.decode()


def test_words_that_mean_nothing_here_are_answered_in_words(browser):
    assert "Nothing found for “xyzzy”" in words(browser.get("/me/kinds/", {"q": "xyzzy"}))
    assert browser.get("/me/medicines/", {"kind": "no-such", "q": "<b>"}).status_code == 200


@pytest.mark.parametrize(
    "page", ["/weights/", "/me/profile/", "/me/place/", "/me/conditions/", "/me/medicines/", "/me/targets/"]
)
def test_each_page_that_me_lists_leads_back_to_it_from_its_top(browser, page):
    main = browser.get(page).content.decode().partition("<main")[2]
    assert '<a class="button button-plain" href="/me/">' in main.partition("<h1>")[0]
