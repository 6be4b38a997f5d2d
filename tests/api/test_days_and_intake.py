"""A day over REST, and totals that equal a calculation by hand to the last digit."""

import uuid
from decimal import Decimal

import pytest

from journal import people
from journal.models import DailyIntake, DayMark
from nutrients.codes import CODES
from nutrients.models import Food
from tests.api.conftest import diarist
from tests.api.test_contract import is_problem


@pytest.fixture(autouse=True)
def in_november(time_machine):
    time_machine.move_to("2026-11-21T09:00:00Z")


def known(amount):
    return {"amount": amount, "known_share": 1.0, "unknown_items": 0}


@pytest.fixture
def breakfast(alice, eager_review, foods):
    """Three foods and half a litre of water on the 20th, and the numbers they should come to."""
    eaten = {
        foods.get(source="sr28", source_code="12061"): Decimal("28.35"),
        foods.get(source="fndds", source_code="11111000"): Decimal("183"),
        foods.get(source="fndds", source_code="63107010"): Decimal("126.5"),
    }
    items = [{"food": str(food.pk), "grams": float(grams)} for food, grams in eaten.items()]
    with eager_review():
        said = alice.send("meals/", {"occurred_at": "2026-11-20T08:00:00Z", "items": items})
        assert said.status_code == 201, said.content
        water = alice.send("water/", {"occurred_at": "2026-11-20T09:00:00Z", "amount_ml": 500}).json()
    tap = Food.objects.tap_water()
    return {**eaten, tap: Decimal(str(water["grams"]))}


def by_hand(portions, code):
    """grams x per 100 g / 100, summed over what is known, in decimals: no digit is lost on the way."""
    parts = [grams * Decimal(repr(getattr(food, code))) / 100 for food, grams in portions.items()
             if getattr(food, code) is not None]  # fmt: skip
    return float(sum(parts)) if parts else None


def test_the_totals_of_a_day_equal_the_sums_by_hand(alice, breakfast):
    [day] = alice.read("intake/?from=2026-11-20&to=2026-11-20").json()["results"]

    assert (day["date"], day["complete"], day["stale"]) == ("2026-11-20", False, False)
    for code in CODES:
        found = day["nutrients"][code]
        assert found["amount"] == pytest.approx(by_hand(breakfast, code), rel=1e-14), code
        assert found["unknown_items"] == sum(getattr(food, code) is None for food in breakfast), code


def test_the_day_shows_the_same_totals_with_its_entries(alice, breakfast):
    [day] = alice.read("intake/?from=2026-11-20&to=2026-11-20").json()["results"]
    body = alice.read("days/2026-11-20/").json()

    assert body["totals"] == day["nutrients"]
    assert [len(body["entries"][kind]) for kind in ("meals", "water", "spasms", "exercises")] == [1, 1, 0, 0]
    assert body["entries"]["meals"][0] == alice.read("meals/").json()["results"][0]
    assert (body["finished"], body["revision"], body["status"]) == (False, 0, day["status"])


def test_both_ends_are_in_and_so_are_days_with_nothing_logged(alice, breakfast):
    rows = alice.read("intake/?from=2026-11-19&to=2026-11-21").json()["results"]

    assert [row["date"] for row in rows] == ["2026-11-19", "2026-11-20", "2026-11-21"]
    assert [row["status"] for row in rows][::2] == ["empty", "empty"]
    assert rows[0]["nutrients"]["magnesium_mg"] == {"amount": None, "known_share": None, "unknown_items": 0}


def test_a_food_of_which_nothing_is_known_makes_the_sum_a_lower_bound(alice, eager_review):
    own = alice.send("foods/", {"name": "Mystery", "per_100g": {"energy_kcal": 100}}).json()
    with eager_review():
        alice.send(
            "meals/", {"occurred_at": "2026-11-20T08:00:00Z", "items": [{"food": own["id"], "grams": 100}]}
        )

    [day] = alice.read("intake/?from=2026-11-20&to=2026-11-20").json()["results"]

    assert day["nutrients"]["magnesium_mg"] == {"amount": None, "known_share": 0.0, "unknown_items": 1}
    assert day["nutrients"]["energy_kcal"]["amount"] == 100


def test_without_a_review_yet_a_day_says_that_it_is_stale(alice, milk):
    alice.send(
        "meals/", {"occurred_at": "2026-11-20T08:00:00Z", "items": [{"food": str(milk.pk), "grams": 100}]}
    )

    [day] = alice.read("intake/?from=2026-11-20&to=2026-11-20").json()["results"]
    assert day["stale"] is True
    assert alice.read("days/2026-11-20/").json()["totals"]["energy_kcal"]["amount"] > 0  # added up live


