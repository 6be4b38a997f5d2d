"""Two phones and the web on one diary, and everything that can go wrong between them.

Each edit writes a text of its own into the row's note, so that what becomes of it can be told apart from any
other. Whoever edits a row has seen what it said before; so edits have ancestors. In the end, when the lines
are good again, both phones and the server must say the same, and every edit ever made must be

- what the server says now, or an ancestor of that (somebody saw it, and wrote something else), or
- in a copy that is held for the person to see, or an ancestor of that.

Otherwise it was lost.
"""

import itertools
import random
import shutil
import tempfile
import threading
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.core.cache import cache, caches
from django.db import connections
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from spasmlog_client import diary, moments
from spasmlog_client.server import Busy, StartOver, Unreachable
from spasmlog_client.store import Store
from spasmlog_client.sync import Sync

from journal import changes, entries
from journal.models import SpasmEpisode
from tests.client.badline import FAULTS
from tests.client.conftest import Phone, at, on_server
from tests.conftest import diarist

NOW = moments.now
NUMBERS = itertools.count()
FAULTY_LINES = st.lists(st.sampled_from([None, None, "web edits", *FAULTS]), max_size=6)


class Killed(BaseException):
    """The program ends at once, as by kill -9: nothing in it catches this."""


class FragileStore(Store):
    """A store whose process dies at the `fuse`-th boundary: just before a commit, or just after it."""

    fuse = None

    @contextmanager
    def transaction(self):
        with super().transaction():
            yield
            self._burn()
        self._burn()

    def _burn(self):
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse <= 0:
                self.fuse = None
                raise Killed


class FragilePhone(Phone):
    def __init__(self, path, url, email):
        super().__init__(path, url, email)
        self.skew = timedelta(0)
        self.restart()

    def open(self):
        self.store = FragileStore(self.path)

    def restart(self):
        self.store.close()
        self.open()

    @contextmanager
    def alive(self, fuse=None):
        """Do the block by this phone's clock; if it dies in the middle, start again from the file."""
        self.store.fuse = fuse
        moments.now = lambda: NOW() + self.skew
        try:
            yield
        except Killed:
            self.restart()
        finally:
            moments.now = NOW
            self.store.fuse = None

    def try_to_sync(self, **more):
        try:
            Sync(self.store, self.server, attempts=2, sleep=self.waits.append, **more).run()
        except (Unreachable, Busy):
            pass

    def note(self, id):
        """What the person reads in a row; also in one that the server refused."""
        row = self.store.seen("spasms", id)
        return (row or self.store._refused("spasms", id) or {}).get("note")


class Edits:
    """Who wrote what on top of what."""

    def __init__(self):
        self.ancestors = defaultdict(set)
        self.rows = defaultdict(set)
        self.deletions = defaultdict(set)
        self.dismissed = set()

    def made(self, row, edit, on, deletion=False):
        self.rows[row].add(edit)
        self.ancestors[edit] |= {on} - {None, edit}
        if deletion:
            self.deletions[row].add(edit)

    def accounted_for(self, ends):
        """These edits with all their ancestors."""
        found, left = set(), list(ends)
        while left:
            edit = left.pop()
            if edit not in found:
                found.add(edit)
                left += self.ancestors[edit]
        return found


def together(work):
    """Do each in a thread of its own, and begin in the same moment."""
    failed, started = [], threading.Barrier(len(work))

    def in_own_thread(one):
        try:
            started.wait(30)
            one()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=in_own_thread, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def new_note():
    return f"edit {next(NUMBERS)}"


