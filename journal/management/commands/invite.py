"""Let one more person sign up, where registration is by invitation."""

from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from journal import people

MOST_DAYS = 365
"""An invitation that nobody took up in a year is a forgotten one."""


class Command(BaseCommand):
    help = "Prints a code with which one person can sign up."

    def add_arguments(self, parser):
        parser.add_argument(
            "--days", type=int, default=14, help="how long the code is good, 1 to 365 (default: 14)"
        )

    def handle(self, *args, days, **options):
        if not 1 <= days <= MOST_DAYS:
            raise CommandError(f"An invitation is good for 1 to {MOST_DAYS} days.")
        self.stdout.write(people.invite(timedelta(days=days)))
        self.stderr.write(f"Good once, for {days} days. It is shown only now.")
        if settings.REGISTRATION != "invitation":
            self.stderr.write(
                f"Registration is {settings.REGISTRATION}; SPASMLOG_REGISTRATION=invitation asks for codes."
            )
