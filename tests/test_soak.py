"""`make soak`, in short: the whole product on servers of its own, with people who do everything at once."""

import os
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.processes
@pytest.mark.timeout(300)
def test_nothing_fails_memory_stays_flat_and_every_finding_is_right_at_the_end():
    ours = {name: value for name, value in os.environ.items() if name != "SPASMLOG_TEST_DIR"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", "--minutes", "1", "--people", "8"], cwd=settings.BASE_DIR,
        env=ours, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 errors" in done.stdout and "web: " in done.stdout and "worker: " in done.stdout
