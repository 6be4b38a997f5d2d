"""Keyboard shortcuts: the list of them, and whether they are on; kept in a cookie as the colours are."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from journal.views.door import diary

COOKIE = "spasmlog_keys"
A_YEAR = 365 * 24 * 3600


def are_off(request: HttpRequest) -> bool:
    return request.COOKIES.get(COOKIE) == "off"


@diary
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """What each key does, as links and buttons."""
    return render(request, "journal/keys.html", {"keys_off": are_off(request)})


@diary
@require_POST
def keys_switch(request: HttpRequest, said: str = "") -> HttpResponse:
    """Switch them on or off on this device: single keys get in the way of speech input (WCAG 2.1.4)."""
    off = (said or request.POST.get("keys")) == "off"
    words = _("Keyboard shortcuts are switched off.") if off else _("Keyboard shortcuts are switched on.")
    messages.success(request, words, extra_tags=reverse("keys_switch_back", args=["on" if off else "off"]))
    response = redirect("me")
    word, https = "off" if off else "on", request.is_secure()
    response.set_cookie(COOKIE, word, max_age=A_YEAR, samesite="Lax", secure=https)
    return response
