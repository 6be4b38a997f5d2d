"""What the page for signing in asks, and the invented diary that it offers to look around in."""

from allauth.account.forms import AddEmailForm, LoginForm
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):
    """E-mail or username, and the password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["login"]
        field.label = _("E-mail or username")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["autocomplete"] = "username"

    @property
    def demo(self) -> dict[str, str] | None:
        """The account of the demo diary; None where `make run` did not start this, or without one."""
        from journal import demo

        if not settings.SHOW_DEMO or not demo.exists():
            return None
        return {"email": demo.EMAIL, "password": demo.PASSWORD}


class AddressForm(AddEmailForm):
    """A further e-mail address, in the words of this house."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs.pop("placeholder", None)
