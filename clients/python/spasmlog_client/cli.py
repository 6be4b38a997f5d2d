"""`spasmlog-cli`: the diary on the command line.

Logging never needs the network. What is logged is written down first, and then sent if that works at once;
otherwise it waits, and the answer says so.
"""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from spasmlog_client import diary, home, moments
from spasmlog_client.pack import fetch_pack, remember
from spasmlog_client.server import Busy, Problem, Server, SignInNeeded, Unreachable
from spasmlog_client.store import Change, Data, Held, OtherDiary, Store
from spasmlog_client.sync import AlreadySyncing, Report, Sync

AWAY = (Unreachable, Busy, AlreadySyncing)
DONE, NOT_DONE, MISUSED = 0, 1, 2
GET_THE_LIST = "Get the list once with `spasmlog-cli foods --all`."


class CannotDo(Exception):
    """A sentence for the person, and nothing was changed."""


class Cli:
    """One run of the command."""

    def __init__(self, said: argparse.Namespace):
        self.said = said
        self.home = home.folder(said.home)
        self.store = Store(self.home / "diary.sqlite3")

    # The account ------------------------------------------------------------------------------

    def signup(self) -> None:
        server = Server(self.said.server)
        server.sign_up(self.said.email, self._password(), self.said.invitation or "")
        self._signed_in(server)

    def login(self) -> None:
        server = Server(self.said.server or self.store.state("url"))
        if not server.sign_in(self.said.email, self._password()):
            server.second_factor(self.said.code or self._ask("Code of your authenticator app: "))
        self._signed_in(server)

    def _signed_in(self, server: Server) -> None:
        url = (self.said.server or self.store.state("url")).rstrip("/")
        try:
            self.store.belongs_to(url, server.profile()["email"])
        except OtherDiary as other:
            server.sign_out()
            whose, where = str(other).split(" ", 1)
            raise CannotDo(
                f"This folder holds the diary of {whose} at {where}. Give another one with --home."
            ) from None
        home.keep_token(self.home, server.token)
        print(f"Signed in as {self.said.email}. {self._waiting()}")

    def logout(self) -> None:
        try:
            self._server().sign_out()
        finally:
            home.forget_token(self.home)
        print(f"Signed out. The diary stays in {self.home}. {self._waiting()}")

    def _password(self) -> str:
        return os.environ.get("SPASMLOG_PASSWORD") or self._ask("Password: ")

    def _ask(self, words: str) -> str:
        return getpass.getpass(words) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")

    # Logging ----------------------------------------------------------------------------------

    def cramp(self) -> None:
        said = self.said
        self._log(
            "spasms", f"Cramp: {said.site or 'site not said'}", site=said.site, side=said.side,
            intensity=said.intensity, woke_me=said.woke_me, doing=said.doing, signs=said.sign or [],
            note=said.note,
        )  # fmt: skip

    def water(self) -> None:
        self._log("water", f"Water: {self.said.ml:g} ml", amount_ml=self.said.ml)

    def meal(self) -> None:
        if len(self.said.food) != len(self.said.grams):
            raise CannotDo("Give each --food its --grams.")
        foods = [self._food(words) for words in self.said.food]
        items = [{"food": id, "grams": grams} for (id, _), grams in zip(foods, self.said.grams, strict=True)]
        told = "Meal: " + ", ".join(name for _, name in foods)
        self._log("meals", told, kind=self.said.kind, items=items, note=self.said.note)

    def _log(self, kind: str, told: str, /, **fields: Any) -> None:
        id = diary.log(self.store, kind, self.said.at, self.said.started_ago or timedelta(0), **fields)
        print(f"{told}. Logged.")
        if not self.said.offline:
            self._sync_if_possible()
        if any((held.type, held.id) == (kind, id) for held in self.store.held()):
            raise CannotDo("The server did not take this entry; see `spasmlog-cli status`.")

    def _food(self, words: str) -> tuple[str, str]:
        """The one food that is meant: an id, or words that only one food's name has, or is."""
        if _is_id(words):
            return words, words
        found = self._find(words)
        exact = [one for one in found if one[1].lower() == words.lower()]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise CannotDo(f"No food is known here by “{words}”. {GET_THE_LIST}")
        raise CannotDo("\n".join([f"Which one is “{words}”?", *(f"  {id}  {name}" for id, name in found)]))

    def _find(self, words: str) -> list[tuple[str, str]]:
        if known := self.store.find_foods(words):
            return known
        if not self.said.offline and home.token(self.home):
            try:
                remember(self.store, self._server().foods(words))
            except (Unreachable, Busy, SignInNeeded, Problem):
                return []
        return self.store.find_foods(words)

    def foods(self) -> None:
        if self.said.all:
            self._fetch_foods()
        for id, name in self._find(" ".join(self.said.words)):
            print(f"{id}  {name}")

    def _fetch_foods(self) -> None:
        try:
            count = fetch_pack(self.store, self._server())
        except Problem as problem:
            if problem.status == 404:
                raise CannotDo("This server hands out no list of foods.") from None
            raise
        print(f"{count:,} foods can be found without a network.")

    def remove(self) -> None:
        kind, id = self._named(self.said.id)
        self.store.delete(kind, id)
        print("Removed.")
        self._sync_if_possible()

    def change(self) -> None:
        """Change fields of an entry: `change ID intensity=4 note="left the bed"`."""
        kind, id = self._named(self.said.id)
        self.store.put(kind, id, dict(_assignment(one) for one in self.said.fields))
        print("Changed.")
        self._sync_if_possible()

    def _named(self, beginning: str) -> tuple[str, str]:
        """The row whose id begins, or ends, like this."""
        rows = {(kind, id) for kind in diary.ENTRIES for id in self.store.all_seen(kind)}
        rows |= {(one.type, one.id) for one in self.store.held()}
        found = [row for row in rows if row[1].startswith(beginning) or row[1].endswith(beginning)]
        if len(found) != 1:
            raise CannotDo("Several entries have such an id." if found else "There is no such entry here.")
        return found[0]

    # Looking ----------------------------------------------------------------------------------

    def day(self) -> None:
        day = self.said.date or diary.today(self.store)
        waiting = {(one.type, one.id) for one in self.store.waiting()}
        print(f"{day:%A %d %B %Y}")
        for kind, id, data in diary.entries_of(self.store, day):
            mark = " (waiting to be sent)" if (kind, id) in waiting else ""
            print(f"  {diary.clock(self.store, data)}  {_line(kind, data)}{mark}  [{id[-8:]}]")
        for held in self.store.held():
            if held.type in diary.ENTRIES and held.op == "put" and diary.day_of(self.store, held.data) == day:
                mark = f" (not taken, number {held.number})"
                print(f"  {diary.clock(self.store, held.data)}  {_line(held.type, held.data)}{mark}")

    def status(self) -> None:
        whose = self.store.state("account").partition(" ")
        print(f"Diary of {whose[0]} at {whose[2]}." if whose[0] else "Not signed in yet.")
        if whose[0] and not home.token(self.home):
            print("Sign in again to sync: spasmlog-cli login")
        print(self._waiting())
        for held in self.store.held():
            _show_held(held)
        for one in self.store.corrections():
            print(f"Time corrected, this device's clock was wrong: {one['was']} became {one['became']}.")
        for change in self.store.waiting():
            if change.tries:
                print(f"The server stumbled over: {_line(change.type, change.data)}. {_again(change)}")
        for card in self._cards():
            print(f"Advice: {card.get('title', '')} [{card['id'][-8:]}]")

    def export(self) -> None:
        """Everything in this file, also what the server does not know yet, as JSON."""
        rows = [{"type": kind, "id": id, "revision": revision, "data": data}
                for (kind, id), (revision, data) in self.store.server_rows().items()]  # fmt: skip
        told = {
            "account": self.store.state("account"), "exported_at": moments.text(moments.now()), "rows": rows,
            "waiting": [change.item() for change in self.store.waiting()],
            "not_taken": [vars(held) for held in self.store.held()], "corrected": self.store.corrections(),
            "answers": [vars(answer) for answer in self.store.answers()],
        }  # fmt: skip
        json.dump(told, sys.stdout, ensure_ascii=False, indent=1)
        print()

    def _waiting(self) -> str:
        count = len(self.store.waiting()) + len(self.store.answers())
        return f"{count} waiting to be sent." if count else "Everything is sent."

    # Advice -----------------------------------------------------------------------------------

    def advice(self) -> None:
        """The cards that wait, or an answer to one of them."""
        if self.said.answer:
            return self._answer_card()
        cards = self._cards()
        for card in cards:
            _show_card(card)
        if not cards:
            print("There is no advice at this moment.")
        return None

    def _answer_card(self) -> None:
        verb, days = self.said.answer.replace("-", "_"), self.said.days
        card = self._card_named(self.said.id)
        if verb not in card["actions"]:
            raise CannotDo(f"This card takes: {_answers_of(card)}.")
        if days is not None and verb != "snooze":
            raise CannotDo("Only a snooze lasts for --days.")
        self.store.answer_card(card["id"], verb, days)
        print(f"{card['title']}: answered.")
        if not self.said.offline:
            self._sync_if_possible()

    def _cards(self) -> list[Data]:
        """Cards that wait: not those that are over, or asleep, or whose answer is on its way."""
        answered = {answer.card for answer in self.store.answers()}
        cards = self.store.all_seen("advice").items()
        return [card for id, card in cards if card["actions"] and id not in answered and _is_awake(card)]

    def _card_named(self, ending: str | None) -> Data:
        found = [card for card in self._cards() if ending and card["id"].endswith(ending)]
        if len(found) != 1:
            raise CannotDo("Give the end of a card's id, as `spasmlog-cli advice` shows it.")
        return found[0]

    # Syncing ----------------------------------------------------------------------------------

    def sync(self) -> None:
        self.store.try_all_now()
        report = self._sync(attempts=4)
        _tell(report)
        print(f"{report.sent} sent, {report.fetched} fetched. {self._waiting()}")

    def _sync_if_possible(self) -> None:
        """Try once. Whatever comes of it, what was logged is safe here."""
        if not home.token(self.home):
            print(f"Not signed in: {self._waiting()}")
            return
        try:
            _tell(self._sync(attempts=1))
        except SignInNeeded:
            print(f"Sign in again with `spasmlog-cli login`. Nothing is lost: {self._waiting()}")
        except (*AWAY, Problem) as away:
            print(f"Offline ({away}) {self._waiting()}")
        else:
            print(self._waiting())

    def _sync(self, attempts: int) -> Report:
        return Sync(self.store, self._server(), attempts=attempts).run()

    def _server(self) -> Server:
        token = home.token(self.home)
        if not token:
            raise SignInNeeded("Sign in first: spasmlog-cli login")
        return Server(self.store.state("url"), token, timeout=self.said.timeout)

    # What the server did not take -------------------------------------------------------------

    def keep(self) -> None:
        """Send one's own version of a conflict, or a refused entry, again."""
        self._decide(self.store.keep_mine)
        self._sync_if_possible()

    def drop(self) -> None:
        self._decide(self.store.let_go)
        print("Let go.")

    def _decide(self, decision: Callable[[int], None]) -> None:
        if self.said.number not in [held.number for held in self.store.held()]:
            raise CannotDo("There is nothing held with this number; see `spasmlog-cli status`.")
        decision(self.said.number)


