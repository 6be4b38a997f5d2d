"""From sign-up to sign-out on a phone, through the app client, as a phone developer would do it."""

import hashlib
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from journal import people
from journal.models import Diarist
from tests.api.conftest import LOG_IN, PASSWORD, SIGN_UP, Phone

AUTH = "/_allauth/app/v1/auth/"
ACCOUNT = "/_allauth/app/v1/account/"


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def log_in(name="alice", password=PASSWORD, phone=None):
    phone = phone or Phone()
    return phone, phone.send(LOG_IN, {"email": f"{name}@example.org", "password": password})


def signed_in(name="alice"):
    phone, said = log_in(name)
    assert said.status_code == 200, said.content
    phone.token = said.json()["meta"]["session_token"]
    return phone


def test_sign_up_needs_no_username_and_gives_a_token_and_a_diary(stranger):
    said = stranger.send(SIGN_UP, {"email": "carol@example.org", "password": PASSWORD})

    assert said.status_code == 200
    assert said.json()["meta"]["is_authenticated"] is True
    phone = Phone(said.json()["meta"]["session_token"])
    assert phone.read("profile/").json()["email"] == "carol@example.org"
    assert Diarist.objects.filter(user__email="carol@example.org").count() == 1


def test_only_a_digest_of_the_token_is_stored_anywhere(alice):
    name = f"phone-{hashlib.sha256(alice.token.encode()).hexdigest()[:34]}"

    assert list(Session.objects.values_list("session_key", flat=True)) == [name]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [name]
    assert not any(alice.token in row for row in Session.objects.values_list("session_data", flat=True))


def test_what_the_database_holds_opens_nothing_neither_as_token_nor_as_cookie(alice):
    stored = Session.objects.get().session_key

    assert Phone(stored).read("profile/").status_code == 401
    thief = Phone()
    thief.cookies[settings.SESSION_COOKIE_NAME] = stored
    assert thief.get("/accounts/password/change/").status_code == 302  # to the sign-in page
    assert thief.read("profile/").status_code == 401


def test_a_web_session_does_not_open_the_api(client, alice):
    client.force_login(get_user_model().objects.get(pk=alice.user_id))

    said = client.get("/api/v1/profile/")

    assert said.status_code == 401
    assert said.json()["code"] == "not_authenticated"


def test_without_or_with_a_stale_token_the_answer_is_401_with_a_challenge(stranger):
    for token in (None, "", "nonsense", "x" * 5000):
        said = stranger.read("meals/", X_Session_Token=token)
        assert said.status_code == 401, token
        assert said["WWW-Authenticate"].startswith("X-Session-Token")
        assert said["Content-Type"] == "application/problem+json"


def test_signing_in_gives_every_device_a_token_of_its_own(alice):
    tablet = signed_in()

    assert tablet.token != alice.token
    assert tablet.read("profile/").status_code == alice.read("profile/").status_code == 200


def test_devices_are_listed_without_their_tokens_and_one_can_be_signed_out(alice):
    tablet = signed_in()

    listed = alice.read(f"{AUTH}sessions")
    devices = listed.json()["data"]
    assert len(devices) == 2
    assert alice.token not in listed.content.decode()
    other = next(device["id"] for device in devices if not device["is_current"])

    assert alice.erase(f"{AUTH}sessions", {"sessions": [other]}).status_code == 200
    assert tablet.read("profile/").status_code == 401
    assert alice.read("profile/").status_code == 200


def test_another_persons_device_cannot_be_signed_out(alice, bob):
    mine = UserSession.objects.get(user_id=alice.user_id).pk

    assert bob.erase(f"{AUTH}sessions", {"sessions": [mine]}).status_code == 400
    assert alice.read("profile/").status_code == 200


def test_after_signing_out_the_token_is_worth_nothing(alice):
    assert alice.erase(f"{AUTH}session").status_code == 401  # allauth's word for "signed out now"

    assert alice.read("profile/").status_code == 401
    assert not Session.objects.exists()


