"""`make bench`: measure everything, print it, and fail where a claim does not hold.

One claim alone: `python -m benchmarks search`. The numbers of a run belong together: each of ours
stands beside a bare limit measured in the same run on the same machine, and the ratio travels better
than the milliseconds do.
"""

import sys

from benchmarks import house

CLAIMS = ("pages", "search", "review", "assessment", "web", "api", "start")


def main() -> int:
    from importlib import import_module

    chosen = sys.argv[1:] or CLAIMS
    with house.furnished():
        found = [line for name in chosen for line in import_module(f"benchmarks.{name}").measure()]
    print(f"\n{'':44}{'ours':>12}{'allowed':>12}{'bare':>12}{'ratio':>8}")
    for line in found:
        print(line)
    broken = [line.what for line in found if line.broken]
    if broken:
        print(f"\nNot held: {'; '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
