"""What every test may ask for: a database with the real foods, people, browsers and workers."""

import contextlib
import gc
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal

import hypothesis
import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connections
from django.test import TransactionTestCase
from django.utils import timezone, translation

from journal.calc import swaps
from tests import databases

IN_CI = bool(os.environ.get("SPASMLOG_CI"))
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
CHROMEDRIVER = shutil.which("chromedriver")
NODE = shutil.which("node") and shutil.which("npm")
PASSWORD = "cramp-diary-1"


# How long one example takes tells of the machine, not of the product.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


# The run --------------------------------------------------------------------------------------


def pytest_report_header():
    browser = CHROMIUM if CHROMIUM and CHROMEDRIVER else "not found: the browser tests are skipped"
    node = NODE or "not found: the TypeScript client is skipped"
    return f"engine: {django_settings.TEST_ENGINE}; browser: {browser}; npm: {node}"


THOROUGH = {
    "client/test_bad_lines.py", "client/test_command_line.py", "client/test_convergence.py",
    "client/test_guide.py", "api/test_queries.py", "api/test_contract.py", "api/test_document.py",
    "api/test_numbers.py", "api/test_who_may.py", "test_promises.py", "journal/calc/test_gaps.py",
    "journal/calc/test_portions.py", "journal/calc/test_many.py", "journal/test_advice_life.py",
    "journal/test_closing.py", "journal/test_demo.py", "journal/test_exchange.py", "journal/test_patterns.py",
    "nutrients/test_pack.py", "nutrients/test_search.py", "test_boundaries.py", "web/test_closing_page.py",
    "web/test_nutrient_pages.py", "web/test_patterns_page.py", "web/test_week_page.py",
    "api/test_days_and_intake.py", "api/test_devices.py", "api/test_gaps_and_advice.py",
    "api/test_pairing.py", "api/test_patterns.py", "api/test_recipes.py", "api/test_repeated.py",
    "api/test_sync.py", "client/test_food_pack.py", "client/test_offline.py", "journal/test_leaving.py",
    "journal/test_numbers_table.py", "journal/test_review.py", "web/test_charts_pages.py",
    "web/test_cramps.py", "web/test_cramps_seen.py", "web/test_devices_pages.py", "web/test_fluid.py",
    "api/test_profile.py", "web/test_foods_pages.py",
    "web/test_languages.py", "web/test_learn_pages.py", "web/test_odd_input.py", "web/test_undo.py",
}  # fmt: skip
"""Modules that take long for what they tell of a small change: every row, unit, number and address."""

ONCE = (
    "journal/calc/", "journal/charts/", "nutrients/calc/", "web/test_looks.py", "web/test_languages.py",
    "test_boundaries.py", "test_promises.py", "test_launch.py", "api/test_document.py", "clients/",
    "journal/test_advice_words.py", "journal/test_advice_table.py", "journal/test_numbers_table.py",
)  # fmt: skip
"""Modules that no engine has a part in: numbers, words, the document, and `make run`, which is SQLite."""


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by markers
def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.nodeid.removeprefix("tests/").partition("::")[0] in THOROUGH:
            item.add_marker(pytest.mark.thorough)
        if item.nodeid.removeprefix("tests/").startswith(ONCE):
            item.add_marker(pytest.mark.once)
    if django_settings.TEST_ENGINE == "sqlite":
        elsewhere = [item for item in items if item.get_closest_marker("servers")]
        items[:] = [item for item in items if item not in elsewhere]
        config.hook.pytest_deselected(items=elsewhere)
    if not (CHROMIUM and CHROMEDRIVER):
        skip(items, "browser", "needs chromium and chromedriver (Debian: chromium-driver)")
    if not NODE:
        skip(items, "node", "needs node and npm (Debian: nodejs npm)")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    """What was imported to collect the tests is here to stay: look through it for garbage no more."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def skip(items, marker, reason):
    for item in items:
        if item.get_closest_marker(marker):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Where nobody reads the output, a test that was skipped is a test that failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter and reporter.stats.get("skipped"):
        reporter.write_line("Tests were skipped; with SPASMLOG_CI set that is a failure.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# The database ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """A database of this test process's own, with every migration and the whole food table."""
    with django_db_blocker.unblock():
        databases.renew()
    yield
    with django_db_blocker.unblock():
        connections.close_all()


def _renew_database(self):
    """Undo a test that committed: Django would empty every table, and take the foods with it."""
    databases.renew()


TransactionTestCase._fixture_teardown = _renew_database


@pytest.fixture
def foods(db):
    """The food table that the project ships."""
    from nutrients.models import Food

    return Food.objects.filter(owner=None)