def test_another_password_signs_the_other_devices_out(alice):
    tablet = signed_in()

    said = alice.send(
        f"{ACCOUNT}password/change",
        {"current_password": PASSWORD, "new_password": "another one altogether 9"},
    )

    assert said.status_code == 200, said.content
    assert tablet.read("profile/").status_code == 401
    alice.token = said.json()["meta"].get("session_token", alice.token)
    assert alice.read("profile/").status_code == 200


def test_a_token_in_use_does_not_end_and_one_unused_for_sixty_days_does(signed_up):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        phone = signed_up("traveller")
        for _month in range(4):  # 4 x 50 days, each time within the 60
            clock.shift(timedelta(days=50))
            assert phone.read("profile/").status_code == 200
        clock.shift(timedelta(days=59))
        assert phone.read("profile/").status_code == 200
        clock.shift(timedelta(days=61))
        assert phone.read("profile/").status_code == 401


def test_using_a_token_writes_its_session_once_an_hour_only(alice):
    alice.read("profile/")
    before = Session.objects.get().expire_date
    with CaptureQueriesContext(connection) as queries:
        alice.read("profile/")

    assert Session.objects.get().expire_date == before
    assert not [one["sql"] for one in queries if not one["sql"].startswith("SELECT")]


@pytest.mark.usefixtures("clock_stands")
def test_a_second_factor_is_enrolled_and_asked_for_at_the_next_sign_in(alice):
    asked = alice.read(f"{ACCOUNT}authenticators/totp")
    secret = asked.json()["meta"]["secret"]
    assert alice.send(f"{ACCOUNT}authenticators/totp", {"code": code_of(secret)}).status_code == 401
    assert alice.send(f"{AUTH}reauthenticate", {"password": PASSWORD}).status_code == 200
    enrolled = alice.send(f"{ACCOUNT}authenticators/totp", {"code": code_of(secret)})
    assert enrolled.status_code == 200, enrolled.content

    phone, said = log_in()
    assert said.status_code == 401
    assert any(
        flow["id"] == "mfa_authenticate" and flow.get("is_pending") for flow in said.json()["data"]["flows"]
    )
    phone.token = said.json()["meta"]["session_token"]
    assert phone.read("profile/").status_code == 401  # half-way in is not in

    with time_machine.travel(timezone.now() + timedelta(minutes=2)):  # a code is good once
        done = phone.send(f"{AUTH}2fa/authenticate", {"code": code_of(secret)})
    assert done.status_code == 200, done.content
    half_way, phone.token = phone.token, done.json()["meta"]["session_token"]
    assert phone.read("profile/").status_code == 200
    assert Phone(half_way).read("profile/").status_code == 401


def test_an_invitation_is_good_for_one_person(stranger, settings):
    settings.REGISTRATION = "invitation"
    code = people.invite()

    def sign_up(name, **more):
        return Phone().send(SIGN_UP, {"email": f"{name}@example.org", "password": PASSWORD, **more})

    for refused in (sign_up("none"), sign_up("wrong", invitation="made-up")):
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["param"] == "invitation"
    assert sign_up("first", invitation=code).status_code == 200
    assert sign_up("second", invitation=code).status_code == 400
    assert get_user_model().objects.count() == 1


def test_of_two_who_take_one_invitation_at_once_the_second_is_left_with_no_account(settings, monkeypatch, db):
    settings.REGISTRATION = "invitation"
    monkeypatch.setattr(people, "may_sign_up", lambda code="": True)  # both looked before either took it

    said = Phone().send(SIGN_UP, {"email": "late@example.org", "password": PASSWORD, "invitation": "taken"})

    assert said.status_code == 400
    assert said.json()["errors"][0]["param"] == "invitation"
    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("password", ["short7", "12345678901", "password123"])
def test_a_password_that_is_easy_to_guess_is_refused(stranger, password):
    assert stranger.send(SIGN_UP, {"email": "carol@example.org", "password": password}).status_code == 400


def test_a_user_without_a_diary_gets_one_and_no_error(alice):
    Diarist.objects.all().delete()

    assert alice.read("profile/").status_code == 200
    assert alice.read("meals/").json()["results"] == []
