"""The feed of changes and the batch of them: what a phone that was offline reads, and what it sends."""

import uuid
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from journal import assessed, changes, entries, review, stored
from journal.api import batch
from journal.models import Diarist, Meal, StaleDay, WaterIntake
from tests.api.conftest import diarist
from tests.api.test_contract import is_problem
from tests.api.test_entries import BODIES, KINDS, OTHERS

pytestmark = pytest.mark.django_db

SIGNS = {"signs": ["chest_pain"]}
SOUP = {"name": "Soup", "per_100g": {"magnesium_mg": 3}}


def feed(phone, cursor=None, limit=1000):
    """Everything that changed since a cursor, page by page, and the cursor after it."""
    told = []
    while True:
        asked = f"sync/?limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        said = phone.read(asked)
        assert said.status_code == 200, said.content
        body = said.json()
        told += body["changes"]
        cursor = body["cursor"]
        if not body["has_more"]:
            return told, cursor


def of_kind(told, kind):
    return [one for one in told if one["type"] == kind]


def item(kind, data=None, id=None, op="put", base=None):
    return {"type": kind, "id": str(id or uuid.uuid4()), "op": op, "base_revision": base, "data": data}


def sent(phone, *items):
    said = phone.send("sync/", {"items": list(items)})
    assert said.status_code == 200, said.content
    results = said.json()["results"]
    assert [(one["type"], one["id"]) for one in results] == [(one["type"], one["id"]) for one in items]
    return results


# Reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_feed_tells_of_a_row_what_its_own_address_answers(alice, kind):
    _, cursor = feed(alice)
    row = alice.send(f"{kind}/", BODIES[kind]).json()

    [change] = of_kind(feed(alice, cursor)[0], kind)
    assert change == {
        "type": kind, "id": row["id"], "revision": row["revision"], "deleted": False,
        "data": alice.read(f"{kind}/{row['id']}/").json(),
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_deleted_row_is_told_as_deleted_once_and_never_to_a_phone_that_begins(alice, kind):
    row = alice.send(f"{kind}/", BODIES[kind]).json()
    _, cursor = feed(alice)
    alice.erase(f"{kind}/{row['id']}/")

    [change] = of_kind(feed(alice, cursor)[0], kind)
    assert (change["id"], change["deleted"], change["data"]) == (row["id"], True, None)
    assert change["revision"] > row["revision"]
    assert of_kind(feed(alice)[0], kind) == []


def test_an_own_food_is_told_when_made_changed_removed_and_brought_back(alice):
    _, cursor = feed(alice)
    food = alice.send("foods/", SOUP).json()
    [made], cursor = feed(alice, cursor)
    alice.change(f"foods/{food['id']}/", {"name": "Broth"})
    [changed], cursor = feed(alice, cursor)
    alice.erase(f"foods/{food['id']}/")
    [removed], cursor = feed(alice, cursor)
    entries.restore_food(diarist(alice), uuid.UUID(food["id"]))
    [back], cursor = feed(alice, cursor)

    assert made["data"] == food
    assert changed["data"]["name"] == "Broth"
    assert removed["deleted"] and not back["deleted"]
    assert food["revision"] < changed["revision"] < removed["revision"] < back["revision"]
    assert feed(alice, cursor)[0] == []


def test_the_profile_is_told_when_it_changed_and_when_a_weight_did(alice):
    _, cursor = feed(alice)
    alice.change("profile/", {"sex": "female"})
    told, cursor = feed(alice, cursor)
    assert [(one["type"], one["id"], one["data"]["sex"]) for one in told] == [("profile", "me", "female")]
    alice.change("profile/", {"sex": "female"})
    assert feed(alice, cursor)[0] == []

    alice.send("weights/", {"kg": 71})
    told, cursor = feed(alice, cursor)
    assert [one["type"] for one in told] == ["profile", "weights"]
    assert told[0]["data"] == alice.read("profile/").json()


def test_a_page_may_end_inside_one_revision_and_nothing_is_missed_or_told_twice(alice):
    alice.send("warning-signs/", {"signs": ["chest_pain", "seizure", "jaw_locked"]})
    alice.send("weights/", {"kg": 70})
    whole, _ = feed(alice)
    ones, _ = feed(alice, limit=1)

    assert len(whole) >= 6  # three cards and their entry at one revision, a weight and the profile at another
    assert [(c["type"], c["id"]) for c in ones] == [(c["type"], c["id"]) for c in whole]
    assert [one["revision"] for one in whole] == sorted(one["revision"] for one in whole)
    assert len({(one["type"], one["id"]) for one in whole}) == len(whole)


def test_what_is_stored_while_a_page_is_read_comes_with_the_next(alice, monkeypatch):
    _, cursor = feed(alice)
    who, keys = diarist(alice), changes._keys

    def meanwhile(*arguments):
        entries.log_water(who, 300)
        return keys(*arguments)

    monkeypatch.setattr(changes, "_keys", meanwhile)
    first = alice.read(f"sync/?cursor={cursor}").json()
    monkeypatch.undo()

    assert of_kind(first["changes"], "water") == []
    assert len(of_kind(feed(alice, first["cursor"])[0], "water")) == 1


def test_findings_come_down_the_feed_under_a_revision_that_no_cursor_has_passed(alice, milk):
    who = diarist(alice)
    entries.log_meal(who, [(milk, 200)])
    begun = review.begin([who.pk])
    daily = assessed.day_rows(begun)
    rows = assessed.gap_rows(begun, assessed.due(begun, daily), daily)
    alice.send("water/", {"amount_ml": 100})
    _, cursor = feed(alice)  # the phone has read beyond the revision that the review began at
    assert list(stored.store(begun, daily, rows, {})) == [who.pk]

    gaps = of_kind(feed(alice, cursor)[0], "gaps")
    today = entries.today(who).isoformat()
    assert {one["id"] for one in gaps} == {f"{today}/{days}" for days in (7, 14, 28, 90)}
    for one in gaps:
        days = one["id"].split("/")[1]
        rest = alice.read(f"gaps/?window={days}").json()
        assert one["data"]["nutrients"] == rest["nutrients"]


def test_a_review_that_finds_the_same_tells_nothing_and_leaves_nothing_to_review(alice, milk):
    who = diarist(alice)
    entries.log_meal(who, [(milk, 200)])
    review.review_stale(who.pk)
    _, cursor = feed(alice)
    revision = Diarist.objects.get(pk=who.pk).revision
    entries.mark_stale(who, [entries.today(who)])
    review.review_stale(who.pk)

    assert feed(alice, cursor)[0] == []
    assert Diarist.objects.get(pk=who.pk).revision == revision
    assert not StaleDay.objects.exists()
    assert review.review_stale(who.pk) is False


def test_stale_findings_say_so(alice, milk):
    who = diarist(alice)
    entries.log_meal(who, [(milk, 200)])
    assert alice.read("sync/").json()["stale"] is True
    review.review_stale(who.pk)
    assert alice.read("sync/").json()["stale"] is False


def test_yesterdays_gaps_are_taken_back_when_today_has_its_own(alice, milk, monkeypatch):
    who = diarist(alice)
    entries.log_meal(who, [(milk, 200)])
    review.review_stale(who.pk)
    before, cursor = feed(alice)
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(review.timezone, "now", lambda: tomorrow)
    review.review_stale(who.pk)

    told, _ = feed(alice, cursor)
    gone = {one["id"] for one in of_kind(told, "gaps") if one["deleted"]}
    assert gone == {one["id"] for one in of_kind(before, "gaps")}
    assert len([one for one in of_kind(told, "gaps") if not one["deleted"]]) == 4


def test_a_card_is_told_when_raised_and_as_deleted_when_it_is_over(alice):
    _, cursor = feed(alice)
    alice.send("warning-signs/", SIGNS)
    told, cursor = feed(alice, cursor)
    [card] = of_kind(told, "advice")
    assert card["data"] == alice.read(f"advice/{card['id']}/").json()

    alice.send(f"advice/{card['id']}/got-help/")
    [over] = of_kind(feed(alice, cursor)[0], "advice")
    assert (over["id"], over["deleted"]) == (card["id"], True)


# Cursors --------------------------------------------------------------------------------------


def test_a_cursor_that_is_none_is_400_and_one_of_elsewhere_is_410(alice, bob):
    _, cursor = feed(alice)
    is_problem(alice.read("sync/?cursor=nonsense"), 400)
    is_problem(bob.read(f"sync/?cursor={cursor}"), 410, "cursor_expired")
    is_problem(alice.read(f"sync/?cursor={cursor[:-3]}abc"), 410, "cursor_expired")


def test_limits_are_from_1_to_1000(alice):
    for limit in (0, 1001):
        is_problem(alice.read(f"sync/?limit={limit}"), 400)


@pytest.mark.parametrize(
    ("kind", "op"),
    [("profile", "put"), *((kind, op) for kind in [*KINDS, "foods", "days"] for op in ("put", "delete"))],
)
def test_an_item_made_on_a_revision_that_is_not_here_yet_is_a_conflict_with_the_row(alice, kind, op):
    """After a backup was put back, a phone knows revisions that the server does not."""
    first, other, id = BEFORE_AND_AFTER.get(kind) or (BODIES[kind], OTHERS[kind], uuid.uuid4())
    [stored] = sent(alice, item(kind, first, id))

    [told] = sent(alice, item(kind, other if op == "put" else None, id, op, base=10**6))

    assert (told["status"], told["code"]) == ("conflict", "changed_since")
    assert told["current"] == stored["data"]
    assert told["revision"] == stored["revision"]


BEFORE_AND_AFTER = {
    "foods": (SOUP, {**SOUP, "name": "Stew"}, uuid.UUID(int=7)),
    "days": ({"finished": True}, {"finished": False}, "2026-11-20"),
    "profile": ({"sex": "female"}, {"sex": "male"}, "me"),
}


def test_a_cursor_of_what_a_backup_has_undone_is_410_and_so_are_all_others_of_that_time(alice):
    alice.send("water/", {"amount_ml": 100})
    _, early = feed(alice)
    alice.send("water/", {"amount_ml": 200})
    _, late = feed(alice)
    who = diarist(alice)
    Diarist.objects.filter(pk=who.pk).update(revision=1)  # as the backup has it

    is_problem(alice.read(f"sync/?cursor={late}"), 410, "cursor_expired")
    is_problem(alice.read(f"sync/?cursor={early}"), 410, "cursor_expired")
    assert feed(alice)[1]


def test_deletions_are_forgotten_after_a_while_and_a_cursor_of_before_is_410(alice):
    kept = alice.send("water/", {"amount_ml": 100}).json()
    gone = alice.send("water/", {"amount_ml": 200}).json()
    _, before = feed(alice)
    alice.erase(f"water/{gone['id']}/")
    _, after = feed(alice)
    WaterIntake.objects.filter(pk=gone["id"]).update(deleted_at=timezone.now() - timedelta(days=91))

    assert changes.forget(timezone.now() - timedelta(days=90)) == 1
    assert {str(pk) for pk in WaterIntake.objects.values_list("pk", flat=True)} == {kept["id"]}
    is_problem(alice.read(f"sync/?cursor={before}"), 410, "cursor_expired")
    assert feed(alice, after)[0] == []
    assert [one["id"] for one in of_kind(feed(alice, limit=1)[0], "water")] == [kept["id"]]


# Sending --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_stores_deletes_and_brings_back_and_the_same_again_changes_nothing(alice, kind):
    new = item(kind, BODIES[kind])
    [made] = sent(alice, new)
    [again] = sent(alice, new)
    assert (made["status"], again["status"]) == ("created", "unchanged")
    assert again["data"] == made["data"] == alice.read(f"{kind}/{new['id']}/").json()

    gone = item(kind, id=new["id"], op="delete", base=made["revision"])
    [deleted], [twice] = sent(alice, gone), sent(alice, gone)
    assert (deleted["status"], twice["status"]) == ("deleted", "unchanged")
    assert deleted["revision"] == twice["revision"] > made["revision"]

    [late] = sent(alice, new)  # a retry that was on its way for long does not undo the deletion
    assert (late["status"], late["code"]) == ("conflict", "changed_since")
    assert late["current"]["deleted_at"]
    [back] = sent(alice, item(kind, BODIES[kind], new["id"], base=deleted["revision"]))
    assert back["status"] == "replaced"


def test_an_item_whose_id_is_in_capitals_is_the_same_row(alice):
    id = str(uuid.uuid4())
    [made] = sent(alice, item("water", {"amount_ml": 200}, id.upper()))
    [again] = sent(alice, item("water", {"amount_ml": 200}, id))
    assert (made["status"], again["status"], made["data"]["id"]) == ("created", "unchanged", id)


def test_a_change_on_an_older_row_is_a_conflict_that_shows_the_current_one(alice):
    new = item("water", {"amount_ml": 200})
    [made] = sent(alice, new)
    [web] = sent(alice, item("water", {"amount_ml": 250}, new["id"], base=made["revision"]))
    late = sent(
        alice,
        item("water", {"amount_ml": 300}, new["id"], base=made["revision"]),
        item("water", {"amount_ml": 300}, new["id"]),
        item("water", None, new["id"], op="delete", base=made["revision"]),
    )

    assert [one["status"] for one in late] == ["conflict"] * 3
    assert all(one["current"] == web["data"] and one["revision"] == web["revision"] for one in late)


def test_a_bad_item_is_refused_in_the_words_of_its_address_and_blocks_no_other(alice):
    good, other = item("water", {"amount_ml": 200}), item("water", {"amount_ml": 300})
    bad = item("water", {"amount_ml": -1})
    words = is_problem(alice.replace(f"water/{bad['id']}/", bad["data"]), 400)["errors"]

    results = sent(alice, good, bad, other)
    assert [one["status"] for one in results] == ["created", "refused", "created"]
    assert (results[1]["code"], results[1]["errors"]) == ("invalid", words)
    assert WaterIntake.objects.count() == 2


def test_what_is_no_item_at_all_is_refused_alone(alice):
    said = alice.send(
        "sync/", {"items": [7, {}, {"type": "cars"}, item("gaps", {}), item("water", {"amount_ml": 5})]}
    )

    results = said.json()["results"]
    assert [one["status"] for one in results] == ["refused"] * 4 + ["created"]
    assert set(results[1]["errors"]) == {"type", "id", "op"}


def test_items_may_refer_to_rows_made_before_them_in_the_batch(alice):
    food = item("foods", {"name": "Soup", "per_100g": {"magnesium_mg": 3}})
    pills = item("supplements", {"name": "Pills", "amounts": {"magnesium_mg": 250}})
    meal = item("meals", {"items": [{"food": food["id"], "grams": 200}]})
    star, dose = item("favourites", {"food": food["id"]}), item("doses", {"supplement": pills["id"]})
    results = sent(alice, food, meal, star, pills, dose)

    assert [one["status"] for one in results] == ["created"] * 5
    assert Meal.objects.get().items.get().food.name == "Soup"
    told = {(one["type"], one["id"]): one["data"] for one in feed(alice)[0]}
    for one in results:
        assert told[one["type"], one["id"]] == alice.read(f"{one['type']}/{one['id']}/").json()
    assert {one["status"] for one in sent(alice, food, meal, star, pills, dose)} == {"unchanged"}


def test_the_card_of_a_ticked_sign_is_in_the_result(alice):
    [ticked, drink] = sent(alice, item("warning-signs", SIGNS), item("water", {"amount_ml": 200}))

    assert [(card["rule"], card["severity"]) for card in ticked["advice"]] == [("R02", "urgent_now")]
    assert drink["advice"] is None


def test_anothers_row_is_refused_as_not_there_and_stays(alice, bob):
    [hers] = sent(alice, item("water", {"amount_ml": 200}))
    [food] = sent(alice, item("foods", {"name": "Soup", "per_100g": {"zinc_mg": 1}}))
    for row in (hers, food):
        for op, data in (("put", row["data"]), ("delete", None)):
            [his] = sent(bob, item(row["type"], data, row["id"], op, base=row["revision"]))
            assert (his["status"], his["code"], his["data"], his["current"]) == (
                "refused",
                "not_found",
                None,
                None,
            )
    assert alice.read(f"water/{hers['id']}/").json() == hers["data"]
    assert alice.read(f"foods/{food['id']}/").json() == food["data"]


def test_what_is_not_there_may_be_deleted(alice):
    for kind in ("water", "foods"):
        [said] = sent(alice, item(kind, op="delete"))
        assert (said["status"], said["revision"]) == ("unchanged", None)
    [day] = sent(alice, item("days", id="2026-11-01", op="delete"))
    assert day["status"] == "unchanged"


def test_a_day_is_marked_by_its_date_and_what_is_left_out_stays(alice):
    [made] = sent(alice, item("days", {"finished": True}, "2026-11-20"))
    [blind] = sent(alice, item("days", {"finished": False}, "2026-11-20"))
    [more] = sent(alice, item("days", {"no_cramp": True}, "2026-11-20", base=made["revision"]))
    [same] = sent(alice, item("days", more["data"], "2026-11-20"))

    assert [one["status"] for one in (made, blind, more, same)] == [
        "created",
        "conflict",
        "replaced",
        "unchanged",
    ]
    assert blind["current"]["finished"] is True
    assert (more["data"]["finished"], more["data"]["no_cramp"]) == (True, True)
    [told] = of_kind(feed(alice)[0], "days")
    assert (told["id"], told["data"]) == ("2026-11-20", more["data"])
    [gone] = sent(alice, item("days", id="2026-11-20", op="delete", base=more["revision"]))
    assert gone["status"] == "deleted"
    assert alice.read("days/2026-11-20/").json()["finished"] is False


def test_an_own_food_that_was_removed_comes_back_only_to_who_has_seen_that(alice):
    new = item("foods", {"name": "Soup", "per_100g": {"zinc_mg": 1}})
    [made] = sent(alice, new)
    [again] = sent(alice, new)
    [changed] = sent(
        alice, item("foods", {"name": "Broth", "per_100g": {}}, new["id"], base=made["revision"])
    )
    [late] = sent(alice, item("foods", {"name": "Stew", "per_100g": {}}, new["id"], base=made["revision"]))
    [gone] = sent(alice, item("foods", id=new["id"], op="delete", base=changed["revision"]))
    [blind] = sent(
        alice, item("foods", {"name": "Stew", "per_100g": {}}, new["id"], base=changed["revision"])
    )
    [back] = sent(alice, item("foods", {"name": "Stew", "per_100g": {}}, new["id"], base=gone["revision"]))

    told = [one["status"] for one in (made, again, changed, late, gone, blind, back)]
    assert told == ["created", "unchanged", "replaced", "conflict", "deleted", "conflict", "replaced"]
    assert late["current"]["name"] == "Broth"
    assert alice.read(f"foods/{new['id']}/").json()["name"] == "Stew"


def test_the_profile_takes_part_of_it_and_a_late_change_is_a_conflict(alice):
    [first] = sent(alice, item("profile", {"sex": "female", "conditions": {"diabetes": "no"}}, "me"))
    [same] = sent(alice, item("profile", {"sex": "female"}, "me"))
    [second] = sent(alice, item("profile", {"sex": "male"}, "me", base=first["revision"]))
    [late] = sent(alice, item("profile", {"height_cm": 170}, "me", base=first["revision"]))
    [wrong] = sent(alice, item("profile", {"height_cm": 5}, "me"))
    [other] = sent(alice, item("profile", {"height_cm": 170}, "you"))

    told = [one["status"] for one in (first, same, second, late, wrong, other)]
    assert told == ["replaced", "unchanged", "replaced", "conflict", "refused", "refused"]
    assert late["current"] == second["data"] == alice.read("profile/").json()
    assert second["data"]["height_cm"] is None


def test_a_whole_batch_sent_again_ends_in_the_same_rows(alice):
    items = [item(kind, BODIES[kind]) for kind in KINDS] + [item("days", {"finished": True}, "2026-11-20")]
    first = sent(alice, *items)
    _told, cursor = feed(alice)
    again = sent(alice, *items)

    assert {one["status"] for one in again} == {"unchanged"}
    assert [one["data"] for one in again] == [one["data"] for one in first]
    assert feed(alice, cursor)[0] == []


@pytest.mark.parametrize("away", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_a_503_of_the_batch_and_no_refusal_of_a_row(alice, monkeypatch, away):
    def lost(*_args, **_said):
        raise away("the connection is closed")

    monkeypatch.setattr(batch.Entries, "put", lost)
    said = alice.send("sync/", {"items": [item("water", {"amount_ml": 200})]})
    is_problem(said, 503, "not_ready")
    assert int(said["Retry-After"]) > 0


def test_from_1_to_500_items_and_as_large_as_meals_can_be(alice, milk):
    foods = [{"food": str(milk.pk), "grams": n + 1, "portion": None, "quantity": None} for n in range(60)]
    for items in ([], [item("water", {"amount_ml": 1})] * 501, "none", None):
        is_problem(alice.send("sync/", {"items": items}), 400)
    meals = [item("meals", {"items": foods, "note": "x" * 500}) for _ in range(250)]
    said = alice.send("sync/", {"items": [*meals[:2], *[{**one, "op": "none"} for one in meals[2:]]]})

    assert said.status_code == 200  # 1.4 MB, which no other address would read
    assert [one["status"] for one in said.json()["results"][:3]] == ["created", "created", "refused"]


def test_one_review_is_asked_for_after_a_batch(alice, monkeypatch):
    asked = []
    monkeypatch.setattr(entries.tasks, "ask", lambda task, *arguments: asked.append(arguments))
    with_each = [item("water", {"amount_ml": 100 + n}) for n in range(5)]
    from django.test import TestCase

    with TestCase.captureOnCommitCallbacks(execute=True):
        sent(alice, *with_each)

    assert asked == [(diarist(alice).pk,)]
