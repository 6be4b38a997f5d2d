"""The diary in a file: rows as the server has them, and what this device changed since.

Five tables, and nothing is in two of them:

- `rows`: each row as the server last told it, with its revision. Only `sync` writes here.
- `changes`: what the person did here, waiting to be sent, oldest first. What the person sees is `rows` with
  these laid over it.
- `held`: what the server did not take: a refusal (with its words), or a conflict (the server's row is kept,
  and one's own version stands here). It stays until the person decides. Nothing is dropped silently.
- `answers`: what the person said to cards of advice, waiting to be sent. Cards are the server's rows.
- `state`: the cursor, whose diary this is, how wrong the clock was, and so on.

Every public method is one transaction. A process killed between two of them has lost nothing and doubled
nothing; that is all the crash handling there is.

A change that was sent once is never altered, for the server may have stored it though no answer came. A later
edit goes behind it, and waits until it is answered. So a lost answer is asked for again in the same words,
which the server knows as "unchanged".
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from spasmlog_client import moments

Data = dict[str, Any]
Food = tuple[str, str, str, int, int, str]
"""As it is kept for search: id, name, words, rank, hidden, portions as JSON."""

PARTIAL = {"days", "profile"}
"""Of these a change holds only what it changes; of all other types, the whole row."""
FIRST = {"foods", "supplements"}
"""What other rows refer to: stored before them, and deleted after them."""
MADE_BY_SERVER = {
    "id", "revision", "created_at", "updated_at", "deleted_at", "local_date", "utc_offset_min", "advice",
}  # fmt: skip

SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    type TEXT, id TEXT, revision INTEGER NOT NULL, data TEXT NOT NULL, confirmed INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (type, id)
);
CREATE TABLE IF NOT EXISTS changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, id TEXT NOT NULL, op TEXT NOT NULL,
    base_revision INTEGER, data TEXT NOT NULL, clocked TEXT NOT NULL DEFAULT '[]',
    sent INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, again_at TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS changes_of_row ON changes (type, id, number);
CREATE TABLE IF NOT EXISTS held (
    number INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, id TEXT NOT NULL, op TEXT NOT NULL,
    revision INTEGER, data TEXT NOT NULL, reason TEXT NOT NULL, code TEXT NOT NULL, words TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS corrected (
    type TEXT NOT NULL, id TEXT NOT NULL, field TEXT NOT NULL, was TEXT NOT NULL, became TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS foods (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, words TEXT NOT NULL, rank INTEGER NOT NULL,
    hidden INTEGER NOT NULL, portions TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS answers (
    card TEXT PRIMARY KEY, verb TEXT NOT NULL, days INTEGER, key TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
WAITS = (0, 60, 300, 3600, 6 * 3600)
"""How long a change waits that the server stumbled over once, twice ...; the last holds from then on. [s]"""
SERVERS_FAULT = "error"
"""The code by which a server says that the mistake is its own."""


@dataclass(frozen=True)
class Change:
    """Something the person did, as it will be sent."""

    number: int
    type: str
    id: str
    op: str
    base_revision: int | None
    data: Data
    clocked: tuple[str, ...] = ()
    """The fields whose time came from this device's clock, and not from the person."""
    sent: bool = False
    tries: int = 0
    """How often the server could not cope with it, through no fault of the person's."""
    again_at: str = ""
    """When it is sent again; empty: with the next batch."""

    def is_due(self, now: datetime) -> bool:
        """Whether its time has come; or can never come, because this device's clock was put back."""
        wait = moments.read(self.again_at) - now if self.again_at else timedelta(0)
        return not timedelta(0) < wait <= timedelta(seconds=WAITS[-1])

    def item(self) -> Data:
        """As `POST /sync/` takes it."""
        told: Data = {"type": self.type, "id": self.id, "op": self.op, "base_revision": self.base_revision}
        return told if self.op == "delete" else {**told, "data": self.data}


@dataclass(frozen=True)
class Held:
    """What the server did not take, with the reason: "refused" or "conflict"."""

    number: int
    type: str
    id: str
    op: str
    revision: int | None
    """Of a conflict: the revision of the server's row, also of a deleted one."""
    data: Data
    reason: str
    code: str
    words: str
    at: str


@dataclass(frozen=True)
class CardAnswer:
    """What the person said to a card of advice: one of its `actions`; of a snooze, for how many days."""

    card: str
    verb: str
    days: int | None
    key: str
    """Made once, so that an answer which is sent again is the same request to the server."""


