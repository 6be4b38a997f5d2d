"""`manage.py verify`: compute every diary's findings anew, and say which are not as they are stored."""

import sys

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from journal import verifying
from journal.models import Diarist


class Command(BaseCommand):
    help = (
        "Compare what is stored of each diary (days, gaps, cards) with what its entries amount to. Writes "
        "nothing unless --mend is said. Ends with an error if anything is wrong."
    )

    def add_arguments(self, parser):
        parser.add_argument("--diarist", type=int, metavar="NUMBER", help="one diary alone")
        parser.add_argument("--mend", action="store_true", help="store what the entries amount to")

    def handle(self, *, diarist, mend, verbosity, **options):
        chosen = Diarist.objects.order_by("pk")
        if diarist is not None:
            chosen = chosen.filter(pk=diarist)
            if not chosen:
                raise CommandError(f"There is no diary {diarist}.")
        look = verifying.mend if mend else verifying.look_at
        wrong = waiting = 0
        total = chosen.count()
        bar = tqdm(
            chosen.iterator(),
            total=total,
            desc="Diaries",
            file=sys.stderr,
            disable=not verbosity,
            leave=False,
        )
        for one in bar:
            found = look(one)
            waiting += bool(found.waiting)
            wrong += not found.is_right
            if not found.is_right:
                self.stdout.write(f"diary {one.pk}: {said(found)}")
        self.stdout.write(f"Right: {total - wrong}. {'Mended' if mend else 'Wrong'}: {wrong}.")
        if waiting:
            self.stdout.write(f"Waiting for a review, which is no fault: {waiting}.")
        if wrong and not mend:
            raise CommandError(
                "Some findings are not what the entries amount to. `verify --mend` stores them anew."
            )


def said(found: verifying.Found) -> str:
    """What is wrong with one diary, in counts alone: findings are nobody else's."""
    if found.busy:
        return "is being written to; run it again"
    return ", ".join(f"{count} {what}" for what, count in found.wrong.items())
