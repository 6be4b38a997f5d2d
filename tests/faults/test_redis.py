"""Redis stopped, hanging, and back with nothing in it: people log all the while, and wait for nobody."""

import os
import signal
import time
from uuid import uuid4

import pytest
from django.core.management import call_command

from journal import findings
from journal.models import Meal, WaterIntake
from tests.conftest import PASSWORD, SLOWER, until
from tests.faults.running import meals_are_whole

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.timeout(240), pytest.mark.processes,
    pytest.mark.servers, pytest.mark.faults,
]  # fmt: skip

AT_ONCE = 1.5
"""Nobody waits longer for a cache or a broker that does not answer. [s]"""
ONCE_IN_A_WHILE = 6.0
"""What the first may wait for one that hangs. [s]"""
SIGN_IN = "/_allauth/app/v1/auth/login"


def test_people_log_and_stay_locked_out_without_redis_and_all_is_reviewed_when_it_is_back_empty(
    alice, token, banana, foods, start_web, start_beat, real_worker, own_redis, browser
):
    place = {"REDIS_URL": own_redis.url}
    web, worker, beat = start_web(**place), real_worker(**place), start_beat(**place)
    phone = web.phone(token)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    page = web.phone()
    page.headers = {"Cookie": cookie}
    taken, ids = [], set()

    def log():
        began = time.monotonic()
        ids.add(meal := uuid4())
        phone.log([banana] * 4, meal, within=ONCE_IN_A_WHILE)
        taken.append(time.monotonic() - began)

    log()
    until(lambda: not findings.is_stale(alice), within=20)

    assert max(taken) < ONCE_IN_A_WHILE * SLOWER
    taken.clear()
    own_redis.stop()
    for _each in range(4):
        log()
    assert page.ask("GET", "/")[0] == 200
    status, said = phone.ask("GET", "/health/ready")
    assert (status, said["database"], said["broker"]) == (200, True, False)  # served all the same
    for _each in range(2):
        status, said = phone.ask("POST", "/api/v1/water/", {"amount_ml": 200})
        assert status == 201, said
    answers = [wrong_password(web, alice) for _each in range(8)]
    assert answers[0] == 400 and answers[-1] == 429, answers  # counted in both processes together
    assert findings.is_stale(alice)

    assert max(taken) < AT_ONCE * SLOWER, taken
    own_redis.start()
    until(lambda: not findings.is_stale(alice), within=60, every=0.2)
    assert worker.poll() is None and beat.poll() is None
    assert Meal.objects.count() == 5 and WaterIntake.objects.count() == 2

    os.kill(own_redis.process.pid, signal.SIGSTOP)  # it takes connections, and answers nothing
    try:
        for _each in range(8):
            log()
    finally:
        os.kill(own_redis.process.pid, signal.SIGCONT)
    assert phone.refused == phone.broken == 0
    waited = [one for one in taken if one > AT_ONCE * SLOWER]
    assert len(waited) <= 2 and max(taken) < ONCE_IN_A_WHILE * SLOWER, taken  # one in each process
    assert set(Meal.objects.values_list("pk", flat=True)) == ids and len(ids) == 13
    assert meals_are_whole(4)
    until(lambda: not findings.is_stale(alice), within=30, every=0.2)
    call_command("verify", verbosity=0)


def wrong_password(web, diarist):
    status, _said = web.phone().ask(
        "POST", SIGN_IN, {"email": diarist.user.email, "password": f"not {PASSWORD}"}
    )
    return status
