"""Take an exported diary into an account."""

import sys
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from tqdm import tqdm

from journal import people
from journal.exchange import taking_in


class Command(BaseCommand):
    help = "Takes an export (JSON or CSV zip) into an account, all of it or nothing; --preview only counts."

    def add_arguments(self, parser):
        parser.add_argument("account", help="the e-mail address or the username of the account")
        parser.add_argument("file", type=Path)
        parser.add_argument("--preview", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *, account, file, preview, **options):
        users = get_user_model().objects
        user = users.filter(email__iexact=account).first() or users.filter(username__iexact=account).first()
        if user is None:
            raise CommandError(f"There is no account {account}.")
        do = taking_in.preview if preview else taking_in.take_in
        try:
            # The file tells how far it is read.
            with file.open("rb") as raw, tqdm.wrapattr(
                raw, "read", total=file.stat().st_size, desc=file.name, unit="B", unit_scale=True,
                file=sys.stderr, leave=False, disable=options["verbosity"] == 0,
            ) as source:  # fmt: skip
                counts = do(people.diarist_of(user), source)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except ValidationError as broken:
            raise CommandError(f"{' '.join(broken.messages)} Nothing was taken in.") from broken
        for section, counted in counts.items():
            self.stdout.write(
                f"{section}: {counted['new']:,} new, {counted['known']:,} known, "
                f"{counted['brought_back']:,} brought back"
            )
