"""`manage.py review_all`: review every diary that is due, beside workers or without them."""

import sys

from django.core.management.base import BaseCommand
from tqdm import tqdm

A_LONG_WHILE = 1e9
"""Nobody who has just logged a meal waits for this process. [s]"""


class Command(BaseCommand):
    help = (
        "Review every diary whose day began or changed since its last review. Run as many of it at once as "
        "there are cores: each takes chunks of a thousand diaries. May be stopped at any point."
    )

    def handle(self, *, verbosity, **options):
        from journal import nights

        nights.plan(waited=None)  # who says "now" means a meal logged a second ago, too
        before = nights.progress()
        done = failed = 0
        with tqdm(
            total=before.due - before.done, desc="Diaries", unit="diary", file=sys.stderr,
            disable=not verbosity, leave=False,
        ) as bar:  # fmt: skip
            while visit := nights.work(A_LONG_WHILE, bar.update, waited=None):
                done, failed = done + visit.done, failed + visit.failed
        left = nights.progress()
        self.stdout.write(f"Reviewed: {done - failed}. Failed: {failed}.")
        if left.due > left.done:
            self.stdout.write(f"With other workers: {left.due - left.done}.")
