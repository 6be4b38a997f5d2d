"""`manage.py restore FILE`: put a backup back in the place of everything that is there."""

from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from spasmlog import backups


class Command(BaseCommand):
    help = (
        "Put a backup back: what the database holds now is gone. Then apply migrations that came since, and "
        "have every phone read its diary anew at its next sync."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, file, yes, **options):
        try:
            backups.look_at(file)
            if not yes:
                self.ask()
            backups.put_back(file)
        except backups.BackupError as wrong:
            raise CommandError(f"{wrong} Nothing was changed.") from wrong
        call_command("migrate", verbosity=0, interactive=False)
        call_command("begin_histories", stdout=self.stdout)
        self.stdout.write(f"{file} is back. `verify` tells whether its findings are as they should be.")

    def ask(self):
        try:
            said = input(f"Everything in {backups.where()} is replaced. Type yes to go on: ")
        except EOFError:
            raise CommandError("Nobody answered. Nothing was changed. With --yes nobody is asked.") from None
        if said.strip() != "yes":
            raise CommandError("Nothing was changed.")
