"""The food table on the phone, in the format that docs/api.md tells of."""

import gzip
import json

import pytest
from spasmlog_client.pack import fetch_pack
from spasmlog_client.server import Unreachable

from nutrients.models import FOOD_NAMESPACE
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


def test_a_table_that_did_not_change_is_not_fetched_again(alices_phone, pack):
    alices_phone.line.plan.extend([pack, answer("304 Not Modified", b"", ETag='"1"')])
    for _ in range(2):
        assert fetch_pack(alices_phone.store, alices_phone.server) == 3
    assert len(alices_phone.store.find_foods("banana")) == 2


def test_a_table_that_was_cut_short_leaves_the_old_one(alices_phone, pack):
    alices_phone.line.plan.extend([pack, pack[:-40]])
    fetch_pack(alices_phone.store, alices_phone.server)
    with pytest.raises(Unreachable):
        fetch_pack(alices_phone.store, alices_phone.server)
    assert len(alices_phone.store.find_foods("banana")) == 2
