"""docker-compose.yml without Docker: each service's own command, run as a process.

Commands, environments, health checks and the order of starting are read from the file. Only what a
container would give is substituted: host names, the port, /tmp, and the image's folders. PostgreSQL
and Redis are the servers of the test run.
"""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import yaml
from django.conf import settings

from tests.conftest import SLOWER, until
from tests.test_launch import free_port

ROOT = Path(settings.BASE_DIR)
DATABASE = f"test_spasmlog_compose_{settings.LANE}"
REDIS = 50 + int(settings.LANE.removeprefix("gw"))
ANSWERS = {
    "SECRET_KEY": "a-key-for-this-test-alone-of-more-than-forty-characters",
    "POSTGRES_PASSWORD": "not-looked-at-by-the-test-server",
    "SPASMLOG_REGISTRATION": "open",
}
"""What a person would write into .env."""


def filled_in(value, answers):
    """`value` with ${NAME}, ${NAME:-default}, ${NAME:+instead} and ${NAME?why} replaced, and $$ as $."""

    def answer(found):
        if found["dollar"]:
            return "$"
        said = answers.get(found["name"], "")
        if found["how"] == "?" and found["name"] not in answers:
            raise KeyError(f"{found['name']}: {found['rest']}")
        if found["how"] == "+":
            return found["rest"] if said else ""
        return said or (found["rest"] if found["how"] == "-" else "")

    if isinstance(value, dict):
        return {key: filled_in(inner, answers) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled_in(inner, answers) for inner in value]
    pattern = r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?::?(?P<how>[-?+])(?P<rest>[^}]*))?\})"
    return re.sub(pattern, answer, value) if isinstance(value, str) else value


def compose_file(answers=ANSWERS):
    return filled_in(yaml.safe_load((ROOT / "docker-compose.yml").read_text()), answers)


def own_services(file):
    """Those made from this project's image; the others are other people's."""
    return {name: service for name, service in file["services"].items() if "build" in service}


class Stack:
    """The compose file's own services as processes of this machine."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.services = own_services(compose_file())
        self.processes = {}
        (folder / "tmp").mkdir()
        image = dict(re.findall(r"(SPASMLOG_\w+)=(\S+)", (ROOT / "Dockerfile").read_text()))
        self.image = {name: str(folder / Path(place).name) for name, place in image.items()}

    def outside(self, text):
        """What stands for `text` outside of a container."""
        text = text.replace("0.0.0.0:8000", f"127.0.0.1:{self.port}").replace(
            "127.0.0.1:8000", f"127.0.0.1:{self.port}"
        )
        return re.sub(r"(?<![\w/])/tmp\b", str(self.folder / "tmp"), text)

    def environment(self, name):
        told = {key: str(value) for key, value in self.services[name]["environment"].items()}
        told["DATABASE_URL"] = at_server(
            told["DATABASE_URL"], os.environ["TEST_DATABASE_URL"], f"/{DATABASE}"
        )
        told["REDIS_URL"] = at_server(told["REDIS_URL"], os.environ["TEST_REDIS_URL"], f"/{REDIS}")
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.folder), "LANG": "C.UTF-8", **self.image, **told}

    def run(self, name, command, **more):
        """Start a command as `name`'s container would."""
        kind, *words = command if command[0] in ("CMD", "CMD-SHELL") else ["CMD", *command]
        words = [self.outside(word) for word in words]
        words = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        return subprocess.Popen(words, cwd=ROOT, env=self.environment(name), start_new_session=True, **more)

    def begin(self, name):
        """Start a service after what it depends on, as its conditions say."""
        if name in self.processes or name not in self.services:
            return  # started already, or one of the servers of the test run
        for needed, how in self.services[name].get("depends_on", {}).items():
            self.begin(needed)
            if how["condition"] == "service_completed_successfully":
                assert self.processes[needed].wait(timeout=200 * SLOWER) == 0, self.log(needed)
            elif needed in self.services:
                until(lambda needed=needed: self.healthy(needed), within=60, every=0.5)
        with (self.folder / f"{name}.log").open("w") as log:
            self.processes[name] = self.run(name, self.services[name]["command"], stdout=log, stderr=log)

    def healthy(self, name):
        """Whether the service's own health check passes."""
        assert self.processes[name].poll() is None, self.log(name)
        check = self.run(name, self.services[name]["healthcheck"]["test"], stdout=subprocess.DEVNULL)
        return check.wait(timeout=60 * SLOWER) == 0

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def end(self):
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def ask(self, path, body=None, token="", method=None):
        """The JSON that `web` answers with."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **({"X-Session-Token": token} if token else {})},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from error


def at_server(url, server, path):
    """`url` with the server's place instead of the container's."""
    return urlunsplit(urlsplit(server)._replace(path=path, scheme=urlsplit(url).scheme))


@pytest.fixture
def stack(tmp_path):
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as administration:
        administration.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        administration.execute(f'CREATE DATABASE "{DATABASE}"')
        running = Stack(tmp_path)
        yield running
        running.end()
        administration.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')


@pytest.mark.servers
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_meal_posted_to_web_is_reviewed_by_worker(stack):
    built = stack.run("web", ["python", "manage.py", "collectstatic", "--noinput", "--verbosity", "0"])
    assert built.wait(timeout=100 * SLOWER) == 0
    for name in stack.services:
        stack.begin(name)
    for name in ("web", "worker", "beat"):
        until(lambda name=name: stack.healthy(name), within=90, every=0.5)

    token = signed_up(stack)
    banana = next(
        food for food in stack.ask("/api/v1/foods/?search=banana%2C+raw", token=token)["results"]
        if food["source"] == "fndds" and food["name"].lower() == "banana, raw"
    )  # fmt: skip
    now = datetime.now(UTC).isoformat()
    meal = {"occurred_at": now, "items": [{"food": banana["id"], "grams": "150"}]}
    meal = stack.ask("/api/v1/meals/", meal, token=token)

    def reviewed():
        day = stack.ask(f"/api/v1/days/{meal['local_date']}/", token=token)
        return not day["stale"] and day["totals"]

    totals = until(reviewed, within=20, every=0.1)
    full = stack.ask(f"/api/v1/foods/{banana['id']}/", token=token)
    per_100g = full["per_100g"]["potassium_mg"]
    assert per_100g > 300  # FNDDS 2021-2023 gives a raw banana 326 mg / 100 g
    assert totals["potassium_mg"]["amount"] == pytest.approx(per_100g * 1.5, rel=1e-12)  # 150 g
    assert "review_diarist" in stack.log("worker")


def signed_up(stack):
    person = {"email": "compose@example.org", "username": "compose", "password": "long enough for anybody 7"}
    return stack.ask("/_allauth/app/v1/auth/signup", person)["meta"]["session_token"]


# A database of an older version ----------------------------------------------------------------

OLDEST = [("journal", "0001_initial"), ("nutrients", "0001_initial")]
"""The first state that people can have: whoever squashes migrations names the new first ones here."""

AS_IT_WAS = """
import datetime, decimal, json, os, sys, uuid
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "spasmlog.settings"
django.setup()
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

