"""The food table as a phone keeps it: whole, versioned, small, and only what changed since."""

import gzip
import json
import os
import threading
import time
import tracemalloc

import pytest
from django.conf import settings
from django.db import connection

from journal.tasks import forget_old
from nutrients import fixture, loading, pack
from nutrients.codes import CODES
from nutrients.models import Food, FoodPack, food_id, portion_id

pytestmark = pytest.mark.django_db
MOST_BYTES = 1_500_000  # of the issue: "at most 1.5 MB for everything"
MILK = food_id("fndds", "11111000")


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def read(path):
    """What a phone reads: the first line, the foods by (source, code), and those that are gone."""
    with path.open("rb") as file:
        return read_file(file)


def read_file(file):
    head, *rows = map(json.loads, gzip.decompress(file.read()).decode().splitlines())
    foods = {tuple(row[:2]): dict(zip(head["columns"], row, strict=True)) for row in rows if len(row) > 2}
    return head, foods, [tuple(row) for row in rows if len(row) == 2]


def changed(food, **fields):
    """Change a public food as an administrator or a newer release would, and take stock."""
    Food.objects.filter(pk=food).update(**fields)
    return pack.renew()


def test_the_whole_table_is_small_enough_for_a_phone_and_says_what_the_server_says(foods):
    path = pack.whole(pack.current())
    head, packed, gone = read(path)

    assert path.stat().st_size <= MOST_BYTES
    assert len(packed) == foods.count() == head["foods"] and not gone
    milk, stored = packed["fndds", "11111000"], Food.objects.get(pk=MILK)
    assert dict(zip(head["nutrients"], milk["amounts"], strict=True)) == stored.per_100g
    assert (milk["name"], milk["synonyms"], milk["rank"]) == (stored.name, stored.synonyms, stored.rank)


def test_what_is_not_known_is_null_and_never_zero(foods):
    head, packed, _gone = read(pack.whole(pack.current()))
    place = head["nutrients"].index("vitamin_d_ug")
    unknown = set(foods.filter(vitamin_d_ug=None).values_list("source", "source_code"))

    assert unknown  # SR28 does not tell vitamin D of all foods
    assert {key for key, food in packed.items() if food["amounts"][place] is None} == unknown


def test_a_hidden_food_is_there_and_says_so(foods):
    _head, packed, _gone = read(pack.whole(pack.current()))
    hidden = set(foods.filter(hidden=True).values_list("source", "source_code"))

    assert hidden
    assert {key for key, food in packed.items() if food["hidden"]} == hidden


def test_a_phone_makes_the_ids_of_foods_and_portions_itself(foods):
    _head, packed, _gone = read(pack.whole(pack.current()))
    stored = foods.prefetch_related("portions").get(pk=MILK)

    assert food_id("fndds", "11111000") == stored.pk
    said = {
        (portion_id(stored.pk, str(seq)), text)
        for seq, text, *_more in packed["fndds", "11111000"]["portions"]
    }
    assert said == {(portion.pk, portion.description) for portion in stored.portions.all()}


def test_people_s_own_foods_are_in_nobodys_pack(bob):
    Food.objects.create(source="own", source_code="b-1", owner=bob.user, name="Bob's soup")
    assert b"Bob's soup" not in gzip.decompress(pack.whole(pack.renew()).read_bytes())


def test_the_same_foods_have_the_same_version_and_the_same_bytes(foods):
    first = pack.whole(pack.current()).read_bytes()
    before = pack.current()
    assert pack.renew() == before
    for path in settings.DATA_DIR.glob("packs/*"):
        path.unlink()
    assert pack.whole(pack.current()).read_bytes() == first


def test_a_pack_is_made_once_and_then_only_read(foods, django_assert_num_queries):
    latest = pack.current()
    pack.whole(latest)
    with django_assert_num_queries(1):
        pack.whole(pack.current())


def test_since_a_version_only_what_changed_comes(foods):
    before = pack.current()
    after = changed(MILK, magnesium_mg=None, hidden=True)
    head, packed, gone = read(pack.since(after, before.version))

    assert (head["since"], head["version"]) == (before.version, after.version)
    assert list(packed) == [("fndds", "11111000")] and not gone
    assert packed["fndds", "11111000"]["amounts"][CODES.index("magnesium_mg")] is None
    assert packed["fndds", "11111000"]["hidden"] == 1


