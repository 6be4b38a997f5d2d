"""Today and the Week: queries, and time beside the emptiest page that passes the same middleware."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.house import Line, median, milliseconds
from journal import demo

MOST_QUERIES = {"today": 15, "week": 12}


def measure() -> list[Line]:
    client = signed_in()
    bare = median(milliseconds(lambda: client.get("/health/live")))
    return [line for page, most in MOST_QUERIES.items() for line in _page(client, page, most, bare)]


def signed_in() -> Client:
    from django.contrib.auth import get_user_model

    client = Client(headers={"host": "localhost"})
    client.force_login(get_user_model().objects.get(email=demo.EMAIL))
    return client


def _page(client: Client, page: str, most: int, bare: float) -> list[Line]:
    address = reverse(page)
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
        counted = len(queries)  # before the next request empties the list
    taken = milliseconds(lambda: client.get(address), 30)
    return [
        Line(f"{page} page, queries", counted, "", most),
        Line(f"{page} page, median; bare: a page without content", median(taken), "ms", None, bare),
    ]
