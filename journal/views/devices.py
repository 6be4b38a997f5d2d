"""Where the person is signed in: names, ends, and the page from which a phone is connected."""

from urllib.parse import urlsplit
from uuid import UUID

from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from journal import devices, pairing, qr
from journal.forms import DeviceForm, refuse
from journal.views.door import diary, posted
from spasmlog.accounts import proof_wanted

NAME_BEFORE = "device_name_before"
"""The key of the session under which a device's earlier name is kept."""
THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")


@diary
@require_GET
def devices_list(request: HttpRequest) -> HttpResponse:
    found = devices.devices_of(request.user, request.session.session_key)
    others = sum(not one.is_current for one in found)
    return render(request, "journal/devices.html", {"devices": found, "others": others})


@diary
@require_http_methods(["GET", "POST"])
def device(request: HttpRequest, id: UUID) -> HttpResponse:
    """One device: call it otherwise, or go on to sign it out."""
    one = own_device(request, id)
    form = DeviceForm(posted(request), initial={"name": one.name})
    if request.method == "POST" and form.is_valid():
        try:
            _rename(request, one, form.cleaned_data["name"], _("Renamed."))
            return redirect("devices")
        except ValidationError as error:
            refuse(form, error)
    return render(request, "journal/device.html", {"device": one, "form": form})


@diary
@require_POST
def device_name_back(request: HttpRequest, id: UUID) -> HttpResponse:
    """Call a device again as it was called before it was renamed last."""
    one, before = own_device(request, id), request.session.get(NAME_BEFORE, {})
    if before.get("id") == str(id):
        _rename(request, one, before["name"], _("It is as it was."))
    else:
        messages.error(request, _("This can be taken back no more."))
    return redirect("devices")


def _rename(request: HttpRequest, one: devices.Device, name: str, words: str) -> None:
    """Rename, and tell of it with a button that gives the earlier name back."""
    devices.rename(one, name)
    request.session[NAME_BEFORE] = {"id": str(one.id), "name": one.name}
    messages.success(request, words, extra_tags=reverse("device_name_back", args=[one.id]))


@diary
@require_POST
def device_sign_out(request: HttpRequest, id: UUID) -> HttpResponse:
    one = own_device(request, id)
    devices.sign_out(one)
    if one.is_current:
        request.session.flush()
        return redirect("account_login")
    messages.success(request, _("%(name)s is signed out.") % {"name": one.name})
    return redirect("devices")


@diary
@require_POST
def devices_sign_out_others(request: HttpRequest) -> HttpResponse:
    found = devices.devices_of(request.user, request.session.session_key)
    others = [one for one in found if not one.is_current]
    devices.sign_out(*others)
    words = ngettext("%(count)s device is signed out.", "%(count)s devices are signed out.", len(others))
    messages.success(request, words % {"count": len(others)})
    return redirect("devices")


def own_device(request: HttpRequest, id: UUID) -> devices.Device:
    one = devices.find(request.user, id, request.session.session_key)
    if one is None:
        raise Http404
    return one


# Connect a phone ------------------------------------------------------------------------------


@diary
@require_http_methods(["GET", "POST"])
def connect_phone(request: HttpRequest) -> HttpResponse:
    """Show a code for a phone, once: asked for by a button, after proving again who it is if need be."""
    if request.method == "GET":
        return redirect("devices")
    if page := proof_wanted(request):
        return suspend_request(request, reverse(page))
    code = pairing.offer(own_session(request))
    server = settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    shown = {
        "pairing": code.pairing,
        "picture": qr.picture(code.address(server)),
        "typed": code.typed,
        "server": server,
        "only_here": urlsplit(server).hostname in THIS_COMPUTER,
        "minutes": int(pairing.GOOD_FOR.total_seconds() // 60),
    }
    return kept_nowhere(render(request, "journal/connect.html", shown))


@diary
@require_GET
def connect_state(request: HttpRequest, id: UUID) -> HttpResponse:
    """What has become of a code: still good, used by which phone, or over."""
    one = pairing.shown_to(request.user, id)
    if one is None:
        raise Http404
    names = {known.row.pk: known.name for known in devices.devices_of(request.user)}
    shown = {
        "pairing": one,
        "phone": names.get(one.connected_id) if one.used_at else None,
        "waiting": one.used_at is None and one.expires_at > timezone.now(),
    }
    template = "journal/_connect_state.html" if request.htmx else "journal/connect_state.html"
    return kept_nowhere(render(request, template, shown))


def own_session(request: HttpRequest) -> UserSession:
    """The row of the browser that asks; made now if it was signed in by another way than a form."""
    if not UserSession.objects.filter(session_key=request.session.session_key).exists():
        UserSession.objects.create_from_request(request)
    return UserSession.objects.get(session_key=request.session.session_key)


def kept_nowhere(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, no_store=True)
    return response
