"""Devices on the web: what is listed, renamed and signed out, and how a phone is connected from a page."""

import re
import time

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.utils import timezone

from journal import devices
from tests.api.conftest import LOG_IN, Phone
from tests.api.test_sign_in import code_of
from tests.conftest import PASSWORD
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
PAGE = "/me/devices/"
CONNECT = "/me/devices/connect/"


def signed_in(client, diarist):
    """A browser in which somebody has just signed in by the form."""
    person = {"login": diarist.user.email, "password": PASSWORD}
    assert client.post("/accounts/login/", person, headers=FIREFOX).status_code == 302
    return client


@pytest.fixture
def desk(client, alice):
    return signed_in(client, alice)


def phone_of(alice, name):
    phone = Phone()
    said = phone.send(LOG_IN, {"email": alice.user.email, "password": PASSWORD}, X_Device_Name=name)
    phone.token = said.json()["meta"]["session_token"]
    return phone


def device_named(user, name):
    return next(one for one in devices.devices_of(user) if one.name == name)


def typed_code(page):
    return re.search(r'class="pairing-code">([^<]+)<', page.content.decode())[1]


def state_address(page):
    return re.search(rf'hx-get="({CONNECT}[^"]+)"', page.content.decode())[1]


def test_the_page_lists_browsers_and_phones_and_marks_this_one(client, alice):
    with time_machine.travel("2026-06-01T12:05:00Z", tick=False):
        phone_of(alice, "Pixel <3>")
        said = words(signed_in(client, alice).get(PAGE))

    # 12:05 UTC is 00:05 of the next day in Auckland, in winter 12 hours ahead.
    assert "Firefox on Linux this one in use now browser, signed in 2 Jun 2026 from" in said
    assert "Pixel &lt;3&gt; last used 2 Jun 2026, 00:05, to the hour phone, signed in 2 Jun 2026 from" in said


def test_me_leads_to_it_and_the_old_address_too(desk):
    assert f'href="{PAGE}"' in desk.get("/me/").content.decode()
    assert desk.get("/accounts/sessions/")["Location"] == PAGE


def test_a_device_is_renamed(desk, alice):
    phone_of(alice, "Pixel")
    id = device_named(alice.user, "Pixel").id

    said = desk.post(f"{PAGE}{id}/", {"name": "Kitchen phone"}, follow=True)

    assert "Kitchen phone" in words(said)
    assert device_named(alice.user, "Kitchen phone").id == id


def test_a_new_name_can_be_taken_back_and_taken_back_again(desk, alice):
    phone_of(alice, "Pixel")
    id = device_named(alice.user, "Pixel").id
    back = f"{PAGE}{id}/name-back/"

    assert back in desk.post(f"{PAGE}{id}/", {"name": "Kitchen"}, follow=True).content.decode()
    assert back in desk.post(back, follow=True).content.decode()
    assert device_named(alice.user, "Pixel").id == id
    desk.post(back)
    assert device_named(alice.user, "Kitchen").id == id


@pytest.mark.parametrize("name", ["", "x" * 61])
def test_web_and_rest_refuse_the_same_name_in_the_same_words(desk, alice, name):
    phone = phone_of(alice, "Pixel")
    id = device_named(alice.user, "Pixel").id

    on_web = desk.post(f"{PAGE}{id}/", {"name": name})
    (by_rest,) = phone.change(f"devices/{id}/", {"name": name}).json()["errors"]["name"]

    assert by_rest in words(on_web)


def test_it_is_said_before_that_signing_out_cannot_be_undone_and_then_it_is_done(desk, alice):
    phone = phone_of(alice, "Pixel")
    address = f"{PAGE}{device_named(alice.user, 'Pixel').id}/"
    assert "This cannot be undone" in words(desk.get(address))

    said = desk.post(f"{address}sign-out/", follow=True)

    assert "Pixel is signed out." in words(said)
    assert phone.read("profile/").status_code == 401
    assert desk.get(PAGE).status_code == 200


def test_all_others_are_signed_out_at_once_and_this_one_stays(desk, alice):
    phones = [phone_of(alice, "one"), phone_of(alice, "two")]
    assert "Signing out cannot be undone." in words(desk.get(PAGE))

    said = words(desk.post(f"{PAGE}sign-out-others/", follow=True))

    assert "2 devices are signed out." in said
    assert "Sign out all others" not in said
    assert [phone.read("profile/").status_code for phone in phones] == [401, 401]


def test_signing_this_device_out_leads_to_the_sign_in_page(desk, alice):
    (mine,) = devices.devices_of(alice.user)

    said = desk.post(f"{PAGE}{mine.id}/sign-out/")

    assert said["Location"] == "/accounts/login/"
    assert desk.get(PAGE).status_code == 302
    assert not UserSession.objects.exists()


def test_another_persons_device_is_a_404_on_every_page(desk, bob):
    phone_of(bob, "Bob's")
    id = device_named(bob.user, "Bob's").id

    assert desk.get(f"{PAGE}{id}/").status_code == 404
    assert desk.post(f"{PAGE}{id}/", {"name": "mine"}).status_code == 404
    assert desk.post(f"{PAGE}{id}/sign-out/").status_code == 404
    assert device_named(bob.user, "Bob's")


