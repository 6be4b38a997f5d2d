"""A row of each kind, as a person would have made it: for whatever must hold of all of them.

A test that is derived from the API document looks up here whose row an `{id}` is. An address that is not
told of here fails it, so that nobody's new address goes untested.
"""

import uuid
from types import SimpleNamespace
from uuid import uuid4

from journal import devices, entries
from journal.models import Advice
from nutrients import foods as own_foods

MADE = {
    "meals": lambda who, food: entries.log_meal(who, [(food, 100), (food, 50)]),
    "water": lambda who, food: entries.log_water(who, 100, beverage=food),
    "exercises": lambda who, food: entries.log_exercise(who, met=3, minutes=10),
    "spasms": lambda who, food: entries.log_spasm(who, site="calf"),
    "warning-signs": lambda who, food: entries.tick_warning_signs(who, signs=["tiredness"]),
    "supplements": lambda who, food: entries.save_supplement(who, name="x", amounts={"magnesium_mg": 1}),
    "weights": lambda who, food: entries.log_weight(who, 70),
    "favourites": lambda who, food: entries.save_favourite(
        who, id=uuid4(), name="x", items=[{"food": str(food.pk), "grams": 1}]
    ),
    "doses": lambda who, food: entries.log_dose(
        who, entries.save_supplement(who, name=uuid.uuid4().hex, amounts={"magnesium_mg": 1})
    ),
}
"""By resource: how somebody logs one, given a food."""


def own_food(who, food):
    return own_foods.save_own(who.user, name=f"Soup of {who.user.username}", per_100g={"magnesium_mg": 10})


def card(who, food):
    """Advice that takes every answer: not one that is urgent."""
    return Advice.objects.create(
        diarist=who, rule="C01", severity="see_clinician_soon", key=f"C01:{uuid4()}",
        evidence={"cramp_days_28": 9, "cramp_days_7": 3, "broken_nights": [2, 2]},
    )  # fmt: skip


def device(who, food):
    """A device that somebody is signed in on."""
    [first, *_others] = devices.devices_of(who.user)
    return SimpleNamespace(pk=first.id)


OWNED = {**MADE, "foods": own_food, "advice": card, "devices": device}
"""By resource: how somebody comes to own a row whose id stands in an address."""


def body_of(operation, who, food):
    """What the document's example says, with rows of `who` where it names some; the id is the address's."""
    body = operation.example()
    own = {"supplement": "supplements"}
    mine = {name: str(OWNED[kind](who, food).pk) for name, kind in own.items() if name in body}
    return {name: value for name, value in {**body, **mine}.items() if name != "id"}


OF_ONESELF = {"date"}
"""What stands in an address and is no row: the asking person's own day."""


def resource_of(path):
    """`meals` of `/api/v1/meals/{id}/`."""
    return path.removeprefix("/api/v1/").split("/")[0]


def row_for(path, who, food):
    """A row of somebody's, for the id in an address of the document."""
    resource = resource_of(path)
    assert resource in OWNED, f"say in {__name__} how somebody comes to own a row of {resource}"
    return OWNED[resource](who, food)