@pytest.fixture(autouse=True)
def hours_of_the_test(monkeypatch):
    """A use of a sign-in is written down once an hour. Today's hours are those since the test began: what
    counts queries must not meet the stroke of one."""
    from spasmlog import sessions

    began, by_the_clock = timezone.now(), sessions.this_hour

    def hour():
        since = timezone.now() - began
        return str(since // timedelta(hours=1)) if abs(since) < timedelta(days=1) else by_the_clock()

    monkeypatch.setattr(sessions, "this_hour", hour)


@pytest.fixture(autouse=True)
def empty_cache():
    """Each test starts with nothing remembered: no lockout, throttle, food or language of the one before."""
    from django.core.cache import cache

    from journal import tasks
    from nutrients import texts
    from spasmlog.cache import FailOpenRedisCache

    tasks.broker_away.end()
    FailOpenRedisCache.pause.end()
    cache.clear()
    texts.forget()
    translation.deactivate()


# People ---------------------------------------------------------------------------------------


@pytest.fixture
def alice(db):
    """A woman of 36 in Auckland (UTC+12, in summer +13) with NASEM's values."""
    return diarist(
        "alice", birth_date=date(1990, 3, 14), sex="female", height_cm=Decimal(168), weight_kg=Decimal(64),
        time_zone="Pacific/Auckland", region="NZ", takes_medicines="no",
    )  # fmt: skip


@pytest.fixture
def bob(db):
    """A man of 58 in New York (UTC-5, in summer -4) with US units."""
    return diarist(
        "bob", birth_date=date(1968, 7, 2), sex="male", height_cm=Decimal(180), weight_kg=Decimal(82),
        time_zone="America/New_York", region="US", units="us",
    )  # fmt: skip


def diarist(name, **profile):
    """A diarist who has signed up and filled in `profile`."""
    from django.contrib.auth import get_user_model

    from journal import people

    user = get_user_model().objects.create_user(name, f"{name}@example.org", PASSWORD)
    return people.update_profile(people.diarist_of(user), **profile)


@pytest.fixture
def browser(client, alice):
    """A web session of Alice's, without JavaScript."""
    client.force_login(alice.user)
    return client


@pytest.fixture
def phone(alice):
    """A REST client that signed in as Alice, and carries the token it was given."""
    from rest_framework.test import APIClient

    rest = APIClient()
    said = rest.post(
        "/_allauth/app/v1/auth/login", {"email": alice.user.email, "password": PASSWORD}, format="json"
    )
    assert said.status_code == 200, said.content
    rest.credentials(HTTP_X_SESSION_TOKEN=said.json()["meta"]["session_token"])
    return rest


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium for the tests marked `browser`."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1100,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(CHROMEDRIVER))
    yield driver
    driver.quit()


# Background jobs ------------------------------------------------------------------------------


@pytest.fixture
def eager_review(django_capture_on_commit_callbacks):
    """`with eager_review(): ...` runs what the block asks the workers for, at its end and in here."""
    from spasmlog.celery import app

    @contextlib.contextmanager
    def inline():
        before = app.conf.task_always_eager, app.conf.task_eager_propagates
        try:
            with django_capture_on_commit_callbacks(execute=True):
                app.conf.update(task_always_eager=True, task_eager_propagates=True)
                yield
        finally:
            app.conf.update(task_always_eager=before[0], task_eager_propagates=before[1])

    return inline


def environment(**more):
    """The environment in which the product's own commands find this test's database and queue."""
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "spasmlog.settings", **more}


@pytest.fixture
def real_worker(transactional_db, tmp_path):
    """Start Celery workers as processes of their own. Returns a function that starts one more.

    They use the product's settings, the test's database and a queue emptied beforehand; a name given in
    capitals is a setting of the environment.
    """
    from spasmlog.celery import app

    app.control.purge()
    workers = []

    def start(*arguments, **more):
        ready = tmp_path / f"worker-{len(workers)}.log"
        with ready.open("w") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "spasmlog", "worker", "--concurrency=1",
                 "--loglevel=INFO", "--without-gossip", "--without-mingle", *arguments],
                env=environment(CELERY_LOG_LEVEL="INFO", LOG_LEVEL="INFO", **more),
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        worker.log = ready
        workers.append(worker)
        until(lambda: worker.poll() is not None or "ready." in ready.read_text(), within=30)
        assert worker.poll() is None, ready.read_text()
        return worker

    yield start
    for worker in workers:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGTERM)
    for worker in workers:
        try:
            worker.wait(timeout=3)
        except subprocess.TimeoutExpired:  # it may still send for a while what nobody waits for
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


@pytest.fixture
def clock_stands():
    """A code of a second factor is good for half a minute by the clock: here none is over when it is used."""
    with time_machine.travel(time.time(), tick=False):
        yield


@pytest.fixture(autouse=True)
def time_limit_of_swaps(monkeypatch):
    """A search for swaps gives up when its time is over, on a busy machine before it found what it does find
    elsewhere: here it has time enough. Returns the limit that people have. [s]"""
    limit = swaps.TIME_LIMIT_S
    monkeypatch.setattr(swaps, "TIME_LIMIT_S", 60.0)
    return limit


def where_it_is(hour, diarist):
    """Have a person live where it is so late; no clock is changed there, and no day ends meanwhile."""
    from journal import people

    east = (hour - timezone.now().hour + 11) % 24 - 11  # hours east of Greenwich
    return people.update_profile(diarist, time_zone=f"Etc/GMT{-east:+d}")


SLOWER = float(os.environ.get("SPASMLOG_TEST_PATIENCE") or 1)
"""How many times as long as usual anything may take: CI's machine may be a slow one, or busy."""


def until(answer, within=10.0, every=0.05):
    """Return what `answer()` returns as soon as that is true. Fails after `within` seconds, or what they are
    on a machine that is said to be slower."""
    within *= SLOWER
    last = time.monotonic() + within
    while True:
        if said := answer():
            return said
        assert time.monotonic() < last, f"nothing came of it within {within} s"
        time.sleep(every)
