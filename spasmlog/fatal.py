"""Work that ends its process, by what it takes of memory or a fault below Python, is left alone for a while.

A task whose process died is asked for again, and would end one process after the other while everybody else
waits. So each attempt is counted in the cache before it begins and forgotten once it has ended, well or not:
what stays are attempts that nothing of a process was left to end. A cache that is down counts nothing.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import structlog
from django.core.cache import cache

log = structlog.get_logger(__name__)

MOST = 3
"""Processes that may end over it."""
LEFT_ALONE = 60 * 60
"""For so long after the last of them. [s]"""


@contextmanager
def attempt(what: str, most: int = MOST) -> Iterator[bool]:
    """`with attempt("review:7") as may:` tells whether to try; the caller leaves it where not."""
    key = _key(what)
    before = cache.get(key, 0)
    if before >= most:
        log.error("left_alone", what=what, ended=before)
        yield False
        return
    cache.set(key, before + 1, LEFT_ALONE)
    try:
        yield True
    finally:
        cache.delete(key)


def left_alone(of: Collection[str]) -> set[str]:
    """Those over which too many processes ended lately."""
    ended = cache.get_many([_key(what) for what in of])
    return {what for what in of if ended.get(_key(what), 0) >= MOST}


def _key(what: str) -> str:
    return f"attempt:{what}"
