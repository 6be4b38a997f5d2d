"""Make the demo diary, or make it anew."""

import sys

from django.core.management.base import BaseCommand
from tqdm import tqdm

from journal import demo


class Command(BaseCommand):
    help = "Makes a demo account with ten weeks of a made-up diary; does nothing if it is there."

    def add_arguments(self, parser):
        parser.add_argument("--reset", action="store_true", help="delete the demo diary first")

    def handle(self, *args, reset, **options):
        if reset:
            demo.remove()
        if demo.exists():
            self.stdout.write("The demo diary is there already. --reset makes it anew.")
            return
        with tqdm(total=demo.WEEKS * 7 + 1, desc="Demo diary", unit="day", file=sys.stderr) as bar:
            demo.make(lambda done, of: bar.update(done - bar.n))
        self.stdout.write(f"Demo diary made. Sign in with {demo.EMAIL} and {demo.PASSWORD}")
