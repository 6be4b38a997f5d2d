"""Known weaknesses of the packages that are pinned here: `make audit`.

pip-audit asks PyPI's list of advisories. It calls it "no known vulnerabilities" when that list says nothing
of a package, or when whoever answers in PyPI's place has no such list; and without a network it ends as if a
weakness had been found. Here these are told apart: packages that nobody answered for were not looked at, in
so many words, and that is no failure.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LISTS = ("requirements.txt", "requirements-dev.txt")
LONGEST = 300
"""[s]"""


def main() -> None:
    said = asked()
    print("\n".join(told(said)))
    sys.exit(1 if weak(said) else 0)


def asked(lists: Iterable[str] = LISTS) -> list[dict[str, Any]]:
    """What pip-audit found of each package; nothing where it could not ask."""
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner", "off"]
    command += ["--format", "json", *(word for name in lists for word in ("--requirement", str(ROOT / name)))]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
        return json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []


def weak(packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in packages if one.get("vulns")]


def told(packages: list[dict[str, Any]]) -> list[str]:
    """A line for each weakness, and one that says how much was looked at."""
    lines = [_line(one, found) for one in weak(packages) for found in one["vulns"]]
    looked_at = sum("skip_reason" not in one for one in packages)
    if not looked_at:
        return ["NOT AUDITED: no list of advisories can be reached from here. Run `make audit` elsewhere."]
    left_out = f"; {len(packages) - looked_at} are not in it" if looked_at < len(packages) else ""
    return [*lines, f"Audited: {looked_at} packages{left_out}. With a known weakness: {len(weak(packages))}."]


def _line(one: dict[str, Any], found: dict[str, Any]) -> str:
    mended = ", ".join(found["fix_versions"]) or "no version yet"
    return f"WEAK: {one['name']} {one['version']}: {found['id']}, mended in {mended}"


if __name__ == "__main__":
    main()