class OneDiary:
    """A person's phones, and the web, with the book of what each of them wrote."""

    def __init__(self, site, phones, seed=0):
        for counts in (cache, caches["lockouts"]):
            counts.clear()  # so many people do not sign in, and ask, from one address
        self.random = random.Random(seed)
        self.edits = Edits()
        self.person = diarist(f"person{next(NUMBERS)}", time_zone="Pacific/Auckland")
        self.folder = Path(tempfile.mkdtemp())
        self.most_rows = phones + 1  # few, so that people meet on them
        self.phones = [
            FragilePhone(self.folder / f"phone{n}" / "diary.sqlite3", site, self.person.user.email)
            for n in range(phones)
        ]

    def close(self):
        for phone in self.phones:
            phone.close()
        shutil.rmtree(self.folder)

    # What people do ---------------------------------------------------------------------------

    def log(self, which, fuse=None, typed=True):
        if len(self.edits.rows) >= self.most_rows:
            return
        phone, note = self.phones[which], new_note()
        with phone.alive(fuse):
            diary.log(phone.store, "spasms", at=at(1) if typed else None, site="calf", note=note)
        for id, row in phone.store.all_seen("spasms").items():
            if row["note"] == note:
                self.edits.made(id, note, None)

    def edit(self, which, fuse=None):
        phone, note = self.phones[which], new_note()
        if id := self.some_row(phone):
            before = phone.note(id)
            with phone.alive(fuse):
                phone.store.put("spasms", id, {"note": note})
            if phone.note(id) == note:
                self.edits.made(id, note, before)

    def delete(self, which, fuse=None):
        phone = self.phones[which]
        if id := self.some_row(phone):
            before = phone.note(id)
            with phone.alive(fuse):
                phone.store.delete("spasms", id)
            if phone.note(id) is None:
                self.edits.made(id, f"{which} {new_note()}", before, deletion=True)

    def decide(self, which, mine):
        """The person looks at what the server did not take, and decides."""
        phone = self.phones[which]
        for held in phone.store.held()[:1]:
            edits = self.held_edits(which, held)
            if mine:
                for edit in edits:
                    self.edits.ancestors[edit] |= {phone.note(held.id)} - {None, edit}
                    self.edits.ancestors[edit] |= self.edits.deletions[held.id] - {edit}
                phone.store.keep_mine(held.number)
            else:
                self.edits.dismissed |= edits
                phone.store.let_go(held.number)

    def edit_on_the_web(self, deleting=False):
        rows = list(on_server(SpasmEpisode, self.person).order_by("pk"))
        if not rows and len(self.edits.rows) >= self.most_rows:
            return None
        if not rows or (not deleting and len(self.edits.rows) < self.most_rows):
            note = new_note()
            made = entries.log_spasm(self.person, occurred_at=at(2), site="foot", note=note)
            return self.edits.made(str(made.pk), note, None)
        row, note = self.random.choice(rows), new_note()
        before, seen = row.note, row.revision
        try:
            if deleting:
                entries.remove(row, base_revision=seen)
            else:
                entries.change(row, base_revision=seen, note=note)
        except entries.Conflict:
            return None  # somebody was quicker; the page says so
        return self.edits.made(str(row.pk), note, before, deletion=deleting)

    def meanwhile(self):
        """The web edits in a thread of its own, just before a request of a phone arrives."""
        try:
            self.edit_on_the_web(deleting=self.random.random() < 0.3)
        finally:
            connections.close_all()

    def at_once(self, seed):
        """Each phone writes and sends in a thread of its own, and so do two browsers."""
        for phone in self.phones:
            phone.store.close()  # SQLite's connections stay in the thread that opened them
        senders = [partial(self._write_and_send, which, seed) for which in range(len(self.phones))]
        together([*senders, self.meanwhile, self.meanwhile])
        for phone in self.phones:
            phone.open()
        cache.clear()  # so many requests in so few seconds are not what this is about

    def _write_and_send(self, which, seed):
        phone, mine = self.phones[which], random.Random(seed + which)
        phone.open()
        try:
            mine.choice([self.log, self.edit, self.edit, self.delete])(which)
            phone.try_to_sync(most_items=3, page=4)
        finally:
            phone.store.close()

    # What must be true in the end -------------------------------------------------------------

    def settle(self):
        """All lines are good again, and everybody syncs twice: once to tell, once to hear the others."""
        for phone in self.phones:
            phone.line.plan.clear()
            phone.line.release(self.random)
        for phone in [*self.phones, *self.phones]:
            with phone.alive():
                phone.sync()

    def stored(self):
        return {str(row.pk): row.note for row in on_server(SpasmEpisode, self.person)}

    def nobody_disagrees(self):
        stored, first = self.stored(), self.phones[0].store.server_rows()
        for phone in self.phones:
            assert phone.store.waiting() == []
            assert {id: row["note"] for id, row in phone.store.all_seen("spasms").items()} == stored
            assert [row[:1] for row in phone.store.server_rows()] == [row[:1] for row in first]
        assert set(stored) <= set(self.edits.rows)  # nothing is doubled: no row that nobody made

    def nothing_is_lost(self):
        stored, held = self.stored(), set(self.edits.dismissed)
        for which, phone in enumerate(self.phones):
            for one in phone.store.held():
                held |= self.held_edits(which, one)
        for row, made in self.edits.rows.items():
            ends = {stored[row]} if row in stored else self.edits.deletions[row]
            lost = made - self.edits.accounted_for(ends | held)
            assert not lost, f"{lost} of {row}; the server says {stored.get(row)}, held are {held}"

    def held_edits(self, which, held):
        if held.op == "put":
            return {held.data["note"]}
        return {edit for edit in self.edits.deletions[held.id] if edit.startswith(f"{which} ")}

    def some_row(self, phone):
        refused = {held.id for held in phone.store.held() if held.reason == "refused" and held.op == "put"}
        ids = sorted(set(phone.store.all_seen("spasms")) | refused)
        return self.random.choice(ids) if ids else None


FUSES = st.sampled_from([None, None, 1, 2])
WHICH = st.integers(0, 1)


