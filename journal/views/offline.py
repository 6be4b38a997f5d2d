"""The diary without a network: the app's frame, its service worker, and what a browser asks to keep.

The service worker and the modules beside it do the rest: `journal/static/journal/offline/`.
"""

import hashlib
import json
from functools import cache
from types import SimpleNamespace

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

import spasmlog
from journal import offline
from journal.codes import MealKind
from journal.entries import NO_CRAMP_YET
from journal.forms import CrampForm
from journal.models import Diarist
from journal.views.door import diary
from journal.warning_forms import DiarySignsForm
from nutrients.models import Activity
from spasmlog.browsers import diary_key

OWN = ("journal/", "spasmlog/", "django_htmx/htmx-2.min.js")
"""Static files of our pages, which are kept; not those of the admin and of the API's page."""
KEPT_PAGES = ("today", "week", "advice", "patterns", "learn")
"""Pages of a diary that are kept as they were last seen, with those below them."""
LOGS = {
    "water": ("water_add",),
    "meal": ("add_food",),
    "exercise": ("exercise_add",),
    "dose": ("supplement_add",),
    "signs": ("warning_signs",),
    "cramp": ("cramp_now",),
}
"""Forms that fall into the queue when the network fails, by what they log."""
WORDS = {
    "cramp": _l("Cramp"),
    "water": _l("Water"),
    "drink": _l("Drink"),
    "meal": _l("Meal"),
    "exercise": _l("Exercise"),
    "dose": _l("Supplement"),
    "signs": _l("Warning signs"),
    "mark": _l("About this day"),
    "food": _l("a food"),
    "grams": _l("grams"),
    "ounces": _l("ounces (weight)"),
    "kept": _l("Kept in this browser."),
    "keptCramp": _l("Cramp at {time} is kept in this browser. Details are up to you."),
    "keptDetails": _l("Kept with its details. It is sent when you are online."),
    "takenBack": _l("Taken back."),
    "changed": _l("Changed. It is sent again."),
    "chooseFood": _l("Choose at least one food."),
    "chooseActivity": _l("Choose an activity."),
    "chooseProduct": _l("Choose one of your own supplements."),
    "chooseMark": _l("Choose at least one."),
    "noCrampYet": NO_CRAMP_YET,
    "tickOne": _l("Tick at least one warning sign."),
    "noFoods": _l("The food table is not kept here yet; foods that you eat are."),
    "loading": _l("The food table is being fetched …"),
    "noActivity": _l("No activity answers to these words here."),
    "nothing": _l("No food answers to these words here."),
    "notTaken": _l("Not taken:"),
    "mistake": _l("The server made a mistake with it. It is noted there; send it again later."),
    "conflict": _l(
        "It was changed on another device meanwhile. Discard what waits here, or store it instead."
    ),
    "discard": _l("Discard this entry? It is in no diary yet."),
    "stored": _l("To change what is in your diary already."),
}
"""What the page of the frame says from its script."""
MARKS = {
    "finished": _l("Day finished"),
    "no_cramp": _l("No cramp on this day"),
    "fasting": _l("Fasting day"),
}
"""What can be said of a whole day."""
COLOURS = {"light": "#fffefb", "dark": "#182124"}
"""--surface of base.css, which the head of each page has; a test keeps them alike."""


# The frame ------------------------------------------------------------------------------------


