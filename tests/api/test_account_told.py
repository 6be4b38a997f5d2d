"""Another e-mail address or username of the account comes to every phone with the profile."""

import pytest
from allauth.account.models import EmailAddress, get_emailconfirmation_model
from django.contrib.auth.models import User
from django.test import Client

from tests.api.conftest import PASSWORD
from tests.api.test_sync import feed, of_kind

pytestmark = pytest.mark.django_db

ADDRESSES = "/_allauth/app/v1/account/email"
NEW = "alice@example.net"


@pytest.fixture
def second_phone(alice):
    """Where the feed of Alice's other phone stands."""
    return feed(alice)[1]


@pytest.fixture
def web(alice):
    """A browser in which Alice gave her password a moment ago."""
    browser = Client()
    said = browser.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert said.status_code == 302
    return browser


def another_address(phone, verified=True):
    return EmailAddress.objects.create(user_id=phone.user_id, email=NEW, verified=verified)


def unconfirmed(phone):
    """The key in the letter to a new address of somebody who has none that counts."""
    EmailAddress.objects.filter(user_id=phone.user_id).delete()
    return get_emailconfirmation_model().create(another_address(phone, verified=False)).key


def told(phone, cursor):
    """E-mail and username as the feed tells them since a cursor."""
    return [
        (one["data"]["email"], one["data"]["username"]) for one in of_kind(feed(phone, cursor)[0], "profile")
    ]


def test_an_address_chosen_on_a_phone_comes_to_the_other_phone(alice, second_phone):
    another_address(alice)
    assert alice.change(ADDRESSES, {"email": NEW, "primary": True}).status_code == 200
    assert told(alice, second_phone) == [(NEW, "alice")]


def test_an_address_chosen_on_the_web_comes_to_the_phones(alice, web, second_phone):
    another_address(alice)
    assert web.post("/accounts/email/", {"email": NEW, "action_primary": ""}).status_code == 302
    assert told(alice, second_phone) == [(NEW, "alice")]


@pytest.mark.parametrize("door", ["phone", "web"])
def test_an_address_taken_away_is_taken_from_the_phones_too(alice, web, second_phone, door):
    old = {"email": "alice@example.org"}
    if door == "phone":
        assert alice.erase(ADDRESSES, old).status_code == 200
    else:
        assert web.post("/accounts/email/", {**old, "action_remove": ""}).status_code == 302
    assert told(alice, second_phone) == [("", "alice")]


@pytest.mark.parametrize("door", ["phone", "web"])
def test_an_address_confirmed_by_its_letter_comes_to_the_phones(alice, web, second_phone, door):
    key = unconfirmed(alice)
    if door == "phone":
        assert alice.send("/_allauth/app/v1/auth/email/verify", {"key": key}).status_code == 200
    else:
        assert web.post(f"/accounts/confirm-email/{key}/").status_code == 302
    assert told(alice, second_phone) == [(NEW, "alice")]


def test_a_name_and_an_address_put_right_in_the_admin_come_to_the_phones(alice, second_phone, admin_client):
    user = User.objects.get(pk=alice.user_id)
    form = admin_client.get(f"/admin/auth/user/{user.pk}/change/").context["adminform"].form
    kept = {
        name: value for name, value in form.initial.items() if isinstance(value, str) and name != "password"
    }
    joined = {"date_joined_0": "2026-01-01", "date_joined_1": "08:00", "is_active": "on"}
    said = {**kept, **joined, "username": "alicia", "email": NEW}
    assert admin_client.post(f"/admin/auth/user/{user.pk}/change/", said).status_code == 302
    assert told(alice, second_phone) == [(NEW, "alicia")]


def test_an_account_without_a_diary_is_made_in_the_admin(admin_client):
    said = {"username": "carol", "usable_password": "false"}
    assert admin_client.post("/admin/auth/user/add/", said).status_code == 302
    assert User.objects.get(username="carol")


@pytest.mark.parametrize(
    "button", [{"email": NEW, "action_add": ""}, {"email": "alice@example.org", "action_primary": ""}]
)
def test_what_leaves_the_address_as_it_was_tells_the_phones_nothing(alice, web, second_phone, button):
    assert web.post("/accounts/email/", button).status_code == 302
    assert feed(alice, second_phone)[0] == []


def test_nobody_else_is_told_of_another_address(alice, bob):
    _, cursor = feed(bob)
    another_address(alice)
    assert alice.change(ADDRESSES, {"email": NEW, "primary": True}).status_code == 200
    assert feed(bob, cursor)[0] == []


def test_a_stranger_is_asked_to_sign_in_before_an_address_is_changed(stranger):
    assert stranger.change(ADDRESSES, {"email": NEW, "primary": True}).status_code == 401
    said = stranger.post("/accounts/email/", {"email": NEW, "action_primary": ""})
    assert (said.status_code, said.url.partition("?")[0]) == (302, "/accounts/login/")
