"""`manage.py backup FILE`: the whole database as one file, while people use the site."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from spasmlog import backups


class Command(BaseCommand):
    help = "Write everything people wrote, and all else in the database, into one new file."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *, file, **options):
        try:
            size = backups.write(file)
        except backups.BackupError as wrong:
            raise CommandError(str(wrong)) from wrong
        self.stdout.write(
            f"{file}: {size / 1e6:,.1f} MB, a copy of {backups.where()}. "
            "It holds health data: keep it as you keep the database."
        )
