"""A server that does not answer is left alone for a while: one person waits for it, and not everybody."""

import time


class Pause:
    """Of all threads of a process."""

    def __init__(self, seconds: float):
        self.seconds, self.until = seconds, 0.0

    def begin(self) -> None:
        self.until = time.monotonic() + self.seconds

    def end(self) -> None:
        self.until = 0.0

    @property
    def is_on(self) -> bool:
        return time.monotonic() < self.until
