"""Start everything on this machine with one command: `make run`.

Prepares the data folder (database, foods, demo diary, static files; what is there already is not
made again), then runs the web server, a worker and the scheduler until one of them ends or somebody
presses Ctrl-C. For a server that others reach, see docs/operations.md.
"""

import fcntl
import json
import logging
import multiprocessing
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import environ
import honcho.manager
from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Printer

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
SLOWEST_START = 60.0
"""How long the first page may take before we stop promising it. [s]"""
PATIENCE = 10.0
"""How long a process left over from a start that was killed may take to end. [s]"""
LAST_TASK = 15
"""How long a worker may take to finish what it has begun, before it is killed. [s]"""
READ_HERE = ("PORT", "SPASMLOG_DATA", "SPASMLOG_DEMO", "WORKERS", "LOG_FORMAT")
"""Variables that count before settings are read."""
QUIET = ["-W", "ignore:You're running the worker with superuser"]
"""Celery warns root of pickled messages; ours are JSON and nothing else is accepted."""


class CannotStart(Exception):
    """What stands in the way, in words for the person at the keyboard."""


def main() -> None:
    """Run until stopped, and exit as the first process that ended did."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job starts deaf to it
    os.umask(0o077)  # diaries are for their owners, and not for others on this machine
    try:
        sys.exit(run())
    except CannotStart as reason:
        sys.exit(f"SpasmLog cannot start: {reason}")
    except KeyboardInterrupt:
        sys.exit(130)


def run() -> int:
    read_environment()
    port = chosen_port()
    data = data_folder()
    with sole_user_of(data) as running:
        refuse_taken(port)
        words = prepared(port)
        return supervise(port, running, words)


def read_environment() -> None:
    """Take what neither the shell nor `make` says from .env, and what that does not say from here."""
    for name in READ_HERE:
        if not os.environ.get(name):
            os.environ.pop(name, None)
    if (ROOT / ".env").exists():
        environ.Env.read_env(ROOT / ".env")
    for name in READ_HERE:
        if file := os.environ.get(f"{name}_FILE"):
            os.environ[name] = _told_in(name, Path(file))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spasmlog.settings")
    os.environ["SPASMLOG_SHOW_DEMO"] = "1" if wants_demo() else "0"  # to name at the sign-in
    if sys.stderr.isatty() and not os.environ.get("LOG_FORMAT"):
        os.environ["LOG_FORMAT"] = "console"  # the services write to a pipe, and a person reads it


def _told_in(name: str, file: Path) -> str:
    """What the file says that is named in the place of a setting: for us as for all other settings."""
    try:
        said = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as unread:
        raise CannotStart(f"{name}_FILE names a file that cannot be read: {unread}.") from None
    if not said:
        raise CannotStart(f"the file that {name}_FILE names is empty.")
    return said


# Is the way clear? ----------------------------------------------------------------------------


def chosen_port() -> int:
    said = os.environ.get("PORT") or "8000"
    if not said.isdecimal() or not 1 <= int(said) <= 65535:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {said!r}. Try: make run PORT=8001")
    return int(said)


def refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # an ended server is not in the way
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise CannotStart(f"port {port} is not for ordinary accounts. Try: make run PORT=8001") from None
        except OSError:
            other = port + 1 if port < 65535 else 8001
            raise CannotStart(
                f"port {port} is taken by another program. Choose another one: make run PORT={other}"
            ) from None


def data_folder() -> Path:
    """The folder that settings will use, made and found to be writable."""
    said = os.environ.get("SPASMLOG_DATA")
    folder = Path(said or ROOT / "data").expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "running").touch()
    except OSError as error:
        raise CannotStart(f"the data folder {folder} cannot be written: {error.strerror}.") from None
    return folder


@contextmanager
def sole_user_of(data: Path):
    """Hold the data folder for this start alone. Yields the file that names our processes.

    The services inherit the hold. If the launcher was killed and they were not, the file says who
    they are, and they are ended first: nobody else would.
    """
    path = data / "running"
    with path.open("r+") as hold:
        if not _held(hold):
            leftover = _named_in(path)
            if leftover.get("launcher") and _is_ours(leftover["launcher"]):
                raise CannotStart(
                    f"it already runs on the data folder {data} (process {leftover['launcher']}). "
                    "Stop that one, or choose another folder: make run SPASMLOG_DATA=..."
                )
            _end_leftover(leftover.get("services", []))
            if not _until(lambda: _held(hold), PATIENCE):
                raise CannotStart(f"another process uses the data folder {data}.")
        name_processes(path, [])
        try:
            yield path
        finally:
            path.write_text("")


def _held(hold) -> bool:
    try:
        fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def name_processes(path: Path, services: list[int]) -> None:
    path.write_text(json.dumps({"launcher": os.getpid(), "services": services}))


def _named_in(path: Path) -> dict:
    try:
        return json.loads(path.read_text())
    except ValueError:
        return {}


def _is_ours(process: int) -> bool:
    """Whether a process id still names a process of SpasmLog: ids are used again."""
    if Path("/proc/self").exists():
        try:
            return b"spasmlog" in Path(f"/proc/{process}/cmdline").read_bytes()
        except OSError:
            return False
    asked = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(process)], capture_output=True, text=True
    )
    return "spasmlog" in asked.stdout


def _end_leftover(services: list[int]) -> None:
    for service in filter(_is_ours, services):
        print(f"Ending process {service}, left over from an earlier start.", flush=True)
        os.killpg(service, signal.SIGTERM)
        if not _until(lambda service=service: not _is_ours(service), PATIENCE):
            os.killpg(service, signal.SIGKILL)


def _until(answer: Callable[[], bool], within: float) -> bool:
    last = time.monotonic() + within
    while not (said := answer()) and time.monotonic() < last:
        time.sleep(0.05)
    return said


# Is everything there? -------------------------------------------------------------------------


def prepared(port: int) -> str:
    """Prepare in a process of its own, which gives back what it loaded; returns the words of greeting."""
    fork = multiprocessing.get_context("fork")
    heard, told = fork.Pipe(duplex=False)
    preparing = fork.Process(target=prepare_and_tell, args=(told, port), daemon=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and the other process is ended with us
    preparing.start()
    told.close()
    try:
        said = heard.recv()
    except EOFError:
        raise CannotStart("the preparation failed; its reason stands above.") from None
    finally:
        preparing.join()
    if isinstance(said, CannotStart):
        raise said
    return said


def prepare_and_tell(told: Connection, port: int) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError, OperationalError

    try:
        prepare()
        told.send(greeting(port))
    except CannotStart as reason:
        told.send(reason)
    except ImproperlyConfigured as wrong:
        told.send(CannotStart(f"a setting must be mended: {wrong}"))
    except DatabaseError as away:
        if type(away) not in (DatabaseError, OperationalError):  # no server, or no database in the file
            raise
        told.send(CannotStart(f"the database cannot be used: {' '.join(str(away).split())}"))
    except KeyboardInterrupt:
        sys.exit(130)  # the launcher heard it too


def prepare() -> None:
    """Make whatever a start needs and is not there yet."""
    import django

    django.setup()
    logging.disable(logging.INFO)  # ten weeks of demo diary, each entry with a line of its own
    migrate()
    load_foods()
    drop_old_requests()
    make_demo()
    collect_static()
    ask_for_reviews()


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from spasmlog import versions

    executor = MigrationExecutor(connection)
    if newer := versions.unknown(executor.loader.applied_migrations):
        raise CannotStart(
            f"the database is of a newer version, which did {newer[0]}. "
            "Start that version, or restore an older backup."
        )
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Preparing the database ...", flush=True)
        call_command("migrate", verbosity=0, interactive=False)


def load_foods() -> None:
    from nutrients import loading

    if not loading.is_current():
        print("Loading foods and reference values (once) ...", flush=True)
        loading.load_everything(progress=True)


def make_demo() -> None:
    """Invented diaries to look around in, unless SPASMLOG_DEMO=0."""
    from django.core.management import call_command

    from journal import demo

    if wants_demo() and not demo.all_exist():
        print("Writing the demo diaries (once) ...", flush=True)
        call_command("make_demo")


def wants_demo() -> bool:
    return os.environ.get("SPASMLOG_DEMO", "").lower() not in ("0", "no", "false", "off")


def collect_static() -> None:
    """Compress and fingerprint the static files, if they are others than last time."""
    from django.conf import settings
    from django.core.management import call_command

    if settings.DEBUG:
        return
    made_of = Path(settings.STATIC_ROOT) / ".made-of"
    now = static_digest()
    if not made_of.exists() or made_of.read_text() != now:
        print("Collecting static files ...", flush=True)
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        made_of.write_text(now)


def static_digest() -> str:
    """A fingerprint of every static file's name, size and age."""
    import hashlib

    from django.contrib.staticfiles.finders import get_finders

    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = os.stat(storage.path(path))
            found.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return found.hexdigest()


