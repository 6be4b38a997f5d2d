"""The product as it runs, web and scheduler as processes of their own, and phones that do not give up.

Each process is ended by its id. What is stored afterwards is judged by `journal.verifying`, which computes
every finding anew.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import UUID, uuid4

from django.core.management import call_command
from django.db import connections

from journal.models import Diarist, Meal, MealItem
from tests.conftest import environment, until
from tests.test_launch import free_port

GRAMS = (10, 20, 30, 40)
"""Of the four foods of each meal that a phone logs."""
AWAY = 503
NO_LIMIT = "1000000/min"
IDLE = 1.0
"""gunicorn closes a connection that nobody used for 2 s. [s]"""


def children(process):
    """Ids of the processes that any thread of a process has started."""
    found = []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(one) for one in thread.read_text().split()]
        except OSError:
            pass
    return found


def started(log, *command, module="tests.faults.settings", **more):
    """A process of the product; `more` are settings of the environment."""
    told = environment(
        LOG_LEVEL="INFO", CELERY_LOG_LEVEL="INFO", SPASMLOG_API_RATE=NO_LIMIT,
        **{"DJANGO_SETTINGS_MODULE": module, **more},
    )  # fmt: skip
    with log.open("a") as output:
        return subprocess.Popen(
            [sys.executable, "-m", *command], env=told, stdout=output, stderr=output, start_new_session=True
        )


def kill(process):
    """End a process and all that it started, as a power cut would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Web:
    """gunicorn as in docker-compose.yml: two processes of four threads."""

    def __init__(self, folder, *before, **more):
        self.log, self.port, self.before, self.more = folder / "web.log", free_port(), before, more
        self.start()

    def start(self):
        self.master = started(
            self.log, *self.before, "gunicorn", "spasmlog.wsgi", "--preload", "--bind",
            f"127.0.0.1:{self.port}", "--workers", "2", "--worker-class", "gthread", "--threads", "4",
            "--no-control-socket", "--graceful-timeout", "3", "--log-level", "warning", **self.more,
        )  # fmt: skip
        until(self.answers, within=30)
        until(lambda: len(self.processes) == 2, within=30)

    def answers(self):
        assert self.master.poll() is None, self.said
        try:
            return self.phone().ask("GET", "/health/live")[0] == 200
        except OSError:
            return False

    def phone(self, token=""):
        return Phone(self.port, token)

    @property
    def processes(self):
        return children(self.master.pid)

    @property
    def said(self):
        return self.log.read_text()

    def kill_one(self):
        """Kill one of its processes, and wait until another has taken its place."""
        before = set(self.processes)
        os.kill(min(before), signal.SIGKILL)
        until(lambda: len(self.processes) == len(before) and set(self.processes) != before, within=20)

    def end(self):
        if self.master.poll() is None:
            self.master.terminate()
            try:
                self.master.wait(timeout=15)
            except subprocess.TimeoutExpired:
                kill(self.master)


class Phone:
    """A client with a token. It logs as ours do: again, until it is answered for."""

    def __init__(self, port, token):
        self.port, self.line, self.used = port, None, 0.0
        self.headers = {"Content-Type": "application/json", **({"X-Session-Token": token} if token else {})}
        self.broken = self.refused = 0
        """How often a connection broke off, and how often the answer was "not now"."""

    def ask(self, method, path, body=None, **headers):
        """Status and content of an answer. Raises OSError where none came."""
        if self.line is None or time.monotonic() - self.used > IDLE:
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            said = json.dumps(body) if isinstance(body, dict) else body
            self.line.request(method, path, said, {**self.headers, **headers})
            answer = self.line.getresponse()
            text, self.used = answer.read(), time.monotonic()
        except (http.client.HTTPException, OSError) as error:
            self.line.close()
            self.line = None
            raise OSError(str(error)) from error
        kind = answer.headers.get("Content-Type", "")
        return answer.status, json.loads(text) if "json" in kind else text.decode()

    def log(self, foods, id=None, within=60.0):
        """Log a meal of four foods under an id, or under a key alone; returns what is answered in the end."""
        meal = {"items": [{"food": str(food.pk), "grams": n} for food, n in zip(foods, GRAMS, strict=True)]}
        body, headers = ({**meal, "id": str(id)}, {}) if id else (meal, {"Idempotency-Key": str(uuid4())})
        last = time.monotonic() + within
        while time.monotonic() < last:
            try:
                status, said = self.ask("POST", "/api/v1/meals/", body, **headers)
            except OSError:
                self.broken += 1
            else:
                if status != AWAY:
                    assert status in (200, 201), (status, said)
                    return said
                self.refused += 1
            time.sleep(0.05)
        raise AssertionError("a meal was not taken")


class People:
    """Phones of one diary that log meals at once, each meal under an id of its own or under a key."""

    def __init__(self, web, token, foods, meals, phones=4):
        self.web, self.token, self.foods, self.meals = web, token, list(foods[:4]), meals
        self.phones = [web.phone(token) for _ in range(phones)]
        self.ids, self.wrong, self.over = set(), [], threading.Event()
        self.threads = [threading.Thread(target=self.log, args=(phone,)) for phone in self.phones]
        for thread in self.threads:
            thread.start()

    def log(self, phone):
        try:
            for number in range(self.meals):
                said = phone.log(self.foods, uuid4() if number % 2 else None)
                self.ids.add(UUID(said["id"]))
        except BaseException as error:
            self.wrong.append(error)

    def end(self):
        """Wait until every phone has logged all its meals; returns the ids that they were answered with."""
        for thread in self.threads:
            thread.join()
        for error in self.wrong:
            raise error
        assert len(self.ids) == self.meals * len(self.phones)
        return self.ids

    @property
    def broken(self):
        return sum(phone.broken for phone in self.phones)

    @property
    def refused(self):
        return sum(phone.refused for phone in self.phones)


def meals_are_whole(foods):
    """Each meal has all its foods, and a revision of its own that its diary has reached."""
    meals = list(Meal.objects.prefetch_related("items"))
    revisions = [one.revision for one in meals]
    return (
        all(one.items.count() == foods for one in meals)
        and MealItem.objects.count() == foods * len(meals)
        and len(set(revisions)) == len(revisions)
        and Diarist.objects.get().revision >= max(revisions)
    )


def stand(ids):
    """Whether just these meals are stored, each once and whole, and all findings are what they amount to."""
    connections.close_all()
    stored = list(Meal.objects.values_list("pk", flat=True))
    assert len(stored) == len(ids) and set(stored) == ids
    assert meals_are_whole(len(GRAMS))
    call_command("verify", verbosity=0)  # raises where a finding is wrong
    return True
