"""What the logs say, and what they never do: a day at both doors of real processes, with marked words."""

import json
import logging
import re
import subprocess
import sys
import uuid

import pytest
import requests
import structlog
from django.conf import settings
from django.db import IntegrityError, OperationalError

from journal.models import StaleDay
from spasmlog import logs
from tests.conftest import environment, until
from tests.test_launch import free_port

IN_LOGS = re.compile(r"[0-9a-f]{32}")


# An id for each request -----------------------------------------------------------------------


def test_each_answer_has_an_id_of_its_own(client, db):
    ids = {client.get("/health/live")["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3 and all(IN_LOGS.fullmatch(one) for one in ids)


def test_an_id_of_the_proxy_is_kept_where_there_is_a_proxy(client, db, settings):
    given = str(uuid.uuid4())
    assert client.get("/health/live", headers={"X-Request-ID": given})["X-Request-ID"] != given
    settings.PROXIES = 1
    assert client.get("/health/live", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize(
    "odd", ["short", "x" * 32, "ab" * 40, "deadbeefdeadbeef\u2028", 'deadbeef" admin="', ""]
)
def test_an_id_that_is_not_strictly_one_is_replaced(client, db, settings, odd):
    settings.PROXIES = 1
    answered = client.get("/health/live", headers={"X-Request-ID": odd})["X-Request-ID"]
    assert IN_LOGS.fullmatch(answered)


def test_a_line_tells_of_a_request_by_its_route_and_of_nobody(browser, alice):
    with structlog.testing.capture_logs() as lines:
        browser.get("/foods/?q=herring")
        browser.get("/nowhere/herring/")
        browser.generic("HERRING", "/foods/")
    told = [line for line in lines if line["event"] == "request"]
    assert [(one["method"], one["route"], one["status"]) for one in told] == [
        ("GET", "foods", 200), ("GET", "none", 404), ("OTHER", "foods", 405),
    ]  # fmt: skip
    assert all(set(one) == {"event", "log_level", "method", "route", "status", "ms"} for one in told)
    assert "erring" not in str(lines).lower() and "alice" not in str(lines)


def test_who_asks_for_another_host_or_a_page_that_is_none_fills_a_line_and_no_more(client, db, caplog):
    with structlog.testing.capture_logs() as lines:
        assert client.get("/", headers={"Host": "scanner.example"}).status_code == 400
        assert client.get("/wp-login.php").status_code == 404
    assert [line["status"] for line in lines if line["event"] == "request"] == [400, 404]
    assert caplog.records == []


# Values in exceptions -------------------------------------------------------------------------


def fails_with(error):
    try:
        try:
            raise error
        except type(error) as first:
            raise RuntimeError(str(first)) from first
    except RuntimeError as second:
        return second


def test_an_exception_is_told_by_kind_and_place_without_what_somebody_typed():
    error = IntegrityError("Failing row contains (7, kippers on toast)")
    said = logs.places_alone(None, "error", {"event": "x", "exc_info": fails_with(error)})["exception"]
    assert "kippers" not in said
    assert "django.db.utils.IntegrityError" in said and "builtins.RuntimeError" in said
    assert "test_logs.py" in said and "in fails_with" in said


def test_what_a_server_says_of_itself_is_told():
    error = OperationalError("connection refused")
    assert "connection refused" in logs.places_alone(None, "error", {"exc_info": error})["exception"]


@pytest.mark.parametrize(
    ("name", "message", "arguments", "told"),
    [
        ("celery.app.trace", "Task %(name)s: %(exc)s", ({"name": "review", "exc": "KeyError('kippers')"},),
         "Task review: KeyError"),
        ("django.request", "%s: %s", ("Not Found", "/learn/kippers/"), "Not Found: ..."),
        ("gunicorn.error", "Error handling request %s", ("/foods/?q=kippers",), "Error handling request"),
    ],
)  # fmt: skip
def test_lines_of_others_lose_their_values(name, message, arguments, told):
    record = logging.LogRecord(name, logging.ERROR, "x.py", 1, message, arguments, None)
    assert logs.WithoutValues().filter(record)
    assert record.getMessage() == told


# A whole day ----------------------------------------------------------------------------------

MARKS = {
    name: f"mark{name}xyzzy"
    for name in (
        "note", "food", "supplement", "medicine", "cramp", "sign", "search", "path", "user", "password",
        "favourite", "device", "agent", "query", "wrong",
    )
}  # fmt: skip
MARKS["password"] = "Unguessed-kelpforest-9"
KILOS = 61.37


@pytest.fixture
def web(transactional_db, tmp_path):
    """The address of a real gunicorn, and where it logs."""
    static = f"{settings.RUN_DIR}/static-{settings.LANE}"
    told = {"LOG_LEVEL": "INFO", "LOG_FORMAT": "json", "SPASMLOG_STATIC": static}
    collect = "import django; django.setup(); from spasmlog import launch; launch.collect_static()"
    subprocess.run([sys.executable, "-c", collect], env=environment(**told), check=True, timeout=120)
    port, log = free_port(), tmp_path / "web.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "spasmlog.wsgi", "--bind", f"127.0.0.1:{port}", "--config",
             "spasmlog/serving.py", "--worker-class", "gthread", "--threads", "2", "--no-control-socket"],
            env=environment(**told), cwd=settings.BASE_DIR, stdout=output, stderr=output,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    until(lambda: process.poll() is not None or answers(url), within=60)
    assert process.poll() is None, log.read_text()
    yield url, log
    process.terminate()
    process.wait(timeout=30)


def answers(url):
    try:
        return requests.get(f"{url}/health/live", timeout=5).ok
    except requests.RequestException:
        return False


class Phone:
    """A phone on the line, that signs up."""

    def __init__(self, url):
        self.url, self.line = url, requests.Session()
        self.line.headers["User-Agent"] = f"{MARKS['agent']}/1"
        self.line.headers["X-Device-Name"] = MARKS["device"]
        person = {
            "email": f"{MARKS['user']}@example.org", "username": MARKS["user"], "password": MARKS["password"],
        }  # fmt: skip
        said = self.post("/_allauth/app/v1/auth/signup", **person)
        self.line.headers["X-Session-Token"] = said.json()["meta"]["session_token"]

    def post(self, path, expect=(200, 201), method="POST", **body):
        said = self.line.request(method, self.url + path, json=body, timeout=20)
        assert said.status_code in expect, (path, said.status_code, said.text)
        return said


def a_day_by_phone(url):
    phone = Phone(url)
    phone.post(
        "/_allauth/app/v1/auth/login", expect=(400, 409), username=MARKS["user"], password=MARKS["wrong"]
    )
    medicine = {"medicine_class": "statins", "name": MARKS["medicine"]}
    phone.post("/api/v1/profile/", method="PATCH", weight_kg=KILOS, medicines=[medicine])
    food = phone.post("/api/v1/foods/", name=MARKS["food"], per_100g={"magnesium_mg": 12}).json()
    items = [{"food": food["id"], "grams": 150}]
    phone.post("/api/v1/meals/", items=items, note=MARKS["note"])
    phone.post("/api/v1/favourites/", name=MARKS["favourite"], items=items)
    phone.post("/api/v1/water/", amount_ml=250)
    phone.post("/api/v1/exercises/", met=3, minutes=20, note=MARKS["note"])
    phone.post("/api/v1/spasms/", site="calf", note=MARKS["cramp"])
    phone.post("/api/v1/warning-signs/", signs=["tiredness"], note=MARKS["sign"])
    pills = phone.post("/api/v1/supplements/", name=MARKS["supplement"], amounts={"magnesium_mg": 100}).json()
    phone.post("/api/v1/doses/", supplement=pills["id"], quantity=1)
    meal = {"items": items, "note": MARKS["note"]}
    put = {"type": "meals", "id": str(uuid.uuid4()), "op": "put", "data": meal}
    phone.post("/api/v1/sync/", items=[put])
    phone.post("/api/v1/meals/", expect=(400,), items=items, note=MARKS["wrong"], unknown=MARKS["wrong"])
    phone.post(f"/api/v1/{MARKS['path']}/", expect=(404,))
    for path in (f"/api/v1/foods/?search={MARKS['search']}", f"/api/v1/foods/?{MARKS['query']}=1",
                 "/api/v1/gaps/weekly/", "/api/v1/advice/", "/api/v1/export/"):  # fmt: skip
        phone.line.get(url + path, timeout=20)
    return phone


def a_day_on_the_web(url):
    web = requests.Session()

    def form(page, to="", **said):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', web.get(url + page, timeout=20).text)
        said = {"csrfmiddlewaretoken": token.group(1), **said}
        return web.post(url + (to or page), said, timeout=20, allow_redirects=False)

    form("/accounts/login/", login=MARKS["user"], password=MARKS["wrong"])
    assert form("/accounts/login/", login=MARKS["user"], password=MARKS["password"]).status_code == 302
    assert web.get(url + f"/foods/?q={MARKS['food']}", timeout=20).text.count(MARKS["food"]) > 1
    assert form("/me/", "/cramps/now/").status_code == 302
    assert form("/me/", "/supplements/new/", name=MARKS["supplement"], unit="tablet", magnesium_mg="50").ok
    assert form("/me/", "/warning-signs/", signs="tiredness", note=MARKS["sign"]).ok
    form("/me/", "/meals/add/", do="save", kind="lunch", occurred_at=MARKS["wrong"])
    for path in (f"/learn/{MARKS['path']}/", f"/meals/results/?q={MARKS['search']}", "/week/", "/me/"):
        web.get(url + path, timeout=20)
    web.post(url + f"/foods/new/?{MARKS['query']}", {"name": MARKS["food"]}, timeout=20)  # without a token
    return web


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.timeout(240)
def test_a_whole_day_at_both_doors_leaves_no_word_of_it_in_the_logs(web, real_worker):
    url, web_log = web
    worker = real_worker(LOG_FORMAT="json")
    phone = a_day_by_phone(url)
    a_day_on_the_web(url)
    until(lambda: not StaleDay.objects.exists(), within=60, every=0.5)
    phone.post("/api/v1/account/", expect=(204,), method="DELETE", password=MARKS["password"])

    said = {"web": web_log.read_text(), "worker": worker.log.read_text()}
    for process, text in said.items():
        found = {word for word in [*MARKS.values(), str(KILOS)] if word in text}
        assert not found, (
            process,
            [line for line in text.splitlines() if any(word in line for word in found)],
        )

    lines = {process: structured(text) for process, text in said.items()}
    routes = {line["route"] for line in lines["web"] if line["event"] == "request"}
    assert {"api-meals-list", "api-spasms-list", "account_login", "foods", "week"} <= routes
    tasks = [line for line in lines["worker"] if line["event"] == "task"]
    asked_by = {line["request_id"] for line in tasks}
    assert asked_by and asked_by <= {line.get("request_id") for line in lines["web"]}
    assert any(line["event"] == "reviewed" and line["request_id"] in asked_by for line in lines["worker"])


def structured(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
