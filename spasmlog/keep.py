"""Keep a service running: start it again when it ends by itself.

    python -m spasmlog.keep COMMAND...

A service that ends within `TOO_SOON` seconds of its start cannot run here at all: its exit is passed on.
So are signals to end: the service is told, waited for, and its exit is ours.
"""

import signal
import subprocess
import sys
import time

TOO_SOON = 5.0
"""A service that lived no longer than this is not started again. [s]"""


class Keeper:
    """One service, started again and again until somebody says that it shall end."""

    def __init__(self, command: list[str]):
        self.command = command
        self.service: subprocess.Popen | None = None
        self.told: int | None = None

    def run(self) -> int:
        """Run until the service is told to end, or cannot start. Returns its exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.pass_on)
        while True:
            began = time.monotonic()
            self.service = subprocess.Popen(self.command)
            if self.told:
                self.service.send_signal(self.told)  # it was said while the service was being started
            code = self.service.wait()
            if self.told or time.monotonic() - began < TOO_SOON:
                return code if code >= 0 else 128 - code
            print(f"It ended by itself ({code}) and is started again.", file=sys.stderr, flush=True)

    def pass_on(self, number: int, _frame) -> None:
        self.told = number
        if self.service:
            self.service.send_signal(number)


if __name__ == "__main__":
    sys.exit(Keeper(sys.argv[1:]).run())
