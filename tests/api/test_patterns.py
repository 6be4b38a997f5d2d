"""Personal links over REST."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal import findings, review
from journal.models import PersonalLink
from tests.api.conftest import diarist
from tests.api.test_contract import is_problem
from tests.journal.link_diary import keep_diary


@pytest.fixture(autouse=True)
def in_november(time_machine):
    time_machine.move_to("2026-11-21T15:00:00Z")


@pytest.fixture
def looked_at(alice):
    who = diarist(alice)
    keep_diary(who, findings.today(who))
    review.review_stale(who.pk)
    return who


def of(body, exposure, lag):
    [found] = [one for one in body["results"] if (one["exposure"], one["lag_days"]) == (exposure, lag)]
    return found


def test_a_new_diary_has_not_enough_data_k_of_n(alice):
    body = alice.read("patterns/").json()
    assert (body["known_days"], body["known_days_needed"]) == (0, 42)
    assert (body["cramp_days"], body["cramp_days_needed"]) == (0, 10)
    assert (body["looked_on"], body["results"]) == (None, [])
    assert body["heading"] == "Not enough data yet"


def test_a_link_comes_with_its_counts_interval_and_words(alice, looked_at):
    body = alice.read("patterns/").json()
    assert (body["looked_on"], body["next_look_on"]) == ("2026-11-21", "2026-12-05")
    link = of(body, "alcohol", 1)
    row = PersonalLink.objects.get(diarist=looked_at, exposure="alcohol", lag_days=1)
    assert (link["state"], link["state_name"]) == ("worth_watching", "worth watching")
    assert link["counts"] == {
        "exposed_days": row.exposed_days, "exposed_cramp_days": row.exposed_cramps,
        "other_days": row.other_days, "other_cramp_days": row.other_cramps,
    }  # fmt: skip
    assert link["lower"] < link["odds_ratio"] < link["upper"]
    assert 0 < link["p"] <= link["q"] <= 0.10
    assert "causes" in " ".join(link["said"])
    assert body["sources"]


def test_numbers_are_null_until_every_gate_before_them_is_passed(alice, looked_at):
    link = of(alice.read("patterns/").json(), "magnesium_low", 1)
    assert link["state"] == "not_enough_variation"
    for name in ("counts", "odds_ratio", "lower", "upper", "p", "q"):
        assert link[name] is None


def test_the_words_come_in_the_order_and_language_of_the_page(alice, looked_at):
    states = [one["state"] for one in alice.read("patterns/").json()["results"]]
    assert states[0] == "worth_watching"
    assert states == sorted(
        states, key=["worth_watching", "no_clear_link", "not_enough_variation", "not_enough_data"].index
    )


def test_another_sees_their_own(bob, looked_at):
    assert bob.read("patterns/").json()["results"] == []


def test_it_is_read_by_who_signed_in_and_changed_by_nobody(alice, stranger):
    is_problem(stranger.read("patterns/"), 401)
    is_problem(alice.send("patterns/", {}), 405)


def test_an_unknown_parameter_is_refused(alice):
    is_problem(alice.read("patterns/?lag=1"), 400)


@pytest.mark.slow
def test_it_costs_the_same_for_a_short_diary_and_a_long_one(alice, bob):
    costs = []
    for phone, length in ((alice, 50), (bob, 300)):
        who = diarist(phone)
        keep_diary(who, findings.today(who), length)
        review.review_stale(who.pk)
        phone.read("patterns/")
        with CaptureQueriesContext(connection) as queries:
            phone.read("patterns/")
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 9  # session, user, diarist, five of links, and whether they are stale
