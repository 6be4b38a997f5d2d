"""The food table on this device: found without a network, fetched once, renewed by what changed."""

import json
import uuid
from typing import Any
from urllib.parse import quote

from spasmlog_client.server import Server
from spasmlog_client.store import Food, Store

GONE = 2
"""Cells of a line that only names a food: it is not in the table any more."""


def remember(store: Store, foods: list[dict[str, Any]]) -> None:
    """Keep the foods of an answer, to find them without a network later."""
    store.know_foods(
        (food["id"], food["name"], food["name"].lower(), 0, 0, json.dumps(food.get("portions", [])))
        for food in foods
    )


def fetch_pack(store: Store, server: Server) -> int:
    """Fetch the table, or of one that is here only what changed since; returns how many foods it has."""
    known = store.state("pack_version")
    since = f"?since={quote(known)}" if known else ""
    answer = server.ask("GET", f"/api/v1/foods/pack/{since}", Accept="*/*", **{"Accept-Encoding": "gzip"})
    head, *rows = (json.loads(line) for line in answer.body.decode().splitlines())
    foods = [_food(head, cells) for cells in rows if len(cells) > GONE]
    gone = [str(_id(head, *cells)) for cells in rows if len(cells) == GONE]
    whole = head["since"] != known  # the server does not know the version that is here, or there is none
    store.know_foods(foods, gone, instead=whole, pack_version=head["version"], pack_foods=str(head["foods"]))
    return int(head["foods"])


def _food(head: dict[str, Any], cells: list[Any]) -> Food:
    """A line of the pack. Ids are not sent: they follow from source, code and number."""
    one = dict(zip(head["columns"], cells, strict=True))
    id = _id(head, one["source"], one["code"])
    portions = [
        {"id": str(uuid.uuid5(id, str(number))), "description": description, "grams": grams}
        for number, description, grams, *_usual in one["portions"]
    ]
    words = f"{one['name']} {one['synonyms']}".lower()
    return str(id), one["name"], words, one["rank"], one["hidden"], json.dumps(portions)


def _id(head: dict[str, Any], source: str, code: str) -> uuid.UUID:
    return uuid.uuid5(uuid.UUID(head["namespace"]), f"{source}:{code}")
