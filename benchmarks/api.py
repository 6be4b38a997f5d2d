"""The API as a phone meets it: two web workers, and each claim beside a bare view of the same server.

What is measured is what the client sees, over HTTP on this machine, with a connection kept open.
"""

import http.client
import json
import random
import re
import threading
import time
from collections.abc import Callable
from urllib.parse import quote_plus

from django.test import Client

from benchmarks.house import NO_LIMITS, Line, free_port, median, p95, processor_s
from benchmarks.web import gunicorn
from journal import entries, people
from nutrients import search
from nutrients.models import Food

CLIENTS = 8
OURS, BARE = "/api/v1/meals/", "/bare/meals/"
ROUNDS, POSTS = 4, 400
"""Ours and the bare view take turns, so that both meet the same weather; the best round of each counts."""
FEWEST_OF_BARE = 0.5
"""Throughput of logging a meal of four foods, as a share of the bare view's."""
CHANGES, READS = 1000, 12
MOST_TIMES_BARE = 3.0
SEARCH_MS, A_LETTER = 20.0, (0.15, 0.25)
"""p95 of a search [ms] while eight people type; the pause of each before a letter, from and to [s]."""


def measure() -> list[Line]:
    token, diary = _phone()
    port = free_port()
    served = {"DJANGO_SETTINGS_MODULE": "benchmarks.served", **NO_LIMITS}
    with gunicorn(port, **served) as workers:
        lines = [_search(port, token), *_meals(port, token, workers)]
        _furnish(diary)
        return [*lines, _sync(port, token)]


def _phone() -> tuple[str, people.Diarist]:
    said = Client(headers={"host": "localhost"}).post(
        "/_allauth/app/v1/auth/signup",
        {"email": "bench@example.org", "username": "bench", "password": "long enough 7 for this"},
        content_type="application/json",
    )
    assert said.status_code == 200, said.content
    return said.json()["meta"]["session_token"], people.Diarist.objects.get(user__username="bench")


def _foods() -> list[Food]:
    return list(Food.objects.filter(owner=None, hidden=False).order_by("pk")[:4])


def _furnish(diary: people.Diarist) -> None:
    """A diary of a thousand meals of four foods, and nothing else."""
    from journal.models import Meal

    Meal.objects.of(diary).delete()
    with entries.one_review():
        for _ in range(CHANGES):
            entries.log_meal(diary, [(food, 100) for food in _foods()])


# What clients do ------------------------------------------------------------------------------


class Connection:
    """A client that keeps its connection open."""

    def __init__(self, port: int, token: str):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"X-Session-Token": token, "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: str | None = None) -> bytes:
        self.http.request(method, path, body, self.headers)
        answer = self.http.getresponse()
        said = answer.read()
        assert answer.status < 300, (answer.status, said[:300])
        return said


def _together(
    port: int, token: str, asks: list[Callable[[Connection], object]], pause: tuple[float, float] = (0, 0)
) -> list[float]:
    """Eight clients share the asking, each with a pause before each; how long each request took. [ms]"""
    taken: list[float] = []
    waiting = iter(asks)
    lock = threading.Lock()

    def client() -> None:
        connection = Connection(port, token)
        while True:
            with lock:
                ask = next(waiting, None)
            if ask is None:
                return
            time.sleep(random.uniform(*pause))
            begun = time.perf_counter()
            ask(connection)
            taken.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(asks), "a client failed"
    return taken


# Claims ---------------------------------------------------------------------------------------


def _meals(port: int, token: str, workers: Callable[[], list[int]]) -> list[Line]:
    """Throughput, as the time that a request takes its turn of it; and the processor time that it costs the
    server, which tells the same on a machine that is busy with other things."""
    body = json.dumps({"items": [{"food": str(food.pk), "grams": 100} for food in _foods()]})
    fastest, cost = dict.fromkeys((OURS, BARE), 1e9), dict.fromkeys((OURS, BARE), 1e9)
    for round_ in range(ROUNDS + 1):
        for path in (OURS, BARE):
            asks = [lambda c, path=path: c.ask("POST", path, body)] * (POSTS // ROUNDS)
            begun, used = time.perf_counter(), sum(map(processor_s, workers()))
            _together(port, token, asks)
            if round_:  # the first does not count
                used = sum(map(processor_s, workers())) - used
                fastest[path] = min(fastest[path], (time.perf_counter() - begun) / len(asks) * 1000)
                cost[path] = min(cost[path], used / len(asks) * 1000)
    allowed = fastest[BARE] / FEWEST_OF_BARE
    return [
        Line("POST meals, a request each; bare: inserting", fastest[OURS], "ms", allowed, fastest[BARE]),
        Line("POST meals, processor time of the server", cost[OURS], "ms", None, cost[BARE]),
    ]


def _sync(port: int, token: str) -> Line:
    client = Connection(port, token)
    ours_path, bare_path = f"/api/v1/sync/?limit={CHANGES}", f"/bare/rows/?limit={CHANGES}"
    told = json.loads(client.ask("GET", ours_path))["changes"]
    assert sum(one["type"] == "meals" for one in told) >= CHANGES - 10, len(told)
    ours, bare = [], []
    for _ in range(READS):
        ours.append(_milliseconds(lambda: client.ask("GET", ours_path)))
        bare.append(_milliseconds(lambda: client.ask("GET", bare_path)))
    allowed = MOST_TIMES_BARE * median(bare)
    what = f"GET sync, {CHANGES} meals; bare: fetch, encode"
    return Line(what, median(ours), "ms", allowed, median(bare))


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _search(port: int, token: str) -> Line:
    """A hundred foods that many people eat, each typed once, letter by letter, after others were."""
    names = [re.sub("[^a-z ]", "", name.split(",")[0].lower()) for name in search.everyday_names().values()]
    random.Random(8).shuffle(names)
    asks, before = _letters(names[:100]), _letters(names[100:])
    bare = [lambda c: c.ask("GET", "/health/live")] * len(asks)
    _together(port, token, before)
    taken, nothing = (_together(port, token, some, pause=A_LETTER) for some in (asks, bare))
    return Line(
        f"GET foods, p95 of {CLIENTS} who type; bare: nothing", p95(taken), "ms", SEARCH_MS, p95(nothing)
    )


def _letters(names: list[str]) -> list[Callable[[Connection], object]]:
    typed = [quote_plus(name[:letters]) for name in names for letters in range(2, min(len(name), 12) + 1)]
    return [lambda c, q=q: c.ask("GET", f"/api/v1/foods/?search={q}") for q in typed]