def drop_old_requests() -> None:
    """Empty the queue: the database remembers what is due, and `ask_for_reviews` asks for it."""
    from django.conf import settings

    from spasmlog.celery import app

    if not settings.REDIS_URL:
        app.control.purge()


def ask_for_reviews() -> None:
    """Have the worker catch up with the time nothing ran. A broker that is down is no reason to stop."""
    from kombu.exceptions import OperationalError

    from spasmlog.celery import app

    try:
        app.send_task("journal.tasks.sweep")
        app.send_task("journal.tasks.review_everybody")
    except (OperationalError, OSError) as error:
        print(f"The queue cannot be reached ({error}); reviews follow when it is back.", flush=True)


# Run it ---------------------------------------------------------------------------------------


def services(port: int) -> dict[str, list[str]]:
    """The command of each long-running process. Whoever waits for a page comes before whoever reviews."""
    celery = [
        "nice",
        "-n",
        "5",
        sys.executable,
        *QUIET,
        "-m",
        "celery",
        "--quiet",
        "--skip-checks",
        "-A",
        "spasmlog",
    ]
    return {
        "web": [
            sys.executable, "-m", "gunicorn", "spasmlog.wsgi", "--bind", f"{HOST}:{port}",
            "--worker-class", "gthread", "--workers", "1", "--threads", "8",
            "--graceful-timeout", "3", "--no-control-socket", "--log-level", "warning",
            "--config", str(ROOT / "spasmlog" / "serving.py"),
        ],
        "worker": [
            sys.executable, "-m", "spasmlog.keep", *celery, "worker", "--pool", "prefork",
            "--concurrency", os.environ.get("WORKERS") or "2",
            "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
        ],
        "beat": [*celery, "beat", "--pidfile", "", "--loglevel", "WARNING"],
    }  # fmt: skip


