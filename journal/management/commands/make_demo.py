"""Make the demo diaries, or make them anew."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import BaseCommand
from tqdm import tqdm

from journal import demo


class Command(BaseCommand):
    help = "Makes two demo accounts: ten weeks of a made-up diary, and a short one with a warning sign."

    def add_arguments(self, parser):
        parser.add_argument("--reset", action="store_true", help="delete the demo diaries first")

    def handle(self, *args, reset, **options):
        if reset:
            demo.remove()
        if demo.all_exist():
            self.stdout.write("The demo diaries are there already. --reset makes them anew.")
            return
        with quiet():
            self._make()
        self.stdout.write(
            f"Demo diaries made. Sign in with {demo.EMAIL} and {demo.PASSWORD}; "
            f"{demo.SIGN_EMAIL}, same password, has a warning sign."
        )

    def _make(self):
        if not demo.exists(demo.EMAIL):
            with tqdm(total=demo.WEEKS * 7 + 1, desc="Demo diary", unit="day", file=sys.stderr) as bar:
                demo.make(lambda done, of: bar.update(done - bar.n))
        if not demo.exists(demo.SIGN_EMAIL):
            demo.make_with_a_sign()


@contextmanager
def quiet() -> Iterator[None]:
    """Without a line for each of some nine hundred entries, amid the bar."""
    before = logging.root.manager.disable
    logging.disable(max(before, logging.INFO))
    try:
        yield
    finally:
        logging.disable(before)
