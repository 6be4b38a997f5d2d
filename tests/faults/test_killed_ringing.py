"""A worker that is killed while it rings: what it had taken is lost, and nothing else is, nor comes twice."""

import os
import signal
import threading
from datetime import datetime, time

import pytest

from journal import entries, reminders, tasks
from journal.models import Reminder, RungCard
from tests import push_service
from tests.conftest import until, where_it_is
from tests.journal.test_ringing import ATTENTION, REMINDER, heard, rings

pytestmark = [
    pytest.mark.faults, pytest.mark.processes, pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]  # fmt: skip


@pytest.fixture
def service(settings):
    service = push_service.started()
    settings.PUSH_TEST_SERVER = service.origin
    yield service
    service.hold.set()
    service.server.shutdown()
    service.server.server_close()


def test_a_killed_worker_loses_the_one_it_was_sending_and_no_other(alice, service, real_worker):
    alice = where_it_is(12, alice)
    device = rings(alice, service)
    at = datetime.now(alice.tz).time().replace(second=0, microsecond=0)
    reminders.change_plan(
        alice,
        {"quiet_from": time(0), "quiet_until": time(0), "reminders": [{"kind": "meal", "at": at}]},
    )
    service.hold.clear()  # from now on nobody is answered
    worker = real_worker(SPASMLOG_PUSH_TEST_SERVER=service.origin)
    entries.log_spasm(alice, signs=["chest_pain"])
    until(lambda: service.came, within=30)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert RungCard.objects.count() == 1 and Reminder.objects.get().sent_on is None

    service.hold.set()
    real_worker(SPASMLOG_PUSH_TEST_SERVER=service.origin)
    tasks.ring.delay()  # as beat does each minute
    until(lambda: Reminder.objects.get().sent_on, within=60)
    until(lambda: len(service.came) >= 2, within=30)
    for _each in range(2):
        tasks.ring.delay()
    threading.Event().wait(3)
    assert heard(service, device) == [ATTENTION, REMINDER]
