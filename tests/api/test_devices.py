"""Every device has a name, a first and a last use, and an end of its own; none has its token stored."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal import devices, tasks
from tests.api.conftest import LOG_IN, PASSWORD, Phone
from tests.api.test_contract import is_problem

ACCOUNT = "/_allauth/app/v1/account/"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"
)


def log_in(name="alice", **headers):
    phone = Phone()
    said = phone.send(LOG_IN, {"email": f"{name}@example.org", "password": PASSWORD}, **headers)
    assert said.status_code == 200, said.content
    phone.token = said.json()["meta"]["session_token"]
    return phone


def listed(phone):
    said = phone.read("devices/")
    assert said.status_code == 200, said.content
    return said.json()["results"]


def current(phone):
    return next(one for one in listed(phone) if one["current"])


def stored_texts():
    """Every value of every table that people's own rows are in, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if not table.startswith("nutrients_"):
                cursor.execute(f'SELECT * FROM "{table}"')
                yield from (str(value) for row in cursor.fetchall() for value in row)


def test_the_name_that_a_phone_says_at_sign_in_is_its_name_in_the_list(alice):
    phone = log_in(X_Device_Name="Alice's Pixel")

    assert current(phone)["name"] == "Alice's Pixel"
    assert {one["name"] for one in listed(alice)} >= {"Alice's Pixel"}


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (quote("Žofie’s phone"), "Žofie’s phone"),
        ("Søren".encode().decode("latin-1"), "Søren"),  # how WSGI hands over UTF-8 in a header
        ("50% off", "50% off"),
        ("  two   words \t", "two words"),
        ("a%00b%1b[31mc", "a b [31mc"),
        ("x" * 500, "x" * 60),
    ],
)
def test_a_name_is_one_line_of_text_whatever_the_header_holds(alice, said, name):
    assert current(log_in(X_Device_Name=said))["name"] == name


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
         "Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
        ("SpasmLog/1.0 (Android 16; Pixel 9)", "SpasmLog on Android"),
        ("okhttp/4.12.0", "okhttp"),
        ("", "Phone without a name"),
    ],
)  # fmt: skip
def test_a_phone_that_says_no_name_is_called_by_its_user_agent_in_plain_words(alice, user_agent, name):
    assert current(log_in(User_Agent=user_agent))["name"] == name


def test_browsers_and_phones_are_told_apart_and_the_one_that_asks_comes_first(alice, client):
    client.post(
        "/accounts/login/",
        {"login": "alice@example.org", "password": PASSWORD},
        headers={"User-Agent": IPHONE},
    )
    phone = log_in(X_Device_Name="tablet")

    found = listed(phone)

    assert [one["current"] for one in found] == [True, False, False]
    assert found[0]["name"] == "tablet"
    assert sorted(one["kind"] for one in found) == ["phone", "phone", "web"]
    assert next(one["name"] for one in found if one["kind"] == "web") == "Safari on iPhone"


def test_last_used_is_true_to_the_hour_and_first_used_stays(signed_up):
    start = datetime(2026, 6, 1, 12, 5, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        phone = signed_up("carol")
        clock.shift(timedelta(hours=3))
        phone.read("profile/")
        clock.shift(timedelta(minutes=50))
        phone.read("profile/")  # the same hour: 15:55
        one = current(phone)

    assert one["first_used_at"] == "2026-06-01T12:05:00Z"
    assert one["last_used_at"] == "2026-06-01T15:05:00Z"


def test_a_browser_in_use_is_seen_too_and_its_cookie_lasts_its_full_time_again(client, alice):
    start = datetime(2026, 6, 1, 12, 5, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        client.post("/accounts/login/", {"login": "alice@example.org", "password": PASSWORD})
        for _month in range(3):  # 3 x 50 days, each time within the 60
            clock.shift(timedelta(days=50))
            assert client.get("/me/").status_code == 200
        row = UserSession.objects.exclude(session_key__startswith=devices.PHONE).get()

        assert row.last_seen_at == start + timedelta(days=150)
        with CaptureQueriesContext(connection) as queries:
            again = client.get("/me/")
    assert settings.SESSION_COOKIE_NAME not in again.cookies
    assert not [one["sql"] for one in queries if one["sql"].startswith(("UPDATE", "INSERT"))]


def test_a_device_is_renamed_by_any_other_of_the_same_person(alice):
    log_in(X_Device_Name="tablet")
    one = next(one for one in listed(alice) if one["name"] == "tablet")

    said = alice.change(f"devices/{one['id']}/", {"name": "  Kitchen\ttablet "})

    assert said.status_code == 200
    assert said.json()["name"] == alice.read(f"devices/{one['id']}/").json()["name"] == "Kitchen tablet"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Give the device a name."),
        (" \t ", "Give the device a name."),
        ("x" * 61, "Give a name of at most 60 characters."),
    ],
)
def test_a_name_that_is_none_is_refused(alice, name, words):
    said = alice.change(f"devices/{current(alice)['id']}/", {"name": name})

    assert is_problem(said, 400)["errors"] == {"name": [words]}


