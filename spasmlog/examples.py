"""What the API document shows as examples: of each shape, by its name, what a person might have said.

Whatever is not named here is filled in by its type, so a new shape has an example from the start. A test
sends every example of a request to the server.
"""

from typing import Any

SOME_ID = "0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5a6b"
ALMONDS = "90893d99-1823-5ef8-9aea-13e6c7e874cd"
"""Of the table, so it is the same on every server."""

EVENING = "2026-01-05T20:40:00Z"
LOGGED = {
    "id": SOME_ID,
    "occurred_at": EVENING,
    "tz": "Europe/Vienna",
    "utc_offset_min": 60,
    "local_date": "2026-01-05",
    "revision": 12,
    "deleted_at": None,
}
KEPT = {"id": SOME_ID, "revision": 12, "deleted_at": None}
AMOUNTS = {
    "energy_kcal": 579.0,
    "protein_g": 21.2,
    "magnesium_mg": 270.0,
    "potassium_mg": 733.0,
    "calcium_mg": 269.0,
    "sodium_mg": 1.0,
    "vitamin_d_ug": None,
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "MealShape": {
        **LOGGED,
        "kind": "snack",
        "note": "before the run",
        "items": [{"food": ALMONDS, "grams": 30.0}],
    },
    "ItemShape": {"food": ALMONDS, "food_name": "Nuts, almonds", "grams": 30.0},
    "WaterShape": {**LOGGED, "amount_ml": 250.0, "beverage": None, "grams": 250.0},
    "ExerciseShape": {
        **LOGGED,
        "activity": "01009",
        "activity_name": "Mountain biking",
        "met": 8.5,
        "minutes": 45,
        "temperature_c": 24.0,
    },
    "SpasmShape": {
        **LOGGED,
        "started_at": EVENING,
        "ended_at": "2026-01-05T20:52:00Z",
        "site": "calf",
        "side": "left",
        "intensity": 6,
        "woke_me": False,
        "doing": "resting",
        "relief": [{"what": "stretch", "helped": "yes"}],
        "signs": ["not_easing_10_min"],
        "note": "",
    },
    "WarningSignsShape": {**LOGGED, "signs": ["not_easing_10_min"], "note": ""},
    "SupplementShape": {
        **KEPT,
        "name": "Magnesium 300",
        "unit": "tablet",
        "amounts": {"magnesium_mg": 300.0},
        "source": "supplement",
        "prescribed": False,
    },
    "DoseShape": {
        **LOGGED,
        "supplement": SOME_ID,
        "supplement_name": "Magnesium 300",
        "quantity": 1.0,
        "source": "supplement",
        "prescribed": False,
    },
    "FavouriteShape": {**KEPT, "food": ALMONDS, "food_name": "Nuts, almonds", "items": []},
    "WeightShape": {**LOGGED, "kg": 71.5},
    "DayMarkShape": {"finished": True, "no_cramp": True},
    "DayShape": {"status": "complete_marked", "finished": True, "complete": True, "stale": False},
    "IntakeDayShape": {"status": "complete_inferred", "complete": True, "stale": False},
    "AmountShape": {"amount": 312.4, "known_share": 0.97, "unknown_items": 1},
    "SyncItemShape": {
        "type": "water",
        "id": SOME_ID,
        "op": "put",
        "base_revision": None,
        "data": {"occurred_at": EVENING, "amount_ml": 250.0},
    },
    "ChangeShape": {
        "type": "water",
        "id": SOME_ID,
        "revision": 12,
        "deleted": False,
        "data": {"id": SOME_ID, "revision": 12, "occurred_at": EVENING, "amount_ml": 250.0},
    },
    "ChangesShape": {"cursor": "djE6MTI6", "has_more": False, "stale": False},
    "ResultShape": {
        "type": "water",
        "id": SOME_ID,
        "status": "created",
        "revision": 12,
        "data": {"id": SOME_ID, "revision": 12, "occurred_at": EVENING, "amount_ml": 250.0},
        "advice": None,
    },
    "SnoozeShape": {"days": 7},
    "NumbersShape": {"emergency": "112", "advice_line": "", "advice_line_name": ""},
    "CardShape": {
        "rule": "R09",
        "layer": "R",
        "severity": "see_clinician_soon",
        "title": "A cramp that lasts and does not ease: ask for advice today",
        "text": "A cramp of more than ten minutes that does not ease with movement should be looked at.",
        "why": "On 5 January 2026 you ticked: it does not ease after 10 minutes.",
        "what_would_change_it": "",
        "not_a_diagnosis": "This is not a diagnosis.",
        "sources": ["NHS, Leg cramps"],
        "evidence": {"signs": ["not_easing_10_min"], "cramp": True, "day": "2026-01-05"},
        "state": "new",
        "actions": ["acknowledge", "got_help"],
        "stale": False,
        "entry_id": SOME_ID,
        "numbers": {"emergency": "112", "advice_line": "", "advice_line_name": ""},
    },
    "ReferenceShape": {
        "kind": "ear",
        "amount": 265.0,
        "amounts": [],
        "authority": "nasem",
        "nearest": False,
        "label": "",
    },
    "GapShape": {
        "nutrient": "magnesium_mg",
        "method": "ear",
        "mean": 238.1,
        "lower": 231.0,
        "upper": 247.9,
        "interval": [205.2, 271.0],
        "coverage": 0.97,
        "days_used": 21,
        "days_in_window": 28,
        "probability_adequate": 0.21,
        "band": "possibly_low",
        "reasons": [],
    },
    "GapsShape": {"window_days": 28, "stale": False},
    "WeekShape": {"window_days": 28},
    "WeeksShape": {"stale": False},
    "ProfileShape": {
        "username": "me",
        "birth_date": "1985-06-30",
        "sex": "female",
        "life_stage": "general",
        "life_stages": [],
        "weight_kg": 71.5,
        "height_cm": 172.0,
        "time_zone": "Europe/Vienna",
        "day_start": "04:00",
        "units": "metric",
        "authority": "efsa",
        "region": "AT",
        "takes_medicines": "no",
        "conditions": {"kidney_disease": "no"},
        "medicines": [],
        "targets": [],
    },
    "FoodShape": {
        "id": SOME_ID,
        "source": "own",
        "name": "Granola of the market",
        "category": "",
        "barcode": "",
        "per_100g": AMOUNTS,
        "portions": [{"description": "bowl", "grams": 60.0}],
        "own": True,
    },
    "AmountsShape": AMOUNTS,
    "PortionShape": {"description": "bowl", "grams": 60.0, "usual": True},
    "ActivityShape": {"code": "01009", "name": "Mountain biking", "category": "Cycling", "met": 8.5},
    "ServerShape": {
        "product": "SpasmLog",
        "version": "0.1.0",
        "api_version": "v1",
        "oldest_client": "1.0",
        "registration": "open",
        "features": ["diary", "foods", "intake", "gaps", "advice", "sync", "second_factor"],
    },
}


def example_of_shape(shape: type) -> dict[str, Any]:
    """What is said of a shape, or of the shape that it extends."""
    return next((EXAMPLES[one.__name__] for one in shape.__mro__ if one.__name__ in EXAMPLES), {})