class OtherDiary(Exception):
    """This file holds the diary of another person, or of another server."""


class Store:
    """The diary of one person on this device."""

    def __init__(self, path: Path):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.db = sqlite3.connect(path, timeout=30, isolation_level=None)
        path.chmod(0o600)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")  # what was said to be logged survives a loss of power
        self.db.executescript(SCHEMA)
        self._add_columns()

    def _add_columns(self) -> None:
        """A file of an earlier version of this program gets what is new."""
        known = {row["name"] for row in self.db.execute("PRAGMA table_info(changes)")}
        for name, kind in (("tries", "INTEGER NOT NULL DEFAULT 0"), ("again_at", "TEXT NOT NULL DEFAULT ''")):
            if name not in known:
                self.db.execute(f"ALTER TABLE changes ADD COLUMN {name} {kind}")

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block, or none of it."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    # What the person does ---------------------------------------------------------------------

    def put(self, kind: str, id: str, fields: Data, clocked: Sequence[str] = ()) -> None:
        """Make a row, or change some of its fields. Works on what the person sees now."""
        with self.transaction():
            before = (
                {}
                if kind in PARTIAL
                else self._writable(self._refused(kind, id) or self.seen(kind, id) or {})
            )
            for one, other in (("started_at", "occurred_at"), ("occurred_at", "started_at")):
                if one in fields:
                    before.pop(other, None)  # the same by another name
            self._queue(kind, id, "put", {**before, **fields}, clocked)
            self._forget_refusal(kind, id)

    def delete(self, kind: str, id: str) -> None:
        """Delete a row. What was never sent is simply taken back."""
        with self.transaction():
            self.db.execute("DELETE FROM changes WHERE type=? AND id=? AND NOT sent", (kind, id))
            if self._revision(kind, id) is not None or self._changes_of(kind, id):
                self._queue(kind, id, "delete", {})
            self._forget_refusal(kind, id)

    def _queue(
        self, kind: str, id: str, op: str, data: Data, clocked: Sequence[str] = (), base: int | None = None
    ) -> None:
        """Put a change at the end of the queue, or into the one that is there and was not sent yet."""
        queued = self._changes_of(kind, id)
        if queued and not queued[-1].sent:
            last = queued[-1]
            clocked = [*clocked, *(one for one in last.clocked if last.data.get(one) == data.get(one))]
            if kind in PARTIAL:
                data = {**last.data, **data}
            self.db.execute(
                "UPDATE changes SET op=?, data=?, clocked=? WHERE number=?",
                (op, json.dumps(data), json.dumps(sorted(set(clocked))), last.number),
            )
            return
        self._make_due("WHERE type=? AND id=?", (kind, id))  # what is behind it waits for it
        known = self._revision(kind, id)
        base = known if known is not None else base
        self.db.execute(
            "INSERT INTO changes (type, id, op, base_revision, data, clocked) VALUES (?, ?, ?, ?, ?, ?)",
            (kind, id, op, base, json.dumps(data), json.dumps(list(clocked))),
        )

    def _writable(self, data: Data | None) -> Data:
        return {name: value for name, value in (data or {}).items() if name not in MADE_BY_SERVER}

    def _refused(self, kind: str, id: str) -> Data | None:
        found = self.db.execute(
            "SELECT data FROM held WHERE type=? AND id=? AND reason='refused' AND op='put'"
            " ORDER BY number DESC",
            (kind, id),
        ).fetchone()
        return json.loads(found["data"]) if found else None

    def _forget_refusal(self, kind: str, id: str) -> None:
        """The person has acted on it: what was refused is in the new change, or is to be deleted anyway."""
        if kind not in PARTIAL:
            self.db.execute("DELETE FROM held WHERE type=? AND id=? AND reason='refused'", (kind, id))

    def keep_mine(self, number: int) -> None:
        """Send one's own version of what was held once more, now on top of the server's row."""
        with self.transaction():
            one = self._held("WHERE number=?", (number,))[0]
            self._queue(one.type, one.id, one.op, one.data, base=one.revision)
            self.db.execute("DELETE FROM held WHERE number=?", (number,))

    def let_go(self, number: int) -> None:
        """Decide for the server's row: one's own version is no longer kept."""
        with self.transaction():
            self.db.execute("DELETE FROM held WHERE number=?", (number,))

    # What the person sees ---------------------------------------------------------------------

    def seen(self, kind: str, id: str) -> Data | None:
        """A row with one's own changes laid over it; None if there is none, or it is deleted."""
        found = self.db.execute("SELECT data FROM rows WHERE type=? AND id=?", (kind, id)).fetchone()
        data: Data | None = json.loads(found["data"]) if found else None
        for change in self._changes_of(kind, id):
            data = None if change.op == "delete" else {**self._unmoved(data, change.data), **change.data}
        return data

    def _unmoved(self, row: Data | None, change: Data) -> Data:
        """A row without the day it was on, where a change gives it another time."""
        row = dict(row or {})
        if any(name in change and row.get(name) != change[name] for name in ("occurred_at", "started_at")):
            for name in ("local_date", "occurred_at", "started_at"):
                row.pop(name, None)
        return row

    def all_seen(self, kind: str) -> dict[str, Data]:
        """Every row of one type by its id, as the person sees it."""
        told = "SELECT id FROM rows WHERE type=:kind UNION SELECT id FROM changes WHERE type=:kind"
        ids = [row["id"] for row in self.db.execute(told, {"kind": kind})]
        return {id: data for id in ids if (data := self.seen(kind, id)) is not None}

    def server_rows(self) -> dict[tuple[str, str], tuple[int, Data]]:
        """Every row as the server last told it: revision and data by type and id."""
        told = self.db.execute("SELECT type, id, revision, data FROM rows ORDER BY type, id")
        return {(row["type"], row["id"]): (row["revision"], json.loads(row["data"])) for row in told}

    def waiting(self) -> list[Change]:
        """What the server does not know yet, oldest first."""
        return self._changes("ORDER BY number")

    def held(self) -> list[Held]:
        """What the server did not take."""
        return self._held("ORDER BY number", ())

    def corrections(self) -> list[Data]:
        """The times that were corrected because this device's clock was wrong, with what they were before."""
        return [dict(row) for row in self.db.execute("SELECT * FROM corrected ORDER BY rowid")]

    # Cards of advice --------------------------------------------------------------------------

    def answer_card(self, card: str, verb: str, days: int | None = None) -> None:
        """Answer a card. Of two answers that wait, the later counts."""
        with self.transaction():
            told = (card, verb, days, moments.new_id())
            self.db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", told)

    def answers(self) -> list[CardAnswer]:
        """Answers that wait to be sent, oldest first."""
        return [CardAnswer(**dict(row)) for row in self.db.execute("SELECT * FROM answers ORDER BY rowid")]

    def settle_answer(self, answer: CardAnswer, card: Data | None) -> None:
        """The server took an answer, and tells the card as it is now; None: it would not take it."""
        with self.transaction():
            self.db.execute("DELETE FROM answers WHERE card=? AND key=?", (answer.card, answer.key))
            if card and (known := self._revision("advice", answer.card)) is not None:
                self._remember("advice", answer.card, known, card)

    # What the sync loop does ------------------------------------------------------------------

    def next_batch(self, most: int, skip: Iterable[int] = ()) -> list[Change]:
        """The oldest change of each row, at most `most`; from here on they are as good as sent.

        Times that this device's clock gave are corrected now, when it is known how wrong it is.
        """
        with self.transaction():
            oldest = self._changes("WHERE number IN (SELECT min(number) FROM changes GROUP BY type, id)")
            now, skipped = moments.now(), set(skip)
            due = (one for one in oldest if one.number not in skipped and one.is_due(now))
            chosen = sorted(due, key=_order)[:most]
            for change in chosen:
                if not change.sent:
                    self._correct(change)
            self.db.executemany("UPDATE changes SET sent=1 WHERE number=?", [(one.number,) for one in chosen])
            return [self._change(one.number) for one in chosen]

    def _correct(self, change: Change) -> None:
        skew = timedelta(seconds=float(self.state("skew") or 0))
        data = dict(change.data)
        for field in change.clocked:
            was, became = data[field], moments.corrected(data[field], skew)
            if was != became:
                data[field] = became
                told = (change.type, change.id, field, was, became)
                self.db.execute("INSERT INTO corrected VALUES (?, ?, ?, ?, ?)", told)
        self.db.execute("UPDATE changes SET data=? WHERE number=?", (json.dumps(data), change.number))

    def settle(self, sent: Sequence[Change], results: Sequence[Data]) -> None:
        """Take the answers to a batch: what was stored leaves the queue, what was not is held."""
        with self.transaction():
            for change, result in zip(sent, results, strict=True):
                if self._change_or_none(change.number):  # else another process was told the same
                    self._settle(change, result)

    def _settle(self, change: Change, result: Data) -> None:
        if result["status"] == "refused":
            self._hold_refused(change, result)
        elif result["status"] == "conflict":
            self._hold_conflict(change, result)
        else:
            self._remember(change.type, change.id, result.get("revision"), result.get("data"))
            self.db.execute("DELETE FROM changes WHERE number=?", (change.number,))
            self._rebase(change, result.get("revision"))

    def postpone(self, change: Change) -> None:
        """The server could not cope with this one: it stays in the queue, and waits longer each time."""
        with self.transaction():
            self._postpone(change)

    def _postpone(self, change: Change) -> None:
        wait = timedelta(seconds=WAITS[min(change.tries, len(WAITS) - 1)])
        self.db.execute(
            "UPDATE changes SET tries=?, again_at=? WHERE number=?",
            (change.tries + 1, moments.text(moments.now() + wait), change.number),
        )

    def try_all_now(self) -> None:
        """Whatever was put off is due: the person asks for it."""
        with self.transaction():
            self._make_due()

    def _make_due(self, which: str = "", values: Sequence[Any] = ()) -> None:
        self.db.execute(f"UPDATE changes SET again_at='' {which}", values)

    def _rebase(self, change: Change, revision: int | None) -> None:
        """What the person did meanwhile was done on top of what is stored now."""
        self.db.execute(
            "UPDATE changes SET base_revision=? WHERE type=? AND id=?", (revision, change.type, change.id)
        )

    def _hold_refused(self, change: Change, result: Data) -> None:
        """A later edit of the same row takes its place in the queue; otherwise it is kept with the words.

        Unless the mistake is the server's: there is nothing to decide, and it stays in the queue.
        """
        later = [one for one in self._changes_of(change.type, change.id) if one.number > change.number]
        if later:
            data = {**change.data, **later[0].data} if later[0].op == "put" else {}
            self.db.execute("UPDATE changes SET data=? WHERE number=?", (json.dumps(data), later[0].number))
        elif result.get("code") == SERVERS_FAULT:
            return self._postpone(change)
        else:
            self._hold(change, change.data, change.op, "refused", result)
        self.db.execute("DELETE FROM changes WHERE number=?", (change.number,))
        return None

    def _hold_conflict(self, change: Change, result: Data) -> None:
        """The server's row is kept; all that waits here for the same row becomes one copy beside it."""
        mine = self._changes_of(change.type, change.id)
        data: Data = {}
        for one in mine:
            data = {**data, **one.data}
        self._hold(change, data, mine[-1].op, "conflict", result)
        self.db.execute("DELETE FROM changes WHERE type=? AND id=?", (change.type, change.id))
        current = result.get("current") or {}
        gone = not current or current.get("deleted_at")
        self._remember(change.type, change.id, result.get("revision"), None if gone else current)

    def _hold(self, change: Change, data: Data, op: str, reason: str, result: Data) -> None:
        errors = result.get("errors") or {}
        words = " ".join(sentence for said in errors.values() for sentence in said)
        if reason == "conflict":
            words = "This was changed elsewhere. The diary shows what is stored; your version is kept here."
        what = (change.type, change.id, op, result.get("revision"), json.dumps(data))
        why = (reason, result.get("code") or "", words, moments.text(moments.now()))
        self.db.execute(
            "INSERT INTO held (type, id, op, revision, data, reason, code, words, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*what, *why),
        )

    def apply(self, changes: Iterable[Data], cursor: str, *, last: bool) -> None:
        """Take a page of the server's changes and the cursor behind it, together."""
        with self.transaction():
            for change in changes:
                data = None if change["deleted"] else change["data"]
                self._remember(change["type"], change["id"], change["revision"], data)
            self._set("cursor", cursor)
            if last and self.state("starting_over"):
                self.db.execute("DELETE FROM rows WHERE NOT confirmed")
                self._set("starting_over", "")

    def start_over(self) -> None:
        """Forget the cursor. Rows stay until the server has told all it has; the rest then goes."""
        with self.transaction():
            self.db.execute("UPDATE rows SET confirmed=0")
            self._set("cursor", "")
            self._set("starting_over", "yes")

    def _remember(self, kind: str, id: str, revision: int | None, data: Data | None) -> None:
        """A row as the server has it. Answers are taken in the order of asking: the last is right."""
        if data is None or revision is None:
            self.db.execute("DELETE FROM rows WHERE type=? AND id=?", (kind, id))
            return
        self.db.execute(
            "INSERT OR REPLACE INTO rows (type, id, revision, data) VALUES (?, ?, ?, ?)",
            (kind, id, revision, json.dumps(data)),
        )

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether no other process syncs this diary. The lock ends with the process, however that ends."""
        lock = sqlite3.connect(self.path.with_suffix(".lock"), timeout=0, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            yield False
        else:
            yield True
        finally:
            lock.close()

    # Foods that can be found without a network ------------------------------------------------

    def know_foods(
        self, foods: Iterable[Food], gone: Iterable[str] = (), *, instead: bool = False, **state: str
    ) -> None:
        """Keep foods for search, `instead` of all others if so said, and with them which table that is."""
        with self.transaction():
            if instead:
                self.db.execute("DELETE FROM foods")
            self.db.executemany("DELETE FROM foods WHERE id=?", [(id,) for id in gone])
            self.db.executemany("INSERT OR REPLACE INTO foods VALUES (?, ?, ?, ?, ?, ?)", foods)
            for name, value in state.items():
                self._set(name, value)

    def find_foods(self, words: str, most: int = 10) -> list[tuple[str, str]]:
        """Foods whose name holds every word, as (id, name): everyday foods first."""
        wanted = [f"%{word}%" for word in words.lower().split()]
        if not wanted:
            return []
        told = self.db.execute(
            f"SELECT id, name FROM foods WHERE NOT hidden{' AND words LIKE ?' * len(wanted)}"
            " ORDER BY rank, length(name), name LIMIT ?",
            (*wanted, most),
        )
        return [(row["id"], row["name"]) for row in told]

    # State ------------------------------------------------------------------------------------

    def state(self, name: str) -> str:
        found = self.db.execute("SELECT value FROM state WHERE name=?", (name,)).fetchone()
        return found["value"] if found else ""

    def set_state(self, **values: str) -> None:
        with self.transaction():
            for name, value in values.items():
                self._set(name, value)

    def belongs_to(self, url: str, email: str) -> None:
        """Say whose diary this is. Said once; entries made before that become this person's.

        Raises
        ------
        OtherDiary
            If it is somebody else's: their entries must not end up in this account.
        """
        account = f"{email.lower()} {url}"
        if self.state("account") not in ("", account):
            raise OtherDiary(self.state("account"))
        self.set_state(account=account, url=url)

    def _set(self, name: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))

    # Reading changes --------------------------------------------------------------------------

    def _revision(self, kind: str, id: str) -> int | None:
        found = self.db.execute("SELECT revision FROM rows WHERE type=? AND id=?", (kind, id)).fetchone()
        return found["revision"] if found else None

    def _changes_of(self, kind: str, id: str) -> list[Change]:
        return self._changes("WHERE type=? AND id=? ORDER BY number", (kind, id))

    def _change(self, number: int) -> Change:
        return self._changes("WHERE number=?", (number,))[0]

    def _change_or_none(self, number: int) -> Change | None:
        return next(iter(self._changes("WHERE number=?", (number,))), None)

    def _changes(self, which: str, values: Sequence[Any] = ()) -> list[Change]:
        return [
            Change(
                row["number"], row["type"], row["id"], row["op"], row["base_revision"],
                json.loads(row["data"]), tuple(json.loads(row["clocked"])), bool(row["sent"]),
                row["tries"], row["again_at"],
            )
            for row in self.db.execute(f"SELECT * FROM changes {which}", values)
        ]  # fmt: skip

    def _held(self, which: str, values: Sequence[Any]) -> list[Held]:
        found = self.db.execute(f"SELECT * FROM held {which}", values)
        return [Held(**{**dict(row), "data": json.loads(row["data"])}) for row in found]


def _order(change: Change) -> tuple[int, int]:
    """What others refer to comes first when it is stored, and last when it is deleted."""
    rank = 1 if change.type not in FIRST else 0 if change.op == "put" else 2
    return rank, change.number
