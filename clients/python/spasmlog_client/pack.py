"""The food table on this device: found without a network, fetched once, renewed by what changed."""

import json
import uuid
from typing import Any

from spasmlog_client.server import Server
from spasmlog_client.store import Food, Store


def remember(store: Store, foods: list[dict[str, Any]]) -> None:
    """Keep the foods of an answer, to find them without a network later."""
    store.know_foods(
        (food["id"], food["name"], food["name"].lower(), 0, 0, json.dumps(food.get("portions", [])))
        for food in foods
    )


def fetch_pack(store: Store, server: Server) -> int:
    """Fetch the whole table, unless it is the one that is here; returns how many foods it has."""
    known = store.state("pack_etag")
    headers = {"If-None-Match": known} if known else {}
    answer = server.ask("GET", "/api/v1/foods/pack/", Accept="*/*", **{"Accept-Encoding": "gzip"}, **headers)
    if answer.status == 304:
        return int(store.state("pack_foods"))
    lines = answer.body.decode().splitlines()
    head = json.loads(lines[0])
    foods = [_food(head, json.loads(line)) for line in lines[1:]]
    store.know_foods(foods, instead=True)
    store.set_state(pack_etag=answer.headers.get("ETag", ""), pack_foods=str(len(foods)))
    return len(foods)


def _food(head: dict[str, Any], cells: list[Any]) -> Food:
    """A line of the pack. Ids are not sent: they follow from source, code and number."""
    one = dict(zip(head["columns"], cells, strict=True))
    id = uuid.uuid5(uuid.UUID(head["namespace"]), f"{one['source']}:{one['code']}")
    portions = [
        {"id": str(uuid.uuid5(id, str(number))), "description": description, "grams": grams}
        for number, description, grams, *_usual in one["portions"]
    ]
    words = f"{one['name']} {one['synonyms']}".lower()
    return str(id), one["name"], words, one["rank"], one["hidden"], json.dumps(portions)
