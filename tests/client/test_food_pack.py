"""The food table on the phone, in the format that docs/api.md tells of."""

import gzip
import json

import pytest
from spasmlog_client.pack import fetch_pack
from spasmlog_client.server import Unreachable

from nutrients import pack as server_pack
from nutrients.models import FOOD_NAMESPACE, Food, food_id
from tests.client.badline import answer

COLUMNS = ["source", "code", "name", "category", "synonyms", "rank", "hidden", "amounts", "portions"]


@pytest.fixture
def pack(foods):
    """Three real foods as the server packs them: an everyday one, a rarer one and one that search hides."""
    banana = foods.get(name="Banana, raw")
    lines = [
        {"format": "SpasmLog food pack 1", "version": "1", "since": None, "foods": 3, "columns": COLUMNS,
         "nutrients": [], "sources": {}, "namespace": str(FOOD_NAMESPACE)},
        [banana.source, banana.source_code, banana.name, "Bananas", "plantain", 0, 0, [], [[1, "1 cup", 9]]],
        ["fndds", "1", "Banana, baked", "Bananas", "", 5, 0, [], []],
        ["fndds", "2", "Banana, of old tables", "Bananas", "", 0, 1, [], []],
    ]  # fmt: skip
    body = gzip.compress("\n".join(json.dumps(line) for line in lines).encode())
    return answer("200 OK", body, Content_Type="application/x-ndjson", Content_Encoding="gzip", ETag='"1"')


def test_foods_are_found_without_a_network_everyday_ones_first(alices_phone, foods, pack):
    alices_phone.line.plan.append(pack)
    assert fetch_pack(alices_phone.store, alices_phone.server) == 3
    alices_phone.line.close()
    banana = foods.get(name="Banana, raw")
    found = alices_phone.store.find_foods("BAN raw")
    assert found == [(str(banana.pk), "Banana, raw")]  # the id follows from source and code
    assert [name for _, name in alices_phone.store.find_foods("banana")] == ["Banana, raw", "Banana, baked"]
    assert alices_phone.store.find_foods("plantain") == found


def test_a_table_that_was_cut_short_leaves_the_old_one(alices_phone, pack):
    alices_phone.line.plan.extend([pack, pack[:-40]])
    fetch_pack(alices_phone.store, alices_phone.server)
    with pytest.raises(Unreachable):
        fetch_pack(alices_phone.store, alices_phone.server)
    assert len(alices_phone.store.find_foods("banana")) == 2


def test_of_a_table_that_is_here_only_what_changed_is_fetched(alices_phone, foods, monkeypatch):
    banana, almonds = foods.get(name="Banana, raw"), foods.get(source="sr28", source_code="12061")
    whole = fetch_pack(alices_phone.store, alices_phone.server)
    assert whole == foods.count()
    Food.objects.filter(pk=banana.pk).update(name="Banana, as it is now")
    almonds.delete()
    server_pack.renew()
    fetched = []
    ask = alices_phone.server.ask
    monkeypatch.setattr(
        alices_phone.server, "ask", lambda *said, **more: fetched.append(ask(*said, **more)) or fetched[-1]
    )

    assert fetch_pack(alices_phone.store, alices_phone.server) == whole - 1
    assert len(fetched[0].body.splitlines()) == 3  # what it is, the food that changed, the food that is gone
    assert (str(banana.pk), "Banana, as it is now") in alices_phone.store.find_foods("banana")
    assert str(almonds.pk) not in dict(alices_phone.store.find_foods("almonds", most=500))
    assert alices_phone.store.find_foods("milk")  # the rest stayed

    fetch_pack(alices_phone.store, alices_phone.server)
    assert len(fetched[1].body.splitlines()) == 1  # nothing changed since


def test_a_version_that_the_server_does_not_know_is_replaced_whole(alices_phone, foods, pack):
    alices_phone.line.plan.append(pack)
    fetch_pack(alices_phone.store, alices_phone.server)
    assert len(alices_phone.store.find_foods("banana")) == 2
    assert fetch_pack(alices_phone.store, alices_phone.server) == foods.count()
    assert str(food_id("fndds", "1")) not in dict(alices_phone.store.find_foods("banana", most=500))
