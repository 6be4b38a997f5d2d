"""A cache that a person never notices is down, and a lockout that holds all the same.

With Redis stopped, or a disk that is full, logging a cramp and reading a diary must still work: a cache
that cannot be reached or written answers like one that holds nothing, and says so in the log. Attempts to
sign in are no such matter. allauth counts them in this cache by names of its own, and remembers which codes
of a second factor were used; both are passed on to the cache `lockouts`, which is in the database.
"""

import pickle
import zlib

import structlog
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from spasmlog.pause import Pause

log = structlog.get_logger(__name__)

BROKEN = (RedisError, OSError, EOFError, pickle.UnpicklingError, zlib.error)
"""What is raised where a server is not reached, a disk takes no more, or a file was cut off."""
ALLAUTH = "allauth"
"""How the names begin under which allauth counts attempts."""


def is_attempt(key) -> bool:
    return str(key).startswith(ALLAUTH)


class LockoutsApart:
    """Before a cache: what counts attempts is asked of `lockouts`. (allauth uses these four alone.)"""

    def get(self, key, *args, **kwargs):
        return (caches["lockouts"] if is_attempt(key) else super()).get(key, *args, **kwargs)

    def set(self, key, *args, **kwargs):
        return (caches["lockouts"] if is_attempt(key) else super()).set(key, *args, **kwargs)

    def add(self, key, *args, **kwargs):
        return (caches["lockouts"] if is_attempt(key) else super()).add(key, *args, **kwargs)

    def delete(self, key, *args, **kwargs):
        return (caches["lockouts"] if is_attempt(key) else super()).delete(key, *args, **kwargs)


class Unnoticed:
    """Before a cache: where it fails, it is an empty one, and is so for as long as its `pause`."""

    pause = Pause(0)

    def _or(self, fallback, operation, *args, **kwargs):
        if self.pause.is_on:
            return fallback
        try:
            return operation(*args, **kwargs)
        except BROKEN as error:
            self.pause.begin()
            log.warning("cache_unreachable", error=type(error).__name__)
            return fallback

    def get(self, key, default=None, version=None):
        return self._or(default, super().get, key, default, version)

    def set(self, *args, **kwargs):
        return self._or(None, super().set, *args, **kwargs)

    def add(self, *args, **kwargs):
        return self._or(True, super().add, *args, **kwargs)

    def touch(self, *args, **kwargs):
        return self._or(False, super().touch, *args, **kwargs)

    def delete(self, *args, **kwargs):
        return self._or(False, super().delete, *args, **kwargs)

    def get_many(self, keys, version=None):
        return self._or({}, super().get_many, keys, version)

    def set_many(self, data, *args, **kwargs):
        return self._or([], super().set_many, data, *args, **kwargs)

    def delete_many(self, *args, **kwargs):
        return self._or(None, super().delete_many, *args, **kwargs)

    def has_key(self, *args, **kwargs):
        return self._or(False, super().has_key, *args, **kwargs)

    def incr(self, key, delta=1, version=None):
        return self._or(delta, super().incr, key, delta, version)

    def clear(self):
        return self._or(False, super().clear)


class FolderCache(LockoutsApart, Unnoticed, FileBasedCache):
    """Of the embedded default: on disk, so that throttles count in every web process."""


class FailOpenRedisCache(LockoutsApart, Unnoticed, RedisCache):
    """Of a server with Redis. One that hangs would hold up each request for seconds."""

    pause = Pause(5)
