"""What no phone sends unless somebody means harm: answered as a problem of the client's."""

import json

import pytest

from journal.models import DayMark
from tests.api.conftest import LOG_IN, SIGN_UP, Phone

HALF = '"\\ud800"'
"""One half of a pair of UTF-16: JSON can write it, UTF-8 and databases cannot."""
DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "water/", f'{{{HALF}: 1, "amount_ml": 5}}'),
        ("POST", "spasms/", f'{{"site": {HALF}}}'),
        ("POST", "spasms/", f'{{"note": {HALF}}}'),
        ("POST", "exercises/", f'{{"activity": {HALF}, "minutes": 3}}'),
        ("POST", "supplements/", f'{{"name": "x", "amounts": {{{HALF}: 1}}}}'),
        ("PATCH", "profile/", f'{{"sex": {HALF}}}'),
        ("PATCH", "profile/", f'{{"conditions": {{{HALF}: "yes"}}}}'),
    ],
)
def test_half_a_character_is_refused_wherever_it_stands(alice, method, path, body):
    answer = alice.ask(method, path, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_a_whole_character_written_in_halves_is_stored(alice):
    answer = alice.send("spasms/", '{"note": "\\ud83c\\udf4c"}')

    assert (answer.status_code, answer.json()["note"]) == (201, "\N{BANANA}")


@pytest.mark.parametrize("path", [LOG_IN, SIGN_UP, "/_allauth/app/v1/auth/password/request"])
@pytest.mark.parametrize(
    "body",
    [DEEP, f'{{"username": {HALF}, "email": "q@example.org", "password": {HALF}}}', b'{"email": "\xff"}'],
)
def test_sign_in_refuses_what_it_cannot_read(stranger, path, body):
    stranger.raise_request_exception = False

    assert stranger.send(path, body).status_code == 400


def test_a_day_before_any_diary_is_neither_marked_nor_judged(alice):
    marked = alice.replace("days/0001-01-01/", {"finished": True})
    judged = alice.read("gaps/?as_of=0001-01-01")

    for answer, field in ((marked, "date"), (judged, "as_of")):
        assert answer.status_code == 400
        assert answer.json()["errors"] == {field: ["This day is before 1990. Check the date."]}
    assert not DayMark.objects.exists()


def test_a_stranger_does_not_get_more_patience_by_inventing_addresses(db, monkeypatch):
    from spasmlog.access import StrangersPatience

    monkeypatch.setattr(StrangersPatience, "rate", "3/min", raising=False)
    answers = [Phone().read("server/", X_Forwarded_For=f"198.51.100.{n}").status_code for n in range(4)]

    assert answers == [200, 200, 200, 429], json.dumps(answers)
