"""What leaves the diary and comes back: the whole of it as a file; and the account, deleted for good."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import logout
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from journal import account_log, leaving
from journal.codes import EventKind
from journal.download import as_download
from journal.exchange import FORMATS, taking_back, taking_in, uploads
from journal.exchange.contents import BY_NAME
from journal.forms import ImportForm, PasswordForm, refuse
from journal.models import Diarist
from journal.views.door import diary, posted
from spasmlog.access import ExportPatience, ImportPatience, takes_up_to
from spasmlog.accounts import TooManyTries, confirm_password, place_of

ROUND_THE_FILE = 100_000
"""What a form adds to the file in it. [bytes]"""

IMPORTED = "an import into a diary"
TAKEN_BACK_WITHIN = timedelta(days=1)


@diary
@require_GET
def export(request: HttpRequest, format: str) -> HttpResponseBase:
    """The whole diary as a file."""
    if format not in FORMATS:
        raise Http404
    if not ExportPatience().allow_request(request, None):
        messages.error(request, _("You have exported the diary many times in this hour. Try again later."))
        return redirect("me")
    account_log.note(request.user, EventKind.EXPORTED, place_of(request))
    return as_download(request.diarist, format)


@diary
@takes_up_to(taking_in.MOST_BYTES + ROUND_THE_FILE)
@require_http_methods(["GET", "POST"])
def import_diary(request: HttpRequest) -> HttpResponse:
    """Choose an export; then see what taking it in would do."""
    form = ImportForm(posted(request), request.FILES or None)
    if request.method == "POST" and not ImportPatience().allow_request(request, None):
        messages.error(request, _("You have imported a diary many times in this hour. Try again later."))
        return redirect("me")
    if request.method == "POST" and form.is_valid():
        try:
            word = uploads.keep(request.user, form.cleaned_data["file"])
            with uploads.opened(request.user, word) as file:
                counts = taking_in.preview(request.diarist, file)
            return render(request, "journal/import_preview.html", {"word": word, "rows": _told(counts)})
        except ValidationError as error:
            uploads.forget(request.user)
            refuse(form, error)
    return render(request, "journal/import.html", {"form": form})


@diary
@require_POST
def import_confirmed(request: HttpRequest) -> HttpResponse:
    """Take in the file that was looked at."""
    file = uploads.opened(request.user, request.POST.get("word", ""))
    if file is None:
        messages.error(request, _("This file is not here any more. Choose it again."))
        return redirect("import_diary")
    try:
        with file:
            counts = taking_in.take_in(request.diarist, file)
        account_log.note(request.user, EventKind.IMPORTED, place_of(request))
    except ValidationError as error:
        messages.error(request, " ".join([*error.messages, _("Nothing was taken in.")]))
        return redirect("import_diary")
    finally:
        uploads.forget(request.user)
    written = sum(counted["new"] + counted["brought_back"] for counted in counts.values())
    said = ngettext("%(n)s row taken in.", "%(n)s rows taken in.", written) % {"n": written}
    messages.success(request, said, extra_tags=_undo_of(request.diarist, counts.revisions))
    return redirect("me")


def _undo_of(diarist: Diarist, revisions: range) -> str:
    """Where an import is taken back: an address that only this server can have made, and for this diary."""
    if not revisions:
        return ""
    word = signing.dumps([diarist.pk, str(diarist.history), revisions.start, revisions.stop], salt=IMPORTED)
    return reverse("import_taken_back", args=[word])


@diary
@require_POST
def import_taken_back(request: HttpRequest, word: str) -> HttpResponse:
    """Delete what an import brought. Answers of the profile stay."""
    try:
        whose, history, start, stop = signing.loads(word, salt=IMPORTED, max_age=TAKEN_BACK_WITHIN)
    except signing.SignatureExpired:
        messages.error(request, _("An import can be taken back for a day. Delete its entries one by one."))
        return redirect("me")
    except signing.BadSignature:
        raise Http404 from None
    if (whose, history) != (request.diarist.pk, str(request.diarist.history)):
        raise Http404
    deleted = taking_back.take_back(request.diarist, range(start, stop))
    said = ngettext("%(n)s row deleted again.", "%(n)s rows deleted again.", deleted) % {"n": deleted}
    messages.success(request, " ".join([said, _("Answers of the profile stay as they are.")]))
    return redirect("me")


def _told(counts: taking_in.Counts) -> list[dict]:
    """The counts of entries by kind, for people; kinds of which the file has none are left out. Of answers
    about the person the page has a sentence."""
    return [
        {"name": BY_NAME[name].model._meta.verbose_name_plural, **counted}
        for name, counted in counts.items()
        if name not in taking_in.PERSON and counted.total()
    ]


@diary
@require_http_methods(["GET", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    """Say what will be gone, offer the diary as a file, and ask for the password."""
    form = PasswordForm(posted(request))
    if request.method == "POST" and form.is_valid():
        account_log.note(request.user, EventKind.DELETION_ASKED, place_of(request))
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
