"""What the server tells whoever looks after it: /health/ready and /metrics."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from journal import entries, nights, review, tasks
from journal.models import ReviewChunk, StaleDay
from spasmlog import metrics

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-this-test-0123456789"
WITH = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def on(settings):
    settings.METRICS_TOKEN = TOKEN


def read(client):
    """Every number by its name and labels."""
    answer = client.get("/metrics", headers=WITH)
    assert answer.status_code == 200
    return {
        (one.name, *sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(answer.content.decode())
        for one in family.samples
    }


# Ready ----------------------------------------------------------------------------------------


def test_ready_tells_how_long_the_oldest_day_waits_and_stays_ready(client, alice, bob, foods):
    StaleDay.objects.all().delete()
    assert client.get("/health/ready").json()["oldest_stale_day_s"] is None
    now = timezone.now()
    with time_machine.travel(now - timedelta(hours=3), tick=False):
        entries.log_water(alice, 200)
    with time_machine.travel(now, tick=False):
        entries.log_water(bob, 200)
        answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready", "database": True, "migrations": True, "foods": True, "broker": True,
        "oldest_stale_day_s": 3 * 3600,
    }  # fmt: skip


# Metrics --------------------------------------------------------------------------------------


def test_without_a_token_set_there_is_no_such_page(client):
    assert client.get("/metrics").status_code == client.get("/metrics", headers=WITH).status_code == 404


@pytest.mark.parametrize(
    "said", [None, "", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", "Bearer é"]
)
def test_nothing_is_told_without_the_right_token(client, on, said):
    answer = client.get("/metrics", headers={} if said is None else {"Authorization": said})
    assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer"
    assert b"spasmlog_" not in answer.content


def test_requests_are_counted_by_route_and_status(browser, on):
    meals = ("spasmlog_requests_total", ("route", "add_food"), ("status", "200"))
    before = read(browser)
    for _time in range(3):
        browser.get("/meals/add/")
    after = read(browser)
    assert after[meals] - before.get(meals, 0) == 3
    counted = ("spasmlog_request_seconds_count", ("route", "add_food"))
    assert after[counted] - before.get(counted, 0) == 3
    assert after[("spasmlog_request_seconds_bucket", ("le", "+Inf"), ("route", "add_food"))] == after[counted]


def test_work_that_waits_is_told(client, alice, bob, on, real_review):
    StaleDay.objects.all().delete()
    now = timezone.now()
    with time_machine.travel(now - timedelta(minutes=5), tick=False):
        entries.log_water(alice, 200)
    entries.log_water(bob, 200)
    waiting = read(client)
    assert waiting[("spasmlog_reviews", ("state", "to_do"))] == 2
    assert waiting[("spasmlog_stale_days", ("state", "waiting"))] >= 2
    assert 299 <= waiting[("spasmlog_stale_days", ("state", "oldest_s"))] < 400
    assert waiting[("spasmlog_broker_up",)] == 1

    real_review(alice)
    done = read(client)
    assert done[("spasmlog_reviews", ("state", "to_do"))] == 1
    assert done[("spasmlog_reviews", ("state", "done"))] == 1
    ended = ("spasmlog_tasks_total", ("state", "SUCCESS"), ("task", "journal.tasks.review_diarist"))
    assert done[ended] - waiting[ended] == 1


def test_a_night_is_told_while_it_lasts_though_no_day_has_changed(client, alice, bob, on):
    for diarist in (alice, bob):
        entries.log_water(diarist, 200)
        review.review_stale(diarist.pk)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        nights.plan()
        chunk = ReviewChunk.objects.first()
        ReviewChunk.objects.filter(pk=chunk.pk).update(done=1)
        told = read(client)
    assert told[("spasmlog_reviews", ("state", "to_do"))] == 0
    assert told[("spasmlog_night", ("state", "to_do"))] == 1
    assert told[("spasmlog_night", ("state", "done"))] == 1


@pytest.fixture
def real_review():
    """Does a review as a worker does: the task, with its beginning and its end."""

    def review(diarist):
        assert tasks.review_diarist.apply(args=(diarist.pk,)).successful()

    return review


def test_every_number_that_is_told_is_explained(browser, on):
    browser.get("/meals/add/")
    told = {name for name, *_labels in read(browser) if name.startswith("spasmlog_")}
    told.add("spasmlog_tasks_total")  # as soon as a task has ended
    parts = re.compile(r"_(bucket|sum|count)$")
    written = (settings.BASE_DIR / "docs" / "operations.md").read_text()
    explained = set(re.findall(r"`(spasmlog_\w+)", written))
    assert {parts.sub("", name) for name in told if not name.endswith("_created")} == explained


def test_tasks_that_nobody_began_are_counted(client, on):
    from spasmlog.celery import app

    app.control.purge()
    tasks.review_diarist.delay(1)
    tasks.sweep.delay()
    tasks.review_chunk.delay()  # in the queue of the nights
    assert read(client)[("spasmlog_tasks_waiting",)] == 3
    app.control.purge()
    assert read(client)[("spasmlog_tasks_waiting",)] == 0


def test_no_label_holds_an_id_an_address_or_what_somebody_sent(browser, alice, on):
    cramp = entries.log_spasm(alice)
    browser.get(f"/cramps/{cramp.pk}/", headers={"User-Agent": "herring/1"})
    browser.get("/foods/?q=herring")
    browser.get("/herring/")
    browser.generic("HERRING", "/foods/herring/")
    said = browser.get("/metrics", headers=WITH).content.decode()
    assert 'route="cramp_edit"' in said and 'route="none"' in said
    assert "herring" not in said.lower() and str(cramp.pk) not in said and "alice" not in said
    labels = set(re.findall(r"(\w+)=\"", said))
    assert labels == {"route", "status", "le", "state", "task"}


def test_another_method_than_reading_is_refused(client, on):
    assert client.delete("/metrics", headers=WITH).status_code == 405


@override_settings(REDIS_URL="redis://127.0.0.1:1/0", METRICS_TOKEN=TOKEN)
def test_a_broker_that_is_down_is_told_and_hides_nothing_else(client, alice):
    told = read(client)
    assert told[("spasmlog_broker_up",)] == 0
    assert ("spasmlog_tasks_waiting",) not in told
    assert ("spasmlog_reviews", ("state", "to_do")) in told


def test_counting_a_task_never_stands_in_its_way(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    metrics.count_task("journal.tasks.sweep", "SUCCESS")
