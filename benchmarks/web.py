"""The web server as compose runs it: memory of a worker, and what a phone downloads for its first Week."""

import contextlib
import gzip
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from benchmarks.house import Line, children, free_port, own_mb
from benchmarks.pages import signed_in

MOST_MEMORY = 110.0
"""Of one web worker that has served every page, with its share of what the server loaded for both. [MB]"""
MOST_DOWNLOAD = 80.0
"""Of the first Week page with its styles and scripts, compressed as sent. [kB]"""
BARE_DJANGO = """
import os, django, resource
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"])
django.setup()
import django.core.handlers.wsgi
print(open("/proc/self/smaps_rollup").read().split("Pss:")[1].split()[0])
"""


def measure() -> list[Line]:
    port = free_port()
    with gunicorn(port) as workers:
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in signed_in().cookies.items())
        for _ in range(40):  # both workers, all their threads
            for page in ("today", "week", "me", "add_food"):
                fetch(f"http://127.0.0.1:{port}{reverse(page)}", cookie)
        memory = max(own_mb(worker) for worker in workers())
        kilobytes, page_alone = first_load(f"http://127.0.0.1:{port}{reverse('week')}", cookie)
    bare = subprocess.run([sys.executable, "-c", BARE_DJANGO], capture_output=True, text=True, check=True)
    return [
        Line(
            "web worker, memory; bare: Django alone", memory, "MB", MOST_MEMORY, int(bare.stdout) * 1024 / 1e6
        ),
        Line("first Week page; bare: its HTML, gzipped", kilobytes, "kB", MOST_DOWNLOAD, page_alone),
    ]


@contextlib.contextmanager
def gunicorn(port: int, **environment: str) -> Iterator:
    """Two workers of four threads. Yields a function that tells the workers' ids."""
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "spasmlog.wsgi", "--preload", "--bind", f"127.0.0.1:{port}",
         "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--no-control-socket",
         "--log-level", "warning"],
        cwd=settings.BASE_DIR, env={**os.environ, **environment},
    )  # fmt: skip
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                fetch(f"http://127.0.0.1:{port}/health/live")
                break
            time.sleep(0.1)
        yield lambda: children(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def fetch(address: str, cookie: str = "") -> tuple[bytes, str]:
    """The bytes as sent, and the text they stand for."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip", "Cookie": cookie})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert "/accounts/" not in answer.url, f"{address} asked to sign in"
        sent = answer.read()
        plain = gzip.decompress(sent) if answer.headers.get("Content-Encoding") == "gzip" else sent
    return sent, plain.decode("utf-8", "replace")


def first_load(address: str, cookie: str) -> tuple[float, float]:
    """What a browser with an empty cache downloads: all in all, and the page's text alone at best. [kB]"""
    sent, page = fetch(address, cookie)
    linked = set(re.findall(r'(?:src|href)="(/static/[^"#]+)"', page))
    parts = [len(fetch(urljoin(address, part))[0]) for part in linked]
    return (len(sent) + sum(parts)) / 1000, len(gzip.compress(page.encode())) / 1000
