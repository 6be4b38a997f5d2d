"""How web processes keep their database connections: one for each thread, a pool, or none kept.

    python -m benchmarks.connections

Two gunicorn workers of four threads on a PostgreSQL of their own; eight clients read their profile over REST.
Each way takes its turn three times; the best round of each is told, with the connections it held.
"""

import contextlib
import sys
import threading
import time

from benchmarks.house import NO_LIMITS, free_port, median, p95
from benchmarks.scale import server

WAYS = {
    "one for each thread (CONN_MAX_AGE empty)": {},
    "a pool of 4 a process (DATABASE_POOL=4)": {"DATABASE_POOL": "4"},
    "a pool of 2 a process (DATABASE_POOL=2)": {"DATABASE_POOL": "2"},
    "none kept (CONN_MAX_AGE=0)": {"CONN_MAX_AGE": "0"},
}
ROUNDS, REQUESTS = 3, 800


def main() -> int:
    with server():
        from benchmarks.api import _phone
        from benchmarks.web import gunicorn

        token, _diary = _phone()
        print(f"\n{'':44}{'a second':>10}{'median':>10}{'p95':>10}{'held':>6}")
        for way, setting in WAYS.items():
            port = free_port()
            with gunicorn(port, **NO_LIMITS, **setting):
                _round(port, token)
                rounds = [_round(port, token) for _ in range(ROUNDS)]
                held = _connections()
            rate, taken = max(rounds)
            print(f"{way:44}{rate:>10.0f}{median(taken):>7.1f} ms{p95(taken):>7.1f} ms{held:>6}")
    return 0


def _round(port: int, token: str) -> tuple[float, list[float]]:
    from benchmarks.api import CLIENTS, Connection

    taken: list[float] = []

    def client() -> None:
        connection = Connection(port, token)
        for _ in range(REQUESTS // CLIENTS):
            begun = time.perf_counter()
            connection.ask("GET", "/api/v1/profile/")
            taken.append((time.perf_counter() - begun) * 1000)
        with contextlib.suppress(OSError):
            connection.http.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken) / (time.perf_counter() - begun), taken


def _connections() -> int:
    from django.db import connection

    with connection.cursor() as sql:
        sql.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return sql.fetchone()[0]


if __name__ == "__main__":
    sys.exit(main())
