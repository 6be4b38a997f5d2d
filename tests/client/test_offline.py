"""A phone that logs without a network, and what becomes of it when there is one."""

import uuid

import pytest
from spasmlog_client.server import SignInNeeded
from spasmlog_client.store import OtherDiary

from journal import entries
from journal.models import Diarist, Meal, SpasmEpisode, Supplement, WaterIntake
from nutrients.models import Food
from tests.client.conftest import at, on_server
from tests.conftest import PASSWORD


def test_a_cramp_logged_offline_is_on_the_server_after_a_sync(alices_phone, alice):
    id = alices_phone.cramp(intensity=6, woke_me=True)
    assert [change.id for change in alices_phone.store.waiting()] == [id]

    report = alices_phone.sync()

    stored = on_server(SpasmEpisode, alice).get()
    assert (str(stored.pk), stored.site, stored.side, stored.intensity) == (id, "calf", "left", 6)
    assert report.sent == 1
    assert alices_phone.store.waiting() == []


def test_what_was_logged_before_signing_up_is_kept_and_sent(make_phone, alice):
    phone = make_phone("new")
    phone.cramp()
    phone.sign_in(alice.user.email)
    phone.sync()
    assert on_server(SpasmEpisode, alice).count() == 1


def test_two_phones_come_to_see_the_same(make_phone, alice):
    one, other = make_phone("one", alice), make_phone("other", alice)
    one.cramp(intensity=3)
    other.water(250)
    for phone in (one, other, one):
        phone.sync()
    assert one.store.server_rows() == other.store.server_rows()
    assert len(one.store.all_seen("spasms")) == len(one.store.all_seen("water")) == 1


def test_what_is_deleted_on_the_web_goes_from_the_phone(alices_phone, alice):
    alices_phone.water()
    alices_phone.sync()
    entries.remove(on_server(WaterIntake, alice).get())
    alices_phone.sync()
    assert alices_phone.store.all_seen("water") == {}


def test_what_is_deleted_on_the_phone_goes_from_the_server(alices_phone, alice):
    id = alices_phone.water()
    alices_phone.sync()
    alices_phone.store.delete("water", id)
    alices_phone.sync()
    assert not on_server(WaterIntake, alice).exists()


def test_what_was_never_sent_is_taken_back_without_a_word_to_the_server(alices_phone):
    id = alices_phone.water()
    alices_phone.store.delete("water", id)
    assert alices_phone.store.waiting() == []


def test_several_edits_offline_are_sent_as_one(alices_phone, alice):
    id = alices_phone.cramp(intensity=3)
    for intensity in (4, 5, 6):
        alices_phone.store.put("spasms", id, {"intensity": intensity})
    assert len(alices_phone.store.waiting()) == 1
    alices_phone.sync()
    assert on_server(SpasmEpisode, alice).get().intensity == 6


def test_more_than_a_batch_is_sent_in_several_and_fetched_in_pages(make_phone, alice):
    one, other = make_phone("one", alice), make_phone("other", alice)
    ids = {one.water(100 + n, at=at(1, n)) for n in range(25)}
    one.sync(most_items=10, page=7)
    other.sync(page=7)
    assert sum(b"POST" in line for line in one.line.passed) == 1 + 3  # sign-in; 25 items by 10
    assert set(other.store.all_seen("water")) == ids


def test_a_food_is_stored_before_the_older_meal_that_came_to_refer_to_it(alices_phone, alice, foods):
    bought, own, meal = str(foods.first().pk), str(uuid.uuid4()), str(uuid.uuid4())
    said = {"kind": "lunch", "occurred_at": "2026-11-20T01:00:00Z"}
    alices_phone.store.put("meals", meal, {**said, "items": [{"food": bought, "grams": 250}]})
    alices_phone.store.put("foods", own, {"name": "Soup of grandmother", "per_100g": {"sodium_mg": 300}})
    alices_phone.store.put("meals", meal, {"items": [{"food": own, "grams": 250}]})

    alices_phone.sync()

    assert alices_phone.store.held() == []
    assert str(on_server(Meal, alice).get().items.get().food_id) == own
    assert Food.objects.get(pk=own).name == "Soup of grandmother"


def test_a_supplement_is_deleted_after_its_doses(alices_phone, alice):
    """The server refuses to delete one that doses refer to."""
    pill, dose = str(uuid.uuid4()), str(uuid.uuid4())
    alices_phone.store.put("supplements", pill, {"name": "Magnesium", "amounts": {"magnesium_mg": 100}})
    alices_phone.store.put("doses", dose, {"supplement": pill, "occurred_at": "2026-11-20T01:00:00Z"})
    alices_phone.sync()
    alices_phone.store.delete("supplements", pill)
    alices_phone.store.delete("doses", dose)
    alices_phone.sync()
    assert alices_phone.store.held() == []
    assert not on_server(Supplement, alice).exists()


def test_a_day_is_marked_without_touching_its_other_marks(alices_phone, alice):
    entries.mark_day(alice, at(1).date(), no_cramp=True)
    alices_phone.sync()
    alices_phone.store.put("days", "2026-11-20", {"finished": True})
    alices_phone.sync()
    mark = alice.daymark_set.get()
    assert mark.no_cramp and mark.finished


# Conflicts ------------------------------------------------------------------------------------


@pytest.fixture
def edited_twice(alices_phone, alice):
    """A cramp of intensity 3 that became 8 on the web and 5 on the phone. Returns its id."""
    id = alices_phone.cramp(intensity=3)
    alices_phone.sync()
    entries.change(on_server(SpasmEpisode, alice).get(), intensity=8)
    alices_phone.store.put("spasms", id, {"intensity": 5})
    alices_phone.sync()
    return id


