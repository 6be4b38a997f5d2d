"""The steps of docs/api.md are run as they stand there, in order, and print what stands below them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import SLOWER

ROOT = Path(settings.BASE_DIR)
PART = "## From zero to a synced cramp in ten minutes"
STEP = re.compile(r"^```sh\n(.*?)^```\n\n^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "=== next step ==="


def steps():
    """Commands and what they print, of each step of the guide."""
    part = (ROOT / "docs" / "api.md").read_text().partition(PART)[2].partition("\n## ")[0]
    found = STEP.findall(part)
    assert len(found) == part.count("```sh\n") == 8  # no step without its answer
    return found


def as_pattern(told):
    """The printed text, with `...` for anything."""
    return ".*?".join(re.escape(part) for part in told.strip().split("..."))


@pytest.mark.processes
@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_guide_leads_from_nothing_to_a_synced_cramp(site, tmp_path):
    commands = [command for command, _ in steps()]
    script = "set -euo pipefail\n" + f"\necho '{MARK}'\n".join(commands)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    run = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=100 * SLOWER,
        env={"PATH": path, "HOME": str(tmp_path), "TMPDIR": str(tmp_path), "SERVER": site},
    )  # fmt: skip

    assert run.returncode == 0, run.stdout + run.stderr
    printed = run.stdout.split(MARK)
    assert len(printed) == len(commands), run.stdout
    for (command, told), was in zip(steps(), printed, strict=True):
        assert re.fullmatch(as_pattern(told), was.strip(), re.DOTALL), f"{command}\nprinted\n{was}"
