"""`manage.py doctor`: say what is wrong with this installation, and how to mend it."""

from django.core.management.base import BaseCommand, CommandError

from journal import doctor


class Command(BaseCommand):
    help = "Look at what SpasmLog needs, say what is wrong and how to mend it. Changes nothing."
    requires_system_checks = ()  # what is broken must not keep it from saying so
    requires_migrations_checks = False

    def handle(self, **options):
        wrong = 0
        for found in doctor.examine():
            if found.wrong:
                wrong += 1
                self.stdout.write(f"WRONG  {found.what}: {found.wrong}. {found.mend}")
            else:
                self.stdout.write(f"ok     {found.what}" + (f" ({found.where})" if found.where else ""))
        if wrong:
            raise CommandError(
                f"{wrong} of these must be mended." if wrong > 1 else "One of these must be mended."
            )