OLDEST = [tuple(one) for one in json.loads(sys.argv[1])]
MOMENT = datetime.datetime(2026, 1, 5, 14, 0, 0, 123456, tzinfo=datetime.timezone.utc)

def table(model):
    with connection.cursor() as cursor:
        columns = [field.column for field in model._meta.concrete_fields]
        named = ", ".join('"%s"::text' % column for column in columns)
        cursor.execute(f'SELECT {named} FROM "{model._meta.db_table}"')
        return [dict(zip(columns, map(str, row))) for row in cursor.fetchall()]

def some_value(field):
    if field.choices:
        return field.flatchoices[-1][0]
    by_kind = {
        models.UUIDField: uuid.uuid4(), models.BooleanField: True, models.DateTimeField: MOMENT,
        models.DateField: MOMENT.date(), models.TimeField: datetime.time(3), models.JSONField: {"zinc": 1},
        models.FloatField: 70.25, models.IntegerField: 7, models.DecimalField: decimal.Decimal(70),
    }
    for kind, value in by_kind.items():
        if isinstance(field, kind):
            return value
    return ("caf\u00e9 " + field.name)[: field.max_length or 20]

def filled(model, known):
    if model._meta.label not in known:
        values = {}
        for field in model._meta.concrete_fields:
            if field.is_relation:
                values[field.attname] = filled(field.related_model, known)
            elif not field.primary_key and not (field.null or field.has_default()):
                values[field.name] = some_value(field)
        known[model._meta.label] = model._base_manager.create(**values).pk
    return known[model._meta.label]

executor = MigrationExecutor(connection)
ours = ("journal", "nutrients")
others = [one for one in executor.loader.graph.leaf_nodes() if one[0] not in ours]
apps = executor.migrate([*OLDEST, *others]).apps
known = {}
for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
    belongs = any(field.is_relation for field in model._meta.concrete_fields)  # others come with a release
    if belongs and model._meta.app_label in ("journal", "nutrients", "account", "mfa"):
        filled(model, known)
