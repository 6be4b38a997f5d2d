"""What keeps a server from being used up or embedded: searches, sign-ups, large bodies, headers."""

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from journal.models import Meal
from spasmlog.access import MOST_BYTES_OF_ANY, SearchPatience
from tests.api.conftest import SIGN_UP, Phone
from tests.api.test_contract import is_problem
from tests.api.test_strictness import NO_REDIS
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
SEARCHES = ("/foods/?q=milk", "/meals/results/?q=milk", "/drinks/results/?q=milk", "/exercise/results/?q=run",
            "/me/kinds/?q=pill", "/meals/add/?q=milk")  # fmt: skip


@pytest.fixture
def three_a_minute(monkeypatch):
    monkeypatch.setattr(SearchPatience, "get_rate", lambda self: "3/min")


@pytest.mark.parametrize("path", SEARCHES)
def test_searches_are_counted_on_each_page_that_searches(browser, three_a_minute, path):
    assert [browser.get(path).status_code for _search in range(4)] == [200, 200, 200, 429]
    assert "Retry-After" in browser.get(path)
    assert browser.get(path.partition("?")[0]).status_code == 200  # without words nothing is searched


def test_searches_of_both_doors_count_together_and_other_questions_do_not(browser, phone, three_a_minute):
    assert browser.get("/foods/?q=milk").status_code == 200
    assert phone.get("/api/v1/foods/?search=milk").status_code == 200
    assert phone.get("/api/v1/activities/?search=run").status_code == 200
    refused = phone.get("/api/v1/foods/?search=milk")
    is_problem(refused, 429, "throttled")
    assert 0 < int(refused["Retry-After"]) <= 61
    assert phone.get("/api/v1/foods/").status_code == 200


def test_a_meal_is_stored_after_too_many_searches(browser, three_a_minute, foods):
    for _search in range(5):
        browser.get("/foods/?q=milk")
    milk = foods.get(source="fndds", source_code="11111000")
    meal = {"food": [str(milk.pk)], "measure": ["g"], "quantity": ["100"], "q": "milk", "kind": "lunch"}
    assert browser.post("/meals/add/", {**meal, "do": "search"}).status_code == 429
    assert browser.post("/meals/add/", {**meal, "do": "save", "occurred_at": ""}).status_code == 302
    assert Meal.objects.exists()


@override_settings(CACHES=NO_REDIS)
def test_searching_goes_on_while_redis_is_down(phone):
    assert [phone.get("/api/v1/foods/?search=milk").status_code for _search in range(3)] == [200] * 3


def test_a_flood_of_sign_ups_is_refused_at_both_doors():
    for number in range(20):
        Phone().send(SIGN_UP, {"email": f"p{number}@example.org", "password": "short"})
    refused = Phone().send(SIGN_UP, {"email": "p@example.org", "password": "long enough 7"})
    assert refused.status_code == 429 and "Retry-After" in refused
    web = Phone().post("/accounts/signup/", {"email": "p@example.org", "password1": "long enough 7"})
    assert web.status_code == 429


# Bodies ---------------------------------------------------------------------------------------

TOO_LONG = {"CONTENT_LENGTH": str(MOST_BYTES_OF_ANY + 1), "CONTENT_TYPE": "multipart/form-data; boundary=x"}


class Untouched:
    """A body that must not be read."""

    def read(self, *_how):
        raise AssertionError("it was read")

    readline = read


@pytest.mark.parametrize("path", ["/accounts/login/", "/foods/new/", "/meals/add/"])
def test_a_body_larger_than_a_page_takes_is_refused_before_it_is_read(client, path):
    answer = client.post(path, **{**TOO_LONG, "wsgi.input": Untouched()})
    assert answer.status_code == 413 and "Nothing was stored" in words(answer)


@pytest.mark.parametrize("path", ["/api/v1/meals/", "/api/v1/sync/", "/_allauth/app/v1/auth/session"])
def test_so_it_is_over_rest_as_a_problem(path):
    answer = APIClient().post(path, **{**TOO_LONG, "wsgi.input": Untouched()})
    is_problem(answer, 413, "too_large")


def test_an_import_may_be_as_large_as_a_diary_and_no_larger(browser):
    larger = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": "40000000"}
    assert browser.post("/me/import/", **{**larger, "CONTENT_LENGTH": "41000000"}).status_code == 413
    with pytest.raises(AssertionError, match="it was read"):
        browser.post("/me/import/", **larger, **{"wsgi.input": Untouched()})


# Headers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/health/live", "/nowhere/", "/api/v1/server/",
                                  "/static/spasmlog/base.css", "/service-worker.js"])  # fmt: skip
def test_every_answer_keeps_other_sites_out(browser, path):
    headers = browser.get(path).headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert (
        "camera=(self)" in headers["Permissions-Policy"] and "geolocation=()" in headers["Permissions-Policy"]
    )
    assert "Access-Control-Allow-Origin" not in headers


def test_the_policy_of_a_page_allows_what_it_uses_and_nothing_else(browser):
    policy = dict(
        part.strip().partition(" ")[::2] for part in browser.get("/")["Content-Security-Policy"].split(";")
    )
    nonce = policy["script-src"].partition("'nonce-")[2]
    assert policy["default-src"] == "'none'"
    for name in ("object-src", "base-uri", "frame-ancestors"):
        assert policy[name] == "'none'", name
    for name in ("connect-src", "worker-src", "manifest-src", "form-action"):
        assert policy[name] == "'self'", name
    assert policy["img-src"] == "'self' data:"
    assert not nonce or len(nonce) > 20
    assert not any(word in " ".join(policy.values()) for word in ("unsafe", "*", "http:", "https:"))
