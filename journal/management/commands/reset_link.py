"""Mend a forgotten password without mail: a link, good for one new password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.urls import reverse

from journal.management import tables
from spasmlog.reached import public_address


class Command(BaseCommand):
    help = "Prints a one-time link with which somebody can choose a new password."

    def add_arguments(self, parser):
        parser.add_argument("who", help="user name or e-mail address")
        parser.add_argument(
            "--at", default="", help="address of this server, such as https://diary.example.org"
        )

    def handle(self, *args, who, at, **options):
        try:
            base = public_address(at) if at else settings.PUBLIC_URL or "http://localhost:8000"
        except ValueError:
            raise CommandError(
                "--at takes the whole address of this server, such as https://diary.example.org."
            ) from None
        tables.must_be_there()
        user = self._found(who)
        key = default_token_generator.make_token(user)
        path = reverse(
            "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key}
        )
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        self.stdout.write(f"{base}{path}")
        self.stderr.write(
            f"Good once, for {hours} hours. Whoever has it can open the diary: hand it over in person."
        )

    def _found(self, who: str):
        found = (
            get_user_model()
            .objects.filter(
                Q(username__iexact=who) | Q(email__iexact=who) | Q(emailaddress__email__iexact=who),
                is_active=True,
            )
            .distinct()
        )
        if len(found) != 1:
            raise CommandError(
                f"There is no account of “{who}”." if not found else f"“{who}” names several accounts."
            )
        return found[0]
