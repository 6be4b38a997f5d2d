"""`manage.py write_food_fixture --fndds DIR --sr28 DIR`: make the food table that ships with the project."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from nutrients import fixture
from nutrients.usda import fndds as fndds_release
from nutrients.usda import sr28 as sr28_release
from nutrients.usda.arrangement import arranged
from nutrients.usda.release import ReleaseError


class Command(BaseCommand):
    help = "Write the compact food table from the release folders. The same releases give the same bytes."

    def add_arguments(self, parser):
        parser.add_argument(
            "--fndds", type=Path, required=True, metavar="DIR", help="folder of the FNDDS workbooks"
        )
        parser.add_argument(
            "--sr28", type=Path, required=True, metavar="DIR", help="folder of the SR28 text files"
        )
        parser.add_argument(
            "--to", type=Path, default=fixture.SHIPPED, metavar="FILE", help="default: %(default)s"
        )

    def handle(self, *, fndds: Path, sr28: Path, to: Path, **options):
        try:
            foods = arranged([*fndds_release.read(fndds), *sr28_release.read(sr28)])
        except ReleaseError as broken:
            raise CommandError(str(broken)) from broken
        fixture.write(to, foods)
        self.stdout.write(f"{len(foods):,} foods written to {to} ({to.stat().st_size / 1e6:.2f} MB)")
