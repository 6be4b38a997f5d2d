"""Days of a made-up person as a review would have stored them: their entries would take too much room."""

from datetime import timedelta

import numpy as np

from journal.calc.days import ONE_DAY
from journal.codes import DayStatus
from journal.eaten import amount_columns
from journal.models import DailyIntake, ReviewState
from journal.population.persons import Person
from nutrients.codes import CODES
from spasmlog.streams import Streams

A_DAY = {
    "energy_kcal": 2050, "protein_g": 82, "fat_g": 80, "carbohydrate_g": 240, "fiber_g": 18, "alcohol_g": 6,
    "caffeine_mg": 170, "water_g": 2500, "calcium_mg": 880, "magnesium_mg": 300, "potassium_mg": 2700,
    "sodium_mg": 3100, "iron_mg": 13, "zinc_mg": 10.5, "phosphorus_mg": 1300, "vitamin_d_ug": 4.8,
    "vitamin_b12_ug": 4.9, "vitamin_b6_mg": 2.0, "folate_ug": 480, "vitamin_c_mg": 80,
}  # fmt: skip
"""What a made-up day holds on average; about what food surveys of adults find."""
PARTS = [name for code in CODES for name in amount_columns(code)]
DAY = [
    "diarist", "date", "status", "revision", "computed_at", "items", "occasions", "drinks_ml",
    "drinks_water_g", "food_water_g", "moisture_share", *PARTS,
]  # fmt: skip


def write(person: Person, days: int, items: float, streams: Streams) -> None:
    """Days up to the one before yesterday, which was running at the last review and is looked at again."""
    dice, yesterday = person.dice, person.today - ONE_DAY
    person.forward()
    written = dice.random(days) < dice.beta(6, 1.5)
    level = np.array([A_DAY[code] for code in CODES]) * dice.gamma(16, 1 / 16, len(CODES))
    amounts = level * dice.gamma(7, 1 / 7, (days, len(CODES)))
    share = np.where(dice.random(amounts.shape) < 0.1, dice.uniform(0.6, 1, amounts.shape), 1.0)
    numbers = np.stack([amounts, np.zeros_like(amounts), share], axis=-1).tolist()
    finished = (dice.random(days) < 0.8).tolist()
    rows = streams.of(DailyIntake, DAY)
    for ago in np.flatnonzero(written).tolist():
        status = DayStatus.COMPLETE_MARKED if finished[ago] else DayStatus.INCOMPLETE
        water = numbers[ago][CODES.index("water_g")][0]
        parts = [part for one in numbers[ago] for part in (*one, 0)]
        rows.append(
            (person.id, yesterday - timedelta(days=ago + 1), str(status), person.revision, person.now,
             max(1, int(dice.poisson(items))), 4, water * 0.7, water * 0.7, water * 0.3, 1.0, *parts)
        )  # fmt: skip
    person.days_written = days
    streams.add(
        ReviewState,
        diarist=person.id,
        revision=person.revision,
        reviewed_on=yesterday,
        reviewed_at=person.now - ONE_DAY,
        links_due_on=person.today + timedelta(days=int(dice.integers(0, 14))),
    )