def test_since_the_present_version_nothing_comes(foods):
    latest = pack.current()
    head, packed, gone = read(pack.since(latest, latest.version))
    assert (head["since"], packed, gone) == (latest.version, {}, [])


def test_a_food_that_is_gone_is_named(foods):
    before = pack.current()
    Food.objects.filter(pk=MILK).delete()
    _head, packed, gone = read(pack.since(pack.renew(), before.version))
    assert (packed, gone) == ({}, [("fndds", "11111000")])


@pytest.mark.slow
def test_an_old_pack_with_each_change_put_in_is_the_new_one(foods):
    first = pack.current()
    _head, kept, _gone = read(pack.whole(first))
    changed(MILK, name="Milk, as it was once")
    Food.objects.filter(source="sr28", source_code="12061").delete()
    changed(MILK, name="Milk, as it is now")
    last = changed(food_id("fndds", "63107010"), rank=9)

    _head, packed, gone = read(pack.since(last, first.version))
    for key in gone:
        del kept[key]
    assert {**kept, **packed} == read(pack.whole(last))[1]


def test_what_changed_and_changed_back_is_told_to_those_who_saw_it_changed(foods):
    first = pack.current()
    name = Food.objects.get(pk=MILK).name
    between = changed(MILK, name="Milk of another name")
    last = changed(MILK, name=name)

    assert last.version == first.version
    assert read(pack.since(last, between.version))[1]["fndds", "11111000"]["name"] == name
    assert read(pack.since(last, first.version))[1] == {}


@pytest.mark.slow
def test_changes_are_known_across_a_reload_of_another_release(foods, tmp_path):
    before = pack.current()
    records = [food for food in fixture.read() if (food.source, food.code) != ("sr28", "12061")]
    newer = tmp_path / "newer.jsonl.xz"
    fixture.write(newer, records)
    loading.load_everything(fixture_file=newer)

    after = pack.current()
    _head, packed, gone = read(pack.since(after, before.version))
    assert after.version != before.version
    assert list(packed) == [("sr28", "12061")] and not gone  # diaries name it: it is hidden, not deleted
    assert packed["sr28", "12061"]["hidden"] == 1


def test_a_version_that_nobody_here_made_is_not_known(foods):
    assert pack.since(pack.current(), "0" * 32) is None


def test_packs_of_earlier_versions_do_not_pile_up(foods):
    pack.whole(pack.current())
    after = changed(MILK, rank=9)
    pack.whole(after)
    assert [path.name for path in settings.DATA_DIR.glob("packs/*")] == [f"{after.version}.jsonl.gz"]


def test_a_pack_that_could_not_be_written_whole_is_not_there(foods, monkeypatch):
    def broken():
        yield MILK, "fndds", "11111000", "[]"
        raise OSError("the disk is full")

    monkeypatch.setattr(pack, "lines", broken)
    with pytest.raises(OSError, match="full"):
        pack.whole(pack.current())
    assert not list(settings.DATA_DIR.glob("packs/*"))


def test_foods_loaded_while_a_pack_is_written_never_come_under_its_version(foods, monkeypatch):
    first = pack.current()
    read, loads = pack.lines, [{"name": "Almonds, as loaded meanwhile"}]

    def lines(*asked):
        while loads:
            Food.objects.filter(source="sr28", source_code="12061").update(**loads.pop())
        return read(*asked)

    monkeypatch.setattr(pack, "lines", lines)
    with pack.opened() as file:
        head, packed, _gone = read_file(file)
    assert head["version"] != first.version
    assert packed["sr28", "12061"]["name"] == "Almonds, as loaded meanwhile"
    assert [path.name for path in settings.DATA_DIR.glob("packs/*")] == [f"{head['version']}.jsonl.gz"]
    monkeypatch.undo()
    whole = pack._Whole()
    for *_food, line in pack.lines():
        whole.add(line)
    assert head["version"] == whole.version


def test_a_difference_is_never_told_with_foods_that_its_version_does_not_have(foods):
    before = pack.current()
    stale = changed(MILK, name="Milk, as it was once")
    Food.objects.filter(pk=MILK).update(name="Milk, of a load that is not counted yet")
    with pytest.raises(pack.Outdated):
        pack.since(stale, before.version)
    with pack.opened(before.version) as file:
        head, packed, _gone = read_file(file)
    assert head["version"] == pack.current().version != stale.version
    assert packed["fndds", "11111000"]["name"] == "Milk, of a load that is not counted yet"


