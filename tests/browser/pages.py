"""Every page there is, found in the product's own list of addresses: a new one cannot be forgotten."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.converters import IntConverter

from journal import entries
from journal.models import (
    BodyWeight,
    Diarist,
    Dose,
    Exercise,
    Meal,
    SpasmEpisode,
    Supplement,
    WaterIntake,
)
from nutrients import foods

OTHER_DOORS = ("admin/", "api/", "_allauth/")
"""The admin is Django's own; the others are no pages for people."""
NO_PAGES = {
    "account_logout": "asking signs out",
    "export": "a file",
    "connect_state": "a part of the page that shows the code",
    "device": "its example is the device that looks; see test_pairing",
    "mfa_download_recovery_codes": "a file",
    "mfa_deactivate_totp": "only there with a second factor",
    "mfa_view_recovery_codes": "only there with a second factor",
    "mfa_generate_recovery_codes": "only there with a second factor",
    "mail_off": "its address comes by mail",
    "account_confirm_email": "its address comes by mail",
    "account_reset_password_from_key": "its address comes by mail",
}
ENTRIES = {
    "meal_edit": Meal, "meal_copy": Meal, "drink_edit": WaterIntake, "exercise_edit": Exercise,
    "cramp_edit": SpasmEpisode, "dose_edit": Dose, "supplement_edit": Supplement, "weight_edit": BodyWeight,
}  # fmt: skip
NOBODY = UUID(int=0)


def pages(client: Client, diarist: Diarist) -> list[str]:
    """The addresses that answer with a whole page to the diarist who is signed in with `client`."""
    found, missing = [], []
    examples = _examples(diarist)
    for name, pattern in _named():
        asked = pattern.pattern.converters
        known = examples.get(name, {}) if asked else {}
        address = reverse(
            name, kwargs={part: known.get(part, _anything(part, how)) for part, how in asked.items()}
        )
        answer = client.get(address)
        if answer.status_code == 404 and not known:
            missing.append(name)
        if answer.status_code == 200 and b"<html" in answer.content[:400]:
            found.append(address)
    assert not missing, f"tests/browser/pages.py needs an example for each of {missing}"
    return found


def _named(patterns=None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            if one.name and one.name not in NO_PAGES:
                yield one.name, one
        elif route not in OTHER_DOORS:
            yield from _named(one.url_patterns, route)


def _anything(part: str, how):
    if isinstance(how, IntConverter):
        return 1
    return {"id": NOBODY, "day": date(2026, 1, 5), "month": date(2026, 1, 1), "revision": 1}.get(
        part, "anything"
    )


def _examples(diarist: Diarist) -> dict[str, dict]:
    own = {name: {"id": model.objects.of(diarist).live().first().pk} for name, model in ENTRIES.items()}
    food = Meal.objects.of(diarist).live().first().items.first().food_id
    own_food = foods.save_own(diarist.user, name="Oat biscuit", per_100g={"magnesium_mg": 60})
    some_day = {"day": entries.today(diarist).replace(day=1)}
    return own | {
        "food": {"id": food},
        "food_edit": {"id": own_food.pk},
        "day": some_day,
        "week_of": some_day,
        "day_copy": some_day,
        "cramps_of": {"month": date(2026, 1, 1)},
        "nutrient": {"code": "magnesium_mg"},
        "closing": {"code": "magnesium_mg"},
        "learn_topic": {"topic": "fluid"},
    }
