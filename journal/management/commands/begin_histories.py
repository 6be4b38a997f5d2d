"""Begin another history of every diary, after a backup was put back."""

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from journal import changes


class Command(BaseCommand):
    help = "After a backup was put back: have every phone read its whole diary anew at its next sync."

    def handle(self, *args, **options) -> None:
        count = changes.begin_histories()
        self.stdout.write(
            ngettext("%(count)s diary begins anew.", "%(count)s diaries begin anew.", count)
            % {"count": count}
        )
