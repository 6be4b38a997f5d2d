"""Phones: clients that signed up by the app's own way in, with the token they were given."""

import json
from decimal import Decimal

import pytest
from django.test import Client

from journal import people
from nutrients.models import Food

PASSWORD = "long enough for anybody 7"
SIGN_UP = "/_allauth/app/v1/auth/signup"
LOG_IN = "/_allauth/app/v1/auth/login"


class Phone(Client):
    """A client that speaks JSON and carries a session token."""

    def __init__(self, token="", **kwargs):
        super().__init__(**kwargs)
        self.token = token

    def ask(self, method, path, body=None, **headers):
        """Send `body` as JSON (or as it is, if it is text); `headers` by their names with underscores."""
        data = body if isinstance(body, (str, bytes)) else "" if body is None else json.dumps(body)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            headers.setdefault("X-Session-Token", self.token)
        headers = {name: value for name, value in headers.items() if value is not None}
        path = path if path.startswith("/") else f"/api/v1/{path}"
        kind = headers.pop("Content-Type", "application/json")
        return self.generic(method, path, data, content_type=kind, headers=headers)

    def read(self, path, **headers):
        return self.ask("GET", path, **headers)

    def send(self, path, body=None, **headers):
        return self.ask("POST", path, body, **headers)

    def replace(self, path, body=None, **headers):
        return self.ask("PUT", path, body, **headers)

    def change(self, path, body=None, **headers):
        return self.ask("PATCH", path, body, **headers)

    def erase(self, path, body=None, **headers):
        return self.ask("DELETE", path, body, **headers)


@pytest.fixture
def stranger(db):
    """A phone that nobody signed in on."""
    return Phone()


@pytest.fixture
def signed_up(db):
    """`signed_up("name")`: a phone of a new person."""

    def sign_up(name):
        phone = Phone()
        said = phone.send(SIGN_UP, {"email": f"{name}@example.org", "username": name, "password": PASSWORD})
        assert said.status_code == 200, said.content
        phone.token = said.json()["meta"]["session_token"]
        phone.user_id = said.json()["data"]["user"]["id"]
        return phone

    return sign_up


@pytest.fixture
def alice(signed_up):
    return signed_up("alice")


@pytest.fixture
def bob(signed_up):
    return signed_up("bob")


def diarist(phone):
    from django.contrib.auth import get_user_model

    return people.diarist_of(get_user_model().objects.get(pk=phone.user_id))


@pytest.fixture
def almonds(foods):
    return foods.get(source="sr28", source_code="12061")


@pytest.fixture
def milk(foods):
    return foods.get(source="fndds", source_code="11111000")


@pytest.fixture
def own_food(bob):
    """A food of Bob's own."""
    return Food.objects.create(
        source="own", source_code="bob-1", owner_id=bob.user_id, name="Bob's soup", magnesium_mg=10.0
    )


def number(value):
    return Decimal(str(value))