rows = {apps.get_model(label)._meta.db_table: table(apps.get_model(label)) for label in known}
assert len(rows) > 20 and all(rows.values())
print(json.dumps(rows))
"""


@pytest.mark.servers
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_database_of_the_first_version_is_brought_up_to_date_by_the_start_and_keeps_every_row(stack):
    before = stack.run("migrate", ["python", "-c", AS_IT_WAS, json.dumps(OLDEST)], stdout=subprocess.PIPE)
    said, _nothing = before.communicate(timeout=120)
    assert before.returncode == 0
    rows = json.loads(said)

    stack.begin("migrate")
    assert stack.processes["migrate"].wait(timeout=200 * SLOWER) == 0, stack.log("migrate")

    with psycopg.connect(at_server("postgres://", os.environ["TEST_DATABASE_URL"], f"/{DATABASE}")) as now:
        for table, were in rows.items():
            columns = [column.name for column in now.execute(f'SELECT * FROM "{table}" LIMIT 0').description]
            still = [name for name in were[0] if name in columns]
            named = ", ".join(f'"{name}"::text' for name in still)
            kept = {tuple(map(str, row)) for row in now.execute(f'SELECT {named} FROM "{table}"')}
            lost = {tuple(row[name] for name in still) for row in were} - kept
            assert "id" in still or len(still) > 1
            assert not lost, (table, still, lost)

    for name in ("web", "worker"):
        stack.begin(name)
    until(lambda: stack.healthy("web"), within=90, every=0.5)
    assert stack.ask("/health/ready")["status"] == "ready"


# What the file itself promises ----------------------------------------------------------------


def test_a_missing_secret_is_asked_for_by_name():
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        with pytest.raises(KeyError, match=f"{name}.*set it in .env"):
            compose_file({key: value for key, value in ANSWERS.items() if key != name})


SECRETS = {
    "SECRET_KEY": "secret_key", "POSTGRES_PASSWORD": "postgres_password", "EMAIL_URL": "email_url",
    "SPASMLOG_METRICS_TOKEN": "metrics_token",
}  # fmt: skip


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_be_a_file_that_is_handed_to_those_that_need_it_alone(name):
    answers = {**ANSWERS, name: "", f"{name}_FILE": "/etc/spasmlog/secret"}
    file = compose_file(answers)
    assert file["secrets"][SECRETS[name]] == {"file": "/etc/spasmlog/secret"}
    for service, made in file["services"].items():
        ours = "build" in made or (service == "db" and name == "POSTGRES_PASSWORD")
        assert (SECRETS[name] in made.get("secrets", [])) == ours, service
        if ours:
            assert made["environment"][f"{name}_FILE"] == f"/run/secrets/{SECRETS[name]}"
            assert made["environment"][name] == ""


def test_without_files_no_service_is_told_of_one():
    file = compose_file()
    assert {made["file"] for made in file["secrets"].values()} == {"/dev/null"}
    for made in file["services"].values():
        assert not any(value for name, value in made.get("environment", {}).items() if name.endswith("_FILE"))


def test_no_secret_is_written_into_the_file():
    plain = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for service in plain["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("KEY|PASSWORD|SECRET", name):
                assert value.startswith("${"), name


def test_up_after_a_pull_is_all_there_is_to_do():
    """An image of the version before is not taken for the one of today."""
    assert {service["pull_policy"] for service in own_services(compose_file()).values()} == {"build"}


def test_migrations_run_in_one_service_and_the_others_wait_for_it():
    services = own_services(compose_file())
    migrating = [name for name, service in services.items() if "migrate" in " ".join(service["command"])]
    assert migrating == ["migrate"]
    for name in services.keys() - {"migrate"}:
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_every_lasting_service_has_a_health_check_and_the_one_image_is_not_roots():
    file = compose_file()
    for name, service in file["services"].items():
        assert name == "migrate" or service["healthcheck"]["test"], name
    assert len({service["image"] for service in own_services(file).values()}) == 1
    instructions = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER (?!root)\w+", instructions, re.M)


def test_the_image_can_back_up_the_server_beside_it():
    """`pg_dump` refuses a server newer than itself."""
    server = compose_file()["services"]["db"]["image"].removeprefix("postgres:")
    assert f"postgresql-client-{server} " in (ROOT / "Dockerfile").read_text()


def test_every_variable_of_the_file_is_in_the_example():
    named = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    known = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.M))
    assert named <= known


def test_every_variable_that_settings_read_is_in_the_example():
    read = set(re.findall(r'env\.\w+\("(\w+)"', (ROOT / "spasmlog" / "settings.py").read_text()))
    known = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.M))
    assert len(read) > 10
    assert read <= known


def test_every_variable_for_a_server_for_others_reaches_its_containers():
    example = (ROOT / ".env.example").read_text()
    for_servers = set(re.findall(r"^(\w+)=", example[example.index("--- A server for others") :], re.M))
    decided_by_the_image = {"SPASMLOG_STATIC", "DEBUG"}
    for name, service in own_services(compose_file()).items():
        missing = for_servers - decided_by_the_image - service["environment"].keys()
        assert missing == set(), name


def test_what_is_written_into_the_example_is_what_a_container_is_told():
    told = own_services(compose_file({**ANSWERS, "SPASMLOG_API_RATE": "60/min"}))["web"]["environment"]
    assert told["SPASMLOG_API_RATE"] == "60/min"
