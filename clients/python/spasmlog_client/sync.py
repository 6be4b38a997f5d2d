"""The sync loop: send what waits, then fetch what changed, until both sides hold the same.

The rules, all of them:

- **Send before fetching**, at most 500 rows at a time and each row once a batch. What is answered leaves the
  queue in one transaction. An answer that never came is asked for again: the server answers the same.
- **Conflict** (the row was changed elsewhere since this device last saw it): the server's row is kept, one's
  own version is held as a copy that the person sees, and decides about.
- **Refused**: kept with the server's words; correcting the row sends it again. It holds up nothing else.
- **A mistake of the server's** (a result with the code `error`, or status 500 for a row alone): a person has
  nothing to decide. The change stays in the queue and is sent again with the next run, then after a minute,
  after five, after an hour, every six hours; at once if the row is edited.
- **Answers to cards of advice** go out after the changes, each under a key of its own.
- **410**: fetch everything anew. The queue is not touched.
- **401**: stop, keep everything, ask the person to sign in.
- **429, 503**: wait as long as the server says. No answer: wait 1, 2, 4 ... s, at random between half and all
  of it, so that a thousand phones do not come back at once.
- **A wrong clock**: every answer tells the server's time. A time that the person typed is sent as it is. One
  that this device's clock gave is corrected if the clock is more than two minutes off, just before it is sent
  for the first time; what it said before is kept in `corrected`. A clock that was put right between logging
  and sending cannot be told from one that was always right: such an entry is stored as it is, or refused by
  the server as one of the future, and then held for the person to correct.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from spasmlog_client.server import Busy, Problem, Server, StartOver, Unreachable
from spasmlog_client.store import SERVERS_FAULT, Change, Store

MOST_ITEMS = 500
LONGEST_WAIT = 60.0
"""More patience than this nobody has for a program to end; the queue has all the time in the world. [s]"""

T = TypeVar("T")


@dataclass
class Report:
    """What one run of the loop did."""

    sent: int = 0
    fetched: int = 0
    started_over: bool = False
    stale: bool = False
    """Gaps and advice are still being worked out; they come with one of the next runs."""
    advice: list[dict[str, Any]] = field(default_factory=list)
    """The urgent cards that what was sent has raised: show them at once."""
    not_answered: list[str] = field(default_factory=list)
    """Why the server would not take answers to cards, which were closed meanwhile."""


class AlreadySyncing(Exception):
    """Another process is at it, with the same diary."""


class Sync:
    """Brings a store and a server together."""

    def __init__(
        self, store: Store, server: Server, *, attempts: int = 4, most_items: int = MOST_ITEMS,
        page: int = MOST_ITEMS, sleep: Callable[[float], None] = time.sleep,
    ):  # fmt: skip
        self.store, self.server, self.sleep = store, server, sleep
        self.attempts, self.most_items, self.page = attempts, most_items, page

    def run(self) -> Report:
        """Send and fetch until nothing is left.

        Raises
        ------
        Unreachable, Busy, SignInNeeded, Problem
            What is not done yet is as it was, and the next run goes on from there.
        """
        with self.store.alone() as alone:
            if not alone:
                raise AlreadySyncing("This diary is being synced by another process.")
            report = Report()
            self._compare_clocks()
            self._send_all(report)
            self._answer_cards(report)
            self._fetch_all(report)
            return report

    def _compare_clocks(self) -> None:
        self._patiently(self.server.hello)
        if self.server.last_skew is not None:
            self.store.set_state(skew=str(self.server.last_skew.total_seconds()))

    # Sending ----------------------------------------------------------------------------------

    def _send_all(self, report: Report) -> None:
        failed: set[int] = set()
        while batch := self.store.next_batch(self.most_items, failed):
            failed |= self._send(batch, report)

    def _send(self, batch: list[Change], report: Report) -> set[int]:
        """Send a batch; returns the changes with which the server could not cope, to try another day."""
        try:
            results = self._patiently(lambda: self.server.store([change.item() for change in batch]))
        except Problem as problem:
            return self._send_apart(batch, problem, report)
        self.store.settle(batch, results)
        report.sent += sum(result["status"] not in ("refused", "conflict") for result in results)
        report.advice += [card for result in results for card in result.get("advice") or []]
        told = zip(batch, results, strict=True)
        return {change.number for change, result in told if result.get("code") == SERVERS_FAULT}

    def _send_apart(self, batch: list[Change], problem: Problem, report: Report) -> set[int]:
        """What is wrong with a whole batch is wrong with one of its rows, or with how many they are."""
        if problem.status not in (400, 413, 500):
            raise problem
        if len(batch) > 1:
            middle = len(batch) // 2
            return self._send(batch[:middle], report) | self._send(batch[middle:], report)
        if problem.status == 500:
            self.store.postpone(batch[0])
            return {batch[0].number}
        errors = {"": [problem.words]}
        refusal = {"status": "refused", "code": problem.said.get("code"), "errors": errors}
        self.store.settle(batch, [refusal])
        return set()

    def _answer_cards(self, report: Report) -> None:
        """Tell the server what the person said to its cards. It is the same however often it is told."""
        for answer in self.store.answers():
            try:
                card = self._patiently(partial(self.server.answer_card, answer))
            except Problem as problem:
                if problem.status >= 500:
                    continue  # its own mistake: with the next run
                if problem.status != 404:  # a card that is gone needs no answer
                    report.not_answered.append(problem.words)
                card = None
            self.store.settle_answer(answer, card)

    # Fetching ---------------------------------------------------------------------------------

    def _fetch_all(self, report: Report) -> None:
        more = True
        while more:
            try:
                page = self._patiently(lambda: self.server.changes(self.store.state("cursor"), self.page))
            except StartOver:
                if not self.store.state("cursor"):
                    raise Unreachable("The server does not say where to begin.") from None
                self.store.start_over()
                report.started_over = True
                continue
            more = page["has_more"]
            self.store.apply(page["changes"], page["cursor"], last=not more)
            report.fetched += len(page["changes"])
            report.stale = bool(page.get("stale"))

    # Patience ---------------------------------------------------------------------------------

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Ask until there is an answer, at most `attempts` times."""
        for attempt in range(1, self.attempts):
            try:
                return ask()
            except Busy as busy:
                wait = busy.seconds if busy.seconds is not None else _pause(attempt)
                if wait > LONGEST_WAIT:
                    raise
            except Unreachable:
                wait = _pause(attempt)
            self.sleep(wait)
        return ask()


def _pause(attempt: int) -> float:
    longest = min(2.0 ** (attempt - 1), LONGEST_WAIT)
    return longest * random.uniform(0.5, 1)
