"""The scheduler, killed, and with a clock that jumps: it goes on asking for the sweep."""

import os

import pytest

from journal import entries, findings, review, verifying
from spasmlog.celery import app
from tests.conftest import until
from tests.faults.running import kill
from tests.faults.test_worker import waited_long

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.timeout(180), pytest.mark.processes,
    pytest.mark.faults,
]  # fmt: skip

once = pytest.mark.once
"""What no engine and no broker has a part in."""
ASKED = "Sending due task sweep-stale-days"
HOUR, DAY = 3600.0, 86400.0


def sweeps(beat):
    return beat.log.read_text().count(ASKED)


def goes_on(beat, within=30.0):
    """Whether the scheduler asks for further sweeps."""
    before = sweeps(beat)
    until(lambda: sweeps(beat) >= before + 2, within=within)
    assert beat.poll() is None, beat.log.read_text()
    return True


def forgotten(diarist):
    """A drink whose review nobody asks for but the sweep."""
    entries.log_water(diarist, 250)
    app.control.purge()
    waited_long(diarist)


def test_what_is_due_is_swept_by_whichever_scheduler_is_left(alice, real_worker, start_beat):
    review.review_stale(alice.pk)
    first = start_beat()
    assert goes_on(first)
    kill(first)
    forgotten(alice)
    assert findings.is_stale(alice)

    real_worker()
    start_beat(), start_beat()  # two at once do no harm
    until(lambda: not findings.is_stale(alice), within=20)
    assert verifying.look_at(alice).is_right


@once
def test_a_file_of_times_that_was_cut_off_is_made_anew(start_beat, tmp_path):
    kill_when_it_asks(start_beat())
    for part in tmp_path.glob("beat-schedule*"):
        os.truncate(part, part.stat().st_size // 2)
    assert goes_on(start_beat())


def kill_when_it_asks(beat):
    assert goes_on(beat)
    kill(beat)


@once
def test_a_clock_that_is_set_back_holds_up_no_sweep(start_beat, set_clock):
    beat = start_beat("tests.faults.clock", str(set_clock.path))
    for shift in (DAY, -HOUR):  # ahead, as without a battery or with another zone; and put right
        set_clock(shift)
        assert goes_on(beat), shift

    kill(beat)
    set_clock(-DAY)  # the file holds times that are still to come
    assert goes_on(start_beat("tests.faults.clock", str(set_clock.path)))
