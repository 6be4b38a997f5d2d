"""Let one more person sign up, where registration is by invitation."""

from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand

from journal import people


class Command(BaseCommand):
    help = "Prints a code with which one person can sign up."

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=14, help="how long the code is good (default: 14)")

    def handle(self, *args, days, **options):
        self.stdout.write(people.invite(timedelta(days=days)))
        self.stderr.write(f"Good once, for {days} days. It is shown only now.")
        if settings.REGISTRATION != "invitation":
            self.stderr.write(
                f"Registration is {settings.REGISTRATION}; SPASMLOG_REGISTRATION=invitation asks for codes."
            )