# Words ----------------------------------------------------------------------------------------


def _show_held(held: Held) -> None:
    what = _line(held.type, held.data) if held.op == "put" else f"Removing from {held.type}"
    print(f"Not taken, number {held.number}: {what} [{held.id[-8:]}]")
    print(f"  {held.words or held.code}")
    print(f"  Send it again: spasmlog-cli keep {held.number}. Let it go: spasmlog-cli drop {held.number}.")


def _again(change: Change) -> str:
    """When a change goes out again."""
    at = moments.read(change.again_at) if change.again_at else moments.now()
    when = f"after {at.astimezone():%d %B %H:%M}" if at > moments.now() else "with the next sync"
    times = "once" if change.tries == 1 else f"{change.tries} times"
    return f"Tried {times}; sent again {when}. It is kept."


def _show_card(card: Data) -> None:
    print(f"{card['title']} [{card['id'][-8:]}]\n  {card['text']}\n  {card['not_a_diagnosis']}")
    print(f"  Answer it with `spasmlog-cli advice ANSWER {card['id'][-8:]}`: {_answers_of(card)}.")


def _is_awake(card: Data) -> bool:
    return not card.get("snoozed_until") or moments.read(card["snoozed_until"]) <= moments.now()


def _answers_of(card: Data) -> str:
    return ", ".join(action.replace("_", "-") for action in card["actions"])


