"""Many people at once: diaries with a past, and clients that do what their phones and browsers do."""

import http.client
import json
import multiprocessing
import random
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote_plus
from uuid import uuid4

from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from journal import entries, people, review
from journal.models import Meal, MealItem, StaleDay, WaterIntake
from nutrients import search
from nutrients.models import Food, food_id

ITEMS = 4
"""Foods of a meal."""
PROCESSES = 2
"""Clients share so many processes: one alone would be the limit that is measured."""
IDLE = 1.5
"""gunicorn closes a connection that nobody used for 2 s. [s]"""
MIX = {"search": 45, "meal": 20, "sync": 17, "water": 12, "week": 6}
"""Of a hundred requests. Foods are searched for letter by letter; what was logged comes to other phones."""
EATEN = ("63107010", "11111000", "91101010", "92101000")
"""Codes of banana, milk, sugar and coffee in FNDDS."""


@dataclass
class Person:
    """Somebody with a phone and a browser that are signed in."""

    diarist_id: int
    token: str
    cookie: str
    cursor: str = ""
    logged: list[str] = field(default_factory=list)
    """Addresses of what was logged here, the oldest first."""


# Who they are ---------------------------------------------------------------------------------


def move_in(number: int, days: int) -> list[Person]:
    """So many people who logged three meals of four foods a day, and drank, for so many days."""
    foods = eaten()
    return [_moved_in(n, foods, days) for n in range(number)]


def eaten() -> list[Food]:
    return [Food.objects.get(pk=food_id("fndds", code)) for code in EATEN]


