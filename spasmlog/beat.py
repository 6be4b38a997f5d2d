"""The scheduler, which a clock that was set back does not hold up.

Celery's own asks for a task again once its time has passed since the last time. If that is still to come,
because the clock ran ahead then, it would ask for nothing until the clock has caught up.
"""

import structlog
from celery.beat import PersistentScheduler

log = structlog.get_logger(__name__)


class Scheduler(PersistentScheduler):
    """Celery's own, except that a time that is still to come counts as now."""

    def tick(self, *args, **kwargs) -> float:
        now = self.app.now()
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at > now]
        if ahead:
            log.warning("clock_was_set_back", tasks=len(ahead))
            for entry in ahead:
                entry.last_run_at = now
            self._heap = None  # the order of what comes next, by the clock as it was; made anew
        return super().tick(*args, **kwargs)
