"""What a line can do to a request, and a person to a program: nothing is lost, nothing is doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from spasmlog_client import moments
from spasmlog_client.server import Busy, Server, Unreachable
from spasmlog_client.store import Store
from spasmlog_client.sync import AlreadySyncing

from journal import entries
from journal.api.batch import Entries
from journal.models import SpasmEpisode, WaterIntake
from tests.client.badline import FAULTS, answer
from tests.client.conftest import at, on_server
from tests.conftest import until

pytestmark = pytest.mark.once


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_on_any_request_is_overcome_in_the_same_run(alices_phone, alice, fault):
    ids = set()
    for request_number in range(3):  # the greeting, the sending, the fetching
        ids |= {alices_phone.water(100), alices_phone.water(200)}
        alices_phone.line.plan.extend([None] * request_number + [fault])
        alices_phone.sync()
        assert {str(row.pk) for row in WaterIntake.objects.of(alice)} == ids
        assert set(alices_phone.store.all_seen("water")) == ids
        assert alices_phone.store.waiting() == alices_phone.store.held() == []
    assert alices_phone.line.faulted == 3


def test_without_any_network_everything_waits(alices_phone, alice):
    alices_phone.water()
    alices_phone.line.close()
    with pytest.raises(Unreachable):
        alices_phone.sync()
    assert len(alices_phone.store.waiting()) == 1


def test_waits_grow_from_try_to_try(alices_phone):
    alices_phone.line.plan.extend(["refused"] * 3)
    alices_phone.sync()
    first, second, third = alices_phone.waits
    assert 0.5 <= first <= 1 and 1 <= second <= 2 and 2 <= third <= 4


def test_an_edit_made_while_an_answer_was_lost_is_no_conflict_with_oneself(alices_phone, alice):
    id = alices_phone.cramp(intensity=3)
    alices_phone.line.plan.extend([None, "answer_lost"])
    with pytest.raises(Unreachable):
        alices_phone.sync(attempts=1)
    assert on_server(SpasmEpisode, alice).get().intensity == 3  # it did arrive

    alices_phone.store.put("spasms", id, {"intensity": 7})
    alices_phone.sync()

    assert on_server(SpasmEpisode, alice).get().intensity == 7
    assert alices_phone.store.held() == []


def test_a_deletion_made_while_an_answer_was_lost_deletes(alices_phone, alice):
    id = alices_phone.cramp()
    alices_phone.line.plan.extend([None, "answer_lost"])
    with pytest.raises(Unreachable):
        alices_phone.sync(attempts=1)
    alices_phone.store.delete("spasms", id)
    alices_phone.sync()
    assert not on_server(SpasmEpisode, alice).exists()
    assert alices_phone.store.held() == []


def test_a_copy_that_arrives_late_undoes_no_newer_edit(alices_phone, alice):
    id = alices_phone.cramp(intensity=3)
    alices_phone.line.plan.extend([None, "late_copy"])
    alices_phone.sync()
    entries.change(on_server(SpasmEpisode, alice).get(), intensity=8)
    alices_phone.sync()

    alices_phone.line.release(random.Random(1))
    alices_phone.sync()

    assert on_server(SpasmEpisode, alice).get().intensity == 8
    assert alices_phone.store.seen("spasms", id)["intensity"] == 8


def test_a_late_copy_does_not_bring_back_what_was_deleted(alices_phone, alice):
    id = alices_phone.water()
    alices_phone.line.plan.extend([None, "late_copy"])
    alices_phone.sync()
    alices_phone.store.delete("water", id)
    alices_phone.sync()
    alices_phone.line.release(random.Random(1))
    alices_phone.sync()
    assert not on_server(WaterIntake, alice).exists()
    assert alices_phone.store.all_seen("water") == {}


# Servers that do not answer as they should ----------------------------------------------------


def test_a_busy_server_is_left_alone_for_as_long_as_it_says(alices_phone, alice):
    alices_phone.water()
    alices_phone.line.plan.extend([None, answer("429 Too Many Requests", Retry_After="7")])
    alices_phone.line.plan.append(answer("503 Service Unavailable", Retry_After="12"))
    alices_phone.sync()
    assert alices_phone.waits == [7, 12]
    assert on_server(WaterIntake, alice).count() == 1


def test_a_server_that_asks_for_an_hour_is_asked_another_day(alices_phone):
    alices_phone.water()
    alices_phone.line.plan.append(answer("503 Service Unavailable", Retry_After="3600"))
    with pytest.raises(Busy, match="3600"):
        alices_phone.sync()
    assert alices_phone.waits == []
    assert len(alices_phone.store.waiting()) == 1


def test_too_many_requests_are_waited_for_as_the_server_really_says(alices_phone, alice, monkeypatch):
    from spasmlog.access import Patience

    monkeypatch.setattr(Patience, "rate", "2/minute", raising=False)
    monkeypatch.setattr(Patience, "get_rate", lambda self: "2/minute")
    alices_phone.water()
    alices_phone.sync()
    with pytest.raises(Busy):
        alices_phone.sync(attempts=2)
    assert alices_phone.waits and 1 <= alices_phone.waits[0] <= 60


def test_a_hotels_sign_in_page_is_no_answer(alices_phone, alice):
    page = answer("200 OK", b"<html>Welcome to the hotel</html>", Content_Type="text/html")
    alices_phone.water()
    alices_phone.line.plan.extend([None, page, page])
    alices_phone.sync()
    assert on_server(WaterIntake, alice).count() == 1
    assert alices_phone.store.waiting() == []


def test_an_answer_about_other_rows_is_no_answer(alices_phone):
    alices_phone.water()
    alices_phone.line.plan.extend([None, answer("200 OK", b'{"results": []}')])
    alices_phone.sync()
    assert alices_phone.store.waiting() == []
    assert len(alices_phone.waits) == 1


@pytest.mark.parametrize("fault", ["silent", "trickling"])
def test_a_server_that_does_not_come_to_an_end_is_left_after_the_time_limit(alices_phone, fault):
    alices_phone.water()
    alices_phone.server.timeout = 1
    alices_phone.line.plan.extend([None, fault])
    began = time.monotonic()
    with pytest.raises(Unreachable):
        alices_phone.sync(attempts=1)
    assert time.monotonic() - began < 10
    assert len(alices_phone.store.waiting()) == 1


def test_a_batch_too_large_for_the_server_is_sent_in_halves(alices_phone, alice):
    for n in range(5):
        alices_phone.water(100 + n)
    alices_phone.line.plan.extend([None, answer("413 Content Too Large", b'{"detail": "too large"}')])
    alices_phone.sync()
    assert on_server(WaterIntake, alice).count() == 5


def test_a_row_that_the_server_stumbles_over_waits_and_holds_up_no_other(alices_phone, alice):
    stumbled = alices_phone.water(100)
    alices_phone.water(200)
    mistake = answer("500 Internal Server Error")
    alices_phone.line.plan.extend([None, mistake, mistake])  # both; then the first alone
    alices_phone.sync()
    assert [change.id for change in alices_phone.store.waiting()] == [stumbled]
    assert on_server(WaterIntake, alice).get().amount_ml == 200
    alices_phone.sync()
    assert on_server(WaterIntake, alice).count() == 2


@pytest.fixture
def stumbling(monkeypatch):
    """`at(row)` says whether the server makes a mistake of its own with what was sent; `times`, how often."""
    stored = Entries.put

    class Stumbling:
        times = 0

        def at(self, data):
            return False

    server = Stumbling()

    def put(self, key, data, base):
        if server.at(data):
            server.times += 1
            raise RuntimeError("a mistake of the server's")
        return stored(self, key, data, base)

    monkeypatch.setattr(Entries, "put", put)
    return server


def test_a_row_of_a_batch_that_the_server_stumbles_over_stays_in_the_queue(alices_phone, alice, stumbling):
    stumbling.at = lambda data: data["amount_ml"] == 100
    stumbled = alices_phone.water(100)
    alices_phone.water(200)
    alices_phone.sync()
    [waiting] = alices_phone.store.waiting()
    assert (waiting.id, waiting.tries) == (stumbled, 1)
    assert alices_phone.store.held() == []  # there is nothing for the person to decide
    assert on_server(WaterIntake, alice).get().amount_ml == 200

    stumbling.at = lambda data: False
    alices_phone.sync()
    assert on_server(WaterIntake, alice).count() == 2
    assert alices_phone.store.waiting() == []


def test_it_is_sent_again_after_longer_and_longer_waits(alices_phone, alice, stumbling, clock_off):
    """With the next sync, then 1 min, 5 min, 1 h and 6 h after the try before."""
    stumbling.at = lambda data: True
    alices_phone.water(at=at(1))
    minutes, tried = 0, []
    for wait in (0, 0.5, 1, 4, 2, 50, 20, 300, 70, 300, 70):
        minutes += wait
        clock_off(minutes=minutes)
        alices_phone.sync()
        tried.append(stumbling.times)
    assert tried == [1, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7]
    assert alices_phone.store.waiting()[0].tries == 7

    alices_phone.store.try_all_now()
    stumbling.at = lambda data: False
    alices_phone.sync()
    assert on_server(WaterIntake, alice).count() == 1


def test_a_clock_that_is_put_back_does_not_keep_a_change_for_years(alices_phone, alice, stumbling, clock_off):
    stumbling.at = lambda data: True
    clock_off(days=400)
    alices_phone.water(at=at(1))
    alices_phone.sync()
    alices_phone.sync()
    clock_off(days=0)
    stumbling.at = lambda data: False
    alices_phone.sync()
    assert on_server(WaterIntake, alice).count() == 1


def test_an_edit_of_what_the_server_stumbled_over_is_sent_at_once(alices_phone, alice, stumbling):
    stumbling.at = lambda data: data["intensity"] == 3
    id = alices_phone.cramp(intensity=3, note="left the bed")
    for _ in range(3):
        alices_phone.sync()
    alices_phone.store.put("spasms", id, {"intensity": 7})
    alices_phone.sync()
    stored = on_server(SpasmEpisode, alice).get()
    assert (stored.intensity, stored.note) == (7, "left the bed")
    assert alices_phone.store.waiting() == alices_phone.store.held() == []


def test_a_diary_of_an_earlier_version_of_the_program_goes_on(alices_phone, alice):
    alices_phone.water()
    for column in ("tries", "again_at"):
        alices_phone.store.db.execute(f"ALTER TABLE changes DROP COLUMN {column}")
    alices_phone.restart()
    alices_phone.sync()
    assert on_server(WaterIntake, alice).count() == 1


# Clocks ---------------------------------------------------------------------------------------


@pytest.fixture
def clock_off(monkeypatch):
    """`clock_off(hours=3)`: from now on the phone's clock is that much ahead (the server's is right)."""
    real = time.time

    def off(**by):
        ahead = timedelta(**by)
        monkeypatch.setattr(
            moments, "now", lambda: moments.datetime.fromtimestamp(real(), moments.UTC) + ahead
        )

    return off


@pytest.mark.parametrize("hours", [-31 * 24, -3, 3, 31 * 24])
def test_a_time_that_a_wrong_clock_gave_is_corrected_and_both_are_shown(
    alices_phone, alice, clock_off, hours
):
    really = moments.now()
    clock_off(hours=hours)
    alices_phone.cramp()
    alices_phone.sync()
    stored = on_server(SpasmEpisode, alice).get()
    assert abs(stored.occurred_at - really) < timedelta(seconds=60)
    [told] = alices_phone.store.corrections()
    assert abs(moments.read(told["was"]) - really - timedelta(hours=hours)) < timedelta(seconds=60)


def test_a_clock_a_minute_off_is_right(alices_phone, clock_off):
    clock_off(minutes=1)
    alices_phone.cramp()
    alices_phone.sync()
    assert alices_phone.store.corrections() == alices_phone.store.held() == []


def test_a_time_that_the_person_typed_is_never_corrected(alices_phone, alice, clock_off):
    clock_off(hours=3)
    alices_phone.cramp(at=at(1))
    alices_phone.sync()
    assert on_server(SpasmEpisode, alice).get().occurred_at == at(1)


def test_an_entry_of_a_clock_put_right_meanwhile_is_refused_and_kept_to_be_corrected(
    alices_phone, alice, clock_off
):
    clock_off(hours=3)
    id = alices_phone.cramp()
    clock_off(hours=0)
    alices_phone.sync()
    [held] = alices_phone.store.held()
    assert (held.reason, held.words) == ("refused", "This is in the future. Check the date and the time.")

    alices_phone.store.put("spasms", id, {"started_at": moments.text(at(1))})
    alices_phone.sync()
    assert on_server(SpasmEpisode, alice).get().occurred_at == at(1)
    assert alices_phone.store.held() == []


def test_an_answer_lost_after_a_correction_doubles_nothing(alices_phone, alice, clock_off):
    clock_off(hours=3)
    alices_phone.cramp()
    alices_phone.line.plan.extend([None, "answer_lost"])
    with pytest.raises(Unreachable):
        alices_phone.sync(attempts=1)
    clock_off(hours=0)
    alices_phone.sync()
    assert on_server(SpasmEpisode, alice).count() == 1
    assert alices_phone.store.held() == []


# Killed ---------------------------------------------------------------------------------------

SYNC = """
import sys
from pathlib import Path
from spasmlog_client.server import Server
from spasmlog_client.store import Store
from spasmlog_client.sync import Sync
path, url, token = sys.argv[1:]
print("began", flush=True)
Sync(Store(Path(path)), Server(url, token, timeout=20), most_items=5, page=5).run()
print("ended", flush=True)
"""


def start_sync(phone):
    return subprocess.Popen(
        [sys.executable, "-c", SYNC, str(phone.path), phone.line.url, phone.server.token],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.processes
@pytest.mark.parametrize("after", range(1, 9))
def test_a_client_killed_after_any_request_goes_on_where_it_was(make_phone, alice, after):
    """15 drinks of the web and 20 of the phone, in batches and pages of 5; kill -9 before answer `after`."""
    for n in range(15):
        entries.log_water(alice, 50 + n, occurred_at=at(2, n))
    phone = make_phone("phone", alice)
    mine = {phone.water(100 + n, at=at(1, n)) for n in range(20)}
    phone.line.plan.extend([None] * after + ["silent"])

    client = start_sync(phone)
    until(lambda: not phone.line.plan, within=30)
    client.send_signal(signal.SIGKILL)
    client.wait()
    phone.restart()
    phone.sync()

    stored = {str(row.pk): row.amount_ml for row in on_server(WaterIntake, alice)}
    assert len(stored) == 35 and mine <= set(stored)
    assert phone.store.waiting() == phone.store.held() == []
    assert {id: row["amount_ml"] for id, row in phone.store.all_seen("water").items()} == stored


@pytest.mark.processes
def test_two_processes_do_not_sync_one_diary_at_once_and_a_killed_one_leaves_no_lock(alices_phone):
    alices_phone.water()
    alices_phone.line.plan.append("silent")
    client = start_sync(alices_phone)
    until(lambda: not alices_phone.line.plan, within=30)
    with pytest.raises(AlreadySyncing):
        alices_phone.sync()
    client.send_signal(signal.SIGKILL)
    client.wait()
    alices_phone.sync()
    assert alices_phone.store.waiting() == []


def test_a_phone_can_log_while_it_syncs(alices_phone, alice):
    """Another program, such as a widget, writes to the file between a request and its answer."""
    alices_phone.water(100)
    ask = alices_phone.server.store

    def meanwhile(items):
        answered = ask(items)
        other = Store(alices_phone.path)
        other.put("water", items[0]["id"], {"amount_ml": 150})
        other.close()
        alices_phone.server.store = ask
        return answered

    alices_phone.server.store = meanwhile
    alices_phone.sync()
    assert on_server(WaterIntake, alice).get().amount_ml == 150
    assert alices_phone.store.held() == []


def test_an_address_that_is_none_is_refused_in_words():
    with pytest.raises(ValueError, match="such as https"):
        Server("diary.example.org")
