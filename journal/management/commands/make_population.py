"""`manage.py make_population`: a great many made-up people with diaries, to measure and to try things on."""

import sys

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm


class Command(BaseCommand):
    help = (
        "Make up people with diaries: of many ages, zones and habits, who eat common foods, skip days, have "
        "cramps. Nobody can sign in as one. Their days wait for a review: `manage.py review_all` does all."
    )

    def add_arguments(self, parser):
        parser.add_argument("--diarists", type=int, default=100, metavar="N", help="people to make (100)")
        parser.add_argument(
            "--days", type=int, default=90, metavar="D", help="days of diary up to today (90)"
        )
        parser.add_argument(
            "--items", type=float, default=12, metavar="I", help="foods eaten on a day, on average (12)"
        )
        parser.add_argument(
            "--totals-only",
            action="store_true",
            help="no entries, only what a review would have stored of them; `verify` finds these wrong",
        )
        parser.add_argument("--seed", type=int, default=0, help="another seed, other people")
        parser.add_argument(
            "--beside-real-people", action="store_true", help="also into a database in which people are"
        )

    def handle(self, *, diarists, days, items, totals_only, seed, beside_real_people, verbosity, **options):
        from journal import population
        from nutrients.models import Food

        if min(diarists, days, items) <= 0:
            raise CommandError("Give numbers above 0.")
        if not beside_real_people and (count := population.real_people().count()):
            raise CommandError(
                f"This database has {count} real accounts; made-up people do not belong beside them. "
                "If you mean it: --beside-real-people."
            )
        if not Food.objects.filter(owner=None).exists():
            raise CommandError("There are no foods yet: python manage.py load_foods")
        with tqdm(
            total=diarists, desc="People", unit="person", file=sys.stderr, disable=not verbosity, leave=False
        ) as bar:
            written = population.make(
                diarists, days, items, totals_only=totals_only, seed=seed, progress=bar.update
            )
        self.stdout.write(f"Made {diarists} people: {sum(written.values()):,} rows.")
