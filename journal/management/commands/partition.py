"""`manage.py partition`: the two largest tables in parts by diarist, or as one table each again."""

import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from tqdm import tqdm

from journal.management import tables
from journal.models import DailyIntake, MealItem
from spasmlog import parts as tables_in_parts

LARGEST = (DailyIntake, MealItem)
MOST = 64
"""A statement that opens all of them locks each and each of its indexes: there is room for some thousands."""


class Command(BaseCommand):
    help = (
        "On PostgreSQL, divide day totals and foods of meals into so many tables by a hash of the diarist, "
        "or join them (--parts 1). Without --parts, tell how they stand. Stop web, worker and beat first."
    )

    def add_arguments(self, parser):
        parser.add_argument("--parts", type=int, metavar="NUMBER", help=f"from 1 (one table) to {MOST}")

    def handle(self, *, parts, verbosity, **options):
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no tables in parts. They are for a large PostgreSQL.")
        tables.must_be_there()
        if parts is not None and not 1 <= parts <= MOST:
            raise CommandError(f"--parts goes from 1 to {MOST}.")
        for model in LARGEST:
            if parts is not None and parts != tables_in_parts.of(model):
                self._rebuild(model, parts, verbosity)
            self.stdout.write(how_it_stands(model))

    def _rebuild(self, model, parts: int, verbosity: int) -> None:
        table = model._meta.db_table
        with tqdm(
            total=100, desc=table, unit="%", file=sys.stderr, disable=not verbosity, leave=False,
            bar_format="{desc}: {percentage:3.0f}% {bar} {elapsed}",
        ) as bar:  # fmt: skip
            try:
                tables_in_parts.rebuild(model, "diarist_id", parts, lambda share: bar.update(share * 100))
            except DatabaseError as wrong:
                raise CommandError(f"{table} is as it was: {reason(wrong)}") from wrong


IN_USE = "it is in use. Stop web, worker and beat, then try again."
ADVICE = {
    "55P03": IN_USE,
    "40P01": IN_USE,
    "23502": "it has rows without a diarist. `manage.py verify --mend` names it; then try again.",
    "42703": "it has no column for the diarist yet. Run `manage.py migrate`, then try again.",
}
"""By PostgreSQL's code of the error."""


def reason(wrong: DatabaseError) -> str:
    """What is wrong, and what an operator can do about it."""
    code = getattr(wrong.__cause__, "sqlstate", None) or ""
    return ADVICE.get(code) or " ".join(str(wrong).split())


def how_it_stands(model) -> str:
    count = tables_in_parts.of(model)
    rows, size = tables_in_parts.rows_and_bytes(model)
    stands = "one table" if count == 1 else f"{count} parts by diarist"
    return f"{model._meta.db_table}: {stands}, about {rows:,} rows, {size / 1e6:,.1f} MB"