@require_GET
def shell(request: HttpRequest) -> HttpResponse:
    """The page on which one logs without a network. It is kept by the browser for whoever comes: nothing of
    anybody's is in it. Script fills it in from what is kept for the person who was signed in last."""
    everybody = Diarist()
    response = render(
        request,
        "journal/offline/shell.html",
        {
            "user": SimpleNamespace(is_authenticated=True),  # the frame with its navigation, and no name
            "messages": [],
            "cramp": CrampForm(diarist=everybody, auto_id="cramp_%s"),
            "signs": DiarySignsForm(auto_id="signs_%s"),
            "meal_kinds": MealKind.choices,
            "marks": MARKS.items(),
            "guidance": offline.guidance(),
            "words": WORDS,
        },
    )
    patch_cache_control(response, no_cache=True)
    return response


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that answers when the network does not, for the whole site."""
    response = render(
        request,
        "journal/offline/service_worker.js",
        {"release": json.dumps(release())},
        content_type="text/javascript; charset=utf-8",
    )
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Cache-Control"] = "no-cache"
    return response


def release() -> dict:
    """Which release this is, and what its service worker must know of the site."""
    files = own_files()
    digest = hashlib.sha256(" ".join([spasmlog.__version__, *files]).encode()).hexdigest()
    return {
        "version": f"{spasmlog.__version__}-{digest[:8]}",
        "files": files,
        "shell": reverse("offline"),
        "who": reverse("offline_who"),
        "sync": reverse("api-sync"),
        "ring": reverse("ring_here"),
        "today": reverse("today"),
        "keep": [reverse(name) for name in KEPT_PAGES] + ["/day/", "/nutrients/"],
        "logs": {reverse(name): what for what, names in LOGS.items() for name in names},
        "signOut": reverse("account_logout"),
        "signIn": reverse("account_login"),
        "deleteAccount": reverse("delete_account"),
    }


@cache
def own_files() -> list[str]:
    """Addresses of the static files that our pages are made of."""
    names = sorted(
        name
        for finder in finders.get_finders()
        for name, _storage in finder.list([])
        if name.startswith(OWN) and not name.endswith((".map", "api_docs.js"))
    )
    return [static(name) for name in names]


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What a device must know to install this as an app."""

    def icon(name: str, sizes: str, **more: str) -> dict:
        kind = "image/svg+xml" if name.endswith("svg") else "image/png"
        return {"src": static(f"spasmlog/{name}"), "sizes": sizes, "type": kind, **more}

    small = icon("icon-192.png", "192x192")
    response = JsonResponse(
        {
            "id": "/",
            "name": "SpasmLog",
            "short_name": "SpasmLog",
            "description": _("A diary of food, water, exercise and muscle cramps."),
            "lang": get_language(),
            "start_url": reverse("today"),
            "scope": "/",
            "display": "standalone",
            "background_color": COLOURS["light"],
            "theme_color": COLOURS["light"],
            "categories": ["health", "food", "lifestyle"],
            "icons": [
                icon("logo.svg", "any"),
                small,
                icon("icon-512.png", "512x512"),
                icon("icon-maskable-512.png", "512x512", purpose="maskable"),
            ],
            "shortcuts": [
                {"name": _("Cramp now"), "url": f"{reverse('offline')}#cramp", "icons": [small]},
                {"name": _("Add food"), "url": reverse("add_food"), "icons": [small]},
            ],
        },
        content_type="application/manifest+json",
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


# What is asked before something is sent or kept -----------------------------------------------


@require_GET
def who(request: HttpRequest) -> JsonResponse:
    """Whose diary is open in this browser now, the token to write in it, and the server's clock."""
    user = request.user
    response = JsonResponse(
        {
            "diary": diary_key(user) if user.is_authenticated else None,
            "csrf": get_token(request),
            "now": timezone.now(),
        }
    )
    patch_cache_control(response, private=True, no_store=True)
    return response


@diary
@require_GET
def facts(request: HttpRequest) -> JsonResponse:
    """What logging without a network must know of this person."""
    return JsonResponse({"diary": diary_key(request.user), **offline.facts(request.diarist)})


@gzip_page
@require_GET
def activities(request: HttpRequest) -> JsonResponse:
    """All activities, as code and name: 820 are 29 kB, 9 kB compressed. They are the same for everybody who
    speaks a language."""
    return JsonResponse([[one.pk, one.said] for one in Activity.objects.all()], safe=False)
