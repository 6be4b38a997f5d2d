"""The second `make run`: from the command to the first page, beside importing Django once."""

import os
import subprocess
import sys
import time
import urllib.request

from django.conf import settings

from benchmarks.house import Line, free_port, median

ALLOWED = 5.0
"""Until the first page answers. [s]"""


def measure() -> list[Line]:
    _seconds_to_first_page()
    taken = median([_seconds_to_first_page() for _ in range(3)])
    return [Line("second start; bare: python and Django", taken, "s", ALLOWED, _bare())]


def _seconds_to_first_page() -> float:
    port = free_port()
    begun = time.perf_counter()
    launched = subprocess.Popen(
        [sys.executable, "-m", "spasmlog.launch"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while launched.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=10):
                    return time.perf_counter() - begun
            except OSError:
                time.sleep(0.02)
        raise AssertionError("it did not start")
    finally:
        launched.terminate()
        launched.wait(timeout=30)


def _bare() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import django; django.setup()"], cwd=settings.BASE_DIR, check=True)
    return time.perf_counter() - begun
