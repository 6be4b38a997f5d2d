"""A phone is connected by a code from a signed-in page: once, soon, and with a token of its own."""

import logging
import re
import threading
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from journal import devices, pairing, qr, tasks
from journal.models import Pairing
from tests.api.conftest import PASSWORD, Phone
from tests.api.test_contract import is_problem
from tests.api.test_devices import stored_texts
from tests.api.test_sign_in import code_of

CONNECT = "/me/devices/connect/"
REFUSED = {"code": ["This code is not good, or not any more. Show a new one and send that."]}


@pytest.fixture
def desk(alice):
    """A browser in which Alice has just signed in."""
    return signed_in_browser("alice")


def signed_in_browser(name):
    browser = Client()
    said = browser.post("/accounts/login/", {"login": f"{name}@example.org", "password": PASSWORD})
    assert said.status_code == 302
    return browser


def offered(alice):
    """A code as the verb makes it, shown on Alice's browser."""
    shown_on = UserSession.objects.exclude(session_key__startswith=devices.PHONE).get(user_id=alice.user_id)
    return pairing.offer(shown_on)


def pair(code, **body):
    phone = Phone()
    said = phone.send("pairing/", {"code": code, **body})
    if said.status_code == 200:
        phone.token = said.json()["meta"]["session_token"]
    return phone, said


def typed_code(page):
    return re.search(r'class="pairing-code">([^<]+)<', page.content.decode())[1]


@pytest.mark.parametrize("form", ["in_picture", "typed"])
def test_the_code_gives_a_token_of_the_phones_own_in_the_shape_of_signing_in(alice, desk, form):
    phone, said = pair(getattr(offered(alice), form), device_name="Alice's Pixel")

    body = said.json()
    assert body["status"] == 200
    assert body["data"]["user"]["email"] == "alice@example.org"
    assert body["meta"] == {"is_authenticated": True, "session_token": phone.token}
    assert "no-store" in said["Cache-Control"]
    assert not said.cookies
    assert phone.read("profile/").json()["email"] == "alice@example.org"
    assert phone.token != alice.token and alice.read("profile/").status_code == 200


def test_the_phone_is_listed_by_the_name_it_sent(alice, desk):
    phone, _said = pair(offered(alice).typed, device_name="  Alice's\tPixel ")
    for body in ({}, {"device_name": "said in the body"}):
        said = Phone().send("pairing/", {"code": offered(alice).typed, **body}, X_Device_Name="in the header")
        assert said.status_code == 200

    listed = phone.read("devices/").json()["results"]

    assert (listed[0]["name"], listed[0]["kind"], listed[0]["current"]) == ("Alice's Pixel", "phone", True)
    assert {"in the header", "said in the body"} <= {one["name"] for one in listed}


def test_a_typed_code_is_read_with_small_letters_and_any_spacing(alice, desk):
    typed = offered(alice).typed
    assert pair(f" {typed.lower().replace('-', ' - ')} ")[1].status_code == 200


def test_the_picture_says_where_the_server_is_and_the_code_and_no_token(alice, desk, settings):
    settings.PUBLIC_URL = "https://diary.example.org"
    code = offered(alice)

    said = code.address(settings.PUBLIC_URL)

    assert said == f"spasmlog:pair#server=https%3A%2F%2Fdiary.example.org&code={code.in_picture}"
    assert len(code.in_picture) == 43  # 256 bits in base64: 256 / 6 = 42.7
    assert alice.token not in said and "?" not in said


def test_the_drawing_has_the_dark_squares_of_the_code_and_a_light_border():
    drawn = qr.picture("spasmlog:pair#server=x&code=y")
    bars = [tuple(map(int, bar)) for bar in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn.path)]
    dark = {(x + i, y) for x, y, width in bars for i in range(width)}

    assert (drawn.size - 8 - 17) % 4 == 0  # ISO/IEC 18004: 17 + 4 x version, and 4 squares of border
    corner = {(x, y) for x in range(4, 11) for y in range(4, 11)}
    ring = {(x, y) for x, y in corner if 5 <= x <= 9 and 5 <= y <= 9 and not (6 <= x <= 8 and 6 <= y <= 8)}
    assert dark & corner == corner - ring  # the finder pattern: 7 x 7 with a light ring
    assert min(min(x, y) for x, y in dark) == 4 and max(max(x, y) for x, y in dark) == drawn.size - 5


