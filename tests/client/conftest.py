"""Phones: the real client, each with a diary in a file of its own, on a line that can go wrong."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.db import connections
from spasmlog_client import diary
from spasmlog_client.server import Server
from spasmlog_client.store import Store
from spasmlog_client.sync import Sync

from tests.client.badline import BadLine
from tests.conftest import PASSWORD


class Phone:
    """One device: a store, a line and a clock. `offline()` is simply not calling `sync()`."""

    def __init__(self, path, url, email=None):
        self.path, self.url = path, url
        target = urlsplit(url)
        self.line = BadLine((target.hostname, target.port))
        self.waits = []
        self.store = Store(path)
        self.server = Server(self.line.url, timeout=20)
        if email:
            self.sign_in(email)

    def sign_in(self, email):
        assert self.server.sign_in(email, PASSWORD)
        self.store.belongs_to(self.url, email)

    def cramp(self, **said):
        return diary.log(self.store, "spasms", **{"site": "calf", "side": "left", **said})

    def water(self, ml=300, **said):
        return diary.log(self.store, "water", amount_ml=ml, **said)

    def sync(self, **more):
        return Sync(self.store, self.server, sleep=self.waits.append, **{"attempts": 4, **more}).run()

    def restart(self):
        """The program ends and starts again; only the file stays."""
        self.store.close()
        self.store = Store(self.path)

    def close(self):
        self.store.close()
        self.line.close()


@pytest.fixture
def site(live_server, monkeypatch):
    """The address of a live server with a database of this test's own."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    return live_server.url


@pytest.fixture
def make_phone(site, tmp_path):
    """`make_phone("name", person)`: a phone that is signed in as a person, or not yet."""
    phones = []

    def make(name, person=None):
        phones.append(Phone(tmp_path / name / "diary.sqlite3", site, person and person.user.email))
        return phones[-1]

    yield make
    for phone in phones:
        phone.close()


@pytest.fixture
def alices_phone(make_phone, alice):
    return make_phone("phone", alice)


def on_server(model, person):
    """What the server holds of a person, without what was deleted."""
    return model.objects.of(person).live()


def at(hour, minute=0, day=20):
    """A moment of a week that is past for every clock in these tests."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)
