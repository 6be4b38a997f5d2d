"""`manage.py load_foods`: fill the food and reference tables; a second run loads nothing."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from nutrients import loading
from nutrients.usda.release import ReleaseError


class Command(BaseCommand):
    help = "Load foods, reference intakes and activities, unless they are loaded already."

    def add_arguments(self, parser):
        parser.add_argument("--fndds", type=Path, metavar="DIR", help="a release folder of FNDDS workbooks")
        parser.add_argument("--sr28", type=Path, metavar="DIR", help="a release folder of SR28 text files")
        parser.add_argument(
            "--fixture", type=Path, metavar="FILE", help="a compact food table other than ours"
        )
        parser.add_argument("--again", action="store_true", help="load what is loaded already, too")

    def handle(self, *, fndds, sr28, fixture, again, verbosity, **options):
        try:
            tables = loading.load_everything(
                fndds=fndds, sr28=sr28, fixture_file=fixture, again=again, progress=verbosity > 0
            )
        except ReleaseError as broken:
            raise CommandError(f"{broken}. Nothing was loaded.") from broken
        for table in tables:
            done = "loaded" if table.written else "loaded before"
            self.stdout.write(f"{table.name}: {table.rows:,} rows {done}")
