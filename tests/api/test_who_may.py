"""Who may ask what, of every operation in the API document: a new address is tested by being there."""

import pytest
import time_machine
from django.utils import timezone

from journal.models import Diarist
from tests.api.conftest import Phone, diarist
from tests.api.contract import OPEN, operations
from tests.api.rows import OF_ONESELF, OWNED, body_of, resource_of, row_for

OPERATIONS = operations()
CLOSED = [one for one in OPERATIONS if not one.is_open]
OF_A_ROW = [one for one in CLOSED if set(one.ids) - OF_ONESELF]
TAKES_AN_ID = [one for one in CLOSED if one.method == "POST" and "id" in one.example()]
READS = [one for one in CLOSED if one.method == "GET" and not set(one.ids) - OF_ONESELF]


def is_told_to_sign_in(said, code):
    assert said.status_code == 401, said.content
    assert said["Content-Type"] == "application/problem+json"
    assert said["WWW-Authenticate"].startswith("X-Session-Token")
    assert said.json()["code"] == code


def test_only_what_is_named_here_is_open_to_anybody():
    assert {one.path for one in OPERATIONS if one.is_open} == OPEN


@pytest.mark.parametrize("operation", CLOSED, ids=str)
def test_nobody_gets_in_without_a_token(operation, stranger):
    said = stranger.ask(operation.method, operation.address(), operation.example())

    is_told_to_sign_in(said, "not_authenticated")


@pytest.mark.parametrize("operation", CLOSED, ids=str)
def test_nobody_gets_in_with_a_token_that_has_ended(operation, signed_out):
    said = signed_out.ask(operation.method, operation.address(), operation.example())

    is_told_to_sign_in(said, "signed_out")
    assert not Diarist.objects.get().revision


@pytest.fixture
def signed_out(alice):
    """A phone with a token that was good until a moment ago."""
    alice.erase("/_allauth/app/v1/auth/session")
    return Phone(alice.token)


@pytest.mark.parametrize("operation", OF_A_ROW, ids=str)
def test_another_persons_row_is_not_there_and_stays_as_it_was(operation, alice, bob, milk):
    row = row_for(operation.path, diarist(bob), milk)
    before = seen_by_its_owner(bob, operation, row)

    said = alice.ask(operation.method, operation.address(id=row.pk), body_of(operation, diarist(alice), milk))

    assert said.status_code == 404, said.content
    assert said["Content-Type"] == "application/problem+json"
    assert said.json()["code"] == "not_found"
    assert seen_by_its_owner(bob, operation, row) == before


@pytest.mark.parametrize("operation", OF_A_ROW, ids=str)
def test_the_owner_is_not_refused_what_another_is(operation, bob, milk):
    row = row_for(operation.path, diarist(bob), milk)

    said = bob.ask(operation.method, operation.address(id=row.pk), body_of(operation, diarist(bob), milk))

    assert said.status_code not in (401, 403, 404), said.content


@pytest.mark.parametrize("operation", TAKES_AN_ID, ids=str)
def test_an_id_that_another_has_taken_neither_makes_a_row_nor_tells_of_his(operation, alice, bob, milk):
    row = row_for(operation.path, diarist(bob), milk)
    before = seen_by_its_owner(bob, operation, row)

    body = body_of(operation, diarist(alice), milk)
    said = alice.ask(operation.method, operation.path, {**body, "id": str(row.pk)})

    assert said.status_code == 404, said.content
    assert seen_by_its_owner(bob, operation, row) == before


@pytest.mark.parametrize("operation", READS, ids=str)
def test_what_one_is_told_does_not_depend_on_what_another_logged(operation, alice, bob, milk, clock):
    address = operation.address(date="2026-01-05")
    clock.move_to(timezone.now(), tick=False)  # a cursor names the time
    before = alice.read(address)
    for resource in OWNED:
        row_for(f"/api/v1/{resource}/", diarist(bob), milk)

    after = alice.read(address)

    assert before.status_code == after.status_code == 200
    assert said(after) == said(before)


def said(answer):
    """What was answered, also where it is a file that is sent as it is read."""
    return b"".join(answer) if answer.streaming else answer.content


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now()) as traveller:
        yield traveller


def seen_by_its_owner(bob, operation, row):
    said = bob.read(f"{resource_of(operation.path)}/{row.pk}/")
    assert said.status_code == 200
    return said.json()