class TwoPhonesAndTheWeb(RuleBasedStateMachine):
    """Hypothesis chooses what happens, in which order, and shortens what fails."""

    site = None  # the address of the live server
    phones = 2

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed):
        """Both phones know a cramp, so that there is something to disagree about from the first step on."""
        self.diary = OneDiary(self.site, phones=self.phones, seed=seed)
        self.diary.log(0)
        for phone in self.diary.phones:
            phone.sync()

    @rule(which=WHICH, fuse=FUSES, typed=st.booleans())
    def log(self, which, fuse, typed):
        self.diary.log(which, fuse, typed)

    @rule(which=WHICH, fuse=FUSES)
    def edit(self, which, fuse):
        self.diary.edit(which, fuse)

    @rule(which=WHICH, fuse=FUSES)
    def delete(self, which, fuse):
        self.diary.delete(which, fuse)

    @rule(which=WHICH, mine=st.booleans())
    def decide(self, which, mine):
        self.diary.decide(which, mine)

    @rule(deleting=st.booleans())
    def web(self, deleting):
        self.diary.edit_on_the_web(deleting)

    @rule(
        which=WHICH, line=FAULTY_LINES, fuse=st.sampled_from([None, *range(1, 9)]),
        most_items=st.integers(1, 4), page=st.integers(1, 5),
    )  # fmt: skip
    def sync(self, which, line, fuse, most_items, page):
        phone = self.diary.phones[which]
        phone.line.plan.extend(self.diary.meanwhile if fault == "web edits" else fault for fault in line)
        with phone.alive(fuse):
            phone.try_to_sync(most_items=most_items, page=page)
        phone.line.plan.clear()

    @rule(which=WHICH)
    def late_copies_arrive(self, which):
        self.diary.phones[which].line.release(self.diary.random)

    @rule(which=WHICH, minutes=st.sampled_from([0, 1, 90, -90, 60 * 24 * 40, -60 * 24 * 40]))
    def clock_is_set(self, which, minutes):
        self.diary.phones[which].skew = timedelta(minutes=minutes)

    @rule(which=WHICH)
    def away_for_too_long(self, which):
        """The server no longer knows the phones' cursors, as after a backup was put back: it answers 410."""
        phone = self.diary.phones[which]
        changes.begin_histories()
        if cursor := phone.store.state("cursor"):
            with pytest.raises(StartOver):
                phone.server.changes(cursor, 1)

    def teardown(self):
        if hasattr(self, "diary"):
            try:
                self.diary.settle()
                self.diary.nobody_disagrees()
                self.diary.nothing_is_lost()
            finally:
                self.diary.close()


class SixPhonesAndTwoBrowsersAtOnce(TwoPhonesAndTheWeb):
    """The same, where now and then, and in the end, everybody writes in the same moment."""

    phones = 6

    @rule(seed=st.integers(0, 2**16))
    def everybody_writes_at_once(self, seed):
        self.diary.at_once(seed)

    def teardown(self):
        if hasattr(self, "diary"):
            self.diary.at_once(seed=0)
        super().teardown()


def run(site, machine=TwoPhonesAndTheWeb, **more):
    machine.site = site
    run_state_machine_as_test(
        machine,
        settings=settings(
            deadline=None, suppress_health_check=list(HealthCheck), database=None, print_blob=True, **more
        ),
    )


def test_two_phones_and_the_web_converge_and_lose_nothing(site):
    run(site, max_examples=15, stateful_step_count=20)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_phones_and_the_web_converge_and_lose_nothing_however_long_one_tries(site):
    run(site, max_examples=150, stateful_step_count=40)


@pytest.mark.servers
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_eight_that_write_in_the_same_moment_converge_whatever_was_before(site):
    run(site, SixPhonesAndTwoBrowsersAtOnce, max_examples=8, stateful_step_count=8)


@pytest.mark.servers
def test_eight_at_once_on_one_diary_converge_and_lose_nothing(site):
    """Six phones on bad lines and two browsers, each in a thread of its own, against PostgreSQL."""
    shared = OneDiary(site, phones=6, seed=8)
    failed = []

    def in_own_thread(write, *about):
        try:
            write(*about)
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    def be_a_phone(which):
        mine, phone = random.Random(which), shared.phones[which]
        phone.open()
        for _ in range(12):
            mine.choice([shared.log, shared.edit, shared.edit, shared.delete])(which)
            phone.line.plan.extend(mine.choices([None, *FAULTS], [6, *[1] * len(FAULTS)], k=4))
            phone.try_to_sync(most_items=3, page=4)
            phone.line.plan.clear()
        phone.store.close()

    def be_a_browser(which):
        mine = random.Random(which)
        for _ in range(25):
            shared.edit_on_the_web(deleting=mine.random() < 0.2)

    for phone in shared.phones:
        phone.store.close()  # SQLite's connections stay in the thread that opened them
    threads = [threading.Thread(target=in_own_thread, args=(be_a_phone, n)) for n in range(6)]
    threads += [threading.Thread(target=in_own_thread, args=(be_a_browser, n)) for n in (6, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []

    for phone in shared.phones:
        phone.open()
    cache.clear()  # so many requests in so few seconds are not what this is about
    try:
        shared.settle()
        shared.nobody_disagrees()
        shared.nothing_is_lost()
    finally:
        shared.close()
