"""Requests that are sent again, and changes made on what was read a while ago."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from journal.models import KeptAnswer, WaterIntake
from journal.tasks import forget_old
from nutrients.models import Food
from tests.api.conftest import diarist
from tests.api.test_contract import is_problem
from tests.api.test_entries import BODIES, KINDS, OTHERS

pytestmark = pytest.mark.django_db

SOUP = {"name": "Soup", "per_100g": {"magnesium_mg": 3}}
POSTS = {**{kind: BODIES[kind] for kind in KINDS}, "foods": SOUP}


@pytest.mark.parametrize("kind", sorted(POSTS))
def test_the_same_post_under_the_same_key_is_done_once_and_answered_alike(alice, kind):
    first = alice.send(f"{kind}/", POSTS[kind], Idempotency_Key="k1")
    again = alice.send(f"{kind}/", POSTS[kind], Idempotency_Key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert [again.get(name) for name in ("ETag", "Location")] == [
        first.get(name) for name in ("ETag", "Location")
    ]
    listed = alice.read(f"{kind}/?source=own" if kind == "foods" else f"{kind}/").json()["results"]
    assert [one["id"] for one in listed] == [first.json()["id"]]


def test_a_key_belongs_to_one_request_of_one_person(alice, bob):
    alice.send("water/", {"amount_ml": 200}, Idempotency_Key="k1")
    other_body = alice.send("water/", {"amount_ml": 300}, Idempotency_Key="k1")
    other_address = alice.send("weights/", {"kg": 70}, Idempotency_Key="k1")

    for said in (other_body, other_address):
        assert "another request" in is_problem(said, 422, "key_used")["detail"]
    assert bob.send("water/", {"amount_ml": 300}, Idempotency_Key="k1").status_code == 201
    assert sorted(WaterIntake.objects.values_list("amount_ml", flat=True)) == [200, 300]


def test_what_was_refused_is_heard_anew_under_the_same_key(alice):
    is_problem(alice.send("water/", {"amount_ml": 0}, Idempotency_Key="k1"), 400)

    assert alice.send("water/", {"amount_ml": 200}, Idempotency_Key="k1").status_code == 201


def test_a_key_is_kept_for_seven_days(alice):
    alice.send("water/", {"amount_ml": 200}, Idempotency_Key="k1")
    alice.send("water/", {"amount_ml": 200}, Idempotency_Key="k2")
    KeptAnswer.objects.filter(key="k1").update(created_at=timezone.now() - timedelta(days=7, minutes=1))
    KeptAnswer.objects.filter(key="k2").update(created_at=timezone.now() - timedelta(days=6, hours=23))

    assert "Idempotency-Replayed" not in alice.send("water/", {"amount_ml": 200}, Idempotency_Key="k1")
    assert "Idempotency-Replayed" in alice.send("water/", {"amount_ml": 200}, Idempotency_Key="k2")
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(days=8))
    forget_old()
    assert not KeptAnswer.objects.exists()


def test_a_key_that_is_too_long_to_be_kept_whole_is_refused(alice):
    longest = "k" * 255
    assert alice.send("water/", {"amount_ml": 100}, Idempotency_Key=longest).status_code == 201
    said = is_problem(alice.send("water/", {"amount_ml": 200}, Idempotency_Key=longest + "2"), 400)

    assert said["errors"] == {"Idempotency-Key": ["Give at most 255 characters."]}
    assert WaterIntake.objects.count() == 1


def test_a_batch_sent_again_under_a_key_finds_its_rows_unchanged(alice):
    """The address of batches takes no key, and needs none."""
    batch = {"items": [{"type": "water", "id": str(uuid.uuid4()), "op": "put", "data": {"amount_ml": 200}}]}
    first, again = (alice.send("sync/", batch, Idempotency_Key="k1") for _ in range(2))

    assert [said.json()["results"][0]["status"] for said in (first, again)] == ["created", "unchanged"]
    assert "Idempotency-Replayed" not in again
    assert WaterIntake.objects.count() == 1


def test_two_at_once_under_one_key_are_one(alice, monkeypatch):
    from journal.api import answers

    look = answers._kept

    def looked_before_the_other_was_stored(who, key):
        monkeypatch.setattr(answers, "_kept", look)
        assert alice.send("water/", {"amount_ml": 200}, Idempotency_Key="k1").status_code == 201

    monkeypatch.setattr(answers, "_kept", looked_before_the_other_was_stored)
    second = alice.send("water/", {"amount_ml": 200}, Idempotency_Key="k1")

    assert second["Idempotency-Replayed"] == "true"
    assert WaterIntake.objects.count() == 1


def test_an_answer_to_a_card_is_given_once_under_its_key(alice):
    card = alice.send("warning-signs/", {"signs": ["chest_pain"]}).json()["advice"][0]
    path = f"advice/{card['id']}/acknowledge/"
    first = alice.send(path, Idempotency_Key="k1")
    alice.send(f"advice/{card['id']}/got-help/")
    again = alice.send(path, Idempotency_Key="k1")

    assert (again.status_code, again.json()) == (200, first.json())
    is_problem(alice.send(path), 400)  # without the key: the card is closed


# Changes made on an older row -----------------------------------------------------------------


def test_a_change_of_an_own_food_on_an_older_one_is_412_with_the_current(alice):
    food = alice.send("foods/", SOUP)
    path, old = f"foods/{food.json()['id']}/", food["ETag"]
    assert alice.read(path)["ETag"] == old
    new = alice.change(path, {"name": "Broth"}, If_Match=old)
    assert new.status_code == 200

    for said in (
        alice.change(path, {"name": "Stew"}, If_Match=old),
        alice.replace(path, {**SOUP, "base_revision": food.json()["revision"]}),
        alice.erase(path, If_Match=old),
    ):
        assert is_problem(said, 412, "changed_since")["current"] == new.json()
    assert alice.replace(path, SOUP, If_Match="*").status_code == 200
    assert alice.erase(path, If_Match=alice.read(path)["ETag"]).status_code == 204


def test_the_same_food_again_is_no_change(alice):
    food = alice.send("foods/", SOUP).json()
    again = alice.replace(f"foods/{food['id']}/", {**SOUP, "base_revision": 0}).json()

    assert again == food
    assert Food.objects.get(pk=food["id"]).revision == food["revision"] > 0


def test_a_change_of_the_profile_on_an_older_one_is_412_with_the_current(alice):
    old = alice.read("profile/")["ETag"]
    new = alice.change("profile/", {"sex": "female"}, If_Match=old)
    late = alice.change("profile/", {"sex": "male"}, If_Match=old)
    named = alice.change("profile/", {"sex": "male", "base_revision": new.json()["revision"] - 1})

    assert (
        is_problem(late, 412, "changed_since")["current"] == new.json() == is_problem(named, 412)["current"]
    )
    assert alice.change("profile/", {"sex": "female"}, If_Match=old).status_code == 200  # no difference
    assert alice.change("profile/", {"sex": "male"}, If_Match=new["ETag"]).status_code == 200


def test_a_mark_of_a_day_on_an_older_one_is_412_with_the_current(alice):
    path = "days/2026-11-20/"
    alice.replace(path, {"finished": True})
    old = alice.read(path)["ETag"]
    new = alice.replace(path, {"finished": False}, If_Match=old)
    late = alice.replace(path, {"finished": True}, If_Match=old)

    assert new.status_code == 200
    assert is_problem(late, 412, "changed_since")["current"]["finished"] is False
    assert alice.read(path, If_None_Match=alice.read(path)["ETag"]).status_code == 304


def test_a_day_read_again_after_an_entry_is_not_the_one_read_before(alice):
    path = f"days/{alice.send('water/', {'amount_ml': 100}).json()['local_date']}/"
    tag = alice.read(path)["ETag"]
    alice.send("water/", {"amount_ml": 100})

    assert alice.read(path, If_None_Match=tag).status_code == 200
    assert diarist(alice).revision == 2


@pytest.mark.parametrize("tag", ["*", '"1"'])
@pytest.mark.parametrize("kind", sorted(POSTS))
def test_if_match_makes_no_row_that_is_not_there(alice, kind, tag):
    path = f"{kind}/{uuid.uuid4()}/"

    said = is_problem(alice.replace(path, POSTS[kind], If_Match=tag), 412, "changed_since")

    assert "nothing here yet" in said["detail"]
    assert "current" not in said
    assert alice.read(path).status_code == 404
    assert alice.replace(path, POSTS[kind]).status_code == 201


# Revisions that are not here yet: told before a backup was put back ----------------------------


AHEAD, TAG = 10**6, '"1000000"'


@pytest.mark.parametrize("kind", [*KINDS, "foods"])
def test_a_change_made_on_a_revision_that_is_not_here_yet_is_412_with_the_current(alice, kind):
    row = alice.send(f"{kind}/", POSTS[kind]).json()
    path, other = f"{kind}/{row['id']}/", {**SOUP, "name": "Stew"} if kind == "foods" else OTHERS[kind]
    stored = alice.read(path).json()

    for said in (
        alice.replace(path, {**other, "base_revision": AHEAD}),
        alice.replace(path, other, If_Match=TAG),
        alice.change(path, {**other, "base_revision": AHEAD}),
        alice.change(path, other, If_Match=TAG),
        alice.erase(path, If_Match=TAG),
    ):
        assert is_problem(said, 412, "changed_since")["current"] == stored
    assert alice.read(path).json() == stored


@pytest.mark.parametrize(
    ("path", "write", "now", "then"),
    [
        ("profile/", "change", {"sex": "female"}, {"sex": "male"}),
        ("days/2026-11-20/", "replace", {"finished": True}, {"finished": False}),
    ],
)
def test_so_is_one_of_the_profile_or_of_a_day(alice, path, write, now, then):
    getattr(alice, write)(path, now)

    for said in (
        getattr(alice, write)(path, {**then, "base_revision": AHEAD}),
        getattr(alice, write)(path, then, If_Match=TAG),
    ):
        assert is_problem(said, 412, "changed_since")["current"].items() >= now.items()
    assert alice.read(path).json().items() >= now.items()