def test_a_pack_that_is_dropped_just_before_it_is_opened_is_made_again(foods, monkeypatch):
    made, dropped = pack.whole, []

    def whole(latest):
        path = made(latest)
        if not dropped:
            dropped.append(path.unlink())
        return path

    monkeypatch.setattr(pack, "whole", whole)
    with pack.opened() as file:
        assert read_file(file)[0]["version"] == pack.current().version


def test_what_a_killed_process_left_half_written_is_cleared_away_and_what_is_being_written_stays(foods):
    folder = settings.DATA_DIR / "packs"
    folder.mkdir()
    left, fresh = folder / ".abc.jsonl.gz.12-34", folder / ".abc.jsonl.gz.56-78"
    for part in (left, fresh):
        part.write_bytes(b"half")
    os.utime(left, (time.time() - 3700,) * 2)
    pack.whole(pack.current())
    assert (left.exists(), fresh.exists()) == (False, True)
    os.utime(fresh, (time.time() - 3700,) * 2)
    forget_old()  # also where no pack is made any more
    assert not fresh.exists()


@pytest.mark.slow
def test_making_a_pack_takes_little_memory(foods):
    latest = pack.current()
    tracemalloc.start()
    try:
        pack.whole(latest)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000  # the lines alone are 3.7 MB, as objects about 60


# Over REST --------------------------------------------------------------------------------------


def test_a_phone_gets_the_pack_and_is_told_when_it_has_it_already(phone):
    said = phone.get("/api/v1/foods/pack/")
    body = b"".join(said.streaming_content)
    version = json.loads(gzip.decompress(body).partition(b"\n")[0])["version"]

    assert (said.status_code, said["Content-Encoding"]) == (200, "gzip")
    assert int(said["Content-Length"]) == len(body)
    assert said["ETag"] == f'"{version}"'
    again = phone.get("/api/v1/foods/pack/", headers={"If-None-Match": said["ETag"]})
    assert (again.status_code, again.getvalue()) == (304, b"")


def test_another_version_is_sent_to_a_phone_that_has_an_older_one(phone):
    said = phone.get("/api/v1/foods/pack/")
    before = said["ETag"].strip('"')
    b"".join(said.streaming_content)
    after = changed(MILK, rank=9)

    said = phone.get("/api/v1/foods/pack/", headers={"If-None-Match": f'"{before}"'})
    assert (said.status_code, said["ETag"]) == (200, f'"{after.version}"')
    b"".join(said.streaming_content)
    said = phone.get(f"/api/v1/foods/pack/?since={before}")
    head, *rows = gzip.decompress(b"".join(said.streaming_content)).splitlines()
    assert (json.loads(head)["since"], len(rows)) == (before, 1)
    assert said["ETag"] == f'"{after.version}-since-{before}"'


@pytest.mark.parametrize("since", ["1", "../../secret_key", "0" * 32])
def test_a_phone_with_a_version_that_is_not_known_gets_the_whole(phone, since):
    said = phone.get("/api/v1/foods/pack/", {"since": since})
    head = json.loads(gzip.decompress(b"".join(said.streaming_content)).partition(b"\n")[0])
    assert (said.status_code, head["since"]) == (200, None)


@pytest.mark.parametrize("taken", ["identity", "gzip;q=0, br", "br"])
def test_a_client_that_takes_no_gzip_gets_plain_lines_under_another_etag(phone, taken):
    said = phone.get("/api/v1/foods/pack/", headers={"Accept-Encoding": taken})
    first = b"".join(said.streaming_content).partition(b"\n")[0]
    assert "Content-Encoding" not in said
    assert said["ETag"] == f'"{json.loads(first)["version"]}-unpacked"'


def test_the_pack_is_answered_whatever_the_client_accepts_and_refused_without_a_token(phone, client):
    said = phone.get("/api/v1/foods/pack/", headers={"Accept": "application/x-ndjson"})
    assert said.status_code == 200
    b"".join(said.streaming_content)
    assert client.get("/api/v1/foods/pack/").status_code == 401


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_several_processes_that_make_the_pack_at_once_each_has_it_whole(transactional_db):
    FoodPack.objects.all().delete()
    made, started = [], threading.Barrier(3)

    def make():
        try:
            started.wait()
            made.append(pack.whole(pack.current()).read_bytes())
        finally:
            connection.close()

    makers = [threading.Thread(target=make) for _each in range(3)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(made) == 3 and len(set(made)) == 1
    assert len({one.version for one in FoodPack.objects.all()}) == 1