def _moved_in(number: int, foods: list[Food], days: int) -> Person:
    """Each signs up from an address of their own: one address may not make accounts without end."""
    name = f"bench{number}"
    client = Client(headers={"host": "localhost"}, REMOTE_ADDR=f"10.0.{number // 250}.{number % 250 + 1}")
    said = client.post(
        "/_allauth/app/v1/auth/signup",
        {"email": f"{name}@example.org", "username": name, "password": "long enough 7 for this"},
        content_type="application/json",
    )
    assert said.status_code == 200, said.content
    diarist = people.Diarist.objects.select_related("user").get(user__username=name)
    people.update_profile(diarist, birth_date="1990-03-14", sex="female", takes_medicines="no")
    _write_past(diarist, foods, days)
    client.force_login(diarist.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    return Person(diarist.pk, said.json()["meta"]["session_token"], cookie)


def _write_past(diarist: people.Diarist, foods: list[Food], days: int) -> None:
    now = timezone.now()
    with entries.one_review():
        for day in range(1, days + 1):
            for hours in (0, 5, 10):
                moment = now - timedelta(days=day, hours=hours)
                entries.log_meal(diarist, [(food, 150) for food in foods], occurred_at=moment)
                entries.log_water(diarist, 300, occurred_at=moment)
    review.review_stale(diarist.pk)


def forget_since(moment: datetime) -> None:
    """Take away what was logged, ours and bare alike: nobody eats a thousand meals a day."""
    MealItem.objects.filter(meal__created_at__gte=moment).delete()
    Meal.objects.filter(created_at__gte=moment).delete()
    WaterIntake.objects.filter(created_at__gte=moment).delete()
    StaleDay.objects.all().delete()


# What they do ---------------------------------------------------------------------------------


class Line:
    """A connection to the server that is kept open."""

    def __init__(self, port: int):
        self.port, self.http, self.used = port, None, 0.0

    def ask(self, method: str, path: str, headers: dict[str, str], body: str | None = None) -> bytes:
        if self.http is None or time.monotonic() - self.used > IDLE:
            self.http = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.http.request(method, path, body, headers)
        answer = self.http.getresponse()
        said, self.used = answer.read(), time.monotonic()
        if answer.status not in (200, 201, 204):
            raise Refused(f"{method} {path}: {answer.status} {said[:200]!r}")
        return said


class Refused(Exception):
    """An answer that nobody should get here."""


class Acts:
    """What a person does, by the names of `MIX`."""

    MOST_KEPT = 20
    """What a person keeps of what is logged here if `removes`: the oldest goes for a further one."""

    def __init__(self, foods: Sequence[str], words: Sequence[str], *, removes: bool = False):
        self.items = [{"food": food, "grams": 100} for food in foods]
        self.words, self.removes = words, removes

    def do(self, act: str, line: Line, person: Person) -> None:
        getattr(self, act)(line, person)

    def api(self, line: Line, person: Person, method: str, path: str, body: dict | None = None) -> bytes:
        headers = {"X-Session-Token": person.token, "Content-Type": "application/json"}
        return line.ask(method, path, headers, json.dumps(body) if body else None)

    def log(self, line: Line, person: Person, kind: str, body: dict) -> None:
        if self.removes and len(person.logged) >= self.MOST_KEPT:
            self.api(line, person, "DELETE", person.logged.pop(0))
        id = str(uuid4())
        self.api(line, person, "POST", f"/api/v1/{kind}/", {"id": id, **body})
        if self.removes:
            person.logged.append(f"/api/v1/{kind}/{id}/")

    def meal(self, line: Line, person: Person) -> None:
        self.log(line, person, "meals", {"items": self.items})

    def bare_meal(self, line: Line, person: Person) -> None:
        self.api(line, person, "POST", "/bare/meals/", {"items": self.items})

    def water(self, line: Line, person: Person) -> None:
        self.log(line, person, "water", {"amount_ml": 1})

    def bare_water(self, line: Line, person: Person) -> None:
        self.api(line, person, "POST", "/bare/water/", {"amount_ml": 1})

    def search(self, line: Line, person: Person) -> None:
        word = random.choice(self.words)
        typed = quote_plus(word[: random.randint(2, min(len(word), 12))])
        self.api(line, person, "GET", f"/api/v1/foods/?search={typed}")

    def week(self, line: Line, person: Person) -> None:
        line.ask("GET", "/week/", {"Cookie": person.cookie})

    def sync(self, line: Line, person: Person) -> None:
        """Read what changed since the last time; the first time everything, page by page."""
        more = True
        while more:
            asked = f"?cursor={quote_plus(person.cursor)}" if person.cursor else ""
            said = json.loads(self.api(line, person, "GET", f"/api/v1/sync/{asked}"))
            person.cursor, more = said["cursor"], said["has_more"]


def typed_words() -> list[str]:
    """Names of foods that many people eat, in the letters of a plain keyboard."""
    return [re.sub("[^a-z ]", "", name.split(",")[0].lower()) for name in search.everyday_names().values()]


@dataclass
class Outcome:
    """What clients saw."""

    took: dict[str, list[float]] = field(default_factory=dict)
    """By act, each request. [ms]"""
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def number(self) -> int:
        return sum(map(len, self.took.values()))

    def add(self, other: "Outcome") -> None:
        for act, taken in other.took.items():
            self.took.setdefault(act, []).extend(taken)
        self.errors += other.errors


def turn_loose(
    port: int, crowd: Sequence[Person], acts: Acts, chances: dict[str, int], *, clients: int, seconds: float,
    pause: float = 0.0, meanwhile: Callable[[], None] = lambda: None, every: float = 5.0,
) -> Outcome:  # fmt: skip
    """Let clients act for a while, each for people of its own, with a pause of about so long between. [s]

    `meanwhile` is called every so many seconds.
    """
    connections.close_all()  # children must not share them
    fork = multiprocessing.get_context("fork")
    begun = time.monotonic()
    with fork.Pool(PROCESSES) as pool:
        each = clients // PROCESSES
        parts = [
            (port, crowd[n::PROCESSES], acts, chances, each, begun + seconds, pause) for n in range(PROCESSES)
        ]
        outcome = Outcome()
        working = pool.starmap_async(_process, parts)
        while not working.ready():
            meanwhile()
            working.wait(every)
        for part, now in working.get():
            outcome.add(part)
            for person, then in zip([one for one in crowd if one.token in now], now.values(), strict=True):
                person.cursor, person.logged = then
    outcome.seconds = time.monotonic() - begun
    return outcome


def _process(port, crowd, acts, chances, clients, until, pause):
    outcome, lock = Outcome(), threading.Lock()

    def client(mine: Sequence[Person]) -> None:
        line = Line(port)
        while time.monotonic() < until:
            act = random.choices(list(chances), list(chances.values()))[0]
            begun = time.perf_counter()
            try:
                acts.do(act, line, random.choice(mine))
            except (Refused, OSError, http.client.HTTPException) as error:
                with lock:
                    outcome.errors.append(f"{act}: {error!r}")
                line = Line(port)
            else:
                with lock:
                    outcome.took.setdefault(act, []).append((time.perf_counter() - begun) * 1000)
            time.sleep(random.expovariate(1 / pause) if pause else 0)

    _at_once(lambda mine=crowd[n::clients]: client(mine) for n in range(clients))
    return outcome, {person.token: (person.cursor, person.logged) for person in crowd}


def _at_once(works: Iterable[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