@pytest.mark.usefixtures("clock_stands")
def test_the_second_factor_is_turned_on_used_and_turned_off_on_the_web(desk, alice):
    desk.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = desk.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page)[1]
    shown = desk.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}, follow=True)
    codes = re.findall(r'<li class="secret">(\w+)</li>', shown.content.decode())
    assert len(codes) == 10

    desk.post("/accounts/logout/")
    half_way = desk.post(
        "/accounts/login/", {"login": alice.user.email, "password": PASSWORD}, follow=True, headers=FIREFOX
    )
    assert "Your second factor" in words(half_way)
    assert desk.get(PAGE).status_code == 302
    desk.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert "You have 9 left." in words(desk.get("/accounts/2fa/"))

    desk.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "recovery codes go with it" in words(desk.get("/accounts/2fa/totp/deactivate/"))
    said = desk.post("/accounts/2fa/totp/deactivate/", follow=True)
    assert "The second factor is off." in words(said) and "Turn it on" in words(said)


@pytest.mark.usefixtures("clock_stands")
def test_recovery_codes_are_shown_once_and_counted_from_then_on(desk, alice):
    desk.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = re.search(
        r'class="secret">([A-Z2-7]+)<', desk.get("/accounts/2fa/totp/activate/").content.decode()
    )[1]
    first = desk.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}, follow=True).content.decode()
    codes = re.findall(r'<li class="secret">(\w+)</li>', first)
    assert "never again" in first and "data-print" in first and "data-copy" in first

    again = desk.get("/accounts/2fa/recovery-codes/")
    assert "You have 10 left." in words(again) and not any(code in again.content.decode() for code in codes)
    assert "On, 10 recovery codes left" in words(desk.get("/me/"))

    made = desk.post("/accounts/2fa/recovery-codes/generate/", follow=True).content.decode()
    anew = re.findall(r'<li class="secret">(\w+)</li>', made)
    assert len(anew) == 10 and not set(anew) & set(codes)


# Connect a phone ------------------------------------------------------------------------------


def test_a_phone_sends_the_code_of_the_page_and_the_page_says_which_phone_it_was(desk, alice):
    page = desk.post(CONNECT)
    waiting = desk.get(state_address(page), headers={"HX-Request": "true"})
    assert "Waiting for the phone" in words(waiting) and "hx-trigger" in waiting.content.decode()

    said = Phone().send("pairing/", {"code": typed_code(page), "device_name": "Alice's Pixel"})

    assert said.status_code == 200
    done = desk.get(state_address(page), headers={"HX-Request": "true"})
    assert "Alice" in words(done) and "Pixel" in words(done) and "Connected:" in words(done)
    assert "hx-" not in done.content.decode()  # it asks no more


def test_without_script_a_link_tells_the_same(desk):
    page = desk.post(CONNECT)
    link = re.search(rf'href="({CONNECT}[^"]+)"', page.content.decode())[1]
    assert "Waiting for the phone" in words(desk.get(link))

    Phone().send("pairing/", {"code": typed_code(page), "device_name": "Pixel"})

    assert "Connected: Pixel" in words(desk.get(link))


def test_when_its_time_is_over_the_page_says_so_and_stops_asking(desk):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page = desk.post(CONNECT)
        clock.shift(121)
        said = desk.get(state_address(page), headers={"HX-Request": "true"})

    assert "too old" in words(said) and "Show a new code" in words(said)
    assert "hx-" not in said.content.decode()


def test_a_new_code_ends_the_one_shown_before(desk):
    first, second = desk.post(CONNECT), desk.post(CONNECT)

    assert Phone().send("pairing/", {"code": typed_code(first)}).status_code == 400
    assert Phone().send("pairing/", {"code": typed_code(second)}).status_code == 200


def test_after_some_minutes_the_password_is_asked_for_again_and_then_the_code_is_shown(desk):
    with time_machine.travel(time.time() + 6 * 60):
        asked = desk.post(CONNECT)
        assert asked["Location"].startswith("/accounts/reauthenticate/")
        assert desk.get(asked["Location"]).status_code == 200

        refused = desk.post(asked["Location"], {"password": "wrong", "next": CONNECT})
        assert "pairing-code" not in refused.content.decode()
        shown = desk.post(asked["Location"], {"password": PASSWORD, "next": CONNECT})

        assert Phone().send("pairing/", {"code": typed_code(shown)}).status_code == 200


def test_the_page_with_the_code_is_kept_nowhere_and_no_address_holds_the_code(desk):
    page = desk.post(CONNECT)

    assert "no-store" in page["Cache-Control"]
    addresses = re.findall(r'(?:href|src|action|hx-get|hx-post)="([^"]+)"', page.content.decode())
    assert addresses and not [one for one in addresses if typed_code(page) in one or "code=" in one]
    assert desk.get(CONNECT)["Location"] == PAGE  # nothing is made by looking


def test_another_person_is_told_nothing_of_a_code(desk, client, bob):
    address = state_address(desk.post(CONNECT))
    client.force_login(bob.user)

    assert client.get(address).status_code == 404


def test_a_server_for_this_computer_alone_says_so_and_one_with_an_address_does_not(desk, settings):
    assert "can be reached from this computer only" in words(
        desk.post(CONNECT, headers={"Host": "127.0.0.1:8000"})
    )

    settings.PUBLIC_URL = "https://diary.example.org"
    said = words(desk.post(CONNECT, headers={"Host": "127.0.0.1:8000"}))

    assert "can be reached from this computer only" not in said
    assert "Server https://diary.example.org" in said
