"""Statuses of signing in that a phone acts on, and lockouts that hold whatever is down."""

import subprocess
import sys
import time

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import override_settings

from journal import people
from spasmlog.access import Patience
from tests.api.conftest import LOG_IN, PASSWORD, SIGN_UP, Phone
from tests.api.test_contract import is_problem
from tests.conftest import environment

AUTH = "/_allauth/app/v1/auth/"
NO_REDIS = {
    "default": {
        "BACKEND": "spasmlog.cache.FailOpenRedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",  # nobody listens there
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    },
    "lockouts": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "lockouts"},
}


def log_in(password=PASSWORD, name="alice", **headers):
    return Phone().send(LOG_IN, {"email": f"{name}@example.org", "password": password}, **headers)


def test_five_wrong_passwords_lock_and_the_answer_says_for_how_long(alice):
    with time_machine.travel(time.time(), tick=False) as clock:
        for _guess in range(5):
            assert log_in("wrong").status_code == 400
            clock.shift(10)

        said = log_in()  # the right one

        assert said.status_code == said.json()["status"] == 429
        assert said.json()["errors"][0]["code"] == "too_many_login_attempts"
        assert said["Retry-After"] == "250"  # five in 300 s; the first was 50 s ago
        clock.shift(249)
        assert log_in().status_code == 429
        clock.shift(2)
        assert log_in().status_code == 200


def test_a_lockout_ends_nobodys_token_and_locks_nobody_else(alice, bob):
    for _guess in range(6):
        said = log_in("wrong")
    assert said.status_code == 429

    assert alice.read("profile/").status_code == 200
    assert log_in(name="bob").status_code == 200


def test_wrong_passwords_for_many_accounts_from_one_address_lock_that_address(alice):
    for person in range(10):
        assert log_in("wrong", name=f"person{person}").status_code == 400

    said = log_in()

    assert said.status_code == 429
    assert 1 <= int(said["Retry-After"]) <= 60


def test_wrong_codes_of_a_second_factor_lock_too(alice):
    TOTP.activate(get_user_model().objects.get(pk=alice.user_id), generate_totp_secret())
    half_way = Phone(log_in().json()["meta"]["session_token"])
    with time_machine.travel(time.time(), tick=False) as clock:
        guesses = []
        for _guess in range(6):
            guesses.append(half_way.send(f"{AUTH}2fa/authenticate", {"code": "000000"}))
            clock.shift(10)

    assert [said.status_code for said in guesses] == [400] * 5 + [429]
    assert guesses[-1]["Retry-After"] == "250"  # five in 300 s; the first was 50 s before the sixth
    assert half_way.read("profile/").status_code == 401


def test_wrong_codes_of_somebody_who_is_signed_in_lock_for_as_long_as_is_said(alice):
    TOTP.activate(get_user_model().objects.get(pk=alice.user_id), generate_totp_secret())
    with time_machine.travel(time.time(), tick=False) as clock:
        for _guess in range(6):
            said = alice.send(f"{AUTH}2fa/reauthenticate", {"code": "000000"})
            clock.shift(10)

    assert (said.status_code, said["Retry-After"]) == (429, "250")


def test_the_web_locks_with_the_phone_and_says_so(alice, client):
    for _guess in range(5):
        log_in("wrong")

    said = client.post("/accounts/login/", {"login": "alice@example.org", "password": PASSWORD})

    assert said.status_code == 200
    assert "Too many failed" in said.content.decode()
    assert client.get("/me/").status_code == 302


def test_a_flood_of_sign_ins_is_429_on_the_web_too_with_a_page_of_ours(client, db):
    for _request in range(30):
        client.post("/accounts/login/", {"login": "", "password": ""})

    said = client.post("/accounts/login/", {"login": "", "password": ""})

    assert said.status_code == 429
    assert int(said["Retry-After"]) > 0
    assert "Too many attempts" in said.content.decode() and "SpasmLog" in said.content.decode()


@override_settings(CACHES=NO_REDIS)
def test_a_lockout_holds_while_redis_is_down(alice):
    for _guess in range(5):
        assert log_in("wrong").status_code == 400

    assert log_in().status_code == 429


@override_settings(CACHES=NO_REDIS)
def test_logging_goes_on_while_redis_is_down_and_nothing_is_throttled(alice, monkeypatch):
    monkeypatch.setattr(Patience, "THROTTLE_RATES", {"person": "1/min"})
    assert cache.get("anything") is None

    assert [alice.send("water/", {"amount_ml": 200}).status_code for _glass in range(3)] == [201] * 3


@override_settings(CACHES=NO_REDIS)
def test_guesses_at_a_pairing_code_are_counted_while_redis_is_down(db):
    for _guess in range(10):
        is_problem(Phone().send("pairing/", {"code": "22222-22222"}), 400)

    is_problem(Phone().send("pairing/", {"code": "22222-22222"}), 429, "throttled")


FIVE_GUESSES = """
import django
django.setup()
from django.test import Client
for _ in range(5):
    said = Client(SERVER_NAME="localhost").post(
        "/_allauth/app/v1/auth/login",
        {"email": "alice@example.org", "password": "wrong"}, content_type="application/json",
    )
    print(said.status_code)
"""


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_wrong_passwords_count_in_every_process(alice):
    other = subprocess.run(
        [sys.executable, "-c", FIVE_GUESSES], env=environment(), capture_output=True, text=True, timeout=60
    )
    assert other.stdout.split() == ["400"] * 5, other.stderr

    assert log_in(Host="localhost").status_code == 429


def test_a_token_that_has_ended_is_401_at_sign_in_too(alice):
    for token in ("stale", alice.token):
        if token == alice.token:
            alice.erase(f"{AUTH}session")
        for address in (f"{AUTH}session", f"{AUTH}sessions", "/_allauth/app/v1/account/authenticators"):
            said = Phone(token).read(address)
            assert said.status_code == said.json()["status"] == 401, address
            assert said["WWW-Authenticate"].startswith("X-Session-Token")


def test_closed_sign_up_is_403_and_says_so_in_words(stranger, settings):
    settings.REGISTRATION = "closed"

    said = stranger.send(SIGN_UP, {"email": "carol@example.org", "password": PASSWORD})

    assert said.status_code == 403
    assert said.json()["errors"] == [
        {"code": "signup_closed", "message": "Sign-up is closed on this server. Ask whoever runs it."}
    ]
    assert not get_user_model().objects.exists()


def test_a_wrong_invitation_is_refused_in_words_at_its_field(stranger, settings):
    settings.REGISTRATION = "invitation"
    people.invite()

    said = stranger.send(
        SIGN_UP, {"email": "carol@example.org", "password": PASSWORD, "invitation": "made-up"}
    )

    (error,) = said.json()["errors"]
    assert (said.status_code, error["param"]) == (400, "invitation")
    assert error["message"] == "This invitation is not valid, or was used already. Ask for another."


@pytest.mark.parametrize(
    "address", ["/_allauth/", "/_allauth/app/v1/nowhere", "/_allauth/browser/v1/auth/login"]
)
def test_an_address_of_sign_in_that_is_not_there_is_a_404_problem(stranger, address):
    is_problem(stranger.read(address), 404, "not_found")
