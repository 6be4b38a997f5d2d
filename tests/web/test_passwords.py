"""Passwords, second factors and what strangers type: what the verification standard asks of them."""

import re
import time

import pytest
import structlog
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command

from journal import entries
from tests.api.conftest import LOG_IN, SIGN_UP, Phone
from tests.api.test_contract import is_problem
from tests.api.test_sign_in import code_of
from tests.conftest import PASSWORD
from tests.web.test_devices_pages import signed_in
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
ANY = (
    "correct horse battery", "ünïcödé 日本語 🍌🍌", "x7" * 64, "spaces  in between", "onlysmallletters",
    "59301746285031", "8 signs!",
)  # fmt: skip


@pytest.mark.parametrize("password", ANY)
def test_a_password_may_be_of_any_kind_and_long_and_counts_to_its_last_letter(password):
    person = {"email": "carol@example.org", "username": "carol", "password": password}
    assert Phone().send(SIGN_UP, person).status_code == 200

    def log_in(said):
        return Phone().send(LOG_IN, {"email": "carol@example.org", "password": said}).status_code

    assert log_in(password) == 200
    assert log_in(password[:-1]) == log_in(password + "x") == log_in(password.swapcase() + "x") == 400


def test_a_space_at_an_end_is_refused_for_phones_could_not_send_it(client, alice):
    desk = signed_in(client, alice)
    for said in (" kelp forest 9", "kelp forest 9 "):
        change = {"oldpassword": PASSWORD, "password1": said, "password2": said}
        page = desk.post("/accounts/password/change/", change, follow=True)
        assert "must not begin or end with a space" in words(page)
    assert get_user_model().objects.get(pk=alice.user.pk).check_password(PASSWORD)


def test_another_password_is_set_only_by_whoever_says_the_present_one(client, alice):
    desk = signed_in(client, alice)
    change = {"password1": "kelp forest 9", "password2": "kelp forest 9"}
    for said in ("", "wrong"):
        assert desk.post("/accounts/password/change/", {**change, "oldpassword": said}).status_code == 200
    assert get_user_model().objects.get(pk=alice.user.pk).check_password(PASSWORD)


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_passwords_are_masked_and_password_managers_know_the_fields(client, alice, path):
    known = re.compile(r'autocomplete="(current|new)-password"')
    pages = [client.get(path)]
    signed_in(client, alice)
    pages += [client.get(path) for path in ("/accounts/password/change/", "/me/delete-account/")]
    for page in pages:
        fields = re.findall(r'<input[^>]*name="\w*password\w*"[^>]*>', page.content.decode())
        assert fields and all('type="password"' in one and known.search(one) for one in fields), fields


def factor_of(person):
    secret = generate_totp_secret()
    TOTP.activate(person.user, secret)
    return secret


def test_a_code_of_the_second_factor_is_good_once(alice, client):
    secret = factor_of(alice)
    with time_machine.travel(time.time(), tick=False):
        code = code_of(secret)
        for status in (302, 200):  # let in, and then asked again
            client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
            assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == status
            client.logout()


def test_a_new_password_by_link_does_not_go_round_the_second_factor(alice, client, capsys):
    factor_of(alice)
    call_command("reset_link", "alice@example.org", "--at", "https://diary.example.org")
    link = capsys.readouterr().out.strip().removeprefix("https://diary.example.org")
    form = client.get(link, follow=True)
    new = {"password1": "kelp forest 9", "password2": "kelp forest 9"}
    client.post(form.redirect_chain[-1][0], new)
    assert client.get("/me/").status_code == 302
    client.post("/accounts/login/", {"login": "alice", "password": "kelp forest 9"})
    assert client.get("/me/").status_code == 302
    assert "Your second factor" in words(client.get("/accounts/2fa/authenticate/"))


def test_an_address_with_a_line_break_gets_no_mail(settings):
    settings.EMAIL_URL = "smtp://mail"
    for address in (
        "carol@example.org\nBcc: all@example.org",
        "carol@example.org\r\n",
        "carol\n@example.org",
    ):
        Phone().send(SIGN_UP, {"email": address, "password": "kelp forest 9"})
        Phone().send("/_allauth/app/v1/auth/password/request", {"email": address})
    assert all("\n" not in to and "all@" not in to for one in mail.outbox for to in one.recipients())
    assert not get_user_model().objects.filter(email__contains="\n").exists()


def test_sign_ins_are_in_the_log_by_number(alice, bob):
    with structlog.testing.capture_logs() as lines:
        Phone().send(LOG_IN, {"email": alice.user.email, "password": PASSWORD})
        Phone().send(LOG_IN, {"email": bob.user.email, "password": "wrong"})
    told = [(one["kind"], one["account"]) for one in lines if one["event"] == "account_event"]
    assert told == [("new_device", alice.user.pk), ("sign_in_refused", bob.user.pk)]
    assert "example.org" not in str(lines)


MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def test_markup_that_somebody_types_is_shown_as_text(browser, alice, foods):
    from nutrients import foods as own

    food = own.save_own(alice.user, name=MARKUP, per_100g={"magnesium_mg": 1})
    entries.log_meal(alice, [(food, 100)], note=MARKUP)
    entries.save_supplement(alice, name=MARKUP, amounts={"magnesium_mg": 1})
    cramp = entries.log_spasm(alice, note=MARKUP)
    pages = ("/", "/foods/", f"/foods/?q={MARKUP}", f"/foods/{food.pk}/", f"/cramps/{cramp.pk}/",
             "/supplements/", "/meals/add/", f"/meals/results/?q={MARKUP}")  # fmt: skip
    for path in pages:
        page = browser.get(path).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page, path
    assert "&lt;script&gt;alert" in browser.get("/foods/").content.decode()


def test_a_parameter_given_twice_is_refused(phone):
    is_problem(phone.get("/api/v1/foods/?search=milk&search=beer"), 400)
