"""The profile over REST."""

import pytest

from journal.models import BodyWeight, Diarist, Medicine
from tests.api.conftest import diarist
from tests.api.test_contract import is_problem

WHOLE = {
    "birth_date": "1980-05-17", "sex": "female", "height_cm": 168.5, "weight_kg": 63.4,
    "time_zone": "Pacific/Auckland",
    "day_start": "05:00", "week_start": 6, "units": "us", "authority": "efsa", "region": "NZ",
    "takes_medicines": "yes",
    "medicines": [
        {"medicine_class": "metformin", "name": "", "started_on": "2025-01-01", "stopped_on": None},
        {"medicine_class": "statins", "name": "x", "started_on": None, "stopped_on": None},
    ],
    "life_stages": [{"stage": "lactation", "started_on": "2019-03-01", "ended_on": "2019-12-31"}],
    "targets": [{"nutrient": "sodium_mg", "amount": 1500.5, "set_by": "clinician"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_november(time_machine):
    time_machine.move_to("2026-11-21T09:00:00Z")


def test_nothing_is_assumed_of_a_new_person(alice):
    said = alice.read("profile/").json()

    assert {
        said[name] for name in ("birth_date", "sex", "weight_kg", "height_cm", "region", "set_up_at")
    } == {None}
    assert (said["life_stage"], said["time_zone"], said["units"], said["authority"]) == (
        "general",
        "UTC",
        "metric",
        "nasem",
    )
    assert set(said["conditions"].values()) == {"unknown"}
    assert (said["takes_medicines"], said["medicines"], said["targets"]) == ("unknown", [], [])


def test_everything_can_be_said_in_one_go_and_is_read_back(alice):
    said = alice.change("profile/", {**WHOLE, "conditions": {"kidney_disease": "no", "vegan": "yes"}})

    assert said.status_code == 200, said.content
    body = alice.read("profile/").json()
    assert {name: body[name] for name in WHOLE} == WHOLE
    assert (body["conditions"]["vegan"], body["conditions"]["kidney_disease"]) == ("yes", "no")
    assert body["conditions"]["diabetes"] == "unknown"
    assert body["set_up_at"]


def test_what_is_not_named_stays(alice):
    alice.change("profile/", WHOLE)
    alice.change("profile/", {"sex": None, "conditions": {"vegan": "yes"}})

    body = alice.read("profile/").json()
    assert body["sex"] is None
    assert {name: body[name] for name in WHOLE if name != "sex"} == {
        k: v for k, v in WHOLE.items() if k != "sex"
    }
    assert body["conditions"]["vegan"] == "yes"


def test_a_weight_is_logged_once_and_the_latest_counts(alice):
    for kg in (63, 63, 64.2):
        assert alice.change("profile/", {"weight_kg": kg}).status_code == 200

    assert BodyWeight.objects.count() == 2
    assert alice.read("profile/").json()["weight_kg"] == 64.2


def test_a_pregnancy_begins_today_and_ends_when_something_else_begins(alice, time_machine):
    assert alice.change("profile/", {"life_stage": "pregnancy"}).json()["life_stage"] == "pregnancy"
    assert alice.change("profile/", {"life_stage": "pregnancy"}).json()["life_stages"] == [
        {"stage": "pregnancy", "started_on": "2026-11-21", "ended_on": None}
    ]
    time_machine.move_to("2026-11-25T09:00:00Z")
    body = alice.change("profile/", {"life_stage": "lactation"}).json()
    assert body["life_stages"] == [
        {"stage": "pregnancy", "started_on": "2026-11-21", "ended_on": "2026-11-24"},
        {"stage": "lactation", "started_on": "2026-11-25", "ended_on": None},
    ]
    assert (
        alice.change("profile/", {"life_stage": "general"}).json()["life_stages"] == body["life_stages"][:1]
    )


def test_lists_are_replaced_whole(alice):
    alice.change("profile/", WHOLE)
    alice.change("profile/", {"medicines": [], "targets": [{"nutrient": "magnesium_mg", "amount": 350}]})

    body = alice.read("profile/").json()
    assert body["medicines"] == []
    assert body["targets"] == [{"nutrient": "magnesium_mg", "amount": 350, "set_by": "own"}]
    assert not Medicine.objects.exists()


REFUSED = [
    ({"birth_date": "2099-01-01"}, "birth_date", "future"),
    ({"birth_date": "1880-01-01"}, "birth_date", "1900"),
    ({"birth_date": "17 May"}, "birth_date", "format"),
    ({"sex": "other"}, "sex", "other"),
    ({"height_cm": 20}, "height_cm", "40 to 260"),
    ({"height_cm": "tall"}, "height_cm", "number"),
    ({"weight_kg": 1}, "weight_kg", "2 to 400"),
    ({"time_zone": "Mars/Olympus"}, "time_zone", "time zone"),
    ({"time_zone": ""}, "time_zone", "blank"),
    ({"day_start": "13:00"}, "day_start", "before noon"),
    ({"day_start": "soon"}, "day_start", "format"),
    ({"week_start": 2}, "week_start", "2"),
    ({"region": "GBR"}, "region", ""),
    ({"life_stage": "retired"}, "life_stage", "retired"),
    ({"conditions": {"hunger": "yes"}}, "conditions", "hunger"),
    ({"conditions": {"vegan": "perhaps"}}, "conditions", "perhaps"),
    ({"conditions": ["vegan"]}, "conditions", "dictionary"),
    ({"medicines": [{"medicine_class": "sweets"}]}, "medicines", "Number 1: "),
    ({"medicines": [{"medicine_class": "statins", "started_on": "2026-01-02", "stopped_on": "2026-01-01"}]},
     "medicines", "end before it starts"),
    ({"targets": [{"nutrient": "magnesium_mg", "amount": 0}]}, "targets", "more than 0"),
    ({"targets": [{"nutrient": "gold_mg", "amount": 1}]}, "targets", "gold_mg"),
    ({"colour": "blue"}, "colour", "no such field"),
    ({"revision": 5, "user": 1}, "user", "no such field"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "field", "words"), REFUSED)
def test_what_is_impossible_is_refused_and_nothing_of_the_rest_is_kept(alice, body, field, words):
    said = is_problem(alice.change("profile/", {"units": "us", **body}), 400, "invalid")

    assert list(said["errors"]) == [field]
    assert words in " ".join(said["errors"][field])
    assert Diarist.objects.get(pk=diarist(alice).pk).units == "metric"


def test_each_has_a_profile_of_their_own(alice, bob):
    alice.change("profile/", WHOLE)

    assert bob.read("profile/").json()["birth_date"] is None
