"""A Python process whose clock runs ahead or behind: `python -m tests.faults.clock FILE MODULE ARGUMENTS...`.

FILE holds by how many seconds, and is followed while the process and its children run. What they read of the
clock is moved by time-machine, which the suite has anyway (faketime would have to be installed); clocks that
only go forward go on, as they do when a real one is set.
"""

import os
import runpy
import sys
import threading
import time
from pathlib import Path

import time_machine

LOOKS_EVERY = 0.05


class Shifted:
    def __init__(self, path):
        self.path, self.by = path, self.wanted(path)
        self.clock = time_machine.travel(time.time() + self.by, tick=True).start()

    @staticmethod
    def wanted(path):
        return float(path.read_text() or 0)

    def follow(self):
        """From a thread, which no child inherits: each starts its own."""
        threading.Thread(target=self.look, daemon=True).start()

    def look(self):
        while True:
            time.sleep(LOOKS_EVERY)
            wanted = self.wanted(self.path)
            if wanted != self.by:
                self.clock.shift(wanted - self.by)
                self.by = wanted


if __name__ == "__main__":
    shifted = Shifted(Path(sys.argv[1]))
    shifted.follow()
    os.register_at_fork(after_in_child=shifted.follow)
    del sys.argv[:2]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