@pytest.mark.parametrize(
    "body", [{}, {"name": None}, {"name": "x", "kind": "web"}, {"name": "x", "colour": "red"}]
)
def test_only_the_name_can_be_changed(alice, body):
    said = alice.change(f"devices/{current(alice)['id']}/", body)

    if "kind" in body:  # made by the server: sent back, it is ignored
        assert said.json()["kind"] == "phone"
    else:
        is_problem(said, 400)


def test_a_device_is_signed_out_alone_and_its_token_is_401_from_then_on(alice):
    lost, kept = log_in(X_Device_Name="lost"), log_in(X_Device_Name="kept")
    id = current(lost)["id"]

    assert alice.erase(f"devices/{id}/").status_code == 204

    is_problem(lost.read("profile/"), 401, "signed_out")
    assert kept.read("profile/").status_code == 200
    assert [one["name"] for one in listed(alice)][1:] == ["kept"]
    is_problem(alice.erase(f"devices/{id}/"), 404)


def test_the_device_that_asks_can_sign_itself_out(alice):
    assert alice.erase(f"devices/{current(alice)['id']}/").status_code == 204

    is_problem(alice.read("devices/"), 401, "signed_out")


def test_another_persons_device_is_not_there(alice, bob):
    id = current(alice)["id"]

    for said in (
        bob.read(f"devices/{id}/"),
        bob.change(f"devices/{id}/", {"name": "x"}),
        bob.erase(f"devices/{id}/"),
    ):
        is_problem(said, 404)
    assert current(alice)["id"] == id


def test_another_password_ends_the_others_and_this_one_keeps_its_name_and_first_use(alice):
    tablet, phone = log_in(X_Device_Name="tablet"), log_in(X_Device_Name="mine")
    before = current(phone)

    said = phone.send(
        f"{ACCOUNT}password/change",
        {"current_password": PASSWORD, "new_password": "another one altogether 9"},
    )
    phone.token = said.json()["meta"].get("session_token", phone.token)

    is_problem(tablet.read("profile/"), 401, "signed_out")
    (left,) = listed(phone)
    assert (left["id"], left["name"], left["first_used_at"]) == (
        before["id"],
        "mine",
        before["first_used_at"],
    )


def test_a_password_set_by_whoever_runs_the_server_ends_every_device(alice):
    log_in()
    user = get_user_model().objects.get(pk=alice.user_id)
    user.set_password("another one altogether 9")
    user.save()

    is_problem(alice.read("profile/"), 401, "signed_out")
    assert devices.devices_of(user) == []


def test_a_list_of_devices_costs_the_same_for_one_and_for_thirty(alice):
    listed(alice)
    with CaptureQueriesContext(connection) as few:
        listed(alice)
    for _more in range(29):
        log_in()
    with CaptureQueriesContext(connection) as many:
        assert len(listed(alice)) == 30

    assert len(many) == len(few) == 4  # session, user, rows of devices, their sessions


def test_no_token_is_anywhere_in_the_database_also_after_use(alice):
    phone = log_in(X_Device_Name="mine")
    phone.read("profile/")
    phone.change(f"devices/{current(phone)['id']}/", {"name": "renamed"})
    stored = list(stored_texts())

    assert "renamed" in "".join(stored)
    assert not [text for text in stored if phone.token in text or alice.token in text]
    assert not any(phone.token in str(row.get_decoded()) for row in Session.objects.all())


def test_the_list_tells_no_token_and_is_kept_by_no_cache(alice):
    said = alice.read("devices/")

    assert alice.token not in said.content.decode()
    assert "no-cache" in said["Cache-Control"] and "private" in said["Cache-Control"]


def test_the_server_says_that_devices_can_be_listed(stranger, foods):
    assert "devices" in stranger.read("server/").json()["features"]


def test_what_is_left_of_ended_sign_ins_is_deleted_and_the_others_stay(signed_up):
    with time_machine.travel(datetime(2026, 6, 1, 12, 5, tzinfo=UTC), tick=False) as clock:
        signed_up("carol")
        clock.shift(timedelta(days=61))
        dave = signed_up("dave")
        tasks.forget_old()

        assert [row.user.username for row in UserSession.objects.all()] == ["dave"]
        assert Session.objects.count() == 1
        assert dave.read("profile/").status_code == 200
