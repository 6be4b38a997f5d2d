"""`manage.py verify`: compute every diary's findings anew, and say which are not as they are stored."""

import sys

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from journal import verifying
from journal.management import tables
from journal.models import Diarist


class Command(BaseCommand):
    help = (
        "Compare what is stored of each diary (days, gaps, cards) with what its entries amount to, and look "
        "whether each food of a meal names the meal's diarist. Writes nothing unless --mend is said. Ends "
        "with an error if anything is wrong."
    )

    def add_arguments(self, parser):
        parser.add_argument("--diarist", type=int, metavar="NUMBER", help="one diary alone")
        parser.add_argument("--mend", action="store_true", help="store what the entries amount to")

    def handle(self, *, diarist, mend, verbosity, **options):
        tables.must_be_there()
        chosen = self._chosen(diarist)
        look = verifying.mend if mend else verifying.look_at
        wrong = waiting = failed = 0
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
            failed += bool(found.error)
            wrong += not found.is_right
            if not found.is_right:
                self.stdout.write(f"diary {one.pk}: {said(found)}")
        self.stdout.write(f"Right: {total - wrong}. {summed_up(wrong, failed, mend)}")
        if waiting:
            self.stdout.write(f"Waiting for a review, which is no fault: {waiting}.")
        if wrong > failed and not mend:
            raise CommandError(
                "Some of what is stored is not what the entries amount to. `verify --mend` stores it anew."
            )
        if failed:
            raise CommandError("Some diaries cannot be computed; they stay as they are.")

    def _chosen(self, number: int | None):
        everybody = Diarist.objects.order_by("pk")
        if number is None:
            return everybody
        if not (one := everybody.filter(pk=number)):
            raise CommandError(f"There is no diary {number}.")
        return one


def summed_up(wrong: int, failed: int, mend: bool) -> str:
    """How many were not right, and what became of them."""
    if not mend:
        return f"Wrong: {wrong}."
    return f"Mended: {wrong - failed}." + (f" Left: {failed}." if failed else "")


def said(found: verifying.Found) -> str:
    """What is wrong with one diary, in counts alone: findings are nobody else's."""
    if found.error:
        return f"cannot be computed ({found.error})."
    if found.busy:
        return "is being written to; run it again"
    return ", ".join(f"{count} {what}" for what, count in found.wrong.items())