def _tell(report: Report) -> None:
    for card in report.advice:
        print(f"\n{card.get('title', '')}\n{card.get('text', '')}\n")
    for words in report.not_answered:
        print(f"An answer to a card came too late: {words}")
    if report.started_over:
        print("This diary was away for long and was fetched anew.")


def _line(kind: str, data: Data) -> str:
    """An entry in a few words."""
    if kind == "spasms":
        parts = [data.get("side"), data.get("site")]
        strength = data.get("intensity")
        where = " ".join(part for part in parts if part and part != "none") or "somewhere"
        return f"Cramp, {where}" + ("" if strength is None else f", {strength} of 10")
    if kind == "water":
        return f"Drink, {data['amount_ml']:g} ml"
    if kind == "meals":
        names = [item.get("food_name") or item["food"] for item in data.get("items", [])]
        return f"{(data.get('kind') or 'meal').capitalize()}: {', '.join(names)}"
    if kind == "weights":
        return f"Weight, {data['kg']:g} kg"
    return kind.replace("-", " ").capitalize()


def _assignment(said: str) -> tuple[str, Any]:
    """`intensity=4` as a name and a JSON value; what is no JSON is a text."""
    name, equals, value = said.partition("=")
    if not equals:
        raise CannotDo(f"Write changes as name=value, not “{said}”.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _is_id(words: str) -> bool:
    return len(words) == 36 and words.count("-") == 4


# The command line -----------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser("spasmlog-cli", description="A diary of muscle cramps, on- and offline.")
    top.add_argument("--home", help="folder of the diary (else SPASMLOG_HOME)")
    top.add_argument("--offline", action="store_true", help="do not try to reach the server")
    top.add_argument("--timeout", type=float, default=30, help="seconds to wait for an answer")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    signup = commands.add_parser("signup", help="make an account (password: asked, or SPASMLOG_PASSWORD)")
    login = commands.add_parser("login", help="sign in on this device")
    for command in (signup, login):
        command.add_argument("--email", required=True)
    signup.add_argument("--server", required=True, help="address, such as https://diary.example.org")
    signup.add_argument("--invitation")
    login.add_argument("--server", help="address; left out: that of last time")
    login.add_argument("--code", help="code of the second factor; left out: asked when needed")
    commands.add_parser("logout", help="sign out; the diary stays")

    cramp = commands.add_parser("cramp", help="log a cramp")
    cramp.add_argument("--site", help="such as calf, foot, thigh_front")
    cramp.add_argument("--side", choices=["left", "right", "both", "none"])
    cramp.add_argument("--intensity", type=int, help="0 to 10")
    cramp.add_argument("--woke-me", action="store_true", default=None)
    cramp.add_argument("--doing", help="such as asleep, walking, after_exercise")
    cramp.add_argument("--sign", action="append", help="a warning sign, such as dark_urine; may be repeated")
    water = commands.add_parser("water", help="log a drink of water")
    water.add_argument("ml", type=float, help="millilitres")
    meal = commands.add_parser("meal", help="log a meal")
    meal.add_argument("--kind", choices=["breakfast", "lunch", "dinner", "snack"])
    meal.add_argument("--food", action="append", required=True, help="name or id; repeat it with its --grams")
    meal.add_argument("--grams", action="append", required=True, type=float)
    for command in (cramp, meal):
        command.add_argument("--note")
    for command in (cramp, water, meal):
        times = command.add_mutually_exclusive_group()
        times.add_argument("--at", type=_of(diary.parse_at), help="when, such as 2026-11-22T07:30")
        times.add_argument("--started-ago", "--ago", type=_of(diary.parse_ago), help="such as 15m")

    foods = commands.add_parser("foods", help="find foods")
    foods.add_argument("words", nargs="*")
    foods.add_argument("--all", action="store_true", help="fetch the whole list, for search offline")
    change = commands.add_parser("change", help="change an entry, such as: change 1f2e3d4c intensity=4")
    change.add_argument("id", help="beginning or end of its id, as `day` shows it")
    change.add_argument("fields", nargs="+", metavar="name=value")
    commands.add_parser("remove", help="delete an entry").add_argument("id")

    day = commands.add_parser("day", help="show a day")
    day.add_argument("date", nargs="?", type=_of(date.fromisoformat), help="such as 2026-11-22; else today")
    commands.add_parser("status", help="what waits to be sent, and what the server did not take")
    advice = commands.add_parser("advice", help="cards of advice, and what you answer to them")
    advice.add_argument("answer", nargs="?", choices=["acknowledge", "got-help", "snooze", "dismiss"])
    advice.add_argument("id", nargs="?", help="end of the card's id, as `advice` shows it")
    advice.add_argument("--days", type=int, help="of a snooze: for how many days, 7 unless said")
    commands.add_parser("sync", help="send what waits, fetch what changed")
    commands.add_parser("export", help="everything in this diary as JSON")
    commands.add_parser("keep", help="send what was not taken again").add_argument("number", type=int)
    commands.add_parser("drop", help="let go of what was not taken").add_argument("number", type=int)
    return top


def _of(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """A reader whose own words argparse shows."""

    def reader(said: str) -> Any:
        try:
            return read(said)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return reader


def main(arguments: Sequence[str] | None = None) -> int:
    cli = Cli(parser().parse_args(arguments))
    try:
        getattr(cli, cli.said.command)()
    except Problem as problem:
        print(problem.words, file=sys.stderr)
        return NOT_DONE
    except SignInNeeded as needed:
        print(f"{needed} {cli._waiting()}", file=sys.stderr)
        return NOT_DONE
    except AWAY as away:
        print(f"Offline: {away} Nothing is lost. {cli._waiting()}", file=sys.stderr)
        return NOT_DONE
    except (CannotDo, ValueError) as error:
        print(error, file=sys.stderr)
        return MISUSED
    finally:
        cli.store.close()
    return DONE
