"""A clock that jumps days ahead and back while people log: nothing is lost, no day stays judged wrong."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from journal import entries, findings, tasks
from journal.models import DailyIntake, Meal, StaleDay
from nutrients.models import Food, food_id
from spasmlog.celery import app
from tests.conftest import until, where_it_is
from tests.faults.running import kill, stand, started

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.timeout(180), pytest.mark.processes,
    pytest.mark.faults, pytest.mark.once,
]  # fmt: skip

DAY = 86400.0
CLOCK = "tests.faults.clock"


@pytest.fixture
def alice(alice):
    """Alice, where it is nine in the evening: her day is still running."""
    return where_it_is(21, alice)


@pytest.fixture
def eaten(alice, foods):
    """Three meals of today that look like a whole day: once it is over, it counts as one."""
    some = [Food.objects.get(pk=food_id("fndds", "91101010")), *foods[:3]]
    noon = timezone.now().astimezone(alice.tz).replace(hour=12, minute=0)
    at = [noon + timedelta(hours=n) for n in (-4, 0, 7)]
    return {entries.log_meal(alice, [(food, 100) for food in some], occurred_at=one).pk for one in at}


@pytest.fixture
def worker(set_clock, tmp_path):
    app.control.purge()
    log = tmp_path / "worker.log"
    running = started(
        log, CLOCK, str(set_clock.path), "celery", "-A", "spasmlog", "worker", "--concurrency=1",
        "--loglevel=INFO", "--without-gossip", "--without-mingle",
    )  # fmt: skip
    until(lambda: "ready." in log.read_text(), within=30)
    yield running
    kill(running)


def test_whatever_the_clock_said_all_is_there_and_judged_by_the_right_day(
    alice, token, eaten, start_web, worker, set_clock
):
    phone, ids = start_web(CLOCK, str(set_clock.path)).phone(token), set(eaten)
    today = findings.today(alice)
    some = [item.food for item in Meal.objects.get(pk=max(eaten)).items.all()]

    def log(days):
        """Log a meal while the clock is some days ahead, and have it reviewed."""
        set_clock(days * DAY)
        day = (today + timedelta(days=days)).isoformat()
        until(lambda: clock_of(phone) == day, within=10)
        ids.add(id := uuid4())
        assert phone.log(some, id)["local_date"] == day
        until(lambda: not StaleDay.objects.exists(), within=20)

    def clock_of(phone):
        said = datetime.fromisoformat(phone.ask("GET", "/api/v1/server/")[1]["time"])
        return said.astimezone(alice.tz).date().isoformat()

    log(3)
    assert DailyIntake.objects.get(date=today).status == "complete_inferred"  # three days later
    log(-2)
    set_clock(0)
    until(lambda: clock_of(phone) == today.isoformat(), within=10)
    StaleDay.objects.create(diarist=alice, date=today, since=timezone.now() + timedelta(days=3), version=0)
    tasks.sweep.delay()
    until(lambda: not findings.is_stale(alice), within=20)
    assert DailyIntake.objects.get(date=today).status == "incomplete"  # it is still running
    assert worker.poll() is None
    assert stand(ids)
