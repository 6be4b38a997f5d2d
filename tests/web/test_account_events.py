"""What a person can read of their own account: sign-ins, locks changed, exports, and what others tried."""

import io
import json
import re
import time
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from journal import account_log, leaving, pairing, tasks
from journal.account_log import network_of
from journal.codes import EventKind
from journal.exchange import json_file, taking_in
from journal.models import AccountEvent
from spasmlog.accounts import TOLD_BY_LETTER
from tests.api.conftest import LOG_IN, Phone
from tests.api.test_sign_in import code_of
from tests.conftest import PASSWORD, diarist
from tests.web.test_devices_pages import FIREFOX, phone_of, signed_in
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
PAGE, EVENTS = "/me/sign-ins/", "/api/v1/account/events/"
OKHTTP = {"User_Agent": "okhttp/4.12"}


def kinds(person):
    return [one.kind for one in AccountEvent.objects.filter(user=person.user).order_by("happened_at", "kind")]


def guess(person, password="wrong", **headers):
    return Phone().send(LOG_IN, {"email": person.user.email, "password": password}, **headers)


def test_sign_ins_at_both_doors_are_told_at_both_doors_alike(client, alice):
    with time_machine.travel("2026-06-01T12:05:00Z", tick=False):
        signed_in(client, alice)
    with time_machine.travel("2026-06-02T12:05:00Z", tick=False):
        phone = phone_of(alice, "Pixel")
        page, said = words(client.get(PAGE, headers=FIREFOX)), phone.read(EVENTS).json()["results"]

    # 12:05 UTC is 00:05 of the next day in Auckland.
    assert "Signed in on a new kind of device 2 Jun 2026, 00:05 Firefox on Linux · localhost" in page
    assert page.index("3 Jun 2026, 00:05") < page.index("2 Jun 2026, 00:05")
    assert [(one["kind"], one["device"], one["network"]) for one in said] == [
        ("new_device", "", "localhost"), ("new_device", "Firefox on Linux", "localhost"),
    ]  # fmt: skip
    assert said[1]["happened_at"] == "2026-06-01T12:05:00Z"


def test_the_same_kind_of_device_is_new_once_and_again_when_it_was_long_away(client, alice):
    begin = timezone.now()
    for days in (0, 1, 2):
        with time_machine.travel(begin + timedelta(days=days)):
            signed_in(client, alice)
            client.logout()
    assert kinds(alice) == ["new_device", "signed_in", "signed_in"]
    with time_machine.travel(begin + timedelta(days=200)):
        tasks.forget_old()
        assert kinds(alice) == []
        signed_in(client, alice)
    assert kinds(alice) == ["new_device"]


def test_a_stranger_who_guesses_is_told_of_with_how_often_and_from_where(alice, bob):
    for _guess in range(3):
        assert guess(alice, **OKHTTP).status_code == 400
    guess(alice, User_Agent="curl/8")
    row = AccountEvent.objects.get()

    assert (row.user, row.kind, row.times, row.program) == (alice.user, "sign_in_refused", 4, "curl")
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        guess(alice)
    assert sorted(AccountEvent.objects.values_list("times", flat=True)) == [1, 4]
    assert Phone().send(LOG_IN, {"email": "nobody@example.org", "password": "x"}).status_code == 400
    assert AccountEvent.objects.count() == 2


def test_a_guess_by_name_is_told_of_as_one_by_address(client, alice):
    client.post("/accounts/login/", {"login": "alice", "password": "wrong"})
    assert kinds(alice) == ["sign_in_refused"]


def test_a_phone_connected_by_its_code_is_told_of(client, alice):
    desk = signed_in(client, alice)
    code = re.search(r'class="pairing-code">([^<]+)<', desk.post("/me/devices/connect/").content.decode())[1]
    assert Phone().send("pairing/", {"code": code}).status_code == 200
    assert kinds(alice) == ["new_device", "phone_connected"]
    assert pairing.take(code) is None


def test_another_password_and_a_wrong_one_are_told_of(client, alice):
    desk = signed_in(client, alice)
    change = {"oldpassword": PASSWORD, "password1": "kelp forest 9", "password2": "kelp forest 9"}
    assert desk.post("/accounts/password/change/", change).status_code == 302
    desk.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert kinds(alice)[1:] == ["password_changed", "password_refused"]


def test_the_second_factor_on_wrong_and_off_is_told_of(client, alice, django_capture_on_commit_callbacks):
    desk = signed_in(client, alice)
    desk.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = desk.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page)[1]
    with django_capture_on_commit_callbacks(execute=True), time_machine.travel(time.time(), tick=False):
        desk.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    desk.post("/accounts/logout/")
    signed_in(desk, alice)
    desk.post("/accounts/2fa/authenticate/", {"code": "000000"}, headers=FIREFOX)
    with time_machine.travel(time.time() + 60, tick=False):
        desk.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}, headers=FIREFOX)
        desk.post("/accounts/reauthenticate/", {"password": PASSWORD})
        desk.post("/accounts/2fa/totp/deactivate/")
    assert kinds(alice) == ["new_device", "factor_on", "code_refused", "factor_off", "signed_in"]


