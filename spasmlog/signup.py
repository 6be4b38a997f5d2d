"""What signing up asks for beside e-mail and password, on the web and from a phone alike."""

from allauth.core.exceptions import ImmediateHttpResponse
from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from journal import people

NOT_VALID = _("This invitation is not valid, or was used already. Ask for another.")


class SignupForm(forms.Form):
    """The invitation, where one is needed; afterwards the new user has a diary."""

    invitation = forms.CharField(label=_("Invitation"), max_length=64, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if settings.REGISTRATION == "invitation":
            self.fields["invitation"].required = True
        else:
            del self.fields["invitation"]

    def clean_invitation(self) -> str:
        code = self.cleaned_data["invitation"]
        if not people.may_sign_up(code):
            raise ValidationError(NOT_VALID)
        return code

    def signup(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        code = self.cleaned_data.get("invitation", "")
        if settings.REGISTRATION == "invitation" and not people.use_invitation(code, user):
            user.delete()  # somebody else took the same invitation a moment ago
            refused = {
                "status": 400,
                "errors": [{"param": "invitation", "code": "invalid", "message": str(NOT_VALID)}],
            }
            raise ImmediateHttpResponse(JsonResponse(refused, status=400))
        people.diarist_of(user)


class NoSpaceAtAnEnd:
    """A rule for new passwords: allauth's sign-in for phones takes spaces off both ends of what is typed."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if password != password.strip():
            raise ValidationError(self.get_help_text(), "space_at_an_end")

    def get_help_text(self) -> str:
        return gettext("A password must not begin or end with a space.")
