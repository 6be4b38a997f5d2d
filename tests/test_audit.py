"""`make audit`: what is weak, what was looked at, and what was not."""

import subprocess
import sys

import pytest
from django.conf import settings

from spasmlog import audit

SOUND = {"name": "celery", "version": "5.7.0", "vulns": []}
WEAK = {"name": "django", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}]}
UNKNOWN = {"name": "numpy", "skip_reason": "Dependency not found on PyPI"}


def test_a_weak_package_is_named_with_what_mends_it():
    assert audit.told([SOUND, WEAK, UNKNOWN]) == [
        "WEAK: django 1.0: PYSEC-1, mended in 1.1, 2.0",
        "Audited: 2 packages; 1 are not in it. With a known weakness: 1.",
    ]
    assert audit.weak([SOUND, WEAK]) == [WEAK]


def test_silence_of_the_service_is_not_told_as_soundness():
    for answered in ([], [UNKNOWN, UNKNOWN]):
        [line] = audit.told(answered)
        assert line.startswith("NOT AUDITED")


@pytest.mark.parametrize(("answered", "code"), [([SOUND, UNKNOWN], 0), ([SOUND, WEAK], 1), ([], 0)])
def test_a_weak_package_alone_fails_the_command(monkeypatch, answered, code):
    monkeypatch.setattr(audit, "asked", lambda: answered)
    with pytest.raises(SystemExit) as ended:
        audit.main()
    assert ended.value.code == code


ASK = "import sys; from spasmlog import audit; print(*audit.told(audit.asked(sys.argv[1:])))"


def test_without_a_network_it_says_so(tmp_path):
    (tmp_path / "one.txt").write_text("django==5.2.19\n")
    nowhere = "http://127.0.0.1:9"
    said = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path / "one.txt")], cwd=settings.BASE_DIR, capture_output=True,
        text=True, env={"PATH": "/usr/bin:/bin", "HTTPS_PROXY": nowhere, "https_proxy": nowhere}, timeout=100,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("NOT AUDITED")
