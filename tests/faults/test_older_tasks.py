"""A new version finds what the old one asked for: the worker goes on, and the database knows what is due."""

from pathlib import Path

import pytest
from django.conf import settings

from journal import entries, findings, review, tasks, verifying
from spasmlog.celery import app
from tests.conftest import until
from tests.faults.test_worker import waited_long

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.timeout(180), pytest.mark.processes,
    pytest.mark.faults,
]  # fmt: skip


def ask_as_older_versions_did(diarist):
    """Tasks that are no more, and arguments that are not taken (any more), or not yet."""
    app.send_task("journal.tasks.review_week", [diarist.pk, "2026-11-23"])
    app.send_task("journal.tasks.review_diarist", [diarist.pk, "2026-11-23"])
    app.send_task("journal.tasks.review_diarist", kwargs={"diarist": diarist.pk})
    app.send_task("journal.tasks.review_diarist", [])
    app.send_task("journal.tasks.review_as_of", [diarist.pk, "next week"])
    app.send_task("journal.tasks.review_diarist", [0])  # whose account is deleted


def test_tasks_of_an_older_version_are_dropped_with_a_word_and_the_sweep_does_the_rest(
    alice, banana, real_worker
):
    review.review_stale(alice.pk)
    entries.log_meal(alice, [(banana, 100)])
    app.control.purge()  # what was asked for this meal is lost among what follows
    ask_as_older_versions_did(alice)
    worker = real_worker()
    until(lambda: all(part in worker.log.read_text() for part in ("ValueError", "succeeded")), within=20)
    until(lambda: worker.log.read_text().count("raised unexpected: TypeError") == 3, within=20)
    said = worker.log.read_text()
    assert "Received unregistered task of type 'journal.tasks.review_week'" in said
    assert "next week" not in said  # what a task was asked with stays out of logs
    assert findings.is_stale(alice)

    waited_long(alice)
    tasks.sweep.delay()
    until(lambda: not findings.is_stale(alice), within=20)
    assert worker.poll() is None
    assert findings.day_totals(alice, findings.today(alice)).magnesium_mg == 28
    assert verifying.look_at(alice).is_right


@pytest.mark.once
def test_a_message_that_was_cut_off_is_left_out_by_the_worker(alice, banana, real_worker):
    """As a process that is killed while it asks, or a disk that is full, leaves it in the folder."""
    review.review_stale(alice.pk)
    worker = real_worker()
    folder = Path(settings.DATA_DIR, "queue", "messages")
    (folder / "1_empty.celery.msg").write_text("")
    (folder / "2_half.celery.msg").write_text('{"body": "W10=", "headers": {"task": "journal.tas')
    until(lambda: worker.poll() is not None or not list(folder.glob("*.celery.msg")), within=20)

    entries.log_meal(alice, [(banana, 100)])
    until(lambda: worker.poll() is not None or not findings.is_stale(alice), within=20)
    assert worker.poll() is None, worker.log.read_text()
    assert worker.log.read_text().count("message_unreadable") == 2
