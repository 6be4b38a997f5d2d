"""What was promised to phones that are already out there, and whether the API still keeps it.

`docs/openapi-baseline.json` is the contract as it was last promised. `python -m spasmlog.promises` holds
`docs/openapi.yaml` against it and names everything that an older phone would stumble over; more may always
be added. With `--renew` the present document becomes the promise: at a release, or to break one knowingly.

Of an answer a client relies on every field, that it is there, on its type, that it is not null, and on each
code that it may hold. Of a request, that what it sends is still taken, and that nothing more is asked for.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DOCS = Path(__file__).resolve().parent.parent / "docs"
DOCUMENT, BASELINE = DOCS / "openapi.yaml", DOCS / "openapi-baseline.json"
TOLD_ONLY = {"description", "summary", "example", "examples", "title", "tags", "operationId", "info"}
"""What is said to people; a program does not read it."""

LIMITS_ABOVE = ("maximum", "maxLength", "maxItems")
LIMITS_BELOW = ("minimum", "minLength", "minItems")


# The promise ----------------------------------------------------------------------------------


def promise_of(document: dict) -> dict:
    """The part of a document that programs rely on."""
    schemas = document["components"]["schemas"]
    return {
        "paths": {path: _bare(verbs) for path, verbs in document["paths"].items()},
        "schemas": {name: _bare(schema) for name, schema in schemas.items()},
    }


def _bare(part: Any, *, of_names: bool = False) -> Any:
    """A part of the document without what is said to people; refusals are kept by their status alone."""
    if isinstance(part, list):
        return [_bare(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: {} if name[:1] in "45" and name.isdecimal() else _bare(inner, of_names=name == "properties")
        for name, inner in part.items()
        if of_names or name not in TOLD_ONLY
    }


def written(promise: dict) -> str:
    """A promise as text with a line for each operation and each schema, so that a change can be read."""
    parts = []
    for part in ("paths", "schemas"):
        lines = [f"{json.dumps(name)}: {json.dumps(promise[part][name])}" for name in sorted(promise[part])]
        parts.append(f'"{part}": {{\n' + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


# What breaks it -------------------------------------------------------------------------------


def broken(old: dict, new: dict) -> list[str]:
    """Every promise of `old` that `new` does not keep, each in a sentence."""
    return [words for path, verbs in old["paths"].items() for words in _of_path(path, verbs, old, new)]


def _of_path(path: str, verbs: dict, old: dict, new: dict) -> Iterator[str]:
    if path not in new["paths"]:
        yield f"{path}: the address is gone"
        return
    for method, operation in verbs.items():
        place = f"{method.upper()} {path}"
        if method not in new["paths"][path]:
            yield f"{place}: the operation is gone"
            continue
        for words in _of_operation(operation, new["paths"][path][method], old, new):
            yield f"{place}: {words}"


def _of_operation(was: dict, now: dict, old: dict, new: dict) -> Iterator[str]:
    if not was.get("security") and now.get("security"):
        yield "a token is asked for"
    yield from _of_parameters(was, now, old, new)
    yield from _of_body(was.get("requestBody"), now.get("requestBody"), old, new)
    for status, answer in was["responses"].items():
        if status not in now["responses"]:
            yield f"{status} is not answered any more"
            continue
        told = now["responses"][status].get("content", {})
        for kind, content in answer.get("content", {}).items():
            if kind not in told:
                yield f"{status} is not answered as {kind} any more"
                continue
            pair = Pair(old, new, answered=True)
            yield from pair.broken(content["schema"], told[kind]["schema"], f"{status}:")


def _of_parameters(was: dict, now: dict, old: dict, new: dict) -> Iterator[str]:
    known = {(one["in"], one["name"]): one for one in was.get("parameters", ())}
    told = {(one["in"], one["name"]): one for one in now.get("parameters", ())}
    for (place, name), one in known.items():
        if (place, name) not in told:
            yield f"the parameter {name} is gone"
        else:
            yield from Pair(old, new, answered=False).broken(one["schema"], told[place, name]["schema"], name)
    for (place, name), one in told.items():
        if one.get("required") and not known.get((place, name), {}).get("required"):
            yield f"the parameter {name} is asked for"


def _of_body(was: dict | None, now: dict | None, old: dict, new: dict) -> Iterator[str]:
    if was is None:
        if now and now.get("required"):
            yield "a body is asked for"
        return
    if now is None:
        yield "no body is taken any more"
        return
    if now.get("required") and not was.get("required"):
        yield "a body is asked for"
    for kind, content in was["content"].items():
        if kind not in now["content"]:
            yield f"{kind} is not taken any more"
        else:
            schemas = content["schema"], now["content"][kind]["schema"]
            yield from Pair(old, new, answered=False).broken(*schemas, "the body:")


class Pair:
    """Schemas of the old and the new document side by side, of what is `answered` or of what is sent."""

    def __init__(self, old: dict, new: dict, *, answered: bool):
        self.old, self.new, self.answered = old["schemas"], new["schemas"], answered
        self.seen: set[tuple[str, str]] = set()

    def broken(self, was: dict, now: dict, place: str) -> Iterator[str]:
        names = was.get("$ref", ""), now.get("$ref", "")
        if all(names):
            if names in self.seen:
                return
            self.seen.add(names)
        was, now = _plain(was, self.old), _plain(now, self.new)
        yield from self._values(was, now, place)
        yield from self._variants(was, now, place)
        yield from self._fields(was, now, place)
        for name, mark in (("items", "[]"), ("additionalProperties", ".*")):
            if isinstance(was.get(name), dict) and isinstance(now.get(name), dict):
                yield from self.broken(was[name], now[name], place + mark)

    def _values(self, was: dict, now: dict, place: str) -> Iterator[str]:
        for name in ("type", "format"):
            if was.get(name) != now.get(name) and (was.get(name) or not self.answered):
                yield f"{place} was {was.get(name) or 'anything'}, is {now.get(name) or 'anything'}"
        if self.answered and now.get("nullable") and not was.get("nullable"):
            yield f"{place} may be null"
        if not self.answered and was.get("nullable") and not now.get("nullable"):
            yield f"{place} may not be null any more"
        if gone := [value for value in was.get("enum", ()) if value not in now.get("enum", [value])]:
            yield f"{place} has no {', '.join(map(str, gone))} any more"
        if not self.answered:
            yield from self._limits(was, now, place)

    def _limits(self, was: dict, now: dict, place: str) -> Iterator[str]:
        tighter = [name for name in LIMITS_ABOVE if now.get(name, float("inf")) < was.get(name, float("inf"))]
        tighter += [name for name in LIMITS_BELOW if now.get(name, 0) > was.get(name, 0)]
        tighter += [name for name in ("pattern", "enum") if name in now and name not in was]
        if "pattern" in was and now.get("pattern", was["pattern"]) != was["pattern"]:
            tighter.append("pattern")
        for name in tighter:
            yield f"{place} is taken within narrower limits: {name}"

    def _variants(self, was: dict, now: dict, place: str) -> Iterator[str]:
        told = {_name(one): one for one in now.get("oneOf", ())}
        for one in was.get("oneOf", ()):
            if _name(one) not in told:
                yield f"{place} is no {_name(one)} any more"
            else:
                yield from self.broken(one, told[_name(one)], place)

    def _fields(self, was: dict, now: dict, place: str) -> Iterator[str]:
        known, told = was.get("properties", {}), now.get("properties", {})
        before, after = set(was.get("required", ())), set(now.get("required", ()))
        for name, schema in known.items():
            if name not in told:
                yield f"{place}.{name} is gone"
                continue
            if self.answered and name in before - after:
                yield f"{place}.{name} may be left out"
            yield from self.broken(schema, told[name], f"{place}.{name}")
        for name in sorted(after - before) if not self.answered else ():
            yield f"{place}.{name} is asked for"


def _name(schema: dict) -> str:
    return schema["$ref"].rpartition("/")[2] if "$ref" in schema else json.dumps(schema, sort_keys=True)


def _plain(schema: dict, schemas: dict) -> dict:
    """A schema with what it refers to, and "one of these or null" as what it is."""
    if "$ref" in schema:
        return _plain(schemas[_name(schema)], schemas)
    if len(schema.get("allOf", ())) == 1:
        rest = {name: value for name, value in schema.items() if name != "allOf"}
        return {**_plain(schema["allOf"][0], schemas), **rest}
    whole = [one for one in schema.get("oneOf", ()) if _name(one) not in ("NullEnum", "BlankEnum")]
    if len(whole) == 1:
        return {**_plain(whole[0], schemas), "nullable": schema.get("nullable", False)}
    return schema


# The check ------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    present = promise_of(yaml.safe_load(DOCUMENT.read_text()))
    if "--renew" in arguments:
        BASELINE.write_text(written(present))
        return 0
    complaints = broken(json.loads(BASELINE.read_text()), present)
    for words in complaints:
        print(words, file=sys.stderr)
    if complaints:
        print(
            "\nPhones that are out there rely on this: add beside it instead of changing it. If it must be,\n"
            '"Changing the contract" in docs/api.md says how.',
            file=sys.stderr,
        )
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
