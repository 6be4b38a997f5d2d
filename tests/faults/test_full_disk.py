"""A disk that is full: people read, are told "not now", and what they send again is stored once."""

import resource
from http.cookies import SimpleCookie
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection

from journal import findings, review, tasks
from journal.models import Meal, WaterIntake
from tests.conftest import until
from tests.faults.running import AWAY, kill, stand
from tests.faults.test_worker import stored, waited_long

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.timeout(180), pytest.mark.processes,
    pytest.mark.faults, pytest.mark.once,
]  # fmt: skip

CSRF = "c" * 32
READ = ("/api/v1/meals/", "/api/v1/sync/", "/api/v1/foods/?search=banana", "/api/v1/profile/")
PAGES = ("/", "/week/", "/me/", "/meals/add/?q=banana")


def full(web, is_full=True):
    """Let no process of the web server write another byte into any file, or let it again."""
    for process in web.processes:
        limit = 0 if is_full else resource.RLIM_INFINITY
        resource.prlimit(process, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def an_hour_passes():
    """Each sign-in is due to be written down again."""
    for row in Session.objects.all():
        session = SessionStore(row.session_key)
        session["seen_in"] = "an hour ago"
        session.save()


@pytest.fixture
def page(browser):
    """The headers of a browser that is signed in as Alice."""
    cookies = SimpleCookie(browser.cookies)
    cookies["spasmlog_csrf"] = CSRF
    return {
        "Cookie": cookies.output(attrs=[], header="", sep=";"), "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip


def test_on_a_full_disk_people_read_and_what_they_sent_is_stored_once_there_is_room(
    alice, token, page, foods, start_web
):
    web = start_web()
    phone, browser = web.phone(token), web.phone()
    browser.headers = page
    some, before, later = list(foods[:4]), uuid4(), uuid4()
    phone.log(some, before)
    an_hour_passes()
    drink = f"amount_ml=200&id={uuid4()}"

    full(web)
    said = {
        path: way.ask("GET", path)[0] for way, paths in ((phone, READ), (browser, PAGES)) for path in paths
    }
    assert {path: status for path, status in said.items() if status != 200} == {}
    meal = {"id": str(later), "items": [{"food": str(food.pk), "grams": 10} for food in some]}
    for way, path, body in (
        (phone, "/api/v1/meals/", meal),
        (phone, "/api/v1/sync/", {"items": [{"type": "meals", "id": str(later), "op": "put", "data": meal}]}),
        (browser, "/drinks/add/", drink),
    ):
        status, text = way.ask("POST", path, body)
        assert status == AWAY, (path, status, text)
    assert Meal.objects.count() == 1 and not WaterIntake.objects.exists()

    full(web, False)
    phone.log(some, later)
    phone.log(some, later)
    for _twice in range(2):
        status, text = browser.ask("POST", "/drinks/add/", drink)
        assert status in (200, 302), text
    assert WaterIntake.objects.count() == 1
    review.review_stale(alice.pk)
    assert stand({before, later})


def test_a_database_that_may_not_grow_takes_whole_meals_and_whole_reviews_or_none(
    alice, token, foods, start_web, real_worker
):
    some = list(foods[:4])
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
    tight = {"TEST_MOST_PAGES": str(pages + 12)}
    web = start_web(**tight)
    phone, ids, last = web.phone(token), set(), uuid4()
    while log_once(phone, some, last) == 201:
        ids.add(last)
        last = uuid4()
        assert len(ids) < 2000, "never full"
    assert ids and set(Meal.objects.values_list("pk", flat=True)) == ids
    assert phone.ask("GET", f"/api/v1/meals/{max(ids)}/")[0] == 200

    before = stored()
    waited_long(alice)
    worker = real_worker(DJANGO_SETTINGS_MODULE="tests.faults.settings", **tight)
    tasks.review_diarist.delay(alice.pk)
    until(lambda: "database or disk is full" in worker.log.read_text(), within=20)
    assert [*stored().values()][:-1] == [*before.values()][:-1]
    assert findings.is_stale(alice) and worker.poll() is None

    web.end()
    kill(worker)  # or it takes what the next one could do
    real_worker()
    tasks.sweep.delay()
    phone = start_web().phone(token)
    phone.log(some, last)
    until(lambda: not findings.is_stale(alice), within=30)
    assert stand({*ids, last})


def log_once(phone, foods, id):
    meal = {"id": str(id), "items": [{"food": str(food.pk), "grams": n} for n, food in enumerate(foods, 1)]}
    return phone.ask("POST", "/api/v1/meals/", meal)[0]