def test_an_edit_in_two_places_keeps_the_servers_and_holds_ones_own(alices_phone, alice, edited_twice):
    [held] = alices_phone.store.held()
    assert (held.reason, held.id, held.data["intensity"]) == ("conflict", edited_twice, 5)
    assert alices_phone.store.seen("spasms", edited_twice)["intensity"] == 8
    assert on_server(SpasmEpisode, alice).get().intensity == 8


def test_ones_own_version_is_sent_again_on_request(alices_phone, alice, edited_twice):
    alices_phone.store.keep_mine(alices_phone.store.held()[0].number)
    alices_phone.sync()
    assert on_server(SpasmEpisode, alice).get().intensity == 5
    assert alices_phone.store.held() == []


def test_ones_own_version_of_what_was_deleted_elsewhere_can_be_brought_back(alices_phone, alice):
    id = alices_phone.cramp(intensity=3)
    alices_phone.sync()
    entries.remove(on_server(SpasmEpisode, alice).get())
    alices_phone.store.put("spasms", id, {"intensity": 5})
    alices_phone.sync()
    assert alices_phone.store.seen("spasms", id) is None
    alices_phone.store.keep_mine(alices_phone.store.held()[0].number)
    alices_phone.sync()
    assert on_server(SpasmEpisode, alice).get().intensity == 5


def test_deleting_what_was_changed_elsewhere_deletes_nothing_unseen(alices_phone, alice):
    id = alices_phone.cramp(intensity=3)
    alices_phone.sync()
    entries.change(on_server(SpasmEpisode, alice).get(), intensity=8)
    alices_phone.store.delete("spasms", id)
    alices_phone.sync()
    assert on_server(SpasmEpisode, alice).get().intensity == 8
    assert [(held.reason, held.op) for held in alices_phone.store.held()] == [("conflict", "delete")]


# Refusals -------------------------------------------------------------------------------------


def test_a_refused_entry_is_kept_with_the_servers_words_and_holds_up_no_other(alices_phone, alice):
    bad = alices_phone.cramp(intensity=11)
    good = alices_phone.cramp(intensity=6)
    alices_phone.sync()
    [held] = alices_phone.store.held()
    assert (held.reason, held.id, held.data["intensity"]) == ("refused", bad, 11)
    assert "10" in held.words
    assert str(on_server(SpasmEpisode, alice).get().pk) == good


def test_a_refused_entry_that_is_corrected_is_sent_again_whole(alices_phone, alice):
    id = alices_phone.cramp(intensity=11, note="in the night")
    alices_phone.sync()
    alices_phone.store.put("spasms", id, {"intensity": 10})
    alices_phone.sync()
    stored = on_server(SpasmEpisode, alice).get()
    assert (stored.intensity, stored.note) == (10, "in the night")
    assert alices_phone.store.held() == []


def test_warning_signs_sent_late_still_raise_their_card(alices_phone):
    alices_phone.cramp(signs=["chest_pain"])
    report = alices_phone.sync()
    assert [card["severity"] for card in report.advice] == ["urgent_now"]


# Whose diary ----------------------------------------------------------------------------------


def test_an_ended_sign_in_keeps_the_queue_until_the_person_signs_in_again(alices_phone, alice):
    alices_phone.sync()
    other = alices_phone.server.__class__(alices_phone.url, alices_phone.server.token)
    other.sign_out()
    alices_phone.cramp()
    with pytest.raises(SignInNeeded):
        alices_phone.sync()
    assert len(alices_phone.store.waiting()) == 1

    alices_phone.sign_in(alice.user.email)
    alices_phone.sync()
    assert on_server(SpasmEpisode, alice).count() == 1


def test_a_diary_is_never_sent_to_another_persons_account(alices_phone, bob):
    alices_phone.cramp()
    assert alices_phone.server.sign_in(bob.user.email, PASSWORD)
    with pytest.raises(OtherDiary):
        alices_phone.store.belongs_to(alices_phone.url, bob.user.email)


def test_a_diary_that_was_away_too_long_is_fetched_anew_and_its_queue_is_sent(
    alices_phone, alice, make_phone, bob
):
    gone, kept = alices_phone.water(100), alices_phone.water(200)
    alices_phone.sync()
    entries.remove(WaterIntake.objects.get(pk=gone))
    stranger = make_phone("stranger", bob)
    stranger.sync()
    alices_phone.store.set_state(cursor=stranger.store.state("cursor"))  # not hers: as good as expired
    new = alices_phone.water(300)

    report = alices_phone.sync(page=2)

    assert report.started_over
    assert set(alices_phone.store.all_seen("water")) == {kept, new}
    assert on_server(WaterIntake, alice).count() == 2


def test_after_a_backup_was_put_back_a_phone_undoes_nothing_that_was_written_since(alices_phone, alice):
    id = alices_phone.cramp(note="in the backup")
    alices_phone.sync()
    row = on_server(SpasmEpisode, alice).get()
    saved = {"note": row.note, "revision": row.revision}
    for note in ("after the backup", "after that"):
        alices_phone.store.put("spasms", id, {"note": note})
        alices_phone.sync()
    SpasmEpisode.objects.filter(pk=id).update(**saved)
    Diarist.objects.filter(pk=alice.pk).update(revision=saved["revision"])
    entries.change(on_server(SpasmEpisode, alice).get(), note="on the web")

    alices_phone.store.put("spasms", id, {"note": "on the phone"})
    alices_phone.sync()

    assert on_server(SpasmEpisode, alice).get().note == "on the web"
    [held] = alices_phone.store.held()
    assert (held.reason, held.data["note"]) == ("conflict", "on the phone")
    assert alices_phone.store.seen("spasms", id)["note"] == "on the web"