def test_used_wrong_too_old_and_signed_out_are_refused_in_the_same_words(alice, desk):
    used, wrong, old = offered(alice).typed, "22222-22222", None
    assert pair(used)[1].status_code == 200
    said = [pair(used)[1], pair(wrong)[1], pair("x")[1]]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        old = offered(alice)
        clock.shift(timedelta(minutes=2))
        said += [pair(old.typed)[1], pair(old.in_picture)[1]]
    gone = offered(alice)
    desk.post("/accounts/logout/")
    said.append(pair(gone.in_picture)[1])

    assert [is_problem(one, 400, "invalid")["errors"] for one in said] == [REFUSED] * 6


def test_a_code_is_good_until_its_two_minutes_are_over(alice, desk):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = offered(alice)
        clock.shift(timedelta(seconds=119))
        assert pair(code.typed)[1].status_code == 200


def test_whatever_is_wrong_costs_the_same_queries(alice, desk):
    used, old = offered(alice).typed, offered(alice)
    Pairing.objects.filter(pk=old.pairing.pk).update(expires_at=timezone.now())
    with CaptureQueriesContext(connection):
        pair("22222-22222")  # fills what is remembered of the address that asks

    costs = set()
    for code in (used, "22222-22222", old.typed, old.in_picture):
        with CaptureQueriesContext(connection) as queries:
            assert pair(code)[1].status_code == 400
        costs.add(len([one for one in queries if "journal_pairing" in one["sql"]]))

    assert costs == {1}


@pytest.mark.parametrize(
    "body", [{}, {"code": None}, {"code": ""}, {"code": 5, "colour": "red"}, {"code": "x" * 201}]
)
def test_a_body_without_a_code_is_refused(db, body):
    assert is_problem(Phone().send("pairing/", body), 400)["errors"]


def test_a_sign_in_that_fails_half_way_leaves_the_code_good(alice, desk, monkeypatch):
    code = offered(alice).typed
    with monkeypatch.context() as broken:
        broken.setattr(pairing, "connected", lambda *_: 1 / 0)
        phone = Phone(raise_request_exception=False)
        is_problem(phone.send("pairing/", {"code": code}), 500)

    assert len(devices.devices_of(get_user_model().objects.get(pk=alice.user_id))) == 2  # phone, and the desk
    assert pair(code)[1].status_code == 200


def test_a_closed_account_lets_no_phone_in(alice, desk):
    code = offered(alice).typed
    get_user_model().objects.filter(pk=alice.user_id).update(is_active=False)

    assert is_problem(pair(code)[1], 400)["errors"] == REFUSED
    get_user_model().objects.get(pk=alice.user_id).delete()
    assert is_problem(pair(code)[1], 400)["errors"] == REFUSED


def test_a_code_ends_with_the_password_that_was_good_when_it_was_shown(alice, desk):
    code = offered(alice)
    user = get_user_model().objects.get(pk=alice.user_id)
    user.set_password("another one altogether 9")
    user.save()

    assert is_problem(pair(code.in_picture)[1], 400)["errors"] == REFUSED


def test_the_code_opens_nothing_itself(alice, desk):
    code = offered(alice)

    for secret in (code.in_picture, code.typed, str(code.pairing.pk)):
        is_problem(Phone(secret).read("profile/"), 401)


def test_a_token_sent_along_neither_helps_nor_hinders(alice, bob, desk):
    for token in ("stale", bob.token):
        said = Phone(token).send("pairing/", {"code": offered(alice).typed})
        assert said.status_code == 200
        assert said.json()["data"]["user"]["email"] == "alice@example.org"
    assert bob.read("profile/").json()["email"] == "bob@example.org"


