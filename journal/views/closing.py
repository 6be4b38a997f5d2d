"""Closing a gap with food: what would add most for a portion, and swaps of usual foods."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from journal import closing, findings
from journal.closing import Standing
from journal.templatetags.journal import nutrient_name
from journal.views.door import diary


@diary
@require_GET
def closing_page(request: HttpRequest) -> HttpResponse:
    """Everything that is lacking: the foods for each, for all together, and the swaps."""
    standing = closing.standing_of(request.diarist)
    codes = [one.code for one in standing.below]
    larder = closing.Larder.of(standing) if codes else None
    lists = [(one, closing.foods_for(standing, [one.code], larder)) for one in standing.below]
    return render(
        request,
        "journal/closing.html",
        {
            "standing": standing,
            "together": closing.foods_for(standing, codes, larder) if len(codes) > 1 else None,
            "lists": lists,
            "others": [one for one in standing.nutrients if one.state != "below"],
            **findings.told(request.diarist),
            **_swaps(standing),
        },
    )


@diary
@require_GET
def closing_of(request: HttpRequest, code: str) -> HttpResponse:
    """One nutrient's foods: a part of a page for htmx, else a page."""
    if code not in closing.CLOSED:
        raise Http404
    standing = closing.standing_of(request.diarist)
    about = {
        "standing": standing,
        "nutrient": standing.of(code),
        "foods": closing.foods_for(standing, [code]),
        "alone": True,
    }
    part = getattr(request, "htmx", False) and not request.htmx.boosted
    response = render(request, "journal/_closing.html" if part else "journal/closing_of.html", about)
    patch_vary_headers(response, ["HX-Request"])
    return response


@diary
@require_GET
def closing_swaps(request: HttpRequest) -> HttpResponse:
    """The swaps alone, asked for again and again until a worker has found them."""
    standing = closing.standing_of(request.diarist)
    return render(request, "journal/_swaps.html", {"standing": standing, **_swaps(standing)})


def _swaps(standing: Standing) -> dict[str, Any]:
    """The swaps to show, or that they are being worked out; neither where nothing of theirs is lacking."""
    lacking = standing.lacking(closing.SWAPPED)
    about: dict[str, Any] = {"swapping": bool(lacking), "working": False, "found": None}
    if not lacking:
        return about
    found = closing.swaps(standing)
    if found is None:
        closing.ask(standing.diarist)
        return {**about, "working": True}
    hide = standing.effects.hide_energy
    told = [
        {**swap, "said": closing.change_in_words(swap["change"], lacking, hide_energy=hide)}
        for swap in found["swaps"]
    ]
    said = closing.change_in_words(found["change"], lacking, hide_energy=hide)
    untold = [code for code in lacking if standing.of(code).under_adequate]
    return {
        **about, "found": {**found, "swaps": told}, "said": said,
        "names": _names(lacking), "untold": _names(untold),
    }  # fmt: skip


def _names(codes: Iterable[str]) -> str:
    return get_text_list([nutrient_name(code) for code in codes], _("and"))