def test_the_last_seven_days_are_told_when_none_are_named(alice):
    rows = alice.read("intake/").json()["results"]

    assert (rows[0]["date"], rows[-1]["date"], len(rows)) == ("2026-11-15", "2026-11-21", 7)


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-02&to=2026-11-01",
        "from=2020-01-01&to=2026-01-01",
        "from=x",
        "to=0001-01-01&from=2026-01-01",
    ],
)
def test_an_impossible_span_is_refused(alice, query):
    is_problem(alice.read(f"intake/?{query}"), 400)


def test_a_year_and_a_day_is_not_too_long(alice):
    assert len(alice.read("intake/?from=2024-01-01&to=2024-12-31").json()["results"]) == 366


def test_anothers_days_are_empty(bob, breakfast):
    body = bob.read("days/2026-11-20/").json()

    assert body["status"] == "empty"
    assert not any(body["entries"].values())


# Marks ----------------------------------------------------------------------------------------


def test_marks_are_set_one_by_one_and_counted(alice):
    first = alice.replace("days/2026-11-20/", {"finished": True}).json()
    second = alice.replace("days/2026-11-20/", {"no_cramp": True}).json()

    assert (first["finished"], first["no_cramp"]) == (True, False)
    assert (second["finished"], second["no_cramp"], second["fasting"]) == (True, True, False)
    assert second["revision"] > first["revision"]
    assert alice.read("days/2026-11-20/").json() == second
    assert DayMark.objects.count() == 1


def test_the_same_mark_again_changes_nothing(alice):
    first = alice.replace("days/2026-11-20/", {"finished": True}).json()

    assert alice.replace("days/2026-11-20/", {"finished": True}).json()["revision"] == first["revision"]


def test_a_mark_from_an_older_look_is_412_with_the_day(alice):
    first = alice.replace("days/2026-11-20/", {"finished": True}).json()
    alice.replace("days/2026-11-20/", {"finished": False})

    late = is_problem(
        alice.replace("days/2026-11-20/", {"finished": True, "base_revision": first["revision"]}), 412
    )

    assert late["current"]["finished"] is False
    assert late["current"]["date"] == "2026-11-20"


def test_a_finished_day_is_complete_once_reviewed(alice, almonds, eager_review):
    with eager_review():
        for hour in (8, 13, 19):  # 3 x 579 kcal: a day that can be all of it
            items = [{"food": str(almonds.pk), "grams": 100}]
            alice.send("meals/", {"occurred_at": f"2026-11-20T{hour:02}:00:00Z", "items": items})
        alice.replace("days/2026-11-20/", {"finished": True})

    body = alice.read("days/2026-11-20/").json()
    assert (body["status"], body["complete"], body["stale"]) == ("complete_marked", True, False)
    assert DailyIntake.objects.get(date="2026-11-20").status == "complete_marked"


def test_tomorrow_cannot_be_finished_and_no_calendar_has_a_thirtieth_of_february(alice):
    assert "date" in is_problem(alice.replace("days/2026-11-22/", {"finished": True}), 400)["errors"]
    assert "finished" in is_problem(alice.replace("days/2026-11-20/", {"finished": "yes"}), 400)["errors"]
    assert "mood" in is_problem(alice.replace("days/2026-11-20/", {"mood": 5}), 400)["errors"]
    is_problem(alice.read("days/2026-02-30/"), 404)
    assert alice.read("days/2030-01-01/").json()["status"] == "empty"
    assert str(uuid.UUID(int=0)) not in alice.read("days/2030-01-01/").content.decode()


def answered_eating_disorder(who):
    people.answer_conditions(who, {"eating_disorder": "yes"})


def is_underweight(who):
    # 46 kg / (1.68 m)^2 = 16.3 kg/m2, under 18.5
    people.update_profile(who, birth_date="1990-03-14", height_cm=Decimal(168), weight_kg=Decimal(46))


@pytest.mark.parametrize("hides", [answered_eating_disorder, is_underweight])
def test_no_energy_is_told_where_pages_tell_none_and_it_is_said_to_be_left_out(alice, breakfast, hides):
    hides(diarist(alice))
    intake = alice.read("intake/?from=2026-11-20&to=2026-11-20").json()
    day = alice.read("days/2026-11-20/").json()

    for left_out, told in (
        (intake["left_out"], intake["results"][0]["nutrients"]),
        (day["left_out"], day["totals"]),
    ):
        assert left_out == ["energy_kcal"]
        assert told["energy_kcal"] == known(None)  # its share is known: nothing is missing from the diary
        assert told["magnesium_mg"]["amount"] == pytest.approx(by_hand(breakfast, "magnesium_mg"))


def test_everybody_else_is_told_their_energy(alice, breakfast):
    people.answer_conditions(diarist(alice), {"eating_disorder": "no"})
    intake = alice.read("intake/?from=2026-11-20&to=2026-11-20").json()
    assert intake["left_out"] == [] == alice.read("days/2026-11-20/").json()["left_out"]
    energy = intake["results"][0]["nutrients"]["energy_kcal"]["amount"]
    assert energy == pytest.approx(by_hand(breakfast, "energy_kcal"))
