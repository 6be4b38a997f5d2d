"""Web processes that are killed while phones send: nothing is lost, and nothing is stored twice."""

import contextlib
import os
import signal

import pytest

from journal import review
from journal.models import Meal
from tests.conftest import until
from tests.faults.running import People, kill, stand

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.timeout(180), pytest.mark.processes,
    pytest.mark.faults,
]  # fmt: skip

MEALS_EACH = 60


def test_meals_arrive_once_whichever_web_processes_were_killed_in_the_middle(alice, token, start_web, foods):
    web = start_web()
    people = People(web, token, foods, MEALS_EACH)
    for stored in (30, 80):
        until(lambda stored=stored: Meal.objects.count() >= stored, within=60, every=0.005)
        web.kill_one()
    until(lambda: Meal.objects.count() >= 130, within=60, every=0.005)
    kill(web.master)  # all of it, as when the machine goes down
    assert Meal.objects.count() < 4 * MEALS_EACH, "killed in the middle"
    web.start()

    ids = people.end()
    assert people.broken >= 3
    review.review_stale(alice.pk)
    assert stand(ids)


@pytest.mark.parametrize(
    ("limit", "path"),
    [("SPASMLOG_SEARCH_RATE", "/api/v1/foods/?search=milk"), ("SPASMLOG_EXPORT_RATE", "/api/v1/export/")],
)
def test_what_is_limited_is_counted_over_all_processes(alice, token, start_web, foods, limit, path):
    web, answers = start_web(**{limit: "4/hour"}), []
    for one in web.processes:
        with halted(one):
            answers += [web.phone(token).ask("GET", path)[0] for _each in range(3)]
    # A process tells the others of a search with its next one, so one more than is allowed may come through.
    assert answers[-1] == 429 and answers.count(200) in (4, 5), answers


@contextlib.contextmanager
def halted(process):
    """Have others do the work meanwhile."""
    os.kill(process, signal.SIGSTOP)
    yield
    os.kill(process, signal.SIGCONT)