def test_neither_code_nor_token_is_in_the_database(alice, desk):
    page = desk.post(CONNECT)
    code = typed_code(page)
    phone, _said = pair(code)
    other = offered(alice)
    stored = list(stored_texts())
    decoded = [str(row.get_decoded()) for row in Session.objects.all()]

    for secret in (code, code.replace("-", ""), other.in_picture, other.typed, phone.token):
        assert not [text for text in (*stored, *decoded) if secret in text]


def test_neither_code_nor_token_is_in_a_log(alice, desk, caplog):
    caplog.set_level(logging.DEBUG)
    page = desk.post(CONNECT)
    code = typed_code(page)
    phone, _said = pair(code)
    pair(code)  # refused

    logged = [
        record.getMessage() + str(record.__dict__)
        for record in caplog.records
        if "sql" not in record.__dict__
    ]
    assert sum("'event': 'request'" in line and "pairing" in line for line in logged) == 2
    assert not [line for line in logged if code in line or phone.token in line]


def test_guessing_is_slowed_down_to_ten_a_minute_and_says_for_how_long(alice, desk):
    for _guess in range(10):
        is_problem(pair("22222-22222")[1], 400)

    said = pair(offered(alice).typed)[1]

    is_problem(said, 429, "throttled")
    assert 1 <= int(said["Retry-After"]) <= 61


def test_guesses_are_counted_in_the_database(alice):
    pair("22222-22222")

    assert caches["lockouts"].get("throttle_pairing_127.0.0.1")


@pytest.mark.parametrize("how", ["by another code", "in time"])
def test_old_codes_are_forgotten(alice, desk, how):
    old, new = offered(alice).pairing, offered(alice).pairing
    Pairing.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(hours=2))
    if how == "in time":
        tasks.forget_old()
    else:
        Pairing.objects.filter(pk=new.pk).delete()
        new = offered(alice).pairing

    assert list(Pairing.objects.values_list("pk", flat=True)) == [new.pk]


# Second factor --------------------------------------------------------------------------------


@pytest.fixture
def secret(alice):
    """Alice's second factor, set up elsewhere."""
    secret = generate_totp_secret()
    TOTP.activate(get_user_model().objects.get(pk=alice.user_id), secret)
    return secret


@pytest.mark.usefixtures("clock_stands")
def test_a_page_past_the_second_factor_lets_a_phone_in_without_asking_for_it_again(alice, secret):
    browser = signed_in_browser("alice")
    assert browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302

    phone, said = pair(typed_code(browser.post(CONNECT)))

    assert said.status_code == 200
    assert phone.read("profile/").status_code == 200


@pytest.mark.usefixtures("clock_stands")
def test_a_browser_signed_in_before_the_second_factor_was_set_up_must_give_it_first(alice, desk, request):
    secret = request.getfixturevalue("secret")
    asked = desk.post(CONNECT)
    assert asked["Location"].startswith("/accounts/2fa/reauthenticate/")

    shown = desk.post(asked["Location"], {"code": code_of(secret), "next": CONNECT})

    assert pair(typed_code(shown))[1].status_code == 200


def test_a_browser_half_way_in_shows_no_code(alice, secret):
    browser = signed_in_browser("alice")

    assert browser.post(CONNECT)["Location"].startswith("/accounts/login/")
    assert Authenticator.objects.exists() and not Pairing.objects.exists()


# At once --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_eight_phones_that_send_a_code_at_once_one_is_let_in(alice, desk):
    code, said = offered(alice).in_picture, []
    ready = threading.Barrier(8)

    def send():
        ready.wait()
        try:
            said.append(pairing.take(code) is not None)
        finally:
            connection.close()

    phones = [threading.Thread(target=send) for _phone in range(8)]
    for phone in phones:
        phone.start()
    for phone in phones:
        phone.join()

    assert sorted(said) == [False] * 7 + [True]
