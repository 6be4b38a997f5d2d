"""Entries over REST: made, read, replaced, changed, deleted; retried, raced, and refused."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from journal.models import Meal, SpasmEpisode, StaleDay, WaterIntake
from tests.api.conftest import diarist
from tests.api.test_contract import is_problem

NOON = "2026-11-20T12:00:00+13:00"


@pytest.fixture(autouse=True)
def in_november(time_machine):
    time_machine.move_to("2026-11-21T09:00:00Z")


BODIES = {
    "water": {"amount_ml": 250},
    "exercises": {"met": 3.5, "minutes": 30},
    "spasms": {"site": "calf"},
    "warning-signs": {"signs": ["fever"]},
    "supplements": {"name": "Mg", "amounts": {"magnesium_mg": 100}},
    "weights": {"kg": 70.5},
}
OTHERS = {
    "water": {"amount_ml": 300},
    "exercises": {"met": 3.5, "minutes": 45},
    "spasms": {"site": "foot"},
    "warning-signs": {"signs": ["fever", "tiredness"]},
    "supplements": {"name": "Magnesium", "amounts": {"magnesium_mg": 100}},
    "weights": {"kg": 71},
}
KINDS = sorted(BODIES)


# What each holds ------------------------------------------------------------------------------


def test_a_meal_is_stored_with_its_foods_as_they_were_said(alice, milk, almonds):
    portion = milk.portions.get(description="1 cup")
    body = {
        "kind": "breakfast", "occurred_at": "2026-11-20T07:30:00+13:00", "tz": "Pacific/Auckland",
        "note": "at home",
        "items": [
            {"food": str(milk.pk), "portion": str(portion.pk), "quantity": 1.5},
            {"food": str(almonds.pk), "grams": 28.35},
        ],
    }  # fmt: skip

    said = alice.send("meals/", body)

    assert said.status_code == 201, said.content
    row = said.json()
    assert said["Location"].endswith(f"/api/v1/meals/{row['id']}/")
    assert said["ETag"] == f'"{row["revision"]}"'
    assert (row["kind"], row["note"], row["tz"]) == ("breakfast", "at home", "Pacific/Auckland")
    assert row["occurred_at"] == "2026-11-19T18:30:00Z"  # 07:30 less 13 hours
    assert (row["local_date"], row["utc_offset_min"]) == ("2026-11-20", 780)
    first, second = row["items"]
    assert first["food_name"] == "Milk, whole"
    assert (first["portion"], first["quantity"]) == (str(portion.pk), 1.5)
    assert first["grams"] == float(portion.grams) * 1.5
    assert (second["portion"], second["quantity"], second["grams"]) == (None, None, 28.35)
    assert alice.read(f"meals/{row['id']}/").json() == row


def test_a_drink_without_a_beverage_is_tap_water_and_one_with_it_weighs_as_that_does(alice, milk):
    tap = alice.send("water/", {"amount_ml": 250}).json()
    glass = alice.send("water/", {"amount_ml": 250, "beverage": str(milk.pk)}).json()

    assert tap["beverage"] is None
    assert glass["beverage"] == str(milk.pk)
    assert glass["grams"] > tap["grams"] >= 249  # milk is the denser


def test_a_cramp_takes_its_start_under_either_name(alice):
    said = alice.send(
        "spasms/",
        {
            "started_at": "2026-11-20T03:00:00+13:00", "tz": "Pacific/Auckland",
            "ended_at": "2026-11-20T03:04:00+13:00",
            "site": "calf", "side": "left", "intensity": 7, "woke_me": True, "doing": "asleep", "note": "",
            "relief": [{"what": "stretch", "helped": "yes"}, {"what": "heat"}], "signs": [],
        },
    )  # fmt: skip

    row = said.json()
    assert said.status_code == 201, row
    assert row["started_at"] == row["occurred_at"] == "2026-11-19T14:00:00Z"
    assert row["local_date"] == "2026-11-19"  # before 04:00: still last night
    assert row["relief"] == [{"what": "stretch", "helped": "yes"}, {"what": "heat", "helped": None}]
    assert (row["intensity"], row["woke_me"], row["advice"]) == (7, True, [])
    is_problem(alice.send("spasms/", {"started_at": NOON, "occurred_at": "2026-11-20T13:00:00+13:00"}), 400)


def test_a_cramp_of_which_nothing_is_said_is_one_of_now(alice):
    row = alice.send("spasms/").json()

    assert row["occurred_at"].startswith("2026-11-21T09:00:0")
    unsaid = ("site", "side", "intensity", "woke_me", "doing", "ended_at")
    assert {row[name] for name in unsaid} == {None}


def test_an_exercise_takes_the_met_of_its_activity(alice, db):
    listed = alice.read("activities/?search=run").json()["results"]
    row = alice.send("exercises/", {"activity": listed[0]["code"], "minutes": 30}).json()

    assert row["met"] == listed[0]["met"]
    assert row["activity_name"] == listed[0]["name"]


def test_a_dose_takes_its_kind_from_the_supplement(alice):
    tablet = alice.send(
        "supplements/",
        {
            "name": "Mg",
            "unit": "tablet",
            "amounts": {"magnesium_mg": 187.5, "vitamin_d_ug": 10},
            "prescribed": True,
        },
    ).json()
    dose = alice.send("doses/", {"supplement": tablet["id"], "quantity": 2}).json()

    assert tablet["amounts"] == {"magnesium_mg": 187.5, "vitamin_d_ug": 10}
    assert (dose["supplement_name"], dose["quantity"], dose["source"], dose["prescribed"]) == (
        "Mg",
        2,
        "supplement",
        True,
    )
    assert is_problem(alice.erase(f"supplements/{tablet['id']}/"), 400)["errors"]["non_field_errors"]


def test_a_favourite_is_a_food_once_or_a_named_meal(alice, milk):
    first = alice.send("favourites/", {"food": str(milk.pk)})
    again = alice.send("favourites/", {"food": str(milk.pk)})
    meal = alice.send(
        "favourites/", {"name": "Usual", "kind": "breakfast", "items": [{"food": str(milk.pk), "grams": 200}]}
    )

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["food_name"] == "Milk, whole"
    assert meal.json()["items"] == [{"food": str(milk.pk), "portion": None, "quantity": None, "grams": 200.0}]
    is_problem(alice.send("favourites/", {"name": "Nothing"}), 400)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_listed_is_what_was_stored(alice, kind):
    row = alice.send(f"{kind}/", BODIES[kind]).json()
    row.pop("advice", None)

    assert alice.read(f"{kind}/").json() == {"results": [row], "next": None, "previous": None}
    assert alice.read(f"{kind}/{row['id']}/").json() == row


# Retries, replacing, changing -----------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_id_returns_the_stored_row_and_makes_no_second(alice, kind):
    id = str(uuid.uuid4())
    first = alice.send(f"{kind}/", {"id": id, **BODIES[kind]})
    again = alice.send(f"{kind}/", {"id": id, **OTHERS[kind]})

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(alice.read(f"{kind}/").json()["results"]) == 1


def test_an_idempotency_key_does_the_same_for_a_client_without_ids(alice, bob):
    first = alice.send("water/", {"amount_ml": 200}, Idempotency_Key="k1")
    again = alice.send("water/", {"amount_ml": 200}, Idempotency_Key="k1")
    other = alice.send("water/", {"amount_ml": 200}, Idempotency_Key="k2")

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert bob.send("water/", {"amount_ml": 200}, Idempotency_Key="k1").status_code == 201


@pytest.mark.parametrize("kind", KINDS)
def test_put_makes_a_row_and_the_same_again_changes_nothing(alice, kind):
    path = f"{kind}/{uuid.uuid4()}/"
    first = alice.replace(path, BODIES[kind])
    again = alice.replace(path, BODIES[kind])

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_in_capitals_is_the_same_id_for_every_method(alice, kind):
    id = str(uuid.uuid4())
    made = alice.replace(f"{kind}/{id.upper()}/", BODIES[kind])
    assert (made.status_code, made.json()["id"]) == (201, id)
    assert alice.send(f"{kind}/", {**BODIES[kind], "id": id.upper()}).status_code == 200
    assert alice.read(f"{kind}/{id.upper()}/").content == alice.read(f"{kind}/{id}/").content
    assert alice.change(f"{kind}/{id.upper()}/", {}, If_Match="*").status_code == 200
    assert alice.erase(f"{kind}/{id.upper()}/").status_code == 204
    assert alice.read(f"{kind}/{id}/").status_code == 404


def test_an_own_food_a_card_and_a_device_are_found_by_an_id_in_capitals(alice):
    id = str(uuid.uuid4()).upper()
    assert alice.replace(f"foods/{id}/", {"name": "Soup", "per_100g": {}}).status_code == 201
    card = alice.send("spasms/", {"site": "calf", "signs": ["seizure"]}).json()["advice"][0]["id"].upper()
    assert alice.read(f"advice/{card}/").status_code == 200
    assert alice.send(f"advice/{card}/acknowledge/").status_code == 200
    assert alice.send(f"advice/{card}/acknowledge").status_code == 200
    device = alice.read("devices/").json()["results"][0]["id"].upper()
    assert alice.change(f"devices/{device}/", {"name": "My phone"}).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_put_that_differs_needs_the_revision_it_was_made_on(alice, kind):
    path = f"{kind}/{uuid.uuid4()}/"
    first = alice.replace(path, BODIES[kind]).json()

    unnamed = is_problem(alice.replace(path, OTHERS[kind]), 412, "changed_since")
    assert unnamed["current"]["revision"] == first["revision"]
    second = alice.replace(path, {**OTHERS[kind], "base_revision": first["revision"]})
    assert second.status_code == 200, second.content
    assert second.json()["revision"] > first["revision"]
    # The first request again, from a phone that was offline: it must not undo the second.
    late = is_problem(alice.replace(path, {**BODIES[kind], "base_revision": first["revision"]}), 412)
    assert late["current"] == alice.read(path).json()


@pytest.mark.parametrize("kind", KINDS)
def test_if_match_says_the_revision_as_well(alice, kind):
    path = f"{kind}/{uuid.uuid4()}/"
    tag = alice.replace(path, BODIES[kind])["ETag"]

    changed = alice.replace(path, OTHERS[kind], If_Match=tag)
    assert changed.status_code == 200
    is_problem(alice.replace(path, BODIES[kind], If_Match=tag), 412)
    is_problem(alice.change(path, BODIES[kind], If_Match=tag), 412)
    is_problem(alice.erase(path, If_Match=tag), 412)
    is_problem(alice.change(path, BODIES[kind], If_Match="abc"), 400)
    assert alice.erase(path, If_Match=changed["ETag"]).status_code == 204


def test_put_empties_what_it_leaves_out_but_not_when_and_where(alice):
    path = f"spasms/{uuid.uuid4()}/"
    full = {
        "started_at": NOON,
        "tz": "Pacific/Auckland",
        "site": "calf",
        "intensity": 5,
        "signs": ["fever"],
        "note": "x",
    }
    first = alice.replace(path, full).json()

    row = alice.replace(path, {"site": "foot", "base_revision": first["revision"]}).json()

    assert (row["site"], row["intensity"], row["signs"], row["note"]) == ("foot", None, [], "")
    assert (row["started_at"], row["tz"]) == (first["started_at"], "Pacific/Auckland")


def test_patch_changes_only_what_it_names(alice, milk):
    row = alice.send(
        "meals/", {"items": [{"food": str(milk.pk), "grams": 200}], "note": "a", "occurred_at": NOON}
    ).json()

    said = alice.change(f"meals/{row['id']}/", {"note": "b"}).json()

    assert said["note"] == "b"
    assert said["items"] == row["items"]
    assert said["occurred_at"] == row["occurred_at"]
    assert said["revision"] > row["revision"]
    moved = alice.change(f"meals/{row['id']}/", {"occurred_at": "2026-11-18T12:00:00+13:00"}).json()
    assert moved["local_date"] == "2026-11-17"  # 23:00 in UTC, the profile's zone


def test_a_row_may_be_sent_back_as_it_was_read(alice, milk):
    portion = milk.portions.get(description="1 cup")
    item = {"food": str(milk.pk), "portion": str(portion.pk), "quantity": 2}
    row = alice.send("meals/", {"items": [item]}).json()

    said = alice.replace(f"meals/{row['id']}/", row)

    assert said.status_code == 200, said.content
    assert said.json() == row


@pytest.mark.parametrize("kind", KINDS)
def test_a_deleted_row_is_gone_and_deleting_it_again_is_404(alice, kind):
    id = alice.send(f"{kind}/", BODIES[kind]).json()["id"]

    assert alice.erase(f"{kind}/{id}/").status_code == 204
    for said in (
        alice.erase(f"{kind}/{id}/"),
        alice.read(f"{kind}/{id}/"),
        alice.change(f"{kind}/{id}/", BODIES[kind]),
    ):
        is_problem(said, 404)
    assert alice.read(f"{kind}/").json()["results"] == []


def test_a_late_retry_of_a_deleted_row_brings_nothing_back(alice):
    id = str(uuid.uuid4())
    alice.send("water/", {"id": id, "amount_ml": 200})
    alice.erase(f"water/{id}/")

    late = alice.send("water/", {"id": id, "amount_ml": 200})
    assert late.status_code == 200
    assert late.json()["deleted_at"]
    is_problem(alice.replace(f"water/{id}/", {"amount_ml": 200}), 412)
    assert alice.read("water/").json()["results"] == []
    undone = alice.replace(f"water/{id}/", {"amount_ml": 200, "base_revision": late.json()["revision"]})
    assert undone.json()["deleted_at"] is None


# Whose ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_anothers_row_is_not_there_for_any_method_and_its_id_makes_nothing(alice, bob, kind):
    row = alice.send(f"{kind}/", BODIES[kind]).json()
    path = f"{kind}/{row['id']}/"

    for said in (
        bob.read(path),
        bob.replace(path, OTHERS[kind]),
        bob.replace(path, {**OTHERS[kind], "base_revision": row["revision"]}),
        bob.change(path, OTHERS[kind]),
        bob.erase(path),
        bob.send(f"{kind}/", {"id": row["id"], **OTHERS[kind]}),
    ):
        is_problem(said, 404, "not_found")
    assert bob.read(f"{kind}/").json()["results"] == []
    row.pop("advice", None)
    assert alice.read(path).json() == row


def test_anothers_food_supplement_and_portion_do_not_exist(alice, bob, own_food):
    tablet = bob.send("supplements/", BODIES["supplements"]).json()

    meal = is_problem(alice.send("meals/", {"items": [{"food": str(own_food.pk), "grams": 10}]}), 400)
    assert meal["errors"] == {"items": ["Food 1: This food is not in the table."]}
    drink = is_problem(alice.send("water/", {"amount_ml": 100, "beverage": str(own_food.pk)}), 400)
    assert drink["errors"] == {"beverage": ["This food is not in the table."]}
    dose = is_problem(alice.send("doses/", {"supplement": tablet["id"]}), 400)
    assert dose["errors"] == {"supplement": ["Choose one of your own supplements."]}


# Refusals -------------------------------------------------------------------------------------


REFUSED = [
    ("water", {}, "amount_ml", "required"),
    ("water", {"amount_ml": 0}, "amount_ml", "more than 0 ml"),
    ("water", {"amount_ml": -1}, "amount_ml", "more than 0 ml"),
    ("water", {"amount_ml": 5001}, "amount_ml", "5 litres"),
    ("water", {"amount_ml": None}, "amount_ml", "null"),
    ("water", {"amount_ml": "lots"}, "amount_ml", "number"),
    ("water", {"amount_ml": 200, "tz": "Mars/Olympus"}, "tz", "time zone"),
    ("water", {"amount_ml": 200, "beverage": "milk"}, "beverage", "UUID"),
    ("water", {"amount_ml": 200, "beverage": str(uuid.uuid4())}, "beverage", "not in the table"),
    ("water", {"amount_ml": 200, "id": "one"}, "id", "UUID"),
    ("water", {"amount_ml": 200, "colour": "blue"}, "colour", "no such field"),
    ("water", {"amount_ml": 200, "occurred_at": "2026-11-20T12:00:00"}, "occurred_at", "no offset"),
    ("water", {"amount_ml": 200, "occurred_at": "yesterday"}, "occurred_at", "offset"),
    ("water", {"amount_ml": 200, "occurred_at": 5}, "occurred_at", "offset"),
    ("water", {"amount_ml": 200, "occurred_at": "2099-01-01T00:00:00Z"}, "occurred_at", "future"),
    ("water", {"amount_ml": 200, "occurred_at": "1999-01-01T00:00:00Z"}, "occurred_at", "five years"),
    ("water", {"amount_ml": 200, "occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at", "offset"),
    ("meals", {}, "items", "required"),
    ("meals", {"items": []}, "items", "at least one food"),
    ("meals", {"items": None}, "items", "null"),
    ("meals", {"items": "milk"}, "items", "list"),
    ("meals", {"items": [{"grams": 5}]}, "items", "Food 1"),
    ("meals", {"items": ["milk"]}, "items", "JSON object"),
    (
        "meals",
        {"items": [{"food": str(uuid.uuid4()), "grams": 5}]},
        "items",
        "Food 1: This food is not in the table.",
    ),
    ("spasms", {"site": "elbow"}, "site", "elbow"),
    ("spasms", {"site": 5}, "site", "5"),
    ("spasms", {"intensity": 11}, "intensity", "0 to 10"),
    ("spasms", {"intensity": 2.5}, "intensity", "whole number"),
    ("spasms", {"intensity": True}, "intensity", "whole number"),
    ("spasms", {"woke_me": "perhaps"}, "woke_me", "true or false"),
    ("spasms", {"signs": ["headache"]}, "signs", "from the list"),
    ("spasms", {"signs": ["fever", "fever"]}, "signs", "once only"),
    ("spasms", {"signs": "fever"}, "signs", "list"),
    ("spasms", {"relief": [{"what": "magic"}]}, "relief", "magic"),
    ("spasms", {"relief": [{"what": "heat"}, {"what": "heat"}]}, "relief", "once only"),
    ("spasms", {"note": "x" * 501}, "note", "500"),
    ("spasms", {"note": 5}, "note", "string"),
    ("spasms", {"note": "a\x00b"}, "note", "Null"),
    ("spasms", {"ended_at": "2026-11-21T08:00:00Z"}, "ended_at", "before it starts"),
    ("exercises", {"minutes": 30}, "activity", "MET"),
    ("exercises", {"minutes": 0, "met": 3}, "minutes", "at least 1"),
    ("exercises", {"minutes": 30, "activity": "nope"}, "activity", "not in the table"),
    ("exercises", {"minutes": 30, "met": 90}, "met", "0.9 to 25"),
    ("warning-signs", {}, "signs", "at least one"),
    ("warning-signs", {"signs": []}, "signs", "at least one"),
    ("supplements", {"name": "", "amounts": {"magnesium_mg": 1}}, "name", "blank"),
    ("supplements", {"name": "Mg", "amounts": {}}, "amounts", "Give at least one nutrient"),
    ("supplements", {"name": "Mg", "amounts": {"gold_mg": 1}}, "amounts", "gold_mg"),
    ("supplements", {"name": "Mg", "amounts": {"magnesium_mg": -1}}, "amounts", "above 0"),
    ("supplements", {"name": "Mg", "amounts": {"magnesium_mg": True}}, "amounts", "number"),
    ("weights", {"kg": 1}, "kg", "2 to 400"),
    ("favourites", {}, "non_field_errors", "either a food or a meal"),
]


@pytest.mark.parametrize(("kind", "body", "field", "words"), REFUSED)
def test_what_is_impossible_is_refused_by_field_and_nothing_is_stored(alice, kind, body, field, words):
    said = is_problem(alice.send(f"{kind}/", body), 400, "invalid")

    assert list(said["errors"]) == [field]
    assert words in " ".join(said["errors"][field])
    assert alice.read(f"{kind}/").json()["results"] == []
    assert not StaleDay.objects.exists()


def test_every_wrong_field_is_told_at_once(alice):
    said = is_problem(alice.send("spasms/", {"site": "elbow", "intensity": "x", "doing": "flying"}), 400)

    assert set(said["errors"]) == {"site", "intensity", "doing"}


def test_a_meal_names_each_food_that_is_wrong_and_keeps_none(alice, milk, almonds):
    other = almonds.portions.first()
    items = [
        {"food": str(milk.pk), "grams": 100},
        {"food": str(milk.pk)},
        {"food": str(milk.pk), "grams": 40_000},
    ]
    said = is_problem(alice.send("meals/", {"items": items}), 400)
    assert said["errors"]["items"] == [
        f"Food 2 ({milk.name}): Say how much: grams, or a portion and how many.",
        f"Food 3 ({milk.name}): More than 5 kg of one food at once is not possible. Check the amount.",
    ]

    items = [
        {"food": str(milk.pk), "portion": str(other.pk)},
        {"food": str(milk.pk), "portion": str(milk.portions.first().pk), "quantity": 1, "grams": 1},
        {"food": str(milk.pk), "quantity": 2, "grams": 1},
    ]
    said = is_problem(alice.send("meals/", {"items": items}), 400)
    assert [words.partition(" (")[0] for words in said["errors"]["items"]] == ["Food 1", "Food 2", "Food 3"]
    assert not Meal.objects.exists()


def test_a_meal_of_too_many_foods_is_refused(alice, milk):
    said = is_problem(alice.send("meals/", {"items": [{"food": str(milk.pk), "grams": 1}] * 1000}), 400)

    assert said["errors"]["items"] == ["A meal can have at most 60 foods."]


def test_a_phone_whose_clock_runs_a_few_minutes_ahead_is_heard(alice):
    ahead = (timezone.now() + timedelta(minutes=5)).isoformat()

    assert alice.send("water/", {"amount_ml": 200, "occurred_at": ahead}).status_code == 201


def test_the_id_in_the_body_must_be_that_of_the_address(alice):
    path = f"water/{uuid.uuid4()}/"

    assert "id" in is_problem(alice.replace(path, {"id": str(uuid.uuid4()), "amount_ml": 1}), 400)["errors"]


def test_a_refused_change_leaves_the_row_as_it_was(alice):
    made = alice.send("water/", {"amount_ml": 200}).json()
    row = alice.read(f"water/{made['id']}/").json()
    assert made == {**row, "advice": []}

    is_problem(alice.change(f"water/{row['id']}/", {"amount_ml": 0}), 400)
    assert alice.read(f"water/{row['id']}/").json() == row


# Lists ----------------------------------------------------------------------------------------


def test_pages_hold_every_row_once_newest_first(alice):
    made = [
        alice.send("water/", {"amount_ml": n, "occurred_at": f"2026-11-20T12:{n // 2:02}:00Z"}).json()["id"]
        for n in range(1, 8)
    ]
    seen, path = [], "water/?page_size=3"
    while path:
        page = alice.read(path.replace("http://testserver", "")).json()
        assert len(page["results"]) <= 3
        seen += page["results"]
        path = page["next"]

    assert sorted(row["id"] for row in seen) == sorted(made)
    times = [row["occurred_at"] for row in seen]
    assert times == sorted(times, reverse=True)


def test_a_page_is_never_longer_than_two_hundred_and_a_made_up_cursor_is_refused(alice):
    for wrong in ("page_size=201", "page_size=0", "page_size=-1", "page_size=ten"):
        assert "page_size" in is_problem(alice.read(f"water/?{wrong}"), 400)["errors"]
    for wrong in ("cursor=nonsense", "cursor=bz0tMQ%3D%3D"):
        assert "cursor" in is_problem(alice.read(f"water/?{wrong}"), 400)["errors"], wrong


def test_lists_are_cut_by_diary_day_with_both_ends_in(alice):
    for day in (17, 18, 19, 20):
        alice.send("water/", {"amount_ml": day, "occurred_at": f"2026-11-{day}T12:00:00Z"})

    rows = alice.read("water/?from=2026-11-18&to=2026-11-19").json()["results"]

    assert [row["amount_ml"] for row in rows] == [19, 18]


def test_lists_tell_what_changed_since_a_time(alice, time_machine):
    old = alice.send("water/", {"amount_ml": 1}).json()
    alice.send("water/", {"amount_ml": 2})
    time_machine.move_to("2026-11-21T10:00:00Z")
    alice.change(f"water/{old['id']}/", {"amount_ml": 3})

    rows = alice.read("water/?updated_since=2026-11-21T22:30:00%2B13:00").json()["results"]  # 09:30 UTC

    assert [row["amount_ml"] for row in rows] == [3]


@pytest.mark.parametrize(
    "query", ["from=yesterday", "from=2026-02-30", "updated_since=2026-11-20",
              "updated_since=2026-11-20T10:00:00",
              "from=2026-11-01&from=2026-11-02"],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_refused(alice, query):
    assert query.partition("=")[0] in is_problem(alice.read(f"water/?{query}"), 400)["errors"]


# Red flags ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "body"), [("spasms", {"site": "calf"}), ("warning-signs", {})])
def test_a_warning_sign_is_answered_with_its_card_in_the_same_answer(alice, kind, body):
    alice.change("profile/", {"region": "GB"})

    said = alice.send(f"{kind}/", {**body, "signs": ["chest_pain"]})

    [card] = said.json()["advice"]
    assert said.status_code == 201
    assert (card["rule"], card["severity"], card["state"]) == ("R02", "urgent_now", "new")
    assert "999" in card["text"]
    assert card["sources"]
    assert alice.read("advice/").json()["results"][0]["id"] == card["id"]
    again = alice.replace(f"{kind}/{said.json()['id']}/", {**body, "signs": ["chest_pain"]})
    assert [one["id"] for one in again.json()["advice"]] == [card["id"]]


def test_the_card_comes_with_worker_broker_and_cache_all_down(
    alice, monkeypatch, django_capture_on_commit_callbacks
):
    from journal import tasks

    def down(*_args, **_kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.review_diarist, "delay", down)
    with django_capture_on_commit_callbacks(execute=True) as asked:
        said = alice.send("spasms/", {"signs": ["chest_pain"]})

    assert len(asked) == 1
    assert said.status_code == 201
    assert said.json()["advice"][0]["rule"] == "R02"
    assert StaleDay.objects.count() == 1  # what the broker lost, the database remembers


def test_unticking_the_sign_takes_the_card_back(alice):
    row = alice.send("spasms/", {"signs": ["chest_pain"]}).json()

    assert alice.change(f"spasms/{row['id']}/", {"signs": []}).json()["advice"] == []
    assert alice.read("advice/").json()["results"] == []


# Side effects ---------------------------------------------------------------------------------


def test_a_write_marks_the_days_it_touches_stale(alice):
    row = alice.send("water/", {"amount_ml": 200, "occurred_at": "2026-11-19T12:00:00Z"}).json()
    assert {str(day) for day in StaleDay.objects.values_list("date", flat=True)} == {"2026-11-19"}

    alice.change(f"water/{row['id']}/", {"occurred_at": "2026-11-18T12:00:00Z"})
    assert {str(day) for day in StaleDay.objects.values_list("date", flat=True)} == {
        "2026-11-19",
        "2026-11-18",
    }


def test_amounts_are_stored_as_exactly_as_they_were_typed(alice):
    alice.send("water/", '{"amount_ml": 0.1}')
    alice.send("water/", {"amount_ml": "330.5"})

    assert sorted(str(n) for n in WaterIntake.objects.values_list("amount_ml", flat=True)) == ["0.1", "330.5"]


def test_the_diary_of_each_counts_its_own_revisions(alice, bob):
    alice.send("water/", {"amount_ml": 1})
    second = alice.send("water/", {"amount_ml": 1}).json()

    assert second["revision"] == 2
    assert bob.send("water/", {"amount_ml": 1}).json()["revision"] == 1
    assert diarist(alice).revision == 2
    assert not SpasmEpisode.objects.exists()