class QuietPrinter(Printer):
    """What the services say, without a running commentary on who is started and stopped."""

    def write(self, message):
        if message.name != SYSTEM_PRINTER_NAME:
            super().write(message)


class Ending:
    """How services are told to end: politely to the first of each, so that a worker can wind up its pool."""

    def terminate(self, process: int) -> None:
        self._send(os.kill, process, signal.SIGTERM)

    def kill(self, process: int) -> None:
        self._send(os.killpg, process, signal.SIGKILL)

    def _send(self, send: Callable[[int, int], None], process: int, told: int) -> None:
        try:
            send(process, told)
        except ProcessLookupError:
            pass  # it was quicker


class Services(Manager):
    """The long-running processes. When one ends, all end, and we say which one it was."""

    def __init__(self, running: Path, started: Callable[[], None]):
        super().__init__(QuietPrinter(sys.stdout))
        self._procmgr = Ending()
        self.running = running
        self.started = started
        self.first_to_end: str | None = None
        self.asked_early = self.written_down = False

    def _start(self) -> None:
        super()._start()
        self.started()

    def terminate(self) -> None:
        """End all, as soon as all are known by their ids."""
        if not self._all_started():
            self.asked_early = True
        elif not self._terminating:
            print("Stopping ...", flush=True)
            super().terminate()

    def _any_stopped(self) -> bool:
        """Asked in each turn of the loop once all have started."""
        if not self.written_down:
            name_processes(self.running, [process["pid"] for process in self._processes.values()])
            self.written_down = True
        if self.asked_early:
            self.terminate()
        stopped = [name for name, process in self._processes.items() if process.get("returncode") is not None]
        if stopped and not self._terminating:
            self.first_to_end = stopped[0]
        return bool(stopped)


def supervise(port: int, running: Path, words: str) -> int:
    """Run the services until one ends or we are told to stop."""
    honcho.manager.KILL_WAIT = LAST_TASK
    greet = threading.Thread(target=welcome, args=(port, words), daemon=True)
    manager = Services(running, started=greet.start)
    for name, command in services(port).items():
        manager.add_process(name, "exec " + shlex.join(command))
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))  # a closed terminal
    manager.loop()
    if manager.first_to_end:
        print(f"SpasmLog stopped, because its {manager.first_to_end} process ended.", file=sys.stderr)
        return manager.returncode or 1
    print("SpasmLog has stopped.", flush=True)
    return 0


def welcome(port: int, words: str) -> None:
    """Say where it is and how to sign in, once it answers."""
    if _until(lambda: answers(port), SLOWEST_START):
        print(words, flush=True)
    else:
        print(f"No page came from port {port} within {SLOWEST_START:.0f} s.", file=sys.stderr, flush=True)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/health/live", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def greeting(port: int) -> str:
    from django.conf import settings
    from django.urls import reverse

    here = settings.PUBLIC_URL or f"http://{HOST}:{port}"
    lines = ["", f"  SpasmLog is ready:  {here}/"]
    if wants_demo():
        from journal import demo

        lines.append(f"  Look around:        sign in as {demo.EMAIL}, password {demo.PASSWORD}")
        lines.append(f"  A warning sign:     sign in as {demo.SIGN_EMAIL}, same password")
    if settings.REGISTRATION == "open":
        lines.append(f"  Your own diary:     sign up at {here}{reverse('account_signup')}")
    return "\n".join([*lines, "  Stop:               Ctrl-C", ""])


if __name__ == "__main__":
    main()