def test_whatever_allauth_has_a_letter_for_is_of_a_kind_that_is_told():
    assert set(TOLD_BY_LETTER.values()) <= set(EventKind)


def test_exports_imports_and_a_wish_to_delete_are_told_of(browser, phone, alice, tmp_path):
    AccountEvent.objects.all().delete()
    b"".join(browser.get("/me/export/zip/").streaming_content)
    b"".join(phone.get("/api/v1/export/").streaming_content)
    raw = io.BytesIO(b"".join(json_file.write(alice)))
    raw.name = "diary.json"
    page = browser.post("/me/import/", {"file": raw}).content.decode()
    browser.post("/me/import/yes/", {"word": re.search(r'name="word" value="([^"]+)"', page)[1]})
    browser.post("/me/delete-account/", {"password": "wrong"})
    phone.delete("/api/v1/account/", {"password": "wrong"}, format="json")
    assert sorted(kinds(alice)) == [
        "deletion_asked", "deletion_asked", "exported", "exported", "imported", "password_refused",
    ]  # fmt: skip


def test_the_page_marks_what_to_look_at_twice(browser, alice):
    account_log.note_refused(alice.user, EventKind.SIGN_IN_REFUSED, account_log.HERE)
    account_log.note_refused(alice.user, EventKind.SIGN_IN_REFUSED, account_log.HERE)
    page = browser.get(PAGE)
    assert "Wrong password at sign-in 2 times" in words(page)
    assert "Sign-ins and exports" in words(browser.get("/me/"))


def test_nobody_reads_of_anothers_account(browser, phone, alice, bob):
    account_log.note(bob.user, EventKind.EXPORTED)
    AccountEvent.objects.filter(user=alice.user).delete()
    assert phone.get(EVENTS).json()["results"] == []
    assert "Diary exported as a file" not in words(browser.get(PAGE))


def test_a_phone_reads_page_by_page(phone, alice):
    for _time in range(5):
        account_log.note(alice.user, EventKind.EXPORTED)
    first = phone.get(f"{EVENTS}?page_size=4").json()
    rest = phone.get(first["next"]).json()
    ids = [one["id"] for one in first["results"] + rest["results"]]
    assert len(ids) == len(set(ids)) == 6 and rest["next"] is None  # five exports and the sign-in


def test_a_page_costs_the_same_for_two_events_and_for_fifty(browser, alice, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get(PAGE)
        return len(asked)

    account_log.note(alice.user, EventKind.EXPORTED)
    browser.get(PAGE)
    few = cost()
    for _time in range(50):
        account_log.note(alice.user, EventKind.EXPORTED)
    assert cost() == few


# What is kept, and for how long ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"), ("127.0.0.1", "localhost"),
        ("::1", "localhost"), ("x", ""),
    ],
)  # fmt: skip
def test_of_an_address_only_the_front_is_kept(address, kept):
    assert network_of(address) == kept


@pytest.mark.parametrize(
    "said", ["<b>call 0900</b>/1", "Call me, I am support! 0900", "x" * 200, "\u202e/1", ""]
)
def test_what_a_stranger_calls_himself_is_no_text_for_the_page(alice, said):
    guess(alice, User_Agent=said.encode("utf-8", "replace").decode("latin-1"))
    assert AccountEvent.objects.get().program == ""


def test_it_is_forgotten_after_ninety_days_and_not_before(alice):
    with time_machine.travel(timezone.now() - timedelta(days=91)):
        account_log.note(alice.user, EventKind.EXPORTED)
    with time_machine.travel(timezone.now() - timedelta(days=89)):
        account_log.note(alice.user, EventKind.IMPORTED)
    tasks.forget_old()
    assert kinds(alice) == ["imported"]


def test_it_is_in_the_export_and_no_file_brings_it_into_another_account(alice, bob):
    account_log.note(
        alice.user, EventKind.EXPORTED, account_log.place_of(FIREFOX["User-Agent"], "203.0.113.7")
    )
    raw = b"".join(json_file.write(alice))
    [row] = json.loads(raw)["account_events"]
    assert (row["kind"], row["program"], row["network"]) == ("exported", "Firefox", "203.0.113.0/24")
    for person in (bob, alice):
        counts = taking_in.take_in(person, io.BytesIO(raw))
        assert "account_events" not in counts
    assert AccountEvent.objects.get().user == alice.user


def test_it_goes_with_the_account(db):
    carol = diarist("carol")
    account_log.note(carol.user, EventKind.EXPORTED)
    leaving.delete_account(carol.user)
    assert not AccountEvent.objects.exists()
