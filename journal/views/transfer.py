"""What leaves the diary and comes back: the whole of it as a file; and the account, deleted for good."""

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from journal import leaving
from journal.download import as_download
from journal.exchange import FORMATS
from journal.forms import PasswordForm, refuse
from journal.views.door import diary, posted
from spasmlog.access import ExportPatience
from spasmlog.accounts import TooManyTries, confirm_password


@diary
@require_GET
def export(request: HttpRequest, format: str) -> HttpResponseBase:
    """The whole diary as a file."""
    if format not in FORMATS:
        raise Http404
    if not ExportPatience().allow_request(request, None):
        messages.error(request, _("You have exported the diary many times in this hour. Try again later."))
        return redirect("me")
    return as_download(request.diarist, format)


@diary
@require_http_methods(["GET", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    """Say what will be gone, offer the diary as a file, and ask for the password."""
    form = PasswordForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            confirm_password(request.user, form.cleaned_data["password"])
            leaving.delete_account(request.user)
        except ValidationError as error:
            refuse(form, error)
        except TooManyTries as locked:
            form.add_error(None, locked.words)
        else:
            logout(request)
            messages.success(request, _("Your account and your diary are deleted."))
            return redirect("account_login")
    kept = leaving.NOT_THE_DEMO if leaving.is_demo(request.user) else ""
    return render(request, "journal/delete_account.html", {"form": form, "kept": kept})
